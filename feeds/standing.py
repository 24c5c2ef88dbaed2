"""In which channels a story stands, for whoever asks where one thing is."""

from collections.abc import Iterable

from feeds.channel import channels_of
from pipeline.model import StoryId, StoryState
from pipeline.store import Connection, stories


def standing(conn: Connection, story_ids: Iterable[str | None]) -> dict[str, list[str]]:
    """Return the keys of the channels of each story that is told, in order; none for one that is gone."""
    wanted = sorted({StoryId(one) for one in story_ids if one})
    return {
        one: sorted(channel.key for channel in channels_of(story.face.labels))
        for one, story in stories.many(conn, wanted).items()
        if story.state is StoryState.LIVE
    }
