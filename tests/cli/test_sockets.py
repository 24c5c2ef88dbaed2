"""The listening socket of web."""

import socket

from cli.sockets import listen


def test_answers_are_sent_at_once() -> None:
    """No connection waits for the caller's ACK before it sends the rest of an answer."""
    with listen("127.0.0.1", 0) as door, socket.create_connection(door.getsockname()):
        accepted, _ = door.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
