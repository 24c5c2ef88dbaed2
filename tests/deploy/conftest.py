"""The three servers that may stand in front of readers, over one data folder: web, nginx, Caddy.

nginx and Caddy run with the files of deploy/ as they are, but for the lines marked CHANGE.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from feeds.channel import FeedForm
from pipeline.config import Settings
from pipeline.store import Database, archives, open_database, publications, stories
from pipeline.store.archives import Part
from pipeline.store.labels import EVERYTHING
from pipeline.store.publications import Publication
from tests.store.tellings import draft, send, settled
from tests.web.conftest import serving
from web.app import create_app

DEPLOY = Path(__file__).parents[2] / "deploy"
PUBLIC = "https://tin.example.vn"
BODY = "Sáng nay cầu Rạch Vong nối hai bờ sông Hàm Luông được thông xe sau hai mươi sáu tháng thi công."
GONE_AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
KINDS = ("web", "nginx", "caddy")


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder with two stories and a web process over it."""

    settings: Settings
    db: Database
    address: str

    @property
    def port(self) -> int:
        """The port that the web process listens at."""
        return int(self.address.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class Front:
    """A server as readers meet it."""

    kind: str
    client: httpx.Client
    site: Installation

    def file(self, path: str) -> Path:
        """Return where the file behind an address stands."""
        return self.site.settings.data / path.lstrip("/")


@contextmanager
def installation(folder: Path, public_url: str = PUBLIC) -> Iterator[Installation]:
    """Make a data folder and serve it."""
    settings = Settings(data=folder, public_url=public_url, proxies="127.0.0.1")
    db = open_database(settings.sql_url)
    db.migrate()
    send(db, draft("1", "Thông xe cầu Rạch Vong", BODY * 9, url="https://baomau.example/1", topics=("y-te",)))
    settled(db)
    keep_history(db)
    with serving(create_app(settings)) as address:
        yield Installation(settings, db, address)
    db.close()


def keep_history(db: Database) -> None:
    """Seal the only story of "all" in an archive part, and let a channel of before be gone."""
    with db.write() as conn:
        ((last, _),) = stories.behind(conn, EVERYTHING, archives.BEGINNING)
        archives.seal(conn, [Part("all", "2026-11", 1, archives.BEGINNING, last, 1)])
        for form in FeedForm:
            publications.put(conn, Publication("topic/cho-que", form, "0" * 64, 1, GONE_AT))


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def changed(name: str, changes: Mapping[str, str]) -> str:
    """Return a file of deploy/ with the lines that an operator changes changed; each must be there."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


@contextmanager
def running(command: list[str], folder: Path, address: str) -> Iterator[str]:
    """Run a server until it answers; yield its address."""
    env = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    log = folder / "server.log"
    with log.open("wb") as written, subprocess.Popen(command, stdout=written, stderr=written, env=env) as run:
        try:
            until = time.monotonic() + 20
            while not answers(address):
                assert run.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.02)
            yield address
        finally:
            run.terminate()


def answers(address: str) -> bool:
    """Say whether somebody listens there."""
    try:
        httpx.get(f"{address}/healthz", trust_env=False)
    except httpx.TransportError:
        return False
    return True


def needed(program: str) -> str:
    """Return where a program is; skips loudly if it is nowhere."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"NOT INSTALLED: {program}; deploy/ is not tested against it")
    return found


@contextmanager
def nginx(site: Installation, folder: Path, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run nginx in front of an installation."""
    program, port = needed("nginx"), free_port()
    changes = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "server 127.0.0.1:8080;": f"server 127.0.0.1:{site.port};",
        "root /var/lib/tintinh;": f"root {site.settings.data};",
        **(more or {}),
    }
    (folder / "tintinh.conf").write_text(changed("nginx.conf", changes), encoding="utf-8")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""  # else its workers could not read the test's folder
    (folder / "nginx.conf").write_text(
        f"daemon off; {user} pid {folder}/nginx.pid; error_log stderr; events {{ }}\n"
        f"http {{ access_log off; {temporary} include {folder}/tintinh.conf; }}\n",
        encoding="utf-8",
    )
    command = [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    with running(command, folder, f"http://127.0.0.1:{port}") as address:
        yield address


@contextmanager
def caddy(site: Installation, folder: Path, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run Caddy in front of an installation."""
    program, port = needed("caddy"), free_port()
    changes = {
        "http://tin.example.vn:80 {": f"http://127.0.0.1:{port} {{",
        "127.0.0.1:8080": f"127.0.0.1:{site.port}",
        "data /var/lib/tintinh": f"data {site.settings.data}",
        **(more or {}),
    }
    of_tests = "{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n"
    config = folder / "Caddyfile"
    config.write_text(of_tests + changed("Caddyfile", changes), encoding="utf-8")
    command = [program, "run", "--adapter", "caddyfile", "--config", str(config)]
    with running(command, folder, f"http://127.0.0.1:{port}") as address:
        yield address


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation for a whole file of tests."""
    with installation(tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture(scope="module", params=KINDS)
def front(
    request: pytest.FixtureRequest, site: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """Each server in turn."""
    with ExitStack() as stack:
        address = site.address
        if request.param == "nginx":
            address = stack.enter_context(nginx(site, tmp_path_factory.mktemp("nginx")))
        elif request.param == "caddy":
            address = stack.enter_context(caddy(site, tmp_path_factory.mktemp("caddy")))
        client = stack.enter_context(httpx.Client(base_url=address, trust_env=False, timeout=30))
        yield Front(request.param, client, site)
