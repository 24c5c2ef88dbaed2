"""A circuit breaker (M. Nygard, "Release It!"): who does not answer is left alone for a while.

`State` and its changes are pure: the clock is an argument, in monotonic seconds. `Breaker` holds one for
all threads of a process.
"""

import time
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class State:
    """Who may ask.

    Args:
        shut_until: nobody before this moment; None: everybody.
    """

    shut_until: float | None = None


def asked(state: State, now: float, rest: float) -> tuple[State, bool]:
    """Return whether one may ask now, and the state from then on.

    After a rest of `rest` seconds one may, as a probe. While it has not told how it went the others wait
    for another rest, so that a probe that is lost holds up nobody for longer.
    """
    if state.shut_until is None:
        return state, True
    if now < state.shut_until:
        return state, False
    return State(now + rest), True


def answered() -> State:
    """Return the state after an answer."""
    return State()


def failed(now: float, rest: float) -> State:
    """Return the state after a time limit or a refused connection."""
    return State(now + rest)


class Breaker:
    """The breaker of one engine. Safe to share between threads."""

    def __init__(self, rest: float) -> None:
        """Let everybody ask; `rest` is how many seconds an engine that fails is left alone."""
        self._rest = rest
        self._state = State()
        self._lock = Lock()

    def may_ask(self) -> bool:
        """Say whether the engine may be asked now; who is told so has to report `answered` or `failed`."""
        with self._lock:
            self._state, may = asked(self._state, time.monotonic(), self._rest)
        return may

    def answered(self) -> None:
        """Note that the engine answered, whatever it said."""
        with self._lock:
            self._state = answered()

    def failed(self) -> None:
        """Note that the engine did not answer."""
        with self._lock:
            self._state = failed(time.monotonic(), self._rest)
