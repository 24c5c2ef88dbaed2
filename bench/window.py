"""How fast newcomers become stories while the window is full: prints one JSON line.

Usage: PYTHONPATH=. python bench/window.py ARTICLES.jsonl.gz [--window 300000] [--newcomers 2000]
    [--only N] [--kept-words 300] [--keep FILE] [--database URL] [--profile FILE]

ARTICLES has one object a line: {"id", "title", "lead", "body": [paragraph, …]}. Half of the
newcomers are articles that the window does not hold, half retell one of it in another paper with
some paragraphs left out. Rates are entries per CPU second of this process, SQLite included;
reading bytes is left out, the receipts hold drafts. `found` are the candidates of an entry,
`worth` those that are decided; `linked_again` are entries of the window whose runs got crowded.
`--keep` fills FILE once and measures a copy of it, `--only` takes the first of its newcomers;
`--database` names an empty PostgreSQL database, whose own CPU time is not counted.
"""

import argparse
import cProfile
import json
import math
import multiprocessing
import os
import pstats
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.filling import KEY, Build, fill
from pipeline import linking
from pipeline.dedup import WINDOW_DAYS
from pipeline.model import Document, Parsed
from pipeline.stages import receive, settle
from pipeline.store import Database, candidates, codec, meta, open_database, prints, schema

_ASKED = 50  # newcomers at a time, when candidates are counted


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A reader of receipts that hold drafts as JSON."""

    def read(self, document: Document) -> Parsed:
        """Return the drafts."""
        return Parsed(tuple(codec.load_draft(item) for item in json.loads(document.body)))


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def made(url: str, corpus: Path, build: Build) -> None:
    """Fill a database in a process of its own, so that its memory is not counted."""
    db = open_database(url)
    db.migrate()
    fill(db, corpus, build)
    db.close()


def prepared(url: str, corpus: Path, build: Build) -> None:
    """Fill an empty database. Exits with a message if that fails."""
    child = multiprocessing.get_context("spawn").Process(target=made, args=(url, corpus, build))
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit("filling the window failed")


def kept(file: Path, corpus: Path, build: Build, folder: Path) -> str:
    """Return the URL of a copy of a filled SQLite file, which is made if it is not there."""
    if not file.exists():
        half = file.with_suffix(".part")
        half.unlink(missing_ok=True)
        prepared(f"sqlite:///{half}", corpus, build)
        half.rename(file)
    shutil.copyfile(file, folder / "bench.db")
    return f"sqlite:///{folder}/bench.db"


def retold(db: Database, build: Build) -> dict[str, str]:
    """Return whom the retellings retell. Exits with a message on a database of another build."""
    with db.read() as conn:
        known = json.loads(meta.get(conn, KEY) or "{}")
    if known.get("build") != asdict(build):
        raise SystemExit(f"the database holds another window: {known.get('build')}")
    told: dict[str, str] = known["retold"]
    return told


def drained(step: Callable[[], int], most: float = math.inf) -> tuple[float, int]:
    """Run a stage until nothing is left, or `most` are done; return its CPU seconds and how many were."""
    start, done = time.process_time(), 0
    while done < most and (more := step()):
        done += more
    return time.process_time() - start, done


def size(db: Database) -> int:
    """Return the bytes of a database."""
    with db.read() as conn:
        if conn.dialect.name == "postgresql":
            return int(conn.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        return int(pages * conn.exec_driver_sql("PRAGMA page_size").scalar_one())


def outcome(db: Database, told: dict[str, str]) -> dict[str, Any]:
    """Return the candidates of an entry and how many retellings share a story with what they retell."""
    alias, entry, edge = schema.alias, schema.entry, schema.edge
    with db.read() as conn:
        guids = {
            row.value: row.entry_id
            for row in conn.execute(
                select(alias.c.value, alias.c.entry_id)
                .join(entry, entry.c.entry_id == alias.c.entry_id)
                .where(alias.c.kind == "guid", entry.c.entry_id.in_(select(schema.receipt_entry.c.entry_id)))
            )
        }
        newcomers, found, worth = sorted(guids.values()), 0, 0
        for start in range(0, len(newcomers), _ASKED):
            wanted = list(prints.sought(conn, newcomers[start : start + _ASKED]).values())
            found += len(candidates.find(conn, wanted, WINDOW_DAYS).pairs)
            worth += sum(map(len, linking.alike(conn, wanted)[0]))
        homes = {
            row.entry_id: row.story_id for row in conn.execute(select(entry.c.entry_id, entry.c.story_id))
        }
        joins = conn.execute(select(edge.c.a).where(edge.c.relation == "join")).all()
    pairs = [(homes[guids[guid]], homes[base]) for guid, base in told.items() if guid in guids]
    return {
        "found_per_entry": round(found / len(newcomers), 1),
        "worth_per_entry": round(worth / len(newcomers), 2),
        "joins_per_entry": round(len(joins) / len(newcomers), 2),
        "retellings_joined": round(sum(one == other for one, other in pairs) / max(1, len(pairs)), 4),
    }


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--window", type=int, default=300_000)
    parser.add_argument("--newcomers", type=int, default=2_000)
    parser.add_argument("--only", type=int)
    parser.add_argument("--kept-words", type=int, default=300)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--database")
    parser.add_argument("--profile", type=Path)
    chosen = parser.parse_args()
    build = Build(chosen.window, chosen.newcomers, chosen.kept_words)
    with tempfile.TemporaryDirectory(dir=chosen.keep.parent if chosen.keep else None) as name:
        if chosen.database:
            prepared(chosen.database, chosen.corpus, build)
        url = chosen.database or kept(
            chosen.keep or Path(name) / "window.db", chosen.corpus, build, Path(name)
        )
        db = open_database(url)
        told, only = retold(db, build), chosen.only or build.newcomers
        profile = cProfile.Profile() if chosen.profile else None
        with profile or nullcontext():
            received, _ = drained(lambda: receive(db, HandedOver(), now).receipts, only)
            settled, linked = drained(lambda: settle(db, now).entries)
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        line = {
            **asdict(build),
            "measured": only,
            "received_per_cpu_s": round(only / received),
            "settled_per_cpu_s": round(only / settled),
            "both_per_cpu_s": round(only / (received + settled)),
            "linked_again": linked - only,
            "peak_rss_mb": rss,
            "sql_gb": round(size(db) / 1e9, 2),
            "profiled": profile is not None,
            "cpus": os.cpu_count(),
            **outcome(db, told),
        }
        db.close()
    if profile and chosen.profile:
        with chosen.profile.open("w") as file:
            pstats.Stats(profile, stream=file).sort_stats("cumulative").print_stats(120)
    print(json.dumps(line))


if __name__ == "__main__":
    main()
