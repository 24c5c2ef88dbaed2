"""What can be asked of a document that was read: each field by its name, as plain JSON values.

Of the document: `drafts` (how many), `error` (where it was unreadable, "" if it was read), `bulletin`,
`items` ([[number, title], …]), `drops` (names). Of a draft: `title`, `summary`, `body`, `date`
(`When.text()`), `basis`, `precision`, `url`, `authors`, `credit`, `links`, `provinces`, `areas`,
`national`, `province` and `area` (the first, with the source's home where the text tells none),
`topics`, `numbers`, `documents` ([[number, role], …]), `issuers`, `people` ([[name, office, unit], …]),
`image`, `caption`, `attachments` (addresses), `paragraphs` (how many); `kept` and `gone` are lists of
text that must, or must not, stand in what the draft tells.
"""

from collections.abc import Callable
from typing import Any

from pipeline.errors import Unreadable
from pipeline.face import Spoken, labels
from pipeline.model import Document, Draft, EntryId, Parsed, Source
from pipeline.parse import parse

_OF_DRAFT: dict[str, Callable[[Draft], Any]] = {
    "title": lambda draft: draft.title,
    "summary": lambda draft: draft.summary,
    "body": lambda draft: draft.body,
    "date": lambda draft: draft.published.text(),
    "basis": lambda draft: draft.published.basis,
    "precision": lambda draft: draft.published.precision,
    "url": lambda draft: draft.url,
    "authors": lambda draft: [*draft.authors],
    "credit": lambda draft: draft.credit,
    "links": lambda draft: [*draft.links],
    "provinces": lambda draft: [*draft.places.provinces],
    "areas": lambda draft: [*draft.places.areas],
    "national": lambda draft: draft.places.national,
    "topics": lambda draft: [*draft.topics],
    "numbers": lambda draft: [*draft.doc_numbers],
    "documents": lambda draft: [[one.number, one.role] for one in draft.documents],
    "issuers": lambda draft: [[one.number, one.issuer, one.dated] for one in draft.documents],
    "people": lambda draft: [[one.name, one.office, one.unit] for one in draft.people],
    "image": lambda draft: draft.image.url if draft.image else "",
    "caption": lambda draft: draft.image.caption if draft.image else "",
    "attachments": lambda draft: [one.url for one in draft.attachments],
    "paragraphs": lambda draft: len(list(filter(None, draft.body.split("\n\n")))),
}
_OF_DOCUMENT: dict[str, Callable[[Parsed], Any]] = {
    "drafts": lambda parsed: len(parsed.drafts),
    "bulletin": lambda parsed: any(draft.bulletin_number for draft in parsed.drafts),
    "items": lambda parsed: [[draft.bulletin_number, draft.title] for draft in parsed.drafts],
    "drops": lambda parsed: [name for name, _ in parsed.drops],
}
FIELDS = frozenset({*_OF_DRAFT, *_OF_DOCUMENT, "error", "province", "area", "kept", "gone"})


def read(document: Document) -> Parsed | str:
    """Return what a document yields, or where it could not be read ("encoding", "feed", "record.title")."""
    try:
        return parse(document)
    except Unreadable as error:
        return error.subject


def value(told: Parsed | str, source: Source, draft: int, field: str) -> Any:
    """Return a field of the `draft`-th draft (from 1), or of the document; None if there is no such draft.

    Raises:
        KeyError: there is no such field.
    """
    if field == "error":
        return told if isinstance(told, str) else ""
    if isinstance(told, str):
        return None
    if field in _OF_DOCUMENT:
        return _OF_DOCUMENT[field](told)
    if not 0 < draft <= len(told.drafts):
        return None
    one = told.drafts[draft - 1]
    if field in ("province", "area"):
        return getattr(labels([Spoken(EntryId("case"), source, one, 1)]), field) or ""
    return _OF_DRAFT[field](one)


def missing(told: Parsed | str, draft: int, field: str, wanted: list[str]) -> list[str]:
    """Return those of the wanted texts that a draft lacks (`kept`), or that it has (`gone`)."""
    if isinstance(told, str) or not 0 < draft <= len(told.drafts):
        return wanted
    text = " ".join(told.drafts[draft - 1].text().split())
    return [one for one in wanted if (" ".join(one.split()) in text) is (field == "gone")]
