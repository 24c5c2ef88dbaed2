"""What SQL knows of the search index beside the change log: nudges, refusals, and what it should hold.

A nudge says "make this document again from what its story is now". Whoever follows the log into the
index takes nudges along under the same lease, so a repair never overtakes a withdrawal.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select

from pipeline.model import StoryId, StoryState
from pipeline.store.database import insert
from pipeline.store.schema import change, index_nudge, index_refusal, story

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Nudge:
    """A document to be made again. `asked` differs from wish to wish."""

    document_id: str
    asked: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that the index does not take in a form (`search.schema.version`), and why."""

    document_id: str
    form: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What a story is now. `seq`: the position of its last change in the log."""

    live: bool
    revision: int
    seq: int


def nudge(conn: Connection, document_ids: Iterable[str], now: datetime) -> None:
    """Have documents made again; asking twice is asking once, and later."""
    rows = [{"document_id": one, "asked": 1, "at": now} for one in dict.fromkeys(document_ids)]
    if rows:
        more = {"asked": index_nudge.c.asked + 1}
        made = insert(conn, index_nudge)
        conn.execute(made.on_conflict_do_update(index_elements=["document_id"], set_=more), rows)


def nudges(conn: Connection, limit: int) -> list[Nudge]:
    """Return the oldest wishes."""
    query = select(index_nudge).order_by(index_nudge.c.at, index_nudge.c.document_id).limit(limit)
    return [Nudge(row.document_id, row.asked) for row in conn.execute(query)]


def nudge_count(conn: Connection) -> int:
    """Return how many wishes wait."""
    return conn.scalar(select(func.count()).select_from(index_nudge)) or 0


def calm(conn: Connection, done: Sequence[Nudge]) -> None:
    """Take wishes back that were met; one that was uttered again meanwhile stays."""
    for start in range(0, len(done), _CHUNK):
        part = done[start : start + _CHUNK]
        met = (
            and_(index_nudge.c.document_id == one.document_id, index_nudge.c.asked == one.asked)
            for one in part
        )
        conn.execute(delete(index_nudge).where(or_(*met)))


def refuse(conn: Connection, refused: Sequence[tuple[str, str]], form: str, now: datetime) -> None:
    """Note documents (id, reason) that the index does not take in this form."""
    rows = [{"document_id": one, "form": form, "reason": said, "at": now} for one, said in refused]
    if rows:
        made = insert(conn, index_refusal)
        again = {name: made.excluded[name] for name in ("form", "reason", "at")}
        conn.execute(made.on_conflict_do_update(index_elements=["document_id"], set_=again), rows)


def accept(conn: Connection, document_ids: Iterable[str]) -> None:
    """Forget the refusal of documents that are in the index now, or told no more."""
    wanted = sorted(set(document_ids))
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        conn.execute(delete(index_refusal).where(index_refusal.c.document_id.in_(part)))


def refusals(conn: Connection, limit: int) -> list[Refusal]:
    """Return what was refused, the newest first."""
    query = select(index_refusal).order_by(index_refusal.c.at.desc(), index_refusal.c.document_id)
    return [
        Refusal(row.document_id, row.form, row.reason, row.at) for row in conn.execute(query.limit(limit))
    ]


def refusal_count(conn: Connection) -> int:
    """Return how many documents are refused."""
    return conn.scalar(select(func.count()).select_from(index_refusal)) or 0


def refused_live(conn: Connection) -> int:
    """Return how many living stories are not in the index because it refused them."""
    query = select(func.count()).select_from(index_refusal)
    query = query.join(story, story.c.story_id == index_refusal.c.document_id)
    return conn.scalar(query.where(story.c.state == StoryState.LIVE)) or 0


def refused_among(conn: Connection, document_ids: Collection[str]) -> set[str]:
    """Return which of some documents are refused."""
    found: set[str] = set()
    wanted = sorted(document_ids)
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        found |= set(
            conn.scalars(select(index_refusal.c.document_id).where(index_refusal.c.document_id.in_(part)))
        )
    return found


def page(conn: Connection, after: str, limit: int) -> list[tuple[StoryId, int]]:
    """Return ids and revisions of living stories in id order behind `after`: what the index should hold."""
    query = select(story.c.story_id, story.c.revision).where(
        story.c.state == StoryState.LIVE, story.c.story_id > after
    )
    return [
        (StoryId(row.story_id), row.revision)
        for row in conn.execute(query.order_by(story.c.story_id).limit(limit))
    ]


def standings(conn: Connection, story_ids: Collection[str]) -> dict[str, Standing]:
    """Return how stories stand; ids that name none are left out."""
    found: dict[str, Standing] = {}
    wanted = sorted(story_ids)
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        columns: tuple[Any, ...] = (story.c.story_id, story.c.state, story.c.revision)
        query = (
            select(*columns, func.max(change.c.seq).label("seq"))
            .outerjoin(change, change.c.story_id == story.c.story_id)
            .where(story.c.story_id.in_(part))
            .group_by(*columns)
        )
        for row in conn.execute(query):
            found[row.story_id] = Standing(row.state == StoryState.LIVE, row.revision, row.seq or 0)
    return found
