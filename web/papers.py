"""Official documents: the page of each, as JSON too, and what a question that names one finds."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from pipeline.papers import UNKNOWN
from pipeline.store import Connection
from pipeline.store import papers as stored
from pipeline.store.papers import Known
from search.namesakes import Missed
from web.account import Signed
from web.made import sent
from web.paper_lookup import Seen, look_up, seen_at
from web.paper_shapes import PaperPageBody, PapersBody, bodies
from web.problems import Problem, described
from web.site import TheSite
from web.view import render

MOST_PAGES = 100_000  # more than any document or list has: the last page leads nowhere that is refused
SLUG = "[a-z0-9-]{1,240}"
YEAR = rf"\d{{4}}|{UNKNOWN}"

Part = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,240}$")]  # capitals lead on, as other spellings do
Year = Annotated[str, Path(pattern=rf"^({YEAR})$", description=f"of the document, or {UNKNOWN}")]
Page = Annotated[int, Query(alias="trang", ge=1, le=MOST_PAGES, description="of the stories that cite it")]

router = APIRouter()


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
        address=f"{site.settings.base_url}{one.known.paper.path}",
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
    issuer, year, number = map(str.lower, named)
    known = next(iter(stored.get(conn, issuer, 0 if year == UNKNOWN else int(year), number)), None)
    if known is None or (issuer, year, number) != named:
        raise _elsewhere(conn, f"{number} {issuer} {year}", where, known)
    return seen_at(conn, known, at)


def _elsewhere(conn: Connection, parts: str, where: str, known: Known | None) -> Problem:
    """Return where an address leads that is no document's own: to the only one that it can mean, else 404."""
    if known is not None:
        return _moved(known, where)
    found = look_up(conn, parts.replace(UNKNOWN, "").replace("-", " "))
    fitting = [one for one in found.found if one.known.paper.year == found.asked.year] if found else []
    if found is None or found.missed or len(fitting) != 1:
        return Problem(404, "not_found", "no story names this document")
    return _moved(fitting[0].known, where)


def _moved(known: Known, where: str) -> Problem:
    location = where + known.paper.path.removeprefix("/van-ban/")
    return Problem(302, "moved", "the document has another address", headers={"Location": location})
