"""A real web process over a real database: uvicorn in a thread, spoken to over a socket."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from pipeline.config import Settings
from pipeline.store import Database
from web.app import create_app

Serve = Callable[..., httpx.Client]


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
