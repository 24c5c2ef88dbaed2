"""Our WebSub hub: who may subscribe, what is verified, what is brought and what is not lost."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipeline import hub, sealing
from pipeline.deliver import Maker, drain
from pipeline.errors import BadInput, NotFound
from pipeline.fetch import Fetcher
from pipeline.store import Database, changes, deliveries, hub_subscribers, stories
from pipeline.store.hub_subscribers import State, Subscriber, Wish
from tests.pipeline.receivers import Receiver, receiving
from tests.store.newsroom import NEWS
from tests.store.tellings import draft, send, settled

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
TOPIC = "https://tin.example/feeds/all.atom"
SECRET = "s3cret-of-the-subscriber"


class Site:
    """A hub over a database: its clock stands where it is put."""

    def __init__(self, db: Database, folder: Path, fetcher: Fetcher, *, private: bool = True) -> None:
        self.db, self.fetcher, self.now = db, fetcher, NOW
        self.key, self.is_over = folder / "push.key", False
        desk = hub.Desk("https://tin.example/hub", self.key, private, self.contents, lambda: 0)
        self.makers: dict[str, Maker] = {
            hub.INTENT: hub.Intents(desk),
            hub.CONTENT: hub.Deliveries(desk),
            hub.DENIED: hub.Denials(desk),
        }

    def contents(self, channel: str, form: str, after: int, upto: int) -> hub.Content | None:
        """Return the titles of what changed."""
        if self.is_over:
            raise NotFound(channel, "is no channel any more")
        with self.db.read() as conn:
            log = [one for one in changes.after(conn, after, 100) if one.seq <= upto]
            known = stories.many(conn, {one.story_id for one in log})
        touched = [one for one in log if channel in hub.touched_by(one, known.get(one.story_id))]
        titles = dict.fromkeys(known[one.story_id].face.title for one in touched)
        return hub.Content("\n".join(titles).encode(), f"application/{form}+xml") if titles else None

    def ask(
        self, receiver: Receiver, mode: str = "subscribe", secret: str = SECRET, lease: int = 3_600
    ) -> None:
        """Note a request, as the door does."""
        host = urlsplit(receiver.url).netloc
        kept = sealing.sealed(self.key, secret)
        with self.db.write() as conn:
            wish = Wish(receiver.url, TOPIC, "all", "atom", host, mode, lease, kept)
            hub_subscribers.ask(conn, wish, self.now)

    def run(self, minutes: float = 0) -> None:
        """Let time go by, then deliver what is due."""
        self.now += timedelta(minutes=minutes)
        drain(
            self.db,
            self.fetcher,
            self.makers,
            lambda: self.now,
            seconds=5,
            lease_seconds=60,
            gather=lambda: hub.gather(self.db, lambda: self.now),
        )

    def tell(self, name: str, title: str = "") -> None:
        """Tell a story, or tell it under another title, and publish it."""
        told = NEWS[name]
        late = timedelta(minutes=1) if title else timedelta(0)
        send(self.db, draft(name, title or told.title, told.body, updated=NOW + late))
        settled(self.db)
        with self.db.write() as conn:
            changes.advance(conn, hub.PUBLISHED, changes.head(conn))

    def known(self, receiver: Receiver) -> Subscriber:
        """Return a subscription."""
        with self.db.read() as conn:
            found = hub_subscribers.of(conn, receiver.url, TOPIC)
        assert found is not None
        return found


@pytest.fixture
def site(db: Database, tmp_path: Path) -> Iterator[Site]:
    """A hub whose callbacks may be on loopback addresses."""
    with Fetcher(timeout=2, max_bytes=100_000) as fetcher:
        yield Site(db, tmp_path, fetcher)


def test_a_subscriber_is_asked_and_then_brought_what_is_new(site: Site) -> None:
    """Its challenge came back; from then on each change once, signed, with the links that WebSub wants."""
    site.tell("cau full")
    with receiving() as receiver:
        site.ask(receiver)
        site.run()
        [asked] = receiver.asked
        site.run()
        before = len(receiver.got)
        site.tell("sen full")
        site.run()
        site.run()
    [got] = receiver.got

    said = {"of": "us", "hub.mode": "subscribe", "hub.topic": TOPIC, "hub.lease_seconds": "3600"}
    assert said == {name: value for name, value in asked.query.items() if name != "hub.challenge"}
    assert (0, NEWS["sen full"].title) == (before, got.body.decode())
    assert "application/atom+xml" == got.headers["content-type"]
    assert f'<https://tin.example/hub>; rel="hub", <{TOPIC}>; rel="self"' == got.headers["link"]
    expected = hmac.new(SECRET.encode(), got.body, hashlib.sha256).hexdigest()
    assert f"sha256={expected}" == got.headers["x-hub-signature"]
    assert State.ACTIVE is site.known(receiver).state
    assert SECRET not in str(site.known(receiver))


@pytest.mark.parametrize("challenge", ["", "something else"])
def test_what_was_not_meant_holds_nothing(site: Site, challenge: str) -> None:
    """A callback that does not give the challenge back is not subscribed, and not asked again."""
    with receiving() as receiver:
        receiver.challenge = challenge
        site.ask(receiver)
        site.run()
        site.tell("sen full")
        site.run(minutes=60)

    assert (1, 0) == (len(receiver.asked), len(receiver.got))
    assert (State.ENDED, "the challenge was not given back") == (
        site.known(receiver).state,
        site.known(receiver).error,
    )


def test_who_was_down_gets_what_it_missed_at_once(site: Site) -> None:
    """Changes of that time come in one delivery, and those of a failed attempt with them."""
    with receiving() as receiver:
        site.ask(receiver)
        site.run()
        receiver.statuses = [503, 500, 204]
        for name in ("cau full", "sen full"):
            site.tell(name)
            site.run(minutes=1)
        site.tell("notice 0")
        site.run(minutes=2)

    assert 3 == len(receiver.got)
    assert {NEWS[name].title for name in ("cau full", "sen full", "notice 0")} == set(
        receiver.got[-1].body.decode().splitlines()
    )
    assert 1 == site.known(receiver).deliveries


def test_410_ends_it_and_three_days_suspend_it_until_it_is_renewed(site: Site) -> None:
    """Renewed, it gets what it missed; ended, nothing."""
    with receiving() as gone, receiving("127.0.0.2") as away:
        for one in (gone, away):
            site.ask(one, lease=2_592_000)
        site.run()
        gone.statuses, away.statuses = [410], [500]
        site.tell("cau full")
        site.run()
        for _ in range(24):
            site.run(minutes=60 * 6.1)
        states = (site.known(gone).state, site.known(away).state)
        tried = len(away.got)
        site.tell("sen full")
        site.run(minutes=60)
        untouched = len(away.got)
        away.statuses = [204]
        site.ask(away, lease=2_592_000)
        site.run()
        site.run()

    assert (State.ENDED, State.SUSPENDED) == states
    assert (1, tried) == (len(gone.got), untouched)
    assert 2 == len(away.got[-1].body.decode().splitlines())
    assert State.ACTIVE is site.known(away).state


def test_a_lease_ends_and_a_farewell_is_verified(site: Site) -> None:
    """Nobody is told beyond the lease; who leaves is asked, and is told no more."""
    with receiving() as lapsed, receiving("127.0.0.2") as left, receiving("127.0.0.3") as kept:
        for one in (lapsed, left, kept):
            site.ask(one, lease=3_600 if one is lapsed else 86_400)
        site.run()
        site.ask(left, "unsubscribe")
        kept.challenge = "not me"
        site.ask(kept, "unsubscribe")
        site.run(minutes=61)
        hub.tidy(site.db, site.now)
        site.tell("cau full")
        site.run()

    assert [0, 0, 1] == [len(one.got) for one in (lapsed, left, kept)]
    assert [State.ENDED, State.ENDED, State.ACTIVE] == [site.known(one).state for one in (lapsed, left, kept)]
    assert "unsubscribe" == left.asked[-1].query["hub.mode"]
    assert "" == site.known(left).secret


def test_the_end_of_a_feed_is_told(site: Site) -> None:
    """By section 5.2, with the reason; nothing more is brought, and in time all of it is forgotten."""
    with receiving() as receiver, receiving("127.0.0.2") as stranger:
        stranger.challenge = "no"
        for one in (receiver, stranger):
            site.ask(one)
        site.run()
        site.is_over = True
        site.tell("cau full")
        site.run()
        site.run()
        hub.tidy(site.db, site.now + timedelta(hours=2))
        with site.db.read() as conn:
            left = [one.callback for one in (hub_subscribers.get(conn, number) for number in (1, 2)) if one]
        hub.tidy(site.db, site.now + timedelta(days=31))

    said = {"of": "us", "hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "this feed is no more"}
    assert (said, []) == (receiver.asked[-1].query, receiver.got)
    assert [receiver.url] == left
    with site.db.read() as conn:
        assert ({}, []) == (
            {state: count for state, count in hub_subscribers.counts(conn).items() if count},
            deliveries.standing(conn, 10),
        )


def test_a_callback_on_a_private_address_is_never_called(db: Database, tmp_path: Path) -> None:
    """Whatever its name led to when it was asked for: every call is checked again."""
    with Fetcher(timeout=2, max_bytes=100_000) as fetcher, receiving() as receiver:
        site = Site(db, tmp_path, fetcher, private=False)
        site.ask(receiver)
        for _ in range(4):
            site.run(minutes=10)
        with db.read() as conn:
            reasons = {one.reason for one in deliveries.attempts(conn, 10)}

    assert ([], []) == (receiver.asked, receiver.got)
    assert {"127.0.0.1 is not a public address"} == reasons
    assert State.ENDED is site.known(receiver).state


def test_old_news_is_brought_to_nobody(site: Site) -> None:
    """Backfill is no news (law 11)."""
    with receiving() as receiver:
        site.ask(receiver)
        site.run()
        told = NEWS["cau full"]
        old = draft("old", told.title, told.body)
        send(site.db, replace(old, published=replace(old.published, at=NOW - timedelta(days=300))))
        settled(site.db)
        with site.db.write() as conn:
            changes.advance(conn, hub.PUBLISHED, changes.head(conn))
            assert 1 == changes.head(conn)
        site.run()

    assert [] == receiver.got


@pytest.mark.parametrize(
    ("asked", "hours"), [("", 240), ("0", 1), ("60", 1), ("7200", 2), ("99999999999999999999", 720)]
)
def test_leases_are_bounded(asked: str, hours: int) -> None:
    """An hour to 30 days, 10 days for nothing said."""
    assert timedelta(hours=hours) == hub.lease(asked)


@pytest.mark.parametrize("asked", ["-1", "1.5", "ten days", "١٢"])
def test_a_lease_is_a_number(asked: str) -> None:
    """Anything else is refused by name."""
    with pytest.raises(BadInput, match="lease_seconds"):
        hub.lease(asked)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://reader.example/x",
        "https://user:pw@reader.example/x",
        "https://reader.example/#part",
        "https://reader.example:25/x",
        "https://reader.example/a b",
        "https://reader.example/\r\nX-More: 1",
        "https://reader.example/" + "a" * 1_000,
        "javascript:alert(1)",
    ],
)
def test_callbacks_that_are_none(url: str) -> None:
    """Neither another scheme, nor a password, nor a port of another service, nor a header in disguise."""
    with pytest.raises(BadInput, match="callback"):
        hub.callback(url, private=False)


def test_a_secret_has_less_than_200_bytes() -> None:
    """Bytes, not characters."""
    assert "ă" * 99 == hub.secret("ă" * 99)
    with pytest.raises(BadInput, match=r"hub\.secret"):
        hub.secret("ă" * 100)
