"""What the doors of each source brought, by local day."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, select

from pipeline.drift import BEFORE, RECENT, Alarm, alarms
from pipeline.habits import DAYS, Day
from pipeline.model import LOCAL_ZONE, SourceId
from pipeline.store.database import insert_of
from pipeline.store.schema import habit, source

DRIFT_DAYS = BEFORE + RECENT
_COUNTS = tuple(one.name for one in fields(Day) if one.name != "day")
_COLUMNS = tuple(habit.c[one.name] for one in fields(Day))

Doors = dict[int, list[Day]]


def of(conn: Connection, source_ids: Iterable[SourceId], today: int) -> dict[SourceId, Doors]:
    """Return the days of each source by door, from 28 days before a day to that day, in their order."""
    found: dict[SourceId, Doors] = {source_id: {} for source_id in source_ids}
    mine = (habit.c.source_id.in_(sorted(found)), habit.c.day >= today - DAYS, habit.c.day <= today)
    query = select(habit.c.source_id, habit.c.intake_id, *_COLUMNS).where(*mine).order_by(habit.c.day)
    for source_id, door, *counts in conn.execute(query):
        found[SourceId(source_id)].setdefault(door, []).append(Day(*counts))
    return found


def drifts(conn: Connection, now: datetime) -> dict[SourceId, list[Alarm]]:
    """Return what has changed at the sources that are not paused, by source."""
    today = now.astimezone(LOCAL_ZONE).toordinal()
    found: dict[SourceId, Doors] = {}
    paused = select(source.c.source_id).where(source.c.paused_at.is_not(None))
    mine = (habit.c.day >= today - DRIFT_DAYS, habit.c.source_id.not_in(paused))
    query = select(habit.c.source_id, habit.c.intake_id, *_COLUMNS).where(*mine)
    for source_id, door, *counts in conn.execute(query.order_by(habit.c.source_id, habit.c.day)):
        found.setdefault(SourceId(source_id), {}).setdefault(door, []).append(Day(*counts))
    told = {source_id: alarms(doors, today) for source_id, doors in found.items()}
    return {source_id: those for source_id, those in told.items() if those}


def add(conn: Connection, source_id: SourceId, door: int, more: Day) -> None:
    """Count a day up."""
    counts = {name: getattr(more, name) for name in _COUNTS}
    if not any(counts.values()):
        return
    key = {"source_id": source_id, "intake_id": door, "day": more.day}
    conn.execute(_counting(conn.dialect.name), key | counts)


@cache
def _counting(dialect: str) -> Any:
    """Return the statement that counts a day up, built once."""
    row = insert_of(dialect, habit)
    up = {name: habit.c[name] + row.excluded[name] for name in _COUNTS}
    return row.on_conflict_do_update(index_elements=["source_id", "intake_id", "day"], set_=up)
