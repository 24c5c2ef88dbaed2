"""Official documents: the page of each, and what a question that names one finds. Answered by SQL alone."""

from dataclasses import dataclass, replace
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from pipeline import papers
from pipeline.model import Role, Story, StoryState
from pipeline.papers import UNKNOWN, Paper
from pipeline.store import Connection, stories
from pipeline.store import papers as stored
from pipeline.store.papers import Known
from search.document_question import DocumentQuestion, Missed, covers, ranked, read
from web.account import Signed
from web.made import sent
from web.problems import Problem, described
from web.shapes import AttachmentBody, attached
from web.site import TheSite
from web.view import render, web_url

_PER_PAGE = 20
_MOST_PAGES = 500
_MOST_FOUND = 5  # documents that a search shows
_MOST_LOOKED_INTO = 20  # whose titles are held against the other words of a question
_MOST_STORIES = 3  # of each role, under one found
_MOST_ISSUING = 10
_MOST_POSSIBLE = 10
_MOST_ALIKE = 30
_MOST_FILES = 30
SLUG = "[a-z0-9-]{1,240}"
YEAR = rf"\d{{4}}|{UNKNOWN}"

Part = Annotated[str, Path(pattern=rf"^{SLUG}$")]
Year = Annotated[str, Path(pattern=rf"^({YEAR})$", description=f"of the document, or {UNKNOWN}")]
Page = Annotated[int, Query(alias="trang", ge=1, le=_MOST_PAGES, description="of the stories that cite it")]

router = APIRouter()


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


class PaperStoryBody(BaseModel):
    """A story that names a document."""

    story_id: str
    title: str
    source_name: str
    url: str | None
    published: str

    @classmethod
    def of(cls, story: Story) -> Self:
        """Make the JSON form."""
        lead = story.face.tellings[0]
        return cls(
            story_id=story.story_id,
            title=story.face.title,
            source_name=lead.source_name,
            url=web_url(story.face.url) or None,
            published=story.face.published,
        )


class PaperBody(BaseModel):
    """An official document that stories name."""

    number: str = Field(examples=["90/KH-UBND"])
    kind: str = Field(examples=["Kế hoạch"])
    issuer: str = Field(description="empty if unknown", examples=["UBND tỉnh Kiên Giang"])
    unit: str | None = Field(description="slug of the issuer's province or former unit")
    year: int | None
    dated: str = Field(description="a day, a month, a year, or empty")
    page: str = Field(description="path of its page", examples=["/van-ban/ubnd-kien-giang/2021/90-kh-ubnd"])
    stories: int = Field(description="how many stories name it")
    issued_by: list[PaperStoryBody] = Field(description="newest first, at most 3")
    cited_by: list[PaperStoryBody] = Field(description="newest first, at most 3; the page has all")

    @classmethod
    def of(cls, one: Found) -> Self:
        """Make the JSON form."""
        paper = one.known.paper
        return cls(
            number=one.known.number,
            kind=one.kind,
            issuer=one.issuer,
            unit=paper.unit or None,
            year=paper.year or None,
            dated=one.dated,
            page=paper.path,
            stories=one.known.told,
            issued_by=[PaperStoryBody.of(story) for story in one.issuing],
            cited_by=[PaperStoryBody.of(story) for story in one.citing],
        )


class PaperPageBody(BaseModel):
    """An official document with everything that its page shows."""

    number: str = Field(examples=["90/KH-UBND"])
    kind: str = Field(examples=["Kế hoạch"])
    issuer: str = Field(description="empty if unknown")
    unit: str | None = Field(description="slug of the issuer's province or former unit")
    year: int | None
    dated: str = Field(description="a day, a month, a year, or empty")
    page: str = Field(description="path of its page")
    stories: int = Field(description="how many stories name it")
    attachments: list[AttachmentBody] = Field(
        description="files of the stories that issue it, at their sources"
    )
    issued_by: list[PaperStoryBody] = Field(description="newest first, at most 10")
    cited_by: list[PaperStoryBody] = Field(description="newest first, 20 on a page")
    cited: int = Field(description="how many stories cite it")
    at: int = Field(description="the page of `cited_by`")
    next: str | None = Field(description="path of the next page of `cited_by`")
    possible: list[PaperStoryBody] = Field(description="stories that leave out its year or place")
    alike: list[str] = Field(description="paths of the pages of other documents with the number")

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """Make the JSON form."""
        one, paper = seen.one, seen.one.known.paper
        more = f"/api/documents/{paper.path.removeprefix('/van-ban/')}?trang={seen.at + 1}"
        return cls(
            number=one.known.number,
            kind=one.kind,
            issuer=one.issuer,
            unit=paper.unit or None,
            year=paper.year or None,
            dated=one.dated,
            page=paper.path,
            stories=one.known.told,
            attachments=seen.attachments,
            issued_by=[PaperStoryBody.of(story) for story in one.issuing],
            cited_by=[PaperStoryBody.of(story) for story in one.citing],
            cited=one.known.told - one.known.issued,
            at=seen.at,
            next=more if seen.more else None,
            possible=[PaperStoryBody.of(story) for story in seen.maybe],
            alike=[other.known.paper.path for other in seen.alike],
        )


class PapersBody(BaseModel):
    """The documents that a question may mean, the likeliest first, at most 5."""

    documents: list[PaperBody]
    more: int = Field(description="how many others fit")
    missed: Missed = Field(description="what the question says that no document has: year, issuer, or empty")


@router.get("/api/documents", tags=["search"], responses=described(422, 503))
def papers_json(
    site: TheSite,
    q: Annotated[
        str, Query(max_length=300, description="a document: kind, number, issuer, year in any order")
    ] = "",
) -> PapersBody:
    """Find official documents; the search engine is not asked."""
    with site.db.read() as conn:
        found = look_up(conn, q)
    if found is None:
        return PapersBody(documents=[], more=0, missed=Missed.NOTHING)
    return PapersBody(documents=bodies(found), more=found.more, missed=found.missed)


@router.get(
    "/van-ban/{issuer}/{year}/{number}",
    tags=["pages"],
    response_class=HTMLResponse,
    responses={
        302: {"description": "Another spelling of one document: Location has its page"},
        304: {"description": "Not modified"},
        **described(404, 422, 503),
    },
)
def page(  # noqa: PLR0917 - what FastAPI hands over
    request: Request, site: TheSite, who: Signed, issuer: Part, year: Year, number: Part, at: Page = 1
) -> Response:
    """Show a document: who issued it and when, the stories that issue it, and those that cite it."""
    with site.db.snapshot() as conn:
        seen = _seen(conn, (issuer, year, number), at, "/van-ban/")
    one = seen.one
    shown = render(
        "papers.html",
        title=f"{one.kind} {one.known.number}",
        here="papers",
        signed=who,
        seen=seen,
        one=one,
        paper=one.known.paper,
        path=one.known.paper.path,
        cited=one.known.told - one.known.issued,
        page=at,
    )
    return sent(request, shown.encode(), "text/html; charset=utf-8", {"Cache-Control": "private, no-cache"})


@router.get(
    "/api/documents/{issuer}/{year}/{number}",
    tags=["search"],
    responses={
        302: {"description": "Another spelling of one document: Location has it"},
        **described(404, 422, 503),
    },
)
def paper_json(site: TheSite, issuer: Part, year: Year, number: Part, at: Page = 1) -> PaperPageBody:
    """Give a document with the stories that issue and cite it; `trang` pages those that cite it."""
    with site.db.snapshot() as conn:
        return PaperPageBody.of(_seen(conn, (issuer, year, number), at, "/api/documents/"))


def _seen(conn: Connection, named: tuple[str, str, str], at: int, where: str) -> Seen:
    """Return the document at an address.

    Raises:
        Problem: 404 unknown, 302 another spelling of one (with its address below `where`).
    """
    issuer, year, number = named
    known = next(iter(stored.get(conn, issuer, 0 if year == UNKNOWN else int(year), number)), None)
    if known is None:
        raise _elsewhere(conn, f"{number} {issuer} {year}", where)
    paper = known.paper
    citing = told_in(conn, paper, Role.CITES, _PER_PAGE + 1, (at - 1) * _PER_PAGE)
    alike = stored.alike(conn, paper)
    possible = [other for other in alike if _may_be(paper, other.paper)]
    maybe = [story for other in possible for story in told_in(conn, other.paper, None, _MOST_POSSIBLE)]
    return Seen(
        one=Found(known, told_in(conn, paper, Role.ISSUES, _MOST_ISSUING), citing[:_PER_PAGE]),
        at=at,
        more=len(citing) > _PER_PAGE,
        maybe=_newest(maybe)[:_MOST_POSSIBLE],
        alike=[Found(other, [], []) for other in alike if other not in possible][:_MOST_ALIKE],
    )


def _elsewhere(conn: Connection, parts: str, where: str) -> Problem:
    """Return where an address leads that is no document's own: to the only one that it can mean, else 404."""
    found = look_up(conn, parts.replace(UNKNOWN, "").replace("-", " "))
    fitting = [one for one in found.found if one.known.paper.year == found.asked.year] if found else []
    if found is None or found.missed or len(fitting) != 1:
        return Problem(404, "not_found", "no story names this document")
    location = where + fitting[0].known.paper.path.removeprefix("/van-ban/")
    return Problem(302, "moved", "the document has another address", headers={"Location": location})


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


def bodies(found: Lookup | None) -> list[PaperBody]:
    """Return the JSON form of what was found."""
    return [PaperBody.of(one) for one in found.found] if found else []


def _found(conn: Connection, known: Known) -> Found:
    paper = known.paper
    return Found(
        known,
        told_in(conn, paper, Role.ISSUES, _MOST_STORIES),
        told_in(conn, paper, Role.CITES, _MOST_STORIES),
    )


def _said(conn: Connection, known: Known) -> list[str]:
    """Return words that tell what a document is about: its issuer, titles of stories that name it."""
    issuing = told_in(conn, known.paper, Role.ISSUES, _MOST_STORIES)
    told = issuing or told_in(conn, known.paper, None, _MOST_STORIES)
    return [known.paper.organ, known.issuer, *(f"{one.face.title} {one.face.summary}" for one in told)]


def told_in(conn: Connection, paper: Paper, role: Role | None, limit: int, offset: int = 0) -> list[Story]:
    """Return the living stories that name a document, each once, newest first."""
    named = stored.namings(conn, paper, role=role, limit=limit, offset=offset)
    known = stories.many(conn, (one.story_id for one in named))
    told = dict.fromkeys(one.story_id for one in named)
    return [known[one] for one in told if one in known and known[one].state is StoryState.LIVE]


def _may_be(paper: Paper, other: Paper) -> bool:
    """Tell whether a mention that leaves out the issuer's place or the year may be of a document."""
    for mine, theirs in ((paper.organ, other.organ), (paper.unit, other.unit), (paper.year, other.year)):
        if theirs not in (mine, "", 0):
            return False
    return True


def _newest(told: list[Story]) -> list[Story]:
    each = {one.story_id: one for one in told}.values()
    return sorted(each, key=lambda one: (one.face.published_at, one.story_id), reverse=True)
