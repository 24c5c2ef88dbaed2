"""A channel leafed through by people: its stories in the feed's order, page by page, and its months."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from pipeline.model import Story, StoryState
from pipeline.store import stories
from pipeline.store.labels import Position, Shelf
from pipeline.store.schema import story, story_label


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: stories, newest first, and the position to go on behind; None: it was the last."""

    stories: tuple[Story, ...]
    older: Position | None


def leaf(
    conn: Connection,
    shelf: Shelf,
    limit: int,
    *,
    before: Position | None = None,
    since: datetime | None = None,
) -> Leaf:
    """Return the newest living stories of a channel, older than a position, not older than a moment."""
    at, story_id = story_label.c.since, story_label.c.story_id
    kind, slug = shelf
    query = (
        select(at, story_id)
        .join(story, story.c.story_id == story_id)
        .where(story_label.c.kind == kind, story_label.c.slug == slug, at.is_not(None))
        .where(story.c.state == StoryState.LIVE)
    )
    if before is not None:
        behind = and_(at == before.since, story_id < before.story_id)
        query = query.where(at <= before.since, or_(at < before.since, behind))
    if since is not None:
        query = query.where(at >= since)
    rows = conn.execute(query.order_by(at.desc(), story_id.desc()).limit(limit + 1)).all()
    shown = [Position(row.since, row.story_id) for row in rows[:limit]]
    known = stories.many(conn, (one.story_id for one in shown))
    return Leaf(tuple(known[one.story_id] for one in shown), shown[-1] if len(rows) > limit else None)


def span(conn: Connection, shelf: Shelf) -> tuple[datetime, datetime] | None:
    """Return the first and the last moment of a channel; None: it never held anything."""
    kind, slug = shelf
    mine = (story_label.c.kind == kind, story_label.c.slug == slug, story_label.c.since.is_not(None))
    first, last = conn.execute(
        select(func.min(story_label.c.since), func.max(story_label.c.since)).where(*mine)
    ).one()
    return None if first is None else (first, last)
