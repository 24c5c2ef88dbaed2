"""An installation without stories: searching it finds nothing, and says so without an error."""

from datetime import UTC, datetime

from pipeline.store import Database
from search.index import Index
from search.query import read, search
from search.sync import sync


def test_nothing_is_found_where_nothing_is(store: Database, index: Index) -> None:
    """An index that never held a document answers every question with nothing."""
    while sync(store, index, datetime.now(UTC)).more:
        pass

    assert (0, ()) == (search(index, read({"q": "thi đua"})).total, search(index, read({})).hits)
