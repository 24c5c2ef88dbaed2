"""How a question is put to Meilisearch: rungs of a ladder, the strictest first. Pure; never raises.

The first rung with a hit answers, so that totals and facets speak of what was meant:

1. stories with the document numbers of the question; every word with its accents; the words as
   one phrase without accents (a mistyped accent in a headline). Without accents in the question:
   every word without accents. A question with numbers, or wholly in quotes, is meant literally
   and goes no further.
2. more than ten terms: the most telling ones with accents, then
3. every (telling) word without accents,
4. the same with typos.

One rung is one federated search: Meilisearch merges by weight and counts the union exactly. Where
no story holds every word, `each` asks for them one by one and `search.coverage` ranks what comes.
Measured on 22,635 articles, 100 to 150 questions of a kind, MRR@10 (in brackets: one plain query
as Meilisearch comes): title 1.0 (.997), the same without accents 1.0 (.997), two syllables that
have a twin with other accents .925 (.182), five words of a body .83 (.81), 24 words of a body less
five .995 (.97), title with a typo .973 (.970); p50 11 ms, p95 48 ms, the last resort 60 ms. A
boost for exact phrases changed nothing elsewhere and cost .15 on twins.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import documents
from pipeline.text import clean
from search.question import Query, Sort
from search.schema import (
    ACCENTED,
    DOC_KEYS,
    MOST_HITS,
    MOST_WORDS,
    PLAIN,
    PUBLISHED_AT,
    SHOWN,
    quoted,
)
from search.tokens import accented, bare, number_key, telex, tokens

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"'))
_RUN = re.compile(r"\d+(?:\.\d{3})+|[^\W_]+")
_MOST_NUMBERS = 5
_PUNCTUATION = ".,;:!?()[]{}\"'…"
# Words that tell least, left out first when a question is too long.
_FRAMES = frozenset(
    tokens(
        "và của các là được có cho trong với những một đã đang sẽ tại về này theo khi để ở ra vào từ đến "
        "người không cũng như thì mà bị do đó trên nhiều việc"
    )
)
# Scores are within 0..1, so a factor of a thousand puts every hit of one query before the next.
_LEADS, _NUMBERS, _EXACT, _LOOSE = 1e9, 1e6, 1e3, 1.0
_Spelling = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or several that must stand together. `weight`: how telling it is."""

    words: tuple[str, ...]
    weight: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of a question: its terms in order, and its document numbers in canonical form.

    `literal`: it names numbers, or all of it is quoted; who does that wants this or nothing.
    """

    terms: tuple[Term, ...] = ()
    numbers: tuple[str, ...] = ()
    literal: bool = False

    def words(self) -> list[str]:
        """Return all words in order."""
        return [word for term in self.terms for word in term.words]


@dataclass(frozen=True, slots=True)
class Rung:
    """One federated search. `relaxed`: hits need not hold every word."""

    queries: tuple[dict[str, Any], ...]
    relaxed: bool = False


def asked(q: str) -> Asked:
    """Return the terms of what was typed: numbers, codes (QL1A) and quoted phrases stand together.

    A minus excludes nothing: real texts have "2020 -2025", which Meilisearch reads as "not 2025".
    """
    terms: list[Term] = []
    numbers: list[str] = []
    bare_words = False
    pieces = clean(q).translate(_QUOTES).split('"')
    for position, piece in enumerate(pieces):
        is_phrase = position % 2 == 1 and position < len(pieces) - 1
        if is_phrase and not documents.find(piece):
            terms += [Term(words)] if (words := tuple(tokens(piece))) else []
            continue
        for part, number in _numbered(piece):
            if number:
                numbers.append(number)
                terms.append(Term(tuple(tokens(number))))
            else:
                terms += (singles := _single(part))
                bare_words = bare_words or bool(singles)
    return Asked(
        tuple(terms), tuple(dict.fromkeys(numbers))[:_MOST_NUMBERS], literal=bool(numbers) or not bare_words
    )


def rungs(query: Query) -> tuple[Rung, ...]:
    """Return the searches that answer a question, to be tried in order; none if it has no words."""
    make = _Maker(query)
    if query.blank():
        return (Rung((make.everything(),)),)
    question = asked(query.q)
    words, terms = question.words(), question.terms
    if not words:
        return ()
    fitting = _fitting(terms)
    exact = accented(words)
    first = make.numbered(question)
    if exact:
        first.append(make.strict(fitting, telex, ACCENTED, _EXACT))
        if len(words) > 1:
            first.append(make.strict([Term(tuple(words))], bare, PLAIN, _LOOSE))
    else:
        first.append(make.strict(fitting, bare, PLAIN, _LOOSE))
    ladder = [Rung(tuple(first))]
    if question.literal:
        return tuple(ladder)
    telling, long = _telling(terms), len(terms) > MOST_WORDS
    if exact and long:
        ladder.append(Rung((make.strict(telling, telex, ACCENTED),), relaxed=True))
    if exact or long:
        ladder.append(Rung((make.strict(telling, bare, PLAIN),), relaxed=long))
    ladder.append(Rung((make.loose(telling),), relaxed=long))
    return tuple(ladder)


def each(query: Query) -> tuple[tuple[dict[str, Any], ...], ...]:
    """Return, for each telling term, the searches for it alone: with accents, then without.

    None for a question that is meant literally, or that has a single term.
    """
    question = asked(query.q)
    telling = _telling(question.terms)
    if question.literal or len(telling) < 2:  # noqa: PLR2004 - one term was asked for alone already
        return ()
    make = _Maker(query)
    exact = accented(question.words())
    return tuple(
        (*([make.alone(term, telex, ACCENTED)] if exact else []), make.alone(term, bare, PLAIN))
        for term in telling
    )


class _Maker:
    """Makes the queries of one question, which share its filter and its order."""

    def __init__(self, query: Query) -> None:
        self._filters = query.filters()
        self._newest = query.sort is Sort.NEWEST

    def everything(self) -> dict[str, Any]:
        """Every story, the newest first."""
        return self._made("", "all", sort=[f"{PUBLISHED_AT}:desc"])

    def numbered(self, question: Asked) -> list[dict[str, Any]]:
        """The stories that bear one of the numbers, those with the other words first."""
        if not question.numbers:
            return []
        keys = {number: f"{DOC_KEYS} = {quoted(number_key(number))}" for number in question.numbers}
        text = _spelled(_fitting(question.terms), bare)
        made = [self._made(text, "all", " OR ".join(keys.values()), weight=_LEADS)]
        # Their own words again: Meilisearch merges no search without words with one that has some.
        for number, bearing in keys.items():
            made.append(self._made(_spelled([Term(tuple(tokens(number)))], bare), "all", bearing, _NUMBERS))
        return [{**one, "attributesToSearchOn": PLAIN} for one in made]

    def strict(
        self, terms: Sequence[Term], spelling: _Spelling, fields: list[str], weight: float = _LOOSE
    ) -> dict[str, Any]:
        """Every term, spelled so, without typos: Meilisearch takes a quoted term literally."""
        text = _spelled(terms, spelling)
        return self._made(text, "all", weight=weight, attributesToSearchOn=fields)

    def loose(self, terms: Sequence[Term]) -> dict[str, Any]:
        """The words without accents, typos allowed."""
        words = [bare(word) for term in terms for word in term.words]
        return self._made(" ".join(words[:MOST_WORDS]), "all", attributesToSearchOn=PLAIN)

    def alone(self, term: Term, spelling: _Spelling, fields: list[str]) -> dict[str, Any]:
        """One term, for ids and days of its hits, outside of any federation."""
        made = self.strict([term], spelling, fields) | {"limit": MOST_HITS}
        del made["federationOptions"]
        return made | {"attributesToRetrieve": ["id", PUBLISHED_AT]}

    def _made(
        self, q: str, strategy: str, condition: str = "", weight: float = _LOOSE, **more: object
    ) -> dict[str, Any]:
        order = {"sort": [f"{PUBLISHED_AT}:desc"]} if self._newest else {}
        return {
            "q": q,
            "matchingStrategy": strategy,
            "filter": [*self._filters, *([condition] if condition else [])],
            "attributesToRetrieve": SHOWN,
            "federationOptions": {"weight": weight},
            **order,
            **more,
        }


def _numbered(piece: str) -> list[tuple[str, str]]:
    """Cut a piece at its document numbers: (text, "") or (text, canonical number).

    Beside those that stand as in print, a word in any case may be one: 90/kh-ubnd.
    """
    cut: list[tuple[str, str]] = []
    last = 0
    for start, end in documents.spans(piece):
        cut += _by_word(piece[last:start])
        cut.append((piece[start:end], documents.canonical(piece[start:end]) or ""))
        last = end
    return cut + _by_word(piece[last:])


def _by_word(text: str) -> list[tuple[str, str]]:
    return [(word, documents.canonical(word.strip(_PUNCTUATION)) or "") for word in text.split()]


def _single(part: str) -> list[Term]:
    """Return the terms of one typed word: numbers tell most, then names, then long words."""
    rank = 2 if re.search(r"\d", part) else int(part[:1].isupper())
    runs = (tuple(tokens(run)) for run in _RUN.findall(part))
    return [Term(run, (-1 if run[0] in _FRAMES else rank, len(run[0]))) for run in runs if run]


def _fitting(terms: Sequence[Term]) -> list[Term]:
    """Return terms that are few enough for Meilisearch: neighbours of a long question stand together."""
    size = 1
    joined = list(terms)
    while len(joined) > MOST_WORDS and size < len(terms):
        size += 1
        joined = _joined(terms, size)
    return joined[:MOST_WORDS]


def _joined(terms: Sequence[Term], size: int) -> list[Term]:
    """Join single words that follow each other to terms of at most `size` words."""
    made: list[Term] = []
    room = 0
    for term in terms:
        if len(term.words) == 1 and room:
            made[-1] = Term(made[-1].words + term.words)
            room -= 1
        else:
            made.append(term)
            room = size - 1 if len(term.words) == 1 else 0
    return made


def _telling(terms: Sequence[Term]) -> list[Term]:
    """Return the ten most telling terms, each once, in their order."""
    once = list(dict.fromkeys(terms))
    best = sorted(range(len(once)), key=lambda place: (len(once[place].words) == 1, _less(once[place])))
    return [once[place] for place in sorted(best[:MOST_WORDS])]


def _less(term: Term) -> tuple[int, int]:
    rank, length = term.weight
    return -rank, -length


def _spelled(terms: Sequence[Term], spelling: _Spelling) -> str:
    """Return quoted terms: without typos, prefixes or operators."""
    return " ".join(f'"{" ".join(map(spelling, term.words))}"' for term in terms)
