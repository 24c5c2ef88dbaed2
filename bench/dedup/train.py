"""Fits the weights of `pipeline/evidence.py` on a labelled set and writes pipeline/data/weights.toml.

Usage: PYTHONPATH=. python -m bench.dedup.train ARTICLES.jsonl.gz [--articles N] [--seeds 1 2] [--dry]

Pairs are the pipeline's own candidates in a made set that no guard keeps apart and that are no
copies, and pairs of real articles that are follow-ups or chance. A logistic regression with a ridge
is fitted by Newton's method; a story's pairs weigh together as the square root of their number, so
that an agency's text in 30 papers does not drown the rest. Only the train split is read. New
weights are new rules: raise `pipeline.similarity.RULES` with them.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.dedup import byhand, generate, middle, run
from bench.dedup.__main__ import labels
from bench.dedup.model import Level
from bench.dedup.score import Label
from pipeline.dedup import Side, worth_deciding
from pipeline.evidence import ANY, EXCERPT, MODELS, Evidence, features, is_copy, strongest
from pipeline.guards import agreeing
from pipeline.linking import alike
from pipeline.model import EntryId
from pipeline.reader import Reader
from pipeline.similarity import Fingerprint, in_length, likeness
from pipeline.stages import receive
from pipeline.store import Connection, export, links, prints

_WEIGHTS = Path(__file__).parents[2] / "pipeline" / "data" / "weights.toml"
_RIDGE = 0.1
_STEPS = 100
_STEADY = 1e-6
_BATCH = 200
_COPY = 0.25  # part from which two articles of the corpus itself may be one: nobody has labelled them
_SURE = 0.7
# A publisher's item meets a stranger of its topic only where its own article is missing: one in ten.
_COMES: Mapping[str, Mapping[str, float]] = {
    middle.FULL: {ANY: 1.0},
    middle.TITLED: {ANY: 1.0, EXCERPT: 0.1},
    middle.LEAD: {ANY: 1.0, EXCERPT: 0.1},
}
_DAYS, _UNDATED = 3, 20  # publication days apart, and one pair of how many is undated

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A pair that the model decides: what it sees, the truth, the pair's story and harder level.

    `weight`: how often it comes, by model.
    """

    seen: dict[str, float]
    same: bool
    group: str
    level: Level
    weight: Mapping[str, float]


def examples(articles: Path, count: int, seed: int) -> Iterator[Example]:
    """Yield the pairs of one set that reach the model."""
    told = generate.tellings(generate.articles(articles), seed=seed, count=count, split="train")
    truth = labels(told)
    with tempfile.TemporaryDirectory() as folder:
        db = run.opened(Path(folder))
        run.hand_in(db, iter(generate.records(told)))
        with Reader() as reader:
            while receive(db, reader, run.now).receipts:
                pass
        with db.read() as conn:
            names = {EntryId(line["entry_id"]): line["external_id"] for line in export.lines(conn)}
            for a, b in _pairs(conn, sorted(names)):
                if (made := _example(a, b, truth[names[a.entry_id]], truth[names[b.entry_id]])) is not None:
                    yield made
        db.close()


def _pairs(conn: Connection, entry_ids: list[EntryId]) -> Iterator[tuple[Side, Side]]:
    for start in range(0, len(entry_ids), _BATCH):
        stored = prints.sought(conn, entry_ids[start : start + _BATCH])
        order = sorted(stored)
        found, _ = alike(conn, [stored[entry_id] for entry_id in order])
        near = dict(zip(order, found, strict=True))
        known = links.sides(conn, {*near, *(other for others in near.values() for other in others)})
        for entry_id, others in near.items():
            yield from ((known[entry_id], known[other]) for other in sorted(others) if entry_id < other)


def _example(a: Side, b: Side, one: Label, other: Label) -> Example | None:
    same_bulletin = a.bulletin_id and a.source_id == b.source_id and a.bulletin_id == b.bulletin_id
    excerpt = a.source_id == b.source_id and a.kind is not b.kind
    evidence = None if same_bulletin else _between(a.print, b.print, excerpt=excerpt)
    same = one.story == other.story
    if evidence is None:
        return None
    if not same and evidence.likeness.part > _COPY and one.level is other.level is Level.ORIGINAL:
        return None
    level = max(one.level, other.level, key=list(Level).index)
    group = one.story if same else f"{one.story} {other.story}"
    return Example(features(evidence), same, group, level, {EXCERPT if excerpt else ANY: 1.0})


def strangers(articles: Path) -> Iterator[Example]:
    """Yield pairs of real articles of the train split that are no copies: follow-ups and chance.

    And those that were read and labelled. One of each pair also as a bulletin may tell it: its title and
    lead, its lead alone. What lies between copies and strangers is left out unless it is labelled.
    The articles bear no dates; since follow-ups come soon, a pair is taken to be of one day or of
    neighbouring ones.
    """
    told = [one for one in middle.articles(articles) if generate.split_of(one["id"]) == generate.SPLITS[0]]
    labelled = byhand.labels(generate.SPLITS[0])
    forms = {form: [middle.read(one, form) for one in told] for form in middle.FORMS}
    whole = forms[middle.FULL]
    for a, b in middle.pairs(whole).tolist():
        shapes = whole[a].print.shape, whole[b].print.shape
        pair = whole[a].draft.external_id, whole[b].draft.external_id
        label = labelled.get(pair, "other" if likeness(*shapes).part <= _COPY else "unsure")
        if label != "unsure" and worth_deciding(*shapes):
            group = " ".join(pair)
            for form, readings in forms.items():
                found = _between(readings[a].print, whole[b].print)
                if found is not None:
                    dated = replace(found, days=None if (a + b) % _UNDATED == 0 else (a + b) % _DAYS)
                    yield Example(
                        features(dated),
                        same=label == "same",
                        group=group,
                        level=Level.ORIGINAL,
                        weight=_COMES[form],
                    )


def _between(one: Fingerprint, other: Fingerprint, *, excerpt: bool = False) -> Evidence | None:
    """Return the evidence about two texts, None if the model does not decide them."""
    first, _ = in_length(one.shape, other.shape)
    short, long = (one, other) if first is one.shape else (other, one)
    like = likeness(short.shape, long.shape)
    agreed = agreeing(short.facts, long.facts, like)
    if not agreed or not worth_deciding(short.shape, long.shape):
        return None
    found = strongest(short, long, like, agreed, excerpt=excerpt)
    return None if is_copy(found) else found


def fitted(rows: Array, truth: Array, weights: Array, ridge: float = _RIDGE) -> Array:
    """Return the coefficients of a ridge logistic regression; the last column is the constant."""
    pull = np.full(rows.shape[1], ridge)
    pull[-1] = 0.0
    found = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (weights * (truth - chance)) - pull * found
        curve = (rows * (weights * np.maximum(chance * (1 - chance), 1e-9))[:, None]).T @ rows + np.diag(pull)
        step = np.linalg.solve(curve, slope)
        found += step
        if np.abs(step).max() < _STEADY:
            break
    return found


def report(given: list[Example], chance: Array) -> dict[str, object]:
    """Return how the pairs of each level fare at the threshold."""
    found: Counter[tuple[str, str]] = Counter()
    for one, sure in zip(given, chance >= _SURE, strict=True):
        found[one.level, f"{'same' if one.same else 'other'} {'joined' if sure else 'apart'}"] += 1
    return {
        level: {kind: count for (of, kind), count in sorted(found.items()) if of == level} for level in Level
    }


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(prog="python -m bench.dedup.train", description=__doc__)
    parser.add_argument("articles_file", type=Path)
    parser.add_argument("--articles", type=int, default=3_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--dry", action="store_true", help="write nothing")
    asked = parser.parse_args()
    given = [made for seed in asked.seeds for made in examples(asked.articles_file, asked.articles, seed)]
    given += strangers(asked.articles_file)
    names = list(given[0].seen)
    fits = {}
    for model in MODELS:
        mine = [one for one in given if model in one.weight]
        rows = np.array([[*(one.seen[name] for name in names), 1.0] for one in mine])
        sizes = Counter(one.group for one in mine)
        often = np.array([one.weight[model] * sizes[one.group] ** -0.5 for one in mine])
        found = fitted(rows, np.array([float(one.same) for one in mine]), often)
        fits[model] = dict(zip([*names, "always"], found.tolist(), strict=True))
        chance = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        print(json.dumps({"model": model, "pairs": len(mine), "levels": report(mine, chance)}))
    if not asked.dry:
        _write(fits)


def _write(fits: Mapping[str, Mapping[str, float]]) -> None:
    told = ["# Log odds per unit of each measure in pipeline/evidence.py; fitted by bench/dedup/train.py.\n"]
    for model, weights in fits.items():
        told += [f"\n[{model}]\n", *(f'"{name}" = {value:.4f}\n' for name, value in weights.items())]
    _WEIGHTS.write_text("".join(told), encoding="utf-8")


if __name__ == "__main__":
    main()
