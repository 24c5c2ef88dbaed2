"""What a hit must fulfil, as data: told to Meilisearch, or held against a document here. Pure; never raises.

One list of conditions serves both, so that what is found and what is matched the other way round
(a new story against saved questions) cannot drift apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on one field of `search.document.document`.

    Args:
        any_of: the field holds one of these values, whatever their case; () asks nothing.
        least, below: the field is a number of at least `least` and under `below`; None: no bound.
    """

    field: str
    any_of: tuple[str, ...] = ()
    least: int | None = None
    below: int | None = None

    def text(self) -> str:
        """Return the condition in Meilisearch's filter language."""
        parts = []
        if len(self.any_of) == 1:
            parts.append(f"{self.field} = {quoted(self.any_of[0])}")
        elif self.any_of:
            parts.append(f"{self.field} IN [{', '.join(map(quoted, self.any_of))}]")
        if self.least is not None:
            parts.append(f"{self.field} >= {self.least}")
        if self.below is not None:
            parts.append(f"{self.field} < {self.below}")
        return " AND ".join(parts)

    def holds(self, document: Mapping[str, Any]) -> bool:
        """Say whether a document fulfils it."""
        value = document.get(self.field)
        if self.any_of:
            held = value if isinstance(value, (list, tuple)) else [value]
            wanted = {one.casefold() for one in self.any_of}
            if not any(isinstance(one, str) and one.casefold() in wanted for one in held):
                return False
        if self.least is None and self.below is None:
            return True
        return (
            isinstance(value, int)
            and (self.least is None or value >= self.least)
            and (self.below is None or value < self.below)
        )


def quoted(value: str) -> str:
    """Return `value` as one string of Meilisearch's filter language, whatever is in it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
