"""What SQL remembers of the index: which one it filled, and how far a new one beside it has come."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pipeline.store import Connection, Database, changes, indexing, meta, stories
from search.door import Failed
from search.gate import Side, Walk, walk_of
from search.schema import version

CURSOR = "index"  # in the change log, and the lease of whoever writes to the index
_FILLED = "index_filled"  # meta keys
_REBUILD = "index_rebuild"
_WANTED = "index_wanted"
_TROUBLE = "index_trouble"
_FAILURE = "index_failure"


@dataclass(frozen=True, slots=True)
class Filled:
    """Which index SQL has filled."""

    schema: str = ""
    born: str = ""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A new index under way: stories up to the id `after` are in it, and changes up to `seq`.

    `walk`: how far it was held against SQL. `begun`: the head of the log when it was begun.
    """

    uid: str
    born: str
    seq: int
    after: str = ""
    full: bool = False
    filled: int = 0
    walk: Walk = field(default_factory=Walk)
    begun: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What SQL knows. `wanted`: somebody asked for a new index."""

    filled: Filled
    rebuild: Rebuild | None
    wanted: bool
    position: int
    head: int
    nudges: int

    @property
    def due(self) -> bool:
        """Whether there is something to do."""
        behind = self.position != self.head or self.nudges > 0
        return behind or self.wanted or self.rebuild is not None or self.filled.schema != version()


class Phase(StrEnum):
    """What is being done about a new index."""

    FILLING = "filling"
    FOLLOWING = "following"
    CHECKING = "checking"
    SWAPPING = "swapping"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a new index has come: in stories, changes, or stories and documents looked at."""

    phase: Phase
    done: int
    total: int


def state(conn: Connection) -> State:
    """Return what SQL knows."""
    under_way = meta.get(conn, _REBUILD)
    return State(
        filled=Filled(**json.loads(meta.get(conn, _FILLED) or "{}")),
        rebuild=_rebuild(json.loads(under_way)) if under_way else None,
        wanted=bool(meta.get(conn, _WANTED)),
        position=changes.position(conn, CURSOR),
        head=changes.head(conn),
        nudges=indexing.nudge_count(conn),
    )


def want(conn: Connection) -> None:
    """Ask for a new index."""
    meta.put(conn, _WANTED, "yes")


def begin(conn: Connection, begun: Rebuild) -> None:
    """Note that a new index is begun, which is what was asked for."""
    meta.put(conn, _WANTED, "")
    meta.put(conn, _TROUBLE, "")
    keep(conn, begun)


def keep(conn: Connection, under_way: Rebuild) -> None:
    """Note how far a new index has come."""
    meta.put(conn, _REBUILD, json.dumps(asdict(under_way)))


def finish(conn: Connection, filled: Filled) -> None:
    """Note which index is filled, and that none is under way."""
    meta.put(conn, _FILLED, json.dumps(asdict(filled)))
    meta.put(conn, _REBUILD, "")
    meta.put(conn, _TROUBLE, "")


def trouble(conn: Connection) -> str:
    """Return why a new index that is due is not had, "" where nothing is wrong."""
    return meta.get(conn, _TROUBLE) or ""


def note_trouble(conn: Connection, said: str) -> None:
    """Note why a new index is not had."""
    meta.put(conn, _TROUBLE, said)


def failure(conn: Connection, since: datetime) -> str:
    """Return why the last step into the index failed, "" if none failed since then."""
    at, _, said = (meta.get(conn, _FAILURE) or "").partition(" ")
    return said if at and datetime.fromisoformat(at) >= since else ""


@contextmanager
def failures(db: Database, now: datetime) -> Iterator[None]:
    """Note why a step into the index fails where Meilisearch answers; that it is away shows without."""
    try:
        yield
    except Failed as error:
        with db.write() as conn:
            meta.put(conn, _FAILURE, f"{now.isoformat()} {error.message}")
        raise


def progress(conn: Connection) -> Progress | None:
    """Return how far a new index has come, None if none is under way."""
    under_way = state(conn).rebuild
    if under_way is None:
        return None
    total = stories.count(conn)
    head, begun = changes.head(conn), under_way.begun
    walk = under_way.walk
    if not under_way.full:
        return Progress(Phase.FILLING, under_way.filled, total)
    if under_way.seq < head:
        return Progress(Phase.FOLLOWING, under_way.seq - begun, head - begun)
    if walk.side is not Side.DONE:
        return Progress(Phase.CHECKING, walk.looked, 2 * total)
    return Progress(Phase.SWAPPING, 0, 1)


def _rebuild(stored: Mapping[str, Any]) -> Rebuild:
    return Rebuild(**{**stored, "walk": walk_of(stored.get("walk", {}))})
