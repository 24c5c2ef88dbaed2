"""HTML of any quality as Markdown lines: a line for a block, links only where they say "tại đây".

Pure; never raises.
"""

import re
from typing import Any

from lxml import etree

from pipeline import walk
from pipeline.sheet import names, told
from pipeline.text import clean
from pipeline.urls import newest_host

__all__ = ["hosts", "line", "names", "rows", "text", "told", "tree"]

_LARGEST = 5_000_000  # bytes
_MOST_HOSTS = 50
_LINK = re.compile(
    r"<a\s[^<>]{0,500}?href\s{0,9}=\s{0,9}[\"']?\s{0,9}(?:https?:)?//([\w.-]{1,253})", re.IGNORECASE
)


def text(markup: str, base: str = "") -> str:
    """Return a fragment of HTML, or plain text with entities, as Markdown lines."""
    if "<" not in markup and "&" not in markup:
        return clean(markup)
    root = tree(f"<div>{markup}</div>")
    return "\n\n".join(rows(root, base)) if root is not None else ""


def line(markup: str) -> str:
    """Return a fragment as one line of plain text: for titles and names."""
    return " ".join(re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", text(markup)).split())


def hosts(*parts: str) -> tuple[str, ...]:
    """Return the distinct hosts that fragments of HTML link to, as addresses' keys have them; at most 50."""
    found = {name for part in parts for name in _LINK.findall(part)}
    return tuple(sorted({newest_host(name) for name in found} - {""})[:_MOST_HOSTS])


def rows(root: Any, base: str) -> list[str]:
    """Return the lines below an element, without what stands in boxes beside its text."""
    seen = walk.read(root, base)
    beside = seen.beside([row.prose() for row in seen.rows])
    return [row.text for row in seen.rows if row.box < 0 or not beside[row.box]]


def tree(markup: str) -> Any | None:
    """Parse HTML of any quality into lxml's root element; None if nothing is in it."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    body = markup.encode("utf-8", "replace")[:_LARGEST]
    try:
        return etree.fromstring(body, parser) if body.strip() else None
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
