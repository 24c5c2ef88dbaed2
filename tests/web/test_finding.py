"""What search page, API and command line share, on a real Meilisearch."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from pipeline.model import DocumentMention, Role
from pipeline.store import Database, open_database, stories, words
from search.cursor import Cursor
from search.index import Index
from search.query import Query, Sort, read
from search.sync import sync
from tests.engine_fixtures import Lent
from tests.store.tellings import NOW, draft, send, settled
from web.finding import Shelf, find, newest_from_store, papers


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


def test_sql_filters_by_a_number_without_its_kind(told: Database) -> None:
    """As the index does, where there is no engine."""
    found = newest_from_store(Shelf(told, None), read({"doc": "73/2023"}))

    assert ["Bảo vệ cán bộ dám nghĩ dám làm"] == [story.face.title for story in found.stories]


def test_documents_stand_above_the_first_page_only(told: Database) -> None:
    """Neither a further page nor a walk brings them again: without an engine it would seem to have ended."""
    first = Query(q="nghị định 73/2023", sort=Sort.NEWEST)
    walked = replace(first, before=Cursor(0, 1, 1, 9, first.mark()))
    shelf = Shelf(told, None)

    assert papers(shelf, first) is not None
    assert [None, None] == [papers(shelf, one) for one in (replace(first, page=2), walked)]
