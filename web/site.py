"""What a web process holds: its settings and its doors to the engines, opened when first used."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request

from pipeline.config import Settings
from pipeline.reader import Reader
from pipeline.store import Database, changes, open_database, standings
from pipeline.store.standings import State
from search.index import Index, open_index
from web.metrics import Metrics
from web.recent import Recent
from web.throttle import Throttle
from web.watch import Watch

_STANDINGS_SECONDS = 5


class Site:
    """One web process. Safe to share between threads.

    Args:
        previewing: one thread for dry runs, so that they queue instead of eating the machine; and
            the reader's child dies with the thread that started it, which a pool's threads do at will.
        answering: whether the search engine answered when a page last asked it.
    """

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet."""
        self.settings = settings
        self.db: Database = open_database(settings.sql_url)
        self.metrics = Metrics()
        self.tries_of_person = Throttle(most=5, seconds=900)
        self.tries_of_address = Throttle(most=30, seconds=900)
        self.pings_of_address = Throttle(most=60, seconds=60)
        self.hub_requests = Throttle(most=120, seconds=60)
        self.partner_calls = Throttle(most=1, seconds=60)
        self.exports = Throttle(most=6, seconds=60)
        self.saves_of_network = Throttle(most=20, seconds=3_600)
        self.letters_of_network = Throttle(most=20, seconds=3_600)
        self.unsigned_logged = Throttle(most=10, seconds=60)
        self.watch = Watch(self._log_head)
        self.standings = Recent(self._standings, _STANDINGS_SECONDS)
        self.answering = False
        self.reader = Reader()
        self.previewing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="preview")

    @cached_property
    def index(self) -> Index | None:
        """The search index, None when no Meilisearch is configured."""
        return open_index(self.settings, hurried=True)

    @property
    def has_mail(self) -> bool:
        """Say whether letters can be sent."""
        return bool(self.settings.smtp_url)

    @property
    def https(self) -> bool:
        """Say whether readers come by https, so that cookies are for it alone."""
        return self.settings.base_url.startswith("https:")

    def _log_head(self) -> int:
        with self.db.read() as conn:
            return changes.head(conn)

    def _standings(self) -> State:
        with self.db.read() as conn:
            return standings.state(conn, datetime.now(UTC))

    def close(self) -> None:
        """Let go of everything."""
        self.previewing.shutdown(cancel_futures=True)
        self.reader.close()
        self.db.close()


async def _of(request: Request) -> Site:  # in the loop: a thread for it would cost more than it does
    site: Site = request.app.state.site
    return site


TheSite = Annotated[Site, Depends(_of)]
