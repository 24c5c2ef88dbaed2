"""The dates that an article's page states: metadata, marked-up elements, date lines. Pure; never raises.

`pipeline.dates` reads each of them, `pipeline.dating` chooses among them. What is left out here is
what belongs to something else on the page: teasers, comments, the site's clock.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from lxml import etree

from pipeline import dates
from pipeline.furniture import is_prose
from pipeline.markup import names, told
from pipeline.model import Basis, When
from pipeline.text import clean, fold

_PUBLISHED = (
    *("article:published_time", "og:article:published_time", "og:published_time", "article:published"),
    *("article.published", "datepublished", "date_published", "pubdate", "pub_date", "publishdate"),
    *("publish-date", "publish_date", "published_time", "published_date", "published-date", "published"),
    *(
        "publication_date",
        "article:publish_date",
        "article:post_time",
        "article_date_original",
        "news:pubdate",
    ),
    *("originalpublicationdate", "dc.date.issued", "dcterms.issued", "dc.issued", "dc.date.published"),
    *("citation_publication_date", "citation_date", "parsely-pub-date", "sailthru.date", "bt:pubdate"),
    *("cxenseparse:recs:publishtime", "postdate", "post_date", "release_date", "og:release_date"),
    *("video:release_date", "uploaddate", "dc.date.created", "dcterms.created", "dc.created", "datecreated"),
)
# Names that some systems fill with the day of the template, or of the request.
_VAGUE = (
    "dcterms.date",
    "dc.date",
    "dc:date",
    "created",
    "creation_date",
    "date",
    "issued",
    "timestamp",
    "time",
)
_IN_OBJECTS = ("datePublished", "dateCreated", "uploadDate")
_DATED = etree.XPath(
    "//h1 | //time | //abbr[@title][contains(@class,'publish')] | //*[not(self::meta)]"
    "[contains(@itemprop,'date') or contains(@itemprop,'uploadDate') or contains(@property,'date')]"
)
_MODIFIED = re.compile(r"modif|updat|cap-?nhat|expire|event|startdate|enddate", re.IGNORECASE)
_ASIDE = re.compile(
    r"(?<![a-z])(?:relat|lien-?quan|teaser|side-?bar|other|tin-?(?:khac|moi|lien|cung)|more|comment|binh-?luan|most|"
    r"popular|cung-?chuyen-?muc|box-?(?:news|list)|list-?(?:news|item)|item-?news|widget|clock|dong-?ho|"
    r"current-?(?:date|time)|today)"
)
_BROKEN = re.compile(r"\"(?:datePublished|dateCreated|uploadDate)\"\s{0,9}:\s{0,9}\"([^\"\n]{4,60})\"")
_POSTED = re.compile(
    r"(?<![^\W_])(?:đăng|xuất bản|post|publish|published|posted|submitted|phát hành|đưa tin)(?![^\W_])",
    re.IGNORECASE,
)
_LABELLED = re.compile(rf"{_POSTED.pattern}|(?<![^\W_])(?:cập nhật|tạo|updated?)(?![^\W_])", re.IGNORECASE)
_UPDATED = re.compile(r"(?<![^\W_])(?:cập nhật|updated?)(?![^\W_])", re.IGNORECASE)
_TIMED = re.compile(r"\d\s?[:hg]\s?\d\d")
_MOST_DATED = 200  # elements asked
_BELOW_HEADLINE = 6  # rows in which a date line may stand
_ABOVE_HEADLINE = 2
_MOST_HEADS = 20
_SLACK = 20  # characters by which folding may change a row's length
_BELOW_TEXT = 8
_ANCESTORS = 12


def stated(
    root: Any, main: Any, meta: dict[str, str], objects: Sequence[dict[str, Any]], title: str
) -> list[When]:
    """Return what metadata and marked-up elements say of the publication, best first.

    `main` is the element that holds the article, `meta` what <meta> says by lower-case names,
    `objects` the page's JSON-LD with that of the article first.
    """
    found = [when for text in _said(root, meta, objects) if (when := dates.parse(text, Basis.META))]
    if marked := _marked(root, main, title):
        found.append(marked)
    return found


def vague(meta: dict[str, str]) -> list[When]:
    """Return what <meta> says under names that may mean anything; for pages that say nothing better."""
    return [when for name in _VAGUE if name in meta and (when := dates.parse(meta[name], Basis.META))]


def lines(rows: list[str], title: str, last: str) -> list[When]:
    """Return the date line at the headline, else one that says what it is below the article's last line."""
    header = _at_headline(rows, title, last)
    if header:
        return [header]
    below = _below(rows, last)
    return [below] if below else []


def _said(root: Any, meta: dict[str, str], objects: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield what JSON-LD and <meta> say, as text."""
    for thing in islice(objects, 5):
        yield from (text for name in _IN_OBJECTS if (text := _text(thing.get(name))))
    if not objects:
        for element in root.iter("script"):
            if element.get("type") == "application/ld+json":  # too broken for a parser, or of odd types only
                yield from _BROKEN.findall((element.text or "")[:20_000])[:1]
    yield from (meta[name] for name in _PUBLISHED if name in meta)


def _text(value: Any) -> str:
    """Return a date of JSON-LD as text: {"@value": …}, a list, a number."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value", "")
    return clean(value) if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _marked(root: Any, main: Any, title: str) -> When | None:
    """Return the first date marked up as such behind the headline or in the article, not of a teaser."""
    key = fold(title)
    headed = False
    inside: When | None = None
    every: list[When] = []
    dated: list[Any] = _DATED(root)  # type: ignore[assignment]  # elements, as the path says
    for element in dated[:_MOST_DATED]:
        if element.tag == "h1":
            headed = headed or (bool(key) and fold(told(element)) == key)
            continue
        if _MODIFIED.search(
            f"{element.get('itemprop') or ''} {element.get('property') or ''} {names(element)}"
        ):
            continue
        text = element.get("content") or element.get("datetime") or element.get("title") or told(element)
        when = dates.parse(text, Basis.META)
        if when is None:
            continue
        every.append(when)
        if _is_aside(element, main):
            continue
        if headed:
            return when
        if inside is None and (main in element.iterancestors() or element.get("itemprop")):
            inside = when
    return inside or (every[0] if len(every) == 1 else None)


def _is_aside(element: Any, main: Any) -> bool:
    """Tell whether an element stands in a teaser, a comment, a menu or the like."""
    for holder in islice(element.iterancestors(), _ANCESTORS):
        if holder is main:
            return False
        if holder.tag in ("aside", "nav", "footer", "a") or _ASIDE.search(names(holder)):
            return True
    return False


def _at_headline(rows: list[str], title: str, last: str) -> When | None:
    """Return the date line below the headline, else above it; of the last headline if it stands twice."""
    key = fold(title)
    like = range(len(key) - _SLACK, len(key) + _SLACK)
    heads = [at for at, row in enumerate(rows) if key and len(row) in like and fold(row) == key]
    for at in reversed(heads[-_MOST_HEADS:]):
        if when := _first(_up_to_text(rows[at + 1 : at + 1 + _BELOW_HEADLINE], last)):
            return when
    for at in reversed(heads[-_MOST_HEADS:]):
        above = [
            row
            for row in rows[max(at - _ABOVE_HEADLINE, 0) : at]
            if _TIMED.search(row) or _LABELLED.search(row)
        ]
        if when := _first(reversed(above)):
            return replace(when, basis=Basis.PAGE)  # it may be the site's clock
    return None


def _up_to_text(rows: list[str], last: str) -> Iterator[str]:
    """Yield the rows between headline and text; a lead may stand among them."""
    paragraphs = 0
    for row in rows:
        paragraphs += is_prose(row)
        if paragraphs > 1 or row == last:
            return
        yield row


def _first(rows: Iterable[str]) -> When | None:
    """Return the first date line, one that says "cập nhật" only if there is no other."""
    updated = None
    for row in rows:
        when = dates.line(row, Basis.HEADER)
        if when and not _UPDATED.search(row):
            return when
        updated = updated or when
    return updated


def _below(rows: list[str], last: str) -> When | None:
    """Return the date of the first labelled line below the text, or of the only one of the page."""
    at = len(rows) - rows[::-1].index(last) if last in rows else len(rows)
    for row in rows[at : at + _BELOW_TEXT]:
        if _LABELLED.search(row) and (when := dates.line(row, Basis.PAGE)):
            return when
    found = {when for row in rows if _POSTED.search(row) and (when := dates.line(row, Basis.PAGE))}
    return found.pop() if len(found) == 1 else None
