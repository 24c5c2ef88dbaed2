"""A channel's live documents, made of what SQL holds; or the parts that must be sealed before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds import window
from feeds.channel import Channel, FeedForm
from feeds.fragments import Stock
from feeds.head import Head, HeadLink
from feeds.item import Item, Site, Tombstone, tombstone
from feeds.notices import notices
from feeds.render import MOST_BYTES, Fragments, document, fitting, fragments, newest, own_links
from pipeline.model import StoryState
from pipeline.store import Connection, archives, stories
from pipeline.store.archives import BEGINNING, Part
from pipeline.store.stories import Fallen, Placed

_BUSY = timedelta(days=7)  # a window as short as this holds a busy channel


@dataclass(frozen=True, slots=True)
class Live:
    """The documents of a channel by form; none while there are parts to seal before."""

    due: Sequence[Part]
    documents: dict[FeedForm, bytes]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a live document shows of a channel's stories, newest first."""

    placed: Sequence[Placed]
    fragments: Sequence[Fragments]
    is_everything: bool


def live(conn: Connection, of: Channel, stock: Stock) -> Live:
    """Return a channel's documents in every form, or what to seal first. `conn` must see one state."""
    sealed = archives.last(conn, of.key)
    bound = sealed.last if sealed else BEGINNING
    placed = stories.newest(conn, of.shelf, window.LIMITS.unsealed + 1)
    positions = [one.at for one in placed]
    if window.is_due(positions, bound):
        waiting = stories.behind(conn, of.shelf, bound)
        if parts := window.parts(of.key, sealed, waiting):
            return Live(parts, {})
    wanted = placed[: window.wanted(positions, bound)]
    held = stock.of(conn, {one.at.story_id: one.revision for one in wanted})
    entries = [held[one.at.story_id] for one in wanted]
    fits = fitting(entries, window.LIMITS.room)
    unsealed = [(one.at, held[one.at.story_id].size) for one in wanted if one.at > bound]
    if fits < len(unsealed) and (parts := window.parts(of.key, sealed, unsealed[::-1])):
        return Live(parts, {})
    fits = max(fits, min(1, len(entries)))
    shown = _Shown(wanted[:fits], entries[:fits], fits == len(placed))
    return Live((), _documents(conn, of, stock, shown, sealed))


def _documents(
    conn: Connection, of: Channel, stock: Stock, shown: _Shown, sealed: Part | None
) -> dict[FeedForm, bytes]:
    gone = _gone(conn, of, shown, sealed)
    told = _with_last_words(conn, stock, shown, gone)
    said = notices(of, stock.site)
    entries = [*told, *map(fragments, said)]
    stones = [tombstone(one.story, stock.site) for one in gone]
    while True:
        updated = _updated(stock.site, shown.placed, said, stones)
        made = {}
        for form in FeedForm:
            links = own_links(of, form, stock.site)
            if sealed:
                before = of.part_url(stock.site.base_url, sealed.name, form)
                links = (*links, HeadLink("prev-archive", before, form.media_type))
            head = Head(of, stock.site, form, updated, links, tuple(stones))
            made[form] = document(head, [one.form(form) for one in entries])
        if not stones or max(map(len, made.values())) <= MOST_BYTES:
            return made
        stones = stones[: len(stones) // 2]


def _gone(conn: Connection, of: Channel, shown: _Shown, sealed: Part | None) -> list[Fallen]:
    """Return what went since the oldest entry that is shown came; what went before is told by the parts."""
    reach, is_busy = None, False
    if shown.placed and not (shown.is_everything and sealed is None):
        reach = min(shown.placed[-1].at.since, sealed.last.since if sealed else shown.placed[-1].at.since)
        is_busy = shown.placed[0].at.since - reach < _BUSY
    return stories.fallen(conn, of.shelf, reach, window.STONES, is_busy=is_busy)


def _with_last_words(
    conn: Connection, stock: Stock, shown: _Shown, gone: Sequence[Fallen]
) -> list[Fragments]:
    """Return the entries in their order, with a last word in place of each story that was withdrawn lately.

    Many clients know no tombstones: they see the entry that they have become one without a text. Of what
    stood further back there is only a tombstone: whoever follows the archive until he meets an entry that
    he knows must not meet one here.
    """
    oldest = shown.placed[-1].at if shown.placed and not shown.is_everything else archives.BEGINNING
    withdrawn = [one for one in gone if one.story.state is StoryState.WITHDRAWN and one.at > oldest]
    withdrawn = withdrawn[: window.LIMITS.last_words]
    known = {one.at.story_id: one.story for one in withdrawn}
    held = stock.of(conn, {one: story.revision for one, story in known.items()}, known)
    said = [(one.at, held[one.at.story_id]) for one in withdrawn]
    told = [(one.at, entry) for one, entry in zip(shown.placed, shown.fragments, strict=True)]
    return [entry for _, entry in sorted(told + said, key=lambda one: one[0], reverse=True)]


def _updated(
    site: Site, placed: Sequence[Placed], said: Sequence[Item], stones: Sequence[Tombstone]
) -> datetime:
    times = [one.updated for one in placed]
    if said or stones or not times:
        times.append(newest(site, said, stones))
    return max(times)
