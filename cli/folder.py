"""The data folder: who holds it, and what a living `up` says of itself.

`DATA/lock` is held (flock) by the one process that runs engines on the folder: `up`, or a command
that works without it. The kernel lets go of it when its holder dies, so a `run.json` left behind by
a kill means nothing unless the lock is held.
"""

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from pipeline.errors import BadInput, BadSettings

_LOCK, _RUN = "lock", "run.json"
_TRIES, _REST = 5, 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """`DATA/run.json`: what the other commands need of a living `up`. Empty: it has none."""

    web_url: str
    public_url: str
    broker_url: str
    meilisearch_url: str
    meilisearch_key_file: str
    pids: dict[str, int] = field(default_factory=dict)
    meilisearch_data: str = ""

    def write(self, data: Path) -> None:
        """Put the file in place, whole and readable by its owner only."""
        number, part = tempfile.mkstemp(dir=data)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=1)
        Path(part).replace(data / _RUN)


def make(data: Path) -> Path:
    """Make the data folder for its owner only and return it absolute.

    Raises:
        BadSettings: the disk does not allow it.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadSettings(str(data), f"cannot be the data folder: {error.strerror}") from error
    if not os.access(data, os.W_OK | os.X_OK):
        raise BadSettings(str(data), "cannot be the data folder: not writable")
    return data.resolve()


@contextmanager
def held(data: Path, by: str) -> Iterator[None]:
    """Hold the data folder; `by` tells the others who does.

    Raises:
        BadInput: somebody else holds it.
        BadSettings: the folder cannot be used.
    """
    with (make(data) / _LOCK).open("a+", encoding="utf-8") as lock:
        if not _taken(lock):
            lock.seek(0)
            raise BadInput(str(data), f"is in use by {lock.read(200) or 'another process'}")
        (data / _RUN).unlink(missing_ok=True)  # of one that was killed
        lock.truncate(0)
        lock.write(f"{by} (process {os.getpid()})")
        lock.flush()
        try:
            yield
        finally:
            (data / _RUN).unlink(missing_ok=True)
            lock.truncate(0)


def busy(data: Path) -> bool:
    """Say whether somebody holds the folder."""
    try:
        with (data / _LOCK).open(encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def living(data: Path) -> Run | None:
    """Return what the living `up` of a data folder says of itself, None if there is none."""
    return _read(data) if busy(data) else None


def _taken(lock: IO[str]) -> bool:
    """Take the lock unless somebody has it for longer than a look (`busy`) takes."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_REST)
        else:
            return True
    return False


def _read(data: Path) -> Run | None:
    """Read the run file; None while its writer is starting or stopping."""
    try:
        return Run(**json.loads((data / _RUN).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def named() -> Path:
    """Return the data folder that the environment names."""
    return Path(os.environ.get("TINTINH_DATA") or "data")
