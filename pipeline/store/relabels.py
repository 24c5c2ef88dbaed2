"""Stored entries, to be labelled again: pages of them, and what is written of those that changed.

Texts, titles, names and ids stay as they are, and so do versions: a label is no text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.model import Draft, EntryId, Labels, Source, SourceId
from pipeline.similarity import RULES, Facts, unpack_facts
from pipeline.store import codec, sources
from pipeline.store.entries import touch
from pipeline.store.schema import entry, fingerprint, story, version


@dataclass(frozen=True, slots=True)
class Labelled:
    """An entry as it is labelled now.

    Args:
        drafts: every text it has, by hash; `current` is the one that stands.
        facts: what its fingerprint holds of the current text, None where that is made anew anyway.
        labels: those of the story that tells it, None if none does.
        together: how many entries tell that story.
    """

    entry_id: EntryId
    source: Source
    current: str
    drafts: dict[str, Draft]
    facts: Facts | None
    labels: Labels | None
    together: int


@dataclass(frozen=True, slots=True)
class Relabelled:
    """What is to be written of an entry: drafts before and after by hash, and whether its facts changed."""

    entry_id: EntryId
    drafts: dict[str, tuple[Draft, Draft]]
    refingerprint: bool


def page(
    conn: Connection,
    after: str,
    limit: int,
    source_id: SourceId | None = None,
    since: datetime | None = None,
) -> list[Labelled]:
    """Return up to `limit` entries with a text behind an id, in order of id.

    `since`: only those first seen at or after it.
    """
    query = select(entry).where(entry.c.entry_id > after, entry.c.text_hash.is_not(None))
    if source_id is not None:
        query = query.where(entry.c.source_id == source_id)
    if since is not None:
        query = query.where(entry.c.first_seen >= since)
    rows = conn.execute(query.order_by(entry.c.entry_id).limit(limit)).all()
    wanted = [row.entry_id for row in rows]
    drafts: dict[str, dict[str, Draft]] = {entry_id: {} for entry_id in wanted}
    for row in conn.execute(select(version).where(version.c.entry_id.in_(wanted))):
        drafts[row.entry_id][row.text_hash] = codec.load_draft(row.draft)
    known = select(fingerprint.c.entry_id, fingerprint.c.rules, fingerprint.c.facts)
    facts = {
        row.entry_id: unpack_facts(row.facts)
        for row in conn.execute(known.where(fingerprint.c.entry_id.in_(wanted)))
        if row.rules == RULES
    }
    told = select(story.c.story_id, story.c.face).where(
        story.c.story_id.in_({row.story_id for row in rows if row.story_id})
    )
    faces = {row.story_id: codec.load_face(row.face) for row in conn.execute(told)}
    publishers = sources.many(conn)
    return [
        Labelled(
            EntryId(row.entry_id),
            publishers[row.source_id],
            row.text_hash,
            drafts[row.entry_id],
            facts.get(row.entry_id),
            faces[row.story_id].labels if row.story_id in faces else None,
            len(faces[row.story_id].tellings) if row.story_id in faces else 0,
        )
        for row in rows
    ]


def keep(conn: Connection, changed: Sequence[Relabelled]) -> list[EntryId]:
    """Write new labels and mark their entries for linking, which makes their fingerprints anew.

    Returns:
        Entries that somebody else has written meanwhile: they are left as they are, to be read again.
    """
    busy: list[EntryId] = []
    ids = sorted(one.entry_id for one in changed)
    conn.execute(select(entry.c.entry_id).where(entry.c.entry_id.in_(ids)).with_for_update())
    stands: dict[tuple[str, str], Draft] = {}
    for row in conn.execute(select(version).where(version.c.entry_id.in_(ids))):
        stands[row.entry_id, row.text_hash] = codec.load_draft(row.draft)
    for one in changed:
        before = {text_hash: draft for text_hash, (draft, _) in one.drafts.items()}
        if before != {text_hash: stands.get((one.entry_id, text_hash)) for text_hash in before}:
            busy.append(one.entry_id)
            continue
        for text_hash, (_, draft) in one.drafts.items():
            where = (version.c.entry_id == one.entry_id, version.c.text_hash == text_hash)
            conn.execute(version.update().where(*where).values(draft=codec.dump_draft(draft)))
    written = [one for one in changed if one.entry_id not in busy]
    stale = [one.entry_id for one in written if one.refingerprint]
    conn.execute(fingerprint.update().where(fingerprint.c.entry_id.in_(stale)).values(rules=0))
    touch(conn, [one.entry_id for one in written])
    return busy
