"""Doors that are looked into instead of polled, watched folders and mailboxes: when, by whom, what was seen.

Feeds are `pipeline.store.intakes`; both kinds of doors are rows of one table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, or_, select

from pipeline.model import SourceId
from pipeline.store.database import insert
from pipeline.store.schema import folder_file, intake, mailbox, source

FOLDER = "folder"
MAILBOX = "mailbox"
_LONGEST_REASON = 300
_DELETED_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Door:
    """A watched folder, whose `url` is its path, or a mailbox. `failures`: looks in a row that failed."""

    intake_id: int
    source_id: SourceId
    url: str
    failures: int
    kind: str = FOLDER
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox was read: under this UIDVALIDITY, all mails before `next_uid`.

    `attempts`: at what comes next, since a mail was finished.
    """

    validity: int = 0
    next_uid: int = 1
    attempts: int = 0


class FileState(StrEnum):
    """What became of a file."""

    SEEN = "seen"  # may still be written to
    TAKEN = "taken"
    PASSED_OVER = "passed_over"


@dataclass(frozen=True, slots=True)
class File:
    """What was seen of a file. `name`: its path in the folder; `mtime`: nanoseconds since 1970."""

    name: str
    size: int
    mtime: int
    state: FileState = FileState.SEEN
    reason: str = ""
    at: datetime | None = None


def due(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Return the doors to look into at `now` that nobody has claimed, most overdue first."""
    query = (
        select(intake.c.intake_id)
        .join(source, source.c.source_id == intake.c.source_id)
        .where(
            intake.c.kind.in_((FOLDER, MAILBOX)),
            intake.c.next_due <= now,
            intake.c.paused_at.is_(None),
            source.c.paused_at.is_(None),
            _unclaimed(now),
        )
    )
    return list(conn.scalars(query.order_by(intake.c.next_due).limit(limit)))


def claim(conn: Connection, intake_id: int, now: datetime, seconds: float) -> Door | None:
    """Claim a due door for one look; None if it is not due or somebody else has it."""
    where = (intake.c.intake_id == intake_id, intake.c.next_due <= now, _unclaimed(now))
    taken = intake.update().where(*where).values(claimed_until=now + timedelta(seconds=seconds))
    if conn.execute(taken).rowcount != 1:
        return None
    row = conn.execute(select(intake).where(intake.c.intake_id == intake_id)).one()
    return Door(
        intake_id,
        SourceId(row.source_id),
        row.url,
        row.failures,
        row.kind,
        row.allow_private,
    )


def done(
    conn: Connection,
    door: Door,
    now: datetime,
    next_due: datetime,
    *,
    error: str = "",
    brought: bool = False,
) -> None:
    """Write what a look saw and let the claim go."""
    values: dict[str, object] = {
        "claimed_until": None,
        "next_due": next_due,
        "polled_at": now,
        "error": error[:_LONGEST_REASON],
        "failures": intake.c.failures + 1 if error else 0,
    }
    values |= {} if error else {"succeeded_at": now}
    values |= {"changed_at": now} if brought else {}
    conn.execute(intake.update().where(intake.c.intake_id == door.intake_id).values(values))


def files(conn: Connection, intake_id: int) -> dict[str, File]:
    """Return what was seen of each file of a folder, by name."""
    rows = conn.execute(select(folder_file).where(folder_file.c.intake_id == intake_id))
    return {
        row.name: File(row.name, row.size, row.mtime, FileState(row.state), row.reason, row.at)
        for row in rows
    }


def passed_over(conn: Connection, intake_id: int, limit: int) -> list[File]:
    """Return the files of a folder that nothing could be made of, newest first."""
    wanted = (folder_file.c.intake_id == intake_id, folder_file.c.state == FileState.PASSED_OVER)
    query = select(folder_file).where(*wanted).order_by(folder_file.c.at.desc(), folder_file.c.name)
    rows = conn.execute(query.limit(limit))
    return [File(row.name, row.size, row.mtime, FileState(row.state), row.reason, row.at) for row in rows]


def passed_over_count(conn: Connection) -> int:
    """Return how many files of all folders nothing could be made of."""
    wanted = folder_file.c.state == FileState.PASSED_OVER
    return conn.scalar(select(func.count()).select_from(folder_file).where(wanted)) or 0


def keep(conn: Connection, intake_id: int, seen: Iterable[File], now: datetime) -> None:
    """Write what is seen of files."""
    for one in seen:
        key = {"intake_id": intake_id, "name": one.name}
        values = {
            "size": one.size,
            "mtime": one.mtime,
            "state": one.state,
            "reason": one.reason[:_LONGEST_REASON],
            "at": now,
        }
        row = insert(conn, folder_file).values(**key, **values)
        conn.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))


def forget(conn: Connection, intake_id: int, names: Iterable[str]) -> None:
    """Forget files that are there no more; what they told stays."""
    gone = sorted(names)
    for start in range(0, len(gone), _DELETED_AT_ONCE):
        some = folder_file.c.name.in_(gone[start : start + _DELETED_AT_ONCE])
        conn.execute(folder_file.delete().where(folder_file.c.intake_id == intake_id, some))


def allow(conn: Connection, intake_id: int, senders: Iterable[str]) -> None:
    """Let addresses send to a mailbox, beside those that may already."""
    told = sorted(set(senders) | set(allowed(conn, intake_id)))
    row = insert(conn, mailbox).values(intake_id=intake_id, senders=told)
    conn.execute(row.on_conflict_do_update(index_elements=["intake_id"], set_={"senders": told}))


def allowed(conn: Connection, intake_id: int) -> tuple[str, ...]:
    """Return who may send to a mailbox, in order."""
    told = conn.scalar(select(mailbox.c.senders).where(mailbox.c.intake_id == intake_id))
    return tuple(sorted(told or ()))


def place(conn: Connection, intake_id: int) -> Place:
    """Return how far a mailbox was read."""
    row = conn.execute(select(mailbox).where(mailbox.c.intake_id == intake_id)).one_or_none()
    return Place() if row is None else Place(row.validity, max(1, row.next_uid), row.attempts)


def move(conn: Connection, intake_id: int, to: Place) -> None:
    """Write how far a mailbox was read."""
    values = {"validity": to.validity, "next_uid": to.next_uid, "attempts": to.attempts}
    conn.execute(mailbox.update().where(mailbox.c.intake_id == intake_id).values(values))


def _unclaimed(now: datetime) -> ColumnElement[bool]:
    return or_(intake.c.claimed_until.is_(None), intake.c.claimed_until <= now)
