"""The door for pushes: a signed article becomes a receipt, and only then a 202.

Nothing is read into entries here: that is `pipeline.stages`, which a nudge wakes.
"""

from asyncio import get_running_loop
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from time import monotonic
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask

from pipeline import keys, push, stages
from pipeline.errors import BadInput, Unreadable
from pipeline.model import Document, Form, Given, Source, SourceId
from pipeline.store import counters, export, intakes, key_uses, receipts, sources
from pipeline.store.receipts import Told
from tasks.wiring import ring
from web.problems import Problem, described
from web.signatures import Signed, verify, verify_reader
from web.site import Site, TheSite
from web.throttle import network

_KEPT_HEADERS = ("content-type", "user-agent", "webhook-id", "webhook-timestamp", "x-github-delivery")
_LONGEST_HEADER = 500
_LARGEST_ID = 2**63 - 1
_SIGNATURE = [
    {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature", "x-hub-signature-256")
]
_LOG = structlog.get_logger("web")

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@dataclass(frozen=True, slots=True)
class _Call:
    """One webhook call as it came; header names in lower case."""

    source: str
    body: bytes
    headers: Mapping[str, str]
    at: datetime

    def told(self) -> Told:
        """Return what the body says of itself; raises Problem: 422, and names the field."""
        try:
            said = push.load(self.body)
            return Told(said.article.id, push.told_at(said), push.embargo(said, self.at))
        except BadInput as error:
            raise Problem(422, "bad_input", error.message, field=error.subject) from error

    def given(self) -> Given:
        """Return what the headers say of the body."""
        return Given(content_type=self.headers.get("content-type", "")[:_LONGEST_HEADER])

    def kept(self) -> dict[str, str]:
        """Return the headers that are worth keeping; none is a secret."""
        return {name: self.headers[name][:_LONGEST_HEADER] for name in _KEPT_HEADERS if name in self.headers}


class Taken(BaseModel):
    """The receipt of a push: from now on it cannot be lost."""

    receipt_id: int
    fresh: bool = Field(description="false: the same message was here before and has no second effect")
    state: str = Field(description="received, embargoed or dropped, with the reason", examples=["received"])
    reason: str = ""
    embargoed_until: str | None = Field(
        default=None, description="a future published_at: nobody sees the article before this moment"
    )
    receipt_url: str = Field(description="where to ask what became of it, under the same key")


class Preview(BaseModel):
    """What would come of a push; nothing is stored."""

    dry_run: bool = True
    outcome: str = Field(
        description="read, quarantined, or dropped where something newer under an embargo stands",
        examples=["read"],
    )
    reason: str = ""
    embargoed_until: str | None = Field(default=None, description="what `entries` tells would come then")
    entries: list[dict[str, Any]] = Field(
        default=[],
        description="each with `became` and `because` as the receipt would say them; `verdict` is NEW, "
        "JOINS, REVISES, REPEATS, or null if no text of it would stand",
    )


class Outcome(BaseModel):
    """What became of a push."""

    receipt_id: int
    state: str = Field(description="embargoed, received, read, settled, quarantined or dropped")
    reason: str = ""
    received_at: str
    embargoed_until: str | None = Field(description="null if it may be read at once")
    entries: list[dict[str, Any]] = Field(
        description="each with `became`, what this push made of it when it came: new, joined, repeated, "
        "revised, superseded, withdrawn, or null; `decision` and `withdrawn` are the article's as it is now"
    )


@router.post(
    "/{source}",
    status_code=202,
    response_model=Taken,
    responses={
        200: {"model": Preview, "description": "Dry run"},
        **described(401, 408, 409, 413, 422, 503),
    },
    openapi_extra={
        "parameters": _SIGNATURE,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": push.Push.model_json_schema(mode="validation")}},
        },
    },
)
async def take(
    request: Request,
    site: TheSite,
    source: str,
    *,
    dry_run: Annotated[bool, Query(description="store nothing, say what would come of it")] = False,
) -> Response:
    """Take a signed article event; answers 202 once it is committed."""
    body = await request.body()  # capped while it streams, by web.guard
    call = _Call(source, body, dict(request.headers), datetime.now(UTC))
    try:
        speaker, signed = await run_in_threadpool(_speaker, site, call)
        told = await run_in_threadpool(call.told)
        if dry_run:
            loop = get_running_loop()
            answer = await loop.run_in_executor(site.previewing, _preview, site, speaker, call, told)
            return JSONResponse(answer.model_dump())
        taken = await run_in_threadpool(_keep, site, speaker, signed, call, told)
    except Problem as problem:
        site.metrics.pushes.labels(problem.code).inc()
        _note(site, request, source, problem)
        raise
    site.metrics.pushes.labels("taken" if taken.fresh else "known").inc()
    # The bell rings behind the answer: a broker that hangs must not hold up the sender.
    bell = BackgroundTask(ring, "receive") if taken.fresh and taken.state == "received" else None
    return JSONResponse(taken.model_dump(), 202, background=bell)


@router.get(
    "/{source}/receipts/{receipt_id}",
    response_model=Outcome,
    responses=described(401, 404, 422, 503),
    openapi_extra={"parameters": _SIGNATURE},
)
def outcome(
    request: Request,
    site: TheSite,
    source: str,
    receipt_id: Annotated[int, Path(ge=1, le=_LARGEST_ID)],
) -> Response:
    """Say what became of a push. Sign an empty body, or send the key as a bearer token."""
    now = datetime.now(UTC)
    speaker = _registered(site, source)
    verify_reader(request.headers, _keys(site, source, speaker), now)
    with site.db.read() as conn:
        known = receipts.get(conn, receipt_id)
        if known is None or speaker is None or known.source_id != speaker.source_id:
            raise Problem(404, "not_found", "this source sent no such receipt")
        return JSONResponse(export.outcome(conn, receipt_id))


def _note(site: Site, request: Request, source: str, problem: Problem) -> None:
    """Write down a refusal: of calls that nobody signed ten a minute from one address, all are counted."""
    caller = network(request.client.host if request.client else "")
    unsigned = problem.status == HTTPStatus.UNAUTHORIZED
    if not (unsigned and site.unsigned_logged.attempt(caller, monotonic())):
        _LOG.warning("push_refused", source=ascii(source[:100])[1:-1], code=problem.code, field=problem.field)


def _speaker(site: Site, call: _Call) -> tuple[Source, Signed]:
    """Return who signed, and what is known by that."""
    speaker = _registered(site, call.source)
    signed = verify(call.body, call.headers, _keys(site, call.source, speaker), call.at)
    assert speaker is not None  # nobody's key signs nothing
    return speaker, signed


def _registered(site: Site, source: str) -> Source | None:
    with site.db.read() as conn:
        return sources.get(conn, SourceId(source))


def _keys(site: Site, source: str, speaker: Source | None) -> tuple[str, ...]:
    known = keys.of(site.settings.keys_file, SourceId(source))  # also for a stranger: same work, same answer
    return known if speaker else ()


def _keep(site: Site, speaker: Source, signed: Signed, call: _Call, told: Told) -> Taken:
    content = receipts.pack(call.body)
    try:
        with site.db.write() as conn:
            doors = intakes.listed(conn, speaker.source_id)
            accepted = receipts.add(
                conn,
                source_id=speaker.source_id,
                form=Form.PUSH,
                content=content,
                given=call.given(),
                headers=call.kept(),
                received_at=call.at,
                push_id=signed.push_id,
                intake_id=next((door.intake_id for door in doors if door.kind == "webhook"), None),
                told=told,
            )
            if accepted.fresh and (
                dropped := receipts.lift(conn, accepted.receipt_id, speaker.source_id, told)
            ):
                counters.add(conn, "drop_superseded_embargo", dropped)
            key_uses.note(conn, speaker.source_id, signed.key, call.at)
            stands = receipts.get(conn, accepted.receipt_id)
            assert stands is not None
    except BadInput as error:
        raise Problem(409, "conflict", error.message, field=error.subject) from error
    where = f"{site.settings.base_url}/webhooks/{speaker.source_id}/receipts/{accepted.receipt_id}"
    return Taken(
        receipt_id=accepted.receipt_id,
        fresh=accepted.fresh,
        receipt_url=where,
        state=stands.state,
        reason=stands.reason,
        embargoed_until=_iso(stands.not_before),
    )


def _preview(site: Site, speaker: Source, call: _Call, told: Told) -> Preview:
    document = Document(speaker, Form.PUSH, call.body, told.not_before or call.at, call.given())
    until = _iso(told.not_before)
    with site.db.read() as conn:
        outdated = receipts.outdated(conn, speaker.source_id, told)
    if outdated:
        return Preview(outcome="dropped", reason=outdated, embargoed_until=until)
    try:
        entries = stages.preview(site.db, site.reader, document)
    except Unreadable as error:
        return Preview(outcome="quarantined", reason=error.message, embargoed_until=until)
    return Preview(outcome="read", entries=entries, embargoed_until=until)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
