"""Words and runs of three words as hashes: case, diacritics and punctuation aside. Pure.

Copies lose diacritics and change signs; what they keep is the row of bare words.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from pipeline.text import clean, plain

Hashes = NDArray[np.uint32]
Words = NDArray[np.uint64]

RUN = 3  # words
_MULTIPLIERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_TOKEN = re.compile(r"[^\W_]+")


def tokens(text: str) -> list[str]:
    """Return the words of a text as written, numbers too."""
    return _TOKEN.findall(clean(text))


@lru_cache(maxsize=16)
def hashed(text: str) -> Words:
    """Return the hash of each word of a text, read-only; its title, runs and postings want the same."""
    made = hashes(tokens(text))
    made.flags.writeable = False
    return made


def hashes(words: Sequence[str]) -> Words:
    """Return the hash of each word, case and diacritics aside."""
    return np.fromiter(map(_hash, words), dtype=np.uint64, count=len(words))


def runs(hashed: Words) -> Hashes:
    """Return the hash of every run of three words, in the order of the text; empty for a shorter text."""
    if len(hashed) < RUN:
        return np.empty(0, dtype=np.uint32)
    total = np.zeros(len(hashed) - RUN + 1, dtype=np.uint64)
    for place in range(RUN):  # order matters: each place has its own multiplier (mod 2^64)
        total += hashed[place : len(hashed) - RUN + 1 + place] * _MULTIPLIERS[place]
    total ^= total >> np.uint64(29)
    total *= _MULTIPLIERS[0]
    return (total ^ (total >> np.uint64(32))).astype(np.uint32)


def grams(hashed: Words) -> Hashes:
    """Return the sorted unique hashes of all runs of three words."""
    return unique(runs(hashed))


def unique(found: Hashes) -> Hashes:
    """Return hashes sorted, each once; a third of the time of `np.unique`."""
    ordered = np.sort(found)
    first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


@lru_cache(maxsize=262_144)
def _hash(word: str) -> int:
    return xxh3_64_intdigest(plain(word).encode())
