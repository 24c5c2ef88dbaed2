"""What changed from one version of a text to the next, word by word, for people to read. Pure.

Paragraphs that stand once in both texts are anchors (patience diff); between two of them words are
aligned by Myers' algorithm (1986) within a budget of steps, beyond which the stretch is shown as
replaced. So the time grows with the length of the texts and never with its square.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from pipeline.text import paragraphs

MOST_SHOWN = 6_000  # words of one difference
_MOST_LINES = 20_000  # of either text, from the first that differs on; a page of a book has 40
STEPS = 300_000  # of aligning; about 0.15 s
_CHANCE = 2  # words; fewer equal ones between two changes are chance and harder to read than a replacement
_ALIKE = 0.25  # share of equal words under which a stretch is another text
_LONG, _KEPT = 60, 20  # an unchanged run of more words keeps so many at each end

_BREAK = "\n"  # the word between two paragraphs


class Mark(StrEnum):
    """What happened to a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one mark, separated by single spaces."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph in pieces; or, without any, how many unchanged paragraphs are not shown."""

    pieces: tuple[Piece, ...]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """The paragraphs of both texts around what changed; none if nothing did.

    `left`: paragraphs behind what is shown.
    """

    rows: tuple[Row, ...]
    left: int = 0


def difference(old: str, new: str, most: int = MOST_SHOWN, steps: int = STEPS) -> Difference:
    """Return how `new` differs from `old`, in at most about `most` words. Never raises.

    `steps`: what aligning may cost; what is not aligned within them is shown as replaced.
    Line breaks part paragraphs, other white space is no difference. Of texts of more than 20,000
    paragraphs those after the first change are compared.
    """
    lines = paragraphs(old), paragraphs(new)
    start = max(_common(*lines) - 1, 0)
    mine, theirs = (told[start : start + _MOST_LINES] for told in lines)
    rows = _rows(_aligned(mine, theirs, steps))
    beyond = max(map(len, lines)) - start - _MOST_LINES
    shown: list[Row] = []
    seen = 0
    for row in _without_same(rows):
        if most <= 0:
            break
        seen += row.skipped or 1
        cut, most = _bounded(row, most)
        shown.append(cut)
    if not shown and beyond <= 0:
        return Difference(())
    before = [Row((), skipped=start)] if start else []
    return Difference((*before, *shown), len(rows) - seen + max(beyond, 0))


def as_text(found: Difference) -> str:
    """Return a difference as plain lines: "ba [-trăm-] {+nghìn+} đồng". Never raises."""
    lines = [_line(row) for row in found.rows]
    return "\n".join([*lines, f"… còn {found.left} đoạn"] if found.left else lines)


def _line(row: Row) -> str:
    if row.skipped:
        return f"… {row.skipped} đoạn không đổi …"
    signs = {Mark.SAME: "{}", Mark.REMOVED: "[-{}-]", Mark.ADDED: "{{+{}+}}"}
    return " ".join(signs[piece.mark].format(piece.text) for piece in row.pieces)


_Words = list[str]
_Run = tuple[Mark, Sequence[str]]


def _aligned(old: list[str], new: list[str], steps: int) -> Iterator[_Run]:
    """Yield the words of both texts in order, as runs of one mark."""
    i = j = 0
    for at, to in [*_anchors(old, new), (len(old), len(new))]:
        runs, steps = _compared(_words(old[i:at]), _words(new[j:to]), steps)
        yield from runs
        yield Mark.SAME, _words(old[at : at + 1])
        i, j = at + 1, to + 1


def _words(lines: list[str]) -> _Words:
    return [word for line in lines for word in (*line.split(), _BREAK)]


def _anchors(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Return pairs of equal paragraphs, rising: both ends, and between them what stands once in either."""
    head = _common(old, new)
    tail = min(_common(old[::-1], new[::-1]), min(len(old), len(new)) - head)
    mine, theirs = old[head : len(old) - tail], new[head : len(new) - tail]
    once = {line for line, count in Counter(mine).items() if count == 1}
    once &= {line for line, count in Counter(theirs).items() if count == 1}
    there = {line: at for at, line in enumerate(theirs) if line in once}
    pairs = _rising([(at, there[line]) for at, line in enumerate(mine) if line in once])
    return [
        *((at, at) for at in range(head)),
        *((head + at, head + to) for at, to in pairs),
        *((len(old) - back, len(new) - back) for back in range(tail, 0, -1)),
    ]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many first items two sequences share."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return a longest subsequence whose second numbers rise (patience sorting)."""
    tops: list[int] = []
    chain: list[tuple[int, int | None]] = []  # index of the pair, place of its forerunner in `chain`
    ends: list[int] = []
    for index, (_, to) in enumerate(pairs):
        pile = bisect_left(tops, to)
        chain.append((index, ends[pile - 1] if pile else None))
        tops[pile : pile + 1] = [to]
        ends[pile : pile + 1] = [len(chain) - 1]
    found = []
    at = ends[-1] if ends else None
    while at is not None:
        index, at = chain[at]
        found.append(pairs[index])
    return found[::-1]


def _compared(old: _Words, new: _Words, steps: int) -> tuple[list[_Run], int]:
    """Return the runs of one stretch and the steps that are left."""
    head = _common(old, new)
    tail = min(_common(old[::-1], new[::-1]), min(len(old), len(new)) - head)
    mine, theirs = old[head : len(old) - tail], new[head : len(new) - tail]
    blocks, left = _blocks(mine, theirs, steps // 2)  # so that no stretch leaves nothing to the next
    runs: list[_Run] = [(Mark.SAME, old[:head])]
    i = j = 0
    for at, to, length in [*_readable(blocks, mine, theirs), (len(mine), len(theirs), 0)]:
        runs += [(Mark.REMOVED, mine[i:at]), (Mark.ADDED, theirs[j:to]), (Mark.SAME, mine[at : at + length])]
        i, j = at + length, to + length
    runs.append((Mark.SAME, old[len(old) - tail :]))
    return [run for run in runs if run[1]], steps - steps // 2 + left


def _readable(blocks: list[tuple[int, int, int]], old: _Words, new: _Words) -> list[tuple[int, int, int]]:
    """Leave out equal stretches that are chance; all of them where hardly anything is equal."""
    kept = [block for block in blocks if block[2] > _CHANCE or _BREAK in old[block[0] : block[0] + block[2]]]
    equal = sum(length for _, _, length in kept)
    return kept if equal >= _ALIKE * min(len(old), len(new)) else []


def _blocks(old: _Words, new: _Words, steps: int) -> tuple[list[tuple[int, int, int]], int]:
    """Return the equal stretches (start in old, start in new, length) of a shortest edit, and the steps left.

    None where no edit is found within the steps.
    """
    if not old or not new:
        return [], steps
    reached = {1: 0}  # diagonal → furthest place in `old`
    rounds: list[dict[int, tuple[int, int]]] = []  # one an edit: diagonal → its equal stretch in `old`
    for edits in range(len(old) + len(new) + 1):
        rounds.append({})
        for diagonal in range(-edits, edits + 1, 2):
            start = _stepped(reached, diagonal, len(old), len(new))
            reached.pop(diagonal, None)
            if start is None:
                continue
            end = start
            while end < len(old) and end - diagonal < len(new) and old[end] == new[end - diagonal]:
                end += 1
            reached[diagonal] = end
            rounds[edits][diagonal] = (start, end)
            if end == len(old) and end - diagonal == len(new):
                return _traced(rounds, diagonal), steps
            steps -= 1 + end - start
        if steps < 0:
            break
    return [], 0


def _stepped(reached: dict[int, int], diagonal: int, rows: int, columns: int) -> int | None:
    """Return where one more edit leads on a diagonal, None if out of both texts."""
    right, down = reached.get(diagonal - 1), reached.get(diagonal + 1)
    places = []
    if right is not None and right < rows:
        places.append(right + 1)
    if down is not None and down - diagonal <= columns:
        places.append(down)
    return max(places, default=None)


def _traced(rounds: list[dict[int, tuple[int, int]]], diagonal: int) -> list[tuple[int, int, int]]:
    """Walk the edits back and return the equal stretches in order."""
    blocks = []
    for edits in range(len(rounds) - 1, -1, -1):
        start, end = rounds[edits][diagonal]
        if end > start:
            blocks.append((start, start - diagonal, end - start))
        if edits:
            right = rounds[edits - 1].get(diagonal - 1)
            diagonal += -1 if right is not None and right[1] + 1 == start else 1
    return blocks[::-1]


def _rows(runs: Iterator[_Run]) -> list[Row]:
    """Return the paragraphs of both texts; one whose end changed shares its row with what follows."""
    rows: list[Row] = []
    pieces: list[tuple[Mark, list[str]]] = []
    for mark, words in runs:
        for word in words:
            if word != _BREAK:
                if not pieces or pieces[-1][0] is not mark:
                    pieces.append((mark, []))
                pieces[-1][1].append(word)
            elif pieces:
                rows.append(Row(tuple(Piece(one, " ".join(said)) for one, said in pieces)))
                pieces = []
    return rows


def _without_same(rows: list[Row]) -> Iterator[Row]:
    """Yield the rows that changed and one on each side, and how many lie between."""
    changed = {at for at, row in enumerate(rows) if any(piece.mark is not Mark.SAME for piece in row.pieces)}
    near = {at + step for at in changed for step in (-1, 0, 1)}
    for is_near, group in groupby(range(len(rows)), key=near.__contains__):
        places = list(group)
        if is_near:
            yield from (rows[at] for at in places)
        elif changed:
            yield Row((), skipped=len(places))


def _bounded(row: Row, most: int) -> tuple[Row, int]:
    """Return a row with long pieces cut, and how many words may still be shown."""
    pieces = []
    for piece in row.pieces:
        words = piece.text.split()
        if piece.mark is Mark.SAME and len(words) > _LONG:
            words = [*words[:_KEPT], "…", *words[-_KEPT:]]
        elif len(words) > most:
            words = [*words[: max(most, 0)], "…"]
        most -= len(words)
        pieces.append(Piece(piece.mark, " ".join(words)))
    return Row(tuple(pieces), row.skipped), most
