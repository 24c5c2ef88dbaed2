"""Receipts: raw bytes as received, each content stored once, compressed.

States: received → read (its entries stand) | quarantined → (replay) received | dropped.
One with a future `not_before` is embargoed first: nobody reads it, `claim` receives it when its time has
come, and a later message about the same article drops it (`lift`).
A receipt's attempts are counted before its bytes are read, so that one which kills the process
is counted too and ends in quarantine.
"""

import hashlib
import zlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, or_, select

from pipeline.errors import BadInput
from pipeline.model import Document, Form, Given, Source, SourceId
from pipeline.store import codec, sources
from pipeline.store.database import insert
from pipeline.store.schema import blob, held, receipt, source
from pipeline.store.schema import source as source_table

MAX_ATTEMPTS = 10
_SUSPECT_ATTEMPTS = 2  # from here on a receipt is claimed alone, so that it harms no others


class ReceiptState(StrEnum):
    """Where a receipt is."""

    EMBARGOED = "embargoed"
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
    not_before: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a push says of itself.

    Args:
        article: the publisher's id of what it tells of.
        at: the publisher's own time of it (`updated_at`).
        not_before: its embargo.
    """

    article: str
    at: datetime | None = None
    not_before: datetime | None = None


# Built once: each is asked for every receipt.
_PACKED = (
    select(blob.c.packed)
    .join(receipt, receipt.c.sha256 == blob.c.sha256)
    .where(receipt.c.receipt_id == bindparam("mine"))
)
_READ = (
    receipt.update()
    .where(receipt.c.receipt_id == bindparam("mine"), receipt.c.state == ReceiptState.RECEIVED)
    .values(state=ReceiptState.READ, leased_until=None, reason="")
)
_BEFORE = (
    select(receipt.c.received_at)
    .where(
        receipt.c.intake_id == bindparam("intake"),
        receipt.c.receipt_id < bindparam("mine"),
        receipt.c.form == bindparam("form"),
        receipt.c.state.in_((ReceiptState.RECEIVED, ReceiptState.READ)),
    )
    .order_by(receipt.c.receipt_id.desc())
    .limit(1)
)


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
    told: Told | None = None,
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
        "state": ReceiptState.EMBARGOED if told and told.not_before else ReceiptState.RECEIVED,
        "article": told.article if told else "",
        "told_at": told.at if told else None,
        "not_before": told.not_before if told else None,
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


def lift(conn: Connection, receipt_id: int, source_id: SourceId, told: Told) -> int:
    """Let the newest message about an article decide of its embargoes; call it after `add`.

    Embargoed receipts of the same article are dropped for this one; if one of them is newer by the
    publisher's own times, this one is dropped instead.

    Returns:
        How many receipts were dropped.
    """
    # Two messages at once must not both overlook the other: in PostgreSQL their rows alone would let them.
    conn.execute(
        select(source_table.c.source_id).where(source_table.c.source_id == source_id).with_for_update()
    )
    same = (*_embargoed(source_id, told), receipt.c.receipt_id != receipt_id)
    reason = outdated(conn, source_id, told)
    where = (receipt.c.receipt_id == receipt_id,) if reason else same
    values = {
        "state": ReceiptState.DROPPED,
        "reason": reason
        or f"superseded: receipt {receipt_id} came about this article before the embargo ended",
    }
    return conn.execute(receipt.update().where(*where).values(values)).rowcount


def outdated(conn: Connection, source_id: SourceId, told: Told) -> str:
    """Return why a message is dropped: a newer one about its article is embargoed; else ""."""
    if told.at is None:
        return ""
    newer = exists().where(*_embargoed(source_id, told), receipt.c.told_at > told.at)
    found = conn.scalar(select(newer))
    return "superseded: a newer message about this article is embargoed" if found else ""


def _embargoed(source_id: SourceId, told: Told) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a receipt tells of the same article and is embargoed."""
    return (
        receipt.c.source_id == source_id,
        receipt.c.article == told.article,
        receipt.c.state == ReceiptState.EMBARGOED,
    )


def embargoed(conn: Connection, source_id: SourceId, since: datetime, until: datetime) -> list[int]:
    """Return a source's embargoed receipts that came from one moment until before another, by id."""
    came = (receipt.c.received_at >= since, receipt.c.received_at < until)
    where = (receipt.c.source_id == source_id, receipt.c.state == ReceiptState.EMBARGOED, *came)
    return list(conn.scalars(select(receipt.c.receipt_id).where(*where).order_by(receipt.c.receipt_id)))


def drop_embargoed(conn: Connection, receipt_ids: Collection[int], reason: str) -> None:
    """Drop receipts whose embargo has not ended yet."""
    mine = (receipt.c.receipt_id.in_(receipt_ids), receipt.c.state == ReceiptState.EMBARGOED)
    conn.execute(receipt.update().where(*mine).values(state=ReceiptState.DROPPED, reason=reason))


def _receive_due(conn: Connection, now: datetime) -> None:
    """Receive what is embargoed no more."""
    over = (receipt.c.state == ReceiptState.EMBARGOED, receipt.c.not_before <= now)
    conn.execute(receipt.update().where(*over).values(state=ReceiptState.RECEIVED))


def get(conn: Connection, receipt_id: int) -> Receipt | None:
    """Return a receipt, or None."""
    row = conn.execute(select(receipt).where(receipt.c.receipt_id == receipt_id)).one_or_none()
    return None if row is None else _receipt(row)


def body(conn: Connection, receipt_id: int) -> bytes:
    """Return a receipt's bytes as received."""
    return zlib.decompress(conn.scalars(_PACKED, {"mine": receipt_id}).one())


def claim(conn: Connection, now: datetime, seconds: float, limit: int) -> list[Receipt]:
    """Claim the oldest unread receipts for reading, counting the attempt: no embargoed, no paused one.

    One whose embargo has ended counts as received at that moment: nobody could know it before.
    """
    _receive_due(conn, now)
    free = or_(receipt.c.leased_until.is_(None), receipt.c.leased_until <= now)
    query = (
        select(receipt)
        .where(receipt.c.state == ReceiptState.RECEIVED, free, unpaused())
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
    return [_counted(_receipt(row)) for row in rows]


def _counted(claimed: Receipt) -> Receipt:
    """Return a receipt with the time from which it counts."""
    return replace(claimed, received_at=max(claimed.received_at, claimed.not_before or claimed.received_at))


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
    conn.execute(_READ, {"mine": receipt_id})


def previous(conn: Connection, of: Receipt) -> datetime | None:
    """Return when the document before came by the same intake, None if it is the first that could be read."""
    told = {"intake": of.intake_id, "mine": of.receipt_id, "form": of.form}
    moment: datetime | None = conn.scalar(_BEFORE, told)
    return moment


def put_back(conn: Connection, receipt_ids: list[int], *, tried: bool = False) -> None:
    """Let claims go without a verdict: an engine was away, or time was up; `tried`: the attempt counts."""
    mine = receipt.update().where(receipt.c.receipt_id.in_(receipt_ids))
    conn.execute(mine.values(leased_until=None, attempts=receipt.c.attempts - (0 if tried else 1)))


def quarantine(conn: Connection, receipt_id: int, stage: str, reason: str, now: datetime) -> None:
    """Put a receipt aside with the stage and the reason; nothing is lost."""
    where = receipt.c.receipt_id == receipt_id
    conn.execute(
        receipt.update().where(where).values(state=ReceiptState.QUARANTINED, leased_until=None, reason=reason)
    )
    conn.execute(
        held.insert().values(
            receipt_id=receipt_id,
            source_id=select(receipt.c.source_id).where(where).scalar_subquery(),
            stage=stage,
            reason=reason,
            at=now,
            state="open",
        )
    )


def pending(conn: Connection, now: datetime | None = None) -> int:
    """Return how many receipts are to be read, with `now` those too whose embargo has ended by then.

    Those of a paused source are not.
    """
    unread = receipt.c.state == ReceiptState.RECEIVED
    if now is not None:
        unread |= and_(receipt.c.state == ReceiptState.EMBARGOED, receipt.c.not_before <= now)
    return conn.scalar(select(func.count()).select_from(receipt).where(unread, unpaused())) or 0


def unpaused() -> ColumnElement[bool]:
    """Return the condition that a receipt's source is not paused: those of a paused one wait."""
    return receipt.c.source_id.not_in(select(source.c.source_id).where(source.c.paused_at.is_not(None)))


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
        not_before=row.not_before,
    )
