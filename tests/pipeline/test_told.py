"""A change as programs are told it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from pipeline import told
from pipeline.model import Change, ChangeKind, StoryState
from tests.feeds.stories import story
from web.shapes import StoryBody

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def test_a_story_is_told_as_the_api_tells_it() -> None:
    """Field for field what StoryBody describes."""
    known = story()

    assert StoryBody.of(known).model_dump(mode="json") == json.loads(json.dumps(told.story(known)))


def test_of_a_story_that_is_gone_nothing_is_told_but_that() -> None:
    """No title, no text, whatever the row says that happened then."""
    gone = replace(story(), state=StoryState.WITHDRAWN)
    line = told.change(Change(7, gone.story_id, ChangeKind.CREATED, AT, None), gone, "https://tin.example")

    assert (7, "created", "withdrawn", None) == (line["seq"], line["kind"], line["state"], line["story"])
    assert gone.face.title not in json.dumps(line, ensure_ascii=False)
