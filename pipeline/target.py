"""An address taken apart for fetching: which host is asked for what. Pure."""

import contextlib
import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

import idna

from pipeline.errors import Refused

_PORTS = {"http": 80, "https": 443}
_KEPT = "/:@!$&'()*+,;=-._~%[]|"
_LONGEST = 8_000
_NAME = re.compile(r"[a-z0-9_.-]{1,253}")


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: all of it ASCII, without fragment and credentials."""

    scheme: str
    host: str
    port: int
    path: str
    has_credentials: bool = False

    @property
    def authority(self) -> str:
        """Return host and port as Host and a host's row have them; the port only if it is special."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        """Return the whole address."""
        return f"{self.scheme}://{self.authority}{self.path}"


@lru_cache(maxsize=512)
def target(url: str) -> Target:
    """Take an address apart; one poll asks for it two or three times.

    Raises:
        Refused: another scheme than http and https, no host, or no address at all.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise Refused(url[:200], "is no address") from error
    if len(url) > _LONGEST:
        raise Refused(url[:200], f"has more than {_LONGEST} characters")
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Refused(url[:200], "only http and https addresses are fetched")
    path = quote(parts.path or "/", safe=_KEPT)
    query = f"?{quote(parts.query, safe=_KEPT + '?')}" if parts.query else ""
    credentials = parts.username is not None or parts.password is not None
    host = _host(parts.hostname)
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], path + query, credentials)


def _host(name: str) -> str:
    """Return a host in lower-case ASCII (RFC 5891, with the mapping of UTS 46)."""
    name = name.rstrip(".")
    if ":" in name:
        with contextlib.suppress(ValueError):
            return str(ipaddress.IPv6Address(name.partition("%")[0]))
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise Refused(name[:200], "is no name of a host") from error
    name = name.lower()
    if not _NAME.fullmatch(name):
        raise Refused(name[:200], "is no name of a host")
    return name


def authority(url: str) -> str:
    """Return the host of an address, with a port that is special, "" if there is none. Never raises."""
    try:
        return target(url).authority
    except Refused:
        return ""
