"""After a change: tell the workers of the living `up` and wait for them, or do their work here."""

import time

from cli import folder, local
from cli.console import say
from cli.desk import Desk
from pipeline.errors import BadInput, EngineUnavailable
from pipeline.store import changes, links, receipts

_POLL = 0.1
_NEWS_SECONDS = 10.0
_FOLDER_SECONDS = 30.0  # a command beside this one, or an `up` that is starting or stopping


def finish(desk: Desk, stage: str, *, wait: bool = False) -> None:
    """Have what was committed settled, indexed and published, from `stage` on.

    With a living `up` its workers are rung, and waited for if `wait`; without one it is done here.

    Raises:
        BadInput: another command holds the data folder for long.
        EngineUnavailable: `up` ended meanwhile; what was committed stands.
    """
    until = time.monotonic() + _FOLDER_SECONDS
    while (run := folder.living(desk.settings.data)) is None:
        try:
            with local.engines(desk, "a command") as index:
                local.catch_up(desk, index)
        except BadInput:
            if time.monotonic() >= until:
                raise
            time.sleep(_POLL)
        else:
            return
    _ring(stage, run)
    if wait:
        _wait(desk)


def _ring(stage: str, run: folder.Run) -> None:
    """Wake the workers; should the bell be lost, their sweeper looks every few seconds."""
    from tasks import wiring

    if run.broker_url:
        wiring.ring(stage)


def _wait(desk: Desk) -> None:
    """Return when nothing is left to read or to link, and index and feeds have seen all changes."""
    due = time.monotonic() + _NEWS_SECONDS
    head = None
    while True:
        run = folder.living(desk.settings.data)
        if run is None:
            raise EngineUnavailable("up", "ended; what was handed in is kept and goes on with the next one")
        with desk.db.read() as conn:
            unread, unlinked = receipts.pending(conn), links.unlinked_count(conn)
            if head is None and not unread and not unlinked:
                head = changes.head(conn)
            left = {"publish": (head or 0) - changes.position(conn, "publish")}
            if run.meilisearch_url:
                left["index"] = (head or 0) - changes.position(conn, "index")
        if head is not None and all(count <= 0 for count in left.values()):
            return
        if time.monotonic() >= due:
            due += _NEWS_SECONDS
            behind = ", ".join(f"{name} {count:,} behind" for name, count in left.items() if count > 0)
            say(f"waiting: {unread:,} to read, {unlinked:,} to link" + (f", {behind}" if behind else ""))
        time.sleep(_POLL)
