"""Which channels a story is in and since when: the rows that feeds and archives are ordered by.

A row's `since` is the moment at which the story was first told there as news. It is kept over later
revisions and drawn anew when the story comes back: from the dead, out of old news, under a label that it
had lost. Moments only grow, so whoever enters a channel enters it at its end.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from pipeline.model import NATIONAL, Labels, StoryId
from pipeline.store.schema import change, story_label

Shelf = tuple[str, str]  # kind and slug: what a channel holds


class Position(NamedTuple):
    """A story's place in a channel; a greater one is newer."""

    since: datetime
    story_id: StoryId


EVERYTHING: Shelf = ("all", "")
_CHUNK = 400


def shelves(labels: Labels) -> Iterator[Shelf]:
    """Yield where a story with these labels stands, pairs of province and topic last."""
    yield EVERYTHING
    for kind, slugs in (("province", labels.provinces), ("area", labels.areas), ("topic", labels.topics)):
        yield from ((kind, slug) for slug in slugs)
    for province in labels.provinces:
        if province != NATIONAL:
            yield from (("crossed", f"{province}/{topic}") for topic in labels.topics)


def of(conn: Connection, story_ids: Iterable[StoryId]) -> dict[StoryId, dict[Shelf, datetime | None]]:
    """Return where stories stand and since when; None for old news."""
    wanted = sorted(set(story_ids))
    found: dict[StoryId, dict[Shelf, datetime | None]] = {}
    for start in range(0, len(wanted), _CHUNK):
        part = story_label.c.story_id.in_(wanted[start : start + _CHUNK])
        for row in conn.execute(select(story_label).where(part)):
            found.setdefault(StoryId(row.story_id), {})[row.kind, row.slug] = row.since
    return found


def moment(conn: Connection, now: datetime) -> datetime:
    """Return `now`, but always later than whatever was logged before: a clock may step back."""
    last = conn.scalar(select(change.c.at).order_by(change.c.seq.desc()).limit(1))
    return now if last is None else max(now, last + timedelta(microseconds=1))


def put(
    conn: Connection,
    rows: Sequence[tuple[StoryId, Labels, datetime | None]],
    kept: Mapping[StoryId, Mapping[Shelf, datetime | None]],
) -> None:
    """Write the rows of stories anew: id, labels, and the moment from which new rows count.

    The moment of old news is None. `kept`: the rows that go on counting from their own.
    """
    for start in range(0, len(rows), _CHUNK):
        part = [story_id for story_id, *_ in rows[start : start + _CHUNK]]
        conn.execute(story_label.delete().where(story_label.c.story_id.in_(part)))
    made = [
        {"kind": kind, "slug": slug, "story_id": story_id, "since": since}
        for story_id, told, at in rows
        for (kind, slug), since in _dated(told, at, kept.get(story_id, {})).items()
    ]
    if made:
        conn.execute(story_label.insert(), made)


def _dated(
    told: Labels, at: datetime | None, kept: Mapping[Shelf, datetime | None]
) -> dict[Shelf, datetime | None]:
    found: dict[Shelf, datetime | None] = {}
    for shelf in shelves(told):
        kind, slug = shelf
        if at is None:
            found[shelf] = None
        elif kind == "crossed":  # the later of its two
            province, _, topic = slug.partition("/")
            found[shelf] = max(found["province", province] or at, found["topic", topic] or at)
        else:
            found[shelf] = kept.get(shelf) or at
    return found
