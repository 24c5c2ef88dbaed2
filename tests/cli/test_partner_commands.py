"""Partners at the command line: a key is shown once and listed without it."""

from datetime import UTC, datetime
from pathlib import Path

from pipeline.store import open_database, partners
from tests.cli.test_commands import run


def test_a_key_is_shown_once(tmp_path: Path) -> None:
    """Data is the key alone; the list has what it opens and its use; an unknown right is one clear line."""
    data = tmp_path / "data"
    drawn = run(data, "partner", "add", "ban", "--province", "vinh-long", "--may", "search,export")
    new = run(data, "partner", "list").stdout
    db = open_database(f"sqlite:///{data / 'tintinh.db'}")
    with db.write() as conn:
        partners.note_use(conn, "ban", datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC))
    db.close()
    listed = run(data, "partner", "list").stdout
    wrong = run(data, "partner", "add", "khac", "--may", "write")
    endless = run(data, "partner", "add", "khac", "--days", "9999999")

    assert (0, True, 1) == (drawn.returncode, drawn.stdout.startswith("ttk_"), len(drawn.stdout.split()))
    told = ["ban", "open", "export,search", "province=vinh-long", "120 a minute"]
    assert [*told, "never used"] == new.strip().split("\t")
    assert [*told, "2026-11-23T04:05:06Z"] == listed.strip().split("\t")
    assert drawn.stdout.strip() not in listed
    assert (2, False) == (endless.returncode, "Traceback" in endless.stderr)
    assert (1, "tintinh: may: write: none of search, export, changes") == (
        wrong.returncode,
        wrong.stderr.strip(),
    )
