"""Evidence between entries: sides, edges, editors' words, and the commit of stories.

Reading here is done outside of any write transaction; `commit` is the one that writes stories and
the change log, under the link fence.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from pipeline.dedup import Edge, Relation, Side, Word, WordKind
from pipeline.face import Spoken, face_hash, looks
from pipeline.history import Known
from pipeline.model import (
    ChangeKind,
    Decision,
    EntryId,
    EntryKind,
    Face,
    SourceId,
    Story,
    StoryId,
    StoryState,
)
from pipeline.similarity import RULES
from pipeline.store import archives, candidates, changes, codec, labels, papers, prints, sources, stories
from pipeline.store.database import insert
from pipeline.store.entries import is_withdrawn, touch
from pipeline.store.labels import Shelf
from pipeline.store.schema import (
    alias,
    change,
    edge,
    entry,
    fingerprint,
    story,
    version,
    word,
)
from pipeline.store.words import removed

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Node:
    """An entry with all that linking needs."""

    spoken: Spoken
    side: Side
    withdrawn: bool
    backfill: bool
    first_seen: datetime
    story_id: StoryId | None


@dataclass(frozen=True, slots=True)
class Told:
    """A story to be written: what it is now and which entries tell it.

    `before` is the story as it stands, None for a new one; `origin` the one that a new one came from.
    """

    story_id: StoryId
    kind: ChangeKind
    face: Face
    lead: EntryId
    first_seen: datetime
    backfill: bool
    before: Story | None
    origin: StoryId | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A story that is told no more; `into` is its survivor, None when it was withdrawn."""

    before: Story
    into: StoryId | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one settling writes, computed before the transaction."""

    linked: Sequence[tuple[EntryId, int]]  # entry and the `touched` count that is dealt with
    edges: Sequence[Edge]  # all joins and pairs for review that the linked entries have now
    crowded: Sequence[tuple[int, int]]  # partition and gram: find nobody from now on
    homes: dict[EntryId, tuple[StoryId, Decision]]
    told: Sequence[Told]
    ended: Sequence[Ended]


def unlinked(conn: Connection, limit: int, after: str = "") -> list[tuple[EntryId, int]]:
    """Return entries whose evidence changed since they were linked, in id order.

    They begin behind the id `after`; where there are none left, from the first.
    """
    query = select(entry.c.entry_id, entry.c.touched).where(entry.c.touched > entry.c.linked)
    rows = [*conn.execute(query.where(entry.c.entry_id > after).order_by(entry.c.entry_id).limit(limit))]
    if after and len(rows) < limit:
        rest = query.where(entry.c.entry_id <= after).order_by(entry.c.entry_id)
        rows += conn.execute(rest.limit(limit - len(rows)))
    return [(EntryId(row.entry_id), row.touched) for row in rows]


def unlinked_count(conn: Connection) -> int:
    """Return how many entries wait for linking."""
    query = select(func.count()).select_from(entry).where(entry.c.touched > entry.c.linked)
    return conn.scalar(query) or 0


def sides(conn: Connection, entry_ids: Iterable[EntryId]) -> dict[EntryId, Side]:
    """Return what `dedup.decide` knows of the entries that have a text, read by today's rules."""
    wanted = sorted(set(entry_ids))
    found: dict[EntryId, Side] = {}
    for start in range(0, len(wanted), _CHUNK):
        found |= _sides(conn, wanted[start : start + _CHUNK])
    return found


def _sides(conn: Connection, entry_ids: list[EntryId]) -> dict[EntryId, Side]:
    names: dict[str, dict[str, set[str]]] = {}
    named = select(alias.c.entry_id, alias.c.kind, alias.c.value).where(alias.c.entry_id.in_(entry_ids))
    for entry_id, kind, value in conn.execute(named):
        names.setdefault(entry_id, {}).setdefault(kind, set()).add(value)
    query = select(
        entry.c.entry_id,
        entry.c.source_id,
        entry.c.kind,
        entry.c.bulletin_id,
        entry.c.bulletin_number,
        fingerprint.c.day,
        fingerprint.c.arrays,
        fingerprint.c.facts,
        fingerprint.c.rules,
    ).join(fingerprint, fingerprint.c.entry_id == entry.c.entry_id)
    found = {}
    for row in conn.execute(query.where(entry.c.entry_id.in_(entry_ids))):
        if row.rules != RULES:  # in SQL, SQLite walks the index of rules, which is the whole table
            continue
        mine = names.get(row.entry_id, {})
        found[EntryId(row.entry_id)] = Side(
            entry_id=EntryId(row.entry_id),
            source_id=SourceId(row.source_id),
            kind=EntryKind(row.kind),
            bulletin_id=row.bulletin_id,
            bulletin_number=row.bulletin_number,
            print=prints.told(row),
            urls=frozenset(mine.get("url", ())),
            links=frozenset(mine.get("link", ())),
            ids=frozenset(mine.get("guid", ())),
        )
    return found


def nodes(conn: Connection, known: dict[EntryId, Side]) -> dict[EntryId, Node]:
    """Return the nodes of the entries whose sides are known."""
    wanted = sorted(known)
    publishers = sources.many(conn)
    found: dict[EntryId, Node] = {}
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        taken_out = removed(conn, part)
        told: dict[str, dict[str, Any]] = {}
        for row in conn.execute(select(version).where(version.c.entry_id.in_(part))):
            told.setdefault(row.entry_id, {})[row.text_hash] = codec.load_draft(row.draft)
        for row in conn.execute(select(entry).where(entry.c.entry_id.in_(part))):
            entry_id, drafts = EntryId(row.entry_id), told[row.entry_id]
            found[entry_id] = Node(
                spoken=Spoken(
                    entry_id, publishers[row.source_id], drafts[row.text_hash], versions=len(drafts)
                ),
                side=known[entry_id],
                withdrawn=entry_id in taken_out or is_withdrawn(row.withdrawn_at, drafts.values()),
                backfill=row.backfill,
                first_seen=row.first_seen,
                story_id=None if row.story_id is None else StoryId(row.story_id),
            )
    return found


def named(conn: Connection, entry_ids: Iterable[EntryId]) -> dict[EntryId, set[EntryId]]:
    """Return for each entry those that direct evidence names.

    An address in common, a "tại đây" link from one to the other, an id of one source.
    """
    wanted = sorted(set(entry_ids))
    found: dict[EntryId, set[EntryId]] = {entry_id: set() for entry_id in wanted}
    theirs = alias.alias("theirs")
    meet = or_(
        and_(alias.c.kind == "url", theirs.c.kind.in_(("url", "link"))),
        and_(alias.c.kind == "link", theirs.c.kind == "url"),
        and_(alias.c.kind == "guid", theirs.c.kind == "guid", alias.c.source_id == theirs.c.source_id),
    )
    query = select(alias.c.entry_id, theirs.c.entry_id).join(
        theirs, (alias.c.value == theirs.c.value) & (alias.c.entry_id != theirs.c.entry_id)
    )
    for start in range(0, len(wanted), _CHUNK):
        mine = alias.c.entry_id.in_(wanted[start : start + _CHUNK])
        for entry_id, other in conn.execute(query.where(mine, meet)):
            found[EntryId(entry_id)].add(EntryId(other))
    return found


def named_by(conn: Connection, side: Side) -> set[EntryId]:
    """Return those that direct evidence of an entry that is not stored names."""
    own = (alias.c.source_id == side.source_id, alias.c.kind == "guid")
    meet = or_(
        and_(alias.c.kind.in_(("url", "link")), alias.c.value.in_(sorted(side.urls))),
        and_(alias.c.kind == "url", alias.c.value.in_(sorted(side.links))),
        and_(*own, alias.c.value.in_(sorted(side.ids))),
    )
    return {EntryId(entry_id) for entry_id in conn.scalars(select(alias.c.entry_id).where(meet))}


def homes(conn: Connection, entry_ids: Iterable[EntryId]) -> dict[EntryId, StoryId]:
    """Return the stories that tell the entries now; those that are told in none are left out."""
    query = select(entry.c.entry_id, entry.c.story_id).where(entry.c.entry_id.in_(sorted(entry_ids)))
    rows = conn.execute(query.where(entry.c.story_id.is_not(None)))
    return {EntryId(row.entry_id): StoryId(row.story_id) for row in rows}


def edges_of(conn: Connection, entry_ids: Iterable[EntryId]) -> list[Edge]:
    """Return every stored join with an end among the entries, by (a, b)."""
    wanted, found = sorted(set(entry_ids)), {}
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        ends = or_(edge.c.a.in_(part), edge.c.b.in_(part))
        for row in conn.execute(select(edge).where(ends, edge.c.relation == Relation.JOIN)):
            made = Edge(EntryId(row.a), EntryId(row.b), Relation.JOIN, row.score, row.because)
            found[made.a, made.b] = made
    return [found[key] for key in sorted(found)]


def story_mates(conn: Connection, entry_ids: Iterable[EntryId]) -> set[EntryId]:
    """Return every entry whose story is that of one of the entries."""
    wanted, found = sorted(set(entry_ids)), set()
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        homes = select(entry.c.story_id).where(entry.c.entry_id.in_(part), entry.c.story_id.is_not(None))
        found |= set(conn.scalars(select(entry.c.entry_id).where(entry.c.story_id.in_(homes))))
    return {EntryId(entry_id) for entry_id in found}


def words(conn: Connection, entry_ids: Iterable[EntryId]) -> list[Word]:
    """Return what editors said about the entries, in the order in which they said it."""
    wanted = sorted(set(entry_ids))
    rows: dict[int, Word] = {}
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        about = or_(word.c.a.in_(part), word.c.b.in_(part))
        for row in conn.execute(select(word).where(about, word.c.kind.in_(list(WordKind)))):
            other = None if row.b is None else EntryId(row.b)
            rows[row.word_id] = Word(WordKind(row.kind), EntryId(row.a), other)
    return [rows[word_id] for word_id in sorted(rows)]


def known_stories(conn: Connection, story_ids: Iterable[StoryId]) -> dict[StoryId, tuple[Story, Known]]:
    """Return stories with what `pipeline.history` wants to know of them."""
    found = stories.many(conn, story_ids)
    members: dict[str, set[EntryId]] = {}
    query = select(entry.c.entry_id, entry.c.story_id).where(entry.c.story_id.in_(sorted(found)))
    for row in conn.execute(query):
        members.setdefault(row.story_id, set()).add(EntryId(row.entry_id))
    query = (
        select(story.c.story_id, story.c.lead, func.min(change.c.seq).label("since"))
        .join(change, change.c.story_id == story.c.story_id)
        .where(story.c.story_id.in_(sorted(found)))
        .group_by(story.c.story_id, story.c.lead)
    )
    return {
        StoryId(row.story_id): (
            found[row.story_id],
            Known(row.story_id, row.lead, row.since, frozenset(members.get(row.story_id, ()))),
        )
        for row in conn.execute(query)
    }


def commit(conn: Connection, plan: Plan, now: datetime) -> int:
    """Write a plan; the caller holds the link fence. Returns the number of logged changes."""
    linked = [entry_id for entry_id, _ in plan.linked]
    conn.execute(
        entry.update().where(entry.c.entry_id == bindparam("one")).values(linked=bindparam("dealt_with")),
        [{"one": entry_id, "dealt_with": touched} for entry_id, touched in plan.linked],
    )
    touch(conn, candidates.crowd_out(conn, plan.crowded))
    for start in range(0, len(linked), _CHUNK):
        part = linked[start : start + _CHUNK]
        conn.execute(edge.delete().where(or_(edge.c.a.in_(part), edge.c.b.in_(part))))
    rows = [
        {
            "a": made.a,
            "b": made.b,
            "relation": made.relation,
            "score": made.score,
            "because": made.because,
            "rules": RULES,
        }
        for made in plan.edges
    ]
    if rows:
        conn.execute(edge.insert(), rows)
    moment = labels.moment(conn, now)
    logged = _tell(conn, plan.told, moment)
    for place, ended in enumerate(plan.ended, len(plan.told)):
        _end(conn, ended, moment + timedelta(microseconds=place))
    moved = [
        {
            "one": entry_id,
            "story_id": story_id,
            "verdict": decision.verdict,
            "score": decision.score,
            "because": decision.because,
        }
        for entry_id, (story_id, decision) in plan.homes.items()
    ]
    if moved:
        conn.execute(entry.update().where(entry.c.entry_id == bindparam("one")), moved)
    return logged + len(plan.ended)


def _tell(conn: Connection, told: Sequence[Told], now: datetime) -> int:
    """Write the stories of which anything visible changed, with one statement a table; say how many."""
    stored: dict[str, Any] = {}
    columns = (
        story.c.story_id,
        story.c.state,
        story.c.face_hash,
        story.c.revision,
        story.c.updated,
        story.c.shown,
    )
    for start in range(0, len(told), _CHUNK):
        part = [one.story_id for one in told[start : start + _CHUNK]]
        found = conn.execute(select(*columns).where(story.c.story_id.in_(part)))
        stored |= {row.story_id: row for row in found}
    rows: list[dict[str, Any]] = []
    changed: list[Told] = []
    for place, one in enumerate(told):
        dumped, before = codec.dump_face(one.face), stored.get(one.story_id)
        visible = face_hash([dumped, one.backfill, StoryState.LIVE])
        if before is not None and before.face_hash == visible:
            continue
        changed.append(one)
        # Each its own microsecond: entries of one feed that share `updated` are a validator's warning.
        moment = now + timedelta(microseconds=place)
        rows.append(
            {
                "story_id": one.story_id,
                "state": StoryState.LIVE,
                "revision": before.revision + 1 if before else 1,
                "first_seen": one.first_seen,
                "updated": _later(moment, before.updated if before else None),
                "backfill": one.backfill,
                "merged_into": None,
                "lead": one.lead,
                "face": dumped,
                "face_hash": visible,
                "shown": (before.shown or before.updated) if before and _looks_the_same(one) else None,
                "published_at": one.face.published_at,
            }
        )
    if rows:
        made = insert(conn, story)
        values = {name: made.excluded[name] for name in rows[0] if name != "story_id"}
        conn.execute(made.on_conflict_do_update(index_elements=["story_id"], set_=values), rows)
        _label(conn, changed, stored, now)
        papers.put(conn, [(one.story_id, one.face) for one in changed])
        changes.append_all(
            conn,
            [
                (
                    one.story_id,
                    one.kind,
                    row["updated"],
                    one.before.face.labels if one.before else None,
                    one.origin,
                )
                for one, row in zip(changed, rows, strict=True)
            ],
        )
    return len(rows)


def _looks_the_same(one: Told) -> bool:
    """Say whether what changed is nothing that readers are shown."""
    before = one.before
    return (
        before is not None
        and (before.state, before.backfill) == (StoryState.LIVE, one.backfill)
        and looks(before.face) == looks(one.face)
    )


def _end(conn: Connection, ended: Ended, now: datetime) -> None:
    state = StoryState.WITHDRAWN if ended.into is None else StoryState.MERGED
    kind = ChangeKind.WITHDRAWN if ended.into is None else ChangeKind.MERGED_INTO
    at = _later(now, ended.before.updated)
    values = {
        "state": state,
        "revision": ended.before.revision + 1,
        "updated": at,
        "merged_into": ended.into,
        "shown": None,
        "face_hash": face_hash([state, ended.into]),
    }
    conn.execute(story.update().where(story.c.story_id == ended.before.story_id).values(values))
    papers.drop(conn, [ended.before.story_id])
    archives.touch(conn, _places(labels.of(conn, [ended.before.story_id]), {}))
    changes.append(conn, (ended.before.story_id, kind, at, ended.before.face.labels, ended.into))


def _later(now: datetime, before: datetime | None) -> datetime:
    """Return `now`, but always later than before: clocks may step back, `updated` may not."""
    return now if before is None else max(now, before + timedelta(microseconds=1))


def _label(conn: Connection, told: Sequence[Told], stored: Mapping[str, Any], now: datetime) -> None:
    """Write where stories stand: a row that goes on keeps its moment, one that is new begins at `now`."""
    before = labels.of(conn, (one.story_id for one in told if one.story_id in stored))
    gone = {story_id: row.updated for story_id, row in stored.items() if row.state != StoryState.LIVE}
    archives.touch(conn, _places(before, gone))
    rows = [
        (
            one.story_id,
            one.face.labels,
            None if one.backfill else now + timedelta(microseconds=place),
        )
        for place, one in enumerate(told)
    ]
    labels.put(conn, rows, {story_id: rows for story_id, rows in before.items() if story_id not in gone})


def _places(
    standing: Mapping[StoryId, Mapping[Shelf, datetime | None]], gone: Mapping[str, datetime]
) -> Iterator[tuple[Shelf, datetime, StoryId]]:
    """Yield where archives tell of stories: at their places, and of those that were gone when they went."""
    for story_id, rows in standing.items():
        for shelf, since in rows.items():
            if since is not None:
                yield shelf, since, story_id
                if story_id in gone:
                    yield shelf, gone[story_id], story_id
