"""Fingerprints of a text and how much of one text lies in another. Pure.

A bulletin excerpts an article, so the measure is *containment*: the share of the shorter text's
word 3-grams that stand in the longer one. Jaccard and its sketches (MinHash, SimHash) miss this:
the pair that made this project has Jaccard 0.28 and containment 1.00 (docs/dedup.md).
Candidates come from word 5-grams, because 3-grams of officialese ("trên địa bàn") occur everywhere;
a long text keeps one 5-gram in four, chosen by its hash alone (FracMinHash), so that two texts
sample the same grams and either one finds the other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from pipeline import places
from pipeline.marks import Mark, MarkKind, marks
from pipeline.model import Draft
from pipeline.places_in_prose import sightings
from pipeline.text import clean, fold, one_tone, words

Grams = NDArray[np.uint64]

_MEASURE, _CANDIDATE = 3, 5  # words per gram
_DENSE_WORDS = 150  # texts up to this length keep every candidate gram
_SAMPLE = 4  # of longer ones, one in this many
_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_UNIT = re.compile(
    r"\b(?:xã|phường|thị trấn|huyện|quận|thị xã)\s+((?:[A-ZĐÀ-Ỹ][a-zà-ỹđ]*|\d+)(?:\s+[A-ZĐÀ-Ỹ][a-zà-ỹđ]*)*)"
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What `dedup.decide` knows of a text.

    Args:
        grams: sorted unique 64-bit hashes of all word 3-grams.
        length: number of words.
        marks: every number, name and part of a day, in its surroundings.
        title_years: years named in the title.
        docs: document numbers; units: communes, districts named ("mỹ hòa").
        told: areas and today's provinces ("@slug") that the text is about beyond doubt;
            mentioned: all that it names, in passing too. The publisher's home is in neither.
        day: local publication day, None when unknown.
    """

    grams: Grams
    length: int
    marks: tuple[Mark, ...]
    title: str
    title_years: frozenset[str]
    docs: frozenset[str]
    units: frozenset[str]
    told: frozenset[str]
    mentioned: frozenset[str]
    day: date | None


def fingerprint(draft: Draft) -> Fingerprint:
    """Return the fingerprint of a draft's whole text. Never raises."""
    text = draft.text()
    tokens = words(text)
    return Fingerprint(
        grams=grams(tokens, _MEASURE),
        length=len(tokens),
        marks=marks(text),
        title=" ".join(words(draft.title)),
        title_years=frozenset(_YEAR.findall(draft.title)),
        docs=frozenset(draft.doc_numbers),
        units=frozenset(fold(name) for name in _UNIT.findall(text)),
        told=_told(text, draft.published.day()),
        mentioned=_mentioned(text),
        day=draft.published.day(),
    )


def postings(draft: Draft) -> list[int]:
    """Return the candidate grams of a draft, sorted, each in 0..2^63-1."""
    tokens = words(draft.text())
    hashed = grams(tokens, _CANDIDATE)
    if len(tokens) > _DENSE_WORDS:
        hashed = hashed[hashed % _SAMPLE == 0]
    return [int(gram) for gram in np.unique(hashed >> np.uint64(1))]


def grams(tokens: list[str], size: int) -> Grams:
    """Return the sorted unique hashes of all runs of `size` words; empty for a shorter text."""
    if len(tokens) < size:
        return np.empty(0, dtype=np.uint64)
    hashed = np.fromiter((_hash(token) for token in tokens), dtype=np.uint64, count=len(tokens))
    total = np.zeros(len(tokens) - size + 1, dtype=np.uint64)
    for place in range(size):  # order matters: each place has its own multiplier (mod 2^64)
        total += hashed[place : len(tokens) - size + 1 + place] * _MULTIPLIERS[place]
    total ^= total >> np.uint64(29)
    total *= _MULTIPLIERS[0]
    return np.unique(total ^ (total >> np.uint64(32)))


def containment(a: Fingerprint, b: Fingerprint) -> float:
    """Return the share of the smaller gram set that lies in the larger, 0..1; symmetric."""
    smaller = min(len(a.grams), len(b.grams))
    if smaller == 0:
        return 0.0
    return float(len(np.intersect1d(a.grams, b.grams, assume_unique=True)) / smaller)


def pack(made: Fingerprint) -> tuple[bytes, dict[str, Any]]:
    """Return a fingerprint as bytes (grams, little-endian) and a JSON-ready rest."""
    rest = {
        "length": made.length,
        "marks": [[mark.kind, mark.left, mark.value, mark.right] for mark in made.marks],
        "title": made.title,
        "title_years": sorted(made.title_years),
        "docs": sorted(made.docs),
        "units": sorted(made.units),
        "told": sorted(made.told),
        "mentioned": sorted(made.mentioned),
        "day": None if made.day is None else made.day.isoformat(),
    }
    return made.grams.astype("<u8").tobytes(), rest


def unpack(packed: bytes, rest: dict[str, Any]) -> Fingerprint:
    """Return the fingerprint of `pack`."""
    return Fingerprint(
        grams=np.frombuffer(packed, dtype="<u8").astype(np.uint64),
        length=rest["length"],
        marks=tuple(Mark(MarkKind(kind), *told) for kind, *told in rest["marks"]),
        title=rest["title"],
        title_years=_set(rest["title_years"]),
        docs=_set(rest["docs"]),
        units=_set(rest["units"]),
        told=_set(rest["told"]),
        mentioned=_set(rest["mentioned"]),
        day=None if rest["day"] is None else date.fromisoformat(rest["day"]),
    )


def _told(text: str, day: date | None) -> frozenset[str]:
    found = places.read(text, on=day)
    return frozenset((*found.explicit, *(f"@{slug}" for slug in found.provinces[:1])))


def _mentioned(text: str) -> frozenset[str]:
    names = {one.area for one in sightings(one_tone(clean(text)))}
    homes = {f"@{unit.province}" for name in names if (unit := places.area(name)) is not None}
    return frozenset(names | homes)


def _set(values: Iterable[str]) -> frozenset[str]:
    return frozenset(values)


@lru_cache(maxsize=65_536)
def _hash(token: str) -> int:
    return xxh3_64_intdigest(token.encode())
