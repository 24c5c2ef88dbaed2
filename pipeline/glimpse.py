"""What bytes that no stage has read yet say of themselves: id, address, title. Pure; never raises.

A glimpse is for finding and naming what waits; nothing in it is checked, and no text is made of it.
"""

import json
from dataclasses import dataclass

from pipeline.model import Form, Given

_LONGEST = 300  # characters of a title


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The publisher's id, the address and the title as told, each "" where it cannot be seen."""

    external_id: str = ""
    url: str = ""
    title: str = ""


def glimpse(form: Form, given: Given, body: bytes) -> Glimpse:
    """Return what a receipt calls itself: by the bytes of a record or a push, else by its delivery."""
    said = _json(body) if form in (Form.RECORD, Form.PUSH) else {}
    if form is Form.PUSH:
        inner = said.get("article")
        said = inner if isinstance(inner, dict) else {}
    return Glimpse(
        external_id=_text(said.get("id")) or given.external_id,
        url=_text(said.get("url")) or given.url,
        title=" ".join(_text(said.get("title"))[: 2 * _LONGEST].split())[:_LONGEST],
    )


def _json(body: bytes) -> dict[str, object]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _text(value: object) -> str:
    """Return a text or a number as text; a publisher may count its articles."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode("utf-8", "replace").decode().strip()
