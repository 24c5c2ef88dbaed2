"""HTML as rows of text: what stands in one block, and in which boxes. Pure; never raises.

One walk over the tree; whatever is asked of a part of the page later is a span of rows.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, islice
from typing import Any, NamedTuple

from lxml import etree

from pipeline.text import clean, fold
from pipeline.urls import absolute


def word_set(names: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(names.split())


_LONGEST_LABEL = 60
_ICON = 2  # digits of the width of a picture that is hardly more than a letter
_MOST_LINKS = 500
_MOST_EVENTS = 100_000  # starts and ends of elements, 0.8 s; a large page of a portal has 10,000
_LINKED = 0.7  # share of a row that is a link's: a teaser's headline, with its date behind it
_FEW_LINKS = 2  # links that any list may have
_LONGEST_TITLE, _TITLE_WORDS = 300, 4  # of a link that is somebody's headline rather than a name
_PROSE, _CLOSED_PROSE = 80, 40  # characters of a paragraph; of one that ends like a sentence
# The share of a page's paragraphs that a box may hold: comments outweigh an article, a share bar never does.
_MOST_TALK, _MOST_OTHER, _MOST_ASIDE, _MOST_BESIDE, _MOST_WORDS = 0.95, 0.8, 0.6, 0.5, 0.02
_MOST_CELLS, _LONGEST_CELL = 2_000, 400
_BLOCKS = word_set(
    "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary table tbody tfoot "
    "thead tr ul amp-img"
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CELLS = frozenset(("td", "th"))
_PARAGRAPHS = HEADINGS | {"p", "li"}
_DEAD = word_set(
    "script style noscript template iframe object embed svg math button select option input textarea audio "
    "video canvas map dialog head title link meta frameset amp-sidebar amp-ad amp-consent"
)
_AROUND = frozenset(("nav", "footer", "aside"))
_ROLES = frozenset(("navigation", "complementary", "contentinfo", "search"))
# What is called so hardly ever holds the article, even if it holds most of the page's text.
_TALK = re.compile(
    r"(?<![a-z])(?:comments?|cmts?|binh-?luan|y-?kien(?:-ban-?doc)?|comment-?(?:list|respond|box)|fb-comments|disqus-thread)(?![a-z])"
)
_OTHERS = re.compile(
    r"(?<![a-z])(?:relat(?:ed?|ive)s?(?:-?(?:posts?|news|articles?|box|items?|one-?news))?|article-?relate|"
    r"(?:tin|bai)-?(?:viet-?)?(?:khac|lien-?quan|moi|cung|doc-?nhieu|cu|hot|da-?dua)|lien-?quan|other-?news|"
    r"(?:jp-?)?related-?posts?|breadcrumbs?|menu|nav|navbar|"
    r"navigation|pagination|paging|most-?read|xem-?nhieu|doc-?nhieu|advert(?:isement)?|ads?|ad-?spot|quang-?cao|"
    r"post-?next-?prev|site-?footer|footer|chan-?trang|author-?box|tlq|mega-?menu)(?![a-z])"
)
# What is called so is small, and beside the article.
_SIDE = re.compile(
    r"(?<![a-z])(?:share|shares|sharing|sharedaddy|social|addtoany|tags?|tu-?khoa|rating|ratings|star|banner|"
    r"widget|sidebar|side-?bar|toolbar|tts|audio|player|hotline|fb-like|zalo|poll|rates?|support-?box|tham-?do|quiz|survey|"
    r"newsletter|subscribe|donate?|donation|ung-?ho|cookie|consent|gdpr|popup|modal|app-?banner|promo|ticker|"
    r"weather|thoi-?tiet|ty-?gia|login|captcha|print|counter|luot-?xem|views?-?count|font-?size|paywall|chat|"
    r"wp-?block-?file|file-?dinh-?kem|attach(?:ments?)?|tep-?dinh-?kem|field-?name-?field-?file)(?![a-z])"
)
_HERE = re.compile(
    r"[>»\s]*(?:(?:tại|ở|vào) )?đây[.:)»>\s]*|[>»\s]*(?:xem |đọc )?(?:chi tiết|thêm|tiếp|toàn văn).{0,40}"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_LINES_KEPT = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)")
_SPACE = re.compile(r"\s+")
_ENDED = re.compile(r"[.!?…:;][\"”’')\]]*$")


class Row(NamedTuple):
    """What stands in one block, between its inner blocks.

    Args:
        text: one line of Markdown; links only where they invite to click.
        tag: the innermost block around it.
        linked: characters inside of links.
        box: the innermost box around it, an index of `Sheet.boxes`; -1 for none.
    """

    text: str
    tag: str
    linked: int
    box: int

    def is_link(self) -> bool:
        """Tell whether it is hardly more than a link."""
        return self.linked >= _LINKED * len(self.text)

    def is_teaser(self) -> bool:
        """Tell whether it is a link as long as a headline."""
        return self.is_link() and len(self.text) <= _LONGEST_TITLE and self.text.count(" ") >= _TITLE_WORDS

    def prose(self) -> int:
        """Return its characters if it is a paragraph of some article, else 0."""
        size = len(self.text)
        if size < _CLOSED_PROSE or 3 * self.linked > size:
            return 0
        return size - self.linked if size >= _PROSE or _ENDED.search(self.text) else 0


class Span(NamedTuple):
    """The rows of an element: from `first` up to, not including, `last`."""

    first: int
    last: int


@dataclass(slots=True)
class Box:
    """An element that is called, or built, like something beside an article.

    `most`: the share of the page's paragraphs that it may hold and still be such.
    """

    outer: int
    most: float
    first: int
    last: int = 0


@dataclass(slots=True)
class Sheet:
    """The rows of a tree, the span of each element that was walked, and the boxes."""

    rows: list[Row] = field(default_factory=list)
    spans: dict[Any, Span] = field(default_factory=dict)
    boxes: list[Box] = field(default_factory=list)

    def texts(self) -> list[str]:
        """Return all rows as text."""
        return [row.text for row in self.rows]

    def beside(self, weights: list[int], around: Collection[int] = ()) -> list[bool]:
        """Tell of each box whether it stands beside the article, by how the rows weigh.

        `around`: boxes that hold the article, and do not.
        """
        sums = [0, *accumulate(weights)]
        sizes = [0, *accumulate(len(row.text) for row in self.rows)]
        linked = [0, *accumulate(row.linked for row in self.rows)]
        found: list[bool] = []
        for at, box in enumerate(self.boxes):  # an outer box comes before its inner ones
            inside = sums[box.last] - sums[box.first]
            if at in around:
                found.append(False)
            elif box.outer >= 0 and found[box.outer]:
                found.append(True)
            elif box.most < 0:
                size, links = (many[box.last] - many[box.first] for many in (sizes, linked))
                found.append(box.last - box.first > _FEW_LINKS and links >= _LINKED * size)
            else:
                found.append(not inside or inside < box.most * sums[-1])
        return found


def read(root: Any, base: str) -> Sheet:
    """Return the rows below `root`. `base`: where relative links start; one that leads nowhere is "#"."""
    page = _Writer(base)
    walk = etree.iterwalk(root, events=("start", "end"))
    skipped: Any = None
    for event, element in islice(walk, _MOST_EVENTS):
        if event == "start":
            tag = element.tag if isinstance(element.tag, str) else ""
            if element is not root and _is_dead(element, tag):
                skipped = element
                walk.skip_subtree()
            else:
                page.open(element, tag)
                page.write(element.text)
        else:
            if element is skipped:
                skipped = None
            else:
                page.close(element, element.tag)
            if element is not root:
                page.write(element.tail)
    page.finish()
    return page.sheet


def names(element: Any) -> str:
    """Return what an element is called: class and id, lower case, dashes for underscores."""
    return f"{element.get('class') or ''} {element.get('id') or ''}".lower().replace("_", "-")[:300]


def told(element: Any) -> str:
    """Return all text of an element on one line, clean."""
    return " ".join(clean("".join(element.itertext())).split())


def weight(element: Any) -> int:
    """Return how many characters of text an element holds."""
    return sum(map(len, element.itertext()))


class _Open(NamedTuple):
    """An element that is open: where it began, and the tag and the box that it stands in."""

    element: Any
    first: int
    tag: str
    box: int
    kept: bool  # line ends of the source


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
    marker: str = ""
    linked: int = 0
    inside: int = 0  # open links
    box: int = -1
    kept: bool = False
    written: int = 0

    def write(self, text: str | None) -> None:
        """Write text where it stands."""
        if not text:
            return
        if self.kept:
            first, *others = text.split("\n")
            self._add(first)
            for line in others:
                self.flush(self._tag())
                self._add(line)
        else:
            self._add(text)

    def _add(self, text: str) -> None:
        text = _SPACE.sub(" ", text)
        if text:
            self.parts.append(text)
            if self.inside:
                self.linked += len(text)

    def _tag(self) -> str:
        return self.opened[-1].tag if self.opened else ""

    def flush(self, tag: str) -> None:
        """End the row that is open."""
        if self.cells is not None:
            self.parts.append(" ")
            return
        if not self.parts:
            return
        told = clean("".join(self.parts))
        self.parts.clear()
        linked, self.linked = self.linked, 0
        for line in told.split("\n"):
            if text := " ".join(line.split()):
                whole = self.marker + text
                in_links = min(linked + len(self.marker), len(whole)) if linked else 0
                self.sheet.rows.append(Row(whole, tag, in_links, self.box))
                self.marker = ""

    def open(self, element: Any, tag: str) -> None:
        """Write the start of an element."""
        outer = self._tag()
        most = _beside(tag, element.get("class") or "", element.get("id") or "", element.get("role") or "")
        if most and tag not in _BLOCKS and (self.cells is not None or outer in _PARAGRAPHS):
            most = 0  # a word of a paragraph
        is_picture = tag == "img" and outer not in _PARAGRAPHS and len(element.get("width") or "999") > _ICON
        if most or is_picture or tag in _BLOCKS or (tag in _CELLS and self.cells is None):
            self.flush(outer)
        self.opened.append(
            _Open(
                element,
                len(self.sheet.rows),
                tag if tag in _BLOCKS or tag in _CELLS else outer,
                self.box,
                self.kept,
            )
        )
        if tag == "a" and _is_link(element):
            self.links.append((len(self.sheet.rows), len(self.parts), element.get("href") or ""))
            self.inside += 1
        elif tag in ("ol", "ul"):
            start = element.get("start") or ""
            numbered = tag == "ol"
            self.lists.append(
                (int(start) if re.fullmatch("[1-9][0-9]{0,3}", start) else 1) if numbered else 0
            )
        elif tag == "li":
            self._mark()
        elif tag == "table":
            if self.cells is not None:
                self.tables += 1
            elif _is_data(element):
                self.cells = []
        if most:
            self.sheet.boxes.append(Box(self.box, most, len(self.sheet.rows)))
            self.box = len(self.sheet.boxes) - 1
        style = element.get("style")
        self.kept = self.kept or tag == "pre" or bool(style and _LINES_KEPT.search(style[:500]))

    def close(self, element: Any, tag: str) -> None:
        """Write the end of an element; a link is written out only if its words invite to click."""
        if tag == "a" and self.links and _is_link(element):
            self._close_link()
        elif tag in ("ol", "ul") and self.lists:
            self.lists.pop()
        elif self.cells is not None:
            self._close_cell(tag)
        opened = self.opened.pop()
        if self.box != opened.box or tag in _BLOCKS or tag in _CELLS:
            self.flush(opened.tag)
        if self.box != opened.box:
            self.sheet.boxes[self.box].last = len(self.sheet.rows)
        self.box, self.kept = opened.box, opened.kept
        pending = any(part != " " for part in self.parts)  # an inline element's row is still open
        self.sheet.spans[element] = Span(opened.first, len(self.sheet.rows) + pending)

    def finish(self) -> None:
        """End all that is open: of a page too large for us."""
        while self.opened:
            element = self.opened[-1].element
            self.close(element, element.tag)
        self.flush("")

    def _close_link(self) -> None:
        row, start, target = self.links.pop()
        self.inside -= 1
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
def _beside(tag: str, kind: str, name: str, role: str) -> float:
    """Return how much of a page's paragraphs an element may hold and still stand beside its article.

    0 for one that is no box; -1 for a list, which is one if it is hardly more than links.
    """
    called = f"{kind} {name}"[:300].lower().replace("_", "-")
    if tag == "body":
        return 0
    if _TALK.search(called):
        return _MOST_TALK
    if tag in _AROUND or role in _ROLES or _OTHERS.search(called):
        return _MOST_OTHER if tag != "aside" else _MOST_ASIDE
    if _SIDE.search(called):
        return _MOST_BESIDE if tag not in _PARAGRAPHS else _MOST_WORDS
    return -1 if tag in ("ul", "ol") else 0


@lru_cache(maxsize=5_000)
def _invites(label: str) -> bool:
    """Tell whether the words of a link invite to click; menus bring the same ones again and again."""
    return bool(_HERE.fullmatch(fold(label)))


def _is_link(element: Any) -> bool:
    """Tell whether <a> is a link, perhaps a script's, rather than the name of a place."""
    return bool(element.get("href")) or not (element.get("name") or element.get("id"))


def _is_dead(element: Any, tag: str) -> bool:
    """Tell whether an element shows no text."""
    if tag in _DEAD or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style and _HIDDEN.search(style[:500]))


def _tells(cell: Any) -> bool:
    """Tell whether a cell has paragraphs, one of them as long as an article's."""
    sizes = [sum(map(len, islice(one.itertext(), 50))) for one in islice(cell.iter("p"), 4)]
    return len(sizes) > 1 and max(sizes) >= _PROSE


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
