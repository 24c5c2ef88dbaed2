"""Meilisearch and valkey as child processes of this one, for local use.

Both listen on loopback or a unix socket only, lead their own session (Ctrl-C in the terminal is
not for them: they stop last) and die with the thread that started them: start them from the main
thread. What they hold is derived (law 1): data that an engine cannot read, such as another
version's, is set aside once and the engine starts empty.
"""

import http.client
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cli.binaries import meilisearch_binary, valkey_binary
from pipeline.errors import EngineUnavailable
from pipeline.leash import tied

__all__ = [
    "Engine",
    "draw_key",
    "meilisearch_binary",
    "start_meilisearch",
    "start_valkey",
]

_READY_SECONDS = 60  # a large data folder on a cold disk; 0.06 s and 0.33 s when empty
_POLL_SECONDS = 0.02
_STOP_SECONDS = 10.0
_SOCKET_PATH = 100  # characters; the kernel's sun_path holds 108 bytes
_PORT_TRIES = 3
_MEMORY = "1GiB"


class Engine:
    """A running engine. `url` is what clients are given; `log` is where it writes."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.name = name
        self.url = url
        self.log = log
        self.litter: Path | None = None  # a temporary folder that goes when the engine has stopped
        self._process = process

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Say whether the process runs."""
        return self._process.poll() is None

    def stop(self, seconds: float = _STOP_SECONDS) -> None:
        """Send SIGTERM, after `seconds` SIGKILL, and wait for the end. May be called again. Never raises."""
        if self.alive():
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        if self.litter is not None:
            shutil.rmtree(self.litter, ignore_errors=True)


def start_meilisearch(
    binary: Path, data_dir: Path, key_file: Path, port: int = 0, *, memory: str = _MEMORY
) -> Engine:
    """Start Meilisearch on loopback; `port` 0 picks a free one. Ready when this returns.

    `memory`: about what indexing may use; its own choice would be two thirds of the machine's.

    The key is drawn once into `key_file` (0600) and handed over in the environment, because
    command lines are public. "production" switches its web page off.

    Raises:
        EngineUnavailable: it does not start; the message has the end of its log.
    """
    key = draw_key(key_file)
    data_dir = _private(data_dir)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MEILI_")}
    environ |= {"MEILI_MASTER_KEY": key, "RUST_BACKTRACE": "0"}  # a backtrace would bury the reason

    def launch() -> Engine:
        number = port or _free_port()
        url = f"http://127.0.0.1:{number}"
        command = [str(binary), "--http-addr", f"127.0.0.1:{number}", "--db-path", str(data_dir / "data.ms")]
        command += ["--env", "production", "--no-analytics", "--log-level", "WARN"]
        command += ["--max-indexing-memory", memory]
        log = data_dir / "meilisearch.log"
        return Engine("Meilisearch", _spawn(command, data_dir, log, environ), url, log)

    # Between choosing a port and binding it somebody else may take it.
    for left in reversed(range(1 if port else _PORT_TRIES)):
        try:
            return _start(launch, lambda engine: _meilisearch_ready(engine.url, key), data_dir / "data.ms")
        except _PortTaken as error:
            if not left:
                raise EngineUnavailable("Meilisearch", f"the port is taken: {error.message}") from error
    raise AssertionError("unreachable: the last try returns or raises")


def start_valkey(run_dir: Path, data_dir: Path) -> Engine:
    """Start valkey on a unix socket in `run_dir` (made 0700), without a TCP port. Ready on return.

    The URL is in kombu's form, `redis+socket:///…`. A `run_dir` whose path is too long for a
    socket is replaced by a temporary folder. Every write is in the log file's page cache before
    it is answered: a killed valkey loses nothing, a power cut one second.

    Raises:
        EngineUnavailable: no server for this platform, or it does not start.
    """
    binary = valkey_binary()
    data_dir = _private(data_dir)
    run_dir = _private(run_dir)
    litter = None
    if len(os.fsencode(run_dir / "valkey.sock")) > _SOCKET_PATH:
        run_dir = litter = Path(tempfile.mkdtemp(prefix="tintinh-"))
    address = run_dir / "valkey.sock"

    def launch() -> Engine:
        command = [str(binary), "--port", "0", "--unixsocket", str(address), "--unixsocketperm", "700"]
        command += ["--dir", str(data_dir), "--appendonly", "yes", "--appendfsync", "everysec"]
        command += ["--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no", "--logfile", ""]
        log = data_dir / "valkey.log"
        process = _spawn(command, data_dir, log, dict(os.environ))
        return Engine("valkey", process, f"redis+socket://{address}", log)

    try:
        engine = _start(launch, lambda _: _valkey_ready(address), data_dir / "appendonlydir")
    except EngineUnavailable:
        if litter is not None:
            shutil.rmtree(litter, ignore_errors=True)
        raise
    engine.litter = litter
    return engine


class _Ended(EngineUnavailable):
    """The engine ended at start."""


class _PortTaken(_Ended):
    """It ended because somebody else listens on the port."""


def _start(launch: Callable[[], Engine], ready: Callable[[Engine], bool], store: Path) -> Engine:
    """Launch and wait; if the engine ends over its data in `store`, set them aside and try once more."""
    try:
        return _wait(launch(), ready)
    except _PortTaken:
        raise
    except _Ended as error:
        if not store.exists():
            raise
        aside = store.with_name(f"{store.name}.unreadable")
        shutil.rmtree(aside, ignore_errors=True)
        store.rename(aside)
        try:
            engine = _wait(launch(), ready)
        except EngineUnavailable:
            shutil.rmtree(store, ignore_errors=True)
            aside.rename(store)  # the data were not to blame
            raise
        line = f"{error}\nIts data are set aside in {aside}; it starts empty and is filled again from SQL."
        print(line, file=sys.stderr)  # noqa: T201 - stdout carries data only
        return engine


def _wait(engine: Engine, ready: Callable[[Engine], bool]) -> Engine:
    """Return `engine` once it is ready.

    Raises:
        _Ended, EngineUnavailable: it ended, or was stopped because it took too long.
    """
    deadline = time.monotonic() + _READY_SECONDS
    while engine.alive() and time.monotonic() < deadline:
        if ready(engine) and engine.alive():
            return engine
        time.sleep(_POLL_SECONDS)
    ended = not engine.alive()
    engine.stop()
    said = engine.log.read_text(encoding="utf-8", errors="replace").strip()[-400:]
    why = "ended at start" if ended else f"is not ready after {_READY_SECONDS} s"
    kind = (_PortTaken if "ddress already in use" in said else _Ended) if ended else EngineUnavailable
    raise kind(engine.name, f"{why}; see {engine.log}: {said}")


def _meilisearch_ready(url: str, key: str) -> bool:
    """Say whether a Meilisearch answers at `url` that is healthy and knows our key.

    The key matters: another server may have taken the port first.
    """
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=2)
    try:
        for path in ("/health", "/version"):
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                return False
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _valkey_ready(address: Path) -> bool:
    """Say whether valkey answers PING; while it loads its log file it answers -LOADING."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(address))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _spawn(command: list[str], folder: Path, log: Path, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start `command` in `folder`, with its output in `log`; the last run's log is kept beside it.

    Raises:
        EngineUnavailable: the program cannot be run.
    """
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    with log.open("wb") as output:
        try:
            return subprocess.Popen(  # noqa: S603 - our own command, no shell
                command,
                cwd=folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=tied(),  # noqa: PLW1509 - async-signal-safe: one call prepared before
            )
        except OSError as error:
            raise EngineUnavailable(Path(command[0]).name, f"cannot be run: {error}") from error


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _private(folder: Path) -> Path:
    """Make `folder` for its owner only and return it absolute.

    Raises:
        EngineUnavailable: the disk does not allow it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise EngineUnavailable("engines", f"cannot use the folder {folder}: {error}") from error
    return folder.resolve()


def draw_key(path: Path) -> str:
    """Return the key in `path`, drawn at the first call; nobody else can read the file.

    Raises:
        EngineUnavailable: the disk does not allow it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            number, part = tempfile.mkstemp(dir=path.parent)  # 0600 from the start
            with os.fdopen(number, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(32))
            Path(part).replace(path)
        path.chmod(0o600)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise EngineUnavailable("Meilisearch", f"cannot keep its key in {path}: {error}") from error
