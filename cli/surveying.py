"""A dry run: what the feeds of a site would bring, which of them are worth registering. Nothing is stored."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cli.desk import Desk, now
from cli.visiting import Found, Visit
from pipeline import backfill, catalogue, discovery, source_lists, stages
from pipeline.backfill import Arrival, Old
from pipeline.becoming import Became
from pipeline.errors import TinTinhError
from pipeline.model import (
    NATIONAL,
    Document,
    Draft,
    Form,
    Given,
    Parsed,
    Rights,
    Source,
    SourceId,
    Verdict,
    When,
)
from pipeline.reader import Reader
from pipeline.registry import Door, Registered
from pipeline.store import sources
from pipeline.urls import host, newest_host

_MOST_PARTS = 20  # of one long feed
_PREVIEW = SourceId("preview")


@dataclass(frozen=True, slots=True)
class Item:
    """What one item would become.

    Args:
        old: why it is no news, None if it is.
        twin: the number of the feed of this site that brings it too and stands before; 0 for none.
        here: the source brought it already.
        story_id: the story that it would join.
    """

    key: str
    title: str
    published: When
    provinces: tuple[str, ...]
    topics: tuple[str, ...]
    verdict: str
    because: str
    story_id: str | None
    old: Old | None
    twin: int = 0
    here: bool = False


@dataclass(frozen=True, slots=True)
class Tasted:
    """One feed: its number from 1, what it would bring, and whether it adds anything to the others."""

    number: int
    url: str
    title: str
    how: str
    items: tuple[Item, ...] = ()
    error: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """A site as it would be registered: who speaks, how that is known, and the feeds.

    `known`: the id is of a source that is registered already.
    """

    address: str
    source: Source
    by: str
    known: bool
    feeds: tuple[Tasted, ...]
    misses: tuple[Found, ...]

    def registered(self, numbers: Sequence[int], *, allow_private: bool = False) -> Registered:
        """Return the source with the feeds of these numbers."""
        doors = [
            Door("feed", one.url, allow_private=allow_private) for one in self.feeds if one.number in numbers
        ]
        return Registered(self.source, tuple(doors))


def survey(
    desk: Desk, reader: Reader, seen: Visit, told: Source | None = None, source_id: str = ""
) -> Survey:
    """Return what would come of registering the feeds of a visit.

    Args:
        desk: whose stories the items would join.
        reader: reads the feeds.
        seen: the visit.
        told: what is known of the source beforehand, from a catalogue.
        source_id: whose the feeds shall be, where somebody says it.
    """
    with desk.db.read() as conn:
        registered = sources.listed(conn)
    mine = _known(registered, seen.url, told, source_id)
    called = discovery.name(*seen.titles, *(one.channel.title for one in seen.feeds if one.channel))
    speaker = mine or told or discovery.proposed(seen.url, called, ())[0]
    at = now()
    read = [_read(reader, speaker, one, at) for one in seen.feeds]
    by = "its registration here" if mine else "the catalogue"
    if mine is None and told is None:
        speaker, by = discovery.proposed(
            seen.url, called, {_key(draft): draft for parsed, _ in read for draft in parsed.drafts}.values()
        )
        taken = [one.source_id for one in registered]
        named = speaker.source_id or source_lists.suggested_id(called, seen.url, taken)
        speaker = replace(speaker, source_id=SourceId(named), name=speaker.name or called or named)
        speaker = replace(speaker, source_id=SourceId(source_id)) if source_id else speaker
    speaker = _with_host(speaker, host(seen.url))
    taster = _Taster(desk, speaker, at)
    tasted: list[Tasted] = []
    first: dict[str, tuple[int, Item]] = {}
    for number, (found, (parsed, error)) in enumerate(zip(seen.feeds, read, strict=True), 1):
        items = taster.items(found, parsed.drafts, first)
        for item in items:
            first.setdefault(item.key, (number, item))
        named = "" if "://" in found.link.title else found.link.title
        title = named or (found.channel.title if found.channel else "")
        tasted.append(Tasted(number, found.link.url, title, found.link.how, items, error))
    return Survey(seen.url, speaker, by, mine is not None, _chosen(tasted), seen.misses)


def _known(registered: Sequence[Source], url: str, told: Source | None, source_id: str) -> Source | None:
    """Return who is registered and meant: by the id that is said, by the host, by the catalogue's id."""
    by_id = {str(one.source_id): one for one in registered}
    if source_id:
        return by_id.get(source_id)
    theirs = newest_host(host(url))
    publisher = catalogue.of_host(theirs)
    listed = told.source_id if told else publisher.id if publisher else ""
    by_host = (one for one in registered if theirs in map(newest_host, one.hosts))
    return next(by_host, by_id.get(listed))


def _with_host(source: Source, name: str) -> Source:
    """Return a source that has the host, under whatever name of it."""
    missing = name and newest_host(name) not in map(newest_host, source.hosts)
    return replace(source, hosts=(*source.hosts, newest_host(name))) if missing else source


def would_come(feeds: Iterable[Tasted]) -> Counter[str]:
    """Return how many items would come, each counted once: all, here already, news, old by reason, joining.

    What is here already is neither news nor old nor joining.
    """
    counts: Counter[str] = Counter()
    keys: set[str] = set()
    for one in feeds:
        for item in one.items:
            if item.key in keys:
                counts["double"] += 1
                continue
            keys.add(item.key)
            counts["items"] += 1
            if item.here:
                counts["here"] += 1
                continue
            counts["joins"] += item.verdict == Verdict.JOINS
            counts["old" if item.old else "news"] += 1
            if item.old:
                counts[f"old_{item.old.value}"] += 1
    return counts


def _read(reader: Reader, speaker: Source, found: Found, at: datetime) -> tuple[Parsed, str]:
    """Return what a feed holds, all its parts, or why it cannot be read."""
    drafts: list[Draft] = []
    document = _document(speaker, found, at)
    try:
        for _ in range(_MOST_PARTS):
            parsed = reader.read(document)
            drafts += parsed.drafts
            if parsed.resume is None:
                break
            document = replace(document, start=parsed.resume)
    except TinTinhError as error:
        return Parsed(tuple(drafts)), str(error)
    return Parsed(tuple(drafts)), "" if drafts else "empty"


def _document(speaker: Source, found: Found, at: datetime) -> Document:
    assert found.answer is not None
    given = Given(url=found.answer.url, content_type=found.answer.headers.get("content-type", ""))
    source = speaker if speaker.source_id else replace(speaker, source_id=_PREVIEW, rights=Rights.SUMMARY)
    return Document(source, Form.FEED, found.answer.body or b"", at, given)


@dataclass(frozen=True, slots=True)
class _Already:
    """A reader that has read."""

    parsed: Parsed

    def read(self, document: Document) -> Parsed:  # noqa: ARG002 - it is this one
        """Return what was read."""
        return self.parsed


@dataclass(frozen=True, slots=True)
class _Taster:
    """Says what drafts would become, were they received now from a source."""

    desk: Desk
    speaker: Source
    at: datetime

    def items(
        self, found: Found, drafts: Sequence[Draft], first: Mapping[str, tuple[int, Item]]
    ) -> tuple[Item, ...]:
        """Return the items of a feed; `first`: the feed that brought a key before, and as what."""
        fresh = tuple(draft for draft in drafts if _key(draft) not in first)
        told = stages.preview(self.desk.db, _Already(Parsed(fresh)), _document(self.speaker, found, self.at))
        foreseen = {id(draft): one for draft, one in zip(fresh, told, strict=True)}
        return tuple(
            self._item(draft, foreseen.get(id(draft), {}), first.get(_key(draft))) for draft in drafts
        )

    def _item(self, draft: Draft, told: Mapping[str, object], before: tuple[int, Item] | None) -> Item:
        if before is not None:
            return replace(before[1], twin=before[0])
        arrival = Arrival(received_at=self.at, polled=True)
        story = told.get("story_id")
        home = (self.speaker.province,) if self.speaker.province else ()
        return Item(
            key=_key(draft),
            title=draft.title,
            published=draft.published,
            provinces=draft.places.provinces or ((NATIONAL,) if draft.places.national else home),
            topics=draft.topics,
            verdict=str(told.get("verdict") or ""),
            because=str(told.get("because") or ""),
            story_id=None if story is None else str(story),
            old=backfill.judge(draft.published, arrival, self.desk.settings.backfill_after_days),
            here=told.get("became") not in (None, Became.NEW, Became.JOINED),
        )


def _key(draft: Draft) -> str:
    """Return what an item is known by in two feeds of one site."""
    return draft.canonical_url or draft.guid or draft.title


def _chosen(feeds: Sequence[Tasted]) -> tuple[Tasted, ...]:
    """Mark the feeds that are worth polling: the largest first, each that still adds something."""
    covered: set[str] = set()
    chosen: set[int] = set()
    while True:
        adds = {one.number: len({item.key for item in one.items} - covered) for one in feeds}
        best = max(feeds, key=lambda one: (adds[one.number], -one.number), default=None)
        if best is None or not adds[best.number]:
            return tuple(replace(one, chosen=one.number in chosen) for one in feeds)
        chosen.add(best.number)
        covered |= {item.key for item in best.items}
