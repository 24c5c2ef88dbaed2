"""JSON Feed 1.0 and 1.1, and what sites make of it."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.model import (
    Attachment,
    Basis,
    Document,
    Draft,
    Form,
    Given,
    Hints,
    Image,
    Parsed,
    Source,
    SourceId,
)
from pipeline.parse import parse

NOW = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
SOURCE = Source(SourceId("bao"), "Báo Sông Quê", "dong-thap")
URL = "https://bao.example/feed.json"
PROSE = (
    "Sáng 12/3/2026, Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc giao mặt bằng cho đường ven sông."
)
ITEM: dict[str, Any] = {
    "id": "bao-1",
    "url": "https://bao.example/tin/1",
    "title": "Giao mặt bằng &amp; đường",
    "content_html": f"<p>{PROSE}</p>",
}


def read(body: bytes, content_type: str = "application/feed+json") -> Parsed:
    """Read a feed's body."""
    return parse(Document(SOURCE, Form.FEED, body, NOW, Given(url=URL, content_type=content_type)))


def feed(*items: Any, **fields: Any) -> bytes:
    """Return a feed of items."""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Báo",
        "home_page_url": "https://bao.example/",
    }
    return json.dumps(told | fields | {"items": items}, ensure_ascii=False).encode()


def one(*items: Any, **fields: Any) -> Draft:
    """Read the only item of a feed."""
    (draft,) = read(feed(*items, **fields)).drafts
    return draft


def test_an_item_is_a_draft() -> None:
    """Every field of an item finds its place."""
    draft = one(
        ITEM
        | {
            "summary": "Tỉnh đặt hạn cuối.",
            "date_published": "2026-03-12T14:05:00+07:00",
            "date_modified": "2026-03-12T16:00:00+07:00",
            "authors": [{"name": "Ngọc Hà"}, {"name": "Theo TTXVN"}],
            "tags": ["Kinh tế"],
            "language": "en",
            "image": "/anh.jpg",
            "attachments": [
                {"url": "/ke-hoach.pdf", "mime_type": "application/pdf", "title": "Kế hoạch"},
                {"url": "/loi.mp3", "mime_type": "audio/mpeg"},
            ],
        }
    )

    assert ("bao-1", "https://bao.example/tin/1", "Giao mặt bằng & đường") == (
        draft.guid,
        draft.canonical_url,
        draft.title,
    )
    assert ("Tỉnh đặt hạn cuối.", PROSE, "en") == (draft.summary, draft.body, draft.language)
    assert ("2026-03-12T14:05:00+07:00", Basis.FEED) == (draft.published.text(), draft.published.basis)
    assert (datetime(2026, 3, 12, 9, 0, tzinfo=UTC), ("Ngọc Hà",), "TTXVN") == (
        draft.updated,
        draft.authors,
        draft.credit,
    )
    assert (
        Image("https://bao.example/anh.jpg"),
        (Attachment("https://bao.example/ke-hoach.pdf", "Kế hoạch"),),
    ) == (
        draft.image,
        draft.attachments,
    )


@pytest.mark.parametrize("content_type", ["application/json", "text/plain; charset=utf-8", "text/xml", ""])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\n "])
def test_the_bytes_say_that_it_is_json(content_type: str, mark: bytes) -> None:
    """Whatever it is served as, and whatever stands before it."""
    assert 1 == len(read(mark + feed(ITEM), content_type).drafts)


@pytest.mark.parametrize("version", ["https://jsonfeed.org/version/1", "1.0", 1, 1.1, None, []])
def test_every_version_is_read(version: Any) -> None:
    """Version 1, a number, none and nonsense."""
    assert "bao-1" == one(ITEM, version=version).guid


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id": 17}, ("17", "https://bao.example/tin/1")),
        ({"id": 10**40}, (str(10**29), "https://bao.example/tin/1")),
        ({"id": None}, ("", "https://bao.example/tin/1")),
        ({"url": None, "external_url": "https://khac.example/a"}, ("bao-1", "https://khac.example/a")),
        ({"url": None, "id": "https://bao.example/p/2"}, ("https://bao.example/p/2",) * 2),
        ({"url": "https://bao.example/"}, ("bao-1", "")),
        ({"url": ["x"], "authors": "Ngọc Hà", "attachments": {"url": 3}, "tags": 5}, ("bao-1", "")),
        (
            {"title": "\ud83d", "language": "en\nx", "image": {}, "date_published": 1e400},
            ("bao-1", ITEM["url"]),
        ),
    ],
)
def test_odd_fields_are_taken_for_what_they_can_be(fields: dict[str, Any], expected: tuple[str, str]) -> None:
    """Numbers as ids, no url, and values of the wrong kind."""
    body = json.dumps({"home_page_url": "https://bao.example", "items": [ITEM | fields]}).encode()
    (draft,) = read(body).drafts

    assert expected == (draft.guid, draft.url)


def test_authors_of_version_1() -> None:
    """One author as an object, of the item or of the whole feed; plain names too."""
    assert [("Ngọc Hà",), ("Lê Bình",), ("An",)] == [
        one(ITEM | {"author": {"name": "Ngọc Hà"}}).authors,
        one(ITEM, author={"name": "Lê Bình"}).authors,
        one(ITEM | {"authors": ["An"]}).authors,
    ]


def test_text_without_markup_is_a_body() -> None:
    """`content_text` is taken as it is."""
    assert f"{PROSE} 1 < 2" == one(ITEM | {"content_html": "", "content_text": f"{PROSE} 1 < 2"}).body


def test_hints_are_read() -> None:
    """Hubs and the feed's own address, in bounds."""
    hubs = [{"type": "WebSub", "url": "https://hub.example/"}, {"url": "javascript:x"}, 3]

    assert Hints(hubs=("https://hub.example/",), topic=URL) == read(feed(ITEM, hubs=hubs, feed_url=URL)).hints


def test_what_is_no_item_is_a_drop() -> None:
    """Items that are no objects, are empty or come twice are left out by name."""
    told = read(feed(ITEM, "x", {"id": "2"}, ITEM))

    assert (1, ["no_object", "empty_item", "repeated_item"]) == (
        len(told.drafts),
        [name for name, _ in told.drops],
    )


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"items": {}}', b"[[[", b'{"a": 1, "b"', b"{" * 90_000])
def test_other_json_is_refused(body: bytes) -> None:
    """JSON that is no feed, or broken before its items."""
    with pytest.raises(Unreadable, match="JSON"):
        read(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["items", "id", "url", "title", "authors", "attachments", "hubs", "name", "content_html"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_nothing_is_raised_but_unreadable(value: Any) -> None:
    """Any JSON in any place is read or refused."""
    for body in (
        feed(value),
        feed(ITEM, **(value if isinstance(value, dict) else {})),
        json.dumps(value).encode(),
    ):
        with suppress(Unreadable):
            read(body)
