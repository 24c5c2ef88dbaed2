"""A story as a feed tells it: strings that XML, HTML and URLs can carry, each of bounded size.

Pure; never raises, whatever the story says: one bad item must not keep a feed from its readers
(law 6). Only the face is read, so nothing is told beyond what the sources allow (law 10).
"""

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, urlsplit

from pipeline.model import NATIONAL, EntryKind, Face, Labels, Story, StoryState, Telling
from pipeline.places import area, province
from pipeline.text import clean, paragraphs, shorten
from pipeline.topics import topics

IPTC = "http://cv.iptc.org/newscodes/mediatopic/"
LOCAL = timezone(
    timedelta(hours=7)
)  # a fixed offset: RFC 3339 knows no seconds in it, zone files before 1906 do

# Characters. Made so that the worst item (every "&" becomes "&amp;amp;") still fits a feed by itself.
_TITLE_MOST = 300
_NAME_MOST = 200
_SUMMARY_MOST = 3_000
_LEAD_MOST = 400  # of the content, where the source gives no summary but lets us show its text
_CONTENT_MOST = 50_000
_URL_MOST = 1_000
_TELLINGS_MOST = 20
_CATEGORIES_MOST = 20

_TAG = re.compile(r"<([A-Za-z/!?][^<>]*)>")
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PATH_KEPT = "/%:@!$&'()*+,;=-._~"  # RFC 3986 section 3.3, and what is encoded already
_QUERY_KEPT = _PATH_KEPT + "?"
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


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
class Item:
    """A living story.

    `summary` (never empty) and `content` ("" if not allowed) are HTML fragments of ours. `url` is the
    lead's page or, without one, ours; `page` is always ours. `via`: the other tellings' pages.
    `published` is None when less than the day is known.
    """

    id: str
    title: str
    updated: datetime
    published: datetime | None
    url: str
    page: str
    via: tuple[str, ...]
    summary: str
    content: str
    authors: tuple[str, ...]
    categories: tuple[Category, ...]
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A story that is gone (RFC 6721). `instead` is our page of the story it went into, or ""."""

    ref: str
    when: datetime
    comment: str
    instead: str
    origin: Origin | None


def item(story: Story, site: Site) -> Item:
    """Return what a feed says of a living story."""
    face, page = story.face, site.story_page(story.story_id)
    url = address(face.url) or page
    pages = dict.fromkeys(address(one.url) for one in face.tellings[:_TELLINGS_MOST])
    title, told = _title(face), _provenance(face)
    short = _html(face.summary, _SUMMARY_MOST) or _html(
        shorten(face.content[: _LEAD_MOST * 2], _LEAD_MOST), _LEAD_MOST
    )
    return Item(
        id=site.story_id(story.story_id),
        title=title,
        updated=story.updated,
        published=_published(story),
        url=url,
        page=page,
        via=tuple(one for one in pages if one not in ("", url, page)),
        summary=short + told or _html(title, _TITLE_MOST),
        content=_html(face.content, _CONTENT_MOST) + told if face.content.strip() else "",
        authors=_authors(face),
        categories=_categories(face.labels, site),
        origin=_origin(story, site),
    )


def tombstone(story: Story, site: Site) -> Tombstone:
    """Return what a feed says of a story that is gone: no word of its text."""
    merged = story.state is StoryState.MERGED and story.merged_into
    return Tombstone(
        ref=site.story_id(story.story_id),
        when=story.updated,
        comment="Tin này đã được gộp vào một tin khác." if merged else "Tin này đã được gỡ.",
        instead=site.story_page(merged) if merged else "",
        origin=_origin(story, site),
    )


def address(url: str) -> str:
    """Return an absolute http(s) URL in the characters of RFC 3986, "" if `url` is none.

    The host becomes ASCII, other characters are percent-encoded as they are, "&amp;" becomes "&",
    names and passwords are left out.
    """
    if len(url) > _URL_MOST * 4:
        return ""
    try:
        parts = urlsplit(clean(_decoded(url)).strip())
        port = parts.port
    except ValueError:
        return ""
    host = _host(parts.hostname or "")
    if parts.scheme not in ("http", "https") or not host:
        return ""
    path, query, fragment = (
        _STRAY_PERCENT.sub("%25", quote(part, safe=kept))
        for part, kept in (
            (parts.path, _PATH_KEPT),
            (parts.query, _QUERY_KEPT),
            (parts.fragment, _QUERY_KEPT),
        )
    )
    whole = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "") + (path or "/")
    whole += (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    return whole if len(whole) <= _URL_MOST else ""


def _host(name: str) -> str:
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    if ":" in name:
        name = f"[{name}]"
    return name if _HOST.fullmatch(name) else ""


def _decoded(text: str) -> str:
    """Return `text` without character references; pages are found that escape twice."""
    for _ in range(3):
        text = _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
    return text


def _line(text: str, most: int) -> str:
    """Return plain text on one line: references decoded, nothing left that a reader takes for a tag.

    RSS does not say whether a title is text or HTML, and readers differ; a title that reads the
    same either way is the only safe one.
    """
    text = shorten(clean(_decoded(text[: most * 4])), most)
    return _TAG_START.sub("‹", _TAG.sub(r"‹\1›", text))


def _title(face: Face) -> str:
    for text in (face.title, face.summary, face.content):
        if line := _line(text, _TITLE_MOST):
            return line
    return "Tin không có tiêu đề"


def _published(story: Story) -> datetime | None:
    """Return the publication time, not later than `updated`; None if only a month or a year is known.

    A day without an hour is that day's midnight in Viet Nam. Sources that date ahead do not make a
    story that comes from the future.
    """
    if not _DAY.match(story.face.published):
        return None
    return min(story.face.published_at, story.updated).astimezone(LOCAL)


def _html(text: str, most: int) -> str:
    """Return paragraphs of plain text as HTML, whole ones as far as `most` characters reach."""
    shown = []
    for paragraph in paragraphs(clean(text[: most * 2])):
        if len(paragraph) > most:
            shown.append(shorten(paragraph, most))
            break
        shown.append(paragraph)
        most -= len(paragraph)
    return "".join(f"<p>{html.escape(one, quote=False)}</p>" for one in shown)


def _provenance(face: Face) -> str:
    """Return HTML paragraphs that name who told the story, the lead first, and who took it back."""
    said = list(dict.fromkeys(_who(one) for one in face.tellings[:_TELLINGS_MOST]))
    if not said:
        return ""
    others = f". Cũng có trong: {'; '.join(said[1:])}" if said[1:] else ""
    more = f" và {left} nơi khác" if (left := len(face.tellings) - _TELLINGS_MOST) > 0 else ""
    return f"<p>Nguồn: {said[0]}{others}{more}.</p>{_taken_back(face)}"


def _taken_back(face: Face) -> str:
    names = [_line(name, _NAME_MOST) for name in face.taken_back[:_TELLINGS_MOST]]
    named = html.escape(", ".join(name for name in names if name), quote=False)
    return f"<p>{named} đã rút bài của mình về tin này.</p>" if named else ""


def _who(telling: Telling) -> str:
    name = html.escape(_name(telling), quote=False)
    if telling.kind is EntryKind.BULLETIN_ITEM:
        found = _DAY.match(telling.published)
        day = f" ngày {found[3]}/{found[2]}/{found[1]}" if found else ""
        name = f"bản tin của {name}{day}, mục {telling.bulletin_number}"
    url = address(telling.url)
    return f'<a href="{html.escape(url)}">{name}</a>' if url else name


def _name(telling: Telling) -> str:
    return _line(telling.source_name, _NAME_MOST) or _line(telling.source_id, _NAME_MOST) or "không rõ"


def _authors(face: Face) -> tuple[str, ...]:
    """Return one name for each telling, without repetition: "Thu Hà (Báo Vĩnh Long)", "Báo Vĩnh Long"."""
    names = []
    for telling in face.tellings[:_TELLINGS_MOST]:
        people = _line(", ".join(telling.authors[:5]), _NAME_MOST)
        names.append(f"{people} ({_name(telling)})" if people else _name(telling))
    return tuple(dict.fromkeys(names))


def _categories(labels: Labels, site: Site) -> tuple[Category, ...]:
    units = [("province", slug, _province_name(slug)) for slug in labels.provinces]
    units += [("area", slug, f"Địa bàn {former.name}") for slug in labels.areas if (former := area(slug))]
    named = {topic.slug: topic for topic in topics()}
    found = [Category(slug, site.tag(kind), name) for kind, slug, name in units if name]
    found = found[:_CATEGORIES_MOST]
    found += [Category(named[slug].iptc, IPTC, named[slug].name) for slug in labels.topics if slug in named]
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
        title=_name(lead),
        updated=min(lead.updated or story.face.published_at, story.updated),
        url="/".join(front.split("/", 3)[:3]) + "/" if front else f"{site.base_url}/search?source={source}",
    )
