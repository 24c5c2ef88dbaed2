"""Change log → Meilisearch. SQL is the truth: whatever happens to the index, it comes back from there.

The cursor "index" moves only after Meilisearch's task has succeeded, so a crash anywhere means
doing the same again. SQL remembers which index it filled (its birth and schema version); an index
that is missing, was made by somebody else, or has another version is built anew beside the living
one, page by page over as many calls as it takes, then follows the log from where it began, and is
swapped in.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from pipeline.model import StoryId, StoryState
from pipeline.store import Connection, Database, changes, counters, leases, meta, stories
from pipeline.store.leases import Lease
from search.document import document
from search.index import Index, RefusedDocument
from search.schema import version

CURSOR = "index"
_FILLED = "index_filled"  # meta keys
_REBUILD = "index_rebuild"
_REFUSED = "index_refused"
_REFUSED_KEPT = 10_000
_REST = 0.2  # seconds between tries of `rebuild` while another worker holds the lease


@dataclass(frozen=True, slots=True)
class Synced:
    """What one call did. `more`: call again; `busy`: another worker is at it.

    `rebuilt`: a new index was swapped in. `refused` are set aside in SQL by id and reason.
    """

    indexed: int = 0
    deleted: int = 0
    refused: tuple[RefusedDocument, ...] = ()
    rebuilt: bool = False
    more: bool = False
    busy: bool = False

    def __add__(self, other: "Synced") -> "Synced":
        """Add up counts; a flag of either is a flag of both."""
        return Synced(
            self.indexed + other.indexed,
            self.deleted + other.deleted,
            self.refused + other.refused,
            self.rebuilt or other.rebuilt,
            self.more or other.more,
            self.busy or other.busy,
        )


@dataclass(frozen=True, slots=True)
class Verified:
    """The index held against SQL. `settled`: nothing was under way, so the counts may be compared."""

    stories: int
    documents: int
    settled: bool

    @property
    def sound(self) -> bool:
        """Whether nothing speaks against the index."""
        return not self.settled or self.stories == self.documents


@dataclass(frozen=True, slots=True)
class _Filled:
    """Which index SQL has filled."""

    schema: str = ""
    born: str = ""


@dataclass(frozen=True, slots=True)
class _Rebuild:
    """A new index under way: stories up to the id `after` are in it, and changes up to `seq`."""

    uid: str
    born: str
    seq: int
    after: str = ""
    full: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    """What SQL knows."""

    filled: _Filled
    rebuild: _Rebuild | None
    position: int
    head: int


def sync(
    db: Database, index: Index, now: datetime, *, limit: int = 500, lease_seconds: float = 120
) -> Synced:
    """Bring up to `limit` changes, and up to `limit` stories of a rebuild, into the index.

    With nothing to do it costs a few reads. Call it now and then without any change too: that is
    how a deleted index is noticed.

    Raises:
        EngineUnavailable: Meilisearch or SQL is away; the cursor stands where it stood.
        LeaseLost: another worker took over; it does the same work again.
    """
    if _idle(db, index):
        return Synced()
    held = leases.acquire(db, CURSOR, lease_seconds, now)
    if held is None:
        return Synced(busy=True)
    try:
        return _Step(db, index, held, limit).run()
    finally:
        leases.release(db, held)


def due(conn: Connection) -> bool:
    """Say whether `sync` has work that SQL knows of: changes, a rebuild, another schema."""
    state = _state(conn)
    return state.rebuild is not None or state.position != state.head or state.filled.schema != version()


def request_rebuild(db: Database) -> None:
    """Have the next calls of `sync` build the index anew; searches go on in the present one."""
    with db.write() as conn:
        known = _Filled(**json.loads(meta.get(conn, _FILLED) or "{}"))
        meta.put(conn, _FILLED, json.dumps(asdict(_Filled(born=known.born))))
        meta.put(conn, _REBUILD, "")


def rebuild(db: Database, index: Index, clock: Callable[[], datetime], *, limit: int = 500) -> Synced:
    """Build the index anew and return when it is swapped in and has caught up with the log.

    Raises:
        EngineUnavailable, LeaseLost: as `sync`; calling again goes on where it stopped.
    """
    request_rebuild(db)
    done = Synced(more=True)
    while done.more or done.busy:
        step = sync(db, index, clock(), limit=limit)
        if step.busy:
            time.sleep(_REST)
        done = Synced(done.indexed, done.deleted, done.refused, done.rebuilt) + step
    return done


def verify(db: Database, index: Index) -> Verified:
    """Compare the number of documents with the number of live stories. Changes nothing.

    Not sound means that somebody else wrote or deleted documents: `request_rebuild` mends it.

    Raises:
        EngineUnavailable: Meilisearch or SQL is away, or there is no index (`sync` makes it).
    """
    with db.read() as conn:
        before, live = _state(conn), stories.count(conn)
        refused = stories.many(conn, map(StoryId, json.loads(meta.get(conn, _REFUSED) or "{}")))
    documents = index.count(index.name)
    with db.read() as conn:
        after = _state(conn)
    settled = before == after and before.rebuild is None and before.position == before.head
    left_out = sum(story.state is StoryState.LIVE for story in refused.values())
    return Verified(live - left_out, documents, settled and index.waiting() == 0)


def _state(conn: Connection) -> _State:
    under_way = meta.get(conn, _REBUILD)
    return _State(
        filled=_Filled(**json.loads(meta.get(conn, _FILLED) or "{}")),
        rebuild=_Rebuild(**json.loads(under_way)) if under_way else None,
        position=changes.position(conn, CURSOR),
        head=changes.head(conn),
    )


def _idle(db: Database, index: Index) -> bool:
    """Say whether the index is ours, in the present form, and has seen every change."""
    with db.read() as conn:
        if due(conn):
            return False
        born = _state(conn).filled.born
    return index.born(index.name) == born


class _Step:
    """One call of `sync` under its lease."""

    def __init__(self, db: Database, index: Index, held: Lease, limit: int) -> None:
        self._db = db
        self._index = index
        self._held = held
        self._limit = limit
        self._written: set[str] = set()

    def run(self) -> Synced:
        """Follow the log in the living index, then go on with a rebuild if one is needed."""
        with self._db.read() as conn:
            state = _state(conn)
        born = self._index.born(self._index.name)
        ours = born is not None and born == state.filled.born
        done = self._follow(state.position) if ours else self._lose(state.position)
        if state.rebuild is None and ours and state.filled.schema == version():
            return done
        if state.rebuild is not None and state.rebuild.born == born:
            return done + self._finish(state.rebuild)  # swapped in before a crash
        under_way = state.rebuild
        if under_way is None or self._index.born(under_way.uid) != under_way.born:
            under_way = self._begin()
        return done + self._fill(under_way)

    def _follow(self, position: int) -> Synced:
        """Apply the next changes to the living index and move the cursor."""
        done, seq = self._apply(self._index.name, position)
        if seq > position:
            with self._db.write() as conn:
                leases.fence(conn, self._held)
                changes.advance(conn, CURSOR, seq)
                self._note(conn, done.refused)
        return done

    def _lose(self, position: int) -> Synced:
        """Send the cursor back, because the index that it speaks of is gone."""
        if position:
            with self._db.write() as conn:
                leases.fence(conn, self._held)
                changes.reset(conn, CURSOR)
        return Synced()

    def _begin(self) -> _Rebuild:
        """Make an empty index beside the living one."""
        for uid in self._index.others():
            self._index.drop(uid)
        uid = f"{self._index.name}--{version()}"
        born = self._index.build(uid)
        with self._db.write() as conn:
            leases.fence(conn, self._held)
            begun = _Rebuild(uid, born, changes.head(conn))
            meta.put(conn, _REBUILD, json.dumps(asdict(begun)))
            meta.put(conn, _REFUSED, "")
        return begun

    def _fill(self, under_way: _Rebuild) -> Synced:
        """Copy the next page of stories; behind the last one follow the log, then swap."""
        done = Synced()
        if not under_way.full:
            with self._db.read() as conn:
                after = StoryId(under_way.after) if under_way.after else None
                page = [story.story_id for story in stories.page(conn, after, self._limit)]
            done = self._write(under_way.uid, page)
            last = page[-1] if page else under_way.after
            under_way = replace(under_way, after=last, full=len(page) < self._limit)
            self._keep(under_way, done.refused)
            if not under_way.full:
                return done + Synced(more=True)
        followed, seq = self._apply(under_way.uid, under_way.seq)
        under_way = replace(under_way, seq=seq)
        self._keep(under_way, followed.refused)
        done += followed
        return done if followed.more else done + self._swap(under_way)

    def _keep(self, under_way: _Rebuild, refused: Sequence[RefusedDocument]) -> None:
        with self._db.write() as conn:
            leases.fence(conn, self._held)
            meta.put(conn, _REBUILD, json.dumps(asdict(under_way)))
            self._note(conn, refused)

    def _swap(self, under_way: _Rebuild) -> Synced:
        """Put the full new index in the living one's place."""
        if self._index.born(self._index.name) is None:
            self._index.build(self._index.name)  # only two that exist can be swapped
        self._index.swap(under_way.uid)
        return self._finish(under_way)

    def _finish(self, under_way: _Rebuild) -> Synced:
        """Drop what was swapped out and remember the new index."""
        self._index.drop(under_way.uid)
        with self._db.write() as conn:
            leases.fence(conn, self._held)
            meta.put(conn, _FILLED, json.dumps(asdict(_Filled(version(), under_way.born))))
            meta.put(conn, _REBUILD, "")
            changes.advance(conn, CURSOR, under_way.seq)
            more = changes.head(conn) > under_way.seq
        return Synced(rebuilt=True, more=more)

    def _apply(self, uid: str, position: int) -> tuple[Synced, int]:
        """Bring the next changes into an index; return what was done and the position reached."""
        with self._db.read() as conn:
            batch = changes.after(conn, position, self._limit)
            head = changes.head(conn)
        if not batch:
            return Synced(), position
        done = self._write(uid, list(dict.fromkeys(change.story_id for change in batch)))
        return done + Synced(more=batch[-1].seq < head), batch[-1].seq

    def _write(self, uid: str, story_ids: Sequence[StoryId]) -> Synced:
        """Write the present state of stories: a document for a live one, a deletion for any other."""
        with self._db.read() as conn:
            found = stories.many(conn, story_ids)
            told = [story for story in found.values() if story.state is StoryState.LIVE]
            texts = stories.texts(conn, [story.story_id for story in told])
        gone = sorted(set(story_ids) - {story.story_id for story in told})
        if not told and not gone:
            return Synced()
        documents = [document(story, texts.get(story.story_id, [])) for story in told]
        refused = self._index.write(uid, documents, gone)
        self._written |= set(story_ids) - {one.document_id for one in refused}
        return Synced(len(documents) - len(refused), len(gone), refused)

    def _note(self, conn: Connection, refused: Sequence[RefusedDocument]) -> None:
        """Set refused documents aside by id and reason, the newest ones, and count them all."""
        known: dict[str, str] = json.loads(meta.get(conn, _REFUSED) or "{}")
        if not refused and not known.keys() & self._written:
            return
        kept = {one: reason for one, reason in known.items() if one not in self._written}
        kept |= {one.document_id: one.reason for one in refused}
        newest = dict(list(kept.items())[-_REFUSED_KEPT:])
        meta.put(conn, _REFUSED, json.dumps(newest, ensure_ascii=False))
        counters.add(conn, "index_refused", len(refused))
