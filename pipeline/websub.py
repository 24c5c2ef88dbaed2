"""The subscriber's rules of WebSub: which hub to ask, what to confirm, whom to believe, how long. Pure.

W3C Recommendation WebSub, 23 January 2018; the sections named here are its sections.
`pipeline.subscribing` speaks to hubs, `web.websub` is the callback, `pipeline.store.subscriptions` remembers.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from pipeline.model import Basis, Hints, Precision, When
from pipeline.schedule import Rhythm
from pipeline.weblinks import parse, targets

LEASE_SECONDS = 864_000  # what we ask for: 10 days, as section 8.2 suggests
PATIENCE = timedelta(minutes=15)  # a hub that has not verified by then is asked again
MOST_FAREWELLS = 3  # requests to end a subscription; then its lease ends it
SOON = timedelta(minutes=10)  # the next poll after a hub was found wanting
_DISTRUST = timedelta(days=1)  # after a poll found what push had not brought
_GRACE = timedelta(minutes=5)  # for a hub to deliver what was just published
_GAPS = 4
_SILENCES = (timedelta(hours=2), timedelta(days=3))
_UNKNOWN_RHYTHM = timedelta(days=1)
_RARE = 0.01  # items a day
_WINDOW = timedelta(days=1)  # in which a hub may verify what we asked for
_LEASES = (timedelta(minutes=10), timedelta(days=30))  # what we believe of a lease
_LONGEST_PAUSE = timedelta(days=5)  # between two renewals, whatever lease was granted
_RENEWED = (0.6, 0.2)  # of the lease: the earliest, and what chance adds
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=5), timedelta(days=1)
_REST_AFTER_DENIAL = timedelta(days=7)
_JITTER = 0.2
_MOST_DOUBLINGS = 10
_LONGEST_CHALLENGE = 2_048
_LONGEST_ADDRESS = 2_000
_METHODS = ("sha1", "sha256", "sha384", "sha512")


class State(StrEnum):
    """Where a subscription is."""

    WANTED = "wanted"  # a feed names a hub; nothing asked yet
    ASKED = "asked"  # the hub has our request, or will get it again
    ACTIVE = "active"  # the hub verified it
    DENIED = "denied"
    LEAVING = "leaving"  # to be ended; the hub has to verify that too
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a feed can be subscribed to, and by which name."""

    hub: str
    topic: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed at one hub. Instants are aware UTC.

    Args:
        token: the last part of the callback's address.
        next_due: when to speak to the hub next; None: never.
        requested_at: when it was asked last; verified_at: when it last verified.
        delivered_at: its last signed delivery; missed_at: when a poll last found what push had not brought.
        failures: requests in a row that came to nothing; ignored: deliveries with a wrong signature.
    """

    intake_id: int
    hub: str
    topic: str
    token: str
    state: State
    next_due: datetime | None = None
    requested_at: datetime | None = None
    verified_at: datetime | None = None
    lease_until: datetime | None = None
    delivered_at: datetime | None = None
    missed_at: datetime | None = None
    failures: int = 0
    deliveries: int = 0
    ignored: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody asks the callback (sections 5.2 and 5.3), as it came; "" for what is missing."""

    mode: str
    topic: str
    challenge: str = ""
    lease_seconds: str = ""


class Reply(StrEnum):
    """What the callback does with an intent."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    DENIED = "denied"
    UNASKED = "unasked"  # 404: not what we asked for


def offer(link_header: str, found_at: str, hints: Hints | None) -> Offer | None:
    """Return where a feed can be subscribed to; None if nowhere safe.

    The Link header goes before what the feed says (section 4). A hub by https goes before one by http,
    which is good only for a feed by http: it would get our secret in the clear, and could then be
    spoken for by whoever listens, which the feed's own address does not allow.

    Args:
        link_header: of the answer that brought the feed, "" for none.
        found_at: the address that the feed was fetched from.
        hints: what the feed itself says.
    """
    links = parse(link_header, found_at)
    said = hints or Hints()
    hubs = targets(links, "hub") or said.hubs
    selves = targets(links, "self")
    topic = selves[0] if selves else said.topic or found_at
    if not _address(topic):
        return None
    usable = [hub for hub in hubs if _address(hub)]
    secure = [hub for hub in usable if hub.startswith("https:")]
    plain = [] if topic.startswith("https:") else usable
    return next((Offer(hub, topic) for hub in (*secure, *plain)), None)


def public(base_url: str) -> bool:
    """Tell whether hubs on the Internet may be able to call an address: no loopback, no private network."""
    try:
        host = (urlsplit(base_url).hostname or "").lower().rstrip(".")
    except ValueError:
        return False
    if not host or host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".test")):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host


def callback(base_url: str, token: str) -> str:
    """Return the address that a hub calls."""
    return f"{base_url.rstrip('/')}/websub/{token}"


def judge(known: Subscription, asked: Intent, now: datetime) -> Reply:
    """Say what to reply to an intent: only what we asked for ourselves, lately, is confirmed."""
    if asked.topic != known.topic:
        return Reply.UNASKED
    open_ = known.state in (State.ASKED, State.ACTIVE)
    if asked.mode == "denied" and open_:
        return Reply.DENIED
    lately = known.requested_at is not None and now - known.requested_at <= _WINDOW
    if not lately or not 0 < len(asked.challenge) <= _LONGEST_CHALLENGE:
        return Reply.UNASKED
    if asked.mode == "subscribe" and open_:
        return Reply.SUBSCRIBED
    if asked.mode == "unsubscribe" and known.state in (State.LEAVING, State.ENDED):
        return Reply.UNSUBSCRIBED
    return Reply.UNASKED


def lease(lease_seconds: str) -> timedelta:
    """Return what we believe of a granted lease: 10 minutes to 30 days; the shortest for none."""
    shortest, longest = _LEASES
    if not (lease_seconds.isascii() and lease_seconds.isdigit()):
        return shortest
    seconds = int(lease_seconds[:12])
    return max(shortest, min(longest, timedelta(seconds=min(seconds, longest.total_seconds()))))


def renewal(now: datetime, granted: timedelta, chance: float) -> datetime:
    """Return when to renew a lease: after 60 to 80 % of it, within five days. `chance`: in [0, 1)."""
    first, more = _RENEWED
    return now + min(granted * (first + more * chance), _LONGEST_PAUSE)


def again(now: datetime, failures: int, chance: float) -> datetime:
    """Return when to ask a hub again after so many failures in a row: minutes at first, then a day."""
    wait = min(_FIRST_WAIT * 2.0 ** min(failures, _MOST_DOUBLINGS), _LONGEST_WAIT)
    return now + wait * (1 + _JITTER * chance)


def after_denial(now: datetime, chance: float) -> datetime:
    """Return when to ask a hub again that said no."""
    return now + _REST_AFTER_DENIAL * (1 + _JITTER * chance)


def signed(body: bytes, header: str, secret: str) -> bool:
    """Tell in constant time whether X-Hub-Signature is that of a body (section 7.1).

    All four methods of the Recommendation count, SHA-1 too: a subscriber cannot choose the method, the
    hubs of PubSubHubbub 0.4 know no other, and what is broken of SHA-1, collisions, forges no HMAC.
    """
    method, _, given = header.strip().partition("=")
    if method.lower() not in _METHODS:
        return False
    expected = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode("utf-8", "surrogatepass"))


def missed(known: Subscription, published: When, now: datetime) -> bool:
    """Tell whether push should have brought what a poll has found, published at `published`.

    That says nothing of a hub that had not verified by then or has had no time yet to deliver, and
    neither does a day without an hour.
    """
    if known.state is not State.ACTIVE or known.verified_at is None:
        return False
    told = published.precision is Precision.SECOND and published.basis is not Basis.RECEIVED
    return told and known.verified_at < published.at < now - _GRACE


def expected(rhythm: Rhythm | None, now: datetime) -> timedelta:
    """Return the time in which a feed that publishes as learned brings something: four mean gaps.

    Two hours to three days; a day while the rhythm is not known. Nights make gaps longer than the mean: a
    feed with ten items a day is trusted through them, one with a hundred is polled as always, which its
    rhythm makes rare at night anyway.
    """
    if rhythm is None or not rhythm.is_learned(now):
        return _UNKNOWN_RHYTHM
    shortest, longest = _SILENCES
    return max(shortest, min(longest, _GAPS * timedelta(days=1) / max(rhythm.per_day(now), _RARE)))


def works(known: Subscription | None, within: timedelta, now: datetime) -> bool:
    """Tell whether push can be relied on, so that polls are only a safety net.

    Args:
        known: the subscription of the feed, None for none.
        within: the time in which the feed's rhythm says that something comes (`expected`).
        now: aware UTC.
    """
    if known is None or known.state is not State.ACTIVE or known.delivered_at is None:
        return False
    if known.lease_until is None or known.lease_until <= now:
        return False
    if known.missed_at is not None and now - known.missed_at < _DISTRUST:
        return False
    return now - known.delivered_at <= within


def _address(url: str) -> bool:
    """Tell whether a hub or a topic is an http(s) address without a password and of sane length."""
    if len(url) > _LONGEST_ADDRESS:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
