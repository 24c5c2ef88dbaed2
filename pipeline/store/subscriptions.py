"""Subscriptions: one row for each feed that names a WebSub hub. No secret is in here.

States: wanted → asked → active ⇄ (renewed) → leaving → ended; asked or active → denied → asked.
What is written follows `pipeline.websub`; two workers or a doubled call change nothing.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from pipeline import websub
from pipeline.model import Draft, Hints
from pipeline.schedule import Rhythm
from pipeline.store.receipts import Receipt
from pipeline.store.schema import intake, receipt, source
from pipeline.store.schema import subscription as table
from pipeline.websub import Offer, State, Subscription

_TOKEN_BYTES = 24
_LONGEST_ERROR = 300
_COLUMNS = tuple(table.c[one.name] for one in fields(Subscription))
_OPEN = (State.WANTED, State.ASKED, State.ACTIVE, State.DENIED)
PUSHED = "websub:"  # how the push_id of a delivery begins
UNVERIFIED = "the hub did not verify what we asked for"


def of(conn: Connection, intake_id: int) -> Subscription | None:
    """Return the subscription of an intake, or None."""
    return _one(conn, table.c.intake_id == intake_id)


def by_token(conn: Connection, token: str) -> Subscription | None:
    """Return the subscription whose callback bears a token, or None."""
    return _one(conn, table.c.token == token)


def listed(conn: Connection) -> list[Subscription]:
    """Return every subscription, by intake."""
    rows = conn.execute(select(*_COLUMNS).order_by(table.c.intake_id))
    return [_subscription(row) for row in rows]


def offered(conn: Connection, intake_id: int, offer: Offer | None, now: datetime) -> bool:
    """Note where a poll says that its feed can be subscribed to, None: nowhere; say whether it ever could.

    Another hub or topic than before ends the subscription first; the next poll that brings something
    starts the new one.
    """
    known = of(conn, intake_id)
    if known is None:
        if offer is not None:
            conn.execute(table.insert().values(intake_id=intake_id, **_fresh(offer, now)))
        return offer is not None
    same = offer == Offer(known.hub, known.topic)
    if known.state in (State.ASKED, State.ACTIVE):
        if not same:
            _set(conn, intake_id, state=State.LEAVING, next_due=now, failures=0, error="")
    elif known.state is State.ENDED or (known.state in (State.WANTED, State.DENIED) and not same):
        if offer is None:
            _set(conn, intake_id, state=State.ENDED, next_due=None)
        else:
            _set(conn, intake_id, **_fresh(offer, now))
    return True


def working(conn: Connection, rhythms: Mapping[int, Rhythm | None], now: datetime) -> frozenset[int]:
    """Return those of some feeds, given with their rhythms, whose hubs can be relied on."""
    mine = table.c.intake_id.in_(sorted(rhythms))
    rows = conn.execute(select(*_COLUMNS).where(mine, table.c.state == State.ACTIVE))
    found = (_subscription(row) for row in rows)
    return frozenset(
        one.intake_id for one in found if websub.works(one, websub.expected(rhythms[one.intake_id], now), now)
    )


def due(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Return the intakes whose hubs are to be spoken to at `now`, most overdue first."""
    query = select(table.c.intake_id).where(table.c.next_due <= now, _free(now))
    return list(conn.scalars(query.order_by(table.c.next_due, table.c.intake_id).limit(limit)))


def claim(
    conn: Connection, intake_id: int, now: datetime, seconds: float, chance: float
) -> Subscription | None:
    """Claim a subscription for one request and write down that it is made; None if there is none to make.

    The request is noted before it goes out: a hub may verify before it answers. One that never verified
    the last request has failed once more.
    """
    found = select(*_COLUMNS).where(table.c.intake_id == intake_id, table.c.next_due <= now, _free(now))
    row = conn.execute(found.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    known = _subscription(row)
    unverified = known.requested_at is not None and (
        known.verified_at is None or known.verified_at < known.requested_at
    )
    if unverified and not known.error:
        known = replace(known, failures=known.failures + 1, error=UNVERIFIED)
    if known.state is State.LEAVING and known.failures >= websub.MOST_FAREWELLS:
        _set(conn, intake_id, state=State.ENDED, next_due=None, failures=known.failures, error=known.error)
        return None
    lapsed = known.lease_until is not None and known.lease_until <= now
    if known.state in (State.WANTED, State.DENIED) or (known.state is State.ACTIVE and lapsed):
        known = replace(known, state=State.ASKED)
    wait = max(now + websub.PATIENCE, websub.again(now, known.failures, chance))
    _set(
        conn,
        intake_id,
        state=known.state,
        failures=known.failures,
        requested_at=now,
        claimed_until=now + timedelta(seconds=seconds),
        next_due=wait,
        error="",
    )
    return replace(known, requested_at=now, error="")


def asked(conn: Connection, claimed: Subscription) -> None:
    """Let a claim go after the hub took the request."""
    _set(conn, claimed.intake_id, claimed_until=None)


def failed(conn: Connection, claimed: Subscription, error: str, again: datetime) -> None:
    """Let a claim go after the hub did not take the request, unless it verified it all the same."""
    _set(conn, claimed.intake_id, claimed_until=None)
    still = or_(table.c.verified_at.is_(None), table.c.verified_at < claimed.requested_at)
    where = and_(table.c.intake_id == claimed.intake_id, table.c.state == claimed.state, still)
    values = {"failures": claimed.failures + 1, "error": error[:_LONGEST_ERROR], "next_due": again}
    conn.execute(table.update().where(where).values(values))


def put_off(conn: Connection, claimed: Subscription, why: str, again: datetime) -> None:
    """Let a claim go without a request; it is no failure of the hub's."""
    _set(conn, claimed.intake_id, claimed_until=None, requested_at=None, next_due=again, error=why)


def verified(conn: Connection, intake_id: int, now: datetime, lease: timedelta, renew_at: datetime) -> None:
    """Note that the hub verified a subscription or its renewal."""
    _set(
        conn,
        intake_id,
        state=State.ACTIVE,
        verified_at=now,
        lease_until=now + lease,
        next_due=renew_at,
        failures=0,
        error="",
    )


def left(conn: Connection, intake_id: int, now: datetime) -> None:
    """Note that the hub verified the end of a subscription."""
    _set(conn, intake_id, state=State.ENDED, verified_at=now, next_due=None, lease_until=None, error="")


def denied(conn: Connection, intake_id: int, reason: str, again: datetime) -> None:
    """Note that the hub said no."""
    error = f"denied by the hub: {reason or 'no reason given'}"[:_LONGEST_ERROR]
    _set(conn, intake_id, state=State.DENIED, lease_until=None, next_due=again, error=error)


def delivered(conn: Connection, intake_id: int, now: datetime) -> None:
    """Count a delivery with the right signature."""
    _set(conn, intake_id, delivered_at=now, deliveries=table.c.deliveries + 1)


def ignored(conn: Connection, intake_id: int) -> None:
    """Count a delivery with a wrong signature."""
    _set(conn, intake_id, ignored=table.c.ignored + 1)


def polled(
    conn: Connection, found: Receipt, hints: Hints | None, news: Iterable[Draft], now: datetime
) -> None:
    """Learn from a feed's document: where it can be subscribed to, and what push should have brought before.

    Called in the transaction that commits its entries. What did not come by a poll says nothing of either.
    `hints` is what the document says of itself, `news` what nobody had told here before.
    """
    if found.intake_id is None or found.push_id is not None:  # polls name no message
        return
    headers = conn.scalar(select(receipt.c.headers).where(receipt.c.receipt_id == found.receipt_id))
    link = (headers or {}).get("link", "")
    if not offered(conn, found.intake_id, websub.offer(link, found.given.url, hints), now):
        return
    known = of(conn, found.intake_id)
    if known is not None and any(websub.missed(known, draft.published, now) for draft in news):
        _set(conn, found.intake_id, missed_at=now)
        soon = now + websub.SOON  # the poll that found it still counted on the hub
        mine = (intake.c.intake_id == found.intake_id, intake.c.next_due > soon)
        conn.execute(intake.update().where(*mine).values(next_due=soon))


def waiting(conn: Connection, now: datetime) -> bool:
    """Say whether a hub is to be spoken to, or a subscription of a paused feed is still open."""
    open_ = select(table.c.intake_id).where(table.c.state.in_(_OPEN), table.c.intake_id.in_(_paused()))
    return bool(due(conn, now, 1)) or conn.scalar(open_.limit(1)) is not None


def leave_paused(conn: Connection, now: datetime) -> None:
    """End the subscriptions of feeds that are paused, by themselves or with their source."""
    mine = table.update().where(table.c.intake_id.in_(_paused()))
    asked_ = table.c.state.in_((State.ASKED, State.ACTIVE))
    conn.execute(mine.where(asked_).values(state=State.LEAVING, next_due=now, failures=0, error=""))
    unasked = table.c.state.in_((State.WANTED, State.DENIED))
    conn.execute(mine.where(unasked).values(state=State.ENDED, next_due=None))


def _paused() -> Select[tuple[int]]:
    return (
        select(intake.c.intake_id)
        .join(source, source.c.source_id == intake.c.source_id)
        .where(or_(intake.c.paused_at.is_not(None), source.c.paused_at.is_not(None)))
    )


def _fresh(offer: Offer, now: datetime) -> dict[str, object]:
    """Return the columns of a subscription that nobody was asked for yet; a new token for a new start."""
    started = Subscription(0, offer.hub, offer.topic, secrets.token_urlsafe(_TOKEN_BYTES), State.WANTED, now)
    return {one.name: getattr(started, one.name) for one in fields(started) if one.name != "intake_id"}


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)


def _set(conn: Connection, intake_id: int, **values: object) -> None:
    conn.execute(table.update().where(table.c.intake_id == intake_id).values(values))


def _one(conn: Connection, where: ColumnElement[bool]) -> Subscription | None:
    row = conn.execute(select(*_COLUMNS).where(where)).one_or_none()
    return None if row is None else _subscription(row)


def _subscription(row: Any) -> Subscription:
    known = Subscription(*row)
    return replace(known, state=State(known.state))
