"""The forms in which the web door tells of official documents, for programs."""

from typing import Any, Self

from pydantic import BaseModel, Field

from pipeline.model import Story
from search.namesakes import Missed
from web.paper_lookup import Found, Lookup, Seen
from web.shapes import AttachmentBody
from web.view import web_url


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


class _Facts(BaseModel):
    """What is told of a document wherever it is told."""

    number: str = Field(examples=["90/KH-UBND"])
    kind: str = Field(examples=["Kế hoạch"])
    issuer: str = Field(description="empty if unknown", examples=["UBND tỉnh Kiên Giang"])
    unit: str | None = Field(description="slug of the issuer's province or former unit")
    year: int | None
    dated: str = Field(description="a day, a month, a year, or empty")
    page: str = Field(description="path of its page", examples=["/van-ban/ubnd-kien-giang/2021/90-kh-ubnd"])
    stories: int = Field(description="how many stories name it")


def _facts(one: Found) -> dict[str, Any]:
    paper = one.known.paper
    return {
        "number": one.known.number,
        "kind": one.kind,
        "issuer": one.issuer,
        "unit": paper.unit or None,
        "year": paper.year or None,
        "dated": one.dated,
        "page": paper.path,
        "stories": one.known.told,
    }


class PaperBody(_Facts):
    """An official document that stories name."""

    issued_by: list[PaperStoryBody] = Field(description="newest first, at most 3")
    cited_by: list[PaperStoryBody] = Field(description="newest first, at most 3; the page has all")

    @classmethod
    def of(cls, one: Found) -> Self:
        """Make the JSON form."""
        return cls(
            **_facts(one),
            issued_by=[PaperStoryBody.of(story) for story in one.issuing],
            cited_by=[PaperStoryBody.of(story) for story in one.citing],
        )


class PaperPageBody(_Facts):
    """An official document with everything that its page shows."""

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
            **_facts(one),
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


def bodies(found: Lookup | None) -> list[PaperBody]:
    """Return the JSON form of what was found."""
    return [PaperBody.of(one) for one in found.found] if found else []
