"""Master secrets in files (0600), what is made from them, and what is sealed by them.

A master secret never leaves its file: SQL, logs and addresses hold no secret in the clear.
"""

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from pipeline.errors import BadSettings

_MASTER_BYTES = 32


def derived(path: Path, name: str) -> bytes:
    """Return 32 bytes of their own for each name, made from a master secret (HMAC-SHA256).

    Raises:
        BadSettings: the file of the master secret cannot be read or made.
    """
    return hmac.new(_master(path), name.encode(), hashlib.sha256).digest()


def sealed(path: Path, text: str) -> str:
    """Return a text that only the owner of the master secret can read, "" for none. Raises BadSettings."""
    return _cipher(path).encrypt(text.encode()).decode() if text else ""


def opened(path: Path, told: str) -> str:
    """Return a sealed text.

    Raises:
        BadSettings: it was sealed by another master secret, or the file cannot be read.
    """
    try:
        return _cipher(path).decrypt(told.encode()).decode() if told else ""
    except InvalidToken as error:
        raise BadSettings(path.name, "is not what secrets in SQL were sealed with") from error


@lru_cache(maxsize=4)
def _cipher(path: Path) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived(path, "sealing")))


@lru_cache(maxsize=8)
def _master(path: Path) -> bytes:
    """Return a master secret, drawn by whoever needs it first."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            number, part = tempfile.mkstemp(dir=path.parent)  # 0600 from the start
            with os.fdopen(number, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(_MASTER_BYTES))
                file.flush()
                os.fsync(number)
            try:
                os.link(part, path)  # whoever is first wins; nobody reads half a secret
            except FileExistsError:
                pass
            finally:
                Path(part).unlink()
        made = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise BadSettings(str(path), "the master secret cannot be read or made") from error
    if len(made) < _MASTER_BYTES:
        raise BadSettings(str(path), "is too short for a secret; remove it and another is drawn")
    return made
