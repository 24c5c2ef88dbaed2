"""What one request to a claimed host comes to: its rules, a feed, or the page of a stub.

Runs in a thread of `pipeline.polling`, which writes the outcome down. Nothing here raises for what
a server does.
"""

import hashlib
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipeline import schedule, stubs
from pipeline.config import Settings
from pipeline.errors import Refused, SourceUnreachable
from pipeline.fetch import Denied, Fetched, Fetcher, Unavailable
from pipeline.manners import Visitor, read_rules
from pipeline.model import Form, Given
from pipeline.robots import FORBIDDEN, RESERVED, Rules, refusal
from pipeline.stages import Clock
from pipeline.store import Database, receipts
from pipeline.store.hosts import Host, Told
from pipeline.store.intakes import Intake, Poll
from pipeline.store.pages import Page, PageState, Visit
from pipeline.store.receipts import Content
from pipeline.target import authority

_FULL_EVERY = timedelta(days=1)
_FULL_ONE_IN = 6  # a feed that is polled once a day is asked unconditionally once in six
_DISTRUST = timedelta(days=7)
_CONFIRMED_AFTER = timedelta(days=1)
_LONGEST_REST = 3_600.0  # seconds that a host rests after 429 and 503
_REST = 60.0
_RULES_AGAIN = 3_600.0  # seconds: what robots.txt forbids is asked again when it was read again
_PAGE_TRIES = 5
_PAGE_AGAIN = timedelta(minutes=15)  # times four each time
_FEED_HEAD = 3_000  # bytes
_READABLE = ("text/", "application/xhtml", "application/xml", "application/pdf", "application/vnd.openxml")
_KEPT_HEADERS = ("content-type", "etag", "last-modified", "date", "cache-control", "link")
_WHOLE = (200, 203)  # RFC 9110 section 15.3; 206 is a part that nobody asked for, 204 nothing
_TOO_MANY, _SERVICE_UNAVAILABLE = 429, 503


@dataclass(frozen=True, slots=True)
class Means:
    """What visits are made with; safe to share between threads."""

    db: Database
    fetcher: Fetcher
    clock: Clock
    settings: Settings


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed host with the feed or the page to ask it for.

    `late`: the time of `time.monotonic` after which it is not begun; `pushed`: a hub serves the feed.
    """

    host: Host
    rules: Rules
    late: float
    door: Intake | None = None
    page: Page | None = None
    pushed: bool = False

    @property
    def url(self) -> str:
        """Return the address."""
        asked = self.door or self.page
        return "" if asked is None else asked.url

    @property
    def allow_private(self) -> bool:
        """Say whether the intake may be on a private address."""
        asked = self.door or self.page
        return asked is not None and asked.allow_private


@dataclass(frozen=True, slots=True)
class Brought:
    """Bytes to keep as a receipt."""

    form: Form
    content: Content
    given: Given
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a visit came to. One of `told`, `poll` and `visit` is there; none: there was no time for it.

    `moves`: the feed's new address is confirmed; `wrong`: its validators proved wrong.
    """

    job: Job
    free_at: datetime
    told: Told | None = None
    poll: Poll | None = None
    visit: Visit | None = None
    brought: Brought | None = None
    moves: bool = False
    wrong: bool = False


def visit(job: Job, means: Means) -> Outcome:
    """Make a job's request; where the host's rules are not known or old, they are asked for instead."""
    begun = means.clock()
    if job.host.is_stale(begun):
        gap = means.settings.host_gap
        try:
            told = read_rules(means.fetcher, job.url, begun, allow_private=job.allow_private, gap=gap)
        except Refused as error:
            return _refused(job, error, means)
        return Outcome(job, _free(job, means), told=told)
    visitor = Visitor(means.db, means.fetcher, means.clock, job.host, job.rules, means.settings.host_gap)
    if job.door is not None:
        return _polled(job, job.door, visitor, means)
    assert job.page is not None  # a job asks for one of the two
    return _fetched(job, job.page, visitor, means)


def unforeseen(job: Job, error: BaseException, means: Means) -> Outcome:
    """Return the outcome of a visit that ended in a fault of ours: it must not stop the others."""
    return _refused(job, Refused("", f"fault of ours: {type(error).__name__}: {error}"[:300]), means)


def _refused(job: Job, reason: Refused, means: Means) -> Outcome:
    """Return the outcome of a visit that we must not make."""
    now = means.clock()
    if job.door is not None:
        return Outcome(job, _free(job, means), poll=_failed(job.door, reason, now, means))
    assert job.page is not None  # a job asks for one of the two
    return Outcome(job, _free(job, means), visit=_page_failed(job.page, reason, now))


def _free(job: Job, means: Means, error: SourceUnreachable | Refused | None = None) -> datetime:
    """Return when a job's host may be asked again."""
    rest = 0.0 if error is None else _rest(error)
    return means.clock() + timedelta(seconds=max(means.settings.host_gap, job.rules.delay, rest))


def _rest(error: SourceUnreachable | Refused) -> float:
    """Return the seconds that a host rests after an answer that asks for patience."""
    if isinstance(error, Unavailable) and error.status in (_TOO_MANY, _SERVICE_UNAVAILABLE):
        return min(error.wait or _REST, _LONGEST_REST)
    return 0.0


def _polled(job: Job, door: Intake, visitor: Visitor, means: Means) -> Outcome:
    """Poll a feed."""
    begun = means.clock()
    full = _is_full(door, begun)
    etag, modified = ("", "") if full else (door.etag, door.last_modified)
    try:
        answer = visitor.get(door.url, allow_private=door.allow_private, etag=etag, last_modified=modified)
    except (SourceUnreachable, Refused) as error:
        return Outcome(job, _free(job, means, error), poll=_failed(door, error, begun, means))
    if flaw := _flaw(answer, full=full):
        odd = Refused(door.url, flaw)
        return Outcome(job, _free(job, means), poll=_failed(door, odd, begun, means))
    now = means.clock()
    due = schedule.next_poll(
        now,
        means.settings.poll_seconds,
        rhythm=door.rhythm,
        hints=door.hints,
        max_age=schedule.freshness(answer.headers, now),
        pushed=job.pushed,
        chance=random.random(),  # noqa: S311 - spreads load
    )
    seen = Poll(at=now, next_due=due, status=answer.status, begun=begun, full=full)
    if answer.body is not None:
        return _answered(job, door, answer, seen, _free(job, means))
    stays = bool(answer.moved) and answer.moved == door.moved_to
    seen = replace(
        seen,
        moved_to=door.moved_to if stays else "",
        moved_since=door.moved_since if stays else None,
        distrusted_until=door.distrusted_until,
    )
    return Outcome(job, _free(job, means), poll=seen)


def _flaw(answer: Fetched, *, full: bool) -> str:
    """Return why an answer is no whole document, "" if it is one or says that nothing changed."""
    if answer.body is None:
        return "HTTP 304 to a request without validators" if full else ""
    if answer.status not in _WHOLE or not answer.body.strip():
        return f"HTTP {answer.status} without a whole document"
    return ""


def _is_full(door: Intake, now: datetime) -> bool:
    """Say whether a poll asks for the whole feed whatever its validators: wrong ones exist."""
    if not (door.etag or door.last_modified) or door.full_at is None:
        return True
    if door.distrusted_until is not None and now < door.distrusted_until:
        return True
    gap = now - door.polled_at if door.polled_at else timedelta()
    return now - door.full_at >= max(_FULL_EVERY, gap * _FULL_ONE_IN)


def _answered(job: Job, door: Intake, answer: Fetched, seen: Poll, free_at: datetime) -> Outcome:
    """Return the outcome of a poll that brought a body."""
    body = answer.body or b""
    digest = hashlib.sha256(body).hexdigest()
    fresh = digest != door.body_sha256
    etag, modified = (answer.headers.get(name, "") for name in ("etag", "last-modified"))
    same = etag == door.etag if etag or door.etag else modified == door.last_modified
    wrong = fresh and same and bool(etag or modified) and bool(door.body_sha256)
    moved_to = answer.moved if _may_move(door, answer, body) else ""
    since = (door.moved_since if moved_to == door.moved_to else None) or seen.at if moved_to else None
    distrusted = seen.at + _DISTRUST if wrong else door.distrusted_until
    seen = replace(
        seen,
        answered=True,
        changed=fresh,
        etag=etag,
        last_modified=modified,
        body_sha256=digest,
        moved_to=moved_to,
        moved_since=since,
        distrusted_until=distrusted if distrusted and distrusted > seen.at else None,
    )
    given = Given(url=answer.url, content_type=answer.headers.get("content-type", ""))
    brought = Brought(Form.FEED, receipts.pack(body), given, _kept(answer)) if fresh else None
    moves = bool(moved_to) and since is not None and seen.at - since >= _CONFIRMED_AFTER
    return Outcome(job, free_at, poll=seen, brought=brought, moves=moves, wrong=wrong)


def _may_move(door: Intake, answer: Fetched, body: bytes) -> bool:
    """Say whether a lasting redirect is worth remembering: it leads to a feed, and not out of encryption."""
    head = body[:_FEED_HEAD].lower()
    is_feed = any(mark in head for mark in (b"<rss", b"<feed", b"<rdf:rdf", b"jsonfeed.org/version"))
    downgrades = door.url.startswith("https:") and answer.moved.startswith("http:")
    return bool(answer.moved) and answer.moved != door.url and is_feed and not downgrades


def _kept(answer: Fetched) -> dict[str, str]:
    return {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}


def _failed(door: Intake, error: SourceUnreachable | Refused, begun: datetime, means: Means) -> Poll:
    now = means.clock()
    answered = isinstance(error, (Unavailable, Denied))
    status = error.status if isinstance(error, (Unavailable, Denied)) else None
    wait = error.wait if isinstance(error, (Unavailable, Denied)) else None
    if error.message == FORBIDDEN and not answered:
        wait = _RULES_AGAIN
    due = schedule.next_poll(
        now,
        means.settings.poll_seconds,
        rhythm=door.rhythm,
        hints=door.hints,
        failures=door.failures + 1,
        status=status,
        retry_after=wait,
        chance=random.random(),  # noqa: S311 - spreads load
    )
    told = error.message if authority(error.subject) == door.host else str(error)
    return Poll(at=now, next_due=due, status=status, error=told, begun=begun)


def _fetched(job: Job, page: Page, visitor: Visitor, means: Means) -> Outcome:
    """Fetch the page of a stub."""
    if job.rules.reserves(page.url):
        return Outcome(job, means.clock(), visit=_page_refused(RESERVED, None, means.clock()))
    try:
        answer = visitor.get(
            page.url, allow_private=page.allow_private, etag=page.etag, last_modified=page.last_modified
        )
    except (SourceUnreachable, Refused) as error:
        failed = _page_failed(page, error, means.clock())
        return Outcome(job, _free(job, means, error), visit=failed)
    now, free_at = means.clock(), _free(job, means)
    body = answer.body
    digest = hashlib.sha256(body or b"").hexdigest()
    if body is None or digest == page.body_sha256:
        return Outcome(job, free_at, visit=Visit(now, PageState.KEPT, status=answer.status))
    if reason := _unfit(page, answer, body):
        return Outcome(job, free_at, visit=_page_refused(reason, answer.status, now))
    seen = Visit(
        now,
        PageState.KEPT,
        status=answer.status,
        etag=answer.headers.get("etag", ""),
        last_modified=answer.headers.get("last-modified", ""),
        body_sha256=digest,
    )
    kind = answer.headers.get("content-type", "")
    given = Given(external_id=page.external_id, url=page.url, content_type=kind)
    brought = Brought(Form.PAGE, receipts.pack(body), given, _kept(answer))
    return Outcome(job, free_at, visit=seen, brought=brought)


def _unfit(page: Page, answer: Fetched, body: bytes) -> str:
    """Return why a fetched page is not kept, "" if it is."""
    kind = answer.headers.get("content-type", "").strip().lower()
    if kind and not kind.startswith(_READABLE):
        return f"no page of text: {kind[:100]}"
    if not stubs.is_own(answer.url, (page.url,), ()):
        return "leads to another site"
    if stubs.leads_home(page.url, answer.url):
        return "leads to the front page"
    return refusal(answer.headers, body, reserved=False)


def _page_refused(reason: str, status: int | None, now: datetime) -> Visit:
    return Visit(now, PageState.REFUSED, status=status, error=reason)


def _page_failed(page: Page, error: SourceUnreachable | Refused, now: datetime) -> Visit:
    """Return that a page was not fetched: for good if it was refused or tried too often."""
    status = error.status if isinstance(error, (Unavailable, Denied)) else None
    if isinstance(error, Refused):
        return _page_refused(error.message, status, now)
    if page.attempts + 1 >= _PAGE_TRIES:
        return Visit(now, PageState.FAILED, status=status, error=error.message)
    again = now + _PAGE_AGAIN * 4**page.attempts
    return Visit(now, PageState.DUE, next_due=again, status=status, error=error.message)
