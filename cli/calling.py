"""Webhook calls made as a CMS makes them: signed, sent, and the answer as it came."""

import json
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit
from uuid import uuid4

from standardwebhooks import Webhook

from pipeline.errors import BadInput, EngineUnavailable
from pipeline.model import LOCAL_ZONE
from pipeline.push import Event

_PATIENCE = 30.0
_LONGEST_ANSWER = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `text` is its body."""

    status: int
    reason: str
    text: str


def sample(event: str, now: datetime) -> bytes:
    """Return a made-up article of today as a body. Raises BadInput: there is no such event."""
    name = event if event.startswith("article.") else f"article.{event}"
    if name not in list(Event):
        known = ", ".join(one.removeprefix("article.") for one in Event)
        raise BadInput("--event", f"{event!r} is none of {known}")
    at = now.astimezone(LOCAL_ZONE).isoformat(timespec="seconds")
    article = {"id": "tintinh-webhook-test", "updated_at": at} | (
        {}
        if name == Event.WITHDRAWN
        else {
            "url": "https://example.org/tin/tintinh-webhook-test.html",
            "title": "Bài thử cửa nhận tin",
            "summary": "Bài này chỉ để thử chữ ký và địa chỉ nhận.",
            "content_html": "<p>Bài này chỉ để thử chữ ký và địa chỉ nhận, không phải tin.</p>",
            "published_at": at,
        }
    )
    return json.dumps({"event": name, "article": article}, ensure_ascii=False).encode()


def signed(body: bytes, key: str, now: datetime) -> dict[str, str]:
    """Return the headers of a signed call (Standard Webhooks). Raises BadInput: the body is no UTF-8."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadInput("body", "is no UTF-8") from error
    message_id = f"msg_{uuid4().hex}"
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(key).sign(message_id, now, text),
    }


def call(url: str, headers: dict[str, str], body: bytes) -> Answer:
    """Post a body.

    Raises:
        BadInput: that is no http or https address.
        EngineUnavailable: nobody answers there.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadInput("--url", f"{url!r} is no http or https address")
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.netloc, timeout=_PATIENCE)
    try:
        connection.request(
            "POST", f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers
        )
        answer = connection.getresponse()
        text = answer.read(_LONGEST_ANSWER).decode("utf-8", "replace")
    except (OSError, HTTPException) as error:
        raise EngineUnavailable(url, f"does not answer: {error}; does ./tintinh up run there?") from error
    finally:
        connection.close()
    return Answer(answer.status, answer.reason, text)
