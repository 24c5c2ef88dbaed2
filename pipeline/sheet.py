"""HTML as rows of text: what stands in one block, and in which boxes. Pure; never raises.

`pipeline.walk` makes a sheet of a tree; whatever is asked of a part of the page later is a span of rows.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from pipeline.text import clean, fold


def word_set(names: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(names.split())


HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
PARAGRAPHS = HEADINGS | {"p", "li"}
CARDS = frozenset(("div", "article", "section", "li", "td", "tr", "dl", "a"))
_LINKED = 0.7  # share of a row that is a link's: a teaser's headline, with its date behind it
_FEW_LINKS = 2  # links that any list may have
_LONGEST_TITLE, _TITLE_WORDS = 300, 4  # of a link that is somebody's headline rather than a name
PROSE, _CLOSED_PROSE = 80, 40  # characters of a paragraph; of one that ends like a sentence
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
        return size - self.linked if size >= PROSE or _ENDED.search(self.text) else 0


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
    """The rows of a tree, and of each element that was walked its span and what it is called.

    Args:
        rows: in the order of the page.
        spans: inner elements before those around them.
        called: the names of the elements that have any (`names`).
        marked: the elements that their markup calls the body of an article.
        headings: the elements of `HEADINGS`, in the order of the page.
        boxes: outer ones before inner ones.
    """

    rows: list[Row] = field(default_factory=list)
    spans: dict[Any, Span] = field(default_factory=dict)
    called: dict[Any, str] = field(default_factory=dict)
    marked: list[Any] = field(default_factory=list)
    headings: list[Any] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    _folded: dict[int, str] = field(default_factory=dict)
    _places: dict[int, list[Any]] = field(default_factory=dict)
    _sizes: list[int] = field(default_factory=list)
    _linked: list[int] = field(default_factory=list)
    _prose: list[int] = field(default_factory=list)
    _cards: list[Span] = field(default_factory=list)

    def texts(self) -> list[str]:
        """Return all rows as text."""
        return [row.text for row in self.rows]

    def folded(self, at: int) -> str:
        """Return a row for matching (`text.fold`); several ask for the same rows."""
        key = self._folded.get(at)
        if key is None:
            key = self._folded[at] = fold(self.rows[at].text)
        return key

    def places(self) -> dict[int, list[Any]]:
        """Return the elements of a row or less by the row in which they stand, the innermost first."""
        if not self._places:
            for element, (first, last) in self.spans.items():
                if last <= first + 1:
                    self._places.setdefault(first, []).append(element)
        return self._places

    def prose(self) -> list[int]:
        """Return of each row its characters if it is a paragraph, else 0. Not to be changed."""
        if not self._prose:
            self._prose = [row.prose() for row in self.rows]
        return self._prose

    def cards(self) -> list[Span]:
        """Return the spans of elements that begin with somebody's headline as a link, outer ones first."""
        if not self._cards and self.rows:
            teasers = {at for at, row in enumerate(self.rows) if row.linked and row.is_teaser()}
            cards = [
                span
                for element, span in self.spans.items()
                if span[0] in teasers and span[0] < span[1] and element.tag in CARDS
            ]
            self._cards = sorted(cards, key=lambda span: (span.first, -span.last))
        return self._cards

    def beside(self, weights: list[int], around: Collection[int] = ()) -> list[bool]:
        """Tell of each box whether it stands beside the article, by how the rows weigh.

        `around`: boxes that hold the article, and do not.
        """
        sums = [0, *accumulate(weights)]
        if not self._sizes:
            self._sizes = [0, *accumulate(len(row.text) for row in self.rows)]
            self._linked = [0, *accumulate(row.linked for row in self.rows)]
        sizes, linked = self._sizes, self._linked
        found: list[bool] = []
        for at, box in enumerate(self.boxes):  # an outer box comes before its inner ones
            inside = sums[box.last] - sums[box.first]
            if at in around:
                found.append(False)
            elif box.outer >= 0 and found[box.outer]:
                found.append(True)
            elif box.most < 0:
                size, links = sizes[box.last] - sizes[box.first], linked[box.last] - linked[box.first]
                found.append(box.last - box.first > _FEW_LINKS and links >= _LINKED * size)
            else:
                found.append(not inside or inside < box.most * sums[-1])
        return found


def names(element: Any) -> str:
    """Return what an element is called: class and id, lower case, dashes for underscores."""
    return named(element.get("class") or "", element.get("id") or "")


@lru_cache(maxsize=5_000)
def named(kind: str, name: str) -> str:
    """Return what an element of a class and an id is called."""
    return f"{kind} {name}".lower().replace("_", "-")[:300]


def told(element: Any) -> str:
    """Return all text of an element on one line, clean."""
    return " ".join(clean("".join(element.itertext())).split())


def weight(element: Any) -> int:
    """Return how many characters of text an element holds."""
    return sum(map(len, element.itertext()))
