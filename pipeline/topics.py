"""What a text is about: topics with their IPTC codes, by lists of words and learned weights. Never raises.

Listed words in the headline count most, then those of the first sentences; a repeated word counts ever
less. Set phrases of official style ("phát triển kinh tế - xã hội, quốc phòng - an ninh") occur in
almost every text and count nothing, neither in the lists nor for the model. A topic is given if its
score passes the bar, or if a word that its list calls `sure` stands in the headline. docs/topics.md
tells how the score comes about.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from math import exp, log1p

from pipeline import topicmodel
from pipeline.text import words
from pipeline.topicchecks import Phrase
from pipeline.topiclist import Topic, TopicList, current
from pipeline.topicmodel import Mix, Token

__all__ = ["Score", "Topic", "explain", "label", "topics"]

_MOST = 3  # topics of a text
_LEAD = 60  # words after the headline that count double
_BODY = 1_200  # words of the rest that are read
_MODEL_BODY = 240  # words of the rest that the model reads; it was trained on as many
_CHARACTERS = 12_000  # the first ones of a text; 1,260 Vietnamese words have 6,000
_IN_TITLE, _IN_LEAD, _IN_BODY = 5.0, 2.0, 0.4
_ALONE = Mix(0.0, 2.17, 4.36, -6.1, 0.8)  # of lists without a model, fitted on 922 labelled texts
_SHOWN = 6  # learned words in an explanation


@dataclass(frozen=True, slots=True)
class Score:
    """Why a text has a topic, or not.

    `share` is how sure the score is, 0 to 1; a topic is given from one half on (`given`). `listed` and
    `learned` are words with the points each adds, heaviest first; `settled`: a sure word of the headline.
    `said` is what the whole model says, in log odds, None if it has no word on this topic.
    """

    slug: str
    share: float
    given: bool
    settled: tuple[str, ...]
    listed: tuple[tuple[str, float], ...]
    said: float | None
    learned: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A text as the rules see it: what each listed phrase counts, the sure words, and the model's counts."""

    counts: dict[Phrase, float]
    settled: dict[str, tuple[str, ...]]
    model: dict[str, float]


def topics() -> tuple[Topic, ...]:
    """Return all topics in use, in the order of their file."""
    return current().topics


def label(title: str, text: str) -> tuple[str, ...]:
    """Return the slugs of at most three topics of a text, surest first; () when none shows.

    Args:
        title: the headline, "" when there is none.
        text: summary and body, without the headline.
    """
    known = current()
    read = _look(known, title, text, for_model=bool(known.learned))
    bars = chain((0.0,), repeat((known.learned.mix if known.learned else _ALONE).second))
    ranked = zip(_ranked(_scores(known, read), read), bars, strict=False)
    return tuple(slug for (slug, score), bar in ranked if score >= bar or slug in read.settled)[:_MOST]


def explain(title: str, text: str) -> tuple[Score, ...]:
    """Return every topic with its score and what made it, surest first; `label`'s arguments."""
    known = current()
    read = _look(known, title, text, for_model=bool(known.learned))
    scores = _scores(known, read)
    said = topicmodel.said(known.learned, read.model) if known.learned else {}
    listed: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for phrase, count in read.counts.items():
        for slug, weight in known.weights[phrase]:
            listed[slug].append((" ".join(phrase), weight * log1p(count)))
    given = label(title, text)
    return tuple(
        Score(
            slug,
            1 / (1 + exp(-score)),
            slug in given,
            read.settled.get(slug, ()),
            tuple(sorted(listed[slug], key=lambda one: (-one[1], one[0]))),
            said.get(slug),
            topicmodel.heaviest(known.learned, read.model, slug, _SHOWN)
            if known.learned and slug in said
            else (),
        )
        for slug, score in _ranked(scores, read)
    )


def model_words(known: TopicList, title: str, text: str) -> dict[str, float]:
    """Return what the model sees of a text: its words and pairs of words with their counts."""
    return _look(known, title, text, for_model=True).model


def points(known: TopicList, title: str, text: str) -> dict[str, float]:
    """Return the points that the lists alone give each topic that shows at all."""
    return _points(known, _look(known, title, text, for_model=False))


def combined(mix: Mix, said: float, listed: float, most: float) -> float:
    """Return the score of a topic, log odds above the bar.

    Args:
        mix: what each part weighs.
        said: the model's word.
        listed: the points of its list.
        most: those of the topic that has most.
    """
    return (
        mix.learned * said
        + mix.listed * log1p(listed)
        + mix.share * (listed / most if most else 0.0)
        + mix.base
    )


def _ranked(scores: dict[str, float], read: _Read) -> list[tuple[str, float]]:
    """Return the topics with their scores, surest first; settled ones come before the others."""
    return sorted(scores.items(), key=lambda one: (one[0] not in read.settled, -one[1], one[0]))


def _scores(known: TopicList, read: _Read) -> dict[str, float]:
    listed = _points(known, read)
    most = max(listed.values(), default=0.0)
    model = known.learned
    said = topicmodel.said(model, read.model) if model else {}
    scores: dict[str, float] = {}
    for topic in known.topics:
        slug = topic.slug
        mix = model.mix if model and slug in said else _ALONE
        scores[slug] = combined(mix, said.get(slug, 0.0), listed.get(slug, 0.0), most)
    return scores


def _points(known: TopicList, read: _Read) -> dict[str, float]:
    totals: dict[str, float] = defaultdict(float)
    for phrase, count in read.counts.items():
        for slug, weight in known.weights[phrase]:
            totals[slug] += weight * log1p(count)
    return totals


def _look(known: TopicList, title: str, text: str, *, for_model: bool) -> _Read:
    """Look up a text's words; only the beginning of a long one."""
    body = words(text[:_CHARACTERS])[: _LEAD + _BODY]
    parts = (words(title[:_CHARACTERS])[:_LEAD], body[:_LEAD], body[_LEAD:])
    counts: dict[Phrase, float] = defaultdict(float)
    settled: dict[str, tuple[str, ...]] = {}
    telling: list[list[Token]] = []
    for tokens, worth in zip(parts, (_IN_TITLE, _IN_LEAD, _IN_BODY), strict=True):
        left: list[Token] = list(tokens)
        for phrase, at in _found(known, tokens):
            if not known.weights[phrase]:
                left[at : at + len(phrase)] = [None] * len(phrase)
                continue
            counts[phrase] += worth
            if worth == _IN_TITLE:
                for slug in known.sure.get(phrase, ()):
                    settled[slug] = (*settled.get(slug, ()), " ".join(phrase))
        telling.append(left)
    heading, lead, rest = telling
    seen = topicmodel.counted(heading, lead, rest[:_MODEL_BODY]) if for_model else {}
    return _Read(counts, settled, seen)


def _found(known: TopicList, tokens: list[str]) -> Iterator[tuple[Phrase, int]]:
    """Yield the phrases in a row of words, the longest at each place, with where each begins."""
    lengths, weights = known.lengths, known.weights
    beyond = 0
    for start in [at for at, token in enumerate(tokens) if token in lengths]:
        if start < beyond:
            continue
        for length in lengths[tokens[start]]:
            phrase = tuple(tokens[start : start + length])
            if phrase in weights:
                yield phrase, start
                beyond = start + len(phrase)
                break
