"""How well stories are found, beside three other systems: prints one JSON line.

Usage: python -m bench.relevance FOLDER [--stories 5000] [--each 100] [--seed 1] [--kinds A,B]
       [--only ours] [--settings JSON] [--misses]

FOLDER holds articles as *.jsonl or *.jsonl.gz: objects with title, lead and body paragraphs. Questions
of twenty kinds (`relevance_questions`) go to our HTTP API (a web process over Meilisearch and SQL in a
temporary folder), and as they are to Meilisearch with its own settings, SQLite FTS5 (unicode61,
remove_diacritics 2, bm25) and tantivy; these two are asked for one phrase, for all words and for any.
`mrr`: for each kind and system the mean reciprocal rank, within
ten, of the first right story, over `n` questions. `--misses` writes ours below rank one to stderr.
"""

import argparse
import gzip
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.relevance_questions import Article, Question, article, questions
from bench.relevance_systems import Ask, default_meilisearch, fts5, ours, tantivy
from cli.engines import meilisearch_binary, start_meilisearch
from pipeline.config import Settings

_OURS = "ours"


def read(folder: Path, stories: int, seed: int) -> list[Article]:
    """Return so many articles of a corpus, drawn by seed."""
    told: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.jsonl*")):
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            told += map(json.loads, lines)
    random.Random(seed).shuffle(told)
    return [article(one) for one in told[:stories]]


def rank(places: Sequence[int], question: Question) -> float:
    """Return the reciprocal rank of the first right place; 0 if there is none."""
    return next((1 / number for number, place in enumerate(places, 1) if place in question.right), 0.0)


def measured(ask: Ask, asked: Sequence[Question], *, misses: bool) -> tuple[dict[str, float], list[float]]:
    """Return the mean reciprocal rank of each kind, and the milliseconds of each question."""
    ranks: dict[str, list[float]] = defaultdict(list)
    took = []
    for question in asked:
        begun = time.perf_counter()
        places = ask(question.q)
        took.append((time.perf_counter() - begun) * 1000)
        ranks[question.kind].append(got := rank(places, question))
        if misses and got < 1:
            line = [question.kind, round(got, 2), question.q, sorted(question.right)[:3], places[:3]]
            print(json.dumps(line, ensure_ascii=False), file=sys.stderr)
    return {kind: round(statistics.fmean(some), 3) for kind, some in ranks.items()}, took


def cpu(pid: int) -> float:
    """Return the CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def bytes_of(folder: Path) -> int:
    """Return what the files below a folder take on the disk."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Run once and print the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stories", type=int, default=5_000)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--settings", type=json.loads, default={})
    parser.add_argument("--misses", action="store_true")
    chosen = parser.parse_args()
    articles = read(chosen.folder, chosen.stories, chosen.seed)
    asked = list(questions(articles, chosen.seed, chosen.each))
    if chosen.kinds:
        asked = [question for question in asked if question.kind in chosen.kinds.split(",")]
    told: dict[str, dict[str, float]] = {}
    times: dict[str, list[float]] = {}
    indexing: dict[str, float] = {}
    engine_cpu: dict[str, float] = {}
    sizes: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="tintinh-relevance-") as name, ExitStack() as stack:
        folder = Path(name)
        engine = start_meilisearch(meilisearch_binary(Settings()), folder / "engine", folder / "key")
        stack.callback(engine.stop)
        key = (folder / "key").read_text(encoding="ascii").strip()
        systems: dict[str, Callable[[], tuple[Ask, float]]] = {
            _OURS: lambda: stack.enter_context(
                ours(articles, folder, engine.url, folder / "key", chosen.settings)
            ),
            "meilisearch": lambda: default_meilisearch(articles, engine.url, key),
            "fts5": lambda: fts5(articles),
            "tantivy": lambda: stack.enter_context(tantivy(articles, folder)),
        }
        for system, start in systems.items():
            if chosen.only in ("", system):
                before = cpu(engine.pid), bytes_of(folder / "engine")
                ask, indexing[system] = start()
                if (spent := cpu(engine.pid) - before[0]) > 1:
                    engine_cpu[system], sizes[system] = spent, bytes_of(folder / "engine") - before[1]
                told[system], times[system] = measured(ask, asked, misses=chosen.misses and system == _OURS)
    counts = {kind: sum(one.kind == kind for one in asked) for kind in dict.fromkeys(o.kind for o in asked)}
    mrr = {kind: {system: told[system][kind] for system in told} | {"n": n} for kind, n in counts.items()}
    quartiles = {system: statistics.quantiles(some, n=20) for system, some in times.items()}
    line = {
        "bench": "relevance",
        "stories": len(articles),
        "seed": chosen.seed,
        "mrr": mrr,
        "engine_cpu_seconds": {system: round(spent, 1) for system, spent in engine_cpu.items()},
        "index_mb": {system: round(size / 1e6) for system, size in sizes.items()},
        "index_seconds": {system: round(spent, 1) for system, spent in indexing.items()},
        "p50_ms": {system: round(cuts[9], 1) for system, cuts in quartiles.items()},
        "p95_ms": {system: round(cuts[18], 1) for system, cuts in quartiles.items()},
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
