"""The day on which the news of a text happened, as the text itself tells it. Pure; never raises.

Prose names many days: of cited documents, of history, of what is still to come, of a deadline. The
day of the news stands near the beginning and has a cue: a part of the day ("chiều 31/01/2023"), the
beginning of a sentence ("Ngày 31-1-2023, …"), "hôm nay (31/1)", "diễn ra ngày". What is not certain
is left out: a date that is read wrong is worse than none.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from pipeline.dates_in_prose import Mention, mentions

_BEGINNING = 1_500  # characters: what comes later is background more often than news
_LEAD = 600  # characters in which a day with its year is news; the press gives years to what is past
_EVIDENCE = 4_000  # characters in which another day may tell the year
_BEFORE, _AFTER = 160, 60  # characters of a sentence around a day
_SAME_TIMES = 31  # days between a day with its year and one without

_SENTENCE = re.compile(r"[.!?…;\n](?=[\s\"”“'(])|\n")
_CUED = re.compile(
    r"(?:(?<![^\W_])(?:sáng|sớm|trưa|chiều|tối|đêm|khuya|rạng sáng)(?:\s+(?:qua|nay|hôm|ngày|nay,?\s+ngày))*"
    r"|(?:hôm|sáng|trưa|chiều|tối|đêm)\s+(?:nay|qua)\s*,?(?:\s+(?:thứ\s+\w+|chủ nhật))?\s*,?(?:\s*ngày)?"
    r"|(?:diễn ra|tổ chức|xảy ra|họp(?: mặt)?|bế mạc|ra quân|bàn giao)(?:\s+(?:trong|vào|từ))?(?:\s+ngày)"
    r"|(?:bản tin|điểm báo|thông tin báo chí|tin tức)(?:\s+(?:trong|của))?(?:\s+(?:sáng|chiều|ngày)){1,2})"
    r"[\s,:]*(?:\(\s*(?:ngày\s+)?)?$",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"^[\s\"“”'(\-–•*]*(?:(?:vào|trong|mới đây|vừa qua)\s*,?\s*){0,2}"
    r"(?:(?:lúc|khoảng|hồi)\s+(?:\d{1,2}\s*(?:h|giờ|g|:)\s*\d{0,2}\s*(?:phút|')?\s*,?\s*)?)?"
    r"(?:(?:thứ\s+\w+|chủ nhật)\s*,?\s*)?(?:ngày|hôm nay|hôm qua|hôm)[\s,(]*(?:ngày\s*)?$",
    re.IGNORECASE,
)
# A mark of an agency or a place before the first sentence: "BDK.VN - Ngày 31-1-2023, …", "(ĐTO) - Sáng …"
_DATELINE = re.compile(r"^[^\n]{1,40}?\s*[-–]\s+(?=\S)")
_NOT_YET = re.compile(
    r"(?<![^\W_])(?:sẽ|dự kiến|sắp|chuẩn bị|dự định|hạn|thời hạn|chậm nhất|muộn nhất|hết hiệu lực|có hiệu lực"
    r"|tới đây|sắp tới|đăng ký|mời|hướng tới|chào mừng|kế hoạch tổ chức"
    r"|lịch (?:công tác|tiếp|trực|thi|cắt|phát))(?![^\W_])",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"(?<![^\W_])(?:thành lập|kỷ niệm|kỉ niệm|sinh|ra đời|giải phóng|truyền thống|trước đó|trước đây|năm"
    r" ngoái|lịch sử|cáo trạng|hồ sơ vụ|đưa tin|từng|nhân dịp|hy sinh|mất|qua đời|nguyên|từ|kể từ"
    r"|đến|tới|trước|sau|tính đến|so với|cách đây)(?![^\W_])[^.;]{0,60}$",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"(?:(?:quyết định|nghị quyết|nghị định|thông tư|chỉ thị|kế hoạch|công văn|công điện|thông báo|luật"
    r"|hướng dẫn|quy định|kết luận|tờ trình|báo cáo|văn bản|pháp lệnh|hiến pháp|chương trình|đề án|bản án"
    r"|giấy phép|hợp đồng|giấy mời|thư|sắc lệnh)(?![^\W_])|\d/[A-ZĐ\d][\w.&Đđ-]*|\d-[A-ZĐ]{2,5}/)"
    r"[^.;]{0,120}$|(?:ban hành|ký|phê duyệt|công bố)(?:\s+vào)?\s+ngày\s*$",
    re.IGNORECASE,
)
_JUST = re.compile(r"(?<![^\W_])vừa(?![^\W_])(?!\s+qua\s+đời)", re.IGNORECASE)
_OTHER_DAY = re.compile(r"\d[/.-]\d{1,2}(?:[/.-]\d{4})?(?!\d)|năm\s\d{4}")
_SPAN_BEFORE = re.compile(r"\d\s*[-–]\s*(?:ngày\s*)?$")
_SPAN_AFTER = re.compile(r"\s*(?:[-–]\s*\d|(?:cho\s+)?(?:đến|tới)(?:\s+hết)?\s+(?:ngày\s+)?\d)")


def reported(text: str) -> Mention | None:
    """Return the first day that `text` reports as that of its news, with or without its year; else None."""
    return _first_report(text[: _BEGINNING + _AFTER])


@lru_cache(maxsize=8)
def _first_report(beginning: str) -> Mention | None:
    """Return the first day of the news; one text is asked about several fields."""
    return next(_reports(beginning), None)


def with_year(text: str) -> Mention | None:
    """Return the day of the news with its year, told with it or by another day of these weeks; else None."""
    first = reported(text)
    if first is None:
        return None
    if first.year is not None:
        return None if first.start > _LEAD or _is_outdated(text, first) else first
    years = {
        day.year
        for day in mentions(text[:_EVIDENCE])
        if day.year and not _is_aside(text, day) and _follows(first, day)
    }
    if len(years) != 1:
        return None
    return Mention(first.day, first.month, years.pop(), first.start, first.end)


def _is_outdated(text: str, told: Mention) -> bool:
    """Tell whether a text names a later day with its year: then the first one is background."""
    year = told.year or 0
    days = (day for day in mentions(text[:_EVIDENCE]) if day.year)
    return any((day.year or 0, day.month, day.day) > (year, told.month, told.day + 1) for day in days)


def _reports(text: str) -> Iterator[Mention]:
    """Yield the days of the beginning that have a cue and nothing that speaks against them."""
    for told in mentions(text[:_BEGINNING]):
        before, after = _around(text, told)
        head = _DATELINE.sub("", before, count=1)
        cued = _CUED.search(before) or _OPENS.match(before) or _OPENS.match(head)
        issued = _DOCUMENT.search(before) and _JUST.search(before + after)
        if (cued or issued) and not _is_aside(text, told) and not _NOT_YET.search(before + after):
            yield told


def _is_aside(text: str, told: Mention) -> bool:
    """Tell whether a day belongs to a document, to history, or to the end of a span."""
    before, after = _around(text, told)
    before = _OTHER_DAY.split(before)[-1]
    if _DOCUMENT.search(before) and not _JUST.search(before + after):
        return True
    return bool(
        _PAST.search(before)
        or _SPAN_BEFORE.search(text[max(0, told.start - 9) : told.start])
        or _SPAN_AFTER.match(after)
    )


def _around(text: str, told: Mention) -> tuple[str, str]:
    """Return the sentence of a day before it and behind it, as far as it tells."""
    before = _SENTENCE.split(text[max(0, told.start - _BEFORE) : told.start])[-1]
    after = _SENTENCE.split(text[told.end : told.end + _AFTER], maxsplit=1)[0]
    return before, after


def _follows(first: Mention, other: Mention) -> bool:
    """Tell whether the first day, in the year of the other one, comes in the weeks after it."""
    if other.year is None:
        return False
    try:
        gap = date(other.year, first.month, first.day) - date(other.year, other.month, other.day)
    except ValueError:
        return False
    return 0 < gap.days <= _SAME_TIMES  # the same day of another year is an anniversary
