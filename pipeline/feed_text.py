"""Where a feed's items stand in its text, before any parser sees it. Pure.

An item is cut out by its tags, so that one broken item spoils no other, a cut-off one is never taken
for whole, and a long feed is read in parts. CDATA and comments are stepped over; what else is wrong
with the markup is left to the parser. Every walk is linear in the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from html.entities import html5

from pipeline.errors import Unreadable
from pipeline.text import clean

MOST_ITEMS = 2_000  # of a feed; 50,000 cost feedparser 20 s
_LONGEST_TAG = 20_000  # characters of the root's start tag
_LONGEST_CHANNEL_TAG = 5_000
_LARGEST_HEAD = 50_000  # characters before the first item that are asked what the feed says of itself
_LONGEST_NAME = 2_000
_LONGEST_ATTRIBUTE = 8_000  # longer ones are data: URLs, or mischief: xml:base is joined at every tag
_LONGEST_SHORT = 1_500  # characters of a CDATA section that may hold a name

_PREFIX = r"(?:(?P<prefix>[\w.-]{1,40}):)?"
_ROOT = re.compile(rf"<{_PREFIX}(?P<name>rss|feed|rdf|channel)(?=[\s>])", re.IGNORECASE)
_CHANNEL = re.compile(
    rf"<(?:[\w.-]{{1,40}}:)?channel(?=[\s>])[^<>]{{0,{_LONGEST_CHANNEL_TAG}}}>", re.IGNORECASE
)
_STEP = re.compile(rf"<!\[CDATA\[|<!--|<(?P<end>/?){_PREFIX}(?P<name>item|entry)(?=[\s/>])", re.IGNORECASE)
_OVER = re.compile(r"</(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)\s{0,9}>", re.IGNORECASE)
_TAG_NAME = re.compile(r"<([\w.:-]{1,90})")
_AT_END = re.compile(
    r"(?:</(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)\s{0,9}>\s{0,99})+(?:<!--[^<>]{0,500}-->\s{0,99}){0,9}\Z",
    re.IGNORECASE,
)
_TAIL = 2_000  # characters in which a feed's last tags stand
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_HTML_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_PASSWORD = re.compile(r"<input[^<>]{0,500}type\s{0,5}=\s{0,5}[\"']?password", re.IGNORECASE)
_LOOSE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][\da-fA-F]{1,6});)(?:(?P<name>\w{1,32});)?")
_LONG_ATTRIBUTE = re.compile(
    rf"=\s{{0,9}}(?:\"[^\"<]{{{_LONGEST_ATTRIBUTE},}}\"|'[^'<]{{{_LONGEST_ATTRIBUTE},}}')"
)
_DATA = re.compile(r"(data:[\w/+.-]{1,60};base64,)[A-Za-z0-9+/=%\s]{1000,}")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_NAMED = re.compile(
    rf"<(?:[\w.-]{{1,40}}:)?(?P<name>guid|id|link|origlink|title)(?P<attributes>\s[^<>]{{0,{_LONGEST_NAME}}})?"
    rf"(?:/>|>(?P<text>[^<]{{0,{_LONGEST_NAME}}}))",
    re.IGNORECASE,
)
_HREF = re.compile(r"""(?<![\w:-])(?:href|rdf:about)\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedText:
    """A feed's text with the places of its items.

    Args:
        source: the text.
        opening, closing: the tags that stand around every item, with their namespaces.
        head: what the feed says of itself, without its items.
        spans: first and last place of each item, at most MOST_ITEMS.
        beyond: how many items more it has.
        cut_off: the partial item at its end, which is not among the others, else "".
    """

    source: str
    opening: str
    closing: str
    head: str
    spans: tuple[tuple[int, int], ...]
    beyond: int
    cut_off: str

    def item(self, index: int) -> str:
        """Return an item as it stands in the text, without pictures and the like that are written into it."""
        start, end = self.spans[index]
        item = self.source[start:end]
        if len(item) > _LONGEST_ATTRIBUTE:
            item = _LONG_ATTRIBUTE.sub('=""', _DATA.sub(r"\1", item))
        return item


@dataclass(frozen=True, slots=True)
class Names:
    """What an item calls itself, as far as its text tells without a parser."""

    ids: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    title: str = ""


def opened(source: str) -> FeedText:
    """Find the items of a feed.

    Raises:
        Unreadable: it is no feed, and says what it is if that can be told; or it is cut off before its items.
    """
    root = _ROOT.search(source)
    if root is None:
        raise Unreadable("feed", _what_else(source))
    spans, cut_at = _items(source, root.start(), is_atom=root["name"].lower() == "feed")
    if not spans and _HTML.match(source):
        raise Unreadable("feed", _what_else(source))
    tag_end = source.find(">", root.start(), root.start() + _LONGEST_TAG)
    has_items = spans or cut_at >= 0
    if tag_end < 0 or not (has_items or _OVER.search(source, tag_end) or source[tag_end - 1] == "/"):
        raise Unreadable("feed", "cut off before its first item")
    first = spans[0][0] if spans else cut_at if cut_at >= 0 else len(source)
    tags = [source[root.start() : tag_end + 1].removesuffix("/>").removesuffix(">") + ">"]
    if root["name"].lower() != "channel" and (channel := _CHANNEL.search(source, tag_end, first)):
        tags.append(channel[0].removesuffix("/>").removesuffix(">") + ">")
    closing = "".join(f"</{name[1]}>" for tag in tags[::-1] if (name := _TAG_NAME.match(tag)))
    head = _without_list(source[tag_end + 1 : first])[:_LARGEST_HEAD]
    tail = closing if cut_at >= 0 else source[spans[-1][1] :][:_LARGEST_HEAD] if spans else ""
    return FeedText(
        source,
        "".join(tags),
        closing,
        f"{tags[0]}{head}{tail}",
        tuple(spans[:MOST_ITEMS]),
        max(len(spans) - MOST_ITEMS, 0),
        source[cut_at:] if cut_at >= 0 else "",
    )


def _without_list(head: str) -> str:
    """Return a head without RSS 1.0's list of the items to come."""
    start, end = head.find("<items"), head.find("</items>")
    return head[:start] + head[end + len("</items>") :] if 0 <= start < end else head


def _what_else(source: str) -> str:
    """Return what a text is that is no feed."""
    if not _HTML.match(source):
        return "neither RSS nor Atom nor JSON Feed"
    title = _HTML_TITLE.search(source, 0, 20_000)
    named = f" (“{' '.join(unescape(clean(title[1])).split())[:100]}”)" if title else ""
    kind = "a login page" if _PASSWORD.search(source) else "an HTML page"
    return f"{kind}{named} in place of a feed"


def _items(source: str, start: int, *, is_atom: bool) -> tuple[list[tuple[int, int]], int]:
    """Return the places of the items, and where one begins within which the text ends, else -1.

    An item that is not closed ends where the next begins, or the feed ends.
    """
    wanted = ("entry", "item") if is_atom else ("item", "entry")
    spans, cut_at = _elements(source, start, wanted[0])
    return (spans, cut_at) if spans or cut_at >= 0 else _elements(source, start, wanted[1])


def _elements(source: str, at: int, name: str) -> tuple[list[tuple[int, int]], int]:
    """Return the places of the items that are elements of one name, by the prefix of the first."""
    spans: list[tuple[int, int]] = []
    prefix: str | None = None
    begun = -1
    endless: set[str] = set()
    while step := _STEP.search(source, at):
        at = step.end()
        if step["name"] is None:
            at = _stepped_over(source, step, endless)
            continue
        if step["name"].lower() != name or prefix not in (None, step["prefix"] or ""):
            continue
        prefix = step["prefix"] or ""
        tag_end = source.find(">", at)
        if tag_end < 0:
            return spans, begun if step["end"] else step.start()
        if begun >= 0:
            spans.append((begun, tag_end + 1 if step["end"] else step.start()))
        begun = -1 if step["end"] else step.start()
        if not step["end"] and source[tag_end - 1] == "/":
            spans.append((begun, tag_end + 1))
            begun = -1
        at = tag_end
    if begun >= 0 and (over := _AT_END.search(source, max(begun, len(source) - _TAIL))):
        spans.append((begun, over.start()))
        begun = -1
    return spans, begun


def _stepped_over(source: str, step: re.Match[str], endless: set[str]) -> int:
    """Return where a CDATA section or a comment ends; one without an end is no more than its own mark."""
    end = _CDATA_END if step[0].startswith(_CDATA[:3]) else "-->"
    found = -1 if end in endless else source.find(end, step.end())
    if found < 0:
        endless.add(end)
        return step.end()
    return found + len(end)


def mended(source: str) -> str:
    """Return a part of a feed with entities that XML knows; CDATA as it is.

    Entities of HTML and bare ampersands are mended, so that feedparser's strict parser can read what
    else falls to its loose one, at seven times the cost.
    """
    return "".join(part if is_raw else _LOOSE.sub(_known, part) for is_raw, part in _sections(source))


def _sections(source: str) -> Iterator[tuple[bool, str]]:
    """Yield a text in parts with whether each is a CDATA section."""
    at = 0
    while (start := source.find(_CDATA, at)) >= 0 and (end := source.find(_CDATA_END, start)) >= 0:
        yield False, source[at:start]
        at = end + len(_CDATA_END)
        yield True, source[start:at]
    yield False, source[at:]


def _known(found: re.Match[str]) -> str:
    """Return an entity of HTML as its character, any other ampersand escaped."""
    name = found["name"]
    return html5.get(f"{name};") or f"&amp;{name or ''}{';' if name else ''}"


def names(item: str) -> Names:
    """Return what an item calls itself: ids, links and the first title, each clean and without markup."""
    ids: list[str] = []
    links: list[str] = []
    title = ""
    told = "".join(_short(part) if is_raw else part for is_raw, part in _sections(item))
    for found in _NAMED.finditer(told):
        name, text = found["name"].lower(), _plain(found["text"] or "")
        if name == "title":
            title = title or text
        elif name in ("guid", "id"):
            ids.append(text)
        else:
            href = _HREF.search(found["attributes"] or "")
            links.append(_plain(href[1] or href[2] or "") if href else text)
    about = _HREF.search(item, 0, min(item.find(">") + 1, _LONGEST_NAME))
    if about:
        ids.append(_plain(about[1] or about[2] or ""))
    return Names(tuple(filter(None, ids)), tuple(filter(None, links)), title)


def _short(section: str) -> str:
    """Return a CDATA section as text if it may be a name; contents of articles are left out."""
    return escape(section[len(_CDATA) : -len(_CDATA_END)]) if len(section) <= _LONGEST_SHORT else ""


def _plain(text: str) -> str:
    return unescape(clean(text)).strip()
