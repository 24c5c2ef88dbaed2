"""Where an item of a bulletin begins, and what it says: number, heading, body. Pure; never raises."""

import re
from dataclasses import dataclass
from enum import Enum

from pipeline.bulletin_words import either
from pipeline.fields import is_paper, is_section
from pipeline.furniture import unmarked
from pipeline.text import CAPITALS
from pipeline.wrapped import Wrap, continues, joined

_LONGEST_HEADING = 260  # characters; a longer one is a paragraph
_LONGEST_CAPTION = 120  # of one that is a sentence and all that the item says
HERE = re.compile(r"tại đây[\s\])*.:…\"”»>]*(?:\([^()\s]*\))?[\s*.:]*$", re.IGNORECASE)
_TWO_SENTENCES = re.compile(rf"(?<![{CAPITALS}])(?<!Tp)\. ")  # "TP. HCM" and "PGS. TS." end none
_BOLD_LEAD = re.compile(
    r"\s*(?P<mark>\*\*|__)?(?P<heading>[^*_\n]{8,200}?)[.:]?\s*(?:\*\*|__)[.:]?\s+(?P<text>[^\s*_].{20,})",
    re.DOTALL,
)
# "Phà tăng chuyến: Dịp nghỉ lễ phà chạy suốt đêm, …", where no emphasis is left. A sentence has a colon, too:
# "Sáng 3/8, ông A nêu: …".
_COLON_LEAD = re.compile(
    rf"(?P<heading>(?!(?i:{either('sentence_starts')})(?![^\W_]))[^.:;!?*\[\]\n]{{12,90}}"
    r"(?<! sau)(?<! gồm)(?<! là)(?<! biết)(?<! nêu)(?<! rằng)(?<! mạnh)(?<! thể)): "
    rf"(?P<text>[{CAPITALS}][^\n]{{60,}}[.…!?][\"”)]*)\s*"
)
_HEADING_MARK = re.compile(r"^\s*#{1,6}\s+")
_BORDERS = re.compile(r"^\s*\|\s*|\s*\|\s*$")
_CLOSED = re.compile(r"[.!?…;:][\"”’')*\]]*$")


class Opening(Enum):
    """What an item begins with."""

    ANY = "any"  # a heading or a paragraph: its look decides
    HEADLINE = "headline"  # a headline even where a full stop closes it
    PROSE = "prose"
    CELL = "cell"  # a headline in the cell of a table


_HEADLINES = (Opening.HEADLINE, Opening.CELL)


@dataclass(frozen=True, slots=True)
class Start:
    """A row where an item begins.

    Args:
        at: the row; `title_at` is the row of its heading, a later one if a number stands alone.
        title_from: characters of that row before the heading: number, mark, bullet.
        number: as printed, 0 if none is.
    """

    at: int
    title_at: int
    title_from: int = 0
    number: int = 0
    opening: Opening = Opening.ANY


@dataclass(frozen=True, slots=True)
class Reading:
    """The items of a text in one form of bulletin.

    Args:
        rows: the text, cut as this form has its items; joined they are the text.
        starts: where items begin, in order, at least one.
        end: the row where the last item ends at the latest.
    """

    rows: list[str]
    starts: list[Start]
    end: int


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    Args:
        number: as printed if the bulletin's numbers rise, else 1..n by position.
        title: its heading, "" if it begins with a paragraph.
        body: what follows, as Markdown; "" for a headline alone.
        raw: its slice of the text.
    """

    number: int
    title: str
    body: str
    raw: str


def item(number: int, rows: list[str], start: Start, told: Wrap) -> Item:
    """Read one item: its heading, broken rows of it joined, and its body.

    Args:
        number: the number it gets.
        rows: its own rows.
        start: where it begins, in rows of the whole text.
        told: how the whole text is broken.
    """
    raw = "".join(rows)
    title_at = start.title_at - start.at
    first, rest = rows[title_at][start.title_from :], rows[title_at + 1 :]
    if start.opening is Opening.CELL:
        first, rest = _BORDERS.sub("", first), [_BORDERS.sub("", row) for row in rest]
    while rest and _is_gap(rest[-1]):
        rest = rest[:-1]
    if start.opening is Opening.PROSE:
        return Item(number, "", joined([first, *rest], told), raw)
    first = _HEADING_MARK.sub("", first)
    if lead := _BOLD_LEAD.fullmatch(first):
        return Item(number, lead["heading"].strip(), joined([lead["text"], *rest], told), raw)
    if not told.width and (lead := _COLON_LEAD.fullmatch(first)):
        return Item(number, lead["heading"].strip(), joined([lead["text"], *rest], told), raw)
    heading, after = unmarked(first).strip(), rest
    if start.opening is not Opening.CELL:
        heading, after = _whole_heading(heading, rest, told)
    is_heading = len(heading) <= _LONGEST_HEADING and not (
        _TWO_SENTENCES.search(heading) or HERE.search(heading)
    )
    body = joined(after, told)
    is_caption = len(heading) <= _LONGEST_CAPTION or not _CLOSED.search(heading)
    if is_heading and (body or start.opening in _HEADLINES or is_caption):
        return Item(number, heading.rstrip(" .:;"), body, raw)
    return Item(number, "", joined([first, *rest], told), raw)


def _whole_heading(heading: str, below: list[str], told: Wrap) -> tuple[str, list[str]]:
    """Return a heading with the rows that only go on with it, and the rows below them."""
    last = heading
    while below and len(heading) < _LONGEST_HEADING:
        skip = 2 if told.spaced and told.width and not below[0].strip() and len(below) > 1 else 1
        line = unmarked(below[skip - 1]).strip()
        if not continues(last, line, told):
            break
        heading, last, below = f"{heading} {line}", line, below[skip:]
    return heading, below


def _is_gap(row: str) -> bool:
    """Tell whether a row below an item belongs to none: empty, or the heading of the next section."""
    line = unmarked(row).strip()
    return not line or is_section(line) or is_paper(line)
