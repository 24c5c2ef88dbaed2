"""Calendar days told in Vietnamese prose, with where they stand. Pure; never raises.

`pipeline.dates` is the door; this file knows sentences, not fields. A day with its year is a
day anywhere; without a year it needs a cue ("ngày 17 – 9", "sáng nay (24/7)"), because the same
digits are a fraction ("15/25 chỉ tiêu"), a street ("đường 30/4") or a score.
"""

import re
from dataclasses import dataclass
from datetime import date

_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_FULL = re.compile(
    r"(?<![\d/])(?<!\d[.,])(?P<d>\d{1,2})\s?(?P<sep>[/.\-–])\s?(?P<m>\d{1,2})"
    r"(?:\s?(?P=sep)\s?|\s+năm\s+)(?P<y>\d{4})(?![\d/]|[.,]\d|-[A-ZĐ])"
    r"|(?<!\d)(?P<d2>\d{1,2})\s+tháng\s+(?P<m2>\d{1,2})(?:\s*,)?\s+năm\s+(?P<y2>\d{4})(?!\d)",
    re.IGNORECASE,
)
_ITEM = (
    r"(?:\d{1,2}\s?/\s?\d{1,2}(?:\s?/\s?\d{4})?|\d{1,2}\.\d{1,2}(?:\.\d{4})?"
    r"|\d{1,2}-\d{1,2}(?:-\d{4}|(?!\s?[/.]\s?\d|\s+tháng\s))|\d{1,2})(?!\d)"
)
_JOIN = r"\s?(?:,|;|và|-|–|(?:cho\s)?đến)(?:\s+hết)?(?:\s+ngày)?\s?"
_CUE = (
    r"ngày|sáng|sớm|trưa|chiều|tối|đêm|khuya|hôm|nay|qua|mai|thứ\s(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật"
    r"|từ|đến|tới|lễ|dịp|vào|trước|sau|mùng|mồng"
)
_RUN = re.compile(
    rf"(?:(?<![^\W_])(?P<cue>{_CUE})(?![^\W_])[\s,:]*\(?\s?|\((?=\d{{1,2}}/\d{{1,2}}/?\)))"
    rf"(?P<run>{_ITEM}(?:{_JOIN}{_ITEM}){{0,6}})"
    r"(?:\s+tháng\s+(?P<m>\d{1,2})(?!\d))?(?:\s+năm\s+(?P<y>\d{4})(?!\d))?",
    re.IGNORECASE,
)
_WEAK_CUES = frozenset({"từ", "đến", "tới", "lễ", "dịp", "vào", "trước", "sau", "mùng", "mồng"})
_DAY = re.compile(
    r"(?P<d>\d{1,2})(?:\s?[/.]\s?(?P<m>\d{1,2})(?:\s?[/.]\s?(?P<y>\d{4}))?"
    r"|-(?P<m2>\d{1,2})(?:-(?P<y2>\d{4})|(?!\s?[/.]\s?\d|\s+tháng\s)))?(?!\d)"
)
_NUMBER = re.compile(r"(?P<d>\d{1,2})(?P<m>)(?P<m2>)(?P<y>)(?P<y2>)")
_MINUS = re.compile(r"(?P<d>\d{1,2})\s?[-–]\s?(?P<m>\d{1,2})(?P<m2>)(?P<y>)(?P<y2>)")
_DOT = re.compile(r"\d\.\d{1,2}(?![.\d])")
_UNIT_AFTER = re.compile(
    r"\d|\s?[/.–-]\s?\d|[.,]\d|\s?%"
    r"|\s?(?:chỉ tiêu|số|tổng|diện tích|dân số|hộ|xã|phường|thôn|dân|đại biểu|phiếu|triệu|tỷ|tỉ|nghìn|ngàn|km"
    r"|ha|m|người|điểm|giờ|phút|ngày|tuần|tháng|năm|lần|tiếng|tuổi|trường hợp|chiều dài|chặng|trở lên"
    r"|trở xuống|bữa|chuyến|lượt|bài|tấn|tạ|kg|chiếc|đợt|trận|vụ|ca|suất|buổi|đồng|viên|ly|lít|cm|mét"
    r"|độ|học sinh|bàn)(?![^\W_])",
    re.IGNORECASE,
)
_CYCLE = (
    r"(?:giáp|ất|bính|đinh|mậu|kỷ|kỉ|canh|tân|nhâm|quý|quí)\s+"
    r"(?:tý|tí|sửu|dần|mão|mẹo|thìn|tỵ|tị|ngọ|mùi|thân|dậu|tuất|hợi)"
)
_LUNAR_AFTER = re.compile(
    rf"\s*[,(]*\s*(?:(?:năm\s+)?{_CYCLE}|(?:tính )?(?:theo )?(?:âm lịch|nông lịch|âl|al)(?![^\W_]))",
    re.IGNORECASE,
)
_LUNAR_BEFORE = re.compile(
    r"(?:âm lịch|nông lịch|âl|nhằm|mùng|mồng|rằm)\s*[,:(]?\s*(?:là\s+)?(?:ngày\s+)?$", re.IGNORECASE
)
_CALM_AFTER = re.compile(r"\s*(?:$|[,.;:)!?\n]|(?:tại|ở|trên|này|vừa|đã|tới|của)(?![^\W_]))", re.IGNORECASE)
_HABIT_BEFORE = re.compile(r"(?:mỗi|một|hằng|hàng|mấy|vài)\s+$", re.IGNORECASE)
_NAME_BEFORE = re.compile(
    r"(?:đường|phố|quảng trường|cầu|hẻm|ngõ|kiệt|ngách|đại lộ|sân vận động|trường|công ty|bệnh viện"
    r"|t[ỷỉ] số|t[ỷỉ] lệ|số)\s+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A calendar day told in prose; `year` is None when the text leaves it out; `start:end` is its place."""

    day: int
    month: int
    year: int | None
    start: int
    end: int


def mentions(text: str) -> list[Mention]:
    """Return every calendar day that `text` tells, in order, without overlaps.

    In a row ("ngày 23-25/7/2025", "ngày 24/5 đến ngày 30/5/2021") each day named gets the month
    and year said after it. Fractions, streets, document numbers, terms of office, daily habits
    ("ngày 2-3 lần") and lunar dates are none.
    """
    found = [mention for hit in _RUN.finditer(text) for mention in _of_run(text, hit)]
    taken = {at for mention in found for at in range(mention.start, mention.end)}
    for hit in _FULL.finditer(text):
        mention = _of_full(text, hit)
        if mention and taken.isdisjoint(range(mention.start, mention.end)):
            found.append(mention)
    return sorted(found, key=lambda mention: mention.start)


def _of_full(text: str, hit: re.Match[str]) -> Mention | None:
    """Return the day of one match of `_FULL`, None if it is impossible or lunar or a street's name."""
    part = hit.groupdict()
    day, month, year = (int(part[key] or part[f"{key}2"]) for key in "dmy")
    start = hit.start("d") if part["d"] else hit.start("d2")
    if not is_day(day, month, year) or _NAME_BEFORE.search(text, max(0, start - 20), start):
        return None
    if _is_lunar(text, start, hit.end()):
        return None
    return Mention(day, month, year, start, hit.end())


def _of_run(text: str, hit: re.Match[str]) -> list[Mention]:
    """Return the days of one match of `_RUN`; [] if it is no row of days."""
    run, origin = hit["run"], hit.start("run")
    month = int(hit["m"]) if hit["m"] else None
    year = int(hit["y"]) if hit["y"] else None
    minus = None if month else _MINUS.fullmatch(run)
    items = [minus] if minus else list((_DAY if "/" in run or not month else _NUMBER).finditer(run))
    while items and not month and not (items[-1]["m"] or items[-1]["m2"]):
        items.pop()  # "ngày 1-3, 25 người"
    if not items:
        return []
    end = hit.end() if month else origin + items[-1].end()  # the last day owns "tháng 7 năm 2025"
    if _is_no_day(text, hit.start(), origin, end):
        return []
    if minus and (hit["cue"] or "").lower() in _WEAK_CUES:
        return []
    if _DOT.search(run) and not _CALM_AFTER.match(text, end):
        return []
    found: list[Mention] = []
    for item in reversed(items):
        named = int(item["m"] or item["m2"] or 0) or None
        told = item["y"] or item["y2"]
        if told:
            year = int(told)
        elif year and named and month and named > month:
            year -= 1  # from 28/12 to 3/1/2024
        month = named or month
        day = int(item["d"])
        if month is None or not is_day(day, month, year):
            return []
        found.append(
            Mention(day, month, year, origin + item.start(), end if not found else origin + item.end())
        )
    return found


def _is_no_day(text: str, cue: int, start: int, end: int) -> bool:
    """Tell whether a row of numbers counts things, tells a habit, or is of the moon's calendar."""
    return bool(
        _UNIT_AFTER.match(text, end)
        or _HABIT_BEFORE.search(text, max(0, cue - 10), cue)
        or _is_lunar(text, start, end)
    )


def _is_lunar(text: str, start: int, end: int) -> bool:
    """Tell whether a day is the moon's: "10/3 âm lịch", "nhằm ngày 15/8", "10 tháng 3 Quý Mão"."""
    return bool(_LUNAR_AFTER.match(text, end) or _LUNAR_BEFORE.search(text, max(0, start - 25), start))


def is_day(day: int, month: int, year: int | None) -> bool:
    """Tell whether there is such a day, in any year if `year` is None."""
    if year is None:
        return 1 <= month <= len(_DAYS_OF_MONTH) and 1 <= day <= _DAYS_OF_MONTH[month - 1]
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
