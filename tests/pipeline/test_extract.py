"""Pages as the CMSs of provincial portals build them, in our own words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import extract, markup
from pipeline.extract import Page

URL = "https://cong.example/tin/duong-ven-song"
TITLE = "Giao mặt bằng đường ven sông trước tháng Tư"
LEAD = "Tỉnh đặt hạn cuối cho 27 hộ còn lại của tuyến đường ven sông, đã chậm bốn tháng so với cam kết."
FIRST = (
    "Sáng 12/3, Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc giao mặt bằng cho tuyến đường ven sông, "
    "vốn đã chậm bốn tháng so với cam kết với nhà thầu."
)
SECOND = (
    "Theo báo cáo của Sở Xây dựng, còn 27 hộ ở hai ấp chưa nhận tiền bồi thường; tổ công tác sẽ đến từng nhà "
    "trước cuối tháng để giải thích và ghi nhận ý kiến."
)
MENU = "".join(
    f'<li><a href="/{at}">{name}</a></li>'
    for at, name in enumerate(
        ("Trang chủ", "Thời sự", "Kinh tế", "Xã hội", "Chợ nổi Cái Răng đông khách dịp cuối tuần")
    )
)
TEASERS = "".join(
    f'<li><a href="/cu/{at}">{name}</a></li>'
    for at, name in enumerate(
        ("Cầu mới ở xã Tân Phú đã thông xe", "Chợ huyện mở cửa trở lại", "Mưa lớn kéo dài ba ngày")
    )
)

LIFERAY = f"""<!DOCTYPE html><html><head><title>{TITLE} - Cổng thông tin</title>
<meta property="og:title" content="{TITLE}"><meta property="og:site_name" content="Cổng thông tin">
<link rel="canonical" href="https://cong.example/w/duong-ven-song"></head><body>
<header><ul class="navbar">{MENU}</ul></header><div class="portlet-content"><h2>Xuất bản thông tin</h2>
<span>null {TITLE}</span><h1>{TITLE}</h1><div class="date-line">Thứ Năm, 12/03/2026 | 14:05</div>
<div class="journal-content-article"><p>{FIRST}</p><p>{SECOND}</p><p>Ngọc Hà</p></div>
<div class="other-news"><h3>Thông tin khác</h3><ul>{TEASERS}</ul></div></div>
<footer>Cơ quan chủ quản: UBND tỉnh Đồng Tháp</footer></body></html>"""

TABLES = f"""<html><head><title>Báo Sông Quê: {TITLE}</title></head><body><form id="aspnetForm"><table><tr>
<td><ul>{MENU}</ul></td><td><table><tr><td><span class="tieude">{TITLE}</span></td></tr>
<tr><td>Cập nhật ngày: 12/03/2026 14:05:00</td></tr><tr><td><b>{LEAD}</b></td></tr>
<tr><td><div>{FIRST}</div><div>{SECOND}</div></td></tr><tr><td>Tin, ảnh: Ngọc Hà</td></tr>
<tr><td>Số lần đọc: 97</td></tr><tr><td><div>Tin liên quan</div>{TEASERS}</td></tr></table></td></tr></table>
</form></body></html>"""

BREAKS = f"""<html><body><div id="top"><ul>{MENU}</ul></div><div id="c"><h1>{TITLE}</h1>
<p>12/03/2026 - 14:05</p><strong>{LEAD}</strong><br><br>{FIRST}<br><br>{SECOND}<br></div>
<div class="tin-lien-quan"><h3>Tin liên quan</h3><ul>{TEASERS}</ul></div></body></html>"""

LINKED = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "Organization", "name": "Báo Sông Quê"},
        {
            "@type": "NewsArticle",
            "headline": TITLE,
            "datePublished": "2026-03-12T14:05:00+07:00",
            "dateModified": "2026-03-12T16:00:00+07:00",
            "author": [{"@type": "Person", "name": "Ngọc Hà"}],
        },
    ],
}
MODERN = f"""<html><head><meta property="og:title" content="{TITLE}">
<meta name="description" content="{LEAD}">
<script type="application/ld+json">{json.dumps(LINKED)}</script></head><body><nav><ul>{MENU}</ul></nav>
<article><h1>{TITLE}</h1><div class="share-box">Chia sẻ Facebook Zalo</div><p class="sapo">{LEAD}</p>
<p>{FIRST}</p>
<figure><img src="a.jpg" alt="{TITLE} - Ảnh 1."><figcaption>Quang cảnh phiên họp.</figcaption></figure>
<p>{SECOND}</p><p>Mời xem chi tiết <a href="/van-ban/90.pdf">tại đây</a>.</p></article>
<aside><ul>{TEASERS}</ul></aside></body></html>"""


@pytest.mark.parametrize(
    "page", [LIFERAY, TABLES, BREAKS, MODERN], ids=["liferay", "tables", "breaks", "modern"]
)
def test_headline_and_paragraphs_of_any_build(page: str) -> None:
    """The headline is found and every paragraph is kept; menus and teasers are not."""
    found = extract.page(page, URL)

    assert TITLE == found.title
    rows = found.text.split("\n\n")
    assert [FIRST, SECOND] == [row for row in rows if row in (FIRST, SECOND)]
    assert "Chợ nổi Cái Răng" not in found.text
    assert found.text.count("Chợ huyện mở cửa") <= (page is TABLES)  # a box without a name is for `tidy`


@pytest.mark.parametrize("page", [LIFERAY, TABLES, BREAKS], ids=["liferay", "tables", "breaks"])
def test_the_line_below_the_headline_is_the_date(page: str) -> None:
    """A date line outside of the article's container dates it all the same."""
    found = extract.page(page, URL)

    assert ["2026-03-12T14:05:00+07:00"] == [when.text() for when in found.whens]


def test_metadata_is_read() -> None:
    """JSON-LD in a graph dates the page and names its authors."""
    found = extract.page(MODERN, URL)

    assert found.updated is not None
    assert ("2026-03-12T14:05:00+07:00", "meta") == (found.whens[0].text(), found.whens[0].basis)
    assert "2026-03-12T16:00:00+07:00" == found.updated.text()
    assert (("Ngọc Hà",), LEAD) == (found.authors, found.summary)


def test_a_box_of_hints_between_paragraphs_is_left() -> None:
    """A label and another article's headline are no text, even where the article goes on below."""
    hint = "<div><span>Cùng chủ đề</span><h4><a href=/khac>Ba xã ven sông dời nhà khỏi vùng lở</a></h4></div>"
    page = f"<body><h1>{TITLE}</h1><div><p>{FIRST}</p>{hint}<p>{SECOND}</p></div></body>"

    assert extract.page(page).text == f"{FIRST}\n\n{SECOND}"


def test_a_paragraph_set_apart_is_the_lead() -> None:
    """The only paragraph between headline and text leads it, whatever it is called."""
    text = f"<p>{FIRST}</p><p>{SECOND}</p>"
    page = (
        f"<body><h1>{TITLE}</h1><div>12/03/2026</div><div>{LEAD}</div><div class=noi-dung>{text}</div></body>"
    )

    assert extract.page(page).summary == LEAD


def test_a_description_cut_off_gives_way_to_the_lead() -> None:
    """Portals cut their descriptions in the middle of a word; the page has the whole."""
    text = f"<p>{FIRST}</p><p>{SECOND}</p>"
    head = f'<meta name="description" content="{LEAD[:48]}...">'
    page = f"<head>{head}</head><body><h1>{TITLE}</h1><p>{LEAD}</p><div class=noi-dung>{text}</div></body>"

    assert extract.page(page).summary == LEAD


def test_a_lead_outside_of_the_container_belongs_to_the_text() -> None:
    """The lead and the makers stand around the container, and are told with it."""
    found = extract.page(TABLES, URL)

    assert LEAD in found.text
    assert "Tin, ảnh: Ngọc Hà" in found.text


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            '<meta property="article:published_time" content="2026-03-12T14:05:00+07:00">',
            "2026-03-12T14:05:00+07:00",
        ),
        ('<meta name="pubdate" content="12/03/2026 14:05">', "2026-03-12T14:05:00+07:00"),
        ('<meta itemprop="datePublished" content="2026-03-12">', "2026-03-12"),
        (
            '<script type="application/ld+json">{"@type":"Article","datePublished":"2026-03-12"}</script>',
            "2026-03-12",
        ),
        (
            '<script type="application/ld+json">{broken</script><meta name="date" content="2026-03-12">',
            "2026-03-12",
        ),
        ('<meta name="date" content="hôm qua">', None),
    ],
)
def test_dates_of_the_head(head: str, expected: str | None) -> None:
    """Each way of dating a page in its head is read; nonsense is none."""
    whens = extract.page(
        f"<html><head>{head}</head><body><article><p>{FIRST}</p><p>{SECOND}</p></article></body></html>"
    ).whens

    assert ([expected] if expected else []) == [when.text() for when in whens]


def test_a_time_element_dates_the_article() -> None:
    """<time datetime> inside the article counts, those of teasers do not."""
    page = (
        f'<body><article><h1>{TITLE}</h1><time datetime="2026-03-12T14:05+07:00"></time>'
        f"<p>{FIRST}</p><p>{SECOND}</p></article>"
        '<aside><time datetime="2020-01-01"></time></aside></body>'
    )

    assert ["2026-03-12T14:05:00+07:00"] == [when.text() for when in extract.page(page).whens]


@pytest.mark.parametrize(
    ("claim", "url", "expected"),
    [
        ("https://cong.example/w/tin", URL, "https://cong.example/w/tin"),
        ("https://www.cong.example/w/tin", URL, "https://www.cong.example/w/tin"),
        ("https://cong.example/", URL, ""),
        ("https://khac.example/w/tin", URL, ""),
        ("https://khac.example/w/tin", "", "https://khac.example/w/tin"),
        ("/w/tin", URL, ""),
        ("https://cong.example/tin", "https://cong.example/tin/duong-ven-song-a9.html", ""),
        (
            "https://cong.example/tin/duong-ven-song-a9.html",
            "https://cong.example/tin/duong-ven-song-a9.html/amp",
            "https://cong.example/tin/duong-ven-song-a9.html",
        ),
    ],
)
def test_a_claimed_address_must_be_worth_having(claim: str, url: str, expected: str) -> None:
    """A front page, the section that a page stands in or another site is nobody's address."""
    page = f'<html><head><link rel="canonical" href="{claim}"></head><body><p>{FIRST}</p></body></html>'

    assert expected == extract.page(page, url).canonical


def test_the_surroundings_are_kept_apart() -> None:
    """Footer and site name are chrome, never text."""
    found = extract.page(LIFERAY, URL)

    assert "UBND tỉnh Đồng Tháp" in found.chrome
    assert "UBND tỉnh Đồng Tháp" not in found.text


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<a href="/van-ban/90.pdf">tại đây</a>', "Xem [tại đây](https://cong.example/van-ban/90.pdf)."),
        ('<a href="#">tại đây</a>', "Xem [tại đây](#)."),
        (f'<a href="{URL}">tại đây</a>', "Xem [tại đây](#)."),
        ('<a href="javascript:void(0)"><b>Tại đây</b></a>', "Xem [Tại đây](#)."),
        ('<a href="/nguoi/an">ông An</a>', "Xem ông An."),
        ("<a>tại đây</a>", "Xem [tại đây](#)."),
    ],
)
def test_only_inviting_links_are_kept(link: str, expected: str) -> None:
    """Words that invite to click keep their target; a dead anchor or the page itself is "#"."""
    assert expected == markup.text(f"<p>Xem {link}.</p>", URL)


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("<p>Một</p><p>Hai</p>", "Một\n\nHai"),
        ("Một<br>Hai<br/><br/>Ba", "Một\n\nHai\n\nBa"),
        ("<ol start=3><li>Ba</li><li>Bốn</li></ol>", "3. Ba\n\n4. Bốn"),
        ("<ul><li>Một</li></ul>", "- Một"),
        ("<table><tr><td>Xã</td><td>12 hộ</td></tr></table>", "| Xã | 12 hộ |"),
        ('<a href="x"><img src="a.jpg"></a> Sáng nay', "Sáng nay"),
        ("<p hidden>x</p><p style='display: none'>y</p><script>z</script>Còn", "Còn"),
        ("Nước m&eacute;t kh&#7889;i &ETH;&ocirc;ng", "Nước mét khối Đông"),
        ("Cần &amp; kiệm, 1 < 2", "Cần & kiệm, 1 < 2"),
        ("dòng 1\n\ndòng 2 không thẻ", "dòng 1\n\ndòng 2 không thẻ"),
        ("<p>chưa <b>đóng", "chưa đóng"),
        ("", ""),
    ],
)
def test_fragments_become_lines(fragment: str, expected: str) -> None:
    """Blocks, breaks, lists, tables and entities are written as plain lines."""
    assert expected == markup.text(fragment)


def test_a_title_is_one_line() -> None:
    """Tags, entities and breaks leave one line."""
    assert 'Thông xe "tuyến Sen" & cầu mới' == markup.line(
        "Thông xe <i>&quot;tuyến</i> Sen&quot;\n &amp; cầu <br>mới"
    )


def test_a_page_without_text_is_empty() -> None:
    """Nothing in, nothing out."""
    assert Page() == extract.page("")
    assert "" == extract.page("<html><body><script>x</script></body></html>").text


PARAGRAPHS = f"<p>{FIRST}</p><p>{SECOND}</p>"


@pytest.mark.parametrize(
    "body",
    [
        (
            f"<article><h1>{TITLE}</h1>{PARAGRAPHS}</article><article><h1>Chợ nổi dời bến sang sông khác</h1>"
            f"<p>{LEAD}</p>{PARAGRAPHS.replace('tỉnh', 'xã') * 3}</article>"
        ),
        f"<article><h1>{TITLE}</h1>{PARAGRAPHS}</article>"
        + "".join(
            f'<article><h3><a href="/{at}">Tin của ngày thứ {at}</a></h3><p>{LEAD} Tin {at}.</p></article>'
            for at in range(9)
        ),
        f"<div><h1>{TITLE}</h1>{PARAGRAPHS}<div class=comments>{f'<p>{LEAD} Ý kiến.</p>' * 20}</div></div>",
        f"<div><div>{TITLE}</div>{PARAGRAPHS}</div><div><div>{TITLE}</div>{PARAGRAPHS}</div>",
        f"<aside><h1>{TITLE}</h1>{PARAGRAPHS}</aside><aside><p>{LEAD}</p></aside>",
    ],
    ids=["second-article", "teasers", "comments", "twice", "aside"],
)
def test_the_article_among_others(body: str) -> None:
    """A second article, teasers, comments, a copy for mobiles and a box of a misleading name are left."""
    found = extract.page(f"<html><head><title>{TITLE}</title></head><body>{body}</body></html>", URL)

    assert [FIRST, SECOND] == [row for row in found.text.split("\n\n") if row != TITLE]


def test_headings_within_a_text_begin_no_other_article() -> None:
    """Subheadings that Word made <h1> belong to the text."""
    text = f"<h1>{TITLE}</h1><p>{FIRST}</p><h1>Việc tiếp theo của tổ</h1><p>{SECOND}</p>"
    found = extract.page(f"<title>{TITLE}</title><div class=content-detail>{text}</div>", URL)

    assert [FIRST, "Việc tiếp theo của tổ", SECOND] == found.text.split("\n\n")


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 50_000 + PARAGRAPHS,
        "<p>" + '<a href="/x">Một hai ba bốn năm sáu</a> ' * 5_000,
        "<ul><li>" * 20_000,
        "<table><tr><td>" * 5_000 + FIRST,
        f"{PARAGRAPHS}<a href=x.pdf>tải</a>" * 2_000,
        "<title>" + "a - " * 20_000,
        "<script type='application/json'>" + "[" * 50_000,
        f"<h1>{TITLE}</h1>" * 3_000,
        "<frameset><frame src=a></frameset>",
        "<pre>" + "a\n" * 30_000,
    ],
    ids=["deep", "links", "lists", "tables", "files", "title", "json", "headlines", "frames", "lines"],
)
def test_a_hostile_page_is_read(page: str) -> None:
    """Depth, number and unclosed elements are bounded; nothing is raised."""
    assert "\n" not in extract.page(page, URL).title


SOUP = st.lists(
    st.sampled_from(
        (
            *(
                "<div>",
                "</div>",
                "<p>",
                "<article>",
                "</article>",
                "<ul>",
                "<li>",
                "<ol start=x>",
                "<a href='#'>tại đây</a>",
            ),
            *(
                "<h1>",
                "</h1>",
                "<title>",
                "<meta name=date content=1>",
                "<base href='//['>",
                "<time datetime=x>",
                "<td class=sapo>",
            ),
            *(
                '<script type="application/ld+json">',
                "</script>",
                '[{"@type":["Article"],"author":[1]}]',
                "&#0;",
                "&ETH;",
                "<!--",
            ),
            *(
                FIRST,
                SECOND,
                TITLE,
                "\x00",
                "<![CDATA[",
                "<svg>",
                "</p>",
                "<link rel=canonical href=x>",
                "<form>",
                "<table><tr>",
            ),
        )
    ),
    max_size=40,
).map("".join)


@given(st.one_of(SOUP, st.text(max_size=200)))
def test_any_markup_is_read(page: str) -> None:
    """Never raises, and no markup or control character comes through."""
    found = extract.page(page, URL)
    markup.text(page, URL)

    assert "\n" not in found.title
    assert "\x00" not in found.text


def test_a_page_that_only_describes_itself_has_its_description() -> None:
    """Where no text is shown, the description is all that there is; where there is none, nothing is."""
    head = f'<title>{TITLE}</title><meta name="description" content="{LEAD}">'

    found = extract.page(f"<head>{head}</head><body><video></video></body>")

    assert (TITLE, LEAD, LEAD) == (found.title, found.summary, found.text)
    assert "" == extract.page(f"<title>{TITLE}</title><p></p>").title
