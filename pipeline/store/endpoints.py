"""Where outgoing webhooks go: registered by operators, each with a cursor in the change log. No secret."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, String, cast, func, select

from pipeline.store import deliveries
from pipeline.store.schema import change, delivery
from pipeline.store.schema import endpoint as table

KIND = "webhook"
_SALT_BYTES = 16
_LONGEST_ERROR = 200


class State(StrEnum):
    """Whether an endpoint is told anything."""

    ACTIVE = "active"
    PAUSED = "paused"  # by an operator
    DISABLED = "disabled"  # answered 410, or failed for long


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One receiver.

    Args:
        channels: keys of those whose stories it is told; none: every story.
        salt, number: what its newest secret is made from; both_until: until when the one before it
            signs too.
        position: of the change log, up to where it was told.
    """

    endpoint_id: int
    url: str
    allow_private: bool
    channels: tuple[str, ...]
    state: State
    salt: str
    number: int
    both_until: datetime | None
    position: int
    made_at: datetime
    told_at: datetime | None
    told: int
    error: str


def add(
    conn: Connection, url: str, channels: Sequence[str], position: int, now: datetime, *, allow_private: bool
) -> int:
    """Register an endpoint that is told what changes behind a position; return its number."""
    row = {"url": url, "allow_private": allow_private, "channels": list(channels), "state": State.ACTIVE}
    row |= {"salt": secrets.token_hex(_SALT_BYTES), "number": 1, "position": position, "made_at": now}
    made: int = conn.execute(table.insert().values(**row).returning(table.c.endpoint_id)).scalar_one()
    return made


def get(conn: Connection, endpoint_id: int) -> Endpoint | None:
    """Return an endpoint, or None."""
    row = conn.execute(select(*_columns()).where(table.c.endpoint_id == endpoint_id)).one_or_none()
    return None if row is None else _endpoint(row)


def listed(conn: Connection) -> list[Endpoint]:
    """Return every endpoint, by number."""
    return [_endpoint(row) for row in conn.execute(select(*_columns()).order_by(table.c.endpoint_id))]


def behind(conn: Connection, head: int) -> list[Endpoint]:
    """Return the active endpoints that lack something up to a position and have no delivery due for it."""
    waits = select(delivery.c.target).where(delivery.c.kind == KIND, delivery.c.state == "due")
    mine = select(*_columns()).where(
        table.c.state == State.ACTIVE,
        table.c.position < head,
        cast(table.c.endpoint_id, String).not_in(waits),
    )
    return [_endpoint(row) for row in conn.execute(mine.order_by(table.c.endpoint_id))]


def told(conn: Connection, endpoint_id: int, before: int, position: int, now: datetime) -> None:
    """Note that a change was told; nothing if the cursor was set elsewhere meanwhile."""
    values = {"position": position, "told_at": now, "told": table.c.told + 1, "error": ""}
    mine = table.update().where(table.c.endpoint_id == endpoint_id, table.c.position == before)
    conn.execute(mine.values(**values))


def passed(conn: Connection, endpoint_id: int, before: int, position: int) -> None:
    """Note that there was nothing to tell up to a position."""
    mine = table.update().where(table.c.endpoint_id == endpoint_id, table.c.position == before)
    conn.execute(mine.values(position=position))


def paused(conn: Connection, endpoint_id: int) -> None:
    """Tell it nothing until it is resumed."""
    _set(conn, endpoint_id, state=State.PAUSED)


def disabled(conn: Connection, endpoint_id: int, reason: str) -> None:
    """Tell it nothing any more: it does not want to be told, or failed for long."""
    _set(conn, endpoint_id, state=State.DISABLED, error=reason[:_LONGEST_ERROR])


def resumed(conn: Connection, endpoint_id: int, now: datetime) -> None:
    """Tell it what it has missed, and what comes."""
    _set(conn, endpoint_id, state=State.ACTIVE, error="")
    deliveries.hurry(conn, KIND, str(endpoint_id), "", now)


def rotated(conn: Connection, known: Endpoint, both_until: datetime | None) -> Endpoint:
    """Give it a new secret; the one so far signs too until a moment, if one is given."""
    _set(conn, known.endpoint_id, number=known.number + 1, both_until=both_until)
    return replace(known, number=known.number + 1, both_until=both_until)


def replayed(conn: Connection, endpoint_id: int, since: datetime, now: datetime) -> int:
    """Set the cursor before the first change since a moment; return how many changes that is."""
    first = conn.scalar(select(func.min(change.c.seq)).where(change.c.at >= since))
    if first is None:
        return 0
    _set(conn, endpoint_id, position=first - 1)
    deliveries.hurry(conn, KIND, str(endpoint_id), "", now)
    return conn.scalar(select(func.count()).select_from(change).where(change.c.seq >= first)) or 0


def removed(conn: Connection, endpoint_id: int) -> None:
    """Forget an endpoint and what was tried there."""
    deliveries.drop(conn, KIND, str(endpoint_id), "")
    conn.execute(table.delete().where(table.c.endpoint_id == endpoint_id))


def _columns() -> list[Any]:
    return [table.c[one.name] for one in fields(Endpoint)]


def _endpoint(row: Any) -> Endpoint:
    known = Endpoint(*row)
    return replace(known, channels=tuple(known.channels), state=State(known.state))


def _set(conn: Connection, endpoint_id: int, **values: object) -> None:
    conn.execute(table.update().where(table.c.endpoint_id == endpoint_id).values(values))
