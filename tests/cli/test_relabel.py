"""`relabel` as a person meets it: what would change, then what changed, then nothing."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from pipeline.model import Places
from pipeline.store import codec, open_database
from pipeline.store.schema import entry, version

ROOT = Path(__file__).parents[2]


def _run(data: Path, *words: str) -> list[list[str]]:
    """Run a command on a data folder and return the fields of its lines."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TINTINH_")}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "cli", *words],
        cwd=data.parent,
        env=kept | {"PYTHONPATH": str(ROOT), "TINTINH_DATA": str(data), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_relabel_says_what_changes_and_changes_it(tmp_path: Path) -> None:
    """A dry run and a run print the same lines; a second run prints none."""
    data, file = tmp_path / "data", tmp_path / "bai.jsonl"
    title = "Cà Mau gọi tàu vào bờ"
    told = {"id": "a", "title": title, "body": "UBND tỉnh Cà Mau cho biết đã neo đậu 1.200 tàu."}
    file.write_text(json.dumps({**told, "published": "2024-05-20"}), "utf-8")
    _run(data, "ingest", str(file))
    db = open_database(f"sqlite:///{data / 'tintinh.db'}")
    with db.write() as conn:
        stored = codec.load_draft(conn.execute(select(version.c.draft)).scalar_one())
        wrong = replace(stored, places=Places(("bac-lieu",), ("ca-mau",)))
        conn.execute(version.update().values(draft=codec.dump_draft(wrong)))
        conn.execute(entry.update().values(touched=entry.c.touched + 1))
    db.close()
    _run(data, "ingest", str(file))  # settles

    foreseen = _run(data, "relabel", "--dry-run")
    assert [["area", "bac-lieu", "1", "0"], ["area", "ca-mau", "0", "1"]] == foreseen[:2]
    assert ["-bac-lieu +ca-mau", title] == foreseen[2][1:]
    assert foreseen == _run(data, "relabel")
    assert [] == _run(data, "relabel")
