"""The dates that an article's page states: metadata, marked-up elements, date lines. Pure; never raises.

`pipeline.dates` reads each of them, `pipeline.dating` chooses among them. Which belong to the article
is told by where they stand: between its headline and its text, above the headline in the element
that both share, below the text. What stands in an element with somebody's headline as a link is a
teaser's; comments, clocks and lists of the newest are left out too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

from lxml import etree

from pipeline import dates, dates_in_meta, dates_relative
from pipeline.furniture import is_prose
from pipeline.model import Basis, Precision, When
from pipeline.sheet import Row, Sheet, names, told
from pipeline.text import fold

_MARKED = etree.XPath(
    "//time | //abbr[contains(@class,'publish')] | //*[contains(@itemprop,'date') or "
    "contains(@itemprop,'uploadDate') or contains(@property,'date')][not(ancestor-or-self::head)]"
)
_CHANGED = re.compile(r"modif|updat|cap-?nhat|expire|event|startdate|enddate", re.IGNORECASE)
_ASIDE = re.compile(
    r"(?<![a-z])(?:relat(?!ive(?![a-z]))|lien-?quan|teaser|side-?bar|tin-?(?:khac|moi|lien|cung)|comment|cmt|"
    r"binh-?luan|most-?(?:read|view|popular)|popular|cung-?chuyen-?muc|clock|dong-?ho|current-?(?:date|time)|today)"
)
_DATED = re.compile(
    r"(?<![a-z])(?:date|time|ngay|thoi-?gian|publish(?:ed)?|posted|pubdate|created|stamp)(?![a-z])"
)
_HOLDS_DATE = re.compile(r"time|date|publish|stamp|epoch|posted|ngay|(?<![a-z])ts(?![a-z])")
_POSTED = re.compile(
    r"(?<![^\W_])(?:đăng|xuất bản|post|publish|published|posted|submitted|phát hành|đưa tin)(?![^\W_])",
    re.IGNORECASE,
)
_LABELLED = re.compile(rf"{_POSTED.pattern}|(?<![^\W_])(?:cập nhật|tạo|updated?)(?![^\W_])", re.IGNORECASE)
_UPDATED = re.compile(r"(?<![^\W_])(?:cập nhật|updated?)(?![^\W_])", re.IGNORECASE)
_TIMED = re.compile(r"\d\s?[:hg]\s?\d\d")
_DIGIT = re.compile(r"\d")
_MOST_MARKED = 200
_BELOW_HEADLINE, _ABOVE_HEADLINE = 12, 4  # rows in which a date line may stand
_ABOVE_TEXT = 6
_MOST_HEADS = 20
_SLACK = 20  # characters by which folding may change a row's length
_ABOVE_END, _BELOW_END = 3, 8  # rows around the end of the text
_ANCESTORS = 12
_MOST_ROWS = 30  # of an element that may be a teaser
_LONGEST_ROW = 200  # characters of one whose parts are asked
_AMENDED = timedelta(days=60)  # between a publication and the update that a page shows


@dataclass(frozen=True, slots=True)
class Article:
    """Where on a page its article stands.

    Args:
        root: the page.
        sheet: its rows.
        main: the element that holds the text.
        head: the row of the headline, -1 if it is none of the page's.
        own: the rows of the text, in order.
        title: the headline.
        url: the page's address, "" if it is not known.
    """

    root: Any
    sheet: Sheet
    main: Any
    head: int
    own: tuple[int, ...]
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around an article's headline and the ends of its text.

    Args:
        article: the article.
        rows: those of the page.
        heads: the rows that are the headline; it stands twice where breadcrumbs end with it.
        first: the row where the text begins, 0 if there is none.
        places: the elements of a row or less, the innermost first, by their rows.
    """

    article: Article
    rows: list[Row]
    heads: list[int]
    first: int
    places: dict[int, list[Any]]


@dataclass(frozen=True, slots=True)
class _Line:
    """A date line: what it says, the row that it stands in, and whether it says only "cập nhật"."""

    when: When
    row: int
    updated: bool


def stated(
    article: Article, meta: dict[str, str], objects: Sequence[dict[str, Any]], received_at: datetime | None
) -> tuple[When, ...]:
    """Return every date that a page states of the publication of its article, best first.

    Args:
        article: where it stands.
        meta: what <meta> says, by lower-case names.
        objects: the JSON-LD objects that may be the article, the likeliest first.
        received_at: when the page was fetched, aware UTC; None if lines without a year must not be asked.
    """
    found = dates_in_meta.published(article.root, meta, objects, article.title, article.url)
    around = _around(article)
    lines, attributes = _at_headline(around)
    lines = lines or _at_end(around)
    found += attributes
    if not any(when.precision is Precision.SECOND for when in (*found, *(line.when for line in lines))):
        found += _marked(around)
    changed = {when.at for when in dates_in_meta.modified(meta, objects)}
    lines = [line for line in lines if not _is_of_change(line, found, changed)]
    found += [line.when for line in lines]
    if not found and received_at is not None:
        found = _relative(around, received_at)
    return tuple(found or dates_in_meta.vague(meta))


def _is_of_change(line: _Line, published: list[When], changed: set[datetime]) -> bool:
    """Tell whether a line shows the last change, where something else states the publication before it."""
    if not line.updated and line.when.at not in changed:
        return False
    return any(timedelta() <= line.when.at - when.at <= _AMENDED for when in published)


def _around(article: Article) -> _Around:
    """Look at the rows around headline and text."""
    rows = article.sheet.rows
    key = fold(article.title)
    like = range(len(key) - _SLACK, len(key) + _SLACK)
    heads = [at for at, row in enumerate(rows) if key and len(row.text) in like and fold(row.text) == key]
    heads = heads[-_MOST_HEADS:]
    begin, end = (article.own[0], article.own[-1]) if article.own else (0, len(rows))
    first = next((at for at in article.own if is_prose(rows[at].text)), begin)
    wanted = {*range(end - _ABOVE_END, end + _BELOW_END + 1), *range(first - _ABOVE_TEXT, first + 1)}
    for head in heads:
        wanted.update(range(head - _ABOVE_HEADLINE, head + _BELOW_HEADLINE + 2))
    places: dict[int, list[Any]] = {}
    for element, (begin, end) in article.sheet.spans.items():
        if begin in wanted and end <= begin + 1:
            places.setdefault(begin, []).append(element)
    return _Around(article, rows, heads, first, places)


def _at_headline(around: _Around) -> tuple[list[_Line], list[When]]:
    """Return the date line at the headline or above the text, and the dates of attributes there."""
    for head in reversed(around.heads):
        zone = _up_to_text(around, head)
        lines = _best(_lines(around, zone, Basis.HEADER))
        attributes = [when for at in zone for when in _attributes(around, at)]
        if lines or attributes:
            return lines, attributes
    for head in reversed(around.heads):
        lines = _best(_above(around, head))
        if lines:
            return lines, []
    # The headline may be a picture, or have been missed.
    zone = range(max(around.first - _ABOVE_TEXT, 0), min(around.first + 1, len(around.rows)))
    lines = [line for line in _lines(around, zone, Basis.PAGE) if not is_prose(around.rows[line.row].text)]
    return _best(reversed(lines)), []


def _up_to_text(around: _Around, head: int) -> range:
    """Return the rows between headline and text; a lead may stand among them."""
    rows, own = around.rows, around.article.own
    paragraphs = 0
    last = own[-1] if own else len(rows)
    end = min(head + 1 + _BELOW_HEADLINE, len(rows))
    for at in range(head + 1, end):
        paragraphs += is_prose(rows[at].text)
        if paragraphs > 1 or at == last:
            return range(head + 1, at)
    return range(head + 1, end)


def _above(around: _Around, head: int) -> Iterator[_Line]:
    """Yield the date lines above a headline, the nearest first; one that may be the site's clock as PAGE."""
    for at in range(head - 1, max(head - _ABOVE_HEADLINE, 0) - 1, -1):
        for line in _lines(around, range(at, at + 1), Basis.HEADER):
            text = around.rows[at].text
            if _is_of_one_block(around, at, head):
                yield line
            elif _TIMED.search(text) or _LABELLED.search(text):
                yield replace(line, when=replace(line.when, basis=Basis.PAGE))


def _is_of_one_block(around: _Around, at: int, head: int) -> bool:
    """Tell whether a row above a headline stands in a block of the page that begins with it."""
    elements = around.places.get(at, [])[:1]
    for holder in chain.from_iterable(element.iterancestors() for element in elements):
        span = around.article.sheet.spans.get(holder)
        if span and span.first <= head < span.last:
            return holder.tag not in ("body", "html", "form") and span.first >= head - _ABOVE_HEADLINE
    return False


def _lines(around: _Around, zone: range, basis: Basis) -> Iterator[_Line]:
    """Yield the date lines of some rows: a row as a whole, else a part of it."""
    for at in zone:
        text = around.rows[at].text
        if not _DIGIT.search(text, 0, _LONGEST_ROW):
            continue
        whole = dates.line(text, basis)
        if whole:
            if not _is_others(around, around.places.get(at, ()), at):
                yield _Line(whole, at, _is_updated(text))
        elif len(text) <= _LONGEST_ROW and not is_prose(text):
            yield from _parts(around, at, basis)


def _is_updated(text: str) -> bool:
    """Tell whether a date line says when a page was changed, and not when it was posted."""
    return bool(_UPDATED.search(text) and not _POSTED.search(text))


def _parts(around: _Around, at: int, basis: Basis) -> Iterator[_Line]:
    """Yield the date lines that elements of a row hold beside names, counters and links."""
    for element in around.places.get(at, ()):
        pieces = (element.text, told(element), *(child.tail for child in element))
        for piece in dict.fromkeys(piece for piece in pieces if piece and _DIGIT.search(piece)):
            when = dates.line(piece, basis)
            if when and not _is_others(around, (element,), at):
                yield _Line(when, at, _is_updated(piece))
                break


def _best(lines: Iterable[_Line]) -> list[_Line]:
    """Return the first line, one that says "cập nhật" only if there is no other."""
    updated: list[_Line] = []
    for line in lines:
        if not line.updated:
            return [line]
        updated.append(line)
    return updated[:1]


def _attributes(around: _Around, at: int) -> Iterator[When]:
    """Yield the publication dates that attributes of elements hold: datetime, title, data-timestamp."""
    for element in around.places.get(at, ()):
        if element.tag == "time" and not element.get("datetime"):
            when = dates.parse(told(element), Basis.META)
            if when and when.day() and not _is_others(around, (element,), at):
                yield when
        for name, value in element.attrib.items():
            if not _DIGIT.search(value, 0, _LONGEST_ROW) or name in ("class", "id", "href", "src", "style"):
                continue
            named = name in ("datetime", "title", "content") or _HOLDS_DATE.search(name)
            if not named or _CHANGED.search(f"{name} {element.get('itemprop') or ''} {names(element)}"):
                continue
            when = dates.parse(value, Basis.META)
            if when and when.day() and not _is_others(around, (element,), at):
                yield when


def _marked(around: _Around) -> list[When]:
    """Return the first date marked up as such in the article's element, else the only one of the page."""
    every: list[When] = []
    marked: list[Any] = _MARKED(around.article.root)  # type: ignore[assignment]  # elements, as the path says
    for element in marked[:_MOST_MARKED]:
        called = f"{element.get('itemprop') or ''} {element.get('property') or ''} {names(element)}"
        if _CHANGED.search(called) or _is_others(around, (element,), -1):
            continue
        text = element.get("content") or element.get("datetime") or element.get("title") or told(element)
        when = dates.parse(text, Basis.META)
        if when and (
            element.get("itemprop") or element.tag == "abbr" or around.article.main in element.iterancestors()
        ):
            return [when]
        every += [when] if when else []
    return every if len(every) == 1 else []


def _is_others(around: _Around, elements: Sequence[Any], at: int) -> bool:
    """Tell whether a date stands in a teaser, a comment, a menu or the like.

    Args:
        around: what stands around the article.
        elements: of the date, the innermost first; without any the row above tells.
        at: its row, if that is near the headline or the text; -1 for somewhere on the page.
    """
    rows, article = around.rows, around.article
    if not elements:
        return at > 0 and at - 1 != article.head and rows[at - 1].is_teaser()
    anchors = (article.head, around.first)
    for holder in islice(chain((elements[0],), elements[0].iterancestors()), _ANCESTORS):
        span = article.sheet.spans.get(holder)
        if holder is article.main or (span and any(span.first <= row < span.last for row in anchors)):
            return False
        if (at < 0 and holder.tag in ("aside", "nav", "footer")) or _ASIDE.search(names(holder)):
            return True
        if span and any(
            row.is_teaser() for row in rows[span.first : min(span.last, span.first + _MOST_ROWS)]
        ):
            return True
    return False


def _at_end(around: _Around) -> list[_Line]:
    """Return the first date line at the end of the text that is labelled or called so.

    Else the only line of the page that says when something was posted.
    """
    rows, article = around.rows, around.article
    end = article.own[-1] if article.own else len(rows) - 1
    zone = range(max(end - _ABOVE_END, article.head, -1) + 1, min(end + _BELOW_END, len(rows)))
    lines = [line for line in _lines(around, zone, Basis.PAGE) if not is_prose(rows[line.row].text)]
    for line in lines:
        if _LABELLED.search(rows[line.row].text) or _is_called_date(around.places.get(line.row, ())):
            return [line]
    found = {
        when: at
        for at, row in enumerate(rows)
        if _POSTED.search(row.text) and (when := dates.line(row.text, Basis.PAGE))
    }
    return [_Line(when, at, updated=False) for when, at in found.items()] if len(found) == 1 else []


def _is_called_date(elements: Sequence[Any]) -> bool:
    """Tell whether an element is called a date, and none beside it is: comments come in rows."""
    for element in elements:
        if _DATED.search(names(element)):
            return not _is_repeated(element)
    return False


def _is_repeated(element: Any) -> bool:
    """Tell whether an element, or one around it, has a sibling of the same build."""
    for holder in islice(chain((element,), element.iterancestors()), 3):
        build = (holder.tag, holder.get("class"))
        beside = islice(chain(holder.itersiblings(), holder.itersiblings(preceding=True)), 50)
        if holder.get("class") and any((other.tag, other.get("class")) == build for other in beside):
            return True
    return False


def _relative(around: _Around, received_at: datetime) -> list[When]:
    """Return what a line at the headline says without its year, or counting back from now."""
    rows = around.rows
    for head in reversed(around.heads):
        for at in (*_up_to_text(around, head), *range(head - 1, max(head - _ABOVE_HEADLINE, 0) - 1, -1)):
            elements = around.places.get(at, ())
            if is_prose(rows[at].text) or _is_others(around, elements, at):
                continue
            pieces = (rows[at].text, *(told(element) for element in elements))
            for piece in dict.fromkeys(pieces):
                if when := dates_relative.line(piece, received_at, Basis.HEADER):
                    return [when]
    return []
