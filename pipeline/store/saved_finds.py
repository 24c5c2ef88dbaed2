"""What was found for saved searches, in commit order: each story once as new, then what became of it.

Positions are cursors, and never given twice.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from pipeline.model import StoryId
from pipeline.store import counters
from pipeline.store.schema import saved_match, story

KEPT = timedelta(days=180)
_CHUNK = 400


class Kind(StrEnum):
    """What is told of a story."""

    NEW = "new"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Match:
    """What is to be told to a search. Positions rise in commit order; `at` is when it was found.

    `as_of`: the story's `updated` when it was looked at.
    """

    position: int
    saved_id: int
    story_id: StoryId
    kind: Kind
    at: datetime
    as_of: datetime


def matches(conn: Connection, saved_id: int, after: int, limit: int) -> list[Match]:
    """Return what is to be told to a search behind a position, oldest first."""
    mine = select(saved_match).where(saved_match.c.saved_id == saved_id, saved_match.c.position > after)
    return [_match(row) for row in conn.execute(mine.order_by(saved_match.c.position).limit(limit))]


def stories_told(conn: Connection, saved_id: int, limit: int) -> list[StoryId]:
    """Return the last stories that were told to a search as new, the one told last first."""
    mine = (saved_match.c.saved_id == saved_id, saved_match.c.kind == Kind.NEW)
    query = select(saved_match.c.story_id).where(*mine).order_by(saved_match.c.position.desc())
    return [StoryId(story_id) for story_id in conn.scalars(query.limit(limit))]


def head(conn: Connection) -> int:
    """Return the highest position, 0 if nothing was ever found."""
    return conn.scalar(select(func.max(saved_match.c.position))) or 0


def told(conn: Connection, story_ids: Collection[StoryId]) -> list[Match]:
    """Return everything told of some stories, in order of position."""
    wanted, found = sorted(set(story_ids)), []
    for start in range(0, len(wanted), _CHUNK):
        part = saved_match.c.story_id.in_(wanted[start : start + _CHUNK])
        found += [_match(row) for row in conn.execute(select(saved_match).where(part))]
    return sorted(found, key=lambda one: one.position)


def went_into(conn: Connection, story_ids: Collection[StoryId]) -> dict[StoryId, StoryId]:
    """Return the stories that merged into some stories, or into one that did, each with the last of its way.

    Stories that nothing merged into do not occur.
    """
    into: dict[StoryId, StoryId] = {}
    frontier = set(story_ids)
    while frontier:
        found = dict(_merged(conn, frontier))
        frontier = found.keys() - into.keys() - set(story_ids)
        into |= found
    return {one: _last(into, one) for one in into}


def note(conn: Connection, rows: Sequence[tuple[int, StoryId, Kind, datetime]], now: datetime) -> None:
    """Write what was found: search, story, kind, the story's `updated`. The caller holds the fence."""
    names = ("saved_id", "story_id", "kind", "as_of")
    made = [dict(zip(names, row, strict=True)) | {"at": now} for row in rows]
    if made:
        conn.execute(saved_match.insert(), made)
    for kind in Kind:
        if many := sum(row[2] is kind for row in rows):
            counters.add(conn, f"saved_{kind}", many)


def prune(conn: Connection, before: datetime, limit: int) -> int:
    """Forget what was found before a moment, looking at the `limit` oldest rows; return how many went."""
    oldest = select(saved_match.c.position).order_by(saved_match.c.position).limit(limit)
    last = conn.scalar(select(func.max(oldest.subquery().c.position)))
    old = (saved_match.c.position <= (last or 0), saved_match.c.at < before, _below_head(conn))
    return conn.execute(saved_match.delete().where(*old)).rowcount


def forget(conn: Connection, saved_id: int) -> None:
    """Forget what was found for a search."""
    conn.execute(saved_match.delete().where(saved_match.c.saved_id == saved_id, _below_head(conn)))


def _below_head(conn: Connection) -> ColumnElement[bool]:
    """Return the condition that spares the newest row: a copied database counts on behind it."""
    return saved_match.c.position < head(conn)


def _last(into: Mapping[StoryId, StoryId], story_id: StoryId) -> StoryId:
    while story_id in into:  # merges make no rings: only a living story survives one
        story_id = into[story_id]
    return story_id


def _merged(conn: Connection, into: Collection[StoryId]) -> list[tuple[StoryId, StoryId]]:
    wanted, found = sorted(into), []
    for start in range(0, len(wanted), _CHUNK):
        part = story.c.merged_into.in_(wanted[start : start + _CHUNK])
        rows = conn.execute(select(story.c.story_id, story.c.merged_into).where(part))
        found += [(StoryId(row.story_id), StoryId(row.merged_into)) for row in rows]
    return found


def _match(row: Any) -> Match:
    return Match(
        position=row.position,
        saved_id=row.saved_id,
        story_id=StoryId(row.story_id),
        kind=Kind(row.kind),
        at=row.at,
        as_of=row.as_of,
    )
