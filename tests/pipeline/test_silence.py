"""When silence is out of habit."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.silence import patience, silent

MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)


def office(weeks: int) -> list[datetime]:
    """Return the pushes of an office that writes on workdays at 8 and at 15 o'clock."""
    return [
        MONDAY + timedelta(weeks=week, days=day, hours=hour)
        for week in range(weeks)
        for day in range(5)
        for hour in (0, 7)
    ]


def test_a_weekend_is_no_silence() -> None:
    """It is in the habit of an office; a whole week is not."""
    pushed = office(3)
    after = [timedelta(days=days) for days in (1, 3, 5, 7)]

    assert [False, False, False, True] == [silent(pushed, pushed[-1] + one) for one in after]


def test_a_busy_desk_is_missed_after_a_day() -> None:
    """Who pushes every hour, nights and weekends, and stops for more than a day, is silent."""
    pushed = [MONDAY + timedelta(hours=hour) for hour in range(24 * 14)]

    assert timedelta(days=1) == patience(pushed)
    assert silent(pushed, pushed[-1] + timedelta(hours=25))


def test_a_first_week_says_nothing_of_weekends() -> None:
    """Five hourly pushes are a beginning; three days are given then."""
    pushed = [MONDAY + timedelta(hours=hour) for hour in range(5)]

    assert timedelta(days=3) == patience(pushed)
    assert patience(pushed[:4]) is None


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=40).map(sorted))
def test_no_pause_that_was_made_before_is_silence(seconds: list[int]) -> None:
    """Whatever the rhythm, waiting as long as it once waited is its habit."""
    pushed = [MONDAY + timedelta(seconds=one) for one in seconds]
    longest = max((later - earlier for earlier, later in pairwise(pushed)), default=None)

    assert not silent(pushed, pushed[-1] + (longest or timedelta(0)))
