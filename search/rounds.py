"""The gate's rounds: the whole index held against SQL now and then, some pages at a time.

What is wrong is nudged, and made again by whoever follows the change log. A round is kept in SQL, so
it goes on where it was when a process ends. One a week is deep: it compares whole documents.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from pipeline.store import Connection, Database, changes, indexing, meta, stories
from search import standing
from search.gate import Fault, Gate, Side, Walk, walk_of
from search.index import Index

_KEY = "index_gate"  # meta
_MOST_AGAIN = 1_000  # refused documents tried again after a round
_BETWEEN = timedelta(minutes=10)  # rounds because of a count that differs
_DEEP = timedelta(days=7)  # between deep rounds: of 100,000 stories one takes two minutes and a half


@dataclass(frozen=True, slots=True)
class Rounds:
    """The round under way, None between two, and whether it is deep; what the last one found, and when.

    `deep_at`: when the last deep one ended. `unlike`: settings that were not as we set them when the last
    one began; where they still are, Meilisearch keeps them in another way, and a new index mends nothing.
    """

    walk: Walk | None = None
    last: Walk | None = None
    at: datetime | None = None
    deep: bool = False
    deep_at: datetime | None = None
    unlike: tuple[str, ...] = ()


def rounds(conn: Connection) -> Rounds:
    """Return how far the rounds are."""
    stored = json.loads(meta.get(conn, _KEY) or "{}")
    walk, last, at, deep_at = (stored.get(name) for name in ("walk", "last", "at", "deep_at"))
    return Rounds(
        walk_of(walk) if walk else None,
        walk_of(last) if last else None,
        datetime.fromisoformat(at) if at else None,
        bool(stored.get("deep")),
        datetime.fromisoformat(deep_at) if deep_at else None,
        tuple(stored.get("unlike", ())),
    )


def record(conn: Connection, walk: Walk, now: datetime, *, deep: bool = False) -> None:
    """Note what a round found."""
    before = rounds(conn)
    deep_at = now if deep else before.deep_at
    _put(conn, replace(before, walk=None, last=walk, at=now, deep=False, deep_at=deep_at))


def living(db: Database, index: Index, *, deep: bool = False) -> Gate:
    """Return the gate of the index that is searched."""
    return Gate(db, index, index.name, lambda conn: changes.position(conn, standing.CURSOR), deep)


def whole(
    gate: Gate,
    clock: Callable[[], datetime],
    *,
    mend: bool,
    told: Callable[[Walk, dict[str, Fault]], None],
) -> Walk:
    """Make a whole round at once. `mend`: nudge what is wrong, and note the round; else nothing is written.

    `told` hears of each page.

    Raises:
        EngineUnavailable: Meilisearch or SQL is away, or there is no index.
    """
    walk = Walk()
    while walk.side is not Side.DONE:
        walk, faults = gate.step(walk)
        if mend:
            _nudge(gate.db, faults, clock())
        told(walk, faults)
    if mend:
        with gate.db.write() as conn:
            record(conn, walk, clock(), deep=gate.deep)
            _again(conn, clock())
    return walk


def go_on(
    db: Database, index: Index, clock: Callable[[], datetime], *, hours: float, seconds: float
) -> Walk | None:
    """Go on with a round, or begin one that is due, for about so many seconds; nudge what is wrong.

    One is due every `hours` (0: never), and where the numbers of stories and documents differ though
    nothing is under way. The first that is due in a week is deep. Returns what was found when a
    round has ended, else None.

    Raises:
        EngineUnavailable: Meilisearch or SQL is away; the round goes on later.
    """
    with db.read() as conn:
        known, seen = standing.state(conn), rounds(conn)
    if known.rebuild is not None or known.wanted or index.born(index.name) != known.filled.born:
        return None
    now = clock()
    late = bool(hours) and (seen.at is None or now - seen.at >= timedelta(hours=hours))
    deep = seen.deep if seen.walk else late and (seen.deep_at is None or now - seen.deep_at >= _DEEP)
    if seen.walk is None and not late and not _suspicious(db, index, seen, now):
        return None
    if seen.walk is None and (unlike := tuple(index.unlike(index.name))) != seen.unlike:
        seen = replace(seen, unlike=unlike)
        with db.write() as conn:
            _put(conn, seen)
            if unlike:
                standing.want(conn)
        if unlike:
            return None
    gate, walk, end = living(db, index, deep=deep), seen.walk or Walk(), time.monotonic() + seconds
    while walk.side is not Side.DONE and time.monotonic() < end:
        walk, faults = gate.step(walk)
        _nudge(db, faults, clock())
    over = walk.side is Side.DONE
    with db.write() as conn:
        if over:
            record(conn, walk, clock(), deep=deep)
            _again(conn, clock())
        else:
            _put(conn, replace(seen, walk=walk, deep=deep))
    return walk if over else None


def _suspicious(db: Database, index: Index, seen: Rounds, now: datetime) -> bool:
    """Say whether the index holds more or less than it should, though it has been told everything."""
    if seen.at is not None and now - seen.at < _BETWEEN:
        return False
    with db.read() as conn:
        before = standing.state(conn)
        wanted = stories.count(conn) - indexing.refused_live(conn)
    held = index.count(index.name)
    with db.read() as conn:
        after = standing.state(conn)
    return before == after and not before.due and held != wanted and index.waiting() == 0


def _nudge(db: Database, faults: dict[str, Fault], now: datetime) -> None:
    if faults:
        with db.write() as conn:
            indexing.nudge(conn, faults, now)


def _again(conn: Connection, now: datetime) -> None:
    """Have what was refused tried again: it may have been Meilisearch's fault."""
    indexing.nudge(conn, [one.document_id for one in indexing.refusals(conn, _MOST_AGAIN)], now)


def _put(conn: Connection, kept: Rounds) -> None:
    stored = {
        "walk": asdict(kept.walk) if kept.walk else None,
        "last": asdict(kept.last) if kept.last else None,
        "at": kept.at.isoformat() if kept.at else None,
        "deep": kept.deep,
        "deep_at": kept.deep_at.isoformat() if kept.deep_at else None,
        "unlike": kept.unlike,
    }
    meta.put(conn, _KEY, json.dumps(stored))
