"""The body of a webhook call: an event and an article, with strict limits.

Unknown fields are ignored, so that a CMS may send more than we read; null means not said.
"""

import codecs
import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from pipeline import dates, markup
from pipeline.errors import BadInput
from pipeline.model import Basis
from pipeline.text import clean
from pipeline.urls import canonical

LARGEST = 5_000_000  # bytes; the web's own limit is lower and answers 413
CLOCKS = timedelta(minutes=5)  # apart: a time that is ahead by no more is no embargo
LONGEST_EMBARGO = timedelta(days=366)
_LONGEST_TEXT = 2_000_000  # characters
_EMPTY = re.compile(r"<[^<>]*>|&nbsp;|&#160;|[\s\u200b]")


class Event(StrEnum):
    """What happened to the article at its publisher."""

    PUBLISHED = "article.published"
    UPDATED = "article.updated"
    CORRECTED = "article.corrected"
    WITHDRAWN = "article.withdrawn"


def _said(fields: Any) -> Any:
    """Leave out what is null."""
    if not isinstance(fields, dict):
        return fields
    return {name: value for name, value in fields.items() if value is not None}


def _identifier(value: Any) -> Any:
    """Take a number for its text: many CMSs count their articles."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return clean(value).strip() if isinstance(value, str) else value


def _name(value: Any) -> Any:
    """Take {"name": …} for the name."""
    return value.get("name") if isinstance(value, dict) else value


def _link(value: Any) -> Any:
    """Take a bare address for {"url": …}."""
    return {"url": value} if isinstance(value, str) else value


def _address(value: Any) -> Any:
    """Refuse what is no absolute http(s) address."""
    if isinstance(value, str) and value and not canonical(value):
        raise PydanticCustomError("address", "write an absolute http or https address")
    return value


def _date(value: Any) -> Any:
    """Take seconds since 1970 for their digits; refuse what is no certain day: a guess makes an embargo."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and value and dates.moment(value, Basis.PUSH) is None:
        raise PydanticCustomError(
            "date", "write a full date, best like 2026-01-31T17:05:00+07:00; 31/01/2026 is read day first"
        )
    return value


def _language(value: Any) -> Any:
    """Take vi_VN for vi-VN, and nothing for what is meant if nothing is said."""
    return value.strip().replace("_", "-") or "vi" if isinstance(value, str) else value


class _Shape(BaseModel):
    """What all parts of a push have in common."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_null(cls, fields: Any) -> Any:
        return _said(fields)


Identifier = Annotated[str, Field(min_length=1, max_length=500), BeforeValidator(_identifier)]
Address = Annotated[str, Field(max_length=2_000), BeforeValidator(_address)]
Moment = Annotated[str, Field(max_length=100), BeforeValidator(_date)]
Name = Annotated[str, Field(max_length=200), BeforeValidator(_name)]
Title = Annotated[str, Field(max_length=1_000)]
Summary = Annotated[str, Field(max_length=20_000)]
Content = Annotated[str, Field(max_length=_LONGEST_TEXT)]


class Link(_Shape):
    """A picture or a file that belongs to the article."""

    url: Address
    title: Title = ""


Links = Annotated[list[Annotated[Link, BeforeValidator(_link)]], Field(max_length=200)]


class Article(_Shape):
    """The article as the publisher's CMS knows it. Only `id` is always needed."""

    id: Identifier
    url: Address = ""
    canonical_url: Address = ""
    title: Title = ""
    summary: Summary = ""
    content_html: Content = ""
    content_text: Content = ""
    published_at: Moment = ""
    updated_at: Moment = ""
    authors: list[Name] = Field(default=[], max_length=50)
    categories: list[Name] = Field(default=[], max_length=50)
    images: Links = []
    attachments: Links = []
    language: Annotated[
        str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$"), BeforeValidator(_language)
    ] = "vi"
    note: str = Field(default="", max_length=2_000)


class Push(_Shape):
    """One webhook call."""

    event: Annotated[Event, Field(strict=False)]
    article: Article

    @model_validator(mode="after")
    def _tells_something(self) -> "Push":
        article = self.article
        said = (article.title, article.summary, article.content_html, article.content_text)
        if self.event is not Event.WITHDRAWN and not any(map(_has_words, said)):
            raise PydanticCustomError(
                "empty",
                "send words in title, summary, content_html or content_text",
                {"field": "article.title"},
            )
        return self


def _has_words(part: str) -> bool:
    """Say whether a part is more than empty elements ("<p><br></p>", "&nbsp;")."""
    return bool(_EMPTY.sub("", part)) or ("<" in part and bool(markup.line(part)))


def load(body: bytes) -> Push:
    """Read the body of a webhook call.

    Raises:
        BadInput: its subject is the field ("article.published_at"), "body" for what is no JSON.
    """
    if len(body) > LARGEST:
        raise BadInput("body", f"larger than {LARGEST} bytes")
    try:
        return Push.model_validate_json(body.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        raise explained(error) from error


def embargo(said: Push, now: datetime) -> datetime | None:
    """Return until when a push must not be read, None if it may be read at once.

    A future `published_at` is an embargo: a day means its midnight in Viet Nam. A withdrawal has none.

    Raises:
        BadInput: it lies more than a year ahead, which is a slip of the pen.
    """
    if said.event is Event.WITHDRAWN:
        return None
    published = dates.moment(said.article.published_at, Basis.PUSH)
    if published is None or published.at <= now + CLOCKS:
        return None
    if published.at > now + LONGEST_EMBARGO:
        ahead = f"{published.text()} is more than {LONGEST_EMBARGO.days} days ahead"
        raise BadInput("article.published_at", f"{ahead}; a future time is an embargo, held until then")
    return published.at


def told_at(said: Push) -> datetime | None:
    """Return the publisher's own time of a push, None if it does not say one."""
    updated = dates.moment(said.article.updated_at, Basis.PUSH)
    return updated.at if updated else None


def explained(error: ValidationError) -> BadInput:
    """Return the first problem of a validation as an error that names the field and the remedy."""
    first = error.errors(include_url=False, include_input=False)[0]
    return BadInput(_field(first), first["msg"])


def _field(problem: ErrorDetails) -> str:
    """Return the dotted name of the field, "body" for the whole."""
    field = problem.get("ctx", {}).get("field")
    return field or ".".join(str(step) for step in problem["loc"]) or "body"
