"""Where a page says its feeds are. Pure; never raises.

Sites announce feeds in `<link rel="alternate">` (WHATWG HTML, 4.6.7.1), by links to them, or on a page
"RSS" that lists one for each section; addresses are often there as text or in input boxes to copy from.
What cannot be told from its address, feed or list, is for the caller to fetch. Feeds of comments, searches
and site maps are left out.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipeline import catalogue, markup, places
from pipeline.encoding import read as text_of
from pipeline.errors import Unreadable
from pipeline.model import Draft, Source, SourceId
from pipeline.text import clean, plain
from pipeline.urls import absolute, canonical, host, newest_host

_TYPES = frozenset(
    (
        *("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"),
        *("text/rss", "text/xml", "application/xml", "application/x-rss+xml", "text/rss+xml"),
    )
)
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?P<root>rss|feed|rdf|channel)(?=[\s>])", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)(?=[\s>])", re.IGNORECASE)
_TITLE = re.compile(r"<title(?:\s[^>]*)?>(.*?)</title\s*>", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"<link(?:\s[^>]*)?>([^<]*)</link\s*>", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_ITEM = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s>])", re.IGNORECASE)
_HEAD = 20_000  # characters in which a feed says what it is
_FEED = re.compile(
    r"(?:\.(?:rss|atom|rdf)(?:/?$|\?)|/feed\.json$|(?:rss|feed|atom)[\w-]*\.xml$|/(?:rss|feeds?|atom)/[^/]+"
    r"|/feed/?$|[?&]feed=|[?&](?:format|type|alt)=(?:rss|atom|feed)|listfeed\.aspx|/rss2/?$"
    r"|[?&]p_p_id=[^&]*rss|_rss(?:_|/?$)|/asset_publisher/[^?]*/rss)",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"/(?:kenh-|trang-|danh-sach-)?rss(?:-[\w-]+)?(?:\.\w{2,5})?/?$|/feeds?/?$|/rss/index", re.IGNORECASE
)
_LIST_TEXT = re.compile(r"(?:kenh |trang |tin )?rss(?: feeds?)?")
_NO_FEED = re.compile(
    r"comments?/feed|/(?:feed/)?comments?(?:/|$)|feed=comments|sitemap|opensearch|oembed|wp-json|manifest"
    r"|/(?:search|tim-kiem)(?:/|$)|[?&](?:s|q)=|\.(?:png|jpe?g|gif|svg|ico|css|js|pdf)$",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"(?:comments? (?:on|feed)|(?:dong )?(?:binh luan|phan hoi))", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s\"'<>()\[\]]{4,500}")
_LOGIN = re.compile(r"log-?in|sign-?in|dang-?nhap|/sso|/oauth", re.IGNORECASE)
_MOST = 200
_MOST_LINKS = 5_000  # of a page; portals have 300
_LONGEST_BESIDE = 80  # characters: a name, no paragraph
_LONGEST_WRITTEN = 200_000  # characters of a page's text in which addresses are looked for
_GUESSES = ("rss", "rss.html", "feed/", "rss/home.rss", "rss.xml", "atom.xml")
_SEPARATOR = re.compile(r"\s+[-–—|»•·:]+\s+|\s*[|»•]\s*|:\s+")
_NO_NAME = re.compile(
    r"(?:trang (?:chu|nhat)|home(?: ?page)?|index|rss(?: feeds?)?|feeds?|kenh rss|tin (?:moi|tuc)(?: nhat)?)"
)
_SPEAKER = re.compile(r"(?:bao|cong|dai|trang thong tin|so|ubnd|tinh uy|thanh uy|truyen hinh|phat thanh)\b")
_OFTEN = 0.6  # of the items that name a province, for theirs to be their publisher's


@dataclass(frozen=True, slots=True)
class Link:
    """An address that may be a feed: as the page has it, how it is called there, and where it was found.

    how: "given", "alternate", "link", "list" or "guess".
    """

    url: str
    title: str
    how: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says: its name, the feeds that it announces, and what may be a feed or a list of feeds."""

    title: str
    site_name: str
    feeds: tuple[Link, ...]
    lists: tuple[Link, ...]
    login: bool


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of itself; `site` is the address of its page, "" if it names none."""

    title: str
    site: str


def channel(body: bytes, content_type: str = "") -> Channel | None:
    """Return what a feed says of itself, None for what is no feed: RSS, RDF, Atom or JSON Feed."""
    try:
        text = text_of(body, content_type).lstrip("\ufeff \t\r\n")
    except Unreadable:
        return None
    if text.startswith("{"):
        return _json(text)
    head = text[:_HEAD]
    root = _ROOT.search(head)
    page = _HTML.search(head)
    if root is None or (page is not None and page.start() < root.start()):
        return None
    item = _ITEM.search(text, root.end())
    about = text[root.end() : min(item.start() if item else len(text), root.end() + _HEAD)]
    title, link = _TITLE.search(about), _LINK.search(about)
    return Channel(_line(title[1]) if title else "", _line(link[1]) if link else "")


def page(body: bytes, url: str, content_type: str = "", *, listing: bool = False) -> Page | None:
    """Return what a page says of feeds, None for what is no page.

    Args:
        body: as fetched.
        url: where it came from in the end.
        content_type: the header.
        listing: the page is a list of feeds: every address on it that looks like one counts.
    """
    try:
        text = text_of(body, content_type)
    except Unreadable:
        return None
    root = markup.tree(text) if "<" in text else None
    if root is None:
        return None
    base = _base(root, url)
    feeds = [*_alternates(root, base)]
    lists: list[Link] = []
    for address, name in _anchors(root, base):
        if not _same_site(address, url):
            continue
        how = "list" if listing else "link"
        if _LIST.search(urlsplit(address).path) or _LIST_TEXT.fullmatch(plain(name)):
            lists.append(Link(address, name, how))
        elif _is_feed(address):
            feeds.append(Link(address, name, how))
    if listing:
        feeds += [Link(one, "", "list") for one in _written(root, url)]
    feeds = _once(feeds, url)
    known = {canonical(one.url) for one in feeds}
    return Page(
        title=_content(root, "//head/title//text() | //title//text()"),
        site_name=_content(root, "//meta[@property='og:site_name']/@content"),
        feeds=tuple(feeds[:_MOST]),
        lists=tuple(one for one in _once(lists, url) if canonical(one.url) not in known),
        login=bool(root.xpath("//input[@type='password']")) or bool(_LOGIN.search(urlsplit(url).path)),
    )


def guesses(url: str) -> tuple[Link, ...]:
    """Return where feeds stand on many sites, likeliest first: to be asked one by one, as the last resort."""
    parts = urlsplit(url)
    return tuple(Link(f"{parts.scheme}://{parts.netloc}/{one}", "", "guess") for one in _GUESSES)


def name(*told: str) -> str:
    """Return the publisher's name from titles, the first that has one: "Trang chủ | Báo A" is "Báo A"."""
    for title in told:
        parts = [part.strip() for part in _SEPARATOR.split(clean(title)) if part.strip()]
        parts = [part for part in parts if not _NO_NAME.fullmatch(plain(part))]
        parts = [re.sub(r"^(?:RSS|Kênh RSS|Trang chủ)\s+", "", part, flags=re.IGNORECASE) for part in parts]
        best = next((part for part in parts if _SPEAKER.match(plain(part))), parts[-1] if parts else "")
        if best:
            return (best.title() if best.isupper() and " " in best else best)[:200]
    return ""


def proposed(url: str, called: str, drafts: Iterable[Draft]) -> tuple[Source, str]:
    """Return who speaks at an address, as far as can be told, and by what its home is known.

    The id is "": `source_lists.suggested_id` gives one that is free.
    """
    theirs = newest_host(host(url))
    hosts = (theirs,) if theirs else ()
    listed = catalogue.of_host(theirs)
    if listed is not None:
        known = listed.source()
        return Source(
            known.source_id, known.name, known.province, known.area, known.hosts
        ), "its host, in the catalogue"
    home = places.home_of_host(theirs)
    if home is not None:
        return Source(SourceId(""), called, *home, hosts), "its host"
    told = places.read(called, on=None)
    if len(told.provinces) == 1:
        area = told.areas[0] if len(told.areas) == 1 else None
        return Source(SourceId(""), called, told.provinces[0], area, hosts), "its name"
    return _by_items(called, hosts, [one for one in drafts if one.places.provinces])


def _by_items(called: str, hosts: tuple[str, ...], placed: list[Draft]) -> tuple[Source, str]:
    """Return a source with the province that most of its items tell about."""
    counts: dict[str, int] = {}
    for one in placed:
        counts[one.places.provinces[0]] = counts.get(one.places.provinces[0], 0) + 1
    best = max(counts, key=lambda slug: (counts[slug], slug), default=None)
    if best is None or counts[best] < _OFTEN * len(placed):
        return Source(SourceId(""), called, hosts=hosts), "not known: give --province"
    return Source(
        SourceId(""), called, best, hosts=hosts
    ), f"{counts[best]} of {len(placed)} items that name one"


def _json(text: str) -> Channel | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or "jsonfeed.org/version" not in str(told.get("version", "")):
        return None
    return Channel(_line(str(told.get("title", ""))), _line(str(told.get("home_page_url", ""))))


def _line(told: str) -> str:
    """Return an element's text as one line."""
    return markup.line(_CDATA.sub(lambda found: found[1], told))[:300].strip()


def _base(root: Any, url: str) -> str:
    for href in root.xpath("//base/@href")[:1]:
        try:
            return urljoin(url, str(href).strip())
        except ValueError:
            break
    return url


def _alternates(root: Any, base: str) -> Iterable[Link]:
    for one in root.xpath("//link[@rel and @href]")[:_MOST]:
        kind = one.get("type", "").split(";")[0].strip().lower()
        if "alternate" not in one.get("rel").lower().split() or kind not in _TYPES:
            continue
        if kind in ("text/xml", "application/xml") and one.get("hreflang"):
            continue
        address, title = absolute(base, one.get("href")), " ".join(clean(one.get("title", "")).split())
        if address and not _NO_FEED.search(address) and not _COMMENTS.search(plain(title)):
            yield Link(address, title, "alternate")


def _anchors(root: Any, base: str) -> Iterable[tuple[str, str]]:
    for one in root.xpath("//a[@href] | //area[@href]")[:_MOST_LINKS]:
        href = one.get("href")
        if re.match(r"\s*feed:", href, re.IGNORECASE):
            href = re.sub(r"^\s*feed:(?://)?(?=https?:)?", "", href, flags=re.IGNORECASE)
            href = href if "://" in href else f"http://{href}"
        address = absolute(base, href)
        if address and not _NO_FEED.search(address):
            told = (
                " ".join("".join(one.itertext()).split())
                or one.get("title", "")
                or _content(one, ".//img/@alt")
            )
            yield address, clean(_beside(one) if "://" in told else told)[:200]


def _beside(link: Any) -> str:
    """Return what stands beside a link that shows its address: in lists of feeds the name of a section."""
    row = next(link.iterancestors("tr", "li", "p", "dd"), None)
    words = " ".join(row.itertext()) if row is not None else ""
    return " ".join(word for word in words.split() if "://" not in word)[:_LONGEST_BESIDE]


def _written(root: Any, url: str) -> Iterable[str]:
    """Yield feeds that stand on a page as text or in boxes to copy from."""
    boxes = (str(one) for one in root.xpath("//input/@value"))
    texts = (str(one) for one in root.xpath("//text()[not(ancestor::script or ancestor::style)]"))
    written = "\n".join((*boxes, *texts))[:_LONGEST_WRITTEN]
    for found in _ADDRESS.findall(written)[:_MOST_LINKS]:
        address = found.rstrip(".,;")
        if _is_feed(address) and not _NO_FEED.search(address) and _same_site(address, url):
            yield address


def _is_feed(address: str) -> bool:
    parts = urlsplit(address)
    return bool(_FEED.search(parts.path) or (parts.query and _FEED.search(f"?{parts.query}")))


def _same_site(address: str, url: str) -> bool:
    """Tell whether two addresses are of one site: one host, or a host below the other."""
    one, other = newest_host(host(address)), newest_host(host(url))
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _once(links: Iterable[Link], url: str) -> list[Link]:
    """Return each address once, where it is named first, with the first title that anyone gives it."""
    found: dict[str, Link] = {}
    for one in links:
        key = canonical(one.url)
        if key == canonical(url):
            continue
        known = found.setdefault(key, one)
        if one.title and not known.title:
            found[key] = Link(known.url, one.title, known.how)
    return list(found.values())


def _content(root: Any, path: str) -> str:
    """Return the first text of an XPath as one line."""
    return next((" ".join(clean(str(one)).split()) for one in root.xpath(path) if str(one).strip()), "")[:300]
