"""An article's page to its parts: headline, lead, text, dates, address, authors. Pure; never raises.

The text still carries the furniture that stands inside the article (`furniture.tidy` takes it
out); menus, footers and side boxes are left behind here and go into `chrome`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, islice, takewhile
from typing import Any

from pydantic_core import from_json

from pipeline import (
    dates_around,
    dates_in_meta,
    dates_on_page,
    embedded,
    headline,
    locate,
    makers,
    media,
    sheet,
    walk,
)
from pipeline.bylines import byline
from pipeline.markup import tree
from pipeline.model import Attachment, Image, When
from pipeline.sheet import Sheet, Span
from pipeline.text import clean, fold, words
from pipeline.urls import canonical, host

_LONGEST_JSON = 300_000
_CHROME = 3_000  # characters that places may weigh
_LEAD = (40, 1_200)  # characters
_LONGEST_NAME = 100
_ABOVE, _BELOW = 8, 3  # rows between headline and text, and for makers below
_ROWS_ABOVE = 3  # of a headline in the element of its article
_SLUG = 3  # dashes of an address that names an article
_LITTLE = 200  # characters of paragraphs; with fewer the page's data are asked

_LEADS = re.compile(
    r"(?<![a-z])(?:sapo|chapeau|tom-?tat|trich-?(?:yeu|dan)|mo-?ta|lead|intro(?:text)?|summary|headnote|abstract|"
    r"lbl(?:sapo|lead|tom-?tat|mo-?ta|trich-?(?:yeu|dan)|intro|summary|desc)|dan-?nhap|gioi-?thieu|"
    r"short-?(?:intro|content|desc)|(?:detail|news|article|post)-?(?:sapo|lead|summary|intro|abstract|desc(?:ription)?))"
    r"(?![a-z])"
)
_STORIES = ("Article", "BlogPosting", "Report")
_TOLD_OF = ("WebPage", "VideoObject", "CreativeWork")  # that may stand for the article where none is
_DEEPEST, _MOST_OBJECTS = 6, 200  # of JSON-LD
_DAY = re.compile(r"\d[/.-]\d|tháng", re.IGNORECASE)
_TITLE_PARTS = re.compile(r"\s+[|–—»•-]\s+|\s*\|\s*")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, before furniture is taken out.

    Args:
        title: the headline, "" if there is none.
        summary: the source's own lead or description, "" if it gave none.
        text: Markdown lines of the article, its lead included, headline and date line perhaps too.
        whens: what metadata and date lines say of the publication, in any order.
        updated: the page's own time of its last change.
        canonical: the address that the page claims, absolute, "" if it claims none worth having.
        authors: people that its metadata and the lines around its text name.
        credit: whom a line around its text says that it was taken from, "" if none does.
        chrome: what stands around the article: site name, footer, menus.
        image: its own picture, else the one that it shares.
        attachments: the files that it hands out.
    """

    title: str = ""
    summary: str = ""
    text: str = ""
    whens: tuple[When, ...] = ()
    updated: When | None = None
    canonical: str = ""
    authors: tuple[str, ...] = ()
    credit: str = ""
    chrome: str = ""
    image: Image | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a page's article stands.

    Args:
        main: the element that holds it.
        head: the row of its headline, -1 if it is none of the page's.
        own: its rows, lead included.
    """

    main: Any
    head: int
    own: tuple[int, ...]


def page(markup: str, url: str = "", received_at: datetime | None = None) -> Page:
    """Read an article's page.

    Args:
        markup: the page.
        url: where it was found, the base of its relative links.
        received_at: when it was fetched, aware UTC; None leaves lines without a year unread.
    """
    root = tree(markup)
    if root is None:
        return Page()
    meta, objects = _meta(root), _json_ld(root, url)
    linked = objects[0] if objects else {}
    base = _base(root, url)
    seen = walk.read(root, base)
    called = _called(root, meta, linked)
    found = _find(root, seen, called, fold(meta.get("og:site_name", "")))
    rows = seen.texts()
    title = _title(seen, found, called, fold(meta.get("og:site_name", "")))
    article = dates_around.Article(root, seen, found.main, found.head, found.own, title, url)
    whens = dates_on_page.stated(article, meta, objects, received_at)
    made = makers.read(seen, found.head, found.own)
    # `tidy` looks for a date line where we found none.
    own = [rows[at] for at in found.own if at not in made.rows or (not whens and _DAY.search(rows[at]))]
    held = embedded.article(root, linked, title) if sum(map(len, own)) < _LITTLE else None
    pictures = media.candidates(seen, found.main, found.head, found.own[-1] if found.own else 0, base)
    if held and len(held.text) > sum(map(len, own)):
        told = held.text.split("\n\n")
        own = [*(seen.rows[at].text for at in found.own if seen.rows[at].prose()), *told]
        pictures = list(held.root.iter("img")) if held.root is not None else pictures
    body = "\n\n".join(own)
    lead = _lead(seen, found, meta, linked, f"{title}\n{body}")
    if fold(lead)[: _LEAD[0]] not in fold(body):
        body = f"{lead}\n\n{body}".strip()
    return Page(
        title=title if body else "",
        summary=lead,
        text=body,
        whens=whens,
        updated=next(iter(dates_in_meta.modified(meta, objects)), None),
        canonical=_claimed(root, meta, url),
        authors=tuple(dict.fromkeys((*_authors(linked, meta), *made.authors))),
        credit=made.credit,
        chrome=_chrome(root, meta, rows, body),
        image=media.image(pictures, base, own) or media.shared(meta, base),
        attachments=media.attachments(root, found.main, base),
    )


def _find(root: Any, seen: Sheet, called: tuple[str, ...], site: str) -> _Found:
    """Return where the article stands, looking for its headline first, else for its text."""
    heads = headline.confirmed(seen, called, site)
    head = heads[0] if heads else -1
    weights = locate.weigh(seen, head, _foreign(seen, head))
    main = locate.holder(seen, root, weights)
    span = seen.spans.get(main) or Span(0, len(seen.rows))
    if head < 0:
        solid = (at for at in range(*span) if 2 * weights[at] > seen.rows[at].prose())
        first = next(solid, span.first)
        named = headline.of_bulletin(seen.rows, first, called)
        head = headline.built(seen, main, first, weights) if named is None else named
        if head >= 0:
            weights = locate.weigh(seen, head, _foreign(seen, head))
            main = locate.holder(seen, root, weights)
            span = seen.spans.get(main) or span
    begin = span.first
    if 0 <= head < span.last:
        begin = head + 1 if head >= span.first else max(head + 1, span.first - _ABOVE)
    span = Span(begin, max(min(span.last, _foreign(seen, head)), begin))
    own = locate.own_rows(seen, weights, span)
    below = takewhile(
        lambda at: byline(seen.rows[at].text), range(span.last, min(span.last + _BELOW, len(seen.rows)))
    )
    return _Found(main, head, (*own, *below))


def _foreign(seen: Sheet, head: int) -> int:
    """Return the row where another article begins, the number of rows if none does.

    It begins in an element of its own with a headline of the same build; headings within a text do not.
    """
    rows = seen.rows
    if head < 0:
        return len(rows)
    sums = [0, *accumulate(seen.prose())]
    spans = ((element, seen.spans[element]) for element in seen.headings)
    single = {element: span.first for element, span in spans if span.last == span.first + 1}
    build = {(one.tag, one.get("class")) for one, at in single.items() if at == head and one.get("class")}
    for element, at in sorted(single.items(), key=lambda found: found[1]):
        alike = element.tag == "h1" or (element.tag, element.get("class")) in build
        if not alike or at <= head or rows[at].text == rows[head].text:
            continue
        outer = seen.spans.get(element.getparent(), Span(0, 0))
        if outer.first >= at - _ROWS_ABOVE and min(sums[at] - sums[head], sums[-1] - sums[at]) > _LITTLE:
            return at
    return len(rows)


def _called(root: Any, meta: dict[str, str], linked: dict[str, Any]) -> tuple[str, ...]:
    """Return what <title>, metadata and JSON-LD call the page."""
    tagged = next((sheet.told(element) for element in root.iter("title")), "")
    said = (meta.get("og:title"), meta.get("twitter:title"), _text_of(linked, "headline"), tagged)
    return tuple(" ".join(name.split()) for name in said if name and name.strip())


def _title(seen: Sheet, found: _Found, called: tuple[str, ...], site: str) -> str:
    """Return the headline: a row of the page, else what metadata call it."""
    if found.head >= 0:
        return headline.unleaked(seen.rows[found.head].text)
    good = [headline.unleaked(name) for name in headline.named(called, site)]
    text = " ".join(seen.rows[at].text for at in found.own)
    return next((name for name in good if _echoes(name, text)), good[0] if good else "")


def _meta(root: Any) -> dict[str, str]:
    """Return what <meta> and dated elements say, the first of each lower-case name or property."""
    said: dict[str, str] = {}
    for element in root.iter("meta", "time", "span", "div"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        content = element.get("content") or element.get("datetime") or ""
        if name == "datepublished" and next(element.iterancestors("head"), None) is None:
            continue  # it may be a teaser's; `dates_on_page` looks where it stands
        if name and content and (element.tag == "meta" or name == "datemodified"):
            said.setdefault(name, clean(content).strip()[:2_000])
    return said


def _json_ld(root: Any, url: str) -> list[dict[str, Any]]:
    """Return the page's JSON-LD objects that can be its article, the likeliest first."""
    found: list[dict[str, Any]] = []
    for element in root.iter("script"):
        if element.get("type") != "application/ld+json" or len(element.text or "") > _LONGEST_JSON:
            continue
        try:
            said = from_json(clean(element.text or ""))
        except ValueError:
            continue
        found += islice(_things(said), _MOST_OBJECTS)
    stories = [thing for thing in found if _is_a(thing, _STORIES)]
    own = [thing for thing in stories if url and canonical(url) in dates_in_meta.addresses(thing)]
    return [*own, *(thing for thing in stories if thing not in own)] or [
        thing for thing in found if _is_a(thing, _TOLD_OF)
    ]


def _is_a(thing: dict[str, Any], kinds: tuple[str, ...]) -> bool:
    """Tell whether a JSON-LD object is of one of some types, by the ends of their names."""
    named = thing.get("@type")
    return any(str(kind).endswith(kinds) for kind in (named if isinstance(named, list) else [named]))


def _things(said: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the objects of JSON-LD: one, a list, or a graph, nested or not."""
    if isinstance(said, list) and depth < _DEEPEST:
        for part in said[:_MOST_OBJECTS]:
            yield from _things(part, depth + 1)
    elif isinstance(said, dict):
        yield said
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _things(said.get(name), depth + 1) if depth < _DEEPEST else ()


def _text_of(thing: dict[str, Any], name: str) -> str:
    """Return a text of a JSON object, "" if it is none."""
    value = thing.get(name)
    return clean(value) if isinstance(value, str) else ""


def _authors(linked: dict[str, Any], meta: dict[str, str]) -> tuple[str, ...]:
    """Return the people that JSON-LD or <meta> name; an organisation or the site itself is no author."""
    said = linked.get("author")
    people = said if isinstance(said, list) else [said]
    named = [
        _text_of(one, "name")
        for one in people
        if isinstance(one, dict) and one.get("@type") != "Organization"
    ]
    named = named or [one for one in people if isinstance(one, str)] or [meta.get("author", "")]
    site = fold(meta.get("og:site_name", ""))
    found = (" ".join(clean(name).split()) for name in named[:10])
    return tuple(
        dict.fromkeys(name for name in found if 1 < len(name) <= _LONGEST_NAME and fold(name) != site)
    )


def _echoes(head: str, body: str) -> bool:
    """Tell whether a text speaks of what a headline says."""
    own = set(words(head))
    return len(own & set(words(body[:20_000]))) * 2 >= len(own)


def _lead(seen: Sheet, found: _Found, meta: dict[str, str], linked: dict[str, Any], body: str) -> str:
    """Return the source's own short summary: its lead, else a description that is of this article."""
    short, long = _LEAD
    first = max(found.head, 0)
    last = found.own[-1] if found.own else len(seen.rows)
    for element, span in seen.spans.items():
        if not (first <= span.first < span.last <= last + 1) or span.last - span.first > _ABOVE:
            continue
        if element is not found.main and _LEADS.search(sheet.names(element)):
            rows = seen.rows[span.first : span.last]
            lead = " ".join(row.text for row in rows if not row.is_link())
            if short <= len(lead) <= long and (span.first <= first + _ABOVE or _echoes(lead, body)):
                return lead
    said = meta.get("og:description") or meta.get("description") or _text_of(linked, "description")
    described = " ".join(said.split())
    fits = short <= len(described) <= long and (not found.own or _echoes(described, body))
    above = _set_apart(seen, found)
    if above and (not fits or _is_cut(described, above)):
        return above
    return described if fits else ""


def _set_apart(seen: Sheet, found: _Found) -> str:
    """Return the only paragraph that stands between the headline and the element of the text, "" if none."""
    begin = seen.spans.get(found.main, Span(0, 0)).first
    own = (
        [at for at in found.own if found.head < at < begin and seen.rows[at].prose()]
        if found.head >= 0
        else []
    )
    text = seen.rows[own[0]].text if len(own) == 1 else ""
    return text if _LEAD[0] <= len(text) <= _LEAD[1] else ""


def _is_cut(described: str, lead: str) -> bool:
    """Tell whether a description is the beginning of a lead, cut off in the middle."""
    begun = fold(described.rstrip(" .…"))
    return len(described) < len(lead) and fold(lead).startswith(begun)


def _base(root: Any, url: str) -> str:
    """Return the base of relative links: <base href> if it is absolute, else the page's address."""
    href = next((element.get("href") or "" for element in root.iter("base")), "")
    return href if canonical(href) else url


def _claimed(root: Any, meta: dict[str, str], url: str) -> str:
    """Return rel=canonical or og:url; no front page or section, nor another site's if its own is known."""
    links = (element for element in root.iter("link") if (element.get("rel") or "").lower() == "canonical")
    for claim in (next((element.get("href") or "" for element in links), ""), meta.get("og:url", "")):
        key = canonical(claim)
        path = key.removeprefix("https://").partition("/")[2]
        if path and (not url or host(claim) == host(url)) and not _is_section(key, canonical(url)):
            return claim.strip()
    return ""


def _is_section(claimed: str, own: str) -> bool:
    """Tell whether a page claims to be the section that it stands in: a template's fault."""
    last = claimed.rpartition("/")[2]
    return own.startswith(f"{claimed}/") and last.count("-") < _SLUG and not any(map(str.isdigit, last))


def _chrome(root: Any, meta: dict[str, str], rows: list[str], body: str) -> str:
    """Return what stands around the article, the site's name and its footer first."""
    footers = [sheet.told(element) for element in root.iter("footer")][-1:]
    own = set(body.split("\n\n"))
    rest = (row for row in rows if row not in own)
    return "\n".join(filter(None, (meta.get("og:site_name", ""), *footers, *rest)))[:_CHROME]
