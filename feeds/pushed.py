"""What subscribers are brought: a feed's document with nothing but what changed since they were told last.

The same head and the very bytes of the same entries as the feed itself, so that a reader takes it as a
poll. Whoever was away for longer than a window holds is brought the whole feed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from feeds.channel import Channel, FeedForm, channel
from feeds.fragments import Stock
from feeds.head import Head
from feeds.item import tombstone
from feeds.publish import ensure
from feeds.render import document, fitting, own_links
from pipeline.errors import EngineUnavailable, NotFound
from pipeline.hub import Content, Contents, touched_by
from pipeline.model import Story, StoryState
from pipeline.store import Connection, Database, changes, labels, stories

_MOST_LOOKED_AT = 2_000  # changes of all channels; who is further behind is brought the whole feed
_MOST = 400  # entries a document
_ROOM = 800_000  # bytes of entries: Flask-WebSub, for one, takes no more than 1 MiB
_KEPT = 16  # documents: a thousand subscribers of one feed are brought the same


def topic(url: str, base_url: str) -> tuple[Channel, FeedForm] | None:
    """Return the channel and form of one of our feeds, given by its address; None for any other address."""
    start = f"{base_url}/feeds/"
    key, _, form = url.removeprefix(start).rpartition(".")
    known = channel(key)
    if not url.startswith(start) or known is None or form not in list(FeedForm):
        return None
    return known, FeedForm(form)


def contents(db: Database, feeds_dir: Path, base_url: str, hub: str, now: Callable[[], datetime]) -> Contents:
    """Return what renders documents for the hub; it keeps the last few."""

    @lru_cache(maxsize=_KEPT)
    def made(key: str, form: str, after: int, upto: int) -> Content | None:
        known, chosen = channel(key), FeedForm(form)
        if known is None:
            raise NotFound(key, "is no channel any more")
        with db.snapshot() as conn:
            changed = _changed(conn, known, after, upto)
            if changed == []:  # a story left silently, or what changed is not shown
                return None
            data = None if changed is None else _document(conn, known, chosen, changed, base_url, hub)
        if data is None:
            data = _whole(ensure(db, feeds_dir, base_url, known, chosen, now(), hub=hub))
        return Content(data, f"{chosen.media_type}; charset=utf-8")

    return made


def _whole(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError as error:
        raise EngineUnavailable("feeds folder", str(error)) from error


def _changed(conn: Connection, of: Channel, after: int, upto: int) -> list[Story] | None:
    """Return the stories that changed and are in a channel, or were when they went, newest first.

    None: those are more than a document holds, or were looked for too far back.
    """
    log = [one for one in changes.after(conn, after, _MOST_LOOKED_AT + 1) if one.seq <= upto]
    if len(log) > _MOST_LOOKED_AT:
        return None
    known = stories.many(conn, {one.story_id for one in log})
    shown = [one for one in log if one.story_id in known and one.at <= known[one.story_id].looks_so_since]
    mine = {one.story_id for one in shown if of.key in touched_by(one, known[one.story_id])}
    since = {name: at for name, told in labels.of(conn, mine).items() if (at := told.get(of.shelf))}
    if len(since) > _MOST:
        return None
    return [known[name] for name in sorted(since, key=lambda one: (since[one], one), reverse=True)]


def _document(  # noqa: PLR0917 - of what, in which form, with what, where
    conn: Connection, of: Channel, form: FeedForm, changed: Sequence[Story], base_url: str, hub: str
) -> bytes | None:
    """Return a document of stories, None if they do not fit into one.

    A withdrawn story is a tombstone and, for clients that know none, an entry with a last word.
    """
    stock = Stock.opened(conn, base_url, hub)
    told = {one.story_id: one for one in changed if one.state is not StoryState.MERGED}
    held = stock.of(conn, {name: one.revision for name, one in told.items()}, told)
    entries = [held[name] for name in told if name in held]
    if fitting(entries, _ROOM) < len(entries):
        return None
    gone = [tombstone(one, stock.site) for one in changed if one.state is not StoryState.LIVE]
    updated = max([one.looks_so_since for one in told.values()] + [one.when for one in gone])
    head = Head(of, stock.site, form, updated, own_links(of, form, stock.site), tuple(gone))
    return document(head, [one.form(form) for one in entries])
