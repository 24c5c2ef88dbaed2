"""A semantic checker of published feeds: what a validator asks, and what it does not see.

The rules are those of the W3C feed validator that our feeds can break (RFC 4287, RSS 2.0, RSS
Best Practices Profile, RFC 6721), plus the ones it is silent about: the channel's link is the page
and not the hub, authors are there, text is NFC, HTML is balanced and has no tag but ours.
Each problem is one sentence; no problem is an empty list.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_RFC822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
_URI = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_TAG_URI = re.compile(r"tag:[a-z0-9.-]+,\d{4}-\d\d-\d\d:[A-Za-z0-9._~:/?@!$&'()*+,;=%-]+")
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")

_FEED_CHILDREN = {"id", "title", "subtitle", "updated", "author", "link", "generator", "entry"}
_ENTRY_CHILDREN = {
    "id", "title", "updated", "published", "author", "link", "category", "summary", "content", "source",
}  # fmt: skip
_CHANNEL_CHILDREN = {
    "title", "link", "description", "language", "lastBuildDate", "generator", "docs", "item", f"{ATOM}link",
}  # fmt: skip
_ITEM_CHILDREN = {
    "title", "link", "description", "guid", "pubDate", "category", "source",
    f"{DC}creator", f"{ATOM}updated", f"{CONTENT}encoded",
}  # fmt: skip


def check_atom(data: bytes) -> list[str]:
    """Return what is wrong with an Atom feed of ours."""
    feed = etree.fromstring(data)
    found = [] if feed.tag == f"{ATOM}feed" else [f"root is {feed.tag}"]
    found += _children(feed, {f"{ATOM}{name}" for name in _FEED_CHILDREN} | {f"{AT}deleted-entry"})
    found += _once(feed, *(f"{ATOM}{name}" for name in ("id", "title", "updated", "author", "generator")))
    found += [] if feed.get(_LANG) == "vi" else ["no xml:lang"]
    found += _atom_common(feed)
    found += _atom_links(feed, self_type="application/atom+xml")
    entries = feed.findall(f"{ATOM}entry")
    for entry in entries:
        found += _atom_entry(entry)
    found += _unique("entry id", [entry.findtext(f"{ATOM}id") for entry in entries])
    found += _tombstones(feed, entries)
    instants = [_instant(one.text) for one in feed.findall(f"{ATOM}entry/{ATOM}updated")]
    instants += [_instant(one.get("when")) for one in feed.findall(f"{AT}deleted-entry")]
    if instants and _instant(feed.findtext(f"{ATOM}updated")) != max(instants):
        found.append("feed's updated is not its newest entry's or tombstone's")
    return found + _text(feed)


def check_rss(data: bytes) -> list[str]:
    """Return what is wrong with an RSS feed of ours."""
    root = etree.fromstring(data)
    found = [] if (root.tag, root.get("version")) == ("rss", "2.0") else [f"root is {root.tag}"]
    found += [] if len(root) == 1 else ["not one channel"]
    channel = root[0]
    found += _children(channel, _CHANNEL_CHILDREN)
    found += _once(channel, "title", "link", "description", "language", "lastBuildDate", "generator")
    found += _url("channel link", channel.findtext("link"))
    found += _rfc822(channel.findtext("lastBuildDate"))
    links = {link.get("rel"): link for link in channel.findall(f"{ATOM}link")}
    found += [] if len(links) == len(channel.findall(f"{ATOM}link")) else ["a rel twice in the channel"]
    for rel, link in links.items():
        found += _url(f"channel's {rel}", link.get("href"))
        found += ["channel's link is not the page"] if link.get("href") == channel.findtext("link") else []
    if "self" not in links or links["self"].get("type") != "application/rss+xml":
        found.append("no self link")
    items = channel.findall("item")
    for entry in items:
        found += _rss_item(entry)
    found += _unique("guid", [entry.findtext("guid") for entry in items])
    return found + _text(root)


def _atom_entry(entry: etree._Element) -> list[str]:
    found = _children(entry, {f"{ATOM}{name}" for name in _ENTRY_CHILDREN})
    found += _once(entry, f"{ATOM}id", f"{ATOM}title", f"{ATOM}updated")
    found += _at_most_once(
        entry, *(f"{ATOM}{name}" for name in ("published", "summary", "content", "source"))
    )
    found += _atom_common(entry) + _atom_links(entry, self_type="")
    for name in ("summary", "content"):
        part = entry.find(f"{ATOM}{name}")
        if part is not None:
            found += [] if part.get("type") == "html" else [f"{name} of type {part.get('type')}"]
            found += _markup(part.text or "")
    found += _categories(
        (one.get("term"), one.get("scheme"), one.get("label")) for one in entry.findall(f"{ATOM}category")
    )
    for source in entry.findall(f"{ATOM}source"):
        found += _source(source)
    if _instant(entry.findtext(f"{ATOM}published")) > _instant(entry.findtext(f"{ATOM}updated")):
        found.append("published after it was updated")
    return found


def _atom_common(of: etree._Element) -> list[str]:
    """Check ids, titles, dates and authors of a feed, an entry or a source."""
    found = (
        [] if _TAG_URI.fullmatch(of.findtext(f"{ATOM}id") or "") else [f"bad id {of.findtext(f'{ATOM}id')}"]
    )
    found += _plain("title", of.findtext(f"{ATOM}title"))
    for name in ("updated", "published"):
        for one in of.findall(f"{ATOM}{name}"):
            found += _rfc3339(one.text)
    for author in of.findall(f"{ATOM}author"):
        found += _plain("author", author.findtext(f"{ATOM}name"))
    return found


def _atom_links(of: etree._Element, self_type: str) -> list[str]:
    """Check links: absolute, one alternate, and for a feed one self of the right type."""
    links = of.findall(f"{ATOM}link")
    found = [problem for link in links for problem in _url("link", link.get("href"))]
    found += [] if all(link.get("rel") for link in links) else ["a link without rel"]
    found += _unique("link", [(link.get("rel"), link.get("href")) for link in links])
    alternates = [link for link in links if link.get("rel") == "alternate"]
    found += [] if len(alternates) == 1 else [f"{len(alternates)} alternate links"]
    own = [link.get("type") for link in links if link.get("rel") == "self"]
    if own != ([self_type] if self_type else []):
        found.append(f"self links {own}")
    return found


def _source(source: etree._Element) -> list[str]:
    found = _children(source, {f"{ATOM}{name}" for name in ("id", "title", "updated", "link")})
    found += _once(source, f"{ATOM}id", f"{ATOM}title", f"{ATOM}updated")
    return found + _atom_common(source) + _atom_links(source, self_type="")


def _tombstones(feed: etree._Element, entries: list[etree._Element]) -> list[str]:
    """RFC 6721 section 3: ref and when, no pair twice, and none for an entry that still stands."""
    graves = feed.findall(f"{AT}deleted-entry")
    found = _unique("tombstone", [(grave.get("ref"), grave.get("when")) for grave in graves])
    standing = {entry.findtext(f"{ATOM}id") for entry in entries}
    for grave in graves:
        found += _children(grave, {f"{AT}comment", f"{ATOM}link", f"{ATOM}source"})
        found += _rfc3339(grave.get("when"))
        found += [] if _TAG_URI.fullmatch(grave.get("ref") or "") else ["bad ref"]
        found += ["a tombstone of a standing entry"] if grave.get("ref") in standing else []
        found += [problem for source in grave.findall(f"{ATOM}source") for problem in _source(source)]
        for link in grave.findall(f"{ATOM}link"):
            found += _url("tombstone's link", link.get("href"))
    return found


def _rss_item(entry: etree._Element) -> list[str]:
    found = _children(entry, _ITEM_CHILDREN)
    found += _once(entry, "title", "link", "guid", f"{ATOM}updated")
    found += _at_most_once(entry, "description", "pubDate", "source", f"{CONTENT}encoded")
    found += _plain("title", entry.findtext("title")) + _url("item link", entry.findtext("link"))
    guid = entry.find("guid")
    if guid is None or guid.get("isPermaLink") != "false" or not _TAG_URI.fullmatch(guid.text or ""):
        found.append("bad guid")
    found += _rfc3339(entry.findtext(f"{ATOM}updated"))
    found += _rfc822(entry.findtext("pubDate")) if entry.find("pubDate") is not None else []
    for creator in entry.findall(f"{DC}creator"):
        found += _plain("creator", creator.text)
    found += _categories((one.text, one.get("domain"), one.text) for one in entry.findall("category"))
    for source in entry.findall("source"):
        found += _url("source", source.get("url")) + _plain("source", source.text)
    names = [child.tag for child in entry]
    if f"{CONTENT}encoded" in names and "description" not in names[: names.index(f"{CONTENT}encoded")]:
        found.append("content:encoded before description")
    for name in ("description", f"{CONTENT}encoded"):
        found += _markup(entry.findtext(name) or "")
    return found


def _children(of: etree._Element, known: set[str]) -> list[str]:
    return [f"{child.tag} in {of.tag}" for child in of if child.tag not in known]


def _once(of: etree._Element, *names: str) -> list[str]:
    return [f"{len(of.findall(name))} × {name} in {of.tag}" for name in names if len(of.findall(name)) != 1]


def _at_most_once(of: etree._Element, *names: str) -> list[str]:
    return [f"{name} twice in {of.tag}" for name in names if len(of.findall(name)) > 1]


def _unique(what: str, values: Iterable[object]) -> list[str]:
    listed = list(values)
    return [] if len(set(listed)) == len(listed) else [f"{what} twice"]


def _plain(what: str, text: str | None) -> list[str]:
    """Check one line of text that must not be empty nor look like HTML."""
    if not text or text != " ".join(text.split()):
        return [f"{what} {text!r}"]
    return [f"markup in {what}: {text!r}"] if _MARKUP.search(text) else []


def _url(what: str, url: str | None) -> list[str]:
    if not url or not _URI.fullmatch(url):
        return [f"{what} {url!r} is no URI"]
    parts = urlsplit(url)
    bad = parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None
    return [f"{what} {url!r} is not absolute"] if bad else []


def _rfc3339(text: str | None) -> list[str]:
    return [] if text and _RFC3339.fullmatch(text) else [f"date {text!r}"]


def _instant(text: str | None) -> datetime:
    """Return a date for comparing; what is none is reported elsewhere and sorts first."""
    return (
        datetime.fromisoformat(text)
        if text and _RFC3339.fullmatch(text)
        else datetime.min.replace(tzinfo=UTC)
    )


def _rfc822(text: str | None) -> list[str]:
    if not text or not _RFC822.fullmatch(text):
        return [f"date {text!r}"]
    return [] if f"{parsedate_to_datetime(text):%a}" == text[:3] else [f"weekday of {text!r}"]


def _categories(found: Iterable[tuple[str | None, str | None, str | None]]) -> list[str]:
    listed = list(found)
    problems = _unique("category", listed)
    for term, scheme, label in listed:
        problems += [] if term and label else ["an empty category"]
        if not scheme or not (_TAG_URI.fullmatch(scheme) or not _url("scheme", scheme)):
            problems.append(f"scheme {scheme!r}")
    return problems


def _text(root: etree._Element) -> list[str]:
    """Check that every string of a document is NFC and free of what XML or a validator refuses."""
    strings = [text for one in root.iter() for text in (one.text or "", one.tail or "", *one.attrib.values())]
    found = [f"not NFC: {text[:40]!r}" for text in strings if not unicodedata.is_normalized("NFC", text)]
    return found + [f"bad characters: {text[:40]!r}" for text in strings if _BAD.search(text)]


class _Fragment(HTMLParser):
    """Reads an HTML fragment and notes what is not balanced, not ours or not absolute."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = {"p": set(), "a": {"href"}}
        if tag not in allowed or {name for name, _ in attrs} - allowed[tag]:
            self.problems.append(f"<{tag} {attrs}>")
        for name, value in attrs:
            self.problems += _url(name, value)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"unbalanced </{tag}>")

    def handle_comment(self, data: str) -> None:
        self.problems.append(f"a comment: {data[:20]!r}")

    def handle_decl(self, decl: str) -> None:
        self.problems.append(f"a declaration: {decl[:20]!r}")

    def unknown_decl(self, data: str) -> None:
        self.problems.append(f"a declaration: {data[:20]!r}")

    def handle_pi(self, data: str) -> None:
        self.problems.append(f"an instruction: {data[:20]!r}")


def _markup(fragment: str) -> list[str]:
    reader = _Fragment()
    reader.feed(fragment)
    reader.close()
    return reader.problems + ([f"unclosed {reader.open}"] if reader.open else [])
