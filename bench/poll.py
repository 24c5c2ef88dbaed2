"""What polling costs beside `reader` 3.26, on the same feeds in the same run: prints one JSON line.

Usage: PYTHONPATH=. python bench/poll.py [FEEDS]

Feeds (1,000 of 30 items, each on a host of its own) are served by one local process. Four rounds: all
items new, nothing changed, one to three new items in each feed, nothing changed; those in which nothing
changed are done five times, and each side's median is told. Ours is claim, fetch,
writes and, where something changed, reading into entries (labels and fingerprints too), by as many workers
as `up` starts for it. Seconds by the clock and of CPU, the server's left out. `reader` gets a venv in a
temporary folder, by pip.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bench.poll_server import address
from pipeline import polling
from pipeline.config import Settings
from pipeline.fetch import Fetcher
from pipeline.model import Source, SourceId
from pipeline.store import Database, intakes, open_database, sources

_HERE = Path(__file__).parent
_PORT = 18_480
_ROUNDS = (("all_new", "new 30"), ("unchanged", ""), ("some_new", "some"), ("unchanged_again", ""))
_REPEATS = 5
_RECEIVERS = 2  # as many as `up` starts (cli/processes.py)
_WORKERS = 4  # as many as our threads; with 16 it takes more CPU
_NEEDS = ("reader==3.26", "sgmllib3k")  # without the second its feedparser finds no sgmllib


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def cpu() -> float:
    """Return the CPU seconds of this process and of its reader processes, ended ones included."""
    ticks = 0
    for child in Path("/proc/self/task").glob("*/children"):
        for pid in child.read_text().split():
            if b"pipeline.reader" in Path(f"/proc/{pid}/cmdline").read_bytes():
                ticks += sum(
                    map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])
                )
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


class Process:
    """A process that answers lines with lines."""

    def __init__(self, *command: str) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603 - our own

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def tell(self, line: str) -> None:
        """Send a line."""
        self._pipes()[0].write(line + "\n")
        self._pipes()[0].flush()

    def hear(self) -> str:
        """Return the next line."""
        return self._pipes()[1].readline().strip()

    def end(self) -> None:
        """Close its stdin and wait."""
        self._pipes()[0].close()
        self._process.wait()


@contextmanager
def running(*command: str) -> Iterator[Process]:
    """Run a process until the block ends."""
    process = Process(*command)
    try:
        yield process
    finally:
        process.end()


def register(db: Database, urls: list[str]) -> None:
    """Register a source with one feed for each address."""
    with db.write() as conn:
        for number, url in enumerate(urls):
            known = Source(SourceId(f"bao-{number}"), f"Báo {number}", hosts=(address(number),))
            sources.ensure(conn, known)
            intakes.add(conn, known.source_id, "feed", url, allow_private=True, next_due=now())


def ours(db: Database, receivers: Sequence[Process], settings: Settings) -> dict[str, float]:
    """Poll all feeds and have read what they brought."""
    with db.write() as conn:
        for door in intakes.listed(conn):
            intakes.wake(conn, door.intake_id, now())
    wall, used = time.perf_counter(), cpu()
    with Fetcher(timeout=settings.http_timeout, max_bytes=settings.fetch_max_bytes) as fetcher:
        done = polling.drain(db, fetcher, now, settings, seconds=600)
        fetched = time.perf_counter() - wall, cpu() - used
    for receiver in receivers:
        receiver.tell("read")
    read = [json.loads(receiver.hear()) for receiver in receivers]
    spent = {"wall": time.perf_counter() - wall, "cpu": cpu() - used + sum(one["cpu"] for one in read)}
    spent |= {"failed": done.failures, "new": sum(one["new"] for one in read)}
    return spent | {"fetch_wall": fetched[0], "fetch_cpu": fetched[1]}


def main() -> None:
    """Run the rounds and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    urls = [f"http://{address(number)}:{_PORT}/rss/home.rss" for number in range(count)]
    told: dict[str, object] = {"feeds": count}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        venv.create(home / "venv", with_pip=True)
        python = str(home / "venv" / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", *_NEEDS], check=True)  # noqa: S603
        settings = Settings(host_gap=0, pages=False, data=home)
        db = open_database(settings.sql_url)
        db.migrate()
        register(db, urls)
        server = (sys.executable, str(_HERE / "poll_server.py"), str(count), str(_PORT))
        theirs = (python, "-P", str(_HERE / "poll_reader.py"), str(home / "reader.sqlite"), str(_WORKERS))
        receiver = (sys.executable, str(_HERE / "poll_receiver.py"), settings.sql_url)
        with running(*server) as serving, running(*theirs) as other, ExitStack() as stack:
            other.tell(" ".join(urls))
            receivers = [stack.enter_context(running(*receiver)) for _ in range(_RECEIVERS)]
            for one in (serving, *receivers):
                one.hear()
            for name, publishing in _ROUNDS:
                if publishing and name != "all_new":
                    serving.tell(publishing)
                    serving.hear()
                theirs_spent, ours_spent = [], []
                for _ in range(1 if publishing else _REPEATS):
                    other.tell("update")
                    theirs_spent.append(json.loads(other.hear()))
                    ours_spent.append(ours(db, receivers, settings))
                beside, mine = _median(theirs_spent), _median(ours_spent)
                told[name] = {
                    "ours": _rounded(mine),
                    "reader": _rounded(beside),
                    "times_wall": round(beside["wall"] / mine["wall"], 2),
                    "times_cpu": round(beside["cpu"] / mine["cpu"], 2),
                }
        db.close()
    print(json.dumps(told))


def _median(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Return the round of median wall time."""
    return sorted(rounds, key=lambda spent: spent["wall"])[len(rounds) // 2]


def _rounded(spent: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in spent.items()}


if __name__ == "__main__":
    main()
