"""A watched folder: files that are put there become receipts. Nothing in it is moved, changed or deleted.

Only files whose names end as those of documents do are opened: a folder may hold programs' settings and
lists, too. A file is taken when two looks in a row saw the same size and time of change, so that none is
taken half-written. Links are not followed, wherever they lead.
"""

import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from unicodedata import normalize

import structlog

from pipeline.config import Settings
from pipeline.errors import Refused, SourceUnreachable
from pipeline.files import Handed, PassedOver, batches, contents, is_document, refusal
from pipeline.model import Form
from pipeline.stages import Clock
from pipeline.store import Database, counters, doors, receipts
from pipeline.store.doors import Door, File, FileState

MOST_FILES = 20_000
DEEPEST = 6  # folders below the watched one
_REST = 20.0  # times as long as looking took
_AFTER_FAILURE = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_MOST_DOUBLINGS = 6
_AGAIN = timedelta(hours=1)  # for files that could not be opened
_CLOSED = "cannot be opened: "
_UNFINISHED = re.compile(
    r"^[.~#]|~$|\.(?:tmp|temp|part|partial|filepart|crdownload|download|swp|lock|bak)$|^(?:thumbs\.db|desktop\.ini)$",
    re.IGNORECASE,
)

_LOG = structlog.get_logger()


def look(db: Database, door: Door, settings: Settings, clock: Clock) -> bool:
    """Look into a claimed folder once and say whether it brought a receipt.

    A folder that cannot be read is written down with the reason and looked into again later.
    """
    begun = time.monotonic()
    try:
        root = permitted(door.url, settings.data)
        found = {one.name: one for one in _files(root)}
    except (Refused, SourceUnreachable) as error:
        with db.write() as conn:
            doors.done(conn, door, clock(), clock() + patience(door.failures), error=str(error))
        return False
    with db.read() as conn:
        known = doors.files(conn, door.intake_id)
    now = clock()
    fresh = [one.file() for one in found.values() if not _same(known.get(one.name), one)]
    ready = [one for one in found.values() if _ready(known.get(one.name), one, now)]
    taking = _Taking(db, door, root, settings.fetch_max_bytes, clock)
    left = sorted(ready, key=lambda one: (one.mtime, one.name), reverse=True)
    while left and time.monotonic() < begun + settings.soft_limit / 2:
        taking.take(left.pop())
    rest = 0.0 if left else max(settings.sweep_seconds, _REST * (time.monotonic() - begun))
    crowded = f"holds more than {MOST_FILES:,} files; the others wait" if len(found) >= MOST_FILES else ""
    with db.write() as conn:
        doors.keep(conn, door.intake_id, fresh, now)
        doors.forget(conn, door.intake_id, known.keys() - found.keys())
        next_due = clock() + timedelta(seconds=rest)
        doors.done(conn, door, now, next_due, error=crowded, brought=taking.brought)
    return taking.brought


def patience(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row and one more."""
    return min(_AFTER_FAILURE * 2.0 ** min(failures, _MOST_DOUBLINGS), _LONGEST_WAIT)


def count(path: str, data: Path) -> int:
    """Return how many files a folder has to take. Raises Refused or SourceUnreachable."""
    return sum(is_document(one.path) for one in _files(permitted(path, data)))


def permitted(path: str, data: Path) -> Path:
    """Return the folder that a path names.

    Raises:
        Refused: it is not absolute, or it is, holds or lies in our own data folder, whose keys and
            published files are nobody's news.
    """
    folder, ours = Path(path), data.resolve()
    if not folder.is_absolute():
        raise Refused(path, "is no absolute path of a folder")
    real = folder.resolve()
    if real == ours or ours in real.parents or real in ours.parents:
        raise Refused(path, "is our own data folder, or holds it")
    return folder


@dataclass(frozen=True, slots=True)
class _Found:
    """A file as it lies in the folder. `path` is as the disk has it, `name` is what SQL can hold."""

    path: str
    size: int
    mtime: int

    @property
    def name(self) -> str:
        return self.path.encode("utf-8", "backslashreplace").decode()

    def file(self, state: FileState = FileState.SEEN, reason: str = "") -> File:
        return File(self.name, self.size, self.mtime, state, reason)


def _files(root: Path) -> Iterator[_Found]:
    """Yield the finished files of a folder and of those below it, links left out.

    Raises:
        SourceUnreachable: the folder is not there or cannot be read.
    """
    number = 0
    try:
        walk = os.fwalk(root, onerror=_only(root), follow_symlinks=False)
        for folder, below, names, here in walk:
            inside = os.path.relpath(folder, root)
            depth = 0 if inside == "." else inside.count(os.sep) + 1
            below[:] = (
                sorted(name for name in below if not _UNFINISHED.search(name)) if depth < DEEPEST else []
            )
            for name in sorted(names):
                if _UNFINISHED.search(name) or number >= MOST_FILES:
                    continue
                try:
                    seen = os.stat(name, dir_fd=here, follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if stat.S_ISREG(seen.st_mode):
                    number += 1
                    yield _Found(str(Path(inside, name)), seen.st_size, seen.st_mtime_ns)
    except OSError as error:
        raise SourceUnreachable(str(root), f"cannot be read: {error.strerror}") from error


def _only(root: Path) -> Callable[[OSError], None]:
    """Return what raises for the watched folder itself, and passes over one below it that is closed."""

    def raised(error: OSError) -> None:
        if error.filename in (str(root), root):
            raise error

    return raised


def _same(known: File | None, found: _Found) -> bool:
    return known is not None and (known.size, known.mtime) == (found.size, found.mtime)


def _ready(known: File | None, found: _Found, now: datetime) -> bool:
    """Tell whether a file is to be taken: unchanged since the last look, and not taken yet."""
    if known is None or not _same(known, found):
        return False
    if known.state is FileState.PASSED_OVER and known.reason.startswith(_CLOSED):
        return known.at is not None and now - known.at >= _AGAIN
    return known.state is FileState.SEEN


class _Taking:
    """Taking the files of one look. `brought`: whether any of it was new."""

    def __init__(self, db: Database, door: Door, root: Path, largest: int, clock: Clock) -> None:
        self.brought = False
        self._db, self._door, self._root = db, door, root
        self._largest, self._clock = largest, clock

    def take(self, one: _Found) -> None:
        """Make receipts of what a file holds, and note it as taken or passed over."""
        if not is_document(one.path):
            self._note(one, FileState.PASSED_OVER, refusal(one.path))
            return
        reasons: list[str] = []
        try:
            with _opened(self._root, one.path) as file:
                if _stamp(file) != (one.size, one.mtime):
                    return
                for batch in batches(_sound(contents(Path(one.name), file, self._largest), reasons)):
                    self._commit(one, batch)
                if _stamp(file) != (one.size, one.mtime):
                    return  # written to meanwhile: the next looks take it again
        except OSError as error:
            reasons = [f"{_CLOSED}{error.strerror}"]
        state = FileState.PASSED_OVER if reasons else FileState.TAKEN
        more = f" (and {len(reasons) - 1:,} more)" if len(reasons) > 1 else ""
        self._note(one, state, reasons[0] + more if reasons else "")

    def _note(self, one: _Found, state: FileState, reason: str) -> None:
        told = one.file(state, reason)
        if reason:
            _LOG.warning("file_passed_over", source=self._door.source_id, name=one.name, reason=told.reason)
        with self._db.write() as conn:
            doors.keep(conn, self._door.intake_id, [told], self._clock())
            counters.add(conn, f"folder_{state}")

    def _commit(self, one: _Found, batch: list[Handed]) -> None:
        name = normalize("NFC", one.name)  # a Mac's names come decomposed
        packed = [(document, receipts.pack(document.body)) for document in batch]
        with self._db.write() as conn:
            for document, content in packed:
                given = document.given
                if document.form is not Form.RECORD:
                    given = replace(given, external_id=name, watched=True)
                accepted = receipts.add(
                    conn,
                    source_id=self._door.source_id,
                    form=document.form,
                    content=content,
                    given=given,
                    received_at=self._clock(),
                    push_id="folder:" + sha256(f"{name}\0{content.sha256}".encode()).hexdigest(),
                    intake_id=self._door.intake_id,
                )
                self.brought |= accepted.fresh


def _sound(handed: Iterable[Handed | PassedOver], reasons: list[str]) -> Iterator[Handed]:
    """Yield the documents; the reasons of what is passed over are collected."""
    for one in handed:
        if isinstance(one, PassedOver):
            reasons.append(one.reason)
        else:
            yield one


@contextmanager
def _opened(root: Path, path: str) -> Iterator[BufferedReader]:
    """Open a regular file below a folder, following no link on the way. Raises OSError."""
    *folders, name = Path(path).parts
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            below = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = below
        number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
    finally:
        os.close(here)
    with os.fdopen(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise FileNotFoundError(0, "is no file")
        yield file


def _stamp(file: BufferedReader) -> tuple[int, int]:
    seen = os.fstat(file.fileno())
    return seen.st_size, seen.st_mtime_ns
