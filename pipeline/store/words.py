"""Editors' words: they outlive every recomputation.

A word is about entries, not about stories, because entries last. Each marks its entries for
linking; the linker applies it. Words are never deleted: one that was undone stays in the history
under another kind, which the linker does not know.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from pipeline.dedup import WordKind
from pipeline.errors import BadInput, NotFound
from pipeline.model import EntryId, StoryId
from pipeline.store import entries, stories
from pipeline.store.schema import alias, entry, story, word
from pipeline.text import clean
from pipeline.urls import canonical

WITHDRAW, UNDO = "withdraw", "undo"
UNDONE = "undone "  # goes before the kind of a word that was undone
STANDING = (*WordKind, WITHDRAW)
HABIT = "habit"  # who takes a stub out whose page is held

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Said:
    """A word of an editor. `kind`: merge, split, apart, withdraw or undo; `undone`: it stands no more."""

    word_id: int
    kind: str
    undone: bool
    a: EntryId
    b: EntryId | None
    by: str
    at: datetime
    because: str = ""


def merge(conn: Connection, one: str, other: str, by: str, now: datetime) -> None:
    """Say that two stories (or entries) tell the same. Raises NotFound, BadInput: they are one."""
    _about_two(conn, WordKind.MERGE, (one, other), by, now)


def apart(conn: Connection, one: str, other: str, by: str, now: datetime) -> None:
    """Say that two entries (or stories, by their leads) do not tell the same.

    It keeps the two apart even through third entries. Raises NotFound, BadInput: they are one.
    """
    _about_two(conn, WordKind.APART, (one, other), by, now)


def split(conn: Connection, entry_id: str, by: str, now: datetime) -> None:
    """Say that an entry tells a story of its own. Raises NotFound."""
    alone = _entry(conn, entry_id)
    conn.execute(word.insert().values(kind=WordKind.SPLIT, a=alone, by=by, at=now))
    entries.touch(conn, [alone])


def withdraw(conn: Connection, story_or_entry: str, by: str, now: datetime) -> int:
    """Take an entry, or every entry of a story, out of search and feeds; return how many.

    Raises NotFound.
    """
    told_in = stories.resolve(conn, StoryId(clean(story_or_entry)))
    query = select(entry.c.entry_id).where(entry.c.story_id == told_in, entry.c.story_id.is_not(None))
    found = [EntryId(entry_id) for entry_id in conn.scalars(query)] or [_entry(conn, story_or_entry)]
    rows = [{"kind": WITHDRAW, "a": entry_id, "b": None, "by": by, "at": now} for entry_id in found]
    conn.execute(word.insert(), rows)
    entries.touch(conn, found)
    return len(found)


def hold(conn: Connection, entry_id: EntryId, now: datetime, because: str) -> None:
    """Take out a stub whose page waits for an editor, until `let_go`."""
    said = {"kind": WITHDRAW, "a": entry_id, "b": None, "by": HABIT, "at": now, "because": because}
    conn.execute(word.insert().values(**said))
    entries.touch(conn, [entry_id])


def let_go(conn: Connection, source_id: str, external_ids: Iterable[str]) -> None:
    """Bring back what `hold` took out of a source, by the publisher's names."""
    wanted = sorted(set(external_ids))
    for start in range(0, len(wanted), _CHUNK):
        named_so = (alias.c.source_id == source_id, alias.c.value.in_(wanted[start : start + _CHUNK]))
        mine = select(alias.c.entry_id).where(*named_so, alias.c.kind.in_(("id", "guid")))
        held = (word.c.a.in_(mine), word.c.kind == WITHDRAW, word.c.by == HABIT)
        back = word.update().where(*held).values(kind=UNDONE + WITHDRAW).returning(word.c.a)
        entries.touch(conn, sorted({EntryId(one) for one in conn.scalars(back)}))


def undo(conn: Connection, word_id: int, by: str, now: datetime) -> None:
    """Take a word back; what was said of the same entries before it stands again.

    A story that was withdrawn as a whole comes back as a whole.

    Raises:
        NotFound: there is no such word, or it is undone already.
    """
    said = conn.execute(select(word).where(word.c.word_id == word_id)).one_or_none()
    if said is None or said.kind not in STANDING:
        raise NotFound(str(word_id), "there is no such word, or it is undone already")
    together = [word.c.kind == said.kind, word.c.by == said.by, word.c.at == said.at]
    if said.kind != WITHDRAW or said.by == HABIT:
        together.append(word.c.word_id == word_id)
    query = word.update().where(*together).values(kind=UNDONE + said.kind).returning(word.c.a, word.c.b)
    rows = conn.execute(query).all()
    if not rows:  # somebody else was faster
        raise NotFound(str(word_id), "there is no such word, or it is undone already")
    conn.execute(word.insert(), [{"kind": UNDO, "a": row.a, "b": row.b, "by": by, "at": now} for row in rows])
    ends = {EntryId(end) for row in rows for end in (row.a, row.b) if end is not None}
    entries.touch(conn, sorted(ends))


def removed(conn: Connection, entry_ids: Iterable[EntryId]) -> set[EntryId]:
    """Return which of the entries an editor took out, whatever their publishers did or do."""
    wanted, found = sorted(set(entry_ids)), set()
    for start in range(0, len(wanted), _CHUNK):
        mine = word.c.a.in_(wanted[start : start + _CHUNK])
        found |= set(conn.scalars(select(word.c.a).where(mine, word.c.kind == WITHDRAW)))
    return {EntryId(entry_id) for entry_id in found}


def said_of(conn: Connection, entry_ids: Iterable[EntryId]) -> list[Said]:
    """Return every word about the entries, newest first."""
    wanted, found = sorted(set(entry_ids)), {}
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        for row in conn.execute(select(word).where(or_(word.c.a.in_(part), word.c.b.in_(part)))):
            found[row.word_id] = _said(row)
    return [found[word_id] for word_id in sorted(found, reverse=True)]


def history(conn: Connection, *, limit: int, before: int | None = None) -> list[Said]:
    """Return what editors said, newest first, from behind the word `before`."""
    query = select(word).order_by(word.c.word_id.desc()).limit(limit)
    return [
        _said(row) for row in conn.execute(query if before is None else query.where(word.c.word_id < before))
    ]


def last_word(conn: Connection, by: str) -> Said | None:
    """Return the last word of an editor that still stands and is no undoing, or None."""
    kinds = word.c.kind.in_(STANDING)
    query = select(word).where(word.c.by == by, kinds).order_by(word.c.word_id.desc()).limit(1)
    row = conn.execute(query).one_or_none()
    return None if row is None else _said(row)


def named(conn: Connection, name: str) -> EntryId:
    """Return the entry that an editor means: by its id, its URL, or a story's id or page (its lead).

    Raises:
        NotFound: nothing here bears that name.
    """
    name = clean(name).strip()
    for story_or_entry in (name, name.rstrip("/").rpartition("/")[2].partition("?")[0]):
        lead = conn.scalar(select(story.c.lead).where(story.c.story_id == story_or_entry))
        known = lead or conn.scalar(select(entry.c.entry_id).where(entry.c.entry_id == story_or_entry))
        if known is not None:
            return EntryId(known)
    is_it = (alias.c.kind == "url", alias.c.value == canonical(name))
    found = conn.scalar(select(alias.c.entry_id).where(*is_it).order_by(alias.c.entry_id).limit(1))
    if found is None:
        raise NotFound(name, "there is no such story or entry; `trace` finds ids by URL")
    return EntryId(found)


def _about_two(conn: Connection, kind: WordKind, two: tuple[str, str], by: str, now: datetime) -> None:
    a, b = (named(conn, name) for name in two)
    if a == b:
        raise BadInput(two[1], "these are one and the same entry; a word is about two")
    conn.execute(word.insert().values(kind=kind, a=a, b=b, by=by, at=now))
    entries.touch(conn, [a, b])


def _entry(conn: Connection, entry_id: str) -> EntryId:
    entry_id = clean(entry_id)
    if conn.scalar(select(entry.c.entry_id).where(entry.c.entry_id == entry_id)) is None:
        raise NotFound(entry_id, "there is no such story or entry; `trace` finds ids by URL")
    return EntryId(entry_id)


def _said(row: Row[Any]) -> Said:
    return Said(
        word_id=row.word_id,
        kind=row.kind.removeprefix(UNDONE),
        undone=row.kind.startswith(UNDONE),
        a=EntryId(row.a),
        b=None if row.b is None else EntryId(row.b),
        by=row.by,
        at=row.at,
        because=row.because,
    )
