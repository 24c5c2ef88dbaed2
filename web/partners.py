"""Whose key opens what: `Authorization: Bearer …` of partners, their bounds and their pace.

Without a key anybody may search within the limits of strangers. A key never stands in an address,
where logs would keep it.
"""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from pipeline.errors import EngineUnavailable
from pipeline.model import Story
from pipeline.store import partners
from pipeline.store.partners import Partner, Right
from search.conditions import Condition
from search.document import document
from search.schema import FACETS
from web.problems import Problem
from web.site import Site, TheSite

MOST_OF_KEY = 10_000  # stories in one export
MOST_OF_STRANGER = 1_000
_SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a partner, or None for a stranger."""

    partner: Partner | None = None

    @property
    def within(self) -> tuple[Condition, ...]:
        """What every story fulfils that the reader's key opens."""
        scope = self.partner.scope if self.partner else {}
        return tuple(Condition(FACETS[kind], values) for kind, values in scope.items() if values)

    def within_bounds(self, story: Story) -> Story:
        """Return a story that the reader's key opens.

        Raises:
            Problem: 404, as if there was none.
        """
        bounds = self.within
        told = document(story, ()) if bounds else {}
        if not all(condition.holds(told) for condition in bounds):
            raise Problem(404, "not_found", "there is no such story")
        return story


def reader(right: Right) -> Callable[[Request, Site], Awaitable[Reader]]:
    """Return a dependency: who reads, if a key is shown that opens `right`, or none.

    It raises Problem: 401 for a key that is unknown, over or shown in another way, 403 for one that does
    not open this, 429 for one that is used too often.
    """

    async def check(request: Request, site: TheSite) -> Reader:
        shown = request.headers.get("authorization", "")
        scheme, _space, key = shown.partition(" ")
        if scheme.lower() != _SCHEME:
            if partners.PREFIX in shown:  # a stranger's answer would be without its bounds
                raise _unknown(site, "a key is shown as: Authorization: Bearer KEY")
            return Reader()  # another scheme is a server's in front of us
        return await run_in_threadpool(_known, site, key.strip(), right)

    return check


def _known(site: Site, key: str, right: Right) -> Reader:
    now = datetime.now(UTC)
    with site.db.read() as conn:
        partner = partners.by_key(conn, key, now)
    if partner is None:
        raise _unknown(site, "this key is not known, or it is over")
    counted = site.metrics.partners.labels
    if right not in partner.may:
        counted(partner.name, "forbidden").inc()
        raise Problem(403, "forbidden", f"this key does not open {right}")
    if wait := site.partner_calls.attempt(partner.name, time.monotonic(), partner.per_minute):
        counted(partner.name, "limited").inc()
        later = {"Retry-After": str(int(wait) + 1)}
        raise Problem(429, "too_many", f"{partner.per_minute} requests a minute, no more", headers=later)
    if partner.used_at is None or (now - partner.used_at).total_seconds() > partners.FINE_SECONDS:
        # Nobody is kept from reading because nothing can be written.
        with suppress(EngineUnavailable), site.db.write() as conn:
            partners.note_use(conn, partner.name, now)
    counted(partner.name, "ok").inc()
    return Reader(partner)


def _unknown(site: Site, why: str) -> Problem:
    site.metrics.partners.labels("", "unknown").inc()
    return Problem(401, "bad_key", why, headers={"WWW-Authenticate": "Bearer"})


Searching = Annotated[Reader, Depends(reader(Right.SEARCH))]
Exporting = Annotated[Reader, Depends(reader(Right.EXPORT))]
Following = Annotated[Reader, Depends(reader(Right.CHANGES))]
REFUSALS = (401, 403, 429)  # what a key may be answered
