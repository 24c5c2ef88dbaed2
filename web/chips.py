"""Stretches of time that a question names, so that one tap narrows to them. Pure; never raises.

"lũ Quảng Nam tháng 10/2020" → October 2020, asked of "lũ Quảng Nam". What stands in quotation marks is left
alone. A wrong stretch is worse than none: where days only bound what is meant ("sau 20/11", "đầu năm 2026"),
there is none.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pipeline.text import clean
from search.asked import QUOTES
from web.day_words import TO, Seen, month, seen, week

_MOST = 3
_NEAR = 40  # characters before a day, in which a word that makes it a bound stands
_BETWEEN = re.compile(rf"\s*{TO}\s*(?:h[eế]t\s+)?", re.IGNORECASE)
_WITHIN = re.compile(TO, re.IGNORECASE)
_FROM = re.compile(r"(?<!\w)(?:(?:k[eể]|t[ií]nh)\s+)?(?:từ|tu|from)\s+$", re.IGNORECASE)
_TO_NOW = re.compile(rf"\s*{TO}\s*(?:nay|now)(?!\w)", re.IGNORECASE)
_BOUND_BEFORE = re.compile(
    r"(?<!\w)(?:từ|(?<!dau )tu|from|since|sau|after|trước|truoc|before|đến|den|tới|toi|until|hết|het"
    r"|th[aá]ng|qu[yý]|th[aá]ng(?:\s+[^\W\d]+){1,2}|quý\s+[^\W\d]+|quy\s+(?:mot|hai|ba|tu|bon))\s+$"
    r"|\d\s*(?:[-–—,]|(?<!\w)(?:và|va|hoặc|hoac|or|and)(?!\w))\s*$",
    re.IGNORECASE,
)
_PART_BEFORE = re.compile(r"(?<!\w)(?:[dđ][aầ]u|gi[uữ]a|cu[oố]i|n[uử]a|early|mid|late)\s+$", re.IGNORECASE)
_BOUND_BEHIND = re.compile(
    rf"\s*{TO}\s*(?:\d|(?:h[eế]t|ng[aà]y|tu[aầ]n|th[aá]ng|qu[yý]|n[aă]m|nay|h[oô]m|[dđ][aầ]u|gi[uữ]a|cu[oố]i)(?!\w))"
    r"|\s+(?:và|va|hoặc|hoac|and)\s+(?:\d+/|(?:ng[aà]y|tu[aầ]n|th[aá]ng|qu[yý]|n[aă]m|h[oô]m)(?!\w))"
    r"|\s+(?:trở|tro|đổ|do)\s+(?:đi|di|lại|lai|về|ve)(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of local days, both included, and the question without the words that named it."""

    since: date
    until: date
    rest: str = ""


def usual(today: date) -> list[Span]:
    """Return what is offered to every question: today, yesterday, this week, this month."""
    yesterday = today - timedelta(days=1)
    return [Span(today, today), Span(yesterday, yesterday), Span(*week(today)), Span(*month(today))]


def named(q: str, today: date) -> list[Span]:
    """Return the stretches that a question names, in order, at most three."""
    text = _plain(q)
    return [
        Span(one.since, one.until, text.strip() if one.stays else _without(text, one))
        for one in _told(text, today)
    ][:_MOST]


def undated(q: str, today: date) -> str:
    """Return a question without the words that name days, itself if none do; a lone year may be a word."""
    text = _plain(q)
    told = [one for one in _told(text, today) if not one.stays]
    for one in reversed(told):
        text = _without(text, one)
    return text if told else q


def _plain(q: str) -> str:
    return QUOTES.sub('"', clean(q)).replace("\n", " ")


def _told(text: str, today: date) -> list[Seen]:
    ranges = _ranges(_apart(list(seen(text, today))), text)
    found = [_led(text, _to_now(text, one, today)) for one in ranges]
    return [one for one in found if not _is_bound(text, one)]


def _apart(found: list[Seen]) -> list[Seen]:
    """Return stretches in order; of two that overlap the earlier, then the longer."""
    kept: list[Seen] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _ranges(found: list[Seen], text: str) -> list[Seen]:
    """Join two stretches with "đến" between them."""
    joined: list[Seen] = []
    for one in found:
        last = joined[-1] if joined else None
        if last and _BETWEEN.fullmatch(text, last.end, one.start) and (whole := _joined(last, one)):
            joined[-1] = whole
        else:
            joined.append(one)
    return joined


def _joined(first: Seen, last: Seen) -> Seen | None:
    """Return both and what lies between; one without a year has the other's, or the next to it."""
    if last.yearless:
        last = _of_year(last, first.since.year)
        if last.since < first.since:
            last = _of_year(last, first.since.year + 1)
    elif first.yearless:
        first = _of_year(first, last.since.year)
        if first.since > last.since:
            first = _of_year(first, last.since.year - 1)
    return Seen(first.start, last.end, first.since, last.until) if first.since <= last.since else None


def _of_year(one: Seen, year: int) -> Seen:
    """Return a day or a month in another year; 29 February is the 28th where there is none."""
    whole = month(date(year, one.since.month, 1))
    since = one.since.replace(year=year, day=min(one.since.day, whole[1].day))
    return replace(one, since=since, until=since if one.since == one.until else whole[1])


def _to_now(text: str, one: Seen, today: date) -> Seen:
    """Return a stretch with the "đến nay" behind it."""
    found = _TO_NOW.match(text, one.end)
    if found is None or one.since > today:
        return one
    return replace(one, end=found.end(), until=today, stays=False)


def _led(text: str, one: Seen) -> Seen:
    """Return a stretch with the "từ" before it, if it has an end, too."""
    lead = _FROM.search(text, max(0, one.start - _NEAR), one.start)
    return replace(one, start=lead.start()) if lead and _WITHIN.search(text, one.start, one.end) else one


def _is_bound(text: str, one: Seen) -> bool:
    """Say whether the days only bound what is meant, by words before or behind them that were not read."""
    near = max(0, one.start - _NEAR), one.start
    return (
        _BOUND_BEFORE.search(text, *near) is not None
        or (one.since != one.until and _PART_BEFORE.search(text, *near) is not None)
        or _BOUND_BEHIND.match(text, one.end) is not None
    )


def _without(text: str, one: Seen) -> str:
    return " ".join(f"{text[: one.start]} {text[one.end :]}".split()).strip(" ,;")
