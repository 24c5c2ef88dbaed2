"""Intakes: the doors of a source, and what was seen at each the last time."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, case, func, or_, select

from pipeline.model import Hints, SourceId
from pipeline.schedule import Rhythm, learn
from pipeline.store import hosts
from pipeline.store.database import insert
from pipeline.store.schema import host, intake, source
from pipeline.target import authority

_HINTS = TypeAdapter(Hints)
_RHYTHM = TypeAdapter(Rhythm)
_GONE = (404, 410)

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
    host: str = ""
    paused_at: datetime | None = None
    paused_because: str = ""
    full_at: datetime | None = None
    moved_to: str = ""
    moved_since: datetime | None = None
    gone_since: datetime | None = None
    distrusted_until: datetime | None = None
    hints: Hints = field(default_factory=Hints)
    rhythm: Rhythm | None = None


_COLUMNS = tuple(intake.c[one.name] for one in fields(Intake))

# Built once: each is asked for every document.
_MINE = intake.c.intake_id == bindparam("mine")
_ONE = select(*_COLUMNS).where(_MINE)
_RHYTHM_OF = select(intake.c.rhythm).where(_MINE)
_KNOWN_ITEMS = select(intake.c.known_items).where(_MINE)
_KNOWN_ITEMS_ALONE = _KNOWN_ITEMS.with_for_update()
_CHANGE = intake.update().where(_MINE)


@dataclass(frozen=True, slots=True)
class Poll:
    """What a poll saw: written by `done`. `error` is empty for a success.

    Args:
        begun: when the poll began; a ping that came later keeps the feed due.
        changed: the body is news; `answered`: there was a body, with these validators and hash.
        full: the request was not conditional.
        moved_to, moved_since: where permanent redirects lead, as long as they do.
        distrusted_until: until when no validators are sent.
    """

    at: datetime
    next_due: datetime
    status: int | None = None
    etag: str = ""
    last_modified: str = ""
    body_sha256: str = ""
    changed: bool = False
    error: str = ""
    answered: bool = False
    full: bool = False
    begun: datetime | None = None
    moved_to: str = ""
    moved_since: datetime | None = None
    distrusted_until: datetime | None = None


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
    row["host"] = authority(url) if url else ""
    opened = insert(conn, intake).values(**row, next_due=next_due)
    once = opened.on_conflict_do_update(
        index_elements=["source_id", "kind", "url"], set_={"allow_private": allow_private}
    )
    return int(conn.execute(once.returning(intake.c.intake_id)).scalar_one())


def get(conn: Connection, intake_id: int) -> Intake | None:
    """Return an intake, or None."""
    row = conn.execute(_ONE, {"mine": intake_id}).one_or_none()
    return None if row is None else _intake(row)


def listed(conn: Connection, source_id: SourceId | None = None) -> list[Intake]:
    """Return the intakes (of one source), by id."""
    query = select(*_COLUMNS).order_by(intake.c.intake_id)
    if source_id is not None:
        query = query.where(intake.c.source_id == source_id)
    return [_intake(row) for row in conn.execute(query)]


def due(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Return the feeds to poll at `now` that nobody has claimed, most overdue first."""
    query = _unpaused(select(intake.c.intake_id)).where(intake.c.next_due <= now, _unclaimed(now))
    return list(conn.scalars(query.order_by(intake.c.next_due).limit(limit)))


def waiting(conn: Connection, now: datetime, limit: int) -> list[tuple[int, str]]:
    """Return the feeds to poll at `now` with their hosts: one a host, of hosts that may be asked now.

    Most overdue first; a host with hundreds of feeds holds up no other.
    """
    place = func.row_number().over(
        partition_by=intake.c.host, order_by=(intake.c.next_due, intake.c.intake_id)
    )
    inner = (
        _unpaused(select(intake.c.intake_id, intake.c.host, intake.c.next_due, place.label("place")))
        .outerjoin(host, host.c.host == intake.c.host)
        .where(intake.c.next_due <= now, _unclaimed(now), hosts.free(now))
        .subquery()
    )
    query = select(inner.c.intake_id, inner.c.host).where(inner.c.place == 1)
    rows = conn.execute(query.order_by(inner.c.next_due, inner.c.intake_id).limit(limit))
    return [(row.intake_id, row.host) for row in rows]


def next_turn(conn: Connection, now: datetime) -> datetime | None:
    """Return the earliest time at which a host may be asked for a feed that is due, None if none is.

    Feeds and hosts that somebody has claimed are that one's business.
    """
    query = _unpaused(select(func.min(host.c.free_at))).outerjoin(host, host.c.host == intake.c.host)
    idle = or_(host.c.claimed_until.is_(None), host.c.claimed_until <= now)
    moment: datetime | None = conn.scalar(query.where(intake.c.next_due <= now, _unclaimed(now), idle))
    return moment


def claim(conn: Connection, intake_ids: Iterable[int], now: datetime, until: datetime) -> list[Intake]:
    """Claim feeds for one poll each and return those that are due and were free, by id."""
    mine = intake.c.intake_id.in_(sorted(intake_ids))
    where = (mine, intake.c.next_due <= now, _unclaimed(now))
    taken = intake.update().where(*where).values(claimed_until=until).returning(*_COLUMNS)
    return sorted((_intake(row) for row in conn.execute(taken)), key=lambda one: one.intake_id)


def put_back(conn: Connection, intake_ids: Iterable[int]) -> None:
    """Let claims go without a poll: the time was up, or the host's rules had to be read first."""
    mine = intake.update().where(intake.c.intake_id.in_(sorted(intake_ids)))
    conn.execute(mine.values(claimed_until=None))


def done(conn: Connection, intake_id: int, poll: Poll) -> None:
    """Write what a poll saw and let the claim go."""
    done_many(conn, [(intake_id, poll)])


def done_many(conn: Connection, polls: Iterable[tuple[int, Poll]]) -> None:
    """Write what polls saw and let their claims go: one statement for each kind of outcome."""
    kinds: dict[frozenset[str], list[dict[str, Any]]] = {}
    for intake_id, poll in polls:
        values = _written(poll)
        kinds.setdefault(frozenset(values), []).append(
            values | {"mine": intake_id, "begun": poll.begun or poll.at}
        )
    pinged = case(
        (intake.c.pinged_at > bindparam("begun"), intake.c.next_due),
        else_=bindparam("due", type_=intake.c.next_due.type),
    )
    for names, rows in kinds.items():
        failing = "failed_at" in names
        told: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names - {"due", "failed_at"}}
        count = intake.c.failures + 1 if failing else 0
        gone = func.coalesce(intake.c.gone_since, bindparam("failed_at", type_=intake.c.gone_since.type))
        statement = (
            intake.update()
            .where(intake.c.intake_id == bindparam("mine"))
            .values(
                **told,
                claimed_until=None,
                next_due=pinged,
                failures=count,
                gone_since=gone if failing else None,
            )
        )
        conn.execute(statement, [_bound(row) for row in rows])


def _bound(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of parameters: names of columns belong to the statement."""
    kept = ("mine", "begun", "due", "failed_at")
    return {name if name in kept else f"new_{name}": value for name, value in row.items()}


def _written(poll: Poll) -> dict[str, Any]:
    """Return the columns that a poll changes, by the kind of its outcome."""
    values: dict[str, Any] = {
        "due": poll.next_due,
        "polled_at": poll.at,
        "status": poll.status,
        "error": poll.error,
    }
    if poll.error:
        return values | {"failed_at": poll.at if poll.status in _GONE else None}
    values |= {
        "succeeded_at": poll.at,
        "moved_to": poll.moved_to,
        "moved_since": poll.moved_since,
        "distrusted_until": poll.distrusted_until,
    }
    if poll.full:
        values["full_at"] = poll.at
    if poll.answered or poll.changed:
        names = ("etag", "last_modified", "body_sha256")
        values |= {name: getattr(poll, name) for name in names}
    if poll.changed:
        values["changed_at"] = poll.at
    return values


def move(conn: Connection, moving: Intake) -> bool:
    """Give a feed the address that its server has long led to; say whether it was free.

    Where the source has a feed with that address already, this one is paused with the reason.
    """
    new = moving.moved_to
    mine = intake.c.intake_id == moving.intake_id
    same = (intake.c.source_id == moving.source_id, intake.c.kind == moving.kind, intake.c.url == new)
    other = conn.scalar(select(intake.c.intake_id).where(*same))
    if other is not None:
        because = f"moved to {new}, which is polled as feed {other}"
        values: dict[str, Any] = {"paused_at": moving.polled_at, "paused_because": because}
        conn.execute(intake.update().where(mine).values(**values, moved_to="", moved_since=None))
        return False
    name = authority(new)
    private = moving.allow_private and name == moving.host
    values = {"url": new, "host": name, "allow_private": private, "moved_to": "", "moved_since": None}
    conn.execute(intake.update().where(mine).values(values))
    return True


def wake(conn: Connection, intake_id: int, now: datetime) -> None:
    """Make a feed due now."""
    conn.execute(intake.update().where(intake.c.intake_id == intake_id).values(next_due=now))


def ping(conn: Connection, intake_id: int, now: datetime) -> bool:
    """Make a feed due now because its hub says that it has something; once a minute at most.

    A feed that fails keeps its turn: its server may have asked for patience.
    """
    rested = or_(intake.c.pinged_at.is_(None), intake.c.pinged_at <= now - _BETWEEN_PINGS)
    where = (intake.c.intake_id == intake_id, intake.c.kind == "feed", intake.c.failures == 0, rested)
    woken = conn.execute(intake.update().where(*where).values(pinged_at=now, next_due=now))
    return woken.rowcount == 1


def remember(
    conn: Connection, intake_id: int, receipt_id: int, hints: Hints | None, items: Iterable[str]
) -> None:
    """Keep what a feed's document says of itself and the hashes of its items, unless a later one was read.

    Called in the transaction that commits the document's entries. Without hints the older ones stand.
    """
    known = conn.scalar(_KNOWN_ITEMS_ALONE, {"mine": intake_id})
    if known and known["receipt_id"] > receipt_id:
        return
    values: dict[str, Any] = {"known_items": {"receipt_id": receipt_id, "items": sorted(set(items))}}
    if hints is not None:
        values["hints"] = asdict(hints)
    conn.execute(_CHANGE, {"mine": intake_id, **values})


def known_items(conn: Connection, intake_id: int, receipt_id: int) -> frozenset[str]:
    """Return the hashes of the items that the last document before a receipt had.

    None, if a later one was read meanwhile: what this one tells first must be read then, so that the
    order of reading changes nothing.
    """
    known = conn.scalar(_KNOWN_ITEMS, {"mine": intake_id})
    return frozenset(known["items"]) if known and known["receipt_id"] < receipt_id else frozenset()


def observe(
    conn: Connection, intake_id: int, published: Iterable[datetime], now: datetime, *, undated: bool = False
) -> None:
    """Learn from what was new in a feed's document when it publishes.

    Where some of it has no time, it was published at some time before now: one publication is counted,
    unless it is the first document, which may be months old.
    """
    row = conn.execute(_RHYTHM_OF, {"mine": intake_id}).one_or_none()
    if row is None:
        return
    known = _rhythm(row.rhythm)
    times = [*published, *([now] if undated and known is not None else [])]
    if times or known is None:
        rhythm = _RHYTHM.dump_python(learn(known, times, now), mode="json")
        conn.execute(_CHANGE, {"mine": intake_id, "rhythm": rhythm})


def _unclaimed(now: datetime) -> ColumnElement[bool]:
    return or_(intake.c.claimed_until.is_(None), intake.c.claimed_until <= now)


def _unpaused(query: Select[Any]) -> Select[Any]:
    """Leave out the doors that are no feeds, that are paused, or whose source is."""
    joined = query.join_from(intake, source, source.c.source_id == intake.c.source_id)
    return joined.where(intake.c.kind == "feed", intake.c.paused_at.is_(None), source.c.paused_at.is_(None))


def _intake(row: Row[Any]) -> Intake:
    values = row._asdict()
    return Intake(**values | {"hints": _hints(row.hints), "rhythm": _rhythm(row.rhythm)})


def _hints(stored: dict[str, Any] | None) -> Hints:
    return Hints() if stored is None else _HINTS.validate_python(stored)


def _rhythm(stored: dict[str, Any] | None) -> Rhythm | None:
    return None if stored is None else _RHYTHM.validate_python(stored)
