"""One story: its page, its JSON, its references. A merged one sends on to its survivor."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import EngineUnavailable
from pipeline.model import Story, StoryState
from pipeline.store import stories
from pipeline.store.accounts import Role, Session
from web import story_page
from web.account import Signed
from web.citation import Form, written
from web.finding import alive, known
from web.made import sent
from web.partners import REFUSALS, Searching
from web.problems import described
from web.root import STORIES
from web.similar import similar
from web.site import TheSite
from web.story_shapes import WholeStoryBody
from web.view import render

_HTML = "text/html; charset=utf-8"
_MOST_NEAR = 8
_FRESH = {"Cache-Control": "private, no-cache"}
Id = Annotated[str, Path(max_length=64)]
_ON: dict[int | str, dict[str, Any]] = {
    304: {"description": "Not modified"},
    308: {"description": "Merged: Location has the survivor"},
}

router = APIRouter()


@router.get(
    "/stories/{story_id}",
    tags=["pages"],
    responses={308: {"description": "Location has the story's page"}, **described(404, 410)},
)
def moved(request: Request, site: TheSite, who: Signed, story_id: Id) -> Response:
    """Lead to the story's page; feeds and mirrors hold this older address of it."""
    found = known(site, story_id)
    if found[0].state is StoryState.WITHDRAWN:
        return _gone(found[0], who)
    story = alive(found, STORIES)
    asked = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{STORIES}{story.story_id}{asked}", 308)


@router.get(
    "/tin/{story_id}", tags=["pages"], response_class=HTMLResponse, responses=_ON | described(404, 410, 503)
)
def page(request: Request, site: TheSite, who: Signed, story_id: Id) -> Response:
    """Show a story: all tellings side by side, why they are one, who was first; to editors, what to do."""
    found = known(site, story_id)
    if found[0].state is StoryState.WITHDRAWN:
        return _gone(found[0], who)
    story = alive(found, STORIES)
    is_editor = who is not None and who.role.allows(Role.EDITOR)
    with site.db.snapshot() as conn:
        shown = story_page.read(conn, story, site.settings.base_url, is_editor=is_editor)
    made = render(
        "story.html", title="", here="", signed=who, shown=shown, data=story_page.linked_data(shown)
    )
    if who is not None:
        return HTMLResponse(made, headers={"Cache-Control": "no-store"})
    return sent(request, made.encode(), _HTML, _FRESH)


@router.get(
    "/tin/{story_id}/trich-dan.{form}",
    tags=["pages"],
    response_class=Response,
    responses={200: {"description": "References to every telling"}, **_ON, **described(404, 410, 422, 503)},
)
def references(request: Request, site: TheSite, story_id: Id, form: Form) -> Response:
    """Give every telling of a story as a file for programs that keep references."""
    story = alive(known(site, story_id), STORIES, f"/trich-dan.{form}")
    told = [telling.entry_id for telling in story.face.tellings]
    with site.db.read() as conn:
        address = f"{site.settings.base_url}{STORIES}{story.story_id}"
        cited = story_page.citations(conn, story.face, stories.seen_at(conn, told), address)
    named = {"Content-Disposition": f'attachment; filename="{story.story_id}.{form}"'}
    return sent(request, written(cited, form).encode(), f"{form.media_type}; charset=utf-8", _FRESH | named)


@router.get(
    "/tin/{story_id}/gan-giong",
    tags=["pages"],
    response_class=HTMLResponse,
    responses={308: _ON[308], **described(404, 410, 503)},
)
def near(site: TheSite, who: Signed, story_id: Id) -> HTMLResponse:
    """Show stories like one; the story's own page does not wait for the search engine."""
    story = alive(known(site, story_id), STORIES, "/gan-giong")
    try:
        found = similar(site, story, _MOST_NEAR)
    except EngineUnavailable:
        found = None
    made = render("story_near.html", title="", here="", signed=who, story=story, near=found)
    return HTMLResponse(made, 200 if found is not None else 503)


@router.get("/cach-gop-tin", tags=["pages"], response_class=HTMLResponse, responses=described(503))
def how(who: Signed) -> str:
    """Show how Tin Tỉnh decides what is one story, and what it says of times."""
    return render("story_how.html", title="", here="", signed=who)


@router.get(
    "/api/stories/{story_id}",
    tags=["search"],
    response_model=WholeStoryBody,
    responses=_ON | described(404, 410, 422, 503, *REFUSALS),
)
def story_json(request: Request, site: TheSite, who: Searching, story_id: Id) -> Response:
    """Give a story with all its entries and decisions, and who told it first."""
    story = who.within_bounds(alive(known(site, story_id), "/api/stories/"))
    with site.db.read() as conn:
        seen = stories.seen_at(conn, (telling.entry_id for telling in story.face.tellings))
    told = WholeStoryBody.made(story, seen, site.settings.base_url)
    return sent(request, told.model_dump_json().encode(), "application/json", _FRESH)


def _gone(story: Story, who: Session | None) -> Response:
    """Return the page of a story that was withdrawn, without a word of it."""
    return HTMLResponse(render("story_gone.html", title="", here="", signed=who, story=story), 410)
