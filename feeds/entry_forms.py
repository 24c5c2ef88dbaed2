"""What feedgen cannot write of an entry, in Atom and in RSS. Pure.

Each class is an extension of one entry of feedgen's: it is handed the finished `Item` and the element.
Names of namespaces are declared at the root (`ATOM_NAMESPACES`, `RSS_NAMESPACES`), so that an entry has the
same bytes in every document.
"""

from email.utils import format_datetime

from lxml import etree

from feeds.item import Item, Origin
from feeds.tellings import Link

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
ATOM_NAMESPACES = {"media": MEDIA}
RSS_NAMESPACES = {"dc": DC, "media": MEDIA}

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_OURS = "Tin này trên Tin Tỉnh"
_PAGE = "text/html"


class AtomEntry:
    """An entry's language, its links with their meaning, its publication, its source and its picture."""

    def __init__(self, one: Item) -> None:
        self._item = one

    def extend_atom(self, entry: etree._Element) -> None:
        """Write into feedgen's element."""
        one = self._item
        entry.set(_LANG, one.language)
        for bare in entry.findall("link"):
            entry.remove(bare)
        etree.SubElement(entry, "link", rel="alternate", type=_PAGE, href=one.url)
        for rel, link in _elsewhere(one):
            etree.SubElement(entry, "link", rel=rel, type=_PAGE, href=link.url, title=link.title)
        if one.published:
            etree.SubElement(entry, "published").text = one.published.isoformat()
        atom_source(entry, one.origin)
        _picture(entry, one)


class RssItem:
    """An item's language, its other places, its people by name, its dates, its source and its picture."""

    def __init__(self, one: Item) -> None:
        self._item = one

    def extend_rss(self, entry: etree._Element) -> None:
        """Write into feedgen's element."""
        one = self._item
        for author in one.authors:
            etree.SubElement(entry, f"{{{DC}}}creator").text = author.name
        if one.agency:
            etree.SubElement(entry, f"{{{DC}}}contributor").text = one.agency
        etree.SubElement(entry, f"{{{DC}}}language").text = one.language
        if one.published:
            etree.SubElement(entry, "pubDate").text = format_datetime(one.published)
        etree.SubElement(entry, f"{{{ATOM}}}updated").text = one.updated.isoformat()
        for rel, link in _elsewhere(one):
            etree.SubElement(entry, f"{{{ATOM}}}link", rel=rel, type=_PAGE, href=link.url, title=link.title)
        if one.origin:
            etree.SubElement(entry, "source", url=one.origin.url).text = one.origin.title
        _picture(entry, one)


def atom_source(parent: etree._Element, origin: Origin | None) -> None:
    """Add atom:source; without its alternate link, readers show the source's id as its address."""
    if origin is None:
        return
    source = etree.SubElement(parent, "source")
    etree.SubElement(source, "id").text = origin.id
    etree.SubElement(source, "title").text = origin.title
    etree.SubElement(source, "updated").text = origin.updated.isoformat()
    etree.SubElement(source, "link", rel="alternate", type=_PAGE, href=origin.url)


def _elsewhere(one: Item) -> list[tuple[str, Link]]:
    """Return our page, then the pages of the others who tell it (RFC 4287 section 4.2.7.2)."""
    ours = [("related", Link(one.page, _OURS))] if one.page != one.url else []
    return ours + [("via", link) for link in one.via]


def _picture(parent: etree._Element, one: Item) -> None:
    """Add media:content (Media RSS 1.5.1); the type is left out where the address does not tell it.

    Its caption is told beside a text only: feedparser takes the caption of an entry without one for its text.
    """
    if one.picture is None:
        return
    media = etree.SubElement(parent, f"{{{MEDIA}}}content", url=one.picture.url, medium="image")
    if one.picture.type:
        media.set("type", one.picture.type)
    if one.picture.caption and one.content:
        etree.SubElement(media, f"{{{MEDIA}}}description", type="plain").text = one.picture.caption
