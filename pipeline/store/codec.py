"""Model dataclasses to JSON and back, for the JSON columns."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from pipeline.model import DocumentMention, Draft, Face, Given, Labels, Role

_DRAFT = TypeAdapter(Draft)
_FACE = TypeAdapter(Face)
_LABELS = TypeAdapter(Labels)
_GIVEN = TypeAdapter(Given)
_VIETNAMESE = "vi"


def dump_draft(draft: Draft) -> Any:
    """Return a JSON-ready structure."""
    return _DRAFT.dump_python(draft, mode="json")


def load_draft(data: Any) -> Draft:
    """Return the draft of `dump_draft`; one from before mentions had roles cites its numbers."""
    if "doc_numbers" in data and "documents" not in data:
        data = data | {"documents": _cited(data["doc_numbers"])}
    return _DRAFT.validate_python(data)


def dump_face(face: Face) -> Any:
    """Return a JSON-ready structure.

    What nobody took back, documents of which nothing but the number is known, people whom nobody names,
    a picture or files that there are not and a language that is Vietnamese are not mentioned: faces from
    before those fields keep their hash, so no story gets a new revision by them.
    """
    dumped: dict[str, Any] = _FACE.dump_python(face, mode="json")
    if not face.taken_back:
        del dumped["taken_back"]
    if not face.people:
        del dumped["people"]
    if not face.attachments:
        del dumped["attachments"]
    if face.image is None:
        del dumped["image"]
    if face.language == _VIETNAMESE:
        del dumped["language"]
    if face.documents == tuple(DocumentMention(number, Role.CITES) for number in face.doc_numbers):
        del dumped["documents"]
    return dumped


def load_face(data: Any) -> Face:
    """Return the face of `dump_face`."""
    if "documents" not in data:
        data = data | {"documents": _cited(data["doc_numbers"])}
    return _FACE.validate_python(data)


def _cited(numbers: Sequence[str]) -> list[dict[str, str]]:
    return [{"number": number, "role": Role.CITES} for number in numbers]


def dump_labels(labels: Labels) -> Any:
    """Return a JSON-ready structure."""
    return _LABELS.dump_python(labels, mode="json")


def load_labels(data: Any) -> Labels:
    """Return the labels of `dump_labels`."""
    return _LABELS.validate_python(data)


def dump_given(given: Given) -> Any:
    """Return a JSON-ready structure."""
    return _GIVEN.dump_python(given, mode="json")


def load_given(data: Any) -> Given:
    """Return what `dump_given` stored."""
    return _GIVEN.validate_python(data)
