"""Who sent these bytes: Standard Webhooks signatures, GitHub's header, or a bearer key.

Nothing here says whether a source exists: an unknown source is checked against a key that nobody
has, and every failure but a wrong clock reads the same.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.keys import fingerprint
from web.problems import Problem

TOLERANCE = 300  # seconds either way, as the libraries of Standard Webhooks have it
_ID = "webhook-id"
_TIMESTAMP = "webhook-timestamp"
_SIGNATURE = "webhook-signature"
_GITHUB = "x-hub-signature-256"
_LONGEST_ID = 200  # characters; the store has room for 256
_MOST_SIGNATURES = 20  # in one header
_SHORTEST_KEY = 24  # characters; a Standard Webhooks key has at least 24 bytes
_NOBODYS = f"whsec_{secrets.token_urlsafe(32)}"
_SCHEMES = {"WWW-Authenticate": 'StandardWebhooks realm="webhooks"'}


@dataclass(frozen=True, slots=True)
class Signed:
    """A verified message. `push_id` names it for good: the same id is the same message.

    `key`: the fingerprint of the key that signed it.
    """

    push_id: str
    key: str


def verify(body: bytes, headers: Mapping[str, str], keys: Sequence[str], now: datetime) -> Signed:
    """Return the message's id if one of the source's keys signed it. `headers`: lower-case names.

    Raises:
        Problem: 401 missing_signature, stale_timestamp (with the server's time) or bad_signature;
            422 when the id of a signed message is too long.
    """
    if all(headers.get(name) for name in (_ID, _TIMESTAMP, _SIGNATURE)):
        _check_clock(headers[_TIMESTAMP], now)
        key = _first(key for key in _usable(keys) if _fits(key, body, headers))
        push_id = headers[_ID]
        if len(push_id) > _LONGEST_ID:
            raise Problem(422, "bad_input", f"use at most {_LONGEST_ID} characters", field=_ID)
        return Signed(push_id, key)
    if given := headers.get(_GITHUB, ""):
        key = _first(key for key in _usable(keys) if _fits_github(key, body, given))
        return Signed(f"sha256:{hashlib.sha256(body).hexdigest()}", key)
    raise Problem(
        401,
        "missing_signature",
        "sign the request with webhook-id, webhook-timestamp and webhook-signature "
        "(Standard Webhooks) or with X-Hub-Signature-256",
        headers=_SCHEMES,
    )


def verify_reader(headers: Mapping[str, str], keys: Sequence[str], now: datetime) -> None:
    """Check that a request without a body comes from a holder of the source's key.

    Raises:
        Problem: 401, as `verify` has it.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        verify(b"", headers, keys, now)
        return
    if not any(_same(key, token.strip()) for key in _usable(keys)):
        raise Problem(401, "bad_signature", "this is no key of this source", headers=_SCHEMES)


def _first(fitting: Iterator[str]) -> str:
    """Return the fingerprint of the key that fits; raises Problem: 401 if none does."""
    key = next(fitting, None)
    if key is None:
        raise _bad()
    return fingerprint(key)


def _usable(keys: Sequence[str]) -> Sequence[str]:
    # Fail closed: an empty or short key in the file must not let everybody in.
    return [key for key in keys if len(key) >= _SHORTEST_KEY] or (_NOBODYS,)


def _check_clock(timestamp: str, now: datetime) -> None:
    # Before any key is looked at: a stale call to a source that does not exist reads the same.
    sent = int(timestamp) if timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16 else None  # noqa: PLR2004
    if sent is None or abs(now.timestamp() - sent) > TOLERANCE:
        wrong = (
            "webhook-timestamp is no number of whole seconds since 1970"
            if sent is None
            else f"webhook-timestamp is more than {TOLERANCE} seconds off"
        )
        raise Problem(
            401,
            "stale_timestamp",
            f"{wrong}; set your clock by server_time and sign again",
            field=_TIMESTAMP,
            headers=_SCHEMES,
            more={"server_time": int(now.timestamp())},
        )


def _fits(key: str, body: bytes, headers: Mapping[str, str]) -> bool:
    # Not the library's `verify`: it reads text, and a signed body that is no UTF-8 is to be told so.
    try:
        secret = base64.b64decode(key.removeprefix("whsec_"))
    except ValueError:
        return False
    signed = f"{headers[_ID]}.{headers[_TIMESTAMP]}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return any(_same(expected, given) for given in headers[_SIGNATURE].split(" ")[:_MOST_SIGNATURES])


def _fits_github(key: str, body: bytes, given: str) -> bool:
    expected = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    return _same(f"sha256={expected}", given.strip())


def _same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode("utf-8", "surrogatepass"))


def _bad() -> Problem:
    return Problem(
        401,
        "bad_signature",
        "no key of this source made this signature over these very bytes",
        headers=_SCHEMES,
    )
