"""An index of its own for each test, on the session's Meilisearch."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from pipeline.store import Database, open_database
from search.index import Index
from tests.engine_fixtures import Lent


@pytest.fixture
def index(meilisearch: Lent) -> Iterator[Index]:
    """An index that does not exist yet, and is gone after the test."""
    made = Index(meilisearch.url, meilisearch.key, f"t{uuid4().hex}")
    yield made
    for uid in (made.name, *made.others()):
        made.drop(uid)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database, for tests in which the kind of SQL does not matter."""
    opened = open_database(f"sqlite:///{tmp_path / 'tintinh.db'}")
    opened.migrate()
    yield opened
    opened.close()
