"""The JSON forms of stories: what /api answers, described for OpenAPI.

Made from faces only, so nothing beyond a source's rights can get in (law 10).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from pipeline.model import DocumentMention, Face, Officeholder, Story, Telling
from web.view import web_url


class BulletinBody(BaseModel):
    """Where a bulletin's item stands."""

    external_id: str
    number: int


class DecisionBody(BaseModel):
    """What an entry is, and why."""

    verdict: str = Field(examples=["NEW", "JOINS", "REPEATS", "REVISES"])
    score: float
    because: str


class EntryBody(BaseModel):
    """One telling of a story."""

    entry_id: str
    source: str
    source_name: str
    kind: str = Field(examples=["article", "bulletin_item"])
    external_id: str
    bulletin: BulletinBody | None
    title: str
    summary: str
    content: str = Field(description="empty unless the source lets its full text out")
    url: str | None
    published: str = Field(description="local, only as precise as known", examples=["2023-01-31", "2021-07"])
    published_basis: str
    updated: datetime | None
    authors: list[str]
    credit: str
    version: int
    decision: DecisionBody

    @classmethod
    def of(cls, told: Telling) -> Self:
        """Make the JSON form of a telling."""
        return cls(
            entry_id=told.entry_id,
            source=told.source_id,
            source_name=told.source_name,
            kind=told.kind,
            external_id=told.external_id,
            bulletin=BulletinBody(external_id=told.bulletin_id, number=told.bulletin_number)
            if told.bulletin_id
            else None,
            title=told.title,
            summary=told.summary,
            content=told.content,
            url=web_url(told.url) or None,
            published=told.published,
            published_basis=told.published_basis,
            updated=told.updated,
            authors=list(told.authors),
            credit=told.credit,
            version=told.version,
            decision=DecisionBody(
                verdict=told.decision.verdict, score=told.decision.score, because=told.decision.because
            ),
        )


class DocumentBody(BaseModel):
    """An official document that a story names."""

    number: str = Field(examples=["90/KH-UBND"])
    role: str = Field(
        description="issues: that it was issued is the news; cites: it is a basis", examples=["issues"]
    )
    issuer: str = Field(description="as written or as the number says; empty if unknown")
    dated: str = Field(description="a day, a month, a year, or empty", examples=["2021-04-28", "2023"])

    @classmethod
    def of(cls, one: DocumentMention) -> Self:
        """Make the JSON form of a mention."""
        return cls(number=one.number, role=one.role, issuer=one.issuer, dated=one.dated)


class OfficeholderBody(BaseModel):
    """A holder of public office that a story names."""

    name: str
    office: str = Field(examples=["Phó Chủ tịch UBND tỉnh"])
    unit: str = Field(description="where the office is held; empty if the text does not say")

    @classmethod
    def of(cls, one: Officeholder) -> Self:
        """Make the JSON form of an office holder."""
        return cls(name=one.name, office=one.office, unit=one.unit)


class ImageBody(BaseModel):
    """A picture at its source."""

    url: str
    caption: str


class AttachmentBody(BaseModel):
    """A file at its source."""

    url: str
    title: str = Field(description="as the article calls it; may be empty")


class StoryBody(BaseModel):
    """A story with all its tellings, the lead first."""

    story_id: str
    revision: int
    first_seen: datetime
    updated: datetime
    title: str
    summary: str
    content: str
    language: str = Field(description="the lead's (BCP 47)")
    image: ImageBody | None = Field(description="the lead's, if its source lets its full text out")
    url: str | None
    published: str
    published_basis: str
    province: str | None = Field(description="slug of today's main unit; toan-quoc for national news")
    provinces: list[str]
    area: str | None = Field(description="slug of the main unit of until July 2025 told about")
    areas: list[str]
    topics: list[str]
    doc_numbers: list[str]
    documents: list[DocumentBody]
    people: list[OfficeholderBody]
    attachments: list[AttachmentBody] = Field(
        description="files that its tellings hand out, at their sources"
    )
    taken_back: list[str] = Field(description="names of sources that withdrew their own telling")
    entries: Sequence[EntryBody]

    @classmethod
    def of(cls, story: Story) -> Self:
        """Make the JSON form of a live story."""
        face = story.face
        return cls(
            story_id=story.story_id,
            revision=story.revision,
            first_seen=story.first_seen,
            updated=story.updated,
            title=face.title,
            summary=face.summary,
            content=face.content,
            language=face.language,
            image=_image(face),
            url=web_url(face.url) or None,
            published=face.published,
            published_basis=face.published_basis,
            province=face.labels.province,
            provinces=list(face.labels.provinces),
            area=face.labels.area,
            areas=list(face.labels.areas),
            topics=list(face.labels.topics),
            doc_numbers=list(face.doc_numbers),
            documents=[DocumentBody.of(one) for one in face.documents],
            people=[OfficeholderBody.of(one) for one in face.people],
            attachments=attached(face),
            taken_back=list(face.taken_back),
            entries=[EntryBody.of(told) for told in face.tellings],
        )


def attached(face: Face) -> list[AttachmentBody]:
    """Return the files of a story that are on the web."""
    return [AttachmentBody(url=one.url, title=one.title) for one in face.attachments if web_url(one.url)]


def _image(face: Face) -> ImageBody | None:
    url = web_url(face.image.url) if face.image else ""
    return ImageBody(url=url, caption=face.image.caption) if face.image and url else None
