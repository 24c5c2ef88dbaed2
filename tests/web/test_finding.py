"""What search page, API and command line share, on a real Meilisearch."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from pipeline.model import Basis, DocumentMention, Officeholder, Precision, Role, When
from pipeline.store import Database, newest, open_database, stories, words
from search.cursor import Cursor
from search.index import Index
from search.query import Query, Sort, read
from search.sync import sync
from tests.engine_fixtures import Lent
from tests.store.tellings import NOW, draft, send, settled
from web import finding
from web.finding import Shelf, find, newest_from_store, papers, walk


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Database]:
    """Two stories, one of which cites a decree."""
    db = open_database(f"sqlite:///{tmp_path / 'tintinh.db'}")
    db.migrate()
    decree = (DocumentMention("73/2023/NĐ-CP", Role.CITES),)
    send(db, draft("1", "Bảo vệ cán bộ dám nghĩ dám làm", "Theo Nghị định 73/2023/NĐ-CP.", documents=decree))
    send(db, draft("2", "Mưa lớn ở đầu nguồn", "Nước lên nhanh ở ba xã."))
    settled(db)
    yield db
    db.close()


def living(db: Database) -> list[str]:
    """Return the ids of all live stories."""
    with db.read() as conn:
        return [story.story_id for story in stories.page(conn, None, 10)]


def test_a_story_that_went_into_another_is_found_by_its_own_address(
    told: Database, meilisearch: Lent
) -> None:
    """The id that somebody kept leads to the story that tells it now."""
    before = living(told)
    with told.write() as conn:
        one, other = sorted(before)
        words.merge(conn, one, other, "lan", NOW)
    settled(told)
    (survivor,) = living(told)
    index = Index(meilisearch.url, meilisearch.key, f"finding-{uuid4().hex}")
    sync(told, index, NOW)
    found = [find(Shelf(told, index), Query(q=f"/tin/{one}")).hits for one in before]
    index.drop(index.name)

    assert [[survivor]] * 2 == [[hit.story_id for hit in hits] for hits in found]


def test_a_document_is_found_in_every_order_and_on_a_walk(told: Database, meilisearch: Lent) -> None:
    """Its stories, though none says who issued it and when, beside the one that has the question's words."""
    issued = (DocumentMention("90/KH-UBND", Role.ISSUES, "UBND tỉnh Kiên Giang", "2021"),)
    day = When(NOW - timedelta(days=9), Precision.SECOND, Basis.FEED)
    plan = draft("3", "Kế hoạch chống hạn", "Kế hoạch số 90/KH-UBND.", documents=issued, published=day)
    send(told, plan, draft("4", "Chống hạn", "Theo 90 kh ubnd kiên giang 2021 thì đào ao."))
    settled(told)
    index = Index(meilisearch.url, meilisearch.key, f"finding-{uuid4().hex}")
    sync(told, index, NOW)
    asked = {order: read({"q": "90 kh ubnd kiên giang 2021", "sort": order}) for order in Sort}
    shelf = Shelf(told, index)
    found = {order: [hit.title for hit in find(shelf, one).hits] for order, one in asked.items()}
    pages = [page.hits for page in walk(shelf, replace(asked[Sort.OLDEST], per_page=1))]
    index.drop(index.name)

    newest, oldest = ["Chống hạn", "Kế hoạch chống hạn"], ["Kế hoạch chống hạn", "Chống hạn"]
    assert {Sort.RELEVANCE: newest, Sort.NEWEST: newest, Sort.OLDEST: oldest} == found
    assert oldest == [hit.title for hits in pages for hit in hits]


def test_sql_filters_by_a_number_without_its_kind(told: Database) -> None:
    """As the index does, where there is no engine."""
    found = newest_from_store(Shelf(told, None), read({"doc": "73/2023"}))

    assert ["Bảo vệ cán bộ dám nghĩ dám làm"] == [story.face.title for story in found.stories]


@pytest.mark.parametrize(
    "asked",
    [
        {"office": "bí thư"},
        {"office": '"Bí thư Tỉnh ủy Vĩnh Long"'},
        {"person": "le van mau"},
        {"person": "Lê Văn Mẫu", "office": "bí thư"},
    ],
)
def test_stories_that_name_nobody_take_no_time(
    told: Database, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    """However an office or a person is asked for without an engine, SQL passes them over."""
    monkeypatch.setattr(newest, "_FIRST_ROWS", 2)
    monkeypatch.setattr(finding, "_PATIENCE", 0.0)
    before = When(NOW - timedelta(days=9), Precision.SECOND, Basis.FEED)
    holder = (Officeholder("Lê Văn Mẫu", "Bí thư Tỉnh ủy", "Vĩnh Long"),)
    send(told, replace(draft("3", "Thăm đê", "Bí thư thăm đê.", published=before), people=holder))
    settled(told)
    found = newest_from_store(Shelf(told, None), read(asked))

    assert ["Thăm đê"] == [story.face.title for story in found.stories]


def test_documents_stand_above_the_first_page_only(told: Database) -> None:
    """Neither a further page nor a walk brings them again: without an engine it would seem to have ended."""
    first = Query(q="nghị định 73/2023", sort=Sort.NEWEST)
    walked = replace(first, before=Cursor(0, 1, 1, 9, first.mark()))
    shelf = Shelf(told, None)

    assert papers(shelf, first) is not None
    assert [None, None] == [papers(shelf, one) for one in (replace(first, page=2), walked)]
