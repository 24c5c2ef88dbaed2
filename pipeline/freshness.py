"""Whether news of a source still come in: one rule for /ops and the public. Pure; never raises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.silence import silent

_WATCHED = ("folder", "mailbox")
_SLACK_WATCHED = timedelta(minutes=5)  # folders and mailboxes are looked into all the time
QUIET = timedelta(days=3)  # longer than a weekend at a provincial office
_SLACK_OF_SOURCES = timedelta(minutes=5)  # a host's feeds that fall due together are polled one by one


class Freshness(StrEnum):
    """How news of a source come in, the worst that is true of it first."""

    PAUSED = "paused"
    LATE = "late"  # we could not look, or not in time
    SILENT = "silent"  # we look, or are open, and nothing new comes
    FRESH = "fresh"
    NEW = "new"  # nothing has come yet
    BY_HAND = "by_hand"  # it has no door: its news are handed in


@dataclass(frozen=True, slots=True)
class Door:
    """What is to be known of one door.

    Args:
        kind: "feed", "webhook", "folder", "mailbox".
        succeeded_at: when we last could look; changed_at: when that brought something new.
        broken: its last answer was an error or nothing that can be read.
        came: when its last messages came, oldest first (webhooks), else nothing.
    """

    kind: str
    paused: bool
    next_due: datetime | None
    polled_at: datetime | None
    succeeded_at: datetime | None
    changed_at: datetime | None
    broken: bool
    came: Sequence[datetime] = ()

    @property
    def last(self) -> datetime | None:
        """When something new came through it last, None for never."""
        return self.came[-1] if self.came else self.changed_at


@dataclass(frozen=True, slots=True)
class Standing:
    """How a door or a source is, since when (None where that says nothing), and when news came last."""

    state: Freshness
    since: datetime | None = None
    last: datetime | None = None


def late(kind: str, next_due: datetime | None, now: datetime) -> bool:
    """Say whether a door that is looked into should have been before now."""
    slack = _SLACK_WATCHED if kind in _WATCHED else timedelta(0)
    return next_due is not None and next_due < now - slack


def quiet(changed_at: datetime | None, now: datetime) -> bool:
    """Say whether a feed that answers has brought nothing new for long."""
    return changed_at is not None and changed_at < now - QUIET


def of_source(doors: Sequence[Door], now: datetime, *, paused: bool) -> Standing:
    """Return how a source is: late if a door is, silent if all are, and fresh by one that is.

    A paper whose section of culture rests for a week is not silent.
    """
    last = max((one.last for one in doors if one.last is not None), default=None)
    if paused or (doors and all(one.paused for one in doors)):
        return Standing(Freshness.PAUSED, last=last)
    if not doors:
        return Standing(Freshness.BY_HAND)
    found = [_of_door(one, now) for one in doors if not one.paused]
    behind = [one for one in found if one.state is Freshness.LATE]
    if behind:
        seen = [one.since for one in behind if one.since is not None]
        return Standing(Freshness.LATE, min(seen, default=None), last)
    for state in (Freshness.FRESH, Freshness.SILENT):
        if any(one.state is state for one in found):
            return Standing(state, last if state is Freshness.SILENT else None, last)
    return Standing(Freshness.NEW)


def _of_door(door: Door, now: datetime) -> Standing:
    if door.broken or late(door.kind, door.next_due, now - _SLACK_OF_SOURCES):
        return Standing(Freshness.LATE, door.succeeded_at, door.last)
    if door.last is None:
        return Standing(Freshness.NEW)
    if door.kind == "webhook":
        still = silent(door.came, now)
    else:
        still = door.kind == "feed" and quiet(door.last, now)
    return Standing(Freshness.SILENT if still else Freshness.FRESH, last=door.last)
