"""Serve an application over a socket, uvicorn in a thread; and what it needs to search."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from uuid import uuid4

import uvicorn
from fastapi import FastAPI

from pipeline.store import Database
from search import sync
from search.index import Index
from tests.engine_fixtures import Lent


@contextmanager
def serving(app: FastAPI, port: int = 0) -> Iterator[str]:
    """Serve an application, on a free port unless one is named; yield its address."""
    config = uvicorn.Config(
        app, log_level="warning", ws="none", access_log=False, log_config=None, proxy_headers=False
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as door:
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as `cli.sockets.listen` does
        thread = Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@contextmanager
def indexed(db: Database, meilisearch: Lent) -> Iterator[dict[str, Any]]:
    """Index the stories of a database; yield the settings of a web process that searches them."""
    name = f"t{uuid4().hex}"
    index = Index(meilisearch.url, meilisearch.key, name)
    while sync.sync(db, index, datetime.now(UTC)).more:
        pass
    yield {
        "meilisearch_url": meilisearch.url,
        "meilisearch_key_file": meilisearch.key_file,
        "meilisearch_index": name,
    }
    for uid in (name, *index.others()):
        index.drop(uid)
