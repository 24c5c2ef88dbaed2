"""The headline of a page: what <title> and metadata confirm, else what is built like one.

Pure; never raises.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pipeline import dates, masthead
from pipeline.bylines import byline
from pipeline.furniture import is_headline
from pipeline.model import Basis
from pipeline.sheet import HEADINGS, Row, Sheet, Span, names
from pipeline.text import fold, words

_LEAST, _SURE = 3, 5  # words of a headline; of one that is no section's name
_LONGEST = 300
_SLACK = 8  # characters that "null " and decomposed letters add
_ABOVE, _BELOW = 12, 6  # rows around the beginning of the text in which it stands
_LEAK = "null "  # of Liferay's template
_CALLED_ROWS = 3  # of an element called a headline: its date may stand in it
_DATED = 2  # rows below a headline in which its date stands
_CUT = 25  # characters of a headline that <title> has cut off
_ECHO_ROOM = 20_000
_PARTS = re.compile(r"\s+[|–—»•-]\s+|\s*[|»]\s*")
_JOINTS = re.compile(rf"{_PARTS.pattern}|:\s+")
_CALLED = re.compile(
    r"(?:title|tieu-?de|tieude|headline|ten-?bai|tentin|tieudetin|news-?head|tit(?:bai|tin)|heading)"
)
_NOT_CALLED = re.compile(r"site|web|logo|page-?header|portlet|block|widget|menu|cate|sub-?title|sapo|section")
_SITE = re.compile(
    r"(?:(?:báo|tạp chí|đài|cổng (?:thông tin|ttđt|tt đt)|cổng|trang (?:thông tin|tin|chủ|nhất|tttđt))"
    r"(?: điện tử)?|chi tiết (?:tin|bài)|tin tức|e-?magazine)\b[^.!?]{0,70}|\S+\.\S+"
)
# The name of an office is a site's name behind a dash; alone it may begin a headline.
_OFFICE = re.compile(
    r"(?:ubnd|ủy ban nhân dân|hội đồng nhân dân|hđnd|sở|chi cục|cục|trung tâm|huyện|xã|phường|thành phố|"
    r"thị xã|tỉnh|đảng bộ|huyện ủy|tỉnh ủy|bệnh viện|trường|công an)\b[^.!?,:]{2,70}"
)


def confirmed(seen: Sheet, said: Iterable[str], site: str) -> list[int]:
    """Return the rows that are what <title> or metadata call the page, its site's name left off.

    Args:
        seen: the page.
        said: what they call it, with or without the site.
        site: the site's name, "" if it is not known.
    """
    parts, cut = _parts(said)
    parts = {part for part in parts if part != site and not _SITE.fullmatch(part)}
    parts = {part for part in parts if not _OFFICE.fullmatch(part)} or parts
    longest = _LONGEST if cut else max(map(len, parts), default=0) + _SLACK
    lengths = {length for part in parts for length in range(len(part) - _SLACK, len(part) + _SLACK + 1)}
    found: dict[str, list[int]] = {}
    rows = seen.rows
    for at, row in enumerate(rows):
        is_menu = row.linked and row.tag == "li"
        may_be = len(row.text) in lengths or (cut and len(row.text) <= longest)
        if may_be and not is_menu and row.text.count(" ") >= _LEAST - 1:
            text = fold(unleaked(row.text)) if row.text.startswith(_LEAK) else seen.folded(at)
            if text in parts or any(text.startswith(begin) for begin in cut):
                found.setdefault(text, []).append(at)
    best = max(found, key=len, default="")
    shorter = (one for one in found if one.count(" ") >= _SURE - 2 and _JOINTS.match(best, len(one)))
    best = min((one for one in shorter if best.startswith(one)), key=len, default=best)
    places = found.get(best, [])
    plain = [at for at in places if not rows[at].is_link()]
    return plain or [at for at in places if rows[at].tag in HEADINGS]


def _parts(said: Iterable[str]) -> tuple[set[str], list[str]]:
    """Return what may be the headline in what a page is called, and what begins one that was cut off."""
    parts: set[str] = set()
    cut: list[str] = []
    for name in (" ".join(one.split())[: 2 * _LONGEST] for one in said):
        joints = list(islice(_JOINTS.finditer(name), 6))
        ends = [*(found.start() for found in joints), len(name)]
        for start in (0, *(found.end() for found in joints)):
            parts.update(fold(name[start:end]) for end in ends if end > start)
        begun = re.split(r"\s*(?:…|\.\.\.)", name, maxsplit=1)
        if len(begun) > 1 and len(begun[0]) >= _CUT:
            cut.append(fold(begun[0]))
    return {part for part in parts if part.count(" ") >= _LEAST - 1}, cut


def of_bulletin(rows: list[Row], first: int, said: Iterable[str]) -> int | None:
    """Return the row that names a bulletin, -1 if only the page's title does, None if it is none.

    The headline of its first item is never its own.

    Args:
        rows: of the page.
        first: the text's first paragraph.
        said: what <title> and metadata call the page.
    """
    near = range(max(first - _ABOVE, 0), min(first, len(rows)))
    naming = [at for at in near if _names_bulletin(rows[at])]
    if any(masthead.heads([name]) for name in said):
        return next(iter(naming), -1)
    return next((at for at in naming if masthead.heads([rows[at].text]) and _is_dated(rows[at])), None)


def built(sheet: Sheet, main: Any, first: int, weights: list[int]) -> int:
    """Return the row at the beginning of a text that is built like its headline, -1 if there is none.

    A row is likelier the more of four things it has: the tag of a heading, an element called so, a date
    line below, words that the text repeats. With two of them the nearest around the text is it; a
    heading alone may be of a box.

    Args:
        sheet: the page.
        main: the element that holds the text.
        first: the text's first paragraph.
        weights: of the rows (`locate.weigh`).
    """
    rows = sheet.rows
    begin = min(first, sheet.spans.get(main, Span(first, first)).first)
    near = range(max(begin - _ABOVE, 0), min(first + 1, len(rows)))
    around = {at for at, box in enumerate(sheet.boxes) if box.first <= first < box.last}
    beside = sheet.beside(weights, around)
    good = [
        at
        for at in near
        if (rows[at].tag == "h1" or rows[at].box < 0 or not beside[rows[at].box]) and _may_be(rows[at])
    ]
    if not good:
        return -1
    called = {
        span.first
        for element, span in sheet.spans.items()
        if span.first in near and 0 < span.last - span.first <= _CALLED_ROWS and _is_called(element)
    }
    told = set(words(" ".join(row.text for row in rows[first : first + _ABOVE])[:_ECHO_ROOM]))
    signs = {at: _signs(rows, at, told) + (at in called) for at in good}
    likeliest = max(good, key=lambda at: (signs[at], at))
    for outer in (main, *main.iterancestors()):
        span = sheet.spans.get(outer, Span(0, 0))
        inside = [at for at in good if span.first <= at < span.last and signs[at] > 1]
        if inside:
            return max(inside, key=lambda at: (signs[at], at))
    return likeliest if signs[likeliest] else -1


def _signs(rows: list[Row], at: int, told: set[str]) -> int:
    """Return how much of a headline a row shows by itself, 0 to 3."""
    text = rows[at].text
    below = (row.text for row in rows[at + 1 : at + 1 + _DATED])
    return (
        (rows[at].tag in HEADINGS and text.count(" ") >= _LEAST)
        + any(dates.line(one, Basis.HEADER) for one in below)
        + (text.count(" ") >= _SURE - 1 and _echoes(text, told))
    )


def _is_called(element: Any) -> bool:
    """Tell whether an element is called a headline."""
    called = names(element)
    return bool(_CALLED.search(called)) and not _NOT_CALLED.search(called)


def _names_bulletin(row: Row) -> bool:
    """Tell whether a row may name a bulletin and is no entry of a menu."""
    return row.text.count(" ") >= _LEAST - 1 and not row.is_link() and masthead.names_bulletin(row.text)


def _is_dated(row: Row) -> bool:
    """Tell whether a row names its day, or is of the highest rank: sections are called like bulletins."""
    return row.tag == "h1" or bool(dates.mentions(row.text))


def _may_be(row: Row) -> bool:
    """Tell whether a row may be a headline at all."""
    text = unleaked(row.text)
    if row.is_link():
        return False
    if not is_headline(text) or _SITE.fullmatch(fold(text)) or byline(text):
        return False
    return dates.line(text, Basis.HEADER) is None


def _echoes(head: str, told: set[str]) -> bool:
    own = set(words(head))
    return 3 * len(own & told) >= len(own)


def named(said: Iterable[str], site: str) -> Iterator[str]:
    """Yield what a page is called, its site's name left off, the longest part first."""
    for name in said:
        parts = [part for part in _PARTS.split(" ".join(name.split())[: 2 * _LONGEST]) if part]
        good = [part for part in parts if fold(part) != site and not _SITE.fullmatch(fold(part))]
        good = [part for part in good if not _OFFICE.fullmatch(fold(part))] or good or parts
        yield from sorted(good, key=len, reverse=True)[:1]


def unleaked(title: str) -> str:
    """Return a headline on one line, without the "null " that Liferay's template leaks before it."""
    return " ".join(title.split()).removeprefix(_LEAK)
