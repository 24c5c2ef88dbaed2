"""A change as programs are told it."""

import json
from datetime import UTC, datetime

from pipeline import told
from pipeline.model import Change, ChangeKind, StoryId
from pipeline.replay import Line, Presence
from tests.feeds.stories import SITE, story
from web.shapes import StoryBody

HERE = told.Here(SITE.base_url, SITE.authority, SITE.date)
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def test_a_story_is_told_as_the_api_tells_it() -> None:
    """Field for field what StoryBody describes."""
    known = story()

    assert StoryBody.of(known).model_dump(mode="json") == json.loads(json.dumps(told.story(known)))


def test_a_change_names_its_story_as_feeds_do() -> None:
    """The id of every feed, our page, and what only a program wants to know."""
    known = story()
    made = told.change(
        Line(Change(7, known.story_id, ChangeKind.CREATED, AT, None), Presence.LIVE, known), HERE
    )

    assert (7, "created", "live") == (made["seq"], made["type"], made["state"])
    assert made["id"] == made["story"]["id"] == SITE.story_id(known.story_id)
    assert SITE.story_page(known.story_id) == made["story"]["page"]
    assert ("second", False) == (made["story"]["published_precision"], made["story"]["backfill"])
    assert StoryBody.model_fields.keys() < made["story"].keys()


def test_of_a_story_that_is_gone_nothing_is_told_but_that() -> None:
    """Its names and where it went."""
    gone = Line(
        Change(7, StoryId("s1"), ChangeKind.CREATED, AT, None), Presence.MERGED, None, into=StoryId("s2")
    )
    made = told.change(gone, HERE)

    assert ("merged", None, None) == (made["state"], made["story"], made["origin"])
    assert SITE.story_id("s2") == made["into"]["id"]
