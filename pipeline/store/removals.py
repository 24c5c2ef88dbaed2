"""Taking a mistake out of the registry: a source that never brought anything, or one feed of a source."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select

from pipeline.errors import BadInput, NotFound
from pipeline.model import SourceId
from pipeline.store.schema import folder_file, habit, intake, key_use, mailbox, page, receipt, source
from pipeline.store.schema import subscription as hub

UNWANTED = "taken out by hand"
_OF_A_DOOR = (page, hub, folder_file, mailbox)


def has_brought(conn: Connection, source_id: SourceId) -> bool:
    """Say whether anything was ever received of a source. Raises NotFound."""
    if conn.scalar(select(source.c.source_id).where(source.c.source_id == source_id)) is None:
        raise NotFound(source_id, "there is no such source; see `sources list`")
    return _received(conn, receipt.c.source_id == source_id)


def remove(conn: Connection, source_id: SourceId, now: datetime) -> None:
    """Delete a source that never brought anything, with its doors.

    Raises:
        NotFound: there is no such source.
        BadInput: it brought something, which names it, or it is being asked now.
    """
    mine = source.c.source_id == source_id
    # Whoever receives something for it now must wait for us, or we for them.
    conn.execute(select(source.c.source_id).where(mine).with_for_update())
    if has_brought(conn, source_id):
        raise BadInput(source_id, "has brought something, which names it; it can only be paused for good")
    doors = select(intake.c.intake_id).where(intake.c.source_id == source_id)
    _delete_doors(conn, list(conn.scalars(doors)), now)
    for table in (habit, key_use):
        conn.execute(delete(table).where(table.c.source_id == source_id))
    conn.execute(delete(source).where(mine))


def drop_feed(conn: Connection, source_id: SourceId, url: str, now: datetime) -> bool:
    """Take one feed from a source; say whether it is deleted.

    One that brought something is paused for good instead: what it brought names it.

    Raises:
        NotFound: the source has no such feed.
        BadInput: it is being asked now.
    """
    named = (intake.c.source_id == source_id, intake.c.kind == "feed", intake.c.url == url)
    found = conn.scalar(select(intake.c.intake_id).where(*named).with_for_update())
    if found is None:
        raise NotFound(url, f"{source_id} has no such feed; see `sources show {source_id}`")
    if _received(conn, receipt.c.intake_id == found):
        mine = intake.update().where(intake.c.intake_id == found)
        conn.execute(mine.values(paused_at=now, paused_because=UNWANTED))
        return False
    _delete_doors(conn, [found], now)
    return True


def _received(conn: Connection, where: ColumnElement[bool]) -> bool:
    return conn.scalar(select(receipt.c.receipt_id).where(where).limit(1)) is not None


def _delete_doors(conn: Connection, doors: list[int], now: datetime) -> None:
    asked = (intake.c.intake_id.in_(doors), intake.c.claimed_until > now)
    busy = conn.scalar(select(intake.c.url).where(*asked).limit(1))
    if busy is not None:
        raise BadInput(busy, "is being asked at this moment; try again in a minute")
    for table in _OF_A_DOOR:
        conn.execute(delete(table).where(table.c.intake_id.in_(doors)))
    conn.execute(delete(intake).where(intake.c.intake_id.in_(doors)))
