"""Deliveries outward: claimed, made one at a time to a host, tried again, written down."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.deliver import PING, Drained, Errand, Failure, Maker, Pings, again, drain, ping_hub
from pipeline.fetch import Fetcher
from pipeline.store import Database, deliveries, leases
from pipeline.store.deliveries import Delivery
from tests.pipeline.receivers import Receiver, receiving

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
TOPICS = ["https://tin.example/feeds/all.atom", "https://tin.example/feeds/all.rss"]


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """A client with little patience."""
    with Fetcher(timeout=2, max_bytes=100_000) as made:
        yield made


def drained(db: Database, fetcher: Fetcher, at: datetime = NOW) -> Drained:
    """Deliver what is due at a moment."""
    return drain(db, fetcher, {PING: Pings()}, lambda: at, seconds=10, lease_seconds=60)


def topics(receiver: Receiver) -> list[str]:
    """Return what a hub was told of."""
    return [got.body.decode().rpartition("hub.topic=")[2] for got in receiver.got]


def test_a_hub_is_told_once(db: Database, fetcher: Fetcher) -> None:
    """What is wanted twice is told once, one request at a time; a later change is told again."""
    with receiving() as hub:
        ping_hub(db, hub.url, TOPICS, lambda: NOW)
        ping_hub(db, hub.url, TOPICS[:1], lambda: NOW)
        first = drained(db, fetcher)
        ping_hub(db, hub.url, TOPICS[:1], lambda: NOW)
        second = drained(db, fetcher)

    assert (Drained(2, 2, more=False), Drained(1, 1, more=False)) == (first, second)
    assert 3 == len(topics(hub))
    assert 1 == hub.most_at_once


def test_a_failure_is_tried_again_and_told_of(db: Database, fetcher: Fetcher) -> None:
    """It waits, keeps its place however often it is wanted meanwhile, and what failed is in the log."""
    with receiving() as hub:
        hub.statuses = [503, 204]
        ping_hub(db, hub.url, TOPICS[:1], lambda: NOW)
        drained(db, fetcher)
        ping_hub(db, hub.url, TOPICS[:1], lambda: NOW)
        at_once = drained(db, fetcher)
        later = drained(db, fetcher, NOW + timedelta(seconds=10))

    assert (0, 1) == (at_once.attempts, later.arrived)
    with db.read() as conn:
        [good, bad] = deliveries.attempts(conn, 10)
        [stands] = deliveries.standing(conn, 10)
    assert (204, "") == (good.status, good.reason)
    assert (503, "HTTP 503") == (bad.status, bad.reason)
    assert ("told", 0, None) == (stands.state, stands.attempts, stands.failing_since)


def test_nobody_reached_is_no_crash(db: Database, fetcher: Fetcher) -> None:
    """A port where nobody listens, a name that is none: a reason, without the address."""
    ping_hub(db, "http://127.0.0.9:9/secret-path", TOPICS[:1], lambda: NOW)
    drained(db, fetcher)

    with db.read() as conn:
        [tried] = deliveries.attempts(conn, 10)
    assert tried.status is None
    assert tried.reason
    assert "secret-path" not in tried.reason


def test_who_hangs_holds_up_nobody(db: Database, fetcher: Fetcher) -> None:
    """With as many hanging hosts as there are hands for those that failed, the others are told."""
    with ExitStack() as stack:
        slow = [stack.enter_context(receiving(f"127.0.1.{number}")) for number in range(1, 7)]
        quick = stack.enter_context(receiving("127.0.2.1"))
        for one in slow:
            one.statuses = [500]
            ping_hub(db, one.url, TOPICS[:1], lambda: NOW)
        drained(db, fetcher)
        for one in slow:
            one.hangs = 0.6
        ping_hub(db, quick.url, TOPICS, lambda: NOW + timedelta(minutes=1))
        drained(db, fetcher, NOW + timedelta(minutes=2))

    with db.read() as conn:
        order = [one.host for one in reversed(deliveries.attempts(conn, 8))]
    assert 2 == len(quick.got)
    assert [quick.url.split("/")[2]] * 2 == order[:2]


class Faulty:
    """A maker with a fault of its own."""

    def errand(self, db: Database, one: Delivery, now: datetime) -> Errand | None:  # noqa: ARG002
        """Fail as nobody foresaw."""
        raise ValueError("max() arg is an empty sequence")


def test_a_fault_of_ours_holds_up_nobody(db: Database, fetcher: Fetcher) -> None:
    """What cannot be made for a reason that nobody foresaw is put off and shown; the rest is told."""
    with receiving() as hub:
        with db.write() as conn:
            deliveries.want(conn, "faulty", "https://a.example/", "t", "a.example", NOW)
        ping_hub(db, hub.url, TOPICS, lambda: NOW)
        makers: dict[str, Maker] = {PING: Pings(), "faulty": Faulty()}
        done = drain(db, fetcher, makers, lambda: NOW, seconds=10, lease_seconds=60)

    with db.read() as conn:
        [bad] = [one for one in deliveries.attempts(conn, 10) if one.reason]
        [waits] = [one for one in deliveries.standing(conn, 10) if one.attempts]
    assert (3, 2, 2) == (done.attempts, done.arrived, len(hub.got))
    assert "fault of ours: ValueError" == bad.reason
    assert "due" == waits.state


def test_a_claim_runs_out(db: Database, fetcher: Fetcher) -> None:
    """What a killed process had claimed is told when its claim is over, or when the next `up` forgets it."""
    with receiving() as hub:
        ping_hub(db, hub.url, TOPICS, lambda: NOW)
        with db.write() as conn:
            [claimed] = deliveries.claim(conn, NOW, 60, 8, 4)
        during = drained(db, fetcher)
        after = drained(db, fetcher, NOW + timedelta(seconds=61))
        ping_hub(db, hub.url, TOPICS, lambda: NOW)
        with db.write() as conn:
            deliveries.claim(conn, NOW, 600, 8, 4)
            leases.forget(conn)
        forgotten = drained(db, fetcher, NOW + timedelta(seconds=62))

    assert hub.url == claimed.target
    assert (0, 2, 2) == (during.arrived, after.arrived, forgotten.arrived)


def test_what_is_wanted_under_way_is_told_again(db: Database) -> None:
    """A change that comes while its delivery is made is due afterwards, and not lost."""
    with db.write() as conn:
        deliveries.want(conn, "k", "t", "", "h", NOW)
        [one] = deliveries.claim(conn, NOW, 60, 8, 4)
        deliveries.want(conn, "k", "t", "", "h", NOW)
        deliveries.told(conn, one, NOW, more=False)
        [again_] = deliveries.claim(conn, NOW, 60, 8, 4)
        deliveries.told(conn, again_, NOW, more=False)

        assert [] == deliveries.claim(conn, NOW, 60, 8, 4)


def test_the_log_keeps_the_last_attempts(db: Database) -> None:
    """Twenty of each delivery, the newest."""
    with db.write() as conn:
        deliveries.want(conn, "k", "t", "", "h", NOW)
        [one] = deliveries.claim(conn, NOW, 60, 8, 4)
        for number in range(25):
            deliveries.log(conn, one, NOW, 500, number, "HTTP 500")
        kept = [tried.ms for tried in deliveries.attempts(conn, 100)]

    assert list(range(24, 4, -1)) == kept


@given(st.integers(1, 60), st.floats(0, 0.999), st.none() | st.floats(0, 1e9))
def test_waits_grow_and_end(attempts: int, chance: float, asked: float | None) -> None:
    """Seconds at first, hours at last, never less than asked for within reason, nothing after three days."""
    patience = timedelta(days=3)
    due = again(Failure(503, "", asked, attempts, NOW), NOW, patience, chance)

    assert due is not None
    assert timedelta(seconds=5) <= due - NOW <= timedelta(hours=7.5)
    assert asked is None or due - NOW >= min(timedelta(seconds=asked), timedelta(hours=6))
    assert again(Failure(503, "", asked, attempts, NOW - patience), NOW, patience, chance) is None


def test_waits_grow() -> None:
    """Each is longer than the one before, up to the longest."""
    waits = [again(Failure(None, "", None, n, NOW), NOW, timedelta(days=3), 0) for n in range(1, 10)]

    assert all(a < b for a, b in pairwise(one for one in waits[:8] if one))
    assert waits[7] == waits[8]
