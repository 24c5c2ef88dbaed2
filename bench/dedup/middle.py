"""Lists pairs of real articles that the rules are least sure about, for people to label.

Usage: PYTHONPATH=. python -m bench.dedup.middle ARTICLES.jsonl.gz [--most 200] > pairs.jsonl

Every article of the test split is compared with every other that shares two rare runs of words; all
are taken to be of one day, because the articles bear no dates and that is the hardest. A line has
both ids, the relation, the score and the reason; with --texts the texts, too, which must not be
committed. Labels go to labels.tsv, and `bench.dedup.byhand` scores the rules on them.
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.dedup.generate import SPLITS, split_of
from pipeline.dedup import Edge, Relation, Side, decide, worth_deciding
from pipeline.model import Basis, Draft, EntryId, EntryKind, Precision, SourceId, TitleBasis, When
from pipeline.store.prints import Reading, reading

_DAY = When(datetime(2023, 1, 1, tzinfo=UTC), Precision.DAY, Basis.INFERRED)
_SHARED = 2
FULL, TITLED, LEAD = FORMS = "full", "title and lead", "lead"
_BANDS = 10  # of the score, each with as many pairs


def articles(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the articles."""
    with gzip.open(path, "rt") as lines:
        yield from map(json.loads, lines)


def read(told: dict[str, Any], form: str = FULL) -> Reading:
    """Return the reading of an article, or of its title and lead, or of its lead alone."""
    return reading(
        Draft(
            kind=EntryKind.ARTICLE,
            external_id=told["id"],
            title="" if form == LEAD else told["title"],
            title_basis=TitleBasis.GIVEN,
            published=_DAY,
            body="\n\n".join([told["lead"], *told["body"]] if form == FULL else [told["lead"]]),
        )
    )


def side(made: Reading) -> Side:
    """Return an article as one side of a pair, its own source."""
    name = made.draft.external_id
    return Side(EntryId(name), SourceId(name), EntryKind.ARTICLE, "", 0, made.print)


def pairs(given: list[Reading]) -> NDArray[np.int64]:
    """Return all pairs (places, the lower first) that share two rare runs of words."""
    grams = np.concatenate([one.postings for one in given])
    owners = np.repeat(np.arange(len(given)), [len(one.postings) for one in given])
    order = np.argsort(grams, kind="stable")
    grams, owners = grams[order], owners[order]
    met = []
    for step in range(1, 200):
        same = grams[step:] == grams[:-step]
        if not same.any():
            break
        met.append(owners[:-step][same] * len(given) + owners[step:][same])
    keys, shared = np.unique(np.concatenate(met), return_counts=True)
    found = keys[shared >= _SHARED]
    return np.stack([found // len(given), found % len(given)], axis=1)


def decided(given: list[Reading]) -> Iterator[Edge]:
    """Yield what the rules say of every pair worth deciding."""
    sides = [side(one) for one in given]
    for a, b in pairs(given).tolist():
        if worth_deciding(sides[a].print.shape, sides[b].print.shape):
            yield decide(sides[a], sides[b])


def unsure(edges: list[Edge], most: int) -> list[Edge]:
    """Return pairs evenly from the bands of the score, of each band at random."""
    rng = Random(1)
    middle = [edge for edge in edges if edge.relation is not Relation.APART and 0.05 <= edge.score < 1]
    chosen: list[Edge] = []
    for band in range(_BANDS):
        mine = [edge for edge in middle if band <= edge.score * _BANDS < band + 1]
        chosen += rng.sample(mine, min(len(mine), most // _BANDS))
    rest = sorted(set(middle) - set(chosen), key=lambda edge: (abs(edge.score - 0.5), edge.a, edge.b))
    return [*chosen, *rest[: most - len(chosen)]]


def main() -> None:
    """Print the pairs."""
    parser = argparse.ArgumentParser(prog="python -m bench.dedup.middle", description=__doc__)
    parser.add_argument("articles_file", type=Path)
    parser.add_argument("--most", type=int, default=200)
    parser.add_argument("--texts", action="store_true")
    asked = parser.parse_args()
    told = articles(asked.articles_file)
    given = [read(one) for one in told if split_of(one["id"]) == SPLITS[1]]
    texts = {one.draft.external_id: one.draft.text() for one in given}
    for edge in unsure(list(decided(given)), asked.most):
        line: dict[str, Any] = {"a": edge.a, "b": edge.b, "relation": edge.relation, "score": edge.score}
        line["because"] = edge.because
        if asked.texts:
            line["texts"] = [texts[edge.a], texts[edge.b]]
        print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
