"""Ask a question and get hits: the search that API, page and command line share.

`Query` and `read` come from `search.question`; how a question is put is in `search.plan`.
"""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from search.coverage import covering
from search.index import Index
from search.order import TOP, Texts, doubtful, ordered
from search.plan import Rung, each, many, rungs
from search.question import Query, Sort, read
from search.schema import FACETS, MOST_HITS, PRIMARY_KEY, PUBLISHED_AT, SHOWN, quoted
from search.snippet import snippet

__all__ = ["Hit", "Query", "Results", "Sort", "read", "search"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One story found. `snippet` is HTML whose only tag is <mark>; `title` is plain text.

    `published` is local and only as precise as known; `entries` are its tellings, the lead first.
    """

    story_id: str
    title: str
    snippet: str
    url: str
    province: str | None
    area: str | None
    topics: list[str]
    published: str
    entries: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Results:
    """What was found, in rank order.

    Args:
        total: exact up to 1,000, which also stands for more.
        facets: for province, area, topic and source, how many hits bear each slug, most first.
        took_ms: as the asker felt it.
        relaxed: no story holds every word; these hold most of what was asked, rare words weighing more.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: dict[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in FACETS})
    took_ms: int = 0
    relaxed: bool = False

    def answer(self) -> dict[str, Any]:
        """Return the results as JSON-ready data."""
        return asdict(self)


def search(index: Index, query: Query, texts: Texts | None = None) -> Results:
    """Answer a question; `texts` gives the full texts of stories by id, to tell whether a run stands there.

    Raises:
        EngineUnavailable: Meilisearch is away, or the index is being built.
    """
    started = time.perf_counter()
    answer: dict[str, Any] = {}
    relaxed = False
    for rung in rungs(query):
        if rung.bent and many(query) and (answer := _covered(index, query, nearly=True)):
            relaxed = True
            break
        answer = _asked(index, query, rung, texts)
        places = {one["_federation"]["queriesPosition"] for one in answer["hits"]}
        relaxed = rung.relaxed or (bool(places) and places <= rung.short())
        if answer["estimatedTotalHits"]:
            break
    else:
        answer, relaxed = _covered(index, query), True
    total = int(answer.get("estimatedTotalHits", 0))
    told = answer.get("facetDistribution") or {}
    return Results(
        hits=tuple(_hit(found, query) for found in answer.get("hits", ())),
        total=min(total, MOST_HITS),
        facets={name: _most_first(told.get(attribute) or {}) for name, attribute in FACETS.items()},
        took_ms=round((time.perf_counter() - started) * 1000),
        relaxed=relaxed and total > 0,
    )


def _asked(index: Index, query: Query, rung: Rung, texts: Texts | None) -> dict[str, Any]:
    """Answer with one rung; the first hits are put in our own order."""
    start = (query.page - 1) * query.per_page
    federation = _federation(index, query)
    question = rung.question
    if not question.terms or query.sort is Sort.NEWEST or start >= TOP:
        return index.search(rung.queries, federation)
    wide = {"limit": max(TOP, start + query.per_page), "offset": 0}
    answer = index.search(rung.queries, federation | wide)
    known = texts(unsure) if texts and (unsure := doubtful(answer["hits"], question)) else {}
    hits = ordered(answer["hits"], question, known)
    return answer | {"hits": hits[start : start + query.per_page]}


def _federation(index: Index, query: Query) -> dict[str, Any]:
    return {
        "limit": query.per_page,
        "offset": (query.page - 1) * query.per_page,
        "facetsByIndex": {index.name: list(FACETS.values())},
        "mergeFacets": {},
    }


def _covered(index: Index, query: Query, *, nearly: bool = False) -> dict[str, Any]:
    """Answer a question of which no story holds every word with those that hold most, or nearly all."""
    alternatives = each(query)
    lists = iter(index.each([one for term in alternatives for one in term])) if alternatives else iter(())
    days: dict[str, int] = {}
    found: list[dict[str, int]] = []
    for term in alternatives:
        spellings = [{hit["id"]: hit[PUBLISHED_AT] for hit in next(lists)} for _ in term]
        found.append(next(filter(None, spellings), {}))  # with accents, if any story has them
        days |= found[-1]
    ids = covering(found, nearly=nearly)[:MOST_HITS]
    if not ids:
        return {}
    if query.sort is Sort.NEWEST:
        ids.sort(key=lambda one: -days[one])
    start = (query.page - 1) * query.per_page
    page = ids[start : start + query.per_page]
    facets = index.search([_by_id(ids)], {**_federation(index, query), "limit": 0, "offset": 0})
    hits = index.search([_by_id(page)], {"limit": len(page)})["hits"] if page else []
    return facets | {"hits": sorted(hits, key=lambda hit: page.index(hit["id"]))}


def _by_id(ids: list[str]) -> dict[str, Any]:
    listed = ", ".join(map(quoted, ids))
    return {"q": "", "filter": f"{PRIMARY_KEY} IN [{listed}]", "attributesToRetrieve": SHOWN}


def _hit(found: dict[str, Any], query: Query) -> Hit:
    return Hit(
        story_id=found["id"],
        title=found["title"],
        snippet=snippet([found["summary"], found["content"]], query.q),
        url=found["url"],
        province=found["province"],
        area=found["area"],
        topics=found["topics"],
        published=found["published"],
        entries=found["entries"],
    )


def _most_first(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
