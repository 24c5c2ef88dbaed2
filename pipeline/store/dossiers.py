"""What SQL knows of a story for its evidence file, and who took such files out of the house.

Whole texts and raw bytes leave here whatever a source allows: for signed-in editors and the operator's
command line alone (law 10 binds what the public is shown).
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, func, select

from pipeline.errors import NotFound
from pipeline.model import EntryId, Rights, Source, SourceId, Story, StoryId
from pipeline.store import sources, stories
from pipeline.store.schema import (
    blob,
    dossier,
    entry,
    intake,
    receipt,
    receipt_entry,
    source_rights,
    story,
    version,
)

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a story's evidence is: receipts, versions of texts, and bytes of both before packing."""

    receipts: int
    versions: int
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """What of a receipt is told by an entry of the story: the hash of its text, None for a withdrawal."""

    entry_id: EntryId
    text_hash: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A receipt without its bytes, with all that is known of how it came.

    Args:
        door: kind and address of the intake, None where it was handed in by hand.
        size: of the bytes as received.
        erased: the bytes were taken out; `sha256` is what they had.
    """

    receipt_id: int
    source_id: SourceId
    form: str
    sha256: str
    size: int | None
    erased: bool
    given: dict[str, Any]
    headers: dict[str, str]
    received_at: datetime
    not_before: datetime | None
    told_at: datetime | None
    push_id: str | None
    article: str
    backfill: bool
    state: str
    reason: str
    door: tuple[str, str] | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Granted:
    """Since when a source has had which rights."""

    rights: Rights
    since: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """An evidence file that was made for somebody."""

    dossier_id: int
    story_id: StoryId
    by: str
    at: datetime
    sha256: str
    size: int


def of_story(conn: Connection, story_id: StoryId) -> Story:
    """Return a story in any state but merged: of a merged one its survivor. Raises NotFound."""
    found = stories.get(conn, stories.resolve(conn, story_id) or story_id)
    if found is None:
        raise NotFound(story_id, "there is no such story")
    return found


def absorbed(conn: Connection, story_id: StoryId) -> list[StoryId]:
    """Return the stories that were merged into one, by whatever steps, by id."""
    found: set[StoryId] = set()
    wave = {story_id}
    while wave:
        found |= wave
        into = select(story.c.story_id).where(story.c.merged_into.in_(sorted(wave)))
        wave = {StoryId(one) for one in conn.scalars(into)} - found
    return sorted(found - {story_id})


def members(conn: Connection, of: Story) -> list[EntryId]:
    """Return the entries that tell a story, taken back or not: its lead first, then by id."""
    query = select(entry.c.entry_id, story.c.lead).join(story, story.c.story_id == entry.c.story_id)
    rows = conn.execute(query.where(entry.c.story_id == of.story_id)).all()
    return [EntryId(row.entry_id) for row in sorted(rows, key=lambda row: (row.entry_id != row.lead, row[0]))]


def extent(conn: Connection, entry_ids: Sequence[EntryId]) -> Extent:
    """Return how much there is of entries: a content that came twice counts once."""
    contents: dict[str, int] = {}
    came: set[int] = set()
    versions = size = 0
    for part in _parts(entry_ids):
        query = (
            select(receipt.c.receipt_id, receipt.c.sha256, blob.c.size)
            .join(receipt_entry, receipt_entry.c.receipt_id == receipt.c.receipt_id)
            .outerjoin(blob, blob.c.sha256 == receipt.c.sha256)
            .where(receipt_entry.c.entry_id.in_(part))
        )
        for row in conn.execute(query):
            contents[row.sha256] = row.size or 0
            came.add(row.receipt_id)
        length = func.length(cast(version.c.draft, Text))
        texts = select(func.count(), func.sum(length)).where(version.c.entry_id.in_(part))
        count, letters = conn.execute(texts).one()
        versions, size = versions + count, size + int(letters or 0)
    return Extent(len(came), versions, size + sum(contents.values()))


def receipts(conn: Connection, entry_ids: Iterable[EntryId]) -> Iterator[Kept]:
    """Yield the receipts that told of entries, by number."""
    parts: dict[int, list[Part]] = {}
    for chunk in _parts(sorted(set(entry_ids))):
        query = select(receipt_entry).where(receipt_entry.c.entry_id.in_(chunk))
        for row in conn.execute(query.order_by(receipt_entry.c.entry_id)):
            parts.setdefault(row.receipt_id, []).append(Part(EntryId(row.entry_id), row.text_hash))
    numbers = sorted(parts)
    query = (
        select(
            receipt,
            blob.c.size,
            func.length(blob.c.packed).label("packed"),
            intake.c.kind.label("door_kind"),
            intake.c.url.label("door_url"),
        )
        .outerjoin(blob, blob.c.sha256 == receipt.c.sha256)
        .outerjoin(intake, intake.c.intake_id == receipt.c.intake_id)
    )
    for start in range(0, len(numbers), _CHUNK):
        mine = receipt.c.receipt_id.in_(numbers[start : start + _CHUNK])
        for row in conn.execute(query.where(mine).order_by(receipt.c.receipt_id)).all():
            yield _kept(row, tuple(parts[row.receipt_id]))


def raw(conn: Connection, sha256: str) -> bytes | None:
    """Return bytes as received by their hash, None where they were erased.

    What cannot be unpacked any more is returned as it lies there: its own hash tells that it is damaged.
    """
    packed: bytes | None = conn.scalar(select(blob.c.packed).where(blob.c.sha256 == sha256))
    if not packed:
        return None
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return packed


def granted(conn: Connection, source_ids: Iterable[SourceId]) -> dict[SourceId, tuple[Source, list[Granted]]]:
    """Return sources as they are registered, each with what is written down of its rights, oldest first.

    Nothing was written down before there was this record: its first row is not where rights began.
    """
    found: dict[SourceId, tuple[Source, list[Granted]]] = {}
    for source_id in sorted(set(source_ids)):
        known = sources.get(conn, source_id)
        query = select(source_rights).where(source_rights.c.source_id == source_id)
        rows = conn.execute(query.order_by(source_rights.c.number))
        if known is not None:
            found[source_id] = known, [Granted(Rights(row.rights), row.since) for row in rows]
    return found


def take(conn: Connection, story_id: StoryId, by: str, now: datetime, made: tuple[str, int]) -> None:
    """Write down that somebody took a story's evidence; `made`: the file's SHA-256 and size in bytes."""
    sha256, size = made
    conn.execute(dossier.insert().values(story_id=story_id, by=by, at=now, sha256=sha256, size=size))


def taken(conn: Connection, story_id: StoryId) -> list[Taken]:
    """Return who took a story's evidence, newest first."""
    query = select(dossier).where(dossier.c.story_id == story_id).order_by(dossier.c.dossier_id.desc())
    return [
        Taken(row.dossier_id, StoryId(row.story_id), row.by, row.at, row.sha256, row.size)
        for row in conn.execute(query)
    ]


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + _CHUNK] for start in range(0, len(names), _CHUNK))


def _kept(row: Row[Any], parts: tuple[Part, ...]) -> Kept:
    return Kept(
        receipt_id=row.receipt_id,
        source_id=SourceId(row.source_id),
        form=row.form,
        sha256=row.sha256,
        size=row.size,
        erased=not row.packed,
        given=row.given,
        headers=row.headers,
        received_at=row.received_at,
        not_before=row.not_before,
        told_at=row.told_at,
        push_id=row.push_id,
        article=row.article,
        backfill=row.backfill,
        state=row.state,
        reason=row.reason,
        door=None if row.door_kind is None else (row.door_kind, row.door_url),
        parts=parts,
    )
