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


def tended(data: Path, lent: Lent, name: str, *least_disk: int) -> list[list[dict[str, Any]]]:
    """Run the task in a process of its own, once a limit; return what it says of the index each time."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TINTINH_")} | {
        "TINTINH_DATA": str(data),
        "TINTINH_BROKER_URL": "redis://127.0.0.1:9/0",
        "TINTINH_MEILISEARCH_URL": lent.url,
        "TINTINH_MEILISEARCH_KEY_FILE": str(lent.key_file),
        "TINTINH_MEILISEARCH_INDEX": name,
        "TINTINH_MEILISEARCH_DATA": str(data),
    }
    command = [sys.executable, "-c", SCRIPT, *map(str, least_disk)]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    told: list[list[dict[str, Any]]] = [[]]
    for line in map(json.loads, done.stderr.splitlines()):
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
