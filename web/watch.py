"""Waiting for the change log to grow: many callers in one event loop, one look at SQL for all of them."""

from asyncio import Event, Task, create_task, shield, sleep, timeout
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool

from pipeline.errors import TinTinhError
from web.problems import Problem

_EVERY = 0.4  # seconds between two looks: a commit is told within one second
T = TypeVar("T")
_MOST = 200  # who wait; each is a connection, and all of them read when something happens


class Watch:
    """Those who wait for news of one database. For one event loop; only `head` runs in a thread.

    Args:
        head: returns the newest position of the log.
    """

    def __init__(self, head: Callable[[], int], most: int = _MOST) -> None:
        """Look at nothing yet."""
        self._head = head
        self._most = most
        self._waiting: dict[Event, int] = {}
        self._looking: Task[None] | None = None
        self._making: dict[Hashable, Task[Any]] = {}

    async def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` returns in a thread; who wants the same meanwhile gets the same.

        Those who wait are woken together, and most of them have read as far as each other.
        """
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = create_task(run_in_threadpool(make))
            task.add_done_callback(lambda _: self._making.pop(key))
        made: T = await shield(task)
        return made

    async def beyond(self, seq: int, seconds: float) -> bool:
        """Wait until the log may have grown beyond a position; False: it has not in that time.

        Raises:
            Problem: too many wait already (503).
        """
        if len(self._waiting) >= self._most:
            raise Problem(
                503, "too_many_wait", "too many wait for changes; ask again", headers={"Retry-After": "10"}
            )
        event = Event()
        self._waiting[event] = seq
        if self._looking is None or self._looking.done():
            self._looking = create_task(self._look())
        try:
            async with timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        finally:
            del self._waiting[event]
        return True

    async def _look(self) -> None:
        """Look as long as somebody waits. If SQL is away, they are woken too and find out for themselves."""
        while self._waiting:
            try:
                head = await run_in_threadpool(self._head)
            except TinTinhError:
                head = None
            for event, seq in self._waiting.items():
                if head is None or head > seq:
                    event.set()
            await sleep(_EVERY)
