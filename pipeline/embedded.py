"""An article that a page holds as data, for a script to show: JSON-LD, Next.js and its like.

Pure; never raises.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from pipeline.markup import rows, tree
from pipeline.text import clean, fold, paragraphs

_LONGEST_JSON = 2_000_000
_SHORTEST = 200  # characters of an article's text
_MOST_OBJECTS, _DEEPEST = 20_000, 12
_BODIES = (
    "content",
    "body",
    "contents",
    "detail",
    "contentHtml",
    "content_html",
    "html",
    "articleBody",
    "noiDung",
)
_PUBLISHED = (
    *("publishedat", "publisheddate", "publishdate", "datepublished", "publishedtime", "publishtime"),
    *("publishon", "ngaydang", "postdate", "posteddate", "releasedate", "createdat", "createddate"),
)
_TITLES = ("title", "headline", "name", "tieuDe")


@dataclass(frozen=True, slots=True)
class Held:
    """The text of an article as Markdown lines, and its tree, None for plain text."""

    text: str
    root: Any = None


def article(root: Any, linked: dict[str, Any], title: str) -> Held | None:
    """Return the article that a page's data hold, None if there is none.

    Args:
        root: the page.
        linked: the JSON-LD object of the article, {} if there is none.
        title: the page's headline; data of another one are not its article.
    """
    text = linked.get("articleBody")
    if isinstance(text, str) and len(text) >= _SHORTEST:
        return _held(text)
    for thing in _called(root, title):
        told = [value for name in _BODIES if isinstance(value := thing.get(name), str)]
        if (longest := max(told, key=len, default="")) and len(longest) >= _SHORTEST:
            return _held(longest)
    return None


def published(root: Any, title: str) -> Iterator[str]:
    """Yield what a page's data say of the publication of the article with this headline, as text."""
    for thing in _called(root, title):
        said = {name.lower().replace("_", ""): value for name, value in thing.items()}
        for name in _PUBLISHED:
            if isinstance(value := said.get(name), str | int):
                yield str(value)


def _called(root: Any, title: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a page's data that bear a headline."""
    key = fold(title)
    for element in root.iter("script") if key else ():
        code = element.text or ""
        if "json" in (element.get("type") or "") and _SHORTEST < len(code) <= _LONGEST_JSON:
            try:
                said = from_json(code)
            except ValueError:
                continue
            for thing in _objects(said):
                named = (thing[name] for name in _TITLES if isinstance(thing.get(name), str))
                if any(fold(" ".join(name.split())) == key for name in named):
                    yield thing


def _held(text: str) -> Held:
    """Return a text of data, HTML or plain."""
    if "<" not in text:
        return Held("\n\n".join(paragraphs(clean(text))))
    root = tree(f"<div>{text}</div>")
    return Held("\n\n".join(rows(root, "")), root) if root is not None else Held("")


def _objects(said: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of JSON, outer ones first."""
    waiting: deque[tuple[Any, int]] = deque([(said, 0)])
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        thing, depth = waiting.popleft()
        if isinstance(thing, dict):
            yield thing
        if depth < _DEEPEST and isinstance(thing, dict | list):
            inner = thing.values() if isinstance(thing, dict) else thing
            waiting += [(value, depth + 1) for value in inner if isinstance(value, dict | list)]
