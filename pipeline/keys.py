"""Webhook keys: `DATA/keys.json`, mode 0600, `{source id: [key, …]}`, newest key first.

A key is "whsec_" and 32 random bytes in base64, as Standard Webhooks writes them. Every key of a
source's list is valid. Keys live in this file only, never in SQL, a log or a message.
"""

import base64
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from pipeline.errors import BadInput, BadSettings
from pipeline.model import SourceId

_PREFIX = "whsec_"
_BYTES = 32


def of(path: Path, source_id: SourceId) -> tuple[str, ...]:
    """Return the valid keys of a source, newest first; none without a file.

    Raises:
        BadSettings: the file is not what `draw` writes.
    """
    return _read(path).get(source_id, ())


def draw(path: Path, source_id: SourceId) -> str:
    """Draw a source's first key and return it: the only time that it is shown.

    Raises:
        BadInput: the source has a key; see `replace`.
        BadSettings: the file is not what this module writes.
    """
    with _changing(path) as known:
        if known.get(source_id):
            raise BadInput(source_id, "has a webhook key; --new-key draws another and ends the old one")
        return known.setdefault(source_id, [_new()])[0]


def replace(path: Path, source_id: SourceId) -> str:
    """Draw a key that is from now on the source's only one, and return it.

    Raises:
        BadSettings: the file is not what this module writes.
    """
    with _changing(path) as known:
        known[source_id] = [_new()]
        return known[source_id][0]


def _new() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


@contextmanager
def _changing(path: Path) -> Iterator[dict[str, list[str]]]:
    """Yield the keys for a change and write them back whole; one process at a time."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = {name: list(keys) for name, keys in _read(path).items()}
        yield known
        number, part = tempfile.mkstemp(dir=path.parent)  # 0600 from the start
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump(known, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(number)
        Path(part).replace(path)


def _read(path: Path) -> dict[str, tuple[str, ...]]:
    try:
        seen = path.stat()
    except FileNotFoundError:
        return {}
    return _load(path, seen.st_ino, seen.st_mtime_ns)


@lru_cache(maxsize=4)
def _load(path: Path, _inode: int, _changed: int) -> dict[str, tuple[str, ...]]:
    """Read the file once for each state of it: every webhook call asks."""
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        known = {name: tuple(keys) for name, keys in loaded.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise BadSettings(str(path), "is not a list of keys by source; restore it from a backup") from error
    if not all(isinstance(key, str) and key.startswith(_PREFIX) for keys in known.values() for key in keys):
        raise BadSettings(str(path), f"has a key that does not begin with {_PREFIX}")
    return known
