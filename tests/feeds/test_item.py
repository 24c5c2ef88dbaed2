"""What an entry says of a story: people, agency, picture, language, every teller; and what of a gone one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from feeds.item import Category, Item, Picture, item, tombstone
from feeds.strings import anchor, language, line, picture_type
from feeds.tellings import Author, Link, Told
from pipeline.model import Basis, DocumentMention, EntryKind, Image, Role, Story, StoryId, StoryState
from tests.feeds.stories import SITE, T0, gone, live, story, telling

ITEM = telling(
    2,
    source_name="Cổng Đồng Bưng",
    kind=EntryKind.BULLETIN_ITEM,
    bulletin_id="ban-tin-21-11",
    bulletin_number=1,
    published="2026-11-21",
    published_basis=Basis.BULLETIN,
    authors=("Lê Thu",),
    credit="TTXVN",
)


def shown(one: Story, **face: object) -> Item:
    """Return the item of a story whose face is changed."""
    return item(replace(one, face=replace(one.face, **face)), SITE)  # type: ignore[arg-type]


def test_people_are_named_apart_from_the_paper() -> None:
    """Authors are the lead's people; without any the paper is, with its front page."""
    named = item(
        story(1, telling(1, authors=("Thu Hà", "Văn Nam", "Thu Hà")), telling(2, authors=("Ai Đó",))), SITE
    )

    assert (Author("Thu Hà"), Author("Văn Nam")) == named.authors
    assert (Author("Báo Thứ 1", "https://bao1.example/"),) == item(story(1), SITE).authors


@pytest.mark.parametrize(
    ("credit", "authors", "expected"),
    [
        ("TTXVN", (), "TTXVN"),
        ("Báo Thứ 1", (), ""),
        ("TTXVN", ("TTXVN",), ""),
        ("", (), ""),
        ("<b>", (), "‹b›"),
    ],
)
def test_the_agency_is_named_once(credit: str, authors: tuple[str, ...], expected: str) -> None:
    """The lead's agency is told unless it is the source or an author already."""
    assert expected == item(story(1, telling(1, credit=credit, authors=authors)), SITE).agency


def test_every_teller_is_data_and_a_link() -> None:
    """Each telling has source, page, kind, bulletin, time and basis; those with pages are linked by name."""
    made = item(story(1, telling(1), ITEM), SITE)

    assert (
        Link("https://bao2.example/cau-2.html", "Bản tin của Cổng Đồng Bưng ngày 21/11/2026, mục 1"),
    ) == made.via
    assert (
        Told(
            source="bao-2",
            name="Cổng Đồng Bưng",
            kind=EntryKind.BULLETIN_ITEM,
            url="https://bao2.example/cau-2.html",
            bulletin="ban-tin-21-11",
            number=1,
            published="2026-11-21",
            basis=Basis.BULLETIN,
            authors=("Lê Thu",),
            agency="TTXVN",
        )
        == made.tellings[1]
    )
    assert ("2026-11-21T08:30:00+07:00", Basis.FEED, T0 + timedelta(minutes=1)) == (
        made.dated,
        made.basis,
        made.first_told,
    )


def test_a_source_that_is_a_bulletin_is_not_called_one_twice() -> None:
    """Where the name says what it is, no "Bản tin của" stands before it."""
    named = replace(ITEM, source_name="Bản tin Đồng Bưng", url="")

    assert (
        "Cũng có trong Bản tin Đồng Bưng ngày 21/11/2026, mục 1."
        in item(story(1, telling(1), named), SITE).summary
    )


def test_pages_of_others_are_linked_once_each() -> None:
    """A page that two tellings share, the entry's own page and ours are no further places."""
    same = telling(3, url=telling(2).url)
    ours = telling(4, url=SITE.story_page("s1"))

    assert [telling(2).url] == [
        one.url for one in item(story(1, telling(1), telling(2), same, ours), SITE).via
    ]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (
            Image("https://a.example/CẦU.JPG?w=9", "Cầu <mới>"),
            ("https://a.example/C%E1%BA%A6U.JPG?w=9", "image/jpeg", "Cầu ‹mới›"),
        ),
        (Image("https://a.example/anh/12"), ("https://a.example/anh/12", "", "")),
    ],
)
def test_a_picture_has_an_address_a_type_and_a_caption(image: Image, expected: tuple[str, str, str]) -> None:
    """The type is told by the address's end, or not at all; the caption is plain text."""
    assert Picture(*expected) == shown(story(1), image=image).picture


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:image/png;base64,AAAA", "/anh.jpg", ""])
def test_a_picture_without_a_page_of_the_web_is_none(url: str) -> None:
    """Only absolute http(s) addresses are pictures."""
    assert shown(story(1), image=Image(url, "Chú thích")).picture is None


@pytest.mark.parametrize(
    ("given_tag", "expected"),
    [
        ("vi", "vi"),
        ("EN", "en"),
        ("vi-VN", "vi-vn"),
        ("hmn", "hmn"),
        ("rad", "und"),
        ("", "und"),
        ("tiếng Anh", "und"),
    ],
)
def test_a_language_is_one_that_validators_know(given_tag: str, expected: str) -> None:
    """What is no ISO 639 code is undetermined, and never taken for the feed's Vietnamese."""
    assert expected == language(given_tag)


def test_documents_are_categories_of_their_own_scheme() -> None:
    """Numbers of official documents are terms, those that the story tells the issue of first."""
    documents = (DocumentMention("57-NQ/TW", Role.CITES), DocumentMention("90/KH-UBND", Role.ISSUES))
    made = shown(story(1), doc_numbers=("57-NQ/TW", "90/KH-UBND"), documents=documents)
    scheme = SITE.tag("document")

    assert (
        Category("90/KH-UBND", scheme, "90/KH-UBND"),
        Category("57-NQ/TW", scheme, "57-NQ/TW"),
    ) == made.categories[-2:]


def test_the_last_word_on_a_withdrawn_story_has_none_of_its_text() -> None:
    """Title and summary say only that it is gone; no page of a source, no person, no picture is named."""
    told = telling(
        1, title="Phải gỡ", summary="Phải gỡ", content="Phải gỡ", authors=("Phải Gỡ",), credit="Phải Gỡ"
    )
    dead = story(1, told, state=StoryState.WITHDRAWN)
    dead = replace(dead, face=replace(dead.face, image=Image("https://bao1.example/phai-go.jpg", "Phải gỡ")))
    made, stone = item(dead, SITE), tombstone(dead, SITE)

    assert ("Tin này đã được gỡ", "<p>Tin này đã được gỡ.</p>") == (made.title, made.summary)
    assert (SITE.story_page("s1"), (), "", None, True) == (
        made.url,
        made.via,
        made.content,
        made.picture,
        made.withdrawn,
    )
    assert "hải gỡ" not in repr(made)
    assert "phai-go" not in repr(made)
    assert (stone.ref, stone.when) == (made.id, made.updated)


def test_a_tombstone_of_a_merge_names_the_survivor() -> None:
    """It has the id that the story now has in feeds, and our page of it."""
    stone = tombstone(story(2, state=StoryState.MERGED, merged_into=StoryId("s1")), SITE)

    assert (SITE.story_id("s1"), SITE.story_page("s1")) == (stone.survivor, stone.instead)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S&P500 tăng", "S & P500 tăng"),
        ("AT&T", "AT&T"),
        ("a &copy b", "a & copy b"),
        ("hỏng \ufffd chữ", "hỏng ? chữ"),
        ("cÃ¡", "cÃ ¡"),
        ("\u0338 đứng đầu", "đứng đầu"),
    ],
)
def test_a_line_reads_the_same_as_text_and_as_html(text: str, expected: str) -> None:
    """Nothing in it is a reference, a tag or a decoding gone wrong."""
    assert expected == line(text, 100)


def test_links_are_escaped_and_left_out_without_an_address() -> None:
    """Text and address go into HTML as text."""
    assert '<a href="https://a.example/?b=1&amp;c=2">R&amp;D</a>' == anchor(
        "https://a.example/?b=1&c=2", "R&D"
    )
    assert "R&amp;D" == anchor("", "R&D")
    assert "" == picture_type("https://a.example/")


@given(live)
def test_any_story_is_told(one: Story) -> None:
    """No story, however hostile, raises; what is told is bounded and of one revision."""
    made = item(one, SITE)

    assert made == item(one, SITE)
    assert made.title
    assert made.summary
    assert made.published is None or made.published <= made.updated
    assert len(made.title) <= 400


@given(gone)
def test_no_gone_story_tells_its_text(one: Story) -> None:
    """The item of a gone story is that of any other with its id, time and source."""
    bare = story(1).face
    same = {name: getattr(one.face, name) for name in ("published", "published_at")}
    told = replace(one, face=replace(bare, tellings=one.face.tellings[:1], **same))

    assert item(told, SITE) == item(one, SITE)
    assert datetime(1990, 1, 1, tzinfo=UTC) < item(one, SITE).updated
