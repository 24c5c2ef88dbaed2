"""Intakes: the doors of a source, and what was seen at each the last time."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, or_, select

from pipeline.model import Hints, SourceId
from pipeline.store.database import insert
from pipeline.store.schema import intake

_HINTS = TypeAdapter(Hints)

_BETWEEN_PINGS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Intake:
    """One door of a source. `url` is a feed's address, "" for webhooks and folders.

    Args:
        allow_private: loopback and private addresses may be fetched for this intake.
        next_due: when to poll next; None for doors that are not polled.
        etag, last_modified: the server's validators, verbatim.
        status: HTTP status of the last poll; failures: polls in a row that failed.
    """

    intake_id: int
    source_id: SourceId
    kind: str
    url: str
    allow_private: bool
    next_due: datetime | None
    claimed_until: datetime | None
    etag: str
    last_modified: str
    body_sha256: str
    polled_at: datetime | None
    succeeded_at: datetime | None
    changed_at: datetime | None
    status: int | None
    error: str
    failures: int


_COLUMNS = tuple(intake.c[one.name] for one in fields(Intake))


@dataclass(frozen=True, slots=True)
class Poll:
    """What a poll saw: written by `done`. `error` is empty for a success."""

    at: datetime
    next_due: datetime
    status: int | None = None
    etag: str = ""
    last_modified: str = ""
    body_sha256: str = ""
    changed: bool = False
    error: str = ""


def add(
    conn: Connection,
    source_id: SourceId,
    kind: str,
    url: str = "",
    *,
    allow_private: bool = False,
    next_due: datetime | None = None,
) -> int:
    """Open a door (or find it open) and return its id. A feed is due at `next_due`."""
    row = {"source_id": source_id, "kind": kind, "url": url, "allow_private": allow_private}
    opened = insert(conn, intake).values(**row, next_due=next_due)
    once = opened.on_conflict_do_update(
        index_elements=["source_id", "kind", "url"], set_={"allow_private": allow_private}
    )
    return int(conn.execute(once.returning(intake.c.intake_id)).scalar_one())


def get(conn: Connection, intake_id: int) -> Intake | None:
    """Return an intake, or None."""
    row = conn.execute(select(*_COLUMNS).where(intake.c.intake_id == intake_id)).one_or_none()
    return None if row is None else Intake(*row)


def listed(conn: Connection, source_id: SourceId | None = None) -> list[Intake]:
    """Return the intakes (of one source), by id."""
    query = select(*_COLUMNS).order_by(intake.c.intake_id)
    if source_id is not None:
        query = query.where(intake.c.source_id == source_id)
    return [Intake(*row) for row in conn.execute(query)]


def due(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Return the intakes to poll at `now` that nobody has claimed, most overdue first."""
    free = or_(intake.c.claimed_until.is_(None), intake.c.claimed_until <= now)
    query = select(intake.c.intake_id).where(intake.c.next_due <= now, free)
    return list(conn.scalars(query.order_by(intake.c.next_due).limit(limit)))


def claim(conn: Connection, intake_id: int, now: datetime, seconds: float) -> Intake | None:
    """Claim a due intake for one poll; None if it is not due or somebody else has it."""
    free = or_(intake.c.claimed_until.is_(None), intake.c.claimed_until <= now)
    where = (intake.c.intake_id == intake_id, intake.c.next_due <= now, free)
    taken = conn.execute(intake.update().where(*where).values(claimed_until=now + timedelta(seconds=seconds)))
    return get(conn, intake_id) if taken.rowcount == 1 else None


def done(conn: Connection, intake_id: int, poll: Poll) -> None:
    """Write what a poll saw and let the claim go."""
    values: dict[str, object] = {
        "claimed_until": None,
        "next_due": poll.next_due,
        "polled_at": poll.at,
        "status": poll.status,
        "error": poll.error,
    }
    if poll.error:
        values["failures"] = intake.c.failures + 1
    else:
        values |= {"failures": 0, "succeeded_at": poll.at}
    if poll.changed:
        values |= {
            "changed_at": poll.at,
            "etag": poll.etag,
            "last_modified": poll.last_modified,
            "body_sha256": poll.body_sha256,
        }
    conn.execute(intake.update().where(intake.c.intake_id == intake_id).values(values))


def wake(conn: Connection, intake_id: int, now: datetime) -> None:
    """Make a feed due now."""
    conn.execute(intake.update().where(intake.c.intake_id == intake_id).values(next_due=now))


def ping(conn: Connection, intake_id: int, now: datetime) -> bool:
    """Make a feed due now because its publisher says that it has something; once a minute at most."""
    rested = or_(intake.c.pinged_at.is_(None), intake.c.pinged_at <= now - _BETWEEN_PINGS)
    where = (intake.c.intake_id == intake_id, intake.c.kind == "feed", rested)
    woken = conn.execute(intake.update().where(*where).values(pinged_at=now, next_due=now))
    return woken.rowcount == 1


def remember(conn: Connection, intake_id: int, hints: Hints | None, items: Iterable[str]) -> None:
    """Keep what a feed's document says of itself and the hashes of its items.

    Called in the transaction that commits the document's entries. Without hints the older ones stand.
    """
    values: dict[str, Any] = {"known_items": sorted(set(items))}
    if hints is not None:
        values["hints"] = asdict(hints)
    conn.execute(intake.update().where(intake.c.intake_id == intake_id).values(values))


def known_items(conn: Connection, intake_id: int) -> frozenset[str]:
    """Return the hashes of the items that the last document of an intake had."""
    known = conn.scalar(select(intake.c.known_items).where(intake.c.intake_id == intake_id))
    return frozenset(known or ())


def hints_of(conn: Connection, intake_id: int) -> Hints:
    """Return what a feed said of itself the last time; nothing if it never did."""
    return _hints(conn.scalar(select(intake.c.hints).where(intake.c.intake_id == intake_id)))


def _hints(stored: dict[str, Any] | None) -> Hints:
    return Hints() if stored is None else _HINTS.validate_python(stored)
