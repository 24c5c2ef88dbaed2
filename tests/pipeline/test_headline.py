"""The headline of a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import extract, headline
from pipeline.sheet import Row, Sheet

TITLE = "Bến phà giữ một chuyến đêm cho người đi cấp cứu"
TEXT = (
    "Từ tối 14/8, bến phà giữ một phà nhỏ và hai thuyền viên trực suốt đêm để đưa người bệnh qua sông, "
    "không thu tiền của bà con."
)


def _page(head: str, body: str) -> str:
    text = f"<div><p>{TEXT}</p><p>{TEXT} Kinh phí do xã lo.</p></div>"
    return f"<html><head>{head}</head><body>{body}{text}</body>"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"<title>{TITLE} - Cổng thông tin điện tử tỉnh</title>", f"<h1>{TITLE}</h1>"),
        (f"<title>Cổng TTĐT tỉnh | {TITLE}</title>", f"<h1>Cổng TTĐT tỉnh</h1><p>{TITLE}</p>"),
        (f"<title>{TITLE} - Tỉnh</title>", f"<h1>{TITLE} - Tỉnh</h1><span>{TITLE}</span>"),
        (f"<title>{TITLE[:30]}…</title>", f"<h2>{TITLE}</h2>"),
        (f'<title>Báo</title><meta property="og:title" content="{TITLE}">', f"<p><b>{TITLE}</b></p>"),
        ("<title>Báo Sông Quê</title>", f"<h1>Báo Sông Quê</h1><h3>{TITLE}</h3><p>14/08/2026</p>"),
        ("", f'<div class="tieude">{TITLE}</div><p>14/08/2026 08:15</p>'),
        ("<title>Chi tiết tin</title>", f"<p><font>{TITLE}</font></p>14/08/2026"),
        (f"<title>{TITLE}</title>", ""),
        (f"<title>null {TITLE}</title>", f"<h1>null {TITLE}</h1>"),
        (f"<title>{TITLE} &#8211; Sở Y tế tỉnh Sông Quê</title>", ""),
    ],
)
def test_the_headline_of_a_page(head: str, body: str) -> None:
    """What metadata confirm is the headline without the site's name; else what is built like one."""
    assert TITLE == extract.page(_page(head, body)).title


@pytest.mark.parametrize(
    "title",
    [
        "Sở Y tế tập huấn phòng bệnh mùa lũ cho trạm xã",
        "UBND tỉnh họp phiên thường kỳ tháng Tám",
        "Trung tâm y tế xã nhận xe cứu thương mới - thêm một chỗ dựa",
    ],
)
def test_an_office_may_begin_a_headline(title: str) -> None:
    """A headline that begins like the name of an office is one, where nothing else is."""
    assert title == extract.page(_page(f"<title>{title}</title>", f"<h1>{title}</h1>")).title


def test_a_link_in_a_list_is_no_headline() -> None:
    """The headline in a list of news confirms nothing while it stands alone elsewhere."""
    rows = [Row(TITLE, "li", len(TITLE), -1), Row(TITLE, "h1", 0, -1), Row("x", "p", 0, -1)]

    assert [1] == headline.confirmed(Sheet(rows), [f"{TITLE} | Báo"], "")


@given(st.lists(st.text(max_size=60), max_size=6), st.lists(st.text(max_size=60), max_size=4))
def test_any_name_of_a_page_is_read(lines: list[str], said: list[str]) -> None:
    """Never raises; what it confirms are rows that there are, all of the same words."""
    rows = [Row(line, "p", 0, -1) for line in lines]
    found = headline.confirmed(Sheet(rows), said, "báo")
    named = list(headline.named(said, "báo"))

    assert all(0 <= at < len(rows) for at in found)
    assert len(named) <= len(said)
