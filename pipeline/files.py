"""Files that somebody hands in, as documents: what form their bytes are, whose they are, their names.

A feed is one document, a line of a .jsonl file is one, any other file is one. Nothing is read
whole that is larger than a document may be; a bad file or line is passed over with the reason.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlsplit

from pipeline.errors import BadInput
from pipeline.model import Form, Given
from pipeline.record import LARGEST

_BOM = b"\xef\xbb\xbf"
_OLD = "an old Word document, or one with a password: save it as .docx without one"
_BATCH, _BATCH_BYTES = 200, 20_000_000  # of one transaction
_HEAD = 65_536  # bytes in which a file says what it is
_FEED = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_HOME = re.compile(
    rb"<link>\s*(?:<!\[CDATA\[)?\s*(https?://[^\s<\]]+)"
    rb"|<link\b(?![^>]*\brel=[\"'](?:self|hub)[\"'])[^>]*\bhref=[\"'](https?://[^\"']+)",
    re.IGNORECASE,
)
_TEXTS = {".txt": Form.TEXT, ".md": Form.TEXT, ".markdown": Form.TEXT}
_MARKED = {".xml": Form.FEED, ".rss": Form.FEED, ".atom": Form.FEED, ".rdf": Form.FEED}
_MARKED |= {".html": Form.PAGE, ".htm": Form.PAGE, ".xhtml": Form.PAGE}
_MARKED |= {".docx": Form.DOCX, ".pdf": Form.PDF}
_ZIP, _PDF, _OLE = b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0"
_LINES = (".jsonl", ".ndjson")
_TAKEN = frozenset((*_TEXTS, *_MARKED, *_LINES, ".json"))
_README = "not taken: a README is about its folder, and no news; named itself to ingest it is read"
NOT_TAKEN = (
    "not taken: its name does not end with .txt, .md, .html, .docx, .pdf, .jsonl, .json, .xml, .rss, .atom"
)


@dataclass(frozen=True, slots=True)
class Handed:
    """One document. `name` is for messages; `source`, `province` and `host` are as said, "" for not said."""

    name: str
    form: Form
    body: bytes
    given: Given
    source: str = ""
    province: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file or line that is no document, and why."""

    name: str
    reason: str


def batches(handed: Iterable[Handed]) -> Iterator[list[Handed]]:
    """Yield what goes into one transaction each: bounded in number and in bytes."""
    batch: list[Handed] = []
    size = 0
    for one in handed:
        batch.append(one)
        size += len(one.body)
        if len(batch) == _BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def paths(given: list[Path]) -> Iterator[Path]:
    """Yield files; a folder stands for the files in it whose names say that they are documents, by name.

    Hidden ones are left out, too; a file that is named itself is yielded whatever its name.

    Raises:
        BadInput: a path does not exist.
    """
    for path in given:
        if path.is_dir():
            yield from (file for file in _inside(path) if is_document(file.name))
        elif path.exists():
            yield path
        else:
            raise BadInput(str(path), "there is no such file or folder")


def readmes(given: list[Path]) -> Iterator[Path]:
    """Yield the files that `paths` leaves out of folders though their endings are those of documents."""
    for path in given:
        if path.is_dir():
            yield from (file for file in _inside(path) if is_readme(file.name))


def _inside(folder: Path) -> list[Path]:
    found = (file for file in folder.rglob("*") if file.is_file())
    return sorted(file for file in found if not _hidden(file.relative_to(folder)))


def is_readme(name: str) -> bool:
    """Tell whether a name says that a file is about the folder it is in: README, readme.txt, README.vi.md."""
    return Path(name.lower()).name.partition(".")[0] == "readme"


def is_document(name: str) -> bool:
    """Tell whether a name says that a file found in a folder is a document: others are nobody's news."""
    path = Path(name.lower())
    if is_readme(name):
        return False
    return (Path(path.stem) if path.suffix == ".gz" else path).suffix in _TAKEN


def refusal(name: str) -> str:
    """Return why a file found in a folder is not taken, by its name alone."""
    if is_readme(name):
        return _README
    return _OLD if name.lower().endswith(".doc") else NOT_TAKEN


def documents(path: Path, largest: int) -> Iterator[Handed | PassedOver]:
    """Yield what a file holds. `largest`: bytes of one document."""
    try:
        with path.open("rb") as file:
            yield from contents(path, file, largest)
    except OSError as error:
        yield PassedOver(str(path), f"cannot be read: {error}")


def contents(path: Path, file: IO[bytes], largest: int) -> Iterator[Handed | PassedOver]:
    """Yield what an open file holds; `path` is only its name."""
    packed = path.suffix.lower() == ".gz"
    kind = Path(path.stem if packed else path.name).suffix.lower()
    try:
        inside: IO[bytes] = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if packed else file
        if kind in _LINES:
            yield from _lines(path, inside)
        else:
            yield _whole(path, kind, inside.read(largest + 1), largest)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield PassedOver(str(path), f"cannot be read: {error}")


def host_of(url: str) -> str:
    """Return the host of an address without "www.", "" if it has none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _whole(path: Path, kind: str, body: bytes, largest: int) -> Handed | PassedOver:
    name = str(path)
    if len(body) > largest:
        return PassedOver(name, f"larger than {largest} bytes")
    if not body.strip():
        return PassedOver(name, "empty")
    if kind == ".json":
        return _object(name, body)
    form = _form(kind, body)
    if form is None:
        old = body.startswith(_OLE)
        return PassedOver(name, _OLD if old else "neither feed, page, text, .jsonl, .docx nor .pdf")
    if form is Form.FEED:
        home = _HOME.search(body[:_HEAD])
        url = (home[1] or home[2]).decode("utf-8", "replace") if home else ""
        return Handed(name, form, body, Given(external_id=path.name, url=url), host=host_of(url))
    return Handed(name, form, body, Given(external_id=path.name))


def _form(kind: str, body: bytes) -> Form | None:
    """Return the form by the name's ending, corrected by what the bytes say; None for no text at all."""
    if kind in _TEXTS:
        return _TEXTS[kind]
    head = body[:_HEAD]
    if _PDF in head[:1_024]:
        return Form.PDF
    if body.startswith(_ZIP):
        return Form.DOCX if b"word/" in body else None
    for pattern, form in ((_FEED, Form.FEED), (_PAGE, Form.PAGE)):
        if head.lstrip(_BOM + b" \t\r\n").startswith(b"<") and pattern.search(head[:2_000]):
            return form
    if b"\0" in head and kind in ("", ".doc", ".docx", ".pdf"):
        return None
    return _MARKED.get(kind) or (None if b"\0" in head else Form.TEXT)


def _lines(path: Path, file: IO[bytes]) -> Iterator[Handed | PassedOver]:
    number = 0
    while line := file.readline(LARGEST + 1):
        number += 1
        name = f"{path}:{number}"
        if len(line) > LARGEST:
            while line and not line.endswith(b"\n"):
                line = file.readline(_HEAD)
            yield PassedOver(name, f"larger than {LARGEST} bytes")
        elif text := line.removeprefix(_BOM).strip():
            yield _record(name, text)


def _object(name: str, body: bytes) -> Handed | PassedOver:
    text = body.removeprefix(_BOM).strip()
    if not text.startswith(b"{"):
        return PassedOver(name, "is no JSON object; hand in many objects as .jsonl, one a line")
    fields = _fields(text)
    if fields and not fields.keys() & {"id", "title"}:
        return PassedOver(name, "is no record: it has neither id nor title")
    return _record(name, text)


def _record(name: str, line: bytes) -> Handed:
    """Return a record with what says whose it is; whether it is a good one, the reader decides."""
    fields = _fields(line)
    source, province, url = (_string(fields.get(key)) for key in ("source", "province", "url"))
    return Handed(name, Form.RECORD, line, Given(), source=source, province=province, host=host_of(url))


def _fields(text: bytes) -> dict[str, Any]:
    """Return the fields of a JSON object; none of what is none. Never raises."""
    try:
        said: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _string(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
