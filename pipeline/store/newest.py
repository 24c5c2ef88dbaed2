"""The newest living stories that bear certain labels, from SQL alone: for when no search engine is there.

Words are not looked for. Order is that of their coming, news before what was old when it came; with days
or from the oldest on it is that of publication.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from pipeline.model import Story, StoryId, StoryState
from pipeline.store import stories
from pipeline.store.schema import entry, paper_mention, story, story_label

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which stories. Of each collection a story bears one; empty ones and None ask nothing.

    Args:
        labels: slugs by kind (province, area, topic).
        sources: ids of sources that tell it.
        documents: slugs of document numbers (`pipeline.papers.number_slug`) that it names.
        since, until: moments of publication, aware UTC; `until` is not included.
        oldest: the oldest publication first.
    """

    labels: dict[str, Collection[str]]
    sources: Collection[str] = ()
    documents: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    oldest: bool = False


def walk(conn: Connection, wanted: Wanted, most: int) -> Iterator[Story]:
    """Yield at most `most` stories, in order."""
    ids = list(conn.scalars(_query(wanted).limit(most)))
    for start in range(0, len(ids), _BATCH):
        part = [StoryId(one) for one in ids[start : start + _BATCH]]
        known = stories.many(conn, part)
        yield from (known[one] for one in part)


def _query(wanted: Wanted) -> Select[Any]:
    query = select(story.c.story_id).where(story.c.state == StoryState.LIVE)
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
    published = story.c.face["published_at"].as_string()
    if wanted.since is not None:
        query = query.where(published >= _written(wanted.since))
    if wanted.until is not None:
        query = query.where(published < _written(wanted.until))
    if wanted.oldest:
        return query.order_by(published, story.c.story_id)
    if wanted.since is not None or wanted.until is not None:
        return query.order_by(published.desc(), story.c.story_id)
    return query.order_by(story.c.backfill, story.c.first_seen.desc(), story.c.story_id)


def _written(at: datetime) -> str:
    """Return a moment as faces have it, up to the second."""
    return at.isoformat(timespec="seconds").removesuffix("+00:00")
