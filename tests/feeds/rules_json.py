"""A JSON Feed of ours: version 1.1 as jsonfeed.org/version/1.1 tells it, which has no validator. Pure.

"Must" and "should" of that page are both asked for here. Names that begin with "_" are extensions: each an
object that says in `about` what it is, if it says so at all.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.feeds.rules import broken
from tests.feeds.rules_text import characters, markup, plain
from tests.feeds.rules_values import identifier, instant, language, link, media_type, normal, rfc3339

VERSION = "https://jsonfeed.org/version/1.1"
_EXTENSION = re.compile(r"_[a-zA-Z][A-Za-z0-9_-]*")
_FEED: dict[str, type] = {
    "version": str,
    "title": str,
    "home_page_url": str,
    "feed_url": str,
    "description": str,
    "user_comment": str,
    "next_url": str,
    "icon": str,
    "favicon": str,
    "authors": list,
    "language": str,
    "expired": bool,
    "hubs": list,
    "items": list,
}
_ITEM: dict[str, type] = {
    "id": str,
    "url": str,
    "external_url": str,
    "title": str,
    "content_html": str,
    "content_text": str,
    "summary": str,
    "image": str,
    "banner_image": str,
    "date_published": str,
    "date_modified": str,
    "authors": list,
    "tags": list,
    "language": str,
    "attachments": list,
}
_AUTHOR: dict[str, type] = {"name": str, "url": str, "avatar": str}
_HUB: dict[str, type] = {"type": str, "url": str}
_ATTACHMENT: dict[str, type] = {
    "url": str,
    "mime_type": str,
    "title": str,
    "size_in_bytes": int,
    "duration_in_seconds": int,
}
_LINKS = ("home_page_url", "feed_url", "next_url", "icon", "favicon", "url", "external_url", "image")


def load(data: bytes) -> tuple[dict[str, Any] | None, list[str]]:
    """Read a document: UTF-8 without a mark, one object, no name twice in one object."""
    found: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
        found.extend(problem for name in repeated for problem in broken("JsonDuplicate", name))
        return dict(pairs)

    def refuse(what: str) -> Any:
        raise ValueError(what)

    try:
        read = json.loads(data.decode("utf-8"), object_pairs_hook=once, parse_constant=refuse)
    except ValueError as error:
        return None, broken("NotJson", error)
    return (read, found) if isinstance(read, dict) else (None, broken("NotJson", type(read)))


def head(feed: Mapping[str, Any], *, now: datetime | None, url: str | None) -> list[str]:
    """Check everything of a feed but its items; `url` is where it was found."""
    found = _fields(feed, _FEED, "feed", needed=("version", "title", "home_page_url", "feed_url", "items"))
    if feed.get("version") != VERSION:
        found += broken("JsonVersion", feed.get("version"))
    found += _common(feed)
    found += [] if "language" in feed else broken("NoLanguage", "feed")
    if url is not None and feed.get("feed_url") != url:
        found += broken("SelfDoesntMatchLocation", f"{feed.get('feed_url')} at {url}")
    if feed.get("next_url") in {feed.get("feed_url"), url} - {None}:
        found += broken("LinkPastEnd", feed.get("next_url"))
    for hub in _objects(feed.get("hubs")):
        found += _fields(hub, _HUB, "hub", needed=("type", "url")) + link("hub", hub.get("url"))
    texts = [text for name, text in _strings({**feed, "items": []})]
    found += characters(texts) + normal(texts)
    items = _objects(feed.get("items"))
    ids = Counter(str(one.get("id")) for one in items)
    found += [broken("DuplicateEntries", one)[0] for one, count in ids.items() if count > 1]
    del now
    return found


def item(of: Mapping[str, Any], *, now: datetime | None) -> list[str]:
    """Check one item by itself."""
    found = _fields(of, _ITEM, "item", needed=("id", "url"))
    found += (identifier(of["id"]) if isinstance(of.get("id"), str) else []) + _common(of)
    if "content_html" not in of and "content_text" not in of:
        found += broken("JsonMissing", "content_html or content_text")
    if "content_html" in of:
        html = of["content_html"]
        found += markup("content_html", html) if str(html).strip() else broken("NotBlank", "content_html")
    for name in ("date_published", "date_modified"):
        found += rfc3339(of[name], now) if name in of else []
    if instant(of.get("date_modified", "9999-01-01T00:00:00Z")) < instant(of.get("date_published")):
        found += broken("PublishedAfterUpdated", of.get("id"))
    tags = of.get("tags", [])
    for tag in tags:
        found += plain("tag", tag) if isinstance(tag, str) else broken("JsonType", tag)
    found += broken("DuplicateCategory", tags) if len(set(map(str, tags))) < len(tags) else []
    for one in _objects(of.get("attachments")):
        found += _fields(one, _ATTACHMENT, "attachment", needed=("url", "mime_type"))
        found += link("attachment", one.get("url")) + media_type(one.get("mime_type"))
    texts = [text for _, text in _strings(of)]
    return found + characters(texts) + normal(texts)


def _common(of: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    found += broken("JsonDeprecated", "author") if "author" in of else []
    for name in ("title", "summary", "description"):
        found += plain(name, " ".join(of[name].split())) if isinstance(of.get(name), str) else []
    for name in _LINKS:
        found += link(name, of[name]) if isinstance(of.get(name), str) else []
    found += language(of["language"]) if "language" in of else []
    for author in _objects(of.get("authors")):
        found += _fields(author, _AUTHOR, "author")
        found += [] if author else broken("JsonMissing", "name of an author")
        found += plain("author", author["name"]) if "name" in author else []
        found += link("author", author["url"]) if "url" in author else []
    return found


def _fields(
    of: Mapping[str, Any], known: Mapping[str, type], what: str, needed: tuple[str, ...] = ()
) -> list[str]:
    found = [
        problem for name in needed if name not in of for problem in broken("JsonMissing", f"{what} {name}")
    ]
    for name, value in of.items():
        if name.startswith("_"):
            good = _EXTENSION.fullmatch(name) and isinstance(value, dict)
            found += [] if good else broken("JsonUnknown", f"extension {name} of {what}")
        elif name not in known:
            found += [] if name == "author" else broken("JsonUnknown", f"{name} of {what}")
        elif not isinstance(value, known[name]) or (known[name] is int and isinstance(value, bool)):
            found += broken("JsonType", f"{name} of {what}")
    return found


def _objects(listed: Any) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _strings(value: Any, name: str = "") -> list[tuple[str, str]]:
    match value:
        case str():
            return [(name, value)]
        case dict():
            return [found for key, inner in value.items() for found in _strings(inner, key)]
        case list():
            return [found for inner in value for found in _strings(inner, name)]
    return []
