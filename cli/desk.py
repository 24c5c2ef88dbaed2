"""What a command works with: settings, SQL, and the living `up` of the data folder, if there is one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from cli import folder
from cli.folder import Run
from pipeline.config import Settings, settings
from pipeline.errors import BadSettings
from pipeline.store import Database, meta, open_database


@dataclass(frozen=True, slots=True)
class Desk:
    """`run` is None when no `up` runs on the data folder; then commands do the work themselves."""

    settings: Settings
    db: Database
    run: Run | None

    def base_url(self) -> str:
        """Return the public address, as the last `up` had it where settings name none.

        Feeds carry it: another one would change the bytes of every feed.
        """
        if self.settings.public_url:
            return self.settings.base_url
        with self.db.read() as conn:
            return meta.get(conn, "public_url") or self.settings.base_url

    def hub(self) -> str:
        """Return the address of the WebSub hub in use, which feeds carry too."""
        return self.settings.hub_url or f"{self.base_url()}/hub"


@contextmanager
def desk() -> Iterator[Desk]:
    """Open the data folder that settings name, with its database at the newest schema.

    Raises:
        BadSettings: the settings are wrong, or the schema of a shared database is not the newest.
    """
    run = join()
    chosen = settings()
    folder.make(chosen.data)
    db = open_database(chosen.sql_url)
    try:
        if not db.current():
            _upgrade(chosen, db)
        yield Desk(chosen, db, run)
    finally:
        db.close()


def join() -> Run | None:
    """Take the engines' addresses from the living `up`, where the environment names none.

    Call it before settings are read for the first time.
    """
    run = folder.living(folder.named())
    if run is not None:
        addresses = {
            "TINTINH_BROKER_URL": run.broker_url,
            "TINTINH_MEILISEARCH_URL": run.meilisearch_url,
            "TINTINH_MEILISEARCH_KEY_FILE": run.meilisearch_key_file,
            "TINTINH_MEILISEARCH_DATA": run.meilisearch_data,
            "TINTINH_PUBLIC_URL": run.public_url,
        }
        for name, value in addresses.items():
            os.environ.setdefault(name, value)
    return run


def now() -> datetime:
    """Return the time, aware UTC."""
    return datetime.now(UTC)


def _upgrade(chosen: Settings, db: Database) -> None:
    """Bring our own SQLite file to the newest schema; somebody else's server is not ours to change."""
    if chosen.database_url:
        raise BadSettings("sql", "the schema is not the newest: run ./tintinh db upgrade")
    with folder.held(chosen.data, "a schema upgrade"):
        db.migrate()
