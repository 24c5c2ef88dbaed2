"""Sealed parts of a channel's archive as documents (RFC 5005 section 4): made on demand, kept on disk.

A part shows the living stories between its bounds and, in Atom and JSON, tombstones of those that stood
there or that went in that time: whoever follows `prev-archive` until he meets an entry that he knows has
missed nothing. Files are derived. They are taken away when something in the part changed, and made again
when somebody asks.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path

from feeds import files
from feeds.channel import Channel, FeedForm, channel
from feeds.fragments import Stock
from feeds.head import Head, HeadLink
from feeds.item import tombstone
from feeds.render import document, newest
from pipeline.errors import EngineUnavailable, NotFound
from pipeline.store import Connection, Database, archives, meta, stories
from pipeline.store.archives import Part

_TRIES = 3
_NAME = re.compile(r"([0-9]{4}-[0-9]{2})-([1-9][0-9]{0,5})")  # a month, and which part of it


def listed(conn: Connection, of: Channel) -> list[Part]:
    """Return the sealed parts of a channel, oldest first."""
    return archives.listed(conn, of.key)


def ensure(  # noqa: PLR0917 - where to, then what, then when, as in `feeds.publish`
    db: Database, folder: Path, base_url: str, of: Channel, part: str, form: FeedForm, now: datetime
) -> Path:
    """Return the path of a part's file, rendering the part if it is missing or not true any more.

    Raises:
        NotFound: the channel has no such part.
        EngineUnavailable: SQL or the disk is away, or the part kept changing meanwhile.
    """
    place = folder / of.part_file(part, form)
    for _ in range(_TRIES):
        with db.snapshot() as conn:
            found = _found(conn, of, part)
            if found.stands and files.there(place):
                return place
            made, updated = _documents(conn, of, found, Stock.opened(conn, base_url))
        # A time of its own for each state, and the same for the same: servers tag by time and size.
        modified = min(updated + timedelta(seconds=found.changes), now).replace(microsecond=0)
        if _put(db, folder, of, found, made, modified):
            return place
    raise EngineUnavailable(of.part_file(part, form), "is changing; try again")


def forget_stale(db: Database, folder: Path) -> int:
    """Take away the files of parts that changed; return how many parts. Raises EngineUnavailable."""
    with db.read() as conn:
        if not archives.stale(conn):
            return 0
    with db.write() as conn, files.on_disk():
        meta.take_turn(conn)
        changed = archives.stale(conn)
        for part in changed:
            if of := channel(part.channel):
                for form in FeedForm:
                    files.remove(folder / of.part_file(part.name, form))
            archives.made(conn, part, stands=False)
    return len(changed)


def _found(conn: Connection, of: Channel, name: str) -> Part:
    read = _NAME.fullmatch(name)
    part = archives.get(conn, of.key, read[1], int(read[2])) if read else None
    if part is None:
        raise NotFound(f"{of.key}/archive/{name}", "there is no such part of the archive")
    return part


def _documents(
    conn: Connection, of: Channel, part: Part, stock: Stock
) -> tuple[dict[FeedForm, bytes], datetime]:
    """Return a part in every form, and when something in it was said last."""
    before, behind = archives.neighbours(conn, part)
    placed = stories.between(conn, of.shelf, part.after, part.last)
    gone = stories.fallen_between(conn, of.shelf, part.after, part.last)
    stones = tuple(tombstone(one.story, stock.site) for one in gone)
    held = stock.of(conn, {one.at.story_id: one.revision for one in placed})
    times = [one.updated for one in placed] + [one.when for one in stones]
    updated = max(times, default=newest(stock.site, (), ()))
    made = {}
    for form in FeedForm:
        links = _links(of, form, stock.site.base_url, part, before, behind)
        head = Head(of, stock.site, form, updated, links, stones, is_archive=True)
        made[form] = document(head, [held[one.at.story_id].form(form) for one in placed])
    return made, updated


def _links(  # noqa: PLR0917 - the parts in their order
    of: Channel, form: FeedForm, base_url: str, part: Part, before: Part | None, behind: Part | None
) -> tuple[HeadLink, ...]:
    found = [("self", of.part_url(base_url, part.name, form)), ("current", of.url(base_url, form))]
    for rel, other in (("prev-archive", before), ("next-archive", behind)):
        if other:
            found.append((rel, of.part_url(base_url, other.name, form)))
    return tuple(HeadLink(rel, href, form.media_type) for rel, href in found)


def _put(  # noqa: PLR0917
    db: Database, folder: Path, of: Channel, part: Part, made: dict[FeedForm, bytes], modified: datetime
) -> bool:
    """Put a part's files in place; say whether it was still as it was read."""
    waiting: list[files.Waiting] = []
    with files.on_disk():
        try:
            for form, data in made.items():
                waiting.append(files.write(folder / of.part_file(part.name, form), data, modified))
            files.sync(waiting)
            with db.write() as conn:
                meta.take_turn(conn)
                now_stands = archives.get(conn, part.channel, part.month, part.number)
                if now_stands is None or now_stands.changes != part.changes:
                    return False
                for one in waiting:
                    one.settle()
                archives.made(conn, part, stands=True)
        finally:
            for one in waiting:
                one.discard()
    return True
