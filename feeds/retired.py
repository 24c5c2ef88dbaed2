"""Channels that were and are no more: where their readers are sent, and the last thing that they are told.

A topic ends when the newsroom's list says so (docs/topics.md): one that another topic carries on has moved,
any other is gone. A channel that was published and that the lists do not know any more is gone too, whatever
the reason. No key is ever used again (`pipeline.topiclist` refuses a list that does).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feeds import files
from feeds.channel import SITE_TITLE, Channel, FeedForm, channel
from feeds.head import Head
from feeds.item import LOCAL, Item, Site
from feeds.notices import link, notice, page
from feeds.render import document, fragments, own_links
from feeds.strings import escaped, line
from pipeline import topiclist
from pipeline.places import area, province, today
from pipeline.store import Connection, archives, publications

_KEY = re.compile(r"(?:(?P<level>province|area)/(?P<place>[a-z0-9-]+))?/?(?:topic/(?P<topic>[a-z0-9-]+))?")
_NAME_MOST = 200
_KEY_MOST = 300


@dataclass(frozen=True, slots=True)
class Moved:
    """A channel that goes on as another: answer 301, `to` in the same form."""

    to: Channel


@dataclass(frozen=True, slots=True)
class Gone:
    """A channel that is no more: answer 410 with `last_document`.

    `instead` is the channel that comes nearest; `since`: when it was published last, None if it never was.
    """

    channel: Channel
    instead: Channel
    since: datetime | None = None


def lookup(conn: Connection, key: str) -> Gone | Moved | None:
    """Return what became of a channel; None for one that there is, and for one that there never was."""
    read = _KEY.fullmatch(key) if len(key) <= _KEY_MOST else None
    if read is None or not key or channel(key) is not None:
        return None
    listed, topic = topiclist.current(), read["topic"] or ""
    place = _place(read["level"], read["place"])
    since = _published(conn, key)
    if since is None and (
        topic not in listed.ended or (read["place"] and place != key.partition("/topic/")[0])
    ):
        return None
    onward = listed.formerly.get(topic, topic if topic not in listed.retired else "")
    if (not topic or onward) and (successor := channel(_joined(place, onward))) and successor.key != "all":
        return Moved(successor)
    return Gone(_channel(key, place, listed.retired.get(topic, topic)), _nearest(place), since)


def last_document(gone: Gone, form: FeedForm, site: Site) -> bytes:
    """Return the last document of a channel that is gone: one notice, the same bytes each time."""
    said = last_notice(gone, site)
    head = Head(gone.channel, site, form, said.updated, own_links(gone.channel, form, site), is_over=True)
    return document(head, [fragments(said).form(form)])


def last_notice(gone: Gone, site: Site) -> Item:
    """Return what a channel's readers are told last, dated when it was published last."""
    name = gone.channel.title.removeprefix(f"{SITE_TITLE} – ")
    at = gone.since or datetime.fromisoformat(site.date).replace(tzinfo=LOCAL)
    onward = gone.instead.title.removeprefix(f"{SITE_TITLE} – ")
    text = (
        f"<p>Kênh “{escaped(name)}” không còn được cập nhật. Cảm ơn bạn đã theo dõi.</p>"
        f"<p>Mời bạn chuyển sang {link(gone.instead.key, f'kênh {onward}', site)}, hoặc chọn kênh khác trong "
        f'<a href="{escaped(site.base_url)}/feeds">danh sách các kênh</a>.</p>'
    )
    title = f"Kênh “{name}” đã ngừng"
    return notice(f"gone/{gone.channel.key}", title, text, page(gone.instead.key, site), at, site)


def clear(conn: Connection, folder: Path) -> int:
    """Take away the files of channels that are no more, so that nobody serves them as news; count them.

    The rows stay: they are how we know that there was such a channel.

    Raises:
        EngineUnavailable: the disk is away.
    """
    over = [row for row in publications.listed(conn) if channel(row.channel) is None]
    cleared = 0
    with files.on_disk():
        for row in over:
            place = folder / f"{row.channel}.{row.form}"
            parts = (folder / row.channel / "archive").glob(f"*.{row.form}")
            for one in [place, *parts]:
                cleared += one.is_file()
                files.remove(one)
    return cleared


def _published(conn: Connection, key: str) -> datetime | None:
    """Return when a channel's bytes changed last, None if it was never published."""
    rows = [publications.get(conn, key, form) for form in FeedForm]
    moments = [row.modified for row in rows if row] + [part.last.since for part in archives.listed(conn, key)]
    return max(moments, default=None)


def _place(level: str | None, slug: str | None) -> str:
    """Return the key of a place as it is today; a province that went into another is that one."""
    if level == "area":
        return f"area/{slug}" if slug and area(slug) else ""
    if slug and province(slug) is None:
        slug = today(slug)
    return f"province/{slug}" if slug else ""


def _joined(place: str, topic: str) -> str:
    return "/".join(filter(None, (place, topic and f"topic/{topic}"))) or "all"


def _nearest(place: str) -> Channel:
    """Return the channel of a place without its topic, or that of everything."""
    found = channel(place) or channel("all")
    assert found is not None
    return found


def _channel(key: str, place: str, topic: str) -> Channel:
    """Return a channel that is no more, as far as its name is still known."""
    where = channel(place)
    names = [where.title.removeprefix(f"{SITE_TITLE} – ")] if where else []
    name = line(" – ".join([*names, topic] if topic else names) or key, _NAME_MOST)
    return Channel(key, f"{SITE_TITLE} – {name}", f"{name}: kênh này không còn được cập nhật.")
