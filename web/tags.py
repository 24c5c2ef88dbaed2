"""Entity tags of files: a file is hashed once, not at every request."""

import hashlib
import os
from collections import OrderedDict
from io import BufferedReader
from threading import Lock

_MOST = 16_384  # every channel in three forms and three codings, twice; 4 MB
_LENGTH = 32  # hexadecimal digits: 128 bits


def tag_of(digest: str) -> str:
    """Return the strong tag of bytes with this SHA-256 (RFC 9110 §8.8.3)."""
    return f'"{digest[:_LENGTH]}"'


class Tags:
    """The tags of files that were asked for lately. Safe to share between threads.

    A file is known again by its number, size and time of change. That time is the kernel's, so a file
    that took the place of another one, with its size and its set time, is still told from it.
    """

    def __init__(self, most: int = _MOST) -> None:
        """Keep at most `most`."""
        self._most = most
        self._known: OrderedDict[tuple[int, int, int, int], str] = OrderedDict()
        self._lock = Lock()

    def of(self, file: BufferedReader) -> str:
        """Return the strong tag of an open file's bytes; it is at its start afterwards. Raises OSError."""
        seen = os.fstat(file.fileno())
        key = (seen.st_dev, seen.st_ino, seen.st_ctime_ns, seen.st_size)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        made = tag_of(hashlib.file_digest(file, "sha256").hexdigest())
        file.seek(0)
        with self._lock:
            self._known[key] = made
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return made
