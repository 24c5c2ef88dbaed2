"""The dates that an article's page states: metadata, marked-up elements, date lines. Pure; never raises.

`pipeline.dates` reads each of them, `pipeline.dates_around` tells whose they are, `pipeline.dating`
chooses among them. The article's stand between its headline and its text, above the headline in the
element that both share, or at the end of the text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum
from itertools import chain, islice
from typing import Any

from lxml import etree

from pipeline import dates, dates_in_meta, dates_relative, embedded
from pipeline.dates_around import (
    ABOVE_END,
    ABOVE_HEADLINE,
    ABOVE_TEXT,
    ANCESTORS,
    BELOW_END,
    BELOW_HEADLINE,
    Around,
    Article,
    is_others,
    is_teaser,
    look,
)
from pipeline.dates_in_fields import is_other_event
from pipeline.furniture import is_prose
from pipeline.model import LOCAL_ZONE, Basis, Precision, When
from pipeline.sheet import names, told

_MARKED = etree.XPath(
    "//time | //abbr[contains(@class,'publish')] | //*[contains(@itemprop,'date') or "
    "contains(@itemprop,'uploadDate') or contains(@property,'date')][not(ancestor-or-self::head)]"
)
_CHANGED = re.compile(r"modif|updat|cap-?nhat|expire|event|startdate|enddate", re.IGNORECASE)
_DATED = re.compile(
    r"(?<![a-z])(?:date|time|ngay|thoi-?gian|publish(?:ed)?|posted|pubdate|created|stamp)(?![a-z])"
)
_HOLDS_DATE = re.compile(r"time|date|publish|stamp|epoch|posted|ngay|(?<![a-z])ts(?![a-z])")
_MARKUP = ("datetime", "title", "content")
_UNDATED = ("class", "id", "href", "src", "style")
_POSTED = re.compile(
    r"(?<![^\W_])(?:đăng(?!\s(?:nhập|ký|xuất))|xuất bản|post|publish|published|posted|submitted|phát hành|"
    r"đưa tin)(?![^\W_])",
    re.IGNORECASE,
)
_LABELLED = re.compile(rf"{_POSTED.pattern}|(?<![^\W_])(?:cập nhật|tạo|updated?)(?![^\W_])", re.IGNORECASE)
_UPDATED = re.compile(r"(?<![^\W_])(?:cập nhật|updated?)(?![^\W_])", re.IGNORECASE)
_TIMED = re.compile(r"\d\s?[:hg]\s?\d\d")
_FOUR_DIGITS = re.compile(r"\d(?:\D*\d){3}")  # a date with its year has no fewer
_MOST_MARKED = 200
_LONGEST_LABEL = 30
_LONGEST_ROW = 200  # characters of one whose parts are asked
_AMENDED = timedelta(days=60)  # between a publication and the update that a page shows


class _Says(IntEnum):
    """What a date line says of its date, best first."""

    POSTED = 0
    NOTHING = 1
    CHANGED = 2


@dataclass(frozen=True, slots=True)
class _Line:
    """A date line: its date, what it says of it, and the row that it stands in."""

    when: When
    says: _Says
    row: int


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
    around = look(article)
    line, attributes = _line_and_attributes(around, received_at)
    found += attributes
    known = [*found, line.when] if line else found
    if not any(when.precision is Precision.SECOND for when in known):
        found += _marked(around)
    if line and not _is_of_change(line, found, dates_in_meta.modified(meta, objects)):
        found.append(line.when)
    if not found:
        told_by_scripts = embedded.published(article.root, article.title)
        found = [when for text in told_by_scripts if (when := dates.parse(text, Basis.META))][:1]
    if not found and received_at is not None:
        found = _relative(around, received_at)
    return tuple(found or dates_in_meta.vague(meta))


def _is_of_change(line: _Line, published: list[When], changes: list[When]) -> bool:
    """Tell whether a line shows the last change, where something else states the publication before it."""
    if line.says is not _Says.CHANGED and line.when.at not in {when.at for when in changes}:
        return False
    return any(timedelta() <= line.when.at - when.at <= _AMENDED for when in published)


def _line_and_attributes(around: Around, received_at: datetime | None) -> tuple[_Line | None, list[When]]:
    """Return the article's date line, and the dates of attributes at its headline."""
    today = received_at.astimezone(LOCAL_ZONE).date() if received_at else None
    for head in reversed(around.heads):
        zone = _up_to_text(around, head)
        lines = [*_lines(around, zone, Basis.HEADER)]
        attributes = [when for at in zone for when in _attributes(around, at)]
        if lines or attributes:
            surer = _best(lines)
            if surer is None or surer.says is not _Says.POSTED:
                surer = _best([*lines, *_at_end(around, posted=surer is not None)])
            return surer, attributes
    above = [line for head in reversed(around.heads) for line in _above(around, head, today)]
    sure = [line for line in above if line.when.basis is Basis.HEADER]
    ends = [] if sure else _at_end(around, posted=False)
    return _best(sure) or _best(ends) or _best(above) or _best(_above_text(around)) or _only(around), []


def _up_to_text(around: Around, head: int) -> range:
    """Return the rows between headline and text; a lead may stand among them."""
    rows, own = around.rows, around.article.own
    paragraphs = 0
    last = own[-1] if own else len(rows)
    end = min(head + 1 + BELOW_HEADLINE, len(rows))
    for at in range(head + 1, end):
        paragraphs += is_prose(rows[at].text)
        if paragraphs > 1 or at == last:
            return range(head + 1, at)
    return range(head + 1, end)


def _above(around: Around, head: int, today: date | None) -> Iterator[_Line]:
    """Yield the date lines above a headline, the nearest first; one that may be the site's clock as PAGE."""
    for at in range(head - 1, max(head - ABOVE_HEADLINE, 0) - 1, -1):
        for line in _lines(around, range(at, at + 1), Basis.HEADER):
            labelled = line.says is not _Says.NOTHING
            if _is_of_one_block(around, at, head) and (labelled or line.when.day() != today):
                yield line
            elif labelled or _TIMED.search(around.rows[at].text):
                yield replace(line, when=replace(line.when, basis=Basis.PAGE))


def _above_text(around: Around) -> list[_Line]:
    """Return the date lines above a text, the nearest first: its headline may not be found."""
    zone = range(max(around.first - ABOVE_TEXT, 0), min(around.first + 1, len(around.rows)))
    lines = _lines(around, zone, Basis.PAGE)
    return [line for line in lines if not is_prose(around.rows[line.row].text)][::-1]


def _is_of_one_block(around: Around, at: int, head: int) -> bool:
    """Tell whether a row above a headline stands in a block that begins with it, links none before."""
    elements = around.places.get(at, [])[:1]
    for holder in chain.from_iterable(element.iterancestors() for element in elements):
        span = around.article.sheet.spans.get(holder)
        if span and span.first <= head < span.last:
            before = around.rows[span.first : head]
            is_block = holder.tag not in ("body", "html", "form") and len(before) <= ABOVE_HEADLINE
            return is_block and not any(is_teaser(row) for row in before)
    return False


def _lines(around: Around, zone: Iterable[int], basis: Basis) -> Iterator[_Line]:
    """Yield the date lines of some rows: a row as a whole, else a part of it."""
    for at in zone:
        text = around.rows[at].text
        if not _FOUR_DIGITS.search(text, 0, _LONGEST_ROW):
            continue
        whole = dates.line(text, basis)
        if whole:
            label = around.rows[at - 1].text if at and at - 1 not in around.heads else ""
            label = "" if len(label) > _LONGEST_LABEL or _FOUR_DIGITS.search(label) else label
            if not is_other_event(label) and not is_others(around, around.places.get(at, ()), at):
                yield _Line(whole, _says(f"{label}\n{text}"), at)
        elif len(text) <= _LONGEST_ROW and not is_prose(text) and not is_other_event(text):
            yield from _parts(around, at, basis)


def _says(text: str) -> _Says:
    """Return what a date line says of its date."""
    if _POSTED.search(text):
        return _Says.POSTED
    return _Says.CHANGED if _UPDATED.search(text) else _Says.NOTHING


def _parts(around: Around, at: int, basis: Basis) -> Iterator[_Line]:
    """Yield the date lines that elements of a row hold beside names, counters and links."""
    tried = {around.rows[at].text}
    for element in around.places.get(at, ()):
        for piece in (element.text, " ".join(element.itertext()), *(child.tail for child in element)):
            if not piece or piece in tried or not _FOUR_DIGITS.search(piece, 0, _LONGEST_ROW):
                continue
            tried.add(piece)
            when = dates.line(piece, basis)
            if when and not is_others(around, (element,), at):
                yield _Line(when, _says(piece), at)


def _best(lines: Sequence[_Line]) -> _Line | None:
    """Return the first line that says most."""
    return min(lines, key=lambda line: line.says, default=None)


def _attributes(around: Around, at: int) -> Iterator[When]:
    """Yield the publication dates that attributes of elements hold: datetime, title, data-timestamp."""
    for element in around.places.get(at, ()):
        if element.tag == "time" and not element.get("datetime"):
            when = dates.parse(told(element), Basis.META)
            if when and when.day() and not is_others(around, (element,), at):
                yield when
        yield from (when for when in _held(element, _MARKUP) if not is_others(around, (element,), at))


def _held(element: Any, also: tuple[str, ...]) -> Iterator[When]:
    """Yield the publication dates in attributes that are called so, or bear a name of `also`."""
    for name, value in element.attrib.items():
        if name in _UNDATED or not _FOUR_DIGITS.search(value, 0, _LONGEST_ROW):
            continue
        called = f"{name} {element.get('itemprop') or ''} {names(element)}"
        if (name in also or _HOLDS_DATE.search(name)) and not _CHANGED.search(called):
            when = dates.parse(value, Basis.META)
            if when and when.day():
                yield when


def _marked(around: Around) -> list[When]:
    """Return the first date marked up as such in the article's element, else the only one of the page."""
    every: list[When] = []
    for holder in chain((around.article.main,), around.article.main.iterancestors()):
        if held := [*_held(holder, ())]:
            return held[:1]
    marked: list[Any] = _MARKED(around.article.root)  # type: ignore[assignment]  # elements, as the path says
    for element in marked[:_MOST_MARKED]:
        called = f"{element.get('itemprop') or ''} {element.get('property') or ''} {names(element)}"
        if _CHANGED.search(called) or is_others(around, (element,), -1):
            continue
        text = element.get("content") or element.get("datetime") or element.get("title") or told(element)
        when = dates.parse(text, Basis.META)
        if when and (
            element.get("itemprop") or element.tag == "abbr" or around.article.main in element.iterancestors()
        ):
            return [when]
        every += [when] if when else []
    return every if len(every) == 1 else []


def _at_end(around: Around, *, posted: bool) -> list[_Line]:
    """Return the date lines at the end of the text that have a label, or stand alone and are called dates.

    `posted`: only those that say when the article was posted.
    """
    rows, article = around.rows, around.article
    end = article.own[-1] if article.own else len(rows) - 1
    label = _POSTED if posted else _LABELLED
    labelled = []
    for at in range(max(end - ABOVE_END, article.head, -1) + 1, min(end + BELOW_END, len(rows))):
        text = rows[at].text
        if _FOUR_DIGITS.search(text, 0, _LONGEST_ROW) and not is_prose(text):
            told_so = label.search(text) or label.fullmatch(
                rows[at - 1].text.removeprefix("Ngày ").strip(" :")
            )
            if told_so or (not posted and _is_called_date(around, at)):
                labelled.append(at)
    return [*_lines(around, labelled, Basis.PAGE)]


def _is_called_date(around: Around, at: int) -> bool:
    """Tell whether a row is called a date and stands alone; a comment's has a name and a text beside it."""
    elements = around.places.get(at, [])
    if around.rows[at].linked or (at and around.rows[at - 1].is_link()):
        return False  # a teaser of few words
    if not any(_DATED.search(names(element)) for element in elements):
        return False
    spans, outer = around.article.sheet.spans, True
    for holder in islice(chain(elements[-1:], elements[-1].iterancestors()), ANCESTORS):
        span = spans.get(holder)
        if span and span.first <= around.first < span.last:
            break
        outer = bool(span and span.last <= span.first + 1)
    return outer


def _only(around: Around) -> _Line | None:
    """Return the only line of a page that says when something was posted."""
    found = {
        when: at
        for at, row in enumerate(around.rows)
        if _POSTED.search(row.text) and (when := dates.line(row.text, Basis.PAGE))
    }
    lines = [_Line(when, _Says.POSTED, at) for when, at in found.items()]
    return lines[0] if len(lines) == 1 else None


def _relative(around: Around, received_at: datetime) -> list[When]:
    """Return what a line at the headline says without its year, or counting back from now."""
    rows = around.rows
    for head in reversed(around.heads):
        for at in (*_up_to_text(around, head), *range(head - 1, max(head - ABOVE_HEADLINE, 0) - 1, -1)):
            elements = around.places.get(at, ())
            if is_prose(rows[at].text) or is_others(around, elements, at):
                continue
            pieces = (rows[at].text, *(told(element) for element in elements))
            for piece in dict.fromkeys(pieces):
                if when := dates_relative.line(piece, received_at, Basis.HEADER):
                    return [when]
    return []
