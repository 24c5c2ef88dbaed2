"""The doors for sites that can only call an address: "look, we have news". No content is taken.

Anybody may ping, so no secret has to stand in an address: a ping can only move a poll ahead, and
`pipeline.store.pings` bounds that in SQL, per feed and over all. Callers are bounded by their address.
Every answer reads the same whether the source exists or not.
"""

import time
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.background import BackgroundTask

from pipeline.errors import BadInput
from pipeline.model import SourceId
from pipeline.store import pings
from tasks.wiring import ring
from web import xmlrpc
from web.problems import Problem, described
from web.site import Site, TheSite
from web.throttle import network

_METHODS = {"weblogUpdates.ping": 2, "weblogUpdates.extendedPing": 2}
_THANKS = "Thanks for the ping. If the site is registered here, its feeds are read soon."
_BUSY = "too many pings from this address"
_MEDIA_TYPE = "text/xml"
_NOT_XML, _NO_METHOD, _WRONG_PARAMETERS = -32700, -32601, -32602
_EXAMPLE = """<?xml version="1.0"?>
<methodCall>
 <methodName>weblogUpdates.ping</methodName>
 <params>
  <param><value>Báo Xứ Dừa</value></param>
  <param><value>https://baoxudua.example.org/</value></param>
 </params>
</methodCall>"""
_LOG = structlog.get_logger("web")

router = APIRouter(tags=["webhooks"])


class Pinged(BaseModel):
    """The answer to a ping."""

    message: str = _THANKS


@router.post(
    "/webhooks/{source}/ping", status_code=202, response_model=Pinged, responses=described(422, 429, 503)
)
def ping(request: Request, site: TheSite, source: Annotated[str, Path(max_length=100)]) -> Response:
    """Have the feeds of a source read now. Needs no signature; a body is not read."""
    if wait := _wait(request, site):
        raise Problem(429, "too_many", _BUSY, headers={"Retry-After": str(int(wait) + 1)})
    bell = BackgroundTask(ring, "poll") if _wake(site, SourceId(source)) else None
    return JSONResponse(Pinged().model_dump(), 202, background=bell)


@router.post(
    "/rpc2",
    response_class=Response,
    responses={
        200: {"description": "A struct with flerror and message, or a fault", "content": {_MEDIA_TYPE: {}}},
        **described(408, 413, 503),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {_MEDIA_TYPE: {"schema": {"type": "string"}, "example": _EXAMPLE}},
        }
    },
)
async def rpc2(request: Request, site: TheSite) -> Response:
    """Take weblogUpdates.ping and extendedPing by XML-RPC, for the update services of blogs."""
    body = await request.body()  # capped while it streams, by web.guard
    told, woken = await run_in_threadpool(_called, request, site, body)
    bell = BackgroundTask(ring, "poll") if woken else None
    return Response(told, media_type=_MEDIA_TYPE, background=bell)


def _called(request: Request, site: Site, body: bytes) -> tuple[bytes, bool]:
    """Return the answer to a call, and whether a feed was woken."""
    if _wait(request, site):
        return xmlrpc.answer(failed=True, message=_BUSY), False
    try:
        call = xmlrpc.load(body)
    except BadInput as error:
        return xmlrpc.fault(_NOT_XML, error.message), False
    fewest = _METHODS.get(call.method)
    if fewest is None:
        return xmlrpc.fault(_NO_METHOD, f"methods here: {', '.join(_METHODS)}"), False
    host = _host(call.parameters[1]) if len(call.parameters) >= fewest else ""
    if not host:
        return xmlrpc.fault(_WRONG_PARAMETERS, "send the site's name and its http or https address"), False
    with site.db.read() as conn:
        source_id = pings.source_at(conn, host)
    return xmlrpc.answer(failed=False, message=_THANKS), bool(source_id and _wake(site, source_id))


def _wake(site: Site, source_id: SourceId) -> bool:
    """Make the feeds of a source due and say whether any is; nothing is written for what may not be woken."""
    now = datetime.now(UTC)
    with site.db.read() as conn:
        found = pings.wakeable(conn, source_id, now)
    if found:
        with site.db.write() as conn:
            pings.wake(conn, found, now)
        _LOG.info("pinged", source=source_id, feeds=len(found))
    return bool(found)


def _wait(request: Request, site: Site) -> float:
    """Note a ping and return 0, or the seconds that its caller is to wait."""
    address = request.client.host if request.client else ""
    return site.pings_of_address.attempt(network(address), time.monotonic())


def _host(address: str) -> str:
    """Return the host of an http(s) address, "" if it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in {"http", "https"} else ""
