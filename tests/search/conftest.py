"""An index of its own for each test, on the session's Meilisearch."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from search.index import Index
from tests.engine_fixtures import Lent


@pytest.fixture
def index(meilisearch: Lent) -> Iterator[Index]:
    """An index that does not exist yet, and is gone after the test."""
    made = Index(meilisearch.url, meilisearch.key, f"t{uuid4().hex}")
    yield made
    for uid in (made.name, *made.others()):
        made.drop(uid)
