"""JSON Feed 1.1: what an item and a document say, that hostile stories break neither, and equal ids."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from lxml import etree

from feeds.channel import FeedForm
from feeds.head import Head, HeadLink
from feeds.item import item, tombstone
from feeds.json_form import VERSION, document, entry
from feeds.render import fragments
from pipeline.model import EntryKind, Image, Story, StoryId, StoryState
from tests.feeds.check import check_json
from tests.feeds.stories import SITE, T0, gone, known, live, story, telling, windows

OWN = HeadLink("self", "https://tin.example/feeds/all.json")
HEAD = Head(known("all"), SITE, FeedForm.JSON, T0, (OWN,))


def told(one: Story) -> dict[str, Any]:
    """Return a story's object as a reader reads it."""
    read: dict[str, Any] = json.loads(entry(item(one, SITE)))
    return read


def test_an_item_says_what_atom_says() -> None:
    """Id, page, title, texts, picture, times, people, labels and language have the format's own members."""
    full = story(1, telling(1, authors=("Thu Hà",), content="Đoạn một."))
    full = replace(
        full, face=replace(full.face, image=Image("https://bao1.example/cau.jpg", "Cầu"), language="en")
    )
    made = told(full)

    assert {
        "id": SITE.story_id("s1"),
        "url": "https://bao1.example/cau-1.html",
        "title": "Khánh thành cầu số 1",
        "summary": "Cây cầu số 1 thông xe.",
        "content_html": "<p>Đoạn một.</p>"
        '<p>Nguồn: <a href="https://bao1.example/cau-1.html">Báo Thứ 1</a>.</p>',
        "image": "https://bao1.example/cau.jpg",
        "date_published": "2026-11-21T08:30:00+07:00",
        "date_modified": "2026-11-22T01:01:00+00:00",
        "authors": [{"name": "Thu Hà"}],
        "tags": ["Vĩnh Long", "Địa bàn Bến Tre", "Y tế"],
        "language": "en",
    } == {name: value for name, value in made.items() if name != "_tintinh"}


def test_the_extension_says_where_it_is_told() -> None:
    """Our page, the source, the agency, the source's own time and every telling stand in `_tintinh`."""
    bulletin = telling(
        2,
        kind=EntryKind.BULLETIN_ITEM,
        bulletin_id="ban-tin-21",
        bulletin_number=1,
        url="",
        published="2026-11",
    )
    ours = told(story(1, telling(1, credit="TTXVN"), bulletin))["_tintinh"]

    assert ("https://tin.example/stories/s1", "TTXVN") == (ours["page"], ours["agency"])
    assert {"id": SITE.tag("source/bao-1"), "name": "Báo Thứ 1", "url": "https://bao1.example/"} == ours[
        "source"
    ]
    assert ("2026-11-21T08:30:00+07:00", "feed", "2026-11-22T01:01:00+00:00") == (
        ours["published"],
        ours["basis"],
        ours["first_told"],
    )
    assert {
        "term": "07000000",
        "scheme": "http://cv.iptc.org/newscodes/mediatopic/",
        "label": "Y tế",
    } in ours["categories"]
    assert {
        "source": "bao-2",
        "name": "Báo Thứ 2",
        "kind": "bulletin_item",
        "bulletin": "ban-tin-21",
        "item": 1,
        "published": "2026-11",
        "basis": "feed",
    } == ours["tellings"][1]


def test_a_document_has_its_head_and_items_in_order() -> None:
    """Version, addresses, hub, next page and withdrawn stories come before the items in their order."""
    links = (
        OWN,
        HeadLink("hub", "https://tin.example/hub"),
        HeadLink("prev-archive", "https://tin.example/x.json"),
    )
    stones = (
        tombstone(story(8, state=StoryState.WITHDRAWN), SITE),
        tombstone(story(9, state=StoryState.MERGED, merged_into=StoryId("s1")), SITE),
    )
    entries = [entry(item(story(number), SITE)) for number in (3, 1, 2)]
    read = json.loads(document(replace(HEAD, links=links, gone=stones), entries))

    assert [VERSION, "vi", OWN.href, "https://tin.example/x.json"] == [
        read[name] for name in ("version", "language", "feed_url", "next_url")
    ]
    assert [{"type": "WebSub", "url": "https://tin.example/hub"}] == read["hubs"]
    assert [SITE.story_id(f"s{number}") for number in (3, 1, 2)] == [one["id"] for one in read["items"]]
    assert [
        {"id": SITE.story_id("s8"), "when": "2026-11-22T01:08:00+00:00"},
        {
            "id": SITE.story_id("s9"),
            "when": "2026-11-22T01:09:00+00:00",
            "instead": SITE.story_id("s1"),
            "page": "https://tin.example/stories/s1",
        },
    ] == read["_tintinh"]["withdrawn"]


def test_an_empty_document_breaks_no_rule() -> None:
    """A channel without news is a feed without items; without a hub or an archive it names none."""
    made = document(HEAD, [])

    assert [] == check_json(made)
    assert not {"hubs", "next_url"} & json.loads(made).keys()


def test_letters_are_letters() -> None:
    """Vietnamese is UTF-8, not escapes: half the bytes, and readable."""
    assert "Khánh thành cầu số 1".encode() in entry(item(story(1), SITE))


def test_a_withdrawn_item_says_so() -> None:
    """A program can tell the last word on a story from a story."""
    assert told(story(1, state=StoryState.WITHDRAWN))["_tintinh"]["withdrawn"] is True
    assert "withdrawn" not in told(story(1))["_tintinh"]


@given(windows(live), windows(gone, 3))
def test_hostile_stories_break_no_rule(stories: list[Story], dead: list[Story]) -> None:
    """A document of hostile stories has no problem that the checker knows, and the same bytes twice."""
    made = document(
        replace(HEAD, gone=tuple(tombstone(one, SITE) for one in dead)),
        [entry(item(one, SITE)) for one in stories],
    )

    assert [] == check_json(made)
    assert made == document(
        replace(HEAD, gone=tuple(tombstone(one, SITE) for one in dead)),
        [entry(item(one, SITE)) for one in stories],
    )


@given(live)
def test_the_three_forms_say_the_same(one: Story) -> None:
    """Id, title, page, language and people of an entry are equal in Atom, RSS and JSON."""
    made = fragments(item(one, SITE))
    spaces = 'xmlns:a="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    outer = (
        f'<x {spaces} xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="m" xmlns:content="c">'.encode()
    )
    atom, rss = (etree.fromstring(outer + data + b"</x>")[0] for data in (made.atom, made.rss))
    read = json.loads(made.json)
    link = next(found.get("href") for found in atom.findall("link") if found.get("rel") == "alternate")

    assert [read["id"], read["title"], read["url"]] == [atom.findtext("id"), atom.findtext("title"), link]
    assert [read["id"], read["title"], read["url"]] == [
        rss.findtext(name) for name in ("guid", "title", "link")
    ]
    dc = "{http://purl.org/dc/elements/1.1/}"
    assert read["language"] == rss.findtext(f"{dc}language")
    assert [who["name"] for who in read.get("authors", [])] == [
        who.text for who in rss.findall(f"{dc}creator")
    ]


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_the_worst_entry_is_bounded(form: str) -> None:
    """Nothing but ampersands and quotes at every limit stays below a megabyte."""
    bad = '&"' * 60_000
    long = "https://host.example/?" + "&" * 970
    tellings = [
        telling(
            n,
            title=bad,
            summary=bad,
            content=bad,
            source_name=bad,
            url=f"{long}{n}",
            authors=(bad,) * 9,
            credit=bad,
        )
        for n in range(40)
    ]
    one = story(1, *tellings)
    one = replace(one, face=replace(one.face, image=Image(long, bad), doc_numbers=(bad,) * 99))

    assert len(getattr(fragments(item(one, SITE)), form)) < 1_000_000
