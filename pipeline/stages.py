"""The stages between a receipt and a story: read, decide, commit. Each drains state in batches.

receive: unread receipts → entries, many workers at once.
settle:  changed entries → edges, stories and the change log, one worker at a time.

Running a stage twice, in parallel, in other batches or in another order changes no result.
"""

import gc
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from pipeline import admission, linking, observing
from pipeline.becoming import Became
from pipeline.dedup import Relation, Side, decide
from pipeline.errors import EngineUnavailable, Starved, Unreadable
from pipeline.habits import Signs
from pipeline.habits import read as signs_of
from pipeline.model import Act, Document, Draft, EntryId, Form, Hints, Parsed, SourceId, Verdict
from pipeline.pace import MOST, Pace
from pipeline.similarity import facts
from pipeline.store import (
    Connection,
    Database,
    counters,
    entries,
    habits,
    intakes,
    leases,
    links,
    outcomes,
    prints,
    receipts,
    subscriptions,
)
from pipeline.store.habits import Doors
from pipeline.store.prints import Reading
from pipeline.store.receipts import MAX_ATTEMPTS, Receipt

Clock = Callable[[], datetime]

_BATCH = 100
_MOST_READINGS = 500  # in one transaction: about 1 s of SQL
_UNSEEN = "chưa có bài này; lần gỡ được ghi nhớ"
_VERDICTS = {Became.REVISED: Verdict.REVISES, Became.REPEATED: Verdict.REPEATS}
_READING_SHARE = 0.25  # of a lease, after which a batch is committed as it stands


class Reads(Protocol):
    """Whoever turns a document into drafts: `pipeline.reader.Reader`, or `parse` itself."""

    def read(self, document: Document) -> Parsed:
        """Return the drafts. Raises Unreadable, Starved or EngineUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """What one call of `receive` did."""

    receipts: int = 0
    entries: int = 0
    quarantined: int = 0
    held: int = 0  # items of them

    def __add__(self, other: "Received") -> "Received":
        """Add up counts."""
        return Received(
            self.receipts + other.receipts,
            self.entries + other.entries,
            self.quarantined + other.quarantined,
            self.held + other.held,
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """What one call of `settle` did. `busy`: somebody else is settling; `last`: the batch's last entry."""

    entries: int = 0
    changes: int = 0
    busy: bool = False
    last: str = ""


def receive(
    db: Database,
    reader: Reads,
    clock: Clock,
    *,
    lease_seconds: float = 120,
    backfill_after_days: int = 14,
    limit: int = _BATCH,
    seconds: float = math.inf,
) -> Received:
    """Read up to `limit` unread receipts into entries; after `seconds` no other one is begun.

    A receipt that cannot be read is quarantined with the reason; one that keeps killing its
    reader, or never gets on, is quarantined after `MAX_ATTEMPTS`. An interruption counts as an
    attempt of the one that was being read; the others are free again.

    Raises:
        EngineUnavailable: the reader or SQL is away; nothing is lost, the receipts are free again.
    """
    with db.write() as conn:
        claimed = receipts.claim(conn, clock(), lease_seconds, limit)
    outcomes: list[_Outcome] = []
    enough = clock() + timedelta(seconds=min(lease_seconds * _READING_SHARE, seconds))
    try:
        with _interruptible(db, claimed, outcomes):
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
        days = [admission.local_day(one.receipt.received_at) for one in outcomes]
        doors = habits.of(conn, {one.receipt.source_id for one in outcomes}, max(days, default=0))
        for one in outcomes:
            done += _keep(conn, one, doors, clock(), backfill_after_days)
    return done


@contextmanager
def _interruptible(
    db: Database, claimed: Sequence[Receipt], outcomes: Sequence["_Outcome"]
) -> Iterator[None]:
    """Give back what was claimed, but for what is being read, if Celery's soft time limit interrupts it."""
    is_cut_off = True
    try:
        yield
        is_cut_off = False
    except EngineUnavailable:
        is_cut_off = False
        raise
    finally:
        if is_cut_off:
            _put_back(db, [*claimed[: len(outcomes)], *claimed[len(outcomes) + 1 :]])


def _put_back(db: Database, left: Sequence[Receipt]) -> None:
    if left:
        with db.write() as conn:
            receipts.put_back(conn, [receipt.receipt_id for receipt in left])


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What reading a receipt gave: its readings and drops, or why there are none."""

    receipt: Receipt
    readings: Sequence[tuple[Reading, Signs]] = ()
    drops: Sequence[tuple[str, str]] = ()
    unreadable: str = ""
    starved: bool = False
    hints: Hints | None = None
    items: Sequence[str] = ()


def _keep(
    conn: Connection, one: _Outcome, doors: dict[SourceId, Doors], now: datetime, backfill_after_days: int
) -> Received:
    if one.unreadable:
        receipts.quarantine(conn, one.receipt.receipt_id, "receive", one.unreadable, now)
        return Received(receipts=1, quarantined=1)
    if one.starved:
        receipts.put_back(conn, [one.receipt.receipt_id], tried=True)
        return Received(receipts=1)
    admitted = admission.admit(conn, one.receipt, one.readings, doors, backfill_after_days, now)
    made = [
        entries.commit(conn, one.receipt, item.reading, backfill=item.old is not None)
        for item in admitted.kept
    ]
    admission.count(conn, one.receipt, admitted, made, doors, now)
    if one.receipt.form is Form.FEED:
        news = [item.reading.draft for item, entry in zip(admitted.kept, made, strict=True) if entry.fresh]
        subscriptions.polled(conn, one.receipt, one.hints, news, now)
        told = [(item.reading.draft, entry.fresh) for item, entry in zip(admitted.kept, made, strict=True)]
        observing.observe(conn, one.receipt, told, now)
    if one.receipt.form is Form.FEED and one.receipt.intake_id is not None:
        intakes.remember(conn, one.receipt.intake_id, one.receipt.receipt_id, one.hints, one.items)
    for name, _detail in one.drops:
        counters.add(conn, f"drop_{name}")
    receipts.finish(conn, one.receipt.receipt_id)
    return Received(receipts=1, entries=len(made), held=len(admitted.held))


def _read(db: Database, reader: Reads, receipt: Receipt) -> _Outcome:
    """Read a receipt and fingerprint what it tells: everything that takes time is done here."""
    if receipt.attempts >= MAX_ATTEMPTS:
        return _Outcome(receipt, unreadable=f"its reading did not end in {MAX_ATTEMPTS} tries")
    with db.read() as conn:
        document = receipts.document(conn, receipt)
        if receipt.form is Form.FEED and receipt.intake_id is not None:
            known = intakes.known_items(conn, receipt.intake_id, receipt.receipt_id)
            document = replace(document, known=known)
    try:
        parsed = reader.read(document)
    except Unreadable as error:
        return _Outcome(receipt, unreadable=str(error))
    except Starved:
        return _Outcome(receipt, starved=True)
    drafts = parsed.drafts
    if receipt.form is Form.PAGE and receipt.intake_id is not None:
        with db.read() as conn:
            drafts = observing.with_stub(conn, receipt, parsed)
    hosts = document.source.hosts
    readings = [(prints.reading(draft), signs_of(draft, hosts)) for draft in drafts]
    return _Outcome(receipt, readings, parsed.drops, hints=parsed.hints, items=parsed.items)


def settle(
    db: Database, clock: Clock, *, lease_seconds: float = 120, limit: int = MOST, after: str = ""
) -> Settled:
    """Link up to `limit` changed entries: evidence → stories → change log, in one transaction.

    `after`: the id that the batch begins behind (`pipeline.pace`); which entries go first changes no result.

    Raises:
        LeaseLost: another worker took over meanwhile; nothing was written.
    """
    held = leases.acquire(db, "link", lease_seconds, clock())
    if held is None:
        return Settled(busy=True)
    try:
        if renewed := _renew(db, held, limit):
            return Settled(entries=renewed)
        with db.snapshot() as conn, _uncollected():
            plan = linking.plan(conn, limit, after)
        if not plan.linked:
            return Settled()
        with db.write() as conn:
            leases.fence(conn, held)
            changes = links.commit(conn, plan, clock())
    finally:
        leases.release(db, held)
    return Settled(entries=len(plan.linked), changes=changes, last=plan.linked[-1][0])


def pass_over(db: Database, pace: Pace) -> Pace:
    """Return how to go on behind a batch that was cut off before it was done."""
    with db.read() as conn:
        waiting = links.unlinked(conn, pace.limit, pace.after)
    return pace.cut_off(waiting[-1][0] if waiting else "")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking the words of a batch again and again: 15 % of its time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _renew(db: Database, held: leases.Lease, limit: int) -> int:
    """Make fingerprints of older rules anew and return how many; nothing is linked before all are."""
    with db.snapshot() as conn:
        stale = prints.stale(conn, limit)
    made = [
        (entry_id, current, prints.reading(texts.pop(current)), [facts(text) for text in texts.values()])
        for entry_id, current, texts in stale
    ]
    if made:
        with db.write() as conn:
            leases.fence(conn, held)
            stands = prints.still_stale(conn, [entry_id for entry_id, *_ in made])
            for entry_id, current, reading, older in made:
                if entry_id in stands:
                    prints.keep(conn, entry_id, current, reading)
                for told in (reading.print.facts, *older):
                    prints.keep_older(conn, entry_id, told)
            entries.touch(conn, [entry_id for entry_id, *_ in made])
    return len(made)


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
    """Return what a draft would be: by its own entry if the source has told it before, else by its text.

    `became` is what its receipt would say; `verdict` is None if no text of it would stand.
    """
    entry_id = entries.find(conn, document.source.source_id, document.form, draft)
    story_id = None if entry_id is None else links.homes(conn, [entry_id]).get(entry_id)
    if entry_id is None and draft.act is Act.WITHDRAW:
        return {"verdict": None, "became": Became.WITHDRAWN, "because": _UNSEEN, "story_id": None}
    if entry_id is not None:
        became, because = outcomes.foreseen(conn, entry_id, document.form, draft, document.received_at)
        if became is not None:
            verdict = _VERDICTS.get(became)
            return {"verdict": verdict, "became": became, "because": because, "story_id": story_id}
    return _likened(conn, document, draft)


def _likened(conn: Connection, document: Document, draft: Draft) -> dict[str, Any]:
    """Return what the first text of an entry would be, by its likeness to others."""
    made = prints.reading(draft)
    side = Side(
        entry_id=EntryId("preview"),
        source_id=document.source.source_id,
        kind=draft.kind,
        bulletin_id=draft.bulletin_id,
        bulletin_number=draft.bulletin_number,
        print=made.print,
        urls=frozenset({draft.canonical_url} - {""}),
        links=frozenset(draft.links),
        ids=frozenset({draft.guid, draft.external_id} - {""}),
    )
    near = linking.near(
        conn, prints.Sought(prints.UNSTORED, made.print, made.postings, (side.source_id, side.kind))
    ) | links.named_by(conn, side)
    others = links.sides(conn, near)
    homes = links.homes(conn, others)
    edges = [decide(side, others[other]) for other in homes]
    joins = [edge for edge in edges if edge.relation is Relation.JOIN]
    best = max(joins, key=lambda edge: (edge.score, edge.a, edge.b), default=None)
    other = None if best is None else best.b if best.a == side.entry_id else best.a
    return {
        "verdict": Verdict.NEW if best is None else Verdict.JOINS,
        "became": Became.NEW if best is None else Became.JOINED,
        "because": "" if best is None else best.because,
        "story_id": None if other is None else homes[other],
    }
