"""Marks: the words of a text that tell it from a look-alike, each in its surroundings. Pure.

Two texts made from one template differ in a number, a name or a part of the day and in nothing
else. A mark is such a word with the two words before it and the two behind: where the same
surroundings hold another mark, the texts contradict each other.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

import numpy as np

from pipeline import rarity
from pipeline.hashing import hashes
from pipeline.text import clean, fold, paragraphs, plain

_TOKEN = re.compile(r"(\d{1,3}(?:\.\d{3})+(?![\d.]*\d)|[^\W_]+)")  # 1.300.000 is one number, 12.3 are two
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
_MAGNITUDES = {"nghìn": 3, "ngàn": 3, "triệu": 6, "tỷ": 9, "tỉ": 9}  # powers of ten
_NO_MAGNITUDES = frozenset(("lệ", "số", "trọng", "giá", "suất", "tập", "hồi"))  # behind: tỷ lệ, triệu tập
_MOST_MAGNITUDES = 2  # in a row: nghìn tỷ
_MOST_DIGITS = 15  # of a sum's number
_DAY_PARTS = frozenset(("sáng", "trưa", "chiều", "tối", "đêm"))
_NAME_SYLLABLES = 2  # fewer may be the beginning of a sentence
_ALIASES = (("hoa ky", "my"),)  # two names of one country that stand before people's names
_SLIP = 0.6  # alikeness of a word and its misprint


class MarkKind(StrEnum):
    """What a mark is."""

    DIGITS = "digits"  # "31 01 2023"
    ORDINAL = "ordinal"  # a Roman numeral or a number word
    NAME = "name"
    DAY_PART = "day part"


@dataclass(frozen=True, slots=True)
class Mark:
    """A telling word or run of words, folded, with the two words before it and the two behind."""

    kind: MarkKind
    left: str
    value: str
    right: str


@dataclass(frozen=True, slots=True)
class _Word:
    raw: str
    folded: str
    decimal: bool
    titled: bool
    telling: bool  # a mark may begin with it


def marks(text: str) -> tuple[Mark, ...]:
    """Return the marks of a text, each once, in order. Never raises."""
    found: dict[Mark, None] = {}
    for paragraph in paragraphs(clean(text)):
        words, gaps = _words(paragraph)
        start = 0
        while start < len(words):
            if not words[start].telling:
                start += 1
                continue
            kind, end = _mark_at(words, gaps, start)
            if kind is MarkKind.DIGITS and (said := _sum(words, gaps, start, end)) is not None:
                value, end = said
                found[_around(kind, str(value), words, start, end)] = None
            elif kind is not None:
                found[_mark(kind, words, start, end)] = None
            start = end
    return tuple(found)


def difference(short: Sequence[Mark], long: Sequence[Mark]) -> tuple[Mark, Mark] | None:
    """Return a mark of the shorter text and the other one that stands in its place in the longer.

    One that the longer text has elsewhere, too, differs only where both words behind are the same.
    """
    mine = {mark.value for mark in short if mark.kind is MarkKind.NAME}
    places: dict[tuple[MarkKind, str, str], list[Mark]] = defaultdict(list)
    for mark in long:
        places[mark.kind, mark.left, _first(mark.right)].append(mark)
    for mark in short:
        there = places.get((mark.kind, mark.left, _first(mark.right)))
        if there is None or any(_agree(mark.kind, mark.value, other.value) for other in there):
            continue
        elsewhere = _Values(mark.kind, long).hold(mark.value)
        for other in there:
            if (not elsewhere or other.right == mark.right) and _rivals(mark, other, mine):
                return mark, other
    return None


def _rivals(mark: Mark, other: Mark, mine: set[str]) -> bool:
    """Tell whether one of two marks stands where the other should.

    Where the first text has the other name, too, one of its own is misprinted; and at the beginning
    of a paragraph surroundings say too little about names.
    """
    return mark.kind is not MarkKind.NAME or (other.value not in mine and bool(mark.left))


def missing(short: Sequence[Mark], long: Sequence[Mark], kind: MarkKind) -> tuple[int, int]:
    """Return how many marks of a kind the longer text lacks of the shorter's, and how many these are."""
    wanted = {mark.value for mark in short if mark.kind is kind}
    there = _Values(kind, long)
    return sum(not there.hold(value) for value in wanted), len(wanted)


def _first(words: str) -> str:
    return words.partition(" ")[0]


def _words(paragraph: str) -> tuple[list[_Word], list[str]]:
    """Return the words, and of each what stands between it and the one before."""
    parts = _TOKEN.split(paragraph)  # what is between, a word, what is between, …
    return list(map(_word, parts[1::2])), parts[:-1:2]


@lru_cache(maxsize=65_536)
def _word(raw: str) -> _Word:
    folded = fold(raw.replace(".", ""))
    decimal, titled = folded.isdecimal(), raw.istitle()
    special = folded in _DAY_PARTS or folded in _NUMBERS or _ROMAN.fullmatch(raw) is not None
    return _Word(raw, folded, decimal, titled, telling=decimal or titled or special)


def _mark_at(words: Sequence[_Word], gaps: Sequence[str], start: int) -> tuple[MarkKind | None, int]:
    """Return the kind of the mark that begins at a word, and where it ends."""
    word = words[start]
    if word.decimal:
        return MarkKind.DIGITS, _decimals(words, start)
    if word.folded in _DAY_PARTS:
        return MarkKind.DAY_PART, start + 1
    before = words[start - 1].folded if start else ""
    if _ROMAN.fullmatch(word.raw) and (len(word.raw) > 1 or before in _ORDINAL):
        return MarkKind.ORDINAL, start + 1
    if word.folded == "tư" and before not in _ORDINAL:  # thông tư, vốn đầu tư
        return None, start + 1
    if word.folded in _NUMBERS and word.raw == word.raw.lower():
        beside = words[start + 1].folded if start + 1 < len(words) else ""
        alone = before not in _NUMBERS and beside not in _NUMBERS  # "ba mươi tám" is read by nobody here
        return (MarkKind.ORDINAL, start + 1) if alone else (None, start + 1)
    end = _titles(words, gaps, start)
    return (MarkKind.NAME, end) if end - start >= _NAME_SYLLABLES else (None, start + 1)


def _decimals(words: Sequence[_Word], start: int) -> int:
    """Return the end of the run of numbers."""
    end = start
    while end < len(words) and words[end].decimal:
        end += 1
    return end


def _sum(words: Sequence[_Word], gaps: Sequence[str], start: int, end: int) -> tuple[int, int] | None:
    """Return the number that digits and words of magnitude are together, and where it ends, or None.

    "15 triệu", "1,2 tỷ", "2 nghìn tỷ", "1 tỷ 200 triệu"; a range, a run of several numbers, and what is
    not whole stay as they are written.
    """
    total, least = 0, None
    while (part := _magnified(words, gaps, start, end)) is not None:
        value, power, behind = part
        if least is not None and power >= least:
            break
        total, least, stop = total + value, power, behind
        start, end = behind, _decimals(words, behind)
        if start == end or gaps[start] != " ":
            break
    return None if least is None else (total, stop)


def _magnified(
    words: Sequence[_Word], gaps: Sequence[str], start: int, end: int
) -> tuple[int, int, int] | None:
    """Return one number times the magnitudes behind it, their power of ten, and where they end."""
    first, *rest = (word.folded for word in words[start:end])
    if len(rest) > 1 or (rest and gaps[start + 1] not in (",", ".")):
        return None
    fraction = "".join(rest)
    power, behind = 0, end
    for place in range(end, min(len(words), end + _MOST_MAGNITUDES)):
        if gaps[place] != " " or words[place].folded not in _MAGNITUDES:
            break
        power, behind = power + _MAGNITUDES[words[place].folded], place + 1
    other = behind < len(words) and gaps[behind] == " " and words[behind].folded in _NO_MAGNITUDES
    digits = first + fraction
    if not power or other or len(fraction) > power or len(digits) > _MOST_DIGITS:
        return None
    return int(digits) * 10 ** (power - len(fraction)), power, behind


def _titles(words: Sequence[_Word], gaps: Sequence[str], start: int) -> int:
    """Return the end of the run of capitalised words without punctuation between."""
    end = start
    while end < len(words) and words[end].titled and (end == start or gaps[end] == " "):
        end += 1
    return end


@lru_cache(maxsize=65_536)
def _plain(word: str) -> str:
    return plain(word)


def _mark(kind: MarkKind, words: Sequence[_Word], start: int, end: int) -> Mark:
    folded = [word.folded for word in words[start:end]]
    match kind:
        case MarkKind.DIGITS:
            value = " ".join(word.lstrip("0") or "0" for word in folded)
        case MarkKind.NAME:
            value = " ".join(map(_plain, folded))  # a mistyped accent is no other name
            for written, meant in _ALIASES:
                value = f" {value} ".replace(f" {written} ", f" {meant} ").strip()
        case _:
            value = _NUMBERS.get(folded[0], folded[0])
    return _around(kind, value, words, start, end)


def _around(kind: MarkKind, value: str, words: Sequence[_Word], start: int, end: int) -> Mark:
    left = " ".join(word.folded for word in words[max(0, start - 2) : start])
    return Mark(kind, left, value, " ".join(word.folded for word in words[end : end + 2]))


class _Values:
    """The values of one kind in a text. `hold` says what `_agree` says of any of them, in one look at all."""

    def __init__(self, kind: MarkKind, told: Iterable[Mark]) -> None:
        self._kind = kind
        self._values = {mark.value for mark in told if mark.kind is kind}
        self._lines = "\n".join(("", *self._values, ""))

    def hold(self, value: str) -> bool:
        """Say whether one of the values agrees with another text's."""
        if value in self._values or self._kind not in (MarkKind.DIGITS, MarkKind.NAME):
            return value in self._values
        if f"\n{value} " in self._lines or any(head in self._values for head in _heads(value)):
            return True
        if self._kind is MarkKind.DIGITS:
            return False
        if f" {value}\n" in self._lines or any(tail in self._values for tail in _tails(value)):
            return True
        sure = _is_sure(value)
        return any(_misprinted(value, other) for other in self._values if not (sure and _is_sure(other)))


def _heads(value: str) -> Iterator[str]:
    """Yield what a value begins with, in words."""
    end = value.find(" ")
    while end != -1:
        yield value[:end]
        end = value.find(" ", end + 1)


def _tails(value: str) -> Iterator[str]:
    """Yield what a value ends with, in words."""
    end = value.find(" ")
    while end != -1:
        yield value[end + 1 :]
        end = value.find(" ", end + 1)


@lru_cache(maxsize=65_536)
def _is_sure(name: str) -> bool:
    """Tell whether all words of a name are known: two such names are no misprints of each other."""
    return all(map(_is_known, name.split()))


def _agree(kind: MarkKind, one: str, other: str) -> bool:
    """A date agrees with itself without its year, a name with itself without a part of it or misprinted."""
    if one == other:
        return True
    if kind not in (MarkKind.DIGITS, MarkKind.NAME):
        return False
    shorter, longer = (one, other) if len(one) < len(other) else (other, one)
    if longer.startswith(f"{shorter} "):
        return True
    return kind is MarkKind.NAME and (longer.endswith(f" {shorter}") or _misprinted(one, other))


def _misprinted(one: str, other: str) -> bool:
    """Tell whether two names differ only in words that are none, and look like those in their place."""
    if one.count(" ") != other.count(" "):
        return False
    pairs = [(a, b) for a, b in zip(one.split(), other.split(), strict=True) if a != b]
    return not any(_is_known(a) and _is_known(b) for a, b in pairs) and all(
        SequenceMatcher(None, a, b, autojunk=False).ratio() >= _SLIP for a, b in pairs
    )


@lru_cache(maxsize=65_536)
def _is_known(word: str) -> bool:
    return bool(rarity.known(hashes([word]).astype(np.uint32))[0])
