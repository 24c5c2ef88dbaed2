"""A real web process over a real database: uvicorn in a thread, spoken to over a socket."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from pipeline.config import Settings
from pipeline.store import Database
from tests.engine_fixtures import Lent
from tests.web.serving import indexed, serving
from tests.web.town import Town, raised
from web.app import create_app

__all__ = ["Serve", "serving"]

Serve = Callable[..., httpx.Client]

_HERE = Path(__file__).parent
# What these pages show comes straight from many tables at once.
_ON_BOTH = frozenset(
    f"test_{name}.py" for name in ("changes", "channels", "desk", "entries", "ops", "papers", "search_api")
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave most of these on PostgreSQL to the long run: handlers hold no SQL, and the store is on both."""
    for item in items:
        if item.path.parent == _HERE and item.path.name not in _ON_BOTH:
            item.add_marker(pytest.mark.long_on_postgresql)


_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


@pytest.fixture
def serve(db: Database, tmp_path: Path) -> Iterator[Serve]:
    """Start a web process over `db` with further settings; returns a client that follows nothing.

    It listens on a free port unless the settings name one.
    """
    with ExitStack() as stack:

        def start(**more: Any) -> httpx.Client:
            chosen = Settings(data=tmp_path, database_url=db.url, **more)
            address = stack.enter_context(serving(create_app(chosen), more.get("port", 0)))
            return stack.enter_context(httpx.Client(base_url=address, trust_env=False, timeout=30))

        yield start


@pytest.fixture
def client(serve: Serve) -> httpx.Client:
    """A client of a web process with the default settings."""
    return serve()


@pytest.fixture
def searching(serve: Serve, db: Database, told: object, meilisearch: Lent) -> Iterator[httpx.Client]:
    """A client of a web process with an index of what the fixture `told` of a test's file tells."""
    assert told
    with indexed(db, meilisearch) as chosen:
        yield serve(**chosen)


@pytest.fixture(scope="module")
def town(sqlite_pattern: Path, tmp_path_factory: pytest.TempPathFactory, meilisearch: Lent) -> Iterator[Town]:
    """One site with stories and an index for all tests of a file."""
    with raised(sqlite_pattern, tmp_path_factory.mktemp("town"), meilisearch) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    if not _CHROMIUM:
        pytest.skip("Chromium is NOT INSTALLED (Debian: chromium)")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()
