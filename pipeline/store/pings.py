"""Pings: a site says that it has news, and the feeds of its source are due at once.

Anybody may ping, so a ping can only move a poll ahead: once a minute for each feed, so many feeds a
minute in all, never against what a server asked for, and the manners towards its host stay as they are.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection, and_, func, or_, select

from pipeline.model import SourceId
from pipeline.store import sources
from pipeline.store.schema import intake, source
from pipeline.urls import newest_host

_BETWEEN = timedelta(minutes=1)  # for one feed
_BETWEEN_FAILURES = timedelta(minutes=15)  # for a feed whose last poll failed
_MOST = 300  # feeds within that time, over all sources
_ASKED_TO_WAIT = (429, 503)
_MOST_FEEDS = 50  # of one source


def wakeable(conn: Connection, source_id: SourceId, now: datetime) -> list[int]:
    """Return the feeds of a source that a ping may make due now; none for an unknown source."""
    recent = now - _BETWEEN
    woken = select(func.count()).select_from(intake).where(intake.c.pinged_at > recent)
    if (conn.scalar(woken) or 0) >= _MOST:
        return []
    may_fail = (
        or_(intake.c.status.is_(None), intake.c.status.not_in(_ASKED_TO_WAIT)),
        intake.c.polled_at <= now - _BETWEEN_FAILURES,
    )
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


def wake(conn: Connection, intake_ids: list[int], now: datetime) -> None:
    """Make feeds due at `now`, never later than they are."""
    mine = (intake.c.intake_id.in_(intake_ids), intake.c.next_due > now)
    conn.execute(intake.update().where(*mine).values(next_due=now, pinged_at=now))
