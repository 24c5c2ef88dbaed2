"""Train the learned weights of `pipeline/topicmodel.py`, and measure lists and model on texts held back.

Usage: PYTHONPATH=. python -m bench.labels.train_topics ARTICLES.jsonl.gz LABELS.jsonl… [--out FILE]

ARTICLES: many texts without labels (`bench.labels.gold` says how they are written); LABELS: the ids of some
of them with `topics` and `topics_maybe`. Each file of labels is measured for itself. Three steps:

1. Words and pairs of words of all articles span a space of 200 directions (randomized SVD of the tf-idf
   matrix, Halko et al. 2011): words that stand in like texts lie near each other, so that a thousand labels
   speak for words that none of the labelled texts has.
2. A logistic regression for each topic in that space; a text that could be filed there counts for neither.
3. Four numbers, the same for all topics, mix the model's word with the points of the lists; they are fitted
   on what models say of texts that they were not trained on.

What is printed as `held_back` is the mean of ten folds: words, weights and mix know nothing of the fold's
labels. Without `--out` it only measures. Same input, same file; 3 minutes for 22,000 articles.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from itertools import product
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.labels import gold
from bench.labels.score import Tally
from pipeline import topicmodel
from pipeline.text import clean, one_tone
from pipeline.topiclist import SHIPPED, load
from pipeline.topicmodel import Mix
from pipeline.topics import combined, model_words, points

_WORDS = 8_000
_COMMON = 0.4  # of the articles; a word in more of them tells nothing
_NAME = 0.6  # share of capitals from which on a word is a name
_DIRECTIONS = 200
_ROWS = 1_000  # made dense at a time
_RIDGE = 1 / 50
_FOLDS, _INNER = 10, 5
_GIVEN = 3  # topics of a text
_WRITTEN = re.compile(r"[^\W_]+")  # words in their own case, cut as `pipeline.text.words` cuts them
_SMALL = 0.08  # of the heaviest weight of its topic: not written
# Where the bars of the first topic and of further ones may lie, as probabilities.
_FIRST = (0.3, 0.35, 0.4, 0.45, 0.5)
_SECOND = (0.55, 0.6)

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Space:
    """The words of the model, what each is worth, and the directions: words × 200."""

    names: tuple[str, ...]
    rarity: Matrix
    directions: Matrix


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with labels: where they lie, the lists' points, what is so, what counts for nobody, the file."""

    at: Matrix
    points: Matrix
    so: NDArray[np.bool_]
    maybe: NDArray[np.bool_]
    file: NDArray[np.int64]

    def of(self, rows: NDArray[Any]) -> "Labelled":
        """Return some of them."""
        return Labelled(self.at[rows], self.points[rows], self.so[rows], self.maybe[rows], self.file[rows])


@dataclass(frozen=True, slots=True)
class Fit:
    """A trained model in the space: directions × topics, a base for each topic, and the mix."""

    weights: Matrix
    base: Matrix
    mix: Mix


def main() -> None:
    """Measure, and write the model if a place for it is named."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("labels", type=Path, nargs="+")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    print(json.dumps(train(chosen.articles, chosen.labels, chosen.out)))


def train(articles: Path, labels: Sequence[Path], out: Path | None) -> dict[str, Any]:
    """Return the figures on texts held back and the mix of the lists alone; write the model to `out`."""
    lists = replace(load(SHIPPED), learned=None)
    slugs = [topic.slug for topic in lists.topics]
    texts = gold.texts(articles)
    counts = {one.text_id: model_words(lists, one.title, _below(one)) for one in texts}
    space = _space(texts, list(counts.values()))
    rows = [(number, text) for number, path in enumerate(labels) for text in gold.texts(path, articles)]
    told = [points(lists, text.title, _below(text)) for _, text in rows]
    labelled = Labelled(
        _dense(space, [counts[text.text_id] for _, text in rows]) @ space.directions,
        np.array([[one.get(slug, 0.0) for slug in slugs] for one in told]),
        _labels([text for _, text in rows], "topics", slugs),
        _labels([text for _, text in rows], "topics_maybe", slugs),
        np.array([number for number, _ in rows]),
    )
    figures, bars = _measured(labelled, [path.name for path in labels])
    if out:
        fit = _fit(labelled)
        fit = replace(fit, mix=_barred(fit.mix, bars["lists and model"]))
        out.write_text(_written(space, fit, slugs), encoding="utf-8")
    return {"held_back": figures, "lists alone": asdict(_barred(_alone(labelled).mix, bars["lists"]))}


def _below(text: gold.Text) -> str:
    return f"{text.summary}\n\n{text.body}"


def _labels(texts: Iterable[gold.Text], key: str, slugs: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([[slug in text.labels.get(key, ()) for slug in slugs] for text in texts])


def _names(texts: Iterable[gold.Text], wanted: Collection[str]) -> frozenset[str]:
    """Return those of the words and pairs that are mostly written with capitals, though not as ACRONYMS."""
    seen: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for text in texts:
        cased = _WRITTEN.findall(one_tone(clean(f"{text.title}\n{_below(text)}")))
        plain = [word.casefold() for word in cased]
        capital = [word[0].isupper() and not word[1:].isupper() for word in cased]
        for at, word in enumerate(plain):
            if word in wanted:
                seen[word] += 1
                named[word] += capital[at]
            pair = f"{word} {plain[at + 1]}" if at + 1 < len(plain) else ""
            if pair in wanted:
                seen[pair] += 1
                named[pair] += capital[at] and capital[at + 1]
    return frozenset(word for word, count in seen.items() if named[word] >= _NAME * count)


def _space(texts: Sequence[gold.Text], counts: Sequence[dict[str, float]]) -> Space:
    """Choose the words and find the directions: randomized SVD, 4 power steps."""
    spread = Counter(word for one in counts for word in one)
    frequent = [word for word, count in spread.most_common(4 * _WORDS) if count < _COMMON * len(counts)]
    names = _names(texts, set(frequent))
    kept = tuple(sorted([word for word in frequent if word not in names][:_WORDS]))
    rarity = np.array([round(log(len(counts) / spread[word]), 2) for word in kept])
    space = Space(kept, rarity, np.empty((len(kept), 0)))
    basis = np.random.default_rng(0).standard_normal((len(kept), min(_DIRECTIONS + 10, len(kept))))
    for _ in range(4):
        basis, _ = np.linalg.qr(_through(space, counts, basis))
    _, lengths, turned = np.linalg.svd(basis.T @ _through(space, counts, basis), full_matrices=False)
    del lengths
    return replace(space, directions=basis @ turned.T[:, :_DIRECTIONS])


def _through(space: Space, counts: Sequence[dict[str, float]], basis: Matrix) -> Matrix:
    """Return XᵀX · basis, where X has a text in each row."""
    total = np.zeros_like(basis)
    for start in range(0, len(counts), _ROWS):
        dense = _dense(space, counts[start : start + _ROWS])
        total += dense.T @ (dense @ basis)
    return total


def _dense(space: Space, counts: Sequence[dict[str, float]]) -> Matrix:
    """Return texts as `topicmodel.said` sees them, one in each row."""
    column = {word: at for at, word in enumerate(space.names)}
    rows = np.zeros((len(counts), len(column)))
    for row, one in zip(rows, counts, strict=True):
        for word, count in one.items():
            if (at := column.get(word)) is not None:
                row[at] = np.log1p(count) * space.rarity[at]
    lengths: Matrix = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    rows /= np.maximum(lengths, 1e-9)
    return rows


def _regression(at: Matrix, so: NDArray[np.bool_]) -> Matrix:
    """Return the weights of a logistic regression, the last one its base, by Newton's method with a ridge."""
    rows = np.hstack([at, np.ones((len(at), 1))])
    ridge = np.full(rows.shape[1], _RIDGE)
    ridge[-1] = 1e-6
    weights = np.zeros(rows.shape[1])
    for _ in range(100):
        likely = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (likely - so) + ridge * weights
        bend = (rows * (likely * (1 - likely))[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def _topics(texts: Labelled) -> tuple[Matrix, Matrix]:
    """Return weights and base of each topic; one that nothing shows gets the lowest base."""
    fits = []
    for so, maybe in zip(texts.so.T, texts.maybe.T, strict=True):
        none = np.append(np.zeros(texts.at.shape[1]), topicmodel.LEAST)
        counted = so | ~maybe
        fits.append(_regression(texts.at[counted], so[counted]) if so.sum() > 1 else none)
    whole = np.array(fits).T
    return whole[:-1], whole[-1]


def _said(texts: Labelled, weights: Matrix, base: Matrix) -> Matrix:
    said: Matrix = np.clip(texts.at @ weights + base, topicmodel.LEAST, topicmodel.MOST)
    return said


def _fit(texts: Labelled) -> Fit:
    """Train on texts; the mix on what five models say of texts that they do not know."""
    said = np.zeros_like(texts.points)
    for train, held in _folds(len(texts.so), _INNER, seed=1):
        said[held] = _said(texts.of(held), *_topics(texts.of(train)))
    parts = np.stack([said, *_listed(texts.points)], axis=-1)
    counted = texts.so | ~texts.maybe
    return Fit(*_topics(texts), _mix(_regression(parts[counted], texts.so[counted])))


def _listed(points: Matrix) -> tuple[Matrix, Matrix]:
    """Return the two parts of `topics.combined` that lists make."""
    return np.log1p(points), points / np.maximum(points.max(axis=1, keepdims=True), 1e-9)


def _scores(texts: Labelled, fit: Fit) -> Matrix:
    said = _said(texts, fit.weights, fit.base)
    return np.array(
        [
            [
                combined(fit.mix, model, listed, max(of_lists))
                for model, listed in zip(of_model, of_lists, strict=True)
            ]
            for of_model, of_lists in zip(said, texts.points, strict=True)
        ]
    )


def _alone(texts: Labelled) -> Fit:
    """Fit the mix of the lists without a model."""
    parts = np.stack([np.zeros_like(texts.points), *_listed(texts.points)], axis=-1)
    counted = texts.so | ~texts.maybe
    mix = _mix(_regression(parts[counted], texts.so[counted]))
    return Fit(np.zeros((texts.at.shape[1], texts.so.shape[1])), np.zeros(texts.so.shape[1]), mix)


def _folds(count: int, folds: int, seed: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield (train, held back) for each fold."""
    order = np.random.default_rng(seed).permutation(count)
    for held in np.array_split(order, folds):
        yield np.setdiff1d(order, held), held


def _held_back(texts: Labelled, fitting: Callable[[Labelled], Fit]) -> Matrix:
    """Return the scores of all texts by models that do not know them."""
    scores = np.zeros_like(texts.points)
    for train, held in _folds(len(texts.so), _FOLDS, seed=0):
        scores[held] = _scores(texts.of(held), fitting(texts.of(train)))
    return scores


def best_bars(texts: Labelled, scores: Matrix) -> tuple[float, float]:
    """Return where the bars of first and further topics lie, in log odds: where F1 over all files is best."""
    odds = [log(one / (1 - one)) for one in (*_FIRST, *_SECOND)]
    pairs = [
        (first, second)
        for first, second in product(odds[: len(_FIRST)], odds[len(_FIRST) :])
        if first <= second
    ]
    return max(pairs, key=lambda bars: _tally(texts, scores, bars).figures()["f1"])


def _tally(texts: Labelled, scores: Matrix, bars: tuple[float, float], file: int | None = None) -> Tally:
    """Count the topics that scores give, in one file or in all."""
    tally = Tally()
    for row, one in enumerate(scores):
        if file not in (None, texts.file[row]):
            continue
        order = np.argsort(-one, kind="stable")[:_GIVEN]
        given = [topic for place, topic in enumerate(order) if one[topic] >= bars[place > 0]]
        so, maybe = np.flatnonzero(texts.so[row]), np.flatnonzero(texts.maybe[row])
        tally.add(*([str(topic) for topic in some] for some in (given, so, maybe)))
    return tally


def _measured(
    texts: Labelled, files: Sequence[str]
) -> tuple[dict[str, dict[str, Any]], dict[str, tuple[float, float]]]:
    """Return the figures on texts held back, for lists alone and with the model, and the bars."""
    figures, bars = {}, {}
    for name, fitting in (("lists", _alone), ("lists and model", _fit)):
        scores = _held_back(texts, fitting)
        bars[name] = best_bars(texts, scores)
        tallies = {
            file: _tally(texts, scores, bars[name], number).figures() for number, file in enumerate(files)
        }
        figures[name] = tallies | {"all": _tally(texts, scores, bars[name]).figures()}
    return figures, bars


def _mix(weights: Matrix) -> Mix:
    learned, listed, share, base = map(float, weights)
    return Mix(learned, listed, share, base, second=0.0)


def _barred(mix: Mix, bars: tuple[float, float]) -> Mix:
    return replace(mix, base=mix.base - bars[0], second=bars[1] - bars[0])


def _written(space: Space, fit: Fit, slugs: Sequence[str]) -> str:
    """Return the model's file. What the directions and the regression make of a word is one weight."""
    weights = space.directions @ fit.weights
    small = _SMALL * np.abs(weights * space.rarity[:, None]).max(axis=0)
    lines = [
        "# Learned weights of words for topics; made by bench/labels/train_topics.py, not by hand.",
        "\t".join(("slugs", *slugs)),
        "\t".join(("base", *(f"{one:.2f}" for one in fit.base))),
        "\t".join(("mix", *(f"{one:.3f}" for one in astuple(fit.mix)))),
    ]
    for word, rarity, row in zip(space.names, space.rarity, weights, strict=True):
        cells = [f"{at}:{one:.1f}" for at, one in enumerate(row) if abs(one * rarity) >= small[at]]
        lines.append("\t".join((word, f"{rarity:.2f}", *cells)))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
