"""Feeds of every version and in every state: broken, cut off, hostile, long."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.feed_text import MOST_ITEMS
from pipeline.model import Attachment, Document, Draft, Form, Given, Hints, Image, Parsed, Source, SourceId
from pipeline.parse import parse, part
from pipeline.parts import whole

NOW = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
SOURCE = Source(SourceId("bao"), "Báo Sông Quê", "dong-thap")
URL = "https://bao.example/rss/tin.rss"
PROSE = (
    "Sáng 12/3/2026, Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc giao mặt bằng cho đường ven sông."
)


def document(body: str | bytes, **fields: Any) -> Document:
    """Return a feed's document."""
    raw = body if isinstance(body, bytes) else body.encode()
    return Document(SOURCE, Form.FEED, raw, NOW, Given(url=URL), **fields)


def read(body: str | bytes) -> Parsed:
    """Read a feed whole."""
    return parse(document(body))


def item(number: int, more: str = "") -> str:
    """Return an item of RSS 2.0."""
    return (
        f"<item><title>Tin số {number} của báo</title><link>https://bao.example/tin/{number}</link>"
        f"<description>{PROSE} {number}</description>{more}</item>"
    )


def rss(*items: str, head: str = "") -> str:
    """Return a feed of RSS 2.0."""
    return (
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel><title>Báo</title><link>https://bao.example/</link>{head}{''.join(items)}</channel></rss>"
    )


ITEM = (
    "<title>Tin số 1</title><link>https://bao.example/tin/1</link><description>Giao mặt bằng.</description>"
)
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            f'<rdf:RDF xmlns:rdf="{RDF}" xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel>'
            f"<title>Báo</title></channel><item>{ITEM}</item></rdf:RDF>",
            id="RSS 0.90",
        ),
        pytest.param(
            '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.example/rss-0.91.dtd">'
            f'<rss version="0.91"><channel><title>Báo</title><item>{ITEM}</item></channel></rss>',
            id="RSS 0.91",
        ),
        pytest.param(
            f'<rss version="0.92"><channel><title>Báo</title><item>{ITEM}</item></channel></rss>',
            id="RSS 0.92",
        ),
        pytest.param(
            f'<rdf:RDF xmlns:rdf="{RDF}" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>Báo'
            '</title><items><rdf:Seq><rdf:li rdf:resource="https://bao.example/tin/1"/></rdf:Seq></items></channel>'
            f'<item rdf:about="https://bao.example/tin/1">{ITEM}</item></rdf:RDF>',
            id="RSS 1.0",
        ),
        pytest.param(
            f'<r:RDF xmlns:r="{RDF}" xmlns:p="http://purl.org/rss/1.0/"><p:item r:about="https://bao.example/tin/1">'
            + ITEM.replace("<", "<p:").replace("<p:/", "</p:")
            + "</p:item></r:RDF>",
            id="RSS 1.0 with prefixes",
        ),
        pytest.param(
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>Tin số 1</title>'
            '<link rel="alternate" href="https://bao.example/tin/1"/><id>tag:bao,1</id>'
            '<issued>2026-03-12T14:05:00+07:00</issued><summary mode="escaped">Giao mặt bằng.</summary>'
            "</entry></feed>",
            id="Atom 0.3",
        ),
        pytest.param(
            '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>Tin số 1</a:title>'
            '<a:link href="/tin/1"/><a:id>tag:bao,1</a:id><a:summary>Giao mặt bằng.</a:summary></a:entry>'
            "</a:feed>",
            id="Atom 1.0 with prefixes",
        ),
    ],
)
def test_every_version_is_read_alike(body: str) -> None:
    """Title, link and summary of an item are found in each version of RSS and Atom."""
    (draft,) = read(body).drafts

    assert ("Tin số 1", "https://bao.example/tin/1", "Giao mặt bằng.") == (
        draft.title,
        draft.canonical_url,
        draft.summary,
    )


def test_hints_are_read() -> None:
    """What a feed says of its rhythm and hubs comes with its items."""
    head = (
        "<ttl>60</ttl><skipHours><hour>0</hour><hour>24</hour><hour> 3 </hour><hour>99</hour></skipHours>"
        "<skipDays><day>Sunday</day><day>saturday</day></skipDays>"
        "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
        '<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="hub" href="ftp://x.example"/>'
        f'<atom:link rel="self" href="{URL}"/>'
    )

    hints = read(rss(item(1), head=head)).hints

    assert hints == Hints(
        ttl=3_600.0,
        skip_hours=(0, 3),
        skip_days=(5, 6),
        period=21_600.0,
        hubs=("https://hub.example/",),
        topic=URL,
    )


@pytest.mark.parametrize("said", ["always", "-1", "0", "9" * 40, "ttl", "<b>1</b>", ""])
def test_senseless_hints_are_none(said: str) -> None:
    """Numbers that are none, and a period of "always", say nothing."""
    head = f"<ttl>{said}</ttl><sy:updatePeriod>{said}</sy:updatePeriod><skipHours>{said}</skipHours>"

    assert Hints() == read(rss(item(1), head=head)).hints


def test_hints_behind_the_items_count() -> None:
    """A channel may say more after its items."""
    assert 600.0 == getattr(read(rss(item(1), "<ttl>10</ttl>")).hints, "ttl", None)


def test_pictures_and_files_of_items() -> None:
    """What a feed hands out with an item is its picture or a file of it."""
    first, second, third = read(
        rss(
            item(
                1,
                '<media:content url="/a.jpg" medium="image"/>'
                '<enclosure url="/kh.pdf" type="application/pdf"/>',
            ),
            item(2, '<media:group><media:thumbnail url="https://bao.example/nho.webp"/></media:group>'),
            "<item><title>Tin số 3 của báo</title><description>&lt;img width='1' src='/dem.gif'/&gt;"
            "&lt;img src='/b.png'&gt;"
            "Giao mặt bằng</description><enclosure url='/loi.mp3' type='audio/mpeg'/></item>",
        )
    ).drafts

    assert (Image("https://bao.example/a.jpg"), (Attachment("https://bao.example/kh.pdf"),)) == (
        first.image,
        first.attachments,
    )
    assert [Image("https://bao.example/nho.webp"), Image("https://bao.example/b.png")] == [
        second.image,
        third.image,
    ]
    assert () == third.attachments


def test_one_broken_item_costs_no_other() -> None:
    """Among well-formed items an ill-formed one is read as well as it can be, and they are as they were."""
    broken = "<item><title>Tin <b>hỏng</title><x:y a=1><description>Chưa rõ</item>"
    good = [read(rss(item(number))).drafts[0] for number in (1, 2)]

    told = read(rss(item(1), broken, item(2)))

    assert [good[0], good[1]] == [told.drafts[0], told.drafts[2]]
    assert told.drafts[1].title.startswith("Tin hỏng")


@pytest.mark.parametrize(
    ("flaw", "left"),
    [
        ("<item><description>" + "x " * 600_000 + "</description></item>", "too_large_item"),
        ("<item><description>" + "<b>" * 100_000 + "</description></item>", "too_much_markup"),
        ("<item><link>y<r:item xmlns:r='http://purl.org/rss/1.0/'/></link></item>", "crossed_tags"),
    ],
)
def test_a_hostile_item_is_left_out_by_name(flaw: str, left: str) -> None:
    """An item that nobody can read is a drop; a feed of nothing else is refused with the reason."""
    told = read(rss(item(1), flaw, item(2)))

    assert (2, [left]) == (len(told.drafts), [name for name, _ in told.drops])
    with pytest.raises(Unreadable, match=left.replace("_", " ")):
        read(rss(flaw))


def test_prefixes_that_nobody_declared_are_read() -> None:
    """A feed that forgets its namespaces is read, pictures and authors too."""
    body = (
        "<rss version='2.0'><channel><item><title>Tin số 1</title><dc:creator>Ngọc Hà</dc:creator>"
        "<media:thumbnail url='https://bao.example/a.jpg'/></item></channel></rss>"
    )

    (draft,) = read(body).drafts

    assert (("Ngọc Hà",), Image("https://bao.example/a.jpg")) == (draft.authors, draft.image)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>", "an HTML page .“502 Bad"),
        ("<html><body><form><input name=x type='password'></form></body></html>", "a login page in place"),
        ("<rss version='2.0'><channel><title>Báo", "cut off before its first item"),
        ('{"error": "not found"}', "JSON, but no JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1.1", "title": "Bá', "cut off, or broken"),
        ('{"items":' + "[" * 100_000, "nested too deeply"),
        ("chỉ là chữ", "neither RSS nor Atom nor JSON Feed"),
    ],
)
def test_what_stands_in_place_of_a_feed_is_named(body: str, reason: str) -> None:
    """The reason says what the address gave instead."""
    with pytest.raises(Unreadable, match=reason):
        read(body)


NUMBERS = range(40)
CONTENT = "<content:encoded><![CDATA[<p>Đoạn &amp; văn có dấu</p>]]></content:encoded>"
RSS = rss(*(item(number, CONTENT) for number in NUMBERS)).encode()
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Báo</title>'
    + "".join(
        f"<entry><title>Tin số {number} của báo</title><id>tag:bao,{number}</id><link href='/tin/{number}'/>"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
        f"<p>{PROSE} &#7841; {number}</p></div>"
        "</content></entry>"
        for number in NUMBERS
    )
    + "</feed>"
).encode()
JSON = (
    '{"version": "https://jsonfeed.org/version/1.1", "title": "Báo", "items": ['
    + ", ".join(
        f'{{"id": {number}, "url": "https://bao.example/tin/{number}", "title": "Tin số {number}", '
        f'"content_html": "<p>{PROSE} \\u1ea1 {number}</p>", "tags": ["a", "b"]}}'
        for number in NUMBERS
    )
    + "]}"
).encode()
WHOLE = {body: read(body).drafts for body in (RSS, ATOM, JSON)}


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([RSS, ATOM, JSON]), st.floats(0.02, 0.9999))
@example(RSS, 0.25)
@example(ATOM, 0.5)
@example(JSON, 0.9)
@example(RSS, 0.999)
@example(ATOM, 0.999)
@example(JSON, 0.999)
def test_of_a_feed_that_is_cut_off_only_whole_items_are_taken(body: bytes, share: float) -> None:
    """Wherever it is cut, in a tag, CDATA, an entity or a letter, items before the cut are as they were."""
    told = read(body[: int(len(body) * share)])

    assert WHOLE[body][: len(told.drafts)] == told.drafts
    assert len(told.drafts) >= int(share * len(WHOLE[body])) - 1


def _parts(body: bytes, known: frozenset[str] = frozenset()) -> list[Parsed]:
    """Return the parts of a feed as they are read one after another."""
    seen: list[Parsed] = []

    def one(asked: Document) -> Parsed:
        seen.append(part(asked))
        return seen[-1]

    whole(one, document(body, known=known))
    return seen


def _names(drafts: tuple[Draft, ...]) -> list[str]:
    return [draft.external_id for draft in drafts]


def test_a_long_feed_is_read_in_parts() -> None:
    """All parts together are all items in order, and what was left out is told once."""
    parts = _parts(rss(*(item(number) for number in range(MOST_ITEMS + 5))).encode())
    read_now = [name for one in parts for name in _names(one.drafts)]

    assert [f"https://bao.example/tin/{number}" for number in range(MOST_ITEMS)] == read_now
    assert len(parts) >= MOST_ITEMS // 100
    assert [("too_many_items", f"5 beyond {MOST_ITEMS}")] == [drop for one in parts for drop in one.drops]
    assert MOST_ITEMS == len({name for one in parts for name in one.items})


def test_names_are_asked_of_all_parts() -> None:
    """An item told again in a later part is a repeat, and a guid of all items is none in each part."""
    repeated = rss(*(item(number) for number in (*range(150), 3)))
    shared = rss(*(item(number, "<guid isPermaLink='false'>bao</guid>") for number in range(250)))

    assert (150, ["repeated_item"]) == (
        len(read(repeated).drafts),
        [name for name, _ in read(repeated).drops],
    )
    assert {""} == {draft.guid for draft in read(shared).drafts}


def test_known_items_are_not_read_again() -> None:
    """Only what is new or changed is read, and a known item still tells what is a repeat."""
    before = read(rss(*(item(number) for number in range(5))))
    changed = item(3).replace("ven sông", "ven biển")
    body = rss(
        item(7), *(item(number) for number in (0, 1, 2)), changed, item(4), item(1).replace("12/3", "13/3")
    )

    told = parse(document(body, known=frozenset(before.items)))

    assert ["https://bao.example/tin/7", "https://bao.example/tin/3"] == _names(told.drafts)
    assert [("repeated_item", "https://bao.example/tin/1")] == list(told.drops)


def test_an_item_of_tomorrow_is_read_again() -> None:
    """A date that is not believed yet may be so the next time."""
    told = read(rss(item(1), item(2, "<pubDate>Fri, 20 Mar 2026 08:00:00 +0700</pubDate>")))

    assert (2, 1) == (len(told.drafts), len(told.items))


def test_counters_of_comments_make_no_item_new() -> None:
    """What a CMS counts in an item is no change of it."""
    one, two = (read(rss(item(1, f"<slash:comments>{number}</slash:comments>"))).items for number in (3, 4))

    assert one == two
