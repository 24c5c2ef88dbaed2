"""Mistakes taken out of the registry: what never brought anything is deleted, all else is only paused."""

from datetime import timedelta

import pytest

from pipeline.errors import BadInput, NotFound
from pipeline.model import Source, SourceId
from pipeline.store import Database, intakes, pauses, removals, sources
from tests.store.doors import deliver, door, news
from tests.store.tellings import NOW, PAPER

NEW = SourceId("bao-nham")
URL = "https://nham.example/rss"


@pytest.fixture
def mistaken(db: Database) -> Database:
    """A source with two feeds that nobody asked yet."""
    with db.write() as conn:
        sources.add(conn, Source(NEW, "Báo Nhầm"))
        for url in (URL, f"{URL}/2"):
            intakes.add(conn, NEW, "feed", url, next_due=NOW)
    return db


def test_a_source_that_never_brought_anything_is_deleted(mistaken: Database) -> None:
    """It goes with its doors; a second time it is not there."""
    with mistaken.write() as conn:
        removals.remove(conn, NEW, NOW)

    with mistaken.read() as conn:
        assert (None, []) == (sources.get(conn, NEW), intakes.listed(conn, NEW))
    with mistaken.write() as conn, pytest.raises(NotFound):
        removals.remove(conn, NEW, NOW)


def test_what_brought_something_is_not_deleted(db: Database) -> None:
    """A source is left as it is; its feed is paused with a reason, and can be resumed."""
    deliver(db, door(db), news(1))
    with db.read() as conn:
        [feed] = intakes.listed(conn, PAPER.source_id)
    with db.write() as conn, pytest.raises(BadInput, match="brought something"):
        removals.remove(conn, PAPER.source_id, NOW)
    with db.write() as conn:
        deleted = removals.drop_feed(conn, PAPER.source_id, feed.url, NOW)
    with db.read() as conn:
        dropped = intakes.get(conn, feed.intake_id)
    with db.write() as conn:
        pauses.resume_feed(conn, PAPER.source_id, feed.url, NOW)
    with db.read() as conn:
        resumed = intakes.get(conn, feed.intake_id)

    assert not deleted
    assert dropped is not None
    assert removals.UNWANTED == dropped.paused_because
    assert resumed is not None
    assert resumed.paused_at is None


def test_a_feed_is_taken_from_its_source_alone(mistaken: Database) -> None:
    """One that brought nothing is deleted, unless it is being asked; the other stays."""
    with mistaken.write() as conn:
        first, second = intakes.listed(conn, NEW)
        intakes.claim(conn, [second.intake_id], NOW, NOW + timedelta(minutes=1))
        gone = removals.drop_feed(conn, NEW, first.url, NOW)
    with mistaken.write() as conn, pytest.raises(BadInput, match="at this moment"):
        removals.drop_feed(conn, NEW, second.url, NOW)

    with mistaken.read() as conn:
        assert (True, [second.url]) == (gone, [one.url for one in intakes.listed(conn, NEW)])
