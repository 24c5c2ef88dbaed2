"""Doing the work in this process: what commands do on a data folder without a living `up`."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from cli import folder
from cli.console import say
from cli.desk import Desk, now
from feeds.publish import publish
from pipeline import stages
from pipeline.errors import EngineUnavailable
from pipeline.reader import Reader
from pipeline.store import links, receipts
from search.index import Index
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
        try:
            yield _index(desk, stack)
        finally:
            stack.close()


def index_of(desk: Desk) -> Index | None:
    """Return the index of the Meilisearch that the settings name, None if they name none."""
    chosen = desk.settings
    if not chosen.meilisearch_url:
        return None
    key = chosen.meilisearch_key_file.read_text(encoding="ascii") if chosen.meilisearch_key_file else ""
    return Index(chosen.meilisearch_url, key.strip(), chosen.meilisearch_index)


def catch_up(desk: Desk, index: Index | None) -> None:
    """Run every stage until nothing is left to do.

    Raises:
        EngineUnavailable, LeaseLost: what was done stands; doing it again goes on.
    """
    _receive(desk)
    while (linked := stages.settle(desk.db, now, lease_seconds=desk.settings.lease)).entries or linked.busy:
        _rest(busy=linked.busy)
    publish_all_changes(desk)
    if index is not None:
        while (found := sync(desk.db, index, now())).more or found.busy or found.indexed or found.deleted:
            _rest(busy=found.busy)


def publish_all_changes(desk: Desk) -> None:
    """Bring the feed files up to the change log."""
    base_url, chosen = desk.base_url(), desk.settings
    while True:
        done = publish(desk.db, chosen.feeds_dir, base_url, now(), hub=chosen.hub_url)
        if not done.changes and not done.busy:
            return
        _rest(busy=done.busy)


def _index(desk: Desk, stack: ExitStack) -> Index | None:
    """Return the index of the settings' server, else of one that lives as long as the stack."""
    if desk.settings.meilisearch_url:
        return index_of(desk)
    from cli.engines import meilisearch_binary, start_meilisearch

    home = desk.settings.data.resolve() / "meilisearch"
    try:
        engine = start_meilisearch(meilisearch_binary(desk.settings), home, home / "key")
    except EngineUnavailable as error:
        say(f"no search: {error}; everything else works, and what is new waits for the index")
        return None
    stack.callback(engine.stop)
    key = (home / "key").read_text(encoding="ascii").strip()
    return Index(engine.url, key, desk.settings.meilisearch_index)


def _receive(desk: Desk) -> None:
    """Read all receipts, in as many threads as there are cores: the work is in their readers' processes."""
    with desk.db.read() as conn:
        total = receipts.pending(conn)
    if not total:
        return
    threads = min(_MOST_READERS, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads, thread_name_prefix="read") as pool:
        under_way = [pool.submit(_read_all, desk) for _ in range(threads)]
        _tell(desk, under_way, total)
    for one in under_way:
        one.result()


def _read_all(desk: Desk) -> None:
    chosen = desk.settings
    with Reader() as reader:
        while stages.receive(
            desk.db,
            reader,
            now,
            lease_seconds=chosen.lease,
            backfill_after_days=chosen.backfill_after_days,
        ).receipts:
            pass


def _tell(desk: Desk, under_way: list[Future[None]], total: int) -> None:
    """Say now and then how far a long run has come."""
    due = time.monotonic() + _NEWS_SECONDS
    while not all(one.done() for one in under_way):
        time.sleep(_REST / 4)
        if time.monotonic() >= due:
            due += _NEWS_SECONDS
            with desk.db.read() as conn:
                left, unlinked = receipts.pending(conn), links.unlinked_count(conn)
            say(f"read {total - left:,} of {total:,} receipts; {unlinked:,} entries to link")


def _rest(*, busy: bool) -> None:
    """Wait a moment when another process holds the lease."""
    if busy:
        time.sleep(_REST)
