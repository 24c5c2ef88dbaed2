"""What one telling makes of an entry: the one rule for dry runs and for what became of a push.

An entry is folded from its tellings in their order. What a telling became is the difference that it made
when it came: nothing that comes later changes it. Pure; never raises.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

SAME_TEXT = "đã có đúng văn bản này"
_GONE = "nguồn đã gỡ bài"
_STAYS_GONE = "nguồn đã gỡ bài và bản này không mới hơn lần gỡ đó"
_OUTDATED = "bài đang có mới hơn lần gỡ này"
_BACK = "nguồn đăng lại bài sau khi gỡ"
_FORMER = "nguồn dùng lại một bản trước"


class Became(StrEnum):
    """What one telling made of an entry."""

    NEW = "new"
    JOINED = "joined"
    REPEATED = "repeated"
    REVISED = "revised"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Telling:
    """What one message says of an entry.

    Args:
        text: the identity of the text, None for a withdrawal.
        when: by what the order of texts goes: the source's own time, else when it came.
        updated: the source's own time of this very telling, if it said one.
        has_body: a text with a body stands before a stub.
        pushed: who pushes a text again means it; a feed's `updated` may move at every poll.
    """

    text: str | None
    when: datetime
    updated: datetime | None = None
    has_body: bool = True
    pushed: bool = True


@dataclass(frozen=True, slots=True)
class _Text:
    has_body: bool
    told_at: datetime
    number: int  # of the telling that brought it first
    retold: datetime | None

    def place(self) -> tuple[bool, datetime, int]:
        return (self.has_body, self.told_at, self.number)


@dataclass(slots=True)
class _Entry:
    """An entry as its tellings have made it so far."""

    texts: dict[str, _Text] = field(default_factory=dict)
    withdrawn_at: datetime | None = None
    latest: datetime | None = None  # of the times that its texts say themselves
    tellings: int = 0

    def take(self, told: Telling) -> None:
        self.tellings += 1
        if told.text is None:
            self.withdrawn_at = max(told.when, self.withdrawn_at or told.when)
            return
        self.latest = max(filter(None, (self.latest, told.updated)), default=None)
        again = told.updated if told.pushed else None
        known = self.texts.get(told.text)
        if known is None:
            self.texts[told.text] = _Text(told.has_body, told.when, self.tellings, again)
            return
        retold = max(filter(None, (known.retold, again)), default=None)
        first = retold or min(known.told_at, told.when)
        self.texts[told.text] = replace(known, told_at=first, retold=retold)

    def order(self) -> list[str]:
        return sorted(self.texts, key=lambda text: self.texts[text].place())

    def current(self) -> str | None:
        return max(self.texts, key=lambda text: self.texts[text].place(), default=None)

    def is_gone(self) -> bool:
        return self.withdrawn_at is not None and self.withdrawn_at >= (self.latest or self.withdrawn_at)


def because(rank: int, *, stands: bool) -> str:
    """Return why a further text of an entry is no article of its own; `rank` counts from 1."""
    return f"bản thứ {rank} của cùng một bài" if stands else f"bản thứ {rank} không thay bản mới hơn"


def became(before: Iterable[Telling], told: Telling) -> tuple[Became | None, str]:
    """Return what a telling made of its entry, and why, given all that came before it, in order.

    None: it is the entry's first text that stands; what that is, its likeness to other entries says.
    """
    known = _Entry()
    for one in before:
        known.take(one)
    was_gone, stood, texts = known.is_gone(), known.current(), set(known.texts)
    known.take(told)
    if told.text is None:
        return (Became.WITHDRAWN, _GONE) if known.is_gone() else (Became.SUPERSEDED, _OUTDATED)
    if known.is_gone():
        return Became.WITHDRAWN, _STAYS_GONE
    rank, again = known.order().index(told.text) + 1, told.text in texts
    if known.current() != told.text:
        return (Became.REPEATED, SAME_TEXT) if again else (Became.SUPERSEDED, because(rank, stands=False))
    if not texts:
        return None, ""
    if again and stood == told.text and not was_gone:
        return Became.REPEATED, SAME_TEXT
    return Became.REVISED, _BACK if was_gone else _FORMER if again else because(rank, stands=True)
