"""What a running installation survives: a flushed broker, a lost index, lost files, killed workers."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import redis

pytestmark = pytest.mark.early

ROOT = Path(__file__).parents[1]
PATIENCE = 90.0
FAST = {  # the same order of limits as in production, a tenth of the length
    "TINTINH_HTTP_TIMEOUT": "2",
    "TINTINH_SOFT_LIMIT": "4",
    "TINTINH_HARD_LIMIT": "6",
    "TINTINH_LEASE": "8",
    "TINTINH_VISIBILITY_TIMEOUT": "15",
    "TINTINH_SWEEP_SECONDS": "0.5",
    "TINTINH_PORT": "0",
}


class Installation:
    """One data folder with an `up` on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._environ = os.environ | FAST | {"TINTINH_DATA": str(data), "PYTHONPATH": str(ROOT)}
        self._up: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start `up` and wait until its web answers."""
        with (self.data / "up.log").open("ab") as log:
            command = [sys.executable, "-m", "cli", "up"]
            self._up = subprocess.Popen(command, cwd=ROOT, env=self._environ, stderr=log)
        eventually(lambda: bool(self.run()["web_url"]) and self.get("/readyz") is not None)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End `up` by a signal and wait for it."""
        assert self._up is not None
        self._up.send_signal(number)
        self._up.wait(timeout=PATIENCE)

    def run(self) -> dict[str, Any]:
        """Return what `up` says of itself; empty fields while it starts."""
        try:
            found: dict[str, Any] = json.loads((self.data / "run.json").read_text())
        except (FileNotFoundError, ValueError):
            return {"web_url": "", "pids": {}}
        return found

    def pids(self, *names: str) -> list[int]:
        """Return the processes of the given names with all their children."""
        parents = [self.run()["pids"].get(name) for name in names]
        return [pid for parent in parents if parent for pid in (parent, *children(parent))]

    def command(self, *words: str) -> str:
        """Run a command on the folder and return its data."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words],
            cwd=ROOT,
            env=self._environ,
            capture_output=True,
            check=False,
        )
        assert 0 == done.returncode, done.stderr.decode()
        return done.stdout.decode()

    def get(self, path: str) -> bytes | None:
        """Return what the web process answers with 200, else None."""
        try:
            with urlopen(Request(self.run()["web_url"] + path), timeout=10) as answer:
                return bytes(answer.read())
        except OSError:
            return None

    def ingest(self, first: int, count: int, *, wait: bool = False) -> None:
        """Hand in records, two tellings of each event."""
        path = self.data / f"records-{first}.jsonl"
        lines = [record(number, paper) for number in range(first, first + count) for paper in "ab"]
        path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
        self.command("ingest", str(path), *(["--wait"] if wait else []))

    def report(self) -> str:
        """Return what there is to know of an installation that does not get on."""
        doctor = [sys.executable, "-m", "cli", "doctor"]
        told = subprocess.run(doctor, cwd=ROOT, env=self._environ, capture_output=True, check=False)
        lines = [told.stdout.decode(), (self.get("/metrics") or b"no metrics").decode()]
        for log in sorted((self.data / "log").glob("*.log")):
            lines += [f"--- {log.name}", *log.read_text(errors="replace").splitlines()[-15:]]
        return "\n".join(lines)

    def stories(self) -> dict[str, set[str]]:
        """Return the external ids of each story."""
        found: dict[str, set[str]] = {}
        for line in self.command("export").splitlines():
            entry = json.loads(line)
            found.setdefault(entry["story_id"], set()).add(entry["external_id"])
        return found

    def found(self) -> int:
        """Return how many stories search knows."""
        answer = self.get("/api/search?q=&per_page=1")
        return -1 if answer is None else int(json.loads(answer)["total"])


def record(number: int, paper: str) -> dict[str, str]:
    """Return one paper's telling of an event; different events share no five words."""
    body = " ".join(f"chữ{number}n{position}" for position in range(60))
    return {
        "id": f"{paper}{number}",
        "source": f"bao-{paper}",
        "province": "Vĩnh Long",
        "url": f"https://{paper}.example/{number}",
        "title": f"Sự kiện {number} của báo {paper}",
        "body": f"{body}.\n\n{body}.",
    }


def children(parent: int) -> list[int]:
    """Return the processes below one, from /proc."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent:
            found += [int(path.parent.name), *children(int(path.parent.name))]
    return found


def eventually(true: Callable[[], bool], why: Callable[[], str] = str) -> None:
    """Wait until something holds; `why` tells what to know if it never does."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"it never came true\n{why()}"
        time.sleep(0.2)


def whole(installation: Installation, events: int) -> None:
    """Wait until every event is one story of two tellings, in SQL, search and feeds."""
    eventually(lambda: events == installation.found(), installation.report)
    stories = installation.stories()

    assert events == len(stories)
    assert all(2 == len(names) for names in stories.values())
    feed = installation.get("/feeds/all.atom")
    assert feed is not None
    assert events == feed.count(b"<entry")
    assert 0 == feed.count(b"deleted-entry")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, meilisearch_program: Path) -> Iterator[Installation]:
    """A running installation that the tests of this file harm one after the other."""
    assert meilisearch_program.is_file()
    installation = Installation(tmp_path_factory.mktemp("data"))
    installation.start()
    yield installation
    installation.stop()


def test_a_flushed_broker_loses_nothing(up: Installation) -> None:
    """FLUSHALL while work is under way: the sweeper finds it in SQL."""
    broker = redis.Redis.from_url(up.run()["broker_url"].replace("redis+socket", "unix"))
    up.ingest(0, 40)
    for _ in range(10):
        broker.flushall()
        time.sleep(0.1)

    whole(up, 40)


def test_killed_workers_lose_and_double_nothing(up: Installation) -> None:
    """Kill -9 of the workers and their pools in the middle: others take over, nothing is told twice."""
    up.ingest(40, 60)
    for name in ("worker-receive", "worker-settle", "worker-publish", "worker-index"):
        for pid in up.pids(name):
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.3)

    whole(up, 100)


def test_a_deleted_index_comes_back(up: Installation) -> None:
    """An index that somebody deletes is filled anew from SQL by itself."""
    run = up.run()
    key = Path(run["meilisearch_key_file"]).read_text().strip()
    target = f"{run['meilisearch_url']}/indexes/stories"
    with urlopen(Request(target, method="DELETE", headers={"Authorization": f"Bearer {key}"}), timeout=10):
        pass

    eventually(lambda: 100 != up.found())
    whole(up, 100)


def test_deleted_feed_files_come_back(up: Installation) -> None:
    """Deleted files are rendered again with the same bytes, for a reader at once, for all by upkeep."""
    before = up.get("/feeds/province/vinh-long.rss")
    published = sorted(path.relative_to(up.data) for path in (up.data / "feeds").rglob("*.rss"))
    shutil.rmtree(up.data / "feeds")

    assert before is not None
    assert before == up.get("/feeds/province/vinh-long.rss")
    eventually(lambda: all((up.data / path).is_file() for path in published))


def test_a_killed_up_leaves_nothing_and_goes_on(up: Installation) -> None:
    """Kill -9 of `up` ends every process of it; started again it goes on where it was."""
    every = up.pids("up")
    up.ingest(100, 20)
    up.stop(signal.SIGKILL)
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in every))
    up.start()

    whole(up, 120)
    # A file of beat's own, cut off by the kill, would end every later beat at its start.
    assert [] == list(up.data.glob("beat*"))
