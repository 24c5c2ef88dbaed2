"""Where a walk through hits in order of time goes on: opaque to callers. Pure.

Thousands of stories may bear one moment, since many dates are known to the day only; so a place is
the moment and a number of the story's own behind it. The cursor also names the rung that answered:
the further pages of a question are never answered by a laxer reading than its first.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from pipeline.errors import BadInput

COVERED, NEARLY = -1, -2  # the "rungs" of stories that hold most of the words, or nearly all
_FORM = re.compile(r"1:(-[12]|\d{1,2}):(-?\d{1,12}):(\d{1,16}):(\d{1,9}):([0-9a-f]{12})", re.ASCII)
_MOST_CHARACTERS = 120
_TIE_DIGITS = 13  # hexadecimal: 52 bits, which a double holds exactly


@dataclass(frozen=True, slots=True)
class Cursor:
    """Behind one hit of one question.

    Args:
        rung: the place of the rung that answered, `COVERED` or `NEARLY`.
        at, tie: the moment and the `tie` of the last hit.
        total: how many hits there were at the beginning.
        mark: a hash of the question; a cursor fits no other.
    """

    rung: int
    at: int
    tie: int
    total: int
    mark: str

    def text(self) -> str:
        """Return it as letters, digits, - and _."""
        told = f"1:{self.rung}:{self.at}:{self.tie}:{self.total}:{self.mark}"
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """Return the cursor of `Cursor.text`.

    Raises:
        BadInput: it is none.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        told = base64.b64decode(padded, b"-_", validate=True).decode("ascii")
    except (ValueError, binascii.Error) as error:
        raise _wrong() from error
    found = _FORM.fullmatch(told) if len(text) <= _MOST_CHARACTERS else None
    if found is None:
        raise _wrong()
    rung, at, tie, total = (int(found[place]) for place in range(1, 5))
    return Cursor(rung, at, tie, total, found[5])


def tie(story_id: str) -> int:
    """Return the number that orders stories of one moment: 52 bits of a hash of the id."""
    return int(hashlib.sha256(story_id.encode()).hexdigest()[:_TIE_DIGITS], 16)


def _wrong() -> BadInput:
    return BadInput("before", "must be the `cursor` of an answer to this question")
