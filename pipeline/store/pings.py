"""Pings: a site says that it has news, and the feeds of its source are due at once.

Anybody may ping, so a ping can only move a poll ahead: once a minute for each feed, so many feeds a
minute in all, never against what a server asked for, and the manners towards its host stay as they are.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from pipeline.errors import NotFound
from pipeline.model import SourceId
from pipeline.store import sources
from pipeline.store.schema import intake, source
from pipeline.urls import newest_host

_BETWEEN = timedelta(minutes=1)  # for one feed
_BETWEEN_FAILURES = timedelta(minutes=5)  # for a feed whose last poll failed
_MOST = 300  # feeds within that time, over all sources
_ASKED_TO_WAIT = (429, 503)
_WAIT = "%asks us to wait%"  # in the reason of a failure (`pipeline.fetch`)
_MOST_FEEDS = 50  # of one source


def wakeable(conn: Connection, source_id: SourceId, now: datetime) -> list[int]:
    """Return the feeds of a source that a ping may make due now; none for an unknown source."""
    recent = now - _BETWEEN
    woken = select(func.count()).select_from(intake).where(intake.c.pinged_at > recent)
    if (conn.scalar(woken) or 0) >= _MOST:
        return []
    may_fail = (_unasked(), intake.c.polled_at <= now - _BETWEEN_FAILURES)
    where = (
        intake.c.source_id == source_id,
        intake.c.kind == "feed",
        intake.c.next_due > now,
        intake.c.paused_at.is_(None),
        source.c.paused_at.is_(None),
        or_(intake.c.pinged_at.is_(None), intake.c.pinged_at <= recent),
        or_(intake.c.polled_at.is_(None), intake.c.polled_at <= recent),
        or_(intake.c.failures == 0, and_(*may_fail)),
    )
    query = select(intake.c.intake_id).join(source, source.c.source_id == intake.c.source_id)
    return list(conn.scalars(query.where(*where).order_by(intake.c.intake_id).limit(_MOST_FEEDS)))


def source_at(conn: Connection, host: str) -> SourceId | None:
    """Return the source that a host belongs to: one of its own, or that of one of its feeds."""
    known = sources.by_host(conn, host)
    if known is not None:
        return known.source_id
    wanted = newest_host(host)
    feeds = select(intake.c.source_id, intake.c.url).where(intake.c.kind == "feed")
    for row in conn.execute(feeds.order_by(intake.c.intake_id)):
        if wanted and wanted == newest_host(urlsplit(row.url).hostname or ""):
            return SourceId(row.source_id)
    return None


def poll_now(
    conn: Connection, source_id: SourceId, now: datetime, urls: Sequence[str] = ()
) -> tuple[list[str], list[str]]:
    """Make the feeds of a source due at `now` (or those with the addresses), because a person wants it.

    Returns the addresses that are due now, and those that stay as they are: paused, or asked to wait.
    Gaps and rests of their hosts hold. Raises NotFound: there is no such feed.
    """
    mine = [intake.c.source_id == source_id, intake.c.kind == "feed"]
    mine += [intake.c.url.in_(urls)] if urls else []
    every = list(conn.scalars(select(intake.c.url).where(*mine).order_by(intake.c.intake_id)))
    if not every:
        raise NotFound(source_id, "has no such feed; see ./tintinh sources show ID")
    paused = select(source.c.source_id).where(
        source.c.source_id == source_id, source.c.paused_at.is_not(None)
    )
    free = (intake.c.paused_at.is_(None), intake.c.source_id.not_in(paused))
    ready = or_(intake.c.failures == 0, intake.c.next_due <= now, _unasked())
    woken = intake.update().where(*mine, *free, ready).values(next_due=now, pinged_at=now)
    due = set(conn.scalars(woken.returning(intake.c.url)))
    return [one for one in every if one in due], [one for one in every if one not in due]


def _unasked() -> ColumnElement[bool]:
    """Return the condition that the server did not ask for patience at the last poll."""
    status = or_(intake.c.status.is_(None), intake.c.status.not_in(_ASKED_TO_WAIT))
    return status & intake.c.error.not_like(_WAIT)


def wake(conn: Connection, intake_ids: list[int], now: datetime) -> None:
    """Make feeds due at `now`, never later than they are."""
    mine = (intake.c.intake_id.in_(intake_ids), intake.c.next_due > now)
    conn.execute(intake.update().where(*mine).values(next_due=now, pinged_at=now))
