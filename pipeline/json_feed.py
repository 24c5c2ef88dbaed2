"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1): its items as findings. Pure.

Read value by value, so that of a document that was cut off the whole items are taken; tolerant of
what sites write: numbers as ids, a single author as in 1.0, a version that is a number or missing.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline import dates, drafts, markup
from pipeline.drafts import Finding
from pipeline.errors import Unreadable
from pipeline.feed_hints import hubs, topic
from pipeline.feed_parts import Contents, Drop, Item, head
from pipeline.feed_text import MOST_ITEMS
from pipeline.legacy import mended
from pipeline.media import is_document, is_picture
from pipeline.model import Attachment, Basis, Hints, Image, When
from pipeline.text import clean
from pipeline.urls import absolute, canonical

_LONG_TEXT = 1_000  # characters that make a summary the article itself
_LONGEST_ID = 500
_LONGEST_NAME = 100
_LONGEST_NUMBER = 30
_LONGEST_ADDRESS = 2_000
_ITEM_WEIGHT = 2_000
_TAG_WEIGHT = 40
_MOST_FILES = 50
_MOST_KEYS = 1_000
_MOST_PEOPLE = 50
_HEAD = 4_096  # bytes

_BLANK = re.compile(r"[ \t\r\n]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")
_DATA = re.compile(r"(data:[\w/+.-]{1,60};base64,)[A-Za-z0-9+/=%\\]{1000,}")


def _integer(digits: str) -> int | str:
    """Return a number; one that no id has stays text: int() is quadratic, and refuses 4,300 digits."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits[:_LONGEST_NUMBER]


_DECODER = json.JSONDecoder(strict=False, parse_int=_integer, parse_constant=lambda _name: None)


@dataclass(slots=True)
class _Told:
    """What is read of a document."""

    fields: dict[str, Any] = field(default_factory=dict)
    items: list[tuple[str, Any]] = field(default_factory=list)
    has_items: bool = False
    cut_off: bool = False


def looks_like_one(body: bytes) -> bool:
    """Tell whether bytes begin as a JSON value, in UTF-8 or UTF-16, and as no XML."""
    start = body[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith((b"{", b"["))


def contents(source: str, url: str) -> Contents:
    """Return what a feed's document holds.

    Args:
        source: its text.
        url: where it came from; base of relative addresses.

    Raises:
        Unreadable: it is no JSON Feed, or cut off before its items.
    """
    try:
        told = _told(source)
    except RecursionError as error:
        raise Unreadable("feed", "its JSON is nested too deeply") from error
    if not told.has_items:
        raise Unreadable(
            "feed",
            "JSON, but no JSON Feed: it has no list of items"
            if not told.cut_off
            else "JSON that is cut off, or broken, before its first item",
        )
    said = told.fields
    home = absolute(url, _text(said.get("home_page_url"))) or url
    kept = told.items[:MOST_ITEMS]
    language = _language(said)
    return Contents(
        items=(items := tuple(_item(raw, item, url, home) for raw, item in kept)),
        weigh=lambda at: _weight(items[at].told),
        read=lambda places: [_finding(kept[at][1], url, home, language, said) for at in places],
        around=f"{url}\0{home}\0{language}",
        hints=Hints(
            hubs=hubs(url, (_text(hub.get("url")) for hub in _objects(said.get("hubs")))),
            topic=topic(url, (_text(said.get("feed_url")),)),
        ),
        beyond=len(told.items) - len(kept),
        cut_off="…" if told.cut_off else "",
    )


def _told(source: str) -> _Told:
    """Read a document value by value, up to where it breaks off.

    Raises:
        RecursionError: it is nested too deeply.
    """
    told = _Told()
    try:
        at = _after(source, _BLANK.match(source).end(), "{")  # type: ignore[union-attr]
        for _ in range(_MOST_KEYS):
            key, at = _value(source, at)
            at = _after(source, at, ":")
            if key == "items" and source[at : at + 1] == "[":
                told.has_items = True
                at = _read_items(source, at + 1, told)
            else:
                value, at = _value(source, at)
                if isinstance(key, str):
                    told.fields[key] = value
            if source[at : at + 1] != ",":
                break
            at = _after(source, at, ",")
        _after(source, at, "}")
    except ValueError:
        told.cut_off = True
    return told


def _read_items(source: str, at: int, told: _Told) -> int:
    """Read the items of a list and return where it ends.

    Raises:
        ValueError: it does not end.
    """
    at = _BLANK.match(source, at).end()  # type: ignore[union-attr]
    while source[at : at + 1] != "]":
        start = at
        value, at = _value(source, at)
        told.items.append((source[start:at], value))
        if source[at : at + 1] == ",":
            at = _after(source, at, ",")
    return _after(source, at, "]")


def _value(source: str, at: int) -> tuple[Any, int]:
    """Return the value at a place and where the next thing begins."""
    value, end = _DECODER.raw_decode(source, at)
    return value, _BLANK.match(source, end).end()  # type: ignore[union-attr]


def _after(source: str, at: int, mark: str) -> int:
    """Return what follows a mark and blanks.

    Raises:
        ValueError: the mark is not there.
    """
    if source[at : at + 1] != mark:
        raise ValueError(mark)
    return _BLANK.match(source, at + 1).end()  # type: ignore[union-attr]


def _item(raw: str, item: Any, url: str, home: str) -> Item:
    """Return an item before it is read."""
    said = item if isinstance(item, dict) else {}
    told = _DATA.sub(r"\1", raw)
    names = (_identifier(said), _link(said, url, home))
    title = _text(said.get("title"))
    return Item(
        names=tuple(dict.fromkeys(filter(None, names))),
        head=head(markup.line(title) or _body(said) or _text(said.get("summary"))),
        told=told,
    )


def _weight(told: str) -> int:
    """Return how much there is to read of an item, in characters."""
    return len(told) + _TAG_WEIGHT * told.count("<") + _ITEM_WEIGHT


def _finding(item: Any, url: str, home: str, language: str, feed: dict[str, Any]) -> Finding | Drop:
    """Return what one item says; its name is found among all items."""
    if not isinstance(item, dict):
        return ("no_object", str(item)[:_LONGEST_NAME])
    link = _link(item, url, home)
    base = link or url
    summary = markup.text(mended(_text(item.get("summary"))), base)
    whole = markup.text(mended(_text(item.get("content_html"))), base)
    whole = whole or clean(mended(_text(item.get("content_text"))))
    if not whole and len(summary) >= _LONG_TEXT:
        summary, whole = "", summary
    people = _people(item) or _people(feed)
    made = drafts.makers(people)
    published, updated = _date(item, "date_published"), _date(item, "date_modified")
    stated = published or updated
    return Finding(
        guid=_identifier(item),
        url=link,
        title=markup.line(mended(_text(item.get("title")))),
        summary="" if summary == whole else summary,
        text=whole,
        whens=(stated,) if stated else (),
        updated=updated.at if updated else None,
        authors=made.authors,
        credit=made.credit,
        language=_language(item) or language or "vi",
        image=_image(item, base),
        attachments=_attachments(item, base),
        linked=markup.hosts(_text(item.get("content_html"))),
    )


def _identifier(item: dict[str, Any]) -> str:
    """Return an item's id; many sites write a number."""
    value = item.get("id")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return clean(_text(value)).strip()[:_LONGEST_ID]


def _link(item: dict[str, Any], url: str, home: str) -> str:
    """Return an item's own address: its page, else what it points to; an id that is an address, else."""
    for name in ("url", "external_url", "id"):
        said = _text(item.get(name))[:_LONGEST_ADDRESS]
        if name == "id" and not canonical(said):
            continue
        link = absolute(url, said)
        if canonical(link) not in ("", canonical(home)):
            return link
    return ""


def _body(item: dict[str, Any]) -> str:
    return _text(item.get("content_html")) or _text(item.get("content_text"))


def _text(value: Any) -> str:
    """Return a text, "" for anything else; half a character of two is replaced."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list, or one that stands alone."""
    values = value if isinstance(value, list) else [value]
    yield from (one for one in values if isinstance(one, dict))


def _people(said: dict[str, Any]) -> list[str]:
    """Return the names of authors: a list (1.1), one object (1.0), or plain names."""
    found: list[str] = []
    for value in (said.get("authors"), said.get("author")):
        values: Sequence[Any] = value if isinstance(value, list) else [value]
        found += (_text(one.get("name")) if isinstance(one, dict) else _text(one) for one in values)
    return list(dict.fromkeys(filter(None, found[:_MOST_PEOPLE])))


def _date(item: dict[str, Any], name: str) -> When | None:
    value = item.get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return dates.parse(str(value) if is_number else _text(value), Basis.FEED)


def _language(said: dict[str, Any]) -> str:
    value = _text(said.get("language")).strip()
    return value if _LANGUAGE.fullmatch(value) else ""


def _files(item: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (address, kind, title) of what is handed out with an item."""
    for one in _objects(item.get("attachments")):
        address = _text(one.get("url"))[:_LONGEST_ADDRESS]
        yield address, _text(one.get("mime_type")), _text(one.get("title"))


def _image(item: dict[str, Any], base: str) -> Image | None:
    named: Iterable[str] = (_text(item.get(name))[:_LONGEST_ADDRESS] for name in ("image", "banner_image"))
    handed = (where for where, kind, _ in _files(item) if is_picture(where, kind))
    found = next((one for where in (*named, *handed) if (one := absolute(base, where))), "")
    return Image(found) if found else None


def _attachments(item: dict[str, Any], base: str) -> tuple[Attachment, ...]:
    found = {
        address: Attachment(address, markup.line(title[:_LONGEST_ID])[:_LONGEST_NAME])
        for where, kind, title in _files(item)
        if is_document(where, kind) and (address := absolute(base, where))
    }
    return tuple(found.values())[:_MOST_FILES]
