"""The search page: /tim-kiem, and the front page. All of it works without a script (docs/search.md).

What the index finds is shown only if SQL still tells it: a story that was just taken back is not
shown because the index is a second late. Without an index the page shows the newest from SQL.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from markupsafe import Markup

from feeds.channel import Channel, channel
from pipeline.errors import BadInput, EngineUnavailable
from pipeline.model import LOCAL_ZONE, Source, Story, StoryId
from pipeline.places import areas, provinces
from pipeline.store import sources
from pipeline.store.accounts import Session
from pipeline.topics import topics
from search import query as engine
from search.asked import FRAMES
from search.asked import asked as words_of
from search.question import NAMES, SEVERAL, chosen
from search.schema import FACETS, MOST_HITS
from search.snippet import marked
from search.tokens import bare, tokens
from web.account import Signed
from web.filters import are_set, field_names, understood, value_label
from web.finding import find, living, newest_from_store, papers
from web.language import gettext as _
from web.language import ngettext
from web.made import begun, sent
from web.narrowing import chips, groups, histogram
from web.paper_lookup import Lookup
from web.partners import MOST_OF_KEY, MOST_OF_STRANGER
from web.site import Site, TheSite
from web.taken import taken
from web.view import number, query, render

_PER_PAGE = 20
_TYPING = "manh"  # a parameter: only what changes while somebody types
_OPENED = "mo"  # a parameter: what is given in full, facets by their field and the form, parted by commas
_FORM = "tay"
_GAP = Markup("<!-- found -->")  # in a page's frame; what others wrote has no "<" there
_HTML = "text/html; charset=utf-8"
_AS_PAGE: dict[str, Any] = {
    "tags": ["pages"],
    "openapi_extra": {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
            for name in (*NAMES, _TYPING, _OPENED)
        ]
    },
}
_KEPT = {"Cache-Control": "private, no-cache"}

_Part = Callable[[], tuple[str, bool]]

_LOG = structlog.get_logger("web")

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Shown:
    """One hit on the page; title and snippet are HTML with marks. `unseen`: no word asked for is in them."""

    story: Story
    title: Markup
    snippet: Markup | str
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class _Listing:
    """What the page lists.

    Args:
        asked: what was really asked for.
        total: None when nobody counted; then `more` says whether there is another page.
        down: these come from SQL. unanswered: and words were asked for.
    """

    asked: engine.Query
    hits: list[_Shown]
    found: engine.Results = field(default_factory=engine.Results)
    total: int | None = None
    notices: list[str] = field(default_factory=list)
    down: bool = False
    unanswered: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Told:
    """What else is on the page: what its address got wrong, what is opened, how many hits a file may have."""

    notices: list[str]
    opened: list[str]
    most: int


@router.get("/", response_class=HTMLResponse, **_AS_PAGE)
@router.get("/tim-kiem", response_class=HTMLResponse, **_AS_PAGE)
@router.get("/search", response_class=HTMLResponse, **_AS_PAGE)
def page(request: Request, site: TheSite, who: Signed) -> Response:
    """Show the search page, or the newest stories when nothing is asked.

    While the engine answers, the beginning of a page is on its way before it is asked, so that styles and
    scripts are there with the hits. An engine that goes away in that moment is told of with 200, not 503.
    """
    given = engine.gathered(request.query_params.multi_items())
    typing = bool(given.pop(_TYPING, ""))
    opened = sorted(set(given.pop(_OPENED, "").split(",")) & {*FACETS, _FORM})
    asked, notices = understood(given | {"per_page": str(_PER_PAGE)})
    told = _Told(notices, opened, MOST_OF_KEY if who else MOST_OF_STRANGER)
    part: _Part = partial(_part, site, asked, told, typing=typing)
    begin, end = ("", "") if typing else render("search.html", found=_GAP, **_frame(asked, who)).split(_GAP)
    if asked.stated() and site.answering and who is None and not typing:
        return begun(request, begin, lambda: f"{_late(site, part)}{end}", _HTML, _KEPT)
    found, unanswered = part()
    shown = f"{begin}{found}{end}"
    if unanswered:
        return HTMLResponse(shown, 503, _KEPT | {"Retry-After": "10"})
    if who is not None:  # what is packed lets guess at the token in it that stands beside the question
        return HTMLResponse(shown, headers=_KEPT)
    return sent(request, shown.encode(), _HTML, _KEPT)


def _late(site: Site, part: _Part) -> str:
    """Return the part of a page whose status was sent already; that SQL is away is said in its place."""
    try:
        return part()[0]
    except EngineUnavailable as error:
        site.answering = False
        _LOG.error("request_failed", path="/tim-kiem", subject=error.subject, error=error.message)
        return render("_away.html")


def _part(site: Site, asked: engine.Query, told: _Told, *, typing: bool) -> tuple[str, bool]:
    """Return what changes with the question, rendered; and whether words of it were left unanswered."""
    named = papers(site, asked)
    listing = _listing(site, asked, typing=typing)
    with site.db.read() as conn:
        known = sources.listed(conn)
    notices = [*told.notices, *listing.notices]
    if listing.down and asked.q:
        notices.append(_unsought(asked, named))
    values = _values(asked, listing, known) | {
        "papers": named,
        "opened": told.opened,
        "notices": notices,
        "said": " ".join([_counted(listing), *notices]).strip(),
        "files": _files(asked, listing.total or 0, told.most),
    }
    return render("_found.html", **values), listing.unanswered and named is None


@router.get("/robots.txt", tags=["pages"], response_class=PlainTextResponse)
def robots() -> PlainTextResponse:
    """Keep crawlers to pages that lead somewhere: filters combine without end."""
    kept_out = ("/tim-kiem?", "/search?", "/theo-doi/", "/ngon-ngu/", "/api/", "/ops")
    return PlainTextResponse("User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in kept_out))


def _listing(site: Site, asked: engine.Query, *, typing: bool) -> _Listing:
    try:
        asked, found = _found(site, asked, typing=typing)
        site.answering = True
    except EngineUnavailable:
        site.answering = False
        return _from_store(site, asked)
    except BadInput:  # a place in a reading of the question that there is not, or no more
        if asked.before is None:
            raise
        return _listing(site, replace(asked, before=None), typing=typing)
    alive = living(site, found)
    hits = [
        _shown(alive[story_id], hit.snippet, found.respelled or asked.q)
        for hit in found.hits
        if (story_id := StoryId(hit.story_id)) in alive
    ]
    return _Listing(asked, hits, found, found.total, taken(asked, found))


def _shown(story: Story, snippet: str, q: str) -> _Shown:
    title = marked(story.face.title, q)
    told = set(map(bare, tokens(f"{story.face.title} {snippet}")))
    sought = {bare(word) for word in words_of(q).words() if word not in FRAMES}
    unseen = bool(sought) and told.isdisjoint(sought) and "<mark>" not in f"{title} {snippet}"
    return _Shown(story, Markup(title), Markup(snippet), unseen)  # noqa: S704 - their only tag is <mark>


def _found(site: Site, asked: engine.Query, *, typing: bool) -> tuple[engine.Query, engine.Results]:
    """Return the answer; while somebody types, without their last word if that one is not finished yet."""
    found = find(site, asked)
    before, _space, last = asked.q.rstrip().rpartition(" ")
    if not typing or (found.total and not found.relaxed) or not before or not last:
        return asked, found
    shorter = replace(asked, q=before)
    other = find(site, shorter)
    return (shorter, other) if other.total and not other.relaxed else (asked, found)


def _from_store(site: Site, asked: engine.Query) -> _Listing:
    newest = newest_from_store(site, asked)
    if not asked.stated().keys() - {"q"}:
        notice = _("Máy tìm kiếm đang tạm nghỉ. Dưới đây là tin mới nhất từ kho.")
    else:
        notice = _("Máy tìm kiếm đang tạm nghỉ. Dưới đây là tin mới nhất từ kho theo các bộ lọc đã chọn.")
    notices = [notice, *[_("Chưa kịp xem hết kho: có thể còn tin khác.")] * newest.incomplete]
    hits = [
        _Shown(story, Markup("{}").format(story.face.title), story.face.summary) for story in newest.stories
    ]
    more = newest.total > asked.page * _PER_PAGE
    return _Listing(asked, hits, notices=notices, unanswered=bool(newest.unapplied), down=True, more=more)


def _unsought(asked: engine.Query, named: Lookup | None) -> str:
    """Return which words were not looked for without an engine: SQL knows the documents of a question."""
    if named is None:
        return _("Chưa xét các từ “%(q)s”.", q=asked.q)
    return _("Văn bản dưới đây lấy từ cơ sở dữ liệu; các từ khác, nếu có, chưa được tìm.")


def _frame(asked: engine.Query, who: Session | None) -> dict[str, Any]:
    """Return what the page needs around its hits."""
    return {
        "asked": (kept := _kept(asked)),
        "stated": asked.stated(),
        "title": _heading(kept, asked.q),
        "channel": _channel(asked),
        "page": asked.page,
        "walking": asked.before is not None,
        "here": "search",
        "signed": who,
    }


def _kept(asked: engine.Query) -> dict[str, str]:
    """Return every parameter of the question and its order, "" where it says nothing."""
    stated = asked.stated()
    sort = "" if asked.sort is engine.Sort.RELEVANCE else asked.sort.value
    return {name: stated.get(name, "") for name in ("q", *field_names())} | {"sort": sort}


def _values(asked: engine.Query, listing: _Listing, known: list[Source]) -> dict[str, Any]:
    """Return what the template of the hits needs."""
    today = datetime.now(UTC).astimezone(LOCAL_ZONE).date()
    stated, kept = asked.stated(), _kept(asked)
    titles = field_names()

    def label(name: str, value: str) -> str:
        return value_label(name, value, known)

    found, total = listing.found, listing.total or 0
    counted = total if listing.total is not None else (asked.page + listing.more) * _PER_PAGE
    last = -(-min(counted, MOST_HITS) // _PER_PAGE)
    place = asked.before.text() if asked.before else ""
    return {
        "asked": kept,
        "stated": stated,
        "title": _heading(kept, listing.asked.q),
        "channel": _channel(asked),
        "filters": list(are_set(asked, known, today)),
        "groups": groups(
            found.facets, kept, {name: titles[name] for name in titles if name in FACETS}, label
        ),
        "chips": chips(kept, today),
        "histogram": histogram(found.months, found.days, kept, today) if stated else None,
        "several": {name: len(chosen(kept[name])) for name in SEVERAL},
        "total": listing.total,
        "told": _counted(listing),
        "hits": listing.hits,
        "relaxed": found.relaxed,
        "down": listing.down,
        "page": asked.page,
        "last_page": last,
        "pages": _pages(asked.page, last),
        "further": _further(listing, last),
        "too_deep": asked.page >= last and total > MOST_HITS and not listing.found.cursor,
        "walking": listing.asked.before is not None,
        "place": place,
        "provinces": provinces(),
        "areas": areas(),
        "topics": topics(),
        "sources": known,
    }


def _heading(asked: dict[str, str], q: str) -> str:
    if q != asked["q"]:
        return f"“{q} …”"
    if asked["q"]:
        return f"“{asked['q']}”"
    return _("Tin theo bộ lọc") if any(asked.values()) else _("Tin mới nhất")


def _counted(listing: _Listing) -> str:
    """Return how many stories there are, in words; "" where nobody counted."""
    if listing.total is None:
        return ""
    return ngettext("%(n)s tin", "%(n)s tin", listing.total) % {"n": number(listing.total)}


def _files(asked: engine.Query, total: int, most: int) -> tuple[str, str]:
    """Return what a reader who may take `most` gets as a file, in words, and the address's parameters."""
    oldest = asked.sort is engine.Sort.OLDEST
    if total <= most:
        told = _("Tải tất cả về:")
    elif oldest:
        told = _("Tải %(n)s tin cũ nhất về:", n=number(most))
    else:
        told = _("Tải %(n)s tin mới nhất về:", n=number(most))
    return told, query(asked.stated(), sort=asked.sort.value if oldest else "")


def _further(listing: _Listing, last: int) -> str:
    """Return the cursor behind the last page that has a number; "" if there is nothing behind."""
    asked = listing.asked
    at_end = asked.before is not None or (asked.page >= last and (listing.total or 0) > MOST_HITS)
    return listing.found.cursor if at_end else ""


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


def _pages(page: int, last: int) -> list[int | None]:
    """Return the page numbers to link: the first, the neighbours and the last; None for a gap."""
    wanted = sorted({1, page - 1, page, page + 1, last} & set(range(1, last + 1)))
    linked: list[int | None] = []
    for one in wanted:
        if linked and linked[-1] != one - 1:
            linked.append(None)
        linked.append(one)
    return linked
