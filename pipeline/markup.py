"""HTML of any quality as Markdown lines: a line for a block, links only where they say "tại đây".

Pure; never raises.
"""

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree, html

from pipeline.text import clean, fold
from pipeline.urls import absolute

_LARGEST = 5_000_000  # bytes
_LONGEST_LABEL = 60
_MOST_LINKS = 500
_FEW_LINKS, _LINKED = 2, 0.8  # links that any list may have; share of a menu's text that is linked
_BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "br",
            "caption",
            "center",
            "dd",
            "details",
            "div",
        ),
        *(
            "dl",
            "dt",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
        ),
        *("header", "hr", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table"),
        *("tbody", "tfoot", "thead", "tr", "ul"),
    )
)
_CELLS = frozenset(("td", "th"))
_DEAD = frozenset(
    (
        *("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "button"),
        *(
            "select",
            "option",
            "input",
            "textarea",
            "audio",
            "video",
            "canvas",
            "map",
            "dialog",
            "head",
            "title",
        ),
        *("link", "meta"),
    )
)
_AROUND = frozenset(("nav", "footer", "aside"))
_ROLES = frozenset(("navigation", "complementary", "contentinfo", "search"))
_SIDE = re.compile(
    r"(?<![a-z])(?:related|lien-?quan|tin-?(?:khac|lien-?quan|moi|cung|doc-?nhieu)|share|sharing|social|"
    r"comments?|binh-?luan|breadcrumbs?|tags?|rating|banner|advert(?:isement)?|ads?|quang-?cao|widget|sidebar|"
    r"menu|nav|navbar|navigation|pagination|paging|toolbar|tts|audio|player|most-?read|xem-?nhieu|hotline|fb-like|zalo)(?![a-z])"
)
_HERE = re.compile(
    r"[>»\s]*(?:(?:tại|ở|vào) )?đây[.:)»>\s]*|[>»\s]*(?:xem |đọc )?(?:chi tiết|thêm|tiếp|toàn văn).{0,40}"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_SPACE = re.compile(r"\s+")


def text(markup: str, base: str = "") -> str:
    """Return a fragment of HTML, or plain text with entities, as Markdown lines."""
    if "<" not in markup and "&" not in markup:
        return clean(markup)
    root = tree(f"<div>{markup}</div>")
    return lines(root, base) if root is not None else ""


def line(markup: str) -> str:
    """Return a fragment as one line of plain text: for titles and names."""
    return " ".join(re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", text(markup)).split())


def tree(markup: str) -> Any | None:
    """Parse HTML of any quality into lxml's root element; None if nothing is in it."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    body = markup.encode("utf-8", "replace")[:_LARGEST]
    try:
        return etree.fromstring(body, parser) if body.strip() else None
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def told(element: Any) -> str:
    """Return all text of an element on one line, clean."""
    return " ".join(clean("".join(element.itertext())).split())


def weight(element: Any) -> int:
    """Return how many characters of text an element holds."""
    return sum(map(len, element.itertext()))


def names(element: Any) -> str:
    """Return what an element is called: class and id, lower case, dashes for underscores."""
    return f"{element.get('class') or ''} {element.get('id') or ''}".lower().replace("_", "-")[:300]


def lines(root: Any, base: str, *, around: bool = False) -> str:
    """Return the text below `root` as Markdown lines, with a blank line between two.

    Args:
        root: an element of lxml.
        base: address that relative links start from; a link that leads nowhere is written "#".
        around: menus, footers and side boxes too.
    """
    page = _Page(base)
    half = weight(root) // 2
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "end":
            page.close(tag)
            if element is not root:
                page.parts.append(_SPACE.sub(" ", element.tail or ""))
        elif element is not root and (
            _is_dead(element, tag) or (not around and _is_side(element, tag, half))
        ):
            walk.skip_subtree()
        else:
            page.open(element, tag)
            page.parts.append(_SPACE.sub(" ", element.text or ""))
    rows = (" ".join(row.split()) for row in clean("".join(page.parts)).split("\n"))
    return "\n\n".join(filter(None, rows))


@dataclass(slots=True)
class _Page:
    """Markdown as it is written, with what is open: links by where they start, lists by their next number."""

    base: str
    parts: list[str] = field(default_factory=list)
    links: list[tuple[int, str]] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)  # 0 for one without numbers
    written: int = 0

    def open(self, element: Any, tag: str) -> None:
        """Write the start of an element."""
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "a":
            self.links.append((len(self.parts), element.get("href") or ""))
        elif tag == "ol":
            start = element.get("start") or ""
            self.lists.append(int(start) if re.fullmatch("[1-9][0-9]{0,3}", start) else 1)
        elif tag == "ul":
            self.lists.append(0)
        elif tag == "li":
            self.parts.append(self._marker())

    def close(self, tag: str) -> None:
        """Write the end of an element; a link is written out only if its words invite to click."""
        if tag == "a" and self.links:
            start, target = self.links.pop()
            label = "".join(self.parts[start:]).strip() if len(self.parts) - start <= _LONGEST_LABEL else ""
            if len(label) <= _LONGEST_LABEL and _HERE.fullmatch(fold(label)) and self.written < _MOST_LINKS:
                self.written += 1
                self.parts[start:] = [f"[{label}]({absolute(self.base, target) or '#'})"]
        elif tag in ("ol", "ul") and self.lists:
            self.lists.pop()
        if tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append(" ")

    def _marker(self) -> str:
        """Return "1. " for an item of a numbered list: bulletins are written so."""
        if not self.lists or not self.lists[-1]:
            return "- "
        self.lists[-1] += 1
        return f"{self.lists[-1] - 1}. "


def _is_dead(element: Any, tag: str) -> bool:
    """Tell whether an element shows no text."""
    if tag in _DEAD or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style and _HIDDEN.search(style[:500]))


def _is_side(element: Any, tag: str, half: int) -> bool:
    """Tell whether an element is a box beside the article; one that holds half of the text is not."""
    if tag in _AROUND or element.get("role") in _ROLES or (tag == "ul" and _is_menu(element)):
        return True
    return bool(_SIDE.search(names(element))) and weight(element) < half


def _is_menu(element: Any) -> bool:
    """Tell whether a list is hardly more than links."""
    links = list(islice(element.iter("a"), _LONGEST_LABEL))
    return len(links) > _FEW_LINKS and sum(map(weight, links)) >= _LINKED * weight(element)
