"""What is old when it comes, and therefore no news (law 11). Pure; never raises.

Old is what is searchable and archived, but never pushed, never alerted, never in a live window. Three
things make an entry old when it is seen for the first time:

- its age: published more than `after_days` before we got it;
- the first poll: a feed that was just registered lists what it has, and only what is younger than
  `FRESH` was news then; what bears no date is not taken for news there;
- a bulk: a document that brings far more new items than the feed's habit, at least half of them told
  or dated before the document before it (a migration to another CMS, an archive that is listed all at once).

What we missed while we were down is news: its dates lie behind the last document that we got. So is
a late entry of a bulk. Nothing here depends on what else was received, but on the receipts of one intake
in their order; ids and leads of stories are not touched by it (law 4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.model import Basis, Precision, When

FRESH = timedelta(days=2)  # what a first poll may find and still call news
_LATE = timedelta(days=1)  # offices approve an article a day after they date it
_BULK = 20  # new items in one document; a feed lists 10 to 20
_TIMES = 3  # the habit
_LONGEST_ABSENCE = 14.0  # days between two documents that a habit is multiplied by
_UNDATED = (Precision.MONTH, Precision.YEAR)


class Old(StrEnum):
    """Why an entry is no news; the names are those of the counters (`backfill_…`)."""

    SAID = "said"  # whoever handed it in said so
    AGE = "age"
    FIRST_POLL = "first_poll"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a document came.

    Args:
        received_at: aware UTC.
        polled: a feed's document, polled or delivered by its hub; pushes and files announce what they hold.
        previous: when the same intake's document before it came, None for the first one.
        said_old: it was handed in as old news.
        bulk: `is_bulk` of its new items.
    """

    received_at: datetime
    polled: bool = False
    previous: datetime | None = None
    said_old: bool = False
    bulk: bool = False


def judge(published: When, arrival: Arrival, after_days: int, *, told_before: bool = False) -> Old | None:
    """Return why an entry that is seen for the first time is old, None if it is news.

    Args:
        published: its date, as precise as it is known.
        arrival: how its document came.
        after_days: the age that makes anything old.
        told_before: its source has told the very same text under another name.
    """
    if arrival.said_old:
        return Old.SAID
    dated = published.basis is not Basis.RECEIVED
    if dated and published.at < arrival.received_at - timedelta(days=after_days):
        return Old.AGE
    if arrival.polled and arrival.previous is None:
        undated = not dated or published.precision in _UNDATED
        return Old.FIRST_POLL if undated or published.at < arrival.received_at - FRESH else None
    if arrival.bulk and (told_before or _before(published, arrival)):
        return Old.BULK
    return None


def is_bulk(
    new: Sequence[When], arrival: Arrival, per_day: float, *, told_before: Sequence[bool] = ()
) -> bool:
    """Tell whether a document announces an archive again rather than news.

    Args:
        new: the dates of its items that are seen for the first time.
        arrival: how it came; only a feed's document after its first one can be a bulk.
        per_day: new entries a day that the intake is used to bring.
        told_before: for each of `new`, whether its source has told that text under another name.
    """
    if not may_be_bulk(len(new), arrival, per_day):
        return False
    known = told_before or [False] * len(new)
    old = sum(known or _before(when, arrival) for when, known in zip(new, known, strict=True))
    return 2 * old >= len(new)


def may_be_bulk(items: int, arrival: Arrival, per_day: float) -> bool:
    """Tell whether so many items would be a bulk if most were new here and old in the world."""
    if not arrival.polled or arrival.previous is None:
        return False
    days = (arrival.received_at - arrival.previous).total_seconds() / 86_400
    usual = per_day * min(max(days, 1.0), _LONGEST_ABSENCE)
    return items > max(_BULK, _TIMES * usual)


def _before(published: When, arrival: Arrival) -> bool:
    """Tell whether an entry is dated before the document before, with a day's grace."""
    if arrival.previous is None or published.basis is Basis.RECEIVED:
        return False
    return published.at < arrival.previous - _LATE
