"""The newest stories by labels, sources, documents and days, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.model import Basis, DocumentMention, Precision, Role, Source, SourceId, When
from pipeline.store import Database, newest
from pipeline.store.newest import Wanted
from tests.store.tellings import PAPER, draft, send, settled

DAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
OTHER = Source(SourceId("bao-khac"), "Báo Khác", "can-tho", "can-tho", ("baokhac.example",))


@pytest.fixture
def told(db: Database) -> Database:
    """Four stories, a day each; those of even number by another paper, the last one naming a decree."""
    for number in range(4):
        published = When(DAY + timedelta(days=number), Precision.SECOND, Basis.FEED)
        words = ("cầu", "lúa", "rừng", "biển")[number]
        one = draft(f"{number}", f"Chuyện {number} về {words}", f"Kể về {words}.", published=published)
        if number == 3:
            one = replace(one, documents=(DocumentMention("73/2023/NĐ-CP", Role.CITES),))
        send(db, one, source=PAPER if number % 2 else OTHER)
    settled(db)
    return db


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted({}, oldest=True), [0, 1, 2, 3]),
        (Wanted({"province": ["vinh-long"]}, oldest=True), [1, 3]),
        (Wanted({"province": ["vinh-long", "can-tho"], "area": ["can-tho"]}, oldest=True), [0, 2]),
        (Wanted({}, sources=["bao-khac"], since=DAY + timedelta(days=1)), [2]),
        (Wanted({}, since=DAY + timedelta(days=1), until=DAY + timedelta(days=3)), [2, 1]),
        (Wanted({}, documents=["73-nd-cp"]), [3]),
        (Wanted({"topic": ["giao-duc"]}), []),
    ],
)
def test_what_is_wanted_comes_in_order(told: Database, wanted: Wanted, expected: list[int]) -> None:
    """Labels and sources narrow, a day is a day, and order is by publication where time is asked for."""
    with told.read() as conn:
        found = [int(story.face.title.split()[1]) for story in newest.walk(conn, wanted, 100)]

    assert expected == found


def test_no_more_than_asked_for(told: Database) -> None:
    """`most` bounds the walk."""
    with told.read() as conn:
        assert 2 == len(list(newest.walk(conn, Wanted({}), 2)))
