"""What upkeep and the index stage do about the index, as their workers run them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.store import Database, indexing, open_database
from search import standing
from search.gate import Fault
from search.index import Index
from search.sync import request_rebuild
from tests.engine_fixtures import Lent
from tests.search.test_gate import edited_by_hand, looked
from tests.search.test_sync import synced, tell

ROOT = Path(__file__).parents[2]
SCRIPT = """
import os, sys
from pipeline.config import settings
from pipeline.log import configure
from tasks import upkeep

configure("INFO")
for least in sys.argv[1:]:
    os.environ["TINTINH_INDEX_LEAST_DISK"] = least
    settings.cache_clear()
    upkeep.tend_index()
    print('{"event": "over"}', file=sys.stderr)
"""
STAGE = "from tasks import stages; stages.index_stories()"


def ran(script: str, data: Path, lent: Lent, name: str, disk: Path, *given: int) -> str:
    """Run a script in a process of its own, where Meilisearch's data seem to be on a disk; return its log."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TINTINH_")} | {
        "TINTINH_DATA": str(data),
        "TINTINH_BROKER_URL": "redis://127.0.0.1:9/0",
        "TINTINH_MEILISEARCH_URL": lent.url,
        "TINTINH_MEILISEARCH_KEY_FILE": str(lent.key_file),
        "TINTINH_MEILISEARCH_INDEX": name,
        "TINTINH_MEILISEARCH_DATA": str(disk),
    }
    command = [sys.executable, "-c", script, *map(str, given)]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stderr


def tended(data: Path, lent: Lent, name: str, *least_disk: int) -> list[list[dict[str, Any]]]:
    """Run the task once a limit; return what it says of the index each time."""
    told: list[list[dict[str, Any]]] = [[]]
    for line in map(json.loads, ran(SCRIPT, data, lent, name, data, *least_disk).splitlines()):
        if line["event"] == "over":
            told.append([])
        elif line["event"].startswith("index_") and line.get("alarm") in (None, "disk"):
            told[-1].append(
                line
            )  # other tests on the same engine make its tasks fail, which is another alarm
    return told[:-1]


@pytest.fixture
def filled(sqlite_pattern: Path, tmp_path: Path, meilisearch: Lent) -> tuple[Database, Index]:
    """A data folder with eight stories, all of them in the index."""
    (tmp_path / "tintinh.db").write_bytes(sqlite_pattern.read_bytes())
    db = open_database(f"sqlite:///{tmp_path / 'tintinh.db'}")
    index = Index(meilisearch.url, meilisearch.key, f"u-{tmp_path.name.lower()}"[:60])
    tell(db, range(8))
    synced(db, index)
    return db, index


def test_alarms_are_logged_and_faults_nudged(
    tmp_path: Path, meilisearch: Lent, filled: tuple[Database, Index]
) -> None:
    """An alarm is one line when it begins and one at its end; a round counts faults and has them mended."""
    db, index = filled
    edited_by_hand(db, index)
    first, second, third = tended(tmp_path, meilisearch, index.name, 10**18, 10**18, 0)
    with db.read() as conn:
        waiting = indexing.nudge_count(conn)
    synced(db, index)
    left = looked(db, index)
    db.close()
    index.drop(index.name)

    assert [("index_alarm", "warning", "disk"), ("index_gate", "warning", None)] == [
        (line["event"], line["level"], line.get("alarm")) for line in first
    ]
    assert [1, 2, 1, 2] == [first[1][fault] for fault in Fault]
    assert [] == second
    assert [("index_alarm_over", "disk")] == [(line["event"], line["alarm"]) for line in third]
    assert (6, {}) == (waiting, left)


@pytest.mark.long
def test_a_new_index_that_cannot_be_had_holds_up_nothing(
    tmp_path: Path, meilisearch: Lent, filled: tuple[Database, Index]
) -> None:
    """On a disk without room the stage goes on with the old one, and says so to upkeep alone."""
    db, index = filled
    request_rebuild(db)
    tell(db, range(8, 10))
    said = ran(STAGE, tmp_path, meilisearch, index.name, Path("/proc"))  # a disk of 0 bytes
    with db.read() as conn:
        trouble = standing.trouble(conn)
    held = index.count(index.name)
    db.close()
    index.drop(index.name)

    assert ("", 10) == (said, held)
    assert "no room" in trouble
