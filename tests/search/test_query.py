"""Questions to a real Meilisearch over a small shelf of stories."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.model import (
    Basis,
    DocumentMention,
    Places,
    Precision,
    Rights,
    Role,
    Source,
    SourceId,
    When,
)
from pipeline.store import open_database
from search.cursor import tie
from search.index import Index
from search.query import Query, Sort, read, search, walk
from search.schema import SETTINGS, SHOWN
from search.sync import sync
from tests.engine_fixtures import Lent
from tests.store.tellings import NOW, PAPER, draft, send, settled

OTHER = Source(SourceId("bao-khac"), "Báo Khác", "dong-thap", "dong-thap", ("baokhac.example",), Rights.FULL)
CLOSED = Source(SourceId("bao-kin"), "Báo Kín", "an-giang", "kien-giang", ("baokin.example",), Rights.TITLE)
DAY_ONE = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)


def _cited(*numbers: str) -> tuple[DocumentMention, ...]:
    return tuple(DocumentMention(number, Role.CITES) for number in numbers)


# title, body, source, further fields of the draft
SHELF: list[tuple[str, str, Source, dict[str, object]]] = [
    (
        "Thanh niên Mỏ Cày trồng cây ven sông",
        "Sáng nay thanh niên xã trồng hơn bốn trăm cây dừa nước.",
        PAPER,
        {},
    ),
    (
        "Bảo vệ người vị thành niên ở nhà trọ",
        "Tổ công tác nhắc chủ trọ về quyền của người vị thành niên.",
        PAPER,
        {},
    ),
    (
        "Tinh thần thể thao đi cùng năm học mới",
        "Học sinh cả tỉnh đi bộ đồng hành.",
        PAPER,
        {"topics": ("giao-duc",)},
    ),
    ("Tỉnh ủy họp về chuyển đổi số", "Thường trực Tỉnh uỷ nghe báo cáo về chuyển đổi số cấp xã.", OTHER, {}),
    (
        "Phát động thi đua năm 2024",
        "Chủ tịch ra Chỉ thị số 01/CT-UBND về thi đua nhiệm kỳ 2020 -2025.",
        OTHER,
        {"documents": _cited("01/CT-UBND")},
    ),
    (
        "Chỉ thị về mùa khô",
        "Chỉ thị 101/CT-UBND nêu việc trữ nước ngọt cho vườn cây.",
        OTHER,
        {"documents": _cited("101/CT-UBND")},
    ),
    (
        "Bảo vệ cán bộ dám nghĩ dám làm",
        "Việc này theo Nghị định số 73/2023/NĐ-CP và Công văn 11/CV-UBND.",
        PAPER,
        {"documents": _cited("73/2023/NĐ-CP", "11/CV-UBND")},
    ),
    ("Sửa quốc lộ qua Cai Lậy", "Đoạn quốc lộ 1A qua thị xã được thảm nhựa lại.", OTHER, {}),
    (
        "Đà Nẵng mở phố đi bộ",
        "Thành phố Đà Nẵng mở phố đi bộ cuối tuần.",
        PAPER,
        {"places": Places(("quang-nam",))},
    ),
    ("Đã nặng lòng với nghề dệt chiếu", "Bà đã nặng lòng với nghề từ thuở nhỏ.", PAPER, {}),
    ("Tin chỉ có tiêu đề", "Mật ngữ kỳ lân chỉ nằm trong thân bài.", CLOSED, {"summary": "Lời tóm tắt kín."}),
    (
        "Ngày hội sách",
        "Trang 1 của 1.234.567 cuốn. " + "Sách hay ở mọi nhà. " * 60 + "Cuối bài có chim hồng hạc.",
        OTHER,
        {},
    ),
]


@pytest.fixture(scope="module")
def shelf(meilisearch: Lent, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index with the shelf in it; the first title is the oldest, one a day."""
    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('shelf') / 'tintinh.db'}")
    db.migrate()
    for number, (title, body, source, fields) in enumerate(SHELF):
        published = When(DAY_ONE + timedelta(days=number), Precision.SECOND, Basis.FEED)
        send(db, draft(f"bai-{number}", title, body, published=published, **fields), source=source)
    settled(db)
    index = Index(meilisearch.url, meilisearch.key, f"shelf-{Path(db.url).parent.name}")
    sync(db, index, NOW)
    yield index
    index.drop(index.name)
    db.close()


def titles(index: Index, q: str = "", **wishes: object) -> list[str]:
    """The titles that a question finds, in order."""
    return [hit.title for hit in search(index, Query(q=q, **wishes)).hits]  # type: ignore[arg-type]


def test_an_empty_question_lists_the_newest(shelf: Index) -> None:
    """Everything, newest first, with exact facets."""
    results = search(shelf, Query(per_page=50))

    assert [row[0] for row in reversed(SHELF)] == [hit.title for hit in results.hits]
    assert len(SHELF) == results.total
    assert {"bao-mau": 6, "bao-khac": 5, "bao-kin": 1} == results.facets["source"]


def test_accents_come_first(shelf: Index) -> None:
    """Each of two twins is first for its own accents, and finds the other behind it."""
    young, minor = "Thanh niên Mỏ Cày trồng cây ven sông", "Bảo vệ người vị thành niên ở nhà trọ"

    assert [young, minor] == titles(shelf, "thanh niên")
    assert [minor, young] == titles(shelf, "thành niên")
    assert {young, minor} == set(titles(shelf, "thanh nien"))


def test_accents_part_names_from_sentences(shelf: Index) -> None:
    """Đà Nẵng is not "đã nặng", in either direction."""
    assert "Đà Nẵng mở phố đi bộ" == titles(shelf, "Đà Nẵng")[0]
    assert "Đã nặng lòng với nghề dệt chiếu" == titles(shelf, "đã nặng")[0]


@pytest.mark.parametrize(
    "q", ["Tỉnh ủy", "tỉnh uỷ", "TINH UY", "ti\u0309nh u\u0309y", "tinh uy chuyen doi so"]
)
def test_spellings_of_one_word_find_it(shelf: Index, q: str) -> None:
    """Tone placement, case, decomposed letters and missing accents find the same first story."""
    assert "Tỉnh ủy họp về chuyển đổi số" == titles(shelf, q)[0]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("01/CT-UBND", ["Phát động thi đua năm 2024"]),
        ("1/ct-ubnd", ["Phát động thi đua năm 2024"]),
        ("101/CT-UBND", ["Chỉ thị về mùa khô"]),
        ("11/CV-UBND", ["Bảo vệ cán bộ dám nghĩ dám làm"]),
        ("73/2023/nđ-cp", ["Bảo vệ cán bộ dám nghĩ dám làm"]),
        ("73/2023/ND-CP", ["Bảo vệ cán bộ dám nghĩ dám làm"]),
        ("99/CT-UBND", []),
        ("chỉ thị 01/CT-UBND về thi đua", ["Phát động thi đua năm 2024"]),
    ],
)
def test_document_numbers(shelf: Index, q: str, expected: list[str]) -> None:
    """A number finds its bearers and nothing that merely looks like it; zeros and case are free."""
    assert expected == titles(shelf, q)


def test_the_doc_filter_takes_any_spelling(shelf: Index) -> None:
    """`doc` filters by number, without words."""
    assert ["Phát động thi đua năm 2024"] == titles(shelf, doc="1/ct-ubnd")
    for doc, expected in (
        ("1 CT-UBND", "Phát động thi đua năm 2024"),
        ("11 cv ubnd", "Bảo vệ cán bộ dám nghĩ dám làm"),
        ("73/2023", "Bảo vệ cán bộ dám nghĩ dám làm"),
        ("73 2023 nd-cp", "Bảo vệ cán bộ dám nghĩ dám làm"),
    ):
        assert [expected] == [hit.title for hit in search(shelf, read({"doc": doc})).hits]


def test_a_minus_excludes_nothing(shelf: Index) -> None:
    """A range as texts write it finds the text it stands in."""
    assert ["Phát động thi đua năm 2024"] == titles(shelf, "nhiệm kỳ 2020 -2025")


def test_numbers_and_short_forms(shelf: Index) -> None:
    """Grouped digits, codes and abbreviations find what is written the other way."""
    assert ["Ngày hội sách"] == titles(shelf, "1234567 cuốn")
    assert ["Sửa quốc lộ qua Cai Lậy"] == titles(shelf, "QL 1A")
    assert "Chỉ thị về mùa khô" in titles(shelf, "ủy ban nhân dân")


def test_phrases(shelf: Index) -> None:
    """Words in quotes must stand together; else nothing is found."""
    assert ["Đà Nẵng mở phố đi bộ"] == titles(shelf, '"phố đi bộ"')
    assert [] == titles(shelf, '"bộ đi phố"')


def test_a_headline_with_a_quotation_and_a_word_too_many(shelf: Index) -> None:
    """Nobody wrote the quotation so: it is taken without its quotes, and the answer says so."""
    results = search(shelf, Query(q="Vừa qua: “Tinh thần thể thao cùng đi cùng năm học mới”"))

    assert "Tinh thần thể thao đi cùng năm học mới" == results.hits[0].title
    assert results.relaxed


def test_a_long_question_finds_its_story(shelf: Index) -> None:
    """A whole sentence, and one with words that are nowhere, past Meilisearch's ten terms."""
    sentence = "Sáng nay thanh niên xã trồng hơn bốn trăm cây dừa nước."
    blurred = "hôm nay lúc sáng sớm thanh niên của xã ấy đã cùng nhau trồng bốn trăm cây dừa nước ven bờ"

    assert "Thanh niên Mỏ Cày trồng cây ven sông" == titles(shelf, sentence)[0]
    results = search(shelf, Query(q=blurred))
    assert "Thanh niên Mỏ Cày trồng cây ven sông" == results.hits[0].title
    assert results.relaxed


def test_a_typo_is_forgiven_when_nothing_else_is_found(shelf: Index) -> None:
    """A wrong letter finds the story, and the right word never brings the typo's neighbours."""
    assert "Thanh niên Mỏ Cày trồng cây ven sông" == titles(shelf, "thanhh niên trồng cây")[0]
    assert ["Thanh niên Mỏ Cày trồng cây ven sông"] == titles(shelf, "thanh niên trồng cây")


def test_a_word_that_is_nowhere_does_not_hide_the_rest(shelf: Index) -> None:
    """The stories that hold most of the words come, best first, and the answer says that it is relaxed."""
    results = search(shelf, Query(q="thanh niên trồng xoài ven sông"))
    newest = search(shelf, Query(q="thanh niên trồng xoài ven sông", sort=Sort.NEWEST))

    assert "Thanh niên Mỏ Cày trồng cây ven sông" == results.hits[0].title
    assert results.relaxed
    assert results.total == len(results.hits) == sum(results.facets["source"].values())
    assert sorted(hit.published for hit in results.hits) == [hit.published for hit in reversed(newest.hits)]


def test_what_is_no_story_is_no_hit(index: Index) -> None:
    """Somebody else put it into the index; the gate takes it out, until then it spoils no answer."""
    index.build(index.name)
    shown: dict[str, object] = dict.fromkeys([*SHOWN, *SETTINGS["searchableAttributes"]], "")
    ours = {"id": "ta", "title_plain": "ban chan", "topics": [], "entries": []}
    theirs = {"id": "nguoi-la", "title": "Bàn tay", "title_plain": "ban tay", "revision": 1}
    index.write(index.name, [shown | ours, theirs])

    assert ["ta"] == [hit.story_id for hit in search(index, Query(q="ban chan")).hits]
    assert () == search(index, Query(q="ban tay")).hits


@pytest.mark.parametrize("sort", [Sort.RELEVANCE, Sort.NEWEST])
def test_a_page_of_titles_that_lack_a_word_is_not_relaxed(index: Index, sort: Sort) -> None:
    """It is where no story on any page holds every word."""
    index.build(index.name)
    words = {"whole": ("tin", "mot hai ba bon sau bay"), "lacks": ("mot hai ba bon sau", "")}
    for at, (name, (title, body)) in enumerate(words.items()):
        shown: dict[str, object] = dict.fromkeys([*SHOWN, *SETTINGS["searchableAttributes"]], "")
        told = {"id": name, "title_plain": title, "body": body, "published_at": at, "tie": tie(name)}
        index.write(index.name, [shown | {"topics": [], "entries": []} | told])
    asked = Query(q="mot hai ba bon sau bay", per_page=1, sort=sort)
    pages = (
        list(walk(index, asked))
        if asked.in_time()
        else [search(index, replace(asked, page=page)) for page in (1, 2)]
    )

    assert {"whole", "lacks"} == {hit.story_id for page in pages for hit in page.hits}
    assert [False, False] == [page.relaxed for page in pages]
    assert search(index, replace(asked, q="mot hai ba bon sau chin")).relaxed
    assert not search(index, replace(asked, q="sau bon ba hai mot")).relaxed  # all in the title


@pytest.mark.parametrize(
    "q",
    [
        'x" OR id EXISTS OR title = "y',
        "a\\",
        "' OR 1=1 --",
        '"""',
        "topics EXISTS",
        "-thanh -niên",
        "\x00\u202e",
        "(((((",
        "x" * 300,
        "ộ" * 300,
        "a " * 150,
        '"' + "tỉnh ủy " * 30,
    ],
)
def test_hostile_questions_are_only_words(shelf: Index, q: str) -> None:
    """Whatever is typed, the answer is an ordinary one and never more than the words find."""
    results = search(shelf, Query(q=q, source="bao-kin"))

    assert results.total <= 1


def test_a_filter_cannot_be_left(shelf: Index) -> None:
    """An office that tries to widen its filter finds nothing; no source's id could."""
    assert [] == titles(shelf, office='"Bí thư" OR id EXISTS OR offices = "x"')
    assert 1 == len(titles(shelf, source="bao-kin"))
    with pytest.raises(BadInput):
        titles(shelf, source='bao-kin" OR id EXISTS OR sources = "x')


def test_filters_join(shelf: Index) -> None:
    """Place, topic, source and days narrow each other."""
    assert ["Đà Nẵng mở phố đi bộ"] == titles(shelf, province="da-nang")
    assert ["Đà Nẵng mở phố đi bộ"] == titles(shelf, area="quang-nam")
    assert ["Tinh thần thể thao đi cùng năm học mới"] == titles(shelf, topic="giao-duc")
    assert [] == titles(shelf, topic="giao-duc", province="da-nang")
    third = date(2026, 11, 3)
    assert ["Tinh thần thể thao đi cùng năm học mới"] == titles(shelf, date_from=third, date_to=third)
    assert [] == titles(shelf, source="khong-co")


def test_newest_is_by_day_whatever_matches_best(shelf: Index) -> None:
    """With `newest` the hits of all parts of a question are in one order."""
    assert ["Bảo vệ người vị thành niên ở nhà trọ", "Thanh niên Mỏ Cày trồng cây ven sông"] == titles(
        shelf, "thanh niên", sort=Sort.NEWEST
    )


def test_pages_are_cut_from_one_order(shelf: Index) -> None:
    """Pages of two add up to the whole list, and all tell the same total."""
    pages = [search(shelf, Query(q="chỉ thị", page=page, per_page=1)) for page in (1, 2, 3)]

    assert titles(shelf, "chỉ thị") == [hit.title for page in pages for hit in page.hits]
    assert {2} == {page.total for page in pages}


def test_what_may_not_be_shown_is_found_but_not_shown(shelf: Index) -> None:
    """A body of a source that allows the title only: its words find it, no word of it comes out."""
    results = search(shelf, Query(q="mật ngữ kỳ lân"))

    assert ["Tin chỉ có tiêu đề"] == [hit.title for hit in results.hits]
    assert [""] == [hit.snippet for hit in results.hits]
    assert "lân" not in str(results.answer())
    assert "tóm tắt" not in str(results.answer())


def test_meilisearch_itself_gives_no_hidden_text(shelf: Index) -> None:
    """Even a query that asks Meilisearch for every field gets the shown ones only."""
    answer = shelf.search([{"q": "", "attributesToRetrieve": ["*"]}], {"limit": 50})

    assert not {key for hit in answer["hits"] for key in hit} & {*SETTINGS["searchableAttributes"]}


def test_full_rights_give_a_snippet_from_the_text(shelf: Index) -> None:
    """Where the source allows it, the snippet comes from deep in the text."""
    (hit,) = search(shelf, Query(q="hồng hạc")).hits

    assert "<mark>hồng hạc</mark>" in hit.snippet
    assert hit.snippet.startswith("… ")


def test_a_hit_tells_its_story(shelf: Index) -> None:
    """The shape of a hit: labels as slugs, local time, tellings with the lead first."""
    (hit,) = search(shelf, Query(q="Cai Lậy")).answer()["hits"]
    (telling,) = hit["entries"]

    assert ("dong-thap", "dong-thap", "2026-11-08T08:00:00+07:00") == (
        hit["province"],
        hit["area"],
        hit["published"],
    )
    assert hit["published_basis"] == telling["published_basis"] == "feed"
    assert ("bao-khac", "Báo Khác", "article", None) == (
        telling["source"],
        telling["source_name"],
        telling["kind"],
        telling["bulletin"],
    )
    assert {
        "story_id",
        "title",
        "snippet",
        "url",
        "province",
        "area",
        "topics",
        "published",
        "published_basis",
        "entries",
    } == set(hit)
