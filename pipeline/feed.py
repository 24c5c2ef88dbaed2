"""RSS 0.90 to 2.0 and Atom 0.3 and 1.0: the items of a feed's text as findings. Pure.

The only importer of feedparser, which gets text that we decoded, a few items at a time between the
feed's own tags, and hands back strings: dates, addresses and markup are read by our own rules, and
whether it is a feed, and whether it ends whole, is told by its text. A well-formed item goes to
feedparser's strict parser with others, an ill-formed one to its loose parser alone: one bad item
costs the others neither time nor text.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from html import unescape
from typing import Any
from xml.parsers import expat

import feedparser
from feedparser import datetimes
from feedparser.mixin import _FeedParserMixin

from pipeline import dates, drafts, feed_text, markup
from pipeline.drafts import Finding
from pipeline.feed_hints import hints
from pipeline.feed_parts import LARGEST_ITEM, Contents, Drop, Item, head
from pipeline.feed_text import FeedText, mended
from pipeline.media import first_picture, is_document, is_picture
from pipeline.model import Attachment, Basis, Image, When
from pipeline.text import clean
from pipeline.urls import absolute, canonical

_LONG_TEXT = 1_000  # characters that make a feed's description the article itself
_LONGEST_AUTHOR = 500
_LONGEST_NAME = 100
_LONGEST_ID = 500
_LOOSE_WEIGHT = 7  # feedparser's loose parser takes that many times as long
_ITEM_WEIGHT = 2_000  # characters that take as long as what each item costs besides its length
_TAG_WEIGHT = 40
_MOST_MARKS = 20_000  # tags and attributes of one item
_MOST_FILES = 50
_MOST_PREFIXES = 20
_CUT_OFF = 20_000  # characters of a broken item in which its title is looked for
_UNDECLARED = expat.errors.codes[expat.errors.XML_ERROR_UNBOUND_PREFIX]
_PREFIXED = re.compile(r"<([\w.-]{1,40}):|\s([\w.-]{1,40}):[\w.-]{1,40}\s{0,9}=")
_DECLARED = re.compile(r"xmlns:([\w.-]{1,40})")
_COUNTED = re.compile(r"<(?:slash:comments|thr:total)>[\s\d]{0,20}</[\w:]{1,20}>", re.IGNORECASE)

_sync_author_detail = _FeedParserMixin._sync_author_detail  # noqa: SLF001 - see below


def _sync_short_author_detail(self: Any, key: str = "author") -> None:
    """Shorten an author before feedparser looks for an address in it: 64 KB cost its regex 37 s of CPU."""
    context = self._get_context()
    if isinstance(context.get(key), str):
        context[key] = context[key][:_LONGEST_AUTHOR]
    _sync_author_detail(self, key)


def _add_no_tag(self: Any, _term: str | None, _scheme: str | None, _label: str | None) -> None:
    """Keep no categories, which nobody reads here: it looks for each among all before it."""
    self._get_context().setdefault("tags", [])


# No other way in. Dates are read by our own rules, so its readers of dates, a tenth of its time, get
# none; whether a text looks like HTML matters only to its sanitiser, which is not used.
_FeedParserMixin._sync_author_detail = _sync_short_author_detail  # noqa: SLF001
_FeedParserMixin._add_tag = _add_no_tag  # noqa: SLF001
_FeedParserMixin.looks_like_html = staticmethod(lambda _text: False)
datetimes._date_handlers.clear()  # noqa: SLF001


def contents(source: str, url: str) -> Contents:
    """Return what a feed's document holds.

    Args:
        source: its text.
        url: where it came from; base of relative addresses.

    Raises:
        Unreadable: it is no feed.
    """
    text = feed_text.opened(source)
    said = _head(text.head)
    home = absolute(url, _field(said, "link")) or url

    @cache
    def opening(at: int) -> str:
        return _opening(text, text.item(at))

    return Contents(
        items=tuple(_item(text.item(at), url, home) for at in range(len(text.spans))),
        weigh=lambda at: _weight(text.item(at), is_whole=bool(opening(at))),
        read=lambda places: _read(text, {at: opening(at) for at in places}, url, home),
        around=f"{text.opening}\0{url}\0{home}",
        hints=hints(
            text.head,
            url,
            ttl=_field(said, "ttl"),
            period=_field(said, "sy_updateperiod"),
            frequency=_field(said, "sy_updatefrequency"),
            links=[(_field(link, "rel"), _field(link, "href")) for link in said.get("links", ())],
        ),
        beyond=text.beyond,
        cut_off=_called(text.cut_off) if text.cut_off else "",
    )


def _said(source: str) -> Any:
    """Return what feedparser makes of a text.

    Raises:
        LookupError: its tags are crossed: it looks for a link in an item that began meanwhile.
    """
    return feedparser.parse(
        io.BytesIO(source.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )


def _head(source: str) -> Any:
    """Return what a feed says of itself, nothing where its tags are crossed."""
    try:
        return _said(mended(source))["feed"]
    except LookupError:
        return {}


def _item(told: str, url: str, home: str) -> Item:
    """Return an item before it is read."""
    if len(told) > LARGEST_ITEM or _marks(told) > _MOST_MARKS:
        return Item((), _called(told), told)
    named = feed_text.names(told)
    links = (absolute(url, link) for link in named.links)
    names = (*(one[:_LONGEST_ID] for one in named.ids), *(one for one in links if _leads(one, home)))
    return Item(
        names=tuple(dict.fromkeys(names)),
        head=head(named.title or told),
        told=_COUNTED.sub("", told),
    )


def _weight(told: str, *, is_whole: bool) -> int:
    """Return how much there is to read of an item, in characters of a well-formed one."""
    if len(told) > LARGEST_ITEM or _marks(told) > _MOST_MARKS:
        return _ITEM_WEIGHT
    factor = 1 if is_whole else _LOOSE_WEIGHT
    return factor * len(told) + _TAG_WEIGHT * told.count("<") + _ITEM_WEIGHT


def _marks(item: str) -> int:
    """Return how many tags and attributes an item has at most."""
    return item.count("<") + item.count("='") + item.count('="')


def _called(item: str) -> str:
    """Return what an item that is not read calls itself, for whoever looks why."""
    named = feed_text.names(item[:_CUT_OFF])
    return (named.title or next(iter((*named.ids, *named.links)), "…"))[:_LONGEST_NAME]


def _leads(link: str, home: str) -> bool:
    """Tell whether an address may be an item's own."""
    return canonical(link) not in ("", canonical(home))


def _opening(text: FeedText, item: str) -> str:
    """Return the tags with which feedparser's strict parser will take an item, "" if it will not."""
    if len(item) > LARGEST_ITEM or _marks(item) > _MOST_MARKS:
        return ""
    told = mended(item)
    if not (fault := _fault(f"{text.opening}{told}{text.closing}")):
        return text.opening
    opening = _declared(text, told) if fault == _UNDECLARED else text.opening
    return "" if opening == text.opening or _fault(f"{opening}{told}{text.closing}") else opening


def _fault(source: str) -> int:
    """Return expat's number of what is wrong with a text, 0 if it is well-formed."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(source.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        return error.code
    return 0


def _declared(text: FeedText, item: str) -> str:
    """Return the tags before an item with the prefixes that it uses and nobody has declared."""
    used = {one for found in _PREFIXED.finditer(item) for one in found.groups() if one}
    declared = set(_DECLARED.findall(f"{text.opening}{item}")) | {"xml", "xmlns"}
    missing = "".join(
        f' xmlns:{prefix}="urn:{prefix}"' for prefix in sorted(used - declared)[:_MOST_PREFIXES]
    )
    return f"{text.opening.removesuffix('>')}{missing}>"


def _read(text: FeedText, openings: dict[int, str], url: str, home: str) -> list[Finding | Drop]:
    """Return the findings of items: the well-formed ones in one reading, the others one by one."""
    items = {at: mended(text.item(at)) for at in openings}
    whole: dict[str, list[int]] = defaultdict(list)
    for at, opening in openings.items():
        if opening:
            whole[opening].append(at)
    entries: dict[int, Any] = {}
    for opening, some in whole.items():
        with suppress(LookupError):
            read = _said(f"{opening}{''.join(items[at] for at in some)}{text.closing}")["entries"]
            if len(read) == len(some):
                entries |= zip(some, read, strict=True)
    return [
        _finding(entries[at], url, home) if at in entries else _alone(text, item, url, home)
        for at, item in items.items()
    ]


def _alone(text: FeedText, item: str, url: str, home: str) -> Finding | Drop:
    """Return the finding of an ill-formed item, or why there is none."""
    called = _called(item)
    if _marks(item) > _MOST_MARKS:
        return ("too_much_markup", called)
    try:
        entries = _said(f"{_declared(text, item)}{item}{text.closing}")["entries"]
    except LookupError:
        return ("crossed_tags", called)
    return _finding(entries[0], url, home) if entries else ("crossed_tags", called)


def _finding(entry: Any, url: str, home: str) -> Finding:
    """Return what one item of a feed says; its name is found among all items."""
    link = absolute(url, unescape(_field(entry, "feedburner_origlink") or _field(entry, "link")))
    link = link if _leads(link, home) else ""
    base = link or url
    described = _field(entry, "summary")
    parts = [_field(part, "value") for part in entry.get("content", ())]
    summary = markup.text(described, base)
    whole = max((markup.text(part, base) for part in parts), key=len, default="")
    if not whole and len(summary) >= _LONG_TEXT:
        summary, whole = "", summary
    made = drafts.makers(_field(person, "name") for person in entry.get("authors", ()))
    origin = _field(entry.get("source") or {}, "title")
    stated = (_date(entry, "published") or _date(entry, "created") or _date(entry, "updated"),)
    updated = _date(entry, "updated")
    return Finding(
        guid=clean(_field(entry, "id")).strip()[:_LONGEST_ID],
        url=link,
        title=markup.line(_field(entry, "title")),
        summary="" if summary == whole else summary,
        text=whole,
        whens=tuple(when for when in stated if when),
        updated=updated.at if updated else None,
        authors=made.authors,
        credit=made.credit or markup.line(origin)[:_LONGEST_NAME],
        image=_image(entry, base, (described, *parts)),
        attachments=_attachments(entry, base),
        linked=markup.hosts(described, *parts),
    )


def _field(entry: Any, name: str) -> str:
    """Return a field that the feed itself has; feedparser's own `get` invents some from others."""
    value = dict.get(entry, name)
    return value if isinstance(value, str) else ""


def _date(entry: Any, name: str) -> When | None:
    """Return a date of an item, read from its raw text: feedparser gets 10 of 39 forms silently wrong."""
    return dates.parse(_field(entry, name), Basis.FEED)


def _enclosures(entry: Any) -> Iterator[tuple[str, str, str]]:
    """Yield (address, kind, title) of what a feed hands out with an item."""
    for one in entry.get("media_content") or ():
        yield _field(one, "url"), _field(one, "type") or _field(one, "medium"), ""
    for one in entry.get("links") or ():
        if _field(one, "rel") == "enclosure":
            yield _field(one, "href"), _field(one, "type"), _field(one, "title")


def _image(entry: Any, base: str, parts: Iterable[str]) -> Image | None:
    """Return an item's picture: what the feed calls one, else the first of its text."""
    called = [where for where, kind, _ in _enclosures(entry) if is_picture(where, kind)]
    thumbnails = [_field(one, "url") for one in entry.get("media_thumbnail") or ()]
    addresses = (absolute(base, where) for where in (*called, *thumbnails, first_picture(parts)))
    found = next((one for one in addresses if one), "")
    return Image(found) if found else None


def _attachments(entry: Any, base: str) -> tuple[Attachment, ...]:
    """Return the documents that an item hands out."""
    found = {
        address: Attachment(address, markup.line(title)[:_LONGEST_NAME])
        for where, kind, title in _enclosures(entry)
        if is_document(where, kind) and (address := absolute(base, where))
    }
    return tuple(found.values())[:_MOST_FILES]
