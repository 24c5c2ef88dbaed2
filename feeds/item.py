"""A story as a feed tells it: what an entry says, in every form. Pure.

Never raises, whatever the story says: one bad item must not keep a feed from its readers (law 6). Only the
face is read, so nothing is told beyond what the sources allow (law 10), and what is told is a function of
the story's revision: equal in all channels, and made once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from feeds.strings import address, language, line, markup, picture_type
from feeds.tellings import (
    DAY,
    NAME_MOST,
    TELLINGS_MOST,
    Author,
    Link,
    Told,
    agency,
    authors,
    others,
    provenance,
    told,
)
from pipeline.model import (
    NATIONAL,
    Basis,
    Face,
    Labels,
    Role,
    Story,
    StoryState,
)
from pipeline.places import area, province
from pipeline.text import clean, shorten
from pipeline.topics import topics

IPTC = "http://cv.iptc.org/newscodes/mediatopic/"
LOCAL = timezone(
    timedelta(hours=7)
)  # a fixed offset: RFC 3339 knows no seconds in it, zone files before 1906 do
WITHDRAWN = "Tin này đã được gỡ."
MERGED = "Tin này đã được gộp vào một tin khác."

# Characters. Made so that the worst item (every "&" becomes "&amp;amp;") still fits a feed by itself.
_TITLE_MOST = 300
_SUMMARY_MOST = 3_000
_LEAD_MOST = 400  # of the content, where the source gives no summary but lets us show its text
_CONTENT_MOST = 50_000
_CAPTION_MOST = 400
_CATEGORIES_MOST = 20
_DOCUMENTS_MOST = 10


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
class Picture:
    """The lead's picture; `type`, its media type, and `caption` are "" if unknown."""

    url: str
    type: str
    caption: str


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
    tellings = tuple(told(one) for one in face.tellings[:TELLINGS_MOST])
    title, said = _title(face), provenance(face, tellings)
    short = markup(face.summary, _SUMMARY_MOST) or markup(
        shorten(face.content[: _LEAD_MOST * 2], _LEAD_MOST), _LEAD_MOST
    )
    origin = _origin(story, site)
    return Item(
        id=site.story_id(story.story_id),
        title=title,
        updated=story.looks_so_since,
        published=_published(story),
        url=url,
        page=page,
        via=others(tellings, {url, page}),
        summary=short + said or markup(title, _TITLE_MOST),
        content=markup(face.content, _CONTENT_MOST) + said if face.content.strip() else "",
        authors=authors(tellings, origin.url if origin else ""),
        categories=_categories(face, site),
        origin=origin,
        gist=line(face.summary, _SUMMARY_MOST) or line(face.content[: _LEAD_MOST * 2], _LEAD_MOST),
        language=language(face.language),
        agency=agency(tellings),
        picture=_picture(face),
        dated=line(face.published, NAME_MOST),
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
    is told again. It keeps its time of publication: readers of RSS date an item without one now.
    """
    stone = tombstone(story, site)
    page = stone.instead or site.story_page(story.story_id)
    return Item(
        id=stone.ref,
        title=stone.comment.rstrip("."),
        updated=stone.when,
        published=_published(story),
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
    if not DAY.match(story.face.published):
        return None
    return min(story.face.published_at, story.looks_so_since).astimezone(LOCAL)


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
    written = (line(number, NAME_MOST) for number in numbers)
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
    source = quote(clean(lead.source_id)[:NAME_MOST], safe="")
    return Origin(
        id=site.tag(f"source/{source}"),
        title=told(lead).name,
        updated=story.looks_so_since,
        url="/".join(front.split("/", 3)[:3]) + "/" if front else f"{site.base_url}/search?source={source}",
    )
