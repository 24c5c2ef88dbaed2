"""One line of a list of sources, whatever its form. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that cannot be taken: its number, counted from 1, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        """Render "line 7: …"."""
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Row:
    """What one line says of a source and of one door; "" and () mean not said.

    Args:
        title: how others call the source or the feed: a name only where nothing better is known.
        site: address of its front page.
        seat: fields of a `[[source.host]]`, as text.
    """

    line: int
    source_id: str = ""
    name: str = ""
    title: str = ""
    province: str = ""
    area: str = ""
    hosts: tuple[str, ...] = ()
    site: str = ""
    rights: str = ""
    kind: str = ""
    url: str = ""
    path: str = ""
    allow_private: bool = False
    seat: Mapping[str, str] = field(default_factory=dict)
