"""A database with a full window of articles, for `bench/window.py`.

The real articles fill the first part of the window. The rest are articles of the same build: all
but the commonest words of every real one are exchanged for others as frequent, by one permutation
a variant, so that runs of words recur within a variant as often as in news. Which runs are rare
is looked up before the exchange: no table of counts knows the new ones.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.filled_rows import PAPERS, Base, Row, entry_id, identity, insert, paper, write_tellings
from pipeline import rarity
from pipeline.dedup import WINDOW_DAYS
from pipeline.drafts import Finding, drafts
from pipeline.hashing import RUN, Hashes, Words, hashes, runs, tokens
from pipeline.model import (
    LOCAL_ZONE,
    Basis,
    Draft,
    Form,
    Given,
    Precision,
    Source,
    When,
)
from pipeline.similarity import RULES, Shape, facts, pack_facts, pack_shape, same
from pipeline.store import Connection, Database, codec, meta, receipts, schema, sources

KEY = "bench"  # in `meta`: what the database was filled with
LAST = date(2026, 11, 20)  # day of the window
_SEED = 1
_DENSE, _SAMPLE, _PART_DAYS, _CROWD = 150, 4, 92, 200  # as in pipeline.similarity and pipeline.store.prints
_OTHER = 7_919  # articles further, for facts
_LEFT_OUT = 0.35  # of a retelling's paragraphs


@dataclass(frozen=True, slots=True)
class Build:
    """What a window is made of: entries, newcomers beside them, common words that are not exchanged."""

    window: int
    newcomers: int
    kept_words: int
    rules: int = RULES


def fill(db: Database, corpus: Path, build: Build) -> None:
    """Fill an empty database and leave the newcomers as unread receipts.

    `meta` keeps under `KEY` the build and, for each retelling's guid, the entry that it retells.
    """
    rng = np.random.default_rng(_SEED)
    articles = list(_articles(corpus))
    order = rng.permutation(len(articles))
    unseen = [articles[place] for place in order[: build.newcomers - build.newcomers // 2]]
    real = [articles[place] for place in order[len(unseen) :]][: build.window]
    rows = [
        Row(place + 1, place % len(real), place // len(real), LAST - timedelta(days=int(back)))
        for place, back in enumerate(rng.integers(0, WINDOW_DAYS, build.window))
    ]
    bases, vocabulary, counts = _bases(real, rows)
    with db.write() as conn:
        for number in range(PAPERS):
            sources.ensure(conn, paper(number))
        first = _receipt(conn, b"window")
    write_tellings(db, bases, rows, first)
    _write_prints(db, bases, rows, vocabulary, _permutations(counts, rows[-1].variant + 1, build, rng))
    told = _hand_in(db, unseen, bases, rows[: len(real)], build=build, rng=rng)
    with db.write() as conn:
        meta.put(conn, KEY, json.dumps({"build": asdict(build), "retold": told}))
    with db.engine.connect() as conn:
        conn.exec_driver_sql("ANALYZE") if conn.dialect.name == "postgresql" else None
        conn.commit()


def _articles(corpus: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(corpus, "rt") as lines:
        yield from map(json.loads, lines)


def _draft(article: dict[str, Any], name: str, day: date, paragraphs: Sequence[str], source: Source) -> Draft:
    at = datetime(day.year, day.month, day.day, 6, tzinfo=LOCAL_ZONE).astimezone(UTC)
    finding = Finding(
        external_id=name,
        guid=name,
        url=f"https://{source.source_id}.example/{name}",
        kind="article",
        title=article["title"],
        summary=article["lead"],
        text="\n\n".join(paragraphs),
        whens=(When(at, Precision.SECOND, Basis.GIVEN),),
    )
    [made] = drafts(finding, source, at + timedelta(hours=1))
    return made


def _bases(
    real: Sequence[dict[str, Any]], rows: Sequence[Row]
) -> tuple[list[Base], Words, NDArray[np.int64]]:
    """Return the real articles, the hash of every word in them, and in how many places it stands."""
    ids: dict[int, int] = {}
    bases = []
    for article, row in zip(real, rows, strict=False):
        made = _draft(article, f"a{article['id']}", row.day, article["body"], paper(row.number))
        hashed = hashes(tokens(made.text()))
        title = hashes(tokens(made.title))
        grams = runs(hashed)
        bases.append(
            Base(
                draft=made,
                told=json.dumps(codec.dump_draft(made), ensure_ascii=False),
                facts=json.dumps(pack_facts(facts(made)), ensure_ascii=False),
                words=np.array([ids.setdefault(word, len(ids)) for word in hashed.tolist()], dtype=np.int64),
                title=np.array([ids.setdefault(word, len(ids)) for word in title.tolist()], dtype=np.int64),
                common=~np.isin(grams, rarity.rare(np.unique(grams))),
            )
        )
    counts = np.bincount(np.concatenate([base.words for base in bases]), minlength=len(ids))
    return bases, np.array(list(ids), dtype=np.uint64), counts


def _permutations(
    counts: NDArray[np.int64], variants: int, build: Build, rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Return for each variant which word stands for which: one of the next in frequency."""
    by_rank = np.argsort(-counts, kind="stable")
    found = [np.arange(len(counts))]
    for _ in range(variants - 1):
        exchanged = np.arange(len(counts))
        start = build.kept_words
        while start < len(counts):
            band = by_rank[start : (start := start + max(50, start // 2))]
            exchanged[band] = rng.permutation(band)
        found.append(exchanged)
    return found


def _receipt(conn: Connection, body: bytes, source: Source | None = None) -> int:
    at = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC)
    made = receipts.add(
        conn,
        source_id=(source or paper(0)).source_id,
        form=Form.RECORD,
        content=receipts.pack(body),
        given=Given(),
        received_at=at,
    )
    if source is None:
        receipts.finish(conn, made.receipt_id)
    return made.receipt_id


def _write_prints(
    db: Database,
    bases: Sequence[Base],
    rows: Sequence[Row],
    vocabulary: Words,
    exchanged: Sequence[NDArray[np.int64]],
) -> None:
    """Write fingerprints, then all postings in the order of their key: 50 million rows take minutes."""
    keys: dict[int, list[NDArray[np.uint64]]] = {}

    def prints() -> Iterator[dict[str, Any]]:
        hashed: Words = vocabulary
        for place, row in enumerate(rows):
            base = bases[row.base]
            if place == 0 or row.variant != rows[place - 1].variant:
                hashed = vocabulary[exchanged[row.variant]]
            found = runs(hashed[base.words])
            mine = _postings(found, base)
            # Signed as in SQL, moved up so that the order of unsigned keys is theirs.
            grams = (mine.view(np.int32).astype(np.int64) + 2**31).astype(np.uint64)
            part = row.day.toordinal() // _PART_DAYS
            keys.setdefault(part, []).append((grams << np.uint64(24)) | np.uint64(row.number))
            shape = Shape(
                grams=np.unique(found),
                words=np.unique(hashed[base.words].astype(np.uint32)),
                title=np.unique(hashed[base.title].astype(np.uint32)),
                length=len(base.words),
                day=row.day,
            )
            yield {
                "number": row.number,
                "entry_id": entry_id(base, row),
                "rules": RULES,
                "source_id": paper(row.number).source_id,
                "kind": base.draft.kind,
                "text_hash": identity(base, row),
                "day": row.day.toordinal(),
                "same": same(shape),
                "postings": mine.astype("<u4").tobytes(),
                "arrays": pack_shape(shape),
                # Another article's: with the same numbers and names, the model would join the two.
                "facts": bases[(row.base + _OTHER * row.variant) % len(bases)].facts,
            }

    insert(db, schema.fingerprint, prints())
    for part in sorted(keys):
        ordered = np.concatenate(keys.pop(part))
        ordered.sort()
        insert(db, schema.posting, _posted(part, ordered))
        grams, counts = np.unique(ordered >> np.uint64(24), return_counts=True)
        full = (grams[counts > _CROWD].astype(np.int64) - 2**31).tolist()
        insert(db, schema.crowd, ({"part": part, "gram": gram} for gram in full))


def _posted(part: int, keys: NDArray[np.uint64]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(keys), 100_000):
        some = keys[start : start + 100_000]
        grams = ((some >> np.uint64(24)).astype(np.int64) - 2**31).tolist()
        numbers = (some & np.uint64(2**24 - 1)).tolist()
        for gram, number in zip(grams, numbers, strict=True):
            yield {"part": part, "gram": gram, "number": number}


def _postings(found: Hashes, base: Base) -> Hashes:
    """Return the runs to find an exchanged text by: those whose own ones are rare in news."""
    kept = ~base.common & (found % _SAMPLE == 0)
    dense = len(found) if len(base.words) <= _DENSE else _DENSE - RUN + 1
    kept[:dense] = ~base.common[:dense]
    return rarity.rare(np.unique(found[kept]))


def _hand_in(
    db: Database,
    unseen: Sequence[dict[str, Any]],
    bases: Sequence[Base],
    rows: Sequence[Row],
    *,
    build: Build,
    rng: np.random.Generator,
) -> dict[str, str]:
    """Commit the newcomers as receipts that hold drafts; return whom the retellings retell, by guid."""
    waiting: list[tuple[Source, Draft]] = []
    for number, article in enumerate(unseen):
        day = LAST - timedelta(days=int(rng.integers(0, WINDOW_DAYS)))
        waiting.append((paper(number), _draft(article, f"n{number}", day, article["body"], paper(number))))
    retold: dict[str, str] = {}
    long = [place for place, base in enumerate(bases) if base.draft.body.count("\n\n") >= 3]
    for number, place in enumerate(rng.choice(long, build.newcomers - len(unseen), replace=False).tolist()):
        base, row, source = bases[place], rows[place], paper(rows[place].number + 1)
        paragraphs = base.draft.body.split("\n\n")
        kept = [one for one in paragraphs if rng.random() > _LEFT_OUT] or paragraphs[:1]
        article = {"title": base.draft.title, "lead": base.draft.summary}
        name = f"r{number}"
        waiting.append((source, _draft(article, name, row.day, kept, source)))
        retold[name] = entry_id(base, row)
    with db.write() as conn:
        for place in rng.permutation(len(waiting)).tolist():
            source, draft = waiting[place]
            _receipt(conn, json.dumps([codec.dump_draft(draft)]).encode(), source)
    return retold
