"""The callback that WebSub hubs call: they ask whether we meant it, and bring what is new.

Only what we asked for is confirmed (`pipeline.websub`). A delivery is committed as a receipt before
it is acknowledged, and read as if it had been polled.
"""

import hashlib
import random
from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response
from starlette.background import BackgroundTask

from pipeline import websub
from pipeline.model import Form, Given
from pipeline.store import counters, intakes, receipts, subscriptions
from pipeline.subscribing import secret_of
from pipeline.text import clean
from pipeline.websub import Intent, Reply, State, Subscription
from tasks.wiring import ring
from web.problems import Problem, described
from web.site import Site, TheSite

_GZIP = b"\x1f\x8b"
_KEPT_HEADERS = ("content-type", "link", "user-agent")
_LONGEST_HEADER = 500
_LOG = structlog.get_logger("web")

router = APIRouter(prefix="/websub", tags=["websub"])
Token = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


def _named(name: str, most: int = 2_000) -> object:
    return Query(alias=f"hub.{name}", max_length=most)


@router.get("/{token}", response_class=PlainTextResponse, responses={200: {}, **described(404, 422, 503)})
def confirm(
    site: TheSite,
    token: Token,
    *,
    mode: Annotated[str, _named("mode")] = "",
    topic: Annotated[str, _named("topic")] = "",
    challenge: Annotated[str, _named("challenge", 4_000)] = "",
    lease_seconds: Annotated[str, _named("lease_seconds")] = "",
    reason: Annotated[str, _named("reason")] = "",
) -> Response:
    """Confirm to a hub what we asked of it, and nothing else."""
    asked = Intent(mode, topic, challenge, lease_seconds)
    with site.db.read() as conn:
        known = subscriptions.by_token(conn, token)
    if known is None:  # a stranger costs no write
        raise _unasked()
    now = datetime.now(UTC)
    chance = random.random()  # noqa: S311 - spreads load
    reply = websub.judge(known, asked, now)
    with site.db.write() as conn:
        counters.add(conn, f"websub_{reply}")
        if reply is Reply.DENIED:
            said = clean(reason)[:200]
            subscriptions.denied(conn, known.intake_id, said, websub.after_denial(now, chance))
        elif reply is Reply.UNSUBSCRIBED:
            subscriptions.left(conn, known.intake_id, now)
        elif reply is Reply.SUBSCRIBED:
            granted = websub.lease(lease_seconds)
            renew_at = websub.renewal(now, granted, chance)
            subscriptions.verified(conn, known.intake_id, now, granted, renew_at)
    _LOG.info("websub_intent", reply=reply, intake_id=known.intake_id)
    if reply is Reply.UNASKED:
        raise _unasked()
    # nosniff comes with every answer: whatever the challenge is, no browser takes it for a page.
    return PlainTextResponse("" if reply is Reply.DENIED else challenge)


@router.post(
    "/{token}", status_code=204, response_class=Response, responses=described(408, 410, 413, 415, 422, 503)
)
async def deliver(request: Request, site: TheSite, token: Token) -> Response:
    """Take what a hub brings: a feed's document, or nothing, which says that the feed has something new."""
    known = await run_in_threadpool(_open, site, token)  # before a stranger's body is read
    body = await request.body()  # capped in size and time while it streams, by web.guard
    # Not by Content-Encoding: hubs pass on the topic's headers with a body that they have unpacked.
    if body.startswith(_GZIP):
        raise Problem(415, "bad_encoding", "send the body as it is, not packed")
    stage = await run_in_threadpool(_taken, site, known, body, dict(request.headers))
    # The bell rings behind the answer: a broker that hangs must not hold up the hub.
    return Response(status_code=204, background=BackgroundTask(ring, stage) if stage else None)


def _unasked() -> Problem:
    return Problem(404, "not_found", "we asked for no such thing")


def _open(site: Site, token: str) -> Subscription:
    """Return the subscription of a callback. Raises Problem: 410, which ends a hub's tries."""
    with site.db.read() as conn:
        known = subscriptions.by_token(conn, token)
    if known is None or known.state not in (State.ASKED, State.ACTIVE):
        raise Problem(410, "gone", "there is no subscription here")
    return known


def _taken(site: Site, known: Subscription, body: bytes, headers: dict[str, str]) -> str:
    """Commit what a delivery changes and return the stage that has work now, "" for none.

    A wrong signature is acknowledged all the same (section 7.1.2), so that nobody learns from the answer
    what would be believed; it changes nothing but a count.
    """
    now = datetime.now(UTC)
    given = headers.get("x-hub-signature", "")
    good = websub.signed(body, given, secret_of(site.settings.websub_key_file, known))
    if not good and (body or given):
        with site.db.write() as conn:
            subscriptions.ignored(conn, known.intake_id)
            counters.add(conn, "websub_ignored")
        _LOG.warning("websub_ignored", intake_id=known.intake_id, size=len(body))
        return ""
    if not body.strip():
        with site.db.write() as conn:
            woken = intakes.ping(conn, known.intake_id, now)
            if good:
                subscriptions.delivered(conn, known.intake_id, now)
            counters.add(conn, "websub_thin")
        return "poll" if woken else ""
    return "receive" if _kept(site, known, body, headers, now) else ""


def _kept(site: Site, known: Subscription, body: bytes, headers: dict[str, str], now: datetime) -> bool:
    """Keep a document as a receipt, once however often it comes; say whether it is new."""
    content = receipts.pack(body)
    named = hashlib.sha256(f"{known.intake_id}:{content.sha256}".encode()).hexdigest()
    with site.db.write() as conn:
        door = intakes.get(conn, known.intake_id)
        assert door is not None  # a subscription's own intake, by a foreign key
        accepted = receipts.add(
            conn,
            source_id=door.source_id,
            form=Form.FEED,
            content=content,
            given=Given(url=known.topic, content_type=headers.get("content-type", "")[:_LONGEST_HEADER]),
            headers={name: headers[name][:_LONGEST_HEADER] for name in _KEPT_HEADERS if name in headers},
            received_at=now,
            push_id=f"{subscriptions.PUSHED}{named}",
            intake_id=known.intake_id,
        )
        subscriptions.delivered(conn, known.intake_id, now)
        counters.add(conn, "websub_delivered" if accepted.fresh else "websub_known")
    return accepted.fresh
