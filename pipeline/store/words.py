"""Editors' words: they outlive every recomputation.

A word is about entries, not about stories, because entries last. Each marks its entries for
linking; the linker applies it.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, select

from pipeline.dedup import WordKind
from pipeline.errors import NotFound
from pipeline.model import EntryId, StoryId
from pipeline.store import entries
from pipeline.store.schema import entry, story, word

_FOR_GOOD = datetime(9999, 12, 31, tzinfo=UTC)  # no later text of the source undoes an editor's word


def merge(conn: Connection, one: str, other: str, by: str, now: datetime) -> None:
    """Say that two stories (or entries) tell the same. Raises NotFound."""
    a, b = _lead(conn, one), _lead(conn, other)
    conn.execute(word.insert().values(kind=WordKind.MERGE, a=a, b=b, by=by, at=now))
    entries.touch(conn, [a, b])


def split(conn: Connection, entry_id: str, by: str, now: datetime) -> None:
    """Say that an entry tells a story of its own. Raises NotFound."""
    alone = _entry(conn, entry_id)
    conn.execute(word.insert().values(kind=WordKind.SPLIT, a=alone, by=by, at=now))
    entries.touch(conn, [alone])


def withdraw(conn: Connection, story_or_entry: str, by: str, now: datetime) -> int:
    """Take an entry, or every entry of a story, out of search and feeds; return how many.

    Raises NotFound.
    """
    query = select(entry.c.entry_id).where(entry.c.story_id == story_or_entry)
    found = [EntryId(entry_id) for entry_id in conn.scalars(query)] or [_entry(conn, story_or_entry)]
    conn.execute(entry.update().where(entry.c.entry_id.in_(found)).values(withdrawn_at=_FOR_GOOD))
    rows = [{"kind": "withdraw", "a": entry_id, "b": None, "by": by, "at": now} for entry_id in found]
    conn.execute(word.insert(), rows)
    entries.touch(conn, found)
    return len(found)


def _lead(conn: Connection, story_or_entry: str) -> EntryId:
    lead = conn.scalar(select(story.c.lead).where(story.c.story_id == StoryId(story_or_entry)))
    return EntryId(lead) if lead is not None else _entry(conn, story_or_entry)


def _entry(conn: Connection, entry_id: str) -> EntryId:
    if conn.scalar(select(entry.c.entry_id).where(entry.c.entry_id == entry_id)) is None:
        raise NotFound(entry_id, "there is no such story or entry; `trace` finds ids by URL")
    return EntryId(entry_id)
