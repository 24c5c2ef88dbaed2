"""Bytes to drafts, for every form of document."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.model import (
    Act,
    Basis,
    Document,
    Draft,
    EntryKind,
    Form,
    Given,
    Hints,
    Image,
    Parsed,
    Source,
    SourceId,
    TitleBasis,
)
from pipeline.parse import LARGEST, MOST_ITEMS, canonical, parse

NOW = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
SOURCE = Source(SourceId("cong"), "Cổng thông tin")
FEED_URL = "https://bao.example/rss/tin.rss"
PROSE = (
    "Sáng 12/3/2026, Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc giao mặt bằng cho tuyến đường ven "
    "sông, vốn đã chậm bốn tháng so với cam kết."
)
MORE = (
    "Theo báo cáo của Sở Xây dựng, còn 27 hộ ở hai ấp chưa nhận tiền bồi thường; tổ công tác sẽ đến từng nhà "
    "trước cuối tháng để giải thích và ghi nhận ý kiến."
)


def _read(form: Form, body: str | bytes, **given: Any) -> Parsed:
    raw = body if isinstance(body, bytes) else body.encode()
    return parse(Document(SOURCE, form, raw, NOW, Given(**given)))


def _one(form: Form, body: str | bytes, **given: Any) -> Draft:
    (draft,) = _read(form, body, **given).drafts
    return draft


def _rss(*items: str, head: str = "") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Báo</title><link>https://bao.example/</link>'
        f"{inner}</channel></rss>"
    )


def _item(number: int = 1, more: str = "") -> str:
    return f"<title>Tin số {number} của báo</title><link>https://bao.example/tin/{number}</link>{more}"


def test_an_rss_item_is_a_draft() -> None:
    """Title, link, guid, date, author and both texts of an item find their places."""
    body = _rss(
        _item(
            more="<guid isPermaLink='false'>bao-1</guid><pubDate>Thứ năm, 12/03/2026 | 14:05 GMT+7</pubDate>"
            "<dc:creator>Ngọc Hà</dc:creator>"
            "<description>&lt;a href='x'&gt;&lt;img src='a.jpg'/&gt;&lt;/a&gt;Tỉnh đặt hạn cuối."
            f"</description><content:encoded><![CDATA[<p>{PROSE}</p><p>{MORE}</p>]]></content:encoded>"
        )
    )

    draft = _one(Form.FEED, body, url=FEED_URL)

    assert ("bao-1", "bao-1", "https://bao.example/tin/1") == (
        draft.external_id,
        draft.guid,
        draft.canonical_url,
    )
    assert ("Tin số 1 của báo", TitleBasis.GIVEN) == (draft.title, draft.title_basis)
    assert ("2026-03-12T14:05:00+07:00", Basis.FEED) == (draft.published.text(), draft.published.basis)
    assert ("Tỉnh đặt hạn cuối.", f"{PROSE}\n\n{MORE}") == (draft.summary, draft.body)
    assert ("Ngọc Hà",) == draft.authors


def test_atom_is_read_alike() -> None:
    """Atom's links, dates and texts, xhtml too."""
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Báo</title><id>tag:bao</id><updated>2026-03-12T15:00:00Z</updated>'
        '<entry><title type="html">Cầu &amp;amp; đường</title><id>tag:bao,1</id><link href="/tin/1"/>'
        "<published>2026-03-12T14:05:00+07:00</published><updated>2026-03-12T16:00:00+07:00</updated>"
        "<author><name>Ngọc Hà</name></author><summary>Tỉnh đặt hạn cuối.</summary>"
        f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{PROSE}</p></div></content></entry></feed>'
    )

    draft = _one(Form.FEED, body, url=FEED_URL)

    assert ("Cầu & đường", "tag:bao,1", "https://bao.example/tin/1") == (
        draft.title,
        draft.external_id,
        draft.url,
    )
    assert "2026-03-12T14:05:00+07:00" == draft.published.text()
    assert datetime(2026, 3, 12, 9, 0, tzinfo=UTC) == draft.updated
    assert ("Tỉnh đặt hạn cuối.", PROSE) == (draft.summary, draft.body)


def test_rss_1_is_read_alike() -> None:
    """RDF with items beside the channel and Dublin Core dates."""
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://bao.example/"><title>Báo</title></channel>'
        '<item rdf:about="https://bao.example/tin/1"><title>Tin số 1</title><link>https://bao.example/tin/1</link>'
        "<dc:date>2026-03-12T14:05:00</dc:date></item></rdf:RDF>"
    )

    draft = _one(Form.FEED, body)

    assert ("https://bao.example/tin/1", "2026-03-12T14:05:00+07:00") == (
        draft.external_id,
        draft.published.text(),
    )


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Khai m&#7841;c &lt;b&gt;l&#7877; h&#7897;i&lt;/b&gt;", "Khai mạc lễ hội"),
        ("Ng&amp;agrave;y h&amp;ocirc;i", "Ngày hôi"),
        ("Ng&agrave;y h&ocirc;i & ch&#7907;", "Ngày hôi & chợ"),
        ("<![CDATA[Cầu & đường &quot;ven sông&quot;]]>", 'Cầu & đường "ven sông"'),
        ("\u00d0ảng bộ x\u0061\u0303", "Đảng bộ xã"),
    ],
)
def test_titles_are_freed_of_markup(title: str, expected: str) -> None:
    """Entities of any depth, tags, CDATA, look-alikes and loose ampersands."""
    assert (
        expected == _one(Form.FEED, _rss(f"<title>{title}</title><link>https://bao.example/1</link>")).title
    )


def test_a_long_description_is_the_article() -> None:
    """A description is a stub's summary, unless it is as long as an article."""
    short = _one(Form.FEED, _rss(_item(more=f"<description>{PROSE}</description>")))
    long = _one(
        Form.FEED,
        _rss(_item(more=f"<description><![CDATA[{f'<p>{PROSE}</p><p>{MORE}</p>' * 4}]]></description>")),
    )

    assert (PROSE, "") == (short.summary, short.body)
    assert "" == long.summary
    assert len(long.body) > 1_000


@pytest.mark.parametrize(
    "link", ["#", "", "https://bao.example/", "http://www.bao.example", FEED_URL, "javascript:void(0)"]
)
def test_a_link_to_nowhere_is_none(link: str) -> None:
    """The feed itself, the front page and dead anchors are no item's address."""
    draft = _one(
        Form.FEED, _rss(f"<title>Tin số 1</title><link>{link}</link><guid>bao-1</guid>"), url=FEED_URL
    )

    assert ("", "", "bao-1") == (draft.url, draft.canonical_url, draft.external_id)


def test_an_item_without_id_or_link_is_known_by_its_text() -> None:
    """The same words give the same id, other words another."""
    one, two, other = (
        _one(Form.FEED, _rss(f"<title>{title}</title>")).external_id for title in ("Tin A", "Tin A", "Tin B")
    )

    assert one == two
    assert one != other


def test_a_guid_that_all_items_share_is_none() -> None:
    """Where a CMS gives every item one guid, the links tell them apart, whichever comes first."""
    items = [_item(number, "<guid>bao</guid>") for number in (1, 2, 3)]
    there, back = (_read(Form.FEED, _rss(*order)).drafts for order in (items, items[::-1]))

    assert [f"https://bao.example/tin/{number}" for number in (1, 2, 3)] == [
        draft.external_id for draft in there
    ]
    assert {("", draft.external_id) for draft in there} == {(draft.guid, draft.external_id) for draft in back}


@pytest.mark.parametrize(
    "names",
    [
        "<link>https://bao.example/</link><guid>https://bao.example/</guid>",
        "<guid>bao</guid>",
        "<link>https://bao.example/thong-bao</link>",
    ],
)
def test_items_with_one_name_for_all_are_told_apart_by_their_text(names: str) -> None:
    """A feed that leads everywhere to one page hides no item, and its order is no matter."""
    items = [f"<title>Tin số {number}</title>{names}" for number in (1, 2, 3)]
    there, back = (_read(Form.FEED, _rss(*order), url=FEED_URL) for order in (items, items[::-1]))

    assert ([], 3) == (list(there.drops), len({draft.external_id for draft in there.drafts}))
    assert {("", "")} == {(draft.guid, draft.url) for draft in there.drafts}
    assert {draft.external_id for draft in there.drafts} == {draft.external_id for draft in back.drafts}


def test_a_section_page_is_no_items_own() -> None:
    """Items with ids of their own that all link to one list keep the ids and lose the link."""
    link = "<link>https://xa.example/thong-bao</link>"
    items = [f"<title>Thông báo số {number}</title>{link}<guid>tb-{number}</guid>" for number in (1, 2)]
    drafts = _read(Form.FEED, _rss(*items)).drafts

    assert [("tb-1", "", ""), ("tb-2", "", "")] == [
        (draft.guid, draft.url, draft.canonical_url) for draft in drafts
    ]


def test_an_item_in_two_sections_keeps_its_id() -> None:
    """One title and one guid under two links are one article in two places."""
    items = [_item(1, "<guid>bao-1</guid>"), _item(1, "<guid>bao-1</guid>").replace("/tin/", "/kinh-te/")]
    told = _read(Form.FEED, _rss(*items))

    assert (["bao-1"], ["repeated_item"]) == (
        [draft.guid for draft in told.drafts],
        [name for name, _ in told.drops],
    )


def test_drops_are_named_and_counted() -> None:
    """Empty items, repeated items and those beyond the limit are left out by name."""
    parsed = _read(Form.FEED, _rss("", _item(), _item()))
    many = _read(Form.FEED, _rss(*(_item(number) for number in range(MOST_ITEMS + 3))))

    assert ["empty_item", "repeated_item"] == [name for name, _ in parsed.drops]
    assert (MOST_ITEMS, [("too_many_items", f"3 beyond {MOST_ITEMS}")]) == (
        len(many.drafts),
        list(many.drops),
    )


def test_a_feed_cut_off_in_an_item_loses_that_item_only() -> None:
    """Of a truncated feed the whole items are read, the partial one is a drop."""
    body = _rss(*(_item(number, f"<description>{PROSE}</description>") for number in range(10)))

    parsed = _read(Form.FEED, body[: body.rindex("<description>") + 30])
    ended = _read(Form.FEED, body[: -len("</channel></rss>")])

    assert (9, ["cut_off_item"]) == (len(parsed.drafts), [name for name, _ in parsed.drops])
    assert (10, ()) == (len(ended.drafts), ended.drops)


def test_one_bad_byte_costs_one_character() -> None:
    """A byte that is no UTF-8 spoils one title, not the feed."""
    body = _rss(*(_item(number) for number in range(100))).encode()
    spoilt = body.replace("số 7 ".encode(), "số 7".encode() + b"\xff", 1)

    titles = [draft.title for draft in _read(Form.FEED, spoilt).drafts]

    assert 99 == sum(title == f"Tin số {number} của báo" for number, title in enumerate(titles))


@pytest.mark.parametrize("declared", ["utf-16", "iso-8859-1", "windows-1258", "nonsense"])
def test_a_wrong_declaration_is_not_believed(declared: str) -> None:
    """UTF-8 is UTF-8 whatever the XML declaration or the header says."""
    body = _rss(_item()).replace("UTF-8", declared, 1)

    assert "Tin số 1 của báo" == _one(Form.FEED, body, content_type=f"text/xml; charset={declared}").title


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>",
        '{"version": "https://jsonfeed.org/version/1.1", "entries": []}',
        "file:///etc/passwd",
        "<rss version='2.0'><channel><title>Báo",
        b"%PDF-1.7 x",
        b"\x00" * 100,
    ],
)
def test_what_is_no_feed_is_refused(body: str | bytes) -> None:
    """An error page, JSON, a file's name, a PDF and a feed cut off at its head are unreadable."""
    with pytest.raises(Unreadable):
        _read(Form.FEED, body)


def test_an_empty_feed_is_a_feed() -> None:
    """A channel without items yields nothing and is no error."""
    assert Parsed((), hints=Hints()) == _read(Form.FEED, _rss())


def test_entity_bombs_are_not_expanded() -> None:
    """The prolog with its entities is left out before anybody parses it."""
    entities = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))

    draft = _one(
        Form.FEED, _rss(_item(more="<description>x &l9; y</description>"), head=f"<!DOCTYPE x [{entities}]>")
    )

    assert "x &l9; y" == draft.summary


def test_a_bulletin_file_yields_its_items() -> None:
    """Items get the heading's day, their own numbers and ids, and nothing of the signature block."""
    body = (
        "**BẢN TIN HOẠT ĐỘNG TRONG NGÀY\nNGÀY 12 THÁNG 3 NĂM 2026**\n\n1. Giao mặt bằng đường ven sông\n\n"
        f"{PROSE} Mời xem chi tiết [tại đây](https://cong.example/w/duong).\n\n"
        f"2. Hai ấp nhận tiền bồi thường\n\n{MORE} "
        "Mời xem chi tiết [tại đây](#).\n\n**Biên tập\nLÊ THỊ BÌNH**\n\nCỔNG THÔNG TIN ĐIỆN TỬ ĐỒNG THÁP\n\n"
        "Email: a@cong.example"
    )

    first, second = _read(Form.TEXT, body, external_id="ban-tin.txt").drafts

    assert [("ban-tin.txt#1", 1), ("ban-tin.txt#2", 2)] == [
        (draft.external_id, draft.bulletin_number) for draft in (first, second)
    ]
    assert {"ban-tin.txt"} == {draft.bulletin_id for draft in (first, second)}
    assert {EntryKind.BULLETIN_ITEM} == {draft.kind for draft in (first, second)}
    assert {("2026-03-12", Basis.BULLETIN)} == {
        (draft.published.text(), draft.published.basis) for draft in (first, second)
    }
    assert (PROSE, MORE) == (first.body, second.body)
    assert (("https://cong.example/w/duong",), ()) == (first.links, second.links)
    assert ("dong-thap",) == second.places.provinces


def test_a_bulletin_page_yields_its_items() -> None:
    """A numbered list in HTML is a bulletin too; without a day in its heading the page's own counts."""
    page = (
        '<html><head><title>Bản tin cơ sở | Cổng</title><meta name="pubdate" content="2026-03-12"></head>'
        f"<body><article><h1>BẢN TIN CƠ SỞ</h1><ol><li><b>Giao mặt bằng đường ven sông</b><p>{PROSE}</p></li>"
        f"<li><b>Hai ấp nhận tiền bồi thường</b><p>{MORE}</p></li></ol></article></body></html>"
    )

    drafts = _read(Form.PAGE, page, url="https://cong.example/ban-tin").drafts

    assert ["Giao mặt bằng đường ven sông", "Hai ấp nhận tiền bồi thường"] == [
        draft.title for draft in drafts
    ]
    assert {("2026-03-12", Basis.META)} == {
        (draft.published.text(), draft.published.basis) for draft in drafts
    }
    assert {""} == {draft.canonical_url for draft in drafts}


def test_kind_is_believed_when_it_is_said() -> None:
    """What is said to be an article is not split; what is said to be a bulletin and has no items is noted."""
    numbered = f"BẢN TIN NGÀY 12/3/2026\n\n1. Tin đầu của ngày\n\n{PROSE}\n\n2. Tin sau của ngày\n\n{MORE}"

    assert 2 == len(_read(Form.TEXT, numbered).drafts)
    assert 1 == len(_read(Form.TEXT, numbered, kind="article").drafts)
    assert [("no_items", "x")] == list(_read(Form.TEXT, PROSE, kind="bulletin", external_id="x").drops)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://m.bao.example/amp/tin-1", "https://bao.example/tin-1"),
        ("https://bao.example/tin-1?utm_source=zalo", "https://bao.example/tin-1"),
        ("http://www.bao.example/tin-1", "http://www.bao.example/tin-1"),
    ],
)
def test_the_address_of_a_page(url: str, expected: str) -> None:
    """A page's claim is shown where it was found elsewhere or with a trace, its address as given else."""
    claim = '<link rel="canonical" href="https://bao.example/tin-1">'
    page = f"<html><head>{claim}</head><body><h1>Giao mặt bằng ven sông</h1><p>{PROSE}</p></body></html>"

    assert _one(Form.PAGE, page.encode(), url=url).url == expected


def _record(**fields: Any) -> bytes:
    return json.dumps({"id": "r-1"} | fields).encode()


def test_a_record_is_a_draft() -> None:
    """The record's own fields are given, its HTML is read, its furniture taken out."""
    draft = _one(
        Form.RECORD,
        _record(
            url="https://www.bao.example/tin/1?utm_source=x",
            title="null Giao mặt bằng đường ven sông",
            summary="Tỉnh đặt hạn cuối.",
            body_html=f"<p>Xuất bản thông tin</p><p>{PROSE}</p><p>Ngọc Hà</p><p>Ý kiến của bạn</p>",
            published="12/03/2026 14:05",
        ),
    )

    assert ("r-1", "https://bao.example/tin/1") == (draft.external_id, draft.canonical_url)
    assert ("Giao mặt bằng đường ven sông", TitleBasis.GIVEN) == (draft.title, draft.title_basis)
    assert ("2026-03-12T14:05:00+07:00", Basis.GIVEN) == (draft.published.text(), draft.published.basis)
    assert ("Tỉnh đặt hạn cuối.", PROSE, ("Ngọc Hà",)) == (draft.summary, draft.body, draft.authors)


def test_a_record_with_a_summary_is_a_stub() -> None:
    """Title and summary alone make a stub."""
    draft = _one(Form.RECORD, _record(title="Giao mặt bằng", summary=PROSE))

    assert (PROSE, "") == (draft.summary, draft.body)


def test_a_wrong_record_names_its_field() -> None:
    """What is wrong with a record can be read from the error."""
    with pytest.raises(Unreadable, match=r"record\.kind"):
        _read(Form.RECORD, _record(title="x", kind="essay"))


def _push(event: str = "article.published", **fields: Any) -> bytes:
    article = {"id": "p-1", "title": "Giao mặt bằng đường ven sông", "content_html": f"<p>{PROSE}</p>"}
    return json.dumps({"event": event, "article": article | fields}).encode()


@pytest.mark.parametrize(
    ("fields", "image"),
    [
        (
            {
                "images": [
                    {"url": "https://bao.example/a.jpg", "title": "Cầu &amp; chợ"},
                    "https://bao.example/b.jpg",
                ]
            },
            Image("https://bao.example/a.jpg", "Cầu & chợ"),
        ),
        (
            {"content_html": '<p>Cầu mới.</p><img width="1" src="/dem.gif"><img src="/anh/cau.jpg">'},
            Image("https://bao.example/anh/cau.jpg"),
        ),
        ({}, None),
    ],
)
def test_a_pushed_article_has_its_picture(fields: dict[str, Any], image: Image | None) -> None:
    """The first that the CMS names with its caption, else the first real one of the text."""
    told = {"title": "Khánh thành cầu", "summary": "Cầu mới.", "url": "https://bao.example/tin/cau", **fields}

    assert image == _one(Form.PUSH, _push(**told)).image


def test_a_push_is_a_draft() -> None:
    """A pushed article has the CMS's id, dates and makers."""
    draft = _one(
        Form.PUSH,
        _push(
            url="https://bao.example/tin/1",
            published_at="2026-03-12T14:05:00+07:00",
            updated_at="2026-03-12T16:00:00+07:00",
            authors=["Ngọc Hà", "Theo TTXVN"],
        ),
    )

    assert ("p-1", "p-1", Act.TELL, "") == (draft.external_id, draft.guid, draft.act, draft.note)
    assert ("2026-03-12T14:05:00+07:00", Basis.PUSH) == (draft.published.text(), draft.published.basis)
    assert datetime(2026, 3, 12, 9, 0, tzinfo=UTC) == draft.updated
    assert (("Ngọc Hà",), "TTXVN", PROSE) == (draft.authors, draft.credit, draft.body)


def test_corrections_and_withdrawals_say_so() -> None:
    """A correction carries a note, a withdrawal needs nothing but the id."""
    corrected = _one(Form.PUSH, _push("article.corrected"))
    noted = _one(Form.PUSH, _push("article.corrected", note="Sửa số hộ"))
    withdrawn = _one(Form.PUSH, b'{"event": "article.withdrawn", "article": {"id": "p-1"}}')

    assert ["Đính chính", "Sửa số hộ"] == [corrected.note, noted.note]
    assert (Act.WITHDRAW, "p-1") == (withdrawn.act, withdrawn.external_id)


def test_text_that_is_a_page_is_read_as_one() -> None:
    """A .txt file that holds HTML is no plain text."""
    draft = _one(
        Form.TEXT,
        f"<!DOCTYPE html><title>x</title><body><h1>Giao mặt bằng đường</h1><p>{PROSE}</p><p>{MORE}</p>",
    )

    assert f"{PROSE}\n\n{MORE}" == draft.body


def test_crossed_tags_are_unreadable() -> None:
    """A link that ends outside of its item is no KeyError of feedparser's, and costs no other item."""
    crossed = "<link>y<r:item xmlns:r='http://purl.org/rss/1.0/'/></link>"

    told = _read(Form.FEED, _rss(crossed, _item(2)))

    with pytest.raises(Unreadable, match="crossed"):
        _read(Form.FEED, _rss(crossed))
    assert (["Tin số 2 của báo"], ["crossed_tags"]) == (
        [draft.title for draft in told.drafts],
        [name for name, _ in told.drops],
    )


@pytest.mark.parametrize("form", list(Form))
def test_nothing_and_too_much_are_unreadable(form: Form) -> None:
    """An empty body and one beyond the limit are refused at the door, whatever the form."""
    for body in (b"", b" \n", b"a" * (LARGEST + 1)):
        with pytest.raises(Unreadable):
            _read(form, body)


SOUP = st.lists(
    st.sampled_from(
        (
            *(
                '<rss version="2.0">',
                "<channel>",
                "<item>",
                "</item>",
                "<title>",
                "</title>",
                "<link>x</link>",
                "<guid>",
                "&#0;",
            ),
            *(
                "<feed xmlns='http://www.w3.org/2005/Atom'>",
                "<entry>",
                "</entry>",
                "<author>",
                "<content type='xhtml'>",
                "<pubDate>",
            ),
            *(
                "<![CDATA[",
                "]]>",
                "&nbsp;",
                "&",
                "<",
                "<!DOCTYPE x [",
                "<?xml version='1.0' encoding='utf-16'?>",
                "<html>",
                "\x00",
            ),
            *(
                PROSE,
                MORE,
                "1. Tin",
                "BẢN TIN NGÀY 1/1/2026",
                "[tại đây](#)",
                "31/02/2026",
                '{"id":',
                '"1","title":',
                '"x"}',
            ),
            *(
                '{"event":"article.published","article":{"id":"1","title":"',
                '"}}',
                "\\ud800",
                "\n\n",
                "\ud800",
                "Ngọc Hà",
            ),
        )
    ),
    max_size=30,
).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))


@given(st.sampled_from(Form), st.one_of(SOUP, st.binary(max_size=200)), st.text(max_size=20))
@example(Form.RECORD, b'{"id": "1", "title": "\\ud800"}', "")
@example(Form.PUSH, b'{"event":"article.withdrawn","article":{"id":"\\u0000"}}', "")
@example(Form.FEED, b"<rss><item><title>\xff", "")
def test_any_bytes_are_read_or_unreadable(form: Form, body: bytes, url: str) -> None:
    """No bytes raise anything but Unreadable, and what is read can be stored."""
    with suppress(Unreadable):
        for draft in _read(form, body, url=url, external_id="x").drafts:
            assert draft.external_id.encode()
            assert "\x00" not in draft.text().encode().decode()
            assert draft.published.at <= NOW + timedelta(days=1)


def test_the_extra_documents_are_read_right(extra_samples: Path) -> None:
    """Real documents: items, headlines and dates are told, and furniture is nowhere."""
    drafts = {
        draft.external_id: draft
        for path in sorted(extra_samples.glob("*.txt"))
        for draft in _read_at(path).drafts
    }
    if not {"000", "001", "002", "003", "004"} <= {name[:3] for name in drafts}:
        pytest.skip("the folder of extra documents holds others than the five that are known here")

    told = [
        (name[:3], draft.published.text(), draft.published.basis, draft.title_basis)
        for name, draft in drafts.items()
    ]
    assert [
        ("000", "2023-01-31", "bulletin", "bulletin"),
        ("000", "2023-01-31", "bulletin", "bulletin"),
        ("001", "2023-01-31", "inferred", "page"),
        ("002", "2023-01-31T17:05:00+07:00", "header", "page"),
        ("003", "2024-01-02", "inferred", "page"),
        ("004", "2021-05-04", "header", "inferred"),
    ] == told
    assert [("dong-thap",)] * 3 + [("ben-tre",), ("quang-nam",), ("kien-giang",)] == [
        draft.places.areas for draft in drafts.values()
    ]
    forbidden: tuple[str, ...] = (
        "Xuất bản thông tin",
        "Ý kiến",
        "Danh mục chính",
        "null ",
        "Chia sẻ",
        "Liên kết",
        "Số lần đọc",
    )
    forbidden += ("Tin liên quan", "tại đây", "Trụ sở", "BDK.VN", "Website")
    assert [] == [
        (name, word) for name, draft in drafts.items() for word in forbidden if word in draft.text()
    ]


def _read_at(path: Path) -> Parsed:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return parse(Document(SOURCE, Form.TEXT, path.read_bytes(), now, Given(external_id=path.stem)))


def test_canonical_is_offered_here_too() -> None:
    """Whoever reads documents finds the key of addresses beside it."""
    assert "https://bao.example/tin" == canonical("http://www.bao.example/tin/")
