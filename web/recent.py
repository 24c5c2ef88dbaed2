"""A value that many ask for and that is made anew at most every few seconds."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """The value, made when somebody asks and it is some seconds old, by one caller at a time.

    Safe to share between threads.
    """

    def __init__(self, make: Callable[[], T], seconds: float) -> None:
        """Make nothing yet."""
        self._make = make
        self._seconds = seconds
        self._lock = Lock()
        self._kept: T | None = None
        self._until = 0.0

    def get(self) -> T:
        """Return it. Raises whatever making it raises; then the next caller tries again."""
        with self._lock:
            if self._kept is None or monotonic() >= self._until:
                self._kept = self._make()
                self._until = monotonic() + self._seconds
            return self._kept
