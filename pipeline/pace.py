"""How many entries are linked at a time, and from which on. Pure.

Linking looks at everything around an entry. Thousands of near-identical texts make one batch longer than
a task may last, again and again: without this the same batch would be tried for ever, with all that
is honest behind it.
"""

from dataclasses import dataclass

MOST = 200  # entries in one batch
_HURRY, _EASE = 1 / 6, 1 / 30  # of the time that a batch may take


@dataclass(frozen=True, slots=True)
class Pace:
    """The next batch: at most `limit` entries, those after the id `after` first, then from the beginning."""

    limit: int = MOST
    after: str = ""

    def went(self, last: str, took: float, most: float) -> "Pace":
        """Return the pace behind a batch that ended with the id `last`.

        Args:
            last: the last of its entries, "" if it had none.
            took: its seconds.
            most: the seconds after which it would have been cut off.
        """
        limit = self.limit
        if took > most * _HURRY:
            limit = max(1, limit // 2)
        elif took < most * _EASE:
            limit = min(MOST, limit * 2)
        return Pace(limit, last)

    def cut_off(self, last: str) -> "Pace":
        """Return the pace behind a batch that was not done in time: others first, and fewer at a time."""
        return Pace(max(1, self.limit // 4), last)
