"""Doing the work in this process: what commands do on a data folder without a living `up`."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from cli import folder
from cli.console import say
from cli.desk import Desk, now
from feeds.publish import publish
from pipeline import stages
from pipeline.errors import EngineUnavailable
from pipeline.reader import Reader
from pipeline.store import changes, leases, links, receipts
from search.index import Index, open_index
from search.sync import sync

_MOST_READERS = 4
_NEWS_SECONDS = 5.0
_REST = 0.2


@contextmanager
def engines(desk: Desk, by: str) -> Iterator[Index | None]:
    """Hold the data folder and yield the search index, None when no Meilisearch can be had.

    Raises:
        BadInput: somebody else holds the folder.
    """
    with ExitStack() as stack:
        stack.enter_context(folder.held(desk.settings.data, by))
        if not desk.settings.database_url:  # ours alone: what a killed process claimed is free
            with desk.db.write() as conn:
                leases.forget(conn)
        try:
            yield _index(desk, stack)
        finally:
            stack.close()


def catch_up(desk: Desk, index: Index | None) -> None:
    """Run every stage until nothing is left to do.

    Raises:
        EngineUnavailable, LeaseLost: what was done stands; doing it again goes on.
    """
    news = _News(desk)
    _receive(desk, news)
    while (linked := stages.settle(desk.db, now, lease_seconds=desk.settings.lease)).entries or linked.busy:
        news.tell()
        _rest(busy=linked.busy)
    publish_all_changes(desk)
    if index is not None:
        while (found := sync(desk.db, index, now())).more or found.busy or found.indexed or found.deleted:
            news.tell()
            _rest(busy=found.busy)


def publish_all_changes(desk: Desk) -> None:
    """Bring the feed files up to the change log."""
    base_url, chosen = desk.base_url(), desk.settings
    while True:
        done = publish(desk.db, chosen.feeds_dir, base_url, now(), hub=desk.hub())
        if not done.changes and not done.busy:
            return
        _rest(busy=done.busy)


def _index(desk: Desk, stack: ExitStack) -> Index | None:
    """Return the index of the settings' server, else of one that lives as long as the stack."""
    if desk.settings.meilisearch_url:
        return open_index(desk.settings)
    from cli.engines import meilisearch_binary, start_meilisearch

    home = desk.settings.data.resolve() / "meilisearch"
    try:
        memory = desk.settings.meilisearch_memory
        engine = start_meilisearch(meilisearch_binary(desk.settings), home, home / "key", memory=memory)
    except EngineUnavailable as error:
        say(f"no search: {error}; everything else works, and what is new waits for the index")
        return None
    stack.callback(engine.stop)
    key = (home / "key").read_text(encoding="ascii").strip()
    return Index(engine.url, key, desk.settings.meilisearch_index, folder=home)


class _News:
    """Says now and then how far a long run has come."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._due = time.monotonic() + _NEWS_SECONDS

    def tell(self) -> None:
        """Say what is left, if it is time to."""
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + _NEWS_SECONDS
        with self._desk.db.read() as conn:
            unread, unlinked = receipts.pending(conn), links.unlinked_count(conn)
            behind = changes.head(conn) - changes.position(conn, "index")
        say(f"{unread:,} receipts to read, {unlinked:,} entries to link, {behind:,} changes to index")


def _receive(desk: Desk, news: _News) -> None:
    """Read until no receipt is unread: those that a killed process had claimed are free after its lease."""
    while _unread(desk):
        _read_free(desk, news)
        if _unread(desk):
            news.tell()
            time.sleep(_REST)


def _unread(desk: Desk) -> int:
    with desk.db.read() as conn:
        return receipts.pending(conn, now())


def _read_free(desk: Desk, news: _News) -> None:
    """Read the free receipts, a thread a core: the work is in the processes of their readers."""
    threads = min(_MOST_READERS, os.cpu_count() or 1)
    over = threading.Event()
    with ThreadPoolExecutor(threads, thread_name_prefix="read") as pool:
        try:
            under_way = [pool.submit(_read, desk, over) for _ in range(threads)]
            while not all(one.done() for one in under_way):
                news.tell()
                time.sleep(_REST / 4)
        finally:
            over.set()  # Ctrl-C must not wait for the rest of the archive
    for one in under_way:
        one.result()


def _read(desk: Desk, over: threading.Event) -> None:
    """Read batch after batch until none is left, or until it is over."""
    lease, days = desk.settings.lease, desk.settings.backfill_after_days
    with Reader() as reader:
        while not over.is_set():
            done = stages.receive(desk.db, reader, now, lease_seconds=lease, backfill_after_days=days)
            if not done.receipts:
                return


def _rest(*, busy: bool) -> None:
    """Wait a moment when another process holds the lease."""
    if busy:
        time.sleep(_REST)
