"""How fast one change reaches WebSub subscribers and webhooks: prints one JSON line.

Usage: PYTHONPATH=. python bench/push.py [SUBSCRIBERS]

Subscribers (500) of one feed, on five loopback hosts that answer at once, signed; then 100 changes to one
webhook, which are told one after the other. SQLite in a temporary folder. Seconds by the clock and of CPU,
the receivers' threads in them.
"""

import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from feeds.publish import publish
from feeds.pushed import contents
from pipeline import hub, outgoing, sealing
from pipeline.config import Settings
from pipeline.deliver import Maker, drain
from pipeline.fetch import Fetcher
from pipeline.model import ChangeKind
from pipeline.store import Database, changes, deliveries, endpoints, hub_subscribers, open_database
from pipeline.store.hub_subscribers import Wish
from tests.pipeline.receivers import Receiver, receiving
from tests.store.newsroom import NEWS
from tests.store.tellings import draft, send, settled

_HOSTS = 5
_CHANGES = 100
_TOPIC = "https://tin.example/feeds/all.atom"


def main() -> None:
    """Measure both."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        chosen = Settings(data=Path(folder), public_url="https://tin.example")
        db = open_database(chosen.sql_url)
        db.migrate()
        receivers = [stack.enter_context(receiving(f"127.0.3.{one + 1}", "/c")) for one in range(_HOSTS)]
        office = stack.enter_context(receiving("127.0.4.1"))
        deliver = _workers(db, chosen, stack.enter_context(Fetcher(timeout=5, max_bytes=100_000)))
        _subscribe(db, chosen, receivers, many)
        told = NEWS["cau full"]
        send(db, draft("a", told.title, told.body))
        settled(db)
        publish(db, chosen.feeds_dir, chosen.base_url, _now(), hub=chosen.hub)
        websub = _timed(deliver)
        _change(db, office)
        webhook = _timed(deliver)
        arrived = (sum(len(one.got) for one in receivers), len(office.got))
        db.close()
    line = {"subscribers": many, "arrived": arrived[0], "websub": websub}
    sys.stdout.write(json.dumps(line | {"changes": arrived[1], "webhook": webhook}) + "\n")


def _now() -> datetime:
    return datetime.now(UTC)


def _workers(db: Database, chosen: Settings, fetcher: Fetcher) -> Callable[[], None]:
    made = contents(db, chosen.feeds_dir, chosen.base_url, chosen.hub, _now)
    desk = hub.Desk(chosen.hub, chosen.push_key_file, True, made, lambda: 0)
    makers: dict[str, Maker] = {
        hub.CONTENT: hub.Deliveries(desk),
        hub.INTENT: hub.Intents(desk),
        outgoing.WEBHOOK: outgoing.Calls(chosen.base_url, chosen.push_key_file, lambda: 0),
    }

    def gather() -> None:
        hub.gather(db, _now)
        outgoing.gather(db, _now)

    def deliver() -> None:
        drain(db, fetcher, makers, _now, seconds=300, lease_seconds=60, gather=gather)

    return deliver


def _subscribe(db: Database, chosen: Settings, receivers: list[Receiver], many: int) -> None:
    """Have subscriptions hold that nobody verifies here."""
    key = sealing.sealed(chosen.push_key_file, "a secret of theirs")
    with db.write() as conn:
        for number in range(many):
            url = f"{receivers[number % _HOSTS].url}/{number}"
            wish = Wish(url, _TOPIC, "all", "atom", urlsplit(url).netloc, "subscribe", 864_000, key)
            hub_subscribers.ask(conn, wish, _now())
            known = hub_subscribers.of(conn, url, _TOPIC)
            assert known is not None
            hub_subscribers.verified(conn, known, 0, _now())
            deliveries.drop(conn, hub.INTENT, url, _TOPIC)


def _change(db: Database, office: Receiver) -> None:
    """Log changes of the one story behind the place from which an endpoint is told."""
    with db.write() as conn:
        head = changes.head(conn)
        endpoints.add(conn, office.url, (), head, _now(), allow_private=True)
        [first] = changes.after(conn, head - 1, 1)
        rows = [(first.story_id, ChangeKind.UPDATED, _now(), None, None)] * _CHANGES
        changes.append_all(conn, rows)


def _timed(work: Callable[[], None]) -> dict[str, float]:
    """Return how long work takes, by the clock and of CPU."""
    clock, cpu = time.monotonic(), time.process_time()
    work()
    return {
        "seconds": round(time.monotonic() - clock, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
    }


if __name__ == "__main__":
    main()
