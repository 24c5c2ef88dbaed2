"""Looking on while workers work: how far everything has come, until a condition holds."""

import threading
import time
from collections.abc import Callable
from typing import Self

from cli import folder
from cli.desk import Desk, now
from cli.progress import Seen, display
from pipeline.errors import EngineUnavailable
from pipeline.store import Connection, changes, numbers, stories
from pipeline.store.receipts import ReceiptState

_LOOK_SECONDS = 0.25
# Without any movement. The slowest step is waiting for the leases of workers that were killed.
_PATIENCE_SECONDS = 90.0
_FETCH_SECONDS = 900.0  # while Meilisearch is on its way
_MOST_STORIES = 200


class Over(Exception):
    """The run ends; nobody waits for anything any more."""


Until = Callable[[Callable[[Seen], bool]], Seen]


class Watch:
    """A look at the data folder of a living `up`, four times a second, with bars on a terminal.

    Args:
        over: set when the run ends; waiting then raises `Over`.
        merged_at: when the first feed with a story of several tellings was published
            (`time.monotonic`), None before.
    """

    def __init__(self, desk: Desk, over: threading.Event) -> None:
        """Look at nothing yet."""
        self._desk = desk
        self._over = over
        self._display = display()
        self._merged_head: int | None = None
        self.merged_at: float | None = None

    def __enter__(self) -> Self:
        """Show the progress."""
        self._display.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        self._display.stop()

    def until(self, condition: Callable[[Seen], bool]) -> Seen:
        """Look until the condition holds and return what was seen then.

        Raises:
            EngineUnavailable: nothing has moved for long.
            Over: the run ends.
        """
        before, moved = None, time.monotonic()
        while not self._over.is_set():
            seen = self.look()
            if condition(seen):
                return seen
            if seen != before:
                before, moved = seen, time.monotonic()
            if time.monotonic() - moved > (_FETCH_SECONDS if seen.fetching else _PATIENCE_SECONDS):
                where = self._desk.settings.data / "log"
                raise EngineUnavailable("workers", f"nothing has moved for long; see {where}")
            self._over.wait(_LOOK_SECONDS)
        raise Over

    def look(self) -> Seen:
        """Return how far everything is, and show it."""
        run = folder.living(self._desk.settings.data)
        url, pids = (run.meilisearch_url, run.pids) if run else ("", {})
        with self._desk.db.read() as conn:
            state = numbers.state(conn, now())
            self._note_merged(conn, state["log_head"])
        seen = Seen(
            receipts=sum(state["receipts"].values()),
            unread=state["receipts"][ReceiptState.RECEIVED],
            quarantined=state["quarantine_open"],
            entries=state["entries"],
            unlinked=state["unlinked"],
            stories=state["stories"],
            head=state["log_head"],
            behind_index=state["readers"]["index"]["behind"],
            behind_publish=state["readers"]["publish"]["behind"],
            feeds_late=state["intakes"]["late"],
            searchable=bool(url),
            fetching=bool(url) and "meilisearch" not in pids,
        )
        self._display.show(seen)
        return seen

    def _note_merged(self, conn: Connection, head: int) -> None:
        """Note when the feeds have all changes up to the first story of several tellings."""
        if self.merged_at is not None:
            return
        if self._merged_head is None:
            news = stories.window(conn, limit=_MOST_STORIES)
            self._merged_head = head if any(len(story.face.tellings) > 1 for story in news) else None
        if self._merged_head is not None and changes.position(conn, "publish") >= self._merged_head:
            self.merged_at = time.monotonic()
