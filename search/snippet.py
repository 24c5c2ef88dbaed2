"""What is shown of a text beside a hit: a window with the sought words marked. Pure; never raises.

Marks are our own: Meilisearch marks "Cộng" for "công". Input is text that may be shown (a face's),
output is HTML whose only tag is <mark>.
"""

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from search.asked import FRAMES, asked, meant
from search.forms import readings
from search.tokens import accented, bare, telex, tokens

_WIDTH = 280  # characters
_LEAD_IN = 60  # characters before the first mark
_WORD = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?!\d)|[^\W_]+")  # a sum is one word, whatever parts its thousands


@dataclass(frozen=True, slots=True)
class _Seen:
    """A stretch of letters and digits of a text, and the words that matching makes of it."""

    start: int
    end: int
    words: tuple[str, ...]


def marked(text: str, q: str) -> str:
    """Return `text` as HTML with what `q` asks for in <mark>."""
    whole = unicodedata.normalize("NFC", text)
    return _html(whole, _marks(whole, q), 0, len(whole))


def snippet(texts: Sequence[str], q: str) -> str:
    """Return the most telling stretch of the first of `texts` that holds a sought word.

    Without any, the beginning of the first text that is not empty; "" if all are.
    """
    lines = [" ".join(unicodedata.normalize("NFC", text).split()) for text in texts]
    for line in lines:
        marks = _marks(line, q)
        if marks:
            return _window(line, marks)
    first = next(filter(None, lines), "")
    return _window(first, [])


def _marks(text: str, q: str) -> list[tuple[int, int]]:
    """Return the stretches of `text` to mark, in order, neighbours joined.

    Accents of the question count, unless the text has the words only with others. What the question may be
    written in other ways (`search.forms`) is marked with it. Of several words those that stand beside each
    other are marked; single ones only if none do and most are there.
    """
    if not text:
        return []
    seen = [_Seen(found.start(), found.end(), _words(found[0])) for found in _WORD.finditer(text)]
    for ways in _sought(q):
        for spelling in _spellings(ways[0]):
            told = [[spelling(word) for word in one.words] for one in seen]
            lit = _lit(told, ways, spelling)
            if lit:
                return _joined([seen[place] for place in sorted(lit)])
    return []


@lru_cache(maxsize=50_000)  # folding is most of the work, and words come back
def _words(run: str) -> tuple[str, ...]:
    return tuple(tokens(run))


@lru_cache(maxsize=64)
def _sought(q: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Return the words of a question in all its ways to be written; then those of raw keys that it may be."""
    typed = tuple(asked(q).words())
    keyed = tuple(meant(q).words())
    ways = dict.fromkeys([typed, *(tuple(asked(one).words()) for one in readings(q))])
    return tuple(filter(None, ((*filter(None, ways),), ((keyed,) if keyed != typed else ()))))


def _spellings(words: Sequence[str]) -> list[Callable[[str], str]]:
    """Return by what words are compared: with accents, then those that the question has, then without."""
    if not accented(list(words)):
        return [bare]
    exact = {telex(word) for word in words if telex(word) != bare(word)}

    def mixed(word: str) -> str:
        return spelled if (spelled := telex(word)) in exact else bare(word)

    return [telex, mixed, bare]


def _lit(
    told: Sequence[Sequence[str]], ways: Sequence[Sequence[str]], spelling: Callable[[str], str]
) -> set[int]:
    """Return the places of words to mark, of all ways to write the question."""
    together: set[int] = set()
    alone: set[int] = set()
    for way in ways:
        together |= _beside(told, [spelling(word) for word in way])
        alone |= _single(told, [spelling(word) for word in way if word not in FRAMES])
    return together or alone


def _beside(told: Sequence[Sequence[str]], wanted: Sequence[str]) -> set[int]:
    """Return the places of words that follow each other in the text as in the question; all of a lone one."""
    if len(wanted) == 1:
        return {place for place, words in enumerate(told) if wanted[0] in words}
    pairs = set(pairwise(wanted))
    flat = [(word, place) for place, words in enumerate(told) for word in words]
    lit: set[int] = set()
    for (one, here), (other, there) in pairwise(flat):
        if (one, other) in pairs:
            lit |= {here, there}
    return lit


def _single(told: Sequence[Sequence[str]], wanted: Sequence[str]) -> set[int]:
    """Return the places of sought words, if most of them are in the text: a lone syllable misleads."""
    known = set(wanted)
    there = known & {word for words in told for word in words}
    if len(there) * 2 <= len(known):
        return set()
    return {place for place, words in enumerate(told) if known & set(words)}


def _joined(lit: Sequence[_Seen]) -> list[tuple[int, int]]:
    """Join marks with nothing but a space or a sign between them: one name, one mark."""
    marks: list[tuple[int, int]] = []
    for one in lit:
        if marks and one.start - marks[-1][1] <= 1:
            marks[-1] = (marks[-1][0], one.end)
        else:
            marks.append((one.start, one.end))
    return marks


def _window(line: str, marks: Sequence[tuple[int, int]]) -> str:
    """Return the stretch of `line` with the most marks, cut between words.

    And outside of marks, unless there are but such as are wider than it: a whole sentence.
    """
    if len(line) <= _WIDTH:
        return _html(line, marks, 0, len(line))

    begins, ends = [begin for begin, _ in marks], [end for _, end in marks]
    sizes = [0, *accumulate(end - begin for begin, end in marks)]

    def inside(start: int) -> tuple[int, int]:
        return bisect_left(begins, start), bisect_right(ends, start + _WIDTH)

    def told(start: int) -> int:
        first, behind = inside(start)
        return max(0, sizes[behind] - sizes[first])  # one mark may be wider than the window

    last = len(line) - _WIDTH
    starts = [min(max(0, start - _LEAD_IN), last) for start, _ in marks] or [0]
    start = max(starts, key=lambda one: (told(one), -one))
    kept = marks[slice(*inside(start))]
    end = start + _WIDTH
    if start:
        behind = line.find(" ", start, kept[0][0] if kept else end) + 1
        start = behind or start
    if end < len(line) and line[end] != " ":
        before = line.rfind(" ", kept[-1][1] if kept else start + 1, end)
        end = before if before > start else end
    head, tail = "… " if start else "", " …" if end < len(line) else ""
    shown = kept or [(begin, min(stop, end)) for begin, stop in marks if start <= begin < end]
    return head + _html(line, shown, start, end).strip() + tail


def _html(text: str, marks: Sequence[tuple[int, int]], start: int, end: int) -> str:
    """Return text[start:end] escaped, with the marks that lie in it."""
    parts: list[str] = []
    place = start
    for begin, stop in marks:
        if begin < place or stop > end:
            continue
        parts += [html.escape(text[place:begin]), "<mark>", html.escape(text[begin:stop]), "</mark>"]
        place = stop
    return "".join(parts) + html.escape(text[place:end])
