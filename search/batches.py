"""Documents as they are sent: looked at one by one, cut into batches by bytes. Pure; never raises.

Meilisearch fails a whole batch for one document that it does not take, and says so after its 202, so
what can be known before is looked at here.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.schema import PRIMARY_KEY

MOST_BYTES = 4_000_000  # of JSON in one batch; larger ones take too long for a task (docs/operations.md)
MOST_OF_ONE = 4_000_000  # of JSON in one document: twenty times what `search.document` lets through
MOST_DEPTH = 50  # levels of a document; behind 128 Meilisearch calls it an internal error
MOST_FIELDS = 1_000  # names in a document; an index has 65,535 for all of them
_LEAST_BYTES = 50_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,511}")  # what Meilisearch takes
_HURRY, _EASE = 1 / 3, 1 / 12  # of the time that a batch may take

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A document as it is sent. `flaw`: why it can't be, "" where it can."""

    document_id: str
    json: bytes
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many bytes are sent at a time.

    A batch that is not done before its time is up is sent again, so a large one on a slow machine
    would be sent for ever.
    """

    most_bytes: int = MOST_BYTES

    def went(self, took: float, most: float) -> "Pace":
        """Return the pace behind a step that took so many seconds, where `most` would have been cut off."""
        if took > most * _HURRY:
            return self._of(self.most_bytes // 2)
        return self._of(self.most_bytes * 2) if took < most * _EASE else self

    def cut_off(self) -> "Pace":
        """Return the pace behind a step that was not done in time."""
        return self._of(self.most_bytes // 4)

    def _of(self, size: int) -> "Pace":
        return Pace(min(MOST_BYTES, max(_LEAST_BYTES, size)))


def line(document: Document) -> Line:
    """Return a document as it is sent."""
    told = document.get(PRIMARY_KEY)
    if depth(document) > MOST_DEPTH:  # before it is written as JSON, which goes down as deep
        return Line(str(told), b"", f"more than {MOST_DEPTH} levels in a document")
    try:
        written = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:  # half a surrogate pair, or no number; it would spoil the whole batch
        return Line(str(told), b"", f"malformed_payload: {str(error)[:100]}")
    return Line(str(told), written, _flaw(document, len(written)))


def plain(document: Document) -> Document:
    """Return a document as it comes back: what JSON makes of it."""
    made: Document = json.loads(json.dumps(document))
    return made


def weight(document: Document) -> int:
    """Return about how many bytes a document has: the characters of its texts."""
    return sum(len(value) for value in document.values() if isinstance(value, str))


def is_id(document_id: str) -> bool:
    """Say whether Meilisearch takes it for an id."""
    return _ID.fullmatch(document_id) is not None


def cut(lines: Sequence[Line], most_bytes: int = MOST_BYTES) -> Iterator[list[Line]]:
    """Cut lines into batches; one that is larger by itself stands alone."""
    part: list[Line] = []
    size = 0
    for one in lines:
        if part and size + len(one.json) > most_bytes:
            yield part
            part, size = [], 0
        part.append(one)
        size += len(one.json)
    if part:
        yield part


def depth(value: Any) -> int:
    """Return the levels of a value: 0 for a plain one; counted up to one more than are allowed."""
    level, layer = 0, [value]
    while level <= MOST_DEPTH:
        layer = [inner for one in layer for inner in _inner(one)]
        if not layer:
            break
        level += 1
    return level


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, (list, tuple)):
        yield from value


def _flaw(document: Document, size: int) -> str:
    told = document.get(PRIMARY_KEY)
    if told is None:
        return f"missing_document_id: no {PRIMARY_KEY}"
    if not is_id(str(told)):
        return "invalid_document_id: not 1 to 511 of A-Z, a-z, 0-9, - and _"
    if size > MOST_OF_ONE:
        return f"document_too_large: {size:,} bytes, more than {MOST_OF_ONE:,}"
    names = _names(document)
    if names > MOST_FIELDS:
        return f"max_fields_limit_exceeded: {names:,} names, more than {MOST_FIELDS:,}"
    return ""


def _names(value: Any) -> int:
    """Return how many names of fields stand in a value, those of each of its parts."""
    count, layer = 0, [value]
    while layer:
        count += sum(len(one) for one in layer if isinstance(one, Mapping))
        layer = [inner for one in layer for inner in _inner(one)]
    return count
