"""An Atom feed of ours: RFC 4287, 5005 and 6721 as the W3C feed validator reads them, and harder. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urljoin

from lxml import etree

from tests.feeds.rules import broken
from tests.feeds.rules_document import (
    AT,
    ATOM,
    DC,
    DCTERMS,
    FH,
    LANG,
    MANY,
    SY,
    TEXT,
    Shape,
    one_of,
    structure,
)
from tests.feeds.rules_document import EMPTY as NOTHING
from tests.feeds.rules_media import SHAPES as MEDIA_SHAPES
from tests.feeds.rules_media import media
from tests.feeds.rules_text import markup, plain
from tests.feeds.rules_values import identifier, instant, language, link, media_type, number, rfc3339, uri

_HISTORY = frozenset({"current", "first", "last", "next", "next-archive", "prev-archive", "previous"})
_RELS = _HISTORY | frozenset(
    [
        "alternate",
        "describedby",
        "edit",
        "edit-media",
        "enclosure",
        "hub",
        "license",
        "payment",
        "related",
        "replies",
        "search",
        "self",
        "service",
        "up",
        "via",
    ]
)
_NEVER = instant(None)
_LINK = one_of("rel", "type", "hreflang", "title", "length", "href")
_SELVES = {"application/atom+xml", "application/rss+xml", "application/rdf+xml"}
_PERSON = Shape(
    children={f"{ATOM}name": (1, 1, TEXT), f"{ATOM}uri": (0, 1, TEXT), f"{ATOM}email": (0, 1, TEXT)}
)
_TYPED = one_of("type", is_text=True)
_COMMON = {
    f"{ATOM}id": (1, 1, TEXT),
    f"{ATOM}title": (1, 1, _TYPED),
    f"{ATOM}updated": (1, 1, TEXT),
    f"{ATOM}author": (0, MANY, _PERSON),
    f"{ATOM}contributor": (0, MANY, _PERSON),
    f"{ATOM}category": (0, MANY, one_of("term", "scheme", "label")),
    f"{ATOM}link": (0, MANY, _LINK),
    f"{ATOM}rights": (0, 1, _TYPED),
}
_OF_FEED = {
    f"{ATOM}subtitle": (0, 1, _TYPED),
    f"{ATOM}generator": (0, 1, one_of("uri", "version", is_text=True)),
    f"{ATOM}icon": (0, 1, TEXT),
    f"{ATOM}logo": (0, 1, TEXT),
}
_SOURCE = Shape(children={**_COMMON, **_OF_FEED})
_ENTRY = Shape(
    children={
        **_COMMON,
        f"{ATOM}published": (0, 1, TEXT),
        f"{ATOM}summary": (0, 1, _TYPED),
        f"{ATOM}content": (0, 1, one_of("type", "src", is_text=True)),
        f"{ATOM}source": (0, 1, _SOURCE),
        f"{DC}creator": (0, MANY, TEXT),
        f"{DC}language": (0, 1, TEXT),
        f"{DC}publisher": (0, MANY, TEXT),
        **MEDIA_SHAPES,
    }
)
_GRAVE = Shape(
    frozenset({"ref", "when"}),
    children={
        f"{AT}comment": (0, 1, _TYPED),
        f"{AT}by": (0, 1, _PERSON),
        f"{DCTERMS}isReplacedBy": (0, 1, TEXT),
        f"{ATOM}link": (0, MANY, _LINK),
        f"{ATOM}source": (0, 1, _SOURCE),
    },
)
_FEED = Shape(
    children={
        **_COMMON,
        **_OF_FEED,
        f"{ATOM}entry": (0, MANY, NOTHING),
        f"{AT}deleted-entry": (0, MANY, _GRAVE),
        f"{FH}archive": (0, 1, NOTHING),
        f"{FH}complete": (0, 1, NOTHING),
        f"{SY}updatePeriod": (0, 1, TEXT),
        f"{SY}updateFrequency": (0, 1, TEXT),
    }
)


def feed(root: etree._Element, *, now: datetime | None, url: str | None) -> list[str]:
    """Check everything of a feed but its entries; `url` is where it was found."""
    if root.tag != f"{ATOM}feed":
        return broken("InvalidNamespace", root.tag)
    found = structure(_bare(root), _FEED)
    found += _placed(root) + _common(root, now) + links(root)
    found += [] if root.get(LANG) else broken("NoLanguage", "feed")
    found += _own(root, url) + _history(root, url)
    entries = root.findall(f"{ATOM}entry")
    found += _repeated(entries) + _tombstones(root, entries, now)
    for name in ("subtitle", "rights"):
        found += [problem for one in root.findall(f"{ATOM}{name}") for problem in plain(name, one.text)]
    return found + _newest(root)


def entry(of: etree._Element, *, now: datetime | None, has_feed_author: bool = True) -> list[str]:
    """Check one entry by itself."""
    found = structure(of, _ENTRY) + _common(of, now) + links(of) + media(of)
    for one in of.findall(f"{ATOM}published"):
        found += rfc3339(one.text, now)
        if instant(one.text) > instant(of.findtext(f"{ATOM}updated")):
            found += broken("PublishedAfterUpdated", one.text)
    authors = of.findall(f"{ATOM}author") + of.findall(f"{ATOM}source/{ATOM}author")
    found += [] if authors or has_feed_author else broken("MissingElement", "author")
    if of.find(f"{ATOM}source") is not None and not authors:
        found += broken("AuthorIsMissing", of.findtext(f"{ATOM}id"))
    found += _texts(of)
    for source in of.findall(f"{ATOM}source"):
        found += _common(source, now) + links(source)
    for one in of.findall(f"{DC}language"):
        found += language(one.text)
    return found


def links(of: etree._Element) -> list[str]:
    """Check the links of a feed, a channel, an entry, a source or a tombstone."""
    found: list[str] = []
    all_links = of.findall(f"{ATOM}link")
    for one in all_links:
        rel = one.get("rel")
        if one.get("href") is None:
            found += broken("MissingHref", rel)
        else:
            is_own = rel == "self" and "//" not in one.get("href", "")
            found += (
                broken("RelativeSelf", one.get("href")) if is_own else link(f"link {rel}", one.get("href"))
            )
        for name in ("rel", "title"):
            found += broken("AttrNotBlank", name) if one.get(name) == "" else []
        if rel and rel not in _RELS and uri("rel", rel):
            found += broken("UnregisteredAtomLinkRel", rel)
        if rel in _HISTORY and of.tag == f"{ATOM}entry":
            found += broken("FeedHistoryRelInEntry", rel)
        if one.get("type") is not None:
            found += media_type(one.get("type"))
            if rel == "self" and (one.get("type") or "").split(";")[0] not in _SELVES:
                found += broken("SelfNotAtom", one.get("type"))
        found += number(one.get("length"), least=0) if one.get("length") is not None else []
        found += language(one.get("hreflang")) if one.get("hreflang") is not None else []
        found += plain("link title", one.get("title")) if one.get("title") else []
    kinds = Counter(
        (one.get("type"), one.get("hreflang")) for one in all_links if one.get("rel") == "alternate"
    )
    found += broken("DuplicateAtomLink", kinds) if any(count > 1 for count in kinds.values()) else []
    same = Counter((one.get("rel"), one.get("href")) for one in all_links)
    return found + (broken("DuplicateLink", same) if any(count > 1 for count in same.values()) else [])


def _bare(root: etree._Element) -> etree._Element:
    """Return a feed whose entries are empty: they are checked by themselves."""
    copy = etree.Element(root.tag, {str(name): str(value) for name, value in root.items()})
    copy.text = root.text
    for child in root:
        if child.tag == f"{ATOM}entry":
            etree.SubElement(copy, f"{ATOM}entry").tail = child.tail
        elif isinstance(child.tag, str):
            copy.append(etree.fromstring(etree.tostring(child)))
    return copy


def _placed(root: etree._Element) -> list[str]:
    """Check that nothing of Atom about the feed comes behind an entry."""
    tags = [child.tag for child in root if isinstance(child.tag, str)]
    first = tags.index(f"{ATOM}entry") if f"{ATOM}entry" in tags else len(tags)
    late = [tag for tag in tags[first:] if tag.startswith(ATOM) and tag != f"{ATOM}entry"]
    return broken("MisplacedMetadata", late) if late else []


def _common(of: etree._Element, now: datetime | None) -> list[str]:
    found = identifier(of.findtext(f"{ATOM}id", ""))
    title = of.find(f"{ATOM}title")
    if title is not None:
        found += plain("title", title.text) + _type(title)
    for one in of.findall(f"{ATOM}updated"):
        found += rfc3339(one.text, now)
    for name in of.iterfind(f"{ATOM}author/{ATOM}name"):
        found += plain("author", name.text)
    for address in of.iterfind(f"{ATOM}author/{ATOM}uri"):
        found += link("author", address.text)
    for part in ("icon", "logo"):
        found += [problem for one in of.findall(f"{ATOM}{part}") for problem in link(part, one.text)]
    for one in of.findall(f"{ATOM}generator"):
        found += plain("generator", one.text)
        found += link("generator", one.get("uri")) if one.get("uri") is not None else []
    categories = of.findall(f"{ATOM}category")
    for one in categories:
        found += broken("MissingAttribute", "term") if one.get("term") is None else []
        found += (
            plain("label", one.get("label")) if one.get("label") else broken("EmptyCategory", one.get("term"))
        )
        found += (
            uri("scheme", one.get("scheme")) if one.get("scheme") else broken("NoScheme", one.get("term"))
        )
    said = Counter((one.get("scheme"), one.get("term")) for one in categories)
    return found + (broken("DuplicateCategory", said) if any(count > 1 for count in said.values()) else [])


def _type(of: etree._Element) -> list[str]:
    kind = of.get("type", "text")
    if of.tag == f"{ATOM}content" and kind not in {"text", "html", "xhtml"}:
        return media_type(kind)
    return [] if kind in {"text", "html", "xhtml"} else broken("InvalidTextType", kind)


def _texts(of: etree._Element) -> list[str]:
    found: list[str] = []
    for name in ("summary", "content"):
        for one in of.findall(f"{ATOM}{name}"):
            found += _type(one)
            is_html = one.get("type") == "html"
            found += markup(name, one.text or "") if is_html else plain(name, one.text)
            found += broken("NotBlank", name) if is_html and not (one.text or "").strip() else []
    if of.find(f"{ATOM}summary") is None:
        content = of.find(f"{ATOM}content")
        if content is None or content.get("src"):
            found += broken("MissingTextualContent", of.findtext(f"{ATOM}id"))
    alternates = [one for one in of.findall(f"{ATOM}link") if one.get("rel", "alternate") == "alternate"]
    if not alternates:
        rule = "MissingContentOrAlternate" if of.find(f"{ATOM}content") is None else "NoAlternate"
        found += broken(rule, of.findtext(f"{ATOM}id"))
    return found


def _own(root: etree._Element, url: str | None) -> list[str]:
    own = [one for one in root.findall(f"{ATOM}link") if one.get("rel") == "self"]
    if not own:
        return broken("MissingSelf")
    found = broken("DuplicateLink", "two selves") if len(own) > 1 else []
    if url is not None and urljoin(url, own[0].get("href", "")) != url:
        found += broken("SelfDoesntMatchLocation", f"{own[0].get('href')} at {url}")
    return found


def _history(root: etree._Element, url: str | None) -> list[str]:
    rels = {one.get("rel"): one.get("href") for one in root.findall(f"{ATOM}link")}
    here = url or rels.get("self")
    found: list[str] = []
    if root.find(f"{FH}complete") is not None:
        for rel in sorted(_HISTORY & set(rels) - {"current"}):
            found += broken("FeedRelInCompleteFeed", rel)
        if rels.get("current", here) != here:
            found += broken("CurrentNotSelfInCompleteFeed", rels["current"])
    elif root.find(f"{FH}archive") is not None:
        found += [] if {"prev-archive", "next-archive"} & set(rels) else broken("ArchiveIncomplete")
        found += [] if "current" in rels else broken("MissingCurrentInArchive")
    for end, past in (("first", "previous"), ("last", "next")):
        if rels.get(end) == here and end in rels and past in rels:
            found += broken("LinkPastEnd", past)
    return found


def _repeated(entries: Sequence[etree._Element]) -> list[str]:
    ids = Counter(one.findtext(f"{ATOM}id") for one in entries)
    dates = Counter(one.findtext(f"{ATOM}updated") for one in entries)
    found = [broken("DuplicateEntries", one)[0] for one, count in ids.items() if count > 1]
    if len(entries) > 9 and len(ids) == 1:
        found = broken("DuplicateIds", next(iter(ids)))
    return found + [broken("DuplicateUpdated", one)[0] for one, count in dates.items() if count > 1]


def _tombstones(root: etree._Element, entries: Sequence[etree._Element], now: datetime | None) -> list[str]:
    """RFC 6721 section 3: ref and when, no pair twice; beside an entry, the later of the two counts."""
    graves = root.findall(f"{AT}deleted-entry")
    pairs = Counter((one.get("ref"), one.get("when")) for one in graves)
    found = broken("BadTombstone", "twice") if any(count > 1 for count in pairs.values()) else []
    standing = {one.findtext(f"{ATOM}id"): instant(one.findtext(f"{ATOM}updated")) for one in entries}
    for one in graves:
        found += rfc3339(one.get("when"), now) + identifier(one.get("ref")) + links(one)
        if standing.get(one.get("ref"), _NEVER) > instant(one.get("when")):
            found += broken("BadTombstone", f"{one.get('ref')} was told again behind it")
        for source in one.findall(f"{ATOM}source"):
            found += _common(source, now) + links(source)
    return found


def _newest(root: etree._Element) -> list[str]:
    dates = [instant(one.text) for one in root.findall(f"{ATOM}entry/{ATOM}updated")]
    dates += [instant(one.get("when")) for one in root.findall(f"{AT}deleted-entry")]
    said = root.findtext(f"{ATOM}updated")
    return broken("FeedDateIsNotTheNewest", said) if dates and instant(said) != max(dates) else []
