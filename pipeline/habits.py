"""What a source is used to bring, and what is so far outside of it that an editor looks at it first. Pure.

A habit is counted by local day and door: news that was seen for the first time; what was old when it came
(`pipeline.backfill`) says nothing of how much a source publishes. Nothing here raises.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline import spam
from pipeline.model import Draft
from pipeline.spam import Spam
from pipeline.text import paragraphs
from pipeline.urls import host

DAYS = 28  # that make a habit, before today
STAGE = "habit"  # where held items say that they were held

_LEAST_DAYS = 7  # since its first news, before a door has a habit
_LEAST_ENTRIES = 20  # that show a source's language and links
_TIMES = 10  # the habit
_FLOOR = 40  # new entries in a day that no source is held for
_NEW = 1_000  # those of a feed that has no habit yet
_STRANGE = 0.02  # share of entries in other languages that makes them no surprise
_LINKS = 6  # distinct foreign hosts in one article, at least
_SHORT = 40  # characters of a line that may be left of a menu
_MENU_LINES, _MENU_SHARE = 6, 0.4  # of such lines in a text, and of its lines
_NAMED = 3  # hosts in a reason
_NOTHING = Spam()
_ENDS = (".", "!", "?", "…", ":", ";", ",", '"', "”", ")")


@dataclass(frozen=True, slots=True)
class Signs:
    """What one draft counts in a habit, and what of it may be strange.

    Args:
        stub: it has no body.
        unplaced: it names no place of Viet Nam and is not about the whole country.
        furniture: menus were left in its body.
        foreign: distinct foreign hosts that it links to.
        characters: of summary and body.
        spam: what it is like, and its language.
    """

    stub: bool = False
    unplaced: bool = False
    furniture: bool = False
    foreign: tuple[str, ...] = ()
    characters: int = 0
    spam: Spam = _NOTHING


@dataclass(frozen=True, slots=True)
class Day:
    """A local day of one door, by its proleptic ordinal; `furniture`: entries with menus left in them."""

    day: int
    entries: int = 0
    held: int = 0
    stubs: int = 0
    unplaced: int = 0
    furniture: int = 0
    foreign_links: int = 0
    characters: int = 0
    strange: int = 0

    def with_entry(self, signs: Signs) -> "Day":
        """Count one entry."""
        return replace(
            self,
            entries=self.entries + 1,
            stubs=self.stubs + signs.stub,
            unplaced=self.unplaced + signs.unplaced,
            furniture=self.furniture + signs.furniture,
            foreign_links=self.foreign_links + len(signs.foreign),
            characters=self.characters + signs.characters,
            strange=self.strange + bool(signs.spam.language),
        )


@dataclass(frozen=True, slots=True)
class Habit:
    """What is usual, from the 28 days before today.

    Args:
        per_day: new entries a day of this door; None while it is too young to have a habit.
        today: those that it has brought today.
        entries, strange, foreign_links: of the source at all doors.
    """

    per_day: float | None = None
    today: int = 0
    entries: int = 0
    strange: int = 0
    foreign_links: int = 0


def read(draft: Draft, own: Sequence[str]) -> Signs:
    """Return the signs of a draft; `own` are the hosts of its source."""
    lines = paragraphs(draft.body)
    short = sum(len(line) < _SHORT and not line.endswith(_ENDS) for line in lines)
    linked = {*map(host, draft.links), *draft.linked}
    foreign = spam.foreign(linked, own) if linked else ()
    places = draft.places
    return Signs(
        stub=not draft.body,
        unplaced=not (places.provinces or places.areas or places.national),
        furniture=short >= _MENU_LINES and short >= _MENU_SHARE * len(lines),
        foreign=foreign,
        characters=len(draft.summary) + len(draft.body),
        spam=spam.weigh(draft.title, f"{draft.summary}\n\n{draft.body}", foreign),
    )


def habit(doors: Mapping[int, Sequence[Day]], door: int, today: int) -> Habit:
    """Return the habit of one door of a source on a day, from the days of all its doors."""
    before = [one for days in doors.values() for one in days if one.day < today]
    mine = [one for one in doors.get(door, ()) if one.entries]
    since = min((one.day for one in mine), default=today)
    past = sum(one.entries for one in mine if one.day < today)
    return Habit(
        per_day=past / (today - since) if today - since >= _LEAST_DAYS else None,
        today=sum(one.entries for one in mine if one.day == today),
        entries=sum(one.entries for one in before),
        strange=sum(one.strange for one in before),
        foreign_links=sum(one.foreign_links for one in before),
    )


def outside(signs: Signs, usual: Habit) -> tuple[str, str]:
    """Return why one entry is to be held: the counter's name and the reason in Vietnamese, or "" twice."""
    if signs.spam.holds:
        named = ", ".join(f"“{phrase}”" for phrase in signs.spam.phrases)
        return "vocabulary", f"giống trang cờ bạc, quảng cáo bị chèn vào: {named}"
    known = usual.entries >= _LEAST_ENTRIES
    if known and signs.spam.language and usual.strange < _STRANGE * usual.entries:
        return (
            "language",
            f"viết bằng {signs.spam.language}; {usual.entries} bài gần đây của nguồn này là tiếng Việt",
        )
    if known and len(signs.foreign) >= max(_LINKS, _TIMES * usual.foreign_links / usual.entries):
        named = ", ".join(signs.foreign[:_NAMED])
        return (
            "links",
            f"có liên kết đến {len(signs.foreign)} trang lạ ({named} …), khác thói quen của nguồn này",
        )
    return "", ""


def most(usual: Habit) -> float:
    """Return how many new entries a door may bring on a day."""
    return _NEW if usual.per_day is None else max(_FLOOR, _TIMES * usual.per_day)


def flood(new: int, usual: Habit) -> int:
    """Return how many of a document's new entries are to be held, counted from its end.

    All of them where the document alone is more than a day may bring, unless the door has no habit yet; else
    what is beyond the day.
    """
    limit = most(usual)
    if usual.today + new <= limit:
        return 0
    if new > limit and usual.per_day is not None:
        return new
    return min(new, usual.today + new - int(limit))


def why_flood(new: int, usual: Habit) -> str:
    """Return the reason of a flood in Vietnamese."""
    told = f"dồn dập: {usual.today + new} bài mới trong ngày, "
    if usual.per_day is None:
        return (
            f"{told}mà cửa này mới mở, chưa đầy bảy ngày (mức {f'{_NEW:,}'.replace(',', '.')} bài một ngày)"
        )
    return f"{told}thường mỗi ngày khoảng {f'{usual.per_day:.1f}'.replace('.', ',')} bài"
