"""What came of receipts, in numbers, on both databases."""

from dataclasses import replace
from datetime import timedelta

from pipeline.model import Basis, Precision, When
from pipeline.store import Database
from pipeline.store.tallies import Tally, tally
from tests.store.tellings import NOW, draft, send, settled

ONE = draft("a", "Khánh thành cầu Rạch Gốc", "Xã Hòa Lộc khánh thành cầu Rạch Gốc dài 48 m. " * 8)
OLD = When(NOW - timedelta(days=400), Precision.DAY, Basis.GIVEN)
OTHER = replace(
    draft("b", "Mở lớp tập huấn trồng bưởi", "Hội Nông dân mở lớp tập huấn cho 60 hộ trồng bưởi. " * 8),
    published=OLD,
)


def test_receipts_are_followed_to_their_stories(db: Database) -> None:
    """Read and settled receipts count by entries and stories; old news is told apart."""
    first, second = send(db, ONE), send(db, OTHER)
    settled(db)

    with db.read() as conn:
        assert Tally(2, 0, 0, 2, 2, 1) == tally(conn, [first, second])
        assert Tally(1, 0, 0, 1, 1, 0) == tally(conn, [first])
        assert Tally(0, 0, 0, 0, 0, 0) == tally(conn, [])


def test_the_same_text_twice_is_one_entry(db: Database) -> None:
    """Two receipts of one article are two receipts and one entry."""
    numbers = [send(db, ONE), send(db, ONE)]
    settled(db)

    with db.read() as conn:
        assert Tally(2, 0, 0, 1, 1, 0) == tally(conn, numbers)


def test_what_is_unread_is_said(db: Database) -> None:
    """A receipt that waits has no entry yet."""
    number = send(db, ONE)

    with db.read() as conn:
        assert Tally(1, 1, 0, 0, 0, 0) == tally(conn, [number])
