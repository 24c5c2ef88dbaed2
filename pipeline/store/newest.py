"""The newest living stories that bear certain labels, from SQL alone: for when no search engine is there.

Words are not looked for. Order is that of publication.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, literal, select, tuple_

from pipeline.model import EntryKind, Officeholder, Story, StoryId, StoryState
from pipeline.store import stories
from pipeline.store.schema import Instant, entry, paper_mention, story, story_label

_FIRST_ROWS = 100  # a page and more
_ROWS = 1_000
_PEOPLE = TypeAdapter(list[Officeholder])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which stories. Of each collection a story bears one; empty ones and None ask nothing.

    Args:
        labels: slugs by kind (province, area, topic).
        sources: ids of sources that tell it.
        documents: slugs of document numbers (`pipeline.papers.number_slug`) that it names.
        named: says of the holders of office that a story names whether they are meant.
        bulletin: told in a bulletin by any source, or by none.
        since, until: moments of publication, aware UTC; `until` is not included.
        oldest: the oldest publication first.
    """

    labels: dict[str, Collection[str]]
    sources: Collection[str] = ()
    documents: Collection[str] = ()
    named: Callable[[Sequence[Officeholder]], bool] | None = None
    bulletin: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    oldest: bool = False


def walk(conn: Connection, wanted: Wanted) -> Iterator[list[Story]]:
    """Yield all of them in order, in lists: one for each thousand looked at, so that some may be empty."""
    last: Row[Any] | None = None
    most = _FIRST_ROWS
    while rows := conn.execute(_behind(_query(wanted), wanted, last).limit(most)).all():
        ids = [StoryId(row.story_id) for row in rows if wanted.named is None or wanted.named(_people(row))]
        known = stories.many(conn, ids)
        yield [known[one] for one in ids]
        if len(rows) < most:
            return
        last, most = rows[-1], _ROWS if wanted.named else _FIRST_ROWS


def _people(row: Row[Any]) -> list[Officeholder]:
    return _PEOPLE.validate_python(row.people or ())


def _behind(query: Select[Any], wanted: Wanted, last: Row[Any] | None) -> Select[Any]:
    """Return a query for what comes behind a row."""
    at, story_id = story.c.published_at, story.c.story_id
    if wanted.oldest:
        query = query.order_by(at, story_id)
        return query if last is None else query.where(tuple_(at, story_id) > _place(last))
    query = query.order_by(at.desc(), story_id.desc())
    return query if last is None else query.where(tuple_(at, story_id) < _place(last))


def _place(row: Row[Any]) -> Any:
    return tuple_(literal(row.published_at, Instant), literal(row.story_id))


def _query(wanted: Wanted) -> Select[Any]:
    columns = (story.c.story_id, story.c.published_at)
    query = select(*columns).where(story.c.state == StoryState.LIVE)
    for kind, slugs in wanted.labels.items():
        bearing = select(story_label.c.story_id).where(
            story_label.c.kind == kind, story_label.c.slug.in_(sorted(slugs))
        )
        query = query.where(story.c.story_id.in_(bearing))
    if wanted.sources:
        told = select(entry.c.story_id).where(entry.c.source_id.in_(sorted(wanted.sources)))
        query = query.where(story.c.story_id.in_(told))
    if wanted.documents:
        naming = select(paper_mention.c.story_id).where(paper_mention.c.slug.in_(sorted(wanted.documents)))
        query = query.where(story.c.story_id.in_(naming))
    if wanted.bulletin is not None:
        item = select(entry.c.entry_id).where(
            entry.c.story_id == story.c.story_id, entry.c.kind == EntryKind.BULLETIN_ITEM
        )
        query = query.where(item.exists() if wanted.bulletin else ~item.exists())
    if wanted.named is not None:
        people = story.c.face["people"]
        query = query.add_columns(people.label("people")).where(people.as_string().is_not(None))
    if wanted.since is not None:
        query = query.where(story.c.published_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(story.c.published_at < wanted.until)
    return query
