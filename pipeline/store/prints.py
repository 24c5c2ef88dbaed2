"""Fingerprints and postings: what a new entry is found by, kept for every entry's current text.

Both are derived and bear the version of the rules; `pipeline.store.candidates` asks them who may tell
the same.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, func, literal, select, tuple_

from pipeline.hashing import Hashes
from pipeline.model import Draft, EntryId
from pipeline.promise import Packed
from pipeline.similarity import (
    RULES,
    Facts,
    Fingerprint,
    beside,
    fingerprint,
    pack_facts,
    pack_shape,
    postings,
    same,
    unpack_facts,
    unpack_shape,
)
from pipeline.store import codec
from pipeline.store.database import among, each, insert
from pipeline.store.schema import entry, posting, version
from pipeline.store.schema import fingerprint as table

PART_DAYS = 92
UNDATED = -1  # their partition
UNSTORED = -1  # number of an entry that is not
_CHUNK = 400
_ALIKE = 8  # entries of the same words on either side of one, by day
_TELLER = select(entry.c.source_id).where(entry.c.entry_id == bindparam("mine")).scalar_subquery()
_SAME = select(table.c.number).where(table.c.same == bindparam("key")).limit(_ALIKE + 1)

Keys = NDArray[np.int32]  # hashes as SQL has them: signed


@dataclass(frozen=True, slots=True)
class Reading:
    """A draft with its fingerprint and postings, computed outside of any transaction."""

    draft: Draft
    print: Fingerprint
    postings: Hashes


@dataclass(frozen=True, slots=True)
class Sought:
    """One entry, stored or not, whose like is sought. `number` is `UNSTORED` for one that is not."""

    number: int
    print: Fingerprint
    postings: Hashes
    teller: tuple[str, str]  # source and kind


def reading(draft: Draft) -> Reading:
    """Return a draft with all that is kept of it for finding its like. Never raises."""
    return Reading(draft, fingerprint(draft), postings(draft))


def keep(conn: Connection, entry_id: EntryId, text_hash: str, made: Reading) -> set[EntryId]:
    """Store the fingerprint and the postings of an entry's current text in place of older ones.

    The facts of older texts stay beside its own.

    Returns:
        Entries of the same words, before or now, whose nearest are others now: to be linked again.
    """
    day = made.draft.published.day()
    shape = replace(made.print.shape, day=day)
    values = {
        "kind": made.draft.kind,
        "rules": RULES,
        "text_hash": text_hash,
        "day": None if day is None else day.toordinal(),
        "same": same(shape),
        "postings": made.postings.astype("<u4").tobytes(),
        "arrays": pack_shape(shape),
        "facts": pack_facts(made.print.facts),
    }
    fresh = insert(conn, table).values(source_id=_TELLER).on_conflict_do_nothing()
    row = {"mine": entry_id, "entry_id": entry_id, **values}
    number = conn.scalar(fresh.returning(table.c.number), row)
    left: set[EntryId] = set()
    if number is None:
        number, left = _replace(conn, entry_id, values, made.print.facts)
    grams = each(conn, made.postings.view(np.int32).tolist())
    part = part_of(None if day is None else day.toordinal())
    rows = select(literal(part), grams.c.value, literal(number))
    conn.execute(posting.insert().from_select(["part", "gram", "number"], rows))
    return left | _in_line(conn, same(shape), number)


def _replace(
    conn: Connection, entry_id: EntryId, values: dict[str, Any], facts: Facts
) -> tuple[int, set[EntryId]]:
    """Put a fingerprint in the place of an older one; return its number and who was nearest to that."""
    query = select(table.c.number, table.c.rules, table.c.same, table.c.day, table.c.postings, table.c.facts)
    before = conn.execute(query.where(table.c.entry_id == entry_id)).one()
    if before.rules == RULES:
        known = unpack_facts(before.facts)
        values = {**values, "facts": pack_facts(beside(facts, (known, *known.older)))}
    left = _in_line(conn, before.same, before.number)
    anew = table.update().where(table.c.number == before.number).values(**values, source_id=_TELLER)
    conn.execute(anew, {"mine": entry_id})
    _forget(conn, before.number, part_of(before.day), _grams(before.postings))
    return before.number, left


def keep_older(conn: Connection, entry_id: EntryId, told: Facts) -> None:
    """Add the facts of an older text of an entry to those of its current one, which is kept already."""
    mine = table.c.entry_id == entry_id
    facts = unpack_facts(conn.execute(select(table.c.facts).where(mine)).scalar_one())
    known = pack_facts(beside(facts, (told, *facts.older)))
    conn.execute(table.update().where(mine).values(facts=known))


def stale(conn: Connection, limit: int) -> list[tuple[EntryId, str, dict[str, Draft]]]:
    """Return entries with a fingerprint of older rules: the hash of the current text, all texts by hash."""
    query = select(entry.c.entry_id, entry.c.text_hash).join(table, table.c.entry_id == entry.c.entry_id)
    current = {
        row.entry_id: row.text_hash for row in conn.execute(query.where(table.c.rules < RULES).limit(limit))
    }
    drafts: dict[str, dict[str, Draft]] = {entry_id: {} for entry_id in current}
    for row in conn.execute(select(version).where(version.c.entry_id.in_(sorted(current)))):
        drafts[row.entry_id][row.text_hash] = codec.load_draft(row.draft)
    return [(EntryId(entry_id), current[entry_id], drafts[entry_id]) for entry_id in sorted(current)]


def still_stale(conn: Connection, entry_ids: Iterable[EntryId]) -> set[EntryId]:
    """Return those of the entries that nobody has given a new text and fingerprint meanwhile."""
    where = (table.c.entry_id.in_(sorted(entry_ids)), table.c.rules < RULES)
    return {EntryId(entry_id) for entry_id in conn.scalars(select(table.c.entry_id).where(*where))}


def sought(conn: Connection, entry_ids: Iterable[EntryId]) -> dict[EntryId, Sought]:
    """Return what the like of entries is sought by; entries without a text are left out."""
    rows = conn.execute(select(table).where(table.c.entry_id.in_(sorted(entry_ids))))
    return {
        EntryId(row.entry_id): Sought(
            row.number, told(row), _grams(row.postings).view(np.uint32), (row.source_id, row.kind)
        )
        for row in rows
    }


def packed(conn: Connection, numbers: Collection[int]) -> dict[int, tuple[EntryId, Packed]]:
    """Return the shapes of entries by number, as they are kept."""
    query = select(
        table.c.number, table.c.entry_id, table.c.arrays, table.c.day, table.c.source_id, table.c.kind
    )
    rows = conn.execute(query.where(among(conn, table.c.number, numbers)))
    return {
        number: (EntryId(entry_id), Packed(arrays, day, (source_id, kind)))
        for number, entry_id, arrays, day, source_id, kind in rows
    }


def part_of(day: int | None) -> int:
    """Return the partition of a day's postings, given its ordinal."""
    return UNDATED if day is None else day // PART_DAYS


def nearest(conn: Connection, key: int, number: int) -> list[tuple[int, EntryId]]:
    """Return the nearest of the same words before and after an entry, by day and id."""
    when = func.coalesce(table.c.day, UNDATED)
    day, entry_id = conn.execute(select(when, table.c.entry_id).where(table.c.number == number)).one()
    line, here = tuple_(when, table.c.entry_id), tuple_(literal(day), literal(entry_id))
    query = select(table.c.number, table.c.entry_id).where(table.c.same == key)
    before = query.where(line < here).order_by(when.desc(), table.c.entry_id.desc())
    after = query.where(line > here).order_by(when, table.c.entry_id)
    rows = [*conn.execute(before.limit(_ALIKE)), *conn.execute(after.limit(_ALIKE))]
    return [(found, EntryId(other)) for found, other in rows]


def told_before(conn: Connection, source_id: str, texts: Mapping[str, Reading]) -> set[str]:
    """Return the keys of those readings whose very words the source tells in an entry already."""
    keys: dict[int, set[str]] = {}
    for key, made in texts.items():
        keys.setdefault(same(made.print.shape), set()).add(key)
    found: set[str] = set()
    wanted = sorted(keys)
    for start in range(0, len(wanted), _CHUNK):
        mine = (table.c.same.in_(wanted[start : start + _CHUNK]), table.c.source_id == source_id)
        for known in conn.scalars(select(table.c.same).where(*mine).distinct()):
            found |= keys[known]
    return found


def _in_line(conn: Connection, key: int, number: int) -> set[EntryId]:
    """Return the nearest of the same words if there are more than find each other anyway."""
    if len(conn.execute(_SAME, {"key": key}).all()) <= _ALIKE:
        return set()
    return {entry_id for _, entry_id in nearest(conn, key, number)}


def _forget(conn: Connection, number: int, part: int, grams: Keys) -> None:
    where = (posting.c.part == part, posting.c.number == number)
    conn.execute(posting.delete().where(*where, among(conn, posting.c.gram, grams.tolist())))


def _grams(packed: bytes) -> Keys:
    return np.frombuffer(packed, dtype="<i4").astype(np.int32, copy=False)


def told(row: Any) -> Fingerprint:
    """Return the fingerprint in a row that holds `day`, `arrays` and `facts`."""
    day = None if row.day is None else date.fromordinal(row.day)
    return Fingerprint(unpack_shape(row.arrays, day), unpack_facts(row.facts))
