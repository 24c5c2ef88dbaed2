"""Who subscribes to our feeds at our WebSub hub: one row a callback and topic. Secrets are sealed.

States: asked → active ⇄ suspended → ended. A request is noted beside what holds until then and changes
nothing before the callback confirms it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from pipeline.store import deliveries
from pipeline.store.schema import hub_subscriber as table

_LONGEST_ERROR = 200
_KINDS = ("content", "intent", "denied")


class State(StrEnum):
    """Where a subscription is."""

    ASKED = "asked"  # never verified yet
    ACTIVE = "active"
    SUSPENDED = "suspended"  # deliveries failed for long; renewing it wakes it
    ENDED = "ended"  # by its lease, by 410, by the subscriber, by us


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One subscription. `position`: of the change log, up to where it was told."""

    subscriber_id: int
    callback: str
    topic: str
    channel: str
    form: str
    host: str
    state: State
    asked_mode: str
    asked_lease: int
    asked_secret: str
    asked_at: datetime
    secret: str
    lease_until: datetime | None
    position: int
    verified_at: datetime | None
    delivered_at: datetime | None
    deliveries: int
    error: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks of the hub: who is called, about what, for how many seconds, with which secret."""

    callback: str
    topic: str
    channel: str
    form: str
    host: str
    mode: str
    lease: int
    secret: str


def ask(conn: Connection, wish: Wish, now: datetime) -> int:
    """Note a request, to be verified; return the subscription's number. It changes nothing else yet."""
    asked = {
        "asked_mode": wish.mode,
        "asked_lease": wish.lease,
        "asked_secret": wish.secret,
        "asked_at": now,
    }
    known = of(conn, wish.callback, wish.topic)
    if known is not None:
        _set(conn, known.subscriber_id, **asked)
        number = known.subscriber_id
    else:
        row = {
            "callback": wish.callback,
            "topic": wish.topic,
            "channel": wish.channel,
            "form": wish.form,
            "host": wish.host,
            "state": State.ASKED,
        }
        made = conn.execute(table.insert().values(**row, **asked).returning(table.c.subscriber_id))
        number = made.scalar_one()
    deliveries.want(conn, "intent", wish.callback, wish.topic, wish.host, now)
    deliveries.hurry(conn, "intent", wish.callback, wish.topic, now)
    return number


def of(conn: Connection, callback: str, topic: str) -> Subscriber | None:
    """Return a subscription, or None."""
    return _one(conn, and_(table.c.callback == callback, table.c.topic == topic))


def get(conn: Connection, subscriber_id: int) -> Subscriber | None:
    """Return a subscription by its number, or None."""
    return _one(conn, table.c.subscriber_id == subscriber_id)


def listed(conn: Connection, limit: int) -> list[Subscriber]:
    """Return subscriptions that hold, wait or are suspended, newest first."""
    rows = conn.execute(
        _query(table.c.state != State.ENDED).order_by(table.c.subscriber_id.desc()).limit(limit)
    )
    return [_subscriber(row) for row in rows]


def counts(conn: Connection) -> dict[str, int]:
    """Return how many subscriptions are in each state."""
    rows = conn.execute(select(table.c.state, func.count().label("total")).group_by(table.c.state))
    return dict.fromkeys(State, 0) | {row.state: row.total for row in rows}


def crowded(conn: Connection, wish: Wish, most: tuple[int, int, int], unverified: tuple[int, int]) -> str:
    """Return which bound a new subscription would pass ("callback host", "topic", "hub"), "" for none.

    `most`: of a host, of a topic, in all; `unverified`: of a host and in all, what was never verified,
    refused or not, and is not forgotten yet.
    """
    holds = table.c.state.in_((State.ACTIVE, State.SUSPENDED, State.ASKED))
    of_host, of_topic, in_all = most
    if _count(conn, and_(holds, table.c.host == wish.host)) >= of_host:
        return "callback host"
    if _count(conn, and_(holds, table.c.topic == wish.topic)) >= of_topic:
        return "topic"
    if _count(conn, holds) >= in_all:
        return "hub"
    never = table.c.verified_at.is_(None)
    if _count(conn, and_(never, table.c.host == wish.host)) >= unverified[0]:
        return "callback host"
    return "hub" if _count(conn, never) >= unverified[1] else ""


def verified(conn: Connection, known: Subscriber, position: int, now: datetime) -> None:
    """Have a request hold that its callback confirmed; what held already keeps its position."""
    if known.asked_mode == "unsubscribe":
        ended(conn, known, "")
        return
    holds = known.state in (State.ACTIVE, State.SUSPENDED) and not _over(known, now)
    _set(
        conn,
        known.subscriber_id,
        state=State.ACTIVE,
        asked_mode="",
        secret=known.asked_secret,
        asked_secret="",
        lease_until=now + timedelta(seconds=known.asked_lease),
        position=known.position if holds else position,
        verified_at=now,
        error="",
    )
    if holds:
        deliveries.want(conn, "content", known.callback, known.topic, known.host, now)
        deliveries.hurry(conn, "content", known.callback, known.topic, now)


def unconfirmed(conn: Connection, known: Subscriber, reason: str) -> None:
    """Drop a request that its callback did not confirm; what held before holds on."""
    if known.state is State.ASKED:
        _set(conn, known.subscriber_id, state=State.ENDED)
    _set(conn, known.subscriber_id, asked_mode="", asked_secret="", error=reason[:_LONGEST_ERROR])


def told(conn: Connection, known: Subscriber, position: int, now: datetime) -> None:
    """Note that everything up to a position was told."""
    values = {"delivered_at": now, "deliveries": table.c.deliveries + 1, "error": ""}
    _set(conn, known.subscriber_id, position=position, **values)


def passed(conn: Connection, known: Subscriber, position: int) -> None:
    """Note that there was nothing to tell up to a position."""
    _set(conn, known.subscriber_id, position=position)


def suspended(conn: Connection, known: Subscriber, reason: str) -> None:
    """Stop deliveries that failed for long; its position stays, for the day that it is renewed."""
    _set(conn, known.subscriber_id, state=State.SUSPENDED, error=reason[:_LONGEST_ERROR])


def ended(conn: Connection, known: Subscriber, reason: str) -> None:
    """End a subscription, its secret with it."""
    values = {"asked_mode": "", "asked_secret": "", "secret": "", "error": reason[:_LONGEST_ERROR]}
    _set(conn, known.subscriber_id, state=State.ENDED, **values)


def wanting(conn: Connection, channels: Iterable[str]) -> list[Subscriber]:
    """Return the subscriptions to channels that are told what changes in them."""
    wanted = sorted(set(channels))
    rows = conn.execute(_query(and_(table.c.channel.in_(wanted), table.c.state == State.ACTIVE)))
    return [_subscriber(row) for row in rows]


def any_active(conn: Connection) -> bool:
    """Say whether anybody is told anything."""
    return (
        conn.scalar(select(table.c.subscriber_id).where(table.c.state == State.ACTIVE).limit(1)) is not None
    )


def expire(conn: Connection, now: datetime, strangers: datetime, forgotten: datetime, limit: int) -> int:
    """End subscriptions whose lease is over, and forget what is old; return how many ended.

    Args:
        conn: a writing transaction.
        now: aware UTC.
        strangers: what was never verified and asked for before this is forgotten.
        forgotten: so is what ended, and was asked for, before this.
        limit: of each kind.
    """
    lapsed = and_(table.c.state.in_((State.ACTIVE, State.SUSPENDED)), table.c.lease_until <= now)
    over = [_subscriber(row) for row in conn.execute(_query(lapsed).limit(limit))]
    for known in over:
        ended(conn, known, known.error)
    never = and_(table.c.verified_at.is_(None), table.c.asked_at < strangers)
    ended_ = and_(table.c.state == State.ENDED, table.c.asked_at < forgotten)
    long_ago = and_(ended_, func.coalesce(table.c.lease_until, table.c.asked_at) < forgotten)
    for row in conn.execute(_query(or_(never, long_ago)).limit(limit)).all():
        for kind in _KINDS:
            deliveries.drop(conn, kind, row.callback, row.topic)
        conn.execute(table.delete().where(table.c.subscriber_id == row.subscriber_id))
    return len(over)


def _over(known: Subscriber, now: datetime) -> bool:
    return known.lease_until is None or known.lease_until <= now


def _count(conn: Connection, where: ColumnElement[bool]) -> int:
    return conn.scalar(select(func.count()).select_from(table).where(where)) or 0


def _query(where: ColumnElement[bool]) -> Select[Any]:
    return select(*(table.c[one.name] for one in fields(Subscriber))).where(where)


def _one(conn: Connection, where: ColumnElement[bool]) -> Subscriber | None:
    row = conn.execute(_query(where)).one_or_none()
    return None if row is None else _subscriber(row)


def _subscriber(row: Any) -> Subscriber:
    known = Subscriber(*row)
    return replace(known, state=State(known.state))


def _set(conn: Connection, subscriber_id: int, **values: object) -> None:
    conn.execute(table.update().where(table.c.subscriber_id == subscriber_id).values(values))
