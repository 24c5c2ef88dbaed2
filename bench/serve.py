"""How many requests for a feed are answered a second: prints one JSON line.

Usage: PYTHONPATH=. python bench/serve.py [--seconds 2] [--rounds 3] [--connections 16]

wrk asks for one feed of 50 full-text entries (220 kB, made up by a fixed seed) as gzip, answered with the
bytes (200) and with nothing (304): our web process by itself, and nginx and Caddy with the files of deploy/
over the same folder, each with one worker. The servers take turns within a round; the figures are medians
over the rounds. wrk (and nginx, caddy if they are there) come from the system.
"""

import argparse
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

from feeds import files
from pipeline.store import open_database

_ROOT = Path(__file__).parents[1]
_FEED = "/feeds/all.atom"
_ENTRIES, _WORDS = 50, 700
_SYLLABLES = "ông bà xã huyện tỉnh đường cầu trường lớp học sinh bệnh viện người dân ruộng lúa nước sông"
_PLACES = {"/var/lib/tintinh": "{data}", "127.0.0.1:8080": "127.0.0.1:{web}"}


def main() -> None:
    """Run it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=2)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--connections", type=int, default=16)
    asked = options.parse_args()
    wrk = shutil.which("wrk")
    if wrk is None:
        sys.exit("wrk is not installed")
    with tempfile.TemporaryDirectory(prefix="tintinh-serve-") as name, ExitStack() as stack:
        data = Path(name)
        plain = _fill(data)
        port = _free_port()
        servers = {"web": stack.enter_context(_web(data, port))}
        for kind, start in (("nginx", _nginx), ("caddy", _caddy)):
            if shutil.which(kind):
                servers[kind] = stack.enter_context(start(data, port))
        seen: dict[str, dict[str, list[float]]] = {kind: {"200": [], "304": []} for kind in servers}
        for _ in range(asked.rounds):
            for kind, address in servers.items():
                for status, headers in (("200", []), ("304", ["-H", f"If-None-Match: {_tag(address)}"])):
                    command = [wrk, "-t1", f"-c{asked.connections}", f"-d{asked.seconds}s"]
                    told = _run([*command, "-H", "Accept-Encoding: gzip", *headers, address + _FEED])
                    seen[kind][status].append(_rate(told))
        packed = files.packed(data / _FEED.lstrip("/")).stat().st_size
    medians = {
        kind: {status: round(statistics.median(rates)) for status, rates in by.items()}
        for kind, by in seen.items()
    }
    print(json.dumps({"bench": "serve", "plain": plain, "gzip": packed, "per_second": medians}))


def _fill(data: Path) -> int:
    """Put a feed into a new data folder; return its size."""
    db = open_database(f"sqlite:///{data / 'tintinh.db'}")
    db.migrate()
    db.close()
    words = random.Random(7)
    known = [a + b for a in _SYLLABLES.split() for b in ("", "g", "nh", "t")]
    texts = (" ".join(words.choices(known, k=_WORDS)) for _ in range(_ENTRIES))
    entries = "".join(f"<entry><content type='html'>{text}</content></entry>" for text in texts)
    body = f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>".encode()
    files.write(data / _FEED.lstrip("/"), body, datetime(2026, 11, 22, tzinfo=UTC)).settle()
    return len(body)


@contextmanager
def _web(data: Path, port: int) -> Iterator[str]:
    env = os.environ | {"TINTINH_DATA": str(data), "TINTINH_PORT": str(port), "TINTINH_LOG_LEVEL": "WARNING"}
    with _running([sys.executable, "-m", "cli", "web"], env, port) as address:
        yield address


@contextmanager
def _nginx(data: Path, web: int) -> Iterator[str]:
    port, folder = _free_port(), data / "nginx"
    folder.mkdir()
    (folder / "site.conf").write_text(
        _changed("nginx.conf", data, web, "listen 80", f"listen 127.0.0.1:{port}")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"daemon off; {user} pid {folder}/pid; worker_processes 1; error_log stderr crit; events {{ }}\n"
        f"http {{ access_log off; sendfile on; include {folder}/site.conf; }}\n"
    )
    command = ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    with _running(command, dict(os.environ), port) as address:
        yield address


@contextmanager
def _caddy(data: Path, web: int) -> Iterator[str]:
    port, config = _free_port(), data / "Caddyfile"
    text = _changed("Caddyfile", data, web, "http://tin.example.vn:80", f"http://127.0.0.1:{port}")
    config.write_text("{\n\tadmin off\n}\n" + text)
    env = os.environ | {"XDG_DATA_HOME": str(data), "XDG_CONFIG_HOME": str(data), "GOMAXPROCS": "1"}
    with _running(["caddy", "run", "--adapter", "caddyfile", "--config", str(config)], env, port) as address:
        yield address


def _changed(name: str, data: Path, web: int, listens: str, here: str) -> str:
    text = (_ROOT / "deploy" / name).read_text(encoding="utf-8").replace(listens, here)
    for before, after in _PLACES.items():
        text = text.replace(before, after.format(data=data, web=web))
    return text


@contextmanager
def _running(command: list[str], env: dict[str, str], port: int) -> Iterator[str]:
    """Run a server until it gives the feed."""
    with subprocess.Popen(command, env=env, cwd=_ROOT, stderr=subprocess.DEVNULL) as run:  # noqa: S603
        try:
            address = f"http://127.0.0.1:{port}"
            _until(lambda: _answers(port) and bool(_tag(address)), run)
            yield address
        finally:
            run.terminate()


def _until(ready: Callable[[], bool], run: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while not ready():
        if run.poll() is not None or time.monotonic() > until:
            sys.exit(f"{run.args!r} does not start")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def _tag(address: str) -> str:
    with urlopen(Request(address + _FEED, headers={"Accept-Encoding": "gzip"}), timeout=10) as told:  # noqa: S310
        return str(told.headers["ETag"])


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


def _rate(told: str) -> float:
    """Return the requests a second of wrk's report; stops if any was answered wrongly."""
    found = re.search(r"Requests/sec:\s+([0-9.]+)", told)
    if found is None or "Non-2xx" in told or "Socket errors" in told:
        sys.exit(told)
    return float(found[1])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


if __name__ == "__main__":
    main()
