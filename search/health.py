"""Whether the index is well: what can be seen of Meilisearch, its disk and its queue, and the alarms.

Meilisearch calls itself available whatever happens: on a full disk it refuses documents as malformed
and tries the same batch every ten seconds. So its disk, its tasks and our lag are looked at instead.
Upkeep looks and keeps what it saw in SQL for whoever shows it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pipeline.config import Settings
from pipeline.errors import EngineUnavailable
from pipeline.store import Connection, Database, indexing, meta, numbers
from search import standing
from search.disk import Disk, disk
from search.index import Index

_KEY = "index_health"  # meta
_FAILED_WITHIN = timedelta(hours=1)
_UNWATCHED_SECONDS, _UNWATCHED_SWEEPS = 300.0, 60  # upkeep looks every twelve sweeps, a minute by default
_AGAIN = timedelta(hours=1)  # an alarm that lasts is told again


class Alarm(StrEnum):
    """What somebody should do something about; docs/operations.md says what."""

    AWAY = "away"
    DISK = "disk"
    TASK = "stuck_task"
    FAILED = "failed_tasks"
    LAG = "lag"
    REBUILD = "rebuild"
    UNWATCHED = "unwatched"


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on it is an alarm: bytes, seconds."""

    least_disk: int
    task_seconds: float
    lag_seconds: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen.

    Args:
        away: why Meilisearch does not answer, "" if it does; then its figures are 0.
        documents, size: in the living index; bytes of the whole database.
        free, total: bytes of its disk, None where it cannot be seen from here.
        waiting, oldest_seconds: tasks that are not done, and the age of the oldest.
        failed, failure: tasks that failed within an hour by no fault of a document; the last one's reason.
        behind, lag_seconds: changes that the index was not told yet, and the age of the oldest.
        held_up: why the last step into the index failed, if that was since it fell behind.
        nudges: documents that are to be made again; refused: that it does not take.
        trouble: why a new index that is due is not had, "" where nothing is wrong.
    """

    away: str = ""
    documents: int = 0
    size: int = 0
    free: int | None = None
    total: int | None = None
    waiting: int = 0
    oldest_seconds: float = 0.0
    failed: int = 0
    failure: str = ""
    behind: int = 0
    lag_seconds: float = 0.0
    held_up: str = ""
    nudges: int = 0
    refused: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm: what is said of it, since when, and when it was told last, None if not yet."""

    said: str
    since: datetime
    told: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen when, and the alarms of then. `at` None: nobody ever looked."""

    seen: Seen = field(default_factory=Seen)
    alarms: dict[Alarm, Raised] = field(default_factory=dict)
    at: datetime | None = None


def limits(chosen: Settings) -> Limits:
    """Return the limits that the settings name."""
    return Limits(chosen.index_least_disk, chosen.index_task_seconds, chosen.index_lag_seconds)


def look(db: Database, index: Index, now: datetime) -> Seen:
    """Look at everything now.

    Raises:
        EngineUnavailable: SQL is away. That Meilisearch is away is part of what is seen.
    """
    with db.read() as conn:
        seen = _of_sql(conn, Seen(), now)
    seen = _with_disk(seen, index.disk())
    try:
        oldest = index.oldest_task()
        failed = index.failed_tasks(now - _FAILED_WITHIN)
        return replace(
            seen,
            documents=index.count(index.name) if index.born(index.name) is not None else 0,
            size=index.size(),
            waiting=index.waiting(),
            oldest_seconds=max(0.0, (now - oldest.at).total_seconds()) if oldest else 0.0,
            failed=len(failed),
            failure=f"{failed[0].code}: {failed[0].message[:200]}" if failed else "",
        )
    except EngineUnavailable as error:
        return replace(seen, away=error.message)


def alarms(seen: Seen, limit: Limits) -> dict[Alarm, str]:
    """Return what is wrong with what is said of it. Pure; never raises."""
    found: dict[Alarm, str] = {}
    if seen.away:
        found[Alarm.AWAY] = f"Meilisearch cannot be asked: {seen.away}"
    if seen.free is not None and seen.free < limit.least_disk:
        found[Alarm.DISK] = (
            f"{seen.free:,} bytes are free on the disk of Meilisearch's data, less than {limit.least_disk:,}"
        )
    if seen.oldest_seconds > limit.task_seconds:
        found[Alarm.TASK] = (
            f"a task of Meilisearch is not done after {seen.oldest_seconds:.0f} s; {seen.waiting:,} wait"
        )
    if seen.failed:
        found[Alarm.FAILED] = f"{seen.failed:,} tasks of Meilisearch failed within an hour: {seen.failure}"
    if seen.lag_seconds > limit.lag_seconds:
        held_up = f"; the last step failed: {seen.held_up}" if seen.held_up else ""
        found[Alarm.LAG] = (
            f"the index is {seen.lag_seconds:.0f} s and {seen.behind:,} changes behind{held_up}"
        )
    if seen.trouble:
        found[Alarm.REBUILD] = f"the index cannot be built anew: {seen.trouble}"
    return found


def watched(db: Database, index: Index, limit: Limits, now: datetime) -> Watched:
    """Look, and say since when each alarm lasts. Keeps nothing: `keep` does.

    Raises:
        EngineUnavailable: SQL is away.
    """
    seen = look(db, index, now)
    with db.read() as conn:
        before = kept(conn)
    return Watched(seen, _raised(alarms(seen, limit), before, now), now)


def news(found: Watched, now: datetime) -> tuple[Watched, dict[Alarm, Raised]]:
    """Return the alarms that are to be told now, new ones and hourly those that last, noted as told."""
    telling = {
        name: one for name, one in found.alarms.items() if one.told is None or one.told <= now - _AGAIN
    }
    told = {name: replace(one, told=now) if name in telling else one for name, one in found.alarms.items()}
    return replace(found, alarms=told), telling


def keep(conn: Connection, found: Watched) -> None:
    """Keep what was seen for whoever shows it."""
    raised = {
        str(name): {"said": one.said, "since": _text(one.since), "told": _text(one.told)}
        for name, one in found.alarms.items()
    }
    stored = {"seen": asdict(found.seen), "alarms": raised, "at": _text(found.at)}
    meta.put(conn, _KEY, json.dumps(stored))


def kept(conn: Connection) -> Watched:
    """Return what was seen last."""
    stored = json.loads(meta.get(conn, _KEY) or "{}")
    if not stored:
        return Watched()
    raised = {
        Alarm(name): Raised(
            one["said"],
            datetime.fromisoformat(one["since"]),
            datetime.fromisoformat(one["told"]) if one["told"] else None,
        )
        for name, one in stored["alarms"].items()
        if name in list(Alarm)
    }
    return Watched(_seen(stored["seen"]), raised, datetime.fromisoformat(stored["at"]))


def shown(conn: Connection, chosen: Settings, now: datetime) -> Watched:
    """Return what was seen last with the disk and the lag of now, and that nobody looks if so.

    On a disk that is full for SQL too nothing more can be kept: that is seen here all the same.
    """
    last, limit = kept(conn), limits(chosen)
    seen = _with_disk(_of_sql(conn, last.seen, now), disk(chosen.meilisearch_data))
    said = alarms(seen, limit)
    age = (now - last.at).total_seconds() if last.at else 0.0
    if age > max(_UNWATCHED_SECONDS, _UNWATCHED_SWEEPS * chosen.sweep_seconds):
        said[Alarm.UNWATCHED] = f"upkeep has not looked at Meilisearch for {age:.0f} s"
    return replace(last, seen=seen, alarms=_raised(said, last, now))


def _of_sql(conn: Connection, seen: Seen, now: datetime) -> Seen:
    reader = numbers.reader(conn, "index", now)
    return replace(
        seen,
        behind=reader["behind"],
        lag_seconds=reader["lag_seconds"],
        held_up=standing.failure(conn, now - timedelta(seconds=reader["lag_seconds"])),
        nudges=indexing.nudge_count(conn),
        refused=indexing.refusal_count(conn),
        trouble=standing.trouble(conn),
    )


def _with_disk(seen: Seen, found: Disk | None) -> Seen:
    return seen if found is None else replace(seen, free=found.free, total=found.total)


def _raised(said: Mapping[Alarm, str], before: Watched, now: datetime) -> dict[Alarm, Raised]:
    return {
        name: replace(before.alarms[name], said=text) if name in before.alarms else Raised(text, now)
        for name, text in said.items()
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _seen(stored: Mapping[str, Any]) -> Seen:
    return Seen(**{name: value for name, value in stored.items() if name in Seen.__dataclass_fields__})
