"""Stories as read by those who tell, find and show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, cast, func, literal, select, tuple_

from pipeline.model import EntryId, Story, StoryId, StoryState
from pipeline.store import codec
from pipeline.store.labels import Position, Shelf
from pipeline.store.schema import Instant, entry, receipt, receipt_entry, story, story_label, version

_CHUNK = 400
_LOOKS_SO_SINCE = func.coalesce(story.c.shown, story.c.updated, type_=Instant).label("looks_so_since")
_GONE = (StoryState.WITHDRAWN, StoryState.MERGED)


@dataclass(frozen=True, slots=True)
class Placed:
    """A living story in a channel: its position, and what of it stands there, looking so since when."""

    at: Position
    revision: int
    updated: datetime


@dataclass(frozen=True, slots=True)
class Fallen:
    """A story that is gone, and the position that it had in a channel."""

    at: Position
    story: Story


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


def newest(conn: Connection, shelf: Shelf, limit: int) -> list[Placed]:
    """Return the living stories of a channel, the one that entered it last first."""
    return [_placed(row) for row in conn.execute(_standing(shelf).order_by(*_newest_first()).limit(limit))]


def between(conn: Connection, shelf: Shelf, after: Position, last: Position) -> list[Placed]:
    """Return the living stories behind one position and not behind another, newest first."""
    query = _standing(shelf).where(*_within(after, last)).order_by(*_newest_first())
    return [_placed(row) for row in conn.execute(query)]


def behind(conn: Connection, shelf: Shelf, after: Position) -> list[tuple[Position, int]]:
    """Return the living stories behind a position, oldest first, with the bytes that each takes in a feed.

    Bytes are estimated from what is stored: some three times as much as the longest form of an entry, or
    half of that where it is stored compressed, and there reading the text to measure it takes 60 ms.
    """
    is_packed = conn.dialect.name == "postgresql"
    length = func.pg_column_size(story.c.face) if is_packed else func.length(cast(story.c.face, Text))
    query = _standing(shelf).add_columns((length / literal(2 if is_packed else 3)).label("bytes"))
    query = query.where(story_label.c.since >= after.since, _position() > _literal(after))
    rows = conn.execute(query.order_by(story_label.c.since, story_label.c.story_id))
    return [(Position(row.since, StoryId(row.story_id)), int(row.bytes)) for row in rows]


def fallen(
    conn: Connection, shelf: Shelf, reach: datetime | None, limit: int, *, is_busy: bool = False
) -> list[Fallen]:
    """Return the stories of a channel that were withdrawn or merged away since `reach`, newest first.

    `reach` None: since ever. `is_busy`: the channel has many stories in that time, so it is quicker to look
    up all that went than to go through all that it ever had; changes no result.
    """
    query = _ended(shelf)
    if reach is not None and is_busy:
        lately = select(story.c.story_id).where(story.c.state.in_(_GONE), story.c.updated >= reach)
        query = query.where(story_label.c.story_id.in_(lately))
    elif reach is not None:
        query = query.where(story.c.updated >= reach)
    rows = conn.execute(query.order_by(story.c.updated.desc(), story.c.story_id.desc()).limit(limit))
    return [_fallen(row) for row in rows]


def fallen_between(conn: Connection, shelf: Shelf, after: Position, last: Position) -> list[Fallen]:
    """Return the stories of a channel that are gone and whose place or whose end is in a range.

    Ordered by when they went, newest first.
    """
    lately = select(story.c.story_id).where(
        story.c.state.in_(_GONE), story.c.updated > after.since, story.c.updated <= last.since
    )
    found: dict[StoryId, Fallen] = {}
    for query in (
        _ended(shelf).where(*_within(after, last)),
        _ended(shelf).where(story_label.c.story_id.in_(lately)),
    ):
        found |= {one.at.story_id: one for one in map(_fallen, conn.execute(query))}
    return sorted(found.values(), key=lambda one: (one.story.updated, one.story.story_id), reverse=True)


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


def seen_at(conn: Connection, entry_ids: Iterable[EntryId]) -> dict[EntryId, datetime]:
    """Return when each entry was first received, to the second at least."""
    wanted = sorted(set(entry_ids))
    found: dict[EntryId, datetime] = {}
    for start in range(0, len(wanted), _CHUNK):
        # Receipts are read side by side, so the one that made the entry need not be the first.
        query = (
            select(receipt_entry.c.entry_id, func.min(receipt.c.received_at).label("at"))
            .join(receipt, receipt.c.receipt_id == receipt_entry.c.receipt_id)
            .where(receipt_entry.c.entry_id.in_(wanted[start : start + _CHUNK]))
            .group_by(receipt_entry.c.entry_id)
        )
        found |= {EntryId(row.entry_id): row.at for row in conn.execute(query)}
    return found


def texts(conn: Connection, story_ids: Iterable[StoryId]) -> dict[StoryId, list[str]]:
    """Return the full current texts of each story's live tellings. For matching, never to be shown.

    Who wrote a text stands behind it: bylines were taken out of it, and are asked for all the same.
    """
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
            draft = codec.load_draft(row.draft)
            whole = "\n\n".join(filter(None, (draft.text(), *draft.authors, draft.credit)))
            found.setdefault(told[row.entry_id], []).append(whole)
    return found


def _labelled(query: Select[Any], **labels: str | None) -> Select[Any]:
    for kind, slug in labels.items():
        if slug is not None:
            mine = select(story_label.c.story_id).where(
                story_label.c.kind == kind, story_label.c.slug == slug
            )
            query = query.where(story.c.story_id.in_(mine))
    return query


def _standing(shelf: Shelf) -> Select[Any]:
    columns = (story_label.c.since, story_label.c.story_id, story.c.revision, _LOOKS_SO_SINCE)
    return _on(select(*columns), shelf).where(story.c.state == StoryState.LIVE)


def _ended(shelf: Shelf) -> Select[Any]:
    return _on(select(story, story_label.c.since), shelf).where(story.c.state.in_(_GONE))


def _on(query: Select[Any], shelf: Shelf) -> Select[Any]:
    joined = query.select_from(story_label).join(story, story.c.story_id == story_label.c.story_id)
    kind, slug = shelf
    mine = (story_label.c.kind == kind, story_label.c.slug == slug)
    return joined.where(*mine, story_label.c.since.is_not(None))


def _within(after: Position, last: Position) -> tuple[Any, ...]:
    # The first two are what the index is asked for, the others decide among equal moments.
    return (
        story_label.c.since >= after.since,
        story_label.c.since <= last.since,
        _position() > _literal(after),
        _position() <= _literal(last),
    )


def _newest_first() -> tuple[Any, ...]:
    return (story_label.c.since.desc(), story_label.c.story_id.desc())


def _position() -> Any:
    return tuple_(story_label.c.since, story_label.c.story_id)


def _literal(position: Position) -> Any:
    return tuple_(literal(position.since, Instant), literal(position.story_id))


def _placed(row: Row[Any]) -> Placed:
    return Placed(Position(row.since, StoryId(row.story_id)), row.revision, row.looks_so_since)


def _fallen(row: Row[Any]) -> Fallen:
    return Fallen(Position(row.since, StoryId(row.story_id)), _story(row))


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
        shown=row.shown,
    )
