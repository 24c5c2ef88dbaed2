"""What indexing costs by the size of a batch and by the memory that it may use. Prints one JSON line.

Usage: python -m bench.index [--stories 2000] [--corpus articles.jsonl.gz] [--batches 1,4,8,16]
       [--memory 256MiB,1GiB,4GiB] [--gate 0]

A Meilisearch of its own for each figure, filled with documents as `search.document` makes them, one
batch after the other, each waited for. `docs_per_cpu_s`: of Meilisearch's CPU; `most_mb`: the most
memory that it ever had; `longest_s`: the slowest batch, by the clock. Without a corpus (objects with
title, lead and body paragraphs) texts are made up. `--gate`: so many stories in SQL, without texts, are
held against as many documents: seconds, our own CPU, and by how much our memory grew.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.search import corpus, made_up, story
from cli.engines import Engine, meilisearch_binary, start_meilisearch
from pipeline.config import Settings
from pipeline.model import StoryState
from pipeline.store import Database, codec, open_database, schema
from search import batches
from search.document import document
from search.index import Index
from search.rounds import living, whole
from search.schema import PRIMARY_KEY

_MB = 1_000_000
_ROWS = 5_000


@contextmanager
def engine(memory: str = "1GiB") -> Iterator[tuple[Index, Engine]]:
    """Yield an empty index with its server."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        running = start_meilisearch(
            meilisearch_binary(Settings()), folder / "data", folder / "key", memory=memory
        )
        try:
            key = (folder / "key").read_text(encoding="ascii")
            index = Index(running.url, key, "bench", timeout=600, patience=600)
            index.build(index.name)
            yield index, running
        finally:
            running.stop()


def cpu(pid: int) -> float:
    """Return the CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def most(pid: int) -> float:
    """Return the most memory that a process ever had, in MB."""
    return round(_memory(str(pid), "VmHWM"))


def held() -> float:
    """Return the memory that this process has, in MB."""
    return _memory("self", "VmRSS")


def _memory(process: str, what: str) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    [told] = [line for line in lines if line.startswith(what)]
    return int(told.split()[1]) * 1024 / _MB


def filled(documents: list[dict[str, Any]], megabytes: float, memory: str = "1GiB") -> dict[str, float]:
    """Fill an index in batches of so many bytes; return the figures."""
    lines = [batches.line(one) for one in documents]
    parts = list(batches.cut(lines, int(megabytes * _MB)))
    with engine(memory) as (index, running):
        before, took = cpu(running.pid), []
        for part in parts:
            begun = time.perf_counter()
            with index.client() as client:  # past `Index.write`, which cuts larger ones
                payload = b"\n".join(line.json for line in part)
                put = client.index(index.name).add_documents_raw(payload, PRIMARY_KEY, "application/x-ndjson")
                index.wait(client, put)
            took.append(time.perf_counter() - begun)
        spent = cpu(running.pid) - before
        return {
            "batches": len(parts),
            "docs_per_cpu_s": round(len(documents) / spent, 1),
            "most_mb": most(running.pid),
            "longest_s": round(max(took), 1),
        }


def told(db: Database, numbers: range) -> None:
    """Put stories into SQL, each with its change, without entries."""
    face = codec.dump_face(story(0, {"title": "Tin", "lead": "", "body": []})[0].face)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    row = {"state": StoryState.LIVE, "revision": 1, "first_seen": now, "updated": now, "backfill": False}
    row |= {"lead": "", "face": face, "face_hash": ""}
    for start in range(0, len(numbers), _ROWS):
        names = [f"s{number:030x}" for number in numbers[start : start + _ROWS]]
        with db.write() as conn:
            conn.execute(schema.story.insert(), [{**row, "story_id": name} for name in names])
            rows = [{"story_id": name, "kind": "created", "at": now} for name in names]
            conn.execute(schema.change.insert(), rows)


def gated(count: int) -> dict[str, float]:
    """Hold so many stories against their documents; return the figures."""
    with tempfile.TemporaryDirectory() as name, engine() as (index, _):
        db = open_database(f"sqlite:///{Path(name) / 'bench.db'}")
        db.migrate()
        told(db, range(count))
        for start in range(0, count, _ROWS):
            some = range(start, min(count, start + _ROWS))
            index.write(index.name, [{"id": f"s{number:030x}", "revision": 1} for number in some])
        before, begun, spent = held(), time.perf_counter(), time.process_time()
        sizes = [before]
        seen = whole(
            living(db, index),
            lambda: datetime.now(UTC),
            mend=True,
            told=lambda _walk, _faults: sizes.append(held()),
        )
        assert seen.sound and (count, count) == (seen.stories, seen.documents)  # noqa: PT018
        db.close()
        return {
            "stories": count,
            "seconds": round(time.perf_counter() - begun, 1),
            "own_cpu_s": round(time.process_time() - spent, 1),
            "grown_mb": round(max(sizes) - before, 1),
        }


def main() -> None:
    """Run once and print the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=2000)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--batches", default="1,4,8,16", help="MB")
    parser.add_argument("--memory", default="256MiB,1GiB,4GiB")
    parser.add_argument("--gate", type=int, default=0)
    chosen = parser.parse_args()
    source = corpus(chosen.corpus) if chosen.corpus else made_up(random.Random(1))
    articles = islice(source, chosen.stories)
    documents = [document(*story(number, article)) for number, article in enumerate(articles)]
    size = sum(len(batches.line(one).json) for one in documents)
    figures: dict[str, Any] = {
        "bench": "index",
        "stories": len(documents),
        "mb": round(size / _MB, 1),
        "batch_mb": {one: filled(documents, float(one)) for one in filter(None, chosen.batches.split(","))},
        "memory": {
            one: filled(documents, batches.MOST_BYTES / _MB, one)
            for one in filter(None, chosen.memory.split(","))
        },
    }
    if chosen.gate:
        figures["gate"] = gated(chosen.gate)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
