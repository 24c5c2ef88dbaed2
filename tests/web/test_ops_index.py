"""What ops people and machines see of the search index, without Meilisearch being asked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pipeline.store import Database, accounts, indexing
from pipeline.store.accounts import Role
from search import health, rounds
from search.gate import Side, Walk
from search.health import Alarm, Raised, Seen, Watched
from tests.web.conftest import Serve

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def ops(serve: Serve, db: Database) -> Callable[..., httpx.Client]:
    """Start a web process with some settings; its client is signed in as ops."""

    def start(**more: object) -> httpx.Client:
        client = serve(**more)
        with db.write() as conn:
            token = accounts.open_session(conn, "lan", Role.OPS, datetime.now(UTC), timedelta(hours=1))
        client.cookies.set("tintinh_session", token)
        return client

    return start


def seen(db: Database, what: Seen, *alarms: Alarm, ago: timedelta = timedelta()) -> None:
    """Keep what upkeep would have seen: the clock's time, for what is older than five minutes is an alarm."""
    at = datetime.now(UTC) - ago
    with db.write() as conn:
        health.keep(conn, Watched(what, {name: Raised(f"said of {name}", at, at) for name in alarms}, at))


@pytest.mark.long_on_postgresql
def test_without_an_engine_nothing_is_an_alarm(ops: Callable[..., httpx.Client]) -> None:
    """Search that is switched off says so, and has no gauges."""
    client = ops()

    assert "Không có Meilisearch" in client.get("/ops").text
    assert {"status": "ready", "search": "off"} == client.get("/readyz").json()
    assert "tintinh_index_alarm" not in client.get("/metrics").text


def test_alarms_are_shown_to_people_and_machines(ops: Callable[..., httpx.Client], db: Database) -> None:
    """What was seen last stands on the page, in the gauges and in one word at /readyz."""
    client = ops(meilisearch_url=NOBODY)
    quiet = client.get("/readyz").json()["search"]
    seen(db, Seen(documents=1_234, size=5_000_000, oldest_seconds=900, waiting=3), Alarm.TASK)
    page, lines = client.get("/ops").text, client.get("/metrics").text.splitlines()
    ready = client.get("/readyz").json()

    assert "ready" == quiet
    assert "stuck_task" == ready["search"]
    assert datetime.fromisoformat(ready["search_seen_at"]) <= datetime.now(UTC)
    assert "Việc chờ lâu nhất của Meilisearch đã 15 phút chưa xong." in page
    assert "<dt>Tài liệu trong chỉ mục</dt><dd>1.234</dd>" in page
    assert "<dt>Cỡ cơ sở dữ liệu</dt><dd>5,0 MB</dd>" in page
    assert 'tintinh_index_alarm{name="stuck_task"} 1.0' in lines
    assert 'tintinh_index_alarm{name="disk"} 0.0' in lines
    assert 'tintinh_index_bytes{of="database"} 5e+06' in lines


@pytest.mark.long_on_postgresql
def test_the_disk_is_looked_at_now(ops: Callable[..., httpx.Client], tmp_path: Path) -> None:
    """Where upkeep can keep nothing any more, the page still sees the disk."""
    client = ops(meilisearch_url=NOBODY, meilisearch_data=tmp_path, index_least_disk=10**18)

    assert "disk" == client.get("/readyz").json()["search"]
    assert "Ổ đĩa của Meilisearch chỉ còn" in client.get("/ops").text


@pytest.mark.long_on_postgresql
def test_nobody_looking_is_an_alarm(ops: Callable[..., httpx.Client], db: Database) -> None:
    """An upkeep that stands still must not leave old good news behind."""
    client = ops(meilisearch_url=NOBODY)
    seen(db, Seen(), ago=timedelta(minutes=6))

    assert "unwatched" == client.get("/readyz").json()["search"]


@pytest.mark.long_on_postgresql
def test_refused_documents_and_faults_are_shown(ops: Callable[..., httpx.Client], db: Database) -> None:
    """By id and reason, escaped; and what the last comparison found."""
    client = ops(meilisearch_url=NOBODY)
    with db.write() as conn:
        indexing.refuse(conn, [("s<1>", "quá <b>lớn</b>")], "a form", datetime.now(UTC))
        rounds.record(conn, Walk(side=Side.DONE, stories=9, documents=9, orphaned=2), datetime.now(UTC))
    page, lines = client.get("/ops").text, client.get("/metrics").text.splitlines()

    assert "quá &lt;b&gt;lớn&lt;/b&gt;" in page
    assert "s&lt;1&gt;" in page
    assert '<div class="bad"><dt>Lần đối chiếu trước: Tin đã rút mà còn</dt><dd>2</dd></div>' in page
    assert 'tintinh_index_faults{kind="orphaned"} 2.0' in lines
    assert "tintinh_index_refused 1.0" in lines
