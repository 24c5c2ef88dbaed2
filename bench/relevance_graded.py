"""Graded questions for `bench/relevance.py`, and the articles that some of them are about. Pure.

Grades are told by where the words of a question stand, with their accents: 3 in the title, 2 in the lead, 1
in the body. Namesakes of documents and cut-down copies of articles are made here, since no corpus has
enough of them; every system gets the same.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import pairwise

from bench.namesakes import documents, question, sentence
from bench.relevance_questions import GROUPED, Article, Question, article
from pipeline.gazetteer import areas
from pipeline.model import LOCAL_ZONE
from pipeline.text import plain, words
from search.asked import FRAMES

DOCUMENT = "document_issuer_year"
NEAR_DUPLICATES = "near_duplicates"
_NAMESAKES = 36  # documents with one number
_MOST_CITING = 2  # stories beside the one that issues a document
_TELLING = 4  # words of a question about copies
_LEAST_GRADED = 4  # stories
_TRIES = 400  # draws for one question before its kind is given up
_TITLE, _LEAD, _BODY = 3, 2, 1
_MORNING = time(9)


def needed(each: int) -> int:
    """Return how many spare articles `made` wants: not every title shares words with its lead."""
    return _numbers(each) * _NAMESAKES * (1 + _MOST_CITING) + each * 6


def made(
    articles: Sequence[Article], first: int, seed: int, each: int
) -> tuple[list[Article], list[Question]]:
    """Return articles made of those behind the first so many, which they replace, and questions on them."""
    rng = random.Random(seed)
    rest = iter(articles[first:])
    heads = [frozenset(words(f"{one.title} {one.lead}")) for one in articles[:first]]
    found: list[Article] = []
    asked: list[Question] = []
    told = []
    for one in documents(rng, _numbers(each), _NAMESAKES):
        told.append((one, first + len(found)))
        count = 1 + rng.randrange(1 + _MOST_CITING)
        found += [_naming(next(rest), *sentence(one, rng, issuing=not number)) for number in range(count)]
    for one, place in rng.sample(told, min(each, len(told))):
        asked.append(Question(DOCUMENT, question(one, rng), frozenset({place})))
    for copied, other in zip(rest, rest, strict=False):
        if len(asked) == 2 * each:
            break
        q = _copied(copied, rng)
        if q and not any(head.issuperset(q.split()) for head in heads):
            grades = {first + len(found) + number: grade for number, grade in enumerate((3, 3, 2, 1))}
            found += _copies(copied, other)
            asked.append(Question(NEAR_DUPLICATES, q, frozenset(grades), grades))
    return found, asked


def graded(articles: Sequence[Article], seed: int, each: int, drawn_from: int) -> Iterator[Question]:
    """Yield up to `each` graded questions of every other kind."""
    draw = _Draw(articles, random.Random(seed), drawn_from)
    for kind, change, concepts in (
        ("topic_province", str, draw.topic_province),
        ("topic_province_plain", plain, draw.topic_province),
        ("topic_words", str, draw.topic_words),
    ):
        yield from draw.questions(kind, each, concepts, change)


def _numbers(each: int) -> int:
    return 1 + each // _NAMESAKES


def _naming(one: Article, told: str, on: date) -> Article:
    """Return an article that names a document, printed that day."""
    at = datetime.combine(on, _MORNING, LOCAL_ZONE)
    return article({"title": one.title, "lead": told, "body": one.body.split("\n")[:3]}, at)


def _copied(one: Article, rng: random.Random) -> str:
    """Return some words of a title that stand in the lead, too; "" if there are not enough."""
    title, lead = (words(GROUPED.sub(" ", text)) for text in (one.title, one.lead))
    known = [word for word in dict.fromkeys(title) if word in lead and word not in FRAMES]
    chosen = sorted(rng.sample(range(len(known)), _TELLING)) if len(known) >= _TELLING else []
    return " ".join(known[place] for place in chosen)


def _copies(one: Article, other: Article) -> Iterator[Article]:
    """Yield an article, a reprint, a short form under another title, and another one that quotes its lead."""
    body = one.body.split("\n")
    yield article({"title": one.title, "lead": one.lead, "body": body})
    yield article({"title": f"{one.title} (tiếp)", "lead": one.lead, "body": [*body, "Theo báo bạn."]})
    short = " ".join(other.title.split()[:_TELLING])
    yield article({"title": f"Tin ngắn: {short}", "lead": one.lead, "body": body[: len(body) // 3]})
    yield article({"title": other.title, "lead": other.lead, "body": [*other.body.split("\n"), one.lead]})


_Concepts = Callable[[], list[str] | None]


class _Draw:
    """Draws graded questions: each is some concepts, runs of words of which a right story holds all."""

    def __init__(self, articles: Sequence[Article], rnd: random.Random, drawn_from: int) -> None:
        self._articles = articles
        self._rnd = rnd
        self._drawn_from = drawn_from
        self._places = [" ".join(words(one.name)) for one in areas()]

    def questions(
        self, kind: str, each: int, concepts: _Concepts, change: Callable[[str], str]
    ) -> Iterator[Question]:
        """Yield questions with enough graded stories, not all of one grade."""
        made_so: set[str] = set()
        for _ in range(each * _TRIES):
            if len(made_so) == each:
                return
            drawn = concepts()
            if drawn is None or (q := change(" ".join(drawn))) in made_so:
                continue
            grades = self._grades(drawn)
            if len(grades) >= _LEAST_GRADED and len(set(grades.values())) > 1:
                made_so.add(q)
                yield Question(kind, q, frozenset(grades), grades)

    def topic_province(self) -> list[str] | None:
        """Draw two neighbouring words of a title, and a province that the article names."""
        one = self._articles[self._rnd.randrange(self._drawn_from)]
        named = [place for place in self._places if f" {place} " in one.line]
        pairs = [pair for pair in pairwise(words(one.title)) if all(map(_tells, pair))]
        if not named or not pairs:
            return None
        place, pair = self._rnd.choice(named), self._rnd.choice(pairs)
        return None if set(pair) & set(place.split()) else [" ".join(pair), place]

    def topic_words(self) -> list[str] | None:
        """Draw three words of a title, in any order."""
        one = self._articles[self._rnd.randrange(self._drawn_from)]
        telling = [word for word in dict.fromkeys(words(one.title)) if _tells(word)]
        return self._rnd.sample(telling, 3) if len(telling) >= 3 else None

    def _grades(self, concepts: Sequence[str]) -> dict[int, int]:
        """Return how near the top every story that holds all concepts holds them, together."""
        sought = [f" {concept} " for concept in concepts]
        return {
            place: sum(_held(one, run) for run in sought)
            for place, one in enumerate(self._articles)
            if all(run in one.line for run in sought)
        }


def _held(one: Article, run: str) -> int:
    for text, grade in ((one.title, _TITLE), (one.lead, _LEAD)):
        if run in f" {' '.join(words(text))} ":
            return grade
    return _BODY


def _tells(word: str) -> bool:
    return word not in FRAMES and word.isalpha() and plain(word) != word
