"""/api/search: the search as JSON, for programs; docs/search-api.md."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from pipeline.errors import EngineUnavailable
from pipeline.model import Story, StoryId
from search import query as engine
from search.document import document
from search.question import NAMES
from web.finding import Searched, find, living, newest_from_store, papers
from web.made import sent
from web.paper_shapes import PaperBody, bodies
from web.partners import REFUSALS, Searching
from web.problems import Problem, described
from web.shapes import BulletinBody
from web.site import TheSite

RETRY_SECONDS = "10"
_KEPT = {"Cache-Control": "private, no-cache"}
_TIMELESS = {"took_ms": 0}

router = APIRouter()


class HitEntry(BaseModel):
    """One telling of a hit."""

    entry_id: str
    source: str
    source_name: str
    kind: str
    title: str
    url: str
    published: str
    published_basis: str = ""
    bulletin: BulletinBody | None


class HitBody(BaseModel):
    """One story found."""

    story_id: str
    title: str
    snippet: str = Field(description="HTML whose only tag is <mark>")
    url: str
    province: str | None = Field(description="the main one, slug of today; toan-quoc for national news")
    provinces: list[str] = Field(description="all that it is of; filters, bounds and facets go by these")
    area: str | None = Field(description="the main unit of until July 2025, slug")
    areas: list[str] = Field(description="all that it is of; filters, bounds and facets go by these")
    topics: list[str]
    published: str
    published_basis: str = Field(
        description="whence the date is known; `received`: none was told, it is when the text came here"
    )
    entries: list[HitEntry]


class ResultsBody(BaseModel):
    """What was found, in rank order."""

    hits: list[HitBody]
    total: int = Field(description="how many there are; with `down` how many were seen up to here")
    facets: dict[str, dict[str, int]] = Field(
        description="hits per value of province, area, topic, source, person, office, bulletin, most first; "
        "values of a filter that is set are counted as if it was not"
    )
    months: dict[str, int] = Field(description="hits per local month of publication, in order")
    days: dict[str, int] = Field(
        description="hits per local day, where `from` and `to` are at most 92 days apart or all hits are of "
        "three months in a row"
    )
    cursor: str = Field(description="asks for what comes behind these hits as `before`; empty at the end")
    took_ms: int
    relaxed: bool = Field(description="no story holds every word as it was typed; these come nearest")
    respelled: str = Field(
        default="", description="the question that was answered, where a word of it is no Vietnamese syllable"
    )
    documents: list[PaperBody] = Field(
        description="official documents that the question names, the likeliest first; on page 1"
    )
    down: bool = Field(description="the search engine is away: the newest stories, from the database")
    unapplied: list[str] = Field(description="with `down`: the parameters that counted for nothing")
    incomplete: bool = Field(
        description="with `down`: not all stories could be looked at; more may fulfil it"
    )


@router.get(
    "/api/search",
    tags=["search"],
    response_model=ResultsBody,
    responses={304: {"description": "Not modified"}, **described(422, 503, *REFUSALS)},
)
def search_json(  # noqa: PLR0917 - the parameters are the contract; `engine.read` reads them all
    request: Request,
    site: TheSite,
    who: Searching,
    q: Annotated[
        str, Query(description="words, phrases in quotes, document numbers; empty: the newest")
    ] = "",
    province: Annotated[
        str, Query(description="slug, toan-quoc for national news; several: any of them")
    ] = "",
    area: Annotated[str, Query(description="slug of a unit of until July 2025, or several")] = "",
    topic: Annotated[str, Query(description="slug, or several")] = "",
    source: Annotated[str, Query(description="a source's id, or several")] = "",
    doc: Annotated[str, Query(description="a document number")] = "",
    person: Annotated[str, Query(description="name of a holder of public office")] = "",
    office: Annotated[
        str, Query(description="an office from its first word on; beside `person` that person's")
    ] = "",
    bulletin: Annotated[str, Query(description="yes: told in a bulletin; no: not")] = "",
    date_from: Annotated[str, Query(alias="from", description="local day, included")] = "",
    date_to: Annotated[str, Query(alias="to", description="local day, included")] = "",
    sort: Annotated[str, Query(description="relevance, newest or oldest")] = "relevance",
    page: Annotated[str, Query(description="from 1")] = "1",
    per_page: Annotated[str, Query(description="1 to 50")] = "20",
    before: Annotated[str, Query(description="the `cursor` of the page before, in place of `page`")] = "",
) -> Response:
    """Search stories."""
    del q, province, area, topic, source, doc, person, office, bulletin, date_from, date_to
    del sort, page, per_page, before
    asked = engine.read(engine.gathered(request.query_params.multi_items(), NAMES))
    found = told(site, replace(asked, within=who.within))
    body, lasting = (one.model_dump_json().encode() for one in (found, found.model_copy(update=_TIMELESS)))
    return sent(request, body, "application/json", _KEPT, lasting=lasting)


def told(site: Searched, asked: engine.Query) -> ResultsBody:
    """Return the answer to a question; the command line gives the same.

    Raises:
        Problem: as `_without_engine`.
    """
    # Documents are known by the stories of all sources: a key with bounds is told of none.
    documents = [] if asked.within else bodies(papers(site, asked))
    named = {"documents": documents, "down": False, "unapplied": [], "incomplete": False}
    try:
        found = find(site, asked)
    except EngineUnavailable:
        return _without_engine(site, asked, named)
    alive = living(site, found)
    return ResultsBody.model_validate(found.answer() | {"hits": _placed(found, alive)} | named)


def _without_engine(site: Searched, asked: engine.Query, named: dict[str, Any]) -> ResultsBody:
    """Answer from SQL what SQL can answer.

    Raises:
        Problem: 503, if words or a cursor were asked for and no document is known by them: stories that
            were not looked for by them would mislead a program.
    """
    newest = newest_from_store(site, asked)
    down = {"down": True, "unapplied": list(newest.unapplied), "incomplete": newest.incomplete}
    if newest.unapplied and not named["documents"]:
        advice = {"Retry-After": RETRY_SECONDS}
        raise Problem(503, "unavailable", "the search engine is away", headers=advice, more=down)
    hits = () if newest.unapplied else tuple(engine.hit(document(one, ()), asked) for one in newest.stories)
    found = engine.Results(hits=hits, total=0 if newest.unapplied else newest.total)
    known = {one.story_id: one for one in newest.stories}
    return ResultsBody.model_validate(found.answer() | {"hits": _placed(found, known)} | named | down)


def _placed(found: engine.Results, alive: Mapping[StoryId, Story]) -> list[dict[str, Any]]:
    """Return the hits that are alive, with all places that their stories are of."""
    hits = [(hit, alive.get(hit["story_id"])) for hit in found.answer()["hits"]]
    return [
        hit | {"provinces": story.face.labels.provinces, "areas": story.face.labels.areas}
        for hit, story in hits
        if story is not None
    ]
