"""Stories that a reader of one may want next, as JSON."""

import time
from collections.abc import Sequence
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from pipeline.model import Story, StoryId, StoryState
from pipeline.store import stories
from search import similar as engine
from search.conditions import Condition
from search.similar import MOST, Near
from web.finding import alive, asked_index, known
from web.partners import REFUSALS, Searching
from web.problems import described
from web.site import Site, TheSite
from web.view import web_url

router = APIRouter()


class NearBody(BaseModel):
    """A story like another one."""

    story_id: str
    title: str
    summary: str
    url: str | None
    published: str
    province: str | None
    sources: list[str] = Field(description="names of those who tell it, the lead's first")
    score: float = Field(description="only to compare within one answer")
    documents: list[str] = Field(description="official documents that both name")
    people: list[str] = Field(description="holders of office whom both name")

    @classmethod
    def of(cls, near: Near) -> Self:
        """Make the JSON form."""
        face = near.story.face
        return cls(
            story_id=near.story.story_id,
            title=face.title,
            summary=face.summary,
            url=web_url(face.url) or None,
            published=face.published,
            province=face.labels.province,
            sources=list(dict.fromkeys(told.source_name for told in face.tellings)),
            score=near.score,
            documents=list(near.documents),
            people=list(near.people),
        )


class SimilarBody(BaseModel):
    """Stories like one, the likest first; none if no other is like it."""

    story_id: str
    similar: list[NearBody]
    took_ms: int


@router.get(
    "/api/stories/{story_id}/similar",
    tags=["search"],
    responses={
        308: {"description": "Merged: Location has the survivor"},
        **described(404, 410, 422, 503, *REFUSALS),
    },
)
def similar_json(
    site: TheSite,
    who: Searching,
    story_id: Annotated[str, Path(max_length=64)],
    limit: Annotated[int, Query(ge=1, le=MOST)] = 10,
) -> SimilarBody:
    """Give other stories of the same event, documents, people and place."""
    started = time.perf_counter()
    story = who.within_bounds(alive(known(site, story_id), "/api/stories/", "/similar"))
    found = similar(site, story, limit, who.within)
    took = round((time.perf_counter() - started) * 1000)
    return SimilarBody(story_id=story_id, similar=[NearBody.of(one) for one in found], took_ms=took)


def similar(site: Site, story: Story, limit: int, within: Sequence[Condition] = ()) -> list[Near]:
    """Return living stories like one, the likest first.

    Raises:
        EngineUnavailable: the engine is away.
    """
    ids = engine.candidates(asked_index(site), story, within)
    with site.db.read() as conn:
        others = stories.many(conn, map(StoryId, ids))
    return engine.ranked(story, [one for one in others.values() if one.state is StoryState.LIVE], limit)
