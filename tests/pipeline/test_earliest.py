"""Who told a story first, by the times that the sources write."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.earliest import Grain, Span, Why, first, span
from pipeline.model import LOCAL_ZONE, Basis, EntryId, Precision, When

DAY = datetime(2023, 1, 31, tzinfo=LOCAL_ZONE)
_INSTANTS = st.integers(0, 200).map(lambda hours: DAY + timedelta(hours=hours))
_SPANS = st.builds(
    lambda begin, hours: Span(begin, begin + timedelta(hours=hours), Grain.DAY),
    _INSTANTS,
    st.integers(1, 60),
)
_TOLD = st.dictionaries(st.sampled_from("abcdefgh").map(EntryId), st.none() | _SPANS, max_size=6)


def told(*published: str, basis: Basis = Basis.FEED) -> dict[EntryId, Span | None]:
    """Return what entries named a, b, … state."""
    return {EntryId(chr(97 + at)): span(one, basis) for at, one in enumerate(published)}


@pytest.mark.parametrize(
    ("published", "begin", "length", "grain"),
    [
        ("2023-01-31T17:05:09+07:00", (17, 5, 9), timedelta(seconds=1), Grain.SECOND),
        ("2023-01-31T10:05:00+00:00", (17, 5, 0), timedelta(minutes=1), Grain.MINUTE),
        ("2023-01-31T00:00:00+07:00", (0, 0, 0), timedelta(days=1), Grain.DAY),
        ("2023-01-31", (0, 0, 0), timedelta(days=1), Grain.DAY),
    ],
)
def test_a_time_is_as_long_as_it_is_precise(
    published: str, begin: tuple[int, int, int], length: timedelta, grain: Grain
) -> None:
    """Nobody writes the seconds of 17:05, and midnight is a date without a time of day."""
    found = span(published, Basis.FEED)
    hours, minutes, seconds = begin
    start = DAY + timedelta(hours=hours, minutes=minutes, seconds=seconds)

    assert Span(start, start + length, grain) == found


@pytest.mark.parametrize(
    ("published", "begin", "end"),
    [
        ("2023-01", date(2023, 1, 1), date(2023, 2, 1)),
        ("2022-12", date(2022, 12, 1), date(2023, 1, 1)),
        ("2022", date(2022, 1, 1), date(2023, 1, 1)),
    ],
)
def test_months_and_years_are_local(published: str, begin: date, end: date) -> None:
    """A month begins at midnight in Viet Nam."""
    found = span(published, Basis.BULLETIN)
    midnights = [datetime.combine(day, time(), LOCAL_ZONE) for day in (begin, end)]

    assert found is not None
    assert midnights == [found.begin, found.end]


@given(st.integers(0, 4_000_000_000), st.sampled_from(Precision))
def test_what_a_date_says_lies_in_its_interval(seconds: int, precision: Precision) -> None:
    """Whatever is known of a date, its start is the interval's or lies in it."""
    when = When(datetime.fromtimestamp(seconds, UTC), precision, Basis.META)
    found = span(when.text(), when.basis)

    assert found is not None
    assert found.begin <= when.at < found.end
    assert when.text().startswith(found.text())


@given(st.text(max_size=30), st.sampled_from(Basis))
def test_no_text_breaks_it(published: str, basis: Basis) -> None:
    """What is no date is no time."""
    found = span(published, basis)

    assert found is None or found.begin < found.end


@pytest.mark.parametrize("published", ["", "9999", "9999-12", "9999-12-31", "0000", "2023-13", "2023-02-30"])
def test_what_no_calendar_has_is_no_time(published: str) -> None:
    """Neither the last year, whose end cannot be written, nor a thirteenth month."""
    assert span(published, Basis.GIVEN) is None


def test_the_earlier_minute_wins() -> None:
    """One is out before the other begins."""
    found = first(told("2023-01-31T17:06:00+07:00", "2023-01-31T17:05:00+07:00"))

    assert ("b", Why.EARLIEST, ("b",)) == (found.entry_id, found.why, found.candidates)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2023-01-31T17:05:00+07:00", "2023-01-31T17:05:00+07:00"),
        ("2023-01-31T17:05:00+07:00", "2023-01-31T17:05:30+07:00"),
        ("2023-01-31T17:05:00+07:00", "2023-01-31"),
        ("2023-01-31", "2023-01"),
        ("2023-01", "2023"),
    ],
)
def test_times_that_overlap_are_not_ordered(one: str, other: str) -> None:
    """Both may have been first, and no guess is made."""
    found = first(told(one, other))

    assert (None, Why.OVERLAP, {"a", "b"}) == (found.entry_id, found.why, set(found.candidates))


def test_a_day_before_a_minute_of_the_next_day_wins() -> None:
    """Precision may differ where it does not matter, and who cannot have been first is no candidate."""
    found = first(told("2023-02-01T00:01:00+07:00", "2023-01-31"))
    three = first(told("2023-01-31T08:00:00+07:00", "2023-01-31", "2023-02-01"))

    assert ("b", Why.EARLIEST) == (found.entry_id, found.why)
    assert (None, {"a", "b"}) == (three.entry_id, set(three.candidates))


@pytest.mark.parametrize("basis", [Basis.RECEIVED, Basis.INFERRED])
def test_what_the_source_did_not_write_neither_wins_nor_decides(basis: Basis) -> None:
    """The day we received it, or one that the text tells, is not the source's time."""
    early = {EntryId("x"): span("2020-01-01", basis)}
    two = told("2023-01-31T08:00:00+07:00", "2023-02-01")

    assert (None, Why.UNDATED) == ((alone := first(early)).entry_id, alone.why)
    assert (None, Why.ONE_DATED) == ((one := first(early | told("2023-01-31"))).entry_id, one.why)
    assert ("a", ("x",)) == ((won := first(early | two)).entry_id, won.undated)


def test_who_alone_tells_it_is_first() -> None:
    """There is nobody to compare with."""
    found = first(told("2023-01"))

    assert ("a", Why.ALONE) == (found.entry_id, found.why)


@given(_TOLD, st.randoms())
def test_the_order_of_tellings_is_no_matter(entries: dict[EntryId, Span | None], chance: object) -> None:
    """The same tellings, the same answer."""
    mixed = list(entries.items())
    chance.shuffle(mixed)  # type: ignore[attr-defined]

    assert first(entries) == first(dict(mixed))


@given(_TOLD, _SPANS)
def test_a_later_telling_changes_nothing(entries: dict[EntryId, Span | None], late: Span) -> None:
    """Who was first among several stays so, whoever comes behind; so does who may have been."""
    before = first(entries)
    ends = [one.end for one in entries.values() if one]
    if len(ends) < 2 or late.begin < min(ends):
        return
    after = first(entries | {EntryId("z"): late})

    assert (before.entry_id, before.candidates) == (after.entry_id, after.candidates)


@given(_TOLD, st.integers(0, 40), st.integers(0, 40))
def test_knowing_less_makes_nobody_first(
    entries: dict[EntryId, Span | None], earlier: int, later: int
) -> None:
    """A wider interval of whoever was not sure to be first gives no sure winner among several."""
    before = first(entries)
    for entry_id, at in entries.items():
        if at is None or entry_id == before.entry_id:
            continue
        wide = Span(at.begin - timedelta(hours=earlier), at.end + timedelta(hours=later), at.grain)

        assert first(entries | {entry_id: wide}).entry_id in (before.entry_id, None)
        assert first(entries | {entry_id: wide}).entry_id != entry_id


@given(_TOLD)
def test_a_winner_was_out_before_any_other_began(entries: dict[EntryId, Span | None]) -> None:
    """What the answer claims can be read off the intervals, and so can every candidate."""
    found = first(entries)
    dated = {entry_id: at for entry_id, at in entries.items() if at is not None}

    assert set(found.undated) == entries.keys() - dated.keys()
    assert set(found.candidates) == {
        one for one, at in dated.items() if all(at.begin < other.end for other in dated.values())
    }
    if found.entry_id is not None:
        mine = dated[found.entry_id]
        assert all(mine.end <= other.begin for one, other in dated.items() if one != found.entry_id)
