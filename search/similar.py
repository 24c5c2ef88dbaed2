"""Stories that a reader of one may want next: neighbours of the same event, its documents, its people.

`candidates` asks the index in a few ways; `ranked` weighs what came by what is shown of it. No vectors: on
short Vietnamese news shared rare words, document numbers and names tell as much, and say why.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from pipeline import rarity
from pipeline.hashing import hashes
from pipeline.model import Role, Story
from search.asked import FRAMES
from search.conditions import Condition, quoted
from search.holders import person_keys
from search.index import Index
from search.schema import ACCENTED, DOC_KEYS, PEOPLE_KEYS, PRIMARY_KEY, PUBLISHED_AT
from search.tokens import number_key, telex, tokens

MOST = 20
_TERMS = 12
_FETCHED = 60  # stories with one term
_COMPARED = 100
_NAMED = 20.0  # what a document or an official in common counts beside words
_DAY = 86_400
_NEAR_DAYS = 10  # "the same event" is asked for by itself, or an old theme crowds it out
_PAIR = 0.7  # most words are of two syllables
_TITLE = 2.0  # what a word counts that stands in the title
_DOCUMENT, _CITED, _PERSON, _MOST_PEOPLE, _AREA, _PROVINCE = 0.25, 0.1, 0.06, 0.18, 0.06, 0.03
_FADING_DAYS = 45.0
_LASTING = 0.4  # of the worth that time does not take away
_COMMON = 1.0  # rarity of words that tell nothing: those in more than a third of all texts
_CHANCE = 0.6  # that one word in common is by chance
_LEAST = 0.16  # below, in news of twenty thousand stories, neighbours share a way of speaking only


@dataclass(frozen=True, slots=True)
class Near:
    """A story like another one, and what both have in common.

    Args:
        score: 0 to about 1.5; only to compare with others of the same list.
        documents, people: numbers and names as the first story has them.
    """

    story: Story
    score: float
    documents: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def candidates(index: Index, story: Story, within: Sequence[Condition] = ()) -> list[str]:
    """Return ids of other stories that may be like this one, each once.

    Raises:
        EngineUnavailable: Meilisearch is away.
    """
    bounds = [f"{PRIMARY_KEY} != {quoted(story.story_id)}", *(one.text() for one in within)]
    at = int(story.face.published_at.timestamp())
    near = Condition(PUBLISHED_AT, least=at - _NEAR_DAYS * _DAY, below=at + _NEAR_DAYS * _DAY).text()
    terms = _telling(story)
    weights = [weight for _, weight in terms]
    queries = [_said(words, [*bounds, near]) for words, _ in terms]
    queries += [_said(words, bounds) for words, _ in terms]
    weights *= 2
    if numbers := tuple(number_key(one) for one in story.face.doc_numbers[:MOST]):
        queries.append(_listed([*bounds, Condition(DOC_KEYS, numbers).text()]))
        weights.append(_NAMED)
    if people := tuple(key for one in story.face.people[:MOST] for key in person_keys(one.name)[1:]):
        queries.append(_listed([*bounds, near, Condition(PEOPLE_KEYS, people).text()]))
        weights.append(_NAMED)
    if not queries:
        return []
    scores: defaultdict[str, float] = defaultdict(float)
    for weight, hits in zip(weights, index.each(queries), strict=True):
        for hit in hits:
            scores[str(hit[PRIMARY_KEY])] += weight
    return sorted(scores, key=lambda one: (-scores[one], one))[:_COMPARED]


def ranked(story: Story, others: Iterable[Story], most: int = MOST) -> list[Near]:
    """Return those of `others` that are like a story, the likest first; the story itself is left out."""
    mine = _weighed(story)
    found = [_compared(story, mine, other) for other in others if other.story_id != story.story_id]
    liked = [near for near in found if near.score >= _LEAST]
    return sorted(liked, key=lambda near: (-near.score, near.story.story_id))[:most]


def _said(words: str, bounds: list[str]) -> dict[str, Any]:
    return {"q": f'"{words}"', "attributesToSearchOn": ACCENTED, **_listed(bounds)}


def _listed(bounds: list[str]) -> dict[str, Any]:
    return {"filter": bounds, "limit": _FETCHED, "attributesToRetrieve": [PRIMARY_KEY]}


def _telling(story: Story) -> list[tuple[str, float]]:
    """Return the words and the pairs of words of title and summary that tell most, and how much each does.

    Each is asked for alone: of several together Meilisearch demands the rarest, which may be nowhere else.
    """
    weights = _weighed(story)
    best = sorted(weights, key=lambda one: (-weights[one], one))
    return [(one, weights[one]) for one in best[:_TERMS]]


def _weighed(story: Story) -> dict[str, float]:
    """Return the words and the pairs of words that are shown of a story, in Telex, with their weight."""
    return _features(story.face.summary, 1.0) | _features(story.face.title, _TITLE)


def _features(text: str, factor: float) -> dict[str, float]:
    words = tokens(text)
    found = {telex(word): factor * _rarity(word) for word in words if _tells(word)}
    for one, other in pairwise(words):
        if _tells(one) and _tells(other):
            found[f"{telex(one)} {telex(other)}"] = factor * (_rarity(one) + _rarity(other)) * _PAIR
    return found


def _tells(word: str) -> bool:
    return word not in FRAMES and not word.isdecimal()


@lru_cache(maxsize=50_000)
def _rarity(word: str) -> float:
    return max(0.0, float(rarity.of_words(hashes([word]).astype(np.uint32))[0]) - _COMMON)


def _compared(story: Story, mine: dict[str, float], other: Story) -> Near:
    theirs = _weighed(other)
    both = mine.keys() & theirs.keys()
    size = math.hypot(*mine.values()) * math.hypot(*theirs.values())
    score = sum(mine[word] * theirs[word] for word in both) / size if size else 0.0
    single = sum(" " not in word and min(mine[word], theirs[word]) > 0 for word in both)
    score *= 1 - _CHANCE**single
    documents, weight = _documents(story, other)
    names = {key for one in other.face.people for key in person_keys(one.name)[1:]}
    people = tuple(
        dict.fromkeys(one.name for one in story.face.people if {*person_keys(one.name)[1:]} & names)
    )
    score += weight + min(_MOST_PEOPLE, _PERSON * len(people))
    labels, here = other.face.labels, story.face.labels
    score += _AREA if {*labels.areas} & {*here.areas} else 0.0
    score += _PROVINCE if labels.province is not None and labels.province == here.province else 0.0
    days = abs((other.face.published_at - story.face.published_at).total_seconds()) / _DAY
    score *= _LASTING + (1 - _LASTING) * math.exp(-days / _FADING_DAYS)
    return Near(other, round(score, 4), documents, people)


def _documents(story: Story, other: Story) -> tuple[tuple[str, ...], float]:
    """Return the numbers that both name, and what that is worth: most if either issues one."""
    issued = {
        number_key(one.number)
        for face in (story.face, other.face)
        for one in face.documents
        if one.role is Role.ISSUES
    }
    theirs = {number_key(one) for one in other.face.doc_numbers}
    both = [one for one in story.face.doc_numbers if number_key(one) in theirs]
    if not both:
        return (), 0.0
    return tuple(both), _DOCUMENT if {number_key(one) for one in both} & issued else _CITED
