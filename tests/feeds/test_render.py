"""Stories become RSS and Atom that validators pass and readers agree on, whatever is in them."""

import html
import locale
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.channel import Channel, FeedForm, channels
from feeds.item import Item, Site, item
from feeds.render import MOST_BYTES, WINDOW, render
from feeds.strings import address
from pipeline.model import NATIONAL, EntryKind, Labels, Story, StoryId, StoryState
from tests.feeds.check import AT, ATOM, DC, check_atom, check_rss
from tests.feeds.foreign import reading
from tests.feeds.stories import SITE, T0, gone, known, live, readable, story, telling, windows

HUB = replace(SITE, hub="https://hub.example/")
ALL = known("all")
any_channel = st.sampled_from(channels())
generous = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.fixture(scope="module")
def read() -> Iterator[Callable[[bytes], Any]]:
    """A foreign parser."""
    with reading() as lent:
        yield lent


def _plain(fragment: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", fragment)).split())


def _atom(*told: Story, dead: tuple[Story, ...] = (), site: Site = SITE) -> etree._Element:
    return etree.fromstring(render(ALL, told, dead, site).atom)


def _rss(*told: Story, dead: tuple[Story, ...] = (), site: Site = SITE) -> etree._Element:
    return etree.fromstring(render(ALL, told, dead, site).rss)[0]


@generous
@given(any_channel, windows(live), windows(gone, 3), st.sampled_from([SITE, HUB]))
def test_hostile_stories_break_no_rule(
    where: Channel, stories: list[Story], dead: list[Story], site: Site
) -> None:
    """Both forms of a feed of hostile stories have no problem that the checker knows."""
    made = render(where, stories, dead, site)

    assert [] == check_atom(made.atom)
    assert [] == check_rss(made.rss)


@generous
@given(any_channel, windows(live), windows(gone, 3))
def test_same_stories_same_bytes(where: Channel, stories: list[Story], dead: list[Story]) -> None:
    """Rendering twice gives the same bytes."""
    assert render(where, stories, dead, SITE) == render(where, list(stories), list(dead), SITE)


@generous
@given(windows(readable), st.sampled_from([FeedForm.ATOM, FeedForm.RSS]))
def test_a_foreign_parser_reads_what_was_meant(
    read: Callable[[bytes], Any], stories: list[Story], form: FeedForm
) -> None:
    """A foreign parser reads ids, titles, links, times, authors, labels and texts equal to the items."""
    expected = [item(one, SITE) for one in stories]

    entries = read(render(ALL, stories, [], SITE).form(form)).entries

    assert [_meant(one, form) for one in expected] == [_got(one) for one in entries]


def _meant(one: Item, form: FeedForm) -> dict[str, Any]:
    known = [one.origin.title] if one.origin else []
    return {
        "id": one.id,
        "title": one.title,
        "link": one.url,
        "updated": one.updated.replace(microsecond=0),
        "published": one.published and one.published.astimezone(UTC).replace(microsecond=0),
        "authors": [who.name for who in one.authors if "@" not in who.name] or None,
        "categories": [(of.scheme, of.term if form is FeedForm.ATOM else of.label) for of in one.categories],
        "summary": _plain(one.summary),
        "content": _plain(one.content),
        "source": known,
    }


def _got(entry: Any) -> dict[str, Any]:
    names = [one.get("name", "") for one in entry.get("authors", []) if "email" not in one]
    contents = [one.value for one in entry.get("content", [])]
    return {
        "id": entry.id,
        "title": entry.title,
        "link": entry.link,
        "updated": _instant(entry.updated_parsed),
        "published": _instant(entry.get("published_parsed")),
        "authors": [name for name in names if "@" not in name] or None,
        "categories": [(tag.scheme, tag.term) for tag in entry.get("tags", [])],
        "summary": _plain(entry.get("summary", "")),
        "content": _plain(contents[-1]) if contents else "",
        "source": [entry.source.title] if "source" in entry else [],
    }


def _instant(parsed: time.struct_time | None) -> datetime | None:
    return None if parsed is None else datetime(*parsed[:6], tzinfo=UTC)


def test_an_empty_channel_is_a_valid_feed_dated_from_the_installation() -> None:
    """A feed without news breaks no rule and bears the day the installation was made."""
    made = render(known("area/ben-tre"), [], [], SITE)

    assert [] == check_atom(made.atom) + check_rss(made.rss)
    assert "2026-11-22T00:00:00+07:00" == etree.fromstring(made.atom).findtext(f"{ATOM}updated")


def test_the_order_is_the_windows() -> None:
    """Entries come in the order given, which is newest first, in both forms."""
    told = [story(number) for number in (3, 2, 1)]
    expected = [SITE.story_id(one.story_id) for one in told]

    assert expected == [one.findtext(f"{ATOM}id") for one in _atom(*told).findall(f"{ATOM}entry")]
    assert expected == [one.findtext("guid") for one in _rss(*told).findall("item")]


def test_the_channel_names_page_self_and_hub() -> None:
    """Both forms link the page, themselves and the hub, each by its meaning."""
    where = known("province/vinh-long/topic/y-te")
    page = "https://tin.example/tinh/vinh-long/chu-de/y-te"
    own = "https://tin.example/feeds/province/vinh-long/topic/y-te"
    made = render(where, [story()], [], HUB)
    atom, channel = etree.fromstring(made.atom), etree.fromstring(made.rss)[0]

    links = {link.get("rel"): link.get("href") for link in atom.findall(f"{ATOM}link")}
    assert {"alternate": page, "self": f"{own}.atom", "hub": HUB.hub} == links
    links = {link.get("rel"): link.get("href") for link in channel.findall(f"{ATOM}link")}
    assert {"self": f"{own}.rss", "hub": HUB.hub} == links
    assert page == channel.findtext("link")


def test_no_id_depends_on_the_address() -> None:
    """Moving the site changes links but no id of a feed, entry, source or tombstone."""
    moved = replace(SITE, base_url="http://127.0.0.1:8080")
    dead = (story(2, state=StoryState.WITHDRAWN),)
    here, there = _atom(story(1), dead=dead), _atom(story(1), dead=dead, site=moved)

    ids = [one.text for one in here.iter(f"{ATOM}id")] + [
        one.get("ref") for one in here.iter(f"{AT}deleted-entry")
    ]
    assert 5 == len(ids)
    assert ids == [one.text for one in there.iter(f"{ATOM}id")] + [
        one.get("ref") for one in there.iter(f"{AT}deleted-entry")
    ]


def test_links_of_an_entry_keep_their_meaning() -> None:
    """The lead's page is the alternate, ours is related, the other tellings' pages are via."""
    told = story(1, telling(1), telling(2), telling(3, url="javascript:alert(1)"), telling(4, url=""))
    entry = _atom(told).find(f"{ATOM}entry")
    assert entry is not None

    found = [(link.get("rel"), link.get("href")) for link in entry.findall(f"{ATOM}link")]
    assert [
        ("alternate", "https://bao1.example/cau-1.html"),
        ("related", "https://tin.example/stories/s1"),
        ("via", "https://bao2.example/cau-2.html"),
    ] == found


def test_a_story_without_a_page_links_ours() -> None:
    """A lead without an address leaves our page as the entry's link, once."""
    told = story(1, telling(1, url=""))
    entry = _atom(told).find(f"{ATOM}entry")
    assert entry is not None

    assert [("alternate", "https://tin.example/stories/s1")] == [
        (link.get("rel"), link.get("href")) for link in entry.findall(f"{ATOM}link")
    ]
    assert "https://tin.example/stories/s1" == _rss(told).findtext("item/link")


def test_provenance_names_every_teller() -> None:
    """The text ends with who told the story, items by day and number, linked where it can be."""
    bulletin = telling(
        2,
        source_name="Cổng Sông <Nước>",
        kind=EntryKind.BULLETIN_ITEM,
        bulletin_number=1,
        url="",
        published="2026-11-21",
    )
    told = item(story(1, telling(1), bulletin, telling(3)), SITE)

    assert (
        "<p>Cây cầu số 1 thông xe.</p>"
        '<p>Nguồn: <a href="https://bao1.example/cau-1.html">Báo Thứ 1</a>. Cũng có trong '
        "Bản tin của Cổng Sông ‹Nước› ngày 21/11/2026, mục 1; "
        '<a href="https://bao3.example/cau-3.html">Báo Thứ 3</a>.</p>'
    ) == told.summary


def test_a_withdrawal_is_told_beside_the_copies() -> None:
    """Who took the story back is named behind those who tell it; without such a source no byte differs."""
    plain = story(1, telling(1, content="Đoạn một."))
    marked = replace(plain, face=replace(plain.face, taken_back=("Báo <Hai>", "Cổng Ba")))
    said = "<p>Báo ‹Hai›, Cổng Ba đã rút bài của mình về tin này.</p>"

    assert item(plain, SITE).summary + said == item(marked, SITE).summary
    assert item(plain, SITE).content + said == item(marked, SITE).content


def test_content_goes_out_only_when_the_face_has_it() -> None:
    """Full text is in content and content:encoded; without the right to it, neither element exists."""
    full = story(1, telling(1, content="Đoạn một & hai.\n\nĐoạn ba <ba>."))
    entry, bare = _atom(full).find(f"{ATOM}entry"), _atom(story(1)).find(f"{ATOM}entry")
    assert entry is not None
    assert bare is not None

    content = entry.findtext(f"{ATOM}content") or ""
    assert content.startswith("<p>Đoạn một &amp; hai.</p><p>Đoạn ba &lt;ba&gt;.</p><p>Nguồn: ")
    assert content == _rss(full).findtext("item/{http://purl.org/rss/1.0/modules/content/}encoded")
    assert bare.find(f"{ATOM}content") is None
    assert _rss(story(1)).find("item/{http://purl.org/rss/1.0/modules/content/}encoded") is None


def test_a_story_with_text_but_no_summary_gets_its_first_sentences() -> None:
    """Where the source lets its text out but gives no summary, the summary is the head of the text."""
    told = item(story(1, telling(1, summary="", content="Một câu. " * 100)), SITE)

    assert told.summary.startswith("<p>Một câu. Một câu.")
    assert len(told.summary) < 600


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2026-11-21T08:30:00+07:00", "2026-11-21T08:30:00+07:00"),
        ("2026-11-21", "2026-11-21T00:00:00+07:00"),
        ("2026-11", None),
        ("2026", None),
    ],
)
def test_published_is_as_precise_as_known(published: str, expected: str | None) -> None:
    """A day is its local midnight; a month or a year is no date for a reader."""
    instants = {10: datetime(2026, 11, 20, 17, tzinfo=UTC), 25: datetime(2026, 11, 21, 1, 30, tzinfo=UTC)}
    told = story(1, telling(1, published=published))
    told = replace(told, face=replace(told.face, published_at=instants.get(len(published), T0)))
    entry = _atom(told).find(f"{ATOM}entry")
    assert entry is not None

    assert expected == entry.findtext(f"{ATOM}published")
    date = _rss(told).findtext("item/pubDate")
    assert expected == (date and parsedate_to_datetime(date).isoformat())


def test_a_date_from_the_future_is_held_back() -> None:
    """A source that dates ahead does not make an entry published after it was updated."""
    told = story(1)
    told = replace(told, face=replace(told.face, published_at=told.updated + timedelta(hours=20)))

    assert told.updated == item(told, SITE).published


def test_labels_become_categories_with_schemes() -> None:
    """Provinces, areas and topics are categories: ours by slug, topics by IPTC code; RSS shows names."""
    told = story(1, labels=Labels("vinh-long", ("vinh-long", NATIONAL), "ben-tre", ("ben-tre",), ("y-te",)))
    entry, shown = _atom(told).find(f"{ATOM}entry"), _rss(told).find("item")
    assert entry is not None
    assert shown is not None
    tag = "tag:abc123.tintinh.invalid,2026-11-22:"

    found = [
        (one.get("scheme"), one.get("term"), one.get("label")) for one in entry.findall(f"{ATOM}category")
    ]
    assert [
        (f"{tag}province", "vinh-long", "Vĩnh Long"),
        (f"{tag}province", "toan-quoc", "Toàn quốc"),
        (f"{tag}area", "ben-tre", "Địa bàn Bến Tre"),
        ("http://cv.iptc.org/newscodes/mediatopic/", "07000000", "Y tế"),
    ] == found
    assert [(scheme, label) for scheme, _, label in found] == [
        (one.get("domain"), one.text) for one in shown.findall("category")
    ]


def test_authors_are_the_leads_people() -> None:
    """Each person is an author; RSS has them as dc:creator, because they have no e-mail address."""
    told = story(1, telling(1, authors=("Thu Hà", "Văn Nam")), telling(2), telling(2))
    expected = ["Thu Hà", "Văn Nam"]

    assert expected == [one.text for one in _atom(told).findall(f"{ATOM}entry/{ATOM}author/{ATOM}name")]
    assert expected == [one.text for one in _rss(told).findall(f"item/{DC}creator")]


def test_the_source_is_named_with_its_front_page() -> None:
    """atom:source and RSS source name the lead's source and link its site, not its article."""
    source = _atom(story(1)).find(f"{ATOM}entry/{ATOM}source")
    assert source is not None
    link = source.find(f"{ATOM}link")
    assert link is not None
    shown = _rss(story(1)).find("item/source")
    assert shown is not None

    assert "tag:abc123.tintinh.invalid,2026-11-22:source/bao-1" == source.findtext(f"{ATOM}id")
    assert ("alternate", "https://bao1.example/") == (link.get("rel"), link.get("href"))
    assert ("https://bao1.example/", "Báo Thứ 1") == (shown.get("url"), shown.text)


def test_a_withdrawn_story_leaves_a_tombstone_and_no_word() -> None:
    """A withdrawn story is a deleted-entry with its source in Atom, absent from RSS, its text in neither."""
    dead = story(2, telling(2, title="Tin phải gỡ", summary="Nội dung phải gỡ"), state=StoryState.WITHDRAWN)
    made = render(ALL, [story(1)], [dead], SITE)
    grave = etree.fromstring(made.atom).find(f"{AT}deleted-entry")
    assert grave is not None

    assert (SITE.story_id("s2"), dead.updated.isoformat()) == (grave.get("ref"), grave.get("when"))
    assert SITE.tag("source/bao-2") == grave.findtext(f"{ATOM}source/{ATOM}id")
    assert SITE.story_id("s2") not in made.rss.decode()
    assert "phải gỡ" not in made.rss.decode() + made.atom.decode()


def test_a_merged_story_points_to_its_survivor() -> None:
    """A merged story's tombstone links our page of the story that tells it now."""
    dead = story(2, state=StoryState.MERGED, merged_into=StoryId("s1"))
    link = _atom(story(1), dead=(dead,)).find(f"{AT}deleted-entry/{ATOM}link")
    assert link is not None

    assert ("related", "https://tin.example/stories/s1") == (link.get("rel"), link.get("href"))


def test_a_story_read_while_it_went_is_gone() -> None:
    """A story given as living and as gone (it went between two reads) is only gone."""
    dead = story(1, state=StoryState.WITHDRAWN, updated=T0 + timedelta(hours=1))
    made = render(ALL, [story(1)], [dead], SITE)

    assert 0 == made.shown
    assert [] == check_atom(made.atom)


def test_a_window_has_so_many_stories_and_two_megabytes() -> None:
    """More than the newest five hundred are not shown, and fewer if their texts are too big for one file."""
    many = [story(number) for number in range(WINDOW + 50, 0, -1)]
    big = [story(number, telling(number, content="Chữ & nghĩa. " * 3_000)) for number in range(150, 0, -1)]
    made = render(ALL, big, [], SITE)

    assert WINDOW == render(ALL, many, [], SITE).shown
    assert 20 < made.shown < WINDOW
    assert 0.95 * MOST_BYTES < max(len(made.atom), len(made.rss)) <= MOST_BYTES
    assert render(ALL, big[: made.shown], [], SITE) == made


def test_the_worst_story_fits_a_feed_by_itself() -> None:
    """One story of nothing but ampersands, at every limit, with a hundred tombstones, fits."""
    amps = "& " * 60_000
    long = "https://host.example/?" + "&" * 970
    tellings = [
        telling(
            number,
            title=amps,
            summary=amps,
            content=amps,
            source_name=amps,
            url=f"{long}{number}",
            authors=(amps,) * 9,
        )
        for number in range(40)
    ]
    dead = [
        story(number, tellings[0], state=StoryState.MERGED, merged_into=StoryId("s1"))
        for number in range(2, 200)
    ]
    made = render(ALL, [story(1, *tellings)] * 1, dead, SITE)

    assert max(len(made.atom), len(made.rss)) <= MOST_BYTES
    assert [] == check_atom(made.atom) + check_rss(made.rss)


def test_rendering_leaves_the_locale_alone() -> None:
    """RFC 822 dates are English without touching the process's locale, which all threads share."""
    before = locale.setlocale(locale.LC_ALL)
    made = render(ALL, [story(1)], [], SITE)

    assert before == locale.setlocale(locale.LC_ALL)
    assert "Sun, 22 Nov 2026 01:01:00 +0000" == etree.fromstring(made.rss).findtext("channel/lastBuildDate")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            "https://báo.example/đường dẫn?q=ơ#mục",
            "https://xn--bo-mia.example/%C4%91%C6%B0%E1%BB%9Dng%20d%E1%BA%ABn?q=%C6%A1#m%E1%BB%A5c",
        ),
        ("HTTP://Host.Example", "http://host.example/"),
        ("https://user:pass@host.example:8443/x", "https://host.example:8443/x"),
        ("https://host.example/%zz%41|[c]", "https://host.example/%25zz%41%7C%5Bc%5D"),
        ("https://host.example/?a=1&amp;b=2", "https://host.example/?a=1&b=2"),
        ("http://[2001:db8::1]:80/x", ""),
        ("http://[::1", ""),
        ("https://host.example:99999/", ""),
        ("//host.example/x", ""),
        ("javascript:alert(1)", ""),
        ("ftp://host.example/x", ""),
        ("https://a..b/", ""),
        ("https://" + "a" * 70 + "ơ.example/", ""),
        ("https://host.example/" + "a" * 2_000, ""),
        ("", ""),
    ],
)
def test_addresses_are_absolute_ascii_or_nothing(given: str, expected: str) -> None:
    """What is no absolute http(s) address is left out, what is not ASCII is encoded."""
    assert expected == address(given)


@given(
    st.text(st.characters(exclude_categories=())) | st.text().map(lambda text: f"https://host.example/{text}")
)
def test_an_address_is_its_own_address(text: str) -> None:
    """Encoding twice is encoding once, for whatever string."""
    once = address(text)

    assert once == address(once)
