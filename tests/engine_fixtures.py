"""Fixtures that lend real engines to tests; tests/conftest.py loads this file as a plugin.

One engine of a kind serves a whole session. Tests take an index name of their own in Meilisearch
and a key prefix of their own in valkey; those that kill or corrupt an engine start one themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.engines import meilisearch_binary, start_meilisearch, start_valkey
from pipeline.config import Settings


@dataclass(frozen=True, slots=True)
class Lent:
    """A running Meilisearch: its address, its key, and the file that holds the key."""

    url: str
    key: str
    key_file: Path


@pytest.fixture(scope="session")
def meilisearch_program() -> Path:
    """Where the Meilisearch binary is; the first session on a machine fetches it."""
    return meilisearch_binary(Settings())


@pytest.fixture(scope="session")
def meilisearch(meilisearch_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lent]:
    """A Meilisearch for the session."""
    folder = tmp_path_factory.mktemp("meilisearch")
    key_file = folder / "key"
    engine = start_meilisearch(meilisearch_program, folder / "data", key_file)
    yield Lent(engine.url, key_file.read_text(encoding="ascii"), key_file)
    engine.stop()


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The broker URL of a valkey for the session, in kombu's form."""
    folder = tmp_path_factory.mktemp("valkey")
    engine = start_valkey(folder / "run", folder / "data")
    yield engine.url
    engine.stop()
