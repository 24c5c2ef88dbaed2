"""Is the right document first among namesakes? Prints one JSON line.

Usage: python -m bench.papers ARTICLES.jsonl.gz [--seed 1] [--numbers 60] [--namesakes 40]
    [--questions 600]

ARTICLES has one object a line: {"id", "title", "lead", "body": [paragraph, …]}. For each of `--numbers`
(kind and count), `--namesakes` documents of different issuers and years are told of: one story issues each,
up to three cite it. A story is an article with a sentence that names the document as papers do, read by
`pipeline.document_mentions` like any other, so what reading gets wrong counts. A question names number,
kind, issuer and year in a random order and spelling; `mrr` is of the document's rank among those shown,
`issuing_first` how often the first story of the right one is the one that issues it.
"""

import argparse
import gzip
import json
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench.namesakes import Document, documents, question, sentence
from pipeline import document_mentions
from pipeline.model import (
    Basis,
    Decision,
    EntryId,
    EntryKind,
    Face,
    Labels,
    SourceId,
    StoryId,
    StoryState,
    Telling,
    Verdict,
)
from pipeline.store import Database, codec, open_database, papers, schema
from web.paper_lookup import look_up


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", type=Path)
    for name, value in (("seed", 1), ("numbers", 60), ("namesakes", 40), ("questions", 600)):
        parser.add_argument(f"--{name}", type=int, default=value)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    told = list(documents(rng, asked.numbers, asked.namesakes))
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(f"sqlite:///{folder}/papers.db")
        db.migrate()
        stories = fill(db, articles(asked.corpus), told, rng)
        print(json.dumps({"documents": len(told), "stories": stories, **ask(db, told, asked.questions, rng)}))
        db.close()


def articles(corpus: Path) -> Iterator[dict[str, Any]]:
    """Yield the articles, again and again."""
    while True:
        with gzip.open(corpus, "rt") as lines:
            yield from map(json.loads, islice(lines, 8_000))


def fill(db: Database, texts: Iterator[dict[str, Any]], told: list[Document], rng: random.Random) -> int:
    """Write the stories; return how many."""
    rows: list[dict[str, Any]] = []
    faces: list[tuple[StoryId, Face]] = []
    for one in told:
        for place in range(1 + rng.randrange(4)):
            story_id = StoryId(f"s{len(rows)}")
            made = face(next(texts), one, rng, issuing=not place)
            faces.append((story_id, made))
            rows.append(_row(story_id, made))
    with db.write() as conn:
        conn.execute(schema.story.insert(), rows)
        papers.put(conn, faces)
    return len(rows)


def _row(story_id: StoryId, made: Face) -> dict[str, Any]:
    return {
        "story_id": story_id,
        "state": StoryState.LIVE,
        "revision": 1,
        "first_seen": made.published_at,
        "updated": made.published_at,
        "backfill": False,
        "lead": made.tellings[0].entry_id,
        "face": codec.dump_face(made),
        "face_hash": story_id,
    }


def face(article: dict[str, Any], one: Document, rng: random.Random, *, issuing: bool) -> Face:
    """Return an article that names a document as a story."""
    told_so, on = sentence(one, rng, issuing=issuing)
    text = "\n\n".join((article["title"], told_so, *article["body"][:3]))
    mentions = document_mentions.find(text, on, one.place)
    at = datetime(on.year, on.month, on.day, 2, tzinfo=UTC)
    told = Telling(
        entry_id=EntryId(f"e{article['id']}"),
        source_id=SourceId("bao-mau"),
        source_name="Báo Mẫu",
        kind=EntryKind.ARTICLE,
        external_id=article["id"],
        bulletin_id="",
        bulletin_number=0,
        title=article["title"],
        summary=article["lead"],
        content="",
        url="",
        published=on.isoformat(),
        published_basis=Basis.FEED,
        updated=None,
        authors=(),
        credit="",
        version=1,
        decision=Decision(Verdict.NEW, 1.0, "không trùng"),
    )
    return Face(
        title=article["title"],
        summary=article["lead"],
        content="",
        url="",
        published=on.isoformat(),
        published_at=at,
        published_basis=Basis.FEED,
        labels=Labels(None, (), one.area, (one.area,), ()),
        doc_numbers=tuple(mention.number for mention in mentions),
        tellings=(told,),
        documents=mentions,
    )


def ask(db: Database, told: list[Document], questions: int, rng: random.Random) -> dict[str, Any]:
    """Ask for documents among their namesakes and return the figures."""
    ranks, issuing, took, missed = [], 0, [], []
    with db.read() as conn:
        for one in rng.sample(told, min(questions, len(told))):
            asked = question(one, rng)
            started = time.perf_counter()
            found = look_up(conn, asked)
            took.append(time.perf_counter() - started)
            shown = found.found if found else []
            rank = next((at for at, doc in enumerate(shown, 1) if doc.known.paper.path == one.path()), 0)
            ranks.append(1 / rank if rank else 0.0)
            if rank:
                issuing += bool(shown[rank - 1].issuing)
            if rank != 1:
                missed.append(asked)
    took.sort()
    return {
        "questions": len(ranks),
        "mrr": round(sum(ranks) / len(ranks), 4),
        "issuing_first": round(issuing / len(ranks), 4),
        "ms_median": round(1000 * took[len(took) // 2], 1),
        "ms_p95": round(1000 * took[len(took) * 95 // 100], 1),
        "missed": missed[:10],
    }


if __name__ == "__main__":
    main()
