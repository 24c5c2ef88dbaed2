"""Words and figures that name a stretch of days, and how each is read. Pure; never raises.

With accents or without; English has a few. Days are local (Asia/Ho_Chi_Minh). What stands around a stretch is
not looked at here (web/chips.py).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.text import clean, plain

TO = r"(?:[-–—]|(?<!\w)(?:đến|den|tới|toi|to|until)(?!\w))"
_YEARS = range(1945, 2101)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_LEAD = r"(?<!\w)(?:(?:trong|v[aà]o|h[oồ]i|in|on)\s+)?"
_HOUR = r"(?:(?:(?:r[aạ]ng\s+)?s[aá]ng|tr[uư]a|chi[eề]u|t[oố]i|[dđ][eê]m)\s+)?(?:ng[aà]y\s+)?"
_DAY, _MONTH, _YEAR = r"(?P<day>[0-3]?\d)", r"(?P<month>[01]?\d)", r"(?P<year>(?:19|20)\d\d)"
_ANY_YEAR = r"(?P<year>(?:19|20)\d\d|[0-4]\d)"  # 12/4/21 is of 2021
_NO_NUMBER_BEFORE = r"(?<![\w/.,-])"
_NO_NUMBER_BEHIND = r"(?![\w/-]|[.,]\d)"
_OF_YEAR = rf"(?:\s*,?\s*n[aă]m\s+{_YEAR}(?!\w))"
_FIRST = rf"{_LEAD}{_HOUR}{_NO_NUMBER_BEFORE}(?P<first>[0-3]?\d)"
_TO_DAY = rf"\s*{TO}\s*(?:h[eế]t\s+)?(?:ng[aà]y\s+)?"
_TO_LAST = r"\s+(?:đến|den|tới|toi|to|until)\s+(?:h[eế]t\s+)?(?:ng[aà]y\s+)?"  # 1-2/3 may be a score
_NUMBERS = {"một": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9}
_NUMBERS |= {"mười": 10, "mười một": 11, "mười hai": 12}
_NUMBERS |= {plain(word): number for word, number in _NUMBERS.items()}
_NUMBER = "|".join(sorted((word.replace(" ", r"\s+") for word in _NUMBERS), key=len, reverse=True))
_COUNTED = re.compile(rf"(?<!\w)(?:{_NUMBER}|\d+)\s+$", re.IGNORECASE)
_COUNT = rf"(?<!\w)(?P<count>{_NUMBER}|\d{{1,2}})"


@dataclass(frozen=True, slots=True)
class Seen:
    """A stretch of a question that names days, both included.

    `stays`: it may be meant as a word, too. `yearless`: its year was not said.
    """

    start: int
    end: int
    since: date
    until: date
    stays: bool = False
    yearless: bool = False


def seen(text: str, today: date) -> Iterator[Seen]:
    """Return each stretch that a pattern reads, outside of quotation marks; they may overlap."""
    for pattern, read in _PATTERNS:
        for found in pattern.finditer(text):
            span = None if text.count('"', 0, found.start()) % 2 else read(found, today)
            if span:
                yearless = "year" in pattern.groupindex and not found["year"]
                yield Seen(*found.span(), *span, pattern is _LONE_YEAR, yearless)


def week(day: date) -> tuple[date, date]:
    """Return the week of a day, from Monday on."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def month(day: date) -> tuple[date, date]:
    """Return the month of a day."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _year(year: int) -> tuple[date, date] | None:
    return (date(year, 1, 1), date(year, 12, 31)) if year in _YEARS else None


def _relative(found: re.Match[str], today: date) -> tuple[date, date] | None:
    word = clean(found[0]).lower()
    if _COUNTED.search(found.string, 0, found.start()):  # 3 tháng trước
        return None
    before = re.search(r"(?:tr[uư][oớ]c|qua|ngo[aá]i|yesterday)$|\blast\b", word) is not None
    if re.search(r"tu[aầ]n|week", word):
        return week(today - timedelta(days=7 * before))
    if re.search(r"th[aá]ng|month", word):
        return month(today.replace(day=1) - timedelta(days=1) if before else today)
    if re.search(r"n[aă]m|year", word):
        return _year(today.year - before)
    day = today - timedelta(days=before)
    return day, day


def _day(found: re.Match[str], today: date) -> tuple[date, date] | None:
    """Read a day; without its year it is the last one that was."""
    year = int(found["year"] or today.year)
    year += 2000 * (year < 100)  # noqa: PLR2004 - of two digits
    try:
        day = date(year, int(found["month"]), int(found["day"]))
        if not found["year"] and day > today:
            day = day.replace(year=year - 1)
    except ValueError:
        return None
    return (day, day) if day.year in _YEARS else None


def _days(found: re.Match[str], today: date) -> tuple[date, date] | None:
    """Read two days of one month, of which the first has only its number."""
    last, first = _day(found, today), int(found["first"])
    if last is None or not 0 < first < last[0].day:
        return None
    return last[0].replace(day=first), last[0]


def _count(found: re.Match[str]) -> int:
    told = " ".join(found["count"].lower().split())
    return _NUMBERS.get(told) or int(told)


def _last_ones(found: re.Match[str], today: date) -> tuple[date, date] | None:
    """Read "3 ngày qua": so many days, weeks, months or years back, and up to today."""
    count, unit = _count(found), found["unit"].lower()
    if unit[0] in "dh" or unit.startswith("ng"):
        return today - timedelta(days=count), today
    if unit.startswith(("tu", "w")):
        return today - timedelta(days=7 * count), today
    months = count if unit[0] in "tm" else 12 * count
    year, behind = divmod(12 * today.year + today.month - 1 - months, 12)
    if year not in _YEARS:
        return None
    first = date(year, behind + 1, 1)
    return first.replace(day=min(today.day, month(first)[1].day)), today


def _part_of_year(found: re.Match[str], today: date) -> tuple[date, date] | None:
    """Read "6 tháng đầu năm 2026": so many months from the year's beginning, or up to its end."""
    count, year = _count(found), int(found["year"] or today.year)
    if count not in range(1, 12) or year not in _YEARS:
        return None
    if found["part"].lower() in ("đầu", "dau"):
        return date(year, 1, 1), month(date(year, count, 1))[1]
    return date(year, 13 - count, 1), date(year, 12, 31)


def _month_in_words(found: re.Match[str], _: date) -> tuple[date, date] | None:
    year = int(found["year"])
    return month(date(year, _count(found), 1)) if year in _YEARS else None


def _whole_month(found: re.Match[str], today: date) -> tuple[date, date] | None:
    """Read a month; without its year it is the last one that has begun."""
    number = int(found["month"])
    if number not in range(1, 13):
        return None
    year = int(found["year"]) if found["year"] else today.year - (number > today.month)
    return month(date(year, number, 1)) if year in _YEARS else None


def _quarter(found: re.Match[str], _: date) -> tuple[date, date] | None:
    told = found["quarter"].lower()
    number = _ROMAN.get(told) or int(told)
    year = int(found["year"])
    return (date(year, 3 * number - 2, 1), month(date(year, 3 * number, 1))[1]) if year in _YEARS else None


def _whole_year(found: re.Match[str], today: date) -> tuple[date, date] | None:
    year = int(found["year"])
    return _year(year) if year <= today.year else None


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_LONE_YEAR = _compiled(rf"{_NO_NUMBER_BEFORE}{_YEAR}{_NO_NUMBER_BEHIND}")
_Read = Callable[[re.Match[str], date], tuple[date, date] | None]
_PATTERNS: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (
        _compiled(
            rf"{_LEAD}{_COUNT}\s+(?P<unit>ng[aà]y|h[oô]m|tu[aầ]n|th[aá]ng|n[aă]m)"
            r"\s+(?:v[uừ]a\s+qua|qua|g[aầ]n\s+[dđ][aâ]y)(?!\w)"
        ),
        _last_ones,
    ),
    (_compiled(rf"{_LEAD}last\s+{_COUNT}\s+(?P<unit>days|weeks|months|years)(?!\w)"), _last_ones),
    (
        _compiled(
            rf"{_LEAD}{_COUNT}\s+th[aá]ng\s+(?P<part>đầu|dau|cuối|cuoi)\s+(?:c[uủ]a\s+)?n[aă]m\s+"
            rf"(?:nay(?!\w)|{_YEAR}{_NO_NUMBER_BEHIND})"
        ),
        _part_of_year,
    ),
    (
        _compiled(
            rf"{_LEAD}th[aá]ng\s+(?P<count>{_NUMBER})(?:\s*/\s*|\s*,?\s*n[aă]m\s+){_YEAR}{_NO_NUMBER_BEHIND}"
        ),
        _month_in_words,
    ),
    (_compiled(rf"{_FIRST}{_TO_DAY}{_DAY}(?P<mark>[/.-]){_MONTH}(?P=mark){_YEAR}{_NO_NUMBER_BEHIND}"), _days),
    (_compiled(rf"{_FIRST}{_TO_DAY}{_DAY}\s+th[aá]ng\s+{_MONTH}(?!\w){_OF_YEAR}?"), _days),
    (_compiled(rf"{_FIRST}{_TO_LAST}{_DAY}/{_MONTH}(?P<year>){_NO_NUMBER_BEHIND}"), _days),
    (
        _compiled(
            rf"{_LEAD}(?:h[oô]m\s+(?:nay|qua)|tu[aầ]n\s+(?:n[aà]y|tr[uư][oớ]c|qua)"
            r"|th[aá]ng\s+(?:n[aà]y|tr[uư][oớ]c|qua)|n[aă]m\s+(?:nay|tr[uư][oớ]c|ngo[aá]i|qua)"
            r"|today|yesterday|(?:this|last)\s+(?:week|month|year))(?!\w)"
        ),
        _relative,
    ),
    (
        _compiled(rf"{_LEAD}{_HOUR}{_NO_NUMBER_BEFORE}{_DAY}([/.-]){_MONTH}\2{_ANY_YEAR}{_NO_NUMBER_BEHIND}"),
        _day,
    ),
    (_compiled(rf"{_LEAD}{_HOUR}{_NO_NUMBER_BEFORE}{_DAY}/{_MONTH}(?P<year>){_NO_NUMBER_BEHIND}"), _day),
    (_compiled(rf"{_LEAD}{_HOUR}(?<!\w){_DAY}\s+th[aá]ng\s+{_MONTH}(?!\w){_OF_YEAR}?"), _day),
    (
        _compiled(
            rf"{_LEAD}(?:th[aá]ng\s+|t\.?){_MONTH}(?:\s*[/.-]\s*|\s*,?\s*n[aă]m\s+){_YEAR}{_NO_NUMBER_BEHIND}"
        ),
        _whole_month,
    ),
    (_compiled(rf"{_LEAD}th[aá]ng\s+{_MONTH}(?P<year>){_NO_NUMBER_BEHIND}"), _whole_month),
    (
        _compiled(
            rf"{_LEAD}qu[yýí]\s+(?P<quarter>iv|i{{1,3}}|[1-4])(?:\s*/\s*|\s*,?\s*n[aă]m\s+){_YEAR}"
            rf"{_NO_NUMBER_BEHIND}"
        ),
        _quarter,
    ),
    (_compiled(rf"{_LEAD}(?:n[aă]m|year)\s+{_YEAR}{_NO_NUMBER_BEHIND}"), _whole_year),
    (_LONE_YEAR, _whole_year),
)
