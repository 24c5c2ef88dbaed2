"""A feed's items, whatever its form: which to read now, under which names, and what is left out. Pure.

A long feed is read in parts of about half a second, so that none comes near the reader's limits.
What tells two items apart is asked of the whole document every time, so the parts make the same
drafts that one reading would.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from xxhash import xxh3_128_hexdigest

from pipeline import drafts
from pipeline.drafts import Finding
from pipeline.errors import Unreadable
from pipeline.feed_text import MOST_ITEMS
from pipeline.model import Document, Draft, Hints, Parsed
from pipeline.text import fold

READ_AS = "1"  # a change of what is read out of an item; known ones are read again then
_MOST_AT_ONCE = 100  # items of one part
_MOST_WEIGHT = 400_000  # characters of one part: about 0.4 s of CPU
LARGEST_ITEM = 1_000_000  # characters
_LONGEST_NAME = 100

Drop = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed before it is read.

    Args:
        names: ids and addresses that it calls itself by, the best first; addresses are absolute.
        head: what tells it from an item of the same name: its title, else all it has; folded.
        told: the item as it stands in the document, to know it again by.
    """

    names: tuple[str, ...]
    head: str
    told: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a feed's document holds.

    Args:
        items: in the document's order, at most MOST_ITEMS.
        weigh: says how much there is to read of an item, in characters that read as fast as
            well-formed ones; only those to be read are asked, for it takes a parser's look.
        read: reads items by their places: a finding for each, or its drop.
        around: what the reading of an item depends on besides itself.
        hints: what the feed says of itself.
        beyond: how many items it has more.
        cut_off: what the partial item at its end begins with, "" if it ends whole.
    """

    items: tuple[Item, ...]
    weigh: Callable[[int], int]
    read: Callable[[Sequence[int]], list[Finding | Drop]]
    around: str
    hints: Hints
    beyond: int = 0
    cut_off: str = ""


def parsed(document: Document, contents: Contents) -> Parsed:
    """Return what the next part of a feed yields, from `document.start` on.

    Raises:
        Unreadable: nothing in it can be read.
    """
    strange = _strange(contents.items)
    hashes = [_hash(item, contents.around, strange) for item in contents.items]
    chosen, resume = _part(contents, hashes, document)
    is_whole = len(chosen) == len(hashes)
    left = [("too_large_item", _called(contents.items[at])) for at in chosen if _is_large(contents.items[at])]
    chosen = [at for at in chosen if not _is_large(contents.items[at])]
    found: list[tuple[int, Finding]] = []
    for at, one in zip(chosen, contents.read(chosen), strict=True):
        if isinstance(one, Finding):
            found.append((at, one))
        else:
            left.append(one)
    made, drops, early = _drafts(
        found, hashes, _first_places(contents.items, hashes, strange), strange, document
    )
    kept, garbled = drafts.legible(made)
    faults = (*left, *garbled)
    if is_whole and faults and not kept and not drops:
        raise Unreadable(*(("encoding", garbled[0][1]) if garbled else ("feed", _fault(left))))
    if resume is None:
        drops += [("too_many_items", f"{contents.beyond} beyond {MOST_ITEMS}")] if contents.beyond else []
        drops += [("cut_off_item", contents.cut_off)] if contents.cut_off else []
    passed = range(document.start, len(hashes) if resume is None else resume)
    items = tuple(dict.fromkeys(hashes[at] for at in passed if at not in early))
    return Parsed(kept, (*left, *drops, *garbled), items, contents.hints, resume)


def _fault(left: Sequence[Drop]) -> str:
    """Return why none of a feed's items can be read."""
    name, detail = left[0]
    return f"none of its {len(left)} items can be read, the first for {name.replace('_', ' ')}: {detail}"


def _is_large(item: Item) -> bool:
    return len(item.told) > LARGEST_ITEM


def _called(item: Item) -> str:
    return (item.names[0] if item.names else item.head)[:_LONGEST_NAME]


def _part(contents: Contents, hashes: Sequence[str], document: Document) -> tuple[list[int], int | None]:
    """Return the places of the items to read now, and where to go on, None at the end."""
    chosen: list[int] = []
    weight = 0
    for at in range(max(document.start, 0), len(hashes)):
        if hashes[at] in document.known:
            continue
        weight += contents.weigh(at)
        if chosen and (len(chosen) >= _MOST_AT_ONCE or weight > _MOST_WEIGHT):
            return chosen, at
        chosen.append(at)
    return chosen, None


def _strange(items: Iterable[Item]) -> frozenset[str]:
    """Return the names that are nobody's own, as broken feeds give every item one guid or the section's link.

    A name under which items of different titles stand is none, whichever of them comes first.
    """
    heads: dict[str, set[str]] = defaultdict(set)
    for item in items:
        for name in item.names:
            heads[name].add(item.head)
    return frozenset(name for name, told in heads.items() if len(told) > 1)


def _hash(item: Item, around: str, strange: frozenset[str]) -> str:
    """Return by what an item is known again: by all that its reading depends on."""
    lost = [name for name in item.names if name in strange]
    told = "\0".join((READ_AS, around, *lost, item.told))
    return xxh3_128_hexdigest(told.encode("utf-8", "replace"))


def _first_places(items: Sequence[Item], hashes: Sequence[str], strange: frozenset[str]) -> dict[str, int]:
    """Return name or hash → the first item of it."""
    first: dict[str, int] = {}
    for at, item in enumerate(items):
        first.setdefault(hashes[at], at)
        if own := next((name for name in item.names if name not in strange), ""):
            first.setdefault(own, at)
    return first


def _drafts(
    found: Sequence[tuple[int, Finding]],
    hashes: Sequence[str],
    first: dict[str, int],
    strange: frozenset[str],
    document: Document,
) -> tuple[list[Draft], list[Drop], frozenset[int]]:
    """Return the drafts of findings, what is left out, and the places of those not to be known yet."""
    places = {at for at, _ in found}
    seen: set[str] = set()
    made: list[Draft] = []
    drops: list[Drop] = []
    early: set[int] = set()
    soon = document.received_at + timedelta(days=1)
    for (at, _), item in zip(found, _named([one for _, one in found], strange), strict=True):
        before = min(first.get(item.external_id, at), first[hashes[at]])
        if not (item.title or item.summary or item.text.strip()):
            drops.append(("empty_item", item.external_id))
        elif item.external_id in seen or (before < at and before not in places):
            drops.append(("repeated_item", item.external_id))
        else:
            seen.add(item.external_id)
            made += drafts.drafts(item, document.source, document.received_at)
        if any(when.at > soon for when in item.whens):
            early.add(at)  # its date is not believed today, and may be tomorrow
    return made, drops, frozenset(early)


def _named(items: Sequence[Finding], strange: frozenset[str]) -> list[Finding]:
    """Return items with their names, taking away those that are nobody's own."""
    heads: dict[str, set[str]] = defaultdict(set)
    for item in items:
        for name in {item.guid, item.url}:
            heads[name].add(head(item.title or item.summary or item.text))
    named = []
    for item in items:
        guid, link = (
            name if name not in strange and len(heads[name]) == 1 else "" for name in (item.guid, item.url)
        )
        own = guid or link or drafts.name_of(item.title, item.summary, item.text)
        named.append(replace(item, guid=guid, url=link, external_id=own))
    return named


def head(text: str) -> str:
    """Return what tells an item from others of its name, of its title or text."""
    return fold(text)[:_LONGEST_NAME]
