"""When to poll an intake next: by what it was seen to publish, what it asks for, and sense. Pure.

docs/polling.md says what bounds what.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pipeline.model import LOCAL_ZONE, Hints

_HOURS = 24
_MEMORY = 14.0  # days after which a publication counts 1/e
_REACH = timedelta(days=28)  # what the first document tells of older days is not learned from
_LEARNED_AFTER = timedelta(days=1)
_A_GUESS = 0.3  # items that a source may have published unseen: a silent one is not silent for good

_BUSY_SECONDS = 480.0  # p50 of the delay is half of it: 4 of the 5 minutes that were promised
_BUSY_ITEMS = 4.0  # a day; 5 were promised, and an estimate of 5 is below 4 one time in a hundred
_RARER = 1.5  # a tenth of the items: thirty times the interval
_BUSY_SHARE = 0.97  # of the items lie in hours that are polled at the full rate
_QUIET, _NIGHT = 4.0, 8.0  # times the interval: hours with few items, hours without any

_LONGEST = timedelta(days=1)
_LONGEST_GONE = timedelta(days=7)
_FIRST_AGAIN = 300.0  # seconds after one failure: most are over soon, whatever the hour of the day
_GONE = {404: 7_200.0, 410: 86_400.0}  # seconds after the first time
_MOST_RESPECTED = 3_600.0  # of ttl, max-age and a promised period
_PUSHED_SECONDS = 10_800.0  # while a hub brings what is new
_JITTER = 0.1  # of the interval, so that a hundred feeds do not fall due in the same second
_MOST_DOUBLINGS = 12
_MOST_SKIPPED = 72  # hours
_WEEK = 7

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s{0,3}=\s{0,3}\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When an intake publishes, as learned: a memory that fades.

    Args:
        hours: weight of the publications in each hour of the day in Asia/Ho_Chi_Minh, from 0.
        since: from when on it was watched, aware UTC.
        at: the moment that the weights are of.
    """

    hours: tuple[float, ...]
    since: datetime
    at: datetime

    def per_day(self, now: datetime) -> float:
        """Return the publications a day that are to be expected."""
        watched = max(_days(now - self.since), 0.0)
        fading = _MEMORY * (1 - math.exp(-watched / _MEMORY))
        return (sum(self.hours) * _faded(now - self.at) + _A_GUESS) / max(fading, 1.0)

    def is_learned(self, now: datetime) -> bool:
        """Say whether it was watched long enough to say anything."""
        return now - self.since >= _LEARNED_AFTER


def learn(known: Rhythm | None, published: Iterable[datetime], now: datetime) -> Rhythm:
    """Return a rhythm that knows of further publications, in any order.

    Args:
        known: the rhythm so far. Without one the publications are those of a first document, which
            shows what the last days brought; its oldest one tells how far it reaches back.
        published: times of publication, aware UTC; what lies ahead counts as now.
        now: aware UTC.
    """
    times = [min(moment, now) for moment in published]
    if known is None:
        oldest = min(times, default=now)
        known = Rhythm((0.0,) * _HOURS, max(oldest, now - _REACH), now)
    hours = [weight * _faded(now - known.at) for weight in known.hours]
    for moment in times:
        if moment >= now - _REACH:
            hours[moment.astimezone(LOCAL_ZONE).hour] += _faded(now - moment)
    return Rhythm(tuple(round(weight, 4) for weight in hours), known.since, now)


def next_poll(
    now: datetime,
    interval: float,
    *,
    rhythm: Rhythm | None = None,
    hints: Hints = Hints(),  # noqa: B008 - frozen
    max_age: float | None = None,
    failures: int = 0,
    status: int | None = None,
    retry_after: float | None = None,
    pushed: bool = False,
    chance: float = 0.5,
) -> datetime:
    """Return when to poll next: within a day of `now`, a week where the feed is gone.

    Args:
        now: aware UTC.
        interval: seconds between polls of a healthy intake whose rhythm is not known yet.
        rhythm: when it publishes.
        hints: what its document says of itself.
        max_age: seconds that its last answer may be kept (`freshness`).
        failures: polls in a row that failed; the first waits five minutes at most, each doubles it.
        status: HTTP status of the failure, if there was one; 404 and 410 wait for long.
        retry_after: seconds that the server asked us to wait (RFC 9110 section 10.2.3).
        pushed: a hub brings what is new, so polling only makes sure.
        chance: a random number in [0, 1) that spreads the load.
    """
    share = 1 - _JITTER + 2 * _JITTER * chance
    longest = _LONGEST
    if failures and status in _GONE:
        longest = _LONGEST_GONE
        wait = _doubled(_GONE[status], failures - 1, longest) * share
    else:
        wait = _healthy(now, interval, rhythm, hints, share)
        wait = max(wait, *(min(told, _MOST_RESPECTED) for told in (hints.ttl or 0.0, max_age or 0.0)))
        if pushed:
            wait = max(wait, _PUSHED_SECONDS * share)
        if failures:
            wait = min(
                _doubled(wait, failures, longest), _doubled(_FIRST_AGAIN * share, failures - 1, longest)
            )
    due = now + min(timedelta(seconds=max(wait, retry_after or 0.0)), longest)
    return due if failures else _unskipped(due, hints, chance)


def freshness(headers: dict[str, str], now: datetime) -> float | None:
    """Return for how many seconds an answer says that it may be kept, None if it does not say.

    Cache-Control max-age goes before Expires (RFC 9111 section 4.2.1); names in lower case. Never raises.
    """
    control = headers.get("cache-control", "")
    if re.search(r"no-cache|no-store", control, re.IGNORECASE):
        return None
    if told := _MAX_AGE.search(control):
        return float(told[1])
    try:
        until = parsedate_to_datetime(headers["expires"])
        since = parsedate_to_datetime(headers["date"]) if "date" in headers else now
        seconds = (
            until.replace(tzinfo=until.tzinfo or UTC) - since.replace(tzinfo=since.tzinfo or UTC)
        ).total_seconds()
    except (KeyError, ValueError, TypeError, IndexError, OverflowError):
        return None
    return max(0.0, seconds)


def _healthy(now: datetime, interval: float, rhythm: Rhythm | None, hints: Hints, share: float) -> float:
    """Return the seconds to wait for an intake that answers."""
    if rhythm is None or not rhythm.is_learned(now):
        promised = min(max(hints.period or 0.0, interval), max(_MOST_RESPECTED, interval))
        return promised * share
    hourly = _intervals(rhythm, now)
    at, left, passed = now.astimezone(LOCAL_ZONE), share, 0.0
    while passed < _LONGEST.total_seconds():  # each hour takes its part of the interval
        rest = 3_600.0 - (at.minute * 60 + at.second + at.microsecond / 1e6)
        wait = hourly[at.hour]
        if rest >= left * wait:
            return passed + left * wait
        left -= rest / wait
        passed += rest
        at += timedelta(seconds=rest + 1e-3)
    return passed


def _intervals(rhythm: Rhythm, now: datetime) -> list[float]:
    """Return the seconds between polls in each local hour of the day."""
    rarity = max(1.0, _BUSY_ITEMS / rhythm.per_day(now)) ** _RARER
    base = min(_BUSY_SECONDS * rarity, _LONGEST.total_seconds())
    weights = rhythm.hours
    around = [
        weights[hour - 1] / 4 + weights[hour] / 2 + weights[(hour + 1) % _HOURS] / 4 for hour in range(_HOURS)
    ]
    total = sum(around)
    if not total:
        return [base] * _HOURS
    waits = [base * _NIGHT] * _HOURS
    covered = 0.0
    for hour in sorted(range(_HOURS), key=lambda one: -around[one]):
        if not around[hour]:
            break
        waits[hour] = base if covered < _BUSY_SHARE * total else base * _QUIET
        covered += around[hour]
    return waits


def _unskipped(due: datetime, hints: Hints, chance: float) -> datetime:
    """Return a time in no hour and on no day (UTC) in which nothing is published."""
    hours, days = frozenset(hints.skip_hours), frozenset(hints.skip_days)
    if len(hours) >= _HOURS or len(days) >= _WEEK:
        return due
    for _ in range(_MOST_SKIPPED):
        utc = due.astimezone(UTC)
        if utc.hour not in hours and utc.weekday() not in days:
            break
        due = utc.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1, minutes=10 * chance)
    return due


def _doubled(seconds: float, times: int, longest: timedelta) -> float:
    return min(seconds * 2.0 ** min(times, _MOST_DOUBLINGS), longest.total_seconds())


def _faded(ago: timedelta) -> float:
    return math.exp(-max(_days(ago), 0.0) / _MEMORY)


def _days(span: timedelta) -> float:
    return span.total_seconds() / 86_400
