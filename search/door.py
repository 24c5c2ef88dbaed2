"""Speaking with Meilisearch: its client with time limits, its errors as ours, its tasks waited for."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from meilisearch import Client
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchError,
    MeilisearchTimeoutError,
)
from meilisearch.models.task import TaskInfo

from pipeline.errors import EngineUnavailable
from search.breaker import Breaker

TIMEOUT = 10  # seconds for one request; the library's default is to wait for ever
ASKING = 3  # seconds for one request while a reader waits: Meilisearch itself stops looking after 1.5 s
REST = 5  # seconds for which readers leave a server alone that does not answer them
PATIENCE = 45  # seconds for one task
_KEY_REST = 2  # seconds between two looks for another key
_NO_ENTRY = frozenset({401, 403})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_THEIRS = "payload_too_large"
_FULL = frozenset({"malformed_payload", "no_space_left_on_device", "io_error"})


class Failed(EngineUnavailable):
    """A write failed. `theirs`: the documents are at fault; `doubtful`: they or Meilisearch itself."""

    theirs = False
    doubtful = False


class Door:
    """One server. Every method raises EngineUnavailable when it is away, slow, full or refuses the key."""

    def __init__(  # noqa: PLR0917 - where, how long, with which key
        self,
        url: str,
        key: str,
        timeout: int,
        patience: int,
        breaker: Breaker | None = None,
        key_file: Path | None = None,
    ) -> None:
        """Connect to nothing yet. `timeout` and `patience` are seconds for a request and for a task.

        `breaker`: of those who had rather do without than wait. `key_file`: where `key` is from; it is read
        again when the server refuses the key, as a server whose folder was lost comes back with another.
        """
        self._url = url
        _spare_proxy(url)
        self._key = key
        self._key_file = key_file
        self._key_looked_for = float("-inf")
        self._timeout = timeout
        self._patience = patience
        self._breaker = breaker

    def wait(self, client: Client, told: TaskInfo, fine: str = "") -> None:
        """Return when a task has succeeded, or failed with the error code `fine`.

        Raises:
            Failed: the task failed.
            EngineUnavailable: it is not done in time.
        """
        try:
            task = client.wait_for_task(told.task_uid, timeout_in_ms=self._patience * 1000, interval_in_ms=20)
        except MeilisearchTimeoutError as error:
            message = f"task {told.task_uid} is not done after {self._patience} s"
            raise EngineUnavailable("Meilisearch", message) from error
        if task.status == "succeeded":
            return
        fault = task.error or {}
        code, message = str(fault.get("code", task.status)), str(fault.get("message", ""))[:300]
        if code == fine:
            return
        failed = Failed("Meilisearch", f"task {told.task_uid} ({task.type}) {task.status}: {code}: {message}")
        failed.doubtful = code == "internal" and not is_full(code, message)
        failed.theirs = fault.get("type") == "invalid_request" and not code.startswith("index_")
        raise failed

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Yield a client and translate its errors.

        One for each use: it keeps no connection, and its headers are shared between threads.
        """
        if self._breaker is not None and not self._breaker.may_ask():
            raise EngineUnavailable("Meilisearch", "did not answer a moment ago; it is left alone for now")
        try:
            yield Client(self._url, self._key, timeout=self._timeout)
        except MeilisearchApiError as error:
            self._answered()
            if error.status_code in _NO_ENTRY:
                self._look_for_key()
            message = f"{error.status_code} {error.code}: {str(error.message)[:300]}"
            if is_full(str(error.code), message):
                message = f"its disk may be full: {message}"
            failed = Failed("Meilisearch", message)
            failed.theirs = error.code == _THEIRS
            raise failed from error
        except (MeilisearchError, OSError, ValueError) as error:  # OSError: requests; ValueError: no JSON
            if self._breaker is not None:
                self._breaker.failed()
            raise EngineUnavailable("Meilisearch", self._silence(error)) from error
        else:
            self._answered()

    def _look_for_key(self) -> None:
        """Take the key that stands in its file now for what is asked next, if the file can be read."""
        now = time.monotonic()
        if self._key_file is not None and now - self._key_looked_for >= _KEY_REST:
            self._key_looked_for = now
            with suppress(OSError):
                self._key = read_key(self._key_file)

    def _silence(self, error: Exception) -> str:
        """Say in a sentence of ours why there is no answer."""
        if isinstance(error, MeilisearchTimeoutError):
            return f"no answer within {self._timeout} s"
        if isinstance(error, MeilisearchCommunicationError):
            return f"nobody can be reached at {self._url}"
        return str(error)[:300]

    def _answered(self) -> None:
        """Tell the breaker that the server answers."""
        if self._breaker is not None:
            self._breaker.answered()


def read_key(file: Path) -> str:
    """Return the key that a file holds. Raises OSError."""
    return file.read_text().strip()


def is_full(code: str, message: str) -> bool:
    """Say whether an error can be that of a full disk. Of one, documents are called malformed."""
    return code in _FULL or "No space left" in message


def _spare_proxy(url: str) -> None:
    """Have requests reach a loopback server directly: it would ask the user's HTTP proxy for it.

    Only the environment can say so; the library hands no setting through.
    """
    with suppress(ValueError):
        host = urlsplit(url).hostname or ""
        if host in _LOOPBACK:
            spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
            if host not in spared.split(","):
                os.environ["no_proxy"] = ",".join(filter(None, (spared, host)))
