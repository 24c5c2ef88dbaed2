"""Date lines that lean on the day of reading: "Thứ Năm, 14/8 - 09:15", "Hôm qua, 16:30", "3 giờ trước".

Pure; never raises. They are read from the moment of receipt: never after it, the latest day that fits.
"""

import re
from datetime import UTC, datetime, timedelta

from pipeline.dates_in_fields import from_parts
from pipeline.model import LOCAL_ZONE, Basis, Precision, When
from pipeline.text import clean

_LONGEST = 80
_SPARE = 6  # words beside the date: a byline or a section
_YEARS = 6  # back, until a weekday comes to the same day again
_MOST_DAYS = 31  # "40 ngày trước" is written by nobody

_WITHOUT_YEAR = re.compile(
    r"(?<![\d/.:,-])(?P<d>\d{1,2})(?:\s?[/-]\s?(?P<m>\d{1,2})|\s+(?:tháng|thg)\s+(?P<m2>\d{1,2}))(?![\d/.:]|-\d|\s?năm)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(?<![^\W_])(?:(?:thứ\s*(?P<name>hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|t(?P<digit>[2-7]))|(?P<sunday>chủ\s*nhật|cn))(?![^\W_])",
    re.IGNORECASE,
)
_WEEKDAYS = {"hai": 0, "ba": 1, "tư": 2, "năm": 3, "sáu": 4, "bảy": 5, "bẩy": 5}
_CLOCK = re.compile(r"(?<!\d)\d{1,2}\s?(?:[:hg]|giờ)\s?\d{0,2}(?!\d)", re.IGNORECASE)
_LABEL = re.compile(r"(?<![^\W_])(?:đăng|xuất bản|cập nhật)(?![^\W_])", re.IGNORECASE)
_DAYS_AGO = {"hôm nay": 0, "sáng nay": 0, "trưa nay": 0, "chiều nay": 0, "hôm qua": 1, "hôm kia": 2}
_NAMED_DAY = re.compile(rf"(?<![^\W_])(?:{'|'.join(_DAYS_AGO)})(?![^\W_])", re.IGNORECASE)
_AGO = re.compile(
    r"(?:(?:đăng|cập nhật|xuất bản)\s?:?\s*)?(?:khoảng\s|cách đây\s)?(?P<count>\d{1,2}|một|vài)\s?"
    r"(?P<unit>giây|phút|giờ|tiếng|ngày)\s?(?:trước(?:\s?đây)?)?",
    re.IGNORECASE,
)
_UNITS = {
    "giây": timedelta(seconds=1),
    "phút": timedelta(minutes=1),
    "giờ": timedelta(hours=1),
    "tiếng": timedelta(hours=1),
    "ngày": timedelta(days=1),
}


def line(text: str, received_at: datetime, basis: Basis) -> When | None:
    """Read a date line that leaves out its year, or counts back from now; None for anything else.

    Args:
        text: one row of a page.
        received_at: aware UTC, when the page was fetched.
        basis: of the date.
    """
    row = " ".join(clean(text[: _LONGEST + 1]).split())
    if not row or len(row) > _LONGEST:
        return None
    today = received_at.astimezone(LOCAL_ZONE)
    if ago := _AGO.fullmatch(row):
        return _counted(ago, today, basis) if "trước" in row.lower() or "cách đây" in row.lower() else None
    if named := _NAMED_DAY.search(row):
        day = today - timedelta(days=_DAYS_AGO[named[0].lower()])
        timed = bool(_CLOCK.search(row))
        found = _read(row, named.span(), day, basis) if timed else None
        return found if found and found.at <= received_at else None
    bare = _WITHOUT_YEAR.search(row)
    return _in_its_year(row, bare, received_at, basis) if bare else None


def _counted(ago: re.Match[str], today: datetime, basis: Basis) -> When | None:
    """Return the day some time ago."""
    count = int(ago["count"]) if ago["count"].isdigit() else 1
    if count > _MOST_DAYS and ago["unit"].lower() == "ngày":
        return None
    moment = today - count * _UNITS[ago["unit"].lower()]
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return When(start.astimezone(UTC), Precision.DAY, basis)


def _in_its_year(row: str, bare: re.Match[str], received_at: datetime, basis: Basis) -> When | None:
    """Return a day without its year in the latest year in which it fits: past, and on its weekday."""
    named = _WEEKDAY.search(row)
    if not (named or _CLOCK.search(row[: bare.start()] + row[bare.end() :]) or _LABEL.search(row)):
        return None
    weekday = _weekday(named) if named else None
    today = received_at.astimezone(LOCAL_ZONE)
    for year in range(today.year, today.year - (_YEARS if named else 2), -1):
        try:
            day = datetime(year, int(bare["m"] or bare["m2"]), int(bare["d"]), tzinfo=LOCAL_ZONE)
        except ValueError:
            continue
        if day <= today and weekday in (None, day.weekday()):
            found = _read(row, bare.span(), day, basis)
            return found if found and found.at <= received_at else None
    return None


def _read(row: str, span: tuple[int, int], day: datetime, basis: Basis) -> When | None:
    """Read a row with a part of it put as a full date."""
    start, end = span
    return from_parts(f"{row[:start]} {day:%d/%m/%Y} {row[end:]}", basis, spare=_SPARE)


def _weekday(named: re.Match[str]) -> int:
    """Return 0 for Monday to 6 for Sunday."""
    if named["sunday"]:
        return 6
    name = (named["name"] or named["digit"]).lower()
    return int(name) - 2 if name.isdigit() else _WEEKDAYS[name]
