"""Fits the weights of `pipeline/places_weighed.py` on labelled texts: pipeline/data/place_weights.toml.

Usage: PYTHONPATH=. python -m bench.labels.train_places LABELS.jsonl… [--articles ARTICLES.jsonl.gz]
           [--folds N] [--shuffles N] [--write]

Labels as `bench.labels.gold` has them. Each text is read thrice: whole, cut behind its first paragraphs, and
its headline with the first sentence, so that short items are read as well as long articles. Prints a
JSON line for each shuffle: accuracy of the main place and precision, recall and F1 of provinces on whole
texts of held-out folds.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.dedup.train import fitted
from bench.labels import gold
from bench.labels.score import Tally, share
from pipeline import places_weighed as weighed
from pipeline.places import MAIN, TOLD
from pipeline.places_in_prose import as_spoken, sightings
from pipeline.places_scope import scope

_WEIGHTS = Path(weighed.__file__).parent / "data" / "place_weights.toml"
_SHORT = (10_000_000, 700, 260)  # characters
_SHARES = (1.0, 0.35, 0.15)  # how much each of them counts
_HEAD = "# Log odds per unit of each number in pipeline/places_weighed.py; fitted by train_places.py."
_RIDGE = 2.0

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Text:
    """One reading of a text: its numbers by province, those of the text, its labels, its share."""

    numbers: dict[str, tuple[float, ...]]
    of_nation: tuple[float, ...]
    labels: dict[str, object]
    counts: float

    def wanted(self, field: str) -> list[str]:
        """Return the slugs of a label."""
        found = self.labels.get(field, [])
        assert isinstance(found, list)
        return found


def main() -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("labels", type=Path, nargs="+")
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--shuffles", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    labelled = [text for path in chosen.labels for text in gold.texts(path, chosen.articles)]
    texts = [list(_readings(text)) for text in labelled]
    for shuffle in range(chosen.shuffles):
        order = np.random.default_rng(shuffle).permutation(len(texts)).tolist()
        print(json.dumps(_measured(texts, order, chosen.folds)))
    if chosen.write:
        _write(*_fitted([one for readings in texts for one in readings]))


def _readings(text: gold.Text) -> Iterator[_Text]:
    whole = as_spoken("\n\n".join(filter(None, (text.title, text.summary, text.body))))
    for length, counts in zip(_SHORT, _SHARES, strict=True):
        spoken = whole[:length]
        wide = scope(spoken)
        numbers = weighed.features(spoken, sightings(spoken), wide)
        yield _Text(numbers, weighed.of_nation(wide, named=bool(numbers)), text.labels, counts)


def _fitted(texts: Sequence[_Text]) -> tuple[Array, Array]:
    """Return the weights of provinces and those of the country."""
    rows, truth, counts = [], [], []
    nation, national, often = [], [], []
    for text in texts:
        for province, numbers in text.numbers.items():
            if province not in text.wanted("provinces_maybe"):
                rows.append((*numbers, 1.0))
                truth.append(province in text.wanted("provinces"))
                counts.append(text.counts)
        if not text.wanted("provinces") and not text.wanted("provinces_maybe"):
            nation.append((*text.of_nation, 1.0))
            national.append(bool(text.labels.get("national")))
            often.append(text.counts)
    return (
        fitted(np.array(rows), np.array(truth, float), np.array(counts), _RIDGE),
        fitted(np.array(nation), np.array(national, float), np.array(often), _RIDGE),
    )


def _measured(texts: Sequence[Sequence[_Text]], order: Sequence[int], folds: int) -> dict[str, object]:
    tally, right, country = Tally(), 0, 0
    for fold in range(folds):
        held = set(order[fold::folds])
        province, nation = _fitted([one for at, many in enumerate(texts) if at not in held for one in many])
        for at in held:
            text = texts[at][0]
            said = _said(text, province)
            tally.add(said, text.wanted("provinces"), text.wanted("provinces_maybe"))
            fine = {*text.wanted("provinces"), *text.wanted("provinces_maybe")}
            of_country = _chance(nation, text.of_nation) > TOLD
            country += not fine and of_country is bool(text.labels.get("national"))
            if said:
                right += said[0] in fine
            elif not text.wanted("provinces"):
                right += bool(fine) or of_country is bool(text.labels.get("national"))
    return {
        "texts": len(texts),
        "province_right": share(right, len(texts)),
        **tally.figures(),
        "country": country,
    }


def _said(text: _Text, weights: Array) -> list[str]:
    chances = {province: _chance(weights, numbers) for province, numbers in text.numbers.items()}
    order = sorted(chances, key=lambda one: -chances[one])
    return [one for at, one in enumerate(order) if chances[one] >= (MAIN if at == 0 else TOLD)]


def _chance(weights: Array, numbers: Sequence[float]) -> float:
    return float(1 / (1 + np.exp(-np.clip(np.array((*numbers, 1.0)) @ weights, -30, 30))))


def _write(province: Array, nation: Array) -> None:
    lines = [_HEAD]
    for name, names, weights in (
        ("province", weighed.FEATURES, province),
        ("nation", weighed.OF_NATION, nation),
    ):
        lines += ["", f"[{name}]"]
        told = zip((*names, "constant"), weights, strict=True)
        lines += [f"{one} = {weight:.4f}" for one, weight in told]
    _WEIGHTS.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
