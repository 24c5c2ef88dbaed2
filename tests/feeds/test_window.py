"""The window and the sealing of parts, as laws over any arrival of news."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.window import LIMITS, Limits, is_due, month, parts, wanted
from pipeline.model import StoryId
from pipeline.store.archives import BEGINNING, Part
from pipeline.store.labels import Position

T0 = datetime(2026, 11, 20, 5, tzinfo=UTC)
SMALL = Limits(span=timedelta(hours=48), least=3, most=12, last_words=3, room=100)

gaps = st.one_of(st.integers(1, 90), st.integers(1, 60 * 24 * 20))  # minutes between two arrivals
arrivals = st.lists(st.tuples(gaps, st.integers(1, 30)), max_size=90)
batches = st.lists(st.integers(1, 15), max_size=30)


@dataclass
class Feed:
    """A channel that grows, with its parts."""

    stories: list[tuple[Position, int]] = field(default_factory=list)
    sealed: list[Part] = field(default_factory=list)

    def bound(self) -> Position:
        """Return where the sealed parts end."""
        return self.sealed[-1].last if self.sealed else BEGINNING

    def publish(self, limits: Limits = SMALL) -> list[Position]:
        """Seal what is due, and return what the live document shows."""
        newest = [at for at, _ in reversed(self.stories)][: limits.unsealed + 1]
        unsealed = [(at, size) for at, size in self.stories if at > self.bound()]
        heavy = sum(size for _, size in unsealed) > limits.room
        if is_due(newest, self.bound(), limits) or heavy:
            self.sealed += parts("all", self.sealed[-1] if self.sealed else None, unsealed, limits)
        return newest[: wanted(newest, self.bound(), limits)]


def positions(told: Sequence[tuple[int, int]]) -> list[tuple[Position, int]]:
    """Return the positions of stories that came so many minutes one behind the other, with their sizes."""
    found, at = [], T0
    for number, (gap, size) in enumerate(told):
        at += timedelta(minutes=gap)
        found.append((Position(at, StoryId(f"s{number}")), size))
    return found


def published(told: Sequence[tuple[int, int]], cuts: Sequence[int]) -> tuple[Feed, list[Position]]:
    """Return a feed that was published after each batch, and what its live document shows at last."""
    feed, left, live = Feed(), positions(told), []
    for size in [*cuts, len(left)]:
        feed.stories += left[:size]
        left = left[size:]
        live = feed.publish()
    return feed, live


@given(arrivals, batches)
def test_live_and_parts_are_everything(told: list[tuple[int, int]], cuts: list[int]) -> None:
    """No story is in none of them, and none is in two parts; parts follow each other without a gap."""
    feed, live = published(told, cuts)

    held = [[at for at, _ in feed.stories if part.after < at <= part.last] for part in feed.sealed]
    assert {at for at, _ in feed.stories} == set(live).union(*held)
    assert [part.entries for part in feed.sealed] == [len(one) for one in held]
    assert [BEGINNING, *(part.last for part in feed.sealed)][:-1] == [part.after for part in feed.sealed]


@given(arrivals, batches)
def test_a_part_is_of_one_month_and_fits_a_document(told: list[tuple[int, int]], cuts: list[int]) -> None:
    """Parts of a month are numbered from 1; none crosses months, is empty or passes a limit."""
    feed, _ = published(told, cuts)
    sizes = dict(feed.stories)

    for part in feed.sealed:
        inside = [at for at in sizes if part.after < at <= part.last]
        assert {part.month} == {month(at.since) for at in inside}
        assert 0 < len(inside) <= SMALL.unsealed
        assert len(inside) == 1 or sum(sizes[at] for at in inside) <= SMALL.room
    names = [part.name for part in feed.sealed]
    assert len(names) == len(set(names))
    assert 1 != len(names) or max(sizes.values()) > SMALL.room


@given(arrivals, batches, batches)
def test_batches_change_no_bound(told: list[tuple[int, int]], one: list[int], other: list[int]) -> None:
    """However often it is published, a channel of the same stories has the same parts."""
    first, live = published(told, one)
    second, shown = published(told, other)

    assert first.sealed == second.sealed
    assert live == shown


@given(arrivals, batches, arrivals)
def test_bounds_never_change(
    told: list[tuple[int, int]], cuts: list[int], later: list[tuple[int, int]]
) -> None:
    """What comes later seals more parts and leaves those that there are."""
    before, _ = published(told, cuts)
    after, _ = published([*told, *later], [len(told)])

    assert before.sealed == after.sealed[: len(before.sealed)]


@given(arrivals)
def test_a_live_document_shows_two_days_within_its_limits(told: list[tuple[int, int]]) -> None:
    """It shows the newest first: all of 48 hours or the least number, whichever is more, up to the most."""
    feed, live = published(told, [])
    newest = [at for at, _ in reversed(feed.stories)]

    assert newest[: len(live)] == live
    assert len(live) <= SMALL.unsealed
    lately = [at for at in newest if at.since >= newest[0].since - SMALL.span]
    least = min(len(newest), max(len(lately), SMALL.least), SMALL.unsealed)
    assert least <= len(live)


def test_the_limits_are_those_we_promise() -> None:
    """48 hours, 50 to 500 entries; 480 stories and a reserve for last words and a notice."""
    assert (timedelta(hours=48), 50, 500, 480) == (LIMITS.span, LIMITS.least, LIMITS.most, LIMITS.unsealed)


def test_a_month_ends_at_local_midnight() -> None:
    """Half past midnight of 1 December in Viet Nam is still November in UTC, and is December's."""
    assert "2026-12" == month(datetime(2026, 11, 30, 17, 30, tzinfo=UTC))
    assert "2026-11" == month(datetime(2026, 11, 30, 16, 30, tzinfo=UTC))


def test_a_first_month_of_one_story_waits() -> None:
    """A part without a neighbour would be no archive: the first one waits for the second."""
    november, december = positions([(1, 1), (60 * 24 * 20, 1)])

    assert [] == parts("all", None, [november, december])
    [first, second] = parts("all", None, [november, (december[0], 2_000_000), december])[:2]
    assert ("2026-11-1", "2026-12-1") == (first.name, second.name)
