"""The subscriber over real HTTP, against a hub that is honest and one that is not."""

import gzip
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pipeline.config import Settings
from pipeline.errors import BadSettings
from pipeline.fetch import Fetcher
from pipeline.model import Form, Given, Hints
from pipeline.store import Connection, Database, counters, intakes, receipts, sources, subscriptions
from pipeline.subscribing import secret_of, tend
from pipeline.websub import Offer, State, Subscription
from tests.hub_server import Form as Asked
from tests.hub_server import Hub, hub
from tests.store.tellings import PAPER
from tests.web.conftest import Serve
from tests.web_server import Answer, serving

TOPIC = "http://127.0.0.1:1/rss"
FEED = b"<rss version='2.0'><channel><title>x</title></channel></rss>"
Tend = Callable[..., bool]
# Where no SQL differs: each further database costs half a second.
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def client(serve: Serve) -> httpx.Client:
    """A web process that answers hubs."""
    return serve()


@pytest.fixture
def speak(db: Database, client: httpx.Client, tmp_path: Path) -> Iterator[Tend]:
    """Speak to the hubs that are due, some time from now."""
    chosen = Settings(data=tmp_path, database_url=db.url, public_url=str(client.base_url))
    with Fetcher(timeout=2, max_bytes=100_000) as fetcher:

        def speak(*, later: timedelta = timedelta(0), settings: Settings = chosen) -> bool:
            return tend(db, fetcher, settings, lambda: datetime.now(UTC) + later)

        yield speak


def wanted(db: Database, hub_url: str, *, private: bool = True) -> int:
    """Register a feed that names a hub."""
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        made = intakes.add(conn, PAPER.source_id, "feed", TOPIC, allow_private=private)
        subscriptions.offered(conn, made, Offer(hub_url, TOPIC), datetime.now(UTC))
    return made


def state(db: Database, intake_id: int) -> Subscription:
    """Return a subscription."""
    with db.read() as conn:
        known = subscriptions.of(conn, intake_id)
    assert known is not None
    return known


def subscribed(db: Database, speak: Tend, peer: Hub) -> int:
    """Subscribe and have it verified."""
    feed = wanted(db, peer.url)
    assert speak()
    assert 200 == peer.ask().status_code
    return feed


def kept(db: Database) -> int:
    """Return how many receipts wait to be read."""
    with db.read() as conn:
        return receipts.pending(conn, datetime.now(UTC))


def test_a_subscription_from_request_to_delivery(db: Database, speak: Tend) -> None:
    """Asked, verified, delivered: a receipt of the feed; the same once more has no effect."""
    with hub() as peer:
        feed = wanted(db, peer.url)
        assert speak()
        assert not speak()
        assert State.ASKED is state(db, feed).state
        answer = peer.ask()
        assert (200, "c-0815", "text/plain; charset=utf-8") == (
            answer.status_code,
            answer.text,
            answer.headers["content-type"],
        )
        first, again = peer.deliver(FEED), peer.deliver(FEED, method="sha1")

        assert (204, 204) == (first.status_code, again.status_code)
        names = ("callback", "mode", "topic", "lease_seconds", "secret", "verify")
        assert {f"hub.{name}" for name in names} == set(peer.requests[0])
    known = state(db, feed)
    assert (State.ACTIVE, 2, 0, "") == (known.state, known.deliveries, known.failures, known.error)
    with db.read() as conn:
        (made,) = receipts.claim(conn, datetime.now(UTC), 60, 10)
    assert (Form.FEED, feed, TOPIC) == (made.form, made.intake_id, made.given.url)


def test_a_hub_that_verifies_before_it_answers(db: Database, speak: Tend) -> None:
    """The request is on record before it goes out; verifying twice changes nothing."""

    def at_once(peer: Hub, _form: Asked) -> Answer:
        assert 200 == peer.ask().status_code
        assert 200 == peer.ask().status_code
        return Answer(202)

    with hub(at_once) as peer:
        feed = wanted(db, peer.url)
        assert speak()

    known = state(db, feed)
    assert (State.ACTIVE, 0) == (known.state, known.failures)
    assert known.next_due is not None
    assert known.lease_until is not None
    assert datetime.now(UTC) + timedelta(days=4) < known.next_due < known.lease_until


@ONE_DATABASE
def test_what_was_not_asked_for_is_not_confirmed(db: Database, speak: Tend) -> None:
    """Another topic, another mode, no challenge, an unknown name: 404, and nothing changes."""
    with hub() as peer:
        feed = wanted(db, peer.url)
        assert speak()
        lies = (
            peer.ask(topic=TOPIC + "x"),
            peer.ask("unsubscribe"),
            peer.ask("publish"),
            peer.ask(challenge=""),
            httpx.get(peer.requests[0]["hub.callback"] + "x", trust_env=False),
            httpx.get(peer.requests[0]["hub.callback"], trust_env=False),
        )

    assert {404} == {answer.status_code for answer in lies}
    assert State.ASKED is state(db, feed).state


def test_wrong_signatures_are_acknowledged_and_ignored(db: Database, speak: Tend) -> None:
    """A wrong, a missing and an unknown signature read the same outside and keep nothing inside."""
    with hub() as peer:
        feed = subscribed(db, speak, peer)
        answers = [peer.deliver(FEED, signature=given) for given in ("sha256=00", "", "md5=00", "sha1=zz")]

    assert {204} == {answer.status_code for answer in answers}
    assert (0, 4, 0) == (kept(db), state(db, feed).ignored, state(db, feed).deliveries)


@ONE_DATABASE
def test_unknown_callbacks_are_gone(client: httpx.Client) -> None:
    """A delivery to nobody is answered with 410, and its body is not waited for."""
    assert 410 == client.post("/websub/nobody", content=b"x" * 100_000).status_code


def test_an_empty_delivery_makes_the_feed_due(db: Database, speak: Tend) -> None:
    """A thin ping brings nothing and asks for a poll, once a minute at most."""
    with hub() as peer:
        feed = subscribed(db, speak, peer)
        assert 204 == peer.deliver(b"").status_code
        with db.read() as conn:
            assert [feed] == intakes.due(conn, datetime.now(UTC), 10)
        with db.write() as conn:
            assert not intakes.ping(conn, feed, datetime.now(UTC))

    assert (0, 1) == (kept(db), state(db, feed).deliveries)


@ONE_DATABASE
def test_bodies_are_bounded(db: Database, speak: Tend, serve: Serve) -> None:
    """A huge body is cut off and a packed one refused; the subscription stands."""
    small = serve(fetch_max_bytes=2_000)
    with hub() as peer:
        feed = subscribed(db, speak, peer)
        where = f"/websub/{state(db, feed).token}"
        assert 413 == small.post(where, content=b"x" * 3_000).status_code
        assert 415 == small.post(where, content=gzip.compress(FEED)).status_code

    assert (0, State.ACTIVE) == (kept(db), state(db, feed).state)


@ONE_DATABASE
def test_a_slow_body_is_given_up(
    db: Database, speak: Tend, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub that trickles its body is told so in the end; nothing is kept of it."""
    monkeypatch.setattr("web.guard.BODY_SECONDS", 0.2)
    with hub() as peer:
        feed = subscribed(db, speak, peer)
        where = client.base_url
        with socket.create_connection((str(where.host), where.port or 80), timeout=30) as slow:
            head = f"POST /websub/{state(db, feed).token} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
            slow.sendall(head.encode() + b"<rss")
            assert b" 408 " in slow.makefile("rb").readline()

    assert 0 == kept(db)


def test_a_hub_that_never_verifies_is_asked_ever_more_seldom(db: Database, speak: Tend) -> None:
    """Each silence counts as a failure and is said; the waits grow."""
    with hub() as peer:
        feed = wanted(db, peer.url)
        later = timedelta(0)
        for _ in range(3):
            assert speak(later=later)
            due = state(db, feed).next_due
            assert due is not None
            later = due - datetime.now(UTC) + timedelta(seconds=1)

        assert 3 == len(peer.requests)
    assert 2 == state(db, feed).failures
    assert later > timedelta(minutes=50)


@ONE_DATABASE
@pytest.mark.parametrize("status", [404, 500, 302])
def test_a_hub_that_refuses(db: Database, speak: Tend, status: int) -> None:
    """The reason is kept with the subscription, which is tried again later."""
    with hub(lambda _peer, _form: Answer(status)) as peer:
        feed = wanted(db, peer.url)
        assert speak()
        assert not speak()

    known = state(db, feed)
    assert (State.ASKED, 1) == (known.state, known.failures)
    assert f"HTTP {status}" in known.error


@ONE_DATABASE
def test_a_hub_that_redirects(db: Database, speak: Tend) -> None:
    """A 307 is followed as a post, but not to a private host that nobody allowed."""
    away = ["http://localhost:1/"]
    with hub() as peer, serving(lambda _p, _h: Answer(307, headers={"Location": away[0]})) as other:
        feed = wanted(db, f"{other.url}/")
        assert speak()
        assert "not a public address" in state(db, feed).error
        away[0] = peer.url
        assert speak(later=timedelta(hours=1))

        assert 1 == len(peer.requests)


@ONE_DATABASE
def test_a_hub_on_a_private_address_is_not_asked(db: Database, speak: Tend, tmp_path: Path) -> None:
    """Unless the feed is allowed to be private, the guard of the HTTP client holds for hubs too."""
    public = Settings(data=tmp_path, database_url=db.url, public_url="https://tintinh.example")
    with hub() as peer:
        feed = wanted(db, peer.url, private=False)
        assert speak(settings=public)

        assert [] == peer.requests
    assert "not a public address" in state(db, feed).error


@ONE_DATABASE
def test_without_a_public_address_nothing_is_asked(db: Database, speak: Tend) -> None:
    """A hub that could not call us is left alone, and the subscription says why."""
    with hub() as peer:
        feed = wanted(db, peer.url, private=False)
        assert speak()

        assert [] == peer.requests
    assert "TINTINH_PUBLIC_URL" in state(db, feed).error


def test_a_denied_subscription_rests(db: Database, speak: Tend) -> None:
    """The hub's reason is shown; it is asked again after a week; deliveries are over."""
    with hub() as peer:
        feed = subscribed(db, speak, peer)
        assert 200 == peer.ask("denied", reason="too many").status_code
        assert 410 == peer.deliver(FEED).status_code

    known = state(db, feed)
    assert (State.DENIED, "denied by the hub: too many") == (known.state, known.error)
    assert known.next_due is not None
    assert known.next_due > datetime.now(UTC) + timedelta(days=6)


def test_a_lease_is_renewed_before_its_end(db: Database, speak: Tend) -> None:
    """A short lease is asked for again in time; deliveries go on meanwhile and after."""
    with hub() as peer:
        feed = subscribed(db, speak, peer)
        assert 200 == peer.ask(lease_seconds="3600").status_code
        assert not speak(later=timedelta(minutes=30))
        assert speak(later=timedelta(minutes=50))
        assert (2, State.ACTIVE) == (len(peer.requests), state(db, feed).state)
        assert peer.requests[0] == peer.requests[1]
        assert 200 == peer.ask().status_code
        assert 204 == peer.deliver(FEED).status_code

    assert 1 == kept(db)


def paused(conn: Connection) -> None:
    """Pause the source, as an editor does."""
    conn.exec_driver_sql("UPDATE source SET paused_at = '2026-11-20T05:00:00.000000Z'")


def test_a_paused_source_is_left(db: Database, speak: Tend) -> None:
    """The hub is told and may verify that, twice too; deliveries are refused from the start."""
    with hub() as peer:
        feed = subscribed(db, speak, peer)
        with db.write() as conn:
            paused(conn)
        with db.read() as conn:
            assert subscriptions.waiting(conn, datetime.now(UTC))
        assert speak()
        assert "unsubscribe" == peer.requests[-1]["hub.mode"]
        assert 410 == peer.deliver(FEED).status_code
        assert {200} == {peer.ask().status_code, peer.ask().status_code}

    assert (State.ENDED, None) == (state(db, feed).state, state(db, feed).next_due)
    with db.read() as conn:
        assert not subscriptions.waiting(conn, datetime.now(UTC))


def test_a_hub_that_does_not_let_go_is_left_all_the_same(db: Database, speak: Tend) -> None:
    """After a few requests its lease ends the subscription."""
    with hub() as peer:
        feed = subscribed(db, speak, peer)
        with db.write() as conn:
            paused(conn)
        for days in range(6):
            speak(later=timedelta(days=days))

        assert 4 == len(peer.requests)
    assert State.ENDED is state(db, feed).state


def test_another_hub_takes_over(db: Database, speak: Tend) -> None:
    """The old hub is left first; then the new one is asked, with another callback and secret."""
    with hub() as old, hub() as new:
        feed = subscribed(db, speak, old)
        for _ in range(2):
            with db.write() as conn:
                subscriptions.offered(conn, feed, Offer(new.url, TOPIC), datetime.now(UTC))
            assert speak()
            if not new.requests:
                assert 200 == old.ask().status_code
        assert 200 == new.ask().status_code

        assert old.requests[0]["hub.callback"] != new.requests[0]["hub.callback"]
        assert old.requests[0]["hub.secret"] != new.requests[0]["hub.secret"]
    assert (State.ACTIVE, new.url) == (state(db, feed).state, state(db, feed).hub)


@ONE_DATABASE
def test_no_secret_leaves_its_file(db: Database, speak: Tend, tmp_path: Path) -> None:
    """The secret that the hub got is in no table; the file of the master secret is its owner's alone."""
    with hub() as peer:
        feed = subscribed(db, speak, peer)
        secret = peer.requests[0]["hub.secret"]

    stored = json.dumps([str(getattr(state(db, feed), name)) for name in Subscription.__slots__])
    assert secret not in stored
    assert 0o600 == (tmp_path / "websub.key").stat().st_mode & 0o777
    assert secret == secret_of(tmp_path / "websub.key", state(db, feed))
    assert secret != secret_of(tmp_path / "websub.key", replace(state(db, feed), topic="x"))
    (tmp_path / "other.key").write_text("00")
    with pytest.raises(BadSettings, match="too short"):
        secret_of(tmp_path / "other.key", state(db, feed))


def test_a_poll_learns_of_the_hub(db: Database) -> None:
    """What the header or the feed names is offered; a delivery of the hub itself changes nothing."""
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        feed = intakes.add(conn, PAPER.source_id, "feed", TOPIC, allow_private=True)
        for number, (push, link) in enumerate([("", '</hub>; rel="hub"'), (f"{subscriptions.PUSHED}1", "")]):
            made = receipts.add(
                conn,
                source_id=PAPER.source_id,
                form=Form.FEED,
                content=receipts.pack(FEED + bytes([number])),
                given=Given(url=TOPIC),
                headers={"link": link},
                received_at=datetime.now(UTC),
                push_id=push,
                intake_id=feed,
            )
            known = receipts.get(conn, made.receipt_id)
            assert known is not None
            subscriptions.polled(conn, known, Hints(), [], datetime.now(UTC))

    assert Offer("http://127.0.0.1:1/hub", TOPIC) == Offer(state(db, feed).hub, state(db, feed).topic)
    assert State.WANTED is state(db, feed).state
    with db.read() as conn:
        assert {} == {name: n for name, n in counters.listed(conn).items() if name.startswith("websub")}
