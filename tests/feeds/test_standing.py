"""Where a story stands among the channels, as `trace` tells it."""

from feeds.standing import standing
from pipeline.store import Database, export
from tests.store.tellings import draft, send, settled


def test_a_story_that_is_told_stands_in_its_channels(db: Database) -> None:
    """Everything has it; what is not there stands nowhere."""
    send(db, draft("bai-1", "Khánh thành cầu Rạch Gốc", "Sáng nay, xã Hòa Lộc khánh thành cầu dài 48 m."))
    settled(db)
    with db.read() as conn:
        story_id = next(export.lines(conn))["story_id"]
        found = standing(conn, [story_id, None, "snone"])

    assert [story_id] == list(found)
    assert "all" in found[story_id]
