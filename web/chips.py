"""Stretches of time that a question names, so that one tap narrows to them. Pure; never raises.

"lũ Quảng Nam tháng 10/2020" → October 2020, asked of "lũ Quảng Nam". With accents or without; English has a
few words too. What stands in quotation marks is left alone. Days are local (Asia/Ho_Chi_Minh).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.text import clean
from search.asked import QUOTES

_MOST = 3
_YEARS = range(1945, 2101)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_LEAD = r"(?<!\w)(?:(?:trong|v[aà]o|h[oồ]i|in|on)\s+)?"
_HOUR = r"(?:(?:s[aá]ng|tr[uư]a|chi[eề]u|t[oố]i|[dđ][eê]m)\s+)?(?:ng[aà]y\s+)?"
_DAY, _MONTH, _YEAR = r"(?P<day>[0-3]?\d)", r"(?P<month>[01]?\d)", r"(?P<year>(?:19|20)\d\d)"
_ANY_YEAR = r"(?P<year>(?:19|20)\d\d|[0-4]\d)"  # 12/4/21 is of 2021
_NO_NUMBER_BEFORE = r"(?<![\w/.,-])"
_NO_NUMBER_BEHIND = r"(?![\w/-]|[.,]\d)"
_OF_YEAR = rf"(?:\s*,?\s*n[aă]m\s+{_YEAR}(?!\w))"
_BETWEEN = re.compile(r"\s*(?:đến|den|tới|toi|-|–|—)\s*(?:hết\s+|het\s+)?", re.IGNORECASE)
_FROM = re.compile(r"(?<!\w)(?:từ|tu|from)\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of local days, both included, and the question without the words that named it."""

    since: date
    until: date
    rest: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A stretch of a question that names days; `stays`: it may be meant as a word, too."""

    start: int
    end: int
    since: date
    until: date
    stays: bool = False


def usual(today: date) -> list[Span]:
    """Return what is offered to every question: today, yesterday, this week, this month."""
    yesterday = today - timedelta(days=1)
    return [Span(today, today), Span(yesterday, yesterday), Span(*_week(today)), Span(*_month(today))]


def named(q: str, today: date) -> list[Span]:
    """Return the stretches that a question names, in order, at most three."""
    text = QUOTES.sub('"', clean(q)).replace("\n", " ")
    seen = _ranges(text, _apart(list(_seen(text, today))))
    return [Span(one.since, one.until, text.strip() if one.stays else _without(text, one)) for one in seen][
        :_MOST
    ]


def _seen(text: str, today: date) -> Iterator[_Seen]:
    for pattern, read in _PATTERNS:
        for found in pattern.finditer(text):
            span = None if text.count('"', 0, found.start()) % 2 else read(found, today)
            if span:
                yield _Seen(*found.span(), *span, stays=pattern is _LONE_YEAR)


def _apart(seen: list[_Seen]) -> list[_Seen]:
    """Return stretches in order; of two that overlap the earlier, then the longer."""
    kept: list[_Seen] = []
    for one in sorted(seen, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _ranges(text: str, seen: list[_Seen]) -> list[_Seen]:
    """Join two stretches with "đến" between them."""
    joined: list[_Seen] = []
    for one in seen:
        last = joined[-1] if joined else None
        if last and last.since <= one.since and _BETWEEN.fullmatch(text, last.end, one.start):
            lead = _FROM.search(text, 0, last.start)
            joined[-1] = _Seen(lead.start() if lead else last.start, one.end, last.since, one.until)
        else:
            joined.append(one)
    return joined


def _without(text: str, seen: _Seen) -> str:
    return " ".join(f"{text[: seen.start]} {text[seen.end :]}".split()).strip(" ,;")


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _year(year: int) -> tuple[date, date] | None:
    return (date(year, 1, 1), date(year, 12, 31)) if year in _YEARS else None


def _relative(found: re.Match[str], today: date) -> tuple[date, date] | None:
    word = clean(found[0]).lower()
    before = re.search(r"(?:tr[uư][oớ]c|qua|ngo[aá]i|yesterday)$|\blast\b", word) is not None
    if re.search(r"tu[aầ]n|week", word):
        return _week(today - timedelta(days=7 * before))
    if re.search(r"th[aá]ng|month", word):
        return _month(today.replace(day=1) - timedelta(days=1) if before else today)
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


def _whole_month(found: re.Match[str], today: date) -> tuple[date, date] | None:
    """Read a month; without its year it is the last one that has begun."""
    month = int(found["month"])
    if month not in range(1, 13):
        return None
    year = int(found["year"]) if found["year"] else today.year - (month > today.month)
    return _month(date(year, month, 1)) if year in _YEARS else None


def _quarter(found: re.Match[str], _: date) -> tuple[date, date] | None:
    told = found["quarter"].lower()
    number = _ROMAN.get(told) or int(told)
    year = int(found["year"])
    return (date(year, 3 * number - 2, 1), _month(date(year, 3 * number, 1))[1]) if year in _YEARS else None


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
