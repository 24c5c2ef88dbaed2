"""The days that a question names."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.chips import Span, named, undated, usual

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("q", "since", "until", "rest"),
    [
        ("mưa lũ hôm nay", "2026-11-23", "2026-11-23", "mưa lũ"),
        ("hom qua mua lu", "2026-11-22", "2026-11-22", "mua lu"),
        ("tin tuần này", "2026-11-23", "2026-11-29", "tin"),
        ("tin trong tuần trước", "2026-11-16", "2026-11-22", "tin"),
        ("họp 12/4/21", "2021-04-12", "2021-04-12", "họp"),
        ("sáng ngày 12-04-21 họp", "2021-04-12", "2021-04-12", "họp"),
        ("tháng này", "2026-11-01", "2026-11-30", ""),
        ("giá lúa tháng trước", "2026-10-01", "2026-10-31", "giá lúa"),
        ("năm ngoái", "2025-01-01", "2025-12-31", ""),
        ("xuất khẩu tháng 1/2023", "2023-01-01", "2023-01-31", "xuất khẩu"),
        ("xuat khau thang 1 nam 2023", "2023-01-01", "2023-01-31", "xuat khau"),
        ("xuất khẩu THÁNG 12-2023", "2023-12-01", "2023-12-31", "xuất khẩu"),
        ("họp T2/2024 về đất", "2024-02-01", "2024-02-29", "họp về đất"),
        ("mưa tháng 12", "2025-12-01", "2025-12-31", "mưa"),
        ("mưa tháng 11", "2026-11-01", "2026-11-30", "mưa"),
        ("sáng ngày 31/01/2023 họp", "2023-01-31", "2023-01-31", "họp"),
        ("họp 31-1-2023", "2023-01-31", "2023-01-31", "họp"),
        ("họp 31.1.2023", "2023-01-31", "2023-01-31", "họp"),
        ("họp ngày 31 tháng 1 năm 2023", "2023-01-31", "2023-01-31", "họp"),
        ("họp ngày 24/11", "2025-11-24", "2025-11-24", "họp"),
        ("GRDP quý I/2024", "2024-01-01", "2024-03-31", "GRDP"),
        ("GRDP quy 4 nam 2023", "2023-10-01", "2023-12-31", "GRDP"),
        ("lũ năm 2020", "2020-01-01", "2020-12-31", "lũ"),
        ("kh 90 ubnd kiên giang 2021", "2021-01-01", "2021-12-31", "kh 90 ubnd kiên giang 2021"),
        ("lũ từ 1/10/2020 đến ngày 15/10/2020 ở Huế", "2020-10-01", "2020-10-15", "lũ ở Huế"),
        ("lũ tháng 9/2020 - tháng 11/2020", "2020-09-01", "2020-11-30", "lũ"),
        ("sạt lở từ ngày 20 đến 22/11", "2026-11-20", "2026-11-22", "sạt lở"),
        ("từ 20 đến 22/11/2026", "2026-11-20", "2026-11-22", ""),
        ("lũ 20-22/11/2026", "2026-11-20", "2026-11-22", "lũ"),
        ("sat lo tu ngay 20 den ngay 22 thang 11 nam 2025", "2025-11-20", "2025-11-22", "sat lo"),
        ("lũ từ 20/12 đến 5/1/2024", "2023-12-20", "2024-01-05", "lũ"),
        ("lũ tháng 9 đến tháng 11/2020", "2020-09-01", "2020-11-30", "lũ"),
        ("lũ từ 20/11 đến 25/11", "2026-11-20", "2026-11-25", "lũ"),
        ("sạt lở từ 1/11 đến nay", "2026-11-01", "2026-11-23", "sạt lở"),
        ("lũ từ năm 2020 đến nay", "2020-01-01", "2026-11-23", "lũ"),
        ("GRDP 6 tháng đầu năm 2026", "2026-01-01", "2026-06-30", "GRDP"),
        ("xuất khẩu sáu tháng cuối năm 2025", "2025-07-01", "2025-12-31", "xuất khẩu"),
        ("tai nạn tháng mười năm 2026", "2026-10-01", "2026-10-31", "tai nạn"),
        ("tai nan thang muoi mot nam 2025", "2025-11-01", "2025-11-30", "tai nan"),
        ("tai nạn tháng năm năm 2026", "2026-05-01", "2026-05-31", "tai nạn"),
        ("mưa 3 ngày qua", "2026-11-20", "2026-11-23", "mưa"),
        ("mưa trong hai tuần qua", "2026-11-09", "2026-11-23", "mưa"),
        ("mưa 9 tháng vừa qua", "2026-02-23", "2026-11-23", "mưa"),
        ("mưa 5 năm qua", "2021-11-23", "2026-11-23", "mưa"),
        ("tuần qua", "2026-11-16", "2026-11-22", ""),
        ("gia dau hom nay", "2026-11-23", "2026-11-23", "gia dau"),
        ("dau tu nam 2025", "2025-01-01", "2025-12-31", "dau tu"),
        ("quy hoạch 2021", "2021-01-01", "2021-12-31", "quy hoạch 2021"),
        ("thủ tướng hôm qua đến Huế", "2026-11-22", "2026-11-22", "thủ tướng đến Huế"),
        ("tai nạn 20/11 - Đà Nẵng", "2026-11-20", "2026-11-20", "tai nạn - Đà Nẵng"),
        ("floods last 3 days", "2026-11-20", "2026-11-23", "floods"),
        ("floods last month", "2026-10-01", "2026-10-31", "floods"),
    ],
)
def test_a_question_names_a_stretch_of_days(q: str, since: str, until: str, rest: str) -> None:
    """In figures, in words, with and without accents; what is left is asked of that stretch."""
    span = Span(date.fromisoformat(since), date.fromisoformat(until), rest)

    assert [span] == named(q, TODAY)


@pytest.mark.parametrize(
    "q",
    [
        "",
        "hôm",
        "31/02/2023",
        "tháng 13/2023",
        "73/2023/NĐ-CP",
        '"lũ tháng 10/2020"',
        "“lũ tháng 10/2020”",
        "12/2021/QĐ-UBND",
        '"hôm nay ăn gì"',
        "tỷ số 1-2",
        "năm 2999",
        "1.250.000",
        "QL1A",
        "sau 20/11",
        "trước 15/11/2026",
        "từ 1/11",
        "từ 20/11/2026 trở đi",
        "đến hết ngày 20/11",
        "đầu năm 2026",
        "cuối tuần này",
        "3 tháng trước",
        "hai năm trước",
        "mưa tháng 10 và tháng 11",
        "tháng năm 2026",
        "tháng giêng năm 2026",
        "tháng mười một 2026",
        "quý ba năm 2026",
        "ngày 20 và 21/11",
        "20/11/2026 - 32/11",
        "từ 25 đến 22/11",
        "giai đoạn 2021 - 2030",
        "tỷ số 1-2/3",
        "bài 10/10/50",
        "bài 32/10/10",
        "thôn 1999a",
    ],
)
def test_what_names_no_day_gives_no_chip(q: str) -> None:
    """Document numbers, sums and scores are not days."""
    assert [] == named(q, TODAY)


def test_a_question_can_do_without_its_days() -> None:
    """All of them go; a year alone may be a word, and what is quoted was not read."""
    asked = 'sạt lở hôm qua "tháng 11/2026" từ 1/11 đến nay 2026'

    assert undated(same := "“sạt lở”  2026", TODAY) == same
    assert undated(asked, TODAY) == 'sạt lở "tháng 11/2026" 2026'


def test_everybody_is_offered_the_same_four() -> None:
    """Today, yesterday, this week from Monday on, this month to its end."""
    days = [(str(one.since), str(one.until)) for one in usual(date(2026, 2, 1))]

    assert [
        ("2026-02-01", "2026-02-01"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-26", "2026-02-01"),
        ("2026-02-01", "2026-02-28"),
    ] == days


@given(
    q=st.lists(
        st.sampled_from(
            [
                "tháng",
                "ngày",
                "2023",
                "từ",
                "đến nay",
                "29/2",
                "99 năm qua",
                "6 tháng đầu năm 2023",
                "1/2023",
                "31/1",
                "đến",
                "-",
                "quý iv/2020",
                "hôm",
                "qua",
                '"',
            ]
        )
        | st.text(max_size=5)
    ).map(" ".join),
    today=st.dates(date(1970, 1, 1), date(2100, 12, 31)),
)
def test_any_question_can_be_read(q: str, today: date) -> None:
    """Never raises; a stretch ends no earlier than it begins, and there are three at most."""
    found = named(q, today)

    assert len(found) <= 3
    assert all(one.since <= one.until for one in found)
