"""What subscribers are brought: a feed's document with nothing but what changed since they were told last.

The same head and the same entries as the feed itself, so that a reader takes it as a poll. Whoever was
away for longer than that can tell is brought the whole feed.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from feeds.channel import Channel, FeedForm, channel
from feeds.item import Site
from feeds.publish import ensure
from feeds.render import WINDOW, render
from pipeline import channel_keys
from pipeline.errors import EngineUnavailable
from pipeline.hub import Content, Contents, touched_by
from pipeline.model import Story, StoryState
from pipeline.store import Database, changes, meta, stories

_MOST_LOOKED_AT = 2_000  # changes of all channels; who is further behind is brought the whole feed
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
            return None
        media_type = f"{chosen.media_type}; charset=utf-8"
        changed = _changed(db, key, after, upto)
        if changed is None:
            place = ensure(db, feeds_dir, base_url, known, chosen, now(), hub=hub)
            try:
                return Content(place.read_bytes(), media_type)
            except OSError as error:
                raise EngineUnavailable("feeds folder", str(error)) from error
        living, gone = changed
        if not living and not gone:
            return None
        with db.read() as conn:
            site = Site(base_url, *meta.authority(conn), hub)
        return Content(render(known, living, gone, site).form(chosen), media_type)

    return made


def _changed(db: Database, key: str, after: int, upto: int) -> tuple[list[Story], list[Story]] | None:
    """Return the stories of a channel that changed and are there, newest first, and those that are gone.

    None: that is more than a window holds.
    """
    with db.read() as conn:
        log = [one for one in changes.after(conn, after, _MOST_LOOKED_AT + 1) if one.seq <= upto]
        if len(log) > _MOST_LOOKED_AT:
            return None
        known = stories.many(conn, {one.story_id for one in log})
    mine = {one.story_id for one in log if key in touched_by(one, known.get(one.story_id))}
    found = [known[name] for name in mine if name in known and not known[name].backfill]
    living = [one for one in found if one.state is StoryState.LIVE and _is_in(one, key)]
    gone = [one for one in found if one.state is not StoryState.LIVE]
    if len(living) > WINDOW or len(gone) > WINDOW:
        return None
    living.sort(key=lambda one: (one.first_seen, one.story_id), reverse=True)
    gone.sort(key=lambda one: (one.updated, one.story_id), reverse=True)
    return living, gone


def _is_in(story: Story, key: str) -> bool:
    return key in channel_keys.of(story.face.labels)
