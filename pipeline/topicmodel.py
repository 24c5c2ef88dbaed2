"""Learned weights of words for topics: a small linear model beside the lists. Never raises in use.

A text is a vector of its words and pairs of words: log(1 + count) × rarity, of length 1. A word counts
3 in the headline, 1.5 in the lead, 1 below. Each topic has a weight for each word; the sum is the
model's word on that topic (log odds). No hashing: every weight belongs to a word that can be shown.
Names of people and places are not among them: what a text is about does not hang on who or where.
`bench/labels/train_topics.py` makes the file: a line `# …` of remarks; `slugs`, `base` (log odds of a
text without known words, one for each slug) and `mix`; then word, rarity and `column:weight`, with tabs
between. Plain Python: numpy would cost each reader process 120 MB of address space.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, log1p, sqrt
from pathlib import Path

from pipeline.errors import BadInput

IN_TITLE, IN_LEAD, IN_BODY = 3.0, 1.5, 1.0
LEAST, MOST = -3.0, 6.0  # log odds; beyond, a model of a thousand texts knows nothing of other papers
_LARGEST = 4_000_000  # bytes of a model's file
_HEAD = ("slugs", "base", "mix")

Token = str | None  # None: a word that says nothing (part of a set phrase)


@dataclass(frozen=True, slots=True)
class Mix:
    """How the model's word and the lists' points become one score: log odds above the bar.

    `second`: how much surer a text's further topics must be than its first.
    """

    learned: float
    listed: float
    share: float
    base: float
    second: float


@dataclass(frozen=True, slots=True)
class Known:
    """A word of the model: its rarity, and its weights as (index of the slug, weight)."""

    rarity: float
    weights: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """A model; `base`: log odds of a text without known words, in the order of `slugs`."""

    slugs: tuple[str, ...]
    base: tuple[float, ...]
    mix: Mix
    words: dict[str, Known]


def counted(title: Sequence[Token], lead: Sequence[Token], body: Sequence[Token]) -> dict[str, float]:
    """Return what each word and each pair of neighbouring words counts in a text; numbers count nothing."""
    counts: dict[str, float] = defaultdict(float)
    for tokens, worth in ((title, IN_TITLE), (lead, IN_LEAD), (body, IN_BODY)):
        before: Token = None
        for token in tokens:
            if token is None or token[0].isdigit():
                before = None
                continue
            counts[token] += worth
            if before is not None:
                counts[f"{before} {token}"] += worth
            before = token
    return counts


def said(model: Learned, counts: dict[str, float]) -> dict[str, float]:
    """Return the model's word on each topic, log odds from -3 to 6."""
    sums = [0.0] * len(model.slugs)
    squares = 0.0
    known = model.words
    for word, count in counts.items():
        if found := known.get(word):
            value = log1p(count) * found.rarity
            squares += value * value
            for column, weight in found.weights:
                sums[column] += value * weight
    length = sqrt(squares) or 1.0
    odds = (base + total / length for base, total in zip(model.base, sums, strict=True))
    return {slug: min(max(one, LEAST), MOST) for slug, one in zip(model.slugs, odds, strict=True)}


def heaviest(model: Learned, counts: dict[str, float], slug: str, most: int) -> tuple[tuple[str, float], ...]:
    """Return the words that weigh most for or against a topic, heaviest first, with what each adds."""
    column = model.slugs.index(slug)
    values = {
        word: log1p(count) * model.words[word].rarity for word, count in counts.items() if word in model.words
    }
    length = sqrt(sum(value * value for value in values.values())) or 1.0
    adds = [
        (word, value / length * weight)
        for word, value in values.items()
        for at, weight in model.words[word].weights
        if at == column
    ]
    return tuple(sorted(adds, key=lambda one: (-abs(one[1]), one[0]))[:most])


def read(path: Path) -> Learned:
    """Read a model's file, once for each state of it.

    Raises:
        BadInput: it is none; the message says in which line.
    """
    try:
        state = path.stat()
        return _read(path, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise BadInput("model", f"{path} cannot be read: {error.strerror}") from error


@lru_cache(maxsize=2)
def _read(path: Path, changed: int, size: int) -> Learned:
    del changed
    if size > _LARGEST:
        raise BadInput("model", f"{path} is larger than {_LARGEST:,} bytes")
    head: dict[str, tuple[str, ...]] = {}
    known: dict[str, Known] = {}
    row = 0
    try:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            name, *cells = line.split("\t")
            if name.startswith("#"):
                continue
            row = number
            if len(head) < len(_HEAD):
                head[name] = tuple(cells)
            else:
                known[name] = Known(_number(cells[0]), tuple(map(_weight, cells[1:])))
        slugs, base, mix = (head[name] for name in _HEAD)
        _fit_together(slugs, base, known)
        return Learned(slugs, tuple(map(_number, base)), Mix(*map(_number, mix)), known)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BadInput("model", f"{path}: line {row}: is no model of topics ({error})") from error


def _fit_together(slugs: Sequence[str], base: Sequence[str], known: dict[str, Known]) -> None:
    if len(base) != len(slugs) or any(at >= len(slugs) for one in known.values() for at, _ in one.weights):
        raise ValueError("slugs, base and weights do not fit each other")


def _number(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text} is no number")
    return number


def _weight(cell: str) -> tuple[int, float]:
    column, _, weight = cell.partition(":")
    if not column.isdecimal():
        raise ValueError(f"{cell} is not column:weight")
    return int(column), _number(weight)
