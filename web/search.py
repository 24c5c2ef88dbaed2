"""The search page: /tim-kiem, and the front page. All of it works without a script (docs/search.md).

What the index finds is shown only if SQL still tells it: a story that was just taken back is not
shown because the index is a second late. Without an index the page shows the newest from SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from markupsafe import Markup

from feeds.channel import Channel, channel
from pipeline.errors import BadInput, EngineUnavailable
from pipeline.model import LOCAL_ZONE, Source, Story, StoryId
from pipeline.places import areas, provinces
from pipeline.store import sources
from pipeline.text import clean
from pipeline.topics import topics
from search import query as engine
from search.asked import FRAMES
from search.asked import asked as words_of
from search.question import MOST_CHARACTERS, NAMES, SEVERAL, chosen
from search.schema import FACETS, MOST_HITS
from search.snippet import marked
from search.tokens import bare, tokens
from web.account import Signed
from web.filters import are_set, field_names, value_label
from web.finding import find, living, newest_from_store, papers
from web.language import gettext as _
from web.language import ngettext
from web.made import sent
from web.narrowing import chips, groups, histogram
from web.partners import MOST_OF_KEY, MOST_OF_STRANGER
from web.site import Site, TheSite
from web.view import number, query, render

_PER_PAGE = 20
_TYPING = "manh"  # a parameter: only what changes while somebody types
_OPENED = "mo"  # a parameter: what is given in full, facets by their field and the form, parted by commas
_FORM = "tay"
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


@router.get("/", response_class=HTMLResponse, **_AS_PAGE)
@router.get("/tim-kiem", response_class=HTMLResponse, **_AS_PAGE)
@router.get("/search", response_class=HTMLResponse, **_AS_PAGE)
def page(request: Request, site: TheSite, who: Signed) -> Response:
    """Show the search page, or the newest stories when nothing is asked."""
    given = engine.gathered(request.query_params.multi_items())
    typing = bool(given.pop(_TYPING, ""))
    opened = set(given.pop(_OPENED, "").split(",")) & {*FACETS, _FORM}
    asked, notices = _understood(given | {"per_page": str(_PER_PAGE)})
    named = papers(site, asked)
    listing = _listing(site, asked, typing=typing)
    with site.db.read() as conn:
        known = sources.listed(conn)
    notices += listing.notices
    values = _values(asked, listing, known) | {
        "papers": named,
        "opened": sorted(opened),
        "notices": notices,
        "said": " ".join([_told(listing), *notices]).strip(),
        "here": "search",
        "signed": who,
        "files": _files(asked, listing.total or 0, MOST_OF_KEY if who else MOST_OF_STRANGER),
    }
    shown = render("_found.html" if typing else "search.html", **values)
    if listing.unanswered and named is None:
        return HTMLResponse(shown, 503, _KEPT | {"Retry-After": "10"})
    if who is not None:  # what is packed lets guess at the token in it that stands beside the question
        return HTMLResponse(shown, headers=_KEPT)
    return sent(request, shown.encode(), "text/html; charset=utf-8", _KEPT)


@router.get("/robots.txt", tags=["pages"], response_class=PlainTextResponse)
def robots() -> PlainTextResponse:
    """Keep crawlers to pages that lead somewhere: filters combine without end."""
    kept_out = ("/tim-kiem?", "/search?", "/theo-doi/", "/ngon-ngu/", "/api/", "/ops")
    return PlainTextResponse("User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in kept_out))


def _understood(given: Mapping[str, str]) -> tuple[engine.Query, list[str]]:
    """Return the query that can be made of an address; what is wrong in it is emptied and told of."""
    left = dict(given)
    notices: list[str] = []
    while True:
        try:
            return engine.read(left), notices
        except BadInput as error:
            wrong = error.subject if left.get(error.subject) else "page"
            if wrong == "q":
                notices.append(_("Câu hỏi quá dài: chỉ %(n)s ký tự đầu được dùng.", n=MOST_CHARACTERS))
                left["q"] = clean(left["q"]).strip()[:MOST_CHARACTERS]
                continue
            if wrong not in ("page", "before", "sort"):
                notices.append(_dropped(wrong, left))
            left[wrong] = ""


def _dropped(name: str, left: Mapping[str, str]) -> str:
    """Return why a parameter is left out; of a day that can be read, the day it is against."""
    values = {"field": field_names().get(name, name), "value": left[name][:80]}
    if name == "to" and _readable({"to": left["to"]}):
        first = f"{_('Từ ngày')} “{left['from'][:80]}”"
        return _("%(field)s “%(value)s” đứng trước %(first)s nên đã bỏ qua.", first=first, **values)
    return _("%(field)s “%(value)s” không dùng được nên đã bỏ qua.", **values)


def _readable(given: Mapping[str, str]) -> bool:
    try:
        engine.read(given)
    except BadInput:
        return False
    return True


def _listing(site: Site, asked: engine.Query, *, typing: bool) -> _Listing:
    try:
        asked, found = _found(site, asked, typing=typing)
    except EngineUnavailable:
        return _from_store(site, asked)
    except BadInput:  # a place in a reading of the question that there is not, or no more
        if asked.before is None:
            raise
        return _listing(site, replace(asked, before=None), typing=typing)
    alive = living(site, found)
    hits = [
        _shown(alive[story_id], hit.snippet, asked.q)
        for hit in found.hits
        if (story_id := StoryId(hit.story_id)) in alive
    ]
    relaxed = [_("Không tin nào có đủ các từ; đây là những tin có nhiều từ nhất.")] * found.relaxed
    return _Listing(asked, hits, found, found.total, relaxed)


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
    notices = [notice]
    if "q" in newest.unapplied:
        notices.append(_("Chưa xét các từ “%(q)s”.", q=asked.q))
    if newest.incomplete:
        notices.append(_("Chưa kịp xem hết kho: có thể còn tin khác."))
    hits = [
        _Shown(story, Markup("{}").format(story.face.title), story.face.summary) for story in newest.stories
    ]
    more = newest.total > asked.page * _PER_PAGE
    return _Listing(asked, hits, notices=notices, unanswered=bool(newest.unapplied), down=True, more=more)


def _values(asked: engine.Query, listing: _Listing, known: list[Source]) -> dict[str, Any]:
    """Return what the template needs."""
    today = datetime.now(UTC).astimezone(LOCAL_ZONE).date()
    stated = asked.stated()
    kept = {name: stated.get(name, "") for name in ("q", *field_names())}
    kept["sort"] = "" if asked.sort is engine.Sort.RELEVANCE else asked.sort.value
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
        "title": _heading(kept, listing),
        "channel": _channel(asked),
        "filters": list(are_set(asked, known, today)),
        "groups": groups(
            found.facets, kept, {name: titles[name] for name in titles if name in FACETS}, label
        ),
        "chips": chips(kept, today),
        "histogram": histogram(found.months, found.days, kept, today) if stated else None,
        "several": {name: len(chosen(kept[name])) for name in SEVERAL},
        "total": listing.total,
        "told": _told(listing),
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


def _heading(asked: dict[str, str], listing: _Listing) -> str:
    if listing.asked.q != asked["q"]:
        return f"“{listing.asked.q} …”"
    if asked["q"]:
        return f"“{asked['q']}”"
    return _("Tin theo bộ lọc") if any(asked.values()) else _("Tin mới nhất")


def _told(listing: _Listing) -> str:
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
