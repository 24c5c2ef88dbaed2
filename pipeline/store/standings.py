"""How the sources stand and how long news wait, as cheaply as a public page needs it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from pipeline.freshness import Door, Standing, of_source
from pipeline.model import Form, Source
from pipeline.store import changes, publications, pushes, receipts, sources
from pipeline.store.receipts import ReceiptState
from pipeline.store.schema import change, entry, intake, receipt, source

_NEWEST = (
    select(func.max(receipt.c.receipt_id))
    .where(receipt.c.intake_id == intake.c.intake_id, receipt.c.form == Form.FEED)
    .correlate(intake)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Told:
    """A source and how it is."""

    source: Source
    standing: Standing


@dataclass(frozen=True, slots=True)
class State:
    """Since when the oldest news wait (None: none do), the sources, and when each channel changed, by key."""

    waiting_since: datetime | None
    sources: tuple[Told, ...]
    changed: dict[str, datetime]


def state(conn: Connection, now: datetime) -> State:
    """Return everything that the public may know of how things stand."""
    changed: dict[str, datetime] = {}
    for row in publications.listed(conn):
        changed[row.channel] = max(row.modified, changed.get(row.channel, row.modified))
    return State(waiting_since(conn), tuple(listed(conn, now)), changed)


def listed(conn: Connection, now: datetime) -> list[Told]:
    """Return every source with how it is, by name."""
    doors: dict[str, list[Door]] = defaultdict(list)
    query = (
        select(intake, receipt.c.reason.label("unread"))
        .outerjoin(receipt, (receipt.c.receipt_id == _NEWEST) & (receipt.c.state == ReceiptState.QUARANTINED))
        .order_by(intake.c.intake_id)
    )
    for row in conn.execute(query).all():
        doors[row.source_id].append(
            Door(
                kind=row.kind,
                paused=row.paused_at is not None,
                next_due=row.next_due,
                polled_at=row.polled_at,
                succeeded_at=row.succeeded_at,
                changed_at=row.changed_at,
                broken=bool(row.failures) or row.gone_since is not None or bool(row.unread),
                came=() if row.kind == "feed" else pushes.last(conn, row.intake_id),
            )
        )
    rests = set(conn.scalars(select(source.c.source_id).where(source.c.paused_at.is_not(None))))
    known = sorted(sources.many(conn).values(), key=lambda one: (one.name.casefold(), one.source_id))
    return [Told(one, of_source(doors[one.source_id], now, paused=one.source_id in rests)) for one in known]


def waiting_since(conn: Connection) -> datetime | None:
    """Return since when the oldest news wait to be read, linked or published; None: none do."""
    unread = select(func.min(func.coalesce(receipt.c.not_before, receipt.c.received_at))).where(
        receipt.c.state == ReceiptState.RECEIVED, receipts.unpaused()
    )
    unlinked = select(func.min(entry.c.first_seen)).where(
        entry.c.touched > entry.c.linked, entry.c.story_id.is_(None)
    )
    behind = (
        select(change.c.at)
        .where(change.c.seq > changes.position(conn, "publish"))
        .order_by(change.c.seq)
        .limit(1)
    )
    found = (conn.scalar(query) for query in (unread, unlinked, behind))
    return min((one for one in found if one is not None), default=None)
