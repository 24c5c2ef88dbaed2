"""/api/changes: the change log for programs that mirror us, one JSON object a line, oldest first.

What a line says is decided by `pipeline.replay` and written by `pipeline.told`. A page is limited in lines
and in bytes, so it is made whole before it is sent; whoever has read all can wait for more without holding
a thread.
"""

import json
from asyncio import FIRST_COMPLETED, CancelledError, Task, create_task, get_running_loop
from asyncio import wait as first_of
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from pipeline import replay
from pipeline.errors import BadInput
from pipeline.model import NATIONAL
from pipeline.places import areas, provinces
from pipeline.replay import Cursor, CursorUnknown, Line, Part
from pipeline.store import meta
from pipeline.told import Here, change
from pipeline.topics import topics
from web.conditional import Coding
from web.made import coding_of, packed
from web.partners import REFUSALS, Following, Reader
from web.problems import Problem, described
from web.site import Site, TheSite

MEDIA_TYPE = "application/x-ndjson"
_MOST_BYTES = 4_000_000  # of a page; a line that is longer by itself comes alone
_MOST_ROWS = 5_000  # of the log that one request goes through for a part of it
_MOST_WAIT = 30
_MOST_NAME = 100  # characters of a parameter that there is not
_BREAKS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}  # where some cut lines

router = APIRouter()


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
        **described(410, 422, 503, *REFUSALS),
    },
)
async def changes(  # noqa: PLR0917 - the parameters are the contract
    request: Request,
    site: TheSite,
    who: Following,
    since: Annotated[str, Query(max_length=200, description="a cursor; empty: from the first change")] = "",
    limit: Annotated[int, Query(ge=1, le=1_000, description="lines")] = 100,
    wait: Annotated[int, Query(ge=0, le=_MOST_WAIT, description="seconds to wait for the first line")] = 0,
    province: Annotated[str, Query(description="slug; toan-quoc for national news")] = "",
    area: Annotated[str, Query(description="slug of a unit of until July 2025")] = "",
    topic: Annotated[str, Query(description="slug")] = "",
) -> Response:
    """Give what happened to stories behind a cursor, oldest first, each story as it is now."""
    given = _single(request, {"province": province, "area": area, "topic": topic})
    labels = _bounded(given, who)
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


def _single(request: Request, labels: dict[str, str]) -> dict[str, str]:
    """Return labels as slugs, which may be in any case.

    Raises:
        BadInput: there are several values of a parameter, or one that there is not: a part would be told as
            all, or all as a part.
    """
    ways = ("since", "limit", "wait")
    for name in request.query_params:
        if name not in (*ways, *labels):
            raise BadInput(name[:_MOST_NAME], f"must be one of {', '.join((*ways, *labels))}")
    for name in ways:
        if len(request.query_params.getlist(name)) > 1:
            raise BadInput(name, "must be given once")
    for kind, slug in labels.items():
        if "," in slug or len(request.query_params.getlist(kind)) > 1:
            raise BadInput(kind, f"must be one slug; of several ask for each {kind} in a walk of its own")
    return {kind: slug.lower() for kind, slug in labels.items()}


def _bounded(labels: dict[str, str], who: Reader) -> dict[str, str]:
    """Return labels within the bounds of a reader's key; where these leave one choice, it is made.

    Raises:
        Problem: 403, if more is asked for, or where bounds are by source, which the log is not parted by.
    """
    scope = who.partner.scope if who.partner else {}
    if scope.get("source"):
        raise Problem(403, "forbidden", "a key for certain sources does not open the change log")
    bounded = dict(labels)
    for kind, values in scope.items():
        chosen = labels[kind] or (values[0] if len(values) == 1 else "")
        if values and chosen not in values:
            raise Problem(403, "forbidden", f"choose one of {', '.join(values)}", field=kind)
        bounded[kind] = chosen
    return bounded


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
    """Read a page; callers that ask for the same meanwhile get the same."""
    key = (asked.since, asked.limit, tuple(asked.part.labels.items()))
    try:
        return await site.watch.once(key, partial(_page, site, asked))
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
        here = Here(site.settings.base_url, *meta.authority(conn))
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


def _body(line: Line, cursor: Cursor, here: Here) -> bytes:
    data = {"cursor": cursor.text()} | change(line, here)
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_BREAKS)
    return text.encode(errors="replace") + b"\n"


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
