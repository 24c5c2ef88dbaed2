"""Passwords of mailboxes: a file for its owner only; they are never in SQL, a log or a message."""

import fcntl
import json
import os
import tempfile
from pathlib import Path

from pipeline.errors import BadInput, BadSettings

_LONGEST = 500


def of(path: Path, url: str) -> str:
    """Return the password of a mailbox, "" if none was told. Raises BadSettings: the file is no list."""
    return _read(path).get(url, "")


def keep(path: Path, url: str, password: str) -> None:
    """Keep a password instead of the one before.

    Raises:
        BadInput: it is empty, too long or not of printable ASCII, which LOGIN cannot send.
        BadSettings: the file is not what this module writes.
    """
    if not (password.isascii() and password.isprintable() and 0 < len(password) <= _LONGEST):
        raise BadInput("password", f"must be 1-{_LONGEST} letters, figures and signs without accents")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = _read(path) | {url: password}
        number, part = tempfile.mkstemp(dir=path.parent)  # 0600 from the start
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump(told, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(number)
        Path(part).replace(path)


def _read(path: Path) -> dict[str, str]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise BadSettings(str(path), "is no list of passwords by mailbox; tell them anew") from error
    if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        raise BadSettings(str(path), "is no list of passwords by mailbox; tell them anew")
    return told
