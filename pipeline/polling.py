"""Polling as a drain: claim what is due, ask its hosts at the same time, write outcomes as they come.

The table of due intakes is the truth and the claim is the job: there is at most one outstanding
request per intake and per host, whatever is rung, lost or doubled. Stubs' pages go the same way,
behind the feeds.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta

import structlog

from pipeline.config import Settings
from pipeline.errors import BadInput
from pipeline.fetch import Fetcher
from pipeline.robots import Rules
from pipeline.stages import Clock
from pipeline.store import Connection, Database, counters, hosts, intakes, pages, receipts, subscriptions
from pipeline.store.pages import PageState
from pipeline.visits import Job, Means, Outcome, unforeseen, visit

_MANY = 32  # threads for slow hosts; where hosts answer at once, one thread takes less CPU than two
_AHEAD = 200  # jobs claimed at once: they wait for a thread no longer than their lease allows
_QUICK = 20  # outcomes gathered; with fewer than that, slow hosts hold up the one thread
_GATHER = 0.1  # seconds in which outcomes are gathered for one transaction
_LOOK_AGAIN = 1.0  # seconds between two looks for what fell due meanwhile
_LONGEST_PAUSE = 5.0
_MARGIN = 2.0  # seconds of a lease in which an outcome is written

_log = structlog.get_logger("polling")


@dataclass(frozen=True, slots=True)
class Drained:
    """What one call of `drain` did."""

    polls: int = 0
    pages: int = 0
    rules: int = 0
    failures: int = 0
    receipts: int = 0

    def __add__(self, other: "Drained") -> "Drained":
        """Add up counts."""
        return Drained(
            self.polls + other.polls,
            self.pages + other.pages,
            self.rules + other.rules,
            self.failures + other.failures,
            self.receipts + other.receipts,
        )


def is_due(db: Database, clock: Clock, settings: Settings) -> bool:
    """Say whether a feed or a page is due, though its host may have to rest first."""
    with db.read() as conn:
        return bool(intakes.due(conn, clock(), 1)) or (settings.pages and pages.due(conn, clock()))


def drain(
    db: Database,
    fetcher: Fetcher,
    clock: Clock,
    settings: Settings,
    *,
    seconds: float = 60,
    received: Callable[[], None] = lambda: None,
) -> Drained:
    """Poll and fetch all that is due until nothing is, or the time is up.

    A failure is written down with the intake, which is polled again later; nothing is raised for a
    source that misbehaves. A receipt and the new validators are one transaction.

    Args:
        db: the store.
        fetcher: the client; its timeout is the settings' `http_timeout`.
        clock: the time, aware UTC.
        settings: gap, lease, pages or not.
        seconds: after this nothing more is begun; what is begun takes up to `http_timeout` longer.
        received: is called whenever receipts were committed.

    Raises:
        EngineUnavailable: SQL is away; claims run out by themselves.
    """
    end = time.monotonic() + seconds
    means = Means(db, fetcher, clock, settings)
    done = Drained()
    running: dict[Future[Outcome], Job] = {}
    looked = -_LOOK_AGAIN
    with ThreadPoolExecutor(1) as one_by_one, ThreadPoolExecutor(_MANY) as many:
        while True:
            now = time.monotonic()
            if now < end and (not running or (len(running) < _AHEAD // 2 and now - looked >= _LOOK_AGAIN)):
                jobs = _claim(means, _AHEAD - len(running))
                running |= {one_by_one.submit(_timely, job, means): job for job in jobs}
                looked = now if len(jobs) < _AHEAD // 2 else -_LOOK_AGAIN
            if running:
                outcomes = _gathered(running, means, stopped=now >= end)
                if len(outcomes) < _QUICK:
                    waiting = {one: running[one] for one in running if one.cancel()}
                    for one, job in waiting.items():
                        del running[one]
                        running[many.submit(_timely, job, means)] = job
                written = _write(outcomes, means)
                done += written
                if written.receipts:
                    received()
            elif now >= end or not _pause(means, end):
                return done


def _claim(means: Means, limit: int) -> list[Job]:
    """Claim feeds, then pages, of hosts that may be asked now; one a host."""
    now, settings = means.clock(), means.settings
    with means.db.read() as conn:
        feeds = intakes.waiting(conn, now, limit)
        rest = limit - len(feeds)
        stubs = pages.waiting(conn, now, rest) if settings.pages and rest > 0 else []
    if not feeds and not stubs:
        return []
    until = now + timedelta(seconds=settings.lease)
    with means.db.write() as conn:
        taken = hosts.claim(conn, {name for _, name in (*feeds, *stubs)}, now, until)
        doors = intakes.claim(conn, [one for one, name in feeds if name in taken], now, until)
        busy = {door.host for door in doors}
        wanted = [one for one, name in stubs if name in taken and name not in busy]
        rest_of = pages.claim(conn, wanted, now, until) if wanted else []
        idle = set(taken) - busy - {page.host for page in rest_of}
        hosts.release(conn, [(name, now) for name in idle])
    with means.db.read() as conn:
        told = hosts.rules(conn, taken)
        pushed = subscriptions.working(conn, {door.intake_id: door.rhythm for door in doors}, now)
    rules = {name: Rules(*told[name]) if name in told else Rules() for name in taken}
    late = time.monotonic() + settings.lease - settings.http_timeout - _MARGIN
    jobs = [
        Job(taken[door.host], rules[door.host], late, door=door, pushed=door.intake_id in pushed)
        for door in doors
    ]
    return jobs + [Job(taken[page.host], rules[page.host], late, page=page) for page in rest_of]


def _timely(job: Job, means: Means) -> Outcome:
    """Make a visit, unless its claim would run out before it ends."""
    return Outcome(job, means.clock()) if time.monotonic() > job.late else visit(job, means)


def _gathered(running: dict[Future[Outcome], Job], means: Means, *, stopped: bool) -> list[Outcome]:
    """Take what ended out of what runs; a slow host holds up nobody's outcome longer than a moment."""
    unbegun = [one for one in running if one.cancel()] if stopped else []
    outcomes = [Outcome(running.pop(one), means.clock()) for one in unbegun]
    if running:
        wait(running, return_when=FIRST_COMPLETED, timeout=_GATHER)
        ended = wait(running, timeout=_GATHER).done
        for future in ended:
            job, error = running.pop(future), future.exception()
            if error is not None:
                _log.error("fetch_fault", url=job.url, error=f"{type(error).__name__}: {error}")
            outcomes.append(unforeseen(job, error, means) if error else future.result())
    return outcomes


def _write(outcomes: Sequence[Outcome], means: Means) -> Drained:
    """Write outcomes down in one transaction; one that SQL does not take costs the others nothing."""
    try:
        return _written(means.db, outcomes)
    except BadInput as error:
        if len(outcomes) > 1:
            return sum((_write([one], means) for one in outcomes), Drained())
        job = outcomes[0].job
        _log.error("outcome_refused", url=job.url, error=str(error))
        return _written(means.db, [unforeseen(job, error, means)])


def _written(db: Database, outcomes: Iterable[Outcome]) -> Drained:
    """Write outcomes down in one transaction.

    Raises:
        BadInput: something in one of them cannot be stored; nothing was written.
    """
    ended = sorted(outcomes, key=lambda one: one.job.host.host)
    if not ended:
        return Drained()
    done = Drained()
    with db.write() as conn:
        for one in ended:
            done += _kept(conn, one)
        intakes.done_many(
            conn, [(one.job.door.intake_id, one.poll) for one in ended if one.job.door and one.poll]
        )
        for one in ended:
            _moved(conn, one)
        idle = [one for one in ended if one.poll is None and one.visit is None]
        if idle:
            intakes.put_back(conn, [one.job.door.intake_id for one in idle if one.job.door])
            pages.put_back(conn, [one.job.page.page_id for one in idle if one.job.page])
        hosts.release(conn, [(one.job.host.host, one.free_at) for one in ended])
    return done


def _kept(conn: Connection, one: Outcome) -> Drained:
    """Write what is an outcome's own: rules, a page's state, a receipt."""
    asked = one.job.door or one.job.page
    if one.told is not None:
        hosts.keep(conn, one.job.host.host, one.told)
    if one.visit is not None and one.job.page is not None:
        pages.done(conn, one.job.page.page_id, one.visit)
        if one.visit.state in (PageState.REFUSED, PageState.FAILED):
            counters.add(conn, f"page_{one.visit.state}")
    if one.brought is not None and asked is not None:
        seen = one.poll or one.visit
        assert seen is not None  # bytes come with an outcome
        receipts.add(
            conn,
            source_id=asked.source_id,
            form=one.brought.form,
            content=one.brought.content,
            given=one.brought.given,
            received_at=seen.at,
            headers=one.brought.headers,
            intake_id=asked.intake_id,
        )
    if one.wrong:
        counters.add(conn, "wrong_validators")
        _log.warning("wrong_validators", url=one.job.url)
    error = one.poll.error if one.poll else one.visit.error if one.visit else ""
    return Drained(
        polls=one.poll is not None,
        pages=one.visit is not None,
        rules=one.told is not None,
        failures=bool(error),
        receipts=one.brought is not None,
    )


def _moved(conn: Connection, one: Outcome) -> None:
    """Give a feed its confirmed new address, and say so."""
    if one.moves and one.job.door is not None:
        moving = intakes.get(conn, one.job.door.intake_id)
        if moving is not None and moving.moved_to:
            free = intakes.move(conn, moving)
            counters.add(conn, "feed_moved" if free else "feed_moved_onto_another")
            _log.info("feed_moved", source=moving.source_id, old=moving.url, new=moving.moved_to, free=free)


def _pause(means: Means, end: float) -> bool:
    """Wait until a host may be asked again for what is due; say no if that is too long."""
    now = means.clock()
    with means.db.read() as conn:
        moments = [intakes.next_turn(conn, now)]
        moments += [pages.next_turn(conn, now)] if means.settings.pages else []
    known = [moment for moment in moments if moment is not None]
    left = end - time.monotonic()
    if not known or left <= 0:
        return False
    pause = max((min(known) - now).total_seconds(), 0.01)
    if pause > min(_LONGEST_PAUSE, left):
        return False
    time.sleep(pause)
    return True
