"""One key for all spellings of an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.urls import absolute, canonical, host

PIECES = st.sampled_from(
    (
        *(
            "http://",
            "https://",
            "//",
            "www.",
            "m.",
            "a.vn",
            "thủy.vn",
            ":80",
            ":8443",
            "/",
            "/-/",
            "/w/",
            "/web/x",
        ),
        *(
            "tin",
            "Đồng%20Tháp",
            "%C4%90",
            "%25",
            "%2541",
            "%2F",
            "%FF",
            ";jsessionid=1",
            "%3Bjsessionid=2",
            "?",
            "&",
        ),
        *(
            "a=1",
            "b=%26",
            "utm_source=x",
            "fbclid",
            "=",
            "+",
            "#",
            "x",
            "..",
            " ",
            "\u0301",
            "[",
            "]",
            "@",
            "\ud800",
        ),
    )
)
ADDRESSES = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=60))


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("http://www.bao.example/tin/", "https://bao.example/tin"),
        ("HTTPS://M.Bao.Example:443/tin#binh-luan", "https://bao.example/tin"),
        ("http://www.m.bao.example:80", "https://bao.example"),
        ("https://bao.example:8443/tin", "https://bao.example:8443/tin"),
        (
            "https://bao.example/tin?b=2&a=1&utm_source=rss&fbclid=x&zarsrc=30",
            "https://bao.example/tin?a=1&b=2",
        ),
        ("https://bao.example/Đồng Tháp", "https://bao.example/%C4%90%E1%BB%93ng%20Th%C3%A1p"),
        ("https://bao.example/%c4%91%C3%B4ng", "https://bao.example/%C4%91%C3%B4ng"),
        ("https://bao.example/tho\u0302n", "https://bao.example/th%C3%B4n"),
        ("https://bao.example/tin;jsessionid=AB12?x=", "https://bao.example/tin?x="),
        ("https://name:secret@bao.example/tin", "https://bao.example/tin"),
        ("https://cong.example/web/so/-/hop-bao", "https://cong.example/w/hop-bao"),
        ("https://cong.example/vi/w/hop-bao", "https://cong.example/w/hop-bao"),
        (
            "https://cong.example/chi-tiet/-/asset_publisher/Ab1/content/hop-bao?inheritRedirect=false",
            "https://cong.example/w/hop-bao",
        ),
        ("https://bao.example/anh/w/1", "https://bao.example/anh/w/1"),
        ("https://m.vn/tin", "https://m.vn/tin"),
        ("https://thủy.vn/", "https://xn--thy-toz.vn"),
        ("ftp://bao.example/tin", ""),
        ("tin/bai.html", ""),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("https://bao.example:abc/", ""),
        ("https://[::1/", ""),
        ("https://bao.example/" + "a" * 3_000, ""),
        ("", ""),
    ],
)
def test_spellings_of_one_page_have_one_key(given_url: str, expected: str) -> None:
    """Scheme, host prefix, tracking, encoding and order make no difference; what is no page has no key."""
    assert expected == canonical(given_url)


@given(ADDRESSES)
def test_a_key_is_its_own_key(address: str) -> None:
    """Any text has a key, and the key of a key is itself."""
    key = canonical(address)

    assert key == canonical(key)
    assert key.isascii()
    assert key == "" or host(address)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/van-ban/90.pdf", "https://cong.example/van-ban/90.pdf"),
        ("90.pdf", "https://cong.example/tin/90.pdf"),
        ("https://khac.example/x", "https://khac.example/x"),
        ("#", ""),
        ("#noi-dung", ""),
        ("", ""),
        ("https://www.cong.example/tin/bai?utm_source=x#y", ""),
        ("javascript:void(0)", ""),
        ("mailto:toasoan@cong.example", ""),
        ("http://[", ""),
    ],
)
def test_a_link_that_leads_nowhere_is_none(link: str, expected: str) -> None:
    """A dead anchor, the page itself and other schemes are no links; relative ones are made absolute."""
    assert expected == absolute("https://cong.example/tin/bai", link)


def test_a_relative_link_needs_a_base() -> None:
    """Without knowing the page, only absolute links lead somewhere."""
    assert "" == absolute("", "/van-ban/90.pdf")
    assert "https://khac.example/x" == absolute("", "https://khac.example/x")
