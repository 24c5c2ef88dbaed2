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


@given(st.text(alphabet="AbĐà |·-:(),1./", max_size=200))
def test_any_line(header: str) -> None:
    """Whatever stands beside the headline, reading it raises nothing and keeps the text."""
    assert "Đoạn thứ 4" in _page(f"<div>{header}</div>").text
