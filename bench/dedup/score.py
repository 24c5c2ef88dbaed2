"""Figures from what is true and what was predicted. Pure; never raises.

A pair is two external ids. It is *true* if both bear the label of one story, *predicted* if they
got one story id. An id that got none is a story of its own and counts as lost.

A true pair is put down to one level: the harder of its two (`model.RANK`), so that levels add up
to the whole. Recall of a level: the share of its true pairs that are predicted. Precision of a
level: of the predicted pairs with an entry of that level, the share that is true.
B-cubed is left out: a story for every entry would score 0.83 by it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from bench.dedup.model import LOOK_ALIKES, RANK, Level

TARGETS = {  # F1
    Level.VERBATIM: 0.99, Level.NONADJACENT: 0.99, Level.EXACT: 0.99,
    Level.REVISION: 0.99, Level.AGENCY: 0.99,
    Level.TRIMMED: 0.97, Level.NOISE: 0.97, Level.EDITED: 0.97, Level.STUB: 0.97,
    Level.REWRITTEN: 0.90, Level.ABSTRACTIVE_TITLED: 0.90, Level.ABSTRACTIVE: 0.70,
}  # fmt: skip
_RESAMPLES = 1_000
_INTERVAL = (2.5, 97.5)  # percent
_PLACES = 4


@dataclass(frozen=True, slots=True)
class Label:
    """What is true of an external id. `original`: that of the story's original, "" for originals."""

    story: str
    level: Level
    original: str = ""
    likeness: str = ""  # a look-alike's original, if it was made from one


Truth = Mapping[str, Label]
Predicted = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Counts:
    """Pairs: found of those that are true, and those that were predicted."""

    found: int = 0
    true: int = 0
    predicted: int = 0
    right: int = 0

    def figures(self) -> dict[str, float | int | None]:
        """Return precision, recall and F1, None where there is nothing to divide by."""
        precision = self.right / self.predicted if self.predicted else None
        recall = self.found / self.true if self.true else None
        f1 = None
        if precision is not None and recall is not None:
            f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {
            "pairs": self.true,
            "p": _rounded(precision),
            "r": _rounded(recall),
            "f1": _rounded(f1),
        }


def score(truth: Truth, predicted: Predicted) -> dict[str, Any]:
    """Return all figures: overall, with intervals, by level, links, look-alikes, chains, lost ids."""
    homes = {name: predicted.get(name) or f"lost {name}" for name in truth}
    by_level = {level: counts.figures() for level, counts in levels(truth, homes).items()}
    return {
        **overall(truth, homes).figures(),
        "interval": interval(truth, homes),
        "levels": by_level,
        "below_target": [
            level for level in by_level if (by_level[level]["f1"] or 0.0) < TARGETS.get(level, 0.0)
        ],
        "links": _rounded(linked(truth, homes)),
        "links_by_level": {level: _rounded(share) for level, share in linked_by_level(truth, homes).items()},
        "templates_merged": _rounded(merged_templates(truth, homes)),
        "twins_merged": _rounded(merged_twins(truth, homes)),
        "chains": chains(truth, homes),
        "lost": sum(name not in predicted for name in truth),
    }


def overall(truth: Truth, homes: Predicted) -> Counts:
    """Return the pairs of the whole set."""
    cells: Counter[tuple[str, str]] = Counter((label.story, homes[name]) for name, label in truth.items())
    stories: Counter[str] = Counter(label.story for label in truth.values())
    told: Counter[str] = Counter(homes[name] for name in truth)
    right = _pairs(cells.values())
    return Counts(found=right, true=_pairs(stories.values()), predicted=_pairs(told.values()), right=right)


def levels(truth: Truth, homes: Predicted) -> dict[Level, Counts]:
    """Return the pairs of each level that occurs."""
    found, true, predicted, right = (Counter[Level]() for _ in range(4))
    for members in _grouped({name: label.story for name, label in truth.items()}).values():
        for one, other in combinations(members, 2):
            level = max(truth[one].level, truth[other].level, key=RANK.__getitem__)
            true[level] += 1
            found[level] += homes[one] == homes[other]
    for members in _grouped({name: homes[name] for name in truth}).values():
        count = len(members)
        here = Counter(truth[name].level for name in members)
        for level, mine in here.items():
            predicted[level] += _pairs([count]) - _pairs([count - mine])
        for cell in _grouped({name: truth[name].story for name in members}).values():
            inside = Counter(truth[name].level for name in cell)
            for level, mine in inside.items():
                right[level] += _pairs([len(cell)]) - _pairs([len(cell) - mine])
    present = {label.level for label in truth.values()}
    return {
        level: Counts(found[level], true[level], predicted[level], right[level])
        for level in Level
        if level in present
    }


def linked(truth: Truth, homes: Predicted) -> float | None:
    """Return the share of derived entries that share a story with their original and nothing foreign."""
    good = _linked(truth, homes)
    return sum(good.values()) / len(good) if good else None


def linked_by_level(truth: Truth, homes: Predicted) -> dict[Level, float]:
    """Return `linked` for each level that has an original."""
    by_level: dict[Level, list[bool]] = defaultdict(list)
    for name, good in _linked(truth, homes).items():
        by_level[truth[name].level].append(good)
    return {level: sum(by_level[level]) / len(by_level[level]) for level in Level if level in by_level}


def merged_templates(truth: Truth, homes: Predicted) -> float | None:
    """Return the share of template notices that share a story with an entry of another story."""
    impure = _impure(truth, homes)
    mine = [homes[name] in impure for name, label in truth.items() if label.level is Level.TEMPLATE]
    return sum(mine) / len(mine) if mine else None


def merged_twins(truth: Truth, homes: Predicted) -> float | None:
    """Return the share of fact-swapped twins that share a story with the article they look like."""
    mine = [
        homes[name] == homes.get(label.likeness) for name, label in truth.items() if label.level is Level.TWIN
    ]
    return sum(mine) / len(mine) if mine else None


def chains(truth: Truth, homes: Predicted) -> dict[str, int]:
    """Return how many predicted stories are impure, and entries and stories in the largest of them."""
    impure = _impure(truth, homes)
    groups = _grouped({name: homes[name] for name in truth if homes[name] in impure})
    largest: list[str] = max(groups.values(), key=len, default=[])
    return {
        "impure": len(groups),
        "largest_entries": len(largest),
        "largest_stories": len({truth[name].story for name in largest}),
    }


def interval(truth: Truth, homes: Predicted, seed: int = 1) -> dict[str, tuple[float, float]]:
    """Return bootstrap 95 % intervals of P, R and F1, true stories drawn with replacement.

    A wrong pair belongs by half to each of its two stories.
    """
    stories = sorted({label.story for label in truth.values()})
    place = {story: at for at, story in enumerate(stories)}
    true, found, wrong = (np.zeros(len(stories)) for _ in range(3))
    for story, members in _grouped({name: label.story for name, label in truth.items()}).items():
        true[place[story]] = _pairs([len(members)])
    for members in _grouped({name: homes[name] for name in truth}).values():
        cells = Counter(truth[name].story for name in members)
        for story, mine in cells.items():
            found[place[story]] += _pairs([mine])
            wrong[place[story]] += mine * (len(members) - mine) / 2
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(stories), np.full(len(stories), 1 / max(1, len(stories))), size=_RESAMPLES)
    sums = (weights @ np.stack([true, found, wrong], axis=1)).T
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = sums[1] / (sums[1] + sums[2]), sums[1] / sums[0]
        f1 = 2 * precision * recall / (precision + recall)
    return {name: _bounds(values) for name, values in (("p", precision), ("r", recall), ("f1", f1))}


def wrong_pairs(truth: Truth, homes: Predicted) -> list[tuple[str, str]]:
    """Return one pair for every entry that is in a story with foreign ones: with each foreign story once."""
    pairs = []
    for members in _grouped({name: homes[name] for name in truth}).values():
        cells = _grouped({name: truth[name].story for name in members})
        heads = [min(cell, key=lambda name: (RANK[truth[name].level], name)) for cell in cells.values()]
        pairs += list(combinations(sorted(heads), 2))
    return sorted(pairs)


def missed_pairs(truth: Truth, homes: Predicted) -> list[tuple[str, str]]:
    """Return every derived entry that is not with its original, with it."""
    return sorted(
        (name, label.original)
        for name, label in truth.items()
        if label.original and homes[name] != homes[label.original]
    )


def _linked(truth: Truth, homes: Predicted) -> dict[str, bool]:
    impure = _impure(truth, homes)
    return {
        name: homes[name] == homes.get(label.original) and homes[name] not in impure
        for name, label in truth.items()
        if label.original and label.level not in LOOK_ALIKES
    }


def _impure(truth: Truth, homes: Predicted) -> set[str]:
    """Return the predicted stories with entries of several true ones."""
    told: dict[str, set[str]] = defaultdict(set)
    for name, label in truth.items():
        told[homes[name]].add(label.story)
    return {home for home, stories in told.items() if len(stories) > 1}


def _grouped(keys: Mapping[str, str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name, key in keys.items():
        groups[key].append(name)
    return groups


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _bounds(values: Any) -> tuple[float, float]:
    low, high = np.nanpercentile(values, _INTERVAL) if np.isfinite(values).any() else (0.0, 0.0)
    return round(float(low), _PLACES), round(float(high), _PLACES)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _PLACES)
