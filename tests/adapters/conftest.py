"""A web process with one registered newsroom, on SQLite: what a CMS talks to."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import keys
from pipeline.config import Settings
from pipeline.model import Source, SourceId
from pipeline.store import Database, open_database, sources
from tests.web.conftest import serving
from web.app import create_app

PAPER = SourceId("bao-dong-khoi")


@dataclass(frozen=True, slots=True)
class Site:
    """A running site: its database, and what a CMS is told of it."""

    db: Database
    url: str
    source: str
    key: str

    def environment(self) -> dict[str, str]:
        """Return the variables that the programs of the page read."""
        return {"SITE": self.url, "SOURCE": self.source, "KEY": self.key}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site that knows one paper."""
    chosen = Settings(data=tmp_path, database_url=f"sqlite:///{tmp_path / 'tintinh.db'}")
    db = open_database(chosen.database_url)
    db.migrate()
    with db.write() as conn:
        sources.add(conn, Source(PAPER, "Báo Đồng Khởi", "vinh-long", "ben-tre"))
    key = keys.draw(tmp_path / "keys.json", PAPER)
    with serving(create_app(chosen)) as url:
        yield Site(db, url, PAPER, key)
    db.close()
