"""Rendered entries at hand: of this call, kept in SQL, or rendered now and to be kept."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from feeds.item import Site, item
from feeds.render import REVISION, Fragments, fragments
from pipeline.model import Story, StoryId
from pipeline.store import Connection, meta, stories
from pipeline.store import fragments as kept
from pipeline.topics import topics

_AT_HAND = 2_000  # entries; of full text some 12 kB each


def made_as(site: Site) -> str:
    """Return the name of everything that all entries depend on besides their stories."""
    named = [(one.slug, one.name, one.iptc) for one in topics()]
    said = repr((REVISION, site.base_url, site.authority, site.date, named))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


class Stock:
    """The fragments that one publishing needs. For one thread.

    Args:
        site: where they are told.
    """

    def __init__(self, site: Site) -> None:
        """Begin with nothing at hand."""
        self.site = site
        self._made_as = made_as(site)
        self._held: dict[tuple[StoryId, int], Fragments] = {}
        self._fresh: dict[StoryId, kept.Kept] = {}

    @classmethod
    def opened(cls, conn: Connection, base_url: str, hub: str = "") -> "Stock":
        """Return an empty one of this installation at a public address."""
        authority, date = meta.authority(conn)
        return cls(Site(base_url.rstrip("/"), authority, date, hub))

    def of(
        self, conn: Connection, wanted: Mapping[StoryId, int], known: Mapping[StoryId, Story] | None = None
    ) -> dict[StoryId, Fragments]:
        """Return the fragments of stories at these revisions; `known` are stories that were read already.

        A story that changed between two readings of `conn` is left out: it is in the log, so its channels
        are made again.
        """
        at_hand = {one: self._held.get((one, revision)) for one, revision in wanted.items()}
        found = {one: held for one, held in at_hand.items() if held is not None}
        missing = {one: revision for one, revision in wanted.items() if one not in found}
        for one in kept.get(conn, missing, self._made_as).values():
            found[one.story_id] = self._hold(one)
            del missing[one.story_id]
        read = dict(known or {})
        read |= stories.many(conn, missing.keys() - read.keys())
        for story_id, revision in missing.items():
            story = read.get(story_id)
            if story is not None and story.revision == revision:
                found[story_id] = self._rendered(story)
        return found

    def keep(self, conn: Connection, now: datetime) -> None:
        """Write what was rendered since the last time."""
        kept.put(conn, self._fresh.values(), self._made_as, now)
        self._fresh = {}

    def _rendered(self, story: Story) -> Fragments:
        made = fragments(item(story, self.site))
        fresh = kept.Kept(story.story_id, story.revision, made.atom, made.rss, made.json)
        self._fresh[story.story_id] = fresh
        return self._hold(fresh)

    def _hold(self, one: kept.Kept) -> Fragments:
        held = Fragments(one.atom, one.rss, one.json)
        while len(self._held) >= _AT_HAND:
            del self._held[next(iter(self._held))]  # the one that has been here longest
        self._held[one.story_id, one.revision] = held
        return held
