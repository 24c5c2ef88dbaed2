"""/api/changes: the change log for programs that mirror us, one JSON object a line, oldest first.

What a line says is decided by `pipeline.replay`. A page is limited in lines and in bytes, so it is made
whole before it is sent; whoever has read all can wait for more without holding a thread.
"""

from asyncio import FIRST_COMPLETED, CancelledError, Task, create_task, get_running_loop
from asyncio import wait as first_of
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Self
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from feeds.item import Site as Publisher
from pipeline import replay
from pipeline.errors import BadInput
from pipeline.model import NATIONAL, Story, StoryId
from pipeline.places import areas, provinces
from pipeline.replay import Cursor, CursorUnknown, Line, Part
from pipeline.store import meta
from pipeline.topics import topics
from web.conditional import Coding
from web.made import coding_of, packed
from web.problems import Problem, described
from web.shapes import StoryBody
from web.site import Site, TheSite

MEDIA_TYPE = "application/x-ndjson"
_MOST_BYTES = 4_000_000  # of a page; a line that is longer by itself comes alone
_MOST_ROWS = 5_000  # of the log that one request goes through for a part of it
_MOST_WAIT = 30
_SLUG = "^[a-z0-9-]*$"
_PRECISIONS = {4: "year", 7: "month", 10: "day"}  # by the length of the date

router = APIRouter()


class StoryRef(BaseModel):
    """Another story."""

    id: str = Field(description="its id in every feed", examples=["tag:example.invalid,2026-11-22:story/s1"])
    story_id: str
    page: str


class ToldBody(StoryBody):
    """A living story, as the rights of its sources allow it now."""

    id: str = Field(description="the id that it has in every feed")
    page: str = Field(description="our page about it")
    published_precision: str = Field(description="second, day, month or year", examples=["day"])
    backfill: bool = Field(description="it was old when first seen: in no feed")

    @classmethod
    def told(cls, story: Story, here: Publisher) -> Self:
        """Make the JSON form of a living story."""
        return cls(
            id=here.story_id(story.story_id),
            page=here.story_page(story.story_id),
            published_precision=_PRECISIONS.get(len(story.face.published), "second"),
            backfill=story.backfill,
            **StoryBody.of(story).model_dump(),
        )


class ChangeBody(BaseModel):
    """One line: what happened, and the story as it is now."""

    cursor: str = Field(description="read on behind this line with it; opaque")
    type: str = Field(examples=["created", "updated", "corrected", "merged_into", "split_from", "withdrawn"])
    at: datetime = Field(description="when it happened here")
    id: str = Field(description="the story's id in every feed")
    story_id: str
    state: str = Field(
        description="live, withdrawn or merged, now; elsewhere: it left the part that was asked for",
        examples=["live"],
    )
    story: ToldBody | None = Field(description="there exactly if the state is live; else drop what you hold")
    into: StoryRef | None = Field(description="of a merged story: the one that tells it now")
    origin: StoryRef | None = Field(description="of a split one: the story that it came from")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, understood."""

    since: Cursor | None
    limit: int
    wait: int
    part: Part
    query: dict[str, str]  # for the address of the next page


@dataclass(frozen=True, slots=True)
class _Page:
    """Lines, where to read on, and whether there is more already."""

    lines: list[bytes]
    next: Cursor
    more: bool


@router.get(
    "/api/changes",
    tags=["changes"],
    response_class=Response,
    responses={
        200: {
            "description": "One change a line (docs/changes.md). `Link` (rel=next) and `changes-next` say "
            "where to read on, `changes-more` whether there is more already",
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
            "headers": {
                "changes-next": {"description": "the next cursor", "schema": {"type": "string"}},
                "changes-more": {
                    "description": "true or false",
                    "schema": {"type": "string", "enum": ["true", "false"]},
                },
            },
        },
        **described(410, 422, 503),
    },
)
async def changes(  # noqa: PLR0917 - the parameters are the contract
    request: Request,
    site: TheSite,
    since: Annotated[str, Query(max_length=200, description="a cursor; empty: from the first change")] = "",
    limit: Annotated[int, Query(ge=1, le=1_000, description="lines")] = 100,
    wait: Annotated[int, Query(ge=0, le=_MOST_WAIT, description="seconds to wait for the first line")] = 0,
    province: Annotated[str, Query(pattern=_SLUG, description="slug; toan-quoc for national news")] = "",
    area: Annotated[str, Query(pattern=_SLUG, description="slug of a unit of until July 2025")] = "",
    topic: Annotated[str, Query(pattern=_SLUG, description="slug")] = "",
) -> Response:
    """Give what happened to stories behind a cursor, oldest first, each story as it is now."""
    labels = {"province": province, "area": area, "topic": topic}
    asked = _Asked(
        since=replay.read_cursor(since) if since else None,
        limit=limit,
        wait=wait,
        part=_part({kind: slug for kind, slug in labels.items() if slug}),
        query={"limit": str(limit), **{kind: slug for kind, slug in labels.items() if slug}},
    )
    page = await _read(site, asked)
    if asked.wait and not page.lines and not page.more:
        page = await _waited(request, site, asked, page)
    if not page.lines:  # in the loop and not in a thread: at shutdown no thread's answer is waited for
        return _answer(site, asked, page, Coding.PLAIN)
    return await run_in_threadpool(_answer, site, asked, page, coding_of(request))


def _part(labels: dict[str, str]) -> Part:
    known = {
        "province": {NATIONAL, *(one.slug for one in provinces())},
        "area": {one.slug for one in areas()},
        "topic": {one.slug for one in topics()},
    }
    for kind, slug in labels.items():
        if slug not in known[kind]:
            raise BadInput(kind, "there is no such slug; see /feeds.opml")
    return Part(labels)


async def _read(site: Site, asked: _Asked) -> _Page:
    try:
        return await run_in_threadpool(_page, site, asked)
    except CursorUnknown as error:
        raise Problem(410, "cursor_unknown", error.message, field="since") from error


async def _waited(request: Request, site: Site, asked: _Asked, page: _Page) -> _Page:
    """Return the first page with something on it, or an empty one when the time is up.

    Waiting ends early with the caller, who is not there to read it, and with the process.
    """
    loop = get_running_loop()
    until = loop.time() + asked.wait
    left = create_task(_gone(request))
    try:
        while not page.lines and (seconds := until - loop.time()) > 0:
            if not await _either(site.watch.beyond(page.next.seq, seconds), left):
                break
            page = await _read(site, replace(asked, since=page.next))
    except CancelledError:  # the process ends: the caller goes on elsewhere with the same cursor
        return page
    finally:
        left.cancel()
    return page


async def _either(news: Coroutine[Any, Any, bool], left: Task[None]) -> bool:
    """Say whether there are news, before the caller left."""
    waiting = create_task(news)
    try:
        done, _ = await first_of({left, waiting}, return_when=FIRST_COMPLETED)
    finally:
        waiting.cancel()
    return waiting in done and waiting.result()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _page(site: Site, asked: _Asked) -> _Page:
    """Read one page in one snapshot."""
    with site.db.snapshot() as conn:
        start = replay.begin(conn, asked.since)
        here = Publisher(site.settings.base_url, *meta.authority(conn))
        made: list[bytes] = []
        size, seq, rows, more = 0, start.seq, 0, False
        for at, line in replay.lines(conn, start.seq, asked.part):
            if len(made) >= asked.limit or rows >= _MOST_ROWS:
                more = True
                break
            if line is not None:
                body = _body(line, Cursor(at, start.head, start.mark), here)
                size += len(body)
                if made and size > _MOST_BYTES:
                    more = True
                    break
                made.append(body)
            seq, rows = at, rows + 1
    return _Page(made, Cursor(seq, start.head, start.mark), more)


def _body(line: Line, cursor: Cursor, here: Publisher) -> bytes:
    refer = partial(_ref, here)
    told = ChangeBody(
        cursor=cursor.text(),
        type=line.change.kind,
        at=line.change.at,
        id=here.story_id(line.change.story_id),
        story_id=line.change.story_id,
        state=line.presence,
        story=None if line.story is None else ToldBody.told(line.story, here),
        into=refer(line.into),
        origin=refer(line.origin),
    )
    return told.model_dump_json().encode() + b"\n"


def _ref(here: Publisher, story_id: StoryId | None) -> StoryRef | None:
    if story_id is None:
        return None
    return StoryRef(id=here.story_id(story_id), story_id=story_id, page=here.story_page(story_id))


def _answer(site: Site, asked: _Asked, page: _Page, coding: Coding) -> Response:
    cursor = page.next.text()
    query = urlencode({"since": cursor, **asked.query})
    headers = {
        "Cache-Control": "no-store",
        "Vary": "Accept-Encoding",
        "Link": f'<{site.settings.base_url}/api/changes?{query}>; rel="next"',
        "Changes-Next": cursor,
        "Changes-More": "true" if page.more else "false",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Link, Changes-Next, Changes-More",
    }
    if coding:
        headers["Content-Encoding"] = coding.value
    return Response(packed(b"".join(page.lines), coding), 200, headers, MEDIA_TYPE)
