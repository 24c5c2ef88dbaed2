"""The change log and the cursors of those who read it.

Only the linker writes the log, under its fence, so positions are visible in commit order.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from pipeline.model import Change, ChangeKind, Labels, StoryId
from pipeline.store import codec
from pipeline.store.schema import change, cursor, story_label

# The story, what happened, when, its labels until then, the story that it went into or came from.
Logged = tuple[StoryId, ChangeKind, datetime, Labels | None, StoryId | None]


def append(conn: Connection, row: Logged) -> None:
    """Write one row; the caller holds the link fence."""
    append_all(conn, [row])


def append_all(conn: Connection, rows: Sequence[Logged]) -> None:
    """Write rows in their order; the caller holds the link fence."""
    if rows:
        conn.execute(
            change.insert(),
            [
                {
                    "story_id": story_id,
                    "kind": kind,
                    "at": at,
                    "before": None if before is None else codec.dump_labels(before),
                    "other": other,
                }
                for story_id, kind, at, before, other in rows
            ],
        )


def head(conn: Connection) -> int:
    """Return the newest position, 0 for an empty log."""
    return conn.scalar(select(func.max(change.c.seq))) or 0


def after(conn: Connection, seq: int, limit: int) -> list[Change]:
    """Return up to `limit` changes behind a position, oldest first."""
    rows = conn.execute(select(change).where(change.c.seq > seq).order_by(change.c.seq).limit(limit))
    return [_change(row) for row in rows]


def at(conn: Connection, seq: int) -> Change | None:
    """Return the change at a position, or None."""
    row = conn.execute(select(change).where(change.c.seq == seq)).one_or_none()
    return None if row is None else _change(row)


def of(conn: Connection, story_ids: Collection[StoryId]) -> list[Change]:
    """Return what happened to stories (a few hundred at most), oldest first."""
    query = select(change).where(change.c.story_id.in_(sorted(story_ids)))
    return [_change(row) for row in conn.execute(query.order_by(change.c.seq))]


def bearing(conn: Connection, story_ids: Collection[StoryId], labels: Mapping[str, str]) -> set[StoryId]:
    """Return those of the stories (a few hundred at most) that bear all of the labels, by kind, now."""
    found = set(story_ids)
    for kind, slug in labels.items():
        mine = select(story_label.c.story_id).where(
            story_label.c.kind == kind, story_label.c.slug == slug, story_label.c.story_id.in_(sorted(found))
        )
        found = {StoryId(story_id) for story_id in conn.scalars(mine)}
    return found


def position(conn: Connection, name: str) -> int:
    """Return how far a reader has come, 0 at first."""
    return conn.scalar(select(cursor.c.position).where(cursor.c.name == name)) or 0


def advance(conn: Connection, name: str, seq: int) -> None:
    """Move a reader's cursor forward; a position behind the present one changes nothing."""
    if seq > position(conn, name):
        _set(conn, name, seq)


def reset(conn: Connection, name: str) -> None:
    """Send a reader back to the start: what it derives is made anew."""
    _set(conn, name, 0)


def _set(conn: Connection, name: str, seq: int) -> None:
    values = {"position": seq, "moved_at": datetime.now(UTC)}
    if conn.execute(cursor.update().where(cursor.c.name == name).values(values)).rowcount == 0:
        conn.execute(cursor.insert().values(name=name, **values))


def _change(row: Row[Any]) -> Change:
    return Change(
        seq=row.seq,
        story_id=StoryId(row.story_id),
        kind=ChangeKind(row.kind),
        at=row.at,
        before=None if row.before is None else codec.load_labels(row.before),
        other=None if row.other is None else StoryId(row.other),
    )
