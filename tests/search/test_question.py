"""What may be asked, and what a wrong question is told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadInput
from search.cursor import Cursor, read_cursor
from search.question import NAMES, Query, Sort, gathered, read


def test_all_parameters_are_read() -> None:
    """An address with everything gives a query with everything."""
    given_ = {
        "q": " thi đua ",
        "province": "Vinh-Long",
        "area": "ben-tre",
        "topic": "giao-duc",
        "source": "bao-mau",
        "doc": "01/ct-ubnd",
        "person": "Lê Văn Mẫu",
        "office": "Bí thư Tỉnh ủy",
        "bulletin": "YES",
        "from": "2023-01-31",
        "to": "01/02/2023",
        "sort": "newest",
        "page": "2",
        "per_page": "50",
    }
    expected = Query(
        q="thi đua",
        province="vinh-long",
        area="ben-tre",
        topic="giao-duc",
        source="bao-mau",
        doc="01/ct-ubnd",
        person="Lê Văn Mẫu",
        office="Bí thư Tỉnh ủy",
        bulletin="yes",
        date_from=date(2023, 1, 31),
        date_to=date(2023, 2, 1),
        sort=Sort.NEWEST,
        page=2,
        per_page=50,
    )

    assert expected == read(given_)


def test_empty_and_strange_parameters_are_passed_over() -> None:
    """Forms send empty fields, and links carry other people's parameters."""
    assert Query() == read({"q": "", "province": "", "from": "", "page": "", "utm_source": "x"})
    assert Query() == read({"q": '""'}) == read({"q": "“"})
    assert date(2021, 4, 12) == read({"from": "12/4/21"}).date_from
    told = {"90 KH-UBND": "90/KH-UBND", "73 2023": "73/2023", "Kế hoạch số 90/KH-UBND": "90/KH-UBND"}
    assert told == {doc: read({"doc": doc}).doc for doc in told}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("q", "x" * 301),
        ("province", "atlantis"),
        ("province", 'x" OR topics EXISTS OR provinces = "y'),
        ("area", "vinh-long-moi"),
        ("topic", "chuyen-phiem"),
        ("doc", "15/25"),
        ("from", "31-01-2023"),
        ("from", "0001-01-01"),
        ("to", "9999-12-31"),
        ("to", "2023-02-30"),
        ("sort", "best"),
        ("person", "x" * 101),
        ("person", "?!"),
        ("office", '"'),
        ("bulletin", "maybe"),
        ("before", "MTowOjA"),
        ("before", "é"),
        ("province", "vinh-long,atlantis"),
        ("source", ",".join(map(str, range(21)))),
        ("source", "a b"),
        ("source", "../x"),
        ("source", 'a" OR id EXISTS OR \\'),
        ("source", "x" * 101),
        ("page", "0"),
        ("page", "-1"),
        ("page", "²"),
        ("page", "51"),
        ("page", "99999999999999999999"),
        ("per_page", "51"),
        ("per_page", "1.5"),
    ],
)
def test_a_wrong_value_names_its_field(field: str, value: str) -> None:
    """The error's subject is the parameter, and the message says what it may be."""
    with pytest.raises(BadInput) as caught:
        read({field: value})

    assert field == caught.value.subject
    assert "must be" in caught.value.message


def test_a_long_address_loses_its_tracking() -> None:
    """A pasted address is asked for without the fields that tell where its reader came from."""
    url = "https://bao.example/tin/cau-moi-123456.html"

    assert url == read({"q": f"{url}?fbclid={'x' * 400}"}).q


def test_what_is_no_document_number_is_told_at_once() -> None:
    """However long it is: there are many ways to part so many spaces."""
    with pytest.raises(BadInput, match="doc"):
        read({"doc": f"1{' ' * 30_000}a\nb"})


def test_days_in_the_wrong_order_are_told() -> None:
    """`to` before `from` is an error, not an empty answer."""
    with pytest.raises(BadInput, match="to: must be a day not before"):
        read({"from": "2023-02-01", "to": "2023-01-31"})


def test_days_are_local_and_both_included() -> None:
    """31 January 2023 in Viet Nam runs from 17:00 UTC the day before to 17:00 UTC."""
    day = date(2023, 1, 31)

    assert ["published_at >= 1675098000", "published_at < 1675184400"] == Query(
        date_from=day, date_to=day
    ).filters()


def test_an_office_cannot_leave_its_quotes() -> None:
    """Whatever an office is called, it is one string of the filter language."""
    assert ['offices = "a\\" OR id EXISTS OR \\\\"'] == Query(office='"a" OR id EXISTS OR \\"').filters()


def test_a_day_beyond_the_years_is_told_both_ends() -> None:
    """Whoever asks for 9999 learns up to when one may."""
    with pytest.raises(BadInput, match="from: must be a day of the years 1900 to 2199"):
        read({"from": "9999-12-31"})


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        ([("sort", "newest"), ("sort", "oldest")], "sort"),
        ([("page", "1"), ("page", "1")], "page"),
        ([("from", "2026-11-01"), ("from", "")], "from"),
        ([("q", "a"), ("province", "vinh-long"), ("q", "b")], "q"),
        ([("province", ",")], "province"),
        ([("province", "vinh-long"), ("province", " , ")], "province"),
        ([("doc", "\x00")], "doc"),
        ([("topic", "\u200b,\u200b")], "topic"),
    ],
)
def test_a_program_is_told_what_would_count_for_nothing(pairs: list[tuple[str, str]], field: str) -> None:
    """One value of two, or a filter of which nothing is left: refused by name where names are held to."""
    with pytest.raises(BadInput, match=f"{field}: must be"):
        gathered(pairs, NAMES)

    assert read(gathered(pairs)).page == 1
    assert {"q": " ", "province": ""} == gathered([("q", " "), ("province", "")], NAMES)


@given(
    st.dictionaries(st.sampled_from(["q", "province", "doc", "from", "page", "sort", "source"]), st.text())
)
def test_any_parameters_make_a_query_or_our_error(given_: dict[str, str]) -> None:
    """Nothing else is ever raised."""
    try:
        query = read(given_)
    except BadInput:
        return
    assert query.page * query.per_page <= 1000


def test_several_values_of_one_filter() -> None:
    """A repeated parameter or commas: either; other parameters count as they come last."""
    pairs = [("province", "vinh-long"), ("q", "a"), ("province", "can-tho, vinh-long"), ("q", "b")]
    query = read(gathered(pairs))

    assert ("b", "vinh-long,can-tho") == (query.q, query.province)
    assert ['provinces IN ["vinh-long", "can-tho"]'] == query.filters()


def test_what_is_stated_reads_back() -> None:
    """A question without its order and paging, as a saved search keeps it."""
    asked = {"q": "thi đua", "province": "vinh-long,can-tho", "office": "Bí thư", "from": "2023-01-31"}
    query = read({**asked, "sort": "newest", "page": "2"})

    assert asked == query.stated()
    assert query.stated() == read(query.stated()).stated()


def test_a_cursor_is_good_for_its_own_question_only() -> None:
    """It reads back as it was; beside other words, another order or a page it is refused."""
    cursor = Cursor(0, -5, 7, 1200, read({"q": "a", "sort": "newest"}).mark())

    assert cursor == read_cursor(cursor.text())
    assert cursor == read({"q": "a", "sort": "newest", "before": cursor.text()}).before
    for other in ({"q": "b", "sort": "newest"}, {"q": "a", "sort": "oldest"}, {"q": "a"}):
        with pytest.raises(BadInput, match="before"):
            read({**other, "before": cursor.text()})
    with pytest.raises(BadInput, match="page"):
        read({"q": "a", "sort": "newest", "page": "2", "before": cursor.text()})


@given(st.text())
def test_any_text_is_a_cursor_or_our_error(text: str) -> None:
    """Nothing else is ever raised."""
    try:
        found = read_cursor(text)
    except BadInput:
        return
    assert found == read_cursor(found.text())


@given(
    st.dictionaries(
        st.sampled_from(["q", "source", "person", "office", "doc", "from", "to"]),
        st.text()
        | st.sampled_from(["2023-01-31", "31/01/2023", "90/kh-ubnd", "a,b", "Lê Văn Mẫu", '"thi đua" -nữ']),
    )
)
def test_whatever_is_stated_reads_back(given_: dict[str, str]) -> None:
    """A saved search asks for ever what it asked for when it was saved."""
    try:
        query = read(given_)
    except BadInput:
        return
    again = read(query.stated())

    assert query == again
    assert query.mark() == again.mark()
