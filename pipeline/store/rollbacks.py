"""Rollbacks: what a source brought in a span of time is taken out everywhere, and can be brought back.

They are editors' words, one an entry, so they outlive recomputation and hold when the feed repeats what
it told. One rollback's words share their author, their moment and their reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from pipeline.errors import NotFound
from pipeline.model import LOCAL_ZONE, EntryId, SourceId, StoryState
from pipeline.store import entries, quarantine, receipts, words
from pipeline.store.schema import entry, receipt, source, story, version, word

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Extent:
    """What a rollback takes out.

    Args:
        brought: entries first seen in the span.
        revised: entries from before it whose present text came in it.
        ends: stories that nobody else tells, which end; `goes_on`: those that others go on telling.
        embargoed: receipts that came in the span and have not been read; they are dropped for good.
    """

    brought: tuple[EntryId, ...]
    revised: tuple[EntryId, ...]
    ends: int
    goes_on: int
    embargoed: tuple[int, ...] = ()


def extent(conn: Connection, source_id: SourceId, since: datetime, until: datetime) -> Extent:
    """Return what a source brought from one moment until before another, what is out already left aside.

    Raises:
        NotFound: there is no such source.
    """
    if conn.scalar(select(source.c.source_id).where(source.c.source_id == source_id)) is None:
        raise NotFound(source_id, "there is no such source; see `sources list`")
    mine = select(entry.c.entry_id).where(entry.c.source_id == source_id)
    seen = (entry.c.first_seen >= since, entry.c.first_seen < until)
    brought = _standing(conn, conn.scalars(mine.where(*seen)))
    now_told = mine.join(
        version, (version.c.entry_id == entry.c.entry_id) & (version.c.text_hash == entry.c.text_hash)
    ).join(receipt, receipt.c.receipt_id == version.c.receipt_id)
    came = (receipt.c.received_at >= since, receipt.c.received_at < until, entry.c.first_seen < since)
    revised = _standing(conn, conn.scalars(now_told.where(*came)))
    ends, goes_on = _stories(conn, {*brought, *revised})
    embargoed = receipts.embargoed(conn, source_id, since, until)
    return Extent(brought, revised, ends, goes_on, tuple(embargoed))


def withdraw(  # noqa: PLR0917 - what, who, when and why
    conn: Connection, source_id: SourceId, found: Extent, since: datetime, by: str, now: datetime, why: str
) -> None:
    """Take out what a rollback extends to, and what waits of it; `why` is said to editors with it."""
    gone = sorted({*found.brought, *found.revised})
    local = since.astimezone(LOCAL_ZONE)
    because = (
        f"thu hồi những gì nguồn {source_id} đưa từ {local:%H:%M} ngày {local.day}/{local.month}/{local.year}"
    )
    because += f": {why}" if why else ""
    receipts.drop_embargoed(conn, found.embargoed, because)
    rows = [
        {"kind": words.WITHDRAW, "a": one, "b": None, "by": by, "at": now, "because": because} for one in gone
    ]
    if rows:
        conn.execute(word.insert(), rows)
        entries.touch(conn, gone)
        quarantine.close(conn, source_id, gone)


def undo(conn: Connection, source_id: SourceId, by: str, now: datetime) -> int:
    """Bring back what the last rollback of a source took out; return how many entries. Raises NotFound."""
    told = (
        entry.c.source_id == source_id,
        word.c.kind == words.WITHDRAW,
        word.c.because != "",
        word.c.by != words.HABIT,
    )
    query = select(word.c.word_id, word.c.by, word.c.at).join(entry, entry.c.entry_id == word.c.a)
    last = conn.execute(query.where(*told).order_by(word.c.word_id.desc()).limit(1)).one_or_none()
    if last is None:
        raise NotFound(source_id, "nothing of it was rolled back, or it is back already")
    alike = (word.c.kind == words.WITHDRAW, word.c.by == last.by, word.c.at == last.at)
    count = len(conn.execute(select(word.c.word_id).where(*alike)).all())
    words.undo(conn, last.word_id, by, now)
    return count


def _standing(conn: Connection, found: Iterable[Any]) -> tuple[EntryId, ...]:
    """Return the entries that no editor has taken out yet, by id."""
    wanted = [EntryId(entry_id) for entry_id in found]
    return tuple(sorted(set(wanted) - words.removed(conn, wanted)))


def _stories(conn: Connection, gone: set[EntryId]) -> tuple[int, int]:
    """Return how many living stories end with entries, and how many go on without them."""
    homes = _homes(conn, gone, lambda part: select(entry).where(entry.c.entry_id.in_(part)))
    wanted = sorted(homes)
    tellers = _homes(conn, wanted, lambda part: select(entry).where(entry.c.story_id.in_(part)))
    removed = words.removed(conn, {one for members in tellers.values() for one in members})
    goes_on = sum(bool(members - gone - removed) for members in tellers.values())
    return len(tellers) - goes_on, goes_on


def _homes(conn: Connection, wanted: Iterable[str], chosen: Any) -> dict[str, set[EntryId]]:
    """Return living stories with their entries, of those that `chosen` selects by parts of what is wanted."""
    found: dict[str, set[EntryId]] = {}
    every = sorted(wanted)
    for start in range(0, len(every), _CHUNK):
        query: Select[Any] = chosen(every[start : start + _CHUNK]).join(
            story, story.c.story_id == entry.c.story_id
        )
        rows = query.where(story.c.state == StoryState.LIVE).with_only_columns(
            entry.c.story_id, entry.c.entry_id
        )
        for row in conn.execute(rows):
            found.setdefault(row.story_id, set()).add(EntryId(row.entry_id))
    return found
