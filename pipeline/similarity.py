"""Fingerprints of a text and how much of one text lies in another. Pure.

A bulletin excerpts an article, so the measure is *containment*: the share of the shorter text's
runs of three words that stand in the longer one, each weighed by how rare it is in news. Jaccard
and its sketches (MinHash, SimHash) miss this: the pair that made this project has Jaccard 0.28 and
containment 1.00 (docs/dedup.md). Words are compared without diacritics, because copies lose them.

Candidates come from the rare runs of three words: all of a text's beginning, one in four of the
rest, chosen by its hash alone (FracMinHash), so that two texts sample the same runs and either one
finds the other.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from xxhash import xxh3_64_intdigest

from pipeline import places, rarity
from pipeline.hashing import RUN, Hashes, grams, hashed, runs, unique
from pipeline.marks import Mark, MarkKind, marks
from pipeline.model import Draft
from pipeline.places_in_prose import as_spoken, sightings
from pipeline.text import fold

RULES = 6  # the version of everything a decision rests on: fingerprints, weights, guards, model

_MOST_OLDER = 6  # texts of one entry whose facts count beside the current ones
_DENSE_WORDS = 150  # of a text's beginning, every rare run of which is kept
_SAMPLE = 4  # of the rest, one in this many
_KINDS = {kind.value: kind for kind in MarkKind}
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_UNIT = re.compile(
    r"\b(?:xã|phường|thị trấn|huyện|quận|thị xã)\s+((?:[A-ZĐÀ-Ỹ][a-zà-ỹđ]*|\d+)(?:\s+[A-ZĐÀ-Ỹ][a-zà-ỹđ]*)*)"
)


TOTALS = 3  # behind a packed shape: the weights of its runs, words and title
Weighed = tuple[rarity.Weights, float]


@dataclass(frozen=True)  # without slots, for what is worked out once
class Shape:
    """The words of a text as sorted unique 32-bit hashes, for measuring.

    Args:
        grams: of all runs of three words; words: of all words; title: of the title's words.
        length: number of words.
        day: local publication day, None when unknown.
    """

    grams: Hashes
    words: Hashes
    title: Hashes
    length: int
    day: date | None

    @cached_property
    def gram_weights(self) -> Weighed:
        """The weight of each run of words, and of all together."""
        return _weighed(rarity.of_grams(self.grams))

    @cached_property
    def word_weights(self) -> Weighed:
        """The weight of each word, and of all together."""
        return _weighed(rarity.of_words(self.words))

    @cached_property
    def title_weights(self) -> Weighed:
        """The weight of each word of the title, and of all together."""
        return _weighed(rarity.of_words(self.title))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text tells that may contradict another.

    Args:
        marks: every number, name and part of a day, in its surroundings.
        title_years: years named in the title.
        docs: document numbers; credits: agencies and papers named as the origin;
        units: communes, districts named ("mỹ hòa").
        told: areas and today's provinces ("@slug") that the text is about beyond doubt;
            mentioned: all that it names, in passing too. The publisher's home is in neither.
        older: the same of other texts that the entry had: a copy of one of them contradicts nothing.
    """

    marks: tuple[Mark, ...]
    title_years: frozenset[str]
    docs: frozenset[str]
    credits: frozenset[str]
    units: frozenset[str]
    told: frozenset[str]
    mentioned: frozenset[str]
    older: tuple["Facts", ...] = ()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What `dedup.decide` knows of a text."""

    shape: Shape
    facts: Facts


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are, each 0..1, rare words weighing more than common ones.

    Args:
        part: the share of the shorter text's runs of words that lies in the longer one.
        back: of the longer one's in the shorter.
        words: the share of the shorter one's words that the longer one holds somewhere.
        title: the words common to both titles, of all in either.
        headline: the greater share of a title's words that the other text holds.
    """

    part: float
    back: float
    words: float
    title: float
    headline: float


def fingerprint(draft: Draft) -> Fingerprint:
    """Return the fingerprint of a draft's whole text. Never raises."""
    return Fingerprint(shape(draft), facts(draft))


def shape(draft: Draft) -> Shape:
    """Return the shape of a draft's whole text. Never raises."""
    words = hashed(draft.text())
    return Shape(
        grams=grams(words),
        words=unique(words.astype(np.uint32)),
        title=unique(hashed(draft.title).astype(np.uint32)),
        length=len(words),
        day=draft.published.day(),
    )


def facts(draft: Draft) -> Facts:
    """Return the facts of a draft's whole text. Never raises."""
    text = draft.text()
    told, mentioned = _places(text, draft.published.day())
    return Facts(
        marks=marks(text),
        title_years=frozenset(_YEAR.findall(draft.title)),
        docs=frozenset(draft.doc_numbers),
        credits=frozenset({draft.credit} - {""}),
        units=frozenset(fold(name) for name in _UNIT.findall(text)),
        told=told,
        mentioned=mentioned,
    )


def beside(current: Facts, others: Iterable[Facts]) -> Facts:
    """Return the facts of an entry's current text with those of its other texts, few of many."""
    known = {json.dumps(pack_facts(bare)): bare for bare in (replace(one, older=()) for one in others)}
    known.pop(json.dumps(pack_facts(replace(current, older=()))), None)
    return replace(current, older=tuple(known[key] for key in sorted(known)[:_MOST_OLDER]))


def postings(draft: Draft) -> Hashes:
    """Return the rare runs of words to find a draft by, sorted and unique."""
    found = runs(hashed(draft.text()))
    kept = found % _SAMPLE == 0
    kept[: _DENSE_WORDS - RUN + 1] = True
    return rarity.rare(unique(found[kept]))


def same(made: Shape) -> int:
    """Return a number that texts of the same runs of words share, in -2^63..2^63-1."""
    return int.from_bytes(
        xxh3_64_intdigest(made.grams.astype("<u4").tobytes()).to_bytes(8, "big"), "big", signed=True
    )


def in_length(a: Shape, b: Shape) -> tuple[Shape, Shape]:
    """Return two shapes, the shorter first; of two alike always the same one."""
    mine, theirs = (len(a.grams), a.length), (len(b.grams), b.length)
    if mine == theirs:
        return (b, a) if b.grams.tobytes() < a.grams.tobytes() else (a, b)
    return (a, b) if mine < theirs else (b, a)


def likeness(a: Shape, b: Shape) -> Likeness:
    """Return how alike two texts are; symmetric. Never raises."""
    short, long = in_length(a, b)
    shared = _shared(short.grams, short.gram_weights, long.grams)
    titles = _weight(rarity.of_words(np.union1d(a.title, b.title)))
    return Likeness(
        part=_share(shared, short.gram_weights[1]),
        back=_share(shared, long.gram_weights[1]),
        words=_held(short.words, short.word_weights, long.words),
        title=_share(_shared(a.title, a.title_weights, b.title), titles),
        headline=max(
            _held(short.title, short.title_weights, long.words),
            _held(long.title, long.title_weights, short.words),
        ),
    )


def held_part(a: Shape, b: Shape) -> float:
    """Return `likeness(a, b).part`, which costs less alone."""
    short, long = in_length(a, b)
    return _held(short.grams, short.gram_weights, long.grams)


def held_words(a: Shape, b: Shape) -> float:
    """Return `likeness(a, b).words`, which costs less alone."""
    short, long = in_length(a, b)
    return _held(short.words, short.word_weights, long.words)


def _held(some: Hashes, weights: Weighed, whole: Hashes) -> float:
    return _share(_shared(some, weights, whole), weights[1])


def _shared(some: Hashes, weights: Weighed, whole: Hashes) -> float:
    return _weight(weights[0][rarity.among(some, whole)])


def _weighed(weights: rarity.Weights) -> Weighed:
    return weights, _weight(weights)


def _weight(weights: rarity.Weights) -> float:
    return float(weights.sum(dtype=np.float64))


def _share(shared: float, whole: float) -> float:
    return min(1.0, shared / whole) if whole else 0.0


def pack_shape(made: Shape) -> bytes:
    """Return a shape as bytes, without its day; behind its hashes stands what all of a kind weigh."""
    head = np.array([len(made.grams), len(made.words), len(made.title), made.length], dtype="<u4")
    totals = np.array([made.gram_weights[1], made.word_weights[1], made.title_weights[1]], dtype="<f8")
    arrays = (head, made.grams, made.words, made.title)
    return b"".join((*(array.astype("<u4").tobytes() for array in arrays), totals.tobytes()))


def unpack_shape(packed: bytes, day: date | None) -> Shape:
    """Return the shape of `pack_shape`."""
    numbers = np.frombuffer(packed, dtype="<u4").astype(np.uint32, copy=False)
    first, second, third = np.cumsum(numbers[:3]) + 4
    return Shape(numbers[4:first], numbers[first:second], numbers[second:third], int(numbers[3]), day)


def pack_facts(made: Facts) -> dict[str, Any]:
    """Return facts JSON-ready."""
    return {
        "marks": [[mark.kind, mark.left, mark.value, mark.right] for mark in made.marks],
        "title_years": sorted(made.title_years),
        "docs": sorted(made.docs),
        "credits": sorted(made.credits),
        "units": sorted(made.units),
        "told": sorted(made.told),
        "mentioned": sorted(made.mentioned),
        "older": [pack_facts(one) for one in made.older],
    }


def unpack_facts(packed: dict[str, Any]) -> Facts:
    """Return the facts of `pack_facts`."""
    return Facts(
        marks=tuple(Mark(_KINDS[kind], *told) for kind, *told in packed["marks"]),
        title_years=_set(packed["title_years"]),
        docs=_set(packed["docs"]),
        credits=_set(packed["credits"]),
        units=_set(packed["units"]),
        told=_set(packed["told"]),
        mentioned=_set(packed["mentioned"]),
        older=tuple(map(unpack_facts, packed["older"])),
    )


def _places(text: str, day: date | None) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a text tells about beyond doubt, and all that it names."""
    found, seen = places.read(text, on=day), sightings(as_spoken(text))
    sure = _units(one.area for one in seen if one.explicit)
    told = {slug for slug in (f"@{province}" for province in found.provinces[:1]) if slug in sure}
    return frozenset((*found.explicit, *told)), _units(one.area for one in seen)


def _units(areas: Iterable[str]) -> frozenset[str]:
    """Return areas and the provinces of today that they are in."""
    found = [unit for name in areas if (unit := places.area(name)) is not None]
    return frozenset((*(unit.slug for unit in found), *(f"@{unit.province}" for unit in found)))


def _set(values: Iterable[str]) -> frozenset[str]:
    return frozenset(values)
