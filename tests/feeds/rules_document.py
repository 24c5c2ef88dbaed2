"""An XML document as such: its encoding, its namespaces, and which element may stand where. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from tests.feeds.rules import broken
from tests.feeds.rules_text import characters
from tests.feeds.rules_values import language, normal

ATOM = "{http://www.w3.org/2005/Atom}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
DCTERMS = "{http://purl.org/dc/terms/}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
FH = "{http://purl.org/syndication/history/1.0}"
MEDIA = "{http://search.yahoo.com/mrss/}"
SY = "{http://purl.org/rss/1.0/modules/syndication/}"
XML = "{http://www.w3.org/XML/1998/namespace}"
LANG = f"{XML}lang"

_MOST_BYTES = 5_000_000  # the validator reads no further
_PREFIXES = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atompub/tombstones/1.0": "at",  # unknown to the validator: the one exception
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://purl.org/syndication/thread/1.0": "thr",
    "http://search.yahoo.com/mrss/": "media",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://www.georss.org/georss": "georss",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
_UNSUPPORTED = {"https://schema.org/", "http://schema.org/", "https://podcastindex.org/namespace/1.0"}
_DECLARED = re.compile(rb"""<\?xml\s+version\s*=\s*["']([^"']*)["'](?:\s+encoding\s*=\s*["']([^"']*)["'])?""")


@dataclass(frozen=True, slots=True)
class Shape:
    """What an element may hold: attributes, text, and children by name as (least, most, their shape)."""

    attributes: frozenset[str] = frozenset()
    is_text: bool = False
    children: Mapping[str, tuple[int, int, "Shape"]] = field(default_factory=dict)


MANY = 10_000
TEXT = Shape(is_text=True)
EMPTY = Shape()


def one_of(*attributes: str, is_text: bool = False) -> Shape:
    """Return the shape of an element with these attributes and no children."""
    return Shape(frozenset(attributes), is_text)


def document(data: bytes) -> tuple[etree._Element | None, list[str]]:
    """Read a document; return its root (None if it has none) and what is wrong with it as XML."""
    found = broken("SAXError", "more than 5 MB") if len(data) > _MOST_BYTES else []
    head = data.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED.match(head)
    if declared and declared[1] != b"1.0":
        return None, found + broken("BadXmlVersion", declared[1])
    said = declared[2] if declared else None
    encoding = "utf-8" if said is None else said.decode("ascii", "replace").lower()
    if encoding != "utf-8":
        return None, found + broken("ObscureEncoding" if encoding else "UnknownEncoding", encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, found + broken("UnicodeError", error)
    if "<!DOCTYPE" in text[:500]:
        return None, found + broken("InvalidDoctype", text[:80])
    try:
        root = etree.fromstring(
            data, etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
        )
    except etree.XMLSyntaxError as error:
        rule = "UndefinedNamedEntity" if "Entity" in str(error) else "SAXError"
        return None, found + broken(rule, error)
    return root, found + _namespaces(root)


def _namespaces(root: etree._Element) -> list[str]:
    found: list[str] = []
    is_atom = root.tag == f"{ATOM}feed"
    for prefix, uri in _declarations(root):
        known = _PREFIXES.get(uri)
        if uri == "http://search.yahoo.com/mrss":
            found += broken("MediaRssNamespace", uri)
        elif uri in _UNSUPPORTED:
            found += broken("UnsupportedNamespace", uri)
        elif known is None and prefix in _PREFIXES.values():
            found += broken("ReservedPrefix", f"{prefix} for {uri}")
        elif known is None:
            found += broken("UnknownNamespace", uri)
        elif prefix in {"atom", "xhtml"} and is_atom:
            found += broken("AvoidNamespacePrefix", prefix)
        elif prefix and prefix != known:
            found += broken("ReservedPrefix", f"{prefix} for {uri}, which is known as {known}")
    return found


def _declarations(root: etree._Element) -> Iterator[tuple[str | None, str]]:
    """Yield the namespaces of every element that declares one, each pair once."""
    seen: set[tuple[str | None, str]] = set()
    for one in root.iter(etree.Element):
        if one is root or one.nsmap != one.getparent().nsmap:  # type: ignore[union-attr]
            fresh = set(one.nsmap.items()) - seen
            seen |= fresh
            yield from sorted(fresh, key=str)


def strings(root: etree._Element) -> list[str]:
    """Check every string of a document."""
    texts = [text for one in root.iter() for text in (one.text or "", one.tail or "", *one.attrib.values())]
    found = characters(texts) + normal(texts)
    return found + [
        problem
        for one in root.iter(etree.Element)
        if LANG in one.attrib
        for problem in language(one.get(LANG))
    ]


def structure(of: etree._Element, shape: Shape, *, is_rss: bool = False) -> list[str]:
    """Check that an element holds what it may, all the way down."""
    name = _short(of.tag)
    found: list[str] = []
    for attribute in map(str, of.keys()):
        if attribute in shape.attributes or attribute.startswith(XML):
            continue
        is_extension = is_rss and attribute.startswith("{")
        found += broken(
            "UseOfExtensionAttr" if is_extension else "UnexpectedAttribute", f"{attribute} of {name}"
        )
    loose = [of.text, *(child.tail for child in of)]
    if not shape.is_text and any(text and text.strip() for text in loose):
        found += broken("AtomLinkNotEmpty" if of.tag == f"{ATOM}link" else "UnexpectedText", f"in {name}")
    counts: dict[str, int] = {}
    for child in of:
        if not isinstance(child.tag, str):
            continue  # a comment or an instruction
        counts[child.tag] = counts.get(child.tag, 0) + 1
        if child.tag not in shape.children:
            rule = "NotInANamespace" if not child.tag.startswith("{") and not is_rss else "UndefinedElement"
            found += broken(rule, f"{_short(child.tag)} in {name}")
            continue
        found += structure(child, shape.children[child.tag][2], is_rss=is_rss)
    for tag, (least, most, _) in shape.children.items():
        if counts.get(tag, 0) > most:
            found += broken("DuplicateElement", f"{counts[tag]} × {_short(tag)} in {name}")
        if counts.get(tag, 0) < least:
            found += broken(_missing(of.tag, tag), f"no {_short(tag)} in {name}")
    return found


def _missing(of: str, tag: str) -> str:
    if of == f"{ATOM}source":
        return "MissingSourceElement"
    named = {"title": "MissingTitle", "link": "MissingLink", "description": "MissingDescription"}
    return named.get(tag, "MissingElement") if of in {"channel", "image"} else "MissingElement"


def _short(tag: object) -> str:
    return str(tag).rpartition("}")[2]
