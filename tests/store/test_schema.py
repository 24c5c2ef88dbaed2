"""The schema: migrations make what the metadata says, and a copy holds everything."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipeline.errors import BadInput
from pipeline.store import Database, changes, export, meta, open_database, transfer
from pipeline.store.schema import metadata
from tests.store.tellings import draft, send, settled


def test_migrations_make_the_metadata(db: Database) -> None:
    """A migrated database has no table, column, index or constraint more or less than the metadata."""
    with db.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})

        assert [] == compare_metadata(context, metadata)
    assert db.current()


def test_migrating_twice_keeps_the_identity(db: Database) -> None:
    """The tag authority is drawn once."""
    with db.read() as conn:
        before = meta.authority(conn)
    db.migrate()

    with db.read() as conn:
        assert before == meta.authority(conn)


def test_a_copy_holds_everything_and_goes_on(db: Database, tmp_path: Path) -> None:
    """Copied to SQLite: the same export, identity and log; new rows get new numbers."""
    send(db, draft("a", "Tin một", "Một hai ba bốn năm sáu bảy tám chín mười. " * 3))
    settled(db)
    target = open_database(f"sqlite:///{tmp_path / 'copy.db'}")
    dict(transfer.copy(db, target))

    with db.read() as source, target.read() as copied:
        assert list(export.lines(source, text=True)) == list(export.lines(copied, text=True))
        assert meta.authority(source) == meta.authority(copied)
        assert changes.head(source) == changes.head(copied)
    send(target, draft("b", "Tin hai", "Mười chín tám bảy sáu năm bốn ba hai một. " * 3))
    settled(target)
    with target.read() as copied:
        assert 2 == len(list(export.lines(copied)))
    with pytest.raises(BadInput, match="not empty"):
        dict(transfer.copy(db, target))
    target.close()


def test_a_copy_into_postgresql_counts_on(tmp_path: Path, db: Database) -> None:
    """Numbers that the target draws itself go on behind the copied ones."""
    origin = open_database(f"sqlite:///{tmp_path / 'origin.db'}")
    origin.migrate()
    first = send(origin, draft("a", "Tin một", "Một hai ba bốn năm sáu bảy tám chín mười. " * 3))
    settled(origin)
    dict(transfer.copy(origin, db))

    assert first < send(db, draft("b", "Tin hai", "Mười chín tám bảy sáu năm bốn ba hai một. " * 3))
    settled(db)
    with db.read() as conn:
        assert 2 == len(list(export.lines(conn)))
    origin.close()
