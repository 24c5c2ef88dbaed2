"""Date lines that lean on the day of reading."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import dates_relative
from pipeline.model import Basis

NOW = datetime(2026, 1, 3, 1, 30, tzinfo=UTC)  # Saturday, 08:30 in Vietnam


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Thứ Tư, 31/12 - 16:20", "2025-12-31T16:20:00+07:00"),
        ("16:20 | Thứ 4, 31/12", "2025-12-31T16:20:00+07:00"),
        ("CN, 28/12 06:00", "2025-12-28T06:00:00+07:00"),
        ("T6, 2/1 - 9h05", "2026-01-02T09:05:00+07:00"),
        ("Thứ Năm, 14/8", "2025-08-14"),
        ("Thứ Tư, 14/8 - 09:15", "2024-08-14T09:15:00+07:00"),
        ("Đăng ngày 3/1", "2026-01-03"),
        ("Đăng ngày 4/1", "2025-01-04"),
        ("08:00 29/2", None),
        ("Thứ Năm, 29/2 - 08:00", "2024-02-29T08:00:00+07:00"),
        ("ngày 31 tháng 12, 16:20", "2025-12-31T16:20:00+07:00"),
        ("Hôm nay, 07:45", "2026-01-03T07:45:00+07:00"),
        ("Hôm nay, 09:45", None),
        ("Hôm qua lúc 16:30", "2026-01-02T16:30:00+07:00"),
        ("16:30 hôm kia", "2026-01-01T16:30:00+07:00"),
        ("Hôm qua", None),
        ("9 giờ trước", "2026-01-02"),
        ("Cập nhật: 5 phút trước", "2026-01-03"),
        ("Cách đây 3 ngày", "2025-12-31"),
        ("3 ngày", None),
        ("90 ngày trước", None),
        ("2 tuần trước", None),
        ("(31/12)", None),
        ("Đường 30/4, phường 5", None),
        ("Đạt 15/25 chỉ tiêu lúc 16:20", None),
        ("Hạn nộp: thứ Tư, 31/12", None),
        ("Thứ Tư, 31/12/2024", None),
        ("Ba mươi hộ dân ở thôn Đoài nhận nhà mới sáng thứ Tư, 31/12, ai cũng vui", None),
    ],
)
def test_a_line_counts_back_from_the_receipt(row: str, expected: str | None) -> None:
    """The latest day that fits is meant, past and on its weekday; what is no date line is none."""
    found = dates_relative.line(row, NOW, Basis.HEADER)

    assert expected == (found.text() if found else None)


PIECES = [
    "0",
    "2",
    "9",
    "31/12",
    "29/2",
    "08:00",
    " - ",
    ", ",
    ":",
    "(",
    ")",
    "thứ ",
    "năm",
    "hôm qua",
    "3 giờ trước",
]
ROWS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
SINCE, UNTIL = datetime(1995, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


@given(ROWS | st.text(max_size=100), st.integers(0, int((UNTIL - SINCE).total_seconds())))
@example("29/2 - 08:00 thứ hai", 200_000_000)
def test_no_line_is_later_than_its_receipt(row: str, seconds: int) -> None:
    """Whatever a row says, it is read as a day of the years before the receipt, or not at all."""
    received_at = SINCE + timedelta(seconds=seconds)
    found = dates_relative.line(row, received_at, Basis.HEADER)

    assert found is None or timedelta() <= received_at - found.at <= timedelta(days=6 * 366)


@pytest.mark.parametrize("piece", ["0", "1/", "hôm ", "thứ tư ", "đăng ", " ", "3 giờ ", "9:"])
def test_a_long_row_is_read_in_time(piece: str) -> None:
    """A row of a megabyte is no date line, and costs nothing."""
    assert dates_relative.line(piece * 100_000, NOW, Basis.HEADER) is None
