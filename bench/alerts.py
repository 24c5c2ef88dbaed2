"""What saved searches cost: 10,000 of them against 1,000 new stories. Prints one JSON line.

    python -m bench.alerts CORPUS [--searches 10000] [--stories 1000] [--seed 1] [--database URL]

CORPUS: a JSONL file, gzipped or not, of objects with id, title, lead and body paragraphs. Searches are drawn
by seed from articles that are not among the new stories (`bench.alerts_questions`). The stories come in by
receiving and settling, which is not counted; what is counted is the stage itself: reading the log, the
stories and their texts from SQL, making documents, matching, committing what is to be told.

cpu_s: of this process for all stories. matching_cpu_s: of that the questions alone, documents_cpu_s: the
documents alone, both measured again without SQL. one_story_ms: by the clock, from the log to the commit,
median and worst of 30 stories that come one by one. cold_start_s: by the clock, reading and compiling all
searches. set_mb: resident memory that they take.
"""

import argparse
import gzip
import json
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.alerts_questions import searches
from pipeline.drafts import Finding, drafts
from pipeline.model import (
    Basis,
    Document,
    Draft,
    Form,
    Given,
    Parsed,
    Precision,
    Source,
    SourceId,
    When,
)
from pipeline.stages import receive, settle
from pipeline.store import Database, codec, open_database, receipts, saved, sources, stories
from search.alerts import Watch, alert
from search.document import document

_NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
_PAPERS = 40
_POOL = 2_000  # articles that searches are drawn from
_ONE_BY_ONE = 30
_OF_OWNER = 250
_AT_ONCE = 200  # articles a receipt
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Ready:
    """A reader of receipts that hold drafts."""

    def read(self, told: Document) -> Parsed:
        """Return them."""
        return Parsed(tuple(map(codec.load_draft, json.loads(told.body))))


def paper(number: int) -> Source:
    """Return one of the publishers."""
    name = f"bao-{number % _PAPERS}"
    return Source(SourceId(name), f"Báo {number % _PAPERS}", hosts=(f"{name}.example",))


def draft(article: dict[str, Any], number: int) -> Draft:
    """Return an article as it is received."""
    at = _NOW - timedelta(minutes=number % 600)
    finding = Finding(
        external_id=f"a{article['id']}",
        guid=f"a{article['id']}",
        url=f"https://{paper(number).source_id}.example/a{article['id']}",
        kind="article",
        title=article["title"],
        summary=article["lead"],
        text="\n\n".join(article["body"]),
        whens=(When(at, Precision.SECOND, Basis.GIVEN),),
    )
    [made] = drafts(finding, paper(number), at)
    return made


def take_in(db: Database, told: Sequence[Draft]) -> None:
    """Receive and settle articles."""
    for number in range(_PAPERS):
        mine = told[number::_PAPERS]
        for start in range(0, len(mine), _AT_ONCE):
            body = json.dumps([codec.dump_draft(one) for one in mine[start : start + _AT_ONCE]]).encode()
            with db.write() as conn:
                sources.ensure(conn, paper(number))
                receipts.add(
                    conn,
                    source_id=paper(number).source_id,
                    form=Form.RECORD,
                    content=receipts.pack(body),
                    given=Given(),
                    received_at=_NOW,
                )
    while receive(db, _Ready(), lambda: _NOW).receipts:
        pass
    while settle(db, lambda: _NOW).entries:
        pass


def save(db: Database, asked: Sequence[dict[str, str]]) -> None:
    """Save searches."""
    with db.write() as conn:
        for number, one in enumerate(asked):
            saved.add(conn, "", one, f"owner-{number // _OF_OWNER}", _NOW)


def run(db: Database, articles: Sequence[dict[str, Any]], many: int, new: int, seed: int) -> dict[str, Any]:
    """Do all of it and return the figures."""
    made = [draft(one, number) for number, one in enumerate(articles)]
    coming, later, pool = made[:new], made[new : new + _ONE_BY_ONE], made[new + _ONE_BY_ONE :]
    save(db, searches(pool, seed, many))
    before, began = _resident(), time.perf_counter()
    watch = Watch()
    alert(db, watch, lambda: _NOW)
    cold, held = time.perf_counter() - began, _resident() - before
    take_in(db, coming)
    spent, found = time.process_time(), 0
    while (done := alert(db, watch, lambda: _NOW)).changes:
        found += done.found
    spent = time.process_time() - spent
    told, documents_cpu, matching_cpu = _again(db, watch)
    waits = [_one(db, watch, one) for one in later]
    return {
        "bench": "alerts",
        "searches": len(watch.since),
        "stories": told,
        "found": found,
        "cpu_s": round(spent, 2),
        "documents_cpu_s": round(documents_cpu, 2),
        "matching_cpu_s": round(matching_cpu, 2),
        "found_per_cpu_s": round(found / spent),
        "one_story_ms": [round(statistics.median(waits)), round(max(waits))],
        "cold_start_s": round(cold, 2),
        "set_mb": round(held / _MB),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _again(db: Database, watch: Watch) -> tuple[int, float, float]:
    """Return how many stories there are, and the CPU seconds of their documents and of matching them."""
    with db.read() as conn:
        live = stories.page(conn, None, 1_000_000)
        texts = stories.texts(conn, [one.story_id for one in live])
    begun = time.process_time()
    made = [document(one, texts[one.story_id]) for one in live]
    ready = time.process_time()
    for one in made:
        watch.questions.matching(one)
    return len(live), ready - begun, time.process_time() - ready


def _one(db: Database, watch: Watch, told: Draft) -> float:
    """Return the milliseconds from a story's being in the log until what is to be told is committed."""
    take_in(db, [told])
    begun = time.perf_counter()
    while alert(db, watch, lambda: _NOW).changes:
        pass
    return (time.perf_counter() - begun) * 1000


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Run once and print the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--searches", type=int, default=10_000)
    parser.add_argument("--stories", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="")
    chosen = parser.parse_args()
    with gzip.open(chosen.corpus, "rt") if chosen.corpus.suffix == ".gz" else chosen.corpus.open() as file:
        articles = [json.loads(one) for one in file]
    random.Random(chosen.seed).shuffle(articles)
    with tempfile.TemporaryDirectory() as name:
        db = open_database(chosen.database or f"sqlite:///{name}/bench.db")
        db.migrate()
        used = articles[: chosen.stories + _ONE_BY_ONE + _POOL]
        print(json.dumps(run(db, used, chosen.searches, chosen.stories, chosen.seed)))
        db.close()


if __name__ == "__main__":
    main()
