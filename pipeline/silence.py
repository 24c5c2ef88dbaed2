"""When a webhook that used to push has been silent for longer than its own habit. Pure; never raises."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

_FEWEST = 5  # pushes that make a habit
_WEEK = timedelta(days=7)  # a history that has seen no weekend says nothing of weekends
_LEAST = timedelta(days=1)
_LEAST_UNKNOWN = timedelta(days=3)  # longer than a weekend at a provincial office
_LONGER = 2  # times the longest pause that it ever made


def patience(pushed: Sequence[datetime]) -> timedelta | None:
    """Return how long a webhook may be silent, None if it has no habit yet.

    Args:
        pushed: when its last messages came, oldest first.
    """
    if len(pushed) < _FEWEST:
        return None
    longest = max(later - earlier for earlier, later in pairwise(pushed))
    least = _LEAST if pushed[-1] - pushed[0] >= _WEEK else _LEAST_UNKNOWN
    return max(least, _LONGER * longest)


def silent(pushed: Sequence[datetime], now: datetime) -> bool:
    """Say whether a webhook has been silent for longer than its own habit."""
    allowed = patience(pushed)
    return allowed is not None and now - pushed[-1] > allowed
