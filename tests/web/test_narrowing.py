"""Hits over time, as the search page draws them."""

from datetime import date

import pytest

from web.narrowing import histogram

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("asked", "first", "last", "bars"),
    [
        ({}, "2026-11-08", "2026-11-21", 14),
        ({"from": "2026-11-01", "to": "2026-11-30"}, "2026-11-01", "2026-11-23", 23),
        ({"from": "2015-01-01"}, "2026-11-19", "2026-11-21", 3),
        ({"to": "2030-01-01"}, "2026-11-08", "2026-11-23", 16),
    ],
)
def test_days_reach_as_far_as_was_asked_and_no_further_than_can_be_drawn(
    asked: dict[str, str], first: str, last: str, bars: int
) -> None:
    """A span of years is not drawn day by day because its hits are of one week; no day to come is drawn."""
    drawn = histogram({"2026-11": 5}, {"2026-11-19": 1, "2026-11-21": 4}, asked, TODAY)

    assert drawn is not None
    assert ("day", bars) == (drawn.unit, len(drawn.bars))
    assert (first, last) == (drawn.bars[0].change["from"], drawn.bars[-1].change["to"])
    assert [1, 4] == [bar.count for bar in drawn.bars if bar.count]


def test_months_of_few_years_are_drawn_one_by_one_and_of_many_by_year() -> None:
    """Without gaps either way; what is all of one month is not drawn."""
    near = histogram({"2026-09": 1, "2026-11": 2}, {}, {}, TODAY)
    far = histogram({"2016-09": 1, "2026-11": 2}, {}, {}, TODAY)

    assert near is not None
    assert far is not None
    assert ("month", [1, 0, 2]) == (near.unit, [bar.count for bar in near.bars])
    assert ("year", 11) == (far.unit, len(far.bars))
    assert histogram({"2026-11": 2}, {}, {}, TODAY) is None


def test_few_hits_are_drawn_by_day_only_for_who_asked_for_a_span() -> None:
    """Three hits are seen faster than a drawing of them."""
    months, days = {"2026-11": 3}, {"2026-11-19": 1, "2026-11-21": 2}

    assert histogram(months, days, {}, TODAY) is None
    assert histogram(months, days, {"to": "2026-11-22"}, TODAY) is not None
