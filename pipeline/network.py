"""Where a fetch may go: names resolved in time, private networks shut.

Part of `pipeline.fetch`, the one door to the web; it opens no connection that was not checked.
"""

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from pipeline.errors import Refused, SourceUnreachable


def resolve(host: str, port: int, *, private: bool = False, patience: float = 30) -> list[str]:
    """Return the addresses of a host that may be connected to, in the resolver's order.

    Raises:
        Refused: an address of the host is not public (loopback, private, link-local, reserved,
            multicast; RFC 6890) and `private` was not granted. One bad address refuses the host.
        SourceUnreachable: the name does not resolve, or not within `patience` seconds.
    """
    found = _looked_up(host, port, patience)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    for address in addresses:
        if not private and not _public(address):
            raise Refused(host, f"{address} is not a public address")
    return addresses


def _looked_up(host: str, port: int, patience: float) -> list[Any]:
    """Ask the resolver, who knows no time limit, in a thread that may be left behind."""
    found: list[Any] = []

    def ask() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    if _is_literal(host):
        ask()
    else:
        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(patience)
        if asking.is_alive():
            raise SourceUnreachable(host, "the name was not resolved in time")
    if not found:
        raise SourceUnreachable(host, "the name does not resolve")
    return found


def _is_literal(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False


def _public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return bool(mapped.is_global) and not mapped.is_multicast


class GuardedBackend(httpcore.NetworkBackend):
    """Makes the connection of one request: to a checked address, within the request's deadline.

    Args:
        url: for messages.
        deadline: `time.monotonic()` at which all has to be over.
        private: the one host that may be on a private address, "" for none.
    """

    def __init__(self, url: str, deadline: float, private: str) -> None:
        self._url, self._deadline, self._private = url, deadline, private
        self._wire = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline counts
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check, and connect to the very addresses that were checked, one after the other."""
        left = time_left(self._url, self._deadline)
        *first, last = resolve(host, port, private=host == self._private, patience=left)
        for address in first:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connect(address, port, local_address, socket_options, share=1 / 2)
        return self._connect(last, port, local_address, socket_options, share=1)

    def _connect(
        self, address: str, port: int, local: str | None, options: Iterable[Any] | None, share: float
    ) -> httpcore.NetworkStream:
        left = time_left(self._url, self._deadline) * share
        return _Timed(self._wire.connect_tcp(address, port, left, local, options), self._url, self._deadline)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._wire.sleep(seconds)


class _Timed(httpcore.NetworkStream):
    """A stream whose every step ends by the deadline, however slowly bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, url: str, deadline: float) -> None:
        self._stream, self._url, self._deadline = stream, url, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Read what is there."""
        return self._stream.read(max_bytes, time_left(self._url, self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Write all of it."""
        self._stream.write(buffer, time_left(self._url, self._deadline))

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Shake hands."""
        left = time_left(self._url, self._deadline)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._url, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return what the stream below knows."""
        return self._stream.get_extra_info(info)


def time_left(url: str, deadline: float) -> float:
    """Return the seconds until a deadline. Raises SourceUnreachable when it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise SourceUnreachable(url, "took longer than the time for one fetch")
    return left
