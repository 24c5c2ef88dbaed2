"""What a text is about: topic labels with their IPTC codes, from `data/topics.toml`. Pure; never raises.

Words in the headline count most, then those of the first sentences; a repeated word counts ever
less. Set phrases of official style ("phát triển kinh tế - xã hội, quốc phòng - an ninh") occur in
almost every text and count nothing.
"""

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import chain
from math import log1p
from pathlib import Path

from pipeline.text import words

_DATA = Path(__file__).parent / "data" / "topics.toml"
_WEIGHTS = {"strong": 2.0, "words": 1.0, "hints": 0.4}
_MOST = 4
_LEAD = 80  # words after the headline that count double
_IN_TITLE, _IN_LEAD, _IN_BODY = 4.0, 2.0, 1.0
_ENOUGH = 2.0  # score below which nothing is said
_SHARE = 0.45  # of the weightiest topic's score

_Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: slug, name in Vietnamese, IPTC Media Topic of eight digits; `also`: further such codes."""

    slug: str
    name: str
    iptc: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    topics: tuple[Topic, ...]
    phrases: dict[str, tuple[_Phrase, ...]]  # by first word, longest first
    weights: dict[_Phrase, tuple[tuple[str, float], ...]]  # topics that a phrase shows; none for a formula


@cache
def _table() -> _Table:
    """Read the data once."""
    with _DATA.open("rb") as data:
        read = tomllib.load(data)
    weights: dict[_Phrase, dict[str, float]] = {tuple(words(formula)): {} for formula in read["formulas"]}
    for slug, entry in read["topics"].items():
        for strength, weight in _WEIGHTS.items():
            for written in entry[strength]:
                weights.setdefault(tuple(words(written)), {}).setdefault(slug, weight)
    by_first: dict[str, list[_Phrase]] = defaultdict(list)
    for phrase in weights:
        by_first[phrase[0]].append(phrase)
    return _Table(
        tuple(
            Topic(slug, entry["name"], entry["iptc"], tuple(entry["also"]))
            for slug, entry in read["topics"].items()
        ),
        {
            first: tuple(sorted(phrases, key=lambda phrase: -len(phrase)))
            for first, phrases in by_first.items()
        },
        {phrase: tuple(shown.items()) for phrase, shown in weights.items()},
    )


def topics() -> tuple[Topic, ...]:
    """Return all topics in the order of the data."""
    return _table().topics


def label(title: str, text: str) -> tuple[str, ...]:
    """Return the slugs of at most four topics of a text, weightiest first; () when none shows.

    Args:
        title: the headline, "" when there is none.
        text: summary and body, without the headline.
    """
    scores = _scores(title, text)
    floor = max(_ENOUGH, _SHARE * max(scores.values(), default=0.0))
    ranked = sorted(scores, key=lambda slug: (-scores[slug], slug))
    return tuple(slug for slug in ranked if scores[slug] >= floor)[:_MOST]


def _scores(title: str, text: str) -> dict[str, float]:
    """Return the score of each topic that shows at all."""
    body = words(text)
    parts = ((words(title), _IN_TITLE), (body[:_LEAD], _IN_LEAD), (body[_LEAD:], _IN_BODY))
    counts: dict[_Phrase, float] = defaultdict(float)
    for phrase, count in chain.from_iterable(_found(tokens, worth) for tokens, worth in parts):
        counts[phrase] += count
    scores: dict[str, float] = defaultdict(float)
    for phrase, count in counts.items():
        for slug, weight in _table().weights[phrase]:
            scores[slug] += weight * log1p(count)
    return scores


def _found(tokens: list[str], worth: float) -> list[tuple[_Phrase, float]]:
    """Return the phrases in a row of words, the longest at each place, with what each is worth."""
    by_first = _table().phrases
    found: list[tuple[_Phrase, float]] = []
    at = 0
    while at < len(tokens):
        for phrase in by_first.get(tokens[at], ()):
            if phrase == tuple(tokens[at : at + len(phrase)]):
                found.append((phrase, worth))
                at += len(phrase)
                break
        else:
            at += 1
    return found
