"""/status, for people and as JSON: which sources bring news, and when each channel changed last.

Public: how a source is, never why, and no address of a door. The state is read at most every few seconds,
however many ask.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from feeds.channel import Channel, FeedForm, channels
from web.account import Signed
from web.language import gettext as _
from web.made import sent
from web.problems import described
from web.site import TheSite
from web.view import render

_FRESHNESS = "public, max-age=30, stale-if-error=86400"
_PROMPT, _SLOW = timedelta(minutes=1), timedelta(minutes=15)

router = APIRouter()


class ChannelStatus(BaseModel):
    """One channel."""

    key: str = Field(examples=["province/vinh-long"])
    title: str
    page: str = Field(description="for people")
    feeds: dict[str, str] = Field(description="its addresses by form: atom, rss, json")
    changed: datetime | None = Field(description="when its feed changed last; null: it was never published")


class SourceStatus(BaseModel):
    """One source."""

    source: str
    name: str
    state: str = Field(
        description="fresh; late: we could not look, or not in time; silent: nothing new for longer than "
        "usual; paused; new: nothing has come yet; by_hand: nothing comes by itself",
        examples=["fresh"],
    )
    since: datetime | None = Field(description="of late and silent ones: since when")
    last: datetime | None = Field(description="when something new came last")


class StatusBody(BaseModel):
    """How everything is."""

    queue: str = Field(description="how long news wait here: prompt, slow or stuck", examples=["prompt"])
    sources: list[SourceStatus]
    channels: list[ChannelStatus]


@router.get(
    "/status.json",
    tags=["feeds"],
    response_model=StatusBody,
    responses={304: {"description": "Not modified"}, **described(503)},
)
def status_json(request: Request, site: TheSite) -> Response:
    """Say which sources bring news, and when each channel changed last."""
    state = site.standings.get()
    base_url = site.settings.base_url
    told = StatusBody(
        queue=word(state.waiting_since, datetime.now(UTC)),
        sources=[
            SourceStatus(
                source=one.source.source_id,
                name=one.source.name,
                state=one.standing.state,
                since=one.standing.since,
                last=one.standing.last,
            )
            for one in state.sources
        ],
        channels=[
            ChannelStatus(
                key=one.key,
                title=one.title,
                page=one.page(base_url),
                feeds={form.value: one.url(base_url, form) for form in FeedForm},
                changed=state.changed.get(one.key),
            )
            for one in channels()
        ],
    )
    extra = {"Cache-Control": _FRESHNESS, "Access-Control-Allow-Origin": "*"}
    return sent(request, told.model_dump_json().encode(), "application/json", extra)


@router.get(
    "/status",
    tags=["pages"],
    response_class=HTMLResponse,
    responses={304: {"description": "Not modified"}, **described(503)},
)
def status(request: Request, site: TheSite, who: Signed) -> Response:
    """Show people which sources bring news, and when each channel changed last."""
    state = site.standings.get()
    known = channels()
    shown = render(
        "status.html",
        here="status",
        signed=who,
        queue=word(state.waiting_since, datetime.now(UTC)),
        sources=state.sources,
        counts=Counter(one.standing.state.value for one in state.sources),
        changed=state.changed,
        groups=_groups(known),
        crossed=_crossed(known),
    )
    caching = "private, no-cache" if who is not None else _FRESHNESS
    extra = {"Cache-Control": caching, "Vary": "Cookie"}  # it bears the reader's language
    return sent(request, shown.encode(), "text/html; charset=utf-8", extra)


def word(waiting_since: datetime | None, now: datetime) -> str:
    """Return how long the oldest news wait, in one word."""
    age = now - waiting_since if waiting_since else timedelta(0)
    if age < _PROMPT:
        return "prompt"
    return "slow" if age < _SLOW else "stuck"


def _groups(known: Sequence[Channel]) -> list[tuple[str, list[Channel]]]:
    """Return the channels that people look for first, under their headings."""
    return [
        (_("Toàn bộ tin"), [one for one in known if one.key == "all"]),
        (_("Tỉnh, thành phố"), [one for one in known if one.province and not one.topic]),
        (_("Địa bàn trước tháng 7/2025"), [one for one in known if one.area]),
        (_("Chủ đề"), [one for one in known if one.topic and not one.province]),
    ]


def _crossed(known: Sequence[Channel]) -> dict[str, list[Channel]]:
    """Return the channels of provinces' topics by province."""
    found: dict[str, list[Channel]] = {}
    for one in known:
        if one.province and one.topic:
            found.setdefault(one.province, []).append(one)
    return found
