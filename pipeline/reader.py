"""One long-lived subprocess that parses, so that a hostile document costs a process, not a worker.

Frames on a pair of pipes: four bytes of length (big endian), then that many bytes. A request is
two frames (the document as JSON without its body, then the body), an answer is one (JSON). Each
document gets its own CPU seconds and so much memory beyond what the child takes idle. The child has
no secrets, and of our environment only where the list of topics is; it ends with its parent.
A plain subprocess: Celery's prefork children are daemons and may not have multiprocessing's.
"""

import contextlib
import gc
import logging
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pydantic import TypeAdapter

from pipeline import topiclist
from pipeline.errors import EngineUnavailable, Starved, Unreadable
from pipeline.leash import die_with
from pipeline.model import Document, Parsed
from pipeline.parts import whole

try:
    import resource
except ImportError:  # Windows has no rlimits; the wall clock is all that holds there
    resource = None  # type: ignore[assignment]

_LENGTH = struct.Struct(">I")
_START_TIMEOUT = 30.0  # seconds that one call waits for a start, which costs 1.5 s of CPU
_STUCK = 600.0  # seconds after which a start has failed
_DOCUMENTS_PER_CHILD = 2_000  # lxml keeps caches; a new child starts empty
_LARGEST_ANSWER = 64_000_000
_HELLO = b"ready"
_IDLE_MB = 400  # address space of an idle child where the system does not tell it
_MARGIN_MB = 16  # between the limit that is told and the one that is set: a refused request is not counted
_GARBAGE = 50_000  # objects between two collections: what they walk is mostly tables that stay


@dataclass(frozen=True, slots=True)
class Answer:
    """What the child says of one document: drafts, or why there are none. `full`: its memory was."""

    parsed: Parsed | None = None
    subject: str = ""
    message: str = ""
    full: bool = False


_DOCUMENT = TypeAdapter(Document)
_ANSWER = TypeAdapter(Answer)


class Reader:
    """Does what `parse` does in a child process: `with Reader() as reader: reader.read(document)`.

    Safe for threads (one document at a time) and after a fork (the forked process starts a child of
    its own). The child starts with the first document.

    Args:
        timeout: CPU seconds for one document, or one part of a long feed.
        clock: seconds for all parts of a document by the wall clock, for a machine that has other work.
        memory_mb: memory for a document beyond what an idle child takes.
    """

    def __init__(self, *, timeout: float = 2.0, clock: float = 40.0, memory_mb: int = 100) -> None:
        self._timeout = timeout
        self._clock = clock
        self._memory_mb = memory_mb
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._served = 0
        self._begun = 0.0
        self._is_ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, document: Document) -> Parsed:
        """Return what `document` yields: all parts of a long feed, each within the limits.

        Raises:
            Unreadable: it is no such document, or reading it took too much CPU or memory.
            Starved: no answer in time by the clock, though the child was within its CPU seconds.
            EngineUnavailable: no child can be started.
        """
        left = self._clock

        def part(document: Document) -> Parsed:
            nonlocal left
            with self._lock:
                self._living()  # a start is not the document's time
                begun = time.monotonic()
                answer = self._ask(document, left)
            left -= time.monotonic() - begun
            return _told(answer)

        return whole(part, document)

    def close(self) -> None:
        """End the child. A later `read` starts a new one."""
        with self._lock:
            self._drop()

    def _ask(self, document: Document, seconds: float) -> Answer:
        """Return the answer of a living child in time; of a second if the first may have failed by itself.

        The first may have been killed with the thread that started it (PR_SET_PDEATHSIG looks at
        threads) or by the kernel for want of memory; its memory may be full of what it read before.
        """
        for is_last in (False, True):
            child = self._living()
            is_fresh = self._served == 0 or is_last
            try:
                answer = self._exchange(child, document, seconds)
            except TimeoutError:
                self._drop()
                raise Starved("reader", f"gave no answer in {self._clock:g} s") from None
            except (EOFError, OSError):
                code = self._bury(child)
                if is_last or _is_slow(code) or (is_fresh and -code != getattr(signal, "SIGKILL", None)):
                    return self._killed(code)
            except ValueError:
                self._drop()
                return Answer(None, "reader", "the reader gave no sensible answer")
            except BaseException:  # a soft time limit of Celery: the child is in the middle of an answer
                self._drop()
                raise
            else:
                self._served += 1
                if not answer.full:
                    return answer
                self._drop()
                if is_fresh:
                    return answer
        raise AssertionError

    def _killed(self, code: int) -> Answer:
        """Return why there is no answer of a child that ended."""
        if _is_slow(code):
            return Answer(None, "reader", f"reading took more than {self._timeout:g} s of CPU")
        why = f"reading ended the reader ({_signal(code)}), or took more than {self._memory_mb} MB of memory"
        return Answer(None, "reader", why)

    def _exchange(self, child: subprocess.Popen[bytes], document: Document, seconds: float) -> Answer:
        """Send a document and receive what the child makes of it."""
        deadline = time.monotonic() + seconds
        _send(child.stdin, _DOCUMENT.dump_json(replace(document, body=b"")), deadline)
        _send(child.stdin, document.body, deadline)
        return _ANSWER.validate_json(_receive(child.stdout, deadline))

    def _living(self) -> subprocess.Popen[bytes]:
        """Return a child of this very process that is ready, a new one if the old one is gone or tired.

        A start that is interrupted, by a task's time limit perhaps, goes on: the next call waits for the
        same child. On a slow machine a start may take longer than any one task.
        """
        if self._child is not None and self._owner != os.getpid():
            self._child = None  # it belongs to the process that forked us
        if self._child is not None and (
            self._served >= _DOCUMENTS_PER_CHILD or self._child.poll() is not None
        ):
            self._drop()
        if self._child is None:
            self._start()
        assert self._child is not None
        if not self._is_ready:
            self._await(self._child)
        return self._child

    def _start(self) -> None:
        """Start a child, which loads its libraries first."""
        here = str(Path(__file__).resolve().parents[1])
        command = [sys.executable, "-m", "pipeline.reader", str(os.getpid())]
        environment = {
            "PYTHONPATH": here,
            "PYTHONHASHSEED": "0",
            "LC_ALL": "C.UTF-8",
            **topiclist.handed_on(),
        }
        command += [str(self._memory_mb), str(self._timeout)]
        try:
            child = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=here, bufsize=0
            )
        except OSError as error:
            raise EngineUnavailable("reader", f"cannot start: {error}") from error
        self._child, self._owner, self._served = child, os.getpid(), 0
        self._begun, self._is_ready = time.monotonic(), False

    def _await(self, child: subprocess.Popen[bytes]) -> None:
        """Wait until a child is ready; whoever is interrupted here leaves it to go on.

        Raises:
            EngineUnavailable: it is not ready yet, or did not start.
        """
        assert child.stdout is not None
        if not select.select([child.stdout], [], [], _START_TIMEOUT)[0]:
            if time.monotonic() - self._begun > _STUCK:
                self._drop()
            raise EngineUnavailable("reader", "is still starting")
        try:
            _receive(child.stdout, time.monotonic() + _START_TIMEOUT)
        except (EOFError, OSError) as error:
            self._drop()
            raise EngineUnavailable("reader", f"did not start (exit code {child.returncode})") from error
        except BaseException:  # half of its greeting may be gone
            self._drop()
            raise
        self._is_ready = True

    def _drop(self) -> None:
        """Kill the child and forget it."""
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _bury(self, child: subprocess.Popen[bytes]) -> int:
        """Forget a child that died while reading and return its exit code."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=5)
        self._drop()
        return child.returncode


def _told(answer: Answer) -> Parsed:
    """Return what an answer tells. Raises Unreadable with its reason."""
    if answer.parsed is None:
        raise Unreadable(answer.subject, answer.message)
    return answer.parsed


def _send(pipe: IO[bytes] | None, data: bytes, deadline: float) -> None:
    """Write one frame; a child that does not take it in time raises TimeoutError."""
    assert pipe is not None
    rest = memoryview(_LENGTH.pack(len(data)) + data)
    os.set_blocking(pipe.fileno(), False)
    while rest:
        if not select.select([], [pipe], [], max(deadline - time.monotonic(), 0))[1]:
            raise TimeoutError
        rest = rest[os.write(pipe.fileno(), rest) :]


def _receive(pipe: IO[bytes] | None, deadline: float) -> bytes:
    """Read one frame; raises TimeoutError, and EOFError when the child is gone."""
    assert pipe is not None
    (size,) = _LENGTH.unpack(_take(pipe, _LENGTH.size, deadline))
    if size > _LARGEST_ANSWER:
        raise EOFError
    return _take(pipe, size, deadline)


def _take(pipe: IO[bytes], size: int, deadline: float) -> bytes:
    """Read exactly `size` bytes."""
    parts = bytearray()
    while len(parts) < size:
        if not select.select([pipe], [], [], max(deadline - time.monotonic(), 0))[0]:
            raise TimeoutError
        part = os.read(pipe.fileno(), min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _is_slow(code: int) -> bool:
    """Tell whether a child ended because its CPU seconds were over."""
    return -code in (getattr(signal, "SIGPROF", None), getattr(signal, "SIGXCPU", None))


def _signal(code: int) -> str:
    """Return what ended a child, by its exit code."""
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"exit code {code}"


def _serve(parent: int, memory_mb: int, timeout: float) -> None:
    """Be the child: answer documents until the parent closes the pipe."""
    die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which finishes its document
    source, sink = _own_pipes()
    logging.disable(logging.CRITICAL)  # libraries log what they read; documents stay out of our logs
    from pipeline.parse import part, warm  # noqa: PLC0415 - only the child pays for these libraries

    warm()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    most = _limit(memory_mb)
    full = Answer(None, "reader", f"reading took more than {memory_mb} MB of memory", full=True)
    _write(sink, _HELLO)
    while (head := _frame(source)) is not None and (body := _frame(source)) is not None:
        _limit_cpu(timeout)
        try:
            document = replace(_DOCUMENT.validate_json(head), body=body)
            answer = _ANSWER.dump_json(Answer(part(document)))
        except Unreadable as error:
            answer = _ANSWER.dump_json(Answer(None, error.subject, error.message))
        except MemoryError:
            answer = _ANSWER.dump_json(full)
        _limit_cpu(0)
        # libxml2 tells nobody that it had no memory: it ends the page there.
        _write(sink, answer if _peak_mb() <= most else _ANSWER.dump_json(full))


def _own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Take stdin and stdout for the frames, so that no library can print into them."""
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    return source, sink


def _limit(memory_mb: int) -> int:
    """Limit memory and forbid writing files and core dumps, where the system can; return the limit in MB."""
    most = (_peak_mb() or _IDLE_MB) + memory_mb
    if resource is not None:
        beyond = (most + _MARGIN_MB) << 20
        resource.setrlimit(resource.RLIMIT_AS, (beyond, beyond))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return most


def _peak_mb() -> int:
    """Return the most address space that this process has taken, 0 where the system does not tell it."""
    try:
        lines = Path("/proc/self/status").read_bytes().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith(b"VmPeak:")), 0)


def _limit_cpu(seconds: float) -> None:
    """Let SIGPROF end us after `seconds` of CPU from now, 0 for never; SIGXCPU if that fails."""
    if resource is not None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime + seconds) + 2
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _frame(source: IO[bytes]) -> bytes | None:
    """Read one frame, None at the end."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    return source.read(size)


def _write(sink: IO[bytes], data: bytes) -> None:
    """Write one frame."""
    rest = memoryview(_LENGTH.pack(len(data)) + data)
    while rest:
        rest = rest[os.write(sink.fileno(), rest) :]


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
