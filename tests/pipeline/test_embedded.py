"""Articles that pages hold as data."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import embedded, extract
from pipeline.markup import tree

TITLE = "Bến phà giữ một chuyến đêm cho người đi cấp cứu"
TEXT = (
    "Từ tối 14/8, bến phà giữ một phà nhỏ và hai thuyền viên trực suốt đêm để đưa người bệnh qua sông, "
    "không thu tiền của bà con. "
    "Trước đây chuyến phà cuối rời bến lúc 22 giờ, ai đau nặng sau giờ đó phải thuê ghe tư nhân."
)


def _page(data: Any, kind: str = "application/json") -> str:
    told = json.dumps(data, ensure_ascii=False)
    return (
        f"<html><head><title>{TITLE} | Báo</title></head><body><div id=app>Đang tải</div>"
        f'<script type="{kind}">{told}</script></body></html>'
    )


@pytest.mark.parametrize(
    "data",
    [
        {"props": {"pageProps": {"article": {"title": TITLE, "content": f"<p>{TEXT}</p>"}}}},
        [{"data": [{"name": TITLE, "body": TEXT}]}],
        {"title": "Tin khác của báo", "content": TEXT.upper(), "next": {"title": TITLE, "contentHtml": TEXT}},
    ],
)
def test_the_article_of_a_shell_is_its_data(data: Any) -> None:
    """Where a page shows nothing, the object with its headline tells the text."""
    found = extract.page(_page(data))

    assert (TITLE, TEXT) == (found.title, found.text)


def test_linked_data_may_hold_the_text() -> None:
    """An articleBody of JSON-LD counts where the page itself shows hardly anything."""
    data = {"@type": "NewsArticle", "headline": TITLE, "articleBody": TEXT}

    assert TEXT in extract.page(_page(data, "application/ld+json")).text


def test_data_of_another_article_are_none() -> None:
    """Teasers in the data are not the article."""
    data = {"items": [{"title": f"Tin khác {at}", "content": TEXT} for at in range(20)]}

    assert TEXT not in extract.page(_page(data)).text


def test_a_page_with_a_text_does_not_ask_its_data() -> None:
    """What is shown comes before what is stored."""
    shown = f"<h1>{TITLE}</h1><p>{TEXT}</p>"
    page = _page({"title": TITLE, "content": TEXT.upper() * 2}).replace("Đang tải", shown)

    assert TEXT == extract.page(page).text.split("\n\n")[-1]


JSON = st.recursive(
    st.one_of(st.none(), st.integers(), st.sampled_from((TITLE, TEXT, "", "<p>"))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(("title", "content", "body", "a", "articleBody")), inner, max_size=4),
    ),
    max_leaves=20,
)


@given(data=JSON, cut=st.booleans())
def test_any_data_are_read(data: Any, *, cut: bool) -> None:
    """Never raises, whatever a script holds."""
    page = _page(data)
    root = tree(page.replace("}", "", 1) if cut else page)
    found = embedded.article(root, data if isinstance(data, dict) else {}, TITLE)

    assert found is None or found.text
