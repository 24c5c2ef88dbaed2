"""Since when a story is in a channel: kept, drawn anew, and never before what was there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from alembic import command
from alembic.config import Config
from hypothesis import given

from feeds.channel import channels_of
from pipeline.model import NATIONAL, Labels, StoryId
from pipeline.store import Database, archives, labels, meta, open_database, stories
from pipeline.store.labels import EVERYTHING
from pipeline.store.schema import story, story_label
from tests.feeds.newsdesk import end, face, name, places, tell
from tests.feeds.stories import labels as any_labels

T0 = datetime(2026, 11, 20, 5, tzinfo=UTC)
BEN_TRE = Labels("vinh-long", ("vinh-long",), "ben-tre", ("ben-tre",), ("y-te",))
AN_GIANG = Labels("an-giang", ("an-giang", "vinh-long"), None, (), ("y-te", "du-lich"))


def since(db: Database, number: int = 1) -> dict[tuple[str, str], datetime | None]:
    """Return where a story stands since when."""
    with db.read() as conn:
        return labels.of(conn, [name(number)])[name(number)]


def test_a_row_keeps_its_moment_and_a_new_one_gets_its_own(db: Database) -> None:
    """Over an edit and a corrected label, kept channels keep their time; a pair has the later of its two."""
    later = T0 + timedelta(hours=1)
    tell(db, [(name(1), face(1, told=BEN_TRE))], T0)
    tell(db, [(name(1), face(1, "Sửa", told=AN_GIANG))], later)

    assert {
        EVERYTHING: T0,
        ("province", "vinh-long"): T0,
        ("province", "an-giang"): later,
        ("topic", "y-te"): T0,
        ("topic", "du-lich"): later,
        ("crossed", "vinh-long/y-te"): T0,
        ("crossed", "vinh-long/du-lich"): later,
        ("crossed", "an-giang/y-te"): later,
        ("crossed", "an-giang/du-lich"): later,
    } == since(db)


def test_old_news_has_no_moment_until_it_is_news(db: Database) -> None:
    """A backfill story stands nowhere in a feed; when it becomes live, it enters at the end."""
    tell(db, [(name(1), face(1))], T0, backfill=True)
    assert {None} == set(since(db).values())
    tell(db, [(name(2), face(2))], T0 + timedelta(hours=1))
    tell(db, [(name(1), face(1))], T0 + timedelta(hours=2))

    assert {T0 + timedelta(hours=2)} == set(since(db).values())
    with db.read() as conn:
        assert [name(1), name(2)] == places(conn)


def test_a_gone_story_keeps_its_rows_and_enters_anew(db: Database) -> None:
    """A withdrawn story's places stand, for its tombstone; told again, it begins again."""
    tell(db, [(name(1), face(1))], T0)
    end(db, name(1), T0 + timedelta(hours=1))
    assert {T0} == set(since(db).values())
    with db.read() as conn:
        assert [name(1)] == [one.at.story_id for one in stories.fallen(conn, EVERYTHING, None, 10)]
    tell(db, [(name(1), face(1))], T0 + timedelta(hours=2))

    assert {T0 + timedelta(hours=2)} == set(since(db).values())


def test_moments_grow_though_the_clock_steps_back(db: Database) -> None:
    """With the clock an hour back, what comes then still stands behind what came before."""
    rng, told = Random(5), []
    for number in range(12):
        tell(db, [(name(number), face(number))], T0 + timedelta(minutes=rng.randint(-90, 90)))
        told.append(name(number))

    with db.read() as conn:
        assert told[::-1] == places(conn)


def test_both_ways_of_looking_for_the_gone_agree(db: Database) -> None:
    """Looked up one by one or gone through, the same stories went since a moment."""
    tell(db, [(name(number), face(number)) for number in range(9)], T0)
    for number in range(0, 9, 2):
        end(db, name(number), T0 + timedelta(hours=number + 1), into=name(1) if number % 4 else None)
    with db.read() as conn:
        for reach in (T0, T0 + timedelta(hours=5), T0 + timedelta(days=1)):
            slowly = stories.fallen(conn, EVERYTHING, reach, 10)
            assert slowly == stories.fallen(conn, EVERYTHING, reach, 10, is_busy=True)
            expected = [number for number in (8, 6, 4, 2, 0) if T0 + timedelta(hours=number + 1) >= reach]
            assert [name(number) for number in expected] == [one.at.story_id for one in slowly]


@given(any_labels)
def test_shelves_are_the_channels(told: Labels) -> None:
    """A story stands on a shelf for each channel that holds it, and its key is the channel's."""
    held = {archives.channel_of(shelf) for shelf in labels.shelves(told)}
    known = {one.key: one.shelf for one in channels_of(told)}

    assert known.keys() <= held
    assert all(archives.channel_of(shelf) == key for key, shelf in known.items())
    assert set(known.values()) <= set(labels.shelves(told))
    assert not any(f"province/{NATIONAL}/" in key for key in held)


def test_stories_of_before_are_in_their_channels_since_they_came(tmp_path: Path) -> None:
    """The migration dates rows by `first_seen`, leaves old news undated, and adds `all` and the pairs."""
    old = open_database(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(meta.__file__).parent / "migrations"))
    with old.engine.connect() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0008")
        at = "2026-11-20T05:00:00.000000Z"
        for story_id, backfill in (("s1", 0), ("s2", 1)):
            conn.exec_driver_sql(
                "INSERT INTO story VALUES (?, 'live', 1, ?, ?, ?, NULL, 'e1', '{}', 'h')",
                (story_id, at, at, backfill),
            )
            for kind, slug in (("province", "vinh-long"), ("province", NATIONAL), ("topic", "y-te")):
                conn.exec_driver_sql("INSERT INTO story_label VALUES (?, ?, ?)", (kind, slug, story_id))
        conn.commit()
    old.migrate()

    with old.read() as conn:
        found = labels.of(conn, [StoryId("s1"), StoryId("s2")])
        shelves = {*labels.shelves(Labels(None, ("vinh-long", NATIONAL), topics=("y-te",)))}
        assert dict.fromkeys(shelves, T0) == found[StoryId("s1")]
        assert dict.fromkeys(shelves, None) == found[StoryId("s2")]
        assert not conn.execute(story_label.select().where(story_label.c.story_id.not_in(["s1", "s2"]))).all()
        assert 2 == len(conn.execute(story.select().with_only_columns(story.c.story_id)).all())
    old.close()
