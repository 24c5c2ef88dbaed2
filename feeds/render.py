"""Stories to the bytes of feeds: RSS 2.0 and Atom 1.0 by feedgen (imported only here), and JSON Feed.

Pure: the same stories and the same site give the same bytes (law 5). An entry is rendered once, as a
fragment of each form; a document is a head, fragments and a foot, joined as bytes. Every document declares
every namespace at its root, so a fragment is valid in all of them and equal in all of them.

feedgen 1.0.0 builds elements; what it gets wrong is written by the extensions below and in
`feeds.entry_forms`, which are handed finished `Item`s:

1 entry links lose rel and type; 9 rels are limited     links are written by extensions
2 the channel's link is the last link of any rel        the page's link is given last
3 one self link in RSS, no hub                          atom:link written here
4 CDATA leaks into Atom's type                          HTML is always escaped, type "html"
5 atom:source without id and updated                    written by extensions
6 updated and lastBuildDate default to now              always set; lastBuildDate written here
7 entries are prepended                                 one entry at a time
8 authors without e-mail vanish from RSS                dc:creator
12 one illegal character kills the feed                 `feeds.item` cleans, and titles are never empty
13 string dates are read month first                    only aware datetimes are passed
14 RFC 822 dates switch the process's locale            dates of RSS are written by extensions
16 no tombstones                                        at:deleted-entry written here
10, 11, 15 (syndication, textInput, cloud, ttl, shared link dicts) are not used.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import partial

from feedgen.feed import FeedGenerator
from lxml import etree

from feeds import json_form
from feeds.channel import SITE_TITLE, Channel, FeedForm
from feeds.entry_forms import ATOM, ATOM_NAMESPACES, RSS_NAMESPACES, AtomEntry, RssItem, atom_source
from feeds.head import Head, HeadLink
from feeds.item import LOCAL, Item, Site, Tombstone, item, tombstone
from pipeline.model import Story

REVISION = 3  # one more at every change of the bytes below: published files are then made anew
WINDOW = 500  # entries
MOST_BYTES = 2_000_000

_AT = "http://purl.org/atompub/tombstones/1.0"
_FH = "http://purl.org/syndication/history/1.0"
_DCTERMS = "http://purl.org/dc/terms/"
_NAMES = {
    FeedForm.ATOM: {"at": _AT, "dcterms": _DCTERMS, "fh": _FH, **ATOM_NAMESPACES},
    FeedForm.RSS: {"fh": _FH, **RSS_NAMESPACES},
}
_FEET = {FeedForm.ATOM: b"</feed>", FeedForm.RSS: b"</channel></rss>"}
_ENTRIES = {FeedForm.ATOM: (b"<entry", b"</entry>"), FeedForm.RSS: (b"<item", b"</item>")}
_SOMEWHERE = "https://tin.invalid/"  # feedgen wants a feed around an entry; nothing of it is kept


@dataclass(frozen=True, slots=True)
class Fragments:
    """One entry in every form: bytes that stand in each document alike."""

    atom: bytes
    rss: bytes
    json: bytes

    def form(self, form: FeedForm) -> bytes:
        """Return the bytes of one form."""
        match form:
            case FeedForm.ATOM:
                return self.atom
            case FeedForm.RSS:
                return self.rss
            case FeedForm.JSON:
                return self.json

    @property
    def size(self) -> int:
        """Return the bytes of the largest."""
        return max(len(self.atom), len(self.rss), len(self.json))


@dataclass(frozen=True, slots=True)
class Rendered(Fragments):
    """A document in every form, and how many of the given stories it holds."""

    shown: int


def fragments(one: Item) -> Fragments:
    """Return an entry in every form. Never raises."""
    generator = _around(_SOMEWHERE, SITE_TITLE, datetime.fromtimestamp(0, LOCAL), _SOMEWHERE)
    for form, names in _NAMES.items():
        declared = partial(_Declared, names)
        generator.register_extension(f"names_{form}", declared, None, **_only(form))
    _add(generator, one)
    return Fragments(
        _cut(generator.atom_str(), FeedForm.ATOM),
        _cut(generator.rss_str(), FeedForm.RSS),
        json_form.entry(one),
    )


def document(head: Head, entries: Sequence[bytes]) -> bytes:
    """Return a document of entries that were rendered in its form, in their order. Never raises."""
    if head.form is FeedForm.JSON:
        return json_form.document(head, entries)
    is_atom, foot = head.form is FeedForm.ATOM, _FEET[head.form]
    channel = head.channel
    generator = _around(
        head.site.tag(f"channel/{channel.key}"), channel.title, head.updated, channel.page(head.site.base_url)
    )
    generator.subtitle(channel.about)
    extension = partial(_AtomHead if is_atom else _RssHead, head)
    generator.register_extension("tintinh", extension, None, **_only(head.form))
    frame = generator.atom_str() if is_atom else generator.rss_str()
    return b"".join((frame.removesuffix(foot), *entries, foot))


def render(channel: Channel, stories: Sequence[Story], gone: Sequence[Story], site: Site) -> Rendered:
    """Return a document of given stories in every form, outside of any archive. Never raises.

    `stories` are entries in their order: as many of them as `WINDOW` and `MOST_BYTES` allow. `gone`
    become tombstones in Atom and are in no entry.
    """
    graves = {story.story_id for story in gone}
    items = [item(story, site) for story in stories if story.story_id not in graves]
    stones = tuple(tombstone(story, site) for story in gone[:WINDOW])
    entries = [fragments(one) for one in items[:WINDOW]]
    while True:
        updated = newest(site, items[: len(entries)], stones)
        made = {}
        for form in FeedForm:
            head = Head(channel, site, form, updated, own_links(channel, form, site), stones)
            made[form] = document(head, [one.form(form) for one in entries])
        if max(map(len, made.values())) <= MOST_BYTES or len(entries) <= 1:
            return Rendered(made[FeedForm.ATOM], made[FeedForm.RSS], made[FeedForm.JSON], len(entries))
        entries = entries[: max(1, min(fitting(entries), len(entries) - 1))]


def fitting(entries: Iterable[Fragments], room: int = MOST_BYTES) -> int:
    """Return how many entries, from the first on, fit into so many bytes in every form."""
    count, sizes = 0, [0, 0, 0]
    for one in entries:
        sizes = [size + len(data) for size, data in zip(sizes, (one.atom, one.rss, one.json), strict=True)]
        if max(sizes) > room:
            break
        count += 1
    return count


def newest(site: Site, items: Sequence[Item], stones: Sequence[Tombstone]) -> datetime:
    """Return when something was said last; the day of the installation if nothing ever was."""
    started = datetime.fromisoformat(site.date).replace(tzinfo=LOCAL)
    return max([one.updated for one in items] + [one.when for one in stones], default=started)


def own_links(channel: Channel, form: FeedForm, site: Site) -> tuple[HeadLink, ...]:
    """Return the links by which a live feed names itself and its hub."""
    own = HeadLink("self", channel.url(site.base_url, form), form.media_type)
    return (own, HeadLink("hub", site.hub)) if site.hub else (own,)


def _around(feed_id: str, title: str, updated: datetime, page: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.id(feed_id)
    generator.title(title)
    generator.subtitle(title)
    generator.updated(updated)
    generator._FeedGenerator__rss_lastBuildDate = None  # noqa: SLF001 - defect 14: no other way to leave it out
    generator.author(name=SITE_TITLE)
    generator.link(href=page, rel="alternate", type="text/html")
    generator.language("vi")
    generator.generator(SITE_TITLE)
    return generator


def _add(generator: FeedGenerator, one: Item) -> None:
    entry = generator.add_entry(order="append")
    entry.id(one.id)
    entry.title(one.title)
    entry.updated(one.updated)
    entry.link(href=one.url)
    entry.author([{"name": who.name, **({"uri": who.url} if who.url else {})} for who in one.authors])
    if one.agency:
        entry.contributor(name=one.agency)
    entry.category([{"term": of.term, "scheme": of.scheme, "label": of.label} for of in one.categories])
    entry.summary(one.summary, type="html")
    if one.content:
        entry.content(one.content, type="html")
    entry.register_extension("tintinh_atom", partial(AtomEntry, one), rss=False)
    entry.register_extension("tintinh_rss", partial(RssItem, one), atom=False)


def _cut(frame: bytes, form: FeedForm) -> bytes:
    """Return the bytes of the one entry in a document; in texts no "<" stands for itself."""
    start, end = _ENTRIES[form]
    return frame[frame.index(start) : frame.rindex(end) + len(end)]


def _only(form: FeedForm) -> dict[str, bool]:
    return {"atom": form is FeedForm.ATOM, "rss": form is FeedForm.RSS}


class _Declared:
    """The names that a root declares."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def extend_ns(self) -> dict[str, str]:
        return self._names

    def extend_atom(self, feed: etree._Element) -> None:
        """Write nothing."""

    def extend_rss(self, root: etree._Element) -> None:
        """Write nothing."""


class _AtomHead(_Declared):
    """The feed's links, its tombstones, and whether it is a part of the archive."""

    def __init__(self, head: Head) -> None:
        super().__init__(_NAMES[FeedForm.ATOM])
        self._head = head

    def extend_atom(self, feed: etree._Element) -> None:
        for link in self._head.links:
            etree.SubElement(feed, "link", link.attributes())
        if self._head.is_archive:
            etree.SubElement(feed, f"{{{_FH}}}archive")
        for stone in self._head.gone:
            _bury(feed, stone)


class _RssHead(_Declared):
    """The channel's links, its date, and whether it is a part of the archive."""

    def __init__(self, head: Head) -> None:
        super().__init__(_NAMES[FeedForm.RSS])
        self._head = head

    def extend_rss(self, root: etree._Element) -> None:
        channel = root[0]
        for link in self._head.links:
            etree.SubElement(channel, f"{{{ATOM}}}link", link.attributes())
        if self._head.is_archive:
            etree.SubElement(channel, f"{{{_FH}}}archive")
        etree.SubElement(channel, "lastBuildDate").text = format_datetime(self._head.updated)


def _bury(feed: etree._Element, stone: Tombstone) -> None:
    """Write a tombstone (RFC 6721 section 3); the survivor's id as foreign markup, its page as a link."""
    grave = etree.SubElement(feed, f"{{{_AT}}}deleted-entry", ref=stone.ref, when=stone.when.isoformat())
    etree.SubElement(grave, f"{{{_AT}}}comment").text = stone.comment
    if stone.instead:
        etree.SubElement(grave, "link", rel="related", type="text/html", href=stone.instead)
    if stone.survivor:
        etree.SubElement(grave, f"{{{_DCTERMS}}}isReplacedBy").text = stone.survivor
    atom_source(grave, stone.origin)
