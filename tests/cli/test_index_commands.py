"""`./tintinh index …` as a person meets it, on a folder without a living `up`."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from typing import NamedTuple

import pytest

from cli.advance import advancing, line
from pipeline.store import Database, indexing, meta, open_database
from search.index import Index
from tests.cli.test_commands import ROOT
from tests.engine_fixtures import Lent
from tests.search.test_gate import edited_by_hand
from tests.search.test_sync import synced, tell

SESSION = """
import contextlib, io, json, os, sys
from cli.commands import main
from pipeline.config import settings
told = []
for words in json.loads(sys.stdin.read()):
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        os.environ[name] = value
        settings.cache_clear()
    sys.argv, out, err, code = ["tintinh", *words], io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as error:
            code = error.code or 0
    told.append((code, out.getvalue(), err.getvalue()))
print(json.dumps(told))
"""


class Done(NamedTuple):
    """What one command of a session answered."""

    code: int
    out: str
    err: str


def session(data: Path, *commands: str, **environ: str) -> list[Done]:
    """Run commands one after the other in one process, which costs one start.

    NAME=value before a command sets that from there on.
    """
    done = subprocess.run(
        [sys.executable, "-c", SESSION],
        input=json.dumps([one.split() for one in commands]),
        env=environ | {"PYTHONPATH": str(ROOT), "TINTINH_DATA": str(data), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return [Done(*one) for one in json.loads(done.stdout)]


@pytest.fixture
def lent(meilisearch: Lent, tmp_path: Path) -> dict[str, str]:
    """Settings that name the session's Meilisearch and an index of this test."""
    return {
        "TINTINH_MEILISEARCH_URL": meilisearch.url,
        "TINTINH_MEILISEARCH_KEY_FILE": str(meilisearch.key_file),
        "TINTINH_MEILISEARCH_INDEX": f"c-{tmp_path.name.lower()}"[:60],
    }


@pytest.fixture
def db(tmp_path: Path, sqlite_pattern: Path) -> Iterator[Database]:
    """The database of the data folder."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    copyfile(sqlite_pattern, data / "tintinh.db")
    opened = open_database(f"sqlite:///{data / 'tintinh.db'}")
    with opened.write() as conn:
        meta.draw_authority(conn)
    yield opened
    opened.close()


@pytest.fixture
def index(meilisearch: Lent, lent: dict[str, str]) -> Iterator[Index]:
    """The index of this test."""
    made = Index(meilisearch.url, meilisearch.key, lent["TINTINH_MEILISEARCH_INDEX"])
    yield made
    for uid in (made.name, *made.others()):
        made.drop(uid)


def test_an_index_is_checked_mended_and_built_anew(
    tmp_path: Path, lent: dict[str, str], db: Database, index: Index
) -> None:
    """`gate --check` only looks and fails, `gate` mends and says so; `rebuild` and `health` say what is."""
    data = tmp_path / "data"
    tell(db, range(8))
    synced(db, index)
    edited_by_hand(db, index)
    with db.write() as conn:
        indexing.refuse(conn, [("s0", "too\tlarge")], "a form", datetime.now(UTC))
    checked, mended, again, built, refused, full, nothing = session(
        data,
        "index gate --check --json",
        "index gate",
        "index gate --check",
        "index rebuild",
        "index refused",
        f"TINTINH_INDEX_LEAST_DISK={'9' * 18} index health",
        "TINTINH_MEILISEARCH_INDEX=nobodys index gate",
        **lent,
        TINTINH_MEILISEARCH_DATA=str(data),
    )
    told = json.loads(checked.out)

    assert (1, {"missing": 1, "stale": 2, "orphaned": 1, "foreign": 2}) == (checked.code, told["faults"])
    assert ["nguoi-la", "y" * 500] == sorted(told["named"]["foreign"])
    assert "6 documents were wrong; nothing was mended" in checked.err
    assert 0 == mended.code
    assert {"missing\t1", "mended\t6", "left\t0"} < set(mended.out.splitlines())
    assert "6 documents were wrong; all are mended" in mended.err
    assert "comparing: 16 of 16" in mended.err
    assert (0, True) == (again.code, "the index holds what SQL has" in again.err)
    assert "missing\t0" in again.out.splitlines()
    assert (0, "") == (built.code, built.out)
    assert "holds 7 stories; 7 of them were written just now, 0 refused" in built.err
    assert "swapping: 1 of 1" in built.err
    assert (0, "") == (refused.code, refused.out)
    assert 1 == full.code
    assert {"documents\t7", "gate_missing\t0"} < set(full.out.splitlines())
    assert "!! disk: " in full.out
    assert (1, "") == (nothing.code, nothing.out)
    assert "there is no index yet" in nothing.err


def test_what_is_under_way_is_told(tmp_path: Path, lent: dict[str, str], db: Database, index: Index) -> None:
    """Stories that the index was not told of yet are no fault, but it is not said to hold them."""
    tell(db, range(2))
    synced(db, index)
    tell(db, range(2, 5))
    (checked,) = session(tmp_path / "data", "index gate --check", **lent)

    assert (3, True) == (checked.code, {"under_way\t3", "left\t0"} < set(checked.out.splitlines()))
    assert "no document is wrong; the index was not told of 3 changes yet" in checked.err


def test_ctrl_c_leaves_what_is_built(
    tmp_path: Path, lent: dict[str, str], db: Database, index: Index
) -> None:
    """Interrupted in the middle: one line says so, and what was copied is gone on with."""
    tell(db, range(3))
    synced(db, index)
    script = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background ignores it
        "from search import sync\n"
        "whole = sync.sync\n"
        "def one(*given, **more):\n"
        "    whole(*given, **{**more, 'limit': 1})\n"
        "    print('begun', flush=True)\n"
        "    import time; time.sleep(60)\n"
        "sync.sync = one\n"
        "from cli.commands import app\n"
        "app(['index', 'rebuild'])\n"
    )
    environ = lent | {"PYTHONPATH": str(ROOT), "TINTINH_DATA": str(tmp_path / "data"), "PATH": ""}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as builder:
        assert builder.stdout is not None
        assert "begun\n" == builder.stdout.readline()
        builder.send_signal(signal.SIGINT)
        _, said = builder.communicate(timeout=30)
    done = synced(db, index)

    assert (130, True) == (builder.returncode, "interrupted; what is built stays" in said)
    assert (2, True) == (done.indexed, done.rebuilt)


def test_lines_end_with_how_far_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    """However quickly a phase passes, its last line is not one from the middle."""
    with advancing() as show:
        for phase, done in (("filling", 1), ("filling", 2), ("filling", 4), ("checking", 2), ("checking", 4)):
            show(phase, done, 4)
    lines = capsys.readouterr().err.splitlines()

    assert ["filling: 1 of 4", "filling: 4 of 4", "checking: 2 of 4", "checking: 4 of 4"] == lines


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
