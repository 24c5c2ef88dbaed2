"""`up`: the engines and processes of one data folder, kept alive until told to stop.

Start: valkey, schema, workers, beat, web; Meilisearch comes when its binary is there, which may
take a download, and nothing but search waits for it. Stop: beat, workers (warm), web, Meilisearch,
valkey last, so that no worker finishes its task without a broker.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from types import FrameType

from cli import folder
from cli.children import ROOT, Child, Pauses
from cli.engines import Engine, start_valkey
from cli.own_meilisearch import OwnMeilisearch
from cli.processes import BEAT, WEB, WORKERS, Process
from cli.sockets import listen, reachable
from pipeline.config import Settings
from pipeline.errors import EngineUnavailable
from pipeline.store import leases, meta, open_database

Say = Callable[[str], None]

_ASK_MEILISEARCH = ("web", "worker-index", "worker-upkeep")
_TEND_SECONDS = 0.2
_TRIM_SECONDS = 60.0
_WARM_SECONDS = 20.0  # what workers are given to finish their tasks; more is done again after the next start
_WEB_SECONDS = 10.0
_READY_SECONDS = 60.0


def up(settings: Settings, say: Say, over: threading.Event | None = None) -> None:
    """Run until SIGINT or SIGTERM, or until `over` is set; a second signal ends everything at once.

    `over` is set in any case when the end begins, for those who work beside us.

    Raises:
        BadInput, BadSettings: the folder or the port is taken or cannot be used.
        EngineUnavailable: SQL or the broker cannot be had.
    """
    over = over or threading.Event()
    with folder.held(settings.data, "up"):
        supervisor = _Supervisor(settings, say)
        with _signals(supervisor):
            try:
                supervisor.start()
                while not (supervisor.stopping or over.is_set()):
                    supervisor.tend()
                    time.sleep(_TEND_SECONDS)
                supervisor.stopping = True  # from here on a signal means "at once"
                say("stopping: beat, workers, web, engines")
            finally:
                over.set()
                supervisor.stop()


class _Supervisor:
    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._data = settings.data.resolve()
        self._children: list[Child] = []
        self._valkey: Engine | None = None
        self._valkey_pauses = Pauses()
        self._meilisearch = OwnMeilisearch(settings, self._data, say)
        self._run = folder.Run("", "", settings.broker_url, "", "")
        self._trimmed = time.monotonic()
        self.stopping = False
        self.hurry = False

    def start(self) -> None:
        """Start everything that does not need a download."""
        listener = listen(self._settings.host, self._settings.port)
        port = int(listener.getsockname()[1])
        web_url = f"http://{reachable(self._settings.host)}:{port}"
        public_url = self._settings.public_url.rstrip("/") or web_url
        self._prepare_sql(public_url)
        log_dir = self._data / "log"
        log_dir.mkdir(exist_ok=True)
        if not self._settings.broker_url:
            self._valkey = start_valkey(self._data / "run", self._data / "valkey")
            self._valkey_pauses.started()
        self._meilisearch.prepare()
        self._run = folder.Run(
            web_url=web_url,
            public_url=public_url,
            broker_url=self._valkey.url if self._valkey else self._settings.broker_url,
            meilisearch_url=self._meilisearch.url,
            meilisearch_key_file=str(self._meilisearch.key_file or ""),
            meilisearch_data=str(self._meilisearch.data or ""),
        )
        web = Process(WEB.name, (*WEB.command, "--fd", str(listener.fileno())))
        for process in (*WORKERS, BEAT):
            self._children.append(Child(process, log_dir))
        self._children.append(Child(web, log_dir, [listener.fileno()]))
        for child in self._children:
            child.start(self._environ())
        self._listener = listener  # stays open, so that readers wait while web is started again
        self._write_run()
        threading.Thread(target=_announce, args=(self._run, self._say), daemon=True).start()

    def tend(self) -> None:
        """Start again what has died and is due."""
        known = self._meilisearch.url
        if self._meilisearch.tend() | self._tend_valkey() | self._tend_children():
            self._write_run()
        if known and not self._meilisearch.url:  # there will be none: those who would ask it are told anew
            for child in self._children:
                if child.name in _ASK_MEILISEARCH:
                    child.terminate()
        if time.monotonic() - self._trimmed > _TRIM_SECONDS:
            self._trimmed = time.monotonic()
            for child in self._children:
                child.trim()

    def stop(self) -> None:
        """Stop everything, the broker last. Never raises."""
        self.stopping = True
        web = [child for child in self._children if child.name == WEB.name]
        others = [child for child in self._children if child.name != WEB.name]
        self._end(others[::-1], _WARM_SECONDS)
        self._end(web, _WEB_SECONDS)
        self._meilisearch.stop()
        if self._valkey is not None:
            self._valkey.stop()

    def _prepare_sql(self, public_url: str) -> None:
        db = open_database(self._settings.sql_url)
        try:
            db.migrate()
            with db.write() as conn:
                if not self._settings.database_url:  # ours alone: what a killed `up` claimed is free
                    leases.forget(conn)
                meta.put(conn, "public_url", public_url)
        finally:
            db.close()

    def _tend_children(self) -> bool:
        changed = False
        for child in self._children:
            if (code := child.ended()) is not None:
                pause = child.pauses.died()
                self._say(f"{child.name} ended ({_reason(code)}); starts again in {pause:g} s")
            elif not child.pid and time.monotonic() >= child.pauses.due:
                child.start(self._environ())
                changed = True
        return changed

    def _tend_valkey(self) -> bool:
        if self._valkey is None or self._valkey.alive():
            return False
        if time.monotonic() < self._valkey_pauses.due:
            return False
        self._say("the broker ended; starting it again")
        self._valkey_pauses.died()
        try:
            self._valkey = start_valkey(self._data / "run", self._data / "valkey")
        except EngineUnavailable as error:
            self._say(str(error))
            return False
        self._valkey_pauses.started()
        if self._valkey.url != self._run.broker_url:  # only where the folder's path is too long for a socket
            for child in self._children:
                child.terminate()
        return True

    def _end(self, children: list[Child], seconds: float) -> None:
        for child in children:
            child.terminate()
        until = time.monotonic() + seconds
        for child in children:
            while child.pid and time.monotonic() < until and not self.hurry and child.ended() is None:
                time.sleep(_TEND_SECONDS / 4)
            child.wait(time.monotonic())

    def _environ(self) -> dict[str, str]:
        """Return what a child is told: our settings with this run's addresses in them."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TINTINH_")}
        told = {name: getattr(self._settings, name) for name in self._settings.model_fields_set}
        told |= {
            "data": self._data,
            "broker_url": self._run.broker_url,
            "meilisearch_url": self._run.meilisearch_url,
            "meilisearch_key_file": self._run.meilisearch_key_file,
            "meilisearch_data": self._run.meilisearch_data,
            "port": self._listener_port(),
        }
        kept |= {f"TINTINH_{name.upper()}": str(value) for name, value in told.items() if value is not None}
        return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}

    def _listener_port(self) -> int:
        return int(self._run.web_url.rpartition(":")[2])

    def _write_run(self) -> None:
        engines = {"valkey": self._valkey, "meilisearch": self._meilisearch.engine}
        pids = {"up": os.getpid()} | {child.name: child.pid for child in self._children if child.pid}
        pids |= {name: engine.pid for name, engine in engines.items() if engine is not None}
        self._run = folder.Run(
            web_url=self._run.web_url,
            public_url=self._run.public_url,
            broker_url=self._valkey.url if self._valkey else self._run.broker_url,
            meilisearch_url=self._meilisearch.url,
            meilisearch_key_file=str(self._meilisearch.key_file or ""),
            meilisearch_data=str(self._meilisearch.data or ""),
            pids=pids,
        )
        self._run.write(self._data)


@contextmanager
def _signals(supervisor: _Supervisor) -> Iterator[None]:
    """Let the first signal stop us in good order and the second at once.

    A handler that raises would do so anywhere: inside of fork's callbacks Python prints and forgets
    the exception, and leaves the lock of logging taken.
    """

    def take(_number: int, _frame: FrameType | None) -> None:
        supervisor.hurry = supervisor.stopping
        supervisor.stopping = True

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, take) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _announce(run: folder.Run, say: Say) -> None:
    """Say when web answers; a daemon thread."""
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        connection = HTTPConnection(run.web_url.removeprefix("http://"), timeout=_READY_SECONDS)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:  # noqa: PLR2004
                say(f"Tin Tỉnh is up: {run.public_url}")
                return
        except (OSError, HTTPException):
            time.sleep(_TEND_SECONDS)
        finally:
            connection.close()
    say("web does not answer; see web.log in the data folder")


def _reason(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
