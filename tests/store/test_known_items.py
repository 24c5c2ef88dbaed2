"""Items of a feed that were read before are not read again, and that changes nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import permutations

from pipeline.model import Document, Form, Given, Parsed
from pipeline.parse import parse
from pipeline.stages import receive
from pipeline.store import Database, export, intakes, receipts, sources
from tests.store.tellings import NOW, PAPER, clock, settled

TEXT = "Sáng nay, xã Hòa Lộc khánh thành cầu số {} dài 48 m do dân và doanh nghiệp góp vốn xây trong năm."


@dataclass(slots=True)
class Counting:
    """A reader that notes how many drafts each document gave."""

    drafts: list[int] = field(default_factory=list)

    def read(self, document: Document) -> Parsed:
        """Return the drafts."""
        told = parse(document)
        self.drafts.append(len(told.drafts))
        return told


def feed(numbers: Iterable[int], text: str = TEXT) -> bytes:
    """Return a feed with these items."""
    items = "".join(
        f"<item><title>Khánh thành cầu số {number}</title><link>https://baomau.example/cau-{number}</link>"
        f"<description>{text.format(number)}</description></item>"
        for number in numbers
    )
    return f"<rss version='2.0'><channel><title>Báo</title><ttl>30</ttl>{items}</channel></rss>".encode()


def poll(db: Database, body: bytes, minutes: int = 0) -> tuple[int, int]:
    """Commit what a poll brought; return the ids of intake and receipt."""
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        intake_id = intakes.add(conn, PAPER.source_id, "feed", "https://baomau.example/rss")
        made = receipts.add(
            conn,
            source_id=PAPER.source_id,
            form=Form.FEED,
            content=receipts.pack(body),
            given=Given(url="https://baomau.example/rss"),
            received_at=NOW + timedelta(minutes=minutes),
            intake_id=intake_id,
        )
    return intake_id, made.receipt_id


def _stored(db: Database) -> int:
    settled(db)
    with db.read() as conn:
        return len(list(export.lines(conn)))


def test_only_new_items_are_read(db: Database) -> None:
    """Of a second document only the new item is read, and all that both told is stored."""
    reader = Counting()
    poll(db, feed(range(10)))
    receive(db, reader, clock)
    poll(db, feed(range(-1, 9)), 5)
    receive(db, reader, clock)

    assert ([10, 1], 11) == (reader.drafts, _stored(db))


def test_a_changed_item_is_read_again(db: Database) -> None:
    """An item with another text is no known one."""
    reader = Counting()
    poll(db, feed(range(4)))
    receive(db, reader, clock)
    poll(db, feed(range(4)).replace("cầu số 2 dài".encode(), "cầu số 2 rộng".encode()), 5)
    receive(db, reader, clock)

    assert [4, 1] == reader.drafts


def test_the_order_of_reading_changes_nothing(db: Database) -> None:
    """A receipt that is read after a later one is read whole, and takes nothing from what is known."""
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        intake_id = intakes.add(conn, PAPER.source_id, "feed", "https://baomau.example/rss")
        seen = []
        for first, second in permutations((7, 9)):
            intakes.remember(conn, intake_id, first, None, [f"item-{first}"])
            intakes.remember(conn, intake_id, second, None, [f"item-{second}"])
            seen.append([intakes.known_items(conn, intake_id, receipt_id) for receipt_id in (7, 9, 10)])

    assert [[frozenset(), frozenset(), frozenset({"item-9"})]] * 2 == seen
