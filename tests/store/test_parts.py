"""Sealed parts in SQL: found by name and neighbour, touched where something changed."""

from datetime import UTC, datetime, timedelta

from pipeline.model import StoryId
from pipeline.store import Database, archives
from pipeline.store.archives import BEGINNING, Part
from pipeline.store.labels import EVERYTHING, Position

T0 = datetime(2026, 11, 20, 5, tzinfo=UTC)


def at(hours: int, story_id: str = "s1") -> Position:
    """Return a position."""
    return Position(T0 + timedelta(hours=hours), StoryId(story_id))


PARTS = [
    Part("all", "2026-11", 1, BEGINNING, at(1, "s5"), 3),
    Part("all", "2026-11", 2, at(1, "s5"), at(2), 3),
    Part("all", "2026-12", 1, at(2), at(3), 3),
]


def test_parts_are_found_by_name_and_neighbour(db: Database) -> None:
    """They are listed oldest first; the newest is the last; each knows the one before and behind."""
    with db.write() as conn:
        archives.seal(conn, PARTS)
        archives.seal(conn, [Part("topic/y-te", "2026-11", 1, BEGINNING, at(9), 1)])
    with db.read() as conn:
        assert PARTS == archives.listed(conn, "all")
        assert PARTS[-1] == archives.last(conn, "all")
        assert PARTS[1] == archives.get(conn, "all", "2026-11", 2)
        assert (PARTS[0], PARTS[2]) == archives.neighbours(conn, PARTS[1])
        assert (None, PARTS[1]) == archives.neighbours(conn, PARTS[0])
        assert archives.last(conn, "area/ben-tre") is archives.get(conn, "all", "2026-11", 3) is None
        assert 4 == archives.count(conn)


def test_a_change_touches_the_part_that_holds_its_position(db: Database) -> None:
    """Among equal moments the story id decides; what is behind the last part touches none."""
    with db.write() as conn:
        archives.seal(conn, PARTS)
        for place in (at(1, "s5"), at(1, "s6"), at(4)):
            archives.touch(conn, [(EVERYTHING, *place)])
        archives.touch(conn, [(("topic", "y-te"), *at(1))])

        assert [1, 1, 0] == [one.changes for one in archives.listed(conn, "all")]


def test_a_new_neighbour_changes_the_part_before(db: Database) -> None:
    """Sealing behind a part changes it: it names what follows it."""
    with db.write() as conn:
        archives.seal(conn, PARTS[:2])
        archives.seal(conn, PARTS[2:])

        assert [0, 1, 0] == [one.changes for one in archives.listed(conn, "all")]


def test_files_are_stale_once_something_changed(db: Database) -> None:
    """Files of a part are true until its next change; without files nothing is stale."""
    with db.write() as conn:
        archives.seal(conn, PARTS)
        archives.made(conn, PARTS[0], stands=True)
        assert [True, False, False] == [one.stands for one in archives.listed(conn, "all")]
        assert [] == archives.stale(conn)
        archives.touch(conn, [(EVERYTHING, *at(1)), (EVERYTHING, *at(3))])
        [stale] = archives.stale(conn)
        assert "2026-11-1" == stale.name
        archives.made(conn, stale, stands=False)
        assert [] == archives.stale(conn)
        archives.made(conn, PARTS[2], stands=True)
        archives.touch_all(conn)

        assert ["2026-12-1"] == [one.name for one in archives.stale(conn)]
