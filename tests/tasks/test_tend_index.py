"""What upkeep does about the index, as its worker runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.store import Database, indexing, open_database
from search.gate import Fault
from search.index import Index
from tests.engine_fixtures import Lent
from tests.search.test_gate import edited_by_hand, looked
from tests.search.test_sync import synced, tell

ROOT = Path(__file__).parents[2]
SCRIPT = (
    "from pipeline.log import configure; configure('INFO'); from tasks import upkeep; upkeep.tend_index()"
)


def tended(data: Path, lent: Lent, name: str, least_disk: int) -> list[dict[str, Any]]:
    """Run the task once in a process of its own; return what it says of the index."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TINTINH_")} | {
        "TINTINH_DATA": str(data),
        "TINTINH_BROKER_URL": "redis://127.0.0.1:9/0",
        "TINTINH_MEILISEARCH_URL": lent.url,
        "TINTINH_MEILISEARCH_KEY_FILE": str(lent.key_file),
        "TINTINH_MEILISEARCH_INDEX": name,
        "TINTINH_MEILISEARCH_DATA": str(data),
        "TINTINH_INDEX_LEAST_DISK": str(least_disk),
    }
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    said = [json.loads(line) for line in done.stderr.splitlines()]
    return [line for line in said if line["event"].startswith("index_")]


@pytest.fixture
def filled(sqlite_pattern: Path, tmp_path: Path, meilisearch: Lent) -> tuple[Database, Index]:
    """A data folder with eight stories, all of them in the index."""
    (tmp_path / "tintinh.db").write_bytes(sqlite_pattern.read_bytes())
    db = open_database(f"sqlite:///{tmp_path / 'tintinh.db'}")
    db.migrate()
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
    first = tended(tmp_path, meilisearch, index.name, 10**18)
    second = tended(tmp_path, meilisearch, index.name, 10**18)
    third = tended(tmp_path, meilisearch, index.name, 0)
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
