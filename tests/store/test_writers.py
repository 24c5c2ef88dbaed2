"""Law 9 with real processes: four writers, one log, nothing lost, positions in commit order."""

import subprocess
import sys
from pathlib import Path

from pipeline.store import Database, changes, export, stories
from tests.store.tellings import draft, send

_WORKERS = 4
_ENTRIES = 120
_WORK = """
import sys
from pipeline.stages import receive, settle
from pipeline.store import open_database
from tests.store.tellings import HandedOver, clock
db = open_database(sys.argv[1])
idle = 0
while idle < 25:
    done = receive(db, HandedOver(), clock, limit=3)
    linked = settle(db, clock, limit=7)
    idle = 0 if done.receipts or linked.entries else idle + 1
"""


def body(number: int) -> str:
    """Return a text that shares no five words with another number's."""
    words = [f"chữ{number}x{position}" for position in range(40)]
    return " ".join(words)


def test_four_processes_lose_and_double_nothing(db: Database, database_url: str) -> None:
    """Each pair of receipts about one event becomes one story, and a reader sees every log row once."""
    for number in range(_ENTRIES):
        send(db, draft(f"a{number}", f"Tin {number}", body(number)))
        send(db, draft(f"b{number}", f"Bản {number}", body(number)))
    command = [sys.executable, "-c", _WORK, database_url]
    root = Path(__file__).parents[2]
    workers = [subprocess.Popen(command, cwd=root) for _ in range(_WORKERS)]
    seen: list[int] = []
    while any(worker.poll() is None for worker in workers) or not seen:
        with db.read() as conn:
            seen += [change.seq for change in changes.after(conn, seen[-1] if seen else 0, 1_000)]
    with db.read() as conn:
        seen += [change.seq for change in changes.after(conn, seen[-1], 10_000)]
        every = [change.seq for change in changes.after(conn, 0, 100_000)]
        homes: dict[str, set[str]] = {}
        for line in export.lines(conn):
            homes.setdefault(line["story_id"], set()).add(line["external_id"])
        living = stories.count(conn)

    assert [0] * _WORKERS == [worker.returncode for worker in workers]
    assert every == seen
    assert {frozenset({f"a{number}", f"b{number}"}) for number in range(_ENTRIES)} == set(
        map(frozenset, homes.values())
    )
    assert _ENTRIES == living
