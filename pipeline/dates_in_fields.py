"""One date in a short string: the parts of fields and date lines, in any order. Pure; never raises.

`pipeline.dates` is the door. A string is read by taking parts away (weekday, time, zone, date)
and looking at what is left: labels may be, prose may not.
"""
# ruff: noqa: PLR2004 (the numbers of clocks and calendars need no names)

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from pipeline.model import LOCAL_ZONE, Basis, Precision, When

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_SHORT = 3  # words of a section's or a person's name
_FAR = 5_000_000_000  # seconds from 1970, beyond both years

_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPELT_MONTHS = {
    "mười một": 11, "mười hai": 12, "mười": 10, "một": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5,
    "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_HOURS_OFF = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7,  # RFC 822 section 5; an unknown name counts as local, as ICT does
}  # fmt: skip

_SEP = r"\s?(?P<sep>[/.\-–])\s?"
_AGAIN = r"\s?(?P=sep)\s?"
_ENGLISH = r"(?P<name>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_MONTH = rf"(?:tháng|thg|th)\.?\s*(?:(?P<m>\d{{1,2}})|(?P<spelt>{'|'.join(_SPELT_MONTHS)})(?![^\W\d_]))"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d)(?P<y>\d{{4}}){_SEP}(?P<m>\d{{1,2}}){_AGAIN}(?P<d>\d{{1,2}})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}}){_SEP}(?P<m>\d{{1,2}})(?:{_AGAIN}|\s+năm\s+)(?P<y>\d{{4}}|\d{{2}})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})\s+{_MONTH}\s*(?:,\s*)?(?:năm\s+)?[/.-]?\s*(?P<y>\d{{4}})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s.-]+{_ENGLISH}[\s,-]+(?P<y>\d{{4}}|\d{{2}})(?!\d)",
        rf"(?<![a-z]){_ENGLISH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s,]+(?P<y>\d{{4}})(?!\d)",
        rf"(?<!\w){_MONTH}\s+(?P<d>\d{{1,2}})\s*,\s*(?P<y>\d{{4}})(?!\d)",
    )
)
_OFFSET = r"(?:GMT|UTC)\s?(?P<gmt>[+-]\s?\d{1,2}(?::?\d{2})?)(?!\d)"
_TIME = re.compile(
    r"(?<![\d:])(?P<h>\d{1,2})"
    r"(?:\s?(?::|h|g|giờ)\s?(?P<min>\d{2}|\d(?=\s?(?:phút|:\d\d|\s|$)))(?!\d)"
    r"(?:\s?(?::|phút)\s?(?P<s>\d{2})(?!\d))?(?:[.,]\d{1,9})?"
    r"|\s?(?:h|giờ)(?![^\W\d_]|\s?\d))"
    r"(?:\s?(?:phút|')(?![^\W\d_]))?"
    r"(?:\s?(?P<half>SA|CH|[AP]\.?M\.?|sáng|trưa|chiều|tối|đêm)(?![^\W\d_]))?"
    rf"(?:\s?\(?(?:{_OFFSET}|(?P<iso>[+-]\d{{1,2}}(?::?\d{{2}})?)(?![\d/.-])|(?P<zone>[A-Z]{{1,4}})(?![^\W_]))\)?)?"
    r"(?:\s?\[[\w/+-]{1,40}\])?",
    re.IGNORECASE,
)
_ZONE_NAME = re.compile(
    r"\(?(?:asia/(?:ho_chi_minh|saigon|bangkok|hanoi|jakarta)|(?:indochina|se asia|vietnam|viet nam)"
    r"(?: standard)? time|giờ đông dương(?: chuẩn)?|ict)\)?\s*$",
    re.IGNORECASE,
)
_LOOSE_OFFSET = re.compile(rf"\(?{_OFFSET}\)?", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"(?<![^\W_])(?:thứ\s*(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|t[2-7]|chủ\s*nhật|cn"
    r"|(?P<en>mon|tue|wed|thu|fri|sat|sun)(?:s|rs|nes|ur)?(?:day)?)(?![^\W_])"
    r"|^(?:hai|ba|tư|năm|sáu|bảy),\s*(?=\d)",
    re.IGNORECASE,
)
_ENGLISH_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BYLINE = re.compile(
    r"(?<![^\W_])(?:(?:(?:submitted|posted|published|written|đăng|viết|gửi)\s+)?(?:by|bởi)\s"
    r"|(?:tác giả|người (?:đăng|viết|gửi|tạo))\s?:)\s*[^|\d]{1,60}?"
    r"(?=\s*(?:(?:on|at|vào|lúc|ngày)\b|[|,(¦-]|$))",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"(?:số\s+)?(?:lượt|lần)\s+(?:xem|đọc|truy cập)\s*:?\s*[\d.,]*"
    r"|\d[\d.,]*\s+(?:lượt\s+(?:xem|đọc)|views?|bình luận)"
    r"|(?:bình luận|views?|(?:đã\s+)?(?:xem|đọc)(?=\s?:))\s*:?\s*\(?\d[\d.,]*\)?(?![\d/-])"
    r"|(?<![^\W_])(?:xem cỡ chữ|cỡ chữ|(?:nghe )?đọc bài(?: viết)?|in bài(?: viết)?|chia sẻ"
    r"|google news|facebook|zalo|twitter|email|print|in|a[-+])(?![^\W_])",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+|\d+")
_SET_APART = re.compile(r"[|•·–»>¦-]")
_SENTENCE_END = re.compile(r"[.!?…]\s*$")
_LABEL = re.compile(
    r"ngày|lúc|vào|hồi|giờ|phút|at|on|the|of|time|t|đăng|cập|nhật|xuất|bản|post|posted|published"
    r"|publish|update|updated|last|date|created|modified|tạo|gửi|viết|tin|bài|mới|nhất|phát|hành|thời|gian|cuối|pubdate|gmt"
    r"|utc|vn|việt|nam|tải|lên|đưa|lần|điểm|được|công|bố|online|ngay",
    re.IGNORECASE,
)
_OTHER_EVENT = re.compile(
    r"(?<![^\W_])(?:hạn|sinh|khai mạc|hiệu lực|ban hành|hết|từ|đến|tới|trước|sau|kỷ niệm|mất|họp|thi"
    r"|khởi công|dự kiến|khánh thành|diễn ra|hôm nay|lịch|địa điểm|khởi hành|bắt đầu|kết thúc|hết hạn"
    r"|truy cập|hiện tại|bây giờ|ngày in|in ngày|in lúc|có hiệu lực|ngày ký|ngày cấp)(?![^\W_])",
    re.IGNORECASE,
)
_DOTNET = re.compile(r"(?:\\?/|new )?Date\((?P<ms>-?\d{1,15})(?:[+-]\d{4})?\)(?:\\?/)?")
_EPOCH = re.compile(r"-?\d{9,10}(?:\.\d{1,9})?|\d{12,13}|\d{16}")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(?:\.?\d{1,3})?(Z|[+-]\d\d'?:?\d\d'?)?)?")
_PDF_PREFIX = re.compile(r"^D:(?=\d{8})")
_ISO_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)")
_GLUED_TIME = re.compile(r"(?<=[/.-]\d{4})(?=\d{1,2}[:h]\d\d)|(?<=[:h]\d\d)(?=\d\d[/.-]\d\d[/.-]\d{4})")
_DOTTED_TIME = re.compile(r"(?<=\d{4})(?P<gap>[\s,|-]{1,5})(?P<h>\d{1,2})\.(?P<min>\d\d)$")
_MONTH_FIELD = re.compile(
    rf"(?P<y>\d{{4}})[-/](?P<m>\d{{1,2}})|(?:tháng\s*)?(?P<m2>\d{{1,2}})(?:\s*[-/.]\s*|\s+năm\s+)(?P<y2>\d{{4}})"
    rf"|{_ENGLISH}\s+(?P<y3>\d{{4}})",
    re.IGNORECASE,
)
_YEAR_FIELD = re.compile(r"(?:năm\s*)?(\d{4})", re.IGNORECASE)

Clock = tuple[int, int, int]  # hour 0..23, minute, second


def when(
    year: int,
    month: int | None,
    day: int | None,
    basis: Basis,
    *,
    clock: Clock | None = None,
    zone: tzinfo = LOCAL_ZONE,
) -> When | None:
    """Build a `When` as precise as what is given; None if there is no such moment from 1900 to 2100."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    hour, minute, second = clock or (0, 0, 0)
    if second == 60:  # a leap second
        second = 59
    try:
        start = datetime(
            year, month or 1, day or 1, hour, minute, second, tzinfo=zone if clock else LOCAL_ZONE
        )
    except ValueError:
        return None
    precision = Precision.YEAR
    if month is not None:
        precision = Precision.MONTH
    if month is not None and day is not None:
        precision = Precision.SECOND if clock else Precision.DAY
    return When(start.astimezone(UTC), precision, basis)


def from_digits(field: str, basis: Basis) -> When | None:
    """Read compact digits (20230131170500), an epoch in s, ms or µs, or /Date(ms)/."""
    compact = _COMPACT.fullmatch(_PDF_PREFIX.sub("", field))
    if compact:
        year, month, day = (int(part) for part in compact.groups()[:3])
        clock = (int(compact[4]), int(compact[5]), int(compact[6] or 0)) if compact[4] else None
        zone = UTC if compact[7] == "Z" else _offset(compact[7]) if compact[7] else LOCAL_ZONE
        found = when(year, month, day, basis, clock=clock, zone=zone)
        if found:
            return found
    dotnet = _DOTNET.fullmatch(field)
    if dotnet:
        seconds = int(dotnet["ms"]) // 1000
    elif _EPOCH.fullmatch(field):
        whole = field.split(".", maxsplit=1)[0]
        digits = len(whole.lstrip("-"))
        seconds = int(whole) // (1 if digits <= 10 else 1_000 if digits <= 13 else 1_000_000)
    else:
        return None
    if abs(seconds) > _FAR:
        return None
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return When(at, Precision.SECOND, basis) if _FIRST_YEAR <= at.year <= _LAST_YEAR else None


def is_other_event(text: str) -> bool:
    """Tell whether a short text names an event, a deadline or a document's day rather than a publication."""
    return bool(_OTHER_EVENT.search(text))


def coarse(field: str, basis: Basis) -> When | None:
    """Read a field that says a month ("2021-07", "tháng 7/2021", "July 2021") or a year only."""
    month = _MONTH_FIELD.fullmatch(field)
    if month:
        number = _english(month["name"]) if month["name"] else int(month["m"] or month["m2"])
        return when(int(month["y"] or month["y2"] or month["y3"]), number, None, basis)
    year = _YEAR_FIELD.fullmatch(field)
    return when(int(year[1]), None, None, basis) if year else None


def from_parts(row: str, basis: Basis, *, spare: int, strict: bool = False) -> When | None:
    """Take weekday, time, zone and one date out of `row`; None if more than `spare` words are left.

    `strict`: None too for what is month first, and for a year of two digits.
    """
    row = _GLUED_TIME.sub(" ", row)
    rest = _DOTTED_TIME.sub(r"\g<gap>\g<h>:\g<min>", _ISO_DAY.sub(r"\1", _COUNTER.sub("¦", row)))
    weekday = _WEEKDAY.search(rest)
    rest = _ZONE_NAME.sub("", _WEEKDAY.sub("¦", rest))
    if spare:
        rest = _BYLINE.sub("¦", rest)
    time = _TIME.search(rest)
    rest = _without(rest, time, " ")
    offset = _LOOSE_OFFSET.search(rest)
    rest = _without(rest, offset, " ")
    date = next((found for pattern in _DATES if (found := pattern.search(rest))), None)
    if date is None or not _is_spare(_without(rest, date, "¦"), spare, timed=time is not None):
        return None
    year, month, day = _numbers(date)
    if strict and len(date["y"]) < len("2026"):
        return None
    if _is_month_first(year, month, day, weekday):
        if strict:
            return None
        month, day = day, month
    if time is None:
        return when(year, month, day, basis)
    clock = _clock(time)
    return when(year, month, day, basis, clock=clock, zone=_zone(time, offset)) if clock else None


def _is_month_first(year: int, month: int, day: int, weekday: re.Match[str] | None) -> bool:
    """Tell whether a date is proven to be month first: by its only possible reading, or an English weekday.

    "1/31/2023 5:05:12 PM" (ASP.NET) and "Thu, 02/09/2023 - 08:30" (Drupal's own form) are met in
    the wild. Without proof the day is first; who writes weekdays in Vietnamese writes it first.
    """
    swapped = when(year, day, month, Basis.GIVEN)
    if month > 12 or swapped is None:
        return swapped is not None
    first = when(year, month, day, Basis.GIVEN)
    if weekday is None or weekday["en"] is None or first is None:
        return False
    named = _ENGLISH_WEEKDAYS.index(weekday["en"].lower())
    return first.local().weekday() != named == swapped.local().weekday()


def _without(text: str, found: re.Match[str] | None, instead: str) -> str:
    return f"{text[: found.start()]}{instead}{text[found.end() :]}" if found else text


def _is_spare(rest: str, spare: int, *, timed: bool) -> bool:
    """Tell whether what surrounds a date is only labels, or a few words set apart from it.

    Beside a date with its time a name or a section ("Minh Thư", "Chính trị") needs nothing between.
    """
    left = [word for word in _WORD.findall(rest) if not _LABEL.fullmatch(word)]
    if not left:
        return not _OTHER_EVENT.search(rest)
    if len(left) > spare or any(word.isdigit() for word in left) or _OTHER_EVENT.search(rest):
        return False
    chunks = [chunk for chunk in _SET_APART.split(rest) if _WORD.search(chunk)]
    short = timed and len(chunks) == 1 and len(left) <= _SHORT and left[0][0].isupper()
    apart = short or bool(_SET_APART.search(rest.replace("¦", "", 1)))
    return apart and not any(_SENTENCE_END.search(chunk) for chunk in chunks)


def _numbers(date: re.Match[str]) -> tuple[int, int, int]:
    """Return year, month and day of a match of one of `_DATES`; two digits mean 1970 to 2069."""
    part = date.groupdict()
    year = int(part["y"])
    if len(part["y"]) == 2:
        year += 1900 if year >= 70 else 2000
    if part.get("name"):
        month = _english(part["name"])
    elif part.get("spelt"):
        month = _SPELT_MONTHS[" ".join(part["spelt"].lower().split())]
    else:
        month = int(part["m"])
    return year, month, int(part["d"])


def _english(name: str) -> int:
    return _ENGLISH_MONTHS.index(name[:3].lower()) + 1


def _clock(time: re.Match[str]) -> Clock | None:
    """Return the time of day in 24 hours, None if there is no such time."""
    hour, minute, second = int(time["h"]), int(time["min"] or 0), int(time["s"] or 0)
    half = (time["half"] or "").lower().replace(".", "")
    noon_or_later = half in {"pm", "ch", "chiều", "tối"} or (half == "đêm" and hour >= 6)
    if (noon_or_later and hour < 12) or (half == "trưa" and hour < 4):
        hour += 12
    elif half in {"am", "sa", "sáng", "đêm"} and hour == 12:
        hour = 0
    return (hour, minute, second) if hour <= 23 and minute <= 59 and second <= 60 else None


def _zone(time: re.Match[str], loose: re.Match[str] | None) -> tzinfo:
    """Return the zone said with the time or after the date; local time if none is, or an impossible one."""
    sign = time["gmt"] or time["iso"] or (loose["gmt"] if loose else None)
    if not sign:
        name = (time["zone"] or "").upper()
        return timezone(timedelta(hours=_HOURS_OFF[name])) if name in _HOURS_OFF else LOCAL_ZONE
    return _offset(sign)


def _offset(sign: str) -> tzinfo:
    """Return the zone of "+7", "+0700" or "+07:00"; local time for an impossible one."""
    digits = re.sub(r"\D", "", sign)
    hours, minutes = divmod(int(digits), 100) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return LOCAL_ZONE
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if sign.startswith("-") else 1))
