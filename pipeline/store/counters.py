"""Named counters: how often something that ends a path has happened."""

from sqlalchemy import Connection, select

from pipeline.store.database import insert
from pipeline.store.schema import counter


def add(conn: Connection, name: str, by: int = 1) -> None:
    """Count something up."""
    row = insert(conn, counter).values(name=name, value=by)
    more = {"value": counter.c.value + by}
    conn.execute(row.on_conflict_do_update(index_elements=["name"], set_=more))


def listed(conn: Connection) -> dict[str, int]:
    """Return every counter by its name."""
    rows = conn.execute(select(counter).order_by(counter.c.name))
    return {row.name: row.value for row in rows}
