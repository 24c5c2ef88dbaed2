"""The listening socket of web, opened before web starts, so that a taken port is said at once."""

import errno
import socket

from pipeline.errors import BadSettings

_BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 picks a free one.

    Raises:
        BadSettings: the address cannot be bound; the message says what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Inherited by connections. asyncio leaves it off for sockets made like this one, and then each answer of
    # two segments waits 44 ms for the caller's delayed ACK (Nagle).
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        why = "is taken; choose another with --port N (0 picks a free one)" if taken else f"{error.strerror}"
        raise BadSettings(f"{host}:{port}", why) from error
    return listener


def reachable(host: str) -> str:
    """Return where a process of this machine reaches `host`: loopback for "every address"."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"[{local}]" if ":" in local else local
