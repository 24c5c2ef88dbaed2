"""Law 9 with real processes: four writers, one log, nothing lost, positions in commit order."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.store import Database, changes, export, stories
from tests.store.newsroom import emptied, evidence, news
from tests.store.tellings import draft, send, settled

pytestmark = pytest.mark.early

_WORKERS = 4
_ENTRIES = 120
_RECEIPTS = 120
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
_WORK_AT_ODDS = """
import sys, time
from datetime import timedelta
from pipeline.errors import Transient
from pipeline.stages import receive, settle
from pipeline.store import links, open_database, receipts
from tests.store.tellings import NOW, HandedOver
db = open_database(sys.argv[1])
clock = lambda: NOW + timedelta(seconds=time.monotonic())
waiting = True
while waiting:
    try:
        receive(db, HandedOver(), clock, limit=3, lease_seconds=3)
        settle(db, clock, limit=7, lease_seconds=3)
        with db.read() as conn:
            waiting = receipts.pending(conn) or links.unlinked_count(conn)
    except Transient:
        pass
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
    workers = _started(_WORK, database_url)
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


@pytest.mark.long_on_postgresql
def test_four_processes_tell_what_one_tells(db: Database, database_url: str) -> None:
    """Revisions, copies, excerpts and withdrawals of the same entries, read and linked at odds: same stories.

    Transactions that block each other are cut off by PostgreSQL; their receipts are read again.
    """
    told = news(seed=7, count=_RECEIPTS)
    for one in told:
        send(db, *one.drafts, source=one.source, at=one.at)
    workers = _started(_WORK_AT_ODDS, database_url)
    assert [0] * _WORKERS == [worker.wait(timeout=120) for worker in workers]
    with db.read() as conn:
        by_four = evidence(conn)
    emptied(db)
    for one in told:
        send(db, *one.drafts, source=one.source, at=one.at)
    settled(db)
    with db.read() as conn:
        by_one = evidence(conn)

    assert by_one == by_four
    assert max(len(face["tellings"]) for face in by_one["stories"].values()) > 1


def _started(work: str, database_url: str) -> list[subprocess.Popen[bytes]]:
    root = Path(__file__).parents[2]
    return [subprocess.Popen([sys.executable, "-c", work, database_url], cwd=root) for _ in range(_WORKERS)]
