"""Sealed parts of the channels' archives: their bounds, which never change, and what changed inside."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, tuple_

from pipeline.model import StoryId
from pipeline.store.labels import Shelf
from pipeline.store.schema import Instant, archive


def channel_of(shelf: Shelf) -> str:
    """Return the key of the channel that holds a shelf (`feeds.channel`)."""
    kind, slug = shelf
    if kind == "crossed":
        province, _, topic = slug.partition("/")
        return f"province/{province}/topic/{topic}"
    return f"{kind}/{slug}" if slug else kind


def touch(conn: Connection, places: Iterable[tuple[Shelf, datetime, StoryId]]) -> None:
    """Note that something changed at these positions; those that are in no sealed part pass by."""
    rows = [{"key": channel_of(shelf), "at": at, "one": story_id} for shelf, at, story_id in places]
    if not rows:
        return
    here = tuple_(bindparam("at", type_=Instant), bindparam("one"))
    mine = (
        archive.c.channel == bindparam("key"),
        archive.c.last_since >= bindparam("at", type_=Instant),  # the index's part of the next line
        tuple_(archive.c.last_since, archive.c.last_id) >= here,
        tuple_(archive.c.after_since, archive.c.after_id) < here,
    )
    conn.execute(archive.update().where(*mine).values(changes=archive.c.changes + 1), rows)
