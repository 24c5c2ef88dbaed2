"""Who made an article, by the parts of its page that name them: beside its headline, below its text.

Pure; never raises. `bylines` reads a line; here stand lines that a page builds of several parts, such as
a name, a date and a counter, told apart only by their elements.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
_AGO = re.compile(r"\d{1,3} (?:phút|giờ|ngày|tuần|tháng|năm) trước", re.IGNORECASE)
_AROUND = " \t|·•–—-/,:;»()[]"
_NOBODY = re.compile(
    r"(?:báo|đài|cổng|trang|tạp chí|ban|sở|phòng|trung tâm|ubnd|hđnd|văn phòng|toà soạn|tòa soạn|bộ|cục|"
    r"chi cục|admin\w*|quản trị\w*|biên tập|bbt|btv|editor\w*|guest|super user|webmaster|tin|tin tức|"
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
        rows: that say nothing else.
    """

    authors: tuple[str, ...] = ()
    credit: str = ""
    rows: frozenset[int] = frozenset()


class _Part(NamedTuple):
    """A piece of text in an element of its own, and what the elements around it are called."""

    text: str
    element: Any
    called: str


def read(seen: Sheet, head: int, own: tuple[int, ...]) -> Makers:
    """Return who made an article.

    Args:
        seen: the page.
        head: the row of the headline, -1 if it is none of the page's.
        own: the article's rows.
    """
    above, below = _windows(seen, head, own)
    outermost: dict[int, Any] = {}
    for element, span in seen.spans.items():  # inner ones first
        if span.last == span.first + 1 and (span.first in above or span.first in below):
            outermost[span.first] = element
    authors: list[str] = []
    credit = ""
    told: set[int] = set()
    for at in sorted(outermost):
        parts = list(islice(_parts(outermost[at], seen), _MOST_PARTS))
        is_dated = at in above and any(map(_is_date, parts))
        found, source, rest = _read(parts, seen, is_dated=is_dated)
        authors += found
        credit = credit or source
        if at in above and at != head and (found or source) and len(rest) <= _LONGEST_REST:
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
        elif not rows[at].is_teaser():
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
                yield _Part(cleaned, element, inner)
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
    if part.element.tag == "time" or _AGO.fullmatch(part.text):
        return True
    return dates.line(part.text, Basis.HEADER) is not None


def _read(parts: list[_Part], seen: Sheet, *, is_dated: bool) -> tuple[list[str], str, str]:
    """Return the people, the source and the rest that the parts of a row tell."""
    authors: list[str] = []
    credit, rest = "", ""
    by: Any = None  # the element of the part that announced what follows
    source = False
    for part in parts:
        begun = _BY.match(part.text)
        text = part.text[begun.end() :] if begun else part.text
        by = part.element if begun else by
        if not text:
            continue
        if kind_of(text) is Kind.LINE:
            continue
        if _FROM.fullmatch(text):
            source = True
            continue
        made = byline(text) if len(text) <= _LONGEST else None
        is_its = by is not None or bool(_AUTHOR.search(part.called))
        if source or (made is None and _SOURCE.search(part.called)):
            made = byline(text if _FROM.match(text) else f"Nguồn: {text}")
        if made is not None and made.credit:
            credit = credit or made.credit
        elif made is not None and made.authors and (is_its or (is_dated and _is_person(text, seen))):
            authors += [name for name in made.authors if not _NOBODY.fullmatch(name)]
        elif is_its and _is_pen_name(text):
            authors.append(text)
        elif not _is_date(part):
            rest = f"{rest} {text}".strip()
        by = by if by is part.element else None
        source = False
    return authors, credit, rest


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
