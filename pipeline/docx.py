"""A Word document (.docx) as Markdown rows, with the numbers that Word counts itself.

Pure; raises Unreadable only. Of the libraries at hand none gives those numbers (docs/adr/0006): the "1."
of a bulletin's item stands in no run of text, it is counted from `numbering.xml`. ECMA-376 part 1, chapter
17; elements are known by their local names, so that the transitional and the strict form read alike.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from html import escape
from typing import Any

from lxml import etree

from pipeline import docx_lists
from pipeline.docx_lists import Lists, name_of, numbered, value_of
from pipeline.errors import Unreadable
from pipeline.markup import text as told

_MOST_PARTS = 5_000
_LARGEST_TEXT, _LARGEST_PART = 20_000_000, 4_000_000  # bytes of a part, unpacked
_HEAD = 2_000  # bytes in which a DTD stands
_MOST_BLOCKS = 40_000  # paragraphs and cells

_MAIN = "word/document.xml"
_SKIPPED = frozenset(
    ("del", "moveFrom", "delText", "Fallback", "pPr", "tblPr", "sectPr", "footnotePr", "object")
)
_SIGNS = {"br": "<br>", "cr": "<br>", "tab": " ", "noBreakHyphen": "-"}
_CELLS = {"tbl": "table", "tr": "tr", "tc": "td"}
_LINK = re.compile(r"HYPERLINK\s+\"([^\"\s]{1,2000})\"")


def read(body: bytes) -> str:
    """Return the text of a .docx as Markdown, a row for a paragraph or broken line.

    Raises:
        Unreadable: no Word document, one with a password, or one that unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if len(archive.infolist()) > _MOST_PARTS:
                raise Unreadable("docx", f"more than {_MOST_PARTS} parts")
            name = _main(archive)
            document = _tree(archive, name, _LARGEST_TEXT)
            folder = name.rpartition("/")[0]
            targets = _targets(archive, name)
            lists = docx_lists.read(
                _part(archive, f"{folder}/numbering.xml"), _part(archive, f"{folder}/styles.xml")
            )
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ) as error:
        raise Unreadable("docx", "a damaged zip archive") from error
    if document is None or name_of(document) != "document":
        raise Unreadable("docx", "a zip archive without a Word document in it")
    return told(_html(document, targets, lists))


def _main(archive: zipfile.ZipFile) -> str:
    """Return the name of the part that holds the text: "word/document.xml", seldom another."""
    for relation in _relations(archive, "_rels/.rels"):
        if relation.get("Type", "").endswith("/officeDocument"):
            return str(relation.get("Target", "")).lstrip("/") or _MAIN
    return _MAIN


def _part(archive: zipfile.ZipFile, name: str) -> Any | None:
    return _tree(archive, name, _LARGEST_PART)


def _tree(archive: zipfile.ZipFile, name: str, largest: int) -> Any | None:
    """Return a part's root element, None if there is no such part or it is no XML.

    Raises:
        Unreadable: it is encrypted, packed in a way that Word does not use, has a DTD, or is too large.
    """
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("docx", "encrypted, or packed in a way that Word does not use")
    with archive.open(info) as part:
        data = part.read(largest + 1)
    if len(data) > largest:
        raise Unreadable("docx", f"{name} unpacks to more than {largest} bytes")
    if b"<!DOCTYPE" in data[:_HEAD]:
        raise Unreadable("docx", f"{name} has a DTD, as no Word document has")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _relations(archive: zipfile.ZipFile, name: str) -> list[Any]:
    root = _part(archive, name)
    return [] if root is None else [one for one in root if name_of(one) == "Relationship"]


def _targets(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Return the addresses of links by their ids."""
    folder, _, base = name.rpartition("/")
    return {
        str(one.get("Id", "")): str(one.get("Target", ""))
        for one in _relations(archive, f"{folder}/_rels/{base}.rels")
        if one.get("TargetMode") == "External"
    }


def _html(document: Any, targets: dict[str, str], lists: Lists) -> str:
    """Return the text as HTML: paragraphs, line breaks, cells and links."""
    page = _Page(targets, lists)
    walk = etree.iterwalk(document, events=("start", "end"))
    for event, element in walk:
        name = name_of(element)
        if event == "end":
            page.close(name)
        elif name in _SKIPPED or (name == "r" and _is_hidden(element)):
            walk.skip_subtree()
        else:
            page.open(element, name)
    return "\n".join(page.done)


@dataclass(slots=True)
class _Page:
    """HTML as it is written.

    Args:
        done: finished paragraphs and cells.
        parts: of the paragraphs that are open: one of a text box stands inside of another.
        code: the code of the field that is being read, None outside of one.
        linked: links of fields that are open.
    """

    targets: dict[str, str]
    lists: Lists
    done: list[str] = field(default_factory=list)
    parts: list[list[str]] = field(default_factory=lambda: [[]])
    code: list[str] | None = None
    linked: int = 0

    def open(self, element: Any, name: str) -> None:
        """Write the start of an element."""
        if name == "p":
            self.parts.append([escape(_prefix(element, self.lists))])
        elif name == "t":
            self.parts[-1].append(escape(element.text or ""))
        elif name in _CELLS:
            self.done.append(f"<{_CELLS[name]}>")
        elif name == "hyperlink":
            target = self.targets.get(value_of(element, "id"), "#")
            self.parts[-1].append(f'<a href="{escape(target)}">')
        elif name == "fldChar":
            self._field(value_of(element, "fldCharType"))
        elif name == "instrText" and self.code is not None:
            self.code.append(element.text or "")
        else:
            self.parts[-1].append(_SIGNS.get(name, ""))

    def close(self, name: str) -> None:
        """Write the end of an element."""
        if name == "p" and len(self.parts) > 1:
            self.done.append(f"<p>{''.join(self.parts.pop())}{'</a>' * self.linked}</p>")
            self.linked = 0
            if len(self.done) > _MOST_BLOCKS:
                raise Unreadable("docx", f"more than {_MOST_BLOCKS} paragraphs")
        elif name in _CELLS:
            self.done.append(f"</{_CELLS[name]}>")
        elif name == "hyperlink":
            self.parts[-1].append("</a>")

    def _field(self, kind: str) -> None:
        """Open or close a link that is written as a field: HYPERLINK "…"."""
        if kind == "begin":
            self.code = []
        elif kind == "separate" and self.code is not None:
            if found := _LINK.search("".join(self.code)):
                self.parts[-1].append(f'<a href="{escape(found[1])}">')
                self.linked += 1
            self.code = None
        elif kind == "end" and self.linked:
            self.parts[-1].append("</a>")
            self.linked -= 1


def _prefix(paragraph: Any, lists: Lists) -> str:
    """Return the number or bullet that Word prints before a paragraph; one without text is not counted."""
    if not any(name_of(one) == "t" and (one.text or "").strip() for one in paragraph.iter()):
        return ""
    properties = next((one for one in paragraph if name_of(one) == "pPr"), None)
    if properties is None:
        return ""
    style = next((value_of(one, "val") for one in properties if name_of(one) == "pStyle"), "")
    found = numbered(properties) or lists.styles.get(style)
    return lists.number(*found) if found else ""


def _is_hidden(run: Any) -> bool:
    """Tell whether a run of text is not printed."""
    properties = next((one for one in run if name_of(one) == "rPr"), ())
    return any(name_of(one) == "vanish" and value_of(one, "val") not in ("0", "false") for one in properties)
