"""What came of a set of receipts, in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline.store.receipts import ReceiptState
from pipeline.store.schema import entry, receipt, receipt_entry, story

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts: `unread` receipts wait, `old` stories are searchable and in no live feed."""

    receipts: int
    unread: int
    quarantined: int
    entries: int
    stories: int
    old: int


def tally(conn: Connection, receipt_ids: Sequence[int]) -> Tally:
    """Count what receipts have become so far."""
    states: list[str] = []
    found: dict[str, str | None] = {}
    for start in range(0, len(receipt_ids), _CHUNK):
        part = receipt_ids[start : start + _CHUNK]
        states += conn.scalars(select(receipt.c.state).where(receipt.c.receipt_id.in_(part)))
        told = select(entry.c.entry_id, entry.c.story_id).join(
            receipt_entry, receipt_entry.c.entry_id == entry.c.entry_id
        )
        for row in conn.execute(told.where(receipt_entry.c.receipt_id.in_(part))):
            found[row.entry_id] = row.story_id
    stories = sorted({story_id for story_id in found.values() if story_id is not None})
    old = 0
    for start in range(0, len(stories), _CHUNK):
        part_of = story.c.story_id.in_(stories[start : start + _CHUNK])
        old += len(conn.execute(select(story.c.story_id).where(part_of, story.c.backfill)).all())
    return Tally(
        receipts=len(receipt_ids),
        unread=states.count(ReceiptState.RECEIVED),
        quarantined=states.count(ReceiptState.QUARANTINED),
        entries=len(found),
        stories=len(stories),
        old=old,
    )
