"""Our WebSub hub at its door, over real HTTP, with the feeds that it tells of."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import httpx
import pytest

from feeds.publish import publish
from feeds.pushed import contents
from pipeline import hub
from pipeline.config import Settings
from pipeline.deliver import Maker, drain
from pipeline.fetch import Fetcher
from pipeline.model import Act
from pipeline.store import Database, hub_subscribers
from pipeline.store.hub_subscribers import State
from tests.pipeline.receivers import receiving
from tests.store.newsroom import NEWS
from tests.store.tellings import NOW, draft, send, settled
from tests.web.conftest import Serve

BASE = "https://tin.example"
TOPIC = f"{BASE}/feeds/all.atom"


def form(callback: str, **changed: str) -> dict[str, str]:
    """Return a request."""
    said = {"mode": "subscribe", "topic": TOPIC, "callback": callback, "secret": "geheim"} | changed
    return {f"hub.{name}": value for name, value in said.items()}


@pytest.fixture
def working(db: Database, tmp_path: Path) -> Callable[[], None]:
    """Publish and deliver, as the workers do."""
    chosen = Settings(data=tmp_path, public_url=BASE)

    def work() -> None:
        while publish(db, chosen.feeds_dir, BASE, datetime.now(UTC), hub=chosen.hub).changes:
            pass
        with Fetcher(timeout=5, max_bytes=100_000) as fetcher:
            made = contents(db, chosen.feeds_dir, BASE, chosen.hub, lambda: datetime.now(UTC))
            desk = hub.Desk(chosen.hub, chosen.push_key_file, True, made, lambda: 0)
            makers: dict[str, Maker] = {hub.INTENT: hub.Intents(desk), hub.CONTENT: hub.Deliveries(desk)}
            drain(
                db,
                fetcher,
                makers,
                lambda: datetime.now(UTC),
                seconds=5,
                lease_seconds=60,
                gather=lambda: hub.gather(db, lambda: datetime.now(UTC)),
            )

    return work


def told(body: bytes) -> list[str]:
    """Return the titles of a document, which has to be well-formed."""
    found = feedparser.parse(io.BytesIO(body))
    assert not found.bozo
    return [entry.title for entry in found.entries]


def test_a_feed_is_subscribed_to_and_its_changes_come(
    db: Database, serve: Serve, working: Callable[[], None]
) -> None:
    """The feed names the hub; a new story comes alone, by the feed's bytes, a withdrawn one is buried."""
    client = serve(public_url=BASE, hub_private=True)
    send(db, draft("cau", NEWS["cau full"].title, NEWS["cau full"].body))
    settled(db)
    working()
    with receiving() as reader, receiving("127.0.0.2") as other:
        links = client.get("/feeds/all.atom").headers["link"]
        asked = client.post("/hub", data=form(reader.url))
        client.post("/hub", data=form(other.url, topic=f"{BASE}/feeds/province/lao-cai.rss"))
        working()
        send(db, draft("sen", NEWS["sen full"].title, NEWS["sen full"].body))
        settled(db)
        working()
        feed = client.get("/feeds/all.atom").content
        send(db, draft("cau", "", "", act=Act.WITHDRAW, updated=NOW + timedelta(hours=1)))
        settled(db)
        working()
    [new, gone] = reader.got

    assert (202, b"") == (asked.status_code, asked.content)
    assert f'<{BASE}/hub>; rel="hub"' in links
    assert f'<{TOPIC}>; rel="self"' in links
    assert ([NEWS["sen full"].title], ["Tin này đã được gỡ"]) == (told(new.body), told(gone.body))
    assert new.body[new.body.index(b"<entry") : new.body.index(b"</entry>")] in feed
    assert NEWS["cau full"].title not in gone.body.decode()
    assert b"deleted-entry" in gone.body
    assert "application/atom+xml; charset=utf-8" == new.headers["content-type"]
    assert (1, 0) == (len(other.asked), len(other.got))


def test_what_is_no_request_is_refused_by_name(db: Database, serve: Serve) -> None:
    """Another's topic, another mode, a callback that cannot be, a secret too long, a lease that is none."""
    client = serve(public_url=BASE)
    good = "https://127.0.0.1:8080/x"
    wrong = {
        "hub.topic": form(good, topic="https://other.example/feed"),
        "hub.mode": form(good, mode="publish"),
        "hub.secret": form(good, secret="x" * 200),
        "hub.lease_seconds": form(good, lease_seconds="long"),
        "hub.callback": form(good),
    }
    answers = {name: client.post("/hub", data=said) for name, said in wrong.items()}
    answers["hub.mode"] = client.post("/hub", data=wrong["hub.mode"])
    nothing = client.post("/hub", data={})
    unknown = client.post("/hub", data=form(good, mode="unsubscribe"))

    assert {name: (422, name) for name in wrong} == {
        name: (one.status_code, one.json()["field"]) for name, one in answers.items()
    }
    assert "public address" in answers["hub.callback"].json()["message"]
    assert (422, 404, 405) == (nothing.status_code, unknown.status_code, client.get("/hub").status_code)
    with db.read() as conn:
        assert dict.fromkeys(State, 0) == hub_subscribers.counts(conn)


def test_another_hub_takes_the_requests(serve: Serve) -> None:
    """Where the settings name one, feeds do too, and ours sends away."""
    client = serve(public_url=BASE, hub_url="https://hub.example/")

    assert 404 == client.post("/hub", data=form("https://reader.example/x")).status_code


@pytest.mark.long
def test_somebody_who_asks_too_often_waits(serve: Serve) -> None:
    """With Retry-After."""
    client = serve(public_url=BASE)
    answers: list[httpx.Response] = []
    while len(answers) < 200 and not (answers and answers[-1].status_code == 429):
        answers.append(client.post("/hub", data=form("https://127.0.0.1/x", mode="none")))

    assert (121, 429) == (len(answers), answers[-1].status_code)
    assert 0 < int(answers[-1].headers["retry-after"]) <= 61


def test_a_host_has_so_many_requests_open(
    db: Database, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Callbacks that nobody confirms do not pile up."""
    monkeypatch.setattr(hub, "MOST_UNVERIFIED", (3, 100))
    client = serve(public_url=BASE, hub_private=True)
    asked = [client.post("/hub", data=form(f"http://127.0.0.1:9/{number}")) for number in range(5)]
    again = client.post("/hub", data=form("http://127.0.0.1:9/1"))

    assert [202, 202, 202, 429, 429] == [one.status_code for one in asked]
    assert 202 == again.status_code
    with db.read() as conn:
        assert 3 == hub_subscribers.counts(conn)[State.ASKED]
