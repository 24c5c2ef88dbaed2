"""From our own published feed by a hub into a second installation's stories, and polls that make sure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from feeds.publish import publish
from pipeline.config import Settings
from pipeline.fetch import Fetcher
from pipeline.model import Basis, Precision, When
from pipeline.polling import drain as poll
from pipeline.store import Database, export, intakes, open_database, sources, subscriptions
from pipeline.subscribing import tend
from pipeline.websub import Subscription
from tests.hub_server import Hub, hub
from tests.store.parsing import Parsing
from tests.store.tellings import PAPER, HandedOver, draft, drain, send
from tests.web.conftest import Serve
from tests.web_server import Answer, Server, serving

NEWS = (
    ("Khởi công kè chống sạt lở", "Sáng nay tại xã Bình Hòa khởi công tuyến kè dài ba cây số ven sông."),
    ("Ngày hội trái cây", "Hơn hai trăm nhà vườn mang bưởi, chôm chôm và sầu riêng đến hội chợ cuối tuần."),
    (
        "Trường mới đón học sinh",
        "Ngôi trường tiểu học mười phòng vừa khánh thành, kịp đón các em vào học kỳ.",
    ),
)


@dataclass(slots=True)
class Publisher:
    """A first installation that publishes its feed; `hub_url` is what the feed's answer names."""

    db: Database
    folder: Path
    server: Server
    hub_url: str
    told: int = 0

    @property
    def feed(self) -> bytes:
        """The feed as it is now."""
        return (self.folder / "all.rss").read_bytes()

    def tell(self, published: datetime) -> None:
        """Publish the next piece of news."""
        title, body = NEWS[self.told]
        when = When(published, Precision.SECOND, Basis.FEED)
        url = f"https://baomau.example/{self.told}"
        send(self.db, draft(f"bai-{self.told}", title, body, url=url, published=when), at=published)
        drain(self.db, HandedOver(), lambda: published)
        while publish(self.db, self.folder, "https://tintinh.example", datetime.now(UTC)).changes:
            pass
        self.told += 1


@pytest.fixture
def peer() -> Iterator[Hub]:
    """A hub."""
    with hub() as made:
        yield made


@pytest.fixture
def publisher(tmp_path: Path, peer: Hub) -> Iterator[Publisher]:
    """An installation whose feed is on the network, with the headers of WebSub."""
    made: Publisher

    def answer(path: str, _headers: dict[str, str]) -> Answer:
        if path != "/all.rss":
            return Answer(404)
        links = f'<{made.hub_url}>; rel="hub", </all.rss>; rel="self"'
        return Answer(body=made.feed, headers={"Link": links, "Content-Type": "application/rss+xml"})

    opened = open_database(f"sqlite:///{tmp_path / 'publisher.db'}")
    opened.migrate()
    with serving(answer) as server:
        made = Publisher(opened, tmp_path / "published", server, peer.url)
        yield made
    opened.close()


@dataclass(slots=True)
class Subscriber:
    """A second installation; its clock may run ahead."""

    db: Database
    settings: Settings
    fetcher: Fetcher
    feed: int
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self.ahead

    def poll(self) -> None:
        """Poll what is due and make stories of it."""
        poll(self.db, self.fetcher, self.now, self.settings, seconds=5)
        self.settle()

    def settle(self) -> None:
        """Make stories of what has come."""
        drain(self.db, Parsing(), self.now)

    def titles(self) -> set[str]:
        """Return the titles of all stories."""
        with self.db.read() as conn:
            return {line["title"] for line in export.lines(conn)}

    def known(self) -> Subscription:
        """Return the subscription."""
        with self.db.read() as conn:
            found = subscriptions.of(conn, self.feed)
        assert found is not None
        return found

    def rest(self) -> timedelta:
        """Return how long the feed is left alone now."""
        with self.db.read() as conn:
            door = intakes.get(conn, self.feed)
        assert door is not None
        assert door.next_due is not None
        return door.next_due - self.now()


@pytest.fixture
def subscriber(db: Database, serve: Serve, tmp_path: Path, publisher: Publisher) -> Iterator[Subscriber]:
    """An installation that has registered the publisher's feed."""
    client: httpx.Client = serve()
    chosen = Settings(data=tmp_path, database_url=db.url, public_url=str(client.base_url), host_gap=0)
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        url = f"{publisher.server.url}/all.rss"
        feed = intakes.add(conn, PAPER.source_id, "feed", url, allow_private=True, next_due=datetime.now(UTC))
    with Fetcher(timeout=5, max_bytes=1_000_000) as fetcher:
        yield Subscriber(db, chosen, fetcher, feed)


def test_a_story_appears_without_a_poll(publisher: Publisher, subscriber: Subscriber, peer: Hub) -> None:
    """Found by the header, subscribed, delivered: a story, once, though a later poll brings it too."""
    now = datetime.now(UTC)
    publisher.tell(now - timedelta(hours=2))
    subscriber.poll()
    assert tend(subscriber.db, subscriber.fetcher, subscriber.settings, subscriber.now)
    assert 200 == peer.ask().status_code
    publisher.tell(now)
    asked = len(publisher.server.seen)
    assert 204 == peer.deliver(publisher.feed).status_code
    subscriber.settle()

    assert {NEWS[0][0], NEWS[1][0]} == subscriber.titles()
    assert asked == len(publisher.server.seen)
    subscriber.ahead = timedelta(minutes=30)
    subscriber.poll()
    assert asked < len(publisher.server.seen)
    with subscriber.db.read() as conn:
        assert 2 == sum(1 for _ in export.lines(conn))
    assert subscriber.known().missed_at is None
    assert subscriber.rest() > timedelta(hours=2)


def test_a_hub_that_keeps_something_back_is_not_relied_on(
    publisher: Publisher, subscriber: Subscriber, peer: Hub
) -> None:
    """What a poll finds first speaks against the hub: polls are as frequent as ever, for a day."""
    publisher.tell(datetime.now(UTC) - timedelta(hours=2))
    subscriber.poll()
    assert tend(subscriber.db, subscriber.fetcher, subscriber.settings, subscriber.now)
    assert 200 == peer.ask().status_code
    assert 204 == peer.deliver(publisher.feed).status_code
    publisher.tell(datetime.now(UTC) + timedelta(seconds=1))
    subscriber.ahead = timedelta(minutes=30)
    subscriber.poll()

    assert {NEWS[0][0], NEWS[1][0]} == subscriber.titles()
    assert subscriber.known().missed_at is not None
    subscriber.ahead = timedelta(minutes=60)
    subscriber.poll()
    assert subscriber.rest() < timedelta(hours=1)


def test_a_feed_that_names_its_hub_no_more_is_left(
    publisher: Publisher, subscriber: Subscriber, peer: Hub
) -> None:
    """The subscription ends with the offer."""
    publisher.tell(datetime.now(UTC) - timedelta(hours=2))
    subscriber.poll()
    assert tend(subscriber.db, subscriber.fetcher, subscriber.settings, subscriber.now)
    assert 200 == peer.ask().status_code
    publisher.hub_url = "mailto:nobody"
    publisher.tell(datetime.now(UTC))
    subscriber.ahead = timedelta(minutes=30)
    subscriber.poll()

    assert tend(subscriber.db, subscriber.fetcher, subscriber.settings, subscriber.now)
    assert "unsubscribe" == peer.requests[-1]["hub.mode"]
