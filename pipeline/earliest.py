"""Who told a story first, by the times that the sources themselves write. Pure.

A time is an interval as long as it is precise, so two of one day are not ordered. A time that nobody at the
source wrote (the day that we received it, a day that the text tells) neither wins nor decides.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.model import LOCAL_ZONE, Basis, EntryId, Telling

_NOT_THEIR_WORD = (Basis.INFERRED, Basis.RECEIVED)
_DECEMBER = 12
_COARSE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


class Grain(StrEnum):
    """How precise a stated time is."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


_LENGTHS = {Grain.DAY: 10, Grain.MONTH: 7, Grain.YEAR: 4}


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to before `end`, aware: when the source says that it published."""

    begin: datetime
    end: datetime
    grain: Grain

    @property
    def local(self) -> datetime:
        """Return its beginning in Viet Nam's time."""
        return self.begin.astimezone(LOCAL_ZONE)

    def text(self) -> str:
        """Return ISO 8601 in Viet Nam's time, only as long as it is precise."""
        if self.grain in _LENGTHS:
            return self.local.date().isoformat()[: _LENGTHS[self.grain]]
        return self.local.isoformat(timespec="seconds")


class Why(StrEnum):
    """What the answer rests on."""

    EARLIEST = "earliest"  # it was out before any other began
    ALONE = "alone"  # nobody else tells the story
    OVERLAP = "overlap"  # the times of several are one, or not precise enough to order them
    ONE_DATED = "one_dated"  # only one source writes a time, so there is nothing to compare it with
    UNDATED = "undated"  # no source writes one


@dataclass(frozen=True, slots=True)
class First:
    """Who told it first.

    Args:
        entry_id: None if that cannot be told.
        candidates: whoever may have been first, by their times.
        undated: whose sources write no time; they are left out of it.
    """

    entry_id: EntryId | None
    why: Why
    candidates: tuple[EntryId, ...]
    undated: tuple[EntryId, ...]


def span(published: str, basis: Basis) -> Span | None:
    """Return the interval that `When.text()` states; None if it is not the source's own word. Never raises.

    A time without seconds is a minute. Midnight is a day: that is what programs write for a date without a
    time of day.
    """
    if basis in _NOT_THEIR_WORD:
        return None
    try:
        return _timed(datetime.fromisoformat(published)) if "T" in published else _coarse(published)
    except (ValueError, OverflowError):
        return None


def _timed(at: datetime) -> Span | None:
    if at.tzinfo is None:
        return None
    local = at.astimezone(LOCAL_ZONE)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return Span(at, at + timedelta(days=1), Grain.DAY)
    if local.second:
        return Span(at, at + timedelta(seconds=1), Grain.SECOND)
    return Span(at, at + timedelta(minutes=1), Grain.MINUTE)


def _coarse(published: str) -> Span | None:
    found = _COARSE.fullmatch(published)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    begin = datetime(year, month or 1, day or 1, tzinfo=LOCAL_ZONE)
    if day:
        return Span(begin, begin + timedelta(days=1), Grain.DAY)
    if month:
        end = begin.replace(year=year + month // _DECEMBER, month=month % _DECEMBER + 1)
        return Span(begin, end, Grain.MONTH)
    return Span(begin, begin.replace(year=year + 1), Grain.YEAR)


def spans(tellings: Iterable[Telling]) -> dict[EntryId, Span | None]:
    """Return the interval of each telling, None where the source states none."""
    return {told.entry_id: span(told.published, told.published_basis) for told in tellings}


def first(told: Mapping[EntryId, Span | None]) -> First:
    """Return who was out before any other began. Never raises."""
    dated = {entry_id: at for entry_id, at in told.items() if at is not None}
    undated = tuple(sorted(entry_id for entry_id, at in told.items() if at is None))
    if not dated:
        return First(None, Why.UNDATED, (), undated)
    over = min(at.end for at in dated.values())
    by_time = sorted(dated, key=lambda entry_id: (dated[entry_id].begin, dated[entry_id].end, entry_id))
    candidates = tuple(entry_id for entry_id in by_time if dated[entry_id].begin < over)
    if len(told) == 1:
        return First(candidates[0], Why.ALONE, candidates, undated)
    if len(dated) == 1:
        return First(None, Why.ONE_DATED, candidates, undated)
    if len(candidates) == 1:
        return First(candidates[0], Why.EARLIEST, candidates, undated)
    return First(None, Why.OVERLAP, candidates, undated)
