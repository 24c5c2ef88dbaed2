"""The schema: migrations make what the metadata says, and a copy holds everything."""

import signal
import subprocess
import sys
import traceback
from pathlib import Path
from secrets import token_hex

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import column, inspect, select
from sqlalchemy.exc import ProgrammingError

from pipeline.errors import BadInput, EngineUnavailable
from pipeline.similarity import RULES
from pipeline.stages import receive, settle
from pipeline.store import Database, changes, export, meta, open_database, prints, transfer
from pipeline.store.schema import counter, fingerprint, metadata, posting
from tests.store.tellings import NOW, HandedOver, clock, draft, send, settled

BODY = (
    "Chiều 20/11, đoàn công tác kiểm tra tiến độ đê bao ấp Phú Long dài 2,4 km, khối lượng đã đạt 85% và dự "
    "kiến bàn giao trước ngày 15/12 để bảo vệ 310 ha vườn cây ăn trái trong mùa triều cường."
)
KILLED_AT_THE_LAST_TABLE = """
import os, signal, sys
from sqlalchemy import event
from pipeline.store import open_database

db = open_database(sys.argv[1])

@event.listens_for(db.engine, "before_cursor_execute")
def kill(conn, cursor, statement, *_):
    if "CREATE TABLE partner" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

db.migrate()
"""


def test_migrations_make_the_metadata(db: Database) -> None:
    """A migrated database has no table, column, index or constraint more or less than the metadata."""
    with db.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})

        assert [] == compare_metadata(context, metadata)
    assert db.current()


def test_migrating_twice_keeps_the_identity(db: Database) -> None:
    """The tag authority is drawn once."""
    with db.read() as conn:
        before = meta.authority(conn)
    db.migrate()

    with db.read() as conn:
        assert before == meta.authority(conn)


def test_a_process_killed_while_it_migrates_leaves_the_schema_of_before(tmp_path: Path) -> None:
    """SQLite keeps no half of a migration, so the next process begins it anew."""
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    killed = subprocess.run([sys.executable, "-c", KILLED_AT_THE_LAST_TABLE, url], check=False)
    db = open_database(url)
    with db.read() as conn:
        left = inspect(conn).get_table_names()
    db.migrate()

    assert (-signal.SIGKILL, []) == (killed.returncode, left)
    assert db.current()
    db.close()


def test_errors_name_no_value(db: Database) -> None:
    """Values may be secrets, and whole errors stand in logs."""
    value = token_hex()  # and not a text that stands in the lines of the traceback
    with pytest.raises((EngineUnavailable, ProgrammingError)) as caught, db.read() as conn:
        conn.execute(select(column("nothing")).where(counter.c.name == value))
    told = "".join(traceback.format_exception(caught.value))

    assert "nothing" in told
    assert value not in told


def test_a_copy_holds_everything_and_goes_on(db: Database, tmp_path: Path) -> None:
    """Copied to SQLite: the same export, identity and log; new rows get new numbers."""
    send(db, draft("a", "Tin một", "Một hai ba bốn năm sáu bảy tám chín mười. " * 3))
    settled(db)
    target = open_database(f"sqlite:///{tmp_path / 'copy.db'}")
    dict(transfer.copy(db, target))

    with db.read() as source, target.read() as copied:
        assert list(export.lines(source, text=True)) == list(export.lines(copied, text=True))
        assert meta.authority(source) == meta.authority(copied)
        assert changes.head(source) == changes.head(copied)
    send(target, draft("b", "Tin hai", "Mười chín tám bảy sáu năm bốn ba hai một. " * 3))
    settled(target)
    with target.read() as copied:
        assert 2 == len(list(export.lines(copied)))
    with pytest.raises(BadInput, match="not empty"):
        dict(transfer.copy(db, target))
    target.close()


def test_a_copy_into_postgresql_counts_on(tmp_path: Path, db: Database) -> None:
    """Numbers that the target draws itself go on behind the copied ones."""
    origin = open_database(f"sqlite:///{tmp_path / 'origin.db'}")
    origin.migrate()
    first = send(origin, draft("a", "Tin một", "Một hai ba bốn năm sáu bảy tám chín mười. " * 3))
    settled(origin)
    dict(transfer.copy(origin, db))

    assert first < send(db, draft("b", "Tin hai", "Mười chín tám bảy sáu năm bốn ba hai một. " * 3))
    settled(db)
    with db.read() as conn:
        assert 2 == len(list(export.lines(conn)))
    origin.close()


def test_new_rules_make_fingerprints_anew_and_stories_stay(db: Database) -> None:
    """An installation of older rules links nothing before all fingerprints are new; then all as before."""
    send(db, draft("a", "Kiểm tra đê bao", BODY), draft("b", "Đê bao Phú Long", BODY + "\n\nẢnh: Đức Thanh"))
    settled(db)
    with db.write() as conn:
        before = {line["external_id"]: line["story_id"] for line in export.lines(conn)}
        conn.execute(fingerprint.update().values(rules=0, postings=b"", arrays=b"", facts={}))
        conn.execute(posting.delete())
    send(db, draft("c", "Đê bao sắp xong", BODY + "\n\nTin: Minh Tâm"))
    settled(db)

    with db.read() as conn:
        after = {line["external_id"]: line["story_id"] for line in export.lines(conn)}
        made = set(conn.scalars(fingerprint.select().with_only_columns(fingerprint.c.rules)))
    assert {RULES} == made
    assert before | {"c": before["a"]} == after
    assert 0 == settle(db, clock).entries


def test_a_text_that_comes_while_fingerprints_are_renewed_stands(db: Database) -> None:
    """What was revised between reading the old and writing the new is not written over."""
    send(db, draft("a", "Kiểm tra đê bao", BODY), draft("b", "Đê bao Phú Long", BODY))
    settled(db)
    with db.write() as conn:
        conn.execute(fingerprint.update().values(rules=0, postings=b"", arrays=b"", facts={}))
        conn.execute(posting.delete())
        read = [entry_id for entry_id, *_ in prints.stale(conn, 10)]
    send(db, draft("a", "Kiểm tra đê bao lần nữa", BODY + " Đoàn sẽ trở lại.", updated=NOW))
    while receive(db, HandedOver(), clock).receipts:
        pass

    with db.read() as conn:
        [stands] = prints.still_stale(conn, read)
        [other] = {line["entry_id"] for line in export.lines(conn) if line["external_id"] == "b"}
    assert other == stands


def test_the_first_schema_is_brought_up_with_its_entries(tmp_path: Path) -> None:
    """Entries of before have an empty fingerprint after the migration, to be made by linking."""
    old = open_database(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(meta.__file__).parent / "migrations"))
    with old.engine.connect() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        conn.exec_driver_sql("INSERT INTO source VALUES ('s', 'Báo Mẫu', NULL, NULL, '[]', 'summary')")
        conn.exec_driver_sql(
            "INSERT INTO entry (entry_id, source_id, kind, first_seen, backfill, text_hash) "
            "VALUES ('e1', 's', 'article', '2026-11-20T05:00:00.000000Z', 0, 'h')"
        )
        conn.commit()
    old.migrate()

    with old.read() as conn:
        [row] = conn.execute(fingerprint.select()).all()
        assert ("e1", 0, "h") == (row.entry_id, row.rules, row.text_hash)
        assert [] == compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata)
    old.close()


def test_a_snapshot_sees_one_state(db: Database) -> None:
    """What others commit while a snapshot is read is not in it, on both databases."""
    with db.snapshot() as conn:
        before = list(export.lines(conn))
        send(db, draft("a", "Tin một", BODY))
        settled(db)
        assert before == list(export.lines(conn)) == []
    with db.snapshot() as conn:
        assert 1 == len(list(export.lines(conn)))
