"""The newest stories by labels, sources, documents and days, on both databases."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.model import (
    Basis,
    DocumentMention,
    Officeholder,
    Precision,
    Role,
    Source,
    SourceId,
    Story,
    When,
)
from pipeline.store import Database, newest
from pipeline.store.newest import Wanted
from tests.store.tellings import PAPER, draft, send, settled

DAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
MAYOR = Officeholder("Lê Văn Mẫu", "Bí thư Tỉnh ủy", "Vĩnh Long")
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
        (Wanted({}, bulletin=False), [3, 2, 1, 0]),
        (Wanted({}, bulletin=True), []),
    ],
)
def test_what_is_wanted_comes_in_order(told: Database, wanted: Wanted, expected: list[int]) -> None:
    """Labels and sources narrow, a day is a day, and order is by publication where time is asked for."""
    with told.read() as conn:
        found = titles(newest.walk(conn, wanted))

    assert [str(number) for number in expected] == found


def test_order_is_by_publication_whatever_came_first(told: Database) -> None:
    """What was published before all others and came last, as old news, is the last of the newest."""
    old = When(DAY - timedelta(days=400), Precision.SECOND, Basis.FEED)
    send(told, draft("old", "Chuyện 9 về núi", "Kể về núi.", published=old))
    settled(told)
    with told.read() as conn:
        found = titles(newest.walk(conn, Wanted({})))

    assert ["3", "2", "1", "0", "9"] == found


@pytest.mark.parametrize("oldest", [False, True])
def test_nothing_is_missed_behind_any_number(
    told: Database, monkeypatch: pytest.MonkeyPatch, *, oldest: bool
) -> None:
    """A walk goes on behind each of its parts, and parts of which nobody is meant are empty."""
    monkeypatch.setattr(newest, "_FIRST_ROWS", 2)
    monkeypatch.setattr(newest, "_ROWS", 1)
    before = When(DAY - timedelta(days=1), Precision.SECOND, Basis.FEED)
    send(told, replace(draft("m", "Chuyện 5 về núi", "Kể về núi.", published=before), people=(MAYOR,)))
    settled(told)
    with told.read() as conn:
        every = titles(newest.walk(conn, Wanted({}, oldest=oldest)))
        mine = titles(newest.walk(conn, Wanted({}, named=lambda people: MAYOR in people, oldest=oldest)))

    assert sorted("01235", key="50123".index, reverse=not oldest) == every
    assert ["5"] == mine


def titles(parts: Iterable[list[Story]]) -> list[str]:
    """The numbers in the titles of stories."""
    return [story.face.title.split()[1] for part in parts for story in part]
