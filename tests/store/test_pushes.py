"""Silent webhooks, from receipts, on both databases."""

from datetime import datetime, timedelta

from pipeline.model import Form, Given, Source, SourceId
from pipeline.store import Database, intakes, pushes, receipts, sources
from tests.store.tellings import NOW

BUSY, NEW = SourceId("bao-a"), SourceId("bao-b")


def pushed(db: Database, source_id: SourceId, *moments: datetime) -> None:
    """Receive a push at each moment."""
    with db.write() as conn:
        sources.ensure(conn, Source(source_id, source_id))
        door = intakes.add(conn, source_id, "webhook")
        for number, at in enumerate(moments):
            receipts.add(
                conn,
                source_id=source_id,
                form=Form.PUSH,
                content=receipts.pack(b"{}"),
                given=Given(),
                received_at=at,
                push_id=f"m{number}",
                intake_id=door,
            )


def test_a_webhook_that_fell_silent_is_found(db: Database) -> None:
    """With its last message and its habit; one that never had a habit, and one that goes on, are not."""
    hours = [NOW + timedelta(hours=hour) for hour in range(24 * 8)]
    pushed(db, BUSY, *hours)
    pushed(db, NEW, *hours[:3])
    with db.read() as conn:
        going_on = pushes.silent_webhooks(conn, hours[-1] + timedelta(hours=20))
        over = pushes.silent_webhooks(conn, hours[-1] + timedelta(hours=30))

    assert [] == going_on
    assert [pushes.Silent(BUSY, hours[-1], timedelta(days=1))] == over
