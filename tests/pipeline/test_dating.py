"""Which of several dates is the publication date."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import dates, dating
from pipeline.model import LOCAL_ZONE, Basis, Precision, When

NOW = datetime(2025, 10, 10, 1, tzinfo=UTC)  # 08:00 in Vietnam


def _when(text: str, basis: Basis) -> When:
    read = dates.parse(text, basis)
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("stated", "text", "expected"),
    [
        (
            [("2025-09-10T07:45", Basis.META), ("09/10/2025 07:45", Basis.HEADER)],
            "",
            "2025-10-09T07:45 header",
        ),
        ([("2025-09-10T07:45", Basis.META), ("2025-10-09", Basis.URL)], "", "2025-10-09 url"),
        ([("2025-09-10T07:45", Basis.FEED)], "Sáng 9/10, xã họp.", "2025-10-09T07:45 feed"),
        ([("2025-09-10T07:45", Basis.FEED)], "Sáng 10/9, xã họp.", "2025-09-10T07:45 feed"),
        (
            [("2025-10-09T07:45", Basis.META), ("10/09/2025", Basis.PAGE)],
            "Sáng 9/10, xã họp.",
            "2025-10-09T07:45 meta",
        ),
        ([("2025-09-10T07:45", Basis.META), ("10/09/2025", Basis.HEADER)], "", "2025-09-10T07:45 meta"),
        ([("2025-12-09T07:45", Basis.FEED)], "", "2025-10-10T08:00 received"),
        ([("2025-08-10", Basis.FEED)], "", "2025-08-10 feed"),
        (
            [("2025-10-09T20:10:00Z", Basis.META), ("09/10/2025 20:10", Basis.HEADER)],
            "",
            "2025-10-09T20:10 header",
        ),
        ([("2025-10-10T07:55:00Z", Basis.FEED)], "", "2025-10-10T07:55 feed"),
        ([("2026-05-01", Basis.GIVEN), ("2025-10-01", Basis.URL)], "", "2025-10-01 url"),
        ([("10/10/2025", Basis.PAGE)], "", "2025-10-10T08:00 received"),
        ([("10/10/2025 07:59", Basis.PAGE), ("2025-10", Basis.URL)], "", "2025-10 url"),
        ([("14/02/2015", Basis.PAGE), ("2025-10-08", Basis.URL)], "", "2025-10-08 url"),
        ([("2025-10-10T07:59", Basis.META), ("02/06/2025", Basis.HEADER)], "", "2025-06-02 header"),
        ([("2025-10", Basis.URL)], "Sáng 9/10, xã họp.", "2025-10-09 inferred"),
        ([("2025-10", Basis.URL)], "Sáng 30/9, xã họp.", "2025-10 url"),
        ([("2025", Basis.META), ("2025-10-08", Basis.URL)], "", "2025-10-08 url"),
        ([], "Sáng 9/10/2025, xã họp.", "2025-10-09 inferred"),
        ([], "Ngày 12/10/2025, xã họp.", "2025-10-10T08:00 received"),
        ([], "Sáng 9/10, xã họp.", "2025-10-10T08:00 received"),
    ],
)
def test_the_date_that_nothing_refutes_is_chosen(
    stated: list[tuple[str, Basis]], text: str, expected: str
) -> None:
    """Swaps, zones, clocks and the future are found out by what else is known."""
    chosen = dating.choose([_when(*one) for one in stated], text, NOW)
    told = (
        chosen.text().removesuffix("+07:00").removesuffix(":00")
        if chosen.precision is Precision.SECOND
        else chosen.text()
    )

    assert expected == f"{told} {chosen.basis}"


@pytest.mark.parametrize(
    ("field", "received", "expected"),
    [
        ("10/11/2025 07:45", "2025-10-11T08:00:00+07:00", "2025-10-11T07:45:00+07:00"),
        ("2025-12-11", "2025-11-12T20:00:00+07:00", "2025-11-12"),
        ("2025-12-11", "2025-11-30T20:00:00+07:00", None),
        ("25/12/2025", "2025-11-12T20:00:00+07:00", None),
    ],
)
def test_the_receipt_proves_a_swap(field: str, received: str, expected: str | None) -> None:
    """A date from the future is swapped only if that makes it fresh."""
    chosen = dating.best([_when(field, Basis.FEED)], "", datetime.fromisoformat(received).astimezone(UTC))

    assert expected == (chosen.text() if chosen else None)


WHENS = st.builds(
    lambda day, precision, basis: When(
        datetime(day.year, day.month, day.day, tzinfo=LOCAL_ZONE).astimezone(UTC), precision, basis
    ),
    st.dates(min_value=date(1980, 1, 1), max_value=date(2060, 12, 31)),
    st.sampled_from(Precision),
    st.sampled_from([basis for basis in Basis if basis is not Basis.RECEIVED]),
)


@given(st.lists(WHENS, max_size=6), st.sampled_from(["", "Sáng 9/10, xã họp.", "Ngày 3/4/2024, tỉnh họp."]))
def test_a_chosen_date_is_never_in_the_future(stated: list[When], text: str) -> None:
    """Whatever is stated, the choice is plausible, and is the receipt's if nothing else is."""
    chosen = dating.choose(stated, text, NOW)

    assert chosen.at <= NOW + timedelta(days=1)
    assert chosen.local().year >= 1990
    assert chosen == dating.choose(reversed(stated), text, NOW) or len({one.basis for one in stated}) < len(
        stated
    )
