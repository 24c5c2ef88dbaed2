"""Push from a running installation: in seconds, and nothing lost or told twice when workers are killed."""

import json
import os
import signal
import time
from collections.abc import Iterator

import httpx
import pytest
from standardwebhooks import Webhook

from tests.pipeline.receivers import Receiver, receiving
from tests.test_survival import Installation, eventually, record


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation without search whose hub calls loopback addresses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINTINH_HUB_PRIVATE", "true")
        patch.setenv("TINTINH_MEILISEARCH_BIN", "/nonexistent/meilisearch")
        installation = Installation(tmp_path_factory.mktemp("data"))
        installation.start()
        yield installation
        installation.stop()


def subscribe(up: Installation, receiver: Receiver, channel: str = "all.atom") -> None:
    """Ask the hub as a reader would, by what the feed says, and wait until it has asked back."""
    base = up.run()["web_url"]
    links = httpx.get(f"{base}/feeds/{channel}", trust_env=False).links
    form = {"mode": "subscribe", "topic": links["self"]["url"], "callback": receiver.url, "secret": "bí mật"}
    said = {f"hub.{name}": value for name, value in form.items()}
    answer = httpx.post(links["hub"]["url"], data=said, trust_env=False)
    assert 202 == answer.status_code, answer.text
    eventually(lambda: "active" in up.command("push", "subscribers"), up.report)


@pytest.mark.long
def test_news_is_pushed_within_seconds(up: Installation) -> None:
    """A story, and then its edit, to a subscriber of the feed and to a webhook, each signed."""
    with receiving() as reader, receiving("127.0.0.2") as office:
        number, secret = up.command("push", "add", office.url, "--allow-private").strip().split("\t")
        subscribe(up, reader)
        begun = time.monotonic()
        up.ingest(0, 1)
        eventually(lambda: bool(reader.got and office.got), up.report)
        print(f"told {time.monotonic() - begun:.1f} s after `ingest` began")  # noqa: T201 - a measurement
        edited = [record(0, paper) | {"title": f"Sự kiện 0 của báo {paper}, đã sửa"} for paper in "ab"]
        lines = (json.dumps(line, ensure_ascii=False) for line in edited)
        (up.data / "edited.jsonl").write_text("\n".join(lines))
        up.command("ingest", str(up.data / "edited.jsonl"))
        eventually(lambda: any("đã sửa" in got.body.decode() for got in reader.got), up.report)
        eventually(lambda: any("đã sửa" in got.body.decode() for got in office.got), up.report)
        up.command("push", "remove", number)

    assert "Sự kiện 0 của báo" in reader.got[0].body.decode()
    assert reader.got[0].headers["x-hub-signature"].startswith("sha256=")
    told = Webhook(secret).verify(office.got[0].body, office.got[0].headers)
    assert "story.created" == told["type"]


@pytest.mark.long
def test_killed_workers_lose_nothing(up: Installation) -> None:
    """Kill -9 of those who deliver: each change arrives, in order, once for who looks at ids."""
    with receiving("127.0.0.3") as office:
        office.hangs = 0.05
        number, _ = up.command("push", "add", office.url, "--allow-private").strip().split("\t")
        up.ingest(100, 40)
        for _ in range(4):
            seen = len(office.got)
            eventually(lambda: len(office.got) > seen, up.report)  # noqa: B023 - called at once
            for pid in up.pids("worker-deliver"):
                os.kill(pid, signal.SIGKILL)
        eventually(lambda: up.command("push", "list").split("\t")[6] == "0", up.report)
        bodies = {got.headers["webhook-id"]: json.loads(got.body)["data"] for got in office.got}
        up.command("push", "remove", number)

    positions = [data["seq"] for data in bodies.values()]
    assert 40 == len({data["story_id"] for data in bodies.values()})
    assert sorted(positions) == positions
    assert len(positions) == len(set(positions))
