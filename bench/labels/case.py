"""One self-describing file: a document as a source would send it, and what must be read from it.

The head is UTF-8, up to the first line `---`; what follows are the document's bytes, untouched. In
the head stand `Name: value` lines:

- `Description`: what the case shows, one line (required).
- `Form`: a word of `pipeline.model.Form` (required).
- `Url`, `Kind`, `Content-Type`: as `pipeline.model.Given` has them.
- `Received`: ISO 8601; default 2026-09-01T12:00:00+07:00.
- `Home`: slug of the source's province, `province/area` if the area is known too.
- `Build`: name of a builder (`tests/corpus/build.py`) that makes the bytes of a .docx or .pdf from the
  Markdown below.
- `Nasty`: yes, for a case that broke somebody's reader.
- `Expect`: `field = value`, as often as there is something to say; the value is JSON. `#2 title = "…"`
  speaks of the second draft, a field alone of the first.

The fields are those of `bench.labels.seen`.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.model import Document, Form, Given, Source, SourceId

_END = b"\n---\n"
_ONCE = ("Description", "Form", "Url", "Kind", "Content-Type", "Received", "Home", "Build", "Nasty")
_RECEIVED = "2026-09-01T12:00:00+07:00"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What one field of one draft must be. `draft` counts from 1."""

    draft: int
    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Case:
    """One file: its name, its head, its bytes (before a builder made a document of them)."""

    name: str
    description: str
    document: Document
    build: str
    nasty: bool
    expected: tuple[Expectation, ...]


def load(path: Path) -> Case:
    """Read a case.

    Raises:
        ValueError: the file does not follow the form; the message says what and where.
    """
    head, mark, body = path.read_bytes().partition(_END)
    if not mark:
        raise ValueError(f"{path}: no line --- between head and document")
    said: dict[str, str] = {}
    expected: list[Expectation] = []
    for row, line in enumerate(head.decode().splitlines(), 1):
        name, colon, value = line.partition(":")
        if not colon or (name != "Expect" and name not in _ONCE) or name in said:
            raise ValueError(f"{path}:{row}: not one of {', '.join((*_ONCE, 'Expect'))}, or twice: {line}")
        if name == "Expect":
            expected.append(_expectation(f"{path}:{row}", value.strip()))
        else:
            said[name] = value.strip()
    if not said.get("Description") or not expected:
        raise ValueError(f"{path}: a case has a Description and something to Expect")
    province, _, area = said.get("Home", "").partition("/")
    document = Document(
        Source(SourceId("case"), "Case", province or None, area or None),
        Form(said["Form"]),
        body,
        datetime.fromisoformat(said.get("Received", _RECEIVED)),
        Given("", said.get("Url", ""), said.get("Kind", ""), said.get("Content-Type", "")),
    )
    nasty = said.get("Nasty", "") == "yes"
    return Case(path.stem, said["Description"], document, said.get("Build", ""), nasty, tuple(expected))


def _expectation(where: str, line: str) -> Expectation:
    left, equals, value = line.partition(" = ")
    words = left.split()
    if not equals or not words:
        raise ValueError(f"{where}: an expectation reads `field = JSON`")
    draft = int(words[0].removeprefix("#")) if words[0].startswith("#") else 1
    return Expectation(draft, words[-1], json.loads(value))
