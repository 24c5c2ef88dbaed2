"""The state of every source at a glance: its doors, their last and next polls, what is held of it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, func, select

from pipeline.errors import NotFound
from pipeline.model import Form, Source, SourceId
from pipeline.schedule import Rhythm
from pipeline.store import sources
from pipeline.store.receipts import ReceiptState
from pipeline.store.schema import entry, held, host, intake, receipt, source, subscription

_NEWEST = (
    select(func.max(receipt.c.receipt_id))
    .where(receipt.c.intake_id == intake.c.intake_id, receipt.c.form == Form.FEED)
    .correlate(intake)
    .scalar_subquery()
)
_RHYTHM = TypeAdapter(Rhythm)


class DoorState(StrEnum):
    """How a door is, the worst that is true of it first."""

    PAUSED = "paused"
    GONE = "gone"  # its address answers 404 or 410
    FAILING = "failing"
    UNREADABLE = "unreadable"  # it answers, and its last document is no feed
    NEW = "new"  # never polled
    OK = "ok"
    OPEN = "open"  # nothing is polled: a webhook, a folder


@dataclass(frozen=True, slots=True)
class DoorView:
    """One door as it is now.

    Args:
        late: it should have been polled before now.
        error: of the last poll, else why the last document could not be read.
        moved_to: where permanent redirects lead.
        hints: what the feed says of its own rhythm and hubs.
        rhythm: when it publishes, as learned.
        robots_status: HTTP status of its host's robots.txt; None while nobody asked.
        reserved: its host reserves text and data mining; `policy`: where the terms stand.
        hub: state of its WebSub subscription, "" for none.
    """

    intake_id: int
    kind: str
    url: str
    allow_private: bool
    state: DoorState
    late: bool
    next_due: datetime | None
    polled_at: datetime | None
    succeeded_at: datetime | None
    changed_at: datetime | None
    status: int | None
    error: str
    failures: int
    paused_because: str
    moved_to: str
    gone_since: datetime | None
    pinged_at: datetime | None
    hints: dict[str, Any]
    rhythm: Rhythm | None
    robots_status: int | None
    robots_error: str
    reserved: bool
    policy: str
    hub: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with its doors, by id, and how many entries it has and how many of its receipts are held."""

    source: Source
    paused_at: datetime | None
    paused_because: str
    doors: tuple[DoorView, ...]
    entries: int
    held: int

    @property
    def state(self) -> DoorState:
        """The state that a person should see: of its worst door, where all is not well."""
        if self.paused_at is not None:
            return DoorState.PAUSED
        order = list(DoorState)
        return min((one.state for one in self.doors), key=order.index, default=DoorState.OPEN)


def listed(conn: Connection, now: datetime, source_id: SourceId | None = None) -> list[SourceView]:
    """Return the state of all sources (or of one), by id. Raises NotFound: there is no such source."""
    known = sources.many(conn)
    if source_id is not None and source_id not in known:
        raise NotFound(source_id, "is not registered; see ./tintinh sources list")
    wanted = [source_id] if source_id is not None else list(known)
    rests = {
        row.source_id: row
        for row in conn.execute(select(source.c.source_id, source.c.paused_at, source.c.paused_because))
    }
    doors: dict[str, list[DoorView]] = defaultdict(list)
    query = (
        select(
            intake, host.c.robots_status, host.c.error.label("robots_error"), host.c.reserved, host.c.policy
        )
        .add_columns(subscription.c.state.label("hub"), receipt.c.reason.label("unread"))
        .outerjoin(receipt, (receipt.c.receipt_id == _NEWEST) & (receipt.c.state == ReceiptState.QUARANTINED))
        .outerjoin(host, host.c.host == intake.c.host)
        .outerjoin(subscription, subscription.c.intake_id == intake.c.intake_id)
        .order_by(intake.c.intake_id)
    )
    if source_id is not None:
        query = query.where(intake.c.source_id == source_id)
    for row in conn.execute(query):
        doors[row.source_id].append(_door(row, now, paused=rests[row.source_id].paused_at is not None))
    entries = _counts(conn, select(entry.c.source_id, func.count()).group_by(entry.c.source_id), source_id)
    kept_back = select(receipt.c.source_id, func.count(held.c.held_id)).join(
        held, held.c.receipt_id == receipt.c.receipt_id
    )
    waiting = _counts(conn, kept_back.where(held.c.state == "open").group_by(receipt.c.source_id), source_id)
    return [
        SourceView(
            known[one],
            rests[one].paused_at,
            rests[one].paused_because,
            tuple(doors[one]),
            entries.get(one, 0),
            waiting.get(one, 0),
        )
        for one in wanted
    ]


def _counts(conn: Connection, query: Any, source_id: SourceId | None) -> dict[str, int]:
    if source_id is not None:
        query = query.where(query.selected_columns[0] == source_id)
    return {name: int(count) for name, count in conn.execute(query)}


def _door(row: Row[Any], now: datetime, *, paused: bool) -> DoorView:
    return DoorView(
        intake_id=row.intake_id,
        kind=row.kind,
        url=row.url,
        allow_private=row.allow_private,
        state=_state(row, paused=paused),
        late=row.next_due is not None and row.next_due < now,
        next_due=row.next_due,
        polled_at=row.polled_at,
        succeeded_at=row.succeeded_at,
        changed_at=row.changed_at,
        status=row.status,
        error=row.error or row.unread or "",
        failures=row.failures,
        paused_because=row.paused_because,
        moved_to=row.moved_to,
        gone_since=row.gone_since,
        pinged_at=row.pinged_at,
        hints=row.hints or {},
        rhythm=None if row.rhythm is None else _RHYTHM.validate_python(row.rhythm),
        robots_status=row.robots_status,
        robots_error=row.robots_error or "",
        reserved=bool(row.reserved),
        policy=row.policy or "",
        hub=row.hub or "",
    )


def _state(row: Row[Any], *, paused: bool) -> DoorState:
    if paused or row.paused_at is not None:
        return DoorState.PAUSED
    if row.gone_since is not None:
        return DoorState.GONE
    if row.failures:
        return DoorState.FAILING
    if row.polled_at is None:
        return DoorState.NEW if row.next_due is not None else DoorState.OPEN
    if row.unread:
        return DoorState.UNREADABLE
    return DoorState.OK
