"""Our hub against somebody else's subscriber, Flask-WebSub, in an environment of its own."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from feeds.publish import publish
from feeds.pushed import contents
from pipeline import hub
from pipeline.config import Settings
from pipeline.deliver import Maker, drain
from pipeline.fetch import Fetcher
from pipeline.store import Database
from tests.store.newsroom import NEWS
from tests.store.tellings import draft, send, settled
from tests.web.conftest import Serve
from tests.web.test_websub_foreign import interpreter

__all__ = ["interpreter"]  # a fixture


@pytest.fixture
def subscriber(interpreter: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    """A running subscriber."""
    program = Path(__file__).with_name("foreign_subscriber.py")
    command = [str(interpreter), str(program), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            yield client
        process.terminate()


def work(db: Database, chosen: Settings) -> None:
    """Publish and deliver, as the workers do."""

    def now() -> datetime:
        return datetime.now(UTC)

    while publish(db, chosen.feeds_dir, chosen.base_url, now(), hub=chosen.hub).changes:
        pass
    with Fetcher(timeout=5, max_bytes=100_000) as fetcher:
        made = contents(db, chosen.feeds_dir, chosen.base_url, chosen.hub, now)
        desk = hub.Desk(chosen.hub, chosen.push_key_file, True, made, lambda: 0)
        makers: dict[str, Maker] = {hub.INTENT: hub.Intents(desk), hub.CONTENT: hub.Deliveries(desk)}
        drain(db, fetcher, makers, now, seconds=5, lease_seconds=60, gather=lambda: hub.gather(db, now))


def came(subscriber: httpx.Client, enough: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return what it tells, waiting until that is enough."""
    until = time.monotonic() + 10
    told: dict[str, Any] = subscriber.get("/came").json()
    while not enough(told) and time.monotonic() < until:
        time.sleep(0.05)
        told = subscriber.get("/came").json()
    return told


@pytest.mark.long
@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_foreign_subscriber_is_served(
    db: Database, serve: Serve, subscriber: httpx.Client, tmp_path: Path, form: str
) -> None:
    """It discovers hub and topic in our feed, is verified, checks our signature, and leaves again."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    client = serve(hub_private=True, port=port)
    chosen = Settings(data=tmp_path, database_url=db.url, port=port)
    feed = f"{chosen.base_url}/feeds/all.{form}"
    send(db, draft("cau", NEWS["cau full"].title, NEWS["cau full"].body))
    settled(db)
    work(db, chosen)
    found = subscriber.post("/subscribe", data={"page": feed}).json()
    work(db, chosen)
    verified = came(subscriber, lambda told: bool(told["confirmed"]))
    send(db, draft("sen", NEWS["sen full"].title, NEWS["sen full"].body))
    settled(db)
    work(db, chosen)
    [document] = came(subscriber, lambda told: bool(told["came"]))["came"]
    subscriber.post("/unsubscribe")
    work(db, chosen)
    left = came(subscriber, lambda told: len(told["confirmed"]) > 1)

    assert chosen.base_url == str(client.base_url).rstrip("/")
    assert {"hub_url": chosen.hub, "topic_url": feed} == found
    assert ["subscribe"] == verified["confirmed"]
    assert NEWS["sen full"].title in document
    assert NEWS["cau full"].title not in document
    assert ["subscribe", "unsubscribe"] == left["confirmed"]
