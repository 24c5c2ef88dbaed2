"""What a text is about: topic labels with their IPTC codes, from `data/topics.toml`. Pure; never raises."""

import tomllib
from dataclasses import dataclass
from functools import cache
from math import log1p
from pathlib import Path

from pipeline.text import words

_DATA = Path(__file__).parent / "data" / "topics.toml"
_MOST = 4


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: its slug, its name in Vietnamese, and its IPTC Media Topic, eight digits."""

    slug: str
    name: str
    iptc: str


@cache
def _tables() -> tuple[tuple[Topic, ...], dict[str, list[tuple[tuple[str, ...], str, float]]]]:
    with _DATA.open("rb") as data:
        read = tomllib.load(data)
    found = tuple(Topic(slug, entry["name"], entry["iptc"]) for slug, entry in read["topics"].items())
    phrases: dict[str, list[tuple[tuple[str, ...], str, float]]] = {}
    for phrase in read["formulas"]["phrases"]:
        first, *_ = tokens = words(phrase)
        phrases.setdefault(first, []).append((tuple(tokens), "", 0.0))
    for slug, entry in read["topics"].items():
        for key, weight in (("strong", 2.0), ("words", 1.0)):
            for phrase in entry.get(key, ()):
                first, *_ = tokens = words(phrase)
                phrases.setdefault(first, []).append((tuple(tokens), slug, weight))
    for rows in phrases.values():
        rows.sort(key=lambda row: -len(row[0]))
    return found, phrases


def topics() -> tuple[Topic, ...]:
    """Return all topics in the order of the data."""
    return _tables()[0]


def label(title: str, text: str) -> tuple[str, ...]:
    """Return the slugs of at most four topics of a text, weightiest first; () when none shows."""
    scores: dict[str, float] = {}
    counts = _counts(words(title), 3.0)
    body = words(text)
    for more in (_counts(body[:120], 2.0), _counts(body[120:], 1.0)):
        for key, value in more.items():
            counts[key] = counts.get(key, 0.0) + value
    for (slug, _), value in counts.items():
        scores[slug] = scores.get(slug, 0.0) + log1p(value)
    scores.pop("", None)
    if not scores:
        return ()
    floor = max(1.5, max(scores.values()) * 0.4)
    ranked = sorted(scores, key=lambda slug: (-scores[slug], slug))
    return tuple(slug for slug in ranked if scores[slug] >= floor)[:_MOST]


def _counts(tokens: list[str], factor: float) -> dict[tuple[str, tuple[str, ...]], float]:
    phrases = _tables()[1]
    found: dict[tuple[str, tuple[str, ...]], float] = {}
    at = 0
    while at < len(tokens):
        step = 1
        for phrase, slug, weight in phrases.get(tokens[at], ()):
            if tuple(tokens[at : at + len(phrase)]) == phrase:
                found[slug, phrase] = found.get((slug, phrase), 0.0) + weight * factor
                step = len(phrase)
                break
        at += step
    return found
