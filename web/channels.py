"""A channel as a page for people: its stories in the feed's order, older ones behind them, and its feeds."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from feeds import retired
from feeds.channel import Channel, channel, channels
from feeds.item import Site as Publisher
from feeds.notices import notices
from pipeline.model import LOCAL_ZONE, StoryId
from pipeline.places import area, areas
from pipeline.store import archives, browsing, meta
from pipeline.store.archives import Part
from pipeline.store.labels import Position
from web.account import Signed
from web.language import gettext as _
from web.made import sent
from web.problems import Problem, described
from web.site import Site, TheSite
from web.view import render

_PER_PAGE = 30
_MOST_MONTHS = 120
_MONTH = re.compile(r"((?:19|20|21)\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_POSITION = re.compile(r"(\d{8}T\d{6}\.\d{6})Z-([0-9a-z]{1,32})")
_MOMENT = "%Y%m%dT%H%M%S.%f"

Slug = Annotated[str, Path(max_length=64)]
Before = Annotated[str, Query(alias="truoc", max_length=100, description="a place to go on behind")]
Month = Annotated[
    str, Query(alias="thang", max_length=10, description="only of a month", examples=["2026-11"])
]
_AS_PAGE: dict[str, Any] = {
    "tags": ["pages"],
    "response_class": HTMLResponse,
    "responses": {
        301: {"description": "It goes on as another channel: Location has its page"},
        304: {"description": "Not modified"},
        **described(404, 410, 503),
    },
}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Shown:
    """What is asked of a channel: behind a position, of a month from its first day to the next one's."""

    before: Position | None
    month: date | None


@router.get("/tin-moi", **_AS_PAGE)
def everything(
    request: Request, site: TheSite, who: Signed, before: Before = "", month: Month = ""
) -> Response:
    """Show the newest stories of all, with the feeds that bring them."""
    return _shown(request, site, who, "all", _asked(before, month))


@router.get("/tinh/{province}", **_AS_PAGE)
def of_province(  # noqa: PLR0917 - what FastAPI hands over
    request: Request, site: TheSite, who: Signed, province: Slug, before: Before = "", month: Month = ""
) -> Response:
    """Show the newest stories of one of today's provinces."""
    return _shown(request, site, who, f"province/{province}", _asked(before, month))


@router.get("/dia-ban/{former}", **_AS_PAGE)
def of_area(  # noqa: PLR0917
    request: Request, site: TheSite, who: Signed, former: Slug, before: Before = "", month: Month = ""
) -> Response:
    """Show the newest stories of the territory of a unit of before July 2025."""
    return _shown(request, site, who, f"area/{former}", _asked(before, month))


@router.get("/chu-de/{topic}", **_AS_PAGE)
def of_topic(  # noqa: PLR0917
    request: Request, site: TheSite, who: Signed, topic: Slug, before: Before = "", month: Month = ""
) -> Response:
    """Show the newest stories about a topic."""
    return _shown(request, site, who, f"topic/{topic}", _asked(before, month))


@router.get("/tinh/{province}/chu-de/{topic}", **_AS_PAGE)
def of_both(  # noqa: PLR0917
    request: Request,
    site: TheSite,
    who: Signed,
    province: Slug,
    topic: Slug,
    before: Before = "",
    month: Month = "",
) -> Response:
    """Show the newest stories of a province about a topic."""
    return _shown(request, site, who, f"province/{province}/topic/{topic}", _asked(before, month))


def _asked(before: str, month: str) -> Shown:
    """Return what an address asks for; what cannot be read in it is passed over."""
    at, of = _POSITION.fullmatch(before), _MONTH.fullmatch(month)
    first = date(int(of[1]), int(of[2]), 1) if of else None
    position = None
    if at:
        try:
            position = Position(datetime.strptime(at[1], _MOMENT).replace(tzinfo=UTC), StoryId(at[2]))
        except ValueError:
            position = None
    return Shown(position, first)


def _shown(request: Request, site: Site, who: Any, key: str, asked: Shown) -> Response:
    known = channel(key)
    if known is None:
        return _over(site, who, key)
    begins, ends = _bounds(asked.month)
    before = asked.before or (Position(ends, StoryId("")) if ends else None)
    with site.db.snapshot() as conn:
        leaf = browsing.leaf(conn, known.shelf, _PER_PAGE, before=before, since=begins)
        span = browsing.span(conn, known.shelf)
        parts = archives.listed(conn, known.key)
        here = Publisher(site.settings.base_url, *meta.authority(conn))
    shown = render(
        "channel.html",
        here="channel",
        signed=who,
        channel=known,
        all_channel=channel("all"),
        stories=leaf.stories,
        older=_text(leaf.older),
        path=known.page(""),
        first_page=asked.before is None,
        month=_month(asked.month),
        months=_months(span),
        parts=_by_month(parts),
        notices=[(one.title, Markup(one.summary)) for one in notices(known, here)],  # noqa: S704 - our words
        near=_near(known),
        opml=_opml(known),
    )
    return sent(request, shown.encode(), "text/html; charset=utf-8", {"Cache-Control": "private, no-cache"})


def _over(site: Site, who: Any, key: str) -> Response:
    """Answer for a channel that there is not: 301 where it went, 410 with its last word; else 404."""
    with site.db.read() as conn:
        became = retired.lookup(conn, key)
        here = Publisher(site.settings.base_url, *meta.authority(conn))
    match became:
        case retired.Moved(to):
            raise Problem(301, "moved", "it goes on as another one", headers={"Location": to.page("")})
        case retired.Gone():
            last = retired.last_notice(became, here)
            shown = render(
                "channel_over.html",
                here="channel",
                title=became.channel.title.removeprefix("Tin Tỉnh – "),
                signed=who,
                said=(last.title, Markup(last.summary)),  # noqa: S704 - our words
                instead=became.instead,
            )
            return HTMLResponse(shown, 410)
        case None:
            raise Problem(404, "not_found", "there is no such channel; see /feeds")


def _bounds(month: date | None) -> tuple[datetime | None, datetime | None]:
    """Return the first moment of a local month and that of the next one; None, None: of no month."""
    if month is None:
        return None, None
    begins = datetime(month.year, month.month, 1, tzinfo=LOCAL_ZONE)
    ends = (begins + timedelta(days=32)).replace(day=1)
    return begins.astimezone(UTC), ends.astimezone(UTC)


def _text(position: Position | None) -> str:
    return f"{position.since.astimezone(UTC).strftime(_MOMENT)}Z-{position.story_id}" if position else ""


def _month(month: date | None) -> str:
    return month.strftime("%Y-%m") if month else ""


def _months(span: tuple[datetime, datetime] | None) -> list[str]:
    """Return the local months that a channel reaches over, newest first."""
    if span is None:
        return []
    first, last = (one.astimezone(LOCAL_ZONE) for one in span)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in reversed(numbers)][:_MOST_MONTHS]


def _by_month(parts: list[Part]) -> dict[str, list[str]]:
    """Return the names of the archive's sealed parts by month."""
    found: dict[str, list[str]] = {}
    for one in parts:
        found.setdefault(one.month, []).append(one.name)
    return found


def _near(known: Channel) -> list[tuple[str, list[Channel]]]:
    """Return the channels that a reader of this one may want too, under their headings."""
    if known.key == "all":
        return []
    every = channels()
    if known.province and known.topic:
        wanted = (f"province/{known.province}", f"topic/{known.topic}")
        return [(_("Rộng hơn"), [one for one in every if one.key in wanted])]
    if known.province:
        return [
            (_("Địa bàn trong tỉnh"), _areas(known.province)),
            (_("Theo chủ đề"), [one for one in every if one.province == known.province and one.topic]),
        ]
    if known.area:
        home = area(known.area)
        return [(_("Rộng hơn"), [one for one in every if home and one.key == f"province/{home.province}"])]
    if known.topic:
        return [
            (_("Theo tỉnh, thành phố"), [one for one in every if one.topic == known.topic and one.province])
        ]
    return []


def _opml(known: Channel) -> str:
    """Return the list for readers that is nearest to a channel."""
    if known.area:
        return "/feeds.opml"
    asked = {name: slug for name, slug in (("province", known.province), ("topic", known.topic)) if slug}
    return f"/feeds.opml?{urlencode(asked)}" if asked else "/feeds.opml"


def _areas(slug: str) -> list[Channel]:
    """Return the areas of a province, if it is made of several."""
    found = [one for home in areas() if home.province == slug and (one := channel(f"area/{home.slug}"))]
    return found if len(found) > 1 else []
