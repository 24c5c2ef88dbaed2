"""Polling: one request a host at a time, what a poll keeps, and what it leaves alone."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pipeline.config import Settings
from pipeline.errors import LeaseLost
from pipeline.fetch import Fetched, Fetcher
from pipeline.model import Form
from pipeline.polling import Drained, drain, is_due
from pipeline.store import Database, counters, hosts, intakes, leases, receipts, sources
from pipeline.store.intakes import Intake
from pipeline.store.schema import source
from tests.store.tellings import NOW, PAPER, clock
from tests.web_server import Answer, Server, serving

FEED = b"<rss><channel><title>Tin</title></channel></rss>"
RULES = ("/robots.txt", "/.well-known/tdmrep.json")
Answering = Callable[[str, dict[str, str]], Answer]


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """A client."""
    with Fetcher(timeout=2, max_bytes=100_000) as made:
        yield made


def unruled(answer: Answering) -> Answering:
    """Answer for a host that publishes no rules."""
    return lambda path, headers: Answer(404) if path in RULES else answer(path, headers)


def opened(db: Database, url: str, due: datetime = NOW) -> int:
    """Register a feed that is due."""
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        return intakes.add(conn, PAPER.source_id, "feed", url, allow_private=True, next_due=due)


def polled(db: Database, fetcher: Fetcher, at: datetime = NOW, **more: object) -> Drained:
    """Poll all that is due at a time."""
    settings = Settings(host_gap=0, **more)  # type: ignore[arg-type]
    return drain(db, fetcher, lambda: at, settings, seconds=10)


def made_due(db: Database, intake_id: int, at: datetime = NOW) -> None:
    """Make a feed due again."""
    with db.write() as conn:
        intakes.wake(conn, intake_id, at)


def door(db: Database, intake_id: int) -> Intake:
    """Return a feed as it stands."""
    with db.read() as conn:
        found = intakes.get(conn, intake_id)
    assert found is not None
    return found


def asked(server: Server) -> list[dict[str, str]]:
    """Return the headers of the requests that were not for rules."""
    return [headers for _, path, headers, _ in server.seen if path not in RULES]


def test_a_poll_keeps_bytes_and_validators(db: Database, fetcher: Fetcher) -> None:
    """The first poll makes a receipt; the next is conditional and makes none."""

    def answer(_path: str, headers: dict[str, str]) -> Answer:
        if headers.get("if-none-match") == '"v1"':
            return Answer(304)
        return Answer(body=FEED, headers={"ETag": '"v1"'})

    with serving(unruled(answer)) as server:
        feed = opened(db, server.url)
        assert 1 == polled(db, fetcher).receipts
        assert Drained() == polled(db, fetcher)  # not due any more
        made_due(db, feed)
        assert Drained(polls=1) == polled(db, fetcher)

        assert [None, '"v1"'] == [one.get("if-none-match") for one in asked(server)]
        assert not any("cookie" in one or "referer" in one for one in asked(server))
    with db.read() as conn:
        assert 1 == receipts.pending(conn)
    assert (304, '"v1"', 0) == (door(db, feed).status, door(db, feed).etag, door(db, feed).failures)


@pytest.mark.parametrize(("status", "body"), [(206, b"<rss/>"), (204, b""), (200, b" ")])
def test_what_is_no_whole_document_is_a_failure(
    db: Database, fetcher: Fetcher, status: int, body: bytes
) -> None:
    """A part, nothing, or white space makes no receipt and is told as it is."""
    with serving(lambda _path, _headers: Answer(status, body=body)) as server:
        feed = opened(db, server.url)
        assert 1 == polled(db, fetcher).failures

    with db.read() as conn:
        assert 0 == receipts.pending(conn)
    assert f"HTTP {status} without a whole document" in door(db, feed).error


def test_the_same_bytes_are_no_news(db: Database, fetcher: Fetcher) -> None:
    """A server without validators that sends the same body again makes no second receipt."""
    with serving(unruled(lambda _path, _headers: Answer(body=FEED))) as server:
        feed = opened(db, server.url)
        polled(db, fetcher)
        made_due(db, feed)
        polled(db, fetcher)

    with db.read() as conn:
        assert 1 == receipts.pending(conn)


def test_a_failure_backs_off(db: Database, fetcher: Fetcher) -> None:
    """A failing feed is written down with the reason and waits at least as long as it was asked to."""
    busy = Answer(503, headers={"Retry-After": "7200"})
    with serving(unruled(lambda _path, _headers: busy)) as server:
        feed = opened(db, server.url)
        assert 1 == polled(db, fetcher).failures

    seen = door(db, feed)
    assert (503, 1) == (seen.status, seen.failures)
    assert seen.next_due is not None
    assert seen.next_due >= NOW + timedelta(seconds=7200)
    assert "HTTP 503" in seen.error
    with db.read() as conn:
        rested = hosts.get(conn, seen.host)
    assert rested is not None
    assert rested.free_at == NOW + timedelta(hours=1)  # the whole host rests


def test_a_gone_feed_is_asked_again_in_the_end(db: Database, fetcher: Fetcher) -> None:
    """410 waits for a day at first and for a week at most, remembers since when, and ends with a 200."""
    told = [Answer(410)]
    with serving(unruled(lambda _path, _headers: told[0])) as server:
        feed = opened(db, server.url)
        at, waits = NOW, []
        for _ in range(6):
            polled(db, fetcher, at)
            due = door(db, feed).next_due
            assert due is not None
            waits.append(due - at)
            at = due
        assert timedelta(hours=21) < waits[0] < timedelta(hours=27)
        assert timedelta(days=6) < waits[-1] <= timedelta(days=7)
        assert NOW == door(db, feed).gone_since

        told[0] = Answer(body=FEED)
        polled(db, fetcher, at)
    assert (None, 0, "") == (door(db, feed).gone_since, door(db, feed).failures, door(db, feed).error)


def test_one_request_at_a_time_a_host(db: Database, fetcher: Fetcher) -> None:
    """Feeds of one host are asked one after the other, those of two hosts at the same time."""
    at_once, most = [0], [0]
    lock = threading.Lock()

    def answer(_path: str, _headers: dict[str, str]) -> Answer:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.02)
        with lock:
            at_once[0] -= 1
        return Answer(body=FEED)

    with serving(unruled(answer)) as server:
        for number in range(4):
            opened(db, f"{server.url}/{number}")
        assert 4 == polled(db, fetcher).polls
    assert 1 == most[0]


@pytest.mark.long
def test_the_gap_between_two_requests(db: Database, fetcher: Fetcher) -> None:
    """A host that was just asked is left alone for the gap, or for its crawl-delay if that is longer."""
    robots = Answer(body=b"User-agent: *\nCrawl-delay: 30\n")
    with serving(lambda path, _: robots if path == "/robots.txt" else Answer(body=FEED)) as server:
        feed = opened(db, server.url)
        settings = Settings(host_gap=20)
        assert Drained(rules=1) == drain(db, fetcher, clock, settings, seconds=10)
        assert Drained() == drain(db, fetcher, lambda: NOW + timedelta(seconds=6), settings, seconds=10)

        later = NOW + timedelta(seconds=25)
        assert 1 == drain(db, fetcher, lambda: later, settings, seconds=10).polls
    with db.read() as conn:
        known = hosts.get(conn, door(db, feed).host)
    assert known is not None
    assert later + timedelta(seconds=30) == known.free_at


def test_a_slow_host_holds_up_no_other(db: Database) -> None:
    """While one host lets us wait, what the others answered is written down already."""
    ended = threading.Event()

    def slow(_path: str, _headers: dict[str, str]) -> Answer:
        ended.wait(5)
        return Answer(body=FEED)

    with (
        serving(unruled(slow)) as late,
        serving(unruled(lambda _path, _headers: Answer(body=FEED))) as quick,
        Fetcher(timeout=6, max_bytes=1_000) as fetcher,
    ):
        slow_feed, quick_feed = opened(db, late.url), opened(db, quick.url)
        settings = Settings(host_gap=0)
        working = threading.Thread(target=drain, args=(db, fetcher, clock, settings), kwargs={"seconds": 10})
        working.start()
        until = time.monotonic() + 5
        while door(db, quick_feed).succeeded_at is None and time.monotonic() < until:
            time.sleep(0.01)

        assert NOW == door(db, quick_feed).succeeded_at
        assert door(db, slow_feed).succeeded_at is None
        ended.set()
        working.join()
    assert NOW == door(db, slow_feed).succeeded_at


def test_robots_txt_is_respected(db: Database, fetcher: Fetcher) -> None:
    """A disallowed address is not fetched, says why, and is fetched when the rules allow it."""
    robots = [b"User-agent: TinTinh\nDisallow: /rss\n"]

    def answer(path: str, _headers: dict[str, str]) -> Answer:
        return Answer(body=robots[0]) if path == "/robots.txt" else Answer(body=FEED)

    with serving(answer) as server:
        feed = opened(db, f"{server.url}/rss/home.rss")
        polled(db, fetcher)

        assert [] == asked(server)
        assert "robots.txt forbids this address" in door(db, feed).error
        robots[0] = b""
        made_due(db, feed, NOW + timedelta(days=1))
        polled(db, fetcher, NOW + timedelta(days=1))
        assert 1 == len(asked(server))
    assert "" == door(db, feed).error


def test_robots_txt_that_is_not_answered(db: Database, fetcher: Fetcher) -> None:
    """A host that answers robots.txt with 5xx is not asked for anything else."""
    down = {"/robots.txt": Answer(500)}
    with serving(lambda path, _headers: down.get(path, Answer(body=FEED))) as server:
        feed = opened(db, server.url)
        polled(db, fetcher)

        assert [] == asked(server)
    assert "robots.txt was not answered: HTTP 500" in door(db, feed).error


def test_our_own_refusal_is_no_word_of_the_host(db: Database, fetcher: Fetcher) -> None:
    """A private address without leave is no host without rules: nothing is kept, and leave is enough."""
    rules = Answer(body=b"User-agent: *\nDisallow: /\n")
    with serving(lambda path, _: rules if path == "/robots.txt" else Answer(body=FEED)) as server:
        with db.write() as conn:
            sources.ensure(conn, PAPER)
            feed = intakes.add(conn, PAPER.source_id, "feed", f"{server.url}/rss", next_due=NOW)
        assert 1 == polled(db, fetcher).failures
        with db.read() as conn:
            known = hosts.get(conn, door(db, feed).host)
        assert known is not None
        assert (None, None) == (known.robots_at, known.robots_status)
        assert "not a public address" in door(db, feed).error
        with db.write() as conn:
            intakes.add(conn, PAPER.source_id, "feed", f"{server.url}/rss", allow_private=True)
        made_due(db, feed)
        polled(db, fetcher)

        assert [] == asked(server)
    assert "robots.txt forbids" in door(db, feed).error


def test_a_redirect_asks_the_rules_of_the_other_host(db: Database, fetcher: Fetcher) -> None:
    """An address that leads to where robots.txt forbids us is not followed there."""

    def answer(path: str, _headers: dict[str, str]) -> Answer:
        if path == "/robots.txt":
            return Answer(body=b"User-agent: *\nDisallow: /closed\n")
        return Answer(302, headers={"Location": "/closed/feed"}) if path == "/open" else Answer(body=FEED)

    with serving(answer) as server:
        feed = opened(db, f"{server.url}/open")
        polled(db, fetcher)

        assert 1 == len(asked(server))
    assert "robots.txt forbids" in door(db, feed).error


def test_a_lasting_redirect_is_remembered_when_it_lasts(db: Database, fetcher: Fetcher) -> None:
    """301 is followed at once, and becomes the feed's address after it led there for a day."""

    def answer(path: str, _headers: dict[str, str]) -> Answer:
        if path == "/old":
            return Answer(301, headers={"Location": "/new"})
        return Answer(body=FEED)

    with serving(unruled(answer)) as server:
        feed = opened(db, f"{server.url}/old")
        for hours in (0, 12, 25):
            at = NOW + timedelta(hours=hours)
            assert f"{server.url}/old" == door(db, feed).url
            made_due(db, feed, at)
            polled(db, fetcher, at)

    assert (f"{server.url}/new", "") == (door(db, feed).url, door(db, feed).moved_to)
    with db.read() as conn:
        assert 1 == counters.listed(conn)["feed_moved"]


@pytest.mark.parametrize(
    ("status", "body"), [(302, FEED), (301, b"<html><title>Login</title></html>")], ids=["302", "login"]
)
def test_what_is_not_remembered(db: Database, fetcher: Fetcher, status: int, body: bytes) -> None:
    """A passing redirect, and a lasting one to something that is no feed, change no address."""

    def answer(path: str, _headers: dict[str, str]) -> Answer:
        return Answer(status, headers={"Location": "/new"}) if path == "/old" else Answer(body=body)

    with serving(unruled(answer)) as server:
        feed = opened(db, f"{server.url}/old")
        for days in (0, 2, 4):
            made_due(db, feed, NOW + timedelta(days=days))
            polled(db, fetcher, NOW + timedelta(days=days))

        assert f"{server.url}/old" == door(db, feed).url


def test_moving_onto_a_known_feed(db: Database, fetcher: Fetcher) -> None:
    """A feed that moved to where the source has a feed already is paused with the reason."""

    def answer(path: str, _headers: dict[str, str]) -> Answer:
        return Answer(308, headers={"Location": "/new"}) if path == "/old" else Answer(body=FEED)

    with serving(unruled(answer)) as server:
        feed = opened(db, f"{server.url}/old")
        other = opened(db, f"{server.url}/new")
        for days in (0, 2):
            made_due(db, feed, NOW + timedelta(days=days))
            polled(db, fetcher, NOW + timedelta(days=days))

    assert f"polled as feed {other}" in door(db, feed).paused_because
    made_due(db, feed, NOW)
    with db.read() as conn:
        assert feed not in intakes.due(conn, NOW, 10)


def test_a_wrong_etag_is_found_out(db: Database, fetcher: Fetcher) -> None:
    """Once a day the whole feed is asked for; one that changed under its ETag ends the trust in it."""
    body = [FEED]

    def answer(_path: str, headers: dict[str, str]) -> Answer:
        wrong = {"ETag": '"always"'}
        return Answer(304 if "if-none-match" in headers else 200, body[0], wrong)

    with serving(unruled(answer)) as server:
        feed = opened(db, server.url)
        polled(db, fetcher)
        body[0] = FEED + b"<!-- more -->"
        for hours in (23, 25, 26):
            at = NOW + timedelta(hours=hours)
            made_due(db, feed, at)
            polled(db, fetcher, at)
        sent = ["if-none-match" in headers for headers in asked(server)]

    assert [False, True, False, False] == sent
    until = door(db, feed).distrusted_until
    assert until is not None
    assert until > NOW + timedelta(days=7)
    with db.read() as conn:
        assert 2 == receipts.pending(conn)
        assert 1 == counters.listed(conn)["wrong_validators"]


def test_paused_feeds_are_left_alone(db: Database, fetcher: Fetcher) -> None:
    """No feed of a paused source is polled."""
    opened(db, "http://x.example/")
    with db.write() as conn:
        conn.execute(source.update().values(paused_at=NOW, paused_because="test"))

    assert not is_due(db, clock, Settings())
    assert Drained() == polled(db, fetcher)


def test_a_ping_during_a_poll_is_not_forgotten(db: Database) -> None:
    """A feed that was pinged after its poll began is due again when the poll ends."""
    feed = opened(db, "http://x.example/")
    later = NOW + timedelta(seconds=5)
    with db.write() as conn:
        intakes.claim(conn, [feed], NOW, NOW + timedelta(seconds=60))
        intakes.ping(conn, feed, later)
        seen = intakes.Poll(at=later, next_due=NOW + timedelta(hours=1), begun=NOW)
        intakes.done(conn, feed, seen)

    assert later == door(db, feed).next_due


def test_claims_of_the_dead_can_be_forgotten(db: Database) -> None:
    """Whoever starts alone frees claims and leases at once; a holder that lives is turned away."""
    feed = opened(db, "http://x.example/")
    held = leases.acquire(db, "link", 60, NOW)
    assert held is not None
    with db.write() as conn:
        intakes.claim(conn, [feed], NOW, NOW + timedelta(seconds=60))
    with db.write() as conn:
        leases.forget(conn)

    assert leases.acquire(db, "link", 60, NOW) is not None
    with db.write() as conn:
        assert [feed] == intakes.due(conn, NOW, 10)
        with pytest.raises(LeaseLost):
            leases.fence(conn, held)


def test_one_claim_a_poll(db: Database) -> None:
    """A feed that somebody polls is not due for anybody else, nor is its host."""
    feed = opened(db, "http://x.example/")
    until = NOW + timedelta(seconds=60)
    with db.write() as conn:
        assert ["x.example"] == list(hosts.claim(conn, ["x.example"], NOW, until))
        assert [feed] == [one.intake_id for one in intakes.claim(conn, [feed], NOW, until)]
    with db.write() as conn:
        assert {} == hosts.claim(conn, ["x.example"], NOW, until)
        assert [] == intakes.claim(conn, [feed], NOW, until)
        assert [] == intakes.due(conn, NOW, 10)
        assert [] == intakes.waiting(conn, NOW, 10)
        assert [(feed, "x.example")] == intakes.waiting(conn, NOW + timedelta(seconds=61), 10)


def test_a_receipt_names_its_form_and_headers(db: Database, fetcher: Fetcher) -> None:
    """What a poll keeps is a feed's receipt with the headers that matter."""
    link = {"Link": '<https://hub.example/>; rel="hub"', "X-Other": "no"}
    with serving(unruled(lambda _path, _headers: Answer(body=FEED, headers=link))) as server:
        opened(db, server.url)
        polled(db, fetcher)

    with db.write() as conn:
        (kept,) = receipts.claim(conn, NOW, 60, 10)
    assert Form.FEED == kept.form
    assert NOW == kept.received_at


def test_of_an_endless_robots_txt_the_beginning_counts(db: Database, fetcher: Fetcher) -> None:
    """RFC 9309 section 2.5: a limit to what is read is no licence to overlook it."""
    rules = b"User-agent: *\nDisallow: /rss\n" + b"# " * 500_000
    with serving(lambda path, _: Answer(body=rules if path == "/robots.txt" else FEED)) as server:
        feed = opened(db, f"{server.url}/rss")
        polled(db, fetcher)

        assert not asked(server)
    assert "robots.txt forbids this address" == door(db, feed).error


class Careless(Fetcher):
    """A client that hands on a header that cannot be stored, where the address says so."""

    def get(self, url: str, **more: object) -> Fetched:
        """Fetch, and put half a surrogate pair where the ETag stands."""
        answer = super().get(url, **more)  # type: ignore[arg-type]
        return replace(answer, headers=answer.headers | {"etag": "\ud800"}) if "odd" in url else answer


def test_what_cannot_be_stored_costs_the_others_nothing(db: Database) -> None:
    """An outcome that SQL does not take is a failure of its own feed; those written with it are kept."""
    answer = unruled(lambda _path, _headers: Answer(body=FEED))
    with serving(answer) as one, serving(answer) as two, Careless(timeout=2, max_bytes=100_000) as careless:
        good, odd = opened(db, one.url), opened(db, f"{two.url}/odd")
        done = polled(db, careless)

    assert Drained(polls=2, rules=2, failures=1, receipts=1) == done
    assert ("", 200) == (door(db, good).error, door(db, good).status)
    assert door(db, odd).error.startswith("fault of ours: BadInput")
    assert door(db, odd).next_due not in (None, NOW)
    assert door(db, odd).claimed_until is None
