"""The JSON form of one story: all of it, with who told it first and when each entry was seen here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from pipeline import earliest
from pipeline.earliest import First
from pipeline.model import EntryId, Story
from web.root import STORIES
from web.shapes import EntryBody, StoryBody


class FirstBody(BaseModel):
    """Who told a story first, by the times that the sources write."""

    entry_id: str | None = Field(description="null if the times do not tell")
    why: str = Field(
        description=(
            "earliest: it was out before any other began; alone: no other entry; "
            "overlap: the times are equal or not precise enough; "
            "one_dated, undated: too few sources write a time"
        ),
        examples=["earliest", "alone", "overlap", "one_dated", "undated"],
    )
    candidates: list[str] = Field(description="entries that may have been first")
    undated: list[str] = Field(description="entries whose sources write no time; they are left out of it")

    @classmethod
    def of(cls, found: First) -> Self:
        """Make the JSON form."""
        return cls(
            entry_id=found.entry_id,
            why=found.why,
            candidates=list(found.candidates),
            undated=list(found.undated),
        )


class SeenEntryBody(EntryBody):
    """One telling of a story, and when it came."""

    published_precision: str | None = Field(
        description="of the source's own time; null if it writes none",
        examples=["second", "minute", "day", "month", "year"],
    )
    seen_at: datetime | None = Field(description="when it was first received here")


class WholeStoryBody(StoryBody):
    """A story with all its tellings, the lead first."""

    page: str = Field(description="its permanent address for people")
    first: FirstBody
    entries: Sequence[SeenEntryBody]

    @classmethod
    def made(cls, story: Story, seen: Mapping[EntryId, datetime], base_url: str) -> Self:
        """Make the JSON form of a live story. `seen`: when each of its entries was first received."""
        spans = earliest.spans(story.face.tellings)
        entries = []
        for told in story.face.tellings:
            at = spans[told.entry_id]
            entries.append(
                SeenEntryBody(
                    **EntryBody.of(told).model_dump(),
                    published_precision=at.grain if at else None,
                    seen_at=seen.get(told.entry_id),
                )
            )
        return cls(
            **StoryBody.of(story).model_dump(exclude={"entries"}),
            page=f"{base_url}{STORIES}{story.story_id}",
            first=FirstBody.of(earliest.first(spans)),
            entries=entries,
        )
