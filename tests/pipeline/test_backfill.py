"""What is old when it comes: ages, first polls, archives that are listed again, and our own outages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.backfill import Arrival, Old, is_bulk, judge, may_be_bulk
from pipeline.model import Basis, Precision, When

NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
DAY = timedelta(days=1)
FILE = Arrival(NOW)
FIRST = Arrival(NOW, polled=True)
LATER = replace(FIRST, previous=NOW - timedelta(hours=1))
BULK = replace(LATER, bulk=True)


def ago(days: float, precision: Precision = Precision.SECOND, basis: Basis = Basis.FEED) -> When:
    """Return a date so many days before the receipt."""
    return When(NOW - days * DAY, precision, basis)


UNDATED = ago(0, basis=Basis.RECEIVED)


@pytest.mark.parametrize(
    ("published", "arrival", "old"),
    [
        (ago(1), FILE, None),
        (ago(15), FILE, Old.AGE),
        (UNDATED, FILE, None),
        (ago(0), replace(FILE, said_old=True), Old.SAID),
        (ago(1), FIRST, None),
        (ago(1.9, Precision.DAY), FIRST, None),
        (ago(3), FIRST, Old.FIRST_POLL),
        (ago(15), FIRST, Old.AGE),
        (UNDATED, FIRST, Old.FIRST_POLL),
        (ago(0, Precision.MONTH), FIRST, Old.FIRST_POLL),
        (ago(3), LATER, None),
        (UNDATED, LATER, None),
        (ago(3), BULK, Old.BULK),
        (ago(0.5), BULK, None),
        (UNDATED, BULK, None),
    ],
)
def test_judge(published: When, arrival: Arrival, old: Old | None) -> None:
    """Age makes old whoever tells; the first poll and a bulk make old what was there before."""
    assert old == judge(published, arrival, 14)


def test_what_was_told_before_is_old_in_a_bulk_only() -> None:
    """A text under a new name and a new date is old where an archive is listed again."""
    assert judge(ago(0), BULK, 14, told_before=True) is Old.BULK
    assert judge(ago(0), LATER, 14, told_before=True) is None


def test_a_bulk_is_many_items_of_which_most_are_old() -> None:
    """Three times the habit, at least twenty, at least half from before the last document."""
    old, new = [ago(5)] * 30, [ago(0)] * 30

    assert is_bulk(old, LATER, 2.0)
    assert is_bulk(old + new, LATER, 2.0)
    assert is_bulk(new, LATER, 2.0, told_before=[True] * 30)
    assert not is_bulk(old[:10] + new, LATER, 2.0)
    assert not is_bulk(old, LATER, 50.0)
    assert not is_bulk(old[:20], LATER, 2.0)
    assert not is_bulk(old, FIRST, 2.0)
    assert not is_bulk(old, FILE, 2.0)


def test_what_we_missed_is_no_bulk() -> None:
    """After two days without a poll, sixty items from those days are news."""
    outage = replace(LATER, previous=NOW - 2 * DAY)

    assert not is_bulk([ago(hour / 30) for hour in range(60)], outage, 25.0)
    assert not is_bulk([ago(hour / 30) for hour in range(60)], outage, 1.0)
    assert may_be_bulk(60, outage, 1.0)
    assert not may_be_bulk(60, outage, 25.0)
    assert not may_be_bulk(60, FIRST, 1.0)
