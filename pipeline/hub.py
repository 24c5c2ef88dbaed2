"""Our own WebSub hub: what may be asked of it, how intent is verified, what subscribers are brought.

W3C Recommendation WebSub, 23 January 2018; the sections named here are its sections. `web.hub` takes
requests, `pipeline.store.hub_subscribers` remembers, `pipeline.deliver` makes the calls prepared here.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from pipeline import channel_keys, sealing
from pipeline.deliver import Errand, Failure, Request, again
from pipeline.errors import BadInput, NotFound, Refused
from pipeline.fetch import Fetched
from pipeline.model import Change, Story
from pipeline.stages import Clock
from pipeline.store import Connection, Database, changes, deliveries, hub_subscribers, stories
from pipeline.store.deliveries import Delivery
from pipeline.store.hub_subscribers import State, Subscriber
from pipeline.target import Target, target

CURSOR = "push"  # up to where in the log subscribers were noted as having something to be told
PUBLISHED = "publish"  # up to where feeds are published
CONTENT, INTENT, DENIED = "content", "intent", "denied"
MOST = (1_000, 5_000, 20_000)  # subscriptions of a callback's host, of a topic, in all
MOST_UNVERIFIED = (100, 2_000)  # in an hour, of a callback's host and in all
LEASES = (timedelta(hours=1), timedelta(days=30))
LEASE = timedelta(days=10)  # section 8.2
PATIENCE = timedelta(days=3)  # then deliveries are suspended
_MOST_ASKED = 3  # times that a callback is asked, if it does not answer
_LONGEST_SECRET = 200  # bytes, exclusive (section 5.1)
_LONGEST_CALLBACK = 1_000
_OPEN_PORTS = (80, 443)
_PRIVILEGED = 1_024
_SERVER_ERROR, _TOO_MANY, _GONE = 500, 429, 410
_BATCH = 500
_STRANGERS, _FORGOTTEN = timedelta(hours=1), timedelta(days=30)  # what was never verified; what ended


@dataclass(frozen=True, slots=True)
class Content:
    """A document that is delivered: its bytes and its media type."""

    body: bytes
    media_type: str


class Contents(Protocol):
    """Renders what changed in a channel; the feeds know how."""

    def __call__(self, channel: str, form: str, after: int, upto: int) -> Content | None:
        """Return what changed behind one position of the log up to another; None if nothing that is told.

        Raises:
            NotFound: there is no such channel any more.
        """


def lease(asked: str) -> timedelta:
    """Return the lease that is granted: what was asked for within an hour and 30 days, 10 days for nothing.

    Raises:
        BadInput: that is no number.
    """
    if not asked:
        return LEASE
    if not (asked.isascii() and asked.isdigit()):
        raise BadInput("hub.lease_seconds", "must be a whole number of seconds")
    shortest, longest = LEASES
    return max(shortest, min(longest, timedelta(seconds=int(asked[:9]))))


def secret(asked: str) -> str:
    """Return the secret of a request. Raises BadInput: it has 200 bytes or more (section 5.1)."""
    if len(asked.encode()) >= _LONGEST_SECRET:
        raise BadInput("hub.secret", f"must have less than {_LONGEST_SECRET} bytes")
    return asked


def callback(url: str, *, private: bool) -> Target:
    """Return a callback's address taken apart; whether it may be called is for the network to say.

    Args:
        url: as it came.
        private: whether any port is good, which is so where private networks are.

    Raises:
        BadInput: no http or https address, one with a password or a fragment, too long, or of a port
            where something other than the web listens.
    """
    if not url or len(url) > _LONGEST_CALLBACK:
        raise BadInput("hub.callback", f"must be an address of up to {_LONGEST_CALLBACK} characters")
    if not url.isascii() or any(letter <= " " or letter == "\x7f" for letter in url):
        raise BadInput("hub.callback", "must be in the characters of an address (RFC 3986)")
    try:
        goal = target(url)
    except Refused as error:
        raise BadInput("hub.callback", "must be an http or https address") from error
    if goal.has_credentials or urlsplit(url).fragment:
        raise BadInput("hub.callback", "must have no user name, password or fragment")
    if not private and goal.port < _PRIVILEGED and goal.port not in _OPEN_PORTS:
        raise BadInput("hub.callback", "must be on port 80, 443 or above 1023")
    return goal


def signature(body: bytes, key: str) -> str:
    """Return the value of X-Hub-Signature (section 7.1)."""
    return f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"


def asking(url: str, **said: str) -> str:
    """Return a callback's address with parameters, its own query preserved (section 5.3)."""
    query = urlencode({f"hub.{name}": value for name, value in said.items()})
    return f"{url}{'&' if '?' in url else '?'}{query}"


def gather(db: Database, clock: Clock) -> None:
    """Note which subscribers have something to be told, by what was published since the last look.

    Subscribers and the cursor move in one transaction, so nothing published is passed over.
    """
    while True:
        with db.read() as conn:
            position, upto = changes.position(conn, CURSOR), changes.position(conn, PUBLISHED)
            if upto <= position:
                return
            anybody = hub_subscribers.any_active(conn)
            log = [one for one in changes.after(conn, position, _BATCH) if one.seq <= upto] if anybody else []
            known = stories.many(conn, {one.story_id for one in log})
        touched = {key for one in log for key in touched_by(one, known.get(one.story_id))}
        with db.write() as conn:
            for one in hub_subscribers.wanting(conn, touched):
                deliveries.want(conn, CONTENT, one.callback, one.topic, one.host, clock())
            changes.advance(conn, CURSOR, log[-1].seq if log else upto)


def behind(conn: Connection) -> bool:
    """Say whether feeds were published that subscribers have not been noted for."""
    return changes.position(conn, PUBLISHED) > changes.position(conn, CURSOR)


def tidy(db: Database, now: datetime) -> int:
    """End subscriptions whose lease is over and forget those that ended long ago; return how many ended."""
    with db.write() as conn:
        return hub_subscribers.expire(conn, now, now - _STRANGERS, now - _FORGOTTEN, _BATCH)


def touched_by(change: Change, story: Story | None) -> frozenset[str]:
    """Return the keys of the channels that a change takes its story out of, puts it into, or shows anew in.

    A story that is backfill from its birth is in no feed (law 11).
    """
    left = channel_keys.of(change.before) if change.before else frozenset()
    if story is None or (story.backfill and change.before is None):
        return left
    return left | channel_keys.of(story.face.labels)


def deny(conn: Connection, known: Subscriber, reason: str, now: datetime) -> None:
    """End a subscription and tell its callback so (section 5.2)."""
    hub_subscribers.ended(conn, known, reason)
    deliveries.drop(conn, CONTENT, known.callback, known.topic)
    deliveries.want(conn, DENIED, known.callback, known.topic, known.host, now)
    deliveries.hurry(conn, DENIED, known.callback, known.topic, now)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the hub works with.

    Args:
        hub: its address, for Link headers.
        key_file: of the master secret that seals subscribers' secrets.
        private: whether callbacks may be on private addresses.
        contents: renders what is delivered.
        chance: in [0, 1), anew at each call.
    """

    hub: str
    key_file: Path
    private: bool
    contents: Contents
    chance: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Intents:
    """Asks callbacks whether they meant it (section 5.3)."""

    desk: Desk

    def errand(self, db: Database, one: Delivery, now: datetime) -> Errand | None:  # noqa: ARG002 - a Maker
        """Return the question."""
        with db.read() as conn:
            known = hub_subscribers.of(conn, one.target, one.topic)
        if known is None or not known.asked_mode:
            return None
        challenge = secrets.token_urlsafe(32)
        said = {"mode": known.asked_mode, "topic": known.topic, "challenge": challenge}
        if known.asked_mode == "subscribe":
            said["lease_seconds"] = str(known.asked_lease)
        url = asking(known.callback, **said)
        sent = Request(url, allow_private=self.desk.private, first=len(challenge) + 1)
        return _Intent(sent, known, challenge, self.desk.chance)


@dataclass(frozen=True, slots=True)
class _Intent:
    request: Request
    known: Subscriber
    challenge: str
    chance: Callable[[], float]

    def flaw(self, answer: Fetched) -> str:
        same = hmac.compare_digest(answer.body or b"", self.challenge.encode())
        return "" if same else "the challenge was not given back"

    def told(self, conn: Connection, now: datetime) -> bool:
        if (known := self._still(conn)) is not None:
            hub_subscribers.verified(conn, known, changes.position(conn, PUBLISHED), now)
        return False

    def failed(self, conn: Connection, now: datetime, failure: Failure) -> datetime | None:
        status = failure.status or _SERVER_ERROR
        answered = status < _SERVER_ERROR and status != _TOO_MANY
        if answered or failure.attempts >= _MOST_ASKED:
            if (known := self._still(conn)) is not None:
                hub_subscribers.unconfirmed(conn, known, failure.reason)
            return None
        return again(failure, now, PATIENCE, self.chance())

    def _still(self, conn: Connection) -> Subscriber | None:
        """Return the request if it is still the one that was asked about."""
        known = hub_subscribers.get(conn, self.known.subscriber_id)
        return known if known is not None and known.asked_at == self.known.asked_at else None


@dataclass(frozen=True, slots=True)
class Denials:
    """Tells callbacks that their subscription is no more (section 5.2)."""

    desk: Desk

    def errand(self, db: Database, one: Delivery, now: datetime) -> Errand | None:  # noqa: ARG002 - a Maker
        """Return the notice."""
        with db.read() as conn:
            known = hub_subscribers.of(conn, one.target, one.topic)
        if known is None or known.state is not State.ENDED:
            return None
        url = asking(known.callback, mode="denied", topic=known.topic, reason=known.error)
        return _Denial(Request(url, allow_private=self.desk.private), self.desk.chance)


@dataclass(frozen=True, slots=True)
class _Denial:
    request: Request
    chance: Callable[[], float]

    def flaw(self, answer: Fetched) -> str:  # noqa: ARG002 - any 2xx will do
        return ""

    def told(self, conn: Connection, now: datetime) -> bool:  # noqa: ARG002 - nothing to write
        return False

    def failed(self, conn: Connection, now: datetime, failure: Failure) -> datetime | None:  # noqa: ARG002
        return None if failure.attempts >= _MOST_ASKED else again(failure, now, PATIENCE, self.chance())


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Brings subscribers what changed since they were told last (section 7)."""

    desk: Desk

    def errand(self, db: Database, one: Delivery, now: datetime) -> Errand | None:
        """Return the document of what changed, signed; None if nothing did or nobody subscribes any more."""
        with db.read() as conn:
            known = hub_subscribers.of(conn, one.target, one.topic)
            upto = changes.position(conn, PUBLISHED)
        if known is None or known.state is not State.ACTIVE:
            return None
        if known.lease_until is None or known.lease_until <= now:
            with db.write() as conn:
                hub_subscribers.ended(conn, known, "")
            return None
        if upto <= known.position:
            return None
        try:
            content = self.desk.contents(known.channel, known.form, known.position, upto)
        except NotFound:
            with db.write() as conn:
                deny(conn, known, "this feed is no more", now)
            return None
        if content is None:
            with db.write() as conn:
                hub_subscribers.passed(conn, known, upto)
            return None
        return _Bringing(self._request(known, content), known, upto, self.desk.chance)

    def _request(self, known: Subscriber, content: Content) -> Request:
        headers = {
            "Content-Type": content.media_type,
            "Link": f'<{self.desk.hub}>; rel="hub", <{known.topic}>; rel="self"',
        }
        if known.secret:
            key = sealing.opened(self.desk.key_file, known.secret)
            headers["X-Hub-Signature"] = signature(content.body, key)
        return Request(known.callback, content.body, headers, allow_private=self.desk.private)


@dataclass(frozen=True, slots=True)
class _Bringing:
    request: Request
    known: Subscriber
    upto: int
    chance: Callable[[], float]

    def flaw(self, answer: Fetched) -> str:  # noqa: ARG002 - any 2xx will do
        return ""

    def told(self, conn: Connection, now: datetime) -> bool:
        hub_subscribers.told(conn, self.known, self.upto, now)
        return changes.position(conn, PUBLISHED) > self.upto

    def failed(self, conn: Connection, now: datetime, failure: Failure) -> datetime | None:
        if failure.status == _GONE:
            hub_subscribers.ended(conn, self.known, "410: the callback wants no more")
            return None
        due = again(failure, now, PATIENCE, self.chance())
        if due is None:
            hub_subscribers.suspended(conn, self.known, failure.reason)
        return due
