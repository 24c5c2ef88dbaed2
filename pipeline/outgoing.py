"""Outgoing webhooks: each change of a story is told to the endpoints that operators registered.

Signed as Standard Webhooks says. An endpoint has a cursor in the change log: changes go out in order, one
at a time, each until it arrives, with the same webhook-id at every attempt. What is told is the story as it
stands at the attempt: a story that was withdrawn meanwhile goes out without a word of its text.
"""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from pipeline import channel_keys, replay, sealing, told
from pipeline.deliver import Errand, Failure, Request, again
from pipeline.errors import BadInput, Refused
from pipeline.fetch import Fetched
from pipeline.model import Change, Story
from pipeline.replay import Line
from pipeline.stages import Clock
from pipeline.store import Connection, Database, changes, deliveries, endpoints, meta, stories
from pipeline.store.deliveries import Delivery
from pipeline.store.endpoints import KIND, Endpoint, State
from pipeline.store.saved_ways import Way
from pipeline.target import Target, authority, target

WEBHOOK = KIND
PATIENCE = timedelta(days=3)  # then an endpoint is disabled
OVERLAP = timedelta(days=1)  # how long the secret before the newest signs too
_LONGEST_URL = 2_000
_LOOKED_AT = 200  # changes at a time, of which an endpoint may be told none
_GONE = 410
_MEDIA_TYPE = "application/json"


def address(url: str) -> Target:
    """Return an endpoint's address taken apart.

    Raises:
        BadInput: no http or https address, one with a password or a fragment, or too long.
    """
    if len(url) > _LONGEST_URL or "#" in url:
        raise BadInput("URL", f"must be an address of up to {_LONGEST_URL} characters, without a fragment")
    try:
        goal = target(url)
    except Refused as error:
        raise BadInput("URL", "must be an http or https address") from error
    if goal.has_credentials:
        raise BadInput("URL", "must have no user name or password; deliveries are signed")
    return goal


def shown(url: str) -> str:
    """Return an endpoint's address as it may be shown: without its query, which may hold a secret."""
    bare, query, _ = url.partition("?")
    return f"{bare}?…" if query else bare


def chosen(provinces: Iterable[str], topics: Iterable[str], channels: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of the channels that a choice comes to, in order; none: every story.

    Provinces and topics together mean both: the news of these provinces about these topics.
    """
    places = [f"province/{slug}" for slug in provinces]
    about = [f"topic/{slug}" for slug in topics]
    both = [f"{place}/{topic}" for place, topic in product(places, about)] or [*places, *about]
    return tuple(sorted({*both, *channels} - {channel_keys.EVERYTHING}))


def secrets_of(key_file: Path, known: Endpoint | Way, now: datetime) -> tuple[str, ...]:
    """Return the secrets that sign for somebody at `now`, newest first: one, or two after a rotation.

    Raises:
        BadSettings: the file of the master secret cannot be read or made.
    """
    both = known.both_until is not None and now < known.both_until
    numbers = (known.number, known.number - 1)[: 1 + both]
    return tuple(_secret(key_file, known.salt, number) for number in numbers)


def _secret(key_file: Path, salt: str, number: int) -> str:
    made = sealing.derived(key_file, f"webhook\0{salt}\0{number}")
    return f"whsec_{base64.b64encode(made).decode()}"


def message(key_file: Path, known: Endpoint, name: str, body: dict[str, Any], now: datetime) -> Request:
    """Return a signed call with a message of a name (the webhook-id). Raises BadSettings."""
    secrets = secrets_of(key_file, known, now)
    return signed(known.url, secrets, name, body, now, allow_private=known.allow_private)


def signed(
    url: str, secrets: Iterable[str], name: str, body: dict[str, Any], now: datetime, *, allow_private: bool
) -> Request:
    """Return a call with a message, signed by each secret as Standard Webhooks says."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    signatures = [Webhook(one).sign(name, now, text) for one in secrets]
    headers = {
        "Content-Type": _MEDIA_TYPE,
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return Request(url, text.encode(), headers, allow_private=allow_private)


def message_id(known: Endpoint, name: object) -> str:
    """Return the webhook-id of a change, the same at every attempt and every replay; no "." is in it."""
    return f"tt_{known.salt[:12]}_{name}"


def trial(key_file: Path, known: Endpoint, now: datetime) -> Request:
    """Return a call that tells of no story, to try an endpoint with."""
    body = {"type": "test", "timestamp": told.instant(now), "data": {"endpoint": known.endpoint_id}}
    return message(key_file, known, message_id(known, f"test{int(now.timestamp())}"), body, now)


def gather(db: Database, clock: Clock) -> None:
    """Note which endpoints have something to be told."""
    with db.read() as conn:
        behind = endpoints.behind(conn, changes.head(conn))
    if behind:
        with db.write() as conn:
            for one in behind:
                deliveries.want(conn, KIND, str(one.endpoint_id), "", authority(one.url), clock())


def behind(conn: Connection) -> bool:
    """Say whether an endpoint has something to be told that no delivery is due for."""
    return bool(endpoints.behind(conn, changes.head(conn)))


def concerns(known: Endpoint, change: Change, story: Story) -> bool:
    """Say whether an endpoint is told a change: it is news (law 11), and is or was in its channels."""
    if story.backfill:
        return False
    keys = channel_keys.of(story.face.labels)
    if change.before is not None:
        keys |= channel_keys.of(change.before)
    return not known.channels or not keys.isdisjoint(known.channels)


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes calls to endpoints. `chance`: in [0, 1), anew at each call."""

    base_url: str
    key_file: Path
    chance: Callable[[], float]

    def errand(self, db: Database, one: Delivery, now: datetime) -> Errand | None:
        """Return the call that tells the next change; None if there is none or nobody is to be told."""
        while True:
            with db.read() as conn:
                known = endpoints.get(conn, int(one.target))
                if known is None or known.state is not State.ACTIVE:
                    return None
                log = changes.after(conn, known.position, _LOOKED_AT)
                found = _next(conn, known, log)
                here = told.Here(self.base_url, *meta.authority(conn))
            if found is not None:
                return self._call(known, found, here, now)
            if not log:
                return None
            with db.write() as conn:
                endpoints.passed(conn, known.endpoint_id, known.position, log[-1].seq)

    def _call(self, known: Endpoint, line: Line, here: told.Here, now: datetime) -> "_Call":
        data = told.change(line, here)
        body = {"type": f"story.{data['type']}", "timestamp": data["at"], "data": data}
        request = message(self.key_file, known, message_id(known, line.change.seq), body, now)
        return _Call(request, known, line.change.seq, self.chance)


def _next(conn: Connection, known: Endpoint, log: Iterable[Change]) -> Line | None:
    for change in log:
        story = stories.get(conn, change.story_id)
        if story is not None and concerns(known, change, story):
            return replay.tell(conn, change, story)
    return None


@dataclass(frozen=True, slots=True)
class _Call:
    request: Request
    known: Endpoint
    seq: int
    chance: Callable[[], float]

    def flaw(self, answer: Fetched) -> str:  # noqa: ARG002 - any 2xx will do
        return ""

    def told(self, conn: Connection, now: datetime) -> bool:
        endpoints.told(conn, self.known.endpoint_id, self.known.position, self.seq, now)
        return changes.head(conn) > self.seq

    def failed(self, conn: Connection, now: datetime, failure: Failure) -> datetime | None:
        if failure.status == _GONE:
            endpoints.disabled(conn, self.known.endpoint_id, "410: the receiver wants no more")
            return None
        due = again(failure, now, PATIENCE, self.chance())
        if due is None:
            reason = f"failed for {PATIENCE.days} days: {failure.reason}"
            endpoints.disabled(conn, self.known.endpoint_id, reason)
        return due
