"""An article's page to its parts: headline, lead, text, dates, address, authors. Pure; never raises.

The text still carries the furniture that stands inside the article (`furniture.tidy` takes it
out); menus, footers and side boxes are left behind here and go into `chrome`.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any

from pydantic_core import from_json

from pipeline import dates, dates_on_page
from pipeline.bylines import byline
from pipeline.markup import lines, names, told, tree, weight
from pipeline.model import Basis, When
from pipeline.text import clean, fold, words
from pipeline.urls import canonical, host

_LONGEST_JSON = 300_000
_CHROME = 3_000  # characters that places may weigh
_ENOUGH = 200  # characters that make a container an article's
_SHARE = 0.8  # of the located text that a container must hold
_LOCATED, _RUN, _MOST_RUNS = 300_000, 25, 3_000  # characters of it, of one stretch; stretches asked
_LEAD = (40, 1_200)  # characters
_HEADINGS, _ROWS_ABOVE = 20, 40  # that may be the headline
_SHORTEST_TITLE = 2  # words; no more is a section's name
_LONGEST_NAME = 100
_ABOVE, _BELOW = 8, 3  # rows between headline and text, and for makers below

_BODY = re.compile(
    r"(?<![a-z])(?:article-?(?:body|content|detail|text)|content-?(?:detail|article|body|news|fck)|cms-?body|"
    r"(?:details?|news|post|entry|journal|noi-?dung|main)-?(?:body|content|detail|text|article)|bodytext|"
    r"chi-?tiet(?:-(?:tin|bai|bai-viet|noi-dung))?|noi-?dung(?:-(?:tin|bai|bai-viet|chi-tiet))?|"
    r"fck(?:detail)?)(?![a-z])"
)
_LEADS = re.compile(
    r"(?<![a-z])(?:sapo|chapeau|tom-?tat|trich-?(?:yeu|dan)|mo-?ta|lead|intro(?:text)?|summary|headnote|"
    r"short-?(?:intro|content|desc)|(?:detail|news|article|post)-?(?:sapo|lead|summary|intro|desc(?:ription)?))"
    r"(?![a-z])"
)
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified")
_STORIES = ("Article", "BlogPosting", "Report")
_TOLD_OF = ("WebPage", "VideoObject", "CreativeWork")  # that may stand for the article where none is
_DEEPEST, _MOST_OBJECTS = 6, 200  # of JSON-LD
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
        authors: people that its metadata name.
        chrome: what stands around the article: site name, footer, menus.
    """

    title: str = ""
    summary: str = ""
    text: str = ""
    whens: tuple[When, ...] = ()
    updated: When | None = None
    canonical: str = ""
    authors: tuple[str, ...] = ()
    chrome: str = ""


def page(markup: str, url: str = "") -> Page:
    """Read an article's page. `url` is where it was found, the base of its relative links."""
    root = tree(markup)
    if root is None:
        return Page()
    meta, objects = _meta(root), _json_ld(root, url)
    linked = objects[0] if objects else {}
    base = _base(root, url)
    rows = lines(root, base, around=True).split("\n\n")
    main = _main(root)
    own = lines(main, base).split("\n\n")
    title = _title(root, meta, linked, rows, own)
    body = "\n\n".join(_whole(own, lines(root, base).split("\n\n"), title))
    lead = _lead(root, main, meta, f"{title}\n{body}")
    if fold(lead)[: _LEAD[0]] not in fold(body):
        body = f"{lead}\n\n{body}"
    stated = (
        *dates_on_page.stated(root, main, meta, objects, title),
        *dates_on_page.lines(rows, title, own[-1]),
    )
    return Page(
        title=title,
        summary=lead,
        text=body,
        whens=stated or tuple(dates_on_page.vague(meta)),
        updated=dates.parse(_first(meta, linked, "dateModified", _MODIFIED), Basis.META),
        canonical=_claimed(root, meta, url),
        authors=_authors(linked, meta),
        chrome=_chrome(root, meta, rows, body),
    )


def _main(root: Any) -> Any:
    """Return the element that holds the article: one that says so, else where trafilatura finds text."""
    for path in ('.//*[@itemprop="articleBody"]', ".//article"):
        found = max(root.iterfind(path), key=weight, default=None)
        if found is not None and weight(found) >= _ENOUGH:
            return found
    named = [element for element in root.iter("div", "section", "main", "td") if _BODY.search(names(element))]
    weights = [_prose_weight(element) for element in named]
    enough = max(_ENOUGH, _SHARE * max(weights, default=0))
    inner = next((at for at in reversed(range(len(named))) if weights[at] >= enough), None)
    if inner is not None:
        return named[inner]
    return _located(root, next(root.iter("body"), root))


def _prose_weight(element: Any) -> int:
    """Return the characters of an element less those of its links: menus are links, articles are not."""
    return weight(element) - 2 * sum(weight(link) for link in element.iter("a"))


def _located(root: Any, body: Any) -> Any:
    """Return the smallest element that holds most of what trafilatura takes for the text."""
    import trafilatura  # noqa: PLC0415 - 0.3 s and 20 MB, for pages of unknown build only

    read = trafilatura.extract(deepcopy(root), fast=True, favor_recall=True, include_comments=False)
    text = fold(" ".join((read or "").split()))[:_LOCATED]
    sums: dict[Any, int] = {}
    total = 0
    for holder, part in islice(_runs(body), _MOST_RUNS):
        if fold(part) in text:
            total += len(part)
            for element in (holder, *holder.iterancestors()):
                sums[element] = sums.get(element, 0) + len(part)
    main, enough = body, _SHARE * total
    while (
        enough
        and (deeper := next((child for child in main if sums.get(child, 0) >= enough), None)) is not None
    ):
        main = deeper
    return main


def _whole(own: list[str], rows: list[str], title: str) -> list[str]:
    """Return an element's rows with what belongs to it on the page: lead and date above, makers below."""
    if own[0] not in rows or own[-1] not in rows:
        return own
    first, last = rows.index(own[0]), len(rows) - rows[::-1].index(own[-1])
    heads = [at for at in range(max(first - _ABOVE, 0), first) if title and fold(rows[at]) == fold(title)]
    above = rows[heads[-1] + 1 : first] if heads else []
    return [*above, *own, *takewhile(byline, rows[last : last + _BELOW])]


def _runs(body: Any) -> Iterator[tuple[Any, str]]:
    """Yield each stretch of text long enough to be told apart, with the element that holds it."""
    for element in body.iter():
        for holder, text in ((element, element.text), (element.getparent(), element.tail)):
            part = " ".join((text or "").split()) if isinstance(element.tag, str) else ""
            if len(part) >= _RUN and holder is not None:
                yield holder, part


def _meta(root: Any) -> dict[str, str]:
    """Return what <meta> and dated elements say, the first of each lower-case name or property."""
    said: dict[str, str] = {}
    for element in root.iter("meta", "time", "span", "div"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        content = element.get("content") or element.get("datetime") or ""
        if name and content and (element.tag == "meta" or name in ("datepublished", "datemodified")):
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
    own = [thing for thing in stories if url and canonical(url) in _addresses(thing)]
    return [*own, *(thing for thing in stories if thing not in own)] or [
        thing for thing in found if _is_a(thing, _TOLD_OF)
    ]


def _is_a(thing: dict[str, Any], kinds: tuple[str, ...]) -> bool:
    """Tell whether a JSON-LD object is of one of some types, by the ends of their names."""
    named = thing.get("@type")
    return any(str(kind).endswith(kinds) for kind in (named if isinstance(named, list) else [named]))


def _addresses(thing: dict[str, Any]) -> set[str]:
    """Return the canonical addresses that a JSON-LD object gives itself."""
    page = thing.get("mainEntityOfPage")
    said = (thing.get("url"), thing.get("@id"), page.get("@id") if isinstance(page, dict) else page)
    return {canonical(one) for one in said if isinstance(one, str)} - {""}


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


def _first(meta: dict[str, str], linked: dict[str, Any], name: str, others: tuple[str, ...]) -> str:
    """Return what JSON-LD says under `name`, else the first of `others` that <meta> says."""
    return _text_of(linked, name) or next(filter(None, map(meta.get, others)), "")


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


def _title(root: Any, meta: dict[str, str], linked: dict[str, Any], rows: list[str], own: list[str]) -> str:
    """Return the headline: the heading or row that <title> or og:title confirm, else what they say."""
    tagged = next((told(element) for element in root.iter("title")), "")
    shared = meta.get("og:title") or meta.get("twitter:title") or _text_of(linked, "headline")
    said = fold(f"{shared} {tagged}")
    site = fold(meta.get("og:site_name", ""))
    headings = [told(element) for element in islice(root.iter("h1", "h2"), _HEADINGS)]
    above = rows[: rows.index(own[0])] if own[0] in rows else rows
    for row in map(_unleaked, (*headings, *own[:_BELOW], *reversed(above[-_ROWS_ABOVE:]))):
        if len(row.split()) > _SHORTEST_TITLE and fold(row) in said and fold(row) != site:
            return row
    part = max(_TITLE_PARTS.split(tagged), key=len)
    good = [head for head in map(_unleaked, (shared, *headings[:1], part)) if head and fold(head) != site]
    return next((head for head in good if _echoes(head, " ".join(own))), good[0] if good else "")


def _unleaked(title: str) -> str:
    """Return a headline on one line, without the "null " that Liferay's template leaks before it."""
    return re.sub(r"^null\s+", "", " ".join(title.split()))


def _echoes(head: str, body: str) -> bool:
    """Tell whether a text speaks of what a headline says."""
    own = set(words(head))
    return len(own & set(words(body[:20_000]))) * 2 >= len(own)


def _lead(root: Any, main: Any, meta: dict[str, str], body: str) -> str:
    """Return the source's own short summary: its lead, else a description that is of this article."""
    short, long = _LEAD
    for holder in (main, root):
        for element in holder.iter("p", "div", "h2", "h3", "strong"):
            if element is main or not _LEADS.search(names(element)) or weight(element) > 2 * long:
                continue
            lead = " ".join(lines(element, "").split())
            if short <= len(lead) <= long and _echoes(lead, body):
                return lead
    described = " ".join((meta.get("og:description") or meta.get("description") or "").split())
    return described if short <= len(described) <= long and _echoes(described, body) else ""


def _base(root: Any, url: str) -> str:
    """Return the base of relative links: <base href> if it is absolute, else the page's address."""
    href = next((element.get("href") or "" for element in root.iter("base")), "")
    return href if canonical(href) else url


def _claimed(root: Any, meta: dict[str, str], url: str) -> str:
    """Return rel=canonical or og:url; no front page, nor another site's if the page's own is known."""
    links = (element for element in root.iter("link") if (element.get("rel") or "").lower() == "canonical")
    for claim in (next((element.get("href") or "" for element in links), ""), meta.get("og:url", "")):
        path = canonical(claim).removeprefix("https://").partition("/")[2]
        if path and (not url or host(claim) == host(url)):
            return claim.strip()
    return ""


def _chrome(root: Any, meta: dict[str, str], rows: list[str], body: str) -> str:
    """Return what stands around the article, the site's name and its footer first."""
    footers = [told(element) for element in root.iter("footer")][-1:]
    own = set(body.split("\n\n"))
    rest = (row for row in rows if row not in own)
    return "\n".join(filter(None, (meta.get("og:site_name", ""), *footers, *rest)))[:_CHROME]
