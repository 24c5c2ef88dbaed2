"""How far one long piece of work is, on stderr: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from cli.console import say

Show = Callable[[str, int, int], None]  # the phase, how much of it is done, and of how much

_NEWS_SECONDS = 5.0  # between lines of one phase
_AFTER = 1.0  # seconds before a rate is told


@contextmanager
def advancing() -> Iterator[Show]:
    """Yield what shows the newest state on the stderr of this process."""
    console = Console(stderr=True)
    if not console.is_terminal:
        lines = _Lines(time.monotonic)
        try:
            yield lines.show
        finally:
            lines.end()
        return
    columns = (
        TextColumn("{task.description:9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield _Bar(progress, time.monotonic).show


def line(phase: str, done: int, total: int, *, since: int, seconds: float) -> str:
    """Return one line: what is done of how much, the rate, and the time that is left.

    `since` of it had been done when the phase was first seen, so many `seconds` ago. Pure; never raises.
    """
    told = f"{phase}: {done:,} of {total:,}"
    rate = _rate(done - since, seconds)
    if not rate:
        return told
    return f"{told}, {rate:,.0f} a second, about {max(0, total - done) / rate:,.0f} s left"


def _rate(done: int, seconds: float) -> float:
    return done / seconds if seconds >= _AFTER and done > 0 else 0.0


class _Phase:
    """When a phase was first seen, and how much of it was done then."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.name = ""
        self.since = 0
        self._begun = 0.0

    def enter(self, name: str, done: int) -> bool:
        """Return whether it is another phase than before; one that was set back begins anew."""
        if name == self.name and done >= self.since:
            return False
        self.name, self.since, self._begun = name, done, self._clock()
        return True

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self._clock() - self._begun


class _Bar:
    def __init__(self, progress: Progress, clock: Callable[[], float]) -> None:
        self._progress = progress
        self._phase = _Phase(clock)
        self._bar = progress.add_task("", total=None, rate="")

    def show(self, phase: str, done: int, total: int) -> None:
        if self._phase.enter(phase, done):
            self._progress.reset(self._bar, total=total, completed=done, description=phase, rate="")
        rate = _rate(done - self._phase.since, self._phase.seconds)
        self._progress.update(self._bar, completed=done, total=total, rate=f"{rate:,.0f}/s" if rate else "")


class _Lines:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._phase = _Phase(clock)
        self._due = 0.0
        self._unsaid = ""  # how far it is since the last line

    def show(self, phase: str, done: int, total: int) -> None:
        if phase != self._phase.name:
            self.end()
        entered = self._phase.enter(phase, done)
        self._unsaid = line(phase, done, total, since=self._phase.since, seconds=self._phase.seconds)
        if entered or self._clock() >= self._due:
            self._due = self._clock() + _NEWS_SECONDS
            self.end()

    def end(self) -> None:
        """Say how far it came: the last line of a phase must not be one from the middle."""
        if self._unsaid:
            say(self._unsaid)
        self._unsaid = ""
