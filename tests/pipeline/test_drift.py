"""Drift alarms on simulated sources: silent while a source is steady, loud when its template breaks."""

import math
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from pipeline.drift import Measure, alarms
from pipeline.habits import Day

_FIRST = date(2026, 1, 5).toordinal()
_STUB = 150  # characters


def simulated(seed: int, days: int, rate: float | None = None) -> list[Day]:
    """Return the days of a steady source: weekends are slower and name fewer places."""
    random = Random(seed)
    rate = rate or math.exp(random.gauss(1.9, 1.0))
    stub, menus = random.choice((0, 0, 0.02, 0.05, 0.15)), random.choice((0, 0, 0.01, 0.03, 0.1))
    unplaced, slower, lost = random.betavariate(2, 6), random.uniform(0.2, 0.8), random.uniform(0, 0.15)
    middle, spread = random.gauss(7.6, 0.4), random.uniform(0.4, 0.8)
    made = []
    for ordinal in range(_FIRST, _FIRST + days):
        weekend = date.fromordinal(ordinal).weekday() >= 5
        mean = min(200.0, rate * (slower if weekend else 1) * math.exp(random.gauss(0, 0.25)))
        here = min(0.95, max(0.01, unplaced + (lost if weekend else 0) + random.gauss(0, 0.05)))
        shift = random.gauss(0, 0.12)
        stubs = [random.random() < stub for _ in range(_poisson(random, mean))]
        made.append(
            Day(
                ordinal,
                entries=len(stubs),
                stubs=sum(stubs),
                unplaced=sum(random.random() < here for _ in stubs),
                furniture=sum(random.random() < menus for _ in stubs),
                characters=sum(
                    _STUB if one else int(math.exp(random.gauss(middle + shift, spread))) for one in stubs
                ),
            )
        )
    return made


def _poisson(random: Random, mean: float) -> int:
    least, product, count = math.exp(-mean), random.random(), 0
    while product > least:
        product *= random.random()
        count += 1
    return count


def test_steady_sources_are_left_alone() -> None:
    """Sixty-three steady sources give less than one alarm a month together, over three months."""
    begun = 0
    for seed in range(63):
        days, before = simulated(seed, 118), set[Measure]()
        for end in range(28, len(days)):
            now = {one.measure for one in alarms({1: days[max(0, end - 40) : end + 1]}, days[end].day)}
            begun += len(now - before)
            before = now

    assert begun < 3


@pytest.mark.parametrize("measure", [Measure.STUBS, Measure.FURNITURE])
def test_a_broken_template_is_told_on_its_first_day(measure: Measure) -> None:
    """Of sources with twenty items a day 19 in 20 are told on the very day."""
    told = 0
    for seed in range(60):
        *past, last = simulated(seed, 36, rate=20)
        broken = replace(
            last,
            stubs=last.entries if measure is Measure.STUBS else last.stubs,
            furniture=last.entries if measure is Measure.FURNITURE else last.furniture,
        )
        told += measure in {one.measure for one in alarms({1: [*past, broken]}, last.day)}

    assert told >= 57


def steady(day: int) -> Day:
    """Return a day of twenty entries of 2,000 characters."""
    return Day(_FIRST + day, entries=20, unplaced=4, characters=40_000)


def broken(day: int) -> Day:
    """Return a day of which only the beginnings of articles are left."""
    return Day(_FIRST + day, entries=20, stubs=20, unplaced=4, characters=20 * _STUB)


def test_an_alarm_says_what_changed_and_since_when() -> None:
    """The usual figure, the one of now and the first of the broken days."""
    days = [*map(steady, range(28)), *map(broken, range(28, 31))]
    found = {one.measure: one for one in alarms({7: days}, _FIRST + 30)}

    assert {Measure.LENGTH, Measure.STUBS} == found.keys()
    stubs, length = found[Measure.STUBS], found[Measure.LENGTH]
    assert (0.0, 1.0, 20) == (stubs.usual, stubs.now, stubs.entries)
    assert (2_000, 150) == (round(length.usual), round(length.now))
    assert stubs.since == length.since == date.fromordinal(_FIRST + 28)


def test_an_alarm_ends_when_things_are_as_before() -> None:
    """A day as usual after two broken ones is no alarm."""
    days = [*map(steady, range(28)), broken(28), broken(29), steady(30)]

    assert [] == alarms({7: days}, _FIRST + 30)


def test_an_alarm_ends_when_the_new_way_has_become_usual() -> None:
    """A source that has changed for good is told for more than a week, and not after four."""
    days = [*map(steady, range(28)), *map(broken, range(28, 60))]
    told = [bool(alarms({7: days[: end + 1]}, _FIRST + end)) for end in range(28, 60)]

    assert all(told[:7])
    assert not any(told[28:])


def test_small_numbers_and_files_say_nothing() -> None:
    """Less than ten entries in a week, a young source, and what was handed in as files."""
    few = [replace(steady(day), entries=1, unplaced=0, characters=2_000) for day in range(28)]
    days = [*map(steady, range(28)), broken(28)]

    assert [] == alarms({7: [*few, replace(broken(28), entries=1, stubs=1)]}, _FIRST + 28)
    assert [] == alarms({7: days[-2:]}, _FIRST + 28)
    assert [] == alarms({0: days}, _FIRST + 28)


def test_pages_of_stubs_are_told_apart() -> None:
    """A feed of stubs is steady while the template of its pages breaks."""
    stubs = [replace(broken(day), stubs=20) for day in range(29)]
    pages = [*map(steady, range(28)), replace(steady(28), furniture=20)]
    [found] = alarms({7: stubs, -7: pages}, _FIRST + 28)

    assert (Measure.FURNITURE, True) == (found.measure, found.pages)
