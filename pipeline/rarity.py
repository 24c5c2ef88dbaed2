"""How rare a word or a run of three words is in Vietnamese news: static weights, part of the rules. Pure.

The weights are counted once from 22,635 articles (`bench/rarity.py`) and never from what arrives:
weights that follow the news would make stories depend on arrival (law 4). Only hashes and counts
are kept, no text.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.hashing import Hashes

Weights = NDArray[np.float32]

_TABLE = Path(__file__).parent / "data" / "rarity.npz"
_COMMON = 20  # of the counted articles; a run of words in more finds nobody


def of_words(hashes: Hashes) -> Weights:
    """Return the weight of each word: ln(articles / articles that hold it), 0 for a word of all."""
    keys, weights, unseen = _weights("words")
    return _look_up(hashes, keys, weights, unseen)


def of_grams(hashes: Hashes) -> Weights:
    """Return the weight of each run of three words; what was hardly ever counted weighs most."""
    keys, weights, unseen = _weights("grams")
    return _look_up(hashes, keys, weights, unseen)


def known(words: Hashes) -> NDArray[np.bool_]:
    """Say of each word whether the articles held it: what they did not is a name, foreign or a misprint."""
    return among(words, _weights("words")[0])


def rare(grams: Hashes) -> Hashes:
    """Return those runs of three words that are rare enough to find the same story by."""
    common = _common()
    return grams[~among(grams, common)]


def among(hashes: NDArray[Any], keys: NDArray[Any]) -> NDArray[np.bool_]:
    """Say of each hash whether it is among keys of its type, which are sorted."""
    if not len(keys):
        return np.zeros(len(hashes), dtype=np.bool_)
    places = keys.searchsorted(hashes)
    places[places == len(keys)] = 0
    found: NDArray[np.bool_] = keys[places] == hashes
    return found


def _look_up(hashes: Hashes, keys: Hashes, weights: Weights, unseen: float) -> Weights:
    places = keys.searchsorted(hashes)
    places[places == len(keys)] = 0
    found = weights[places]
    found[keys[places] != hashes] = unseen
    return found


@cache
def _weights(kind: str) -> tuple[Hashes, Weights, float]:
    with np.load(_TABLE) as table:
        keys, counts, articles, least = (
            table[kind], table[f"{kind}_counts"], int(table["articles"]), int(table[f"{kind}_least"])
        )  # fmt: skip
    return keys, np.log(articles / counts).astype(np.float32), float(np.log(articles / max(1, least - 1)))


@cache
def _common() -> Hashes:
    with np.load(_TABLE) as table:
        keys: Hashes = table["grams"][table["grams_counts"] >= _COMMON]
    return keys
