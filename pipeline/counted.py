"""The number that a row of a bulletin begins with, in printed or spoken. Pure; never raises."""

import re
import unicodedata
from dataclasses import dataclass

from pipeline.fields import is_field
from pipeline.furniture import unmarked
from pipeline.text import CAPITALS

_TEN = 10
_DIGITS = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
_SAID = {word: value for value, word in enumerate(_DIGITS, 1)} | {
    "nhất": 1,
    "đầu tiên": 1,
    "mở đầu": 1,
    "tư": 4,
    "lăm": 5,
    "bẩy": 7,
}
_NUMERALS = "|".join(_SAID)
_ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")

_HEAD = r"\s*+(?:#{1,6}\s++)?(?P<strong>\*\*|__)?\s*+"
# A figure may follow a number only behind a space, a bracket or emphasis: "3. 25 học sinh" and "3)25"
# are items, "2.400 ha", "3.5 là ngày", "7:30" and "1/3" are text. So is "01/CT-UBND".
_TITLE_START = rf"(?-i:[\"“‘«'({CAPITALS}])"
_NUMBERED = re.compile(
    rf"{_HEAD}(?P<word>(?:tin|bài|mục)(?: (?:số|thứ))? )?\(?"
    r"(?P<number>\d{1,3})(?:\*\*|__)?\\?"
    rf"(?P<mark>[.):][)]?|\ufe0f?\u20e3|/(?=\s|(?-i:[\"“‘«]|[{CAPITALS}](?![{CAPITALS}]{{0,9}}\d?-)))|"
    rf"(?: [-–—]|[-–—])(?=\s?{_TITLE_START})| [-–—](?= \d)|"
    r"(?(word)(?: [–-](?= )|(?=\s*$))|(?!)))(?:\*\*|__)?\s*+"
    r"(?P<title>(?:(?<=[\s*_)])|(?!\d))\S.*)?\s*",
    re.IGNORECASE,
)
# "[1]" is no link, "❶", "②" and "⒋" are characters of their own.
_SQUARE = re.compile(
    rf"{_HEAD}(?P<word>(?!))?\\?\[(?P<number>\d{{1,2}})\\?(?P<mark>\])(?!\()(?:\*\*|__)?\s*+(?P<title>\S.*)?\s*"
)
_ENCLOSED = re.compile(
    rf"{_HEAD}(?P<word>(?!))?(?P<number>[①-⒛⓫-⓴⓵-⓾❶-➓㉑-㉟])(?P<mark>)\ufe0f?[.):]?(?:\*\*|__)?\s*+"
    r"(?P<title>\S.*)?\s*"
)
# What is read aloud counts in words: "Tin thứ nhất: …", "Tin tiếp theo: …", "Tin cuối cùng: …".
_SPOKEN = re.compile(
    rf"{_HEAD}(?P<word>(?:tin|bài|mục) (?:(?:thứ|số) )?)"
    rf"(?P<number>mười (?:{_NUMERALS})|{_NUMERALS}|tiếp theo|kế tiếp|tiếp nữa|cuối cùng|cuối|sau cùng)"
    r"(?:\*\*|__)?\s*+(?P<mark>[:.,/)]|[-–—](?=\s)|(?=$))(?:\*\*|__)?\s*+(?P<title>\S.*)?\s*",
    re.IGNORECASE,
)
# A cell of a table: the number and nothing else, or the number and the heading in one row.
_CELL = re.compile(
    r"\s*+(?:\| *)?(?P<strong>\*\*)?(?P<number>\d{1,2})(?P<mark>)(?P<word>(?!))?(?:\*\*)?"
    rf"(?:(?: \| (?=[^\s|])| (?=(?:\*\*)?{_TITLE_START}))(?P<title>\S.*))?\s*"
)
_ROMAN = re.compile(
    rf"{_HEAD}(?P<word>(?!))?(?P<number>[IVX]{{1,5}})(?P<mark>[.)/:-])(?:\*\*|__)?\s++(?P<title>\S.*?)\s*"
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A row that begins with a number.

    Args:
        value: 0 for "the next one".
        mark: what closes the number: ".", ")" …; "I" for a Roman one, "1" for one that is spoken.
        strong, word: whether emphasis opens before it, a word ("Tin") stands before it.
        title_from: characters of the row before its heading.
        title: the heading as plain text, None if the number stands alone.
    """

    value: int
    mark: str
    strong: bool
    word: bool
    title_from: int
    title: str | None


def counted(row: str, *, loose: bool, cells: bool) -> Counted | None:
    """Return the number that a row of Markdown begins with, None if there is none.

    Args:
        row: a row of Markdown.
        loose: Roman numbers, enclosed ones and spoken ones are numbers, too.
        cells: so are numbers without a mark.
    """
    found = _NUMBERED.fullmatch(row)
    if found or not loose:
        return _as_counted(found) if found else None
    if found := (_SQUARE.fullmatch(row) or _ENCLOSED.fullmatch(row) or _SPOKEN.fullmatch(row)):
        return _as_counted(found)
    roman = _ROMAN.fullmatch(row)
    if roman and roman["number"] in _ROMANS and not _heads_several(roman["title"]):
        return _as_counted(roman)
    cell = _CELL.fullmatch(row) if cells else None
    return _as_counted(cell) if cell else None


def chapter(row: str) -> Counted | None:
    """Return the Roman number of a row that may head several items: "II. ĐIỀU TRỊ", "III. Kinh tế"."""
    roman = _ROMAN.fullmatch(row)
    if not roman or roman["number"] not in _ROMANS or not _heads_several(roman["title"]):
        return None
    return _as_counted(roman)


def _heads_several(title: str) -> bool:
    return is_field(title) or title.isupper()


def _as_counted(found: re.Match[str]) -> Counted:
    """Return what was found as a number."""
    number = found["number"].casefold()
    mark = found["mark"].strip().replace("–", "-").replace("—", "-")
    if number.upper() in _ROMANS:
        value, mark = _ROMANS.index(number.upper()) + 1, "I"
    elif number.isdecimal():
        value = int(number)
    elif len(number) == 1:
        value = int(unicodedata.numeric(number))
        mark = "①"
    else:
        value, mark = _value(number), "1"
    title = found["title"]
    start = 0 if title is None else found.start("title")
    plain = None if title is None else unmarked(title).strip()
    return Counted(value, mark, bool(found["strong"]), bool(found["word"]), start, plain)


def _value(said: str) -> int:
    """Return the value of a spoken number, 0 for "the next one" and "the last one"."""
    tens, _, ones = said.partition(" ")
    if said in _SAID:
        return _SAID[said]
    return _TEN + _SAID[ones] if tens == "mười" else 0
