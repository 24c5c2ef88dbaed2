"""Receipts for which no entry stands yet, or never will: embargoed, waiting, quarantined, dropped."""

import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.glimpse import Glimpse, glimpse
from pipeline.model import Form, SourceId
from pipeline.store import codec
from pipeline.store.receipts import ReceiptState
from pipeline.store.schema import blob, receipt
from pipeline.urls import canonical

_STATES = (ReceiptState.EMBARGOED, ReceiptState.QUARANTINED, ReceiptState.RECEIVED, ReceiptState.DROPPED)
_MOST = 1_000  # receipts of one state that are looked at, the newest
_MOST_BYTES = 30_000_000  # of them
_CHUNK = 100


@dataclass(frozen=True, slots=True)
class Unread:
    """A receipt and what it calls itself; `not_before`: the end of its embargo."""

    receipt_id: int
    source_id: SourceId
    form: Form
    state: ReceiptState
    reason: str
    received_at: datetime
    not_before: datetime | None
    named: Glimpse


def called(conn: Connection, names: Collection[str]) -> list[Unread]:
    """Return those that call themselves by one of the names, an id or an address, by id of the receipt.

    Of each state the newest 1,000 are looked at, and 30 MB of their bytes at most.
    """
    found = []
    for state in _STATES:
        query = select(receipt.c.receipt_id).where(receipt.c.state == state)
        newest = conn.scalars(query.order_by(receipt.c.receipt_id.desc()).limit(_MOST)).all()
        found += [one for one in _read(conn, newest) if _is_called(one.named, names)]
    return sorted(found, key=lambda one: one.receipt_id)


def glimpses(conn: Connection, receipt_ids: Collection[int]) -> dict[int, Glimpse]:
    """Return what receipts call themselves, as far as 30 MB of their bytes go."""
    return {one.receipt_id: one.named for one in _read(conn, sorted(set(receipt_ids)))}


def _is_called(named: Glimpse, names: Collection[str]) -> bool:
    told = {named.external_id, named.url, canonical(named.url)} - {""}
    return not told.isdisjoint(names)


def _read(conn: Connection, receipt_ids: Collection[int]) -> Iterator[Unread]:
    """Yield receipts in the order of their ids as given, until the bytes are too many."""
    wanted, left = list(receipt_ids), _MOST_BYTES
    of_bytes = receipt.join(blob, blob.c.sha256 == receipt.c.sha256)
    for start in range(0, len(wanted), _CHUNK):
        mine = receipt.c.receipt_id.in_(wanted[start : start + _CHUNK])
        query = select(receipt.c.receipt_id, blob.c.size).select_from(of_bytes).where(mine)
        size = {one.receipt_id: one.size for one in conn.execute(query)}
        fitting = []
        for receipt_id in wanted[start : start + _CHUNK]:
            left -= size[receipt_id]
            if left >= 0:
                fitting.append(receipt_id)
        query = select(receipt, blob.c.packed).select_from(of_bytes)
        rows = conn.execute(query.where(receipt.c.receipt_id.in_(fitting)))
        found = {row.receipt_id: _unread(row) for row in rows}
        yield from (found[receipt_id] for receipt_id in fitting)
        if left < 0:
            return


def _unread(row: Any) -> Unread:
    form = Form(row.form)
    return Unread(
        receipt_id=row.receipt_id,
        source_id=SourceId(row.source_id),
        form=form,
        state=ReceiptState(row.state),
        reason=row.reason,
        received_at=row.received_at,
        not_before=row.not_before,
        named=glimpse(form, codec.load_given(row.given), zlib.decompress(row.packed)),
    )
