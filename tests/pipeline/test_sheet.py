"""HTML as rows of text, in our own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import markup, walk
from pipeline.markup import rows, tree

PROSE = "Sáng nay, xã họp bàn việc giữ con đê ven sông trước mùa nước lớn, mời cả trưởng các ấp cùng nghe."
SHORT = "Đê dài 14 km."


def _rows(fragment: str) -> list[str]:
    root = tree(f"<div>{fragment}</div>")
    assert root is not None
    return rows(root, "https://cong.example/tin")


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        (
            "<table><tr><th>Xã</th><th>Hộ</th></tr><tr><td>Tân Phú</td><td>12</td></tr></table>",
            ["| Xã | Hộ |", "| Tân Phú | 12 |"],
        ),
        (
            "<table><tr><td><p>Xã</p></td><td>Hộ <b>nghèo</b></td></tr><tr><td>Lộ</td><td></td></tr></table>",
            ["| Xã | Hộ nghèo |", "Lộ"],
        ),
        (f"<table><tr><td>{SHORT}</td></tr><tr><td>{PROSE}</td></tr></table>", [SHORT, PROSE]),
        (
            f"<table><tr><td><ul><li>Một</li></ul></td><td><p>{PROSE}</p></td></tr></table>",
            ["- Một", PROSE],
        ),
        ("<ol><li><p>Một</p></li><li><p>Hai</p></li></ol>", ["1. Một", "2. Hai"]),
        ("<pre>dòng một\ndòng hai</pre>", ["dòng một", "dòng hai"]),
        ('<div style="white-space: pre-line">dòng một\ndòng hai</div>', ["dòng một", "dòng hai"]),
        ("<p>dòng một\ndòng hai</p>", ["dòng một dòng hai"]),
        ("<div>Một<img src=a.jpg>Hai</div>", ["Một", "Hai"]),
        ("<p>Một <img src=vui.png> hai</p>", ["Một hai"]),
        ("<p>Một <a hidden>ẩn</a> hai</p>", ["Một hai"]),
        ('<p>Mục <a name="m1">một</a></p>', ["Mục một"]),
    ],
)
def test_what_a_fragment_shows(fragment: str, expected: list[str]) -> None:
    """Tables of data have bars, tables of layout do not; markers join their text."""
    assert expected == _rows(fragment)


@pytest.mark.parametrize(
    "box",
    [
        '<div class="tin-lien-quan"><h4>Tin liên quan</h4><p>Cầu mới thông xe</p></div>',
        '<div class="share-box">Chia sẻ Zalo</div>',
        "<aside><p>Cầu mới thông xe</p></aside>",
        '<div id="comments"><p>Bài hay lắm</p></div>',
        '<ul><li><a href="/1">Một</a></li><li><a href="/2">Hai</a></li><li><a href="/3">Ba</a></li></ul>',
        '<div role="navigation">Thời sự</div>',
        '<div class="donate-box"><p>Ủng hộ quỹ của báo</p></div>',
    ],
)
def test_a_box_beside_the_text_is_left_out(box: str) -> None:
    """What is called like a box, or is a list of links, is none of the text."""
    assert [PROSE, PROSE.upper()] == _rows(f"<p>{PROSE}</p>{box}<p>{PROSE.upper()}</p>")


@pytest.mark.parametrize(
    "name", ["has-sidebar", "menu-content", "share-wrapper", "content-comment-open", "related-articles-none"]
)
def test_a_box_that_holds_the_text_is_none(name: str) -> None:
    """Names mislead: what holds the page's paragraphs is no side box."""
    assert [PROSE, SHORT] == _rows(f'<div class="{name}"><p>{PROSE}</p></div><p>{SHORT}</p>')


def test_a_paragraph_called_like_a_box_is_one() -> None:
    """A class alone takes no sentence out."""
    assert [PROSE, PROSE.upper()] == _rows(f'<p>{PROSE}</p><p class="widget-text tag">{PROSE.upper()}</p>')


def test_a_row_knows_its_links() -> None:
    """A teaser is a headline that is a link; a name is none, nor is a paragraph with a link in it."""
    root = tree(
        '<body><h4><a href="/1">Cầu mới ở xã Tân Phú thông xe</a> (12/8)</h4>'
        '<p><a href="/an">Ông An</a></p><p>Đọc ở <a href="/x">đây</a> rồi về nhà nghỉ.</p></body>'
    )
    seen = walk.read(root, "").rows

    assert [True, False, False] == [row.is_teaser() for row in seen]
    assert [True, True, False] == [row.is_link() for row in seen]


PIECES = st.lists(
    st.sampled_from(
        (
            *(
                "<div>",
                "</div>",
                "<p>",
                "</p>",
                "<table>",
                "<tr>",
                "<td>",
                "</td>",
                "</tr>",
                "</table>",
                "<ul>",
            ),
            *(
                "<li>",
                "</ul>",
                "<ol start=3>",
                "<a href=/x>",
                "</a>",
                "<a>",
                "<b>",
                "</b>",
                "<br>",
                "<img src=a>",
            ),
            *(
                "<pre>",
                "</pre>",
                "<nav>",
                "</nav>",
                '<div class="share">',
                "<span class=ads>",
                "</span>",
                "<svg>",
            ),
            *(PROSE, SHORT, "tại đây", "một\nhai", " ", "\u2028", "&nbsp;", "|"),
        )
    ),
    max_size=40,
).map("".join)


@given(PIECES)
def test_no_row_is_empty_and_spans_hold(fragment: str) -> None:
    """Every row is one clean line, every element spans rows that there are, every box is closed."""
    root = tree(f"<div>{fragment}</div>")
    assert root is not None
    seen = walk.read(root, "https://cong.example/tin")

    assert all(row.text == " ".join(row.text.split()) != "" for row in seen.rows)
    assert all(0 <= span.first <= span.last <= len(seen.rows) for span in seen.spans.values())
    assert all(box.first <= box.last for box in seen.boxes)
    assert len(seen.boxes) == len(seen.beside([row.prose() for row in seen.rows]))


@given(PIECES)
def test_every_letter_is_in_a_row(fragment: str) -> None:
    """A walk loses no letter that is shown, and changes none's place."""
    root = tree(f"<div>{fragment}</div>")
    assert root is not None
    for dead in list(root.iter("svg")):
        dead.getparent().remove(dead)
    shown = [letter for letter in markup.told(root) if letter.isalpha()]

    assert shown == [letter for letter in "".join(walk.read(root, "").texts()) if letter.isalpha()]
