"""Questions with known answers for `bench/relevance.py`, drawn by seed from articles. Pure.

What is right is told by the articles' own words in their order (`pipeline.text.words`), never by a
search engine: for a quoted or copied run of words every article that holds it, so that no system is
blamed for what nobody could tell apart.
"""

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from pipeline import documents
from pipeline.text import plain, words

_LONGEST = 300  # characters; the API takes no more
_TRIES = 200  # draws for one question before its kind is given up
_TYPO_LENGTH = 4  # letters of a word that gets a typo
_LETTERS = "abcdeghiklmnopqrstuvxy"
_TONES = {"\u0300": "f2", "\u0301": "s1", "\u0309": "r3", "\u0303": "x4", "\u0323": "j5"}
_SHAPES = {"\u0306": "w8", "\u031b": "w7"}  # breve and horn: as Telex and as VNI types them
_DAY = re.compile(r"(?<![\d/])(\d{1,2})[/-](\d{1,2})[/-](20\d\d)(?![\d/])")
# Grouped digits are one number, and nobody asks for a part of one.
GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.,])")
_CUT = re.compile(r"(?:^|\d )\d{3}\b")  # part of a grouped number, which nobody copies so
_SHORT = {
    "UBND": "Ủy ban nhân dân",
    "HĐND": "Hội đồng nhân dân",
    "CSGT": "cảnh sát giao thông",
    "BHXH": "bảo hiểm xã hội",
    "QL": "quốc lộ ",
    "TP.HCM": "thành phố Hồ Chí Minh",
    "TP HCM": "thành phố Hồ Chí Minh",
}
_SHORTENED = re.compile(r"(?<!\w)(?:UBND|HĐND|CSGT|BHXH|TP\.? ?HCM)(?!\w)|(?<!\w)QL ?(?=\d)")


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `right` are the places of the articles that answer it.

    `grades`: for a graded question how well each of them does, 1 the least; empty: one is as good as another.
    """

    kind: str
    q: str
    right: frozenset[int]
    grades: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Article:
    """An article and its words, with accents and without, as one spaced line each.

    `at`: when it was published, None if it does not matter.
    """

    title: str
    lead: str
    body: str
    line: str
    bare: str
    at: datetime | None = None


def article(told: Mapping[str, object], at: datetime | None = None) -> Article:
    """Return an article of a corpus: `title`, `lead`, and `body` as a list of paragraphs."""
    title, lead = str(told.get("title") or ""), str(told.get("lead") or "")
    parts = told.get("body") or ""
    body = "\n".join(map(str, parts)) if isinstance(parts, list) else str(parts)
    line = " ".join(words(f"{title} \n {lead} \n {body}"))
    return Article(title, lead, body, f" {line} ", f" {plain(line)} ", at)


def questions(articles: Sequence[Article], seed: int, each: int, drawn_from: int) -> Iterator[Question]:
    """Yield up to `each` questions of every kind about the first so many articles; any may be right.

    The same for the same articles and seed.
    """
    drawn = _Draw(articles, seed, drawn_from)
    for kind, draw in drawn.kinds().items():
        made: dict[str, Question] = {}
        for _ in range(each * _TRIES):
            if len(made) == each:
                break
            found = draw()
            if found and found[1] and 0 < len(found[0]) <= _LONGEST:
                made.setdefault(found[0], Question(kind, found[0], frozenset(found[1])))
        yield from made.values()


_Drawn = tuple[str, set[int]] | None


class _Draw:
    """Draws questions from articles."""

    def __init__(self, articles: Sequence[Article], seed: int, drawn_from: int) -> None:
        self._articles = articles
        self._drawn_from = drawn_from
        self._rnd = random.Random(seed)
        self._titles: dict[str, set[int]] = defaultdict(set)
        for place, one in enumerate(articles):
            self._titles[plain(" ".join(words(one.title)))].add(place)
        self._numbers = self._places(lambda one: map(_without_zeros, documents.find(_text(one))))
        self._days = self._places(lambda one: set(_days(one)))
        self._amounts = self._places(lambda one: GROUPED.findall(_text(one)))
        self._shortened = self._places(lambda one: [f[0] for f in _SHORTENED.finditer(one.body)][:1])
        self._pairs = self._twins()

    def kinds(self) -> dict[str, Callable[[], _Drawn]]:
        """Return how a question of each kind is drawn."""
        return {
            "title": lambda: self._title(str),
            "title_plain": lambda: self._title(plain),
            "title_half_accents": lambda: self._title(self._half),
            "title_decomposed_capitals": lambda: self._title(
                lambda text: unicodedata.normalize("NFD", text.upper())
            ),
            "title_typo": lambda: self._title(self._typo),
            "title_plain_typo": lambda: self._title(lambda text: self._typo(plain(text))),
            "title_word_too_many": lambda: self._title(self._wordy),
            "title_telex": lambda: self._title(lambda text: _typed(text, 0)),
            "title_vni": lambda: self._title(lambda text: _typed(text, 1)),
            "snippet5": lambda: self._run(5, accents=True),
            "snippet5_plain": lambda: self._run(5, accents=False),
            "snippet20_gaps": self._gaps,
            "phrase": self._phrase,
            "accent_pair": self._pair,
            "keywords": self._keywords,
            "document_number": lambda: self._number(str),
            "document_number_plain": lambda: self._number(plain),
            "date_other_form": self._day,
            "number_other_form": self._amount,
            "long_for_short": self._long,
        }

    def _places(self, found: Callable[[Article], Iterable[str]]) -> dict[str, set[int]]:
        """Return in which articles each thing found stands."""
        where: dict[str, set[int]] = defaultdict(set)
        for place, one in enumerate(self._articles):
            for thing in found(one):
                where[thing].add(place)
        return where

    def _twins(self) -> list[str]:
        """Return pairs of syllables that stand in titles and have a twin there with other accents."""
        spelled: dict[str, set[str]] = defaultdict(set)
        for one in self._articles[: self._drawn_from]:
            for pair in pairwise(words(one.title)):
                spelled[plain(" ".join(pair))].add(" ".join(pair))
        pairs = [pair for twins in spelled.values() if len(twins) > 1 for pair in twins]
        return sorted(pair for pair in pairs if plain(pair) != pair)

    def _any(self) -> tuple[int, Article]:
        place = self._rnd.randrange(self._drawn_from)
        return place, self._articles[place]

    def _holding(self, run: str, *, accents: bool) -> set[int]:
        sought = f" {run} "
        return {
            place for place, one in enumerate(self._articles) if sought in (one.line if accents else one.bare)
        }

    def _title(self, change: Callable[[str], str]) -> _Drawn:
        _, one = self._any()
        asked = change(one.title)
        return (asked, self._titles[plain(" ".join(words(one.title)))]) if asked else None

    def _typo(self, text: str) -> str:
        """Change, drop, double or swap one letter of one word, not its first."""
        parts = text.split()
        long = [place for place, part in enumerate(parts) if len(part) >= _TYPO_LENGTH and part.isalpha()]
        if not long:
            return ""
        place = self._rnd.choice(long)
        word = parts[place]
        at = self._rnd.randrange(1, len(word) - 1)
        parts[place] = self._rnd.choice(
            (
                word[:at] + self._rnd.choice(_LETTERS) + word[at + 1 :],
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            )
        )
        return " ".join(parts) if parts[place] != word else ""

    def _half(self, text: str) -> str:
        """Leave out the accents of every other word, at random."""
        return " ".join(plain(part) if self._rnd.random() < 0.5 else part for part in text.split())

    def _wordy(self, text: str) -> str:
        """Put a word of another article into a title."""
        parts = text.split()
        parts.insert(
            self._rnd.randrange(len(parts) + 1), self._rnd.choice(words(self._any()[1].body) or [""])
        )
        return " ".join(parts)

    def _run(self, count: int, *, accents: bool) -> _Drawn:
        """Draw neighbouring words of a body, as they are written but for signs."""
        _, one = self._any()
        told = words(one.body)
        if len(told) <= count:
            return None
        start = self._rnd.randrange(len(told) - count)
        run = " ".join(told[start : start + count])
        if _CUT.search(" ".join(told[max(start - 1, 0) : start + count + 1])):
            return None
        asked = run if accents else plain(run)
        return asked, self._holding(asked, accents=accents)

    def _gaps(self) -> _Drawn:
        """Draw twenty words of a body and leave out every fifth."""
        place, one = self._any()
        told = words(one.body)
        if len(told) <= 20:
            return None
        start = self._rnd.randrange(len(told) - 20)
        same = self._holding(" ".join(told[start : start + 20]), accents=True)
        if _CUT.search(" ".join(told[max(start - 1, 0) : start + 21])):
            return None
        kept = [word for at, word in enumerate(told[start : start + 20]) if at % 5 != 4]
        return " ".join(kept), same | {place}

    def _phrase(self) -> _Drawn:
        """Draw three words of a title in quotes."""
        _, one = self._any()
        told = words(one.title)
        if len(told) < 3:
            return None
        start = self._rnd.randrange(len(told) - 2)
        run = " ".join(told[start : start + 3])
        if _CUT.search(" ".join(told[start : start + 4])):
            return None
        return f'"{run}"', self._holding(run, accents=True)

    def _pair(self) -> _Drawn:
        if not self._pairs:
            return None
        pair = self._rnd.choice(self._pairs)
        return pair, self._holding(pair, accents=True)

    def _keywords(self) -> _Drawn:
        """Draw four words of a title and two of a lead, in any order."""
        place, one = self._any()
        told, more = (words(GROUPED.sub(" ", text)) for text in (one.title, one.lead))
        if len(told) < 4 or len(more) < 2:
            return None
        asked = self._rnd.sample(told, 4) + self._rnd.sample(more, 2)
        return " ".join(asked), {place}

    def _number(self, change: Callable[[str], str]) -> _Drawn:
        """Draw a number of the articles drawn from; 01/CT-UBND and 1/CT-UBND are one, 01-CT/UBND is not."""
        number = self._thing(self._numbers)
        return (change(number), self._numbers[number]) if number else None

    def _thing(self, where: dict[str, set[int]]) -> str:
        """Draw a thing that stands in the articles drawn from; "" if none does."""
        known = sorted(thing for thing in where if min(where[thing]) < self._drawn_from)
        return self._rnd.choice(known) if known else ""

    def _near(self, where: set[int], thing: str) -> tuple[int, list[str]] | None:
        """Return an article that holds a thing, and the four words before it."""
        place = self._rnd.choice(sorted(place for place in where if place < self._drawn_from))
        before = _text(self._articles[place]).partition(thing)[0]
        told = words(before.rpartition("\n")[2])[-4:]
        return (place, told) if len(told) == 4 and not _CUT.search(" ".join(told)) else None

    def _day(self) -> _Drawn:
        """Draw a day in another form, with the four words before it."""
        written = self._thing(self._days)
        near = self._near(self._days[written], written) if written else None
        if near is None:
            return None
        day, month, year = map(int, re.findall(r"\d+", written))
        forms = [
            f"{day:02}/{month:02}/{year}",
            f"{day}-{month}-{year}",
            f"ngày {day} tháng {month} năm {year}",
            f"{day}.{month}.{year}",
        ]
        told = [word for word in near[1] if word != "ngày"]
        others = self._holding(" ".join([*near[1], *words(written)]), accents=True)
        asked = f"{' '.join(told)} {self._rnd.choice(forms)}"
        return asked, others | {near[0]} | self._holding(" ".join(words(asked)), accents=True)

    def _amount(self) -> _Drawn:
        """Draw a number without its dots, with the four words before it."""
        written = self._thing(self._amounts)
        near = self._near(self._amounts[written], written) if written else None
        if near is None:
            return None
        return f"{' '.join(near[1])} {written.replace('.', '')}", {near[0]}

    def _long(self) -> _Drawn:
        """Draw words with an abbreviation written in full."""
        written = self._thing(self._shortened)
        if not written:
            return None
        place = self._rnd.choice(sorted(one for one in self._shortened[written] if one < self._drawn_from))
        line = next(line for line in self._articles[place].body.split("\n") if written in line)
        before, _, after = line.partition(written)
        near = words(before)[-3:], words(after)[:3]
        if min(map(len, near)) < 3:
            return None
        full = _SHORT.get(written.strip()) or _SHORT["TP.HCM"]
        holding = self._holding(" ".join([*near[0], *words(written), *near[1]]), accents=True)
        asked = " ".join([*near[0], full.strip(), *near[1]])
        return asked, holding | {place} | self._holding(" ".join(words(asked)), accents=True)


def _text(one: Article) -> str:
    return f"{one.title}\n{one.lead}\n{one.body}"


def _without_zeros(number: str) -> str:
    return number.lstrip("0")


def _days(one: Article) -> list[str]:
    found = _DAY.finditer(_text(one))
    return [day[0] for day in found if int(day[1]) <= 31 and int(day[2]) <= 12]


def _typed(text: str, method: int) -> str:
    """Return the keys that are pressed for a text: 0 Telex, 1 VNI; each tone at its word's end."""
    return " ".join(_keys(part, method) for part in text.lower().split())


def _keys(word: str, method: int) -> str:
    letters: list[str] = []
    tone = ""
    for letter in unicodedata.normalize("NFD", word.replace("đ", ("dd", "d9")[method])):
        if letter in _TONES:
            tone = _TONES[letter][method]
        elif letter in _SHAPES:
            letters.append(_SHAPES[letter][method])
        elif letter == "\u0302":
            letters.append((letters[-1], "6")[method])
        elif letter.isalnum():
            letters.append(letter)
    return "".join(letters) + tone
