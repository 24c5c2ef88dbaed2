"""Change log → Meilisearch. SQL is the truth: whatever happens to the index, it comes back from there.

The cursor "index" moves only after Meilisearch's task has succeeded, so a crash anywhere means
doing the same again. SQL remembers which index it filled (its birth and schema version); an index
that is missing, was made by somebody else, or has another version is built anew beside the living
one, page by page over as many calls as it takes, then follows the log from where it began, is held
against SQL, and is swapped in. Nudges (`pipeline.store.indexing`) are taken along with the log.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.errors import EngineUnavailable, LeaseLost
from pipeline.model import StoryId
from pipeline.store import Connection, Database, changes, indexing, leases
from pipeline.store.leases import Lease
from search import batches, standing
from search.gate import PAGE, Fault, Gate, Side
from search.index import Index
from search.schema import version
from search.sending import RefusedDocument
from search.standing import CURSOR, Filled, Phase, Progress, Rebuild
from search.writing import Synced, Writer

_ROOM = 2  # times the size of the database, free on its disk, before another index is built beside it
_REST = 0.2  # seconds between tries of `follow` while another worker holds the lease
_PATIENCE = 2.0  # seconds of that until somebody hears of it, and
_NEWS = 10.0  # between two times
_SHOWN = 5  # documents that are named


class NoNewIndex(EngineUnavailable):
    """A new index cannot be built, or must not take the old one's place; the old one goes on."""


def sync(
    db: Database,
    index: Index,
    now: datetime,
    *,
    limit: int = 500,
    most_bytes: int = batches.MOST_BYTES,
    lease_seconds: float = 120,
) -> Synced:
    """Bring up to `limit` changes, and up to `limit` stories of a rebuild, into the index.

    Each of the two ends earlier where its documents have `most_bytes`. With nothing to do it costs a
    few reads. Call it now and then without any change too: that is how a deleted index is noticed.

    Raises:
        NoNewIndex: the disk has no room for another index, or that does not hold what SQL has.
        EngineUnavailable: Meilisearch or SQL is away; the cursor stands where it stood.
        LeaseLost: another worker took over; it does the same work again.
    """
    with standing.failures(db, now):
        if _idle(db, index):
            return Synced()
        held = leases.acquire(db, CURSOR, lease_seconds, now)
        if held is None:
            return Synced(busy=True)
        try:
            return _Step(db, index, held, Writer(db, index, now, limit, most_bytes), now, limit=limit).run()
        finally:
            leases.release(db, held)


def due(conn: Connection) -> bool:
    """Say whether `sync` has work that SQL knows of: changes, nudges, a rebuild, another schema."""
    return standing.state(conn).due


def request_rebuild(db: Database) -> None:
    """Have the next calls of `sync` build the index anew; searches go on in the present one."""
    with db.write() as conn:
        standing.want(conn)


def rebuild(
    db: Database,
    index: Index,
    clock: Callable[[], datetime],
    *,
    limit: int = 500,
    told: Callable[[Progress], None] | None = None,
    waits: Callable[[datetime], None] | None = None,
) -> Synced:
    """Build the index anew and return when it is swapped in and has caught up with the log.

    A new index that is under way, or was when somebody ended this, is gone on with. Other workers may
    take part. `told` hears how far it is, `waits` as in `follow`.

    Raises:
        EngineUnavailable: as `sync`; calling again goes on where it stopped.
    """
    with db.read() as conn:
        before = standing.state(conn)
    if before.rebuild is None and not before.wanted and before.filled.schema == version():
        request_rebuild(db)
    return follow(db, index, clock, limit=limit, told=told, waits=waits)


def follow(
    db: Database,
    index: Index,
    clock: Callable[[], datetime],
    *,
    limit: int = 500,
    told: Callable[[Progress], None] | None = None,
    waits: Callable[[datetime], None] | None = None,
) -> Synced:
    """Call `sync` until the index has been told everything; other workers may take part.

    `told` hears how far a new index is. `waits` hears, now and then while others have been at it for some
    seconds, when their claim ends (aware UTC): if they do not go on, we do then.

    Raises:
        EngineUnavailable: as `sync`.
    """
    done, quiet_until = Synced(more=True), time.monotonic() + _PATIENCE
    while done.more or done.busy:
        try:
            step = sync(db, index, clock(), limit=limit)
        except LeaseLost:
            step = Synced(busy=True)
        _tell(db, step, told)
        if not step.busy:
            quiet_until = time.monotonic() + _PATIENCE
        elif waits is not None and time.monotonic() >= quiet_until:
            quiet_until = time.monotonic() + _NEWS
            with db.read() as conn:
                until = leases.until(conn, CURSOR)
            if until is not None:
                waits(until)
        if step.busy:
            time.sleep(_REST)
        done = Synced(done.indexed, done.deleted, done.refused, done.rebuilt) + step
    return done


def _tell(db: Database, step: Synced, told: Callable[[Progress], None] | None) -> None:
    """Tell how far a new index is."""
    if told is None:
        return
    with db.read() as conn:
        seen = standing.progress(conn)
    if seen is None and step.rebuilt:
        seen = Progress(Phase.SWAPPING, 1, 1)
    if seen is not None:
        told(seen)


def _idle(db: Database, index: Index) -> bool:
    """Say whether the index is ours, in the present form, and has seen every change."""
    with db.read() as conn:
        known = standing.state(conn)
    return not known.due and index.born(index.name) == known.filled.born


class _Step:
    """One call of `sync` under its lease."""

    def __init__(
        self, db: Database, index: Index, held: Lease, writer: Writer, now: datetime, *, limit: int
    ) -> None:
        self._db = db
        self._index = index
        self._held = held
        self._writer = writer
        self._now = now
        self._limit = limit

    def run(self) -> Synced:
        """Do it; what a lost lease let us write late is made again by whoever has it now."""
        try:
            return self._run()
        except LeaseLost:
            # Our texts may have come behind newer ones of the one who took over, whose cursor is past them.
            with self._db.write() as conn:
                indexing.nudge(conn, sorted(self._writer.written), self._now)
            raise
        except NoNewIndex as error:
            with self._db.write() as conn:
                standing.note_trouble(conn, error.message)
            raise

    def _run(self) -> Synced:
        """Follow the log in the living index, then go on with a rebuild if one is needed."""
        with self._db.read() as conn:
            state = standing.state(conn)
        born = self._index.born(self._index.name)
        ours = born is not None and born == state.filled.born
        under_way = state.rebuild
        fits = under_way is not None and self._fits(under_way)
        beside = under_way if fits else None
        done = self._follow(state.position, beside) if ours else self._lose(state.position)
        if under_way is None and ours and state.filled.schema == version() and not state.wanted:
            return done
        if under_way is not None and under_way.born == born:
            return done + self._finish(under_way)  # swapped in before a crash
        if under_way is None or state.wanted or not fits:
            under_way = self._begin(state.filled if ours else None)
        return done + self._fill(under_way)

    def _follow(self, position: int, beside: Rebuild | None) -> Synced:
        """Apply the next changes and nudges to the living index and move the cursor.

        Nudges are met in the one beside it too: what a late worker wrote may stand in either.
        """
        with self._db.read() as conn:
            nudges, waiting = indexing.nudges(conn, self._limit), indexing.nudge_count(conn)
        done, seq, met = self._writer.apply(self._index.name, position, nudges)
        if beside is not None:
            _, count = self._writer.write(beside.uid, [StoryId(one.document_id) for one in met])
            met = met[:count]
        if seq > position or met:
            with self._db.write() as conn:
                leases.fence(conn, self._held)
                changes.advance(conn, CURSOR, seq)
                indexing.calm(conn, met)
                self._writer.note(conn, done.refused)
        return done + Synced(more=len(met) < waiting)

    def _lose(self, position: int) -> Synced:
        """Send the cursor back, because the index that it speaks of is gone."""
        if position:
            with self._db.write() as conn:
                leases.fence(conn, self._held)
                changes.reset(conn, CURSOR)
        return Synced()

    def _fits(self, under_way: Rebuild) -> bool:
        """Say whether a new index that was begun is there, and in today's form."""
        wanted = self._index.beside(version())
        return under_way.uid == wanted and self._index.born(wanted) == under_way.born

    def _begin(self, living: Filled | None) -> Rebuild:
        """Make an empty index beside the living one."""
        for uid in self._index.others():
            self._index.drop(uid)
        disk = self._index.disk() if living is not None else None
        if disk is not None and disk.free < (needed := _ROOM * self._index.size()):
            raise NoNewIndex(
                "Meilisearch",
                f"no room to build another index beside the present one: {disk.free:,} bytes are free, "
                f"{needed:,} are needed, {_ROOM} times the present size; searches go on",
            )
        uid = self._index.beside(version())
        born = self._index.build(uid)
        with self._db.write() as conn:
            leases.fence(conn, self._held)
            head = changes.head(conn)
            made = Rebuild(uid, born, head, begun=head)
            standing.begin(conn, made)
        return made

    def _fill(self, under_way: Rebuild) -> Synced:
        """Copy the next page of stories; behind the last one follow the log, check, then swap."""
        done = Synced()
        if not under_way.full:
            with self._db.read() as conn:
                page = [story_id for story_id, _ in indexing.page(conn, under_way.after, self._limit)]
            done, count = self._writer.write(under_way.uid, page)
            under_way = replace(
                under_way,
                after=page[count - 1] if page else under_way.after,
                full=count == len(page) < self._limit,
                filled=under_way.filled + count,
            )
            self._keep(under_way, done.refused)
            if not under_way.full:
                return done + Synced(more=True)
        followed, seq, _ = self._writer.apply(under_way.uid, under_way.seq, [])
        under_way = replace(under_way, seq=seq)
        self._keep(under_way, followed.refused)
        done += followed
        if followed.more:
            return done
        under_way, mended = self._check(under_way)
        done += mended
        if under_way.walk.side is not Side.DONE:
            return done + Synced(more=True)
        return done + self._swap(under_way)

    def _check(self, under_way: Rebuild) -> tuple[Rebuild, Synced]:
        """Hold some more of the new index against SQL; a small one wholly."""
        done, looked = Synced(), 0
        while under_way.walk.side is not Side.DONE and looked < PAGE:
            before = under_way.walk
            under_way, mended = self._check_page(under_way)
            done += mended
            looked += under_way.walk.looked - before.looked
        return under_way, done

    def _check_page(self, under_way: Rebuild) -> tuple[Rebuild, Synced]:
        """Hold the next page of the new index against SQL, mend it, and hold it against SQL again."""
        gate = Gate(self._db, self._index, under_way.uid, lambda _: under_way.seq)
        walk, faults = gate.step(under_way.walk)
        done = Synced()
        left = sorted(faults)
        while left:
            more, count = self._writer.write(under_way.uid, [StoryId(one) for one in left])
            done, left = done + more, left[count:]
        if faults:
            with self._db.write() as conn:
                leases.fence(conn, self._held)
                self._writer.note(conn, done.refused)
            self._demand(gate.judge(sorted(faults)).faults)
        under_way = replace(under_way, walk=walk)
        self._keep(under_way, ())
        return under_way, done

    def _demand(self, faults: dict[str, Fault]) -> None:
        """Let no index pass that does not hold what SQL has."""
        if faults:
            named = ", ".join(f"{one} ({what})" for one, what in sorted(faults.items())[:_SHOWN])
            message = (
                f"the new index does not hold what SQL has, so the old one stays: {len(faults):,} {named}"
            )
            raise NoNewIndex("Meilisearch", message)

    def _keep(self, under_way: Rebuild, refused: Sequence[RefusedDocument]) -> None:
        with self._db.write() as conn:
            leases.fence(conn, self._held)
            standing.keep(conn, under_way)
            self._writer.note(conn, refused)

    def _swap(self, under_way: Rebuild) -> Synced:
        """Put the full new index in the living one's place."""
        if self._index.born(self._index.name) is None:
            self._index.build(self._index.name)  # only two that exist can be swapped
        self._index.swap(under_way.uid)
        return self._finish(under_way)

    def _finish(self, under_way: Rebuild) -> Synced:
        """Drop what was swapped out and remember the new index."""
        self._index.drop(under_way.uid)
        with self._db.write() as conn:
            leases.fence(conn, self._held)
            standing.finish(conn, Filled(under_way.uid.rpartition("--")[2], under_way.born))
            changes.advance(conn, CURSOR, under_way.seq)
            more = standing.state(conn).due
        return Synced(rebuilt=True, more=more)
