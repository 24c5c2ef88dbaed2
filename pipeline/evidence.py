"""What speaks for two texts telling the same, as numbers, and how much it weighs together. Pure.

A copy speaks for itself (`is_copy`). For the rest the weights are data (`pipeline/data/weights.toml`),
fitted by `bench/dedup/train.py`: a logistic model of these numbers and of products of two of them,
which `weigh` turns into a probability. There are two: an item of a bulletin and an article of its
publisher are likelier one than any other pair, for the bulletin says of each item that there is one.
"""

import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import combinations_with_replacement
from pathlib import Path

from pipeline.marks import MarkKind, difference, missing
from pipeline.similarity import Facts, Fingerprint, Likeness

_WEIGHTS = Path(__file__).parent / "data" / "weights.toml"
MOST_DAYS = 10  # more days apart count as so many
MOST_MISSING = 4
_FULL = 150  # words; an excerpt is shorter
_THIN, _SAME_TITLE = 0.20, 0.50  # part, and share of the titles' words
_SAME_EXTENT = 1.35  # part and back together of two articles that tell the same from end to end
LONG = 500  # words of a full article
MODELS = ANY, EXCERPT = "any", "excerpt"
_CERTAIN = 30.0  # log odds; beyond, the probability is 0 or 1 anyway
_ALIKE_TITLES = 0.8
COPIED = 0.80  # part in common of an excerpt or a copy
_MEASURES = ("part", "back", "words", "title", "headline", "numbers", "names", "days", "length")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found out about two texts.

    Args:
        numbers, names: how many of the shorter text's the longer lacks, and how many there are.
        excerpt: an item of a bulletin and an article of the same publisher, who says that there is one.
        length: words of the shorter text.
        docs: document numbers in common; credits: agencies that both name as their origin.
        differs: another number or name in the same surroundings, or other communes.
        place: a place that one tells about is named by the other.
        days: between the publication days, None if one is unknown; day: the common one.
        older: found in a text that one of the entries had before it was corrected.
    """

    likeness: Likeness
    numbers: tuple[int, int]
    names: tuple[int, int]
    differs: bool
    excerpt: bool
    length: int
    docs: frozenset[str]
    credits: frozenset[str]
    place: bool
    days: int | None
    day: date | None
    older: bool = False

    @classmethod
    def of(
        cls, short: Fingerprint, long: Fingerprint, like: Likeness, *, excerpt: bool = False
    ) -> "Evidence":
        """Return the evidence about two texts, the shorter first."""
        one, other = short.shape.day, long.shape.day
        mine, theirs = short.facts, long.facts
        return cls(
            likeness=like,
            numbers=missing(mine.marks, theirs.marks, MarkKind.DIGITS),
            names=missing(mine.marks, theirs.marks, MarkKind.NAME),
            differs=difference(mine.marks, theirs.marks) is not None
            or bool(mine.units and theirs.units and not mine.units & theirs.units),
            excerpt=excerpt,
            length=short.shape.length,
            docs=mine.docs & theirs.docs,
            credits=mine.credits & theirs.credits,
            place=bool(mine.told & theirs.mentioned or theirs.told & mine.mentioned),
            days=None if one is None or other is None else abs((one - other).days),
            day=one if one == other else None,
        )

    def said(self) -> list[str]:
        """Return what speaks for one story beside the words in common, in Vietnamese."""
        lacking, numbers = self.numbers
        told = {
            "tiêu đề gần như nhau": self.likeness.title >= _ALIKE_TITLES,
            f"cùng số văn bản {', '.join(sorted(self.docs))}": bool(self.docs),
            f"trùng {numbers - lacking}/{numbers} số liệu": numbers > 0,
            "theo bản trước khi sửa": self.older,
            "cùng địa phương": self.place,
            f"cùng dẫn {', '.join(sorted(self.credits))}": bool(self.credits),
        }
        said = [text for text, holds in told.items() if holds]
        if self.day is not None:
            said.append(f"cùng ngày {self.day:%d/%m/%Y}")
        elif self.days is not None:
            said.append(f"cách nhau {self.days} ngày")
        return said


def strongest(
    short: Fingerprint,
    long: Fingerprint,
    like: Likeness,
    agreed: Sequence[tuple[Facts, Facts]],
    *,
    excerpt: bool,
) -> Evidence:
    """Return what speaks most for one story, of the texts that two entries ever had.

    A copy keeps the numbers that its original corrected later. `agreed`: the pairs of texts that
    contradict each other in nothing. An older text with more marks than the current one has words counts
    for nothing: `pipeline.promise` knows the current length alone.
    """
    found = [
        replace(
            Evidence.of(replace(short, facts=one), replace(long, facts=other), like, excerpt=excerpt),
            older=one is not short.facts or other is not long.facts,
        )
        for one, other in agreed
        if one is short.facts or len(one.marks) <= short.shape.length
    ]
    found = found or [Evidence.of(short, long, like, excerpt=excerpt)]
    return max(found, key=lambda evidence: (is_copy(evidence), weighed(evidence)))


def weighed(evidence: Evidence) -> float:
    """Return how sure evidence is, 0..1: of a copy the part in common, else what the model says."""
    return evidence.likeness.part if is_copy(evidence) else weigh(evidence)


def is_copy(evidence: Evidence) -> bool:
    """Say whether the longer text holds nearly all of the shorter, with every number and name of it."""
    return evidence.likeness.part >= COPIED and evidence.numbers[0] == evidence.names[0] == 0


def may_be_next(evidence: Evidence) -> bool:
    """Say whether of two full articles one may tell what happened next.

    The second report on a case repeats half of the first, so words cannot tell it from another
    paper's report on the same day: of 490 hard pairs that were read (bench/dedup/labels.tsv), 3 of 3
    at this sum or above were one story, and 81 of 487 below.
    """
    alike = evidence.likeness
    return not evidence.excerpt and evidence.length >= _FULL and alike.part + alike.back < _SAME_EXTENT


def is_thin(evidence: Evidence) -> bool:
    """Say whether two texts have so little in common, under other titles, that only a person can tell.

    All officialese shares its words: items of one bulletin looked likely beside a long article of the
    day with a tenth of their runs of words in it.
    """
    return evidence.likeness.part < _THIN and evidence.likeness.title < _SAME_TITLE


def features(evidence: Evidence) -> dict[str, float]:
    """Return the numbers that the model weighs, by name; products are named "part*words"."""
    base = {name: measure(evidence) for name, measure in _BASE.items()}
    products = {f"{a}*{b}": base[a] * base[b] for a, b in combinations_with_replacement(_MEASURES, 2)}
    return base | products


def weigh(evidence: Evidence) -> float:
    """Return the probability that two texts tell the same, 0..1, to four places."""
    fitted = weights(EXCERPT if evidence.excerpt else ANY)
    odds = math.fsum(fitted[name] * value for name, value in features(evidence).items())
    odds += fitted["always"]
    return round(1 / (1 + math.exp(-max(-_CERTAIN, min(_CERTAIN, odds)))), 4)


def _held(lacking_of_all: tuple[int, int]) -> float:
    """Return the share that the longer text has; half of the doubt where there is nothing to lack."""
    lacking, everything = lacking_of_all
    return (everything - lacking + 0.5) / (everything + 1)


_BASE: Mapping[str, Callable[[Evidence], float]] = {
    "part": lambda told: told.likeness.part,
    "back": lambda told: told.likeness.back,
    "words": lambda told: told.likeness.words,
    "title": lambda told: told.likeness.title,
    "headline": lambda told: told.likeness.headline,
    "numbers": lambda told: _held(told.numbers),
    "numbers_missing": lambda told: min(told.numbers[0], MOST_MISSING) / MOST_MISSING,
    "numbers_there": lambda told: math.log1p(told.numbers[1] - told.numbers[0]),
    "names": lambda told: _held(told.names),
    "names_missing": lambda told: min(told.names[0], MOST_MISSING) / MOST_MISSING,
    "names_there": lambda told: math.log1p(told.names[1] - told.names[0]),
    "differs": lambda told: float(told.differs),
    "length": lambda told: math.log(max(told.length, 1)) / math.log(LONG),
    "docs": lambda told: float(bool(told.docs)),
    "credit": lambda told: float(bool(told.credits)),
    "place": lambda told: float(told.place),
    "days": lambda told: min(told.days or 0, MOST_DAYS) / MOST_DAYS,
    "undated": lambda told: float(told.days is None),
}


@cache
def weights(model: str) -> Mapping[str, float]:
    """Return the log odds per unit of each of `features`, and "always", of one of `MODELS`."""
    fitted: Mapping[str, float] = tomllib.loads(_WEIGHTS.read_text())[model]
    return fitted
