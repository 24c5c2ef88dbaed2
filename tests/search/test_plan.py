"""How a question is put: quoted terms, few enough, strict before loose."""

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.asked import Term, address, asked
from search.plan import PAIRED, each, rungs
from search.question import Query, Sort
from search.schema import MOST_WORDS


def terms(q: str) -> list[tuple[str, ...]]:
    """The terms of a question."""
    return [term.words for term in asked(q).terms]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("phong trào thi đua", [("phong",), ("trào",), ("thi",), ("đua",)]),
        ('"phong trào" thi đua', [("phong", "trào"), ("thi",), ("đua",)]),
        ("“phong trào” thi đua", [("phong", "trào"), ("thi",), ("đua",)]),
        ('"phong trào', [("phong", "trào")]),
        ("nhiệm kỳ 2020 -2025", [("nhiệm",), ("kỳ",), ("2020",), ("2025",)]),
        ("QL1A", [("ql", "1", "a")]),
        ("1.234.567 người", [("1234567",), ("người",)]),
        ("chỉ thị 01/CT-UBND", [("chỉ",), ("thị",), ("1", "ct", "ubnd")]),
        ('"Chỉ thị số 01/CT-UBND"', [("chỉ",), ("thị",), ("số",), ("1", "ct", "ubnd")]),
        ("(90/kh-ubnd)", [("90", "kh", "ubnd")]),
        ("?!", []),
    ],
)
def test_terms(q: str, expected: list[tuple[str, ...]]) -> None:
    """Phrases, codes and document numbers stand together; a minus means nothing."""
    assert expected == terms(q)


@pytest.mark.parametrize(
    ("q", "expected", "without"),
    [
        ("bóng đá -nữ", [("bóng",), ("đá",)], [("nữ",)]),
        ("bóng đá \u2212nữ", [("bóng",), ("đá",)], [("nữ",)]),
        ('mưa lũ -"Quảng Nam" -bão', [("mưa",), ("lũ",)], [("quảng", "nam"), ("bão",)]),
        ("Hà Nội -Hải Phòng", [("hà",), ("nội",), ("hải",), ("phòng",)], []),
        ("Đà Nẵng -Huế", [("đà",), ("nẵng",), ("huế",)], []),
        ("từ thứ hai -thứ sáu", [("từ",), ("thứ",), ("hai",), ("thứ",), ("sáu",)], []),
        ("từ 2020 -nay", [("từ",), ("2020",), ("nay",)], []),
        ("-thanh -niên", [], [("thanh",), ("niên",)]),
        ("-nữ", [], [("nữ",)]),
        ('-"bóng đá"', [], [("bóng", "đá")]),
        ('bóng đá -"nữ', [("bóng",), ("đá",)], [("nữ",)]),
        ('-"bóng đá', [], [("bóng", "đá")]),
        ("-Hải Phòng", [], [("hải", "phòng")]),
        ("- tin mới", [("tin",), ("mới",)], []),
        ("-2025", [("2025",)], []),
        ("thi đua - khen thưởng", [("thi",), ("đua",), ("khen",), ("thưởng",)], []),
        ("covid-19", [("covid",), ("19",)], []),
    ],
)
def test_a_minus_leaves_out_only_where_it_is_meant(
    q: str, expected: list[tuple[str, ...]], without: list[tuple[str, ...]]
) -> None:
    """At the end of a question, at a small word or a phrase; never in a range of years, days or places."""
    assert expected == terms(q)
    assert without == [term.words for term in asked(q).without]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("31/01/2023", [("31", "1", "2023")]),
        ("họp 31-1-2023", [("họp",), ("31", "1", "2023")]),
        ("1,5 tỷ", [("1", "5"), ("tỷ",)]),
        (
            "https://bao.example/xa-hoi/cau-moi-o-ba-tri-2345678.html",
            [("cau",), ("moi",), ("o",), ("ba",), ("tri",)],
        ),
        (f"https://bao.example/cau-{'1' * 200}x", [("cau",), ("x",)]),  # figures to be cut in one way only
        ("https://bao.example/h/244", []),
        ("xem bao.example/h/244", []),
        ("cầu mới bao.example/h/244", [("cầu",), ("mới",)]),
        ("https://bao.example/", [("https",), ("bao",), ("example",)]),
    ],
)
def test_days_sums_and_addresses(q: str, expected: list[tuple[str, ...]]) -> None:
    """Figures joined by signs stand together; an address is the words of its last part."""
    assert expected == terms(q)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("https://bao.example/h/244", "https://bao.example/h/244"),
        ("bao-hai.example/h/244?utm_source=zalo", "https://bao-hai.example/h/244"),
        ("www.bao.example/h/244", "https://bao.example/h/244"),
        ("xem https://bao.example/h/244.", "https://bao.example/h/244"),
        ("(bao.example:8443/h/244)", "https://bao.example:8443/h/244"),
        ("31.1.2023", ""),
        ("TP.HCM", ""),
        ("tp.hcm/hn", ""),
        ("1.250.000", ""),
        ("v.v.", ""),
        ("90.kh/ubnd", ""),
        ("12.5km/h", ""),
        ("bao.example", ""),
        ("a@bao.example/x", ""),
    ],
)
def test_addresses_as_they_are_pasted(q: str, expected: str) -> None:
    """With a scheme or as browsers show them, among words; a dot alone makes no address."""
    assert expected == address(q)


@pytest.mark.parametrize(
    "q",
    [
        "sf2bf21c45544891a5dec",
        "SF2BF21C45544891A5DEC",
        "/tin/sf2bf21c45544891a5dec",
        "tintinh.example/stories/sf2bf21c45544891a5dec?lang=en",
        "xem http://127.0.0.1:8000/tin/sf2bf21c45544891a5dec#x",
    ],
)
def test_a_story_is_asked_for_by_its_own_address(q: str) -> None:
    """Under any host, by its path or its id alone: this story or nothing."""
    (only,) = rungs(Query(q=q))

    assert ['id = "sf2bf21c45544891a5dec"'] == [query["filter"][-1] for query in only.queries]


@given(st.text())
def test_any_question_has_terms_or_none(q: str) -> None:
    """Never raises; every term has words."""
    found = asked(q)

    assert all(term.words for term in (*found.terms, *found.without))


@given(
    st.lists(st.sampled_from(['"', "-", " ", "quyeets", "d9u7o7c5", "31/1/2023", "UBND", "Tỉnh", "http://"]))
)
def test_any_ladder_is_bounded(parts: list[str]) -> None:
    """Whatever is typed, no rung has over thirty searches, none over ten terms."""
    for rung in rungs(Query(q="".join(parts)[:300])):
        assert len(rung.queries) <= 30
        assert all(query["q"].partition(" -")[0].count('" "') < MOST_WORDS for query in rung.queries)


def test_numbers_are_canonical() -> None:
    """However a number is typed, it is asked for in one form, each once."""
    assert ("73/2023/NĐ-CP", "01/CT-UBND") == asked("73/2023/nđ-cp, 01/CT-UBND và 73/2023/NĐ-CP").numbers
    assert ("90/KH-UBND", "73/2023/NĐ-CP") == asked("90/kh-ubnd,73/2023/nđ-cp").numbers


def test_accents_go_first_then_the_phrase_without() -> None:
    """An accented question asks with accents, then for the same words as a phrase without."""
    first = rungs(Query(q="thanh niên"))[0].queries

    weights = [query["federationOptions"]["weight"] for query in first]

    assert ['"thanh nieen"', '"thanh" "nieen"', '"thanh nien"'] == [query["q"] for query in first]
    assert [
        ["title_vn", "body_vn", "place_vn"],
        ["title_vn", "body_vn", "place_vn"],
        ["title_plain", "body", "place_plain"],
    ] == [query["attributesToSearchOn"] for query in first]
    assert sorted(weights, reverse=True) == weights


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("cấm biển cà mau", ['"caams bieenr" "caf mau"']),
        ("lũ quảng nam", ['"lux" "quangr nam"', '"lux quangr" "nam"']),
        ('lũ "quảng nam"', []),
        ("lũ lớn", []),
        ("mưa lũ lớn ở quảng nam gây ngập", []),
    ],
)
def test_neighbours_are_asked_for_as_words_of_two_syllables(q: str, expected: list[str]) -> None:
    """A few words go first where they stand in pairs; one may be left over, and nothing quoted is torn."""
    queries = rungs(Query(q=q))[0].queries

    assert expected == [one["q"] for one in queries if one["federationOptions"]["weight"] == PAIRED]


def test_without_accents_every_reading_counts() -> None:
    """A question without accents asks the plain fields only."""
    assert [['"thanh nien"', '"thanh" "nien"'], ["thanh nien"]] == [
        [query["q"] for query in rung.queries] for rung in rungs(Query(q="thanh nien"))
    ]


def test_a_number_leads_and_is_meant_literally() -> None:
    """Bearers of the number come first, those with the other words before; nothing looser follows."""
    (only,) = rungs(Query(q="thi đua 01/CT-UBND"))

    assert ['doc_keys = "1-ct-ubnd"'] * 2 == [query["filter"][-1] for query in only.queries[:2]]
    assert ['"thi" "dua" "1 ct ubnd"', '"1 ct ubnd"'] == [query["q"] for query in only.queries[:2]]
    weights = [query["federationOptions"]["weight"] for query in only.queries]
    assert weights == sorted(weights, reverse=True)


def test_a_long_question_is_asked_in_phrases_then_by_its_telling_words() -> None:
    """More than ten terms: neighbours stand together, then names and numbers are kept."""
    q = "hôm nay ở xã Phong Nẫm người ta đã khánh thành cây cầu dài 120 mét bắc qua sông Ba Lai"
    ladder = rungs(Query(q=q))
    telling = ladder[1].queries[0]["q"]

    assert MOST_WORDS >= len(ladder[0].queries[0]["q"].split('" "'))
    assert {'"phong"', '"naamx"', '"120"', '"ba"', '"lai"'} <= set(telling.split())
    assert not {'"ddax"', '"nguwowif"'} & set(telling.split())
    assert [False, True] == [rung.relaxed for rung in ladder[:2]]


def test_words_one_by_one() -> None:
    """The last resort asks for each word alone, with accents and without; not for a single or literal one."""
    assert [('"thanh"', '"thanh"'), ('"nieen"', '"nien"')] == [
        tuple(query["q"] for query in term) for term in each(Query(q="thanh niên"))
    ]
    assert [(), (), ()] == [each(Query(q=q)) for q in ("niên", '"thanh niên"', "thi đua 01/CT-UBND")]


def test_quoted_words_hold_on_every_rung() -> None:
    """Beside mistyped ones: as they are, in each search of each rung but the last."""
    q = '"phố đi bộ" hồ gươmm'
    *ladder, last = rungs(Query(q=q))

    assert all('"phoos ddi booj' in query["q"] for rung in ladder for query in rung.queries)
    assert all('"phoos ddi booj"' in query["q"] for term in each(Query(q=q)) for query in term)
    assert (True, ['"pho di bo" "ho" "guomm"']) == (last.relaxed, [query["q"] for query in last.queries])


def test_newest_sorts_every_query() -> None:
    """Each part of each rung carries the wish."""
    ladder = rungs(Query(q="thi đua 2024", sort=Sort.NEWEST))

    orders = {tuple(query["sort"]) for rung in ladder for query in rung.queries}

    assert {("published_at:desc", "tie:asc")} == orders


def test_no_words_no_search() -> None:
    """Signs alone find nothing; an empty question lists everything."""
    assert () == rungs(Query(q="?!-"))
    for q in ("  ", '"', '""', "“”", ' " " '):
        assert [""] == [query["q"] for rung in rungs(Query(q=q)) for query in rung.queries]


def test_a_term_keeps_its_words() -> None:
    """Two terms of the same words are one."""
    assert Term(("thi", "đua")) == Term(("thi", "đua"))


def test_words_are_looked_up_alike_for_every_order() -> None:
    """Of a frequent word a thousand stories are looked at; the newest are others than the best."""
    asked = Query(q="giữ đê bao mùa nước")

    assert each(asked) == each(replace(asked, sort=Sort.NEWEST))


@example('0"0"')
@given(st.text(max_size=300))
def test_nothing_typed_is_an_operator(q: str) -> None:
    """A query is quoted terms and bare words without any sign, at most ten.

    A minus stands only before words that we leave out ourselves.
    """
    for rung in rungs(Query(q=q)):
        for query in rung.queries:
            text, _, without = f" {query['q']}".partition(" -")
            inner = [quoted or loose for quoted, loose in re.findall(r'"([^"]+)"|(\S+)', text)]
            assert len(inner) <= MOST_WORDS
            inner += without.replace(" -", " ").replace('"', "").split()
            assert not set("".join(inner)) & set("\"\\-'()[]{}:*=")
