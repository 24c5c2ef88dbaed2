"""Headings that stand over several items of a bulletin: fields, papers, stations. Pure; never raises."""

import re

from pipeline.bulletin_words import either
from pipeline.text import fold

_LONGEST = 80  # characters of a heading in capitals
_LONGEST_FIELD = 60
_MOST_WORDS = 4  # of one field beside others: "quản lý trật tự đô thị"
_LEAD_IN_ROOM = 250  # characters in which a lead-in ends
_LEAST_LEFT = 40
_ROMAN = re.compile(r"(?:[IVX]{1,5}|[A-H])\s*[.)/-]\s*\S.{2,120}")
_NUMBER = re.compile(r"^(?:[ivx]{1,5}|[a-h]|\d{1,2})\s*[.)/-]\s*|^[-+*•●▪■►]\s*")
_LED = re.compile(r"^(?:(?:các )?tin |(?:trên|về|ở|trong|thuộc) )?(?:(?:các )?lĩnh vực |mảng |khối )?")
_SPLIT = re.compile(r"\s*(?:[,;/&]| - | và )\s*|\s*-\s+")
_KNOWN = re.compile(rf"(?<![^\W_]){either('fields')}(?![^\W_])")
_FILL = re.compile(rf"(?<![^\W_]){either('field_fillers')}(?![^\W_])")
_PAPER = re.compile(
    r"(?:\d{1,2}[.)] ?)?(?:Báo (?:điện tử )?|Tạp chí |Đài (?:PT-?TH|Phát thanh|Truyền hình|Tiếng nói)?|"
    r"Trang |Tờ |Kênh |"
    r"Cổng (?:thông tin|TTĐT) )[A-ZĐÀ-Ỹ][^.!?]{1,40}:?|(?:TTXVN|VTV\d?|VOV\d?|VnExpress|Dân trí|VietNamNet|"
    r"Thông tấn xã Việt Nam|Vietnam\+|VietnamPlus|Zing|Tiền Phong|Tuổi Trẻ|Thanh Niên|Lao Động|Nhân Dân):?"
)
_INLINE = re.compile(
    r"(?:trên|về|ở|trong|đối với|thuộc) (?:các )?lĩnh vực (?P<field>[^,.:;!?]{3,80})\s*[,:]|"
    r"lĩnh vực (?P<name>[^,.:;!?]{3,60})\s*:|nổi bật (?:là|có|nhất)(?![^\W_])|đáng chú ý[,:]"
)
_PRESS = (
    r"(?:(?:nhiều|một số|các|hàng loạt) )?(?:cơ quan )?(?:báo chí|tờ báo|báo|báo đài)(?: trong nước)?"
    r"(?: (?:cũng|tiếp tục|đồng loạt|tập trung|còn|đã))*"
    r" (?:thông tin|đưa tin|phản ánh|cho biết|nêu|quan tâm|đề cập)"
    r"(?: (?:việc|về việc|về|rằng|đến|tới))?[,:]? "
)
_LEAD_IN = re.compile(
    rf"(?:ngoài ra, |bên cạnh đó, )?"
    rf"(?:(?:trên|về|ở|trong) (?:các )?lĩnh vực [^,.:;!?]{{3,80}}[,:] (?:{_PRESS})?|"
    rf"{_PRESS}|nổi bật (?:là|có) (?:các )?(?:thông tin )?(?:{_PRESS})?(?:việc )?)(?=\S)",
    re.IGNORECASE,
)


def is_field(line: str) -> bool:
    """Tell whether a plain line names a field, or several: "KINH TẾ - XÃ HỘI", "Lĩnh vực y tế:"."""
    if len(line) > _LONGEST_FIELD:
        return False
    name = _LED.sub("", _NUMBER.sub("", fold(line).strip(" :.[]*"))).strip()
    parts = [part for part in _SPLIT.split(name) if part]
    return bool(parts) and all(_is_one(part) for part in parts)


def is_paper(line: str) -> bool:
    """Tell whether a plain line is the name of a paper or station, as press reviews head their parts."""
    return len(line) <= _LONGEST_FIELD and bool(_PAPER.fullmatch(line.strip()))


def leads_in(paragraph: str) -> bool:
    """Tell whether a paragraph opens a field itself: "Trên lĩnh vực kinh tế, …", "Nổi bật là …"."""
    return bool(_INLINE.match(fold(paragraph[:200]))) or _labelled(paragraph) > 0


def without_lead_in(paragraph: str) -> str:
    """Return a press review's paragraph without "Trên lĩnh vực kinh tế, báo chí đưa tin, "."""
    start = _labelled(paragraph)
    found = _LEAD_IN.match(paragraph, start, start + _LEAD_IN_ROOM)
    start = found.end() if found else start
    if not start or len(paragraph) - start < _LEAST_LEFT:
        return paragraph
    rest = paragraph[start:]
    return rest[0].upper() + rest[1:]


def _labelled(paragraph: str) -> int:
    """Return where the text of a paragraph begins behind the field that labels it ("Giáo dục: …"), else 0."""
    name, colon, _ = paragraph[: _LONGEST_FIELD + 1].partition(": ")
    return len(name) + len(colon) if colon and is_field(name) else 0


def is_section(line: str) -> bool:
    """Tell whether a plain line heads several items ("II. VĂN HÓA", "KINH TẾ - XÃ HỘI", "Lĩnh vực y tế")."""
    if _ROMAN.fullmatch(line) or (line.isupper() and " " in line and len(line) <= _LONGEST):
        return True
    return is_field(line) and len(line.split()) > 1


def _is_one(part: str) -> bool:
    """Tell whether a part of a heading is one field, its common words left out."""
    if len(part.split()) > _MOST_WORDS or not _KNOWN.search(part):
        return False
    return not _FILL.sub("", _KNOWN.sub("", part)).strip()
