"""Playing the sample set through the doors of a living `up`: polled feeds, signed pushes, files.

`sources.toml` says who speaks by which door. Nothing here writes an entry or a story: what happens
behind the doors is what happens to real news.
"""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from cli.children import ROOT
from cli.desk import Desk, now
from cli.progress import Seen
from cli.taking import Taking
from cli.watch import Until
from pipeline import keys
from pipeline.errors import BadInput, EngineUnavailable
from pipeline.files import paths
from pipeline.model import Rights, Source, SourceId
from pipeline.store import Database, intakes, sources

SAMPLES = ROOT / "samples"
_ANSWER_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Push:
    """One webhook call of the sample set."""

    source_id: SourceId
    webhook_id: str
    event: str
    article_id: str
    body: bytes


class Player:
    """One performance; it counts what goes through each door."""

    def __init__(self, desk: Desk, stand_url: str, until: Until) -> None:
        """Play nothing yet. `stand_url`: where the sample feeds are served; `until` waits for a condition."""
        self._desk = desk
        self._stand_url = stand_url
        self._until = until
        self.feeds = self.pushes = self.files = self.records = 0

    def open_feeds(self) -> None:
        """Register the newsrooms and their feeds, due now, and ring for the first poll."""
        with self._desk.db.write() as conn:
            for newsroom in newsrooms():
                sources.add(conn, _source(newsroom))
                for path in doors(newsroom, "feed"):
                    # The newsstand is on loopback, which is refused unless an intake allows it by name.
                    intake_id = intakes.add(
                        conn,
                        SourceId(newsroom["id"]),
                        "feed",
                        f"{self._stand_url}/{path}",
                        allow_private=True,
                        next_due=now(),
                    )
                    intakes.wake(conn, intake_id, now())
                    self.feeds += 1
        from tasks import wiring  # reads the settings when imported: not before they name the broker

        self._until(lambda _: True)  # that import takes a while, and nobody rings while all is being stopped
        wiring.ring("poll")

    def hand_in(self) -> None:
        """Hand in the folders of bulletins and articles, each for its newsroom, and the records."""
        for newsroom in newsrooms():
            for path in doors(newsroom, "folder"):
                self._until(lambda _: True)  # a look at how far the others are, and whether to go on
                self.files += len(list(paths([SAMPLES / path])))
                Taking(self._desk, newsroom["id"], backfill=False).take([SAMPLES / path])
        records = SAMPLES / "records.jsonl"
        self.records = len(records.read_bytes().splitlines())
        Taking(self._desk, "", backfill=False).take([records])

    def push(self) -> None:
        """Post the pushes in the order of their files, as a newsroom's CMS does.

        What changes an article is sent when the article has been told: in one breath with it,
        there would be nothing that readers saw change.

        Raises:
            BadInput: web refuses a push.
            EngineUnavailable: web does not answer for long.
        """
        sent: dict[str, _Call] = {}
        for push in pushes():
            before = sent.get(push.article_id)
            if push.event != "article.published" and before is not None:
                self._until(before.told)
            call = sent[push.article_id] = self._call(push)
            try:
                self._until(call.taken)
            except EngineUnavailable as error:
                raise EngineUnavailable(push.webhook_id, f"not taken by web: {call.answered}") from error
            self.pushes += 1

    def _call(self, push: Push) -> "_Call":
        assert self._desk.run is not None
        key = _key(self._desk.settings.keys_file, push.source_id)
        return _Call(push, key, f"{self._desk.run.web_url}/webhooks/{push.source_id}")


class _Call:
    """A push on its way: each question is asked again until it is answered with yes."""

    def __init__(self, push: Push, key: str, url: str) -> None:
        self._push, self._key, self._url = push, key, url
        self._receipt_url = ""
        self.answered = ""

    def taken(self, _: Seen) -> bool:
        """Sign and post; the same id with the same body has no second effect. Raises BadInput if refused."""
        at = now()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": self._push.webhook_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self._key).sign(self._push.webhook_id, at, self._push.body.decode()),
        }
        status, answer = ask("POST", self._url, headers, self._push.body)
        self.answered = f"{status} {answer}" if status else "no answer"
        if status == HTTPStatus.ACCEPTED:
            self._receipt_url = f"{self._url}/receipts/{answer['receipt_id']}"
        elif HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise BadInput(self._url, f"refuses {self._push.webhook_id}: {self.answered}")
        return bool(self._receipt_url)

    def told(self, seen: Seen) -> bool:
        """Ask, as the newsroom would, whether its push is in a story that feeds have."""
        if not seen.published:
            return False
        status, answer = ask("GET", self._receipt_url, {"Authorization": f"Bearer {self._key}"})
        return status == HTTPStatus.OK and answer["state"] == "settled"


def newsrooms() -> list[dict[str, Any]]:
    """Return the sample registry, as its file has it."""
    told: list[dict[str, Any]] = tomllib.loads((SAMPLES / "sources.toml").read_text("utf-8"))["source"]
    return told


def doors(newsroom: dict[str, Any], kind: str) -> list[str]:
    """Return the paths, relative to the sample set, behind a newsroom's doors of one kind."""
    return [door["path"] for door in newsroom.get("intake", ()) if door["kind"] == kind]


def feed_files() -> dict[str, Path]:
    """Return what the newsstand serves: the sample feeds by their paths in its address."""
    return {f"/{path}": SAMPLES / path for newsroom in newsrooms() for path in doors(newsroom, "feed")}


def stand_port(db: Database) -> int:
    """Return the port at which this data folder has polled the sample feeds before, 0 for none."""
    with db.read() as conn:
        known = [urlsplit(door.url) for door in intakes.listed(conn) if door.kind == "feed"]
    return next((url.port or 0 for url in known if url.path in feed_files()), 0)


def pushes() -> Iterator[Push]:
    """Yield the sample pushes in the order of their file names."""
    for file in sorted((SAMPLES / "pushes").glob("*.json")):
        told = json.loads(file.read_text("utf-8"))
        body = told["body"]
        yield Push(
            SourceId(told["source"]),
            told["webhook_id"],
            body["event"],
            body["article"]["id"],
            json.dumps(body, ensure_ascii=False).encode(),
        )


def ask(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, Any]:
    """Ask our own web process and return the status and the JSON answered; (0, None) without an answer."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=_ANSWER_SECONDS)
    try:
        connection.request(method, parts.path, body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, HTTPException, ValueError):
        return 0, None
    finally:
        connection.close()


def _source(newsroom: dict[str, Any]) -> Source:
    return Source(
        source_id=SourceId(newsroom["id"]),
        name=newsroom["name"],
        province=newsroom["province"] or None,
        area=newsroom["area"] or None,
        hosts=tuple(newsroom["hosts"]),
        rights=Rights(newsroom["rights"]),
    )


def _key(keys_file: Path, source_id: SourceId) -> str:
    """Return the key that a newsroom signs with, drawn if it has none."""
    known = keys.of(keys_file, source_id)
    return known[0] if known else keys.draw(keys_file, source_id)
