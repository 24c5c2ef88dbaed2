"""Two texts beside each other: which passages both have, which numbers and names only one has. Pure.

For the eyes of an editor, not for deciding: `dedup.decide` has its own measures. Shared are runs
of words that stand in the other text too, wherever; found by hashing runs of a fixed length, so
the time grows with the length of the texts and not with its square, as difflib's does.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby

from pipeline.text import fold, paragraphs, plain

RUN = 5  # words; shorter runs of officialese ("trên địa bàn tỉnh") stand in any two texts
_MOST_CHARS = 120_000  # compared; about 60 printed pages
_NAME_WORDS = 2  # one capitalised word may begin a sentence

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+(?:[.,/:–-]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")


class Tint(StrEnum):
    """How a piece of text is shown."""

    SHARED = "shared"  # a passage of both texts
    DIFFERS = "differs"  # a number, date or name that the other text lacks
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text of one tint; the pieces of a paragraph make up the paragraph."""

    text: str
    tint: Tint


@dataclass(frozen=True, slots=True)
class Marked:
    """One of two texts.

    Args:
        paragraphs: the pieces of each paragraph shown, in order.
        shared: the share of its words that stand in passages of both, 0..1; 0 without words.
        only: the numbers, dates and names that the other text lacks, each once, in order.
        left: characters behind what is shown.
    """

    paragraphs: tuple[tuple[Piece, ...], ...]
    shared: float
    only: tuple[str, ...]
    left: int = 0


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    raw: str
    folded: str


_Paragraph = tuple[str, list[_Word]]


def compare(one: str, other: str, *, run: int = RUN, most: int = _MOST_CHARS) -> tuple[Marked, Marked]:
    """Return both texts marked; `most` characters of each are shown. Never raises.

    Texts shorter than `run` words are compared by runs of their own length.
    """
    left, right = _read(one), _read(other)
    mine, theirs = _folded(left), _folded(right)
    run = max(1, min(run, len(mine) or run, len(theirs) or run))
    return (
        _marked(left, _covered(mine, theirs, run), _said(right), len(one), most),
        _marked(right, _covered(theirs, mine, run), _said(left), len(other), most),
    )


def _read(text: str) -> list[_Paragraph]:
    """Return the paragraphs of the part that is compared, each with its words."""
    return [(line, list(_words(line))) for line in paragraphs(text[:_MOST_CHARS])]


def _words(line: str) -> Iterator[_Word]:
    for found in _WORD.finditer(line):
        yield _Word(found.start(), found.end(), found[0], _fold(found[0]))


def _folded(read: Sequence[_Paragraph]) -> list[str]:
    return [word.folded for _, words in read for word in words]


def _covered(mine: Sequence[str], theirs: Sequence[str], run: int) -> bytearray:
    """Say of each word of mine whether a run of words around it stands in theirs."""
    known = {tuple(theirs[start : start + run]) for start in range(len(theirs) - run + 1)}
    covered = bytearray(len(mine))
    for start in range(len(mine) - run + 1):
        if tuple(mine[start : start + run]) in known:
            covered[start : start + run] = b"\x01" * run
    return covered


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text says, to look up whether it has a number or a name."""

    numbers: AbstractSet[tuple[str, ...]]
    dates: AbstractSet[tuple[str, ...]]  # the first two parts of what has several
    words: str


def _said(read: Sequence[_Paragraph]) -> _Said:
    numbers = {_value(found[0]) for line, _ in read for found in _NUMBER.finditer(line)}
    plain_words = (_plain(word.raw) for _, words in read for word in words)
    return _Said(numbers, {value[:2] for value in numbers if len(value) > 1}, f" {' '.join(plain_words)} ")


def _value(number: str) -> tuple[str, ...]:
    """Return a number's parts: "01/02/2023" and "1-2-2023" are one date, "1.200" is 1200."""
    whole = number.replace(".", "") if _THOUSANDS.fullmatch(number) else number
    return tuple(part.lstrip("0") or "0" for part in re.split(r"[.,/:–-]", whole))


def _lacks(number: str, said: _Said) -> bool:
    value = _value(number)
    if value in said.numbers:
        return False
    is_date = "/" in number or "-" in number or "–" in number
    # A date without its year agrees with the date.
    short_of = len(value) == 2 and value in said.dates  # noqa: PLR2004 - day and month
    return not (is_date and (short_of or value[:2] in said.numbers))


def _telling(line: str, words: Sequence[_Word], said: _Said) -> Iterator[tuple[int, int]]:
    """Yield start and end of the numbers and names of a paragraph that the other text lacks, in order."""
    found = [
        (hit.start(), hit.end())
        for hit in _NUMBER.finditer(line)
        if hit[0].isascii() and _lacks(hit[0], said)
    ]
    start = 0
    while start < len(words):
        end = start
        while end < len(words) and words[end].raw.istitle() and (end == start or _glued(line, words, end)):
            end += 1
        if end - start >= _NAME_WORDS:
            name = " ".join(_plain(word.raw) for word in words[start:end])
            if f" {name} " not in said.words:
                found.append((words[start].start, words[end - 1].end))
        start = max(end, start + 1)
    return iter(sorted(found))


def _glued(line: str, words: Sequence[_Word], place: int) -> bool:
    return line[words[place - 1].end : words[place].start] == " "


def _marked(read: Sequence[_Paragraph], covered: bytearray, said: _Said, length: int, most: int) -> Marked:
    shown: list[tuple[Piece, ...]] = []
    only: dict[str, None] = {}
    place = used = 0
    for line, words in read:
        telling = list(_telling(line, words, said))
        only |= dict.fromkeys(line[start:end] for start, end in telling)
        if used < most:
            tints = _tints(words, covered[place : place + len(words)], telling)
            pieces = _pieces(line, words, tints)
            shown.append(tuple(_cut(pieces, most - used)))
            used += len(line)
        place += len(words)
    share = sum(covered) / len(covered) if covered else 0.0
    return Marked(tuple(shown), share, tuple(only), max(0, length - most))


_Tinted = tuple[Tint, int]  # the number tells one name from the next


def _tints(words: Sequence[_Word], covered: bytearray, telling: Sequence[tuple[int, int]]) -> list[_Tinted]:
    """Return the tint of each word; of a name that differs, the words that are not shared.

    A number differs as a whole: half of "3,2" in a passage of both is no number of both.
    """
    tints = []
    spans = iter(telling)
    span = next(spans, None)
    for word, is_covered in zip(words, covered, strict=True):
        while span is not None and span[1] <= word.start:
            span = next(spans, None)
        is_within = span is not None and span[0] <= word.start
        if span is not None and is_within and (word.raw[0].isdigit() or not is_covered):
            tints.append((Tint.DIFFERS, span[0]))
        elif is_covered:
            tints.append((Tint.SHARED, 0))
        else:
            tints.append((Tint.PLAIN, 0))
    return tints


def _pieces(line: str, words: Sequence[_Word], tints: Sequence[_Tinted]) -> Iterator[Piece]:
    """Yield the paragraph in pieces; what stands between two words of one tint has it too."""
    done = 0
    for (tint, _), run in groupby(zip(words, tints, strict=True), key=lambda pair: pair[1]):
        if tint is Tint.PLAIN:
            continue
        inside = [word for word, _ in run]
        start, end = inside[0].start, inside[-1].end
        if start > done:
            yield Piece(line[done:start], Tint.PLAIN)
        yield Piece(line[start:end], tint)
        done = end
    if done < len(line):
        yield Piece(line[done:], Tint.PLAIN)


def _cut(pieces: Iterator[Piece], most: int) -> Iterator[Piece]:
    for piece in pieces:
        if most <= 0:
            return
        yield Piece(piece.text[:most], piece.tint)
        most -= len(piece.text)


@lru_cache(maxsize=65_536)
def _fold(word: str) -> str:
    return fold(word)


@lru_cache(maxsize=65_536)
def _plain(word: str) -> str:
    return plain(word)
