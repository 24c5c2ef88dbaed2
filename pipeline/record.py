"""One line of a .jsonl file: an article or a bulletin that somebody hands us."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from pipeline.errors import BadInput
from pipeline.push import Content, Identifier, Summary, Title, explained

LARGEST = 5_000_000  # bytes of one line
_KINDS = "^(article|bulletin)?$"


def _text(value: Any) -> Any:
    """Take a list of paragraphs for the text; many corpora keep them so."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n\n".join(value)
    return value


class Record(BaseModel):
    """All fields but `id` and one of title, summary, body and body_html are optional; null means not said.

    `source` and `province` are the caller's to resolve. `published` may be any date that
    `dates.parse` reads; another one is as good as none.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    id: Identifier
    kind: Annotated[str, Field(pattern=_KINDS)] = ""
    source: Annotated[str, Field(max_length=200)] = ""
    province: Annotated[str, Field(max_length=200)] = ""
    url: Annotated[str, Field(max_length=2_000)] = ""
    title: Title = ""
    summary: Summary = ""
    body: Annotated[Content, BeforeValidator(_text)] = ""
    body_html: Content = ""
    published: Annotated[
        str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)
    ] = ""

    @model_validator(mode="before")
    @classmethod
    def _leave_out_null(cls, fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        return {name: value for name, value in fields.items() if value is not None}

    @model_validator(mode="after")
    def _tells_something(self) -> "Record":
        if not any(part.strip() for part in (self.title, self.summary, self.body, self.body_html)):
            raise PydanticCustomError(
                "empty", "give one of title, summary, body and body_html", {"field": "title"}
            )
        return self


def load(line: bytes) -> Record:
    """Read one line.

    Raises:
        BadInput: its subject is the field, "body" for what is no JSON object.
    """
    if len(line) > LARGEST:
        raise BadInput("body", f"larger than {LARGEST} bytes")
    try:
        return Record.model_validate_json(line)
    except ValidationError as error:
        raise explained(error) from error
