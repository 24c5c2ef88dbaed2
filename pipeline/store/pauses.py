"""Pauses: a source that is not asked, and whose pushes and files wait unread, until somebody resumes it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal, select

from pipeline.errors import NotFound
from pipeline.model import SourceId
from pipeline.store.receipts import ReceiptState
from pipeline.store.schema import intake, receipt, source

_LONGEST_REASON = 500


def pause(conn: Connection, source_id: SourceId, because: str, now: datetime) -> None:
    """Pause a source; one that is paused already keeps its time and gets the new reason. Raises NotFound."""
    mine = source.c.source_id == source_id
    since = func.coalesce(source.c.paused_at, literal(now, source.c.paused_at.type))
    paused = source.update().where(mine).values(paused_at=since, paused_because=because[:_LONGEST_REASON])
    if conn.execute(paused).rowcount == 0:
        raise NotFound(source_id, "there is no such source; see `sources list`")


def resume(conn: Connection, source_id: SourceId) -> int:
    """Resume a source and return how many receipts waited for it. Raises NotFound."""
    mine = source.c.source_id == source_id
    resumed = source.update().where(mine).values(paused_at=None, paused_because="")
    if conn.execute(resumed).rowcount == 0:
        raise NotFound(source_id, "there is no such source; see `sources list`")
    unread = (receipt.c.source_id == source_id, receipt.c.state == ReceiptState.RECEIVED)
    return conn.scalar(select(func.count()).select_from(receipt).where(*unread)) or 0


def pause_feed(conn: Connection, source_id: SourceId, url: str, because: str, now: datetime) -> None:
    """Pause one feed of a source; what it brought and has not been read yet is read. Raises NotFound."""
    values = {"paused_at": now, "paused_because": because[:_LONGEST_REASON]}
    _change_feed(conn, source_id, url, values)


def resume_feed(conn: Connection, source_id: SourceId, url: str, now: datetime) -> None:
    """Resume one feed of a source, due now. Raises NotFound."""
    _change_feed(conn, source_id, url, {"paused_at": None, "paused_because": "", "next_due": now})


def _change_feed(conn: Connection, source_id: SourceId, url: str, values: dict[str, Any]) -> None:
    mine = (intake.c.source_id == source_id, intake.c.kind == "feed", intake.c.url == url)
    if conn.execute(intake.update().where(*mine).values(values)).rowcount == 0:
        raise NotFound(url, f"{source_id} has no such feed; see `sources show {source_id}`")


def listed(conn: Connection) -> dict[SourceId, tuple[datetime, str, int]]:
    """Return the paused sources: since when, why, and how many receipts wait."""
    unread = (
        select(func.count())
        .select_from(receipt)
        .where(receipt.c.source_id == source.c.source_id, receipt.c.state == ReceiptState.RECEIVED)
        .scalar_subquery()
    )
    query = select(source.c.source_id, source.c.paused_at, source.c.paused_because, unread)
    rows = conn.execute(query.where(source.c.paused_at.is_not(None)).order_by(source.c.source_id))
    return {SourceId(source_id): (at, because, waiting) for source_id, at, because, waiting in rows}
