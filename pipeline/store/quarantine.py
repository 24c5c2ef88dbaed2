"""What was put aside: receipts that no stage could take, with their stage and reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.errors import NotFound
from pipeline.store import receipts
from pipeline.store.schema import held, receipt


@dataclass(frozen=True, slots=True)
class Held:
    """One quarantined receipt, or one item of it (`external_id`); `state` is open, replayed or dropped."""

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


def listed(conn: Connection, state: str = "open") -> list[Held]:
    """Return what is held, oldest first."""
    rows = conn.execute(select(held).where(held.c.state == state).order_by(held.c.held_id))
    return [Held(*row) for row in rows]


def get(conn: Connection, held_id: int) -> Held:
    """Return one by its number. Raises NotFound."""
    row = conn.execute(select(held).where(held.c.held_id == held_id)).one_or_none()
    if row is None:
        raise NotFound(f"quarantine {held_id}", "there is no such number; see `quarantine list`")
    return Held(*row)


def body(conn: Connection, held_id: int) -> bytes:
    """Return the bytes that were put aside. Raises NotFound."""
    return receipts.body(conn, get(conn, held_id).receipt_id)


def replay(conn: Connection, held_id: int) -> None:
    """Send a receipt through the stages once more. Raises NotFound."""
    _end(conn, held_id, "replayed", receipts.ReceiptState.RECEIVED)


def drop(conn: Connection, held_id: int) -> None:
    """Give a receipt up; its bytes stay. Raises NotFound."""
    _end(conn, held_id, "dropped", receipts.ReceiptState.DROPPED)


def _end(conn: Connection, held_id: int, state: str, receipt_state: str) -> None:
    one = get(conn, held_id)
    if one.state != "open":
        return
    conn.execute(held.update().where(held.c.held_id == held_id).values(state=state))
    where = receipt.c.receipt_id == one.receipt_id
    conn.execute(receipt.update().where(where).values(state=receipt_state, attempts=0, leased_until=None))
