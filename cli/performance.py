"""One demo: `up` in the main thread, and a companion beside it that plays, reports and keeps the feeds."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain

from cli import folder, report
from cli.console import out, say
from cli.desk import Desk, desk, now
from cli.newsstand import serving
from cli.player import Player, feed_files, stand_port
from cli.progress import Seen
from cli.supervise import up
from cli.watch import Over, Watch
from pipeline.config import read_settings
from pipeline.errors import EngineUnavailable
from pipeline.model import Story
from pipeline.store import Connection, accounts, stories
from web.account import ticket_url

_LOOK_SECONDS = 0.05
_PAGE = 500
_MOST_GONE = 100
_NAME = "demo"
_TICKET_TIME = timedelta(hours=12)


def perform(started: float, *, once: bool) -> None:
    """Run a demo with the settings of the environment until a signal, or until the report if `once`.

    `started`: when the command began, by `time.monotonic`.

    Raises:
        TinTinhError: what `up` raises, or what kept the companion from its report.
    """
    # Not `settings()`: that keeps what it reads first, and the companion's has the engines' addresses.
    chosen = read_settings(os.environ)
    over = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="companion") as pool:
        companion = pool.submit(_accompany, over, started, once=once)
        companion.add_done_callback(lambda _: over.set())
        try:
            up(chosen, say, over)
        finally:
            over.set()
        companion.result()


def _accompany(over: threading.Event, started: float, *, once: bool) -> None:
    """Play and report as soon as there is somebody to play for; then keep the feeds until the end."""
    while folder.living(folder.named()) is None:
        if over.wait(_LOOK_SECONDS):
            return
    with desk() as opened, serving(feed_files(), stand_port(opened.db)) as stand_url:
        if opened.run is None:  # it has just ended
            return
        try:
            _play(opened, stand_url, over, started)
        except Over:
            return
        if not once:
            say("all of it goes on until Ctrl-C")
            over.wait()


def _play(opened: Desk, stand_url: str, over: threading.Event, started: float) -> None:
    with Watch(opened, over) as watch:
        player = Player(opened, stand_url, watch.until)
        player.open_feeds()
        player.hand_in()
        player.push()
        watch.until(lambda seen: seen.settled and seen.published)
        seen = _indexed(watch)
    played = report.Played(
        feeds=player.feeds,
        pushes=player.pushes,
        files=player.files,
        records=player.records,
        seconds=time.monotonic() - started,
        merged=None if watch.merged_at is None else watch.merged_at - started,
    )
    _tell(opened, played, seen)


def _indexed(watch: Watch) -> Seen:
    """Wait for the index too, but not at any price: everything else works without it."""
    try:
        return watch.until(lambda seen: seen.indexed)
    except EngineUnavailable as error:
        say(f"search is behind: {error.message}")
        return watch.look()


def _tell(opened: Desk, played: report.Played, seen: Seen) -> None:
    """Print the report."""
    assert opened.run is not None
    with opened.db.read() as conn:
        living = list(_living(conn))
        gone = stories.gone(conn, limit=_MOST_GONE)
    base_url = opened.run.public_url
    parts = (
        report.numbers(played, seen),
        report.together(living),
        report.changed(living, gone),
        report.addresses(base_url, living, _sign_in(opened, base_url), searchable=seen.searchable),
        report.commands(opened.settings.data),
    )
    for line in chain.from_iterable(chain(part, [""]) for part in parts):
        out(line)
    sys.stdout.flush()  # a pipe would hold it back until the end


def _living(conn: Connection) -> Iterator[Story]:
    """Yield every story that is told, in the order of ids."""
    after = None
    while page := stories.page(conn, after, _PAGE):
        yield from page
        after = page[-1].story_id


def _sign_in(opened: Desk, base_url: str) -> str:
    """Return an address that signs its holder in once, as somebody who may see the ops pages."""
    with opened.db.write() as conn:
        if accounts.find(conn, _NAME) is None:
            accounts.add_user(conn, _NAME, accounts.Role.OPS, "", now())
        token = accounts.ticket(conn, _NAME, accounts.Role.OPS, now(), _TICKET_TIME)
    return ticket_url(base_url, token)
