"""One key for all spellings of an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadSettings
from pipeline.urls import absolute, canonical, host, names_of_host, newest_host, proves, read_moves

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
            "baodongkhoi.vn",
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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "https://baodongkhoi.vn/hop-mat-31012023-a109982.html",
            "http://www.dongkhoi.baovinhlong.vn/hop-mat-31012023-a109982.html?utm_source=rss",
        ),
        ("http://m.baotravinh.vn/thoi-su/", "https://travinh.baovinhlong.vn/thoi-su"),
        ("https://baohaiphong.com.vn:443/a?b=1", "https://baohaiphong.vn/a?b=1"),
    ],
)
def test_a_moved_host_keeps_its_pages(old: str, new: str) -> None:
    """The same path on the old and the new host is one page; its key has the new one."""
    assert canonical(old) == canonical(new)
    assert host(old) == host(new) == newest_host(old.split("/")[2].partition(":")[0])


def test_another_path_of_a_moved_host_is_another_page() -> None:
    """A new content system has other paths: nothing is guessed."""
    assert canonical("https://baobacninh.com.vn/-/tin") != canonical("https://baobacninhtv.vn/tin-1.bbg")
    assert canonical("https://baovinhlong.vn/x") != canonical("https://dongkhoi.baovinhlong.vn/x")


@pytest.mark.parametrize("name", ["baodongkhoi.vn", "www.baodongkhoi.vn", "dongkhoi.baovinhlong.vn"])
def test_a_host_answers_to_all_its_names(name: str) -> None:
    """Old and new name lead to each other; a host that never moved has one."""
    assert {"baodongkhoi.vn", "dongkhoi.baovinhlong.vn"} == set(names_of_host(name))
    assert ("a.example",) == names_of_host("WWW.a.example.")
    assert () == names_of_host("[")


def moves(*pairs: str) -> str:
    """Return the text of a file of moves, each "old new"."""
    return "\n".join(
        ["# hosts", "old\tnew\tseen\tnote", *("\t".join([*pair.split(), "", ""]) for pair in pairs)]
    )


def test_a_chain_of_moves_ends_at_the_newest_host() -> None:
    """Whoever moved twice is found by any of its names."""
    told = read_moves(moves("a.example b.example", "b.example c.example", "d.example b.example"))

    assert {"a.example": "c.example", "b.example": "c.example", "d.example": "c.example"} == told


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        (moves("a.example b.example", "b.example a.example"), "circle"),
        (moves("a.example a.example"), "circle"),
        (moves("a.example b.example", "a.example c.example"), "two goals"),
        (moves("www.a.example b.example"), "as keys have them"),
        (moves("a.example https://b.example"), "as keys have them"),
        ("old\tnew\tseen\tnote\na.example\tb.example", "columns"),
    ],
)
def test_moves_that_lead_nowhere_are_refused(told: str, complaint: str) -> None:
    """A circle, a second goal or a host that no key can have stops the program, not a lookup."""
    with pytest.raises(BadSettings, match=complaint):
        read_moves(told)


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef"), max_size=6))
def test_moves_either_end_or_are_refused(pairs: dict[str, str]) -> None:
    """No list of moves hangs, and a goal never moves on."""
    try:
        told = read_moves(moves(*(f"{old}.example {new}.example" for old, new in pairs.items())))
    except BadSettings:
        return
    assert not set(told) & set(told.values())


@pytest.mark.parametrize(
    ("guid", "url", "expected"),
    [
        ("109982", "https://bao.example/hop-mat-31012023-a109982.html", True),
        ("https://bao.example/ten-cu-a109982.html", "https://bao.example/ten-moi-a109982.html", True),
        ("news_412", "https://xa.example/news/thong-bao/cap-nuoc-412.html", True),
        ("https://bao.example/?p=71", "https://bao.example/2026/11/cau-moi/", True),
        ("https://bao.example/?post_type=tin&p=71", "https://bao.example/cau-moi", True),
        ("71 at https://so.example", "https://so.example/tin/cau-moi", True),
        ("bao", "https://bao.example/hop-mat-a109982.html", False),
        ("109982", "https://bao.example/hop-mat-a109983.html", False),
        ("10998", "https://bao.example/hop-mat-a109982.html", False),
        ("https://bao.example/muc/12345", "https://bao.example/muc/12345/cau-moi", False),
        ("https://bao.example/?cat=12345", "https://bao.example/xem?cat=12345&id=9", False),
        ("ban-tin-2026", "https://xa.example/lich-cong-tac-2026", False),
        ("20260112", "https://bao.example/ban-tin-20260112.htm", False),
        ("so-12", "https://bao.example/ban-tin-12", False),
        ("https://bao.example/?p=", "https://bao.example/x", False),
        ("", "https://bao.example/x-109982", False),
        ("109982", "", False),
    ],
)
def test_a_guid_that_knows_the_articles_number_is_its_own(guid: str, url: str, expected: bool) -> None:  # noqa: FBT001
    """A CMS's number of the article outlives a slug; what a whole feed or section shares proves nothing."""
    assert expected is proves(guid, url)


@given(st.text(max_size=40), ADDRESSES)
def test_proof_never_raises(guid: str, address: str) -> None:
    """Whatever a feed holds, the question has an answer; it does not hang on the spelling."""
    assert proves(guid, address) == proves(guid, canonical(address) or address)
