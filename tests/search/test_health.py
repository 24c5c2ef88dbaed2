"""Whether the index is well: real engines that are away, full, or slow; and the alarms."""

import os
import random
import socket
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.config import Settings
from pipeline.errors import EngineUnavailable
from pipeline.store import Database, indexing
from search import health
from search.disk import disk
from search.health import Alarm, Limits, Seen, alarms, look
from search.index import Index
from search.query import Query, search
from search.sync import sync
from tests.engine_fixtures import Lent
from tests.search.test_gate import looked
from tests.search.test_sync import NOW, synced, tell

LIMITS = Limits(least_disk=1_000, task_seconds=300, lag_seconds=300)
PATIENCE = 60  # seconds until a wait is called a failure; a failed batch is tried again every ten


@pytest.mark.parametrize(
    ("seen", "raised"),
    [
        (Seen(), set()),
        (Seen(free=1_000, oldest_seconds=300, lag_seconds=300), set()),
        (Seen(free=999), {Alarm.DISK}),
        (Seen(oldest_seconds=301), {Alarm.TASK}),
        (Seen(lag_seconds=301, behind=9), {Alarm.LAG}),
        (Seen(failed=1, failure="no_space_left_on_device: …"), {Alarm.FAILED}),
        (Seen(away="nobody", trouble="no room"), {Alarm.AWAY, Alarm.REBUILD}),
    ],
)
def test_each_figure_beyond_its_limit_is_an_alarm(seen: Seen, raised: set[Alarm]) -> None:
    """At the limit all is well; behind it there is one alarm a figure, which says the figure."""
    found = alarms(seen, LIMITS)

    assert raised == set(found)
    assert all(found.values())


def test_a_well_index_is_seen_with_its_figures(store: Database, index: Index) -> None:
    """Documents, sizes, what is behind, what is refused; nothing is an alarm."""
    tell(store, range(3))
    synced(store, index)
    with store.write() as conn:
        indexing.refuse(conn, [("x", "too large")], "a form", NOW)
    seen = look(store, index, datetime.now(UTC))

    assert ("", 3, 0, 0, 1) == (seen.away, seen.documents, seen.behind, seen.nudges, seen.refused)
    assert seen.size > 0
    assert seen.free is None
    assert {} == of_this(seen)


def test_an_engine_that_is_away_is_seen(store: Database, tmp_path: Path) -> None:
    """Nobody answers: that is the alarm, and what SQL and the disk say is seen all the same."""
    tell(store, range(2))
    nobody = Index("http://127.0.0.1:9", "key", "nobody", folder=tmp_path)
    seen = look(store, nobody, NOW + timedelta(hours=2))

    assert {Alarm.AWAY, Alarm.LAG} == set(alarms(seen, LIMITS))
    assert "nobody can be reached at http://127.0.0.1:9" == seen.away
    assert seen.free is not None
    assert seen.behind > 0


def test_an_engine_that_hangs_is_seen_in_our_words(store: Database) -> None:
    """It takes connections and never answers: one time limit, one sentence."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        hung = Index(f"http://127.0.0.1:{deaf.getsockname()[1]}", "key", "nobody", timeout=1)
        seen = look(store, hung, NOW)

    assert "Meilisearch cannot be asked: no answer within 1 s" == alarms(seen, LIMITS)[Alarm.AWAY]


def test_a_task_that_waits_is_seen_with_its_age(store: Database, index: Index, meilisearch: Lent) -> None:
    """While a large batch is worked on, its age is known, and beyond the limit it is an alarm."""
    index.build(index.name)
    hasty = Index(meilisearch.url, meilisearch.key, index.name, patience=0)
    with suppress(EngineUnavailable):
        hasty.write(index.name, [{"id": f"s{n}", "body": words(n, 500)} for n in range(100)])
    seen = look(store, index, datetime.now(UTC) + timedelta(minutes=10))
    index.drop(index.name)

    assert seen.waiting > 0
    assert seen.oldest_seconds > 300
    assert {Alarm.TASK} == set(of_this(seen))


def of_this(seen: Seen) -> dict[Alarm, str]:
    """Return the alarms but that of failed tasks, which other tests have the same engine raise."""
    return alarms(replace(seen, failed=0), LIMITS)


def words(seed: int, count: int) -> str:
    """Return so many words that no other text has."""
    drawn = random.Random(seed)
    return " ".join(f"a{drawn.getrandbits(24):x}" for _ in range(count))


def test_an_alarm_is_told_when_it_begins_hourly_and_not_in_between(store: Database) -> None:
    """Since when it lasts is kept; so is when it was told."""
    nobody = Index("http://127.0.0.1:9", "key", "nobody")
    told, since = [], set()
    for minutes in (0, 1, 59, 60, 61):
        now = NOW + timedelta(minutes=minutes)
        found, telling = health.news(health.watched(store, nobody, LIMITS, now), now)
        with store.write() as conn:
            health.keep(conn, found)
            assert found == health.kept(conn)
        told.append(set(telling))
        since |= {one.since for one in found.alarms.values()}

    assert [{Alarm.AWAY}, set(), set(), {Alarm.AWAY}, set()] == told
    assert {NOW} == since


def test_a_lag_tells_what_failed_since(store: Database, index: Index, meilisearch: Lent) -> None:
    """Where Meilisearch answers and every step fails, its answer stands in the alarm; an old one does not."""
    refused, later = (
        Index(meilisearch.url, "none of it", index.name),
        datetime.now(UTC) + timedelta(minutes=6),
    )
    tell(store, range(2))
    said = []
    for at in (datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC)):
        with pytest.raises(EngineUnavailable, match="invalid_api_key"):
            sync(store, refused, at)
        said.append(of_this(look(store, index, later))[Alarm.LAG])

    assert said[0].endswith("2 changes behind")
    assert "2 changes behind; the last step failed: 403 invalid_api_key" in said[1]


def test_what_was_never_looked_at_is_no_alarm(store: Database, tmp_path: Path) -> None:
    """A first start is quiet; later silence of upkeep is not, unless it is set to look more rarely."""
    rarely = Settings(data=tmp_path, sweep_seconds=60)
    with store.write() as conn:
        first = health.shown(conn, Settings(data=tmp_path), NOW)
        health.keep(conn, health.Watched(Seen(), {}, NOW))
        soon = health.shown(conn, Settings(data=tmp_path), NOW + timedelta(minutes=5))
        late = health.shown(conn, Settings(data=tmp_path), NOW + timedelta(minutes=6))
        still = health.shown(conn, rarely, NOW + timedelta(minutes=60))

    assert [set(), set(), {Alarm.UNWATCHED}, set()] == [set(one.alarms) for one in (first, soon, late, still)]


def test_a_full_disk_loses_nothing(store: Database, cramped: Index, small_disk: Path) -> None:
    """Full while stories come: none is called refused, searches go on, and with room again all catches up."""
    index = cramped
    tell(store, range(3))
    synced(store, index)
    fill(small_disk / "rubbish", leave=0)
    tell(store, range(3, 20))
    with pytest.raises(EngineUnavailable, match="disk may be full"):
        sync(store, index, NOW)
    raised = alarms(look(store, index, datetime.now(UTC)), LIMITS)
    answered = search(index, Query()).total
    with store.read() as conn:
        refused = indexing.refusal_count(conn)
    (small_disk / "rubbish").unlink()
    catch_up(store, index)
    faults, total = looked(store, index), search(index, Query()).total

    assert Alarm.DISK in raised
    assert (3, 0) == (answered, refused)
    assert ({}, 20) == (faults, total)


@pytest.mark.long
def test_a_batch_that_meets_a_full_disk_is_seen_and_got_over(
    store: Database, cramped: Index, small_disk: Path
) -> None:
    """Meilisearch calls itself available while a batch fails again and again: disk and task tell."""
    index = cramped
    tell(store, range(3))
    synced(store, index)
    hasty = Index(cramped._url, cramped._key, "others", patience=0)
    with pytest.raises(EngineUnavailable, match="not done"):
        hasty.write("others", [{"id": f"s{n}", "body": words(n, 700)} for n in range(400)])
    until, rubbish, raised = time.monotonic() + PATIENCE, 0, dict[Alarm, str]()
    while not {Alarm.TASK, Alarm.FAILED} & raised.keys() and time.monotonic() < until:
        rubbish += 1
        fill(small_disk / f"rubbish{rubbish}", leave=0)  # again: what the batch used comes free
        raised = alarms(look(store, index, datetime.now(UTC)), Limits(1_000_000, 3, 300))
    with index.client() as client:
        says = client.health()["status"]
    for one in small_disk.glob("rubbish*"):
        one.unlink()
    tell(store, range(3, 6))
    catch_up(store, index)

    assert "available" == says
    assert Alarm.DISK in raised
    assert {} == looked(store, index)


def fill(file: Path, leave: int) -> None:
    """Fill a disk but for so many bytes."""
    seen = disk(file.parent)
    assert seen is not None
    with file.open("wb") as rubbish:
        if seen.free > leave:
            os.posix_fallocate(rubbish.fileno(), 0, seen.free - leave)


def catch_up(db: Database, index: Index) -> None:
    """Call `sync` as workers do until all is told."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(EngineUnavailable):
            if not sync(db, index, NOW).more:
                return
        time.sleep(0.1)
