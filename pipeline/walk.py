"""A tree to its sheet: one walk over a page, which writes a row for whatever stands in one block.

Pure; never raises. This is the dearest part of reading a page, so each element is asked for its
attributes once, and text is cleaned by whole rows.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from lxml import etree

from pipeline import boxes
from pipeline.sheet import HEADINGS, PARAGRAPHS, PROSE, Box, Row, Sheet, Span, named, word_set
from pipeline.text import clean, fold
from pipeline.urls import absolute

_LONGEST_LABEL = 60
_ICON = 2  # digits of the width of a picture that is hardly more than a letter
_MOST_LINKS = 500
_MOST_EVENTS = 100_000  # starts and ends of elements, 0.6 s; a large page of a portal has 10,000
_MOST_CELLS, _LONGEST_CELL = 2_000, 400
_BLOCKS = word_set(
    "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary table tbody tfoot "
    "thead tr ul amp-img"
)
_CELLS = frozenset(("td", "th"))
_ROWED = _BLOCKS | _CELLS
_DEAD = word_set(
    "script style noscript template iframe object embed svg math button select option input textarea audio "
    "video canvas map dialog head title link meta frameset amp-sidebar amp-ad amp-consent"
)
_HERE = re.compile(
    r"[>»\s]*(?:(?:tại|ở|vào) )?đây[.:)»>\s]*|[>»\s]*(?:xem |đọc )?(?:chi tiết|thêm|tiếp|toàn văn).{0,40}"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_LINES_KEPT = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)")


def read(root: Any, base: str) -> Sheet:
    """Return the rows below `root`. `base`: where relative links start; one that leads nowhere is "#"."""
    page = _Writer(base)
    walk = etree.iterwalk(root, events=("start", "end"))
    skipped: Any = None
    for event, element in islice(walk, _MOST_EVENTS):
        if event == "start":
            tag = element.tag
            said = dict(element.items())
            if (tag in _DEAD or (said and _is_hidden(said))) and element is not root:
                skipped = element
                walk.skip_subtree()
                continue
            page.open(element, tag if isinstance(tag, str) else "", said)
            if (text := element.text) and (page.is_open() or not text.isspace()):
                page.write(text)
        else:
            if element is skipped:
                skipped = None
            else:
                page.close()
            if (tail := element.tail) and (page.is_open() or not tail.isspace()) and element is not root:
                page.write(tail)
    page.finish()
    return page.sheet


# An element that is open: its tag, the row where it began, the block, the box and the line ends around
# it, and whether it is a link. A named tuple costs 0.1 ms a page.
_Open = tuple[Any, str, int, str, int, bool, bool]


@dataclass(slots=True)
class _Writer:
    """Rows as they are written, with what is open."""

    base: str
    sheet: Sheet = field(default_factory=Sheet)
    parts: list[str] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)
    links: list[tuple[int, int, str]] = field(default_factory=list)  # row and part where it starts, target
    lists: list[int] = field(default_factory=list)  # the next number, 0 for a list without numbers
    cells: list[str] | None = None  # of the row of a table of data that is open
    tables: int = 0  # open tables inside of one of data
    tag: str = ""  # the innermost open block
    marker: str = ""
    linked: int = 0
    box: int = -1
    kept: bool = False  # line ends of the source
    written: int = 0

    def is_open(self) -> bool:
        """Tell whether a row or a link is open, or line ends count: white space does not begin a row."""
        return bool(self.parts or self.links or self.kept)

    def write(self, text: str) -> None:
        """Write text where it stands."""
        if self.kept and "\n" in text:
            first, *others = text.split("\n")
            self._add(first)
            for line in others:
                self.flush(self.tag)
                self._add(line)
        else:
            self._add(text)

    def _add(self, text: str) -> None:
        """Add text with each run of white space as one space."""
        told = " ".join(text.split())
        if not told:
            told = " " if text else ""
        else:
            if text[0].isspace():
                told = f" {told}"
            if text[-1].isspace():
                told = f"{told} "
        if told:
            self.parts.append(told)
            if self.links:
                self.linked += len(told)

    def flush(self, tag: str) -> None:
        """End the row that is open."""
        if self.cells is not None:
            self.parts.append(" ")
            return
        if not self.parts:
            return
        whole = "".join(self.parts)
        self.parts.clear()
        linked, self.linked = self.linked, 0
        if whole.isspace():
            return
        for line in clean(whole).split("\n"):
            if text := " ".join(line.split()):
                text = self.marker + text
                in_links = min(linked + len(self.marker), len(text)) if linked else 0
                self.sheet.rows.append(Row(text, tag, in_links, self.box))
                self.marker = ""

    def open(self, element: Any, tag: str, said: dict[str, str]) -> None:
        """Write the start of an element. `said`: its attributes."""
        outer, outer_box, outer_kept = self.tag, self.box, self.kept
        is_row = tag in _ROWED and (tag in _BLOCKS or self.cells is None)
        most = self._share(element, tag, said) if said else boxes.share(tag, "", "")
        if most and tag not in _BLOCKS and (self.cells is not None or outer in PARAGRAPHS):
            most = 0  # a word of a paragraph
        if self.parts and (is_row or most or (tag == "img" and self._is_picture(said))):
            self.flush(outer)
        begin = len(self.sheet.rows)
        is_link = tag == "a" and _is_link(said)
        self.opened.append((element, tag, begin, outer, outer_box, outer_kept, is_link))
        if tag in _ROWED:
            self.tag = tag
            self._open_block(element, tag, said)
        elif is_link:
            self.links.append((begin, len(self.parts), said.get("href", "")))
        if most:
            self.sheet.boxes.append(Box(outer_box, most, begin))
            self.box = len(self.sheet.boxes) - 1
        if tag == "pre" or (said and _keeps_lines(said)):
            self.kept = True

    def _share(self, element: Any, tag: str, said: dict[str, str]) -> float:
        """Note what an element is called; return what a box of that name may hold."""
        kind, name = said.get("class", ""), said.get("id", "")
        called = ""
        if kind or name:
            called = named(kind, name)
            self.sheet.called[element] = called
        if said.get("itemprop") == "articleBody":
            self.sheet.marked.append(element)
        return boxes.share(tag, called, said.get("role", ""))

    def _is_picture(self, said: dict[str, str]) -> bool:
        """Tell whether <img> stands for itself, rather than for a letter or in a line."""
        return self.tag not in PARAGRAPHS and len(said.get("width") or "999") > _ICON

    def _open_block(self, element: Any, tag: str, said: dict[str, str]) -> None:
        """Begin a list, an item or a table."""
        if tag == "li":
            self._mark()
        elif tag in ("ol", "ul"):
            start = said.get("start", "")
            number = int(start) if re.fullmatch("[1-9][0-9]{0,3}", start) else 1
            self.lists.append(number if tag == "ol" else 0)
        elif tag in HEADINGS:
            self.sheet.headings.append(element)
        elif tag == "table":
            if self.cells is not None:
                self.tables += 1
            elif _is_data(element):
                self.cells = []

    def close(self) -> None:
        """Write the end of the innermost element; a link is written out only if its words invite to click."""
        element, tag, first, outer, box, kept, is_link = self.opened.pop()
        if is_link:
            self._close_link()
        elif tag in ("ol", "ul"):
            self.lists.pop()
        elif self.cells is not None:
            self._close_cell(tag)
        is_box = self.box != box
        if self.parts and (is_box or tag in _ROWED):
            self.flush(self.tag)
        last = len(self.sheet.rows)
        if is_box:
            self.sheet.boxes[self.box].last = last
        self.tag, self.box, self.kept = outer, box, kept
        if self.parts and any(part != " " for part in self.parts):
            last += 1  # the row of an inline element is still open
        self.sheet.spans[element] = Span(first, last)

    def finish(self) -> None:
        """End all that is open: of a page too large for us."""
        while self.opened:
            self.close()
        self.flush("")

    def _close_link(self) -> None:
        row, start, target = self.links.pop()
        if row != len(self.sheet.rows) or not 0 <= len(self.parts) - start <= _LONGEST_LABEL:
            return
        label = "".join(self.parts[start:]).strip()
        if len(label) <= _LONGEST_LABEL and _invites(label) and self.written < _MOST_LINKS:
            self.written += 1
            self.parts[start:] = [f"[{label}]({absolute(self.base, target) or '#'})"]

    def _close_cell(self, tag: str) -> None:
        """End a cell, a row, or the table of data itself."""
        assert self.cells is not None
        if tag == "table" and self.tables:
            self.tables -= 1
        elif tag in _CELLS and not self.tables:
            self.cells.append(" ".join(clean("".join(self.parts)).split()))
            self.parts.clear()
        elif tag in ("tr", "table") and not self.tables:
            cells, self.cells = self.cells, None
            if any(cells):
                self.parts.append(f"| {' | '.join(cells)} |" if sum(map(bool, cells)) > 1 else "".join(cells))
            self.flush("td")
            self.cells = [] if tag == "tr" else None

    def _mark(self) -> None:
        """Give the next row the number of a numbered list: bulletins are written so."""
        if not self.lists or not self.lists[-1]:
            self.marker = "- "
            return
        self.marker = f"{self.lists[-1]}. "
        self.lists[-1] += 1


@lru_cache(maxsize=5_000)
def _invites(label: str) -> bool:
    """Tell whether the words of a link invite to click; menus bring the same ones again and again."""
    return bool(_HERE.fullmatch(fold(label)))


def _is_link(said: dict[str, str]) -> bool:
    """Tell whether <a> is a link, perhaps a script's, rather than the name of a place."""
    return bool(said.get("href")) or not (said.get("name") or said.get("id"))


def _is_hidden(said: dict[str, str]) -> bool:
    """Tell whether an element's attributes hide it."""
    return "hidden" in said or ("style" in said and bool(_HIDDEN.search(said["style"][:500])))


def _keeps_lines(said: dict[str, str]) -> bool:
    """Tell whether the line ends inside of an element are shown."""
    return "style" in said and bool(_LINES_KEPT.search(said["style"][:500]))


def _tells(cell: Any) -> bool:
    """Tell whether a cell has paragraphs, one of them as long as an article's."""
    sizes = [sum(map(len, islice(one.itertext(), 50))) for one in islice(cell.iter("p"), 4)]
    return len(sizes) > 1 and max(sizes) >= PROSE


def _is_data(table: Any) -> bool:
    """Tell whether a table holds data rather than the layout of a page or a picture with its caption."""
    if (
        table.get("role") == "presentation"
        or next(table.iterdescendants("table", "ul", "img", *HEADINGS), None) is not None
    ):
        return False
    cells = list(islice(table.iter("td", "th"), _MOST_CELLS + 1))
    counts = [sum(1 for cell in row if cell.tag in _CELLS) for row in islice(table.iter("tr"), _MOST_CELLS)]
    wide = sum(count > 1 for count in counts)
    if not wide or wide < (len(counts) + 1) // 2 or len(cells) > _MOST_CELLS:
        return False
    if sum(map(_tells, cells)) * 2 >= len(counts):
        return False
    longest = _LONGEST_CELL if wide > 1 else _LONGEST_LABEL
    return all(sum(map(len, islice(cell.itertext(), 50))) <= longest for cell in cells)
