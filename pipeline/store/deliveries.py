"""Outbound deliveries: what is to be told to whom, until it is; and the last attempts at each.

One row a kind, target and topic. States: due → told ⇄ due; due → failed (given up) → due when it is
wanted again. What is wanted while it is under way is due again afterwards: `asked` counts.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select

from pipeline.store.database import insert
from pipeline.store.schema import attempt, delivery, lease

KEPT_ATTEMPTS = 20  # of each delivery
_LONGEST_REASON = 200
_QUESTIONS = ("intent", "denied")  # strangers' callbacks that do not answer are no trouble of ours
_CLAIMING = "deliver"  # the lease row that orders claims, so that two never take one host


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to tell.

    Args:
        kind: who knows how ("ping", "intent", "content", "webhook").
        target: an address, or the number of an endpoint; topic: a feed's address, or "".
        host: the target's, with a port that is special; one request at a time goes to each.
        asked: how often it was wanted; attempts: failures in a row, since `failing_since`.
    """

    delivery_id: int
    kind: str
    target: str
    topic: str
    host: str
    asked: int
    attempts: int
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a delivery stands, for people: when it is due, what came of the last attempt. No address."""

    delivery_id: int
    kind: str
    target: str
    topic: str
    host: str
    state: str
    due: datetime
    attempts: int
    failing_since: datetime | None
    tried_at: datetime | None
    told_at: datetime | None
    status: int | None
    error: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: the answer's status (None: none), how long it took, why it failed ("": it did not)."""

    at: datetime
    kind: str
    target: str
    topic: str
    host: str
    status: int | None
    ms: int
    reason: str


def want(  # noqa: PLR0917 - what, to whom, about what, where, when
    conn: Connection, kind: str, target: str, topic: str, host: str, now: datetime
) -> None:
    """Have a topic told to a target from now on; one that waits already is told once, when it is due."""
    fresh = {"due": now, "attempts": 0, "state": "due", "error": "", "host": host, "asked": 1}
    row = insert(conn, delivery).values(kind=kind, target=target, topic=topic, **fresh)
    waits = delivery.c.state == "due"
    again = {
        "due": case((waits, delivery.c.due), else_=literal(now, delivery.c.due.type)),
        "attempts": case((waits, delivery.c.attempts), else_=0),
        "failing_since": case((waits, delivery.c.failing_since), else_=None),
        "error": case((waits, delivery.c.error), else_=""),
        "state": "due",
        "host": host,
        "asked": delivery.c.asked + 1,
    }
    conn.execute(row.on_conflict_do_update(index_elements=["kind", "target", "topic"], set_=again))


def hurry(conn: Connection, kind: str, target: str, topic: str, now: datetime) -> None:
    """Try a delivery now, whatever failed before: somebody says that it can arrive again."""
    fresh = {"due": now, "attempts": 0, "failing_since": None, "error": "", "state": "due"}
    mine = _of(kind, target, topic)
    conn.execute(delivery.update().where(mine).values(asked=delivery.c.asked + 1, **fresh))


def is_due(conn: Connection, now: datetime) -> bool:
    """Say whether something could be delivered at `now`."""
    return conn.scalar(_open(now).with_only_columns(delivery.c.delivery_id).limit(1)) is not None


def claim(conn: Connection, now: datetime, seconds: float, fresh: int, failing: int) -> list[Delivery]:
    """Claim what is due, longest due first, one of a host and none of a host that is being spoken to.

    Args:
        conn: a transaction of its own.
        now: aware UTC.
        seconds: how long the claim holds.
        fresh: how many that did not fail last.
        failing: how many that did.
    """
    held = insert(conn, lease).values(name=_CLAIMING, token="", until=now)
    conn.execute(held.on_conflict_do_update(index_elements=["name"], set_={"until": now}))
    claimed: list[Delivery] = []
    parts = ((fresh, delivery.c.attempts == 0), (failing, delivery.c.attempts > 0))
    for many, which in parts:
        oldest = _open(now).where(which).with_only_columns(delivery.c.host).group_by(delivery.c.host)
        hosts = conn.scalars(oldest.order_by(func.min(delivery.c.due), delivery.c.host).limit(many)).all()
        taken = {one.host for one in claimed}
        for host in hosts:
            if host not in taken:
                mine = _open(now).where(which, delivery.c.host == host)
                row = conn.execute(mine.order_by(delivery.c.due, delivery.c.delivery_id).limit(1)).one()
                claimed.append(_delivery(row))
    until = now + timedelta(seconds=seconds)
    for one in claimed:
        _set(conn, one.delivery_id, claimed_until=until)
    return claimed


def release(conn: Connection, one: Delivery) -> None:
    """Give a claim back that nobody has a hand for."""
    _set(conn, one.delivery_id, claimed_until=None)


def told(conn: Connection, one: Delivery, now: datetime, *, more: bool) -> None:
    """Note that a delivery arrived; it is due again if there is more, or was wanted meanwhile."""
    again = delivery.c.asked != one.asked
    conn.execute(
        delivery.update()
        .where(delivery.c.delivery_id == one.delivery_id)
        .values(
            state="due" if more else case((again, "due"), else_="told"),
            due=now,
            attempts=0,
            failing_since=None,
            claimed_until=None,
            error="",
            told_at=now,
        )
    )


def failed(conn: Connection, one: Delivery, now: datetime, reason: str, again: datetime | None) -> None:
    """Note a failure; `again` is the next try, None gives it up."""
    values = {"state": "failed"} if again is None else {"due": again}
    _set(
        conn,
        one.delivery_id,
        attempts=one.attempts + 1,
        failing_since=one.failing_since or now,
        claimed_until=None,
        error=reason[:_LONGEST_REASON],
        **values,
    )


def log(  # noqa: PLR0917 - one row
    conn: Connection, one: Delivery, at: datetime, status: int | None, ms: int, reason: str
) -> None:
    """Keep an attempt, and of the older ones the last few."""
    mine = attempt.c.delivery_id == one.delivery_id
    known = delivery.c.delivery_id == one.delivery_id
    if conn.scalar(select(delivery.c.delivery_id).where(known)) is None:
        return  # its subscriber or endpoint was taken out while it was under way
    row = {"at": at, "status": status, "ms": ms, "reason": reason[:_LONGEST_REASON]}
    conn.execute(attempt.insert().values(delivery_id=one.delivery_id, **row))
    _set(conn, one.delivery_id, tried_at=at, status=status)
    newest = select(attempt.c.attempt_id).where(mine).order_by(attempt.c.attempt_id.desc())
    last = conn.scalar(newest.offset(KEPT_ATTEMPTS).limit(1))
    if last is not None:
        conn.execute(attempt.delete().where(mine, attempt.c.attempt_id <= last))


def drop(conn: Connection, kind: str, target: str, topic: str) -> None:
    """Forget a delivery and its attempts."""
    number = conn.scalar(select(delivery.c.delivery_id).where(_of(kind, target, topic)))
    if number is not None:
        conn.execute(attempt.delete().where(attempt.c.delivery_id == number))
        conn.execute(delivery.delete().where(delivery.c.delivery_id == number))


def standing(conn: Connection, limit: int, *, failing: bool = False) -> list[Standing]:
    """Return how deliveries stand, those tried last first; `failing`: only those that failed last."""
    query = select(*(delivery.c[one.name] for one in fields(Standing)))
    if failing:
        given_up = and_(delivery.c.state == "failed", delivery.c.kind.not_in(_QUESTIONS))
        query = query.where(or_(and_(delivery.c.state == "due", delivery.c.attempts > 0), given_up))
    latest = func.coalesce(delivery.c.tried_at, delivery.c.due).desc()
    rows = conn.execute(query.order_by(latest, delivery.c.delivery_id).limit(limit))
    return [Standing(*row) for row in rows]


def attempts(conn: Connection, limit: int, kind: str = "", target: str = "") -> list[Attempt]:
    """Return the newest attempts, newest first; of one kind or target if given."""
    query = select(
        attempt.c.at,
        *(delivery.c[name] for name in ("kind", "target", "topic", "host")),
        attempt.c.status,
        attempt.c.ms,
        attempt.c.reason,
    ).join(delivery, delivery.c.delivery_id == attempt.c.delivery_id)
    if kind:
        query = query.where(delivery.c.kind == kind)
    if target:
        query = query.where(delivery.c.target == target)
    rows = conn.execute(query.order_by(attempt.c.attempt_id.desc()).limit(limit))
    return [Attempt(**row._mapping) for row in rows]  # noqa: SLF001 - its public name


def counts(conn: Connection) -> dict[str, int]:
    """Return how many deliveries are due, fail (and are tried again), were given up, were told."""
    failing = and_(delivery.c.state == "due", delivery.c.attempts > 0)
    named = case((failing, "failing"), else_=delivery.c.state).label("name")
    each = (
        select(named).where(or_(delivery.c.state != "failed", delivery.c.kind.not_in(_QUESTIONS))).subquery()
    )
    rows = conn.execute(select(each.c.name, func.count().label("total")).group_by(each.c.name))
    return dict.fromkeys(("due", "failing", "failed", "told"), 0) | {row.name: row.total for row in rows}


def _open(now: datetime) -> Select[tuple[int]]:
    """Select what can be delivered at `now`: nobody speaks to its host."""
    busy = select(delivery.c.host).where(delivery.c.claimed_until > now)
    return select(*(delivery.c[one.name] for one in fields(Delivery))).where(
        delivery.c.state == "due", delivery.c.due <= now, delivery.c.host.not_in(busy)
    )


def _of(kind: str, target: str, topic: str) -> ColumnElement[bool]:
    return and_(delivery.c.kind == kind, delivery.c.target == target, delivery.c.topic == topic)


def _delivery(row: object) -> Delivery:
    return Delivery(*row)  # type: ignore[misc]


def _set(conn: Connection, delivery_id: int, **values: object) -> None:
    conn.execute(delivery.update().where(delivery.c.delivery_id == delivery_id).values(values))
