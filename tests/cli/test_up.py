"""`up`: everything on one folder, told in one file, tended, and gone when it ends."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from cli.processes import PROCESSES
from tests.cli.test_commands import ROOT, run

pytestmark = pytest.mark.early

PATIENCE = 60.0


@dataclass
class Up:
    """A running `up`."""

    data: Path
    process: subprocess.Popen[str]

    def told(self) -> dict[str, Any]:
        """What it says of itself; nothing while it starts."""
        try:
            found: dict[str, Any] = json.loads((self.data / "run.json").read_text())
        except (FileNotFoundError, ValueError):
            return {"web_url": "", "pids": {}}
        return found

    def ready(self) -> bool:
        """Whether web answers and all processes run."""
        told = self.told()
        try:
            with urlopen(f"{told['web_url']}/readyz", timeout=5) as answer:
                return answer.status == 200 and len(told["pids"]) == len(PROCESSES) + 3
        except (OSError, ValueError):
            return False


def eventually(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def start(data: Path, **environ: str) -> subprocess.Popen[str]:
    """Start `up` on a free port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TINTINH_")}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "cli", "up", "--data", str(data), "--port", "0"],
        cwd=data.parent,
        env=kept | {"PYTHONPATH": str(ROOT)} | environ,
        stderr=subprocess.PIPE,
        text=True,
    )


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, meilisearch_program: Path) -> Iterator[Up]:
    """One `up` for the tests of this file."""
    data = tmp_path_factory.mktemp("up") / "data"
    process = start(data, TINTINH_MEILISEARCH_BIN=str(meilisearch_program))
    running = Up(data, process)
    eventually(running.ready)
    yield running
    process.terminate()
    process.communicate(timeout=PATIENCE)


def test_it_says_what_it_runs(up: Up) -> None:
    """The run file has every address and every process, for its owner only."""
    told = up.told()

    assert {process.name for process in PROCESSES} | {"up", "valkey", "meilisearch"} == set(told["pids"])
    assert all(alive(pid) for pid in told["pids"].values())
    assert told["web_url"].startswith("http://127.0.0.1:")
    assert told["public_url"] == told["web_url"]
    assert stat.S_IMODE((up.data / "run.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(told["meilisearch_key_file"]).stat().st_mode) == 0o600


def test_nothing_listens_to_others(up: Up) -> None:
    """Web and Meilisearch listen on loopback, the broker on no port at all."""
    told = up.told()

    assert told["broker_url"].startswith("redis+socket://")
    assert told["meilisearch_url"].startswith("http://127.0.0.1:")


def test_a_folder_runs_once(up: Up) -> None:
    """A second `up` on the same folder is told who holds it."""
    with start(up.data) as second:
        _, said = second.communicate(timeout=PATIENCE)

    assert 1 == second.returncode
    assert f"is in use by up (process {up.process.pid})" in said


def test_commands_find_it(up: Up, tmp_path: Path) -> None:
    """`ingest --wait` has the workers do the work; what it returns after is searchable and published."""
    body = "Sáng nay, xã Hòa Lộc khánh thành cầu Rạch Gốc dài 48 m bắc qua rạch cùng tên. " * 4
    line = {
        "id": "r-1",
        "source": "bao-a",
        "province": "Bến Tre",
        "title": "Khánh thành cầu Rạch Gốc",
        "body": body,
    }
    (tmp_path / "kho.jsonl").write_text(json.dumps(line, ensure_ascii=False))
    done = run(up.data, "ingest", str(tmp_path / "kho.jsonl"), "--wait")
    found = json.loads(run(up.data, "search", "cau rach goc").stdout)

    with urlopen(f"{up.told()['web_url']}/api/search?q=cau+rach+goc", timeout=10) as answer:
        told = json.load(answer)

    assert told | {"took_ms": 0} == found | {"took_ms": 0}
    assert (0, "1 receipts → 1 entries → 1 stories\n") == (done.returncode, done.stderr)
    assert ["Khánh thành cầu Rạch Gốc"] == [hit["title"] for hit in found["hits"]]
    with urlopen(f"{up.told()['web_url']}/feeds/area/ben-tre.rss", timeout=10) as feed:
        assert "Khánh thành cầu Rạch Gốc" in feed.read().decode()


@pytest.mark.parametrize("name", ["web", "beat", "worker-settle", "meilisearch", "valkey"])
def test_what_dies_is_started_again(up: Up, name: str) -> None:
    """A killed process is another one soon, at the same address."""
    before = up.told()
    os.kill(before["pids"][name], signal.SIGKILL)
    eventually(lambda: up.told()["pids"].get(name, before["pids"][name]) != before["pids"][name])
    eventually(up.ready)
    after = up.told()

    addresses = ("web_url", "broker_url", "meilisearch_url")
    assert [before[key] for key in addresses] == [after[key] for key in addresses]


def test_the_end_leaves_nothing(up: Up) -> None:
    """SIGTERM ends every process within its patience, removes the run file, and exits with 0."""
    every = up.told()["pids"].values()
    up.process.terminate()
    _, said = up.process.communicate(timeout=PATIENCE)

    assert 0 == up.process.returncode, said
    assert "stopping" in said
    assert not any(alive(pid) for pid in every)
    assert not (up.data / "run.json").exists()


def test_without_meilisearch_all_the_rest_works(tmp_path: Path) -> None:
    """Where no Meilisearch can be had, `up` says so, and `ingest --wait` waits for feeds alone."""
    process = start(tmp_path / "data", TINTINH_MEILISEARCH_BIN=str(tmp_path / "none"))
    running = Up(tmp_path / "data", process)
    eventually(lambda: bool(running.told()["web_url"]))
    (tmp_path / "kho.jsonl").write_text('{"id": "r-1", "title": "Khánh thành cầu Rạch Gốc"}')
    done = run(running.data, "ingest", str(tmp_path / "kho.jsonl"), "--wait")
    told = running.told()
    process.terminate()
    _, said = process.communicate(timeout=PATIENCE)

    assert "" == told["meilisearch_url"]
    assert "no search: " in said
    assert (0, "1 receipts → 1 entries → 1 stories\n") == (done.returncode, done.stderr)


def test_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    """The port is tried before anything is started; the line names it and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run(tmp_path / "data", "up", "--port", str(taken.getsockname()[1]))

    assert (1, "") == (done.returncode, done.stdout)
    assert "is taken; choose another with --port" in done.stderr
    assert not (tmp_path / "data" / "run.json").exists()
