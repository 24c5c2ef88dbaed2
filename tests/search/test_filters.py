"""Filters and facets on a real Meilisearch, and the same conditions held against documents here."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import EngineUnavailable
from pipeline.model import (
    Basis,
    Draft,
    EntryKind,
    Officeholder,
    Precision,
    Source,
    SourceId,
    StoryState,
    When,
)
from pipeline.store import Database, open_database, stories
from search.conditions import Condition
from search.document import document
from search.index import Index
from search.query import Query, Results, Sort, search
from search.schema import ACCENTED, PLAIN, SHOWN
from search.sync import sync
from tests.engine_fixtures import Lent
from tests.store.tellings import NOW, PAPER, draft, send, settled

DAY_ONE = datetime(2026, 9, 29, 1, 0, tzinfo=UTC)
OTHER = Source(SourceId("bao-khac"), "Báo Khác", "dong-thap", "dong-thap", ("baokhac.example",))
SECRETARY = Officeholder("Lê Văn Mẫu", "Bí thư Tỉnh ủy", "Đồng Tháp")
CHAIR = Officeholder("Trần Thị Ví Dụ", "Chủ tịch UBND tỉnh", "Đồng Tháp")
TITLES = (
    "Khai mạc kỳ họp chuyên đề về thủy lợi",
    "Kiểm tra công trình kè chống sạt lở",
    "Gặp gỡ doanh nghiệp đầu mùa khô",
    "Phát động trồng rừng phòng hộ",
)
PEOPLE = ((SECRETARY,), (SECRETARY, CHAIR), (CHAIR,), ())


def _drafts() -> Iterator[tuple[Draft, Source]]:
    for number, (title, people) in enumerate(zip(TITLES, PEOPLE, strict=True)):
        published = When(DAY_ONE + timedelta(days=number), Precision.SECOND, Basis.FEED)
        told = draft(f"bai-{number}", title, f"Bài số {number} kể chuyện riêng.", published=published)
        told = replace(told, people=people)
        if number == 3:
            told = replace(told, kind=EntryKind.BULLETIN_ITEM, bulletin_id="ban-tin-1", bulletin_number=1)
        yield told, OTHER if number % 2 else PAPER


@pytest.fixture(scope="module")
def shelf(meilisearch: Lent, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Database]]:
    """An index and its database with four stories, from 29 September to 2 October."""
    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('filters') / 'tintinh.db'}")
    db.migrate()
    for told, source in _drafts():
        send(db, told, source=source)
    settled(db)
    index = Index(meilisearch.url, meilisearch.key, f"filters-{Path(db.url).parent.name}")
    while sync(db, index, NOW).more:
        pass
    yield index, db
    index.drop(index.name)
    db.close()


QUESTIONS = [
    (Query(person="Lê Văn Mẫu"), {0, 1}),
    (Query(person="le van mau"), {0, 1}),
    (Query(person="LÊ VĂN MẪU"), {0, 1}),
    (Query(person="Lê Văn Mậu"), set()),
    (Query(person="Văn Mẫu"), set()),
    (Query(office="bí thư tỉnh uỷ"), {0, 1}),
    (Query(office="Bí thư Tỉnh ủy Đồng Tháp"), {0, 1}),
    (Query(office="Bí thư"), {0, 1}),
    (Query(office="thư Tỉnh ủy"), set()),
    (Query(office="Phó Bí thư Tỉnh ủy"), set()),
    (Query(office="Chủ tịch Ủy ban nhân dân tỉnh"), {1, 2}),
    (Query(person="Lê Văn Mẫu", office="Chủ tịch UBND tỉnh"), set()),
    (Query(person="trần thị ví dụ", office="chu tich ubnd tinh dong thap"), {1, 2}),
    (Query(bulletin="yes"), {3}),
    (Query(bulletin="no"), {0, 1, 2}),
    (Query(source="bao-khac"), {1, 3}),
    (Query(source=f"bao-khac,{PAPER.source_id}", person="Lê Văn Mẫu"), {0, 1}),
    (Query(province="ha-noi,vinh-long"), {0, 2}),
    (Query(date_from=date(2026, 10, 1)), {2, 3}),
    (Query(date_from=date(2026, 9, 30), date_to=date(2026, 10, 1), bulletin="no"), {1, 2}),
]


@pytest.mark.parametrize(("query", "expected"), QUESTIONS)
def test_filters_find(shelf: tuple[Index, Database], query: Query, expected: set[int]) -> None:
    """People, offices, bulletins, either of several values, days: alone and together."""
    found = search(shelf[0], query)

    assert {TITLES[number] for number in expected} == {hit.title for hit in found.hits}


@pytest.mark.parametrize(("query", "expected"), QUESTIONS)
def test_conditions_hold_here_as_they_do_there(
    shelf: tuple[Index, Database], query: Query, expected: set[int]
) -> None:
    """Documents that fulfil a question's conditions are those that Meilisearch finds by them."""
    with shelf[1].read() as conn:
        told = [one for one in stories.page(conn, None, 100) if one.state is StoryState.LIVE]
    held = {
        story.face.title
        for story in told
        if all(one.holds(document(story, [])) for one in query.conditions())
    }

    assert {TITLES[number] for number in expected} == held


def test_facets_months_and_days(shelf: tuple[Index, Database]) -> None:
    """Every filter's values are counted; months and days in order."""
    everything = search(shelf[0], Query())
    short = search(shelf[0], Query(date_from=date(2026, 9, 1), date_to=date(2026, 10, 31)))
    days = ["2026-09-29", "2026-09-30", "2026-10-01", "2026-10-02"]

    assert {"Lê Văn Mẫu": 2, "Trần Thị Ví Dụ": 2} == everything.facets["person"]
    assert {"Bí thư Tỉnh ủy Đồng Tháp": 2, "Chủ tịch UBND tỉnh Đồng Tháp": 2} == everything.facets["office"]
    assert {"no": 3, "yes": 1} == everything.facets["bulletin"]
    assert [("2026-09", 2), ("2026-10", 2)] == list(everything.months.items())
    assert [days, days] == [list(everything.days), list(short.days)]


def test_what_is_counted_of_an_office_is_found(shelf: tuple[Index, Database]) -> None:
    """In quotes, as the page asks for it, an office is exactly the counted one; alone and beside a person."""
    counted = search(shelf[0], Query(person="Lê Văn Mẫu")).facets["office"]
    found = {
        office: search(shelf[0], Query(person="Lê Văn Mẫu", office=f'"{office}"')).total for office in counted
    }

    assert {"Bí thư Tỉnh ủy Đồng Tháp": 2, "Chủ tịch UBND tỉnh Đồng Tháp": 1} == counted == found
    assert 0 == search(shelf[0], Query(office='"Bí thư"')).total
    assert {"office": '"Bí thư"'} == Query(office='"Bí thư"').stated()


def test_a_chosen_value_leaves_the_others_countable(shelf: tuple[Index, Database]) -> None:
    """A facet's own filter does not narrow its counts; it narrows those of the others."""
    found: Results = search(shelf[0], Query(source="bao-khac"))

    assert {"bao-khac": 2, str(PAPER.source_id): 2} == found.facets["source"]
    assert {"no": 1, "yes": 1} == found.facets["bulletin"]
    assert 2 == found.total


def test_so_it_does_where_no_story_holds_every_word(shelf: tuple[Index, Database]) -> None:
    """Those that hold most of them are counted in the same way."""
    found = search(shelf[0], Query(q="bài số kể chuyện riêng xoài", source="bao-khac"))

    assert found.relaxed
    assert {"bao-khac": 2, str(PAPER.source_id): 2} == found.facets["source"]
    assert {"no": 1, "yes": 1} == found.facets["bulletin"]


def test_a_number_is_held_by_its_bounds() -> None:
    """`least` is included, `below` is not; what is no number fulfils neither."""
    between = Condition("published_at", least=3, below=5)

    assert [False, True, True, False] == [between.holds({"published_at": at}) for at in (2, 3, 4, 5)]
    assert not between.holds({})
    assert "published_at >= 3 AND published_at < 5" == between.text()


def test_an_index_of_an_earlier_schema_answers_uncounted(index: Index) -> None:
    """While the new one is built the old one finds and orders; what only the new one knows is away."""
    index.build(index.name)
    told: dict[str, Any] = {
        "id": "a",
        "topics": [],
        "entries": [],
        "published_at": 5,
        "title_plain": "den do",
    }
    index.write(index.name, [dict.fromkeys([*SHOWN, *PLAIN, *ACCENTED], "") | told])
    with index.client() as client:
        filterable = ["id", "sources", "published_at"]
        older = {
            "filterableAttributes": filterable,
            "sortableAttributes": ["published_at"],
            "searchableAttributes": [*PLAIN, *ACCENTED],
            "typoTolerance": {"disableOnAttributes": ACCENTED},
        }
        index.wait(client, client.index(index.name).update_settings(older))
    found = search(index, Query())

    assert (1, {}) == (found.total, found.months)
    assert [1, 1] == [search(index, Query(q=q)).total for q in ("den do", "den vang do")]
    assert 1 == len(search(index, Query(q="den do", sort=Sort.NEWEST)).hits)
    with pytest.raises(EngineUnavailable, match="being built"):
        search(index, Query(person="Lê Văn Mẫu"))
