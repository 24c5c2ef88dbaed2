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

from pipeline.errors import Unreadable
from pipeline.markup import text as told

_MOST_PARTS = 5_000
_LARGEST_TEXT, _LARGEST_PART = 20_000_000, 4_000_000  # bytes of a part, unpacked
_HEAD = 2_000  # bytes in which a DTD stands
_MOST_BLOCKS = 40_000  # paragraphs and cells
_DEEPEST = 9  # levels of a list
_MOST_STYLES = 50  # that one style may rest on
_LONGEST_NUMBER = 40

_MAIN = "word/document.xml"
_SKIPPED = frozenset(
    ("del", "moveFrom", "delText", "Fallback", "pPr", "tblPr", "sectPr", "footnotePr", "object")
)
_SIGNS = {"br": "<br>", "cr": "<br>", "tab": " ", "noBreakHyphen": "-"}
_CELLS = {"tbl": "table", "tr": "tr", "tc": "td"}
_LINK = re.compile(r"HYPERLINK\s+\"([^\"\s]{1,2000})\"")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list: where it begins to count, in what letters, and how a number is written."""

    start: int = 1
    form: str = "decimal"
    text: str = "%1."


@dataclass(slots=True)
class _Lists:
    """The lists of a document, and how far each has counted.

    Args:
        levels: by number id and level.
        kinds: what a number id counts with: ids of one kind go on with each other's numbers.
        restarts: number ids and levels that begin anew.
        styles: number id and level that a paragraph's style gives it.
    """

    levels: dict[tuple[str, int], _Level] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    def number(self, number_id: str, level: int) -> str:
        """Count one paragraph and return what Word prints before it, "" for nothing."""
        kind = self.kinds.get(number_id)
        if kind is None or not 0 <= level < _DEEPEST:
            return ""
        own = self.levels.get((number_id, level), _Level())
        if own.form == "bullet":
            return "+ " if level else "- "
        if (number_id, level) in self.restarts:
            self.counts[kind, level] = self.restarts.pop((number_id, level)) - 1
        self.counts[kind, level] = self.counts.get((kind, level), own.start - 1) + 1
        for deeper in range(level + 1, _DEEPEST):
            self.counts.pop((kind, deeper), None)
        printed = own.text
        for outer in range(level + 1):
            of_outer = self.levels.get((number_id, outer), _Level())
            count = self.counts.setdefault((kind, outer), of_outer.start)
            printed = printed.replace(f"%{outer + 1}", _written(count, of_outer.form))
        return f"{printed[:_LONGEST_NUMBER]} " if own.form != "none" and printed.strip() else ""


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
            lists = _lists(_part(archive, f"{folder}/numbering.xml"), _part(archive, f"{folder}/styles.xml"))
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
    if document is None or _name(document) != "document":
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
    return [] if root is None else [one for one in root if _name(one) == "Relationship"]


def _targets(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Return the addresses of links by their ids."""
    folder, _, base = name.rpartition("/")
    return {
        str(one.get("Id", "")): str(one.get("Target", ""))
        for one in _relations(archive, f"{folder}/_rels/{base}.rels")
        if one.get("TargetMode") == "External"
    }


def _lists(numbering: Any | None, styles: Any | None) -> _Lists:
    """Return the lists that a document defines."""
    lists = _Lists()
    abstract: dict[str, dict[int, _Level]] = {}
    for element in numbering if numbering is not None else ():
        if _name(element) == "abstractNum":
            own = (one for one in element if _name(one) == "lvl")
            abstract[_value(element, "abstractNumId")] = dict(map(_level, own))
        elif _name(element) == "num":
            number_id = _value(element, "numId")
            kind = next((_value(one, "val") for one in element if _name(one) == "abstractNumId"), "")
            lists.kinds[number_id] = kind
            lists.levels |= {(number_id, at): level for at, level in abstract.get(kind, {}).items()}
            for override in (one for one in element if _name(one) == "lvlOverride"):
                at = _int(_value(override, "ilvl"))
                for one in override:
                    if _name(one) == "startOverride":
                        lists.restarts[number_id, at] = _int(_value(one, "val"), 1)
                    elif _name(one) == "lvl":
                        lists.levels[number_id, at] = _level(one)[1]
    lists.styles = _styles(styles)
    return lists


def _level(element: Any) -> tuple[int, _Level]:
    """Read one level of a list."""
    said = {_name(one): _value(one, "val") for one in element}
    level = _Level(_int(said.get("start", ""), 1), said.get("numFmt", "decimal"), said.get("lvlText", ""))
    return _int(_value(element, "ilvl")), level


def _styles(root: Any | None) -> dict[str, tuple[str, int]]:
    """Return the list that each paragraph style belongs to, by itself or by the style it rests on."""
    own: dict[str, tuple[str, int]] = {}
    based: dict[str, str] = {}
    for style in root if root is not None else ():
        if _name(style) != "style":
            continue
        style_id = _value(style, "styleId")
        for one in style:
            if _name(one) == "basedOn":
                based[style_id] = _value(one, "val")
            elif _name(one) == "pPr" and (found := _numbered(one)):
                own[style_id] = found
    for style_id in based:
        at, steps = style_id, 0
        while at not in own and at in based and steps < _MOST_STYLES:
            at, steps = based[at], steps + 1
        if at in own:
            own.setdefault(style_id, own[at])
    return own


def _numbered(properties: Any) -> tuple[str, int] | None:
    """Return number id and level that paragraph properties name, None if they name no list."""
    for one in properties:
        if _name(one) == "numPr":
            said = {_name(part): _value(part, "val") for part in one}
            return (said["numId"], _int(said.get("ilvl", ""))) if "numId" in said else None
    return None


def _html(document: Any, targets: dict[str, str], lists: _Lists) -> str:
    """Return the text as HTML: paragraphs, line breaks, cells and links."""
    page = _Page(targets, lists)
    walk = etree.iterwalk(document, events=("start", "end"))
    for event, element in walk:
        name = _name(element)
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
    lists: _Lists
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
            target = self.targets.get(_value(element, "id"), "#")
            self.parts[-1].append(f'<a href="{escape(target)}">')
        elif name == "fldChar":
            self._field(_value(element, "fldCharType"))
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


def _prefix(paragraph: Any, lists: _Lists) -> str:
    """Return the number or bullet that Word prints before a paragraph; one without text is not counted."""
    if not any(_name(one) == "t" and (one.text or "").strip() for one in paragraph.iter()):
        return ""
    properties = next((one for one in paragraph if _name(one) == "pPr"), None)
    if properties is None:
        return ""
    style = next((_value(one, "val") for one in properties if _name(one) == "pStyle"), "")
    found = _numbered(properties) or lists.styles.get(style)
    return lists.number(*found) if found else ""


def _is_hidden(run: Any) -> bool:
    """Tell whether a run of text is not printed."""
    properties = next((one for one in run if _name(one) == "rPr"), ())
    return any(_name(one) == "vanish" and _value(one, "val") not in ("0", "false") for one in properties)


def _written(count: int, form: str) -> str:
    """Return a number in the letters of a level."""
    lower = form[:5] == "lower"
    if form.endswith("Letter") and count > 0:
        letter = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 3)
        return letter if lower else letter.upper()
    if form.endswith("Roman") and 0 < count < _ROMAN[0][0]:
        letters, rest = "", count
        for worth, letter in _ROMAN:
            letters += letter * (rest // worth)
            rest %= worth
        return letters if lower else letters.upper()
    return f"{count:02}" if form == "decimalZero" else str(count)


def _name(element: Any) -> str:
    """Return an element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _value(element: Any, name: str) -> str:
    """Return an attribute by its local name, "" if there is none."""
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _int(text: str, default: int = 0) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else default
