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

_ENDS_IN_IPV4 = (  # compatible with IPv4 (RFC 4291 section 2.5.5.1), translated to it (RFC 6052 section 2.1)
    ipaddress.IPv6Network("::/96"),
    ipaddress.IPv6Network("64:ff9b::/96"),
)
_LOCAL = (  # what Python 3.11 calls global: site-local (RFC 3879), translation of local use (RFC 8215)
    ipaddress.IPv6Network("fec0::/10"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
)


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
    meant = (_within(parsed) if isinstance(parsed, ipaddress.IPv6Address) else None) or parsed
    return meant.is_global and not meant.is_multicast and not any(meant in network for network in _LOCAL)


def _within(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for: a gateway may lead there."""
    if any(address in network for network in _ENDS_IN_IPV4):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


class GuardedBackend(httpcore.NetworkBackend):
    """Makes the connection of one request: to a checked address, within the request's deadline.

    Args:
        url: for messages.
        deadline: `time.monotonic()` at which all has to be over.
        private: the one host that may be on a private address, "" for none.
        most: bytes that the server may send, headers and framing of every kind included.
    """

    def __init__(self, url: str, deadline: float, private: str, most: int) -> None:
        self._url, self._deadline, self._private, self._most = url, deadline, private, most
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
        stream = self._wire.connect_tcp(address, port, left, local, options)
        return _Bounded(stream, self._url, self._deadline, self._most)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._wire.sleep(seconds)


class _Bounded(httpcore.NetworkStream):
    """A stream whose every step ends by the deadline, however slowly bytes drip, or fast.

    A flood of 1xx answers or of chunk extensions is no body: 100 MB a second until the deadline.
    """

    def __init__(self, stream: httpcore.NetworkStream, url: str, deadline: float, most: int) -> None:
        self._stream, self._url, self._deadline, self._most = stream, url, deadline, most
        self._read = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Read what is there."""
        part = self._stream.read(max_bytes, time_left(self._url, self._deadline))
        self._read += len(part)
        if self._read > self._most:
            raise Refused(self._url, f"sends more than {self._most} bytes besides a body")
        return part

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
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _Bounded(stream, self._url, self._deadline, self._most)

    def get_extra_info(self, info: str) -> Any:
        """Return what the stream below knows."""
        return self._stream.get_extra_info(info)


def time_left(url: str, deadline: float) -> float:
    """Return the seconds until a deadline. Raises SourceUnreachable when it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise SourceUnreachable(url, "took longer than the time for one fetch")
    return left
