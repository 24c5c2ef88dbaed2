"""What ops people and machines see, on both databases."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.config import Settings
from pipeline.habits import Day
from pipeline.model import LOCAL_ZONE, Form, Given, Source, SourceId
from pipeline.store import (
    Database,
    accounts,
    doors,
    habits,
    intakes,
    numbers,
    quarantine,
    receipts,
    saved,
    sources,
)
from pipeline.store.accounts import Role
from pipeline.store.schema import crowd
from tasks.app import QUEUES
from tests.store.test_pushes import pushed
from tests.web.conftest import Serve, serving
from web.app import create_app

NOW = datetime.now(UTC)


@pytest.fixture
def held(db: Database) -> int:
    """The number of a quarantined receipt; its feed is late and failing."""
    with db.write() as conn:
        sources.add(conn, Source(SourceId("bao-a"), "Báo A"))
        door = intakes.add(conn, SourceId("bao-a"), "feed", "https://a.example.org/rss", next_due=NOW)
        intakes.done(conn, door, intakes.Poll(NOW, NOW - timedelta(hours=1), error="đọc <b>quá</b> lâu"))
        taken = receipts.add(
            conn,
            source_id=SourceId("bao-a"),
            form=Form.TEXT,
            content=receipts.pack(b"?"),
            given=Given(),
            received_at=NOW,
        )
        receipts.quarantine(conn, taken.receipt_id, "receive", "không đọc được <script>", NOW)
    with db.read() as conn:
        return quarantine.listed(conn)[0].held_id


@pytest.fixture
def ops(serve: Serve, db: Database) -> httpx.Client:
    """A client that is signed in as ops."""
    client = serve()
    with db.write() as conn:
        token = accounts.open_session(conn, "lan", Role.OPS, datetime.now(UTC), timedelta(hours=1))
    client.cookies.set("tintinh_session", token)
    return client


def csrf(page: httpx.Response) -> str:
    """Return the token of a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_the_page_shows_what_is_held_and_late(ops: httpx.Client, held: int) -> None:
    """Reasons and addresses are shown, and nothing in them becomes markup."""
    page = ops.get("/ops")

    assert 200 == page.status_code
    assert f"/ops/quarantine/{held}/replay" in page.text
    assert "không đọc được &lt;script&gt;" in page.text
    assert "đọc &lt;b&gt;quá&lt;/b&gt; lâu" in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_worker_that_never_ran_is_seen(ops: httpx.Client, db: Database) -> None:
    """Every queue has its sign of life, and one without a stamp is marked."""
    with db.write() as conn:
        numbers.mark(conn, "canary_receive", datetime.now(UTC))
    signs = re.findall(
        r"<div( class=\"bad\")?><dt>Dấu hiệu sống: (\w+)</dt><dd>([^<]*)</dd>", ops.get("/ops").text
    )

    assert list(QUEUES) == [queue for _, queue, _ in signs]
    assert {"receive"} == {queue for bad, queue, seen in signs if not bad and seen != "chưa thấy"}
    assert len(QUEUES) - 1 == sum(bool(bad) and seen == "chưa thấy" for bad, _, seen in signs)


def test_a_held_receipt_is_sent_through_again(ops: httpx.Client, db: Database, held: int) -> None:
    """Replay by the form makes the receipt wait to be read."""
    told = ops.post(f"/ops/quarantine/{held}/replay", data={"csrf": csrf(ops.get("/ops"))})
    with db.read() as conn:
        state, waiting = quarantine.get(conn, held).state, receipts.pending(conn)

    assert (303, "/ops?done=replayed") == (told.status_code, told.headers["location"])
    assert ("replayed", 1) == (state, waiting)


def test_a_held_receipt_is_dropped(ops: httpx.Client, db: Database, held: int) -> None:
    """Drop by the form gives it up; nothing is read."""
    ops.post(f"/ops/quarantine/{held}/drop", data={"csrf": csrf(ops.get("/ops"))})
    with db.read() as conn:
        state, waiting = quarantine.get(conn, held).state, receipts.pending(conn)

    assert ("dropped", 0) == (state, waiting)


def test_a_pile_is_seen_and_released_with_one_button(ops: httpx.Client, db: Database, held: int) -> None:
    """Items held for one kind of reason are one row with headlines; the button lets all of them pass."""
    with db.write() as conn:
        [one] = quarantine.listed(conn)
        receipt = receipts.get(conn, one.receipt_id)
        assert receipt is not None
        reason = "dồn dập: 40 bài mới trong ngày"
        items = [quarantine.HeldItem(f"b{n}", f"{n:032}", f"Bài <{n}>", "flood", reason) for n in range(40)]
        quarantine.hold(conn, receipt, items, "habit", NOW)
    page = ops.get("/ops")
    numbers_of = re.findall(r"/ops/quarantine/(\d+)/archive", page.text)
    each = ops.get(f"/ops?pile={numbers_of[0]}").text
    told = ops.post(f"/ops/quarantine/{numbers_of[0]}/archive", data={"csrf": csrf(page), "whole": "true"})
    with db.read() as conn:
        left = quarantine.listed(conn)
        states = {quarantine.get(conn, held + 1 + n).state for n in range(40)}

    assert 1 == len(numbers_of)
    assert "Bài &lt;0&gt;" in page.text
    assert "Bài &lt;39&gt;" in each
    assert "/ops?done=archived" == told.headers["location"]
    assert ([held], {"archived"}) == ([one.held_id for one in left], states)


def test_a_source_that_has_changed_is_shown(ops: httpx.Client, db: Database, held: int) -> None:
    """A drift alarm stands on the page and in the metrics with its figures."""
    assert held
    today = datetime.now(UTC).astimezone(LOCAL_ZONE).toordinal()
    with db.write() as conn:
        for ago in range(29):
            stubs = 0 if ago else 20
            day = Day(today - ago, entries=20, stubs=stubs, characters=40_000)
            habits.add(conn, SourceId("bao-a"), 1, day)
    page, metrics = ops.get("/ops").text, ops.get("/metrics").text

    assert "Bài không có nội dung" in page
    assert "100 %" in page
    assert 'tintinh_source_drift{measure="stubs",pages="false",source="bao-a"} 1.0' in metrics


def test_a_forged_action_does_nothing(ops: httpx.Client, db: Database, held: int) -> None:
    """Without the session's token, or without a session, nothing moves."""
    forged = ops.post(f"/ops/quarantine/{held}/drop", data={"csrf": "x"})
    bare = ops.post(f"/ops/quarantine/{held}/drop")
    token = csrf(ops.get("/ops"))
    ops.cookies.clear()
    stranger = ops.post(f"/ops/quarantine/{held}/drop", data={"csrf": token})
    with db.read() as conn:
        state = quarantine.get(conn, held).state

    assert [403, 422, 303] == [forged.status_code, bare.status_code, stranger.status_code]
    assert state == "open"


def test_unknown_numbers_and_actions_are_not_found(ops: httpx.Client, held: int) -> None:
    """There is no third thing to do, and no other receipt."""
    form = {"csrf": csrf(ops.get("/ops"))}

    assert 404 == ops.post(f"/ops/quarantine/{held}/eat", data=form).status_code
    assert 404 == ops.post("/ops/quarantine/999/drop", data=form).status_code


def test_tracing_says_where_a_thing_is(ops: httpx.Client) -> None:
    """A name that nothing bears is told as such, whatever is in it."""
    page = ops.get("/ops", params={"trace": '"><script>x</script>'})

    assert 200 == page.status_code
    assert "Không có gì mang tên này" in page.text
    assert "<script>x" not in page.text


@pytest.mark.usefixtures("held")
def test_tracing_tells_of_an_embargo(ops: httpx.Client, db: Database) -> None:
    """An article that came before its time is there, and its title is not."""
    until = datetime(2099, 1, 1, 1, tzinfo=UTC)
    body = receipts.pack(b'{"event": "article.published", "article": {"id": "a-1", "title": "Kin"}}')
    with db.write() as conn:
        receipts.add(
            conn,
            source_id=SourceId("bao-a"),
            form=Form.PUSH,
            content=body,
            given=Given(),
            received_at=NOW,
            told=receipts.Told("a-1", not_before=until),
        )
    page = ops.get("/ops", params={"trace": "a-1"}).text

    assert "(bao-a, push)" in page
    assert "Chờ đến giờ đăng" in page.partition("(bao-a, push)")[2].partition("</p>")[0]
    assert "2099" in page
    assert "Kin" not in page
    assert "Không có gì mang tên này" not in page


@pytest.mark.usefixtures("held")
def test_metrics_are_numbers_and_no_secret(client: httpx.Client) -> None:
    """Prometheus's own parser reads them."""
    told = client.get("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(told.text)}
    states = {sample.labels["state"]: sample.value for sample in families["tintinh_receipts"].samples}

    assert "text/plain; version=0.0.4; charset=utf-8" == told.headers["content-type"]
    assert {"embargoed": 0, "received": 0, "read": 0, "quarantined": 1, "dropped": 0} == states
    assert 1 == families["tintinh_quarantine_open"].samples[0].value
    assert {"index", "publish", "alerts"} == {
        s.labels["reader"] for s in families["tintinh_reader_behind"].samples
    }


def test_crowds_are_counted(ops: httpx.Client, db: Database) -> None:
    """What finds nobody any more is a number on the page and in the metrics."""
    with db.write() as conn:
        conn.execute(crowd.insert(), [{"part": 8_000, "gram": gram} for gram in range(3)])
    page, lines = ops.get("/ops").text, ops.get("/metrics").text.splitlines()

    assert "<dt>Cụm từ rập khuôn, không dùng để tìm bài trùng</dt><dd>3</dd>" in page
    assert "tintinh_crowded_runs 3.0" in lines


def test_saved_searches_are_counted_and_not_read(ops: httpx.Client, db: Database) -> None:
    """How many are followed and how many cannot be read; what they ask stands on neither page."""
    with db.write() as conn:
        saved.add(conn, "Mật", {"q": "đất công sản"}, "lan", datetime.now(UTC))
        broken, _ = saved.add(conn, "", {"q": "x", "topic": "khong-con"}, None, datetime.now(UTC))
        saved.invalidate(conn, broken, "topic: must be a topic's slug")
    page, lines = ops.get("/ops").text, ops.get("/metrics").text.splitlines()

    assert "<dt>Tìm kiếm đã lưu đang theo dõi</dt><dd>1</dd>" in page
    assert 'tintinh_saved_searches{state="invalid"} 1.0' in lines
    assert not any(secret in page for secret in ("công sản", "Mật", "khong-con"))


def test_refused_pushes_are_counted(client: httpx.Client) -> None:
    """Every reason has its own count."""
    client.post("/webhooks/a", content=b"{}")
    lines = client.get("/metrics").text.splitlines()

    assert 'tintinh_pushes_total{code="missing_signature"} 1.0' in lines


def test_a_ready_process_says_so(client: httpx.Client) -> None:
    """Alive and ready are two questions."""
    assert [200, 200] == [client.get(path).status_code for path in ("/healthz", "/readyz")]


def test_a_process_without_its_schema_is_alive_but_not_ready(tmp_path: Path) -> None:
    """An empty database is not ready, and a missing one neither; the process answers all the same."""
    outdated = Settings(data=tmp_path)
    away = Settings(data=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    for chosen, code in ((outdated, "schema_outdated"), (away, "sql_unreachable")):
        with serving(create_app(chosen)) as address, httpx.Client(base_url=address) as client:
            told = client.get("/readyz")

            assert (503, code) == (told.status_code, told.json()["code"])
            assert "retry-after" in told.headers
            assert 200 == client.get("/healthz").status_code


def test_a_webhook_that_fell_silent_is_shown(ops: httpx.Client, db: Database) -> None:
    """With its source, when it is silent for longer than it ever was."""
    before = ops.get("/ops").text
    start = datetime.now(UTC) - timedelta(days=20)
    pushed(db, SourceId("bao-im"), *(start + timedelta(hours=hour) for hour in range(0, 24 * 8, 8)))
    after = ops.get("/ops").text

    assert (False, True) == ("<h3>Webhook im lặng</h3>" in before, ">bao-im</td>" in after)


def test_mailboxes_are_shown_with_what_was_passed_over(ops: httpx.Client, db: Database) -> None:
    """Beside the folders: why it cannot be read, and which mails nothing was made of."""
    with db.write() as conn:
        sources.add(conn, Source(SourceId("xa-an-hoa"), "Xã An Hòa"))
        url = "imaps://tin@mail.example/INBOX"
        door = intakes.add(conn, SourceId("xa-an-hoa"), "mailbox", url, next_due=NOW)
        doors.allow(conn, door, ["ubnd@anhoa.example"])
        claimed = doors.claim(conn, door, NOW, 60)
        assert claimed is not None
        doors.done(conn, claimed, NOW, NOW + timedelta(minutes=1), error=f"{url}: refuses user or password")
        old = doors.File("mail 7: a.doc", 0, 7, doors.FileState.PASSED_OVER, "an old Word document")
        doors.keep(conn, door, [old], NOW)
    page = ops.get("/ops").text

    assert all(
        words in page for words in (url, "refuses user or password", "mail 7: a.doc: an old Word document")
    )
