"""Vietnamese dates: fields, date lines, prose and addresses, always day first. Pure; never raises.

A date without a zone is in Asia/Ho_Chi_Minh. General parsers fail here: feedparser reads 11 of 39
forms met in the wild and gets 10 silently wrong (naive times as UTC, 04-05-2021 as May 2004).
A reading that is not certain is None, never a guess.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache

from pipeline.dates_in_fields import coarse, from_digits, from_parts, when
from pipeline.dates_in_prose import Mention, mentions
from pipeline.dates_reported import reported, with_year
from pipeline.model import Basis, Precision, When
from pipeline.text import CAPITALS, clean

__all__ = ["Mention", "in_url", "line", "mentions", "moment", "parse", "plausible", "told"]

_NEWS_BEGIN = 1990  # no publisher here has older pages; 1970 and 0001 are clocks that were never set
_FIELD_SIZE = 160
_LINE_SIZE = 120
_URL_SIZE = 2_000
_SPARE_WORDS = 6  # a byline or a section beside the date

_PLACE_LINE = re.compile(
    rf"^\s*(?:TP\.?\s?)?[{CAPITALS}][^\W\d_]*(?:\s[{CAPITALS}][^\W\d_]*){{0,3}},\s*(?=ngày\b)"
)
_GLUED = re.compile(
    r"(?:[^\W\d_]{2,9}(?:\s[^\W\d_]{2,9}){0,2}\s?:\s?)?(?:\d{1,2}[:h]\d{2}\s?[,-]?\s?)?\d{1,2}[/.-]\d{1,2}[/.-]\d{4}(?:\s?[,-]?\s?\d{1,2}[:h]\d{2})?"
    rf"(?=[{CAPITALS}])"
)
_DIGIT = re.compile(r"\d")
_TWELVE_DIGITS = re.compile(r"\d{12}")
# Of "Đăng ngày: 08/10/2025 - Cập nhật: 09/10/2025" the first is asked for.
_UPDATED = re.compile(
    r"(?<=\d)\s?[)]?\s?[|,;(·•–-]?\s?(?:lần\s|ngày\s|lúc\s)?(?:cập nhật|sửa|update|updated|last updated)"
    r"(?![^\W_])[^\d]{0,20}\d[^|]*$",
    re.IGNORECASE,
)
# Of "Cập nhật: 09/10/2025 16:20 - Đăng ngày: 08/10/2025" the second.
_POSTED_LATER = re.compile(
    r"^\W{0,5}(?:lần\s|ngày\s)?(?:cập nhật|sửa|updated?|last updated|modified)(?![^\W_])[^|]{0,60}?\d\W{1,6}"
    r"(?=(?:ngày\s|lúc\s)?(?:đăng|xuất bản|posted|published)(?![^\W_]))",
    re.IGNORECASE,
)
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*", re.IGNORECASE)
_QUERY = re.compile(r"[?#]")
_IN_URL = (
    re.compile(r"/(?P<y>20\d\d|199\d)[/-](?P<m>\d{1,2})(?:[/-](?P<d>\d{1,2}))?(?=[/_.-]|$)"),
    re.compile(r"[/_.-](?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>20\d\d|199\d)(?=[/_.-]|$)"),
    re.compile(r"/(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)?(?=/)"),
    # 14 or 17 digits, or 18 with the publisher's number and a year of two digits before the month
    re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?P<t>\d{6})(?:\d{3})?(?!\d)"),
    re.compile(r"(?<!\d)1\d\d(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d)(?P<t>\d{6})\d{3}(?!\d)"),
    re.compile(r"[/_.-](?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?=[._/-]|$)"),
    re.compile(r"[/_.-](?P<d>\d\d)(?P<m>\d\d)(?P<y>20\d\d)(?=[._/-]|$)"),  # never a day of the form above
)


def moment(text: str, basis: Basis) -> When | None:
    """Read one date that a program wrote: as `parse`, but a full day, day first, with all digits of its year.

    What a page's reader may guess ("11/25/2026", "2026-31-12", "12/2026") is None here.
    """
    if len(text) > _FIELD_SIZE:
        return None
    field = clean(text).strip()
    if _TWELVE_DIGITS.fullmatch(field):  # year to minute, never milliseconds of the 1970s
        field = f"{field}00"
    return from_digits(field, basis) or from_parts(field, basis, spare=0, strict=True)


def parse(text: str, basis: Basis) -> When | None:
    """Read one date field of a feed, page or record; None if it is not exactly one date.

    Understands RFC 822, ISO 8601, epoch seconds to microseconds, .NET (/Date(ms)/, "CH"/"SA"),
    compact digits, and Vietnamese forms with label, weekday, time and zone in any order.
    """
    if len(text) > _FIELD_SIZE:
        return None
    field = clean(text).strip()
    return from_digits(field, basis) or from_parts(field, basis, spare=0) or coarse(field, basis)


def line(text: str, basis: Basis) -> When | None:
    """Read a date line of a page ("Thứ Hai, ngày 17/03/2025 | 08:17"); None for prose and headlines.

    A byline, a section or a counter may stand beside the date. Of a date that is glued to the
    first word of the text ("23/04/2021Sáng …") the date is taken.
    """
    return _line(text, basis) if _DIGIT.search(text, 0, _LINE_SIZE) else None


@lru_cache(maxsize=256)  # several ask for the lines around one headline
def _line(text: str, basis: Basis) -> When | None:
    """Read a line that has a digit."""
    row = _UPDATED.sub("", _POSTED_LATER.sub("", clean(text[: _LINE_SIZE + 1]).strip()))
    glued = _GLUED.match(row)
    if glued:
        row = glued[0]
    elif len(text.strip()) > _LINE_SIZE:
        return None
    return from_parts(_PLACE_LINE.sub("", row), basis, spare=_SPARE_WORDS)


def told(text: str, within: When | None = None) -> When | None:
    """Return the day of the news as prose tells it, 1990 or later, with basis INFERRED; else None.

    Args:
        text: title and paragraphs, clean.
        within: the month or year of publication, if that is known; it gives a day its year.
    """
    if within is None:
        news = with_year(text)
        year = news.year if news else None
    else:
        news, start = reported(text), within.local()
        year = start.year
        if news and (news.year or year, news.month) != (
            year,
            start.month if _has_month(within) else news.month,
        ):
            return None
    if news is None or year is None or year < _NEWS_BEGIN:
        return None
    return when(year, news.month, news.day, Basis.INFERRED)


def _has_month(when: When) -> bool:
    return when.precision is not Precision.YEAR


def in_url(url: str) -> When | None:
    """Read the date that a CMS wrote into an address ("/202107/", "20230730184429029.htm"), else None."""
    path = _QUERY.split(_HOST.sub("", url[:_URL_SIZE]), maxsplit=1)[0]
    for pattern in _IN_URL:
        for found in pattern.finditer(path):
            part = found.groupdict()
            year = int(part["y"]) if len(part["y"]) == len("2023") else 2000 + int(part["y"])
            day = int(part["d"]) if part["d"] else None
            time = part.get("t")
            clock = (int(time[:2]), int(time[2:4]), int(time[4:])) if time else None
            read = when(year, int(part["m"]), day, Basis.URL, clock=clock)
            if read:
                return read
    return None


def plausible(when: When, received_at: datetime) -> bool:
    """Tell whether a date can be a publication date: 1990 or later, at most a day after `received_at`."""
    return when.local().year >= _NEWS_BEGIN and when.at <= received_at + timedelta(days=1)
