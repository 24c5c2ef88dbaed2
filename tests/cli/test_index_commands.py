"""`./tintinh index …` as a person meets it, on a folder without a living `up`."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.advance import line
from pipeline.store import indexing, open_database
from search.index import Index
from tests.cli.test_commands import ROOT, run
from tests.engine_fixtures import Lent
from tests.search.test_gate import edited_by_hand
from tests.search.test_sync import synced, tell


@pytest.fixture
def lent(meilisearch: Lent, tmp_path: Path) -> dict[str, str]:
    """Settings that name the session's Meilisearch and an index of this test."""
    return {
        "TINTINH_MEILISEARCH_URL": meilisearch.url,
        "TINTINH_MEILISEARCH_KEY_FILE": str(meilisearch.key_file),
        "TINTINH_MEILISEARCH_INDEX": f"c-{tmp_path.name.lower()}"[:60],
    }


def test_an_index_is_checked_mended_and_built_anew(
    tmp_path: Path, meilisearch: Lent, lent: dict[str, str]
) -> None:
    """`gate --check` only looks and fails, `gate` mends; `rebuild`, `refused` and `health` say what is."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    db = open_database(f"sqlite:///{data / 'tintinh.db'}")
    db.migrate()
    tell(db, range(8))
    index = Index(meilisearch.url, meilisearch.key, lent["TINTINH_MEILISEARCH_INDEX"])
    nothing = run(data, "index", "gate", **lent)
    synced(db, index)
    edited_by_hand(db, index)
    with db.write() as conn:
        indexing.refuse(conn, [("s0", "too\tlarge")], "a form", datetime.now(UTC))
    checked = run(data, "index", "gate", "--check", "--json", **lent)
    mended = run(data, "index", "gate", **lent)
    again = run(data, "index", "gate", "--check", **lent)
    built = run(data, "index", "rebuild", **lent)
    late = run(data, "index", "health", "--json", **lent, TINTINH_INDEX_TASK_SECONDS="1")
    full = run(
        data, "index", "health", **lent, TINTINH_MEILISEARCH_DATA=str(data), TINTINH_INDEX_LEAST_DISK="9" * 18
    )
    refused = run(data, "index", "refused", **lent)
    db.close()
    index.drop(index.name)
    told = json.loads(checked.stdout)

    assert (1, "") == (nothing.returncode, nothing.stdout)
    assert "there is no index yet" in nothing.stderr
    assert (1, {"missing": 1, "stale": 2, "orphaned": 1, "foreign": 2}) == (
        checked.returncode,
        told["faults"],
    )
    assert ["nguoi-la", "y" * 500] == sorted(told["named"]["foreign"])
    assert (0, 0) == (mended.returncode, again.returncode)
    assert "mended" in mended.stderr
    assert "missing\t0" in again.stdout.splitlines()
    assert (0, "") == (built.returncode, built.stdout)
    assert "7 stories indexed, 0 refused" in built.stderr
    assert 0 == late.returncode
    assert 7 == json.loads(late.stdout)["documents"]
    assert 1 == full.returncode
    assert "!! disk: " in full.stdout
    assert "" == refused.stdout


def test_ctrl_c_leaves_what_is_built(tmp_path: Path, meilisearch: Lent, lent: dict[str, str]) -> None:
    """Interrupted in the middle: one line says so, and the same command ends it."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    db = open_database(f"sqlite:///{data / 'tintinh.db'}")
    db.migrate()
    tell(db, range(3))
    index = Index(meilisearch.url, meilisearch.key, lent["TINTINH_MEILISEARCH_INDEX"])
    synced(db, index)
    script = (
        "import sys\n"
        "from search import sync\n"
        "whole = sync.sync\n"
        "def one(*given, **more):\n"
        "    whole(*given, **{**more, 'limit': 1})\n"
        "    print('begun', flush=True)\n"
        "    import time; time.sleep(60)\n"
        "sync.sync = one\n"
        "from cli.__main__ import app\n"
        "app(['index', 'rebuild'])\n"
    )
    environ = lent | {"PYTHONPATH": str(ROOT), "TINTINH_DATA": str(data), "PATH": ""}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as builder:
        assert builder.stdout is not None
        assert "begun\n" == builder.stdout.readline()
        builder.send_signal(signal.SIGINT)
        _, said = builder.communicate(timeout=30)
    done = run(data, "index", "rebuild", **lent)
    left = index.others()
    db.close()
    index.drop(index.name)

    assert (130, True) == (builder.returncode, "interrupted; what is built stays" in said)
    assert (0, []) == (done.returncode, left)


@pytest.mark.parametrize(
    ("done", "since", "seconds", "told"),
    [
        (0, 0, 0.0, "filling: 0 of 5,000"),
        (1_200, 0, 6.0, "filling: 1,200 of 5,000, 200 a second, about 19 s left"),
        (1_200, 1_000, 2.0, "filling: 1,200 of 5,000, 100 a second, about 38 s left"),
        (6_000, 0, 6.0, "filling: 6,000 of 5,000, 1,000 a second, about 0 s left"),
        (100, 100, 9.0, "filling: 100 of 5,000"),
    ],
)
def test_a_line_says_how_far_it_is(done: int, since: int, seconds: float, told: str) -> None:
    """What is done, the rate since this process looks, and what that leaves."""
    assert told == line("filling", done, 5_000, since=since, seconds=seconds)
