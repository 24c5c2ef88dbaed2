"""Every text that an entry ever had, in the order of its telling, with its names and times.

Read in pages: a page that a publisher's clock changes at every poll has thousands of versions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from pipeline.becoming import because
from pipeline.errors import NotFound
from pipeline.model import Decision, Draft, EntryId, EntryKind, Source, SourceId, StoryId, Verdict
from pipeline.store import codec, sources
from pipeline.store.entries import in_order, is_withdrawn
from pipeline.store.schema import alias, entry, receipt, receipt_entry, version
from pipeline.store.words import removed

_MOST_NAMES = 500


@dataclass(frozen=True, slots=True)
class Name:
    """A name that the publisher gave the entry. `kind`: id, name (of a file), guid or url."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Version:
    """One text of an entry.

    Args:
        rank: 1 for the first; the last one is current.
        told_at: by which the order goes: the source's own time, else when it was received.
        received_at: when it first came.
        last_received_at: when it last came, in one of `receipts` receipts.
    """

    rank: int
    draft: Draft
    current: bool
    told_at: datetime
    received_at: datetime
    last_received_at: datetime
    receipts: int
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class History:
    """An entry with some of its versions, in order; `total` counts all."""

    entry_id: EntryId
    source: Source
    kind: EntryKind
    bulletin_id: str
    bulletin_number: int
    story_id: StoryId | None
    withdrawn: bool
    names: tuple[Name, ...]
    total: int
    versions: tuple[Version, ...]


def is_begun(conn: Connection, entry_id: EntryId) -> bool:
    """Say whether only the beginning of an entry was told: no text of it has a body."""
    told = conn.scalars(select(version.c.draft).where(version.c.entry_id == entry_id)).all()
    return bool(told) and not any(draft["body"] for draft in told)


def count(conn: Connection, entry_id: str) -> int:
    """Return how many versions an entry has, 0 for an unknown one."""
    query = select(func.count()).select_from(version).where(version.c.entry_id == entry_id)
    return conn.scalar(query) or 0


def history(conn: Connection, entry_id: str, first: int, last: int) -> History:
    """Return an entry with its versions `first` to `last`, counted from 1; those it lacks are left out.

    Raises:
        NotFound: there is no such entry, or it was withdrawn before it told anything.
    """
    known = conn.execute(select(entry).where(entry.c.entry_id == entry_id)).one_or_none()
    order = _orders(conn, [entry_id]).get(entry_id, [])
    if known is None or not order:
        raise NotFound(entry_id, "there is no such entry")
    wanted = [one.text_hash for one in order[max(first, 1) - 1 : max(last, 0)]]
    texts = {*wanted, order[-1].text_hash}
    query = select(version.c.text_hash, version.c.draft)
    rows = conn.execute(query.where(version.c.entry_id == entry_id, version.c.text_hash.in_(texts)))
    drafts = {row.text_hash: codec.load_draft(row.draft) for row in rows}
    withdrawn = bool(removed(conn, [EntryId(entry_id)]))
    withdrawn = withdrawn or _is_withdrawn(known, order, drafts[order[-1].text_hash])
    received = _received(conn, [entry_id])
    source = sources.get(conn, SourceId(known.source_id))
    assert source is not None
    return History(
        entry_id=EntryId(known.entry_id),
        source=source,
        kind=EntryKind(known.kind),
        bulletin_id=known.bulletin_id,
        bulletin_number=known.bulletin_number,
        story_id=None if known.story_id is None else StoryId(known.story_id),
        withdrawn=withdrawn,
        names=_names(conn, entry_id),
        total=len(order),
        versions=tuple(
            Version(
                rank=rank,
                draft=drafts[one.text_hash],
                current=rank == len(order) and not withdrawn,
                told_at=one.told_at,
                received_at=received[entry_id, one.text_hash].first,
                last_received_at=received[entry_id, one.text_hash].last,
                receipts=received[entry_id, one.text_hash].receipts,
                decision=None if withdrawn else _decision(known, rank),
            )
            for rank, one in enumerate(order, 1)
            if one.text_hash in wanted
        ),
    )


def newest(conn: Connection, entry_ids: Iterable[EntryId], most: int) -> dict[EntryId, tuple[Version, ...]]:
    """Return the last `most` versions of entries that are told, in order; four statements for all of them."""
    mine = sorted(set(entry_ids))
    if not mine:
        return {}
    rows: Sequence[Any] = conn.execute(select(entry).where(entry.c.entry_id.in_(mine))).all()
    known = {row.entry_id: row for row in rows}
    orders = _orders(conn, mine)
    wanted = {
        (entry_id, one.text_hash): (rank, one, rank == len(order))
        for entry_id, order in orders.items()
        for rank, one in enumerate(order, 1)
        if rank > len(order) - most
    }
    hashes = {text_hash for _, text_hash in wanted}
    texts = select(version.c.entry_id, version.c.text_hash, version.c.draft)
    texts = texts.where(version.c.entry_id.in_(mine), version.c.text_hash.in_(hashes))
    drafts = {(row.entry_id, row.text_hash): row.draft for row in conn.execute(texts)}
    received = _received(conn, mine)
    found: dict[EntryId, tuple[Version, ...]] = {}
    for key, (rank, one, is_last) in wanted.items():
        entry_id = EntryId(key[0])
        told = Version(
            rank=rank,
            draft=codec.load_draft(drafts[key]),
            current=is_last,
            told_at=one.told_at,
            received_at=received[key].first,
            last_received_at=received[key].last,
            receipts=received[key].receipts,
            decision=_decision(known[entry_id], rank),
        )
        found[entry_id] = (*found.get(entry_id, ()), told)
    return found


def seen_at(conn: Connection, ranks: Mapping[EntryId, int]) -> dict[EntryId, datetime]:
    """Return when a version of each entry first came, by its rank; the current one's for a rank that is none.

    An unknown entry is left out.
    """
    mine = sorted(ranks)
    if not mine:
        return {}
    received = _received(conn, mine)
    found = {}
    for name, order in _orders(conn, mine).items():
        entry_id = EntryId(name)
        rank = ranks[entry_id] if 0 < ranks[entry_id] <= len(order) else len(order)
        found[entry_id] = received[entry_id, order[rank - 1].text_hash].first
    return found


def _orders(conn: Connection, entry_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """Return what the order of each entry's versions hangs on, in that order, without their texts."""
    draft = version.c.draft
    query = select(
        version.c.entry_id,
        version.c.text_hash,
        version.c.told_at,
        version.c.receipt_id,
        (draft["body"].as_string() != "").label("has_body"),
        draft["updated"].as_string().label("updated"),
        draft["retold"].as_string().label("retold"),
    )
    rows: Sequence[Any] = conn.execute(query.where(version.c.entry_id.in_(entry_ids))).all()
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.entry_id, []).append(row)
    return {entry_id: in_order(rows) for entry_id, rows in found.items()}


def _is_withdrawn(known: Row[Any], order: Sequence[Row[Any]], current: Draft) -> bool:
    said = (text for one in order for text in (one.updated, one.retold) if text is not None)
    times = (datetime.fromisoformat(text) for text in said)
    return is_withdrawn(known.withdrawn_at, (replace(current, updated=time) for time in times))


def _received(conn: Connection, entry_ids: Sequence[str]) -> dict[tuple[str, str], Row[Any]]:
    """Return when each text came, by its entry and its hash."""
    at = receipt.c.received_at
    query = (
        select(
            receipt_entry.c.entry_id,
            receipt_entry.c.text_hash,
            func.min(at).label("first"),
            func.max(at).label("last"),
            func.count().label("receipts"),
        )
        .join(receipt, receipt.c.receipt_id == receipt_entry.c.receipt_id)
        .where(receipt_entry.c.entry_id.in_(entry_ids))
        .group_by(receipt_entry.c.entry_id, receipt_entry.c.text_hash)
    )
    return {(row.entry_id, row.text_hash): row for row in conn.execute(query)}


def _names(conn: Connection, entry_id: str) -> tuple[Name, ...]:
    query = select(alias.c.kind, alias.c.value).where(
        alias.c.entry_id == entry_id, alias.c.kind.in_(("id", "name", "guid", "url"))
    )
    rows = conn.execute(query.order_by(alias.c.kind, alias.c.value).limit(_MOST_NAMES))
    ids = [Name(row.kind, row.value) for row in rows]
    said = {name.value for name in ids if name.kind == "id"}
    return tuple(name for name in ids if name.kind != "guid" or name.value not in said)


def _decision(known: Row[Any], rank: int) -> Decision | None:
    """Return what a version is: a revision, or what its entry was taken for."""
    if rank > 1:
        return Decision(Verdict.REVISES, 1.0, because(rank, stands=True))
    return None if known.verdict is None else Decision(Verdict(known.verdict), known.score, known.because)
