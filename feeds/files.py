"""Feed files on disk: written beside their place, synced together, renamed; each with its gzip.

A file's time is set to the time its row tells, so that a file which is not its row's is found by
a look at the folder alone.
"""

import gzip
import os
import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from feeds import codings
from pipeline.errors import EngineUnavailable

_LEVEL = 3  # quick: 50 full texts, 296 kB: 1.8 ms to 61 kB; level 6: 4.3 ms to 54 kB, 1: 1.5 ms to 67 kB
# 128 files of 20 kB on ext4: 0.32 s one by one, 0.03 s by eight threads, whom the journal serves together.
_SYNCING = 8
_ABANDONED = timedelta(hours=1)  # a temporary file of this age belongs to nobody


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file and its gzip, written, not yet in place."""

    place: Path
    plain: Path
    packed: Path

    def settle(self) -> None:
        """Put both in place; a brotli of what stood there goes first (the law of `feeds.codings`)."""
        with codings.held(self.place.parent):
            codings.drop(self.place)
            self.packed.replace(packed(self.place))
            self.plain.replace(self.place)

    def discard(self) -> None:
        """Remove what was not put in place."""
        self.plain.unlink(missing_ok=True)
        self.packed.unlink(missing_ok=True)


def write(place: Path, data: bytes, modified: datetime) -> Waiting:
    """Write a file and its gzip beside `place`; `sync` makes them durable. Raises OSError."""
    place.parent.mkdir(parents=True, exist_ok=True)
    plain = _write(place, data, modified)
    return Waiting(place, plain, _write(packed(place), gzip.compress(data, _LEVEL, mtime=0), modified))


def sync(written: Iterable[Waiting]) -> None:
    """Return when all of these files are on the disk. Raises OSError."""
    paths = [path for one in written for path in (one.plain, one.packed)]
    with ThreadPoolExecutor(_SYNCING) as threads:
        for _ in threads.map(_sync, paths):
            pass


def remove(place: Path) -> None:
    """Take a file and its packed forms away; one that is not there is passed by. Raises OSError."""
    if not place.parent.is_dir():
        return
    with codings.held(place.parent):
        codings.drop(place)
        packed(place).unlink(missing_ok=True)
        place.unlink(missing_ok=True)


def packed(place: Path) -> Path:
    """Return where the gzip of a file stands."""
    return place.with_name(place.name + ".gz")


def there(place: Path) -> bool:
    """Say whether a file and its gzip are there."""
    return place.is_file() and packed(place).is_file()


def stands(place: Path, size: int, modified: datetime) -> bool:
    """Say whether a file is there with this size and time, and its gzip with this time."""
    try:
        plain, small = place.stat(), packed(place).stat()
    except OSError:
        return False
    at = modified.timestamp()
    return (plain.st_size, plain.st_mtime, small.st_mtime) == (size, at, at)


def clear_abandoned(folder: Path, now: datetime) -> None:
    """Remove temporary files that a killed writer left behind. Raises OSError."""
    for left in folder.rglob(".*.tmp"):
        # The time of change: the other one is set by us and may be old.
        if left.stat().st_ctime < (now - _ABANDONED).timestamp():
            left.unlink(missing_ok=True)


@contextmanager
def on_disk() -> Iterator[None]:
    """Turn an OSError into EngineUnavailable: a full disk is no fault of the stories."""
    try:
        yield
    except OSError as error:
        raise EngineUnavailable("feeds folder", str(error)) from error


def _write(place: Path, data: bytes, modified: datetime) -> Path:
    beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}.tmp")
    beside.write_bytes(data)
    os.utime(beside, (modified.timestamp(), modified.timestamp()))
    return beside


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
