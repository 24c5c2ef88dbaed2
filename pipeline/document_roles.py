"""Whether a text issues a document or cites it, by the words around its number. Pure; never raises.

A text issues a document where its news is that somebody signed, promulgated, sent or announced it: the
verb stands right before its name ("vừa ban hành Chỉ thị số …"), it is the headline, or it is dated a few
days before the text. Everything else is cited: a basis ("căn cứ", "theo", "quy định tại"), what is carried
out, amended or withdrawn, and what was issued long before.
"""

import re
from datetime import date, timedelta

from pipeline.document_window import NOUN, Window, day_before
from pipeline.issuers import organs_in
from pipeline.model import Role

_OLD = timedelta(days=60)  # a document of longer ago is no news
_FRESH = timedelta(days=10)  # one this young is, unless it is only carried out
_EARLY = 2  # months in which a number of last year may be news
_ANNOUNCED_BEFORE = 1_200  # characters

_ADVERBS = (
    r"(?: (?:và|mới|ngay|thêm|tiếp|liên tiếp|đồng loạt|lại|bổ sung|bằng|hỏa tốc|hoả tốc|khẩn|chính thức))*"
)
_VERB = re.compile(
    r"(?<!\w)(?P<verb>ký(?: và)? ban hành|ban hành|ký(?: và| kết)?(?: công bố| phê duyệt)?|ra|"
    r"công bố(?: và trao)?|phát hành|"
    rf"phát đi|phát|ban bố|gửi|thông qua|trao|công khai|có|nhận được|trình|phê duyệt){_ADVERBS}$"
)
_WEAK = frozenset(("có", "nhận được", "trình", "gửi", "phát", "ra"))
_LAW = re.compile(r"nghị định|luật|pháp lệnh|thông tư(?: liên tịch)?")
_NEWS = re.compile(
    r"(?<!\w)(?:vừa|mới|mới đây|vừa qua|hôm nay|hôm qua|ngày \d|(?:sáng|trưa|chiều|tối)(?: nay| qua|,|"
    r" \(?(?:ngày )?\d)|tiếp tục)"
)
_JUST = re.compile(r"(?<!\w)(?:vừa|mới)(?: \S+){1,4}$")
_DID = re.compile(r"(?<!\w)(?:đã|vừa|mới|tiếp tục|cũng|liên tục|đồng thời)(?: \S+){0,4}$")
_NOT_SO = re.compile(
    r"(?<!\w)(?:chưa|không|chỉ|khi|nếu|đề nghị|kiến nghị|đề xuất|sau khi|trước khi|từ khi|việc|dự thảo|"
    r"sẽ|tham mưu|căn cứ|"
    r"thực hiện|giả|phải|cần(?! (?:thơ|giờ|giuộc|đước)(?!\w))|được|do|mà|theo|yêu cầu|cho rằng|để)"
    r"(?!\w)(?! đó)[^,;]*$"
)
_PAST = re.compile(
    r"(?:[^,]{3,30}, )?(?:trước đó|trước đây|khi đó|hồi|từ (?:năm|tháng|ngày)|năm \d{4}|"
    r"tháng \d{1,2}[/-]\d{4}|cuối năm|"
    r"đầu năm \d{4}|giữa năm|thời điểm đó|nhiều năm|thời gian qua|những năm|đến nay)(?!\w)"
)
_APPROVED = re.compile(
    r"(?<!\w)(?:vừa(?: \S+){0,4}?|mới(?: được(?: \S+){0,4}?)?) (?:phê duyệt|ban hành|công nhận|công bố|"
    r"ký|thành lập|bổ nhiệm|điều chỉnh|quyết định|"
    r"giao|cho phép|chấp thuận|thông qua|yêu cầu|chỉ đạo|có ý kiến)(?!\w)[^;]*(?<!\w)(?:tại|theo|bằng|"
    r"trong|qua|kèm theo|với)$"
)
_OPENING = re.compile(
    r"(?:theo đó,?|cụ thể,?|ngoài ra,?|đồng thời,?|trong đó,?|đây là|đó là|và|[-–*+]|\d+[.)])?"
)
_GIVEN = re.compile(
    r"[^;]{0,140}?(?<!\w)(?:do|được)(?!\w)[^;]{0,120}?(?<!\w)(?:(?:ký|ban hành|thông qua|"
    r"công bố)(?: ban hành)? (?:vào )?"
    r"(?:ngày|hôm|sáng|chiều)|vừa (?:được )?(?:ký|ban hành|thông qua|công bố)|gửi)"
)
_SHORTLY = re.compile(
    r"[^;]{0,140}?(?<!\w)(?:vừa|mới) (?:được(?: \S+){0,8}? )?(?:ký|ban hành|thông qua|công bố|"
    r"phê duyệt)(?!\w)(?! (?:thông tin|kết quả))"
)
_CITED = re.compile(
    r"(?<!\w)(?:thực hiện|căn cứ|triển khai|hưởng ứng|chấp hành|quán triệt|sửa đổi|bổ sung|thay thế|"
    r"bãi bỏ|hủy(?: bỏ)?|"
    r"huỷ(?: bỏ)?|thu hồi|trái(?: với)?|vi phạm|tổng kết|sơ kết|thi hành|hướng dẫn|quy định tại|"
    r"quy định của|nêu tại|"
    r"trên cơ sở|cụ thể h(?:óa|oá)|tinh thần|viện dẫn|áp dụng|tiếp theo|học tập|kết quả|đính chính|"
    r"khiếu nại|kèm theo|"
    r"phù hợp(?: với)?|so với|tuân thủ|theo chỉ đạo)(?!\w)[^,;]*$"
)
_ANNOUNCED = re.compile(
    r"(?<!\w)(?:vừa|mới|hôm nay|ngày \d{1,2}[/-]\d{1,2})(?!\w)[^.;]{0,90}?(?:ký|ban hành|ra|có|công bố|"
    r"phát hành|gửi)"
    rf"(?: \S+){{0,2}}? (?P<noun>{NOUN})(?! (?:\S+ )?số)(?!\w)"
)
_SUBJECT = re.compile(r"(?:.*[,;(] ?)?(?:theo|tại|trong|cũng tại|cũng theo|nội dung)?")
_YEARS = re.compile(
    r"(?<!\d)\d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?((?:19|20)\d\d)(?!\d)|năm ((?:19|20)\d\d)(?!\d| ?[-–])"
)


def role(text: str, window: Window, dated: str, on: date | None, last: date | None) -> Role:
    """Return what a text does with a document at one of its mentions.

    Args:
        text: the whole text.
        window: the number and its surroundings.
        dated: its date, ISO 8601.
        on: the day of publication, None if it is not known.
        last: that, else the latest day that the text names.
    """
    head, behind = window.head.lower(), window.behind.lower()
    just = _JUST.search(head) is not None
    if not just and _is_old(window, dated, last):
        return Role.CITES
    if _APPROVED.search(head) or _is_deed(window, head, young=_is_young(dated, on)):
        return Role.ISSUES
    if _CITED.search(head):
        return Role.CITES
    bare = _OPENING.fullmatch(head.strip(' :“"')) is not None
    prepared = head.endswith(("trong", "tại"))
    given = _GIVEN.match(behind) if bare or prepared or _NEWS.search(head) else None
    issued = (
        (window.headline and bare)
        or _SHORTLY.match(behind)
        or (given and (not prepared or "gửi" in given[0]))
        or _is_young(dated, on)
        or _was_announced(text, window, head)
    )
    return Role.ISSUES if issued else Role.CITES


def _is_deed(window: Window, head: str, *, young: bool) -> bool:
    """Tell whether the words right before a document say that somebody issued it now."""
    verb = _VERB.search(head)
    if verb is None:
        return False
    clause = head[: verb.start()].rstrip()
    just = _JUST.search(head) is not None
    if not just and (_NOT_SO.search(clause) or (_PAST.match(head) and not young)):
        return False
    if verb["verb"] not in _WEAK:
        return True
    if verb["verb"] == "có" and _LAW.fullmatch(window.noun) and not just:
        return False
    return bool(_DID.search(clause) or _NEWS.search(clause) or _ends_with_organ(window.head[: verb.start()]))


def _ends_with_organ(head: str) -> bool:
    found = organs_in(head[-120:].rstrip())
    return bool(found) and found[-1].end == len(head[-120:].rstrip())


def _was_announced(text: str, window: Window, head: str) -> bool:
    """Tell whether a sentence before says that such a document was issued, without its number."""
    if not window.noun or not _SUBJECT.fullmatch(head):
        return False
    sentence = window.start - len(window.head)
    earlier = text[max(0, sentence - _ANNOUNCED_BEFORE) : max(0, sentence - len(window.noun))].lower()
    return any(one["noun"] == window.noun for one in _ANNOUNCED.finditer(earlier))


def _is_old(window: Window, dated: str, last: date | None) -> bool:
    """Tell whether a document, or the deed by which it was issued, is older than news."""
    if last is None:
        return False
    since = last.year - (last.month <= _EARLY)
    if 0 < window.year < since:
        return True
    years = [int(one[0] or one[1]) for one in _YEARS.findall(window.head)]
    if years and max(years) < since:
        return True
    days = [_full(dated), _full(day_before(window, None))]
    return any(last - day > _OLD for day in days if day)


def _is_young(dated: str, on: date | None) -> bool:
    day = _full(dated)
    return day is not None and on is not None and timedelta(0) <= on - day <= _FRESH


def _full(dated: str) -> date | None:
    return date.fromisoformat(dated) if dated.count("-") > 1 else None
