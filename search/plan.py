"""How a question is put to Meilisearch: rungs of a ladder, the strictest first. Pure; never raises.

The first rung with a hit answers, so that totals and facets speak of what was meant:

1. stories with the document numbers of the question; then its words as one phrase, then every word (first
   where neighbours stand together as words of two syllables), all with accents if it has any; the same of
   its other readings (`search.forms`); last the phrase
   without accents (a mistyped accent in a headline). A question with numbers, or wholly in quotes, is
   meant literally and goes no further: at most the quoted words without their accents.
2. with accents on some words only: those as typed, the others in any reading, also where the first rung
   found a few stories in which the words stand apart; then a short name of a place in full ("lũ qn"),
3. raw keys of Telex or VNI as the words they were meant to be (`search.typed`); behind it a word that is
   no syllable is mended first, if stories tell how (`search.misspelt`),
4. more than ten terms: the most telling ones with accents,
5. every (telling) word without accents,
6. the same with typos.

What stands in quotes beside other words holds as it is on every rung; if nobody wrote it so, its words in
their order without accents are the last one.

One rung is one federated search: Meilisearch merges by weight and counts the union exactly. Where
no story holds every word, `each` asks for them one by one and `search.coverage` ranks what comes;
for five terms or more before the rung of typos, since a wrong word is left out more safely than
bent. A pasted address asks for its story, then for the words of its last part. `-word` at the end
of a question leaves out, where no range can be meant; alone it leaves everything else, newest first. What is
found so: docs/search.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from search.asked import QUOTES, Asked, Term, address, addresses, asked, meant, told_as
from search.conditions import quoted
from search.forms import placed, readings
from search.grouping import pairings, telling_terms, together
from search.question import Query
from search.schema import (
    ACCENTED,
    DOC_KEYS,
    MOST_HITS,
    MOST_WORDS,
    PLACE_ACCENTED,
    PLACE_PLAIN,
    PLAIN,
    PRIMARY_KEY,
    PUBLISHED_AT,
    SHOWN,
    URLS,
)
from search.tokens import accented, bare, number_key, telex, tokens
from search.typed import decoded

COUNTED = 20  # stories at most, of a word that may have been meant
_MANY = 5  # terms
# Scores are within 0..1, so a factor of a thousand puts every hit of one query before the next; the
# other readings stand between. Words of two syllables only go before what merely holds their syllables.
_SURE, _LEADS, _NUMBERS, PHRASE, _NAMED, PAIRED, EXACT, _LOOSE = 1e18, 1e15, 1e12, 1e9, 1e7, 2e4, 1e4, 1.0
_NEARLY = (
    0.6  # the weight of a title with all words but one beside a text with all: words far apart weigh less
)
_NEXT = 0.1  # the weight of a reading beside that of the one before it
_NOTHING = Asked()
_Spelling = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Led:
    """The stories of the documents that a question names: they go first.

    Args:
        numbers: the number that each story tells of, by story id, in order; at most fifty.
        sure: the number is written out in the question, so nothing can be meant before them; else a text
            that has the question word for word goes before.
    """

    numbers: Mapping[str, str]
    sure: bool = False

    @property
    def weight(self) -> float:
        """Return what they weigh."""
        return _SURE if self.sure else _NAMED


@dataclass(frozen=True, slots=True)
class Rung:
    """One federated search, and what it takes the question for.

    Args:
        relaxed: hits need not hold every word as it was typed.
        bent: typos are allowed.
        half: words that were typed without accents may have any.
        narrow: the next one finds these and more, which is better where there are few and in none of them
            neighbours stand together.
    """

    queries: tuple[dict[str, Any], ...]
    question: Asked = _NOTHING
    relaxed: bool = False
    bent: bool = False
    half: bool = False
    narrow: bool = False

    def firm(self) -> list[dict[str, Any]]:
        """Return the queries for words that stand together, as they were typed."""
        return [one for one in self.queries if one["federationOptions"]["weight"] > EXACT]

    def short(self) -> set[int]:
        """Return the places of the queries for titles with all words but one."""
        titles = (PLAIN[:1], ACCENTED[:1])
        return {place for place, one in enumerate(self.queries) if one.get("attributesToSearchOn") in titles}


def rungs(query: Query, led: Led | None = None) -> tuple[Rung, ...]:
    """Return the searches that answer a question, to be tried in order; none if it has no words.

    `led`: stories that the first of them finds besides.
    """
    if query.blank():
        return (Rung((_Maker(query).everything(),)),)
    if story_id := told_as(query.q):
        return (Rung((_Maker(query).told_as(story_id),)),)
    ladder = [Rung((_Maker(query).told_at(urls),))] if (urls := addresses(query.q)) else []
    question = asked(query.q)
    if not question.terms and not question.without:
        return tuple(ladder)
    make = _Maker(query, question)
    if not question.terms:
        return (*ladder, Rung((make.rest(ACCENTED if question.exact() else PLAIN),), question))
    leading = make.led(led) if led else []
    exact = accented(question.words())
    few = len(question.terms) <= MOST_WORDS
    is_half = exact and few and not question.literal and not all(map(_is_accented, question.words()))
    first = (*leading, *_first(make, query.q, question))
    ladder.append(Rung(first, question, narrow=is_half))
    if question.literal:
        if question.quoted and not question.numbers and accented(question.words()):
            ladder.append(Rung((make.strict(together(question.terms), bare, PLAIN),), question, relaxed=True))
        return tuple(ladder)
    if is_half:
        ladder.append(Rung((*first, *_half(make, question)), question, half=True))
    if full := [asked(other) for other in placed(query.q)]:
        ladder.append(Rung(tuple(make.mixed(together(one.terms)) for one in full), question))
    if keyed := decoded(query.q):
        typed = asked(keyed)
        fitting = together(typed.terms)
        queries = [*_spoken(make, typed, 1), make.mixed(fitting)]
        ladder.append(Rung(tuple(queries), typed))
    laxer = _looser(make, meant(query.q))
    return (*ladder, *(replace(rung, relaxed=True) for rung in laxer))


def _looser(make: "_Maker", question: Asked) -> Iterator[Rung]:
    """Yield the searches that take the words ever less literally."""
    exact = accented(question.words())
    telling, long = telling_terms(question.terms), len(question.terms) > MOST_WORDS
    if exact and long:
        yield Rung((make.strict(telling, telex, ACCENTED),), question)
    if exact or long:
        yield Rung((make.blind(telling),), question)
    yield Rung((make.loose(telling),), question, bent=True)
    if exact and question.kept():
        yield Rung((make.strict(telling, bare, PLAIN),), question)


def each(query: Query) -> tuple[tuple[dict[str, Any], ...], ...]:
    """Return, for each telling term, the searches for it alone: with accents, then without.

    None for a question that is meant literally, or that has a single term.
    """
    question = meant(query.q)
    telling = telling_terms(question.terms)
    if question.literal or len(telling) < 2:  # noqa: PLR2004 - one term was asked for alone already
        return ()
    make = _Maker(query, question)
    exact = accented(question.words())
    kept = question.kept()
    return tuple(
        (*([make.alone(term, telex, kept)] if exact else []), make.alone(term, bare, kept))
        for term in telling
    )


def tried(query: Query, others: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return searches that tell which of some questions was meant, each with the question it speaks for.

    For the question as it was typed: stories of all its words. For each other, which has another word in one
    place: those in which that word stands beside a neighbour, too. Outside of any federation, for ids alone;
    no filter but the bounds of a key narrows them.
    """
    make = _Maker(Query(q=query.q, within=query.within))
    typed = asked(query.q)
    spelling, fields = (telex, ACCENTED) if accented(typed.words()) else (bare, PLAIN)
    found = [(query.q, make.counted(typed.terms, spelling, fields))]
    for other in others:
        terms = asked(other).terms
        changed = [
            place for place, pair in enumerate(zip(typed.terms, terms, strict=False)) if len({*pair}) > 1
        ]
        if len(changed) != 1 or len(terms) != len(typed.terms):
            continue
        [place] = changed
        spelling, fields = (telex, ACCENTED) if accented(list(terms[place].words)) else (bare, PLAIN)
        for at in (place - 1, place):
            if 0 <= at < len(terms) - 1:
                near = Term(terms[at].words + terms[at + 1].words)
                found.append((other, make.counted([*terms[:at], near, *terms[at + 2 :]], spelling, fields)))
    return found


def many(query: Query) -> bool:
    """Say whether a question has so many terms that one of them may rather be left out than bent."""
    return len(telling_terms(asked(query.q).terms)) >= _MANY


def unquoted(query: Query) -> Query | None:
    """Return a long question without its quotes, as headlines have them; None if it is short or has none."""
    question = asked(query.q)
    others = len(question.terms) - len(question.kept())
    if not question.kept() or max(others, *(len(term.words) for term in question.kept())) < _MANY:
        return None
    return replace(query, q=QUOTES.sub(" ", query.q))


def _first(make: "_Maker", q: str, question: Asked) -> list[dict[str, Any]]:
    """Return the strictest searches: numbers, the question as typed, its other readings."""
    queries = [*make.numbered(question), *_spoken(make, question, 1)]
    weight = 1.0
    is_open = not (question.numbers or (question.literal and question.quoted) or address(q))
    for other in readings(q) if is_open else ():
        weight *= _NEXT
        queries += _spoken(make, asked(other), weight)
    if accented(question.words()) and len(question.words()) > 1 and not question.quoted:
        queries.append(make.strict([Term(tuple(question.words()))], bare, PLAIN, _LOOSE))
    return queries


def _spoken(make: "_Maker", question: Asked, weight: float) -> list[dict[str, Any]]:
    """Return a reading as one phrase, and as all its terms if there are several."""
    spelling, fields = (telex, ACCENTED) if accented(question.words()) else (bare, PLAIN)
    whole = [make.strict([Term(tuple(question.words()))], spelling, fields, PHRASE * weight)]
    if len(question.terms) == 1:
        return whole
    fitting = together(question.terms)
    tries = len(fitting) if len(fitting) >= _MANY and weight == 1 and not question.literal else 0
    nearly = [
        make.strict([*fitting[:place], *fitting[place + 1 :]], spelling, fields[:1], EXACT * _NEARLY)
        for place in range(tries)
        if not fitting[place].quoted
    ]
    paired = [make.strict(one, spelling, fields, PAIRED * weight) for one in pairings(question.terms)]
    return [*whole, *paired, make.strict(fitting, spelling, fields, EXACT * weight), *nearly]


def _half(make: "_Maker", question: Asked) -> list[dict[str, Any]]:
    """Return the searches in which words without accents may have any."""
    terms = question.terms
    is_long = len(question.words()) > 2  # noqa: PLR2004 - two words are the same two with other accents too often
    whole = [Term(tuple(question.words()))]
    beside = [(whole, PHRASE), *((pairs, PAIRED) for pairs in pairings(terms))] if is_long else []
    return [
        *(make.strict(some, bare, PLAIN, weight * _NEXT) for some, weight in beside),
        make.mixed(together(terms), EXACT * _NEXT),
    ]


class _Maker:
    """Makes the queries of one question, which share its filter and its order."""

    def __init__(self, query: Query, question: Asked = _NOTHING) -> None:
        self._filters = query.filters()
        self._order = query.order()
        self._without = question.without
        self._names_open = question.names_open()

    def told_at(self, urls: Sequence[str]) -> dict[str, Any]:
        """The story that was told at one of some addresses."""
        return self._made("", "all", f"{URLS} IN [{', '.join(map(quoted, urls))}]")

    def told_as(self, story_id: str) -> dict[str, Any]:
        """The story with an id."""
        return self._made("", "all", f"{PRIMARY_KEY} = {quoted(story_id)}")

    def everything(self) -> dict[str, Any]:
        """Every story."""
        return self._made("", "all")

    def rest(self, fields: list[str]) -> dict[str, Any]:
        """Every story without what is left out."""
        return self._made("", "all", attributesToSearchOn=fields)

    def numbered(self, question: Asked) -> list[dict[str, Any]]:
        """The stories that bear one of the numbers, those with the other words first."""
        if not question.numbers:
            return []
        keys = {number: f"{DOC_KEYS} = {quoted(number_key(number))}" for number in question.numbers}
        text = _spelled(together(question.terms), bare)
        made = [self._made(text, "all", " OR ".join(keys.values()), weight=_LEADS)]
        # Their own words again: Meilisearch merges no search without words with one that has some.
        for number, bearing in keys.items():
            made.append(self._made(_spelled([Term(tuple(tokens(number)))], bare), "all", bearing, _NUMBERS))
        return [{**one, "attributesToSearchOn": self._searched(PLAIN)} for one in made]

    def led(self, led: Led) -> list[dict[str, Any]]:
        """The stories of documents, found by the words of their numbers, which every one of them has."""
        stories: dict[str, list[str]] = {}
        for story_id, number in led.numbers.items():
            stories.setdefault(number_key(number), []).append(story_id)
        made = []
        for key, ids in stories.items():
            text = _spelled([Term(tuple(key.split("-")))], bare)
            condition = f"{PRIMARY_KEY} IN [{', '.join(map(quoted, ids))}]"
            made.append(self._made(text, "all", condition, led.weight, attributesToSearchOn=PLAIN))
        return made

    def strict(
        self, terms: Sequence[Term], spelling: _Spelling, fields: list[str], weight: float = _LOOSE
    ) -> dict[str, Any]:
        """Every term, spelled so, without typos: Meilisearch takes a quoted term literally."""
        text = _spelled(terms, spelling)
        return self._made(text, "all", weight=weight, attributesToSearchOn=fields)

    def mixed(self, terms: Sequence[Term], weight: float = _LOOSE) -> dict[str, Any]:
        """Every term: with accents where it has some, else in any reading."""
        text = " ".join(f'"{_words(term, _as_typed(term))}"' for term in terms)
        return self._made(text, "all", weight=weight, attributesToSearchOn=[*PLAIN, *ACCENTED])

    def blind(self, terms: Sequence[Term]) -> dict[str, Any]:
        """Every term without accents; what is quoted as it is."""
        text = " ".join(f'"{_words(term, _as_kept(term))}"' for term in terms)
        return self._made(text, "all", attributesToSearchOn=_fields(terms))

    def loose(self, terms: Sequence[Term]) -> dict[str, Any]:
        """The words without accents, typos allowed; what is quoted as it is."""
        parts = [
            part
            for term in terms
            for part in ([f'"{_words(term, _as_typed(term))}"'] if term.quoted else map(bare, term.words))
        ]
        return self._made(" ".join(parts[:MOST_WORDS]), "all", attributesToSearchOn=_fields(terms))

    def counted(self, terms: Sequence[Term], spelling: _Spelling, fields: list[str]) -> dict[str, Any]:
        """Every term, outside of any federation, to see how many stories there are up to a page of them."""
        made = self.strict(terms, spelling, fields)
        del made["federationOptions"]
        return made | {"attributesToRetrieve": [PRIMARY_KEY], "limit": COUNTED}

    def alone(self, term: Term, spelling: _Spelling, kept: Sequence[Term]) -> dict[str, Any]:
        """One term beside what is quoted, for ids and days of its best hits, outside of any federation.

        In whatever order hits are wanted: of more than a thousand the same are looked at.
        """
        fields = [*PLAIN, *ACCENTED] if kept else ACCENTED if spelling is telex else PLAIN
        text = [f'"{_words(one, _as_typed(one))}"' for one in kept if one != term]
        own = f'"{_words(term, _as_typed(term) if term.quoted else spelling)}"'
        made = self._made(" ".join([own, *text]), "all", attributesToSearchOn=fields) | {"limit": MOST_HITS}
        made = {name: value for name, value in made.items() if name not in ("federationOptions", "sort")}
        return made | {"attributesToRetrieve": ["id", PUBLISHED_AT]}

    def _made(
        self, q: str, strategy: str, condition: str = "", weight: float = _LOOSE, **more: Any
    ) -> dict[str, Any]:
        order = {"sort": self._order} if self._order else {}
        if "attributesToSearchOn" in more:
            more["attributesToSearchOn"] = self._searched(more["attributesToSearchOn"])
        # Meilisearch looks for what it leaves out in the searched fields only.
        blind = not {*ACCENTED} & {*more.get("attributesToSearchOn", ())}
        without = "".join(
            f" -{_left_out(term, bare if blind else _as_typed(term))}" for term in self._without
        )
        return {
            "q": (q + without).strip(),
            "matchingStrategy": strategy,
            "filter": [*self._filters, *([condition] if condition else [])],
            "attributesToRetrieve": SHOWN,
            "federationOptions": {"weight": weight},
            **order,
            **more,
        }

    def _searched(self, fields: list[str]) -> list[str]:
        """Return fields with the names of places beside the bodies, where they may answer."""
        beside = {PLAIN[-1]: PLACE_PLAIN, ACCENTED[-1]: PLACE_ACCENTED} if self._names_open else {}
        return [*fields, *(beside[field] for field in fields if field in beside)]


def _spelled(terms: Sequence[Term], spelling: _Spelling) -> str:
    """Return quoted terms: without typos, prefixes or operators."""
    return " ".join(f'"{_words(term, spelling)}"' for term in terms)


def _words(term: Term, spelling: _Spelling) -> str:
    return " ".join(map(spelling, term.words))


def _left_out(term: Term, spelling: _Spelling) -> str:
    words = _words(term, spelling)
    return f'"{words}"' if len(term.words) > 1 else words


def _fields(terms: Sequence[Term]) -> list[str]:
    """Return where to look for terms without accents: with them, too, if one is quoted."""
    return [*PLAIN, *ACCENTED] if any(term.quoted for term in terms) else PLAIN


def _is_accented(word: str) -> bool:
    return accented([word])


def _as_kept(term: Term) -> _Spelling:
    """Return how to spell a term where accents do not count: a quoted one keeps them."""
    return _as_typed(term) if term.quoted else bare


def _as_typed(term: Term) -> _Spelling:
    """Return how to spell a term whose accents count if it has any."""
    return telex if accented(list(term.words)) else bare
