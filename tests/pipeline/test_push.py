"""The body of a webhook call: what is accepted, and which field is named when it is not."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadInput
from pipeline.push import Event, Link, load, told_at

ARTICLE = {
    "id": "26031201",
    "url": "https://bao.example/duong-ven-song",
    "title": "Giao mặt bằng đường ven sông",
    "content_text": "Tỉnh đặt hạn cuối cho 27 hộ.",
    "published_at": "2026-03-12T14:05:00+07:00",
}


def _body(event: str = "article.published", **fields: Any) -> bytes:
    article = {name: value for name, value in (ARTICLE | fields).items() if value is not ...}
    return json.dumps({"event": event, "article": article}).encode()


def test_the_whole_contract_is_read() -> None:
    """Every field of the contract has its place."""
    said = load(
        _body(
            "article.corrected",
            canonical_url="https://bao.example/w/duong-ven-song",
            summary="Tỉnh đặt hạn cuối.",
            content_html="<p>Tỉnh đặt hạn cuối.</p>",
            updated_at="12/03/2026 16:00",
            authors=["Ngọc Hà", {"name": "Thu Ngân"}],
            categories=["Kinh tế", {"name": "Xây dựng"}],
            images=["https://bao.example/a.jpg", {"url": "https://bao.example/b.jpg", "title": "Phiên họp"}],
            attachments=[{"url": "https://bao.example/90.pdf"}],
            language="vi-VN",
            note="Sửa số hộ",
        )
    )

    assert Event.CORRECTED is said.event
    assert ["Ngọc Hà", "Thu Ngân"] == said.article.authors
    assert [
        Link(url="https://bao.example/a.jpg"),
        Link(url="https://bao.example/b.jpg", title="Phiên họp"),
    ] == said.article.images


def test_null_and_unknown_fields_are_not_said() -> None:
    """A CMS may send null for nothing, numbers for ids, and fields of its own."""
    said = load(_body(id=26031201, summary=None, authors=None, section="Kinh tế"))

    assert ("26031201", "", []) == (said.article.id, said.article.summary, said.article.authors)


def test_a_withdrawal_needs_no_text() -> None:
    """To withdraw, the id is enough."""
    assert Event.WITHDRAWN is load(b'{"event": "article.withdrawn", "article": {"id": "1"}}').event


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b"\xff\xfe", "body"),
        (b'{"event": "article.published"}', "article"),
        (b'{"article": {"id": "1", "title": "x"}}', "event"),
        (_body("article.exploded"), "event"),
        (_body(id=...), "article.id"),
        (_body(id=""), "article.id"),
        (_body(id="\u200b\x00 "), "article.id"),
        (_body(id=True), "article.id"),
        (_body(id="x" * 501), "article.id"),
        (_body(title=..., content_text=...), "article.title"),
        (_body(title=" ", content_text=" "), "article.title"),
        (_body(title=7), "article.title"),
        (_body(title="x" * 1_001), "article.title"),
        (_body(url="bai-viet.html"), "article.url"),
        (_body(url="javascript:alert(1)"), "article.url"),
        (_body(canonical_url="ftp://bao.example/x"), "article.canonical_url"),
        (_body(published_at="hôm qua"), "article.published_at"),
        (_body(published_at=1_773_000_000.5), "article.published_at"),
        (_body(updated_at="2026-02-30"), "article.updated_at"),
        (_body(authors="Ngọc Hà"), "article.authors"),
        (_body(authors=["Ngọc Hà", 7]), "article.authors.1"),
        (_body(authors=["x"] * 51), "article.authors"),
        (_body(images=[{"url": "a.jpg"}]), "article.images.0.url"),
        (_body(language="tiếng Việt"), "article.language"),
        (_body(content_html="x" * 2_000_001), "article.content_html"),
        (b'{"event": "article.published", "article": ' + b"[" * 100_000, "body"),
        (b" " * 5_000_001, "body"),
    ],
)
def test_the_wrong_field_is_named(body: bytes, field: str) -> None:
    """What does not fit is refused, and the error's subject is the field to mend."""
    with pytest.raises(BadInput) as refusal:
        load(body)

    assert field == refusal.value.subject


def test_a_refusal_repeats_nothing_of_the_body() -> None:
    """What was sent may be confidential: it is in no message."""
    with pytest.raises(BadInput) as refusal:
        load(_body(title="x", language="mật khẩu 123"))

    assert "123" not in str(refusal.value)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(("event", "article", "id", "title", "url", "authors", "images", "name")),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)


@given(st.one_of(JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=100)))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    """Never anything but BadInput."""
    with suppress(BadInput):
        load(body)


@pytest.mark.parametrize(
    "told",
    ["2026-13-01", "2026-31-12", "11/25/2026", "11/25/2026 08:00", "2027", "12/2026", "2026-12",
     "tháng 12/2026", "26-11-25", "202613010830", "Thu, 02/09/2023 - 08:30"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["published_at", "updated_at"])
def test_no_date_is_guessed(name: str, told: str) -> None:
    """A day that is not certain would be an embargo of months, or an order of texts by chance."""
    with pytest.raises(BadInput) as refused:
        load(_body(**{name: told}))

    assert f"article.{name}" == refused.value.subject


@pytest.mark.parametrize(
    "told", [1794000000, "1794000000", 1794000000000, "2026-11-06T21:20:00Z", "07/11/2026 04:20"]
)
def test_one_moment_has_many_forms(told: str | int) -> None:
    """Seconds and milliseconds since 1970 too, as text or number."""
    at = told_at(load(_body(updated_at=told)))

    assert at == datetime(2026, 11, 6, 21, 20, tzinfo=UTC)


def test_what_means_nothing_else_is_taken() -> None:
    """A byte order mark, an underscore in the language, no language."""
    marked = load(b"\xef\xbb\xbf" + _body(language="vi_VN"))

    assert ("vi-VN", "vi") == (marked.article.language, load(_body(language="")).article.language)


@pytest.mark.parametrize("empty", ["<p><br></p>", "<p>&nbsp;</p>\n", "\u200b", "<!-- x --><br/>"])
def test_empty_elements_are_no_text(empty: str) -> None:
    """What an editor's field holds when nobody wrote in it."""
    with pytest.raises(BadInput) as refused:
        load(_body(title=..., content_text=..., content_html=empty))

    assert "article.title" == refused.value.subject
    assert "<E5>" == load(_body(title="<E5>", content_text=...)).article.title


def test_a_long_name_is_counted_in_characters() -> None:
    """The message names the place and the limit."""
    with pytest.raises(BadInput) as refused:
        load(_body(authors=["Ngọc Hà", "x" * 201]))

    assert ("article.authors.1", True) == (refused.value.subject, "200 characters" in refused.value.message)
