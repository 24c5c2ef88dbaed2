"""Where a page says its feeds are, told from what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.discovery import Channel, Page, channel, guesses, name, page, proposed

URL = "https://bao.example/"
RSS = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>%s</title><link>https://a.example</link><item>'
)


def looked(body: str, url: str = URL, *, listing: bool = False) -> Page:
    """Return what a page says."""
    found = page(body.encode(), url, "text/html; charset=utf-8", listing=listing)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (RSS % b"A", Channel("A", "https://a.example")),
        (RSS % "<![CDATA[Báo &amp; đài]]>".encode(), Channel("Báo & đài", "https://a.example")),
        ("\ufeff\n<rss><channel><title>Bến Tre</title>".encode(), Channel("Bến Tre", "")),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">A</title><entry>', Channel("A", "")),
        (b'<rdf:RDF xmlns:rdf="x"><channel><title>A</title></channel>', Channel("A", "")),
        (b'{"version": "https://jsonfeed.org/version/1.1", "title": "A"}', Channel("A", "")),
        (b'{"version": "1.0", "title": "A"}', None),
        (b"<!DOCTYPE html><html><body><p>an <rss> in a text</p>", None),
        (b"<urlset><url/></urlset>", None),
        (b"\x89PNG\r\n", None),
        (b"", None),
        (b"{" * 100_000, None),
    ],
)
def test_a_feed_is_known_by_its_bytes(body: bytes, expected: Channel | None) -> None:
    """Whatever the server calls it, and nothing else is taken for one."""
    assert expected == channel(body, "text/html")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss">', ["https://bao.example/rss"]),
        (
            "<LINK REL='Alternate Home' TYPE='application/atom+xml' HREF='a.xml'>",
            ["https://bao.example/a.xml"],
        ),
        ('<link rel="alternate" type="application/feed+json" href="//b.example/f">', ["https://b.example/f"]),
        ('<base href="/tin/"><link rel="alternate" type="text/xml" href="r">', ["https://bao.example/tin/r"]),
        ('<link rel="alternate" hreflang="en" type="text/html" href="/en/">', []),
        ('<link rel="alternate" type="application/rss+xml" href="/comments/feed/">', []),
        ('<link rel="alternate" type="application/rss+xml" title="Dòng bình luận" href="/x/feed/">', []),
        ('<link rel="alternate" type="application/json+oembed" href="/wp-json/oembed/1.0">', []),
        ('<link rel="stylesheet" type="text/css" href="/rss.css">', []),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:x">', []),
    ],
)
def test_announced_feeds(link: str, expected: list[str]) -> None:
    """`<link rel=alternate>` of a feed's type, at its absolute address; comments are no news."""
    assert expected == [one.url for one in looked(f"<html><head>{link}</head></html>").feeds]


@pytest.mark.parametrize(
    "href",
    [
        "/rss/thoi-su.rss",
        "/rss/thoi-su",
        "/thoi-su.rss?page=1",
        "/feeds/kinh-te.xml",
        "/?feed=rss2",
        "/index.php?format=feed&type=rss",
        "/_layouts/15/listfeed.aspx?List=%7B3C%7D",
        "/tin?p_p_id=vn_rss_portlet_INSTANCE_a&p_p_lifecycle=2",
        "https://www.bao.example/rss/a.rss",
        "https://rss.bao.example/atom/a",
    ],
)
def test_links_to_feeds(href: str) -> None:
    """An address that looks like a feed, on the site's own hosts."""
    found = looked(f'<html><body><a href="{href}">Thời sự</a></body></html>')

    assert ["Thời sự"] == [one.title for one in found.feeds]


@pytest.mark.parametrize(
    "href",
    [
        "/tin/rss-la-gi-a12.html",
        "/sitemap.xml",
        "https://feedly.com/i/subscription/feed/https://bao.example/rss/a.rss",
        "https://validator.w3.org/feed/check.cgi?url=x",
        "/rss/logo.png",
        "mailto:rss@bao.example",
        "#rss",
    ],
)
def test_what_only_looks_like_a_feed(href: str) -> None:
    """Articles about feeds, readers' buttons and pictures are left out."""
    assert () == looked(f'<html><body><a href="{href}">x</a></body></html>').feeds


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<a href="/rss.html"><img alt="RSS"></a>', "https://bao.example/rss.html"),
        ('<a href="/kenh-rss">Theo dõi</a>', "https://bao.example/kenh-rss"),
        ('<a href="/rss/">x</a>', "https://bao.example/rss/"),
        ('<a href="/trang?id=7">Kênh RSS</a>', "https://bao.example/trang?id=7"),
        ('<a href="/rss.aspx">x</a>', "https://bao.example/rss.aspx"),
        ('<a href="/-/asset_publisher/Ab/rss">x</a>', "https://bao.example/-/asset_publisher/Ab/rss"),
    ],
)
def test_what_may_be_a_list_is_for_the_caller_to_fetch(link: str, expected: str) -> None:
    """The word RSS leads to a feed on one site and to a list of them on another."""
    assert [expected] == [one.url for one in looked(f"<html><body>{link}</body></html>").lists]


def test_a_list_may_name_feeds_in_text_and_boxes() -> None:
    """Addresses to copy count on a page of feeds, each once; a title found later is kept."""
    found = looked(
        "<html><body><input value='https://bao.example/rss/a.rss'><p>Kinh tế: https://bao.example/rss/b.rss.</p>"
        "<a href='/rss/b.rss'>Kinh tế</a><script>'https://bao.example/rss/c.rss'</script></body></html>",
        listing=True,
    )

    assert {("/rss/a.rss", ""), ("/rss/b.rss", "Kinh tế")} == {
        (one.url.removeprefix("https://bao.example"), one.title) for one in found.feeds
    }


def test_a_page_behind_a_password_is_known() -> None:
    """So that the advice can be right."""
    assert looked("<form><input type=password></form>").login
    assert looked("<p>x</p>", "https://bao.example/dang-nhap").login
    assert not looked("<p>x</p>").login


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (("Trang chủ | Báo Bến Tre Mới",), "Báo Bến Tre Mới"),
        (("Báo Đồng Khởi - Tin tức mới nhất",), "Báo Đồng Khởi"),
        (("", "RSS", "CỔNG THÔNG TIN ĐIỆN TỬ TỈNH LONG AN"), "Cổng Thông Tin Điện Tử Tỉnh Long An"),
        (("Tin mới - Sở Y tế Hà Giang",), "Sở Y tế Hà Giang"),
        (("RSS", "Home"), ""),
        ((), ""),
    ],
)
def test_a_name_is_taken_from_titles(titles: tuple[str, ...], expected: str) -> None:
    """Front pages say "home" and slogans beside the name."""
    assert expected == name(*titles)


@pytest.mark.parametrize(
    ("url", "called", "expected"),
    [
        ("https://www.baodongkhoi.vn/x", "RSS", ("bao-dong-khoi", "Báo Đồng Khởi", "ben-tre")),
        ("https://so.example/", "Sở Y tế tỉnh Bến Tre", ("", "Sở Y tế tỉnh Bến Tre", "ben-tre")),
        ("https://so.example/", "Tin nhanh", ("", "Tin nhanh", None)),
    ],
)
def test_who_speaks_is_proposed(url: str, called: str, expected: tuple[str, str, str | None]) -> None:
    """By the catalogue, the name, or not at all."""
    source, by = proposed(url, called, ())

    assert expected == (source.source_id, source.name, source.area)
    assert by


def test_guesses_are_few_and_on_the_same_host() -> None:
    """The last resort costs a site no more than a handful of requests."""
    found = guesses("https://bao.example:8443/a/b?c")

    assert 6 >= len(found)
    assert all(one.url.startswith("https://bao.example:8443/") for one in found)


@given(st.binary(max_size=400) | st.text("<>/a href='rsfed.xml&;\" ", max_size=400).map(str.encode))
def test_no_bytes_are_too_much(body: bytes) -> None:
    """Whatever a server sends, nothing is raised."""
    found = page(body, URL, "text/html", listing=True)

    assert found is None or all(one.url.startswith("http") for one in found.feeds)
    assert channel(body) is None or body


def test_a_link_that_shows_its_address_is_called_by_its_row() -> None:
    """Pages "RSS" have a table of sections with the address of each."""
    url = f"{URL}rss/van-hoa.rss"
    found = looked(
        f"<table><tr><td>Văn hóa</td><td><a href='{url}'>{url}</a></td></tr></table>", listing=True
    )

    assert ["Văn hóa"] == [one.title for one in found.feeds]
