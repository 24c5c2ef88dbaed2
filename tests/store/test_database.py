"""The door to SQL: what becomes of its connections."""

from typing import Any

from sqlalchemy import event

from pipeline.store import changes, open_database


def test_a_connection_in_use_is_closed_when_it_comes_back(database_url: str) -> None:
    """Closing the database under a reader leaves no connection open, in neither driver."""
    closed: list[Any] = []
    opened = open_database(database_url)
    event.listen(opened.engine, "close", lambda connection, _record: closed.append(connection))
    with opened.read() as conn:
        mine = conn.connection.dbapi_connection
        opened.close()
        meanwhile, head = list(closed), changes.head(conn)

    assert ([], 0) == (meanwhile, head)
    assert [mine] == closed
