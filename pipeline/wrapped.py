"""Line breaks in mid-sentence, as portals and typists leave them: told and undone. Pure; never raises."""

import re
from dataclasses import dataclass
from itertools import pairwise

from pipeline.bulletin_words import either
from pipeline.furniture import unmarked

_SHORTEST = 40  # characters of a row that may be broken off
_LONGEST = 160  # a text with many longer rows was not broken by hand
_FILLED = 0.88  # of the width: proportional letters end no row at the same count
_PAIRS = 2  # rows that must go on below for the text to be a broken one
_MOST_ROWS = 3_000  # that are asked

_CLOSED = re.compile(r"[.!?…;:][\"”’')*\]]*$")
_OPEN = re.compile(rf"(?:[,(–-]|(?<![^\W_]){either('open_ends')})$", re.IGNORECASE)
_SENTENCE = re.compile(rf"{either('sentence_starts')}(?![^\W_])", re.IGNORECASE)
STARTS = re.compile(
    r"(?:[-–—+*•●▪■►➢✓]\s*\S|\(?\d{1,3}[.):/]\)?(?:\s|$)|#{1,6} |[IVX]{1,5}[.)/]\s|[a-zđ]\)\s)"
)


@dataclass(frozen=True, slots=True)
class Wrap:
    """How a text is broken into rows.

    Args:
        width: characters of its longest broken row, 0 if it is not broken by hand.
        spaced: a blank row stands between any two rows, so that none ends a paragraph.
    """

    width: int = 0
    spaced: bool = False


def wrap(rows: list[str]) -> Wrap:
    """Return how the rows of a text are broken."""
    lines = [unmarked(row).strip() for row in rows[:_MOST_ROWS]]
    spaced = not any(one and other for one, other in pairwise(lines))
    filled = [line for line in lines if line] if spaced else lines
    broken = [
        len(one)
        for one, other in pairwise(filled)
        if len(one) >= _SHORTEST and other and not _CLOSED.search(one) and _goes_on(one, other)
    ]
    long = sum(len(line) > _LONGEST for line in filled)
    if len(broken) < _PAIRS or long * 4 > len(broken):
        return Wrap(0, spaced)
    return Wrap(min(max(broken), _LONGEST), spaced)


def continues(above: str, line: str, told: Wrap) -> bool:
    """Tell whether a plain row only goes on with the sentence of the row above it."""
    if not above or not line or _CLOSED.search(above) or STARTS.match(line):
        return False
    if line[0].islower() or (told.width and (line[0].isdigit() or _OPEN.search(above))):
        return True
    last, first = above.rsplit(maxsplit=1)[-1], line.split(maxsplit=1)[0]
    if told.width and last[0].isupper() and line[0].isupper() and not _SENTENCE.match(line):
        return True  # a name that the break cuts in two
    return bool(told.width) and len(above) + 1 + len(first) > _FILLED * told.width and not line.isupper()


def joined(rows: list[str], told: Wrap) -> str:
    """Return rows of Markdown with their broken sentences joined, blank rows kept."""
    lines: list[list[str]] = []
    last = ""  # the row above, "" where a paragraph ended
    for row in rows:
        line = row.strip()
        bare = unmarked(line)
        if not line:
            last = last if told.spaced else ""
            lines.append([""])
        elif told.width and continues(last, bare, told):
            while lines and lines[-1] == [""]:
                lines.pop()
            lines[-1].append(line)
            last = bare
        else:
            lines.append([line if told.width else row.rstrip("\r\n")])
            last = bare
    return "\n".join(" ".join(parts) for parts in lines).strip()


def _goes_on(above: str, line: str) -> bool:
    return not STARTS.match(line) and (line[0].islower() or bool(_OPEN.search(above)))
