"""HTML of any quality as Markdown lines: a line for a block, links only where they say "tại đây".

Pure; never raises.
"""

import re
from typing import Any

from lxml import etree

from pipeline import walk
from pipeline.sheet import names, told, word_set
from pipeline.text import clean
from pipeline.urls import newest_host

__all__ = ["hosts", "line", "names", "rows", "text", "told", "tree"]

_LARGEST = 5_000_000  # bytes
_MOST_HOSTS = 50
_LINK = re.compile(
    r"<a\s[^<>]{0,500}?href\s{0,9}=\s{0,9}[\"']?\s{0,9}(?:https?:)?//([\w.-]{1,253})", re.IGNORECASE
)
# The elements that pages have, obsolete ones too.
_ELEMENTS = word_set(
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink "
    "blockquote body br button canvas caption center cite code col colgroup data datalist dd del "
    "details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame "
    "frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li "
    "link main map mark marquee math menu meta meter nav nobr noframes noscript object ol optgroup "
    "option output p param picture pre progress q rp rt ruby s samp script search section select slot "
    "small source span strike strong style sub summary sup svg table tbody td template textarea tfoot "
    "th thead time title tr track tt u ul var video wbr"
)
_BARE = r"[a-zA-Z_:@][a-zA-Z0-9_:.-]{0,60}"
_OPENING = re.compile(
    rf"<(?![!?])(?:/?(?P<name>[a-zA-Z][a-zA-Z0-9:._-]{{0,60}})"
    rf"(?:(?P<said>(?:\s{{1,50}}{_BARE}){{1,3}}\s{{0,9}}=)|(?P<end>\s{{0,50}}/?(?:>|\Z)|\s{{1,50}}(?:[a-z]+-[a-z]"
    r"|(?:allowfullscreen|async|checked|controls|defer|disabled|hidden|nohref|noshade|nowrap|selected)\b)))?)?"
)
_CLOSED = re.compile(r"</([a-zA-Z][a-zA-Z0-9:._-]{0,60})\s{0,50}>")


def text(markup: str, base: str = "") -> str:
    """Return a fragment of HTML, or plain text with entities, as Markdown lines."""
    if "<" not in markup and "&" not in markup:
        return clean(markup)
    root = tree(f"<div>{_told(markup)}</div>")
    return "\n\n".join(rows(root, base)) if root is not None else ""


def _told(markup: str) -> str:
    """Return a fragment in which every < that opens no element is text: "Giá xăng <E5 RON 92>", "x<y".

    An element has a known name, or is closed somewhere, or has an attribute; what follows its name is
    ">" or an attribute.
    """
    if "<" not in markup:
        return markup
    closed = {name.lower() for name in _CLOSED.findall(markup)}

    def kept(found: re.Match[str]) -> str:
        name = (found["name"] or "").lower()
        known = name in _ELEMENTS or name in closed or ":" in name
        return found[0] if found["said"] or (known and found["end"] is not None) else "&lt;" + found[0][1:]

    return _OPENING.sub(kept, markup)


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
