"""The rows of a filled window: tellings and what became of them, for `bench/filling.py`."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, func, select

from pipeline.dedup import Group
from pipeline.face import Spoken, decisions, face, face_hash
from pipeline.history import new_id
from pipeline.model import Draft, EntryId, Source, SourceId, StoryState
from pipeline.store import Database, codec, schema
from pipeline.store.entries import text_hash

PAPERS = 40


@dataclass(frozen=True, slots=True)
class Base:
    """A real article, ready for its variants: ids of its words and of its title's."""

    draft: Draft
    told: str  # draft, JSON
    facts: str  # JSON
    words: NDArray[np.int64]
    title: NDArray[np.int64]
    common: NDArray[np.bool_]  # of its runs of words


@dataclass(frozen=True, slots=True)
class Row:
    """A filled entry, before it is written."""

    number: int
    base: int
    variant: int
    day: date


def paper(number: int) -> Source:
    """Return one of the papers."""
    return Source(SourceId(f"bench-{number % PAPERS}"), f"Bench {number % PAPERS}")


def entry_id(base: Base, row: Row) -> EntryId:
    """Return the id of a filled entry."""
    return EntryId("e" + sha256(f"{base.draft.external_id}|{row.variant}".encode()).hexdigest()[:20])


def write_tellings(db: Database, bases: Sequence[Base], rows: Sequence[Row], receipt_id: int) -> None:
    """Write entries, texts and names; the real articles have stories, too."""
    insert(db, schema.entry, (_entry(bases[row.base], row) for row in rows))
    insert(db, schema.version, (_version(bases[row.base], row, receipt_id) for row in rows))
    insert(db, schema.alias, (name for row in rows for name in _names(bases[row.base], row)))
    told = [row for row in rows if row.variant == 0]
    insert(db, schema.story, (_story(bases[row.base], row) for row in told))
    insert(db, schema.change, (_change(bases[row.base], row) for row in told))


def _story_id(base: Base, row: Row) -> str:
    return new_id(entry_id(base, row), set())


def _seen(row: Row) -> str:
    return f"{row.day.isoformat()}T05:00:00.000000Z"


def identity(base: Base, row: Row) -> str:
    """Return the hash of its text."""
    title = f"{base.draft.title}|{row.variant}" if row.variant else base.draft.title
    return text_hash(replace(base.draft, title=title))


def _entry(base: Base, row: Row) -> dict[str, Any]:
    home = {"story_id": _story_id(base, row), "verdict": "NEW", "score": 1.0, "because": ""}
    return {
        "entry_id": entry_id(base, row),
        "source_id": paper(row.number).source_id,
        "kind": base.draft.kind,
        "bulletin_id": "",
        "bulletin_number": 0,
        "first_seen": _seen(row),
        "backfill": False,
        "text_hash": identity(base, row),
        "touched": 1,
        "linked": 1,
        **(home if row.variant == 0 else dict.fromkeys(home)),
    }


def _version(base: Base, row: Row, receipt_id: int) -> dict[str, Any]:
    return {
        "entry_id": entry_id(base, row),
        "text_hash": identity(base, row),
        "receipt_id": receipt_id,
        "told_at": _seen(row),
        "draft": base.told,
    }


def _names(base: Base, row: Row) -> Iterator[dict[str, Any]]:
    name = f"{base.draft.external_id}-{row.variant}" if row.variant else base.draft.external_id
    url = f"{paper(row.number).source_id}.example/{name}" if row.variant else base.draft.canonical_url
    for kind, value in (("guid", name), ("id", name), ("url", url)):
        yield {
            "source_id": paper(row.number).source_id,
            "kind": kind,
            "value": value,
            "entry_id": entry_id(base, row),
            "text_hash": identity(base, row) if kind == "id" else "",
        }


def _story(base: Base, row: Row) -> dict[str, Any]:
    lead = entry_id(base, row)
    spoken = {lead: Spoken(lead, paper(row.number), base.draft, 1)}
    group = Group(lead, (lead,))
    made = face(group, spoken, decisions(group, spoken, []))
    dumped = codec.dump_face(made)
    return {
        "story_id": _story_id(base, row),
        "state": StoryState.LIVE,
        "revision": 1,
        "first_seen": _seen(row),
        "updated": _seen(row),
        "backfill": False,
        "lead": lead,
        "face": json.dumps(dumped, ensure_ascii=False),
        "face_hash": face_hash([dumped, False, StoryState.LIVE]),
        "published_at": f"{made.published_at:%Y-%m-%dT%H:%M:%S.%fZ}",
    }


def _change(base: Base, row: Row) -> dict[str, Any]:
    return {"story_id": _story_id(base, row), "kind": "created", "at": _seen(row)}


def insert(db: Database, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows whose values are as the driver takes them, in one transaction."""
    made = iter(rows)
    first = next(made, None)
    if first is None:
        return
    names = list(first)
    columns = ", ".join(names)
    with db.write() as conn:
        cursor: Any = conn.connection.driver_connection
        if isinstance(cursor, sqlite3.Connection):
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
            cursor.execute(statement, list(first.values()))
            cursor.executemany(statement, (list(row.values()) for row in made))
            return
        with cursor.cursor().copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            copy.write_row(list(first.values()))
            for row in made:
                copy.write_row(list(row.values()))
        for column in table.primary_key if first.get("number") and table is schema.fingerprint else ():
            top = select(func.setval(func.pg_get_serial_sequence(table.name, column.name), func.max(column)))
            conn.execute(top.select_from(table))
