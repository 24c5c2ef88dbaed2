"""The state of sources at a glance."""

from datetime import timedelta

from pipeline.model import Form, Given
from pipeline.reader import Reader
from pipeline.stages import receive
from pipeline.store import Database, intakes, overview, receipts, sources
from pipeline.store.overview import DoorState
from tests.store.tellings import NOW, PAPER, clock

FEED = b"<rss version='2.0'><channel><item><guid>1</guid><title>Tin %d</title></item></channel></rss>"


def test_a_feed_that_became_a_page_is_not_well(db: Database) -> None:
    """A door whose last document is no feed says so and why, until a good one comes."""
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        door = intakes.add(conn, PAPER.source_id, "feed", "https://baomau.example/rss", next_due=NOW)
        intakes.done(conn, door, intakes.Poll(NOW, NOW + timedelta(hours=1), status=200))
    told = []
    with Reader() as reader:
        for body in (FEED % 1, b"<html><body><form>Mat khau</form></body></html>", FEED % 2):
            with db.write() as conn:
                receipts.add(
                    conn,
                    source_id=PAPER.source_id,
                    form=Form.FEED,
                    content=receipts.pack(body),
                    given=Given(),
                    received_at=NOW,
                    intake_id=door,
                )
            receive(db, reader, clock)
            with db.read() as conn:
                [one] = overview.listed(conn, NOW)
            told.append((one.state, bool(one.doors[0].error)))

    assert [(DoorState.OK, False), (DoorState.UNREADABLE, True), (DoorState.OK, False)] == told
