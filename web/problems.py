"""What goes wrong at the web door, as an HTTP status and one JSON form: code, message, field.

TinTinhError's tree maps onto statuses here and nowhere else. Messages never carry a secret or an
inner detail: what they say, a stranger may read.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pipeline.errors import BadInput, NotFound, Refused, TinTinhError, Transient

CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    503: "unavailable",
}


class ProblemBody(BaseModel):
    """The body of every JSON error."""

    model_config = ConfigDict(extra="allow")

    code: str = Field(description="stable, for programs", examples=["bad_signature"])
    message: str = Field(description="one sentence, for people")
    field: str | None = Field(default=None, description="what to mend, where there is such a thing")


class Problem(Exception):
    """An answer that is not the wished one.

    Args:
        status: the HTTP status, 3xx to 5xx.
        code: stable name for programs, snake_case.
        message: one sentence for people.
        field: the field or header to mend, or "".
        headers: further response headers.
        more: further members of the JSON body.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str = "",
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep all of it; nothing is rendered before the handler knows who asks."""
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def body(self) -> dict[str, Any]:
        """Return the JSON form."""
        named = {"field": self.field} if self.field else {}
        return {"code": self.code, "message": self.message, **named, **self.more}


def of_error(error: TinTinhError) -> Problem:
    """Return the HTTP form of an error of ours. Never raises.

    What is not the caller's fault keeps its detail inside: subjects of engines are addresses.
    """
    match error:
        case NotFound():
            return Problem(404, "not_found", error.message)
        case BadInput():
            return Problem(422, "bad_input", error.message, field=error.subject)
        case Transient():
            return Problem(
                503,
                "unavailable",
                "an engine is away; try again later",
                headers={"Retry-After": "10"},
            )
        case Refused():
            return Problem(403, "refused", error.message)
        case _:
            return Problem(500, "internal", "an error of ours; it has been written down")


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return FastAPI's `responses` for statuses that carry a ProblemBody."""
    return {status: {"model": ProblemBody} for status in statuses}
