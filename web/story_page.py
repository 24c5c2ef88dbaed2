"""What the page of a story shows, read at once: ten statements, however many tellings there are."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feeds.channel import Channel, channel
from pipeline import earliest, papers, text
from pipeline.dedup import WordKind
from pipeline.document_mentions import joined
from pipeline.earliest import First, Span
from pipeline.model import (
    DocumentMention,
    EntryId,
    Face,
    Labels,
    Officeholder,
    Rights,
    Role,
    Story,
    Telling,
)
from pipeline.papers import Paper
from pipeline.store import Connection, review, sources, stories, versions, words
from pipeline.store.versions import Version
from pipeline.store.words import HABIT, Said
from search.holders import called
from web import citation, view
from web.beside import Side, opening, sides
from web.citation import Cited
from web.root import STORIES
from web.shapes import AttachmentBody, attached
from web.steps import Step, steps
from web.view import web_url

_MOST_TOPICS = 3
_MOST_WORDS = 20  # of editors
_MOST_CORRECTED = 4  # entries whose changes are shown here; the others have their own pages
_MOST_VERSIONS = 60  # of one of them: a page that a clock changes has thousands
_SHOWN_VERSIONS = 3
_MOST_CHANGED, _LEAST_CHANGED = 800, 80  # words of the differences of all, of one
_COST = 20_000  # steps of aligning one; 10 ms
_LONGEST_COMPARED = 60_000  # characters; texts of a megabyte take 0.6 s
_LONGEST_SHOWN = 20_000  # characters of the lead; its page has all of it
_DESCRIPTION = 300  # characters; link previews show about two lines
_SITE = "Tin Tỉnh"


@dataclass(frozen=True, slots=True)
class Timed:
    """When a telling was published by its source's own word, None if it has none, and when we saw it."""

    told: Telling
    at: Span | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A telling whose text was changed, with its newest versions; `more`: there are others."""

    told: Telling
    steps: tuple[Step, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Held:
    """An office as it is shown, and as it is looked for."""

    shown: str
    asked: str


@dataclass(frozen=True, slots=True)
class Editing:
    """What an editor sees more. `pending`: a word or a text is not applied yet; `said`: newest first."""

    pending: bool
    said: list[Said]


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page needs.

    Args:
        times: the tellings by their sources' times, those without one last.
        before: sources of which an entry was seen here before the hour that the first one states.
        corrected: tellings with several texts; `elsewhere`: others, whose own pages show theirs.
        said: editors' words that stand, without who said them: kind, how many, when the last was said.
        editing: None for whoever is no editor.
    """

    story: Story
    sides: list[Side]
    first: First
    times: list[Timed]
    before: list[str]
    corrected: list[Corrected]
    elsewhere: list[Telling]
    said: list[tuple[str, int, datetime]]
    editing: Editing | None
    cited: list[Cited]
    channels: list[Channel]
    people: list[tuple[str, list[Held]]]
    address: str
    canonical: str

    @property
    def face(self) -> Face:
        """Return what the outside sees of the story."""
        return self.story.face

    @property
    def description(self) -> str:
        """Return a sentence or two for link previews, from what the sources' rights let out."""
        return described(self.face)

    @property
    def published(self) -> str:
        """Return the lead's date as far as the source writes it (ISO 8601), "" if it does not."""
        return published(self.face)

    @property
    def lede(self) -> str:
        """Return the lead's summary, "" where its text, which stands below, begins so."""
        said = self.face.summary.removesuffix("…").rstrip()
        return "" if said and self.face.content.startswith(said) else self.face.summary

    @property
    def documents(self) -> dict[str, list[tuple[DocumentMention, str]]]:
        """Return by role the documents that are named, each once with the path of its page."""
        once: dict[Paper, DocumentMention] = {}
        for one, paper in papers.of_face(self.face):
            once[paper] = joined(once[paper], one) if paper in once else one
        found: dict[str, list[tuple[DocumentMention, str]]] = {role: [] for role in Role}
        for paper, one in once.items():
            found[one.role].append((one, paper.path))
        return found

    @property
    def attachments(self) -> list[AttachmentBody]:
        """Return the files that the tellings hand out."""
        return attached(self.face)

    @property
    def opening(self) -> str:
        """Return the lead's text, or its first paragraphs where it is very long."""
        return opening(self.face.content, _LONGEST_SHOWN)

    @property
    def places(self) -> list[Channel]:
        """Return the channels of where it happened."""
        return [one for one in self.channels if one.topic is None]

    @property
    def topics(self) -> list[Channel]:
        """Return the channels of what it is about."""
        return [one for one in self.channels if one.topic is not None]

    @property
    def sources(self) -> list[str]:
        """Return the names of those that may have been first, each once."""
        names = {told.entry_id: told.source_name for told in self.face.tellings}
        return list(dict.fromkeys(names[one] for one in self.first.candidates))

    @property
    def winner(self) -> Timed | None:
        """Return who told it first, if that can be told."""
        return next((one for one in self.times if one.told.entry_id == self.first.entry_id), None)

    @property
    def citations(self) -> list[str]:
        """Return the lines that cite each telling, the lead's first."""
        return [citation.line(one) for one in self.cited]


def read(conn: Connection, story: Story, base_url: str, *, is_editor: bool) -> Shown:
    """Read what the page of a live story shows."""
    face, address = story.face, f"{base_url}{STORIES}{story.story_id}"
    mine = [told.entry_id for told in face.tellings]
    seen = stories.seen_at(conn, mine)
    spans = earliest.spans(face.tellings)
    first = earliest.first(spans)
    said = words.said_of(conn, mine)
    corrected, elsewhere = _corrected(conn, face)
    times = sorted(
        (Timed(told, spans[told.entry_id], seen.get(told.entry_id)) for told in face.tellings), key=_by_time
    )
    return Shown(
        story=story,
        sides=sides(face),
        first=first,
        times=times,
        before=_before(times, first),
        corrected=corrected,
        elsewhere=elsewhere,
        said=_public(said),
        editing=Editing(review.unapplied(conn, mine), said[:_MOST_WORDS]) if is_editor else None,
        cited=citations(conn, face, seen, address),
        channels=_channels(face.labels),
        people=_people(face.people),
        address=address,
        canonical=canonical(face, address),
    )


def citations(conn: Connection, face: Face, seen: Mapping[EntryId, datetime], address: str) -> list[Cited]:
    """Return every telling as it is cited, the lead's first. `seen`: when each entry was first received."""
    corrected = {told.entry_id: told.version for told in face.tellings if told.version > 1}
    at = {**seen, **versions.seen_at(conn, corrected)}
    return [Cited(told, web_url(told.url), at.get(told.entry_id), address) for told in face.tellings]


def canonical(face: Face, address: str) -> str:
    """Return the address that holds all that the page does (RFC 6596 section 3).

    The source's own page where it alone tells the story; ours where several do.
    """
    return (web_url(face.url) if len(face.tellings) == 1 else "") or address


def described(face: Face) -> str:
    """Return a sentence or two for link previews, from what the sources' rights let out."""
    return text.shorten(face.summary or face.title, _DESCRIPTION)


def published(face: Face) -> str:
    """Return the lead's date as far as the source writes it (ISO 8601), "" if it does not."""
    at = earliest.span(face.published, face.published_basis)
    return at.text() if at else ""


def linked_data(shown: Shown) -> str:
    """Return the page and the article that it is mainly about, for machines (schema.org), as JSON."""
    face = shown.face
    lead = face.tellings[0]
    article: dict[str, Any] = {
        "@type": "NewsArticle",
        "headline": face.title,
        "description": described(face),
        "inLanguage": face.language,
        "publisher": {"@type": "Organization", "name": lead.source_name},
        "author": [{"@type": "Person", "name": name} for name in lead.authors],
        "url": web_url(face.url),
        "datePublished": published(face),
        "dateModified": lead.updated.isoformat() if lead.updated else "",
        "image": web_url(face.image.url) if face.image else "",
    }
    page = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "@id": shown.address,
        "url": shown.address,
        "isPartOf": {"@type": "WebSite", "name": _SITE},
        "mainEntity": {name: value for name, value in article.items() if value},
    }
    # "<" would end the element that holds it.
    return json.dumps(page, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _by_time(one: Timed) -> tuple[bool, float, float, str]:
    seen = one.seen_at.timestamp() if one.seen_at else 0.0
    return (one.at is None, one.at.begin.timestamp() if one.at else seen, seen, one.told.entry_id)


def _before(times: Sequence[Timed], first: First) -> list[str]:
    """Return the sources that were seen here before the hour that the first one states; it may be among them.

    A source that publishes an article anew often gives it a new hour, too.
    """
    won = next((one for one in times if one.told.entry_id == first.entry_id), None)
    if won is None or won.at is None:
        return []
    earlier = (one for one in times if one.seen_at and one.seen_at < won.at.begin)
    return list(dict.fromkeys(one.told.source_name for one in earlier))


def _corrected(conn: Connection, face: Face) -> tuple[list[Corrected], list[Telling]]:
    """Return the tellings with several texts, those whose changes fit here and the others."""
    changed = [told for told in face.tellings if told.version > 1]
    fitting = [told for told in changed if told.version <= _MOST_VERSIONS][:_MOST_CORRECTED]
    if not fitting:
        return [], changed
    known = versions.newest(conn, [told.entry_id for told in fitting], _SHOWN_VERSIONS)
    rights = {source_id: one.rights for source_id, one in sources.many(conn).items()}
    most = max(_LEAST_CHANGED, _MOST_CHANGED // (len(fitting) * _SHOWN_VERSIONS))
    found = []
    for told in fitting:
        texts = known.get(told.entry_id, ())
        if texts and not _is_long(texts, rights[told.source_id]):
            made = tuple(steps(texts, rights[told.source_id], most, _COST))
            found.append(Corrected(told, made, made[-1].version.rank > 1))
    here = {one.told.entry_id for one in found}
    return found, [told for told in changed if told.entry_id not in here]


def _is_long(texts: Sequence[Version], rights: Rights) -> bool:
    return rights is Rights.FULL and any(len(one.draft.body) > _LONGEST_COMPARED for one in texts)


def _public(said: Sequence[Said]) -> list[tuple[str, int, datetime]]:
    """Return what editors said that stands, kind by kind; `said` begins with the newest."""
    found: dict[str, list[datetime]] = {}
    for one in said:
        if not one.undone and one.by != HABIT and one.kind in set(WordKind):
            found.setdefault(one.kind, []).append(one.at)
    return [(kind, len(times), times[0]) for kind, times in found.items()]


def _channels(labels: Labels) -> list[Channel]:
    """Return the channels that a reader of this story may want, narrowest first."""
    keys = [f"area/{labels.area}", f"province/{labels.province}"]
    keys += [f"topic/{slug}" for slug in labels.topics[:_MOST_TOPICS]]
    return [found for found in map(channel, keys) if found]


def _people(people: Sequence[Officeholder]) -> list[tuple[str, list[Held]]]:
    """Return each person with their offices, in order."""
    found: dict[str, list[Held]] = {}
    for one in people:
        ((_, shown),) = view.holders([one])
        found.setdefault(one.name, []).append(Held(shown, called(one)))
    return list(found.items())
