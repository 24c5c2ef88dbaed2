"""The way from a receipt to stories, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from pipeline.errors import BadInput, Starved
from pipeline.model import (
    Act,
    Basis,
    ChangeKind,
    Document,
    EntryKind,
    Form,
    Given,
    Parsed,
    Precision,
    Rights,
    Source,
    SourceId,
    StoryState,
    When,
)
from pipeline.pace import Pace
from pipeline.stages import pass_over, receive, settle
from pipeline.store import Database, changes, export, links, quarantine, receipts, sources, stories, words
from tests.store.tellings import NOW, PAPER, HandedOver, clock, draft, send, settled

LONG = (
    "Sáng nay, xã Hòa Lộc khánh thành cầu Rạch Gốc dài 48 m với kinh phí 3,2 tỷ đồng do dân và doanh nghiệp "
    "cùng góp. Cây cầu thay thế bến đò đã hoạt động hơn 40 năm, giúp học sinh hai ấp đến trường an toàn."
)
MORE = (
    "\n\nPhát biểu tại lễ khánh thành, chủ tịch xã cảm ơn các nhà hảo tâm và mong bà con giữ gìn công trình. "
    "Theo kế hoạch, xã còn làm thêm hai cây cầu nhỏ trên tuyến kênh chính trước mùa mưa năm tới."
)
ARTICLE = draft("bai-1", "Khánh thành cầu Rạch Gốc", LONG + MORE, canonical_url="https://baomau.example/1")
ITEM = draft(
    "ban-tin#1",
    "Khánh thành cầu Rạch Gốc",
    LONG,
    kind=EntryKind.BULLETIN_ITEM,
    bulletin_id="ban-tin",
    bulletin_number=1,
)
OTHER_ITEM = draft(
    "ban-tin#2",
    "Mở lớp tập huấn kỹ thuật trồng bưởi",
    "Hội Nông dân xã mở lớp tập huấn kỹ thuật trồng bưởi da xanh cho 60 hộ, hướng dẫn tỉa cành, bón phân "
    "hữu cơ và ghi nhật ký canh tác theo yêu cầu của doanh nghiệp thu mua.",
    kind=EntryKind.BULLETIN_ITEM,
    bulletin_id="ban-tin",
    bulletin_number=2,
)
OTHER_PAPER = Source(SourceId("bao-khac"), "Báo Khác", "an-giang", "kien-giang")


def shape(db: Database) -> set[frozenset[str]]:
    """Return the stories as sets of external ids."""
    found: dict[str, set[str]] = {}
    with db.read() as conn:
        for line in export.lines(conn):
            found.setdefault(line["story_id"], set()).add(line["external_id"])
    return {frozenset(names) for names in found.values()}


def line(db: Database, external_id: str) -> dict[str, object]:
    """Return the export line of an external id."""
    with db.read() as conn:
        return next(found for found in export.lines(conn) if found["external_id"] == external_id)


def test_item_joins_article(db: Database) -> None:
    """An item and the article it excerpts are one story, led by the article."""
    send(db, ITEM, OTHER_ITEM)
    send(db, ARTICLE)
    settled(db)

    assert {frozenset({"bai-1", "ban-tin#1"}), frozenset({"ban-tin#2"})} == shape(db)
    assert line(db, "bai-1")["lead"]
    decision = line(db, "ban-tin#1")["decision"]
    assert isinstance(decision, dict)
    assert decision["verdict"] == "JOINS"
    assert "mục 1 của Bản tin" in decision["because"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_order_does_not_matter(db: Database, order: tuple[int, ...]) -> None:
    """Every arrival order gives the same stories and the same leads."""
    receipts_in = [(ITEM, OTHER_ITEM), (ARTICLE,), (replace(ARTICLE, external_id="bai-1b", guid="bai-1b"),)]
    for position in order:
        send(db, *receipts_in[position])
        settled(db)

    assert {frozenset({"bai-1", "bai-1b", "ban-tin#1"}), frozenset({"ban-tin#2"})} == shape(db)
    assert line(db, "bai-1")["lead"]


def test_receipts_twice_change_nothing(db: Database) -> None:
    """The same bytes again add no entry, no revision and no change."""
    send(db, ITEM, ARTICLE)
    settled(db)
    with db.read() as conn:
        before = (changes.head(conn), list(export.lines(conn, text=True)))
    send(db, ITEM, ARTICLE)
    settled(db)

    with db.read() as conn:
        assert before == (changes.head(conn), list(export.lines(conn, text=True)))


def test_edit_revises_in_place(db: Database) -> None:
    """An edited article keeps its story; `updated` and the revision grow; the old id stays exported."""
    send(db, ARTICLE)
    settled(db)
    with db.read() as conn:
        first = stories.page(conn, None, 10)[0]
    send(db, replace(ARTICLE, title="Khánh thành cầu Rạch Gốc ở Hòa Lộc", updated=NOW + timedelta(hours=1)))
    settled(db)

    with db.read() as conn:
        second = stories.page(conn, None, 10)[0]
    assert (first.story_id, first.revision + 1) == (second.story_id, second.revision)
    assert second.updated > first.updated
    assert second.face.title == "Khánh thành cầu Rạch Gốc ở Hòa Lộc"
    assert line(db, "bai-1")["version"] == 2


def test_older_text_does_not_revise_back(db: Database) -> None:
    """A text with an older time of the source, or one seen before, changes nothing."""
    newer = replace(ARTICLE, title="Bản sau", updated=NOW + timedelta(hours=1))
    for told in (newer, replace(ARTICLE, title="Bản trước", updated=NOW), newer):
        send(db, told)
        settled(db)

    with db.read() as conn:
        assert [story.face.title for story in stories.page(conn, None, 10)] == ["Bản sau"]


def test_withdrawal_leaves_a_tombstone(db: Database) -> None:
    """A withdrawn article takes its own excerpt along; the story is gone but not forgotten."""
    send(db, ITEM)
    send(db, ARTICLE)
    settled(db)
    send(db, replace(ARTICLE, act=Act.WITHDRAW, updated=NOW + timedelta(hours=2)))
    settled(db)

    with db.read() as conn:
        assert stories.page(conn, None, 10) == []
        assert [story.state for story in stories.gone(conn, limit=10)] == [StoryState.WITHDRAWN]
        assert changes.after(conn, 0, 10)[-1].kind == ChangeKind.WITHDRAWN


def test_withdrawal_before_the_article_is_remembered(db: Database) -> None:
    """An article that was withdrawn before it arrived is never told."""
    send(db, replace(ARTICLE, act=Act.WITHDRAW, updated=NOW + timedelta(hours=2)))
    settled(db)
    send(db, ARTICLE)
    settled(db)

    with db.read() as conn:
        assert stories.count(conn) == 0


def test_later_text_ends_a_withdrawal(db: Database) -> None:
    """A source that tells an article anew after withdrawing it gets the same story back."""
    send(db, ARTICLE)
    settled(db)
    with db.read() as conn:
        before = stories.page(conn, None, 10)[0]
    send(db, replace(ARTICLE, act=Act.WITHDRAW, updated=NOW + timedelta(hours=2)))
    settled(db)
    send(db, replace(ARTICLE, body=ARTICLE.body + "\n\nĐính chính.", updated=NOW + timedelta(hours=3)))
    settled(db)

    with db.read() as conn:
        after = stories.page(conn, None, 10)[0]
    assert before.story_id == after.story_id
    assert after.updated > before.updated


def test_the_same_text_pushed_later_ends_a_withdrawal(db: Database) -> None:
    """What was taken back by mistake comes back unchanged, if it is pushed with a later time."""
    send(db, replace(ARTICLE, updated=NOW + timedelta(hours=1)), form=Form.PUSH)
    send(db, replace(ARTICLE, act=Act.WITHDRAW, updated=NOW + timedelta(hours=2)), form=Form.PUSH)
    settled(db)
    with db.read() as conn:
        gone = stories.count(conn)
    send(db, replace(ARTICLE, updated=NOW + timedelta(hours=3)), form=Form.PUSH)
    settled(db)

    with db.read() as conn:
        assert (0, 1) == (gone, stories.count(conn))


def test_merge_keeps_the_older_id(db: Database) -> None:
    """When an article brings two stories together, the older survives and the other points to it."""
    send(db, ITEM, at=NOW)
    settled(db)
    copy = replace(ARTICLE, external_id="x", guid="x", canonical_url="")
    with db.read() as conn:
        older = stories.page(conn, None, 10)[0].story_id
    send(db, copy, source=OTHER_PAPER, at=NOW + timedelta(minutes=5))
    settled(db)

    with db.read() as conn:
        assert [older] == [story.story_id for story in stories.page(conn, None, 10)]


def test_editor_splits_and_merges(db: Database) -> None:
    """An editor's word outlives recomputation, and the split part gets an id of its own."""
    send(db, ITEM, ARTICLE, OTHER_ITEM)
    settled(db)
    item = str(line(db, "ban-tin#1")["entry_id"])
    kept = line(db, "bai-1")["story_id"]
    with db.write() as conn:
        words.split(conn, item, "editor", NOW)
    settled(db)
    send(db, replace(ARTICLE, body=ARTICLE.body + "\n\nThêm một đoạn."))
    settled(db)
    assert {frozenset({"bai-1"}), frozenset({"ban-tin#1"}), frozenset({"ban-tin#2"})} == shape(db)
    assert kept == line(db, "bai-1")["story_id"]

    with db.write() as conn:
        words.merge(conn, item, str(line(db, "bai-1")["entry_id"]), "editor", NOW)
    settled(db)
    assert {frozenset({"bai-1", "ban-tin#1"}), frozenset({"ban-tin#2"})} == shape(db)
    with db.read() as conn:
        assert len([story for story in stories.gone(conn, limit=10) if story.merged_into == kept]) == 1


def test_look_alikes_stay_apart(db: Database) -> None:
    """The same words with another year, number or place are another story."""
    text = (
        "Ủy ban nhân dân tỉnh phát động phong trào thi đua với 12 nội dung, tổng kết vào tháng 12 năm {}."
        + MORE
    )
    for year in (2024, 2025, 2026):
        send(db, draft(f"nam-{year}", f"Phát động thi đua năm {year}", text.format(year)))
    settled(db)

    assert len(shape(db)) == 3


def test_old_news_is_no_news(db: Database) -> None:
    """An entry that is old when first seen is searchable but in no live window (law 11)."""
    old = When(datetime(2026, 10, 1, tzinfo=UTC), Precision.DAY, Basis.FEED)
    send(db, replace(ARTICLE, published=old))
    settled(db)

    with db.read() as conn:
        assert stories.count(conn) == 1
        assert stories.window(conn, limit=10) == []


def test_unreadable_bytes_block_nothing(db: Database) -> None:
    """A receipt that cannot be read is quarantined with its reason; the next one is told."""
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        bad = receipts.add(
            conn,
            source_id=PAPER.source_id,
            form=Form.TEXT,
            content=receipts.pack(b"broken"),
            given=Given(),
            received_at=NOW,
        )
    send(db, ARTICLE)
    settled(db)

    with db.read() as conn:
        [one] = quarantine.listed(conn)
        assert (bad.receipt_id, "receive") == (one.receipt_id, one.stage)
        assert "these bytes mean nothing" in one.reason
        assert stories.count(conn) == 1
        assert export.outcome(conn, bad.receipt_id)["state"] == "quarantined"
    with db.write() as conn:
        quarantine.replay(conn, one.held_id)
    assert receive(db, HandedOver(), clock).quarantined == 1


def test_push_id_is_used_once(db: Database) -> None:
    """The same push again is the same receipt; another body under its id is refused."""
    with db.write() as conn:
        sources.ensure(conn, PAPER)

    def push(body: bytes) -> receipts.Accepted:
        with db.write() as conn:
            return receipts.add(
                conn,
                source_id=PAPER.source_id,
                form=Form.PUSH,
                content=receipts.pack(body),
                given=Given(),
                received_at=NOW,
                push_id="msg-1",
            )

    first, second = push(b"{}"), push(b"{}")
    assert (first.receipt_id, True, False) == (second.receipt_id, first.fresh, second.fresh)
    with pytest.raises(BadInput, match="webhook-id"):
        push(b"[]")


def test_labels_come_from_any_telling(db: Database) -> None:
    """A story is where any of its tellings says it is, else where its publisher sits."""
    send(db, ARTICLE)
    settled(db)

    assert (line(db, "bai-1")["province"], line(db, "bai-1")["area"]) == ("vinh-long", "ben-tre")


def test_a_change_of_rights_reaches_the_faces(db: Database) -> None:
    """A source that grants less shows less from the next settling on, and more when it grants more."""
    send(db, ARTICLE)
    settled(db)
    for rights, shown in ((Rights.TITLE, (False, False)), (Rights.FULL, (True, True))):
        with db.write() as conn:
            sources.add(conn, replace(PAPER, rights=rights))
        settled(db)
        with db.read() as conn:
            face = stories.page(conn, None, 10)[0].face

        assert shown == (bool(face.summary), bool(face.content))


def test_a_flood_of_look_alikes_stays_apart(db: Database) -> None:
    """Sixty notices of one template are sixty stories and leave no edge to read again."""
    text = "Thông báo ngừng cung cấp điện để bảo trì lưới điện tại tuyến đường số {} trong ngày 22/11." + MORE
    send(db, *(draft(f"n{number}", f"Lịch cắt điện {number}", text.format(number)) for number in range(60)))
    settled(db)

    with db.read() as conn:
        told = stories.page(conn, None, 100)
        assert 60 == len(told)
        assert [] == links.edges_of(conn, [story.face.tellings[0].entry_id for story in told])


class Starving:
    """A reader that gets no time for its first tries."""

    def __init__(self, tries: int) -> None:
        """Starve so often."""
        self._left = tries

    def read(self, document: Document) -> Parsed:
        """Return the drafts when there is time."""
        self._left -= 1
        if self._left >= 0:
            raise Starved("reader", "gave no answer in 1 s")
        return HandedOver().read(document)


class TimeLimit(BaseException):
    """What ends a task from outside."""


class Interrupted(HandedOver):
    """A reader whose task is ended while it reads a certain body."""

    def read(self, document: Document) -> Parsed:
        """Return the drafts, or be interrupted."""
        if document.body == b"endless":
            raise TimeLimit
        return super().read(document)


def test_an_interruption_is_laid_on_what_was_being_read(db: Database) -> None:
    """The other receipts of the batch are free at once and no attempt of theirs is counted."""
    send(db, ARTICLE)
    with db.write() as conn:
        receipts.add(
            conn,
            source_id=PAPER.source_id,
            form=Form.RECORD,
            content=receipts.pack(b"endless"),
            given=Given(),
            received_at=NOW,
        )
    send(db, OTHER_ITEM)
    with pytest.raises(TimeLimit):
        receive(db, Interrupted(), clock)

    with db.write() as conn:
        assert [0, 0] == [one.attempts for one in receipts.claim(conn, NOW, 60, 10)]


def test_no_other_receipt_is_begun_when_the_time_is_up(db: Database) -> None:
    """What was read is committed as it stands, and the rest is free for the next call."""
    send(db, ARTICLE)
    send(db, OTHER_ITEM)
    moments = iter(NOW + timedelta(seconds=at) for at in range(100))
    first = receive(db, HandedOver(), lambda: next(moments), seconds=0)

    assert (1, 1) == (first.receipts, receive(db, HandedOver(), clock).receipts)


@pytest.mark.parametrize(("tries", "entries", "held"), [(3, 1, 0), (1_000, 0, 1)])
def test_a_busy_machine_is_no_fault_of_a_document(db: Database, tries: int, entries: int, held: int) -> None:
    """A reading that got no time is tried again, and put aside when it never gets on."""
    send(db, ARTICLE)
    reader = Starving(tries)
    while receive(db, reader, clock).receipts:
        pass

    with db.read() as conn:
        found = quarantine.listed(conn)
        assert (entries, held) == (links.unlinked_count(conn), len(found))
        assert all("did not end in 10 tries" in one.reason for one in found)


def test_a_batch_that_is_never_done_holds_up_nobody(db: Database) -> None:
    """Behind one that was cut off the others are linked, from the beginning again at the end."""
    for number in range(6):
        send(db, draft(f"bai-{number}", f"Tin số {number}", f"Chuyện thứ {number} kể riêng {number}. " * 9))
    while receive(db, HandedOver(), clock).receipts:
        pass
    with db.read() as conn:
        waiting = [entry_id for entry_id, _ in links.unlinked(conn, 10)]
    pace = pass_over(db, Pace(2))
    done = [settle(db, clock, limit=3, after=pace.after)]
    done.append(settle(db, clock, limit=3, after=done[0].last))

    assert Pace(1, waiting[1]) == pace
    assert [(3, waiting[4]), (3, waiting[1])] == [(one.entries, one.last) for one in done]
