"""Vietnamese dates: fields, date lines, prose and addresses, always day first. Pure; never raises.

A date without a zone is in Asia/Ho_Chi_Minh. General parsers fail here: feedparser reads 11 of 39
forms met in the wild and gets 10 silently wrong (naive times as UTC, 04-05-2021 as May 2004).
A reading that is not certain is None, never a guess.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import chain

from pipeline.model import LOCAL_ZONE, Basis, Precision, When
from pipeline.text import clean

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_NEWS_BEGIN = 1990  # no publisher here has older pages; 1970 and 0001 are clocks that were never set
_FIELD_SIZE = 160
_LINE_SIZE = 120
_SPARE_WORDS = 6  # a byline or a section beside the date

_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPELT_MONTHS = {
    "mười một": 11, "mười hai": 12, "mười": 10, "một": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5,
    "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_OFFSETS = {"Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "ICT": 7, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
            "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}  # fmt: skip  # RFC 822 section 5, and Indochina Time

_SEP = r"\s?(?P<sep>[/.\-–])\s?"
_AGAIN = r"\s?(?P=sep)\s?"
_ENGLISH = r"(?P<name>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_MONTH_NAME = rf"tháng\s+(?:(?P<m>\d{{1,2}})|(?P<spelt>{'|'.join(_SPELT_MONTHS)})(?![^\W\d_]))"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d)(?P<y>\d{{4}}){_SEP}(?P<m>\d{{1,2}}){_AGAIN}(?P<d>\d{{1,2}})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}}){_SEP}(?P<m>\d{{1,2}}){_AGAIN}(?P<y>\d{{4}}|\d{{2}})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})\s+{_MONTH_NAME}\s*(?:,\s*)?(?:năm\s+)?[/.-]?\s*(?P<y>\d{{4}})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s.-]+{_ENGLISH}[\s,-]+(?P<y>\d{{4}}|\d{{2}})(?!\d)",
        rf"(?<![a-z]){_ENGLISH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s,]+(?P<y>\d{{4}})(?!\d)",
    )
)
_OFFSET = r"(?:GMT|UTC)\s?(?P<{0}>[+-]\s?\d{{1,2}}(?::?\d{{2}})?)(?!\d)"
_TIME = re.compile(
    r"(?<![\d:])(?P<h>\d{1,2})(?:\s?(?::|h|g|giờ)\s?(?P<min>\d{2})(?!\d)(?:\s?(?::|phút)\s?(?P<s>\d{2})(?!\d))?(?:[.,]\d{1,9})?|\s?(?:h|giờ)(?![^\W\d_]|\s?\d))"
    r"(?:\s?(?:phút|')(?![^\W\d_]))?"
    r"(?:\s?(?P<half>SA|CH|[AP]\.?M\.?|sáng|trưa|chiều|tối|đêm)(?![^\W\d_]))?"
    rf"(?:\s?\(?(?:{_OFFSET.format('gmt')}|(?P<iso>[+-]\d{{2}}:?\d{{2}}|[+-]\d{{2}})(?![\d/.-])|(?P<zone>[A-Z]{{1,4}})(?![^\W_]))\)?)?",
    re.IGNORECASE,
)
_LOOSE_OFFSET = re.compile(rf"\(?{_OFFSET.format('gmt')}\)?", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"(?<![^\W_])(?:thứ\s*(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s*nhật|t[2-7]|cn"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)(?![^\W_])",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?<![^\W_])(?:submitted|posted|published|written|đăng|viết|gửi)\s+(?:by|bởi)\s+[^|\d]{1,60}?(?=\s*(?:on\b|at\b|vào\b|lúc\b|ngày\b|[|,(¦-]))",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"(?:số\s+)?(?:lượt|lần)\s+(?:xem|đọc|truy cập)\s*:?\s*[\d.,]*|\d[\d.,]*\s+(?:lượt\s+(?:xem|đọc)|views?)"
    r"|(?:bình luận|views?)\s*:?\s*\(?\d[\d.,]*\)?",
    re.IGNORECASE,
)
_PLACE_LINE = re.compile(r"^\s*[A-ZĐÀ-Ỹ][^\W\d_]*(?:\s[A-ZĐÀ-Ỹ][^\W\d_]*){0,3},\s*(?=ngày\b)")
_SPARE = re.compile(r"[^\W\d_]+|\d+")
_STRONG = re.compile(r"[|•·–»>¦-]")
_FILLERS = frozenset(
    "ngày lúc vào hồi giờ phút at on the of time t đăng cập nhật xuất bản post posted published publish update "
    "updated last date created modified tạo gửi viết tin bài mới nhất phát hành thời gian cuối pubdate gmt utc "
    "vn việt nam tải lên đưa".split()
)
_OTHER_EVENTS = frozenset(
    "hạn sinh khai mạc hiệu lực ban hành hết từ đến tới trước sau kỷ niệm mất họp thi khởi công dự kiến".split()
)
_DOTNET = re.compile(r"\\?/Date\((?P<ms>-?\d{1,15})(?:[+-]\d{4})?\)\\?/")
_EPOCH = re.compile(r"-?\d{9,10}(?:\.\d{1,9})?|\d{12,13}|\d{16}")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(?:\d{3})?(Z)?)?")
_MONTH_FIELD = re.compile(r"(?:tháng\s*)?(?:(?P<y>\d{4})[-/](?P<m>\d{1,2})|(?P<m2>\d{1,2})\s*[-/.]\s*(?P<y2>\d{4}))", re.IGNORECASE)
_YEAR_FIELD = re.compile(r"(?:năm\s*)?(\d{4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """A calendar day told in prose; `year` is None when the text leaves it out; `start:end` is its place."""

    day: int
    month: int
    year: int | None
    start: int
    end: int


def parse(text: str, basis: Basis) -> When | None:
    """Read one date field of a feed, page or record; None if it is not exactly one date.

    Understands RFC 822, ISO 8601, epoch seconds to microseconds, .NET (/Date(ms)/, "CH"/"SA"),
    compact digits, and Vietnamese forms with label, weekday, time and zone in any order.
    """
    field = clean(text).strip()
    if not field or len(field) > _FIELD_SIZE:
        return None
    return _from_digits(field, basis) or _from_parts(field, basis, spare=0) or _coarse(field, basis)


def line(text: str, basis: Basis) -> When | None:
    """Read a date line of a page ("Thứ Hai, ngày 17/03/2025 | 08:17"); None for prose and headlines.

    A byline, a section or a counter may stand beside the date. Of a date that is glued to the
    first word of the text ("23/04/2021Sáng …") the date is taken.
    """
    row = clean(text).strip()
    glued = _GLUED.match(row)
    if glued:
        row = glued[0]
    if not row or len(row) > _LINE_SIZE:
        return None
    return _from_parts(_PLACE_LINE.sub("", row), basis, spare=_SPARE_WORDS)


def plausible(when: When, received_at: datetime) -> bool:
    """Tell whether a date can be a publication date: 1990 or later, at most a day after `received_at`."""
    return when.local().year >= _NEWS_BEGIN and when.at <= received_at + timedelta(days=1)


def told(text: str) -> When | None:
    """Return the first full date, 1990 or later, that prose tells, with basis INFERRED; else None."""
    for mention in mentions(text):
        if mention.year is not None and mention.year >= _NEWS_BEGIN:
            return _when(mention.year, mention.month, mention.day, Basis.INFERRED)
    return None


_IN_URL = (
    re.compile(r"/(?P<y>20\d\d|199\d)[/-](?P<m>\d{1,2})(?:[/-](?P<d>\d{1,2}))?(?=[/_.-]|$)"),
    re.compile(r"[/_.-](?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>20\d\d|199\d)(?=[/_.-]|$)"),
    re.compile(r"/(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)?(?=/)"),
    re.compile(r"(?<!\d)(?:1\d\d(?=\d{15}(?!\d)))?(?P<y>20\d\d|(?<=1\d\d)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?P<t>\d{6})(?:\d{3})?(?!\d)"),
    re.compile(r"[/_.-](?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?=[._/-]|$)"),
)


def in_url(url: str) -> When | None:
    """Read the date that a CMS wrote into an address ("/202107/", "20230730184429029.htm"), else None."""
    path = re.sub(r"^[a-z]+://[^/]*", "", url[:2000], flags=re.IGNORECASE).split("?")[0].split("#")[0]
    for pattern in _IN_URL:
        for found in pattern.finditer(path):
            part = found.groupdict()
            year = int(part["y"]) + (2000 if len(part["y"]) == 2 else 0)
            day = int(part["d"]) if part["d"] else None
            clock = part.get("t")
            time = (int(clock[:2]), int(clock[2:4]), int(clock[4:])) if clock else None
            when = _when(year, int(part["m"]), day, Basis.URL, time)
            if when and when.local().year >= _NEWS_BEGIN:
                return when
    return None


def _when(
    year: int,
    month: int | None,
    day: int | None,
    basis: Basis,
    time: tuple[int, int, int] | None = None,
    zone: tzinfo = LOCAL_ZONE,
) -> When | None:
    """Build a `When` as precise as what is given; None if there is no such moment."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    hour, minute, second = time or (0, 0, 0)
    try:
        local = datetime(year, month or 1, day or 1, hour, minute, min(second, 59), tzinfo=zone if time else LOCAL_ZONE)
    except ValueError:
        return None
    if time and second > 60:
        return None
    if month is None:
        precision = Precision.YEAR
    elif day is None:
        precision = Precision.MONTH
    else:
        precision = Precision.SECOND if time else Precision.DAY
    return When(local.astimezone(UTC), precision, basis)


def _from_digits(field: str, basis: Basis) -> When | None:
    """Read compact digits (20230131170500), an epoch, or /Date(ms)/."""
    compact = _COMPACT.fullmatch(field)
    if compact:
        year, month, day, *clock = (int(part) if part else None for part in compact.groups()[:6])
        hour, minute, second = clock
        time = (hour, minute or 0, second or 0) if hour is not None else None
        when = _when(year or 0, month, day, basis, time, UTC if compact[7] else LOCAL_ZONE)
        if when:
            return when
    dotnet = _DOTNET.fullmatch(field)
    if dotnet:
        seconds = int(dotnet["ms"]) / 1000
    elif _EPOCH.fullmatch(field):
        digits = len(field.split(".")[0].lstrip("-"))
        seconds = float(field) / (1 if digits <= 10 else 1000 if digits <= 13 else 1_000_000)
    else:
        return None
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds))
    return When(at, Precision.SECOND, basis) if _FIRST_YEAR <= at.year <= _LAST_YEAR else None


def _coarse(field: str, basis: Basis) -> When | None:
    """Read a field that says a month ("2021-07", "tháng 7/2021") or a year only."""
    month = _MONTH_FIELD.fullmatch(field)
    if month:
        return _when(int(month["y"] or month["y2"]), int(month["m"] or month["m2"]), None, basis)
    year = _YEAR_FIELD.fullmatch(field)
    return _when(int(year[1]), None, None, basis) if year else None


def _from_parts(row: str, basis: Basis, *, spare: int) -> When | None:
    """Take weekday, time, zone and one date out of `row`; None if more than `spare` words are left."""
    rest = _WEEKDAY.sub("¦", _COUNTER.sub("¦", row))
    if spare:
        rest = _BYLINE.sub("¦", rest)
    clock = _TIME.search(rest)
    if clock:
        rest = f"{rest[: clock.start()]} {rest[clock.end() :]}"
    offset = _LOOSE_OFFSET.search(rest)
    if offset:
        rest = f"{rest[: offset.start()]} {rest[offset.end() :]}"
    for pattern in _DATES:
        date = pattern.search(rest)
        if date:
            break
    else:
        return None
    rest = f"{rest[: date.start()]}¦{rest[date.end() :]}"
    if not _is_spare(rest, spare):
        return None
    time, zone = _time(clock, offset)
    if clock and time is None:
        return None
    year, month, day = _numbers(date)
    half = (clock["half"] or "").lower() if clock else ""
    if month > 12 >= day and half.startswith(("am", "pm")):
        month, day = day, month  # 1/31/2023 5:05:12 PM: the only reading, and AM/PM says whose form it is
    return _when(year, month, day, basis, time, zone)


def _is_spare(rest: str, spare: int) -> bool:
    """Tell whether what surrounds a date is only labels, or a short byline set apart from it."""
    left = [word.lower() for word in _SPARE.findall(rest)]
    left = [word for word in left if word not in _FILLERS]
    if not left:
        return True
    if len(left) > spare or any(word.isdigit() for word in left) or not _OTHER_EVENTS.isdisjoint(left):
        return False
    chunks = [chunk for chunk in _STRONG.split(rest) if _SPARE.search(chunk)]
    return bool(_STRONG.search(rest.replace("¦", "", 1))) and not any(re.search(r"[.!?…]\s*$", chunk) for chunk in chunks)


def _numbers(date: re.Match[str]) -> tuple[int, int, int]:
    """Return year, month and day of a match of one of `_DATES`."""
    part = date.groupdict()
    year = int(part["y"])
    if len(part["y"]) == 2:
        year += 1900 if year >= 70 else 2000
    if part.get("name"):
        month = _ENGLISH_MONTHS.index(part["name"][:3].lower()) + 1
    elif part.get("spelt"):
        month = _SPELT_MONTHS[re.sub(r"\s+", " ", part["spelt"].lower())]
    else:
        month = int(part["m"])
    return year, month, int(part["d"])


def _time(clock: re.Match[str] | None, loose: re.Match[str] | None) -> tuple[tuple[int, int, int] | None, tzinfo]:
    """Return the clock time (24 hours) and its zone; no time if there is none or it is impossible."""
    if clock is None:
        return None, LOCAL_ZONE
    hour, minute, second = int(clock["h"]), int(clock["min"] or 0), int(clock["s"] or 0)
    half = (clock["half"] or "").lower().replace(".", "")
    if half in {"pm", "ch", "chiều", "tối"} and hour < 12:
        hour += 12
    elif (half in {"am", "sa", "sáng", "đêm"} and hour == 12) or (half == "trưa" and hour < 4):
        hour = (hour + 12) % 24
    elif half == "đêm" and 6 <= hour < 12:
        hour += 12
    if hour > 23 or minute > 59:
        return None, LOCAL_ZONE
    sign = clock["gmt"] or clock["iso"] or (loose["gmt"] if loose else None)
    if sign:
        return (hour, minute, second), _offset(sign)
    name = (clock["zone"] or "").upper()
    return (hour, minute, second), timezone(timedelta(hours=_OFFSETS[name])) if name in _OFFSETS else LOCAL_ZONE


def _offset(sign: str) -> tzinfo:
    """Return the zone of "+7", "+07", "+0700" or "+07:00"; local time if there is no such offset."""
    digits = re.sub(r"\D", "", sign)
    hours, minutes = int(digits[:2] if len(digits) != 3 else digits[:1]), int(digits[-2:]) if len(digits) > 2 else 0
    if hours > 14 or minutes > 59:
        return LOCAL_ZONE
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if sign.startswith("-") else 1))


_GLUED = re.compile(
    rf"(?:\d{{1,2}}[:h]\d{{2}}\s*[,-]?\s*)?\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{4}}(?:\s*[,-]?\s*\d{{1,2}}[:h]\d{{2}})?(?=[A-ZĐÀ-Ỹ])"
)
_CUE = (
    r"(?<![^\W_])(?:ngày|sáng|trưa|chiều|tối|đêm|khuya|hôm|nay|qua|mai|từ|đến|tới|lễ|mùng|mồng"
    r"|thứ\s(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật)[\s,:]*\(?\s?"
)
_DAYS_BEFORE = r"(?P<more>(?:\d{1,2}\s?(?:,|và|-|–|đến(?:\s+ngày)?)\s?){1,6})?"
_FULL = re.compile(
    rf"(?<![\d/])(?<!\d[.,])(?P<d>\d{{1,2}})\s?(?P<sep>[/.\-–])\s?(?P<m>\d{{1,2}})(?:\s?(?P=sep)\s?|\s+năm\s+)(?P<y>\d{{4}})(?![\d/]|[.,]\d|-[A-ZĐ])"
    rf"|(?<!\d)(?P<d2>\d{{1,2}})\s+tháng\s+(?P<m2>\d{{1,2}})(?:\s*,)?\s+năm\s+(?P<y2>\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_SHORT = re.compile(
    rf"(?:{_CUE}|\((?=\d{{1,2}}/\d{{1,2}}/?\)))(?P<more>)(?P<d>\d{{1,2}})(?:\s?[/.\-–]\s?(?P<m>\d{{1,2}})|\s+tháng\s+(?P<m2>\d{{1,2}}))"
    r"(?!\d|\s?[/.–-]\s?\d|[.,]\d|\s?%|\s+năm\s+\d|\s+tháng\s|\s*\(?(?:âm lịch|âl)(?![^\W_])"
    r"|\s+(?:chỉ tiêu|số|tổng|diện tích|hộ|xã|phường|thôn|dân|đại biểu|phiếu|triệu|tỷ|tỉ|nghìn|km|ha|m|người|điểm|giờ|ngày)(?![^\W_]))",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"ngày\s+((?:\d{1,2}\s?(?:,|và|-|–|đến(?:\s+ngày)?)\s?){1,6})$", re.IGNORECASE)
_STREET = re.compile(
    r"(?:đường|phố|quảng trường|cầu|hẻm|ngõ|kiệt|ngách|đại lộ|sân vận động|trường|công ty|bệnh viện|tỷ số|tỉ số|tỷ lệ|tỉ lệ|số)\s+$",
    re.IGNORECASE,
)
_LUNAR = re.compile(r"\s*\(?(?:âm lịch|âl)(?![^\W_])", re.IGNORECASE)
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def mentions(text: str) -> list[Mention]:
    """Return every calendar day in prose, in order; without a year only after a cue ("ngày 17 – 9").

    Fractions ("15/25 chỉ tiêu"), streets ("đường 30/4"), document numbers, terms of office and
    lunar dates are none. In "ngày 23-25/7/2025" both ends are mentioned.
    """
    found: list[Mention] = []
    for hit in chain(_FULL.finditer(text), _SHORT.finditer(text)):
        part = hit.groupdict()
        day, month = int(part["d"] or part["d2"]), int(part["m"] or part["m2"])
        year = int(part.get("y") or part.get("y2") or 0) or None
        start = hit.start("d") if part["d"] else hit.start("d2")
        if not _is_day(day, month, year) or _STREET.search(text, max(0, start - 20), start) or _LUNAR.match(text, hit.end()):
            continue
        before = _EARLIER.search(text, max(0, start - 60), start)
        if before:
            for earlier in re.finditer(r"\d{1,2}", before[1]):
                if _is_day(int(earlier[0]), month, year):
                    at = before.start(1)
                    found.append(Mention(int(earlier[0]), month, year, at + earlier.start(), at + earlier.end()))
        found.append(Mention(day, month, year, start, hit.end()))
    found.sort(key=lambda mention: (mention.start, -mention.end))
    return [mention for at, mention in enumerate(found) if at == 0 or mention.start >= found[at - 1].end]


def _is_day(day: int, month: int, year: int | None) -> bool:
    if year is not None:
        return _when(year, month, day, Basis.INFERRED) is not None
    return 1 <= month <= 12 and 1 <= day <= _DAYS_OF_MONTH[month - 1]
