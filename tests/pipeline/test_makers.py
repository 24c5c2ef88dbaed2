"""Who made an article, by the parts of its page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import extract

_TEXT = "".join(
    f"<p>Đoạn thứ {number} kể chuyện người dân đắp lại bờ bao trước mùa nước, ai cũng góp một tay.</p>"
    for number in range(5)
)
_TITLE = "Bờ bao Rạch Cái được đắp lại trước mùa nước"


def _page(header: str = "", below: str = "") -> extract.Page:
    return extract.page(
        f"<title>{_TITLE}</title><body><div><h1>{_TITLE}</h1>{header}<div>{_TEXT}</div>{below}</div></body>"
    )


@pytest.mark.parametrize(
    ("header", "authors"),
    [
        ('<div><a class="tac-gia">Lê Thị Hường</a><span>12/3/2024</span></div>', ("Lê Thị Hường",)),
        ("<div><span>Lê Thị Hường</span><time>3 giờ trước</time></div>", ("Lê Thị Hường",)),
        ("<div>Lê Thị Hường - Trần Văn Bảy | 12/03/2024 08:00</div>", ("Lê Thị Hường", "Trần Văn Bảy")),
        ('<div><a rel="author" href="/u/7">Huy</a><i> - 12/3/2024</i></div>', ("Huy",)),
        ('<p><a href="/tac-gia/huong-9">Hường</a><span>12/3/2024</span></p>', ("Hường",)),
        ("<div>Bởi <b>Lê Thị Hường</b> <span>12/3/2024</span></div>", ("Lê Thị Hường",)),
    ],
)
def test_names_beside_the_headline(header: str, authors: tuple[str, ...]) -> None:
    """A name is read beside the date, and the line of both is no paragraph."""
    page = _page(header)

    assert page.authors == authors
    assert page.text.startswith("Đoạn thứ 0")


@pytest.mark.parametrize(
    "header",
    [
        "<div><span>Quảng Bình</span><time>12/3/2024</time></div>",
        "<div><span>Ban Biên Tập</span><span>12/3/2024</span></div>",
        '<div><span class="author">Admin</span><span>12/3/2024</span></div>',
        '<div><span class="author">Báo Sông Quê</span><span>12/3/2024</span></div>',
        "<div><span>Xây dựng Đảng</span><span>12/3/2024</span></div>",
    ],
)
def test_places_offices_and_sections_are_nobody(header: str) -> None:
    """What stands beside a date need not be somebody's name."""
    assert _page(header).authors == ()


def test_section_of_the_menu() -> None:
    """A capitalised name that the menu links to is a section's."""
    menu = '<ul><li><a href="/doi-song">Đời Sống</a></li></ul>'
    page = _page(f"{menu}<div><span>Đời Sống</span><time>12/3/2024</time></div>")

    assert page.authors == ()


@pytest.mark.parametrize(
    ("below", "credit"),
    [
        ("<p><b>Tác giả bài viết:</b> Ban biên tập</p><p><b>Nguồn tin:</b> Báo Rạch Giá</p>", "Báo Rạch Giá"),
        ('<div class="source">Đài xã Vĩnh Lạc</div>', "Đài xã Vĩnh Lạc"),
        ('<div class="source">Link gốc</div>', ""),
    ],
)
def test_source_below_the_text(below: str, credit: str) -> None:
    """Whom a text was taken from is read below it, and no button is taken for it."""
    assert _page(below=below).credit == credit


@pytest.mark.parametrize(
    "line",
    [
        "<span>Thứ Năm, 14/8 - 09:15</span><i>4 phút đọc</i>",
        "<b>Chuyên mục:</b> <a href='/x'>Tin xã</a>",
        "<span>Đăng ngày 27/11/2025 08:45</span><span>332</span>",
        "Cập nhật lần cuối: 09 Tháng 10 2025",
        "<a href='#'>Facebook</a><a href='#'>Zalo</a><a href='#'>In bài viết</a>",
        "1542",
        "Viết bởi Administrator",
    ],
)
def test_lines_of_days_sections_and_counters_are_no_text(line: str) -> None:
    """A line beside the headline that tells nothing of what is told stays out of the text."""
    page = _page(f"<time datetime='2025-11-27T08:45:00+07:00'></time><div>{line}</div>")

    assert page.text.startswith("Đoạn thứ 0")


@pytest.mark.parametrize(
    "line",
    [
        "1. Bờ bao ấp Năm",
        "<b>1.</b> <b>Bờ bao ấp Năm</b>",
        "Thời gian: 08:00 ngày 20/9 - Địa điểm: nhà văn hóa ấp",
        "Kỷ niệm ngày 30/4",
        "<table><tr><td>Ngày ban hành</td><td>01/10/2025</td></tr><tr><td>Số</td><td>12/KH</td></tr></table>",
    ],
)
def test_what_is_told_beside_the_headline_stays(line: str) -> None:
    """Numbered headings, events and tables are text, whatever days and numbers they have."""
    page = _page(f"<time datetime='2025-11-27T08:45:00+07:00'></time><div>{line}</div>")

    assert not page.text.startswith("Đoạn thứ 0")


@given(st.text(alphabet="AbĐà |·-:(),1./", max_size=200))
def test_any_line(header: str) -> None:
    """Whatever stands beside the headline, reading it raises nothing and keeps the text."""
    assert "Đoạn thứ 4" in _page(f"<div>{header}</div>").text
