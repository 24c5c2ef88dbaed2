"""Ask a question and get hits: the search that API, page and command line share.

`Query` and `read` come from `search.question`; how a question is put is in `search.plan`.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pipeline.errors import BadInput, EngineUnavailable
from search.conditions import quoted
from search.coverage import covering
from search.cursor import COVERED, NEARLY, Cursor, read_cursor, tie
from search.index import Index
from search.misspelt import respelled
from search.order import TOP, Texts, doubtful, ordered
from search.plan import Led, Rung, each, many, rungs, tried, unquoted
from search.question import MOST_DAYS, Query, Sort, gathered, read
from search.schema import DAY, FACETS, LATER, MONTH, MOST_HITS, PRIMARY_KEY, PUBLISHED_AT, SHOWN
from search.snippet import snippet

__all__ = ["Hit", "Query", "Results", "Sort", "gathered", "hit", "read", "search", "walk"]

_WHOLE = frozenset(SHOWN) - LATER
MOST_OFFERED = 100  # values of one facet that are told
_SCARCE, _MUCH_MORE = 20, 5
_FEW_MONTHS = 3  # in a row, of which hits are told day by day: 92 days at most


@dataclass(frozen=True, slots=True)
class Hit:
    """One story found. `snippet` is HTML whose only tag is <mark>; `title` is plain text.

    `published` is local and only as precise as known; `published_basis` says whence (`pipeline.model.Basis`),
    "" where the index is of an earlier form; `entries` are its tellings, the lead first.
    """

    story_id: str
    title: str
    snippet: str
    url: str
    province: str | None
    area: str | None
    topics: list[str]
    published: str
    published_basis: str
    entries: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Results:
    """What was found, in rank order.

    Args:
        total: how many there are; of stories that hold most of the words at most 1,000 are told. On pages by
            cursor it is that of the first page.
        facets: for each of `search.schema.FACETS`, how many hits bear each value, most first. Values of a
            filter that is set are counted as if it was not, so that others can be chosen.
        months, days: how many hits are of each local month ("2023-01"), and of each day where both ends of
            the span are given and at most 92 days apart, or all hits are of three months in a row; in order.
        took_ms: as the asker felt it.
        relaxed: no story holds every word; these hold most of what was asked, rare words weighing more.
        respelled: the question that was answered instead, where one of its words is no syllable.
        cursor: asks for what comes behind these hits as `before`; "" at the end, and in order of relevance.

    Pages by cursor have no facets, months and days.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: dict[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in FACETS})
    months: dict[str, int] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
    took_ms: int = 0
    relaxed: bool = False
    respelled: str = ""
    cursor: str = ""

    def answer(self) -> dict[str, Any]:
        """Return the results as JSON-ready data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one way of asking gave.

    Args:
        query: what was asked for in the end.
        found: Meilisearch's merged answer.
        rung: its place, or `COVERED`, `NEARLY`.
        relaxed: as in `Results`.
        more: there are hits behind these.
    """

    query: Query
    found: dict[str, Any]
    rung: int
    relaxed: bool = False
    more: bool = False

    @property
    def total(self) -> int:
        """The number of hits."""
        return int(self.found.get("estimatedTotalHits", 0))


def search(index: Index, query: Query, texts: Texts | None = None, led: Led | None = None) -> Results:
    """Answer a question.

    Args:
        index: where to ask.
        query: what is asked.
        texts: gives the full texts of stories by id, to tell where the words stand.
        led: the stories of documents that it names, which go first; in order of time they only count.

    Raises:
        EngineUnavailable: Meilisearch is away, or the index is being built.
        BadInput: `before` names a place that this question never had.
    """
    started = time.perf_counter()
    last = query.before
    answer = _further(index, query, last, led) if last else _answer(index, query, texts, led)
    other = answer.query.q if answer.query.q != query.q else ""
    query = answer.query
    told = {} if last else answer.found.get("facetDistribution") or {}
    facets = {name: told.get(attribute) or {} for name, attribute in FACETS.items()}
    if answer.total and last is None:
        facets |= _as_if_unset(index, query, answer.rung, led)
    return Results(
        hits=tuple(hit(found, query) for found in answer.found.get("hits", ())),
        total=last.total if last else answer.total,
        facets={name: _most_first(counts) for name, counts in facets.items()},
        months=_in_order(told.get(MONTH)),
        days=_in_order(told.get(DAY)),
        took_ms=round((time.perf_counter() - started) * 1000),
        relaxed=(answer.relaxed or bool(other)) and answer.total > 0,
        respelled=other,
        cursor="" if other else _cursor(query, answer),
    )


def walk(index: Index, query: Query, led: Led | None = None) -> Iterator[Results]:
    """Yield the pages of a question in order of time, each by the cursor of the one before.

    `led`: as in `search`.

    Raises:
        EngineUnavailable: as `search`, at any page.
    """
    assert query.in_time()
    found = search(index, query, led=led)
    if found.respelled:
        query = replace(query, q=found.respelled)
        found = replace(search(index, query, led=led), relaxed=True)
    yield found
    while found.cursor:
        found = search(index, replace(query, page=1, before=read_cursor(found.cursor)), led=led)
        yield found


def _answer(index: Index, query: Query, texts: Texts | None, led: Led | None) -> _Answer:
    """Answer by the first rung that finds anything; a misspelt word is mended before any is taken loosely."""
    others = () if led else respelled(query.q)
    for place, rung in enumerate(rungs(query, led)):
        if others and rung.relaxed:
            if better := _respelled(index, query, others):
                return _answer(index, better, texts, led)
            others = ()
        if rung.bent and many(query) and (answer := _covered(index, query, NEARLY)).total:
            return answer
        found = _asked(index, query, rung, texts, led)
        if not found["estimatedTotalHits"]:
            continue
        if (others or rung.narrow) and _is_scarce(index, rung, found):
            if others and (better := _respelled(index, query, others)):
                return _answer(index, better, texts, led)
            if rung.narrow:
                continue
        relaxed = rung.relaxed or _lacks_a_word(index, rung, found["hits"])
        shown = (query.page - 1) * query.per_page + len(found["hits"])
        return _Answer(query, found, place, relaxed, more=shown < found["estimatedTotalHits"])
    return _covered(index, query, COVERED)


def _respelled(index: Index, query: Query, others: Sequence[str]) -> Query | None:
    """Return the question as most stories have its misspelt word beside the others; None if too few have.

    VTV is no syllable, and yet a word: where stories have all words as they were typed, far more must have
    the other.
    """
    tries = tried(query, others)
    found = Counter[str]()
    for (other, _), hits in zip(tries, index.each([one for _, one in tries]), strict=True):
        found[other] += len(hits)
    typed = found.pop(query.q)
    best, count = max(found.items(), key=lambda one: one[1], default=("", 0))
    return replace(query, q=best) if count > typed * _MUCH_MORE else None


def _is_scarce(index: Index, rung: Rung, found: Mapping[str, Any]) -> bool:
    """Say whether few stories hold every word, and none of them neighbours side by side."""
    firm = rung.firm()
    few = found["estimatedTotalHits"] < _SCARCE
    return few and not (firm and index.search(firm, {"limit": 0})["estimatedTotalHits"])


def _further(index: Index, query: Query, last: Cursor, led: Led | None) -> _Answer:
    """Answer by the rung that the cursor names."""
    if last.rung < 0:
        return _covered(index, query, last.rung)
    ladder = rungs(query, led)
    if last.rung >= len(ladder):
        raise BadInput("before", "must be the `cursor` of an answer to this question")
    rung = ladder[last.rung]
    found = _found(index, rung.queries, {"limit": query.per_page, "offset": 0})
    if found["estimatedTotalHits"] and not found["hits"]:
        raise EngineUnavailable("Meilisearch", "ran out of time")  # or the walk would seem to be at its end
    first = rungs(replace(query, before=None), led)[last.rung]
    relaxed = rung.relaxed or _lacks_a_word(index, first, found["hits"])
    return _Answer(query, found, last.rung, relaxed, more=len(found["hits"]) < found["estimatedTotalHits"])


def _lacks_a_word(index: Index, rung: Rung, hits: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether no story holds every word, since hits are but titles that hold all words but one.

    One page does not tell: those that hold every word may stand on another.
    """
    short = rung.short()
    if not hits or not {one["_federation"]["queriesPosition"] for one in hits} <= short:
        return False
    whole = [one for place, one in enumerate(rung.queries) if place not in short]
    return not index.search(whole, {"limit": 0})["estimatedTotalHits"]


def _cursor(query: Query, answer: _Answer) -> str:
    """Return where to go on behind the last hit of an answer."""
    if not (answer.more and answer.found["hits"] and query.in_time()):
        return ""
    last = answer.found["hits"][-1]
    total = query.before.total if query.before else answer.total
    return Cursor(answer.rung, last[PUBLISHED_AT], tie(last[PRIMARY_KEY]), total, query.mark()).text()


def _as_if_unset(index: Index, query: Query, rung: int, led: Led | None) -> dict[str, dict[str, int]]:
    """Return the facets of filters that are set, each counted without its own filter."""
    told: dict[str, dict[str, int]] = {}
    for name, attribute in FACETS.items():
        if not getattr(query, name):
            continue
        change: dict[str, Any] = {name: ""}
        unset = replace(query, **change)
        if rung < 0:
            counted = _covered(index, unset, rung).found
        else:
            counting = _counting(index, [attribute]) | {"limit": 0}
            counted = index.search(rungs(unset, led)[rung].queries, counting)
        told[name] = (counted.get("facetDistribution") or {}).get(attribute) or {}
    return told


def _asked(index: Index, query: Query, rung: Rung, texts: Texts | None, led: Led | None) -> dict[str, Any]:
    """Answer with one rung; the first hits are put in our own order, while their days are counted."""
    start = (query.page - 1) * query.per_page
    federation = _federation(index, query)
    question = rung.question
    is_kept = not question.terms or query.in_time() or start >= TOP
    wide = {} if is_kept else {"limit": max(TOP, start + query.per_page), "offset": 0}
    answer = _found(index, rung.queries, federation | wide)
    told = answer.get("facetDistribution") or {}
    with ThreadPoolExecutor(max_workers=1) as aside:
        days = aside.submit(_by_day, index, rung, told)
        if not is_kept:
            known = texts(unsure) if texts and (unsure := doubtful(answer["hits"], question)) else {}
            hits = ordered(answer["hits"], question, known, led, half=rung.half)
            answer |= {"hits": hits[start : start + query.per_page]}
    return answer | {"facetDistribution": told | {DAY: days.result()}}


def _by_day(index: Index, rung: Rung, told: Mapping[str, Mapping[str, int]]) -> Mapping[str, int]:
    """Return how many hits are of each day if that is told, or if they are of few months; {} if not."""
    numbers = [int(month[:4]) * 12 + int(month[5:]) for month in told.get(MONTH, ())]
    if DAY in told or not numbers or max(numbers) - min(numbers) >= _FEW_MONTHS:
        return told.get(DAY, {})
    counted = index.search(rung.queries, _counting(index, [DAY]) | {"limit": 0})
    return (counted.get("facetDistribution") or {}).get(DAY) or {}


def _federation(index: Index, query: Query) -> dict[str, Any]:
    page = {"limit": query.per_page, "offset": (query.page - 1) * query.per_page}
    return page | _counting(index, [*FACETS.values(), MONTH, *([DAY] if _is_short(query) else [])])


def _counting(index: Index, attributes: list[str]) -> dict[str, Any]:
    return {"facetsByIndex": {index.name: attributes}, "mergeFacets": {}}


def _is_short(query: Query) -> bool:
    """Say whether the span asked for is told day by day."""
    first, last = query.date_from, query.date_to
    return first is not None and last is not None and (last - first).days < MOST_DAYS


def _covered(index: Index, query: Query, rung: int) -> _Answer:
    """Answer a question of which no story holds every word with those that hold most, or nearly all.

    A walk in order of time goes through one list, made anew for each page: it ends at a thousand. Where
    nothing bears what a long question quotes, it is taken without its quotes.
    """
    alternatives = each(replace(query, before=None))
    lists = iter(index.each([one for term in alternatives for one in term])) if alternatives else iter(())
    days: dict[str, int] = {}
    found: list[dict[str, int]] = []
    for term in alternatives:
        spellings = [{hit["id"]: hit[PUBLISHED_AT] for hit in next(lists)} for _ in term]
        found.append(next(filter(None, spellings), {}))  # with accents, if any story has them
        days |= found[-1]
    ids = covering(found, nearly=rung == NEARLY)[:MOST_HITS]
    if not ids:
        plain = unquoted(query) if rung == COVERED else None
        return (
            replace(_covered(index, plain, rung), query=query)
            if plain
            else _Answer(query, {"hits": []}, rung)
        )
    start = (query.page - 1) * query.per_page
    if query.in_time():
        sign = 1 if query.sort is Sort.OLDEST else -1

        def place(at: int, number: int) -> tuple[int, int]:
            return sign * at, number

        ids.sort(key=lambda one: place(days[one], tie(one)))
        if (last := query.before) is not None:
            passed = place(last.at, last.tie)
            start = sum(place(days[one], tie(one)) <= passed for one in ids)
    page = ids[start : start + query.per_page]
    facets = index.search([_by_id(ids)], {**_federation(index, query), "limit": 0, "offset": 0})
    hits = _found(index, [_by_id(page)], {"limit": len(page)})["hits"] if page else []
    sorted_hits = sorted(hits, key=lambda hit: page.index(hit["id"]))
    more = start + len(page) < len(ids)
    return _Answer(query, facets | {"hits": sorted_hits}, rung, relaxed=True, more=more)


def _found(index: Index, queries: Sequence[dict[str, Any]], federation: dict[str, Any]) -> dict[str, Any]:
    """Ask, and leave out hits that are no document of a story: anybody with the engine's key may add some."""
    answer = index.search(queries, federation)
    return answer | {"hits": [one for one in answer["hits"] if one.keys() >= _WHOLE]}


def _by_id(ids: list[str]) -> dict[str, Any]:
    listed = ", ".join(map(quoted, ids))
    return {"q": "", "filter": f"{PRIMARY_KEY} IN [{listed}]", "attributesToRetrieve": SHOWN}


def hit(found: Mapping[str, Any], query: Query) -> Hit:
    """Return a document as a hit of a question."""
    return Hit(
        story_id=found["id"],
        title=found["title"],
        snippet=snippet([found["summary"], found["content"]], query.q),
        url=found["url"],
        province=found["province"],
        area=found["area"],
        topics=found["topics"],
        published=found["published"],
        published_basis=found.get("published_basis", ""),
        entries=found["entries"],
    )


def _most_first(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_OFFERED])


def _in_order(counts: dict[str, int] | None) -> dict[str, int]:
    return dict(sorted((counts or {}).items()))
