"""Who made an article, by the lines of its page beside its headline and below its text.

Pure; never raises. `bylines` reads a line; here stand lines that a page builds of several parts, such as
a name, a date and a counter, told apart only by their elements. Those say nothing of what is told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from pipeline import dates
from pipeline.bylines import byline
from pipeline.furniture import Kind, kind_of
from pipeline.gazetteer import resolve
from pipeline.model import Basis
from pipeline.sheet import Sheet, names
from pipeline.text import clean

_ABOVE, _BELOW = 2, 4  # rows above the headline and below the text
_LEADS = 2  # paragraphs below the headline behind which the makers may still stand
_MOST_ROWS = 25  # between a headline and its text
_MOST_PARTS = 30
_LONGEST = 90  # characters of a part
_LONGEST_REST = 40  # of a part that is neither name nor date: a section, a counter
_TOLD = re.compile(
    r"(?:\| |- ).*|\d{1,3}[.)/]?", re.DOTALL
)  # rows of tables and lists; a number of what follows
_UP, _ROWS = 3, 4  # elements around a part that may say what it is, and their rows
_MOST_WORDS = 5  # of a pen name

_AUTHOR = re.compile(
    r"author(?!i[tz])|tac-?gia|nguoi-?(?:viet|dang)|but-?danh|byline|writer|reporter|phong-?vien|(?<![a-z])by(?![a-z])"
)
_SOURCE = re.compile(r"(?<![a-z])(?:(?:news-?)?sources?|(?:lbl-?)?nguon(?:-?(?:tin|bai))?)(?![a-z])")
_PAGE_OF = re.compile(r"/(?:tac-gia|author|authors|phong-vien|but-danh)[/-]")
_BY = re.compile(
    r"(?:(?:được )?(?:viết|đăng|gửi|tạo) bởi|bởi|by|posted by|written by|người (?:viết|đăng|gửi)|"
    r"tác giả(?: bài viết)?|phóng viên)\s*:?\s*",
    re.IGNORECASE,
)
_FROM = re.compile(r"(?:nguồn(?: tin| bài)?|theo|source)\s*:?\s*", re.IGNORECASE)
_JOINT = re.compile(r"\s+[|·•–—-]+\s+|\s*[|·•]\s*")
_DAY = re.compile(  # without a year, which `dates` wants
    r"\d{1,3} (?:phút|giờ|ngày|tuần|tháng|năm) trước|vừa xong|"
    r"hôm (?:nay|qua|kia)(?:,? (?:lúc )?\d{1,2}[:h]\d\d)?|"
    r"(?:thứ [^\W\d_]{2,4}|chủ nhật|t[2-7]|cn),? ?(?:ngày )?\d{1,2}[/.-]\d{1,2}",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"ngày(?: (?:đăng(?: tải)?|tạo|cập nhật|xuất bản|gửi|phát hành|viết))?(?: (?:tin|bài))?|"
    r"(?:thời gian|giờ) (?:đăng(?: tải)?|cập nhật|xuất bản)|"
    r"(?:được )?(?:cập nhật|đăng|tạo)(?: (?:lần cuối|lúc|ngày|bởi|vào))*|chi tiết|"
    r"(?:đánh giá|bình chọn|số (?:lượt|lần)|lượt|lần)(?: (?:xem|đọc|truy cập|bình chọn))?|"
    r"chuyên (?:mục|trang)|danh mục|thể loại|lĩnh vực|mục|category|published|updated|created|hits|views?",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"[\d.,/: +%]+(?:k|lượt(?: (?:xem|đọc))?|phiếu(?: bầu)?|views?|bình luận|phút(?: đọc)?|người xem|"
    r"\(.{1,20}\))?",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_AROUND = " \t|·•–—-/,:;»()[]"
_NOBODY = re.compile(
    r"(?:báo|đài|cổng|trang|tạp chí|ban|sở|phòng|trung tâm|ubnd|hđnd|văn phòng|toà soạn|tòa soạn|bộ|cục|"
    r"chi cục|admin\w*|quản trị\w*|biên tập|bbt|btv|editor\w*|guest|super ?user|webmaster|tin|tin tức|"
    r"khách|theo|nguồn)"
    r"(?![^\W_]).*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Makers:
    """Who made an article.

    Args:
        authors: people, in order.
        credit: whom the page says that it was taken from, "" if it does not.
        rows: beside the headline, that name makers, dates, sections and counters alone.
    """

    authors: tuple[str, ...] = ()
    credit: str = ""
    rows: frozenset[int] = frozenset()


class _Part(NamedTuple):
    """A piece of text in an element of its own, and what the elements around it are called.

    `is_label`: a colon closes it.
    """

    text: str
    is_label: bool
    element: Any
    called: str


@dataclass(slots=True)
class _Line:
    """What a row tells of the article rather than of what the article is about.

    Args:
        authors, credit: as of `Makers`.
        rest: what is none of that.
        is_meta: it names a maker or a day, or says what follows ("Chuyên mục: …").
        is_small: it has a counter or a button.
    """

    authors: list[str] = field(default_factory=list)
    credit: str = ""
    rest: str = ""
    is_meta: bool = False
    is_small: bool = False

    def is_beside(self) -> bool:
        """Tell whether the row is no text: a section or a counter may stand beside a name, no sentence."""
        if self.is_meta:
            return len(self.rest) <= _LONGEST_REST and ":" not in self.rest
        return self.is_small and not self.rest


def read(seen: Sheet, head: int, own: tuple[int, ...]) -> Makers:
    """Return who made an article.

    Args:
        seen: the page.
        head: the row of the headline, -1 if it is none of the page's.
        own: the article's rows.
    """
    above, below = _windows(seen, head, own)
    places = seen.places()
    outermost: dict[int, Any] = {}
    for at in sorted(above | below):
        filled = (one for one in reversed(places.get(at, ())) if seen.spans[one].last > at)
        if (outer := next(filled, None)) is not None:
            outermost[at] = outer
    authors: list[str] = []
    credit = ""
    told: set[int] = set()
    for at, outer in outermost.items():
        parts = list(islice(_parts(outer, seen), _MOST_PARTS))
        is_dated = at in above and any(map(_is_date, parts))
        line = _read(parts, seen, is_dated=is_dated)
        authors += line.authors
        credit = credit or line.credit
        if at in above and line.is_beside() and not _TOLD.fullmatch(seen.rows[at].text):
            told.add(at)
    return Makers(tuple(dict.fromkeys(authors)), credit, frozenset(told))


def _windows(seen: Sheet, head: int, own: tuple[int, ...]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the rows around a headline and those below a text in which its makers may stand."""
    rows = seen.rows
    if not own:
        return frozenset(), frozenset()
    first = head if 0 <= head <= own[-1] else own[0]
    above = [at for at in range(max(first - _ABOVE, 0), first) if rows[at].box < 0]
    paragraphs = 0
    for at in range(first, min(first + _MOST_ROWS, own[-1] + 1)):
        if rows[at].prose():
            paragraphs += 1
            if paragraphs > _LEADS:
                break
        elif not rows[at].is_teaser() or _DIGIT.search(rows[at].text):  # a date may be a link to its month
            above.append(at)
    last = next((at for at in reversed(own) if rows[at].prose()), own[-1])
    below = []
    for at in range(last + 1, min(own[-1] + 1 + _BELOW, len(rows))):
        if rows[at].is_teaser() or rows[at].prose():
            break
        if rows[at].box < 0:
            below.append(at)
    return frozenset(above) - {head}, frozenset(below)


def _parts(outer: Any, seen: Sheet) -> Iterator[_Part]:
    """Yield the pieces of text of an element, in order."""
    around = []
    for element in islice(outer.iterancestors(), _UP):
        span = seen.spans.get(element)
        if span is None or span.last - span.first > _ROWS:
            break
        around.append(_called(element))
    waiting = [(outer, False, " ".join(around))]
    while waiting:
        element, is_tail, called = waiting.pop()
        text = (element.tail if is_tail else element.text) or ""
        inner = called if is_tail else f"{called} {_called(element)}"
        for piece in _JOINT.split(" ".join(clean(text[: 4 * _LONGEST]).split())):
            if cleaned := piece.strip(_AROUND):
                yield _Part(cleaned, piece.rstrip().endswith(":"), element, inner)
        if not is_tail:
            for child in reversed(element):
                if isinstance(child.tag, str):
                    waiting += [(child, True, inner), (child, False, inner)]


def _called(element: Any) -> str:
    """Return what an element is called, by class, id, relation and property."""
    said = f"{names(element)} {element.get('rel') or ''} {element.get('itemprop') or ''}"
    is_theirs = element.tag == "a" and _PAGE_OF.search(element.get("href") or "")
    return f"{said} author" if is_theirs else said


def _is_date(part: _Part) -> bool:
    if part.element.tag == "time" or _DAY.fullmatch(part.text):
        return True
    return dates.line(part.text, Basis.HEADER) is not None


def _read(parts: list[_Part], seen: Sheet, *, is_dated: bool) -> _Line:
    """Return what the parts of a row tell."""
    line = _Line(is_meta=is_dated)
    by: Any = None  # the element of the part that announced what follows
    source = False
    for part in parts:
        begun = _BY.match(part.text)
        text = part.text[begun.end() :] if begun else part.text
        by = part.element if begun else by
        line.is_small = line.is_small or bool(begun)
        if not text or _is_small(part, text, line):
            continue
        if _FROM.fullmatch(text):
            source = True
            continue
        is_its = by is not None or bool(_AUTHOR.search(part.called))
        made = byline(text) if len(text) <= _LONGEST else None
        if source or (made is None and _SOURCE.search(part.called)):
            made = byline(text if _FROM.match(text) else f"Nguồn: {text}")
        if made is not None and made.credit:
            line.credit = line.credit or made.credit
        elif made is not None and made.authors and (is_its or (is_dated and _is_person(text, seen))):
            line.authors += [name for name in made.authors if not _NOBODY.fullmatch(name)]
        elif is_its and _is_pen_name(text):
            line.authors.append(text)
        elif not _is_date(part):
            line.rest = f"{line.rest} {text}".strip()
        line.is_meta = line.is_meta or is_its or bool(line.authors or line.credit)
        by = by if by is part.element else None
        source = False
    return line


def _is_small(part: _Part, text: str, line: _Line) -> bool:
    """Tell whether a part is a label's, a counter's or a button's, and note it."""
    if label := _LABEL.match(text):
        is_alone = text == label[0]
        if text[label.end() :].startswith(":") or (is_alone and part.is_label):
            line.is_meta = True
            return True
        line.is_small = line.is_small or is_alone
        return is_alone
    if _COUNTED.fullmatch(text) or kind_of(text) is Kind.LINE:
        line.is_small = True
        return True
    return False


def _is_person(text: str, seen: Sheet) -> bool:
    """Tell whether a name that nothing announces is a person's: no place, no section of the site."""
    if any(resolve(text)) or _NOBODY.fullmatch(text) or " " not in text:
        return False
    return all(row.text.removeprefix("- ") != text for row in seen.rows if row.linked)


def _is_pen_name(text: str) -> bool:
    """Tell whether what is called an author is written like a name of one to five words."""
    told = text.split()
    plain = all(word[0].isupper() and word.replace(".", "").isalpha() for word in told)
    return plain and len(told) <= _MOST_WORDS and len(text) > 1 and not _NOBODY.fullmatch(text)
