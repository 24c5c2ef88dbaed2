"""/api/search.csv and /api/search.jsonl: all hits of a question as a file, streamed in order of time.

Only stories that SQL still tells, and of them what their sources' rights show. A stream that cannot go on
is broken off, so that nobody takes a part for the whole.
"""

import csv
import io
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BeforeValidator

from pipeline.model import EntryKind, Story, StoryId, StoryState
from pipeline.store import stories
from pipeline.store.accounts import Session
from search import query as engine
from search.holders import called
from search.question import MOST_PER_PAGE, STATED, Sort
from web.account import Signed
from web.finding import walk
from web.partners import MOST_OF_KEY, MOST_OF_STRANGER, REFUSALS, Exporting, Reader
from web.problems import Problem, described
from web.site import Site, TheSite
from web.story_shapes import WholeStoryBody
from web.throttle import network
from web.view import province_name, web_url

CSV, LINES = "text/csv; charset=utf-8", "application/x-ndjson"
COLUMNS = (
    "story_id",
    "title",
    "summary",
    "published",
    "published_basis",
    "province",
    "province_name",
    "provinces",
    "area",
    "areas",
    "topics",
    "sources",
    "tellings",
    "in_bulletin",
    "doc_numbers",
    "people",
    "url",
    "page",
)
_BLOCK = 32_000  # characters sent at a time
_BOM = "\ufeff"  # Excel takes a file without it for the system's old encoding
# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), wide forms too. Where a
# comma parts decimals they part cells at semicolons.
_FORMULA = re.compile(r"(?:^|(?<=;))(?=[-=+@＝＋－＠])")
_ASKED = (*STATED, "sort")
_AS_FILE: dict[str, Any] = {
    "tags": ["search"],
    "response_class": StreamingResponse,
    "openapi_extra": {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in _ASKED
        ]
    },
}

router = APIRouter()
Limit = Annotated[
    int,
    BeforeValidator(lambda given: MOST_OF_KEY if given == "" else given),  # as any that is empty
    Query(
        ge=1, le=MOST_OF_KEY, description="stories at most; who is not signed in and has no key gets 1,000"
    ),
]


def _told(media_type: str) -> dict[int | str, dict[str, Any]]:
    number, flag = {"type": "integer"}, {"type": "string", "enum": ["true", "false"]}
    headers = {
        "search-total": {"description": "hits of the question, exported or not", "schema": number},
        "search-limit": {"description": "stories that this file has at most", "schema": number},
        "search-relaxed": {"description": "no story has every word, these have most", "schema": flag},
    }
    content = {media_type.split(";", maxsplit=1)[0]: {"schema": {"type": "string"}}}
    told: dict[str, Any] = {"description": "The file", "content": content}
    return {200: told | {"headers": headers}, **described(422, 503, *REFUSALS)}


@router.get("/api/search.csv", responses=_told(CSV), **_AS_FILE)
def as_csv(
    request: Request, site: TheSite, who: Exporting, signed: Signed, limit: Limit = MOST_OF_KEY
) -> StreamingResponse:
    """Export the hits of a question for spreadsheets (RFC 4180), newest or oldest first."""
    return _streamed(request, site, who, min(limit, _most(request, site, who, signed)), "csv")


@router.get("/api/search.jsonl", responses=_told(LINES), **_AS_FILE)
def as_lines(
    request: Request, site: TheSite, who: Exporting, signed: Signed, limit: Limit = MOST_OF_KEY
) -> StreamingResponse:
    """Export the hits of a question, one story in JSON a line, newest or oldest first."""
    return _streamed(request, site, who, min(limit, _most(request, site, who, signed)), "jsonl")


def _streamed(request: Request, site: Site, who: Reader, most: int, form: str) -> StreamingResponse:
    asked = engine.read(engine.gathered(request.query_params.multi_items(), (*_ASKED, "limit")))
    sort = Sort.NEWEST if asked.sort is Sort.RELEVANCE else asked.sort
    asked = replace(asked, sort=sort, page=1, per_page=MOST_PER_PAGE, before=None, within=who.within)
    pages = walk(site, asked)
    first = next(pages)  # before anything is sent: an engine that is away is answered as such
    told = islice(_living(site, first, pages), most)
    lines = _rows(told, site.settings.base_url) if form == "csv" else _lines(site, told)
    today = datetime.now(UTC).date().isoformat()
    headers = {
        "Content-Disposition": f'attachment; filename="tintinh-{today}.{form}"',
        "Search-Total": str(first.total),
        "Search-Limit": str(most),
        "Search-Relaxed": str(first.relaxed).lower(),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(lines, 200, headers, CSV if form == "csv" else LINES)


def _most(request: Request, site: Site, who: Reader, signed: Session | None) -> int:
    """Return how many stories a reader may take at once.

    Raises:
        Problem: 429, for who does so too often without a key, which has a pace of its own.
    """
    if who.partner is not None:
        return MOST_OF_KEY
    caller = f"@{signed.name}" if signed else network(request.client.host if request.client else "")
    if wait := site.exports.attempt(caller, time.monotonic()):
        later = {"Retry-After": str(int(wait) + 1)}
        raise Problem(429, "too_many", "a few exports a minute; a key has its own pace", headers=later)
    return MOST_OF_KEY if signed else MOST_OF_STRANGER


def _living(site: Site, first: engine.Results, pages: Iterable[engine.Results]) -> Iterator[Story]:
    """Yield the stories of all pages that SQL still tells, each once, though its date may change meanwhile.

    Raises:
        EngineUnavailable: in the middle; the stream breaks off.
    """
    seen: set[StoryId] = set()
    for page in chain([first], pages):
        yield from _of_page(site, page, seen)


def _of_page(site: Site, page: engine.Results, seen: set[StoryId]) -> list[Story]:
    ids = [StoryId(hit.story_id) for hit in page.hits if hit.story_id not in seen]
    seen.update(ids)
    with site.db.read() as conn:
        known = stories.many(conn, ids)
    return [known[one] for one in ids if one in known and known[one].state is StoryState.LIVE]


def _lines(site: Site, told: Iterator[Story]) -> Iterator[str]:
    while some := list(islice(told, MOST_PER_PAGE)):
        with site.db.read() as conn:
            seen = stories.seen_at(conn, (one.entry_id for story in some for one in story.face.tellings))
        for story in some:
            yield f"{WholeStoryBody.made(story, seen, site.settings.base_url).model_dump_json()}\n"


def _rows(told: Iterable[Story], base_url: str) -> Iterator[str]:
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    sheet.write(_BOM)
    writer.writerow(COLUMNS)
    for story in told:
        if sheet.tell() > _BLOCK:
            yield sheet.getvalue()
            sheet.seek(0)
            sheet.truncate()
        writer.writerow(map(cell, _row(story, base_url)))
    yield sheet.getvalue()


def _row(story: Story, base_url: str) -> tuple[str, ...]:
    face = story.face
    return (
        story.story_id,
        face.title,
        face.summary,
        face.published,
        face.published_basis,
        face.labels.province or "",
        province_name(face.labels.province) if face.labels.province else "",
        "; ".join(face.labels.provinces),
        face.labels.area or "",
        "; ".join(face.labels.areas),
        "; ".join(face.labels.topics),
        "; ".join(dict.fromkeys(told.source_name for told in face.tellings)),
        str(len(face.tellings)),
        "yes" if any(told.kind is EntryKind.BULLETIN_ITEM for told in face.tellings) else "no",
        "; ".join(face.doc_numbers),
        "; ".join(f"{one.name} ({called(one)})" for one in face.people),
        web_url(face.url),
        f"{base_url}/tin/{story.story_id}",
    )


def cell(text: str) -> str:
    """Return a text as one line that no spreadsheet takes for a formula, nor a part of it. Never raises."""
    return _FORMULA.sub("'", " ".join(text.split()))
