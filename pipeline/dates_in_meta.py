"""The dates that a page's metadata state: <meta>, and JSON-LD of this article. Pure; never raises.

A page carries JSON-LD of other articles too (lists of the newest, of a side box), and some templates
carry that of the front page only: an object counts by its headline or its address.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from pydantic_core import from_json

from pipeline import dates
from pipeline.model import Basis, When
from pipeline.text import clean, fold
from pipeline.urls import canonical

_PUBLISHED = (
    *("article:published_time", "og:article:published_time", "og:published_time", "article:published"),
    *("article.published", "datepublished", "date_published", "pubdate", "pub_date", "publishdate"),
    *("publish-date", "publish_date", "published_time", "published_date", "published-date", "published"),
    *("publication_date", "article:publish_date", "article:post_time", "article_date_original"),
    *("news:pubdate", "originalpublicationdate", "dc.date.issued", "dcterms.issued", "dc.issued"),
    *("dc.date.published", "citation_publication_date", "citation_date", "parsely-pub-date"),
    *("sailthru.date", "bt:pubdate", "cxenseparse:recs:publishtime", "postdate", "post_date"),
    *("release_date", "og:release_date", "video:release_date", "uploaddate", "dc.date.created"),
    *("dcterms.created", "dc.created", "datecreated"),
)
# Names that some systems fill with the day of the template, or of the request.
_VAGUE = (
    *("dcterms.date", "dc.date", "dc:date", "created", "creation_date", "date", "issued", "timestamp"),
    "time",
)
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified")
_IN_OBJECTS = ("datePublished", "dateCreated", "uploadDate")
_BROKEN = re.compile(r"\"(?:datePublished|dateCreated|uploadDate)\"\s{0,9}:\s{0,9}\"([^\"\n]{4,60})\"")
_MOST_OBJECTS = 20
_LONGEST_JSON = 20_000
_CUT = 25  # characters of a headline that was cut off


def published(
    root: Any, meta: dict[str, str], objects: Sequence[dict[str, Any]], title: str, url: str
) -> list[When]:
    """Return what metadata say of the publication, best first.

    Args:
        root: the page.
        meta: what <meta> says, by lower-case names.
        objects: the JSON-LD objects that may be its article, the likeliest first.
        title: its headline.
        url: its address, "" if that is not known.
    """
    return [
        when for text in _said(root, meta, objects, title, url) if (when := dates.parse(text, Basis.META))
    ]


def vague(meta: dict[str, str]) -> list[When]:
    """Return what <meta> says under names that may mean anything; for pages that say nothing better."""
    return [when for name in _VAGUE if name in meta and (when := dates.parse(meta[name], Basis.META))]


def modified(meta: dict[str, str], objects: Sequence[dict[str, Any]]) -> list[When]:
    """Return what metadata say of the last change, best first."""
    said = [text for thing in objects[:1] if (text := _text(thing.get("dateModified")))]
    said += [meta[name] for name in _MODIFIED if name in meta]
    return [when for text in said if (when := dates.parse(text, Basis.META))]


def _said(
    root: Any, meta: dict[str, str], objects: Sequence[dict[str, Any]], title: str, url: str
) -> Iterator[str]:
    """Yield what JSON-LD and <meta> say, as text."""
    for thing in _of_this(root, meta, objects, title, url):
        yield from (text for name in _IN_OBJECTS if (text := _text(thing.get(name))))
    if not objects:
        for element in root.iter("script"):
            if element.get("type") == "application/ld+json" and not _is_sound(element.text or ""):
                yield from _BROKEN.findall((element.text or "")[:_LONGEST_JSON])[:1]
    yield from (meta[name] for name in _PUBLISHED if name in meta)


def _of_this(
    root: Any, meta: dict[str, str], objects: Sequence[dict[str, Any]], title: str, url: str
) -> list[dict[str, Any]]:
    """Return the objects that are this page's article; one without headline and address if it is alone."""
    if not objects:
        return []
    tagged = next((element.text or "" for element in root.iter("title")), "")
    named = [fold(name) for name in (title, meta.get("og:title", ""), tagged) if name.strip()]
    address = canonical(url)
    unknown: list[dict[str, Any]] = []
    own: list[dict[str, Any]] = []
    for thing in islice(objects, _MOST_OBJECTS):
        headline = thing.get("headline") or thing.get("name")
        stated = addresses(thing)
        if address and address in stated:
            own.append(thing)
        elif isinstance(headline, str) and headline.strip() and named:
            key = fold(clean(headline))
            own += [thing] if any(_is_same(key, name) for name in named) else []
        else:
            unknown.append(thing)
    return own or (unknown if len(objects) == 1 else [])


def addresses(thing: dict[str, Any]) -> set[str]:
    """Return the canonical addresses that a JSON-LD object gives itself."""
    page = thing.get("mainEntityOfPage")
    said = (thing.get("url"), thing.get("@id"), page.get("@id") if isinstance(page, dict) else page)
    return {canonical(one) for one in said if isinstance(one, str)} - {""}


def _is_same(headline: str, named: str) -> bool:
    """Tell whether two folded names are of one article: one holds the other, or most words agree."""
    short, long = sorted((" ".join(headline.split()), " ".join(named.split())), key=len)
    begun = short.removesuffix("…").removesuffix("...").strip()
    if short == long or (len(begun) >= _CUT and begun in long):
        return True
    words, others = set(short.split()), set(long.split())
    return len(words) > 2 and 3 * len(words & others) >= 2 * len(words)  # noqa: PLR2004


def _is_sound(code: str) -> bool:
    """Tell whether a parser reads a script; then what it says of others is known."""
    try:
        from_json(clean(code))
    except ValueError:
        return False
    return True


def _text(value: Any) -> str:
    """Return a date of JSON-LD as text: {"@value": …}, a list, a number."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value", "")
    return clean(value) if isinstance(value, str) else str(value) if isinstance(value, int) else ""
