"""Stories as read by those who tell, find and show them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from pipeline.model import Story, StoryId, StoryState
from pipeline.store import codec
from pipeline.store.schema import entry, story, story_label, version

_CHUNK = 400


def get(conn: Connection, story_id: StoryId) -> Story | None:
    """Return a story in any state, or None."""
    return many(conn, [story_id]).get(story_id)


def many(conn: Connection, story_ids: Iterable[StoryId]) -> dict[StoryId, Story]:
    """Return stories in any state; unknown ids are left out."""
    wanted, found = sorted(set(story_ids)), {}
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        for row in conn.execute(select(story).where(story.c.story_id.in_(part))):
            found[StoryId(row.story_id)] = _story(row)
    return found


def resolve(conn: Connection, story_id: StoryId) -> StoryId | None:
    """Return the story that tells it now, following merges; None for an unknown id."""
    seen: set[StoryId] = set()
    while story_id not in seen:
        seen.add(story_id)
        row = conn.execute(select(story.c.merged_into).where(story.c.story_id == story_id)).one_or_none()
        if row is None:
            return None
        if row.merged_into is None:
            break
        story_id = StoryId(row.merged_into)
    return story_id


def window(
    conn: Connection,
    *,
    province: str | None = None,
    area: str | None = None,
    topic: str | None = None,
    limit: int,
) -> list[Story]:
    """Return the newest live news of a channel: newest first seen first, then by story id."""
    query = select(story).where(story.c.state == StoryState.LIVE, story.c.backfill.is_(False))
    query = _labelled(query, province=province, area=area, topic=topic)
    rows = conn.execute(query.order_by(story.c.first_seen.desc(), story.c.story_id).limit(limit))
    return [_story(row) for row in rows]


def gone(
    conn: Connection,
    *,
    province: str | None = None,
    area: str | None = None,
    topic: str | None = None,
    limit: int,
) -> list[Story]:
    """Return the stories that left a channel by withdrawal or merge, newest first."""
    query = select(story).where(story.c.state != StoryState.LIVE, story.c.backfill.is_(False))
    query = _labelled(query, province=province, area=area, topic=topic)
    rows = conn.execute(query.order_by(story.c.updated.desc(), story.c.story_id).limit(limit))
    return [_story(row) for row in rows]


def page(conn: Connection, after: StoryId | None, limit: int) -> list[Story]:
    """Return live stories in id order behind `after`, for whoever makes something anew."""
    query = select(story).where(story.c.state == StoryState.LIVE)
    if after is not None:
        query = query.where(story.c.story_id > after)
    return [_story(row) for row in conn.execute(query.order_by(story.c.story_id).limit(limit))]


def count(conn: Connection) -> int:
    """Return the number of live stories."""
    query = select(func.count()).select_from(story).where(story.c.state == StoryState.LIVE)
    return conn.scalar(query) or 0


def texts(conn: Connection, story_ids: Iterable[StoryId]) -> dict[StoryId, list[str]]:
    """Return the full current texts of each story's live tellings. For matching, never to be shown."""
    found: dict[StoryId, list[str]] = {}
    wanted = sorted(set(story_ids))
    for start in range(0, len(wanted), _CHUNK):
        stories = many(conn, wanted[start : start + _CHUNK])
        told = {
            telling.entry_id: story_id
            for story_id, known in stories.items()
            if known.state is StoryState.LIVE
            for telling in known.face.tellings
        }
        query = (
            select(version.c.entry_id, version.c.draft)
            .join(
                entry, (entry.c.entry_id == version.c.entry_id) & (entry.c.text_hash == version.c.text_hash)
            )
            .where(version.c.entry_id.in_(sorted(told)))
            .order_by(version.c.entry_id)
        )
        for row in conn.execute(query):
            found.setdefault(told[row.entry_id], []).append(codec.load_draft(row.draft).text())
    return found


def _labelled(query: Select[Any], **labels: str | None) -> Select[Any]:
    for kind, slug in labels.items():
        if slug is not None:
            mine = select(story_label.c.story_id).where(
                story_label.c.kind == kind, story_label.c.slug == slug
            )
            query = query.where(story.c.story_id.in_(mine))
    return query


def _story(row: Row[Any]) -> Story:
    return Story(
        story_id=StoryId(row.story_id),
        state=StoryState(row.state),
        revision=row.revision,
        first_seen=row.first_seen,
        updated=row.updated,
        backfill=row.backfill,
        face=codec.load_face(row.face),
        merged_into=None if row.merged_into is None else StoryId(row.merged_into),
    )
