"""Full pages of stubs: which are to be fetched, and what became of them.

States: due → kept (its bytes are a receipt) | refused (it may not be kept) | failed (tried too often).
A stub that its feed tells anew is due again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from pipeline.model import Draft, SourceId
from pipeline.store import codec, entries, hosts
from pipeline.store.database import insert_of
from pipeline.store.schema import alias, host, intake, page, source, version
from pipeline.target import authority
from pipeline.urls import canonical


class PageState(StrEnum):
    """Where a page is."""

    DUE = "due"
    KEPT = "kept"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Stub:
    """An entry that tells only its beginning, with the address of the rest.

    `behind`: it is no news, so its page waits for those that are; `text_hash`: of what the feed told.
    """

    url: str
    external_id: str
    text_hash: str
    behind: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A claimed page. `allow_private` and `feed` are its intake's; `attempts` failed so far."""

    page_id: int
    source_id: SourceId
    intake_id: int
    url: str
    external_id: str
    host: str
    attempts: int
    etag: str
    last_modified: str
    body_sha256: str
    allow_private: bool
    feed: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What the fetch of a page came to: written by `done`. `next_due` None: not again."""

    at: datetime
    state: PageState
    next_due: datetime | None = None
    status: int | None = None
    error: str = ""
    etag: str = ""
    last_modified: str = ""
    body_sha256: str = ""


def want(conn: Connection, source_id: SourceId, intake_id: int, stubs: Sequence[Stub], now: datetime) -> None:
    """Have the pages of stubs fetched; one that was fetched for the same text is not fetched again."""
    if not stubs:
        return
    rows = [
        {
            "source_id": source_id,
            "url": stub.url,
            "host": authority(stub.url),
            "intake_id": intake_id,
            "external_id": stub.external_id,
            "state": PageState.DUE,
            "next_due": now,
            "attempts": 0,
            "behind": stub.behind,
            "text_hash": stub.text_hash,
            "error": "",
        }
        for stub in stubs
    ]
    conn.execute(_wanting(conn.dialect.name), rows)


@cache
def _wanting(dialect: str) -> Any:
    """Return the statement that has a page fetched, built once."""
    fresh = insert_of(dialect, page)
    told = ("intake_id", "external_id", "state", "next_due", "attempts", "behind", "text_hash", "error")
    return fresh.on_conflict_do_update(
        index_elements=["source_id", "url"],
        set_={name: fresh.excluded[name] for name in told},
        where=page.c.text_hash != fresh.excluded.text_hash,
    )


def waiting(conn: Connection, now: datetime, limit: int) -> list[tuple[int, str]]:
    """Return pages to fetch at `now` with their hosts: one a host that may be asked; the newest first."""
    order = (page.c.behind, page.c.next_due.desc(), page.c.page_id)
    place = func.row_number().over(partition_by=page.c.host, order_by=order)
    inner = (
        select(page.c.page_id, page.c.host, page.c.behind, page.c.next_due, place.label("place"))
        .join(intake, intake.c.intake_id == page.c.intake_id)
        .join(source, source.c.source_id == page.c.source_id)
        .outerjoin(host, host.c.host == page.c.host)
        .where(page.c.next_due <= now, _unclaimed(now), hosts.free(now))
        .where(intake.c.paused_at.is_(None), source.c.paused_at.is_(None))
        .subquery()
    )
    query = select(inner.c.page_id, inner.c.host).where(inner.c.place == 1)
    first = query.order_by(inner.c.behind, inner.c.next_due.desc(), inner.c.page_id)
    rows = conn.execute(first.limit(limit))
    return [(row.page_id, row.host) for row in rows]


def due(conn: Connection, now: datetime) -> bool:
    """Say whether any page is to be fetched."""
    return (
        conn.scalar(select(page.c.page_id).where(page.c.next_due <= now, _unclaimed(now)).limit(1))
        is not None
    )


def next_turn(conn: Connection, now: datetime) -> datetime | None:
    """Return the earliest time at which a host may be asked for a page that is due, None if none is."""
    query = (
        select(func.min(host.c.free_at))
        .select_from(page)
        .join(intake, intake.c.intake_id == page.c.intake_id)
        .join(source, source.c.source_id == page.c.source_id)
        .outerjoin(host, host.c.host == page.c.host)
        .where(intake.c.paused_at.is_(None), source.c.paused_at.is_(None))
    )
    idle = or_(host.c.claimed_until.is_(None), host.c.claimed_until <= now)
    moment: datetime | None = conn.scalar(query.where(page.c.next_due <= now, _unclaimed(now), idle))
    return moment


def claim(conn: Connection, page_ids: Iterable[int], now: datetime, until: datetime) -> list[Page]:
    """Claim pages for one fetch each and return those that are due and were free, by id."""
    mine = page.c.page_id.in_(sorted(page_ids))
    where = (mine, page.c.next_due <= now, _unclaimed(now))
    taken = page.update().where(*where).values(claimed_until=until).returning(page.c.page_id)
    claimed = list(conn.scalars(taken))
    own = [page.c[one.name] for one in fields(Page) if one.name not in ("allow_private", "feed")]
    query = select(*own, intake.c.allow_private, intake.c.url.label("feed"))
    joined = query.join(intake, intake.c.intake_id == page.c.intake_id).where(page.c.page_id.in_(claimed))
    return [Page(**row._asdict()) for row in conn.execute(joined.order_by(page.c.page_id))]


def put_back(conn: Connection, page_ids: Iterable[int]) -> None:
    """Let claims go without a fetch."""
    conn.execute(page.update().where(page.c.page_id.in_(sorted(page_ids))).values(claimed_until=None))


def done(conn: Connection, page_id: int, visit: Visit) -> None:
    """Write what a fetch came to and let the claim go."""
    values: dict[str, Any] = {
        "claimed_until": None,
        "state": visit.state,
        "next_due": visit.next_due,
        "status": visit.status,
        "error": visit.error,
    }
    if visit.error:
        values["attempts"] = page.c.attempts + 1
    else:
        values |= {"fetched_at": visit.at, "attempts": 0}
    if visit.body_sha256:
        values |= {name: getattr(visit, name) for name in ("etag", "last_modified", "body_sha256")}
    conn.execute(page.update().where(page.c.page_id == page_id).values(values))


def stub(conn: Connection, source_id: SourceId, url: str) -> Draft | None:
    """Return what the entry of an address was told with before its page: its newest text without a body."""
    named = (alias.c.source_id == source_id, alias.c.kind == "url", alias.c.value == canonical(url))
    entry_id = conn.scalar(select(alias.c.entry_id).where(*named).order_by(alias.c.entry_id).limit(1))
    rows = conn.execute(select(version).where(version.c.entry_id == entry_id)).all()
    bare = [row for row in entries.in_order(rows) if not row.draft["body"]]
    return codec.load_draft(bare[-1].draft) if bare else None


def counts(conn: Connection) -> dict[str, int]:
    """Return how many pages are in each state."""
    rows = conn.execute(select(page.c.state, func.count().label("total")).group_by(page.c.state))
    return dict.fromkeys(PageState, 0) | {row.state: row.total for row in rows}


def _unclaimed(now: datetime) -> ColumnElement[bool]:
    return or_(page.c.claimed_until.is_(None), page.c.claimed_until <= now)
