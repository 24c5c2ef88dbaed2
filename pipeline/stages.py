"""The stages between a receipt and a story: read, decide, commit. Each drains state in batches.

receive: unread receipts → entries, many workers at once.
settle:  changed entries → edges, stories and the change log, one worker at a time.

Running a stage twice, in parallel, in other batches or in another order changes no result.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from pipeline import face
from pipeline.dedup import Edge, Group, Member, Relation, Side, Word, decide, group
from pipeline.errors import EngineUnavailable, Unreadable
from pipeline.history import Known, fate, new_id
from pipeline.model import (
    Act,
    ChangeKind,
    Decision,
    Document,
    Draft,
    EntryId,
    Parsed,
    Story,
    StoryId,
    StoryState,
    Verdict,
)
from pipeline.similarity import fingerprint, postings
from pipeline.store import Connection, Database, counters, entries, leases, links, receipts
from pipeline.store import stories as stories_store
from pipeline.store.entries import Reading
from pipeline.store.links import Ended, Node, Plan, Told
from pipeline.store.receipts import MAX_ATTEMPTS, Receipt

Clock = Callable[[], datetime]

WINDOW = timedelta(days=45)  # publication days within which two texts can be one story
_BATCH = 50
_MOST_READINGS = 500  # in one transaction: about 1 s of SQL
_READING_SHARE = 0.25  # of a lease, after which a batch is committed as it stands
_MOST_PAIRS = 20_000  # in one batch of linking: about 5 s


class Reads(Protocol):
    """Whoever turns a document into drafts: `pipeline.reader.Reader`, or `parse` itself."""

    def read(self, document: Document) -> Parsed:
        """Return the drafts. Raises Unreadable or EngineUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """What one call of `receive` did."""

    receipts: int = 0
    entries: int = 0
    quarantined: int = 0

    def __add__(self, other: "Received") -> "Received":
        """Add up counts."""
        return Received(
            self.receipts + other.receipts,
            self.entries + other.entries,
            self.quarantined + other.quarantined,
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """What one call of `settle` did. `busy`: somebody else is settling."""

    entries: int = 0
    changes: int = 0
    busy: bool = False


def receive(
    db: Database,
    reader: Reads,
    clock: Clock,
    *,
    lease_seconds: float = 120,
    backfill_after_days: int = 14,
    limit: int = _BATCH,
) -> Received:
    """Read up to `limit` unread receipts into entries.

    A receipt that cannot be read is quarantined with the reason; one that keeps killing its
    reader is quarantined after `MAX_ATTEMPTS`.

    Raises:
        EngineUnavailable: the reader or SQL is away; nothing is lost, the receipts are free again.
    """
    with db.write() as conn:
        claimed = receipts.claim(conn, clock(), lease_seconds, limit)
    outcomes: list[_Outcome] = []
    enough = clock() + timedelta(seconds=lease_seconds * _READING_SHARE)
    try:
        for receipt in claimed:
            outcomes.append(_read(db, reader, receipt))
            if clock() > enough or sum(len(one.readings) for one in outcomes) > _MOST_READINGS:
                break
    except EngineUnavailable:
        if not outcomes:
            _put_back(db, claimed)
            raise
    _put_back(db, claimed[len(outcomes) :])
    done = Received()
    with db.write() as conn:
        for one in outcomes:
            done += _keep(conn, one, clock(), backfill_after_days)
    return done


def _put_back(db: Database, left: Sequence[Receipt]) -> None:
    if left:
        with db.write() as conn:
            receipts.put_back(conn, [receipt.receipt_id for receipt in left])


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What reading a receipt gave: its readings and drops, or why there are none."""

    receipt: Receipt
    readings: Sequence[Reading] = ()
    drops: Sequence[tuple[str, str]] = ()
    unreadable: str = ""


def _keep(conn: Connection, one: _Outcome, now: datetime, backfill_after_days: int) -> Received:
    if one.unreadable:
        receipts.quarantine(conn, one.receipt.receipt_id, "receive", one.unreadable, now)
        return Received(receipts=1, quarantined=1)
    for reading in one.readings:
        entries.commit(conn, one.receipt, reading, backfill_after_days)
    for name, _detail in one.drops:
        counters.add(conn, f"drop_{name}")
    receipts.finish(conn, one.receipt.receipt_id)
    return Received(receipts=1, entries=len(one.readings))


def _read(db: Database, reader: Reads, receipt: Receipt) -> _Outcome:
    """Read a receipt and fingerprint what it tells: everything that takes time is done here."""
    if receipt.attempts >= MAX_ATTEMPTS:
        return _Outcome(receipt, unreadable=f"its worker died {MAX_ATTEMPTS} times while reading it")
    with db.read() as conn:
        document = receipts.document(conn, receipt)
    try:
        parsed = reader.read(document)
    except Unreadable as error:
        return _Outcome(receipt, unreadable=str(error))
    readings = [Reading(draft, fingerprint(draft), postings(draft)) for draft in parsed.drafts]
    return _Outcome(receipt, readings, parsed.drops)


def settle(db: Database, clock: Clock, *, lease_seconds: float = 120, limit: int = 200) -> Settled:
    """Link up to `limit` changed entries: evidence → stories → change log, in one transaction.

    Raises:
        LeaseLost: another worker took over meanwhile; nothing was written.
    """
    held = leases.acquire(db, "link", lease_seconds, clock())
    if held is None:
        return Settled(busy=True)
    try:
        with db.read() as conn:
            plan = _plan(conn, limit)
        if not plan.linked:
            return Settled()
        with db.write() as conn:
            leases.fence(conn, held)
            changes = links.commit(conn, plan, clock())
    finally:
        leases.release(db, held)
    return Settled(entries=len(plan.linked), changes=changes)


def drain(
    db: Database, reader: Reads, clock: Clock, *, backfill_after_days: int = 14
) -> tuple[Received, Settled]:
    """Run both stages in this process until nothing is left to read or to link."""
    received, entry_count, changes = Received(), 0, 0
    while (step := receive(db, reader, clock, backfill_after_days=backfill_after_days)).receipts:
        received += step
    while (linked := settle(db, clock)).entries:
        entry_count += linked.entries
        changes += linked.changes
    return received, Settled(entries=entry_count, changes=changes, busy=linked.busy)


def preview(db: Database, reader: Reads, document: Document) -> list[dict[str, Any]]:
    """Return what would come of a document, one dict a draft; nothing is stored.

    Raises:
        Unreadable: the document cannot be read.
    """
    parsed = reader.read(document)
    with db.read() as conn:
        return [_previewed(conn, document, draft) for draft in parsed.drafts]


def _previewed(conn: Connection, document: Document, draft: Draft) -> dict[str, Any]:
    return {
        "act": draft.act,
        "kind": draft.kind,
        "external_id": draft.external_id,
        "title": draft.title,
        "summary": draft.summary,
        "published": draft.published.text(),
        "published_basis": draft.published.basis,
        "doc_numbers": list(draft.doc_numbers),
        "topics": list(draft.topics),
    } | _foreseen(conn, document, draft)


def _foreseen(conn: Connection, document: Document, draft: Draft) -> dict[str, Any]:
    """Return what a draft would be: by its own entry if the source has told it before, else by its text."""
    entry_id = entries.find(conn, document.source.source_id, document.form, draft)
    node = None if entry_id is None else links.nodes(conn, [entry_id]).get(entry_id)
    story_id = None if node is None else node.story_id
    if draft.act is Act.WITHDRAW:
        return {"verdict": None, "because": "gỡ bài này", "story_id": story_id}
    because = "" if entry_id is None else entries.foreseen(conn, entry_id, draft, document.received_at)
    if because:
        return {"verdict": Verdict.REVISES, "because": because, "story_id": story_id}
    side = Side(
        entry_id=EntryId("preview"),
        source_id=document.source.source_id,
        kind=draft.kind,
        bulletin_id=draft.bulletin_id,
        bulletin_number=draft.bulletin_number,
        print=fingerprint(draft),
        urls=frozenset({draft.canonical_url} - {""}),
        links=frozenset(draft.links),
        ids=frozenset({draft.guid, draft.external_id} - {""}),
    )
    near = links.nodes(conn, links.candidates(conn, side, WINDOW, postings(draft)))
    edges = [decide(side, node.side) for node in near.values() if not node.withdrawn]
    joins = [edge for edge in edges if edge.relation is Relation.JOIN]
    best = max(joins, key=lambda edge: (edge.score, edge.a, edge.b), default=None)
    other = None if best is None else near[best.b if best.a == side.entry_id else best.a]
    return {
        "verdict": Verdict.NEW if best is None else Verdict.JOINS,
        "because": "" if best is None else best.because,
        "story_id": None if other is None else other.story_id,
    }


def _plan(conn: Connection, limit: int) -> Plan:
    """Read the evidence around the changed entries and compute what is to be written."""
    linked, known, near = _next(conn, limit)
    changed = {entry_id for entry_id, _ in linked}
    known |= links.nodes(conn, set().union(*near.values()) - known.keys())
    fresh = _decided(near, known)
    around = _closure(conn, changed, fresh)
    known |= links.nodes(conn, around.entries - known.keys())
    here = {entry_id: known[entry_id] for entry_id in sorted(around.entries & known.keys())}
    members = {entry_id: _member(node) for entry_id, node in here.items()}
    groups = group(members, around.edges, around.words)
    stories = links.known_stories(conn, {node.story_id for node in here.values() if node.story_id})
    told, ended, homes = _retold(conn, groups, here, around.edges, stories)
    return Plan(linked=linked, edges=fresh, homes=homes, told=told, ended=ended)


def _next(
    conn: Connection, limit: int
) -> tuple[list[tuple[EntryId, int]], dict[EntryId, Node], dict[EntryId, set[EntryId]]]:
    """Return the changed entries to link now, their nodes and their candidates.

    A flood of look-alikes gives each entry hundreds of candidates, so a batch ends where its pairs
    would take longer than a lease allows; the rest is the next batch.
    """
    waiting = links.unlinked(conn, limit)
    known = links.nodes(conn, [entry_id for entry_id, _ in waiting])
    near: dict[EntryId, set[EntryId]] = {}
    linked: list[tuple[EntryId, int]] = []
    pairs = 0
    for entry_id, touched in waiting:
        if linked and pairs > _MOST_PAIRS:
            break
        linked.append((entry_id, touched))
        if entry_id in known:
            near[entry_id] = links.candidates(conn, known[entry_id].side, WINDOW)
            pairs += len(near[entry_id])
    return linked, known, near


def _decided(near: dict[EntryId, set[EntryId]], known: dict[EntryId, Node]) -> list[Edge]:
    """Decide every pair once; pairs that have nothing to do with each other leave no edge."""
    pairs = {(min(a, b), max(a, b)) for a, others in near.items() for b in others if b in known}
    edges = (decide(known[a].side, known[b].side) for a, b in sorted(pairs))
    return [edge for edge in edges if edge.relation is not Relation.NONE]


@dataclass(frozen=True, slots=True)
class _Around:
    """Every entry that the changed ones may share a story with, and all evidence among them."""

    entries: set[EntryId]
    edges: list[Edge]
    words: list[Word]


def _closure(conn: Connection, changed: set[EntryId], fresh: Sequence[Edge]) -> _Around:
    """Follow old and new edges, stories and words until nothing new turns up."""
    edges = {(edge.a, edge.b): edge for edge in fresh}
    entries: set[EntryId] = set()
    frontier = changed | {end for edge in links.edges_of(conn, changed) for end in (edge.a, edge.b)}
    frontier |= {end for edge in fresh for end in (edge.a, edge.b)}
    while frontier:
        entries |= frontier
        stored = links.edges_of(conn, frontier)
        edges |= {(edge.a, edge.b): edge for edge in stored if not {edge.a, edge.b} & changed}
        reached = {
            end for edge in edges.values() if edge.relation is Relation.JOIN for end in (edge.a, edge.b)
        }
        spoken = {end for word in links.words(conn, frontier) for end in (word.a, word.b) if end}
        frontier = (reached | spoken | links.story_mates(conn, frontier)) - entries
    inside = [edge for edge in edges.values() if edge.a in entries and edge.b in entries]
    return _Around(entries, inside, links.words(conn, entries))


def _member(node: Node) -> Member:
    draft, source = node.spoken.draft, node.spoken.source
    return Member(
        entry_id=node.side.entry_id,
        source_id=source.source_id,
        kind=draft.kind,
        has_body=bool(draft.body),
        length=node.side.print.length,
        published=draft.published,
        credited=bool(draft.credit),
        official=any(host.endswith(".gov.vn") for host in source.hosts),
        rights=source.rights,
        withdrawn=node.withdrawn,
    )


_Homes = dict[EntryId, tuple[StoryId, Decision]]


def _retold(
    conn: Connection,
    groups: Sequence[Group],
    here: dict[EntryId, Node],
    edges: Sequence[Edge],
    stories: dict[StoryId, tuple[Story, Known]],
) -> tuple[list[Told], list[Ended], _Homes]:
    """Give each group its story and each story its end."""
    spoken = {entry_id: node.spoken for entry_id, node in here.items()}
    fates = fate(groups, [known for _, known in stories.values()])
    told: list[Told] = []
    homes: _Homes = {}
    for one in groups:
        story_id = fates.kept.get(one.lead) or _founded(conn, one, here)
        before = stories[story_id][0] if story_id in stories else None
        decisions = face.decisions(one, spoken, edges)
        homes |= {entry_id: (story_id, decisions[entry_id]) for entry_id in one.members}
        backfill = all(here[entry_id].backfill for entry_id in one.members)
        told.append(
            Told(
                story_id=story_id,
                kind=_kind(before, one.lead in fates.origins),
                face=face.face(one, spoken, decisions),
                lead=one.lead,
                first_seen=_first_seen(one, here, before, backfill=backfill),
                backfill=backfill and (before is None or before.backfill),
                before=before,
            )
        )
    ended = [
        Ended(stories[story_id][0], fates.merged.get(story_id))
        for story_id in sorted(fates.gone | fates.merged.keys())
        if stories[story_id][0].state is StoryState.LIVE
    ]
    return told, ended, homes


def _founded(conn: Connection, one: Group, here: dict[EntryId, Node]) -> StoryId:
    """Return the id of a new story: its first entry's, unless a living story bears that."""
    founder = min(one.members, key=lambda entry_id: (here[entry_id].first_seen, entry_id))
    taken: set[StoryId] = set()
    while True:
        story_id = new_id(founder, taken)
        bearer = stories_store.get(conn, story_id)
        if bearer is None or bearer.state is not StoryState.LIVE:
            return story_id
        taken.add(story_id)


def _kind(before: Story | None, split: bool) -> ChangeKind:  # noqa: FBT001
    if before is not None:
        return ChangeKind.UPDATED
    return ChangeKind.SPLIT_FROM if split else ChangeKind.CREATED


def _first_seen(one: Group, here: dict[EntryId, Node], before: Story | None, *, backfill: bool) -> datetime:
    """Return when a story was first news; an old one that becomes news starts then."""
    if before is not None and (backfill or not before.backfill):
        return before.first_seen
    nodes = [here[entry_id] for entry_id in one.members]
    return min(node.first_seen for node in nodes if backfill or not node.backfill)
