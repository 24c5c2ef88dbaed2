"""When to poll next: what is learned, what is asked for, and what is sensible."""

import random
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Hints
from pipeline.schedule import Rhythm, freshness, learn, next_poll

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # a Monday, 8 o'clock in Viet Nam
DAY = timedelta(days=1)
# Share of a provincial paper's items in each local hour: two desks' shifts and a quiet night.
HOURS = (0, 0, 0, 0, 0.2, 1, 3, 5, 6, 6, 5, 3, 2, 3, 5, 6, 6, 5, 3, 2, 2, 1, 0.5, 0.1)


def published(per_day: float, seed: int, *, batch: int = 1, weekend: float = 1.0) -> list[datetime]:
    """Return the times at which a paper publishes, from 30 days before NOW to 14 days after."""
    draw = random.Random(seed)
    times = []
    for day in range(-30, 14):
        share = weekend if (NOW + day * DAY).weekday() > 4 else 1.0
        for hour, weight in enumerate(HOURS):
            expected = per_day / batch * share * weight / sum(HOURS)
            left = draw.expovariate(1.0)
            while left < expected:
                at = NOW - timedelta(hours=8) + day * DAY + timedelta(hours=hour, minutes=60 * draw.random())
                times += [at + timedelta(seconds=30 * number) for number in range(batch)]
                left += draw.expovariate(1.0)
    return sorted(times)


def lived(times: list[datetime], seed: int, **more: object) -> tuple[list[float], float]:
    """Poll for two weeks; return the minutes from publication to poll, and the polls a day, of the second."""
    draw = random.Random(seed)
    at, polls, delays = NOW, 0, list[float]()
    rhythm = learn(None, [moment for moment in times if moment <= at][-30:], at)
    left = [moment for moment in times if moment > at]
    while at < NOW + 14 * DAY:
        at = next_poll(at, 600, rhythm=rhythm, chance=draw.random(), **more)  # type: ignore[arg-type]
        fresh = [moment for moment in left if moment <= at]
        left = left[len(fresh) :]
        rhythm = learn(rhythm, fresh, at) if fresh else rhythm
        if at > NOW + 7 * DAY:
            polls += 1
            delays += [(at - moment).total_seconds() / 60 for moment in fresh]
    return delays, polls / 7


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("weekend", [1.0, 0.3])
@pytest.mark.parametrize("per_day", [6, 15, 60])
def test_who_publishes_daily_is_seen_within_five_minutes(per_day: float, weekend: float, batch: int) -> None:
    """The median from publication to poll is at most 5 minutes, at fewer polls than one every 8 minutes."""
    delays: list[float] = []
    for seed in range(3):
        more, polls = lived(published(per_day, seed, batch=batch, weekend=weekend), seed)
        delays += more
        assert polls < 150

    assert median(delays) <= 5


@pytest.mark.parametrize(("per_day", "most"), [(0.0, 1.2), (0.1, 4.0), (1.0, 45.0)])
def test_who_publishes_seldom_is_asked_seldom(per_day: float, most: float) -> None:
    """A feed that says nothing is polled once a day, one with an item a day at most twice an hour."""
    _, polls = lived(published(per_day, 1), 1)

    assert 0.8 <= polls <= most


def test_a_new_feed_is_polled_at_the_given_interval() -> None:
    """Before a day was watched nothing is learned; its promised period counts, up to an hour."""
    rhythm = learn(None, [NOW - timedelta(hours=3)], NOW)

    assert NOW + timedelta(minutes=10) == next_poll(NOW, 600, rhythm=rhythm)
    assert NOW + timedelta(minutes=30) == next_poll(NOW, 600, hints=Hints(period=1_800.0))
    assert NOW + timedelta(hours=1) == next_poll(NOW, 600, hints=Hints(period=604_800.0))
    assert NOW + timedelta(minutes=10) == next_poll(NOW, 600, hints=Hints(period=1.0))


@pytest.mark.parametrize(
    ("hints", "max_age", "minutes"),
    [
        (Hints(), None, 10),
        (Hints(ttl=1_800.0), None, 30),
        (Hints(ttl=604_800.0), None, 60),
        (Hints(), 1_200.0, 20),
        (Hints(ttl=0.0), 31_536_000.0, 60),
    ],
)
def test_what_is_asked_for_counts_up_to_an_hour(hints: Hints, max_age: float | None, minutes: int) -> None:
    """`ttl` and max-age hold off a poll; a week of either does not."""
    assert NOW + timedelta(minutes=minutes) == next_poll(NOW, 600, hints=hints, max_age=max_age)


def test_hours_and_days_that_are_skipped() -> None:
    """A poll falls in no hour and on no day in which nothing is published, unless all are named."""
    assert 4 == next_poll(NOW, 600, hints=Hints(skip_hours=(1, 2, 3))).hour
    assert 2 == next_poll(NOW, 600, hints=Hints(skip_days=(0, 1))).weekday()
    assert NOW + timedelta(minutes=10) == next_poll(NOW, 600, hints=Hints(skip_hours=tuple(range(24))))
    assert NOW + timedelta(minutes=10) == next_poll(NOW, 600, hints=Hints(skip_days=tuple(range(7))))


def test_failures_wait_longer_and_longer() -> None:
    """Each failure doubles the wait, up to a day; 404 and 410 go up to a week."""
    waits = [next_poll(NOW, 600, failures=failures, status=500) - NOW for failures in (1, 2, 20)]
    gone = [next_poll(NOW, 600, failures=failures, status=404) - NOW for failures in (1, 2, 20)]

    assert [timedelta(minutes=5), timedelta(minutes=10), DAY] == waits
    assert [timedelta(hours=2), timedelta(hours=4), timedelta(days=7)] == gone
    assert DAY == next_poll(NOW, 600, failures=1, status=410) - NOW


def test_one_failure_at_night_is_looked_at_soon() -> None:
    """A feed that is asked every few hours is asked again in minutes when it failed once."""
    rare = learn(None, [NOW - 20 * DAY, NOW - 10 * DAY], NOW)
    night = NOW + timedelta(hours=18)

    assert next_poll(night, 600, rhythm=rare) - night > timedelta(hours=3)
    assert timedelta(minutes=5) == next_poll(night, 600, rhythm=rare, failures=1, status=500) - night
    asked = next_poll(night, 600, rhythm=rare, failures=1, status=503, retry_after=7200)
    assert timedelta(hours=2) == asked - night


def test_a_hub_that_works_makes_polling_rare() -> None:
    """While a hub brings what is new, polling only makes sure."""
    assert NOW + timedelta(hours=3) == next_poll(NOW, 600, pushed=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=300"}, 300.0),
        ({"cache-control": "s-maxage=5, max-age=60", "expires": "Mon, 02 Nov 2026 05:00:00 GMT"}, 60.0),
        ({"cache-control": "no-cache, max-age=300"}, None),
        ({"expires": "Mon, 02 Nov 2026 01:10:00 GMT"}, 600.0),
        ({"expires": "Mon, 02 Nov 2026 05:00:00 GMT", "date": "Mon, 02 Nov 2026 04:00:00 GMT"}, 3600.0),
        ({"expires": "0"}, None),
        ({"expires": "Thu, 19 Nov 1981 08:52:00 GMT"}, 0.0),
        ({}, None),
    ],
)
def test_how_long_an_answer_may_be_kept(headers: dict[str, str], seconds: float | None) -> None:
    """Cache-Control goes before Expires; what says nothing sensible says nothing."""
    assert seconds == freshness(headers, NOW)


@given(
    st.lists(st.integers(-90 * 24 * 60, 60), max_size=60),
    st.integers(0, 20),
    st.sampled_from([None, 404, 410, 500, 503]),
    st.none() | st.floats(0, 1e9),
    st.none() | st.floats(0, 1e9),
    st.tuples(st.sets(st.integers(0, 23)), st.sets(st.integers(0, 6))),
    st.floats(0, 1, exclude_max=True),
)
def test_always_in_time(  # noqa: PLR0917 - one for each thing that bounds it
    minutes: list[int],
    failures: int,
    status: int | None,
    wait: float | None,
    max_age: float | None,
    skipped: tuple[set[int], set[int]],
    chance: float,
) -> None:
    """Whatever was learned and asked for: never before a minute, never after a week and the skipped days."""
    rhythm = learn(None, [NOW + timedelta(minutes=one) for one in minutes], NOW)
    hints = Hints(max_age, tuple(skipped[0]), tuple(skipped[1]), max_age)
    due = next_poll(
        NOW,
        600,
        rhythm=rhythm,
        hints=hints,
        max_age=max_age,
        failures=failures,
        status=status,
        retry_after=wait,
        chance=chance,
    )

    assert timedelta(minutes=1) <= due - NOW <= timedelta(days=10)


@given(st.lists(st.integers(0, 20 * 24 * 60), min_size=1, max_size=40), st.randoms())
def test_the_order_of_learning_is_no_matter(minutes: list[int], draw: random.Random) -> None:
    """A rhythm learned at once and one learned piece by piece, in any order, differ by rounding alone."""
    times = [NOW - timedelta(minutes=one) for one in minutes]
    begun = Rhythm((0.0,) * 24, NOW - 28 * DAY, NOW)
    draw.shuffle(times)
    piecewise = begun
    for moment in times:
        piecewise = learn(piecewise, [moment], NOW)

    assert learn(begun, sorted(times), NOW).hours == pytest.approx(piecewise.hours, abs=0.01)
