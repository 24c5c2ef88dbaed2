"""A checker of published feeds: what the W3C feed validator asks of them, and what it does not see.

`check_atom`, `check_rss`, `check_json` and `check_opml` take the bytes of one document; `check_answer`
takes HTTP headers. Each problem is "Rule: what was seen"; no problem is an empty list. The rules are in
`rules`, tests/feeds/test_check.py has a wrong document for each, docs/feeds-checked.md says what was run.
What needs more than one document (order, channels that agree, chains of archives) is in `semantics`.

Entries are checked by themselves and remembered by their bytes: one entry stands in some eight channels.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.message import Message
from functools import lru_cache
from typing import Any

from lxml import etree

from tests.feeds import rules_atom, rules_json, rules_opml, rules_rss
from tests.feeds.rules import broken
from tests.feeds.rules_document import AT, ATOM, CONTENT, DC, document, strings

__all__ = [
    "AT",
    "ATOM",
    "CONTENT",
    "DC",
    "check_answer",
    "check_atom",
    "check_json",
    "check_opml",
    "check_rss",
]

_ENTRY = re.compile(rb"<entry[ >].*?</entry>", re.DOTALL)
_ITEM = re.compile(rb"<item[ >].*?</item>", re.DOTALL)
_FEED_TYPES = {"application/atom+xml", "application/rss+xml", "application/feed+json", "text/x-opml"}
_LOOSE_TYPES = {"text/xml", "application/xml"}


def check_atom(data: bytes, *, now: datetime | None = None, url: str | None = None) -> list[str]:
    """Return what is wrong with an Atom feed; `url` is where it was found, `now` bounds its dates."""
    root, found = document(data)
    if root is None:
        return found
    found += rules_atom.feed(root, now=now, url=url)
    has_author = root.find(f"{ATOM}author") is not None
    entries = root.findall(f"{ATOM}entry")
    for raw, entry in zip(_raw(_ENTRY, data, len(entries)), entries, strict=True):
        found += _remembered(raw, root, entry, _Atom(now, has_author))
        root.remove(entry)
    return found + strings(root)


def check_rss(data: bytes, *, now: datetime | None = None, url: str | None = None) -> list[str]:
    """Return what is wrong with an RSS feed."""
    root, found = document(data)
    if root is None:
        return found
    found += rules_rss.channel(root, now=now, url=url)
    items = root.findall("channel/item")
    for raw, item in zip(_raw(_ITEM, data, len(items)), items, strict=True):
        found += _remembered(raw, root, item, _Rss(now))
        root[0].remove(item)
    return found + strings(root)


def check_json(data: bytes, *, now: datetime | None = None, url: str | None = None) -> list[str]:
    """Return what is wrong with a JSON Feed."""
    feed, found = rules_json.load(data)
    if feed is None:
        return found
    found += rules_json.head(feed, now=now, url=url)
    items = feed.get("items")
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            found += broken("JsonType", "an item that is no object")
            continue
        found += _json_item(json.dumps(item, ensure_ascii=True), now)
    return found


def check_opml(data: bytes, *, now: datetime | None = None) -> list[str]:
    """Return what is wrong with an OPML document."""
    root, found = document(data)
    return found if root is None else found + rules_opml.outlines(root, now=now) + strings(root)


def check_answer(headers: Mapping[str, str], data: bytes) -> list[str]:
    """Return what is wrong with the type that an answer says its body has; header names in lower case."""
    message = Message()
    message["content-type"] = headers.get("content-type", "")
    kind = message.get_content_type()
    found = []
    if kind in _LOOSE_TYPES:
        is_known = any(mark in data[:512] for mark in (b"<rss", b"<feed", b"<opml"))
        found += [] if is_known else broken("NonSpecificMediaType", kind)
    elif kind not in _FEED_TYPES:
        return broken("UnexpectedContentType", kind)
    mark = {"application/atom+xml": b"<feed", "application/rss+xml": b"<rss", "text/x-opml": b"<opml"}.get(
        kind
    )
    if mark is not None and mark not in data[:2_000]:
        found += broken("UnexpectedContentType", f"{kind} for {data[:60]!r}")
    charset = message.get_content_charset("utf-8")
    return found + (broken("EncodingMismatch", charset) if charset != "utf-8" else [])


class _Atom:
    """Judges entries; equal to any other that judges the same."""

    def __init__(self, now: datetime | None, has_author: bool) -> None:  # noqa: FBT001 - one caller
        self.key: tuple[Any, ...] = ("atom", now, has_author)
        self._now, self._has_author = now, has_author

    def __call__(self, entry: etree._Element) -> list[str]:
        return rules_atom.entry(entry, now=self._now, has_feed_author=self._has_author)


class _Rss:
    """Judges items; equal to any other that judges the same."""

    def __init__(self, now: datetime | None) -> None:
        self.key: tuple[Any, ...] = ("rss", now)
        self._now = now

    def __call__(self, item: etree._Element) -> list[str]:
        return rules_rss.item(item, now=self._now)


_SEEN: dict[tuple[Any, ...], list[str]] = {}
_MOST_SEEN = 100_000


def _remembered(
    raw: bytes | None, root: etree._Element, entry: etree._Element, judge: _Atom | _Rss
) -> list[str]:
    """Judge an entry, or remember what was found in the same bytes under the same namespaces."""
    key = (*judge.key, tuple(sorted(root.nsmap.items(), key=str)), raw)
    if raw is None or key not in _SEEN:
        if len(_SEEN) >= _MOST_SEEN:
            _SEEN.clear()
        found = judge(entry) + strings(entry)
        if raw is None:
            return found
        _SEEN[key] = found
    return list(_SEEN[key])


@lru_cache(maxsize=_MOST_SEEN)
def _json_item(text: str, now: datetime | None) -> tuple[str, ...]:
    return tuple(rules_json.item(json.loads(text), now=now))


def _raw(pattern: re.Pattern[bytes], data: bytes, count: int) -> list[bytes | None]:
    """Return the bytes of each entry; of none if a document is too strange to be cut by eye."""
    found = pattern.findall(data)
    return found if len(found) == count else [None] * count
