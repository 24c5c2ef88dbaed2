"""The feed of a saved search: what was told to it, rendered as channels are. What it asks stands nowhere.

Nothing is kept: a document is made of what SQL holds when it is asked for, so a correction, a withdrawal
or other rights show at once, also in the feed of a paused search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds import window
from feeds.channel import SITE_TITLE, Channel, FeedForm
from feeds.fragments import Stock
from feeds.head import Head
from feeds.item import Item, Site, tombstone
from feeds.notices import notice
from feeds.render import document, fitting, fragments, own_links
from feeds.strings import line
from pipeline.model import Story, StoryId, StoryState
from pipeline.store import Connection, saved, saved_finds, stories
from pipeline.store.saved import Saved, State

MOST = 50  # stories
_NAMELESS = "Tìm kiếm đã lưu"
_ABOUT = "Những tin khớp với một tìm kiếm đã lưu, mỗi tin một lần."
_FLAWED = "Cần sửa câu hỏi: chưa có tin nào được báo"
_MEND = (
    "<p>Tin Tỉnh không đọc được câu hỏi của tìm kiếm này nữa, nên chưa báo tin cho bạn.</p>"
    "<p>Tìm kiếm vẫn được giữ. Mở trang theo dõi của nó, sửa câu hỏi, và tin lại được báo.</p>"
)


@dataclass(frozen=True, slots=True)
class SavedChannel(Channel):
    """A saved search as a channel: its address has the token, its id only its number."""

    token: str = ""

    def file(self, form: FeedForm) -> str:
        """Return the address under /feeds/."""
        return f"saved/{self.token}.{form.value}"

    def page(self, base_url: str) -> str:
        """Return the page for people, which does not name the search: feed readers show it to others."""
        return f"{base_url}/theo-doi"


def feed(conn: Connection, known: Saved, token: str, form: FeedForm, base_url: str) -> bytes:
    """Return the document of a search in one form. `conn` must see one state.

    A story stands where it was told first. One that was withdrawn is a tombstone, and an entry with a last
    word for clients that know none; in place of one that went into another stands the other. Before them
    stands a notice while the question cannot be read: who only reads feeds has no other way to learn of it.
    """
    stock = Stock.opened(conn, base_url)
    name = line(known.name, saved.LONGEST_NAME) or _NAMELESS
    channel = SavedChannel(f"saved/{known.saved_id}", f"{SITE_TITLE} – {name}", _ABOUT, token=token)
    told = saved_finds.stories_told(conn, known.saved_id, MOST)
    found = _present(conn, told)
    gone = [found[one] for one in told if found[one].state is not StoryState.LIVE]
    shown = _shown(told, found)
    held = stock.of(conn, {one.story_id: one.revision for one in shown}, found)
    fits = fitting([held[one.story_id] for one in shown], window.LIMITS.room)
    entries = [held[one.story_id].form(form) for one in shown[:fits]]
    stones = tuple(tombstone(one, stock.site) for one in gone)
    times = [known.made_at, *(one.looks_so_since for one in shown[:fits]), *(one.when for one in stones)]
    updated = max(times)
    if known.state is State.INVALID:
        updated += timedelta(microseconds=1)  # no two entries of a feed are of the same moment
        entries.insert(0, fragments(_flawed(known, updated, stock.site)).form(form))
    head = Head(channel, stock.site, form, updated, own_links(channel, form, stock.site), stones)
    return document(head, entries)


def last_document(known: Saved, form: FeedForm, site: Site, token: str) -> bytes:
    """Return the empty document of a search that has ended."""
    channel = SavedChannel(f"saved/{known.saved_id}", f"{SITE_TITLE} – {_NAMELESS}", _ABOUT, token=token)
    links = own_links(channel, form, site)
    return document(Head(channel, site, form, known.made_at, links, is_over=True), [])


def _flawed(known: Saved, at: datetime, site: Site) -> Item:
    """Return the notice that a question cannot be read, another one each time that it comes about."""
    name = f"saved/{known.saved_id}/{known.since.timestamp():.0f}"
    return notice(name, _FLAWED, _MEND, f"{site.base_url}/theo-doi", at, site)


def _present(conn: Connection, told: Sequence[StoryId]) -> dict[StoryId, Story]:
    """Return stories as they are now, and those that they went into."""
    found = stories.many(conn, told)
    while missing := {one.merged_into for one in found.values() if one.merged_into} - found.keys():
        found |= stories.many(conn, [one for one in missing if one])
    return found


def _shown(told: Sequence[StoryId], found: Mapping[StoryId, Story]) -> list[Story]:
    """Return the stories to show, in their order, each once; the withdrawn ones are last words."""
    shown: dict[StoryId, Story] = {}
    last_words = 0
    for story_id in told:
        story = found[story_id]
        while story.merged_into:
            story = found[story.merged_into]
        if story.state is StoryState.LIVE:
            shown.setdefault(story.story_id, story)
        elif story.story_id == story_id and last_words < window.LIMITS.last_words:
            shown[story_id] = story
            last_words += 1
    return list(shown.values())
