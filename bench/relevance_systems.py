"""The search systems that `bench/relevance.py` asks: ours by its HTTP API, and three as they come.

Each is made from articles and answers a question with the places of its ten best.
"""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.filled_rows import PAPERS, Base, Row, paper, write_tellings
from bench.poll import running
from bench.relevance_questions import Article
from pipeline.drafts import Finding, drafts
from pipeline.model import Basis, Form, Given, Precision, When
from pipeline.store import Database, codec, open_database, papers, receipts, sources
from search.index import Index
from search.schema import SETTINGS
from search.sync import sync

Ask = Callable[[str], list[int]]

_ROOT = Path(__file__).parents[1]
_TANTIVY = "tantivy==0.27.0"
_LAST = datetime(2026, 11, 20, 5, tzinfo=UTC)
_TEN = 10
_AT_ONCE = 500
_WORD = re.compile(r"[^\W_]+")


@contextmanager
def ours(
    articles: Sequence[Article], folder: Path, engine: str, key: Path, settings: dict[str, Any]
) -> Iterator[tuple[Ask, float]]:
    """Fill SQL, have the index follow, run a web process; yield how to ask and the seconds of indexing.

    `settings` go over those of `search.schema`, to see what they cost and bring.
    """
    SETTINGS.update(settings)
    data = folder / "data"
    data.mkdir()
    db = open_database(f"sqlite:///{data / 'tintinh.db'}")
    db.migrate()
    _fill(db, articles)
    index = Index(engine, key.read_text(encoding="ascii").strip(), "stories", patience=600)
    begun = time.perf_counter()
    while sync(db, index, datetime.now(UTC)).more:
        pass
    spent = time.perf_counter() - begun
    db.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "TINTINH_DATA": str(data),
        "TINTINH_PORT": str(port),
        "TINTINH_LOG_LEVEL": "WARNING",
        "TINTINH_MEILISEARCH_URL": engine,
        "TINTINH_MEILISEARCH_KEY_FILE": str(key),
    }
    with (
        subprocess.Popen([sys.executable, "-m", "cli", "web"], env=env, cwd=_ROOT) as run,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client,
    ):
        try:
            _wait(client, run)
            yield lambda q: _asked(client, q), spent
        finally:
            run.terminate()


def _fill(db: Database, articles: Sequence[Article]) -> None:
    """Write the articles as stories that have been told once, one a minute."""
    none = np.zeros(0, dtype=np.int64)
    bases, rows = [], []
    for place, one in enumerate(articles):
        at = one.at or _LAST - timedelta(minutes=len(articles) - place)
        finding = Finding(
            external_id=f"a{place}",
            guid=f"a{place}",
            url=f"https://{paper(place).source_id}.example/a{place}",
            kind="article",
            title=one.title,
            summary=one.lead,
            text=one.body,
            whens=(When(at, Precision.SECOND, Basis.GIVEN),),
        )
        [draft] = drafts(finding, paper(place), at)
        told = json.dumps(codec.dump_draft(draft), ensure_ascii=False)
        bases.append(Base(draft, told, "[]", none, none, none.astype(np.bool_)))
        rows.append(Row(place, place, 0, at.date()))
    with db.write() as conn:
        for number in range(PAPERS):
            sources.ensure(conn, paper(number))
        made = receipts.add(
            conn,
            source_id=paper(0).source_id,
            form=Form.RECORD,
            content=receipts.pack(b"relevance"),
            given=Given(),
            received_at=_LAST,
        )
        receipts.finish(conn, made.receipt_id)
    write_tellings(db, bases, rows, made.receipt_id)
    after: str | None = ""
    while after is not None:
        with db.read() as conn:
            found, after = papers.batch(conn, after, _AT_ONCE)
        with db.write() as conn:
            papers.keep(conn, found)


def _wait(client: httpx.Client, run: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            if client.get("/api/search").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
        if run.poll() is not None:
            break
    sys.exit("the web process does not start")


def _asked(client: httpx.Client, q: str) -> list[int]:
    told = client.get("/api/search", params={"q": q, "per_page": str(_TEN)}).raise_for_status().json()
    return [int(hit["url"].rpartition("/a")[2]) for hit in told["hits"]]


def default_meilisearch(articles: Sequence[Article], engine: str, key: str) -> tuple[Ask, float]:
    """Index with Meilisearch's own settings; return how to ask and the seconds of indexing."""
    client = httpx.Client(
        base_url=engine, headers={"Authorization": f"Bearer {key}"}, timeout=120, trust_env=False
    )
    begun = time.perf_counter()
    for first in range(0, len(articles), 500):
        told = [
            {"id": first + place, "title": one.title, "lead": one.lead, "body": one.body}
            for place, one in enumerate(articles[first : first + 500])
        ]
        task = client.post("/indexes/plain/documents", params={"primaryKey": "id"}, json=told).json()
    while (state := client.get(f"/tasks/{task['taskUid']}").json())["status"] not in ("succeeded", "failed"):
        time.sleep(0.2)
    if state["status"] == "failed":
        sys.exit(f"default Meilisearch: {state['error']}")

    def ask(q: str) -> list[int]:
        wanted: dict[str, Any] = {"q": q, "limit": _TEN, "attributesToRetrieve": ["id"]}
        told = client.post("/indexes/plain/search", json=wanted).raise_for_status().json()
        return [hit["id"] for hit in told["hits"]]

    return ask, time.perf_counter() - begun


def fts5(articles: Sequence[Article]) -> tuple[Ask, float]:
    """Index with SQLite; a question is asked as one phrase, then for all its words, then for any, by bm25."""
    begun = time.perf_counter()
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE VIRTUAL TABLE story USING fts5(title, lead, body, tokenize='unicode61 remove_diacritics 2')"
    )
    db.executemany(
        "INSERT INTO story (rowid, title, lead, body) VALUES (?, ?, ?, ?)",
        ((place, one.title, one.lead, one.body) for place, one in enumerate(articles)),
    )

    def ask(q: str) -> list[int]:
        found: dict[int, None] = {}
        for asked in _tiers(q):
            rows = db.execute("SELECT rowid FROM story(?) ORDER BY rank LIMIT 10", (asked,))
            found |= dict.fromkeys(row[0] for row in rows)
            if len(found) >= _TEN:
                break
        return list(found)[:_TEN]

    return ask, time.perf_counter() - begun


def _tiers(q: str) -> tuple[str, str, str]:
    """Return a question in the language of FTS5: as one phrase, all terms, any term."""
    terms: list[str] = []
    for place, piece in enumerate(q.split('"')):
        words = _WORD.findall(piece)
        terms += [" ".join(words)] if place % 2 and words else words
    return f'"{" ".join(_WORD.findall(q))}"', " ".join(_each(terms)), " OR ".join(_each(terms)) or '""'


def _each(terms: Sequence[str]) -> list[str]:
    return [f'"{term}"' for term in terms]


@contextmanager
def tantivy(articles: Sequence[Article], folder: Path) -> Iterator[tuple[Ask, float]]:
    """Index with tantivy in an environment of its own; yield how to ask and the seconds of indexing."""
    venv.create(folder / "venv", with_pip=True)
    python = str(folder / "venv" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", _TANTIVY], check=True)  # noqa: S603 - our own
    with running(python, "-P", str(Path(__file__).parent / "relevance_tantivy.py")) as process:
        begun = time.perf_counter()
        process.tell(json.dumps([[one.title, one.lead, one.body] for one in articles]))
        process.hear()
        spent = time.perf_counter() - begun

        def ask(q: str) -> list[int]:
            process.tell(json.dumps(q))
            places: list[int] = json.loads(process.hear())
            return places

        yield ask, spent
