"""Outbound deliveries: what is to be told to whom, until it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.store.database import insert
from pipeline.store.schema import delivery


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to tell: kind ("hub"), target address, topic (a feed's address)."""

    delivery_id: int
    kind: str
    target: str
    topic: str
    attempts: int


def want(conn: Connection, kind: str, target: str, topic: str, now: datetime) -> None:
    """Have a topic told to a target from now on; one that waits already is told once."""
    fresh = {"due": now, "attempts": 0, "state": "due", "error": ""}
    row = insert(conn, delivery).values(kind=kind, target=target, topic=topic, **fresh)
    conn.execute(row.on_conflict_do_update(index_elements=["kind", "target", "topic"], set_=fresh))


def due(conn: Connection, now: datetime, limit: int) -> list[Delivery]:
    """Return what is to be told by now, longest due first."""
    query = select(delivery).where(delivery.c.state == "due", delivery.c.due <= now)
    rows = conn.execute(query.order_by(delivery.c.due, delivery.c.delivery_id).limit(limit))
    return [Delivery(row.delivery_id, row.kind, row.target, row.topic, row.attempts) for row in rows]


def told(conn: Connection, made: Delivery) -> None:
    """Note that a delivery arrived."""
    _end(conn, made, state="told", error="")


def failed(conn: Connection, made: Delivery, error: str, again: datetime | None) -> None:
    """Note a failure; `again` is the next try, None gives it up."""
    values = {"state": "failed"} if again is None else {"due": again}
    _end(conn, made, error=error, attempts=made.attempts + 1, **values)


def _end(conn: Connection, made: Delivery, **values: object) -> None:
    conn.execute(delivery.update().where(delivery.c.delivery_id == made.delivery_id).values(values))
