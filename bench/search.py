"""How fast stories are indexed and found. Prints one JSON line.

    python bench/search.py [--stories 2000] [--corpus articles.jsonl[.gz]]

Starts its own Meilisearch in a temporary folder. Without a corpus (objects with title, lead and
body paragraphs) texts are made up. Queries: titles with and without accents, pairs of syllables,
24 words of a body less five, titles with a typo; `mrr` is the mean reciprocal rank within ten of
the story that a query was taken from.
"""

import argparse
import gzip
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from cli.engines import meilisearch_binary, start_meilisearch
from pipeline.config import Settings
from pipeline.model import Basis, Face, Labels, Story, StoryId, StoryState
from pipeline.text import plain
from search.document import document
from search.index import Index
from search.query import Query, search

_SYLLABLES = (
    "an ánh bản bảo bến biển bình cao cầu cây chợ chủ chính cơ công dân dòng đầu đất điện đoàn đồng đường "
    "giáo gió gạo hải hàng học hội hồng kênh khách khu kinh kỳ lao lâm lễ lúa lũ mạng mỏ mưa năm nghề ngư "
    "nhà nông nước ông phố phong phòng quả quê quốc rừng sách sông sở tàu tế thành thanh thị thôn thu thủy "
    "tiền tỉnh trồng trường tuyến ước vật vệ viên vụ vườn xã xanh xây xuân y yên"
)
_BATCH = 500
_QUERIES = 100
_TYPO_LENGTH = 4  # letters of a word that gets a typo


def made_up(rnd: random.Random) -> Iterator[dict[str, Any]]:
    """Yield articles of random syllables, as long as real ones."""
    pool = _SYLLABLES.split()
    while True:
        words = rnd.choices(pool, k=rnd.randrange(150, 700))
        yield {
            "title": " ".join(rnd.choices(pool, k=12)),
            "lead": " ".join(words[:30]),
            "body": [" ".join(words)],
        }


def corpus(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSONL file."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        yield from map(json.loads, file)


def story(number: int, article: dict[str, Any]) -> tuple[Story, list[str]]:
    """Return an article as a story without tellings, and its texts."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    face = Face(
        title=article["title"],
        summary=article["lead"],
        content="",
        url="",
        published=at.isoformat(),
        published_at=at,
        published_basis=Basis.FEED,
        labels=Labels(),
        doc_numbers=(),
        tellings=(),
    )
    made = Story(StoryId(f"s{number}"), StoryState.LIVE, 1, at, at, backfill=False, face=face)
    return made, ["\n\n".join(article["body"])]


def asked(articles: list[dict[str, Any]], rnd: random.Random) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, question, id of the story it is about)."""
    for number in rnd.sample(range(len(articles)), min(_QUERIES, len(articles))):
        title, words = articles[number]["title"], " ".join(articles[number]["body"]).split()
        yield "title", title[:300], f"s{number}"
        yield "title_plain", plain(title)[:300], f"s{number}"
        start = rnd.randrange(max(1, len(words) - 24))
        part = words[start : start + 24]
        kept = [word for place, word in enumerate(part) if place % 5]
        yield "blurred_24", " ".join(kept)[:300], f"s{number}"
        longest = max(title.split(), key=len)
        if len(longest) >= _TYPO_LENGTH:
            wrong = longest[:1] + longest[2:3] + longest[1:2] + longest[3:]
            yield "typo", plain(title.replace(longest, wrong))[:300], f"s{number}"
        yield "pair", " ".join(title.split()[:2])[:300], f"s{number}"


def run(index: Index, articles: list[dict[str, Any]], rnd: random.Random) -> dict[str, Any]:
    """Index, then ask; return the figures."""
    index.build(index.name)
    started, prepared = time.perf_counter(), 0.0
    for first in range(0, len(articles), _BATCH):
        begun = time.process_time()
        batch = [
            document(*story(first + place, article))
            for place, article in enumerate(articles[first : first + _BATCH])
        ]
        prepared += time.process_time() - begun
        index.write(index.name, batch)
    wall = time.perf_counter() - started
    took: list[float] = []
    ranks: dict[str, list[float]] = {}
    for kind, question, wanted in asked(articles, rnd):
        begun = time.perf_counter()
        ids = [hit.story_id for hit in search(index, Query(q=question, per_page=10)).hits]
        took.append((time.perf_counter() - begun) * 1000)
        ranks.setdefault(kind, []).append(1 / (ids.index(wanted) + 1) if wanted in ids else 0.0)
    cuts = statistics.quantiles(took, n=20)
    return {
        "bench": "search",
        "stories": len(articles),
        "index_docs_per_s": round(len(articles) / wall, 1),
        "prepare_ms_per_doc": round(prepared * 1000 / len(articles), 2),
        "queries": len(took),
        "query_p50_ms": round(cuts[9], 1),
        "query_p95_ms": round(cuts[18], 1),
        "mrr": {kind: round(statistics.fmean(values), 3) for kind, values in ranks.items()},
    }


def main() -> None:
    """Run once and print the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=2000)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    rnd = random.Random(chosen.seed)
    source = corpus(chosen.corpus) if chosen.corpus else made_up(rnd)
    articles = list(islice(source, chosen.stories))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = start_meilisearch(meilisearch_binary(Settings()), folder / "data", folder / "key")
        try:
            index = Index(engine.url, (folder / "key").read_text(encoding="ascii"), "bench", patience=600)
            print(json.dumps(run(index, articles, rnd)))
        finally:
            engine.stop()


if __name__ == "__main__":
    main()
