"""An index of its own for each test, on the session's Meilisearch."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

import pytest

from cli.engines import start_meilisearch
from pipeline.store import Database, meta, open_database
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
def store(sqlite_pattern: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database, for tests in which the kind of SQL does not matter."""
    file = copyfile(sqlite_pattern, tmp_path / "tintinh.db")
    opened = open_database(f"sqlite:///{file}")
    with opened.write() as conn:
        meta.draw_authority(conn)
    yield opened
    opened.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 MB; skips where nobody may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def cramped(meilisearch_program: Path, tmp_path: Path, small_disk: Path) -> Iterator[Index]:
    """An index of a Meilisearch whose data are on the small disk; it waits 3 s for a task."""
    folder = small_disk / "meilisearch"
    engine = start_meilisearch(meilisearch_program, folder, tmp_path / "key")
    key = (tmp_path / "key").read_text(encoding="ascii")
    yield Index(engine.url, key, "stories", patience=3, folder=folder)
    engine.stop()
