"""Whether what a source brings has changed in kind: bodies gone, menus left in, places not found. Pure.

The last days are compared with the source's own 28 days before them. Days are put together into blocks of
at least ten entries, so that a source with two entries a day is judged by as many as one with fifty; the
blocks' median and median deviation are what is usual and how much it scatters (Rousseeuw and Croux 1993),
so that a few broken days do not become usual at once. Working days are compared with working days. An
alarm needs both: more than five deviations, and a change that matters to readers. It ends by itself, when
things are as before or when half of the 28 days are as they are now. Never raises.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import median

from pipeline.habits import Day

BEFORE = 28  # days that say what is usual
_BLOCK = 10  # entries
_LEAST_BLOCKS = 4
RECENT = 7  # days that a source may need for a block
_DEVIATIONS = 5.0
_SHARE = 0.3  # change of a share that matters
_RATIO = math.log(2)  # change of a length that matters
_SCATTER = 1.4826  # of a normal distribution's deviation to its median deviation
_LEAST_SHARE, _LEAST_LOG = 0.05, 0.12  # no source is steadier than this
_LENGTHS = 0.8  # deviation of the logarithms of a source's lengths
_OF_MEDIAN = math.pi / 2  # variance of a median to that of a mean
_SATURDAY = 5


class Measure(StrEnum):
    """What is compared."""

    LENGTH = "length"  # characters an entry
    STUBS = "stubs"
    UNPLACED = "unplaced"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What has changed: the usual figure, the one of now (shares 0..1, or characters), since which day.

    `pages`: of the full pages of its stubs, not of its feeds and pushes. `entries`: that say so.
    """

    measure: Measure
    usual: float
    now: float
    since: date
    entries: int
    pages: bool = False


def alarms(doors: Mapping[int, Sequence[Day]], today: int) -> list[Alarm]:
    """Return what has changed at a source, by the days of its doors until today (an ordinal).

    Feeds and pushes are one; pages of stubs (doors below 0) another; files that were handed in none.
    """
    found: list[Alarm] = []
    for pages in (False, True):
        mine = [day for door, days in doors.items() if door and (door < 0) is pages for day in days]
        days = _by_day(mine, today)
        found += (alarm for measure in Measure if (alarm := _alarm(days, measure, pages=pages)))
    return found


def _by_day(days: Sequence[Day], today: int) -> list[Day]:
    """Return one row for each day that brought something, in their order."""
    sums: dict[int, Day] = {}
    for one in days:
        if one.entries and today - BEFORE - RECENT < one.day <= today:
            known = sums.get(one.day)
            sums[one.day] = one if known is None else _together([known, one])
    return [sums[day] for day in sorted(sums)]


def _together(days: Sequence[Day]) -> Day:
    """Return the sum of days, under the last one's date."""
    return Day(
        day=days[-1].day,
        entries=sum(day.entries for day in days),
        stubs=sum(day.stubs for day in days),
        unplaced=sum(day.unplaced for day in days),
        furniture=sum(day.furniture for day in days),
        characters=sum(day.characters for day in days),
    )


def _alarm(days: list[Day], measure: Measure, *, pages: bool) -> Alarm | None:
    recent: list[Day] = []
    while days and sum(day.entries for day in recent) < _BLOCK:
        if recent and recent[-1].day - days[-1].day >= RECENT:
            return None
        recent = [days[-1], *recent]
        days = days[:-1]
    before = [day for day in days if recent and day.day >= recent[0].day - BEFORE]
    alike = [day for day in before if _is_weekend(day) == _is_weekend(recent[-1])]
    blocks = _blocks(alike)
    if len(blocks) < _LEAST_BLOCKS:
        blocks = _blocks(before)
    now = _together(recent) if recent else None
    if now is None or now.entries < _BLOCK or len(blocks) < _LEAST_BLOCKS:
        return None
    usual = _usual(blocks, measure)
    if not _is_far(now, usual, blocks, measure):
        return None
    figure, middle = _figure(now, measure), median(_figure(block, measure) for block in blocks)
    since = _since(recent[0], before, middle, figure, measure)
    if measure is Measure.LENGTH:
        middle, figure = math.exp(middle), math.exp(figure)
    return Alarm(measure, middle, figure, date.fromordinal(since), now.entries, pages)


def _is_weekend(day: Day) -> bool:
    return date.fromordinal(day.day).weekday() >= _SATURDAY


def _blocks(days: Sequence[Day]) -> list[Day]:
    """Return days put together until each has entries enough; what is left over is left out."""
    blocks: list[Day] = []
    part: list[Day] = []
    for day in days:
        part.append(day)
        if sum(one.entries for one in part) >= _BLOCK:
            blocks.append(_together(part))
            part = []
    return blocks


def _figure(block: Day, measure: Measure) -> float:
    """Return what is compared: a share, or the logarithm of the mean length."""
    if measure is Measure.LENGTH:
        return math.log(max(block.characters, 1) / block.entries)
    return float(getattr(block, measure)) / block.entries


def _usual(blocks: Sequence[Day], measure: Measure) -> float:
    """Return the median of blocks; of a share their mean if that is more, since few of many leave it at 0."""
    middle = median(_figure(block, measure) for block in blocks)
    return middle if measure is Measure.LENGTH else max(middle, _figure(_together(blocks), measure))


def _is_far(now: Day, usual: float, blocks: Sequence[Day], measure: Measure) -> bool:
    figures = [_figure(block, measure) for block in blocks]
    scatter = _SCATTER * median(abs(figure - usual) for figure in figures)
    change = _figure(now, measure) - usual
    unsure = math.sqrt(1 + _OF_MEDIAN / len(blocks))
    if measure is Measure.LENGTH:
        size = median(block.entries for block in blocks)
        least = math.hypot(_LEAST_LOG, _LENGTHS / math.sqrt(now.entries))
        scatter = max(scatter * math.sqrt(max(1.0, size / now.entries)), least) * unsure
        return abs(change) >= max(_RATIO, _DEVIATIONS * scatter)
    chance = math.sqrt(max(usual * (1 - usual), _LEAST_SHARE * (1 - _LEAST_SHARE)) / now.entries)
    return change >= max(_SHARE, _DEVIATIONS * unsure * max(scatter, chance))


def _since(first: Day, before: Sequence[Day], usual: float, now: float, measure: Measure) -> int:
    """Return the first of the days in a row that are nearer to what is now than to what is usual."""
    since = first.day
    for day in reversed(before):
        figure = _figure(day, measure)
        if abs(figure - now) >= abs(figure - usual):
            break
        since = day.day
    return since
