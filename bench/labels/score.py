"""Counts of right, wrong and missed labels, and what they come to."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Right, wrong (said, not so) and missed labels, in all and for each."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    missed: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, said: Collection[str], wanted: Collection[str], neutral: Collection[str] = ()) -> None:
        """Count one text: what was said, what is so, and what counts for nobody."""
        for label in set(said) | set(wanted):
            if label in wanted:
                (self.right if label in said else self.missed)[label] += 1
            elif label not in neutral:
                self.wrong[label] += 1

    def figures(self) -> dict[str, float | int]:
        """Return micro precision, recall and F1, three digits, and the number of labels that are so."""
        return _figures(*(sum(counts.values()) for counts in (self.right, self.wrong, self.missed)))

    def each(self) -> dict[str, dict[str, float | int]]:
        """Return the figures of each label, the most frequent first."""
        labels = {*self.right, *self.wrong, *self.missed}
        order = sorted(labels, key=lambda one: (-self.right.get(one, 0) - self.missed.get(one, 0), one))
        return {
            one: _figures(self.right.get(one, 0), self.wrong.get(one, 0), self.missed.get(one, 0))
            for one in order
        }


def _figures(right: int, wrong: int, missed: int) -> dict[str, float | int]:
    precision = right / (right + wrong) if right + wrong else 1.0
    recall = right / (right + missed) if right + missed else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "f1": round(f1, 3),
        "labels": right + missed,
    }


def share(right: int, count: int) -> float | None:
    """Return a share of three digits, None of nothing."""
    return round(right / count, 3) if count else None
