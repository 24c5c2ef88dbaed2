"""Moved hosts in the store: who owns a host, and keys that were stored before a move was known."""

from sqlalchemy import select

from pipeline.model import Source, SourceId
from pipeline.store import Database, export, sources
from pipeline.store.schema import alias, entry, meta
from tests.store.tellings import PAPER, draft, send, settled

OLD = "https://baodongkhoi.vn/hop-mat-a109982.html"
NEW = "https://dongkhoi.baovinhlong.vn/hop-mat-a109982.html"
BODY = "Sáng nay cầu Rạch Vong nối hai bờ sông Hàm Luông được thông xe sau hai mươi sáu tháng thi công."
MORE = "Người dân hai xã ven sông không còn phải chờ phà mỗi khi chở dừa ra chợ huyện bán."


def test_a_source_is_found_by_any_name_of_its_host(db: Database) -> None:
    """Registered under the old or the new host, asked for by either, with or without a prefix."""
    with db.write() as conn:
        sources.add(conn, Source(SourceId("dk"), "Đồng Khởi", hosts=("baodongkhoi.vn",)))
        sources.add(conn, Source(SourceId("tv"), "Trà Vinh", hosts=("www.travinh.baovinhlong.vn",)))
    with db.read() as conn:
        asked = ("dongkhoi.baovinhlong.vn", "www.baodongkhoi.vn", "m.baotravinh.vn", "baovinhlong.vn", "")
        found = [known and known.source_id for known in (sources.by_host(conn, name) for name in asked)]

    assert ["dk", "dk", "tv", None, None] == found


def forget(db: Database, old: str, new: str) -> None:
    """Have the store look as it did before a move was known: keys with the old host."""
    with db.write() as conn:
        conn.execute(alias.update().where(alias.c.value == new).values(value=old))
        conn.execute(meta.delete().where(meta.c.key == "url_rules"))


def test_keys_of_before_a_move_are_made_anew(db: Database) -> None:
    """What was stored under the old host is revised under the new one."""
    send(db, draft("1", "Thông xe cầu Rạch Vong", BODY, url=OLD, canonical_url=NEW, links=(NEW,)))
    settled(db)
    forget(db, OLD, NEW)
    db.migrate()
    with db.read() as conn:
        waiting = conn.scalar(select(entry.c.touched - entry.c.linked))
    send(db, draft("2", "Thông xe cầu Rạch Vong", f"{BODY}\n\n{MORE}", url=NEW, canonical_url=NEW))
    settled(db)

    with db.read() as conn:
        lines = {line["external_id"]: line for line in export.lines(conn)}
        kept = conn.execute(select(alias.c.kind).where(alias.c.value == OLD)).all()
    assert waiting
    assert ({"1", "2"}, 1) == (set(lines), len({line["entry_id"] for line in lines.values()}))
    assert [] == kept


def test_two_entries_of_one_page_become_one_story(db: Database) -> None:
    """Both hosts were told before anybody knew of the move: the entries stay, the story is one."""
    elsewhere = "https://old.example/x"
    send(db, draft("1", "Thông xe cầu Rạch Vong", BODY, canonical_url=elsewhere))
    send(db, draft("2", "Mở đường ra cầu", MORE, canonical_url=NEW))
    settled(db)
    with db.read() as conn:
        before = {line["story_id"] for line in export.lines(conn)}
    forget(db, OLD, elsewhere)
    with db.write() as conn:
        conn.execute(alias.update().where(alias.c.value == elsewhere).values(value=OLD))
    db.migrate()
    settled(db)

    with db.read() as conn:
        lines = list(export.lines(conn))
    assert (2, 2, 1) == (
        len(before),
        len({line["entry_id"] for line in lines}),
        len({line["story_id"] for line in lines}),
    )


def test_mending_twice_changes_nothing(db: Database) -> None:
    """While the rules are the same, nobody is touched."""
    send(db, draft("1", "Thông xe cầu Rạch Vong", BODY, canonical_url=NEW), source=PAPER)
    settled(db)
    db.migrate()
    with db.write() as conn:
        conn.execute(meta.delete().where(meta.c.key == "url_rules"))
    db.migrate()

    with db.read() as conn:
        assert [] == conn.execute(select(entry).where(entry.c.touched > entry.c.linked)).all()
