"""Stories put into SQL as the linker puts them, without entries: for tests of feeds over many of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.model import ChangeKind, Face, Labels, StoryId, StoryState
from pipeline.store import Connection, Database, labels, links, stories
from pipeline.store.labels import EVERYTHING
from pipeline.store.links import Ended, Told
from pipeline.store.schema import story as story_table
from tests.feeds.stories import story

EVERYWHERE = Labels("vinh-long", ("vinh-long",), "ben-tre", ("ben-tre",), ("y-te",))


def name(number: int) -> StoryId:
    """Return the id of a story."""
    return StoryId(f"s{number:05}")


def face(number: int, title: str = "", told: Labels = EVERYWHERE, content: str = "") -> Face:
    """Return what a story says."""
    made = story(number, labels=told).face
    return replace(made, title=title or made.title, content=content)


def tell(
    db: Database, faces: Sequence[tuple[StoryId, Face]], at: datetime, *, backfill: bool = False
) -> None:
    """Commit stories, new ones and new revisions alike."""
    with db.write() as conn:
        known = stories.many(conn, [story_id for story_id, _ in faces])
        told = [
            Told(
                story_id=story_id,
                kind=ChangeKind.UPDATED if story_id in known else ChangeKind.CREATED,
                face=said,
                lead=said.tellings[0].entry_id,
                first_seen=known[story_id].first_seen if story_id in known else at,
                backfill=backfill,
                before=known.get(story_id),
            )
            for story_id, said in faces
        ]
        links._tell(conn, told, labels.moment(conn, at))


def end(db: Database, story_id: StoryId, at: datetime, into: StoryId | None = None) -> None:
    """Withdraw a story, or merge it into another."""
    with db.write() as conn:
        before = stories.get(conn, story_id)
        assert before is not None
        links._end(conn, Ended(before, into), labels.moment(conn, at))


def living(conn: Connection) -> dict[StoryId, int]:
    """Return the stories that are news and are told, with their revisions."""
    told = story_table.c.state == StoryState.LIVE, story_table.c.backfill.is_(False)
    rows = conn.execute(story_table.select().where(*told))
    return {StoryId(row.story_id): row.revision for row in rows}


def places(conn: Connection, shelf: tuple[str, str] = EVERYTHING) -> list[StoryId]:
    """Return the living stories of a channel, the one that entered it last first."""
    return [one.at.story_id for one in stories.newest(conn, shelf, 100_000)]
