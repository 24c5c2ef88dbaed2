"""What a feed says of its own rhythm and its hubs, read tolerantly and in bounds. Pure; never raises.

RSS 2.0 `ttl`, `skipHours`, `skipDays`; the syndication module of RSS 1.0; W3C WebSub section 4.
"""

import re
from collections.abc import Iterable

from pipeline.model import Hints
from pipeline.urls import absolute, canonical

_LONGEST = 366 * 86_400  # seconds
_MOST_HUBS = 5
_LONGEST_LIST = 2_000  # characters of skipHours and skipDays
_MIDNIGHT = 24
_PERIODS = {
    "hourly": 3_600,
    "daily": 86_400,
    "weekly": 7 * 86_400,
    "monthly": 30 * 86_400,
    "yearly": 365 * 86_400,
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_HOURS = re.compile(
    rf"<skiphours[^<>]{{0,99}}>(.{{0,{_LONGEST_LIST}}}?)</skiphours", re.IGNORECASE | re.DOTALL
)
_WEEKDAYS = re.compile(
    rf"<skipdays[^<>]{{0,99}}>(.{{0,{_LONGEST_LIST}}}?)</skipdays", re.IGNORECASE | re.DOTALL
)
_HOUR = re.compile(r"<hour[^<>]{0,99}>\s{0,99}(\d{1,2})\s{0,99}</hour", re.IGNORECASE)
_DAY = re.compile(r"<day[^<>]{0,99}>\s{0,99}([a-z]{3,9})\s{0,99}</day", re.IGNORECASE)


def hints(
    head: str, base: str, *, ttl: str, period: str, frequency: str, links: Iterable[tuple[str, str]]
) -> Hints:
    """Return the hints of RSS or Atom.

    Args:
        head: the feed's text without its items, for lists that have no other reader.
        base: the address it came from.
        ttl: the element as written, "" if there is none.
        period: `updatePeriod`, alike.
        frequency: `updateFrequency`, alike.
        links: (relation, target) of its links.
    """
    told = list(links)
    minutes = _number(ttl)
    seconds = _PERIODS.get(period.strip().lower())
    times = _number(frequency) or 1.0
    return Hints(
        ttl=min(minutes * 60, _LONGEST) if minutes else None,
        skip_hours=_hours(head),
        skip_days=_days(head),
        period=seconds / times if seconds else None,
        hubs=hubs(base, (target for relation, target in told if "hub" in relation.lower().split())),
        topic=topic(base, (target for relation, target in told if "self" in relation.lower().split())),
    )


def hubs(base: str, targets: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses of hubs, absolute, each once."""
    found = (absolute(base, target) for target in targets)
    return tuple(dict.fromkeys(filter(None, found)))[:_MOST_HUBS]


def topic(base: str, targets: Iterable[str]) -> str:
    """Return a feed's own address, absolute, "" if it names none."""
    found = (target.strip() for target in targets)
    return next(
        (one if canonical(one) else base for one in found if canonical(one) or absolute(base, one)), ""
    )


def _number(text: str) -> float | None:
    """Return a positive number, None for anything else."""
    found = re.match(r"\s{0,99}(\d{1,9})(?:\.\d{1,9})?\s{0,99}\Z", text)
    return float(found[1]) or None if found else None


def _hours(head: str) -> tuple[int, ...]:
    """Return the hours of `skipHours`; 24 is midnight, as RSS 0.91 counts from 1."""
    told = _HOURS.search(head)
    found = (
        (int(hour) % _MIDNIGHT for hour in _HOUR.findall(told[1]) if int(hour) <= _MIDNIGHT) if told else ()
    )
    return tuple(sorted(set(found)))


def _days(head: str) -> tuple[int, ...]:
    """Return the days of `skipDays`."""
    told = _WEEKDAYS.search(head)
    said = {day.lower()[:3] for day in _DAY.findall(told[1])} if told else set()
    return tuple(at for at, day in enumerate(_DAYS) if day[:3] in said)
