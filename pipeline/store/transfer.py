"""Copying a whole database into an empty one, of the other kind perhaps."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from pipeline.errors import BadInput
from pipeline.store.database import Database
from pipeline.store.schema import metadata

_CHUNK = 1_000


def copy(origin: Database, target: Database) -> Iterator[tuple[str, int]]:
    """Copy every table and yield its name and number of rows; nobody may write meanwhile.

    Identity, cursors and history come along, so feeds and index need not be made anew. All is one
    transaction in the target: a copy that fails leaves it empty.

    Raises:
        BadInput: the target holds receipts already.
    """
    target.migrate()
    with origin.read() as source, target.write() as sink:
        if sink.scalar(select(func.count()).select_from(metadata.tables["receipt"])):
            raise BadInput("target", "is not empty; copy into an empty database")
        for table in metadata.sorted_tables:
            sink.execute(table.delete())
            count = 0
            rows = source.execution_options(yield_per=_CHUNK).execute(select(table)).mappings()
            for part in rows.partitions(_CHUNK):
                sink.execute(table.insert(), [dict(row) for row in part])
                count += len(part)
            yield table.name, count
        if sink.dialect.name == "postgresql":
            _count_on(sink)


def _count_on(sink: Connection) -> None:
    """Have PostgreSQL's sequences go on behind the copied numbers."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        most = sink.scalar(select(func.max(column))) or 0
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        sink.execute(select(func.setval(sequence, most + 1, False)))
