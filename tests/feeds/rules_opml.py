"""An OPML 2.0 list of subscriptions as the W3C feed validator reads it. Pure."""

from datetime import datetime

from lxml import etree

from tests.feeds.rules import broken
from tests.feeds.rules_document import TEXT, Shape, structure
from tests.feeds.rules_text import plain
from tests.feeds.rules_values import language, link, rfc2822

_ATTRIBUTES = frozenset(
    [
        "category",
        "created",
        "description",
        "htmlUrl",
        "isBreakpoint",
        "isComment",
        "language",
        "text",
        "title",
        "type",
        "url",
        "version",
        "xmlUrl",
    ]
)
_VERSIONS = {"RSS", "RSS1", "RSS2", "scriptingNews"}
_HEAD = Shape(
    children=dict.fromkeys(
        [
            "title",
            "dateCreated",
            "dateModified",
            "ownerName",
            "ownerEmail",
            "ownerId",
            "docs",
            "expansionState",
        ],
        (0, 1, TEXT),
    )
)


def outlines(root: etree._Element, *, now: datetime | None) -> list[str]:
    """Check a whole document."""
    if root.tag != "opml":
        return broken("UndefinedElement", root.tag)
    found = broken("MissingAttribute", "version") if root.get("version") is None else []
    if root.get("version") not in {None, "1.0", "1.1", "2.0"}:
        found += broken("InvalidOPMLVersion", root.get("version"))
    head, body = root.find("head"), root.find("body")
    found += structure(head, _HEAD) if head is not None else broken("MissingElement", "head")
    for name in ("dateCreated", "dateModified"):
        found += [problem for one in root.findall(f"head/{name}") for problem in rfc2822(one.text, now)]
    found += [problem for one in root.findall("head/title") for problem in plain("title", one.text)]
    found += [problem for one in root.findall("head/docs") for problem in link("docs", one.text)]
    if body is None:
        return found + broken("MissingElement", "body")
    listed = body.findall(".//outline")
    found += [] if listed else broken("MissingElement", "outline")
    return found + [problem for one in listed for problem in _outline(one)]


def _outline(of: etree._Element) -> list[str]:
    said = {str(name): str(value) for name, value in of.items()}
    found = [problem for name in set(said) - _ATTRIBUTES for problem in broken("UnexpectedAttribute", name)]
    found += [] if "text" in said else broken("MissingAttribute", "text")
    found += broken("UnexpectedText", of.text) if of.text and of.text.strip() else []
    found += [
        problem for child in of if child.tag != "outline" for problem in broken("UndefinedElement", child.tag)
    ]
    kind = said.get("type", "").lower()
    if kind == "rss":
        found += [] if "xmlUrl" in said else broken("MissingXmlURL", said.get("text"))
        found += [] if "title" in said else broken("MissingTitleAttr", said.get("text"))
    elif kind == "link":
        found += [] if "url" in said else broken("MissingUrlAttr", said.get("text"))
    elif not kind and {"description", "htmlUrl", "language", "version", "xmlUrl"} & set(said):
        found += broken("MissingOutlineType", said.get("text"))
    if said.get("version", "RSS") not in _VERSIONS:
        found += broken("InvalidOutlineVersion", said["version"])
    for name in ("isComment", "isBreakpoint"):
        found += [] if said.get(name, "true") in {"true", "false"} else broken("InvalidTrueFalse", name)
    found += language(said["language"]) if "language" in said else []
    for name in ("htmlUrl", "url", "xmlUrl"):
        found += link(name, said[name]) if name in said else []
    return found + [
        problem for name in ("text", "title") if name in said for problem in plain(name, said[name])
    ]
