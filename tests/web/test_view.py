"""How dates, places, numbers and links read on a page."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.model import Labels
from search.question import MOST_CHARACTERS, read
from web import view
from web.filters import understood
from web.search import _files, _pages


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("2023-01-31T17:05:00+07:00", "17:05, 31/01/2023"),
        ("2023-01-31", "31/01/2023"),
        ("2021-07", "tháng 7/2021"),
        ("2021", "năm 2021"),
        ("", ""),
        ("xưa", ""),
    ],
)
def test_a_date_is_shown_as_precisely_as_it_is_known(published: str, shown: str) -> None:
    """Nothing is made up: a month stays a month."""
    assert shown == view.when(published)


def test_an_instant_is_shown_in_local_time() -> None:
    """Viet Nam is seven hours ahead of UTC."""
    moment = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)

    assert "03:00:00, 23/11/2026" == view.instant(moment) == view.instant(moment.isoformat())
    assert "–" == view.instant(None)


def test_numbers_have_dots() -> None:
    """Thousands are parted as Vietnamese does."""
    assert ("0", "999", "1.234.567") == (view.number(0), view.number(999), view.number(1_234_567))


def test_lengths_of_time_have_one_unit() -> None:
    """The largest that fits."""
    assert ["–", "5 giây", "2 phút", "3 giờ", "4 ngày"] == [
        view.duration(seconds) for seconds in (None, 5, 120, 10_800, 345_600)
    ]


def test_a_former_unit_says_where_it_is_today() -> None:
    """A place that kept its name needs no explanation."""
    assert "Bến Tre, nay thuộc Vĩnh Long" == view.place(Labels("vinh-long", ("vinh-long",), "ben-tre"))
    assert "Đồng Tháp" == view.place(Labels("dong-thap", ("dong-thap",), "dong-thap"))
    assert "Cả nước" == view.place(Labels("toan-quoc"))
    assert "An Giang; Cà Mau" == view.place(Labels("an-giang", ("an-giang", "ca-mau")))
    assert "" == view.place(Labels())


def test_a_former_unit_is_told_from_todays_of_the_same_name() -> None:
    """In lists, An Giang of before the merger is not today's; a province that did not merge is one."""
    assert ["An Giang (địa giới cũ)", "Cao Bằng", "Bến Tre, nay thuộc Vĩnh Long", ""] == [
        view.area_choice(slug) for slug in ("an-giang", "cao-bang", "ben-tre", "khong-co")
    ]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//example.org", "/a", "", "http:", "http://[", "HTTP//x"],
)
def test_what_is_no_web_address_never_becomes_a_link(url: str) -> None:
    """Only http and https with a host pass."""
    assert "" == view.web_url(url)


@given(st.text())
def test_no_address_breaks_a_link(url: str) -> None:
    """Whatever a source calls its address, it is one or nothing."""
    assert view.web_url(url) in ("", url)


def test_links_change_one_thing_and_start_at_page_one() -> None:
    """A changed filter goes back to the first page; what is empty is not in the address."""
    asked = {"q": "cầu", "topic": "y-te", "sort": ""}

    assert "?q=c%E1%BA%A7u&topic=y-te&page=3" == view.query(asked, page=3)
    assert "?q=c%E1%BA%A7u" == view.query(asked, topic="")
    assert "?" == view.query({}, page=1)


def test_static_addresses_change_with_the_bytes() -> None:
    """A cached style never stays behind its page."""
    assert view.static("app.css").startswith("/static/app.css?v=")
    assert view.static("app.css") != view.static("app.js").replace("app.js", "app.css")


@given(
    st.dictionaries(
        st.sampled_from(["q", "province", "area", "topic", "source", "doc", "from", "to", "sort", "page"]),
        st.text()
        | st.sampled_from(["vinh-long", "y-te", "2026-11-22", "9999-12-31", "0001-01-01", "51", "newest"]),
    )
)
@example({"q": "\N{HEBREW LETTER SHIN WITH DAGESH AND SHIN DOT}" * 200})  # three characters each in NFC
def test_every_address_makes_a_question(given_values: dict[str, str]) -> None:
    """Whatever is typed into the address, the page has a question to answer."""
    asked, _ = understood(dict(given_values))

    assert 1 <= asked.page <= 50
    assert len(asked.q) <= MOST_CHARACTERS


def test_a_file_is_said_to_hold_what_its_reader_may_take() -> None:
    """All, or the first of them in the order of the file, which is that of time."""
    asked = [read({"q": "cầu", "sort": sort}) for sort in ("", "newest", "oldest")]

    assert [
        ("Tải tất cả về:", "?q=c%E1%BA%A7u"),
        ("Tải 1.000 tin mới nhất về:", "?q=c%E1%BA%A7u"),
        ("Tải 1.000 tin cũ nhất về:", "?q=c%E1%BA%A7u&sort=oldest"),
    ] == [_files(one, total, 1_000) for one, total in zip(asked, (1_000, 1_001, 1_001), strict=True)]


@given(st.integers(1, 50), st.integers(0, 50))
def test_page_links_are_few_and_in_order(page: int, last: int) -> None:
    """First, neighbours and last; a gap between numbers that do not follow each other."""
    linked = _pages(min(page, max(last, 1)), last)
    numbers = [one for one in linked if one is not None]

    assert numbers == sorted(set(numbers))
    assert len(linked) <= 7
    assert set(numbers) <= set(range(1, last + 1))
