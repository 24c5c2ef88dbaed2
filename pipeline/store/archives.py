"""Sealed parts of the channels' archives: their bounds, which never change, and what changed inside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, literal, select, tuple_

from pipeline.model import StoryId
from pipeline.store.labels import Position, Shelf
from pipeline.store.schema import Instant, archive

BEGINNING = Position(datetime(1970, 1, 1, tzinfo=UTC), StoryId(""))


@dataclass(frozen=True, slots=True)
class Part:
    """A sealed part: what stands behind `after` and not behind `last`.

    Args:
        month: local, "2026-11"; `number` counts its parts from 1.
        entries: how many it was sealed with.
        changes: how often one of them, or a neighbour, changed since; `made`: that count when its files
            were made, None if they were not.
    """

    channel: str
    month: str
    number: int
    after: Position
    last: Position
    entries: int
    changes: int = 0
    made: int | None = None

    @property
    def name(self) -> str:
        """Return what it is called in addresses: "2026-11-1"."""
        return f"{self.month}-{self.number}"

    @property
    def stands(self) -> bool:
        """Say whether files that were made of it are still true."""
        return self.made == self.changes


def channel_of(shelf: Shelf) -> str:
    """Return the key of the channel that holds a shelf (`feeds.channel`)."""
    kind, slug = shelf
    if kind == "crossed":
        province, _, topic = slug.partition("/")
        return f"province/{province}/topic/{topic}"
    return f"{kind}/{slug}" if slug else kind


def listed(conn: Connection, channel: str) -> list[Part]:
    """Return the parts of a channel, oldest first."""
    query = select(archive).where(archive.c.channel == channel)
    return [_part(row) for row in conn.execute(query.order_by(archive.c.last_since, archive.c.last_id))]


def last(conn: Connection, channel: str) -> Part | None:
    """Return a channel's newest part, None if nothing is sealed yet."""
    query = select(archive).where(archive.c.channel == channel)
    newest = query.order_by(archive.c.last_since.desc(), archive.c.last_id.desc()).limit(1)
    row = conn.execute(newest).one_or_none()
    return None if row is None else _part(row)


def get(conn: Connection, channel: str, month: str, number: int) -> Part | None:
    """Return a part, or None."""
    mine = _mine(channel, month, number)
    row = conn.execute(select(archive).where(*mine)).one_or_none()
    return None if row is None else _part(row)


def neighbours(conn: Connection, part: Part) -> tuple[Part | None, Part | None]:
    """Return the parts before and behind one."""
    query = select(archive).where(archive.c.channel == part.channel)
    before = query.where(_at("last") == _literal(part.after)).limit(1)
    behind = query.where(_at("after") == _literal(part.last)).limit(1)
    rows = (conn.execute(one).one_or_none() for one in (before, behind))
    first, second = (None if row is None else _part(row) for row in rows)
    return first, second


def seal(conn: Connection, parts: Sequence[Part]) -> None:
    """Write parts that follow each other; the one before them gets a neighbour, which changes it."""
    before = (archive.c.channel == parts[0].channel, _at("last") == _literal(parts[0].after))
    conn.execute(archive.update().where(*before).values(changes=archive.c.changes + 1))
    rows = [
        {
            "channel": one.channel,
            "month": one.month,
            "number": one.number,
            "after_since": one.after.since,
            "after_id": one.after.story_id,
            "last_since": one.last.since,
            "last_id": one.last.story_id,
            "entries": one.entries,
        }
        for one in parts
    ]
    conn.execute(archive.insert(), rows)


def touch(conn: Connection, places: Iterable[tuple[Shelf, datetime, StoryId]]) -> None:
    """Note that something changed at these positions; those that are in no sealed part pass by."""
    rows = [{"key": channel_of(shelf), "at": at, "one": story_id} for shelf, at, story_id in places]
    if not rows:
        return
    here = tuple_(bindparam("at", type_=Instant), bindparam("one"))
    mine = (
        archive.c.channel == bindparam("key"),
        archive.c.last_since >= bindparam("at", type_=Instant),  # the index's part of the next line
        _at("last") >= here,
        _at("after") < here,
    )
    conn.execute(archive.update().where(*mine).values(changes=archive.c.changes + 1), rows)


def touch_all(conn: Connection) -> None:
    """Note that every part is told another way from now on."""
    conn.execute(archive.update().where(archive.c.made.is_not(None)).values(changes=archive.c.changes + 1))


def stale(conn: Connection) -> list[Part]:
    """Return the parts whose files are not true any more."""
    rows = conn.execute(select(archive).where(archive.c.made != archive.c.changes))
    return [_part(row) for row in rows]


def made(conn: Connection, part: Part, *, stands: bool) -> None:
    """Note that files of this state of a part stand, or that there are none."""
    mine = _mine(part.channel, part.month, part.number)
    conn.execute(archive.update().where(*mine).values(made=part.changes if stands else None))


def count(conn: Connection) -> int:
    """Return how many parts there are."""
    return conn.scalar(select(func.count()).select_from(archive)) or 0


def _mine(channel: str, month: str, number: int) -> tuple[Any, ...]:
    return (archive.c.channel == channel, archive.c.month == month, archive.c.number == number)


def _at(name: str) -> Any:
    return tuple_(archive.c[f"{name}_since"], archive.c[f"{name}_id"])


def _literal(position: Position) -> Any:
    return tuple_(
        literal(position.since, Instant),
        literal(position.story_id),
    )


def _part(row: Row[Any]) -> Part:
    return Part(
        row.channel,
        row.month,
        row.number,
        Position(row.after_since, StoryId(row.after_id)),
        Position(row.last_since, StoryId(row.last_id)),
        row.entries,
        row.changes,
        row.made,
    )
