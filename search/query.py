"""Ask a question and get hits: the search that API, page and command line share.

`Query` and `read` come from `search.question`; how a question is put is in `search.plan`.
"""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from search.index import Index
from search.plan import rungs
from search.question import Query, Sort, read
from search.schema import FACETS, MOST_HITS
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
        relaxed: no story holds every word; these hold some.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: dict[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in FACETS})
    took_ms: int = 0
    relaxed: bool = False

    def answer(self) -> dict[str, Any]:
        """Return the results as JSON-ready data."""
        return asdict(self)


def search(index: Index, query: Query) -> Results:
    """Answer a question.

    Raises:
        EngineUnavailable: Meilisearch is away, or the index is being built.
    """
    started = time.perf_counter()
    federation = {
        "limit": query.per_page,
        "offset": (query.page - 1) * query.per_page,
        "facetsByIndex": {index.name: list(FACETS.values())},
        "mergeFacets": {},
    }
    answer: dict[str, Any] = {}
    relaxed = False
    for rung in rungs(query):
        answer, relaxed = index.search(rung.queries, federation), rung.relaxed
        if answer["estimatedTotalHits"]:
            break
    total = int(answer.get("estimatedTotalHits", 0))
    told = answer.get("facetDistribution") or {}
    return Results(
        hits=tuple(_hit(found, query) for found in answer.get("hits", ())),
        total=min(total, MOST_HITS),
        facets={name: _most_first(told.get(attribute) or {}) for name, attribute in FACETS.items()},
        took_ms=round((time.perf_counter() - started) * 1000),
        relaxed=relaxed and total > 0,
    )


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
