"""Rendered entries, kept so that a story is rendered once however many channels it is in. Derived."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, or_, select

from pipeline.model import StoryId, StoryState
from pipeline.store.database import insert
from pipeline.store.schema import fragment, story

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Kept:
    """A story's entry in each form, of one revision."""

    story_id: StoryId
    revision: int
    atom: bytes
    rss: bytes
    json: bytes


def get(conn: Connection, wanted: Mapping[StoryId, int], made_as: str) -> dict[StoryId, Kept]:
    """Return what is kept of stories at these revisions, as `made_as` renders them."""
    ids, found = sorted(wanted), {}
    columns = (fragment.c.story_id, fragment.c.revision, fragment.c.atom, fragment.c.rss, fragment.c.json)
    for start in range(0, len(ids), _CHUNK):
        mine = (fragment.c.story_id.in_(ids[start : start + _CHUNK]), fragment.c.made_as == made_as)
        for row in conn.execute(select(*columns).where(*mine)):
            if row.revision == wanted[row.story_id]:
                found[StoryId(row.story_id)] = Kept(*row)
    return found


def put(conn: Connection, made: Iterable[Kept], made_as: str, now: datetime) -> None:
    """Keep entries, one a story."""
    rows = [
        {
            "story_id": one.story_id,
            "revision": one.revision,
            "made_as": made_as,
            "made_at": now,
            "atom": one.atom,
            "rss": one.rss,
            "json": one.json,
        }
        for one in sorted(made, key=lambda one: one.story_id)
    ]
    if rows:
        fresh = insert(conn, fragment)
        values = {name: fresh.excluded[name] for name in rows[0] if name != "story_id"}
        conn.execute(fresh.on_conflict_do_update(index_elements=["story_id"], set_=values), rows)


def drop(conn: Connection, story_ids: Iterable[StoryId]) -> None:
    """Forget entries: their stories are gone."""
    ids = sorted(set(story_ids))
    for start in range(0, len(ids), _CHUNK):
        conn.execute(delete(fragment).where(fragment.c.story_id.in_(ids[start : start + _CHUNK])))


def prune(conn: Connection, before: datetime, limit: int) -> int:
    """Forget up to `limit` entries that were made before, or that are no story's any more; say how many."""
    true = and_(story.c.revision == fragment.c.revision, story.c.state != StoryState.MERGED)
    stands = select(story.c.story_id).where(story.c.story_id == fragment.c.story_id, true).exists()
    old = select(fragment.c.story_id).where(or_(fragment.c.made_at < before, ~stands)).limit(limit)
    ids = list(conn.scalars(old))
    drop(conn, ids)
    return len(ids)
