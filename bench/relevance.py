"""How well stories are found, beside three other systems: prints one JSON line.

Usage: python -m bench.relevance FOLDER [--stories 5000] [--each 100] [--seed 1] [--kinds A,B]
       [--only ours,fts5] [--settings JSON] [--misses] [--table]

FOLDER holds articles as *.jsonl or *.jsonl.gz: objects with title, lead and body paragraphs. Every system
gets them as reading leaves them, without bylines and links to other news (`pipeline.tidy`). Questions go to
our HTTP API (a web process over Meilisearch and SQL in a temporary folder), and as they are to Meilisearch
with its own settings, SQLite FTS5 (unicode61, remove_diacritics 2, bm25) and tantivy; these two are asked
for one phrase, for all words and for any.

`mrr`: for each kind of known item (`relevance_questions`, and documents among namesakes) and system the
mean reciprocal rank, within ten, of the first right story, over `n` questions. `ndcg`: for each graded kind
(`relevance_graded`) the mean nDCG@10. A question that a system fails to answer counts as nothing found and
is counted in `failed`; a system that does not start is named in `absent`. `--table` prints Markdown
instead, `--misses` writes ours below the best to stderr.
"""

import argparse
import gzip
import json
import math
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import httpx

from bench.relevance_graded import graded, made, needed
from bench.relevance_questions import Article, Question, article, questions
from bench.relevance_systems import Ask, default_meilisearch, fts5, ours, tantivy
from cli.engines import meilisearch_binary, start_meilisearch
from pipeline.config import Settings
from pipeline.tidy import tidy

_OURS = "ours"
_TEN = 10


def read(folder: Path, stories: int, seed: int) -> list[Article]:
    """Return so many articles of a corpus, drawn by seed, without furniture."""
    told: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.jsonl*")):
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            told += map(json.loads, lines)
    random.Random(seed).shuffle(told)
    return [article(_tidied(one)) for one in told[:stories]]


def _tidied(told: dict[str, Any]) -> dict[str, Any]:
    title, body = str(told.get("title") or ""), told.get("body") or ""
    text = "\n".join(map(str, body)) if isinstance(body, list) else str(body)
    return told | {"body": tidy(text, title).body.split("\n\n")}


def asked_of(
    articles: Sequence[Article], stories: int, seed: int, each: int
) -> tuple[list[Article], list[Question]]:
    """Return so many articles and those made of the others, and all questions."""
    found, about_them = made(articles, min(stories, len(articles)), seed, each)
    whole = [*articles[:stories], *found]
    first = len(whole) - len(found)
    return whole, [*questions(whole, seed, each, first), *about_them, *graded(whole, seed, each, first)]


def rank(places: Sequence[int], question: Question) -> float:
    """Return the reciprocal rank of the first right place; 0 if there is none."""
    return next((1 / number for number, place in enumerate(places, 1) if place in question.right), 0.0)


def ndcg(places: Sequence[int], question: Question) -> float:
    """Return the discounted gain of the first ten places beside that of the best order, 0 to 1."""

    def gain(grades: Sequence[int]) -> float:
        return sum(grade / math.log2(number + 1) for number, grade in enumerate(grades[:_TEN], 1))

    best = sorted(question.grades.values(), reverse=True)
    return gain([question.grades.get(place, 0) for place in dict.fromkeys(places)]) / gain(best)


@dataclass(slots=True)
class Measured:
    """What one system did: the mean of each kind, the milliseconds of each question, failures."""

    means: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    failed: int = 0


def measured(ask: Ask, asked: Sequence[Question], *, misses: bool) -> Measured:
    """Put every question to a system."""
    done = Measured()
    values: dict[str, list[float]] = defaultdict(list)
    for question in asked:
        begun = time.perf_counter()
        try:
            places = ask(question.q)
        except (httpx.HTTPError, sqlite3.Error) as error:
            print(f"{question.kind}: {question.q!r}: {error}", file=sys.stderr)
            places, done.failed = [], done.failed + 1
        done.took.append((time.perf_counter() - begun) * 1000)
        got = ndcg(places, question) if question.grades else rank(places, question)
        values[question.kind].append(got)
        if misses and got < 1:
            best = sorted(question.right, key=lambda place: -question.grades.get(place, 0))
            line = [question.kind, round(got, 2), question.q, best[:4], places[:4]]
            print(json.dumps(line, ensure_ascii=False), file=sys.stderr)
    done.means = {kind: round(statistics.fmean(some), 3) for kind, some in values.items()}
    return done


def cpu(pid: int) -> float:
    """Return the CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def bytes_of(folder: Path) -> int:
    """Return what the files below a folder take on the disk."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Run once and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stories", type=int, default=5_000)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--settings", type=json.loads, default={})
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--table", action="store_true")
    chosen = parser.parse_args()
    corpus = read(chosen.folder, chosen.stories + needed(chosen.each), chosen.seed)
    articles, asked = asked_of(corpus, chosen.stories, chosen.seed, chosen.each)
    if chosen.kinds:
        asked = [question for question in asked if question.kind in chosen.kinds.split(",")]
    if not asked:
        parser.error("no questions: too few articles, or no such kind")
    done: dict[str, Measured] = {}
    absent: list[str] = []
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
        for system in chosen.only.split(",") if chosen.only else systems:
            before = cpu(engine.pid), bytes_of(folder / "engine")
            try:
                ask, indexing[system] = systems[system]()
            except (CalledProcessError, OSError, httpx.HTTPError) as error:
                print(f"{system} does not start: {error}", file=sys.stderr)
                absent.append(system)
                continue
            if (spent := cpu(engine.pid) - before[0]) > 1:
                engine_cpu[system], sizes[system] = spent, bytes_of(folder / "engine") - before[1]
            done[system] = measured(ask, asked, misses=chosen.misses and system == _OURS)
    graded_kinds = {question.kind for question in asked if question.grades}
    counts = Counter(question.kind for question in asked)
    means = {
        kind: {name: one.means[kind] for name, one in done.items()} | {"n": n} for kind, n in counts.items()
    }
    quartiles = {system: statistics.quantiles(one.took, n=20) for system, one in done.items()}
    line = {
        "bench": "relevance",
        "stories": len(articles),
        "seed": chosen.seed,
        "mrr": {kind: found for kind, found in means.items() if kind not in graded_kinds},
        "ndcg": {kind: found for kind, found in means.items() if kind in graded_kinds},
        "failed": {system: one.failed for system, one in done.items() if one.failed},
        "absent": absent,
        "engine_cpu_seconds": {system: round(spent, 1) for system, spent in engine_cpu.items()},
        "index_mb": {system: round(size / 1e6) for system, size in sizes.items()},
        "index_seconds": {system: round(spent, 1) for system, spent in indexing.items()},
        "p50_ms": {system: round(cuts[9], 1) for system, cuts in quartiles.items()},
        "p95_ms": {system: round(cuts[18], 1) for system, cuts in quartiles.items()},
    }
    print(table(line, list(done)) if chosen.table else json.dumps(line))


def table(line: dict[str, Any], systems: Sequence[str]) -> str:
    """Return a line as Markdown; what is better than ours is bold, costs are below."""
    rows = [f"{line['stories']} stories, seed {line['seed']}", ""]
    for measure, name in (("mrr", "MRR@10"), ("ndcg", "nDCG@10")):
        if line[measure]:
            rows += _rows(name, line[measure], systems)
    costs = ("engine_cpu_seconds", "index_mb", "index_seconds", "p50_ms", "p95_ms", "failed")
    rows += [f"| cost | {' | '.join(systems)} |", f"| --- |{' --- |' * len(systems)}"]
    rows += [f"| {cost} | {' | '.join(str(line[cost].get(one, '')) for one in systems)} |" for cost in costs]
    return "\n".join([*rows, *(f"{one} did not start" for one in line["absent"])])


def _rows(name: str, kinds: dict[str, dict[str, float]], systems: Sequence[str]) -> list[str]:
    rows = [f"| {name} | n | {' | '.join(systems)} |", f"| --- | --- |{' --- |' * len(systems)}"]
    for kind, means in kinds.items():
        ahead = means.get(_OURS, 1.0)
        told = ((means[one], f"{means[one]:.3f}") for one in systems)
        marked = (f"**{text}**" if mean > ahead else text for mean, text in told)
        rows.append(f"| {kind} | {means['n']} | {' | '.join(marked)} |")
    return [*rows, ""]


if __name__ == "__main__":
    main()
