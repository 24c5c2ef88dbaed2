"""Whether a process does its work: what container health checks ask."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cli.desk import now
from cli.health import stamped, web_answers
from pipeline.config import Settings, read_settings
from pipeline.store import numbers, open_database
from tests.cli.test_commands import run


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    """Settings of a folder with an empty database."""
    chosen = read_settings({"TINTINH_DATA": str(tmp_path / "data")})
    db = open_database(chosen.sql_url)
    db.migrate()
    db.close()
    return chosen


def mark(chosen: Settings, queue: str, minutes: float) -> None:
    """Stamp a queue's canary, some minutes ago."""
    db = open_database(chosen.sql_url)
    with db.write() as conn:
        numbers.mark(conn, f"canary_{queue}", now() - timedelta(minutes=minutes))
    db.close()


@pytest.mark.parametrize(("minutes", "fresh"), [(0.0, True), (2.0, True), (4.0, False)])
def test_a_worker_is_as_alive_as_its_canary(chosen: Settings, minutes: float, fresh: bool) -> None:  # noqa: FBT001
    """A canary of the last three minutes is life; an older one is silence."""
    mark(chosen, "receive", minutes)

    assert fresh is stamped(chosen, "receive")


def test_a_canary_speaks_for_its_own_queue(chosen: Settings) -> None:
    """One queue's canary says nothing of another; any says that beat sends them."""
    mark(chosen, "receive", 0)

    assert not stamped(chosen, "settle")
    assert stamped(chosen, "beat")


def test_nothing_was_ever_stamped(chosen: Settings) -> None:
    """A new installation is not alive before its first canary."""
    assert not stamped(chosen, "beat")


class _Web(BaseHTTPRequestHandler):
    """Answers /healthz, as web does."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server that answers /healthz."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Web) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_web_is_asked_on_this_machine(tmp_path: Path, port: int) -> None:
    """Web bound to every address is asked on loopback; where nobody listens, it is not alive."""
    everywhere = {"TINTINH_DATA": str(tmp_path), "TINTINH_HOST": "0.0.0.0"}

    assert web_answers(read_settings(everywhere | {"TINTINH_PORT": str(port)}))
    assert not web_answers(read_settings(everywhere | {"TINTINH_PORT": "1"}))


def test_the_command_says_it_by_its_exit_code(chosen: Settings) -> None:
    """0 is alive, 1 is not, and a name that there is not is an error in one line."""
    mark(chosen, "index", 0)

    assert 0 == run(chosen.data, "alive", "index").returncode
    assert 1 == run(chosen.data, "alive", "publish").returncode
    assert "is none of web, beat, receive" in run(chosen.data, "alive", "nobody").stderr
