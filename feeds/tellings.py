"""Who tells a story, as an entry names it: people, papers, agencies, bulletins with day and number. Pure."""

import re
from dataclasses import dataclass

from feeds.strings import address, anchor, escaped, line
from pipeline.model import Basis, EntryKind, Face, Telling
from pipeline.text import fold

# Characters and numbers, made so that the worst item still fits a feed by itself.
NAME_MOST = 200
TELLINGS_MOST = 20
_AUTHORS_MOST = 5

DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_BULLETINS = tuple(
    map(fold, ("bản tin", "điểm tin", "điểm báo"))
)  # names that need no "Bản tin của" before them


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


def told(telling: Telling) -> Told:
    """Return a telling in strings that any form can carry."""
    item_of = telling.kind is EntryKind.BULLETIN_ITEM
    people = (line(one, NAME_MOST) for one in telling.authors[:_AUTHORS_MOST])
    return Told(
        source=line(telling.source_id, NAME_MOST),
        name=line(telling.source_name, NAME_MOST) or line(telling.source_id, NAME_MOST) or "không rõ",
        kind=telling.kind,
        url=address(telling.url),
        bulletin=line(telling.bulletin_id, NAME_MOST) if item_of else "",
        number=telling.bulletin_number if item_of else 0,
        published=line(telling.published, NAME_MOST),
        basis=telling.published_basis,
        authors=tuple(dict.fromkeys(one for one in people if one)),
        agency=line(telling.credit, NAME_MOST),
    )


def _where(one: Told) -> str:
    """Return who tells it: "Báo Vĩnh Long", "Bản tin của Cổng Đồng Tháp ngày 21/11/2026, mục 1"."""
    if one.kind is not EntryKind.BULLETIN_ITEM:
        return one.name
    name = one.name if fold(one.name).startswith(_BULLETINS) else f"Bản tin của {one.name}"
    found = DAY.match(one.published)
    day = f" ngày {found[3]}/{found[2]}/{found[1]}" if found else ""
    item = f", mục {one.number}" if one.number else ""
    return f"{name}{day}{item}"


def others(tellings: tuple[Told, ...], known: set[str]) -> tuple[Link, ...]:
    """Return the pages that tell the story, each once, but for those `known`."""
    found: dict[str, str] = {}
    for one in tellings:
        if one.url and one.url not in known:
            found.setdefault(one.url, _where(one))
    return tuple(Link(url, title) for url, title in found.items())


def provenance(face: Face, tellings: tuple[Told, ...]) -> str:
    """Return HTML paragraphs that name who told the story, the lead first, and who took it back."""
    said = list(dict.fromkeys(anchor(one.url, _where(one)) for one in tellings))
    if not said:
        return ""
    besides = f". Cũng có trong {'; '.join(said[1:])}" if said[1:] else ""
    more = f" và {left} nơi khác" if (left := len(face.tellings) - TELLINGS_MOST) > 0 else ""
    return f"<p>Nguồn: {said[0]}{besides}{more}.</p>{_taken_back(face)}"


def _taken_back(face: Face) -> str:
    names = [line(name, NAME_MOST) for name in face.taken_back[:TELLINGS_MOST]]
    named = escaped(", ".join(name for name in names if name))
    return f"<p>{named} đã rút bài của mình về tin này.</p>" if named else ""


def authors(tellings: tuple[Told, ...], front: str) -> tuple[Author, ...]:
    """Return the people whom the lead names; without any, its paper speaks for itself."""
    if not tellings:
        return ()
    people = tuple(Author(name) for name in tellings[0].authors)
    return people or (Author(tellings[0].name, front),)


def agency(tellings: tuple[Told, ...]) -> str:
    """Return the lead's agency, unless it is named as source or author already."""
    if not tellings or tellings[0].agency in (tellings[0].name, *tellings[0].authors):
        return ""
    return tellings[0].agency
