"""Marks: the words of a text that tell it from a look-alike, each in its surroundings. Pure.

Two texts made from one template differ in a number, a name or a part of the day and in nothing
else. A mark is such a word with the two words before it and the one behind: where the same
surroundings hold another mark, the texts contradict each other.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.text import clean, fold, paragraphs, plain

_TOKEN = re.compile(r"[^\W_]+")
_ROMAN = re.compile(r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ORDINAL = frozenset(("thứ", "lần", "quý", "khóa", "kỳ", "hạng", "loại", "đợt", "cấp", "phần"))
# Not "năm", which is a year more often than five.
_NUMBERS = dict(
    zip(
        ("một", "hai", "ba", "bốn", "tư", "sáu", "bảy", "tám", "chín", "mười", "nhất", "nhì"),
        ("1", "2", "3", "4", "4", "6", "7", "8", "9", "10", "1", "2"),
        strict=True,
    )
)
_DAY_PARTS = frozenset(("sáng", "trưa", "chiều", "tối", "đêm"))
_NAME_SYLLABLES = 2  # fewer may be the beginning of a sentence


class MarkKind(StrEnum):
    """What a mark is."""

    DIGITS = "digits"  # "31 01 2023"
    ORDINAL = "ordinal"  # a Roman numeral or a number word
    NAME = "name"
    DAY_PART = "day part"


@dataclass(frozen=True, slots=True)
class Mark:
    """A telling word or run of words, folded, with the two words before it and the one behind."""

    kind: MarkKind
    left: str
    value: str
    right: str


@dataclass(frozen=True, slots=True)
class _Word:
    raw: str
    folded: str
    glued: bool  # nothing but a space between this word and the one before


def marks(text: str) -> tuple[Mark, ...]:
    """Return the marks of a text, each once, in order. Never raises."""
    found: dict[Mark, None] = {}
    for paragraph in paragraphs(clean(text)):
        words = list(_words(paragraph))
        start = 0
        while start < len(words):
            kind, end = _mark_at(words, start)
            if kind is None:
                start += 1
                continue
            found[_mark(kind, words, start, end)] = None
            start = end
    return tuple(found)


def difference(short: Sequence[Mark], long: Sequence[Mark]) -> tuple[Mark, Mark] | None:
    """Return a mark of the shorter text and the other one that stands in its place in the longer."""
    values: dict[MarkKind, set[str]] = defaultdict(set)
    places: dict[tuple[MarkKind, str, str], list[Mark]] = defaultdict(list)
    for mark in long:
        values[mark.kind].add(mark.value)
        places[mark.kind, mark.left, mark.right].append(mark)
    for mark in short:
        if _among(mark, values[mark.kind]):
            continue
        there = places[mark.kind, mark.left, mark.right]
        if there and not any(_agree(mark.kind, mark.value, other.value) for other in there):
            return mark, there[0]
    return None


def missing(short: Sequence[Mark], long: Sequence[Mark]) -> tuple[int, int]:
    """Return how many numbers of the shorter text the longer lacks, and how many there are."""
    digits = [mark for mark in short if mark.kind is MarkKind.DIGITS]
    values = {mark.value for mark in long if mark.kind is MarkKind.DIGITS}
    return sum(not _among(mark, values) for mark in digits), len(digits)


def _words(paragraph: str) -> Iterator[_Word]:
    end = 0
    for found in _TOKEN.finditer(paragraph):
        yield _Word(found[0], fold(found[0]), glued=paragraph[end : found.start()] == " ")
        end = found.end()


def _mark_at(words: Sequence[_Word], start: int) -> tuple[MarkKind | None, int]:
    """Return the kind of the mark that begins at a word, and where it ends."""
    word = words[start]
    if word.folded.isdecimal():
        return MarkKind.DIGITS, _run(words, start, decimal=True)
    if word.folded in _DAY_PARTS:
        return MarkKind.DAY_PART, start + 1
    before = words[start - 1].folded if start else ""
    if _ROMAN.fullmatch(word.raw) and (len(word.raw) > 1 or before in _ORDINAL):
        return MarkKind.ORDINAL, start + 1
    if word.folded in _NUMBERS and word.raw == word.raw.lower():
        beside = words[start + 1].folded if start + 1 < len(words) else ""
        alone = before not in _NUMBERS and beside not in _NUMBERS  # "ba mươi tám" is read by nobody here
        return (MarkKind.ORDINAL, start + 1) if alone else (None, start + 1)
    end = _run(words, start, decimal=False)
    return (MarkKind.NAME, end) if end - start >= _NAME_SYLLABLES else (None, start + 1)


def _run(words: Sequence[_Word], start: int, *, decimal: bool) -> int:
    """Return the end of the run of numbers, or of capitalised words without punctuation between."""
    end = start
    while end < len(words) and (
        words[end].folded.isdecimal()
        if decimal
        else words[end].raw.istitle() and (end == start or words[end].glued)
    ):
        end += 1
    return end


def _mark(kind: MarkKind, words: Sequence[_Word], start: int, end: int) -> Mark:
    folded = [word.folded for word in words[start:end]]
    match kind:
        case MarkKind.DIGITS:
            value = " ".join(word.lstrip("0") or "0" for word in folded)
        case MarkKind.NAME:
            value = plain(" ".join(folded))  # a mistyped accent is no other name
        case _:
            value = _NUMBERS.get(folded[0], folded[0])
    left = " ".join(word.folded for word in words[max(0, start - 2) : start])
    return Mark(kind, left, value, words[end].folded if end < len(words) else "")


def _among(mark: Mark, values: set[str]) -> bool:
    return mark.value in values or any(_agree(mark.kind, mark.value, value) for value in values)


def _agree(kind: MarkKind, one: str, other: str) -> bool:
    """A date agrees with itself without its year, a name with itself without a part of it."""
    if one == other:
        return True
    if kind not in (MarkKind.DIGITS, MarkKind.NAME):
        return False
    shorter, longer = sorted((f"{one} ", f"{other} "), key=len)
    return longer.startswith(shorter) or (kind is MarkKind.NAME and f" {longer}".endswith(f" {shorter}"))
