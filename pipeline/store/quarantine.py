"""What was put aside: receipts that no stage could take, and single items that an editor is to look at.

An item is named by its source and the hash of its text; the rest of its receipt went on. To read it again
is to read its receipt again, which passes over what stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, select

from pipeline.errors import NotFound
from pipeline.model import EntryId, SourceId
from pipeline.store import receipts, words
from pipeline.store.receipts import Receipt
from pipeline.store.schema import alias, held, receipt

_CHUNK = 400
_LONGEST_TITLE = 300
_KIND = 8  # characters of an item's reason that tell its kind


class ItemState(StrEnum):
    """What became of what was put aside. `ARCHIVED`: released as old news."""

    OPEN = "open"
    REPLAYED = "replayed"
    ARCHIVED = "archived"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Held:
    """One quarantined receipt, or one item of it (`external_id`, `text_hash`); `state` is an `ItemState`."""

    held_id: int
    receipt_id: int
    stage: str
    reason: str
    at: datetime
    state: str
    external_id: str = ""
    source_id: str | None = None
    text_hash: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class HeldItem:
    """An item to be put aside: its name, its text's hash, its headline, the counter's name and the reason."""

    external_id: str
    text_hash: str
    title: str
    why: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pile:
    """What of one source is held at one stage for one kind of reason: the first of it, and how many."""

    first: Held
    count: int
    titles: tuple[str, ...] = ()


def listed(
    conn: Connection, state: str = ItemState.OPEN, source_id: str = "", *, limit: int | None = None
) -> list[Held]:
    """Return what is held (of one source), oldest first."""
    query = select(held).where(held.c.state == state).order_by(held.c.held_id).limit(limit)
    if source_id:
        query = query.where(held.c.source_id == source_id)
    return [Held(*row) for row in conn.execute(query)]


def piles(conn: Connection, limit: int = 100, titles: int = 3) -> list[Pile]:
    """Return what is open by source, stage and kind of reason, each with some headlines; oldest first."""
    first = func.min(held.c.held_id)
    query = select(first, func.count()).where(held.c.state == ItemState.OPEN)
    by = query.group_by(held.c.source_id, held.c.stage, _kind()).order_by(first).limit(limit)
    found = []
    for held_id, count in conn.execute(by).all():
        alike = pile(conn, held_id, titles)
        found.append(Pile(alike[0], count, tuple(one.title for one in alike if one.text_hash)))
    return found


def pile(conn: Connection, held_id: int, limit: int) -> list[Held]:
    """Return what is open for the same kind of reason as one that is, oldest first. Raises NotFound."""
    alike = _alike(conn, held_id)
    query = select(held).where(*alike, held.c.state == ItemState.OPEN).order_by(held.c.held_id)
    return [Held(*row) for row in conn.execute(query.limit(limit))]


def count_open(conn: Connection) -> int:
    """Return how many receipts and items are open."""
    query = select(func.count()).select_from(held).where(held.c.state == ItemState.OPEN)
    return conn.scalar(query) or 0


def get(conn: Connection, held_id: int) -> Held:
    """Return one by its number. Raises NotFound."""
    row = conn.execute(select(held).where(held.c.held_id == held_id)).one_or_none()
    if row is None:
        raise NotFound(f"quarantine {held_id}", "there is no such number; see `quarantine list`")
    return Held(*row)


def body(conn: Connection, held_id: int) -> bytes:
    """Return the bytes that were put aside, for an item those of its receipt. Raises NotFound."""
    return receipts.body(conn, get(conn, held_id).receipt_id)


def hold(conn: Connection, of: Receipt, items: Iterable[HeldItem], stage: str, now: datetime) -> None:
    """Put items of a receipt aside; the receipt itself goes on."""
    rows = [
        {
            "receipt_id": of.receipt_id,
            "stage": stage,
            "reason": one.reason,
            "at": now,
            "state": ItemState.OPEN,
            "external_id": one.external_id,
            "source_id": of.source_id,
            "text_hash": one.text_hash,
            "title": one.title[:_LONGEST_TITLE],
        }
        for one in items
    ]
    if rows:
        conn.execute(held.insert(), rows)


def known_items(conn: Connection, source_id: SourceId, text_hashes: Sequence[str]) -> dict[str, ItemState]:
    """Return what became of those of a source's texts that were ever held; the newest word counts."""
    found: dict[str, ItemState] = {}
    for start in range(0, len(text_hashes), _CHUNK):
        part = text_hashes[start : start + _CHUNK]
        mine = (held.c.source_id == source_id, held.c.text_hash.in_(part), held.c.text_hash != "")
        query = select(held.c.text_hash, held.c.state).where(*mine).order_by(held.c.held_id)
        found |= {row.text_hash: ItemState(row.state) for row in conn.execute(query)}
    return found


def released(conn: Connection, source_id: SourceId, external_ids: Iterable[str]) -> set[str]:
    """Return under which of a source's names the newest item that was held was released."""
    wanted = sorted(set(external_ids))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        mine = (held.c.source_id == source_id, held.c.external_id.in_(wanted[start : start + _CHUNK]))
        query = select(held.c.external_id, held.c.state).where(*mine, held.c.text_hash != "")
        found |= {row.external_id: row.state for row in conn.execute(query.order_by(held.c.held_id))}
    return {name for name, state in found.items() if state in (ItemState.REPLAYED, ItemState.ARCHIVED)}


def close(conn: Connection, source_id: SourceId, entry_ids: Sequence[EntryId]) -> None:
    """Give up what is open of a source's entries that were taken out: their pages and revisions."""
    for start in range(0, len(entry_ids), _CHUNK):
        mine = (alias.c.source_id == source_id, alias.c.entry_id.in_(entry_ids[start : start + _CHUNK]))
        names = select(alias.c.value).where(*mine, alias.c.kind.in_(("id", "guid")))
        of_them = (held.c.source_id == source_id, held.c.text_hash != "", held.c.external_id.in_(names))
        _end(conn, of_them, ItemState.DROPPED)


def replay(conn: Connection, held_id: int, *, as_old: bool = False, whole: bool = False) -> int:
    """Send a receipt through the stages once more, or release an item; return how many this was.

    `as_old`: an item is released as old news, for the archive alone. `whole`: its pile with it.
    Raises NotFound.
    """
    return _release(conn, _alike(conn, held_id, whole=whole), as_old=as_old)


def replay_all(conn: Connection, source_id: str, *, as_old: bool = False) -> int:
    """Release everything of a source that is open; return how many this was."""
    return _release(conn, (held.c.source_id == source_id,), as_old=as_old)


def drop(conn: Connection, held_id: int, *, whole: bool = False) -> int:
    """Give a receipt or an item up, or its pile with it; the bytes stay. Raises NotFound."""
    return _give_up(conn, _alike(conn, held_id, whole=whole))


def drop_all(conn: Connection, source_id: str) -> int:
    """Give up everything of a source that is open; return how many this was."""
    return _give_up(conn, (held.c.source_id == source_id,))


def _alike(conn: Connection, held_id: int, *, whole: bool = True) -> tuple[ColumnElement[bool], ...]:
    """Return the condition of one, or of its pile. Raises NotFound."""
    one = get(conn, held_id)
    if not whole:
        return (held.c.held_id == held_id,)
    same = _kind() == (one.reason[:_KIND] if one.text_hash else one.reason)
    source = held.c.source_id == one.source_id
    return (source, held.c.stage == one.stage, same)


def _kind() -> ColumnElement[str]:
    """Return the kind of a reason: an item's begins with it, a receipt's is all of it."""
    return case((held.c.text_hash != "", func.substr(held.c.reason, 1, _KIND)), else_=held.c.reason)


def _release(conn: Connection, mine: Sequence[ColumnElement[bool]], *, as_old: bool) -> int:
    rows = _end(conn, mine, ItemState.ARCHIVED if as_old else ItemState.REPLAYED)
    again = sorted({row.receipt_id for row in rows})
    for start in range(0, len(again), _CHUNK):
        part = receipt.c.receipt_id.in_(again[start : start + _CHUNK])
        values = {"state": receipts.ReceiptState.RECEIVED, "attempts": 0, "leased_until": None}
        conn.execute(receipt.update().where(part).values(values))
    names: dict[str, set[str]] = {}
    for row in rows:
        if row.text_hash:
            names.setdefault(row.source_id, set()).add(row.external_id)
    for source_id, told in sorted(names.items()):
        words.let_go(conn, source_id, told)
    return len(rows)


def _give_up(conn: Connection, mine: Sequence[ColumnElement[bool]]) -> int:
    rows = _end(conn, mine, ItemState.DROPPED)
    whole = sorted({row.receipt_id for row in rows if not row.text_hash})
    for start in range(0, len(whole), _CHUNK):
        part = receipt.c.receipt_id.in_(whole[start : start + _CHUNK])
        values = {"state": receipts.ReceiptState.DROPPED, "attempts": 0, "leased_until": None}
        conn.execute(receipt.update().where(part).values(values))
    return len(rows)


def _end(conn: Connection, mine: Sequence[ColumnElement[bool]], state: ItemState) -> Sequence[Row[Any]]:
    """Give what is open a state; return receipts, sources, names and hashes of texts."""
    ended = held.update().where(*mine, held.c.state == ItemState.OPEN).values(state=state)
    told = (held.c.receipt_id, held.c.source_id, held.c.external_id, held.c.text_hash)
    return conn.execute(ended.returning(*told)).all()
