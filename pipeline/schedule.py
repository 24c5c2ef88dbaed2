"""When to poll an intake next. Pure.

First form: a fixed interval with jitter, what the server asks for, and back-off after failures.
"""

from datetime import datetime, timedelta

_LONGEST = timedelta(days=1)
_JITTER = 0.1  # of the interval, so that a hundred feeds do not fall due in the same second
_MOST_DOUBLINGS = 8


def next_poll(
    now: datetime,
    interval: float,
    *,
    failures: int = 0,
    retry_after: float | None = None,
    chance: float = 0.5,
) -> datetime:
    """Return when to poll next, within a day of `now`.

    Args:
        now: aware UTC.
        interval: seconds between polls of a healthy intake.
        failures: polls in a row that failed; each doubles the interval.
        retry_after: seconds that the server asked us to wait (RFC 9110 section 10.2.3).
        chance: a random number in [0, 1) that spreads the load.
    """
    seconds = interval * 2 ** min(failures, _MOST_DOUBLINGS)
    seconds *= 1 - _JITTER + 2 * _JITTER * chance
    wait = timedelta(seconds=max(seconds, retry_after or 0))
    return now + min(wait, _LONGEST)
