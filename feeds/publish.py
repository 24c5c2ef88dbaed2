"""The change log becomes files: whichever channels a change touches are made anew, in every form together.

Files are derived and disposable. They are put in place only when their bytes differ, and a row in
`publication` says what stands there. All of it may be deleted: `mend` brings back what is missing,
`ensure` renders on demand, `publish_all` makes everything.

Renaming and noting are one turn (`_turn`), so that of two writers the one that read earlier cannot
overwrite the other's file. The lease is for thrift; its fence keeps a publisher that was overtaken out.

A story is rendered once (`feeds.fragments`). What would fall out of a live document is sealed into a part
of the archive first (`feeds.window`); files of parts in which something changed are taken away.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from feeds import archive, files
from feeds.channel import Channel, FeedForm, channel, channels, channels_of
from feeds.fragments import Stock, made_as
from feeds.live import live
from pipeline.errors import EngineUnavailable
from pipeline.model import Change, Story, StoryId, StoryState
from pipeline.store import (
    Connection,
    Database,
    archives,
    changes,
    fragments,
    leases,
    meta,
    publications,
    stories,
)
from pipeline.store.archives import Part
from pipeline.store.publications import Publication

CURSOR = "publish"
_MADE_AS = "published_as"  # meta key: what published bytes depend on besides stories
_MOVING = "publishing_as"  # meta key: the same while everything is made anew, and how far that has come
_BATCH = 32  # channels between two commits: one fsync of SQL for some MB of files
_MOST = 200  # channels a call: a call must end within its soft limit
_TRIES = 3
_FRAGMENTS_LAST = timedelta(days=30)  # what is still shown then is rendered once a month
_PRUNED = 5_000  # fragments a call

Mine = Callable[[Connection], bool]


@dataclass(frozen=True, slots=True)
class Published:
    """What one call did.

    `changes`: log rows dealt with; `channels`: keys of those whose bytes changed, in order; `files`:
    how many were put in place (mended ones have the bytes they had); `busy`: somebody else publishes.
    """

    changes: int = 0
    channels: tuple[str, ...] = ()
    files: int = 0
    busy: bool = False

    def __add__(self, more: "Published") -> "Published":
        """Add up two parts of one call."""
        keys = dict.fromkeys(self.channels + more.channels)
        return Published(self.changes + more.changes, tuple(keys), self.files + more.files)


@dataclass(frozen=True, slots=True)
class _Press:
    """What every file is made with."""

    db: Database
    folder: Path
    stock: Stock
    now: datetime


@dataclass(frozen=True, slots=True)
class _Made:
    """A file that waits for its turn, and the row that will tell of it."""

    row: Publication
    waiting: files.Waiting


def publish(
    db: Database,
    feeds_dir: Path,
    base_url: str,
    now: datetime,
    *,
    hub: str = "",
    lease_seconds: float = 120,
    limit: int = 500,
) -> Published:
    """Publish what up to `limit` changes touch; call again until `changes` is 0.

    When the public address, the hub or the renderer is another than at the last time, everything
    that was ever published is made anew first; cut short, that goes on where it was. The cursor
    moves only after the files stand.

    Raises:
        LeaseLost: another publisher took over; what it has not seen yet stays for it.
        EngineUnavailable: SQL or the disk is away.
    """
    with _leased(db, lease_seconds, now) as held:
        if held is None:
            return Published(busy=True)
        with db.read() as conn:
            press = _Press(db, feeds_dir, Stock.opened(conn, base_url, hub), now)
            log = changes.after(conn, changes.position(conn, CURSOR), limit)
            due, touched, gone = _due(conn, log)
        if gone:
            with db.write() as conn:
                fragments.drop(conn, gone)
        done = _move(press, held) + _replace(press, touched, _fenced(held))
        archive.forget_stale(db, feeds_dir)
        if due:
            with db.write() as conn:
                leases.fence(conn, held)
                changes.advance(conn, CURSOR, due[-1].seq)
        return done + Published(len(due))


def mend(
    db: Database,
    feeds_dir: Path,
    base_url: str,
    now: datetime,
    *,
    hub: str = "",
    lease_seconds: float = 120,
) -> Published:
    """Bring back published files that are missing or are not what their row says. Upkeep; idempotent.

    Notices a move too, so that it does not wait for news.

    Raises:
        LeaseLost, EngineUnavailable: as `publish`.
    """
    with _leased(db, lease_seconds, now) as held:
        if held is None:
            return Published(busy=True)
        with db.read() as conn:
            press = _Press(db, feeds_dir, Stock.opened(conn, base_url, hub), now)
        with files.on_disk():
            files.clear_abandoned(feeds_dir, now)
        moved = _move(press, held)
        with db.read() as conn:
            rows = publications.listed(conn)
        broken = [row for row in rows if not _stands(feeds_dir, row)]
        mended = moved + _replace(press, _known(broken), _fenced(held))
        archive.forget_stale(db, feeds_dir)
        with db.write() as conn:
            fragments.prune(conn, now - _FRAGMENTS_LAST, _PRUNED)
        return mended


def publish_all(
    db: Database,
    feeds_dir: Path,
    base_url: str,
    now: datetime,
    *,
    hub: str = "",
    lease_seconds: float = 120,
) -> Published:
    """Render every channel there is, those without news too. The cursor stays where it is.

    Raises:
        LeaseLost, EngineUnavailable: as `publish`.
    """
    with _leased(db, lease_seconds, now) as held:
        if held is None:
            return Published(busy=True)
        with db.read() as conn:
            press = _Press(db, feeds_dir, Stock.opened(conn, base_url, hub), now)
        return _replace(press, channels(), _fenced(held))


def ensure(  # noqa: PLR0917 - where to, then what, then when, as in `publish`
    db: Database,
    feeds_dir: Path,
    base_url: str,
    channel: Channel,
    form: FeedForm,
    now: datetime,
    *,
    hub: str = "",
) -> Path:
    """Return the path of a channel's file, rendering the channel if the file is missing.

    Needs no lease: if a publisher was faster, its file is taken.

    Raises:
        EngineUnavailable: SQL or the disk is away, or others kept publishing this channel meanwhile.
    """
    place = feeds_dir / channel.file(form)
    for _ in range(_TRIES):
        if files.there(place):
            return place
        with db.read() as conn:
            press = _Press(db, feeds_dir, Stock.opened(conn, base_url, hub), now)
            seen = _rows(conn, channel)
        _replace(press, [channel], _unchanged(channel, seen))
    if files.there(place):
        return place
    raise EngineUnavailable(f"feeds/{channel.file(form)}", "is being published by others; try again")


def _move(press: _Press, held: leases.Lease) -> Published:
    """Make every standing file anew if what all of them depend on changed, noting how far it came."""
    now_made_as = f"{made_as(press.stock.site)} {press.stock.site.hub}"
    with press.db.read() as conn:
        if meta.get(conn, _MADE_AS) == now_made_as:
            return Published()
        began, _, through = (meta.get(conn, _MOVING) or "").rpartition(" ")
        left = sorted(_known(publications.listed(conn)), key=lambda one: one.key)
    if began == now_made_as:
        left = [one for one in left if one.key > through]
    else:
        with press.db.write() as conn:
            leases.fence(conn, held)
            archives.touch_all(conn)
    done = Published()
    for start in range(0, len(left), _BATCH):
        batch = left[start : start + _BATCH]
        done += _replace(press, batch, _fenced(held))
        with press.db.write() as conn:
            leases.fence(conn, held)
            meta.put(conn, _MOVING, f"{now_made_as} {batch[-1].key}")
    with press.db.write() as conn:
        leases.fence(conn, held)
        meta.put(conn, _MADE_AS, now_made_as)
        meta.put(conn, _MOVING, "")
    return done


def _replace(press: _Press, touched: Iterable[Channel], mine: Mine) -> Published:
    """Render channels and put the files that differ in place, in batches.

    `mine` is asked inside the turn; if it says no, a batch is thrown away.
    """
    changed: list[str] = []
    put = 0
    left = iter(sorted(touched, key=lambda one: one.key))
    while batch := list(islice(left, _BATCH)):
        made: list[_Made] = []
        try:
            with files.on_disk():
                for one in batch:
                    made += _prepare(press, one)
                files.sync(one.waiting for one in made)
                if made and (turned := _turn(press, made, mine)) is not None:
                    changed += turned
                    put += len(made)
        finally:
            for waiting in made:
                waiting.waiting.discard()
    return Published(channels=tuple(dict.fromkeys(changed)), files=put)


def _prepare(press: _Press, one: Channel) -> Iterator[_Made]:
    """Make a channel's documents and write those that differ from what stands, beside their places."""
    rows, documents = _documents(press, one)
    for form, row in rows.items():
        data = documents[form]
        digest = hashlib.sha256(data).hexdigest()
        same = row is not None and row.sha256 == digest
        modified = _modified(row, press.now, same=same)
        new = Publication(one.key, form.value, digest, len(data), modified)
        if not (same and _stands(press.folder, new)):
            yield _Made(new, files.write(press.folder / one.file(form), data, modified))


def _modified(row: Publication | None, now: datetime, *, same: bool) -> datetime:
    """Return the time that a file bears: unchanged bytes keep theirs, others get a later one.

    HTTP's Last-Modified knows whole seconds, and servers in front make their tags of time and size.
    """
    if row is None:
        return now.replace(microsecond=0)
    return row.modified if same else max(now.replace(microsecond=0), row.modified + timedelta(seconds=1))


def _documents(
    press: _Press, one: Channel
) -> tuple[dict[FeedForm, Publication | None], dict[FeedForm, bytes]]:
    """Return what was published of a channel and what is to be, sealing before what must be sealed.

    Raises:
        EngineUnavailable: others kept sealing meanwhile.
    """
    for _ in range(_TRIES):
        with press.db.snapshot() as conn:
            rows = _rows(conn, one)
            made = live(conn, one, press.stock)
        if not made.due:
            return rows, made.documents
        _seal(press.db, made.due)
    raise EngineUnavailable(f"feeds/{one.key}", "is being sealed by others; try again")


def _seal(db: Database, due: Sequence[Part]) -> None:
    """Seal parts, unless somebody was faster; needs no lease, because bounds never change."""
    with db.write() as conn:
        meta.take_turn(conn)
        last = archives.last(conn, due[0].channel)
        if (last.last if last else archives.BEGINNING) == due[0].after:
            archives.seal(conn, due)


def _turn(press: _Press, made: Sequence[_Made], mine: Mine) -> list[str] | None:
    """Rename files into place and note them, one writer at a time.

    Return the keys whose bytes changed, None if the files are not to be put in place any more.
    """
    changed = []
    with press.db.write() as conn:
        meta.take_turn(conn)
        if not mine(conn):
            return None
        press.stock.keep(conn, press.now)
        for one in made:
            before = publications.get(conn, one.row.channel, one.row.form)
            one.waiting.settle()
            publications.put(conn, one.row)
            if before is None or before.sha256 != one.row.sha256:
                changed.append(one.row.channel)
    return changed


def _due(conn: Connection, log: Sequence[Change]) -> tuple[Sequence[Change], set[Channel], set[StoryId]]:
    """Return the head of the log that touches `_MOST` channels (at least one change), and those channels.

    The third are the stories of the log that are gone.
    """
    known = stories.many(conn, {change.story_id for change in log})
    gone = {one for one, story in known.items() if story.state is not StoryState.LIVE}
    touched: set[Channel] = set()
    for count, change in enumerate(log):
        more = _touched(change, known.get(change.story_id))
        if count and len(touched | more) > _MOST:
            return log[:count], touched, gone
        touched |= more
    return log, touched, gone


def _touched(change: Change, story: Story | None) -> frozenset[Channel]:
    """Return the channels that a change takes its story out of or puts it into.

    A story that is backfill from its birth was never in a live window and is in none now.
    """
    left = channels_of(change.before) if change.before else frozenset()
    born_old = story is not None and story.backfill and change.before is None
    return left if story is None or born_old else left | channels_of(story.face.labels)


def _known(rows: Iterable[Publication]) -> frozenset[Channel]:
    """Return the channels of rows; a channel that there is no more is passed over."""
    found = (channel(row.channel) for row in rows)
    return frozenset(one for one in found if one)


def _rows(conn: Connection, one: Channel) -> dict[FeedForm, Publication | None]:
    published = publications.of(conn, one.key)
    return {form: published.get(form) for form in FeedForm}


def _stands(folder: Path, row: Publication) -> bool:
    return files.stands(folder / f"{row.channel}.{row.form}", row.size, row.modified)


@contextmanager
def _leased(db: Database, seconds: float, now: datetime) -> Iterator[leases.Lease | None]:
    held = leases.acquire(db, CURSOR, seconds, now)
    try:
        yield held
    finally:
        if held:
            leases.release(db, held)


def _fenced(held: leases.Lease) -> Mine:
    def still_mine(conn: Connection) -> bool:
        leases.fence(conn, held)
        return True

    return still_mine


def _unchanged(one: Channel, seen: object) -> Mine:
    def nobody_published(conn: Connection) -> bool:
        return _rows(conn, one) == seen

    return nobody_published
