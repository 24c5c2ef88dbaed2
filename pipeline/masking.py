"""What of addresses and headers may be a secret, and leaves in no file. Pure; never raises.

By names alone: of logins, of parameters and headers that are called a key or a token. A secret in the path of
an address looks like any other part of it, and stays.
"""

import re
from typing import Any

MASK = "[che]"

_USER = re.compile(r"(?<=://)[^/\s@?#\"'<>]+@")
_SECRET = re.compile(
    r"(?i)([?&;#](?:[\w.-]{0,40}(?:token|secret|signature|password|passwd|credential)|"
    r"(?:[\w.-]{0,40}[-_.]|access|auth|api|app|client|session|private|secret|security|refresh|id)?"
    r"(?:key|sig|pwd|pass|auth|authorization|jwt|session|sessionid|sid|phpsessid|jsessionid|ticket))=)"
    r"[^&#;\s\"'<>]+"
)
_SECRET_NAME = re.compile(r"(?i)authoriz|cookie|token|secret|signature|api-?key|password|credential")
_PROSE = frozenset(("title", "summary", "body", "note"))


def masked(value: Any) -> Any:
    """Return a JSON-ready structure without what may be a secret in addresses; prose stays as it is."""
    match value:
        case str():
            return _SECRET.sub(rf"\1{MASK}", _USER.sub(f"{MASK}@", value))
        case dict():
            return {name: told if name in _PROSE else _named(name, told) for name, told in value.items()}
        case list() | tuple():
            return [masked(one) for one in value]
    return value


def _named(name: str, value: Any) -> Any:
    return MASK if isinstance(value, str) and value and _SECRET_NAME.search(name) else masked(value)
