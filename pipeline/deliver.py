"""The one way outward: deliveries in SQL, claimed, made, tried again, and written down.

A delivery is a row (`pipeline.store.deliveries`); who knows how to make one kind of them is a `Maker`:
`Pings` here (another hub is told which feeds changed), `pipeline.hub` (our subscribers),
`pipeline.outgoing` (webhooks), `pipeline.alerting` (saved searches, by letter too). What is told is made
at the moment of the attempt, so that what is taken back while a receiver is away is never sent to it.

One request at a time goes to a host, a handful at once in all, half of them at most to hosts that
failed last: who is slow or hangs holds up nobody else. A process that is killed leaves claims that run
out, and what it did not write down is told again, with the same id.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import ClassVar, Protocol
from urllib.parse import urlencode

import structlog

from pipeline.errors import Refused, SourceUnreachable, TinTinhError
from pipeline.fetch import Fetched, Fetcher, retry_after
from pipeline.mailer import Letter, Mailer, Round
from pipeline.stages import Clock
from pipeline.store import Connection, Database, counters, deliveries
from pipeline.store.deliveries import Delivery
from pipeline.target import authority

PING = "hub"
_THREADS = 8
_FAILING = 4  # of them, at most, for hosts that failed last
_LOOK = 0.2  # seconds between two looks for what has become due
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=6)
_GROWTH = 4  # 5 s, 20 s, 80 s, 5 min, 21 min, 85 min, 6 h, 6 h …: 18 attempts in three days
_MOST_DOUBLINGS = 8
_JITTER = 0.25
_PING_PATIENCE = timedelta(days=1)  # by then its subscribers have polled
_OK, _NOT_OK = 200, 300
_LOG = structlog.get_logger("deliver")


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `content`: the body of a POST, None for a GET; `first`: bytes wanted of the answer."""

    protocol: ClassVar[str] = "HTTP"
    url: str
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    allow_private: bool = False
    first: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong: the answer's status (None: none), why, when again if it says so, and for how long."""

    status: int | None
    reason: str
    asked_wait: float | None
    attempts: int  # this one counted
    since: datetime


class Errand(Protocol):
    """One delivery, ready to be made."""

    @property
    def request(self) -> Request | Letter:
        """What is sent."""

    def flaw(self, answer: Fetched) -> str:
        """Return why an answer of 2xx is none for us, "" if it is good."""

    def told(self, conn: Connection, now: datetime) -> bool:
        """Write down that it arrived; say whether there is more to tell."""

    def failed(self, conn: Connection, now: datetime, failure: Failure) -> datetime | None:
        """Write down that it did not; return when to try again, None: never."""


class Maker(Protocol):
    """Knows how to make deliveries of one kind."""

    def errand(self, db: Database, one: Delivery, now: datetime) -> Errand | None:
        """Return what is to be sent now, None if there is nothing to tell any more.

        Raises:
            TinTinhError: it cannot be made now; that counts as a failed attempt.
        """


@dataclass(frozen=True, slots=True)
class Drained:
    """What one drain did: attempts made, those that arrived, and whether more is due."""

    attempts: int
    arrived: int
    more: bool


def again(failure: Failure, now: datetime, patience: timedelta, chance: float) -> datetime | None:
    """Return when to try again after a failure: seconds at first, then hours; None after `patience`.

    A receiver that asks us to wait is given that time, up to the longest wait. `chance`: in [0, 1).
    """
    if now - failure.since >= patience:
        return None
    steps = min(failure.attempts - 1, _MOST_DOUBLINGS)
    waiting: timedelta = min(_FIRST_WAIT * _GROWTH**steps, _LONGEST_WAIT) * (1 + _JITTER * chance)
    asked = timedelta(seconds=min(failure.asked_wait or 0, _LONGEST_WAIT.total_seconds()))
    return now + max(waiting, asked)


def drain(
    db: Database,
    fetcher: Fetcher,
    makers: Mapping[str, Maker],
    clock: Clock,
    *,
    seconds: float,
    lease_seconds: float,
    gather: Callable[[], None] = lambda: None,
    mailer: Mailer | None = None,
) -> Drained:
    """Deliver what is due, and what becomes due meanwhile, until nothing is or the time is up.

    What was begun is waited for, which may take as long as one request.

    Args:
        db: the database.
        fetcher: the HTTP client.
        makers: one a kind; deliveries of another kind are left alone.
        clock: aware UTC.
        seconds: after which nothing more is begun.
        lease_seconds: how long a claim holds.
        gather: whoever is to be told more is noted; called every moment, and before it ends.
        mailer: hands letters over; None: they wait.
    """
    end, gathered, made, arrived = time.monotonic() + seconds, 0.0, 0, 0
    running: dict[Future[bool], Delivery] = {}
    with (
        mailer.round() if mailer else nullcontext() as letters,
        ThreadPoolExecutor(_THREADS, thread_name_prefix="deliver") as pool,
    ):
        post = partial(_sent, fetcher, letters)
        while True:
            if time.monotonic() < end:
                if not running or time.monotonic() >= gathered + _LOOK:
                    gather()
                    gathered = time.monotonic()
                failing = [one.attempts > 0 for one in running.values()]
                for one in _claimed(db, clock(), lease_seconds, failing):
                    running[pool.submit(_deliver, db, post, makers, one, clock)] = one
            if not running:
                break
            for done in wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED).done:
                one, error = running.pop(done), done.exception()
                if error is not None:
                    _put_off(db, one, error, clock())
                made, arrived = made + 1, arrived + (error is None and done.result())
    with db.read() as conn:
        return Drained(made, arrived, deliveries.is_due(conn, clock()))


def waiting(conn: Connection, now: datetime) -> bool:
    """Say whether something could be delivered at `now`."""
    return deliveries.is_due(conn, now)


def _claimed(db: Database, now: datetime, seconds: float, failing: Sequence[bool]) -> list[Delivery]:
    """Claim as much as there are free hands for."""
    with db.read() as conn:
        if not deliveries.is_due(conn, now):
            return []
    hands = _THREADS - len(failing)
    patient = min(hands, max(0, _FAILING - sum(failing)))
    with db.write() as conn:
        claimed = deliveries.claim(conn, now, seconds, hands, patient)
        for spare in claimed[hands:]:
            deliveries.release(conn, spare)
    return claimed[:hands]


def _sent(fetcher: Fetcher, letters: Round | None, sent: Request | Letter) -> Fetched:
    """Send a call or a letter; return the answer. Raises SourceUnreachable, Refused."""
    if isinstance(sent, Letter):
        if letters is None:
            raise SourceUnreachable("mail server", "none is set")
        return Fetched(letters.send(sent), "", None, {})
    return fetcher.send(
        sent.url,
        content=sent.content,
        headers=dict(sent.headers),
        allow_private=sent.allow_private,
        first=sent.first,
    )


def _deliver(
    db: Database,
    post: Callable[[Request | Letter], Fetched],
    makers: Mapping[str, Maker],
    one: Delivery,
    clock: Clock,
) -> bool:
    """Make one delivery and write down what came of it; say whether it arrived."""
    errand, status, flaw, asked_wait = None, None, "", None
    begun = time.monotonic()
    try:
        errand = makers[one.kind].errand(db, one, clock())
        if errand is None:
            with db.write() as conn:
                deliveries.told(conn, one, clock(), more=False)
            return False
        begun = time.monotonic()
        sent = errand.request
        answer = post(sent)
    except (SourceUnreachable, Refused) as error:
        flaw = error.message  # without its subject, which is an address
    except TinTinhError as error:
        flaw = f"not made: {error.message}"
    else:
        status = answer.status
        flaw = errand.flaw(answer) if _OK <= status < _NOT_OK else f"{sent.protocol} {status}"
        asked_wait = retry_after(answer.headers, datetime.now(UTC)) if flaw else None
    now, took = clock(), round((time.monotonic() - begun) * 1_000)
    failure = Failure(status, flaw, asked_wait, one.attempts + 1, one.failing_since or now)
    with db.write() as conn:
        deliveries.log(conn, one, now, status, took, flaw)
        if flaw or errand is None:
            counters.add(conn, f"push_{one.kind}_failed")
            due = (
                errand.failed(conn, now, failure) if errand else again(failure, now, timedelta.max, _chance())
            )
            deliveries.failed(conn, one, now, flaw, due)
        else:
            counters.add(conn, f"push_{one.kind}_told")
            deliveries.told(conn, one, now, more=errand.told(conn, now))
    _LOG.info(
        "delivery", kind=one.kind, delivery=one.delivery_id, host=one.host, status=status, ms=took, flaw=flaw
    )
    return not flaw


def _put_off(db: Database, one: Delivery, error: BaseException, now: datetime) -> None:
    """Try again later what ended in a fault of ours: it must not stop the others.

    Raises:
        EngineUnavailable: SQL is away; the claim runs out by itself.
    """
    flaw = f"fault of ours: {type(error).__name__}"
    failure = Failure(None, flaw, None, one.attempts + 1, one.failing_since or now)
    _LOG.error(
        "delivery_fault", kind=one.kind, delivery=one.delivery_id, error=f"{type(error).__name__}: {error}"
    )
    with db.write() as conn:
        deliveries.log(conn, one, now, None, 0, flaw)
        counters.add(conn, f"push_{one.kind}_failed")
        deliveries.failed(conn, one, now, flaw, again(failure, now, timedelta.max, _chance()))


def _chance() -> float:
    return random.random()  # noqa: S311 - spreads load


def ping_hub(db: Database, hub_url: str, topics: list[str], clock: Clock) -> None:
    """Have another hub told of changed feeds, given by their public addresses (WebSub section 6)."""
    with db.write() as conn:
        for topic in sorted(topics):
            deliveries.want(conn, PING, hub_url, topic, authority(hub_url), clock())


class Pings:
    """Makes pings to another hub, which is an address of our own settings: it may be on a private network."""

    def errand(self, db: Database, one: Delivery, now: datetime) -> Errand:  # noqa: ARG002 - a Maker
        """Return a ping."""
        form = {"hub.mode": "publish", "hub.url": one.topic, "hub.topic": one.topic}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return _Ping(Request(one.target, urlencode(form).encode(), headers, allow_private=True))


@dataclass(frozen=True, slots=True)
class _Ping:
    request: Request

    def flaw(self, answer: Fetched) -> str:  # noqa: ARG002 - any 2xx will do
        return ""

    def told(self, conn: Connection, now: datetime) -> bool:  # noqa: ARG002 - nothing to write
        return False

    def failed(self, conn: Connection, now: datetime, failure: Failure) -> datetime | None:  # noqa: ARG002
        return again(failure, now, _PING_PATIENCE, _chance())
