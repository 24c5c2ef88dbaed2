"""Stored entries get the labels of today's tables; texts, titles, ids and versions stay."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline import gazetteer, relabel
from pipeline.labelling import labelled, relabelled
from pipeline.model import ChangeKind, DocumentMention, Draft, Labels, Places, Role, Seat, Source, SourceId
from pipeline.similarity import RULES, facts, unpack_facts
from pipeline.store import Database, changes, relabels, sources, stories, versions
from pipeline.store.schema import entry, fingerprint, metadata, version
from tests.store.tellings import NOW, PAPER, draft, send, settled

BODY = "UBND tỉnh Cà Mau cho biết ngư dân Cà Mau đã neo đậu 1.200 tàu trước giờ gió mạnh."
OLD = {"places": Places(("bac-lieu",), ("ca-mau",), ("bac-lieu",)), "topics": ("giao-duc",)}
LAST = date(2025, 6, 30)
OTHER = Source(SourceId("bao-khac"), "Báo Khác", "ca-mau", "bac-lieu", ("khac.example",))


def stale(name: str = "a", **fields: object) -> Draft:
    """Return a draft with the labels of other tables than today's."""
    return draft(name, "Cà Mau gọi tàu vào bờ tránh gió mạnh", BODY, **{**OLD, **fields})


def done(db: Database, **chosen: object) -> list[relabel.Difference]:
    """Relabel everything, settle, and return what changed."""
    found = [one for batch in relabel.relabel(db, **chosen) for one in batch.different]  # type: ignore[arg-type]
    settled(db)
    return found


def rows(db: Database) -> dict[str, list[object]]:
    """Return everything in the database but who holds which lease."""
    with db.read() as conn:
        return {
            table.name: [tuple(row) for row in conn.execute(select(table))]
            for table in metadata.sorted_tables
            if table.name != "lease"
        }


@pytest.fixture
def one_more_merger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tables in which Cà Mau has gone into Cần Thơ."""
    data = Path(gazetteer.__file__).parent / "data"
    for table in ("provinces.tsv", "unit_names.tsv", "mergers.tsv", "publishers.tsv"):
        more = "2026-06-01\tca-mau\tcan-tho\n" if table == "mergers.tsv" else ""
        tmp_path.joinpath(table).write_text(data.joinpath(table).read_text("utf-8") + more, "utf-8")
    yield
    monkeypatch.undo()
    gazetteer.reload()


def test_labels_are_todays_and_all_else_stays(db: Database) -> None:
    """Labels are derived anew, the log has those of before, and no version is added."""
    send(db, stale())
    settled(db)
    with db.read() as conn:
        (before,) = stories.page(conn, None, 9)

    (found,) = done(db)

    with db.read() as conn:
        (after,) = stories.page(conn, None, 9)
        (last,) = [one for one in changes.after(conn, 0, 99) if one.before is not None]
        history = versions.history(conn, found.entry_id, 1, 9)
    assert (("area", "bac-lieu"), ("topic", "giao-duc")) == found.gone
    assert ("area", "ca-mau") not in found.gone
    assert "ca-mau" == after.face.labels.province
    assert "giao-duc" not in after.face.labels.topics
    assert (ChangeKind.UPDATED, before.face.labels) == (last.kind, last.before)
    assert replace(before.face, labels=after.face.labels) == after.face
    assert (before.story_id, before.revision + 1) == (after.story_id, after.revision)
    assert (1, 1) == (history.total, after.face.tellings[0].version)


def test_a_second_time_changes_nothing(db: Database) -> None:
    """What is labelled as today's tables say is left as it is."""
    send(db, stale())
    settled(db)
    done(db)
    before = rows(db)

    assert [] == done(db)
    assert before == rows(db)


def test_a_dry_run_writes_nothing_and_says_the_same(db: Database) -> None:
    """What would change is what then changes."""
    send(db, stale(), stale("b", url="https://baomau.example/b", canonical_url="https://baomau.example/b"))
    settled(db)
    before = rows(db)

    foreseen = [one for batch in relabel.relabel(db, dry_run=True) for one in batch.different]
    assert before == rows(db)
    assert 2 == len(foreseen)
    assert foreseen == [one for batch in relabel.relabel(db) for one in batch.different]


def test_only_what_is_asked_for_is_looked_at(db: Database) -> None:
    """A source and a day limit it."""
    send(db, stale("a"))
    send(db, stale("b"), source=OTHER)
    send(db, stale("c"), at=NOW + timedelta(days=3))
    settled(db)

    def looked(**chosen: object) -> int:
        batches = relabel.relabel(db, dry_run=True, **chosen)  # type: ignore[arg-type]
        return sum(batch.looked_at for batch in batches)

    assert [3, 1, 1, 0] == [
        looked(),
        looked(source_id=OTHER.source_id),
        looked(since=NOW + timedelta(days=1)),
        looked(source_id=OTHER.source_id, since=NOW + timedelta(days=1)),
    ]


def test_it_may_stop_anywhere(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that was done stays done; the next run does the rest."""
    monkeypatch.setattr(relabel, "_BATCH", 1)
    send(db, *(stale(name) for name in "abc"))
    settled(db)

    first = next(relabel.relabel(db))
    rest = done(db)
    assert (1, 2) == (len(first.different), len(rest))
    assert [] == done(db)


def test_what_came_meanwhile_is_not_written_over(db: Database) -> None:
    """An entry that was told anew between reading and writing is left, to be read again."""
    send(db, stale())
    settled(db)
    with db.read() as conn:
        (read,) = relabels.page(conn, "", 9)
    send(db, stale(credit="TTXVN"))
    settled(db)
    before = rows(db)
    text_hash, told = next(iter(read.drafts.items()))
    change = relabels.Relabelled(
        read.entry_id, {text_hash: (told, relabelled(told, PAPER))}, refingerprint=True
    )
    with db.write() as conn:
        busy = relabels.keep(conn, [change])

    assert [read.entry_id] == busy
    assert before == rows(db)


def test_fingerprints_follow(db: Database) -> None:
    """The places by which dedup keeps texts apart are those of today's tables after it is settled."""
    send(db, stale(documents=(DocumentMention("1/KH-UBND", Role.CITES),)))
    settled(db)
    done(db)
    with db.read() as conn:
        held = conn.execute(select(fingerprint.c.rules, fingerprint.c.facts)).one()
        told = conn.execute(select(version.c.draft)).scalar_one()

    assert [] == told["documents"]
    assert (RULES, facts(labelled(stale(), PAPER))) == (held.rules, unpack_facts(held.facts))


def test_a_place_of_the_page_around_is_kept() -> None:
    """A silent text keeps the place that its page told; one that it names in passing only goes."""
    around = Places(("ben-tre",), ("vinh-long",))
    silent = draft("s", "Xã mở lớp dạy bơi", "Lớp có hai mươi em, học mỗi chiều.", places=around)

    assert around == relabelled(silent).places
    passing = replace(silent, body="Lớp có hai mươi em, thầy quê Bến Tre.")
    assert Places() == relabelled(passing).places


@pytest.mark.usefixtures("one_more_merger")
def test_a_further_merger_reaches_stored_stories(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one more row in the table told and silent stories move to the province of today."""
    send(db, labelled(stale()))
    send(
        db,
        labelled(draft("s", "Xã mở lớp dạy bơi", "Lớp có hai mươi em, học mỗi chiều.")),
        source=OTHER,
    )
    settled(db)
    assert {"ca-mau"} == _provinces(db)

    monkeypatch.setattr(gazetteer, "_DATA", tmp_path)
    gazetteer.reload()
    found = done(db)
    assert 2 == len(found)
    assert {"can-tho"} == _provinces(db)
    assert [] == done(db)


def _provinces(db: Database) -> set[str | None]:
    with db.read() as conn:
        return {one.face.labels.province for one in stories.page(conn, None, 9)}


def test_a_sources_seats_are_stored(db: Database) -> None:
    """Hosts with a unit and days come back as they were; a change of them has entries linked again."""
    seated = replace(
        PAPER,
        hosts=("a.example", "b.example"),
        seats=(Seat("b.example", "tra-vinh", None, LAST),),
    )
    send(db, labelled(draft("s", "Xã mở lớp dạy bơi", "Lớp có hai mươi em, học mỗi chiều.")))
    settled(db)
    with db.write() as conn:
        sources.add(conn, seated)
        waiting = conn.scalar(select(entry.c.touched - entry.c.linked))

    with db.read() as conn:
        assert seated == sources.get(conn, PAPER.source_id)
    assert 1 == waiting


def test_no_label_is_lost_on_the_way(db: Database) -> None:
    """A story of two tellings has the labels of both after it."""
    send(db, stale("a"))
    send(db, stale("b", summary="Tàu cá vào bờ."), source=OTHER)
    settled(db)
    done(db)
    with db.read() as conn:
        told: list[Labels] = [one.face.labels for one in stories.page(conn, None, 9)]

    assert {("ca-mau",)} == {one.provinces for one in told}
