"""Embargoes, withdrawals before their article and late texts, as a CMS sees them, on both databases."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline import keys
from pipeline.model import Source, SourceId
from pipeline.push import CLOCKS
from pipeline.reader import Reader
from pipeline.store import Database, counters, export, receipts, rollbacks, sources, stories
from tests.store.tellings import drain
from tests.web.test_webhooks import signature

PAPER = SourceId("bao-xudua")
TEXT = "Sáng mai cầu Rạch Vong được thông xe sau hai năm thi công, nối hai xã bên sông."


class Cms:
    """A CMS with its key; times are of its own clock, in whole hours from now."""

    def __init__(self, client: httpx.Client, db: Database, reader: Reader, key: str) -> None:
        """Start to count messages."""
        self.client, self.db, self.reader, self.key = client, db, reader, key
        self.now = datetime.now(UTC).replace(microsecond=0)
        self._ids = count()

    def hours(self, ahead: float) -> str:
        """Return a time as a CMS writes it."""
        return (self.now + timedelta(hours=ahead)).isoformat()

    def send(self, event: str = "published", query: str = "", **article: Any) -> Any:
        """Post an event of one article; return the answer's JSON with its status."""
        told = {"event": f"article.{event}", "article": {"id": "30412", **article}}
        sent = json.dumps(told, ensure_ascii=False).encode()
        headers = signature(sent, self.key, f"m{next(self._ids)}")
        answer = self.client.post(f"/webhooks/{PAPER}{query}", content=sent, headers=headers)
        return answer.json() | {"status": answer.status_code}

    def became(self, answer: Any) -> Any:
        """Ask what became of a message."""
        bearer = {"Authorization": f"Bearer {self.key}"}
        return self.client.get(f"/webhooks/{PAPER}/receipts/{answer['receipt_id']}", headers=bearer).json()

    def read(self, ahead: float = 0) -> list[str]:
        """Let the stages run in so many hours; return the titles of the living stories."""
        drain(self.db, self.reader, lambda: datetime.now(UTC) + timedelta(hours=ahead))
        with self.db.read() as conn:
            return [story.face.title for story in stories.window(conn, limit=10)]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """A reader for all tests: its child takes a second to start."""
    with Reader() as opened:
        yield opened


@pytest.fixture
def cms(client: httpx.Client, db: Database, reader: Reader, tmp_path: Path) -> Cms:
    """A paper's CMS."""
    with db.write() as conn:
        sources.add(conn, Source(PAPER, "Báo Xứ Dừa", "vinh-long", "ben-tre"))
    return Cms(client, db, reader, keys.draw(tmp_path / "keys.json", PAPER))


def test_a_future_publication_is_held_until_then(cms: Cms) -> None:
    """Before its time no door has a word of it; then it is told, as new at that moment."""
    answer = cms.send(title="Thông xe cầu", content_text=TEXT, published_at=cms.hours(5))
    before, early = cms.read(4.9), cms.became(answer)
    with cms.db.read() as conn:
        exported = list(export.lines(conn, text=True))
        waiting = (receipts.pending(conn), receipts.pending(conn, cms.now + timedelta(hours=5)))

    assert (202, "embargoed", cms.hours(5)) == (
        answer["status"],
        answer["state"],
        answer["embargoed_until"],
    )
    assert ([], [], (0, 1)) == (before, exported, waiting)
    assert ("embargoed", cms.hours(5), []) == (early["state"], early["embargoed_until"], early["entries"])
    assert ["Thông xe cầu"] == cms.read(5.1)
    assert ("settled", "new") == (cms.became(answer)["state"], cms.became(answer)["entries"][0]["became"])
    with cms.db.read() as conn:
        (story,) = stories.window(conn, limit=1)
    assert (cms.hours(5), False) == (story.first_seen.isoformat(), story.backfill)


def test_an_embargoed_push_is_traced(cms: Cms) -> None:
    """By its id and its address it was received, and until when it waits; not what it tells."""
    address = "https://baoxudua.example/thong-xe"
    answer = cms.send(title="Thông xe cầu", content_text=TEXT, url=address, published_at=cms.hours(5))
    with cms.db.read() as conn:
        (by_id,), (by_url,) = (export.trace(conn, name)["unread"] for name in ("30412", address))

    assert by_id == by_url
    assert (answer["receipt_id"], "embargoed", cms.hours(5)) == (
        by_id["receipt_id"],
        by_id["state"],
        by_id["embargoed_until"],
    )
    assert ("", "") == (by_id["title"], by_id["url"])
    assert ["Thông xe cầu"] == cms.read(5.1)
    with cms.db.read() as conn:
        traced = export.trace(conn, "30412")
    assert (1, []) == (len(traced["entries"]), traced["unread"])


def test_a_dry_run_names_the_embargo(cms: Cms) -> None:
    """It says what would come, and when."""
    answer = cms.send(query="?dry_run=1", title="Thông xe cầu", content_text=TEXT, published_at=cms.hours(30))
    (entry,) = answer["entries"]

    assert (200, cms.hours(30), "NEW") == (answer["status"], answer["embargoed_until"], entry["verdict"])
    assert datetime.fromisoformat(entry["published"]) == cms.now + timedelta(hours=30)


def test_clocks_may_differ_and_years_may_not(cms: Cms) -> None:
    """A few minutes ahead are a clock's, and more than a year ahead is a slip of the pen."""
    skewed = cms.send(
        title="Cầu một", content_text=TEXT, published_at=cms.hours(CLOCKS.seconds / 3600 - 0.01)
    )
    slip = cms.send(title="Cầu hai", content_text=TEXT, published_at=cms.hours(24 * 367))

    assert ("received", None) == (skewed["state"], skewed["embargoed_until"])
    assert (422, "article.published_at") == (slip["status"], slip["field"])
    assert ["Cầu một"] == cms.read()


def test_the_newest_message_decides_during_an_embargo(cms: Cms) -> None:
    """An update without a future time publishes now, and what was embargoed never comes."""
    held = cms.send(title="Bản kín", content_text=TEXT, published_at=cms.hours(5))
    now = cms.send("updated", title="Bản mở", content_text=f"{TEXT} Vé qua cầu miễn phí.")

    assert ["Bản mở"] == cms.read()
    assert ["Bản mở"] == cms.read(6)
    assert ("dropped", f"superseded: receipt {now['receipt_id']}") == (
        cms.became(held)["state"],
        cms.became(held)["reason"].partition(" came")[0],
    )
    with cms.db.read() as conn:
        assert {"drop_superseded_embargo": 1} == counters.listed(conn)


def test_an_embargo_may_be_moved(cms: Cms) -> None:
    """A second future time takes the place of the first."""
    cms.send(title="Bản một", content_text=TEXT, published_at=cms.hours(5))
    cms.send("updated", title="Bản hai", content_text=TEXT, published_at=cms.hours(9))

    assert [] == cms.read(6)
    assert ["Bản hai"] == cms.read(10)


def test_an_older_text_does_not_lift_an_embargo(cms: Cms) -> None:
    """What comes late and is older by the publisher's own times is ignored, and told so."""
    cms.send(
        "updated", title="Bản kín", content_text=TEXT, published_at=cms.hours(5), updated_at=cms.hours(-1)
    )
    late, dry = (
        cms.send("updated", query, title="Bản trễ", content_text=TEXT, updated_at=cms.hours(-2))
        for query in ("", "?dry_run=1")
    )

    assert ("dropped", late["reason"]) == (dry["outcome"], dry["reason"])
    assert ("dropped", True) == (late["state"], late["reason"].startswith("superseded"))
    assert [] == cms.read()
    assert ["Bản kín"] == cms.read(6)


def test_a_withdrawal_during_an_embargo_stands(cms: Cms) -> None:
    """The article never appears, at no time."""
    held = cms.send(title="Bản kín", content_text=TEXT, published_at=cms.hours(5))
    gone = cms.send("withdrawn")

    assert [] == cms.read()
    assert [] == cms.read(6)
    assert ("dropped", "withdrawn") == (
        cms.became(held)["state"],
        cms.became(gone)["entries"][0]["became"],
    )


def test_a_rollback_takes_what_is_embargoed_too(cms: Cms) -> None:
    """What a stolen key sent for later does not come up after the rollback."""
    answer = cms.send(title="Bản kín", content_text=TEXT, published_at=cms.hours(5))
    with cms.db.write() as conn:
        since = cms.now - timedelta(hours=1)
        found = rollbacks.extent(conn, PAPER, since, cms.now + timedelta(hours=1))
        rollbacks.withdraw(conn, PAPER, found, since, "lan", cms.now, "lộ khóa")

    assert (answer["receipt_id"],) == found.embargoed
    assert [] == cms.read(6)
    assert "dropped" == cms.became(answer)["state"]


def test_an_embargoed_update_leaves_what_is_told(cms: Cms) -> None:
    """The text that is out stays as it is until the new one's time."""
    cms.send(title="Bản một", content_text=TEXT, published_at=cms.hours(-1))
    first = cms.read()
    cms.send("updated", title="Bản hai", content_text=f"{TEXT} Có đèn.", published_at=cms.hours(5))

    assert (["Bản một"], ["Bản một"], ["Bản hai"]) == (first, cms.read(4), cms.read(6))


def test_an_older_text_is_taken_and_ignored(cms: Cms) -> None:
    """Its receipt says that something newer stands."""
    cms.send(title="Bản mới", content_text=TEXT, updated_at=cms.hours(-1))
    late = cms.send("updated", title="Bản cũ", content_text=f"{TEXT} Bản cũ.", updated_at=cms.hours(-2))

    assert ["Bản mới"] == cms.read()
    assert (202, "superseded") == (late["status"], cms.became(late)["entries"][0]["became"])


WITHDRAWN: Callable[[Cms, str, str], Any] = lambda cms, one, _: cms.send(  # noqa: E731
    "withdrawn", id=one, updated_at=cms.hours(-2)
)
OLDER: Callable[[Cms, str, str], Any] = lambda cms, one, text: cms.send(  # noqa: E731
    id=one, title=f"Cũ: {one}", content_text=text, url=f"https://a.example/{one}", updated_at=cms.hours(-3)
)
LATER: Callable[[Cms, str, str], Any] = lambda cms, one, text: cms.send(  # noqa: E731
    id=one, title=f"Mới: {one}", content_text=text, url=f"https://a.example/{one}", updated_at=cms.hours(-1)
)
# An article: its text, what is sent of it, what the last of these became. They share one site: it is dear.
REMEMBERED = {
    "unseen then older": (TEXT, [WITHDRAWN, OLDER], "withdrawn"),
    "older": ("Trường tiểu học An Bình khai giảng lớp bơi cho trẻ.", [OLDER, WITHDRAWN], "withdrawn"),
    "unseen then later": ("Giá dừa khô ở chợ Mỏ Cày tăng gấp đôi.", [WITHDRAWN, LATER], "new"),
    "late withdrawal": ("Đội tuyển bóng chuyền vào vòng chung kết.", [LATER, WITHDRAWN], "superseded"),
    "all": ("Bệnh viện tỉnh nhận thêm ba máy chạy thận.", [WITHDRAWN, OLDER, LATER], "revised"),
}


@pytest.mark.parametrize("apart", [False, True], ids=["one batch", "one by one"])
def test_a_withdrawal_is_remembered(cms: Cms, *, apart: bool) -> None:
    """Of something unseen too: only a text with a later time of its own is told; any order ends the same."""
    last = {}
    for turn in range(max(len(sends) for _, sends, _ in REMEMBERED.values())):
        for name, (text, sends, _) in REMEMBERED.items():
            if turn < len(sends):
                last[name] = sends[turn](cms, name, text)
        if apart:
            cms.read()

    assert ["Mới: all", "Mới: late withdrawal", "Mới: unseen then later"] == sorted(cms.read())
    assert {name: became for name, (*_, became) in REMEMBERED.items()} == {
        name: cms.became(answer)["entries"][0]["became"] for name, answer in last.items()
    }
