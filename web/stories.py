"""One story, as a page and as JSON. A merged story sends on to its survivor, a withdrawn one is gone."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from feeds.channel import Channel, channel
from pipeline.model import Labels, Story, StoryId, StoryState
from pipeline.store import review, stories, words
from pipeline.store.accounts import Role
from pipeline.store.words import Said
from web.account import Signed
from web.problems import Problem, described
from web.root import STORIES
from web.shapes import StoryBody
from web.site import Site, TheSite
from web.view import render

_MOST_TOPICS = 3
_MOST_WORDS = 20
Id = Annotated[str, Path(max_length=64)]

router = APIRouter()


@router.get(
    "/stories/{story_id}",
    tags=["pages"],
    responses={308: {"description": "Location has the story's page"}, **described(404, 410)},
)
def moved(request: Request, site: TheSite, story_id: Id) -> RedirectResponse:
    """Lead to the story's page; feeds and mirrors hold this older address of it."""
    found = _living(site, story_id, STORIES)
    asked = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{STORIES}{found.story_id}{asked}", 308)


@router.get(
    "/tin/{story_id}",
    tags=["pages"],
    response_class=HTMLResponse,
    responses={308: {"description": "Merged: Location has the survivor"}, **described(404, 410)},
)
def page(site: TheSite, who: Signed, story_id: Id) -> HTMLResponse:
    """Show a story: all tellings side by side, and why they are one; editors can say a word about it."""
    story = _living(site, story_id, STORIES)
    shown = render(
        "story.html",
        title="",
        here="",
        signed=who,
        story=story,
        channels=_channels(story.face.labels),
        editing=_editing(site, story) if who is not None and who.role.allows(Role.EDITOR) else None,
    )
    return HTMLResponse(shown, headers=None if who is None else {"Cache-Control": "no-store"})


@dataclass(frozen=True, slots=True)
class Editing:
    """What an editor sees more. `pending`: a word or a text is not applied yet; `said`: newest first."""

    pending: bool
    said: list[Said]


def _editing(site: Site, story: Story) -> Editing:
    told = [telling.entry_id for telling in story.face.tellings]
    with site.db.read() as conn:
        return Editing(review.unapplied(conn, told), words.said_of(conn, told)[:_MOST_WORDS])


@router.get(
    "/api/stories/{story_id}",
    tags=["search"],
    responses={308: {"description": "Merged: Location has the survivor"}, **described(404, 410, 422, 503)},
)
def story_json(site: TheSite, story_id: Id) -> StoryBody:
    """Give a story with all its entries and decisions."""
    return StoryBody.of(_living(site, story_id, "/api/stories/"))


def _living(site: Site, story_id: str, where: str) -> Story:
    """Return a live story.

    Raises:
        Problem: 404 unknown, 410 withdrawn, 308 merged (with the survivor's id).
    """
    with site.db.read() as conn:
        story = stories.get(conn, StoryId(story_id))
        survivor = stories.resolve(conn, StoryId(story_id))
    if story is None or survivor is None:
        raise Problem(404, "not_found", "there is no such story")
    if story.state is StoryState.WITHDRAWN:
        raise Problem(410, "withdrawn", "its sources took this story back")
    if survivor != story.story_id:
        raise Problem(
            308,
            "merged",
            "the story is told in another one",
            headers={"Location": f"{where}{survivor}"},
            more={"story_id": survivor},
        )
    return story


def _channels(labels: Labels) -> list[Channel]:
    """Return the channels that a reader of this story may want, narrowest first."""
    keys = [f"area/{labels.area}", f"province/{labels.province}"]
    keys += [f"topic/{slug}" for slug in labels.topics[:_MOST_TOPICS]]
    return [found for found in map(channel, keys) if found]
