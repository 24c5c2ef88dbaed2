"""Which of many texts could be one story with a text, whatever they tell: one look at all of them. Pure.

Thousands of texts share a few runs of words with a new one, and few of them tell the same. Their
shapes alone say how many of the model's odds are still open; where all that is open, taken at its
best, does not reach a decision, `pipeline.dedup.decide` need not be asked. Nothing is decided here:
what promises is decided, and what does not would be decided to be nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup import LEAST_PART, LEAST_WORDS, REVIEW, SHORTEST, WINDOW_DAYS
from pipeline.evidence import COPIED, LONG, MOST_DAYS
from pipeline.hashing import Hashes
from pipeline.marks import Mark, MarkKind
from pipeline.odds import Floats, Truths, most
from pipeline.rarity import Weights
from pipeline.similarity import TOTALS, Fingerprint, Shape

_SLACK = 1e-4  # scores are rounded to four places, sums depend on their order by far less
_HEAD = 4  # numbers before the hashes of a packed shape
_KINDS = 5  # of what lies in one: head, grams, words, title, totals
_UNKNOWN_DAY = -1


@dataclass(frozen=True, slots=True)
class Packed:
    """A shape as it lies in SQL: `pack_shape`'s bytes and the day's ordinal, None when unknown.

    `teller`: source and kind of the entry.
    """

    arrays: bytes
    day: int | None
    teller: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class _Shared:
    """What each of the others has in common with one text, as weights.

    `mine`: of my title, what the other's text holds; `theirs`: of its title, what mine holds.
    """

    grams: Floats
    words: Floats
    title: Floats
    mine: Floats
    theirs: Floats


def promising(told: Fingerprint, others: Sequence[Packed], teller: tuple[str, str] | None = None) -> Truths:
    """Say of each of the others whether `decide` might join or review it with a text. Never raises.

    Direct evidence aside, which needs no words in common. `teller`: source and kind of the text's
    entry, None if they are not known.
    """
    if not others:
        return np.zeros(0, dtype=np.bool_)
    mine, facts = told.shape, told.facts
    buffer = np.frombuffer(b"".join(one.arrays for one in others), dtype="<u4")
    sizes = np.array([len(one.arrays) // 4 for one in others])
    starts = np.cumsum(sizes) - sizes
    head = buffer[starts[:, None] + np.arange(_HEAD)].astype(np.int64)
    rest = sizes - _HEAD - head[:, :3].sum(axis=1)
    shared = _shared(mine, buffer, np.column_stack((np.full(len(others), _HEAD), head[:, :3], rest)))
    complete = rest == 2 * TOTALS  # those of before totals were kept are left to `decide`
    at = np.where(complete, starts + sizes - 2 * TOTALS, 0)
    totals = np.where(complete[:, None], buffer[at[:, None] + np.arange(2 * TOTALS)].view("<f8"), 1.0)
    counts, lengths = head[:, 0], head[:, 3]
    tied = (counts == len(mine.grams)) & (lengths == mine.length)  # which is shorter, its bytes say
    longer = (counts > len(mine.grams)) | ((counts == len(mine.grams)) & (lengths > mine.length))
    own = mine.gram_weights[1], mine.word_weights[1], mine.title_weights[1]
    part = _share(shared.grams, np.where(longer, own[0], totals[:, 0]))
    words = _share(shared.words, np.where(longer, own[1], totals[:, 1]))
    days = _days(mine, others)
    shorter = np.minimum(lengths, mine.length)
    known = {
        "part": part,
        "back": _share(shared.grams, np.where(longer, totals[:, 0], own[0])),
        "words": words,
        "title": _share(shared.title, own[2] + totals[:, 2] - shared.title),
        "headline": np.maximum(
            _share(shared.mine, np.full(len(others), own[2])), _share(shared.theirs, totals[:, 2])
        ),
        "length": np.log(np.maximum(shorter, 1)) / math.log(LONG),
        "days": np.clip(days, 0, MOST_DAYS) / MOST_DAYS,
        "undated": (days == _UNKNOWN_DAY).astype(np.float64),
    }
    excerpt = None if teller is None else np.array([_is_excerpt(one.teller, teller) for one in others])
    odds = np.stack(
        [
            most(
                known,
                may={
                    "docs": bool(text.docs),
                    "credit": bool(text.credits),
                    "place": bool(text.told or text.mentioned),
                },
                counts=(_count(text.marks, MarkKind.DIGITS), _count(text.marks, MarkKind.NAME)),
                mine=longer,
                room=shorter,
                excerpt=excerpt,
            )
            for text in (facts, *facts.older)
        ]
    ).max(axis=0)
    enough = (part >= LEAST_PART - _SLACK) | (words >= LEAST_WORDS - _SLACK)
    hopeful = (part >= COPIED - _SLACK) | (odds >= math.log((REVIEW - _SLACK) / (1 - REVIEW + _SLACK)))
    fits = (days <= WINDOW_DAYS) & (shorter >= SHORTEST)
    found: Truths = fits & ((enough & hopeful) | tied | ~complete)
    return found


def _is_excerpt(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Say whether one is an item of a bulletin and the other an article of its publisher."""
    return one[0] == other[0] and one[1] != other[1]


def _count(marks: Sequence[Mark], kind: MarkKind) -> int:
    return len({mark.value for mark in marks if mark.kind is kind})


def _shared(mine: Shape, buffer: Hashes, sizes: NDArray[np.int64]) -> _Shared:
    """Return what is in common; `sizes` has a row for each of the others, a column for each kind."""
    flags = np.zeros(2**16, dtype=np.bool_)  # hashes that have the lower half in common with one of mine
    for keys in (mine.grams, mine.words, mine.title):
        flags[keys.astype(np.uint16)] = True
    hits = np.flatnonzero(flags[buffer.astype(np.uint16)])
    places = np.repeat(np.arange(sizes.size, dtype=np.int32), sizes.ravel())[hits]
    owners, kinds = np.divmod(places, _KINDS)
    values = buffer[hits]
    halves = values.astype(np.uint16)

    def held(kind: int, keys: Hashes, weights: Weights) -> Floats:
        some = kinds == kind
        found = np.bincount(owners[some], _weights_of(values[some], halves[some], keys, weights), len(sizes))
        return found.astype(np.float64)

    return _Shared(
        grams=held(1, mine.grams, mine.gram_weights[0]),
        words=held(2, mine.words, mine.word_weights[0]),
        title=held(3, mine.title, mine.title_weights[0]),
        mine=held(2, mine.title, mine.title_weights[0]),
        theirs=held(3, mine.words, mine.word_weights[0]),
    )


def _weights_of(values: Hashes, halves: NDArray[np.uint16], keys: Hashes, weights: Weights) -> Floats:
    """Return the weight of each value that is a key, 0 for the rest. `halves`: the values' lower ones."""
    if not len(keys):
        return np.zeros(len(values))
    mine = keys.astype(np.uint16)
    table = np.zeros(2**16, dtype=np.int64)
    table[mine] = np.arange(len(keys))
    if (table[mine] == np.arange(len(keys))).all():
        places = table[halves]
    else:  # two keys have the lower half in common
        places = np.minimum(keys.searchsorted(values), len(keys) - 1)
    found: Floats = np.where(keys[places] == values, weights[places], 0.0).astype(np.float64)
    return found


def _share(shared: Floats, whole: Floats) -> Floats:
    found: Floats = np.minimum(1.0, np.divide(shared, whole, out=np.zeros(len(shared)), where=whole > 0))
    return found


def _days(mine: Shape, others: Sequence[Packed]) -> NDArray[np.int64]:
    """Return the days between a text and each of the others."""
    if mine.day is None:
        return np.full(len(others), _UNKNOWN_DAY)
    day = mine.day.toordinal()
    return np.array([_UNKNOWN_DAY if one.day is None else abs(one.day - day) for one in others])
