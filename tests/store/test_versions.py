"""The texts of an entry in order, with their times and names; and their lines at the command line."""

from datetime import UTC, datetime, timedelta

import pytest

from cli.comparing import compared
from pipeline.errors import BadInput, NotFound
from pipeline.model import EntryId, Verdict
from pipeline.store import Database, stories, versions
from tests.store.tellings import NOW, draft, send, settled

URL = "https://baomau.example/cau"
STUB, BODY = "", "Sáng nay xã Hòa Lộc khánh thành cầu Rạch Gốc dài 48 m, rộng 3 m."


def tell(db: Database, external_id: str, body: str, *, minutes: int, hour: int) -> None:
    """Tell the entry's text at some minutes after NOW, with the source's own hour."""
    updated = datetime(2026, 11, 20, hour, tzinfo=UTC)
    title = "Khánh thành cầu Rạch Gốc" if external_id == "c" else "Khánh thành cầu"
    told = draft(external_id, title, body, url=URL, canonical_url=URL, updated=updated)
    send(db, told, at=NOW + timedelta(minutes=minutes))


@pytest.fixture
def entry_id(db: Database) -> EntryId:
    """An entry: a stub, its article received before and again after, and a correction received first."""
    tell(db, "c", BODY.replace("3 m", "3,5 m"), minutes=0, hour=4)
    tell(db, "b", BODY, minutes=1, hour=2)
    tell(db, "a", STUB, minutes=2, hour=3)
    tell(db, "b", BODY, minutes=3, hour=2)
    settled(db)
    with db.read() as conn:
        (story,) = stories.page(conn, None, 10)
    return story.face.tellings[0].entry_id


def test_versions_are_in_the_sources_order(db: Database, entry_id: EntryId) -> None:
    """A stub before a text, then by the source's time; each with when it came and how often."""
    with db.read() as conn:
        found = versions.history(conn, entry_id, 1, 9)

    assert [("a", 1, 2, 2), ("b", 2, 1, 3), ("c", 3, 0, 0)] == [
        (
            one.draft.external_id,
            one.rank,
            (one.received_at - NOW) // timedelta(minutes=1),
            (one.last_received_at - NOW) // timedelta(minutes=1),
        )
        for one in found.versions
    ]
    assert [1, 2, 1] == [one.receipts for one in found.versions]
    assert [False, False, True] == [one.current for one in found.versions]
    assert [Verdict.NEW, Verdict.REVISES, Verdict.REVISES] == [
        one.decision and one.decision.verdict for one in found.versions
    ]
    assert [("id", "a"), ("id", "b"), ("id", "c"), ("url", URL)] == [
        (name.kind, name.value) for name in found.names
    ]


@pytest.mark.parametrize(
    ("first", "last", "expected"), [(1, 1, [1]), (2, 3, [2, 3]), (0, 2, [1, 2]), (3, 9, [3]), (4, 9, [])]
)
def test_a_part_of_the_versions_can_be_read(
    db: Database, entry_id: EntryId, first: int, last: int, expected: list[int]
) -> None:
    """Ranks beyond the last are left out; the total counts all."""
    with db.read() as conn:
        found = versions.history(conn, entry_id, first, last)

    assert (expected, 3) == ([one.rank for one in found.versions], found.total)


def test_an_unknown_entry_has_no_versions(db: Database) -> None:
    """It is not found, and counts none."""
    with db.read() as conn:
        assert 0 == versions.count(conn, "e0")
        with pytest.raises(NotFound):
            versions.history(conn, "e0", 1, 9)


def test_the_command_line_compares_neighbours(db: Database, entry_id: EntryId) -> None:
    """Each version against the one before, the first against nothing."""
    with db.read() as conn:
        lines = list(compared(conn, entry_id))

    heads = [line.split("\t")[0] for line in lines if line.startswith(("---", "+++"))]
    assert [
        *("--- nothing", "+++ version 1", "--- version 1", "+++ version 2", "--- version 2"),
        "+++ version 3, current",
    ] == heads
    assert ["@@ title @@", "@@ body @@", "@@ title @@", "@@ body @@"] == [
        line for line in lines if line.startswith("@@")
    ]
    assert lines[-1].endswith("dài 48 m, rộng [-3-] {+3,5+} m.")


@pytest.mark.parametrize(
    ("first", "last", "heads"),
    [
        (1, 3, ["--- version 1", "+++ version 3, current"]),
        (2, 0, ["--- version 2", "+++ version 3, current"]),
        (0, 2, ["--- version 1", "+++ version 2"]),
        (0, 1, ["--- nothing", "+++ version 1"]),
    ],
)
def test_two_versions_can_be_chosen(
    db: Database, entry_id: EntryId, first: int, last: int, heads: list[str]
) -> None:
    """Far ones too; what is not said is the newest, or the one before."""
    with db.read() as conn:
        lines = list(compared(conn, entry_id, first, last))

    assert heads == [line.split("\t")[0] for line in lines if line.startswith(("---", "+++"))]


@pytest.mark.parametrize(("first", "last", "option"), [(4, 0, "--from"), (1, 4, "--to")])
def test_a_version_that_is_not_there_is_named(
    db: Database, entry_id: EntryId, first: int, last: int, option: str
) -> None:
    """The message has the option and how many versions there are."""
    with db.read() as conn, pytest.raises(BadInput, match=f"{option}: the entry has 3 versions"):
        list(compared(conn, entry_id, first, last))
