"""What no validator can see, because it needs more than one document or the truth beside it.

That a channel's forms tell the same entries in the order of `since`; that its links are its page, its address
and its hub; that an entry has the same bytes wherever it stands; that archives hang together both ways.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from tests.feeds.rules import broken
from tests.feeds.rules_document import ATOM, FH

BROKEN_BY_SETS = frozenset(
    {
        "LinkIsNotThePage",
        "SelfIsNotTheAddress",
        "HubIsMissing",
        "OrderIsNotSince",
        "ChannelsDisagree",
        "EntryDiffers",
        "ChainIsBroken",
    }
)
_FRAGMENTS = {
    "atom": (re.compile(rb"<entry[ >].*?</entry>", re.DOTALL), re.compile(rb"<id>([^<]*)</id>")),
    "rss": (re.compile(rb"<item[ >].*?</item>", re.DOTALL), re.compile(rb"<guid[^>]*>([^<]*)</guid>")),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One document as far as sets of documents are about it."""

    ids: tuple[str, ...]
    page: str
    links: Mapping[str, str]  # by relation; of JSON Feed: self, hub, prev-archive (its next_url)
    is_archive: bool


def seen(form: str, data: bytes) -> Seen:
    """Read a document that breaks no rule."""
    if form == "json":
        feed = json.loads(data)
        links = {"self": feed.get("feed_url"), "prev-archive": feed.get("next_url")}
        links["hub"] = next((one["url"] for one in feed.get("hubs", [])), None)
        ids = tuple(one["id"] for one in feed["items"])
        return Seen(
            ids, feed.get("home_page_url", ""), {k: v for k, v in links.items() if v}, is_archive=False
        )
    root = etree.fromstring(data)
    of = root if form == "atom" else root[0]
    links = {one.get("rel", "alternate"): one.get("href") for one in of.findall(f"{ATOM}link")}
    entries = of.iterfind(f"{ATOM}entry/{ATOM}id") if form == "atom" else of.iterfind("item/guid")
    page = links.get("alternate") if form == "atom" else of.findtext("link")
    known = {rel: href for rel, href in links.items() if href}
    ids = tuple(one.text or "" for one in entries)
    return Seen(ids, page or "", known, is_archive=of.find(f"{FH}archive") is not None)


def channel(
    documents: Mapping[str, bytes],
    *,
    page: str,
    urls: Mapping[str, str],
    hub: str,
    order: Sequence[str] | None = None,
) -> list[str]:
    """Check the forms of one channel; `order`: the ids that it should tell, newest `since` first."""
    found: list[str] = []
    told: dict[str, tuple[str, ...]] = {}
    for form, data in documents.items():
        one = seen(form, data)
        told[form] = one.ids
        found += [] if one.page == page else broken("LinkIsNotThePage", f"{form}: {one.page}")
        own = one.links.get("self")
        found += [] if own == urls[form] else broken("SelfIsNotTheAddress", f"{form}: {own}")
        said = one.links.get("hub", "")
        found += [] if said == hub else broken("HubIsMissing", f"{form}: {said!r}, not {hub!r}")
        if order is not None and one.ids != tuple(order):
            found += broken("OrderIsNotSince", f"{form}: {first_difference(one.ids, order)}")
    found += broken("ChannelsDisagree", list(told)) if len(set(told.values())) > 1 else []
    return found


def entries(form: str, data: bytes) -> Iterable[tuple[str, bytes]]:
    """Yield the id and the bytes of each entry of a document."""
    if form == "json":
        for one in json.loads(data)["items"]:
            yield one["id"], json.dumps(one, ensure_ascii=False).encode()
        return
    whole, name = _FRAGMENTS[form]
    for raw in whole.findall(data):
        found = name.search(raw)
        yield (found[1].decode() if found else ""), raw


def differing(documents: Iterable[tuple[str, str, bytes]]) -> list[str]:
    """Check that an entry is the same in all documents of a form: (name, form, bytes) of each."""
    first: dict[tuple[str, str], tuple[str, bytes]] = {}
    found: list[str] = []
    for name, form, data in documents:
        for entry_id, raw in entries(form, data):
            where, before = first.setdefault((form, entry_id), (name, raw))
            if raw != before:
                found += broken("EntryDiffers", f"{entry_id} in {where} and {name}, {form}")
    return found


def chain(form: str, documents: Mapping[str, bytes], current: str) -> tuple[list[str], list[str]]:
    """Follow the archives of a channel back from its live document; return the ids met and the problems.

    `documents`: bytes by address. RFC 5005 section 4: each part names the subscription document and its
    neighbours, both ways.
    """
    found: list[str] = []
    ids: list[str] = []
    newer, here, met = "", current, set[str]()
    while here:
        if here in met or here not in documents:
            return ids, found + broken("ChainIsBroken", f"{here} {'again' if here in met else 'is missing'}")
        met.add(here)
        one = seen(form, documents[here])
        ids += one.ids
        found += [] if one.links.get("self") == here else broken("ChainIsBroken", f"self of {here}")
        if newer and form != "json":
            found += [] if one.is_archive else broken("ChainIsBroken", f"{here} is no archive")
            if one.links.get("current") != current:
                found += broken("ChainIsBroken", f"current of {here}: {one.links.get('current')}")
            if newer != current and one.links.get("next-archive") != newer:
                found += broken("ChainIsBroken", f"next of {here}: {one.links.get('next-archive')}")
        newer, here = here, one.links.get("prev-archive", "")
    return ids, found


def first_difference(got: Sequence[Any], expected: Sequence[Any]) -> str:
    """Say where two lists part."""
    for place, (one, other) in enumerate(zip(got, expected, strict=False)):
        if one != other:
            return f"at {place}: {one}, not {other}"
    return f"{len(got)} entries, not {len(expected)}"
