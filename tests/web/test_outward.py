"""What goes outward, on the ops page: what waits, fails and was ended; no secret, no whole address."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from pipeline import hub
from pipeline.store import Database, accounts, deliveries, endpoints, hub_subscribers
from pipeline.store.accounts import Role
from pipeline.store.hub_subscribers import Wish
from tests.web.conftest import Serve

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
CALLBACK = "https://reader.example/callbacks/geheim-77"
TOPIC = "https://tin.example/feeds/all.atom"


@pytest.fixture
def ops(serve: Serve, db: Database) -> httpx.Client:
    """A signed-in ops person."""
    with db.write() as conn:
        cookie = accounts.open_session(conn, "lan", Role.OPS, datetime.now(UTC), timedelta(hours=1))
    client = serve()
    client.cookies.set("tintinh_session", cookie)
    return client


def filled(db: Database) -> None:
    """Have a subscriber, a suspended one, a webhook that was disabled, and attempts."""
    with db.write() as conn:
        for number, callback in enumerate((CALLBACK, "https://slow.example/x")):
            host = callback.split("/")[2]
            hub_subscribers.ask(
                conn, Wish(callback, TOPIC, "all", "atom", host, "subscribe", 864_000, "k"), NOW
            )
            known = hub_subscribers.of(conn, callback, TOPIC)
            assert known is not None
            hub_subscribers.verified(conn, known, 0, NOW)
            deliveries.want(conn, hub.CONTENT, callback, TOPIC, host, NOW + timedelta(seconds=number))
            last = known
        hub_subscribers.suspended(conn, last, "HTTP 502")
        for one in deliveries.claim(conn, NOW + timedelta(minutes=1), 60, 8, 4):
            deliveries.log(conn, one, NOW, 502, 120, "HTTP 502")
            deliveries.failed(conn, one, NOW, "HTTP 502", NOW + timedelta(hours=1))
        made = endpoints.add(
            conn,
            "https://toasoan.example/tin?token=geheim-78",
            ["province/vinh-long"],
            0,
            NOW,
            allow_private=False,
        )
        endpoints.disabled(conn, made, "410: the receiver wants no more")


def test_the_page_shows_what_goes_outward(ops: httpx.Client, db: Database) -> None:
    """Who is told, what fails and why, and what was tried."""
    empty = ops.get("/ops")
    filled(db)
    page = ops.get("/ops")

    assert (200, 200) == (empty.status_code, page.status_code)
    for said in (
        "reader.example",
        "Tạm ngừng vì lỗi",
        "Đã ngắt",
        "410: the receiver",
        "HTTP 502",
        "Sẽ gửi lại",
    ):
        assert said in page.text
    assert "https://toasoan.example/tin?…" in page.text
    assert not [word for word in ("geheim-77", "geheim-78") if word in page.text]
