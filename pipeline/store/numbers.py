"""The state of the pipeline in numbers: what ops pages and metrics show."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.store import (
    candidates,
    changes,
    counters,
    habits,
    hosts,
    links,
    pages,
    receipts,
    saved,
    saved_ways,
    stories,
)
from pipeline.store.receipts import ReceiptState
from pipeline.store.schema import change, cursor, delivery, entry, held, intake, receipt, stamp

READERS = ("index", "publish", "alerts")
LATE_AFTER = timedelta(minutes=5)  # a host's feeds that fall due together are polled one after the other


def state(conn: Connection, now: datetime) -> dict[str, Any]:
    """Return counts, positions and ages (seconds) of everything that can be late, silent or broken."""
    head = changes.head(conn)
    by_state = select(receipt.c.state, func.count().label("total")).group_by(receipt.c.state)
    unread = (receipt.c.state == ReceiptState.RECEIVED, receipts.unpaused())
    oldest = select(func.min(func.coalesce(receipt.c.not_before, receipt.c.received_at))).where(*unread)
    open_held = select(func.count()).select_from(held).where(held.c.state == "open")
    waiting = select(func.count()).select_from(delivery).where(delivery.c.state == "due")
    return {
        "receipts": dict.fromkeys(ReceiptState, 0) | {row.state: row.total for row in conn.execute(by_state)},
        "oldest_unread_seconds": _age(conn.scalar(oldest), now),
        "entries": conn.scalar(select(func.count()).select_from(entry)) or 0,
        "unlinked": links.unlinked_count(conn),
        "stories": stories.count(conn),
        "crowds": candidates.crowds(conn),
        "quarantine_open": conn.scalar(open_held) or 0,
        "drifts": habits.drifts(conn, now),
        "deliveries_due": conn.scalar(waiting) or 0,
        "log_head": head,
        "readers": {name: reader(conn, name, now) for name in READERS},
        "intakes": _intakes(conn, now),
        "hosts": hosts.counts(conn),
        "pages": pages.counts(conn),
        "saved": saved.counts(conn),
        "saved_ways": saved_ways.counts(conn),
        "counters": counters.listed(conn),
        "stamps": {row.name: _age(row.at, now) for row in conn.execute(select(stamp).order_by(stamp.c.name))},
    }


def mark(conn: Connection, name: str, now: datetime) -> None:
    """Stamp that something was alive at `now`."""
    if conn.execute(stamp.update().where(stamp.c.name == name).values(at=now)).rowcount == 0:
        conn.execute(stamp.insert().values(name=name, at=now))


def marked(conn: Connection, name: str) -> datetime | None:
    """Return when something was stamped last, None if never."""
    return conn.scalar(select(stamp.c.at).where(stamp.c.name == name))


def reader(conn: Connection, name: str, now: datetime) -> dict[str, Any]:
    """Return how far a reader of the change log is, and how late (seconds)."""
    head = changes.head(conn)
    position = changes.position(conn, name)
    moved = conn.scalar(select(cursor.c.moved_at).where(cursor.c.name == name))
    waiting = select(func.min(change.c.at)).where(change.c.seq > position)
    return {
        "position": position,
        "behind": max(0, head - position),
        "lag_seconds": _age(conn.scalar(waiting), now),
        "moved_seconds": _age(moved, now),
    }


def _intakes(conn: Connection, now: datetime) -> dict[str, int]:
    count = select(func.count()).select_from(intake).where(intake.c.kind == "feed")
    return {
        "feeds": conn.scalar(count) or 0,
        "late": conn.scalar(count.where(intake.c.next_due < now - LATE_AFTER, intake.c.paused_at.is_(None)))
        or 0,
        "failing": conn.scalar(count.where(intake.c.failures > 0, intake.c.paused_at.is_(None))) or 0,
    }


def _age(moment: datetime | None, now: datetime) -> float:
    """Return the seconds since a moment, 0 for none."""
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
