"""Children of `up`: started in sessions of their own, tended, started again with back-off, stopped.

A child dies with us (`pipeline.leash`), so a killed `up` leaves nothing behind. Its
output goes to `DATA/log/NAME.log`, which is rotated by size; one older log is kept.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.processes import Process
from pipeline.leash import tied

ROOT = Path(__file__).resolve().parents[1]
_LOG_BYTES = 10_000_000
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_SOUND_SECONDS = 60.0  # who lived so long starts again at once when it dies


class Pauses:
    """How long to wait before the next start: 0.5 s, doubled up to 30 s, anew after a minute of life."""

    def __init__(self) -> None:
        self._failures = 0
        self._started = 0.0
        self.due = 0.0

    def started(self) -> None:
        """Note a start."""
        self._started = time.monotonic()

    def died(self) -> float:
        """Note a death and return the seconds until the next start."""
        if time.monotonic() - self._started >= _SOUND_SECONDS:
            self._failures = 0
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**self._failures)
        self._failures += 1
        self.due = time.monotonic() + pause
        return pause


class Child:
    """One process of the list. Start it from the main thread: it dies with the thread that did."""

    def __init__(self, process: Process, log_dir: Path, fds: Sequence[int] = ()) -> None:
        """Start nothing yet. `fds`: open files that the child inherits under their numbers."""
        self.name = process.name
        self.pauses = Pauses()
        self._command = [sys.executable, *process.command[1:]]
        self._log = log_dir / f"{process.name}.log"
        self._fds = tuple(fds)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id, 0 while it is not running."""
        return self._process.pid if self._process is not None else 0

    def start(self, environ: Mapping[str, str]) -> None:
        """Start the process."""
        rotate(self._log)
        self.pauses.started()
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                self._command,
                cwd=ROOT,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self._fds,
                preexec_fn=tied(),  # noqa: PLW1509 - one call prepared before
            )

    def ended(self) -> int | None:
        """Return the exit code of a process that has ended and forget it; None while it runs."""
        if self._process is None or (code := self._process.poll()) is None:
            return None
        self._forget()
        return code

    def terminate(self) -> None:
        """Ask the process to end."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, until: float) -> None:
        """Wait for the end until that moment (`time.monotonic`), then kill what is left of the session."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, until - time.monotonic()))
        self._forget()

    def trim(self) -> None:
        """Rotate the log of a running process: it appends, so its file can be cut under it."""
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
            shutil.copyfile(self._log, _older(self._log))
            os.truncate(self._log, 0)

    def _forget(self) -> None:
        """Kill what is left of the session, the process itself included."""
        assert self._process is not None
        # Nobody may be left, and the number of the session may be somebody else's by now.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def rotate(log: Path) -> None:
    """Put a log that has grown too long aside."""
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(_older(log))


def _older(log: Path) -> Path:
    return log.with_name(f"{log.name}.1")
