"""A bulletin to its items. Pure; never raises.

A bulletin is told by its heading ("BẢN TIN … NGÀY 31 THÁNG 01 NĂM 2023", "Thông tin báo chí sáng
9-9-2026", "Thời sự tối …") and by what stands below it: numbered news (`numbered`), bullets or
semicolons (`rundown`), headlines or paragraphs by field (`press_review`). Without a heading two or
more numbered items that end in "Mời xem chi tiết tại đây" are one. An article about a bulletin, or
one with a list in it, is none. No character is lost: `"".join((masthead, *raws, signature))` is the text.
"""

import re
from dataclasses import dataclass
from itertools import islice, pairwise

from pipeline import masthead, numbered, press_review, rundown
from pipeline.furniture import unmarked
from pipeline.items import Item, Reading, item
from pipeline.masthead import Heading
from pipeline.model import When
from pipeline.wrapped import wrap

__all__ = ["Bulletin", "Item", "split"]

_MOST_LINES = 20_000
_NAMING_ROWS = 200  # filled rows in which a heading stands
_LONGEST_NAME = 301  # characters: a longer row names nothing
_ENOUGH_HERE = 2
_TIMED_SHARE = 0.7  # of the items of a timetable begin with their time
_TIMED = re.compile(
    r"[\s*_]{0,9}(?:(?:từ|lúc|khoảng) )?(?:\d{1,2} ?(?:[:.]\d\d|h ?\d{0,2}|giờ(?: \d\d)?)\s?(?:[-–—:|]|đến)|"
    r"(?:(?:sáng|chiều|tối) )?(?:thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật)"
    r"(?:,? (?:ngày )?\d[\d/.-]*)?\s?[-–—:|(,])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin and its shell.

    Args:
        when: the day that its heading names, basis BULLETIN.
        session: which of that day's bulletins it is ("sang", "chieu" …), "" if its heading does not say.
    """

    masthead: str
    items: tuple[Item, ...]
    signature: str
    when: When | None
    session: str = ""


def split(text: str, *, sure: bool = False) -> Bulletin | None:
    """Return the items of a bulletin, None if `text` is none.

    Args:
        text: Markdown or plain text.
        sure: somebody says that it is a bulletin; numbers, bullets or headlines are enough then.
    """
    rows = text.splitlines(keepends=True)
    if not rows or len(rows) > _MOST_LINES:
        return None
    named = _is_named(rows)
    if not (named or sure or text.casefold().count("tại đây") >= _ENOUGH_HERE):
        return None
    found = numbered.read(rows, named=named, sure=sure)
    if found is None and (named or sure):
        found = rundown.read(rows, sure=sure) or press_review.read(rows, sure=sure)
        found = found or numbered.chapters(rows, sure=sure)
    return None if found is None or (not sure and _is_timetable(found)) else _bulletin(found)


def _is_named(rows: list[str]) -> bool:
    """Tell whether a row at the top may name a bulletin."""
    filled = islice((row for row in rows if not row.isspace()), _NAMING_ROWS)
    return (
        masthead.named_at([masthead.undecorated(row).strip("[]")[:_LONGEST_NAME] for row in filled])
        is not None
    )


def _is_timetable(found: Reading) -> bool:
    """Tell whether most items are hours or days with what is to be: a programme, no news."""
    timed = sum(bool(_TIMED.match(found.rows[one.title_at], one.title_from)) for one in found.starts)
    return timed > 1 and timed >= _TIMED_SHARE * len(found.starts)


def _bulletin(found: Reading) -> Bulletin:
    """Put a bulletin together."""
    rows, starts = found.rows, found.starts
    above = rows[: starts[0].at]
    head = masthead.heading(above, told=True)
    name = head.rows[0] if head else ""
    end = min(found.end, masthead.signature(rows, starts[-1].title_at, name))
    ends = [*(start.at for start in starts[1:]), end]
    told = wrap(rows)
    items = tuple(
        item(number, rows[start.at : end], start, told)
        for number, start, end in zip(_numbers(found), starts, ends, strict=True)
    )
    shell = head or Heading(tuple(filter(None, (unmarked(row).strip() for row in above))) or ("",))
    return Bulletin("".join(above), items, "".join(rows[end:]), shell.when(), shell.session())


def _numbers(found: Reading) -> list[int]:
    """Return the numbers of items: as printed if they rise, so that one left out shifts no other."""
    printed = [start.number for start in found.starts]
    rising = printed[0] > 0 and all(one < other for one, other in pairwise(printed))
    return printed if rising else list(range(1, len(printed) + 1))
