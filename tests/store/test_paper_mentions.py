"""The table of who names which document follows the stories, and comes back by itself."""

from dataclasses import replace

from sqlalchemy import select

from pipeline.model import DocumentMention, Role, StoryState
from pipeline.places import areas
from pipeline.store import Database, meta, papers, stories, words
from pipeline.store.papers import Wanted
from pipeline.store.schema import paper_mention
from tests.store.tellings import NOW, draft, send, settled

ONE = "Sáng nay cầu Rạch Vong nối hai bờ sông Hàm Luông được thông xe sau hai mươi sáu tháng thi công."
PLAN = DocumentMention("90/KH-UBND", Role.ISSUES, "UBND tỉnh Bến Tre", "2021-04-28")
LAW = DocumentMention("73/2023/NĐ-CP", Role.CITES, "Chính phủ", "2023")


def rows(db: Database) -> list[tuple[str, str, str, int, str]]:
    """Return what is known of each mention."""
    table = paper_mention.c
    with db.read() as conn:
        wanted = select(table.slug, table.organ, table.unit, table.year, table.role)
        return [tuple(row) for row in conn.execute(wanted.order_by(table.story_id, table.place))]


def test_a_story_writes_and_rewrites_what_it_names(db: Database) -> None:
    """A correction that names another document takes the place of the first."""
    send(db, draft("1", "Thông xe", ONE, documents=(PLAN,)))
    settled(db)
    first = rows(db)
    send(db, draft("1", "Thông xe", f"{ONE} Đã sửa.", documents=(LAW,), updated=NOW))
    settled(db)

    assert [("90-kh-ubnd", "ubnd", "ben-tre", 2021, "issues")] == first
    assert [("73-nd-cp", "chinh-phu", "", 2023, "cites")] == rows(db)


def test_a_story_that_is_gone_names_nothing(db: Database) -> None:
    """Withdrawn by an editor: its documents are no longer looked up."""
    send(db, draft("1", "Thông xe", ONE, documents=(PLAN, LAW)))
    settled(db)
    with db.write() as conn:
        [story] = stories.page(conn, None, 10)
        words.withdraw(conn, story.story_id, "bien-tap", NOW)
    settled(db)

    with db.read() as conn:
        assert StoryState.WITHDRAWN is stories.many(conn, [story.story_id])[story.story_id].state
    assert [] == rows(db)


def test_an_issuer_that_few_stories_name_is_told_where_it_is_wanted(db: Database) -> None:
    """It is not among the sixty that are offered, and still has its name and its count."""
    known = [area.name for area in areas()]
    many = [
        DocumentMention(f"{n}/KH-UBND", Role.CITES, f"UBND tỉnh {name}", "2021")
        for n, name in enumerate(known)
    ]
    few = DocumentMention("1/QĐ-BCT", Role.CITES, "Bộ Công Thương", "2021")
    send(
        db, draft("1", "Thông xe", ONE, documents=(*many, *(replace(one, dated="2020") for one in many), few))
    )
    settled(db)
    with db.read() as conn:
        offered = papers.counted(conn, Wanted()).issuers
        wanted = papers.counted(conn, Wanted(issuer="bo-cong-thuong")).issuers

    assert "bo-cong-thuong" not in {one.paper.issuer for one in offered}
    assert [("Bộ Công Thương", 1)] == [
        (one.name, one.documents) for one in wanted if one.paper.issuer == "bo-cong-thuong"
    ]


def test_rows_are_made_anew_after_migrating(db: Database) -> None:
    """Stories of before the table, or of older rules, get their rows; twice changes nothing."""
    send(db, draft("1", "Thông xe", ONE, documents=(PLAN, LAW)))
    settled(db)
    before = rows(db)
    with db.write() as conn:
        conn.execute(paper_mention.delete())
        meta.put(conn, "paper_rules", "0")
    db.migrate()

    assert 2 == len(before)
    assert before == rows(db)
    with db.read() as conn:
        assert not papers.stale(conn)


def test_a_story_that_changed_meanwhile_keeps_its_newer_rows(db: Database) -> None:
    """What was read before a revision does not go over what the revision wrote."""
    send(db, draft("1", "Thông xe", ONE, documents=(PLAN,)))
    settled(db)
    with db.read() as conn:
        read, _ = papers.batch(conn, "", 10)
    send(db, draft("1", "Thông xe", f"{ONE} Đã sửa.", documents=(LAW,), updated=NOW))
    settled(db)
    with db.write() as conn:
        papers.keep(conn, read)

    assert ["73-nd-cp"] == [slug for slug, *_ in rows(db)]
