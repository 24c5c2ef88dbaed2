"""The only HTTP client: polite, bounded and closed to private networks.

Each fetch has a deadline, a byte cap after decompression and a handful of redirects, each checked
by itself. The address that is connected to is the address that was checked, so a name that
resolves differently a moment later (DNS rebinding) gains nothing.
"""

import contextlib
import ipaddress
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from pipeline.errors import Refused, SourceUnreachable

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_TOO_MANY = 429
_SERVER_ERROR = 500
_OK, _NOT_MODIFIED, _BAD = 200, 304, 400
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/html;q=0.8, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `body` is None for 304; `url` is where the bytes came from in the end."""

    status: int
    url: str
    body: bytes | None
    headers: dict[str, str]  # names in lower case


class Fetcher:
    """Fetches addresses: `with Fetcher(timeout=20, max_bytes=5_000_000) as fetcher: …`.

    Args:
        timeout: seconds for one whole fetch, redirects included.
        max_bytes: size of a body after decompression.
        contact: an address that publishers can complain to, for the User-Agent.
    """

    def __init__(self, *, timeout: float, max_bytes: int, contact: str = "") -> None:
        self._timeout, self._max_bytes = timeout, max_bytes
        self._agent = f"TinTinh/0.1 ({f'+{contact}' if contact else 'feed reader'})"
        self._transport = _GuardedTransport()
        self._client = httpx.Client(
            transport=self._transport,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": self._agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def get(
        self, url: str, *, etag: str = "", last_modified: str = "", allow_private: bool = False
    ) -> Fetched:
        """Fetch an address, conditionally where validators are known.

        Args:
            url: http or https.
            etag: the server's validator, verbatim (RFC 9110 section 13.1.2).
            last_modified: likewise (section 13.1.3).
            allow_private: this host, by name, may be on a loopback or private address;
                hosts that it redirects to may not.

        Raises:
            SourceUnreachable: no answer in time, or 429/5xx (`retry_after` in the message).
            Refused: a forbidden address, scheme or size, or another 4xx.
        """
        deadline = time.monotonic() + self._timeout
        self._transport.allowed = frozenset({_host(url)} if allow_private else ())
        headers = {"If-None-Match": etag} if etag else {}
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._once("GET", url, deadline, headers=headers)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return _checked(answer)
            url = urljoin(url, answer.headers["location"])
        raise Refused(url, f"more than {_MOST_REDIRECTS} redirects")

    def post(self, url: str, form: dict[str, str], *, allow_private: bool = False) -> Fetched:
        """Post a form; redirects are not followed. Raises SourceUnreachable or Refused."""
        self._transport.allowed = frozenset({_host(url)} if allow_private else ())
        return _checked(self._once("POST", url, time.monotonic() + self._timeout, data=form))

    def _once(self, method: str, url: str, deadline: float, **more: Any) -> Fetched:
        _host(url)
        try:
            with self._client.stream(method, url, timeout=_left(url, deadline), **more) as answer:
                body = self._bounded(url, answer, deadline)
                return Fetched(
                    status=answer.status_code,
                    url=str(answer.url),
                    body=None if answer.status_code == _NOT_MODIFIED else body,
                    headers={name.lower(): value for name, value in answer.headers.items()},
                )
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise SourceUnreachable(url, f"{type(error).__name__}: {error}") from error

    def _bounded(self, url: str, answer: httpx.Response, deadline: float) -> bytes:
        parts, size = [], 0
        for part in answer.iter_bytes():
            size += len(part)
            if size > self._max_bytes:
                raise Refused(url, f"more than {self._max_bytes} bytes after decompression")
            _left(url, deadline)
            parts.append(part)
        return b"".join(parts)


def retry_after(headers: dict[str, str]) -> float | None:
    """Return the seconds of a Retry-After header; None without one or for a date."""
    value = headers.get("retry-after", "").strip()
    return float(value) if value.isdecimal() else None


def _checked(answer: Fetched) -> Fetched:
    if answer.status == _TOO_MANY or answer.status >= _SERVER_ERROR:
        wait = retry_after(answer.headers)
        asked = f"; asks us to wait {wait:.0f} s" if wait else ""
        raise Unavailable(answer.url, f"HTTP {answer.status}{asked}", answer.status, wait)
    if answer.status >= _BAD:
        raise Refused(answer.url, f"HTTP {answer.status}")
    return answer


class Unavailable(SourceUnreachable):
    """The server answered 429 or 5xx, perhaps with the seconds it wants us to wait."""

    def __init__(self, subject: str, message: str, status: int = 0, wait: float | None = None) -> None:
        """Keep the status and the wait."""
        super().__init__(subject, message)
        self.status, self.wait = status, wait

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with all four."""
        return type(self), (self.subject, self.message, self.status, self.wait)


def _host(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(url, "only http and https addresses are fetched")
    return parts.hostname.lower()


def _left(url: str, deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise SourceUnreachable(url, "took longer than the time for one fetch")
    return left


class _GuardedBackend(httpcore.SyncBackend):
    """Connects only to addresses that were looked at: public ones, or hosts allowed by name."""

    def __init__(self) -> None:
        super().__init__()
        self.allowed: frozenset[str] = frozenset()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check, and connect to the very addresses that were checked, one after the other."""
        *first, last = resolve(host, port, private=host.lower() in self.allowed)
        for address in first:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
        return super().connect_tcp(last, port, timeout, local_address, socket_options)


class _GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over the guarded backend.

    httpx has no public way to hand a network backend to its pool, so the pool is replaced.
    """

    def __init__(self) -> None:
        super().__init__(trust_env=False)
        self._backend = _GuardedBackend()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_keepalive_connections=0,  # a kept connection would outlive the check of its host
            network_backend=self._backend,
        )

    @property
    def allowed(self) -> frozenset[str]:
        """Host names that may be on private addresses."""
        return self._backend.allowed

    @allowed.setter
    def allowed(self, hosts: frozenset[str]) -> None:
        self._backend.allowed = hosts


def resolve(host: str, port: int, *, private: bool = False) -> list[str]:
    """Return the addresses of a host that may be connected to, in the resolver's order.

    Raises:
        Refused: an address of the host is not public (loopback, private, link-local, reserved,
            multicast; RFC 6890) and `private` was not granted. One bad address refuses the host.
        SourceUnreachable: the name does not resolve.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SourceUnreachable(host, "the name does not resolve") from error
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    for address in addresses:
        if not private and not _public(address):
            raise Refused(host, f"{address} is not a public address")
    return addresses


def _public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return bool(mapped.is_global) and not mapped.is_multicast
