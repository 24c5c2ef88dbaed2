"""Searching: one query, answered as JSON and as a page that works without a script.

What the index finds is shown only if SQL still tells it: a story that was just taken back is not
shown because the index is a second late. Without an index the page shows the newest from SQL.
"""

from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from markupsafe import Markup

from feeds.channel import Channel, channel
from pipeline.errors import BadInput, EngineUnavailable
from pipeline.model import Source, Story, StoryId
from pipeline.places import areas, provinces
from pipeline.store import sources, stories
from pipeline.text import clean
from pipeline.topics import topics
from search import query as engine
from search.question import MOST_CHARACTERS
from search.schema import MOST_HITS
from search.snippet import marked
from web.account import Signed
from web.finding import find, living, papers
from web.site import Site, TheSite
from web.view import area_choice, province_name, render, topic_name, when

_PER_PAGE = 20
_SHOWN_FACETS = 8
_TITLES = {
    "province": "Tỉnh",
    "area": "Địa bàn",
    "topic": "Chủ đề",
    "source": "Nguồn",
    "doc": "Văn bản",
    "from": "Từ ngày",
    "to": "Đến ngày",
}
_PARAMETERS = ("q", *_TITLES, "sort", "page")
_AS_PAGE: dict[str, Any] = {
    "tags": ["pages"],
    "openapi_extra": {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
            for name in _PARAMETERS
        ]
    },
}
_GROUPS = {"topic": "Chủ đề", "province": "Tỉnh, thành", "source": "Nguồn tin"}
_AWAY = "Máy tìm kiếm đang tạm nghỉ. Dưới đây là tin mới nhất từ kho"
_RELAXED = "Không tin nào có đủ các từ; đây là những tin có nhiều từ nhất."

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Shown:
    """One hit on the page; title and snippet are HTML with marks."""

    story: Story
    title: Markup
    snippet: Markup | str


@dataclass(frozen=True, slots=True)
class _Listing:
    """What the page lists. `total` is None when nobody counted."""

    hits: list[_Shown]
    total: int | None = None
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    down: bool = False


@router.get("/", response_class=HTMLResponse, **_AS_PAGE)
@router.get("/search", response_class=HTMLResponse, **_AS_PAGE)
def page(request: Request, site: TheSite, who: Signed) -> HTMLResponse:
    """Show the search page, or the newest stories when nothing is asked."""
    given = {name: clean(request.query_params.get(name, "")).strip() for name in _PARAMETERS}
    given["q"] = given["q"][:MOST_CHARACTERS]
    asked, notices = _understood(given)
    named = papers(site, asked)
    found = _listing(site, asked)
    kept = {name: given[name] for name in ("q", *_TITLES)} | {"sort": given["sort"]}
    if kept["sort"] == engine.Sort.RELEVANCE:
        kept["sort"] = ""
    with site.db.read() as conn:
        known = sources.listed(conn)
    total = found.total or 0
    last = -(-min(total, MOST_HITS) // _PER_PAGE)
    shown = render(
        "search.html",
        here="search",
        signed=who,
        asked=kept,
        heading=_heading(kept),
        channel=_channel(asked),
        all_channel=channel("all"),
        counts={name: found.facets.get(name, {}) for name in ("province", "area", "topic", "source")},
        filters=_filters(kept, known),
        facets=_facets(found, kept, known),
        total=found.total,
        total_is_exact=total < MOST_HITS,
        hits=found.hits,
        papers=named,
        notices=[*notices, *found.notices],
        down=found.down,
        page=asked.page,
        last_page=last,
        pages=_pages(asked.page, last),
        provinces=provinces(),
        areas=areas(),
        topics=topics(),
        sources=known,
    )
    unanswered = (
        found.down and named is None and any(kept[name] for name in ("q", "source", "doc", "from", "to"))
    )
    return HTMLResponse(shown, 503, {"Retry-After": "10"}) if unanswered else HTMLResponse(shown)


@router.get("/robots.txt", tags=["pages"], response_class=PlainTextResponse)
def robots() -> PlainTextResponse:
    """Keep crawlers to pages that lead somewhere: filters combine without end."""
    return PlainTextResponse("User-agent: *\nDisallow: /search?\nDisallow: /api/\nDisallow: /ops\n")


def _understood(given: dict[str, str]) -> tuple[engine.Query, list[str]]:
    """Return the query that can be made of an address; what is wrong in it is emptied and told of."""
    notices: list[str] = []
    given["per_page"] = str(_PER_PAGE)
    while True:
        try:
            return engine.read(given), notices
        except BadInput as error:
            wrong = error.subject if given.get(error.subject) else "page"
            if wrong != "page":
                notices.append(
                    f"{_TITLES.get(wrong, wrong)} “{given[wrong][:80]}” không dùng được nên đã bỏ qua."
                )
            given[wrong] = ""


def _listing(site: Site, asked: engine.Query) -> _Listing:
    try:
        found = find(site, asked)
    except EngineUnavailable:
        return _from_store(site, asked)
    alive = living(site, found)
    hits = [
        _Shown(alive[story_id], Markup(marked(alive[story_id].face.title, asked.q)), Markup(hit.snippet))  # noqa: S704
        for hit in found.hits
        if (story_id := StoryId(hit.story_id)) in alive
    ]
    return _Listing(hits, found.total, found.facets, [_RELAXED] if found.relaxed else [])


def _from_store(site: Site, asked: engine.Query) -> _Listing:
    with site.db.read() as conn:
        newest = stories.window(
            conn,
            province=asked.province or None,
            area=asked.area or None,
            topic=asked.topic or None,
            limit=_PER_PAGE,
        )
    placed = any((asked.province, asked.area, asked.topic))
    notice = f"{_AWAY}{' theo nơi và chủ đề đã chọn' if placed else ''}, chưa xét từ khóa, nguồn và ngày."
    hits = [_Shown(story, Markup("{}").format(story.face.title), story.face.summary) for story in newest]
    return _Listing(hits, notices=[notice], down=True)


def _heading(asked: dict[str, str]) -> str:
    if asked["q"]:
        return f"“{asked['q']}”"
    return "Tin theo bộ lọc" if any(asked.values()) else "Tin mới nhất"


def _channel(asked: engine.Query) -> Channel:
    """Return the narrowest feed that holds what was asked for."""
    keys = [
        f"province/{asked.province}/topic/{asked.topic}",
        f"area/{asked.area}",
        f"province/{asked.province}",
        f"topic/{asked.topic}",
        "all",
    ]
    return next(found for found in map(channel, keys) if found)


def _filters(asked: dict[str, str], known: list[Source]) -> list[dict[str, str]]:
    return [
        {"field": name, "title": title, "label": _label(name, asked[name], known)}
        for name, title in _TITLES.items()
        if asked[name]
    ]


def _facets(found: _Listing, asked: dict[str, str], known: list[Source]) -> list[dict[str, Any]]:
    """Return the links that narrow the results, most hits first; a chosen label is not offered again."""
    return [
        {
            "field": name,
            "title": title,
            "links": [
                {"value": slug, "label": label, "count": count}
                for slug, count in found.facets.get(name, {}).items()
                if slug != asked[name] and (label := _label(name, slug, known))
            ][:_SHOWN_FACETS],
        }
        for name, title in _GROUPS.items()
    ]


def _label(name: str, value: str, known: list[Source]) -> str:
    match name:
        case "province":
            return province_name(value)
        case "area":
            return area_choice(value)
        case "topic":
            return topic_name(value)
        case "source":
            return next((one.name for one in known if one.source_id == value), value)
        case "from" | "to":
            return when(value) or value
        case _:
            return value


def _pages(page: int, last: int) -> list[int | None]:
    """Return the page numbers to link: the first, the neighbours and the last; None for a gap."""
    wanted = sorted({1, page - 1, page, page + 1, last} & set(range(1, last + 1)))
    linked: list[int | None] = []
    for number in wanted:
        if linked and linked[-1] != number - 1:
            linked.append(None)
        linked.append(number)
    return linked
