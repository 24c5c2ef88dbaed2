"""JSON Feed 1.1 (jsonfeed.org/version/1.1): one entry as an object, and a document of entries.

Pure; never raises. Same input, same bytes: members in a fixed order, those without a value left out, no
floats. What the format has no member for stands in `_tintinh`, which docs/feeds.md explains.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from feeds.channel import SITE_TITLE
from feeds.head import Head
from feeds.item import Item, Tombstone
from feeds.tellings import Told

VERSION = "https://jsonfeed.org/version/1.1"


def entry(item: Item) -> bytes:
    """Return one item as a JSON object in UTF-8, without white space around it."""
    return _bytes(
        {
            "id": item.id,
            "url": item.url,
            "title": item.title,
            "summary": item.gist,
            "content_html": item.content or item.summary,
            "image": item.picture.url if item.picture else "",
            "date_published": item.published.isoformat() if item.published else "",
            "date_modified": item.updated.isoformat(),
            "authors": [_said({"name": one.name, "url": one.url}) for one in item.authors],
            "tags": list(dict.fromkeys(one.label for one in item.categories)),
            "language": item.language,
            "_tintinh": _ours(item),
        }
    )


def document(head: Head, entries: Sequence[bytes]) -> bytes:
    """Return a document of items that `entry` made, in their order.

    The part of the archive before it is its `next_url`: older items.
    """
    base_url = head.site.base_url
    hub = head.link("hub")
    frame = _bytes(
        {
            "version": VERSION,
            "title": head.channel.title,
            "home_page_url": head.channel.page(base_url),
            "feed_url": head.link("self"),
            "next_url": head.link("prev-archive"),
            "description": head.channel.about,
            "language": "vi",
            "authors": [{"name": SITE_TITLE, "url": f"{base_url}/"}],
            "expired": head.is_over,
            "hubs": [{"type": "WebSub", "url": hub}] if hub else [],
            "_tintinh": {
                "about": f"{base_url}/feeds",
                "id": head.site.tag(f"channel/{head.channel.key}"),
                "updated": head.updated.isoformat(),
                "withdrawn": [_withdrawn(one) for one in head.gone],
            },
        }
    )
    return b"".join((frame[:-1], b',"items":[', b",".join(entries), b"]}"))


def _ours(item: Item) -> dict[str, Any]:
    """Return what Atom and RSS say and JSON Feed has no member for, and where else the story is told."""
    origin, picture = item.origin, item.picture
    return _said(
        {
            "page": item.page,
            "source": {"id": origin.id, "name": origin.title, "url": origin.url} if origin else {},
            "agency": item.agency,
            "published": item.dated,
            "basis": item.basis.value if item.basis else "",
            "first_told": item.first_told.isoformat() if item.first_told else "",
            "image_caption": picture.caption if picture else "",
            "categories": [
                {"term": one.term, "scheme": one.scheme, "label": one.label} for one in item.categories
            ],
            "tellings": [_telling(one) for one in item.tellings],
            "withdrawn": item.withdrawn,
        }
    )


def _telling(told: Told) -> dict[str, Any]:
    return _said(
        {
            "source": told.source,
            "name": told.name,
            "kind": told.kind.value,
            "url": told.url,
            "bulletin": told.bulletin,
            "item": told.number,
            "published": told.published,
            "basis": told.basis.value,
            "authors": list(told.authors),
            "agency": told.agency,
        }
    )


def _withdrawn(stone: Tombstone) -> dict[str, Any]:
    """Return a tombstone; `instead` and `page` are the surviving story's, after a merge."""
    return _said(
        {
            "id": stone.ref,
            "when": stone.when.isoformat(),
            "instead": stone.survivor,
            "page": stone.instead,
        }
    )


def _said(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what has no value."""
    return {name: value for name, value in members.items() if value}


def _bytes(members: Mapping[str, Any]) -> bytes:
    return json.dumps(_said(members), ensure_ascii=False, separators=(",", ":")).encode()
