"""Webhook keys: `DATA/keys.json`, mode 0600, `{source id: [key, …]}`, newest key first.

A key is "whsec_" and 32 random bytes in base64, as Standard Webhooks writes them. A source has at most
two valid ones: the newest, and the one before it until its end, so that a CMS can change over without
losing a call. Keys live in this file only, never in SQL, a log or a message; there they go by their
fingerprint. In the file a key is an object with `drawn` and `ends`; the bare strings of older files are
read as keys without an end.
"""

import base64
import fcntl
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.errors import BadInput, BadSettings, NotFound
from pipeline.model import SourceId

OVERLAP = timedelta(days=7)  # how long the key before the newest stays valid
_PREFIX = "whsec_"
_BYTES = 32
_FINGERPRINT = 12  # hexadecimal digits: no help in guessing a key of 256 bits


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a source. `drawn`: None for keys of older files; `ends`: None for the newest."""

    secret: str
    drawn: datetime | None = None
    ends: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """Return the name under which the key may be shown."""
        return fingerprint(self.secret)

    def valid(self, now: datetime) -> bool:
        """Say whether it may still sign."""
        return self.ends is None or now < self.ends


def fingerprint(secret: str) -> str:
    """Return the name under which a key may be shown: the start of its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()[:_FINGERPRINT]


def of(path: Path, source_id: SourceId, now: datetime | None = None) -> tuple[str, ...]:
    """Return the keys of a source that are valid at `now` (by this machine's clock), newest first.

    Raises:
        BadSettings: the file is not what `draw` writes.
    """
    return tuple(key.secret for key in listed(path, source_id, now))


def listed(path: Path, source_id: SourceId, now: datetime | None = None) -> tuple[Key, ...]:
    """Return what is known of a source's valid keys, newest first; nothing without a file.

    Raises:
        BadSettings: the file is not what `draw` writes.
    """
    moment = now or datetime.now(UTC)
    return tuple(key for key in _read(path).get(source_id, ()) if key.valid(moment))


def draw(path: Path, source_id: SourceId, now: datetime | None = None) -> str:
    """Draw a source's first key and return it: the only time that it is shown.

    Raises:
        BadInput: the source has a key; see `renew`.
        BadSettings: the file is not what this module writes.
    """
    moment = now or datetime.now(UTC)
    with _changing(path, moment) as known:
        if known.get(source_id):
            raise BadInput(source_id, f"has a webhook key; ./tintinh webhook key {source_id} draws another")
        known[source_id] = [_new(moment)]
        return known[source_id][0].secret


def renew(
    path: Path, source_id: SourceId, overlap: timedelta = OVERLAP, now: datetime | None = None
) -> tuple[str, Key | None]:
    """Draw a key, the first or a further one; the newest so far stays valid for `overlap`, older ones end.

    Returns:
        The new key, the only time that it is shown, and the one that stays, None if none does.

    Raises:
        BadSettings: the file is not what this module writes.
    """
    moment = now or datetime.now(UTC)
    with _changing(path, moment) as known:
        before = known.get(source_id, [])[:1] if overlap > timedelta(0) else []
        kept = [_ending(key, moment + overlap) for key in before]
        known[source_id] = [_new(moment), *kept]
        return known[source_id][0].secret, next(iter(kept), None)


def end(path: Path, source_id: SourceId, named: str = "", now: datetime | None = None) -> list[Key]:
    """End keys at once and return them: those before the newest, or the one with a fingerprint.

    Raises:
        NotFound: there is no such key, or none beside the newest.
        BadSettings: the file is not what this module writes.
    """
    with _changing(path, now or datetime.now(UTC)) as known:
        mine = known.get(source_id, [])
        ended = [key for key in mine if key.fingerprint == named] if named else mine[1:]
        if not ended:
            said = "has no valid key with that fingerprint" if named else "has no key beside its newest"
            raise NotFound(source_id, f"{said}; see ./tintinh webhook keys")
        known[source_id] = [key for key in mine if key not in ended]
        return ended


def _new(now: datetime) -> Key:
    return Key(_PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode(), now)


def _ending(key: Key, at: datetime) -> Key:
    """Return a key that ends at a moment, or earlier if it did so already."""
    return replace(key, ends=at if key.ends is None else min(at, key.ends))


@contextmanager
def _changing(path: Path, now: datetime) -> Iterator[dict[str, list[Key]]]:
    """Yield the valid keys for a change and write them back whole; one process at a time."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = {name: [key for key in keys if key.valid(now)] for name, keys in _read(path).items()}
        yield known
        number, part = tempfile.mkstemp(dir=path.parent)  # 0600 from the start
        with os.fdopen(number, "w", encoding="utf-8") as file:
            told = {name: [_dumped(key) for key in keys] for name, keys in known.items() if keys}
            json.dump(told, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(number)
        Path(part).replace(path)


def _read(path: Path) -> dict[str, tuple[Key, ...]]:
    try:
        seen = path.stat()
    except FileNotFoundError:
        return {}
    return _load(path, seen.st_ino, seen.st_mtime_ns)


@lru_cache(maxsize=4)
def _load(path: Path, _inode: int, _changed: int) -> dict[str, tuple[Key, ...]]:
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        known = {name: tuple(map(_loaded, keys)) for name, keys in loaded.items()}
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise BadSettings(str(path), "is not a list of keys by source; restore it from a backup") from error
    if not all(key.secret.startswith(_PREFIX) for keys in known.values() for key in keys):
        raise BadSettings(str(path), f"has a key that does not begin with {_PREFIX}")
    return known


def _dumped(key: Key) -> dict[str, str]:
    times = {"drawn": key.drawn, "ends": key.ends}
    return {"key": key.secret} | {name: at.isoformat() for name, at in times.items() if at is not None}


def _loaded(told: Any) -> Key:
    """Return a key as the file has it; raises ValueError, TypeError, KeyError or AttributeError."""
    if isinstance(told, str):
        return Key(told)
    drawn, ends = (_moment(told.get(name)) for name in ("drawn", "ends"))
    secret = told["key"]
    if not isinstance(secret, str):
        raise TypeError("a key is text")
    return Key(secret, drawn, ends)


def _moment(told: str | None) -> datetime | None:
    """Return a time of the file as aware UTC; raises ValueError for a naive one."""
    if told is None:
        return None
    moment = datetime.fromisoformat(told)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment.astimezone(UTC)
