"""A rebuild: searches answer all the time, it may be ended anywhere, and it needs room on the disk."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.store import Database, changes, leases
from search import standing
from search.disk import disk
from search.index import Index
from search.query import Query, search
from search.standing import Phase, Progress, Rebuild
from search.sync import NoNewIndex, rebuild, request_rebuild, sync
from tests.engine_fixtures import Lent
from tests.search.test_gate import looked
from tests.search.test_sync import NOW, clock, synced, tell

ROOT = Path(__file__).parents[2]


@pytest.mark.long_on_postgresql
def test_searches_answer_all_the_time(db: Database, index: Index) -> None:
    """Asked without pause through a rebuild with writes going on: never an error, never fewer stories."""
    tell(db, range(10))
    synced(db, index)
    over = threading.Event()
    totals: list[int] = []

    def ask() -> None:
        while not over.is_set():
            totals.append(search(index, Query()).total)
            assert search(index, Query(q="mh3x")).hits

    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask) for _ in range(2)]
        request_rebuild(db)
        number, rebuilt = 10, False
        while not rebuilt or number < 14:
            tell(db, range(number, number + 1))
            number += 1
            rebuilt = sync(db, index, NOW, limit=3).rebuilt or rebuilt
        synced(db, index)
        over.set()
        for one in asking:
            one.result()

    assert 10 == min(totals)
    assert len(totals) > number
    assert {} == looked(db, index)
    assert number == search(index, Query()).total


def test_how_far_it_is_can_be_told(store: Database, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each phase is told with what is done of how much; before it, until when another has the index."""
    tell(store, range(9))
    synced(store, index)
    monkeypatch.setattr("search.sync._PATIENCE", 0.0)
    other = leases.acquire(store, standing.CURSOR, 0.5, datetime.now(UTC))
    assert other is not None
    told: list[Progress] = []
    waits: list[datetime] = []
    done = rebuild(store, index, lambda: datetime.now(UTC), limit=4, told=told.append, waits=waits.append)
    with store.read() as conn:
        after = standing.progress(conn)

    assert done.rebuilt
    assert [other.until] == waits
    assert [Progress(Phase.FILLING, 4, 9), Progress(Phase.FILLING, 8, 9)] == told[:2]
    assert Progress(Phase.SWAPPING, 1, 1) == told[-1]
    assert after is None


def test_following_is_counted_from_where_it_began(store: Database) -> None:
    """Of the changes since the new index was begun, those that it was told."""
    tell(store, range(6))
    with store.write() as conn:
        head = changes.head(conn)
        standing.keep(conn, Rebuild("a--b", "", seq=head - 1, full=True, begun=head - 4))
        seen = standing.progress(conn)

    assert Progress(Phase.FOLLOWING, 3, 4) == seen


def test_one_that_was_interrupted_goes_on(store: Database, index: Index) -> None:
    """The command again copies only what was not copied before."""
    tell(store, range(9))
    synced(store, index)
    request_rebuild(store)
    first = sync(store, index, NOW, limit=6)
    done = rebuild(store, index, clock, limit=6)

    assert 6 == first.indexed
    assert (3, True) == (done.indexed, done.rebuilt)
    assert {} == looked(store, index)


def test_kill_9_in_the_middle_is_gone_on_with(tmp_path: Path, store: Database, meilisearch: Lent) -> None:
    """A process that builds is killed in a step; another one ends it at once, and searches never stopped."""
    index = Index(meilisearch.url, meilisearch.key, f"k{tmp_path.name}".lower().replace("_", "-"))
    tell(store, range(12))
    synced(store, index)
    script = (
        "import sys, time; from datetime import UTC, datetime\n"
        "from pipeline.store import leases, open_database\n"
        "from search.index import Index; from search import standing, sync\n"
        "db, index = open_database(sys.argv[1]), Index(*sys.argv[2:5])\n"
        "sync.request_rebuild(db)\n"
        "sync.sync(db, index, datetime.now(UTC), limit=5)\n"
        "leases.acquire(db, standing.CURSOR, 3600, datetime.now(UTC))\n"
        "print('begun', flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, store.url, meilisearch.url, meilisearch.key, index.name]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as builder:
        assert builder.stdout is not None
        assert "begun\n" == builder.stdout.readline()
        builder.send_signal(signal.SIGKILL)
    answered = search(index, Query()).total
    with store.read() as conn:
        left = standing.state(conn).rebuild
    done = rebuild(store, index, lambda: datetime.now(UTC), limit=5)
    faults = looked(store, index)
    index.drop(index.name)

    assert 12 == answered
    assert left is not None
    assert 5 == left.filled
    assert (7, True, {}) == (done.indexed, done.rebuilt, faults)


def test_a_disk_without_room_is_told_with_figures(store: Database, cramped: Index, small_disk: Path) -> None:
    """Less than twice the present size free: refused before anything is built; with room it goes on."""
    index = cramped
    tell(store, range(3))
    synced(store, index)
    seen = disk(small_disk)
    assert seen is not None
    with (small_disk / "rubbish").open("wb") as file:
        file.truncate(0)
        os.posix_fallocate(file.fileno(), 0, seen.free - index.size())
    request_rebuild(store)
    with pytest.raises(NoNewIndex, match=r"bytes are free, [\d,]+ are needed"):
        sync(store, index, NOW)
    with store.read() as conn:
        trouble = standing.trouble(conn)
    answered, others = search(index, Query()).total, index.others()
    (small_disk / "rubbish").unlink()
    done = synced(store, index)
    with store.read() as conn:
        healed = standing.trouble(conn)

    assert "no room" in trouble
    assert (3, []) == (answered, others)
    assert (True, "") == (done.rebuilt, healed)
