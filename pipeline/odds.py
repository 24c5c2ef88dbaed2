"""The highest odds that the model of `pipeline.evidence` could give pairs, whatever their facts. Pure.

What the shapes of two texts say is known; how many of the shorter one's numbers and names the longer
one has is not, and is taken at its best. Where the shorter text is at hand, its numbers and names
are counted, and few of them speak for much. The weights are read from the same data as the model's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import ANY, EXCERPT, MOST_MISSING, weights

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

_KNOWN = ("part", "back", "words", "title", "headline", "length", "days", "undated")
_OPEN = ("numbers", "names")


@dataclass(frozen=True, slots=True)
class _Held:
    """What the model makes of the numbers, or of the names, that the longer text has of the shorter's.

    Args:
        slope: log odds per share held, and of it per unit of each of `_KNOWN`; square: per its square.
        missing, there: log odds per unit of "…_missing" and "…_there".
    """

    slope: float
    slopes: Floats
    square: float
    missing: float
    there: float

    def best(self, told: Floats, count: int) -> Floats:
        """Return the most that any number of `count` held ones could add to each pair."""
        share, missing, there = _lacking(count)
        steep = self.slope + told @ self.slopes
        fixed = self.square * share**2 + self.missing * missing + self.there * there
        found: Floats = (steep[:, None] * share + fixed).max(axis=1)
        return found

    def any(self, told: Floats, room: NDArray[np.int64]) -> Floats:
        """Return the same if nobody knows of how many; `room`: words of the shorter text."""
        steep = self.slope + told @ self.slopes + max(0.0, self.square)
        found: Floats = (
            np.maximum(0.0, steep) + max(0.0, self.missing) + max(0.0, self.there) * np.log1p(room)
        )
        return found


@dataclass(frozen=True, slots=True)
class _Model:
    """The model in parts; `both` for numbers and names together, `rest` for yes-or-no measures."""

    always: float
    linear: Floats
    square: Floats
    held: tuple[_Held, ...]
    both: float
    rest: Mapping[str, float]


def most(
    known: Mapping[str, Floats],
    *,
    may: Mapping[str, bool],
    counts: tuple[int, int],
    mine: Truths,
    room: NDArray[np.int64],
    excerpt: Truths | None = None,
) -> Floats:
    """Return the highest log odds that each pair could get. Never raises.

    Args:
        known: what shapes say, by the model's names.
        may: measures that are 0 unless the text at hand has something of the kind.
        counts: numbers and names in the text at hand.
        mine: whether the text at hand is the shorter one of the pair.
        room: words of the shorter one.
        excerpt: which model weighs each pair, None if that is not known: the one that gives more.
    """
    told = np.column_stack([known[name] for name in _KNOWN])
    asked = [
        _highest(_model(name), told, may=may, counts=counts, mine=mine, room=room) for name in (ANY, EXCERPT)
    ]
    best: Floats = np.maximum(*asked) if excerpt is None else np.where(excerpt, asked[1], asked[0])
    return best


def _highest(
    model: _Model,
    told: Floats,
    *,
    may: Mapping[str, bool],
    counts: tuple[int, int],
    mine: Truths,
    room: NDArray[np.int64],
) -> Floats:
    odds = model.always + told @ model.linear + ((told @ model.square) * told).sum(axis=1) + model.both
    for held, count in zip(model.held, counts, strict=True):
        odds += np.where(mine, held.best(told, count), held.any(told, room))
    best: Floats = odds + sum(weight for name, weight in model.rest.items() if may.get(name, True))
    return best


@lru_cache(maxsize=256)
def _lacking(count: int) -> tuple[Floats, Floats, Floats]:
    """Return the share held, "…_missing" and "…_there" for 0, 1, … up to all of `count` lacking."""
    lacking = np.arange(count + 1)
    share = (count - lacking + 0.5) / (count + 1)
    return share, np.minimum(lacking, MOST_MISSING) / MOST_MISSING, np.log1p(count - lacking)


@cache
def _model(name: str) -> _Model:
    left = dict(weights(name))

    def take(one: str, other: str = "") -> float:
        names = {f"{one}*{other}", f"{other}*{one}"} if other else {one}
        return sum(left.pop(name, 0.0) for name in names)

    square = np.array([[take(one, other) for other in _KNOWN] for one in _KNOWN])
    held = tuple(
        _Held(
            slope=take(name),
            slopes=np.array([take(name, other) for other in _KNOWN]),
            square=take(name, name),
            missing=take(f"{name}_missing"),
            there=take(f"{name}_there"),
        )
        for name in _OPEN
    )
    return _Model(
        always=take("always"),
        linear=np.array([take(name) for name in _KNOWN]),
        square=square,
        held=held,
        both=max(0.0, take(*_OPEN)),
        rest={name: max(0.0, weight) for name, weight in left.items()},
    )
