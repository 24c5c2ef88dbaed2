"""How far everything is, and showing it on stderr: bars on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.console import say

_NEWS_SECONDS = 5.0  # between lines


@dataclass(frozen=True, slots=True)
class Seen:
    """How far everything is. `searchable`: there is a Meilisearch; `fetching`: it is not here yet."""

    receipts: int
    unread: int
    quarantined: int
    entries: int
    unlinked: int
    stories: int
    head: int
    behind_index: int
    behind_publish: int
    feeds_late: int
    searchable: bool
    fetching: bool

    @property
    def settled(self) -> bool:
        """Whether every feed was polled, every receipt read and every entry put into a story."""
        return not (self.feeds_late or self.unread or self.unlinked)

    @property
    def published(self) -> bool:
        """Whether the feed files have all changes."""
        return self.head > 0 and self.behind_publish == 0

    @property
    def indexed(self) -> bool:
        """Whether the search index has all changes, or there is none to be had."""
        return self.behind_index == 0 or not self.searchable


# Done and total of each stage; what is published and indexed are changes of stories.
_STAGES: dict[str, Callable[[Seen], tuple[int, int]]] = {
    "receipts read": lambda seen: (seen.receipts - seen.unread, seen.receipts),
    "entries told": lambda seen: (seen.entries - seen.unlinked, seen.entries),
    "published": lambda seen: (seen.head - seen.behind_publish, seen.head),
    "indexed": lambda seen: (seen.head - seen.behind_index, seen.head),
}


class Display(Protocol):
    """What shows how far everything is."""

    def start(self) -> None:
        """Begin to show."""
        ...

    def show(self, seen: Seen) -> None:
        """Show the newest state."""
        ...

    def stop(self) -> None:
        """Leave the terminal as it was."""
        ...


def display() -> Display:
    """Return what fits the stderr of this process."""
    console = Console(stderr=True)
    return _Bars(console) if console.is_terminal else _Lines()


class _Bars:
    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description:12}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, TimeElapsedColumn(), console=console)
        self._bars = {name: self._progress.add_task(name, total=None) for name in _STAGES}

    def start(self) -> None:
        self._progress.start()

    def show(self, seen: Seen) -> None:
        for name, stage in _STAGES.items():
            done, total = stage(seen)
            self._progress.update(self._bars[name], completed=done, total=total or None)

    def stop(self) -> None:
        self._progress.stop()


class _Lines:
    def __init__(self) -> None:
        self._due = 0.0
        self._said = ""

    def start(self) -> None:
        self._due = time.monotonic() + _NEWS_SECONDS

    def show(self, seen: Seen) -> None:
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + _NEWS_SECONDS
        line = ", ".join("{}/{} {}".format(*stage(seen), name) for name, stage in _STAGES.items())
        if line != self._said:
            say(line)
        self._said = line

    def stop(self) -> None:
        """Nothing to do: lines stay."""
