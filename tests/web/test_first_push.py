"""What the developer of a CMS does with docs/webhooks.md in hand, from the key to the feed, by commands."""

import json
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import feedparser
import httpx
import pytest

from feeds.publish import publish
from pipeline.config import Settings
from pipeline.reader import Reader
from pipeline.store import Database
from tests.cli.test_commands import run
from tests.store.tellings import drain

ARTICLE = {
    "event": "article.published",
    "article": {
        "id": 30412,
        "url": "https://baoxudua.example.org/tin/30412.html",
        "title": "Thông xe cầu Rạch Vong",
        "summary": "Cầu nối hai xã bên sông.",
        "content_html": "<p>Sáng nay cầu Rạch Vong được thông xe sau hai năm thi công.</p>",
    },
}


class Desk:
    """A terminal beside a running site."""

    def __init__(self, data: Path, db: Database, client: httpx.Client) -> None:
        """Remember where everything is."""
        self.data, self.db, self.client = data, db, client
        self.file = data / "article.json"
        self.file.write_text(json.dumps(ARTICLE, ensure_ascii=False), encoding="utf-8")

    def run(self, *words: str) -> CompletedProcess[str]:
        """Run a command."""
        return run(self.data, *words, TINTINH_DATABASE_URL=self.db.url)

    def test(self, *words: str) -> CompletedProcess[str]:
        """Send something by `webhook test`."""
        return self.run("webhook", "test", "bao-xudua", "--url", str(self.client.base_url), *words)

    def titles(self) -> list[str]:
        """Let the stages run; return the titles in the site's feed."""
        with Reader() as reader:
            drain(self.db, reader, lambda: datetime.now(UTC))
        chosen = Settings(data=self.data, database_url=self.db.url)
        publish(self.db, chosen.feeds_dir, chosen.base_url, datetime.now(UTC))
        return [
            str(entry.title) for entry in feedparser.parse(self.client.get("/feeds/all.rss").content).entries
        ]


@pytest.fixture
def desk(db: Database, client: httpx.Client, tmp_path: Path) -> Desk:
    """A terminal beside a running site with nothing in it."""
    return Desk(tmp_path, db, client)


def test_from_the_key_to_the_feed(desk: Desk) -> None:
    """Register, try without consequences, send, and read it in the feed; the key is shown once."""
    key = desk.run("sources", "add", "bao-xudua", "--webhook", "--province", "Bến Tre").stdout.strip()
    tried = desk.test()
    stored = desk.titles()
    sent = desk.test("--file", str(desk.file), "--send")
    listed = desk.run("webhook", "keys").stdout.split("\t")

    assert (0, []) == (tried.returncode, stored), tried.stderr
    assert "\n200 OK\n" in tried.stdout
    assert "verdict: NEW: Bài thử cửa nhận tin" in tried.stderr
    assert (0, True) == (sent.returncode, "\n202 Accepted\n" in sent.stdout), sent.stderr
    assert ["Thông xe cầu Rạch Vong"] == desk.titles()
    assert ("bao-xudua", "-") == (listed[0], listed[4].strip())
    assert f"{datetime.now(UTC):%Y-%m-%d}" == listed[3][:10]
    assert key not in "".join((tried.stdout, tried.stderr, sent.stdout, sent.stderr, *listed))


@pytest.mark.long
def test_a_key_is_changed_without_losing_a_call(desk: Desk) -> None:
    """Both keys sign until the old one is ended; a wrong key is refused with the reason."""
    desk.run("sources", "add", "bao-xudua", "--webhook")
    drawn = desk.run("webhook", "key", "bao-xudua")
    both = desk.run("webhook", "keys", "bao-xudua").stdout.splitlines()
    ended = desk.run("webhook", "end-key", "bao-xudua")
    left = desk.run("webhook", "keys", "bao-xudua").stdout.splitlines()
    again = desk.run("webhook", "end-key", "bao-xudua")
    leaked = desk.run("webhook", "key", "bao-xudua", "--days", "0")

    assert drawn.stdout.startswith("whsec_")
    assert "stays valid until" in drawn.stderr
    assert 2 == len(both)
    assert [both[0]] == left
    assert both[1].split("\t")[1] in ended.stderr
    assert f"Ended now: {left[0].split(chr(9))[1]}\n" in leaked.stderr
    assert (1, True) == (again.returncode, "no key beside its newest" in again.stderr)


@pytest.mark.long_on_postgresql
def test_what_is_refused_says_why(desk: Desk) -> None:
    """An unknown source, a sample for good, a clean exit code for a body that has a mistake."""
    unknown = desk.test()
    desk.run("sources", "add", "bao-xudua", "--webhook")
    sample = desk.test("--send")
    desk.file.write_text('{"event": "article.published", "article": {"id": 1}}', encoding="utf-8")
    wrong = desk.test("--file", str(desk.file))

    assert (1, True) == (unknown.returncode, "is not registered" in unknown.stderr)
    assert (1, True) == (sample.returncode, "needs --file" in sample.stderr)
    assert (1, True) == (wrong.returncode, '"field":"article.title"' in wrong.stdout)
