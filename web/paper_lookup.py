"""Which official documents a question or an address means, with the stories that name them. SQL alone."""

from dataclasses import dataclass, replace

from pipeline import papers
from pipeline.model import Role, Story, StoryState
from pipeline.papers import Paper
from pipeline.store import Connection, stories
from pipeline.store import papers as stored
from pipeline.store.papers import Known
from search.document_question import DocumentQuestion, read
from search.namesakes import Missed, covers, ranked
from web.shapes import AttachmentBody, attached

_CITING = 20  # stories on a page
_MOST_FOUND = 5  # documents that a search shows
_MOST_LOOKED_INTO = 20  # whose titles are held against the other words of a question
_MOST_STORIES = 3  # of each role, under one found
_MOST_ISSUING = 10
_MOST_POSSIBLE = 10
_MOST_ALIKE = 30
_MOST_FILES = 30


@dataclass(frozen=True, slots=True)
class Found:
    """A document with the stories to show: those that issue it, the newest of those that cite it."""

    known: Known
    issuing: list[Story]
    citing: list[Story]

    @property
    def issuer(self) -> str:
        """Return what the issuer is called, "" if unknown."""
        return papers.issuer_name(self.known.paper, self.known.issuer)

    @property
    def kind(self) -> str:
        """Return what its kind is called."""
        return self.known.paper.kind_name

    @property
    def dated(self) -> str:
        """Return its date as long as it is known, ISO 8601."""
        return self.known.dated or str(self.known.paper.year or "")


@dataclass(frozen=True, slots=True)
class Seen:
    """A document as its page shows it.

    `at`: the page of the stories that cite it, `more`: there is another; `maybe`: stories that may mean it;
    `alike`: other documents with the number.
    """

    one: Found
    at: int
    more: bool
    maybe: list[Story]
    alike: list[Found]

    @property
    def attachments(self) -> list[AttachmentBody]:
        """Return the files that the stories that issue it hand out, each once."""
        files = [file for story in self.one.issuing for file in attached(story.face)]
        return list({file.url: file for file in reversed(files)}.values())[::-1][:_MOST_FILES]


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a question that names a document found: documents, the likeliest first.

    `missed`: what the question said that no document has. `more`: how many documents were found beyond.
    """

    asked: DocumentQuestion
    found: list[Found]
    missed: Missed
    more: int

    @property
    def listed(self) -> str:
        """Return the address of the list of all documents with the number."""
        kind = min(self.asked.kinds) if len(self.asked.kinds) == 1 else ""
        return f"/van-ban?so={self.asked.count}{f'&loai={kind}' if kind else ''}"


def look_up(conn: Connection, question: str, unit: str = "") -> Lookup | None:
    """Return the documents that a question names, None if it names none or stories tell of none such.

    `unit`: slug of a province or former unit that is meant where the question says none.
    """
    asked = read(question)
    if asked is None:
        return None
    asked = replace(asked, unit=asked.unit or unit)
    known = stored.namesakes(conn, asked.count, slug=asked.slug, kinds=() if asked.slug else asked.kinds)
    if not known and asked.slug:
        known = stored.namesakes(conn, asked.count, kinds=asked.kinds)
    ordered, missed = ranked(asked, known)
    if asked.rest and not asked.slug:
        about = [one for one in ordered[:_MOST_LOOKED_INTO] if covers(asked, _said(conn, one))]
        ordered = about or (ordered if asked.kinds and asked.organ else [])
    if not ordered:
        return None
    found = [_found(conn, one) for one in ordered[:_MOST_FOUND]]
    return Lookup(asked, found, missed, len(ordered) - len(found))


def seen_at(conn: Connection, known: Known, at: int) -> Seen:
    """Return a document as its page shows it; `at`: the page of the stories that cite it, from 1."""
    paper = known.paper
    citing = told_in(conn, paper, Role.CITES, _CITING + 1, (at - 1) * _CITING)
    alike = stored.alike(conn, paper)
    possible = [other for other in alike if _may_be(paper, other.paper)]
    maybe = [story for other in possible for story in told_in(conn, other.paper, None, _MOST_POSSIBLE)]
    return Seen(
        one=Found(known, told_in(conn, paper, Role.ISSUES, _MOST_ISSUING), citing[:_CITING]),
        at=at,
        more=len(citing) > _CITING,
        maybe=_newest(maybe)[:_MOST_POSSIBLE],
        alike=[Found(other, [], []) for other in alike if other not in possible][:_MOST_ALIKE],
    )


def _found(conn: Connection, known: Known) -> Found:
    paper = known.paper
    return Found(
        known,
        told_in(conn, paper, Role.ISSUES, _MOST_STORIES),
        told_in(conn, paper, Role.CITES, _MOST_STORIES),
    )


def told_in(conn: Connection, paper: Paper, role: Role | None, limit: int, offset: int = 0) -> list[Story]:
    """Return the living stories that name a document, each once, newest first."""
    told = stored.tellers(conn, paper, role=role, limit=limit, offset=offset)
    known = stories.many(conn, told)
    return [known[one] for one in told if one in known and known[one].state is StoryState.LIVE]


def _said(conn: Connection, known: Known) -> list[str]:
    """Return words that tell what a document is about: its issuer, titles of stories that name it."""
    issuing = told_in(conn, known.paper, Role.ISSUES, _MOST_STORIES)
    told = issuing or told_in(conn, known.paper, None, _MOST_STORIES)
    return [known.paper.organ, known.issuer, *(f"{one.face.title} {one.face.summary}" for one in told)]


def _may_be(paper: Paper, other: Paper) -> bool:
    """Tell whether a mention that leaves out the issuer's place or the year may be of a document."""
    for mine, theirs in ((paper.organ, other.organ), (paper.unit, other.unit), (paper.year, other.year)):
        if theirs not in (mine, "", 0):
            return False
    return True


def _newest(told: list[Story]) -> list[Story]:
    each = {one.story_id: one for one in told}.values()
    return sorted(each, key=lambda one: (one.face.published_at, one.story_id), reverse=True)
