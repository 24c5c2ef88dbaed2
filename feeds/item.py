"""A story as a feed tells it: what an entry says, in every form. Pure.

Never raises, whatever the story says: one bad item must not keep a feed from its readers (law 6). Only the
face is read, so nothing is told beyond what the sources allow (law 10), and what is told is a function of
the story's revision: equal in all channels, and made once.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from feeds.strings import address, anchor, escaped, language, line, markup, picture_type
from pipeline.model import (
    NATIONAL,
    Basis,
    EntryKind,
    Face,
    Labels,
    Role,
    Story,
    StoryState,
    Telling,
)
from pipeline.places import area, province
from pipeline.text import clean, fold, shorten
from pipeline.topics import topics

IPTC = "http://cv.iptc.org/newscodes/mediatopic/"
LOCAL = timezone(
    timedelta(hours=7)
)  # a fixed offset: RFC 3339 knows no seconds in it, zone files before 1906 do
WITHDRAWN = "Tin này đã được gỡ."
MERGED = "Tin này đã được gộp vào một tin khác."

# Characters. Made so that the worst item (every "&" becomes "&amp;amp;") still fits a feed by itself.
_TITLE_MOST = 300
_NAME_MOST = 200
_SUMMARY_MOST = 3_000
_LEAD_MOST = 400  # of the content, where the source gives no summary but lets us show its text
_CONTENT_MOST = 50_000
_CAPTION_MOST = 400
_TELLINGS_MOST = 20
_CATEGORIES_MOST = 20
_DOCUMENTS_MOST = 10
_AUTHORS_MOST = 5

_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_BULLETINS = tuple(
    map(fold, ("bản tin", "điểm tin", "điểm báo"))
)  # names that need no "Bản tin của" before them


@dataclass(frozen=True, slots=True)
class Site:
    """Where and who the feeds are.

    Args:
        base_url: the public address, without a slash at the end.
        authority, date: of the installation's tag: URIs (RFC 4151); ids are made from these alone,
            so moving the site changes no id.
        hub: the WebSub hub's address, "" when there is none.
    """

    base_url: str
    authority: str
    date: str
    hub: str = ""

    def tag(self, name: str) -> str:
        """Return a permanent id of this installation."""
        return f"tag:{self.authority},{self.date}:{name}"

    def story_id(self, story_id: str) -> str:
        """Return the id that a story has in every feed."""
        return self.tag(f"story/{quote(story_id, safe='')}")

    def story_page(self, story_id: str) -> str:
        """Return the address of our own page about a story."""
        return f"{self.base_url}/stories/{quote(story_id, safe='')}"


@dataclass(frozen=True, slots=True)
class Category:
    """One label: a term of a scheme, and its Vietnamese name."""

    term: str
    scheme: str
    label: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The source that a story's lead was taken from (RFC 4287 section 4.2.11); `url` is its front page."""

    id: str
    title: str
    updated: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote: a person, whose `url` is "", or a paper with its front page."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Another page that tells the story, and who tells it there."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The lead's picture; `type`, its media type, and `caption` are "" if unknown."""

    url: str
    type: str
    caption: str


@dataclass(frozen=True, slots=True)
class Told:
    """One place that tells the story.

    Args:
        source, name: the source's id and name.
        kind: an article, or an item of a bulletin.
        url: its page, "" if it has none.
        bulletin, number: the bulletin's name at its source and the item's number; "" and 0 for an article.
        published: the source's own time, ISO 8601, as long as it is precise; "" if unknown.
        basis: where that time was read.
        authors: people named.
        agency: the agency or paper that it names as its origin, or "".
    """

    source: str
    name: str
    kind: EntryKind
    url: str
    bulletin: str
    number: int
    published: str
    basis: Basis
    authors: tuple[str, ...]
    agency: str


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a feed: a living story, the last word on a withdrawn one, or a notice of ours.

    `summary` (never empty) and `content` ("" if not allowed) are HTML fragments of ours; `gist` is the
    summary alone as one line of plain text, "" if there is none. `url` is the
    lead's page or, without one, ours; `page` is always ours. `via`: the other tellings' pages.
    `published` is None when less than the day is known; `dated` is the source's own time as precisely as
    it is known (ISO 8601), "" for none. `authors`: the lead's people, without any its paper. `agency`:
    whom the lead names as its origin, or "". `first_told`: when the story was first news here; None for
    what is no story of a source.
    """

    id: str
    title: str
    updated: datetime
    published: datetime | None
    url: str
    page: str
    via: tuple[Link, ...]
    summary: str
    content: str
    authors: tuple[Author, ...]
    categories: tuple[Category, ...]
    origin: Origin | None
    gist: str = ""
    language: str = "vi"
    agency: str = ""
    picture: Picture | None = None
    dated: str = ""
    basis: Basis | None = None
    first_told: datetime | None = None
    tellings: tuple[Told, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A story that is gone (RFC 6721).

    `instead`: our page of the story it went into, `survivor`: that story's id in feeds; "" for none.
    """

    ref: str
    when: datetime
    comment: str
    instead: str
    origin: Origin | None
    survivor: str = ""


def item(story: Story, site: Site) -> Item:
    """Return what a feed says of a story: a living one's news, of any other only that it is gone."""
    if story.state is not StoryState.LIVE:
        return _gone(story, site)
    face, page = story.face, site.story_page(story.story_id)
    url = address(face.url) or page
    tellings = tuple(_told(one) for one in face.tellings[:_TELLINGS_MOST])
    title, told = _title(face), _provenance(face, tellings)
    short = markup(face.summary, _SUMMARY_MOST) or markup(
        shorten(face.content[: _LEAD_MOST * 2], _LEAD_MOST), _LEAD_MOST
    )
    origin = _origin(story, site)
    return Item(
        id=site.story_id(story.story_id),
        title=title,
        updated=story.updated,
        published=_published(story),
        url=url,
        page=page,
        via=_via(tellings, {url, page}),
        summary=short + told or markup(title, _TITLE_MOST),
        content=markup(face.content, _CONTENT_MOST) + told if face.content.strip() else "",
        authors=_authors(tellings, origin),
        categories=_categories(face, site),
        origin=origin,
        gist=line(face.summary, _SUMMARY_MOST) or line(face.content[: _LEAD_MOST * 2], _LEAD_MOST),
        language=language(face.language),
        agency=_agency(tellings),
        picture=_picture(face),
        dated=_dated(face.published),
        basis=face.published_basis,
        first_told=story.first_seen,
        tellings=tellings,
    )


def tombstone(story: Story, site: Site) -> Tombstone:
    """Return what a feed says of a story that is gone: no word of its text."""
    merged = story.state is StoryState.MERGED and story.merged_into
    return Tombstone(
        ref=site.story_id(story.story_id),
        when=story.updated,
        comment=MERGED if merged else WITHDRAWN,
        instead=site.story_page(merged) if merged else "",
        origin=_origin(story, site),
        survivor=site.story_id(merged) if merged else "",
    )


def _gone(story: Story, site: Site) -> Item:
    """Return the last version of a story, for clients that do not know tombstones.

    It is as old as its tombstone, never newer: RFC 6721 section 3 takes a newer entry for a story that
    is told again.
    """
    stone = tombstone(story, site)
    page = stone.instead or site.story_page(story.story_id)
    return Item(
        id=stone.ref,
        title=stone.comment.rstrip("."),
        updated=stone.when,
        published=None,
        url=page,
        page=page,
        via=(),
        summary=markup(stone.comment, _SUMMARY_MOST),
        content="",
        authors=(Author(stone.origin.title, stone.origin.url),) if stone.origin else (),
        categories=(),
        origin=stone.origin,
        withdrawn=True,
    )


def _title(face: Face) -> str:
    for text in (face.title, face.summary, face.content):
        if found := line(text, _TITLE_MOST):
            return found
    return "Tin không có tiêu đề"


def _published(story: Story) -> datetime | None:
    """Return the publication time, not later than `updated`; None if only a month or a year is known.

    A day without an hour is that day's midnight in Viet Nam. Sources that date ahead do not make a
    story that comes from the future.
    """
    if not _DAY.match(story.face.published):
        return None
    return min(story.face.published_at, story.updated).astimezone(LOCAL)


def _dated(text: str) -> str:
    return line(text, _NAME_MOST)


def _told(telling: Telling) -> Told:
    item_of = telling.kind is EntryKind.BULLETIN_ITEM
    people = (line(one, _NAME_MOST) for one in telling.authors[:_AUTHORS_MOST])
    return Told(
        source=line(telling.source_id, _NAME_MOST),
        name=line(telling.source_name, _NAME_MOST) or line(telling.source_id, _NAME_MOST) or "không rõ",
        kind=telling.kind,
        url=address(telling.url),
        bulletin=line(telling.bulletin_id, _NAME_MOST) if item_of else "",
        number=telling.bulletin_number if item_of else 0,
        published=_dated(telling.published),
        basis=telling.published_basis,
        authors=tuple(dict.fromkeys(one for one in people if one)),
        agency=line(telling.credit, _NAME_MOST),
    )


def _where(told: Told) -> str:
    """Return who tells it: "Báo Vĩnh Long", "Bản tin của Cổng Đồng Tháp ngày 21/11/2026, mục 1"."""
    if told.kind is not EntryKind.BULLETIN_ITEM:
        return told.name
    name = told.name if fold(told.name).startswith(_BULLETINS) else f"Bản tin của {told.name}"
    found = _DAY.match(told.published)
    day = f" ngày {found[3]}/{found[2]}/{found[1]}" if found else ""
    return f"{name}{day}, mục {told.number}"


def _via(tellings: tuple[Told, ...], known: set[str]) -> tuple[Link, ...]:
    found: dict[str, str] = {}
    for one in tellings:
        if one.url and one.url not in known:
            found.setdefault(one.url, _where(one))
    return tuple(Link(url, title) for url, title in found.items())


def _provenance(face: Face, tellings: tuple[Told, ...]) -> str:
    """Return HTML paragraphs that name who told the story, the lead first, and who took it back."""
    said = list(dict.fromkeys(anchor(one.url, _where(one)) for one in tellings))
    if not said:
        return ""
    others = f". Cũng có trong {'; '.join(said[1:])}" if said[1:] else ""
    more = f" và {left} nơi khác" if (left := len(face.tellings) - _TELLINGS_MOST) > 0 else ""
    return f"<p>Nguồn: {said[0]}{others}{more}.</p>{_taken_back(face)}"


def _taken_back(face: Face) -> str:
    names = [line(name, _NAME_MOST) for name in face.taken_back[:_TELLINGS_MOST]]
    named = escaped(", ".join(name for name in names if name))
    return f"<p>{named} đã rút bài của mình về tin này.</p>" if named else ""


def _authors(tellings: tuple[Told, ...], origin: Origin | None) -> tuple[Author, ...]:
    """Return the people whom the lead names; without any, its paper speaks for itself."""
    if not tellings or origin is None:
        return ()
    people = tuple(Author(name) for name in tellings[0].authors)
    return people or (Author(origin.title, origin.url),)


def _agency(tellings: tuple[Told, ...]) -> str:
    """Return the lead's agency, unless it is named as source or author already."""
    if not tellings or tellings[0].agency in (tellings[0].name, *tellings[0].authors):
        return ""
    return tellings[0].agency


def _picture(face: Face) -> Picture | None:
    url = address(face.image.url) if face.image else ""
    if not url or face.image is None:
        return None
    return Picture(url, picture_type(url), line(face.image.caption, _CAPTION_MOST))


def _categories(face: Face, site: Site) -> tuple[Category, ...]:
    """Return places by our slugs, topics by IPTC's codes, official documents by their numbers."""
    labels: Labels = face.labels
    units = [("province", slug, _province_name(slug)) for slug in labels.provinces]
    units += [("area", slug, f"Địa bàn {former.name}") for slug in labels.areas if (former := area(slug))]
    named = {topic.slug: topic for topic in topics()}
    found = [Category(slug, site.tag(kind), name) for kind, slug, name in units if name]
    found = found[:_CATEGORIES_MOST]
    found += [Category(named[slug].iptc, IPTC, named[slug].name) for slug in labels.topics if slug in named]
    issued = {one.number for one in face.documents if one.role is Role.ISSUES}
    numbers = sorted(face.doc_numbers, key=lambda number: number not in issued)[:_DOCUMENTS_MOST]
    written = (line(number, _NAME_MOST) for number in numbers)
    found += [Category(number, site.tag("document"), number) for number in written if number]
    return tuple(dict.fromkeys(found))


def _province_name(slug: str) -> str:
    if slug == NATIONAL:
        return "Toàn quốc"
    unit = province(slug)
    return unit.name if unit else ""


def _origin(story: Story, site: Site) -> Origin | None:
    """Return the lead's source; its front page: the root of the lead's address, else our list of its news."""
    if not story.face.tellings:
        return None
    lead = story.face.tellings[0]
    front = address(lead.url)
    source = quote(clean(lead.source_id)[:_NAME_MOST], safe="")
    return Origin(
        id=site.tag(f"source/{source}"),
        title=_told(lead).name,
        updated=min(lead.updated or story.face.published_at, story.updated),
        url="/".join(front.split("/", 3)[:3]) + "/" if front else f"{site.base_url}/search?source={source}",
    )
