"""Polling a feed: what a poll keeps, and what it leaves alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from pipeline.config import Settings
from pipeline.errors import LeaseLost
from pipeline.fetch import Fetcher
from pipeline.polling import poll
from pipeline.store import Database, intakes, leases, receipts, sources
from tests.store.tellings import NOW, PAPER, clock
from tests.web_server import Answer, serving


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """A client."""
    with Fetcher(timeout=2, max_bytes=100_000) as made:
        yield made


def opened(db: Database, url: str) -> int:
    """Register a feed that is due."""
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        return intakes.add(conn, PAPER.source_id, "feed", url, allow_private=True, next_due=NOW)


def made_due(db: Database, intake_id: int, at: datetime = NOW) -> None:
    """Make a feed due again."""
    with db.write() as conn:
        intakes.wake(conn, intake_id, at)


def test_a_poll_keeps_bytes_and_validators(db: Database, fetcher: Fetcher) -> None:
    """The first poll makes a receipt; the next is conditional and makes none."""

    def answer(_path: str, headers: dict[str, str]) -> Answer:
        if headers.get("if-none-match") == '"v1"':
            return Answer(304)
        return Answer(body=b"<rss/>", headers={"ETag": '"v1"'})

    with serving(answer) as server:
        feed = opened(db, server.url)
        assert poll(db, fetcher, feed, clock, Settings())
        assert not poll(db, fetcher, feed, clock, Settings())  # not due any more
        made_due(db, feed)
        assert not poll(db, fetcher, feed, clock, Settings())

        assert 2 == len(server.seen)
    with db.read() as conn:
        assert 1 == receipts.pending(conn)
        seen = intakes.get(conn, feed)
        assert seen is not None
        assert (304, '"v1"', 0) == (seen.status, seen.etag, seen.failures)


def test_the_same_bytes_are_no_news(db: Database, fetcher: Fetcher) -> None:
    """A server without validators that sends the same body again makes no second receipt."""
    with serving(lambda _path, _headers: Answer(body=b"<rss/>")) as server:
        feed = opened(db, server.url)
        poll(db, fetcher, feed, clock, Settings())
        made_due(db, feed)
        poll(db, fetcher, feed, clock, Settings())

    with db.read() as conn:
        assert 1 == receipts.pending(conn)


def test_a_failure_backs_off(db: Database, fetcher: Fetcher) -> None:
    """A failing feed is written down with the reason and waits at least as long as it was asked to."""
    with serving(lambda _path, _headers: Answer(503, headers={"Retry-After": "7200"})) as server:
        feed = opened(db, server.url)
        assert not poll(db, fetcher, feed, clock, Settings())

    with db.read() as conn:
        seen = intakes.get(conn, feed)
    assert seen is not None
    assert (503, 1) == (seen.status, seen.failures)
    assert seen.next_due is not None
    assert seen.next_due >= NOW + timedelta(seconds=7200)
    assert "HTTP 503" in seen.error


def test_claims_of_the_dead_can_be_forgotten(db: Database) -> None:
    """Whoever starts alone frees claims and leases at once; a holder that lives is turned away."""
    feed = opened(db, "http://x.example/")
    held = leases.acquire(db, "link", 60, NOW)
    assert held is not None
    with db.write() as conn:
        intakes.claim(conn, feed, NOW, 60)
    with db.write() as conn:
        leases.forget(conn)

    assert leases.acquire(db, "link", 60, NOW) is not None
    with db.write() as conn:
        assert [feed] == intakes.due(conn, NOW, 10)
        with pytest.raises(LeaseLost):
            leases.fence(conn, held)


def test_one_claim_a_poll(db: Database) -> None:
    """A feed that somebody polls is not due for anybody else."""
    feed = opened(db, "http://x.example/")
    with db.write() as conn:
        assert intakes.claim(conn, feed, NOW, 60) is not None
    with db.write() as conn:
        assert intakes.claim(conn, feed, NOW, 60) is None
        assert [] == intakes.due(conn, NOW, 10)
        assert [feed] == intakes.due(conn, NOW + timedelta(seconds=61), 10)
