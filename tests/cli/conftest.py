"""A data folder for tests of commands, called as functions: migrated once, copied for each."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cli.desk import Desk
from pipeline.config import Settings
from pipeline.store import open_database

Open = Callable[[str], Desk]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at the newest schema, closed."""
    chosen = Settings(data=tmp_path_factory.mktemp("migrated"))
    db = open_database(chosen.sql_url)
    db.migrate()
    db.close()
    return chosen.data / "tintinh.db"


@pytest.fixture
def open_desk(migrated: Path, tmp_path: Path) -> Iterator[Open]:
    """Open a data folder by its name."""
    with ExitStack() as stack:

        def opened(name: str) -> Desk:
            chosen = Settings(data=tmp_path / name)
            chosen.data.mkdir()
            shutil.copy(migrated, chosen.data / "tintinh.db")
            db = open_database(chosen.sql_url)
            stack.callback(db.close)
            return Desk(chosen, db, None)

        yield opened


@pytest.fixture
def desk(open_desk: Open) -> Desk:
    """A data folder of its own."""
    return open_desk("data")
