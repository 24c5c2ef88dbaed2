"""How fast receipts become stories: prints one JSON line.

Usage: PYTHONPATH=. python bench/stages.py ARTICLES.jsonl.gz [COUNT]

ARTICLES has one object a line: {"id", "title", "lead", "body": [paragraph, …]}. Rates are articles
per CPU second of this process and its reader, on SQLite in a temporary folder, one worker.
"""

import gzip
import json
import os
import resource
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from pipeline.model import Form, Given, Source, SourceId
from pipeline.reader import Reader
from pipeline.stages import receive, settle
from pipeline.store import Database, open_database, receipts, sources, stories

_BATCH = 200
_SOURCE = Source(SourceId("bench"), "Bench")


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def records(path: Path) -> Iterator[bytes]:
    """Yield the articles as records."""
    with gzip.open(path, "rt") as lines:
        for line in lines:
            told = json.loads(line)
            record = {
                "id": told["id"],
                "title": told["title"],
                "summary": told["lead"],
                "body": "\n\n".join(told["body"]),
            }
            yield json.dumps(record, ensure_ascii=False).encode()


def hand_in(db: Database, bodies: Iterator[bytes]) -> int:
    """Commit receipts in batches and return how many."""
    count = 0
    with db.write() as conn:
        sources.ensure(conn, _SOURCE)
    while batch := list(islice(bodies, _BATCH)):
        packed = [receipts.pack(body) for body in batch]
        with db.write() as conn:
            for content in packed:
                receipts.add(
                    conn,
                    source_id=_SOURCE.source_id,
                    form=Form.RECORD,
                    content=content,
                    given=Given(),
                    received_at=now(),
                )
        count += len(batch)
    return count


def cpu() -> float:
    """Return the CPU seconds of this process and its ended children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    """Run the bench."""
    path, most = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(f"sqlite:///{folder}/bench.db")
        db.migrate()
        start = cpu()
        count = hand_in(db, islice(records(path), most))
        received = cpu()
        with Reader() as reader:
            while receive(db, reader, now).receipts:
                pass
        read = cpu()
        while settle(db, now).entries:
            pass
        linked = cpu()
        with db.read() as conn:
            told = stories.count(conn)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        db.close()
    line = {
        "articles": count,
        "stories": told,
        "receipts_per_cpu_s": round(count / (received - start)),
        "read_per_cpu_s": round(count / (read - received)),
        "linked_per_cpu_s": round(count / (linked - read)),
        "sql_bytes_per_article": round(size / count),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
