"""What became of one receipt, and what would become of one, on both databases."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pipeline.errors import NotFound
from pipeline.model import Act, Document, Draft, EntryKind, Form, Given, SourceId
from pipeline.stages import preview
from pipeline.store import Database, codec, export, meta, receipts, sources, words
from tests.store.tellings import NOW, PAPER, HandedOver, draft, send, settled

BODY = (
    "Sáng nay, xã Hòa Lộc khánh thành cầu Rạch Gốc dài 48 m với kinh phí 3,2 tỷ đồng do dân và doanh nghiệp "
    "cùng góp. Cây cầu thay thế bến đò đã hoạt động hơn 40 năm, giúp học sinh hai ấp đến trường an toàn."
)
FIRST = draft("bai-1", "Khánh thành cầu Rạch Gốc", BODY, canonical_url="https://baomau.example/1")
NEWER = replace(FIRST, title="Khánh thành cầu Rạch Gốc ở Hòa Lộc", updated=NOW + timedelta(hours=2))
OLDER = replace(FIRST, title="Sắp khánh thành cầu Rạch Gốc", updated=NOW + timedelta(hours=1))
CORRECTED = replace(FIRST, title="Đính chính: cầu Rạch Gốc", updated=NOW + timedelta(hours=3))
GONE = replace(FIRST, act=Act.WITHDRAW, updated=NOW + timedelta(hours=4))


def became(db: Database, receipt_id: int) -> tuple[str | None, str | None]:
    """Return what a receipt of one draft became, and why."""
    with db.read() as conn:
        (entry,) = export.outcome(conn, receipt_id)["entries"]
    return entry["became"], entry["because"]


def foreseen(db: Database, told: Draft) -> dict[str, Any]:
    """Return the preview of one draft."""
    body = json.dumps([codec.dump_draft(told)]).encode()
    (entry,) = preview(db, HandedOver(), Document(PAPER, Form.RECORD, body, NOW))
    return entry


@pytest.mark.parametrize("at_once", [True, False])
def test_each_receipt_has_its_own_part(db: Database, at_once: bool) -> None:  # noqa: FBT001
    """Published, updated, an older update and a correction of one article are told apart."""
    sent = []
    for told in (FIRST, NEWER, OLDER, CORRECTED, NEWER):
        sent.append(send(db, told))
        if not at_once:
            settled(db)
    settled(db)

    assert [
        ("new", "không trùng với bài nào khác"),
        ("revised", "bản thứ 2 của cùng một bài"),
        ("superseded", "bản thứ 2 không thay bản mới hơn"),
        ("revised", "bản thứ 4 của cùng một bài"),
        ("repeated", "đã có đúng văn bản này"),
    ] == [became(db, receipt_id) for receipt_id in sent]


def test_joining_and_repeating_are_told(db: Database) -> None:
    """An item that excerpts an article joined it; a receipt that nobody has linked yet became nothing."""
    item = replace(
        FIRST,
        kind=EntryKind.BULLETIN_ITEM,
        external_id="ban-tin#1",
        guid="ban-tin#1",
        canonical_url="",
        bulletin_id="ban-tin",
        bulletin_number=1,
    )
    elsewhere = replace(PAPER, source_id=SourceId("bao-khac"), name="Báo Khác")
    copied = replace(FIRST, external_id="k-1", guid="k-1", canonical_url="https://baokhac.example/1")
    sent = [
        send(db, FIRST),
        send(db, item),
        send(db, copied, source=elsewhere, at=NOW + timedelta(minutes=1)),
    ]
    with db.read() as conn:
        assert [] == export.outcome(conn, sent[0])["entries"]
    settled(db)

    assert {"new", "joined", "repeated"} == {became(db, receipt_id)[0] for receipt_id in sent}
    assert "joined" == became(db, sent[1])[0]


def test_a_withdrawal_says_so(db: Database) -> None:
    """The push withdrew the article; a later text of it supersedes the withdrawal."""
    first, gone = send(db, FIRST), send(db, GONE)
    settled(db)
    assert [
        ("withdrawn", "nguồn đã gỡ bài trước khi bài được đăng ở đây"),
        ("withdrawn", "nguồn đã gỡ bài"),
    ] == [
        became(db, first),
        became(db, gone),
    ]

    again = send(db, replace(FIRST, body=BODY + "\n\nĐính chính.", updated=NOW + timedelta(hours=5)))
    settled(db)
    assert ["new", "withdrawn", "revised"] == [became(db, one)[0] for one in (first, gone, again)]


def test_what_an_editor_took_out_stays_out(db: Database) -> None:
    """A later text is told so, before and after it is sent; what came before has its own word."""
    first = send(db, FIRST)
    settled(db)
    with db.write() as conn:
        story_id = next(export.lines(conn))["story_id"]
        words.withdraw(conn, story_id, "lan", NOW + timedelta(minutes=1))
    settled(db)
    dry = foreseen(db, NEWER)
    later = send(db, NEWER, at=NOW + timedelta(minutes=2))
    settled(db)

    assert ("withdrawn", None) == (dry["became"], dry["verdict"])
    assert ["new", "withdrawn"] == [became(db, one)[0] for one in (first, later)]
    assert dry["because"] == became(db, later)[1]


def test_a_dry_run_knows_the_entry(db: Database) -> None:
    """A further text revises its own story, the same text changes nothing, a withdrawal names the story."""
    send(db, FIRST)
    send(db, NEWER)
    settled(db)
    with db.read() as conn:
        story_id = next(export.lines(conn))["story_id"]
    told = [foreseen(db, one) for one in (CORRECTED, OLDER, NEWER, GONE)]

    assert story_id is not None
    assert [
        ("REVISES", "bản thứ 3 của cùng một bài", story_id),
        (None, "bản thứ 2 không thay bản mới hơn", story_id),
        ("REPEATS", "đã có đúng văn bản này", story_id),
        (None, "nguồn đã gỡ bài", story_id),
    ] == [(one["verdict"], one["because"], one["story_id"]) for one in told]
    assert "withdraw" == told[-1]["act"]


def test_a_dry_run_of_an_unknown_withdrawal_names_no_story(db: Database) -> None:
    """Nothing is there to take back, by its own name or by a look-alike's."""
    send(db, FIRST)
    settled(db)
    told = foreseen(db, replace(GONE, external_id="x", guid="x", canonical_url="https://baomau.example/x"))

    assert (None, None) == (told["verdict"], told["story_id"])


def test_a_feeds_id_is_traced(db: Database) -> None:
    """What a subscriber's reader shows as the id of an item leads to its entries."""
    send(db, FIRST)
    settled(db)
    with db.read() as conn:
        story_id = next(export.lines(conn))["story_id"]
        authority, date = meta.authority(conn)
        found = export.trace(conn, f"tag:{authority},{date}:story/{story_id}")

        assert export.trace(conn, story_id) == found
        with pytest.raises(NotFound):
            export.trace(conn, f"tag:{authority},{date}:story/snone")


def test_our_own_address_is_traced(db: Database) -> None:
    """The page of a story leads to its entries; a publisher's page of that shape is its own."""
    send(db, FIRST)
    send(db, replace(FIRST, external_id="bai-2", guid="bai-2", canonical_url="", act=Act.WITHDRAW))
    settled(db)
    with db.read() as conn:
        story_id = next(line["story_id"] for line in export.lines(conn) if line["story_id"])
        found = export.trace(conn, story_id)["entries"]

        assert 1 == len(found)
        for address in (f"https://tin.example/tin/{story_id}", f"http://x/goc/tin/{story_id}/ho-so.zip?a=1"):
            assert found == export.trace(conn, address)["entries"]
        with pytest.raises(NotFound):
            export.trace(conn, "https://tin.example/tin/s0123456789abcdef0123")


def test_an_unreadable_receipt_is_traced(db: Database) -> None:
    """What is in quarantine is found by the id and the address that it tells, with its number there."""
    address = "https://baomau.example/qua-dai"
    body = json.dumps({"id": "r-9", "url": f"{address}?utm_source=x", "title": " Cầu\n\ud800 mới "}).encode()
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        packed = receipts.pack(body)
        made = receipts.add(
            conn, source_id=PAPER.source_id, form=Form.RECORD, content=packed, given=Given(), received_at=NOW
        )
        receipts.quarantine(conn, made.receipt_id, "receive", "title: too long", NOW)
    with db.read() as conn:
        (one,), (other,) = (export.trace(conn, name)["unread"] for name in ("r-9", f"{address}#a"))
        (put_aside,) = export.trace(conn, address)["held"]
        with pytest.raises(NotFound):
            export.trace(conn, "r-90")

    assert one == other
    assert ("quarantined", "title: too long", "Cầu ? mới") == (one["state"], one["reason"], one["title"])
    assert ("open", "receive") == (put_aside["state"], put_aside["stage"])
