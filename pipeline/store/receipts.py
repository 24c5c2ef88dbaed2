"""Receipts: raw bytes as received, each content stored once, compressed.

States: received → read (its entries stand) | quarantined → (replay) received | dropped.
A receipt's attempts are counted before its bytes are read, so that one which kills the process
is counted too and ends in quarantine.
"""

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, or_, select

from pipeline.errors import BadInput
from pipeline.model import Document, Form, Given, Source, SourceId
from pipeline.store import codec, sources
from pipeline.store.database import insert
from pipeline.store.schema import blob, held, receipt

MAX_ATTEMPTS = 10
_SUSPECT_ATTEMPTS = 2  # from here on a receipt is claimed alone, so that it harms no others


class ReceiptState(StrEnum):
    """Where a receipt is."""

    RECEIVED = "received"
    READ = "read"
    QUARANTINED = "quarantined"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes ready to be stored; made by `pack`, outside of any transaction (law 9)."""

    sha256: str
    size: int
    packed: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """The receipt's id, and whether this call made it (False: it was here before)."""

    receipt_id: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt without its bytes."""

    receipt_id: int
    source_id: SourceId
    intake_id: int | None
    form: Form
    sha256: str
    given: Given
    received_at: datetime
    push_id: str | None
    backfill: bool
    state: ReceiptState
    attempts: int
    reason: str


def pack(body: bytes) -> Content:
    """Compress and hash bytes as received."""
    return Content(hashlib.sha256(body).hexdigest(), len(body), zlib.compress(body, 6))


def add(
    conn: Connection,
    *,
    source_id: SourceId,
    form: Form,
    content: Content,
    given: Given,
    received_at: datetime,
    headers: dict[str, str] | None = None,
    push_id: str = "",
    intake_id: int | None = None,
    backfill: bool = False,
) -> Accepted:
    """Keep bytes for good; when the transaction has committed, they may be acknowledged.

    A `push_id` makes a second call with the same body a no-op.

    Raises:
        BadInput: the same `push_id` came with another body.
    """
    store = insert(conn, blob).values(sha256=content.sha256, size=content.size, packed=content.packed)
    conn.execute(store.on_conflict_do_nothing())
    values = {
        "source_id": source_id,
        "intake_id": intake_id,
        "form": form,
        "sha256": content.sha256,
        "given": codec.dump_given(given),
        "headers": headers or {},
        "received_at": received_at,
        "push_id": push_id or None,
        "backfill": backfill,
        "state": ReceiptState.RECEIVED,
    }
    made = insert(conn, receipt).values(values).on_conflict_do_nothing().returning(receipt.c.receipt_id)
    receipt_id = conn.scalar(made)
    if receipt_id is not None:
        return Accepted(receipt_id, fresh=True)
    where = (receipt.c.source_id == source_id, receipt.c.push_id == push_id)
    known = conn.execute(select(receipt.c.receipt_id, receipt.c.sha256).where(*where)).one()
    if known.sha256 != content.sha256:
        raise BadInput("webhook-id", "was used before with another body; use a new id for a new message")
    return Accepted(known.receipt_id, fresh=False)


def get(conn: Connection, receipt_id: int) -> Receipt | None:
    """Return a receipt, or None."""
    row = conn.execute(select(receipt).where(receipt.c.receipt_id == receipt_id)).one_or_none()
    return None if row is None else _receipt(row)


def body(conn: Connection, receipt_id: int) -> bytes:
    """Return a receipt's bytes as received."""
    joined = select(blob.c.packed).join(receipt, receipt.c.sha256 == blob.c.sha256)
    return zlib.decompress(conn.scalars(joined.where(receipt.c.receipt_id == receipt_id)).one())


def claim(conn: Connection, now: datetime, seconds: float, limit: int) -> list[Receipt]:
    """Claim the oldest unread receipts for reading, counting the attempt."""
    free = or_(receipt.c.leased_until.is_(None), receipt.c.leased_until <= now)
    query = (
        select(receipt)
        .where(receipt.c.state == ReceiptState.RECEIVED, free)
        .order_by(receipt.c.receipt_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = conn.execute(query).all()
    suspects = [row for row in rows if row.attempts >= _SUSPECT_ATTEMPTS]
    rows = suspects[:1] or rows
    mine = receipt.update().where(receipt.c.receipt_id.in_([row.receipt_id for row in rows]))
    until = now + timedelta(seconds=seconds)
    conn.execute(mine.values(leased_until=until, attempts=receipt.c.attempts + 1))
    return [_receipt(row) for row in rows]


def document(conn: Connection, claimed: Receipt) -> Document:
    """Return what the reader needs of a receipt."""
    known = sources.get(conn, claimed.source_id)
    return Document(
        source=known or Source(claimed.source_id, claimed.source_id),
        form=claimed.form,
        body=body(conn, claimed.receipt_id),
        received_at=claimed.received_at,
        given=claimed.given,
    )


def finish(conn: Connection, receipt_id: int) -> None:
    """Note that a receipt's entries stand."""
    where = (receipt.c.receipt_id == receipt_id, receipt.c.state == ReceiptState.RECEIVED)
    conn.execute(receipt.update().where(*where).values(state=ReceiptState.READ, leased_until=None, reason=""))


def put_back(conn: Connection, receipt_ids: list[int]) -> None:
    """Let claims go without a verdict: an engine was away, or time was up."""
    mine = receipt.update().where(receipt.c.receipt_id.in_(receipt_ids))
    conn.execute(mine.values(leased_until=None, attempts=receipt.c.attempts - 1))


def quarantine(conn: Connection, receipt_id: int, stage: str, reason: str, now: datetime) -> None:
    """Put a receipt aside with the stage and the reason; nothing is lost."""
    where = receipt.c.receipt_id == receipt_id
    conn.execute(
        receipt.update().where(where).values(state=ReceiptState.QUARANTINED, leased_until=None, reason=reason)
    )
    conn.execute(
        held.insert().values(receipt_id=receipt_id, stage=stage, reason=reason, at=now, state="open")
    )


def pending(conn: Connection) -> int:
    """Return how many receipts are still to be read."""
    query = select(func.count()).select_from(receipt).where(receipt.c.state == ReceiptState.RECEIVED)
    return conn.scalar(query) or 0


def _receipt(row: Any) -> Receipt:
    return Receipt(
        receipt_id=row.receipt_id,
        source_id=SourceId(row.source_id),
        intake_id=row.intake_id,
        form=Form(row.form),
        sha256=row.sha256,
        given=codec.load_given(row.given),
        received_at=row.received_at,
        push_id=row.push_id,
        backfill=row.backfill,
        state=ReceiptState(row.state),
        attempts=row.attempts,
        reason=row.reason,
    )
