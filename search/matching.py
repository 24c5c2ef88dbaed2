"""Saved questions held against a new story: the search turned round. Pure.

A story matches a question if the strict searches of `search.plan` would find it, and nothing less: every
term (with accents, if the question has any; but a word that cannot stand without accents is open), phrases,
document numbers, what is left out, the other readings of `search.forms`, all filters. No typo, no word less.
Both sides work on the fields of `search.document` and on `search.conditions`, so that index and alerts
cannot drift apart.

Each reading of a question stands in an inverted index under its rarest part (a word, or a filter's
value), so that of ten thousand questions a story is held against the few that can match it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np

from pipeline import rarity
from pipeline.errors import BadInput
from pipeline.hashing import hashes
from pipeline.syllables import is_syllable
from search.asked import Asked, Term, address, addresses, asked, meant, only_leaves_out, told_as
from search.conditions import Condition
from search.forms import readings
from search.grouping import together
from search.question import Query, read
from search.schema import (
    ACCENTED,
    DOC_KEYS,
    FACETS,
    OFFICE_KEYS,
    PEOPLE_KEYS,
    PLACE_ACCENTED,
    PLACE_PLAIN,
    PLAIN,
    PRIMARY_KEY,
    URLS,
)
from search.tokens import accented, bare, number_key, telex, tokens

_BLIND, _EXACT = "without accents", "with accents"
_SPELLINGS = {_BLIND: bare, _EXACT: telex}
_STOPS = ("c", "ch", "p", "t")  # a syllable that ends so has a tone
_Anchor = tuple[str, str]  # where it is looked for, a spelling or a field; and what
# How telling a value of a field is, by the measure of words: ln(stories / stories that bear it), about.
_TELLING = {
    PRIMARY_KEY: 12.0,
    URLS: 12.0,
    DOC_KEYS: 9.0,
    PEOPLE_KEYS: 8.0,
    OFFICE_KEYS: 6.0,
    FACETS["area"]: 4.0,
    FACETS["province"]: 3.0,
    FACETS["source"]: 3.0,
}
_LEAST_TELLING = 1.5  # of other fields
_BESIDE = " \n "  # between fields: no phrase stands across
_TYPED_WORDS = 2  # of raw keys; a single one ("max", "gif") is rather a name


class Held:
    """A document of `search.document.document`, prepared for being asked much."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Spread its words out."""
        self.document = document
        self.lines: dict[str, str] = {}
        self.words: dict[str, set[str]] = {}
        self.names: dict[str, str] = {}
        for spelling, fields, names in ((_BLIND, PLAIN, PLACE_PLAIN), (_EXACT, ACCENTED, PLACE_ACCENTED)):
            line = _BESIDE.join(document[field] for field in fields)
            self.lines[spelling] = f" {line} "
            self.words[spelling] = set(line.split())
            self.names[spelling] = f" {document[names]} "

    def has(self, spelling: str, term: str, *, names_open: bool) -> bool:
        """Say whether a word, or a phrase with spaces around it, stands here.

        `names_open`: the names of places that the text does not have count, too.
        """
        is_phrase = term[0] == " "
        if term in (self.lines[spelling] if is_phrase else self.words[spelling]):
            return True
        return names_open and (term if is_phrase else f" {term} ") in self.names[spelling]

    def held(self, where: str) -> set[str]:
        """Return the words of a spelling, names of places among them, or the values of a field."""
        words = self.words.get(where)
        return self.values(where) if words is None else words.union(self.names[where].split())

    def values(self, field: str) -> set[str]:
        """Return the values of a field, in small letters."""
        value = self.document.get(field)
        held = value if isinstance(value, (list, tuple)) else (value,)
        return {one.casefold() for one in held if isinstance(one, str)}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a question: a story holds all of `terms` and `numbers` and none of `without`.

    Args:
        spelling: of what has none of its own. A phrase has a space around each of its words.
        terms: words and phrases, each with its spelling.
        numbers: document numbers as phrases, each with the key that does as well.
        names_open: names of places beside the text count as words.
        anchors: one of them is in every story that holds the reading; none: nothing need be.
    """

    spelling: str = _BLIND
    terms: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    without: tuple[str, ...] = ()
    names_open: bool = True
    conditions: tuple[Condition, ...] = ()
    anchors: tuple[_Anchor, ...] = ()

    def holds(self, held: Held) -> bool:
        """Say whether a story is what this reading asks for."""
        keys = held.document[DOC_KEYS]
        has = partial(held.has, names_open=self.names_open)
        return (
            all(has(spelling, term) for spelling, term in self.terms)
            and all(key in keys or has(self.spelling, term) for term, key in self.numbers)
            and not any(has(self.spelling, term) for term in self.without)
            and all(condition.holds(held.document) for condition in self.conditions)
        )


class Questions:
    """Questions by their numbers, ready to be held against stories."""

    def __init__(self) -> None:
        """Begin with none."""
        self._readings: dict[int, tuple[Reading, ...]] = {}
        self._shelves: dict[str, dict[str, set[Reading]]] = {}
        self._always: set[Reading] = set()
        self._askers: dict[Reading, set[int]] = {}  # many people ask the same

    def __len__(self) -> int:
        """Return how many questions there are."""
        return len(self._readings)

    def put(self, number: int, readings: Sequence[Reading]) -> None:
        """Take a question in, in place of what it was before."""
        self.drop(number)
        self._readings[number] = tuple(readings)
        for reading in readings:
            self._askers.setdefault(reading, set()).add(number)
            for where, what in reading.anchors:
                self._shelves.setdefault(where, {}).setdefault(what, set()).add(reading)
            if not reading.anchors:
                self._always.add(reading)

    def drop(self, number: int) -> None:
        """Forget a question."""
        for reading in self._readings.pop(number, ()):
            askers = self._askers[reading]
            askers.discard(number)
            if not askers:
                del self._askers[reading]
                self._always.discard(reading)
                for where, what in reading.anchors:
                    self._shelves[where][what].discard(reading)

    def matching(self, document: Mapping[str, Any]) -> set[int]:
        """Return the numbers of the questions that the document of a story answers."""
        held = Held(document)
        found: set[int] = set()
        for reading in self._candidates(held):
            if reading.holds(held):
                found |= self._askers[reading]
        return found

    def _candidates(self, held: Held) -> set[Reading]:
        candidates = set(self._always)
        for where, shelf in self._shelves.items():
            for what in shelf.keys() & held.held(where):
                candidates |= shelf[what]
        return candidates


def compiled(query: Query) -> tuple[Reading, ...]:
    """Return the readings of a question; a story matches if it is what one of them asks for.

    Raises:
        BadInput: it asks for nothing, by words or by a filter.
    """
    conditions = tuple(query.conditions())
    made = [_reading(one, conditions) for one in _spoken(query.q)]
    if story_id := told_as(query.q):
        made.append(_filtered((Condition(PRIMARY_KEY, (story_id,)), *conditions)))
    elif urls := addresses(query.q):
        made.append(_filtered((Condition(URLS, urls), *conditions)))
    if only_leaves_out(query.q) and conditions:
        made.append(_reading(asked(query.q), conditions))
    if query.blank() and conditions:
        made.append(_filtered(conditions))
    if not made:
        raise BadInput("q", "must hold words, or be left out beside a filter")
    return tuple(dict.fromkeys(made))


def kept(given: Mapping[str, str]) -> dict[str, str]:
    """Return what a saved search keeps of the parameters of an address.

    Raises:
        BadInput: a value is wrong, or nothing is asked.
    """
    query = read(given)
    compiled(query)
    return query.stated()


def _spoken(q: str) -> Iterator[Asked]:
    """Yield a question as typed, in the other ways to write it, and as the words of raw keys."""
    question = asked(q)
    if not question.terms:
        return
    yield question
    if question.numbers or (question.literal and question.quoted) or address(q):
        return
    others = [asked(other) for other in readings(q)]
    keyed = meant(q)
    if keyed != question and len(question.words()) >= _TYPED_WORDS and not accented(question.words()):
        others.append(keyed)
    yield from (replace(other, without=question.without) for other in others)


def _filtered(conditions: tuple[Condition, ...]) -> Reading:
    return Reading(conditions=conditions, anchors=_rarest(_of_values(conditions)))


def _reading(question: Asked, conditions: tuple[Condition, ...]) -> Reading:
    exact = question.exact()
    spelling = _EXACT if exact else _BLIND
    keys = {tuple(tokens(number)): number_key(number) for number in question.numbers}
    terms: dict[tuple[str, str], None] = {}
    numbers: list[tuple[str, str]] = []
    tries = list(_of_values(conditions))
    for term in together(question.terms):
        mine = _BLIND if exact and _is_unfinished(term) else spelling
        weight, word = max((_weight(bare(word)), word) for word in term.words)
        anchors = [(mine, _SPELLINGS[mine](word))]
        if key := keys.get(term.words):
            numbers.append((_spelled(term, mine), key))
            anchors.append((DOC_KEYS, key))
        else:
            terms[mine, _spelled(term, mine)] = None
        tries.append((weight, tuple(anchors)))
    return Reading(
        spelling=spelling,
        terms=tuple(terms),
        numbers=tuple(numbers),
        without=tuple(_spelled(term, spelling) for term in question.without),
        names_open=question.names_open(),
        conditions=conditions,
        anchors=_rarest(tries),
    )


def _spelled(term: Term, spelling: str) -> str:
    words = " ".join(map(_SPELLINGS[spelling], term.words))
    return words if len(term.words) == 1 else f" {words} "


def _is_unfinished(term: Term) -> bool:
    """Say whether a single word lacks accents that it must have: no Vietnamese writes "duong" or "quyet".

    Beside words with accents it means any reading, where "tam" means itself. Foreign words have one anyway.
    """
    [word] = term.words if len(term.words) == 1 else [""]
    return word.isalpha() and not accented([word]) and (word.endswith(_STOPS) or not is_syllable(word))


_Tries = Iterator[tuple[float, tuple[_Anchor, ...]]]


def _of_values(conditions: Sequence[Condition]) -> _Tries:
    """Yield the values of filters, one of which a story has, and how telling they are."""
    for condition in conditions:
        if condition.any_of:
            values = tuple((condition.field, one.casefold()) for one in condition.any_of)
            yield _TELLING.get(condition.field, _LEAST_TELLING) / len(values), values


def _rarest(tries: "_Tries | list[tuple[float, tuple[_Anchor, ...]]]") -> tuple[_Anchor, ...]:
    return max(tries, default=(0.0, ()))[1]


@lru_cache(maxsize=50_000)
def _weight(word: str) -> float:
    """Return how telling a word without accents is: ln(articles / articles that hold it)."""
    return float(rarity.of_words(hashes([word]).astype(np.uint32))[0])
