"""Receivers on loopback addresses, each a host of its own, that answer as they are told and remember."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Got:
    """A request that came."""

    method: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """A running receiver.

    Args:
        url: its address, with a path.
        statuses: what it answers to POSTs, in turn; the last one for ever.
        challenge: what it gives back when it is asked; None: what it was given.
        hangs: seconds that it takes for an answer to a POST.
        got: POSTs; asked: GETs.
        most_at_once: how many requests it had at one time.
    """

    url: str
    statuses: list[int] = field(default_factory=lambda: [204])
    challenge: str | None = None
    hangs: float = 0
    got: list[Got] = field(default_factory=list)
    asked: list[Got] = field(default_factory=list)
    most_at_once: int = 0
    now: int = 0

    def answer(self, got: Got) -> tuple[int, bytes]:
        """Return the status and body for a request."""
        if got.method == "GET":
            self.asked.append(got)
            given = got.query.get("hub.challenge", "")
            return 200, (given if self.challenge is None else self.challenge).encode()
        self.got.append(got)
        time.sleep(self.hangs)
        return (self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]), b""


@contextmanager
def receiving(host: str = "127.0.0.1", path: str = "/callback?of=us") -> Iterator[Receiver]:
    """Serve a receiver on a loopback address of its own."""
    made: Receiver
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            with lock:
                made.now += 1
                made.most_at_once = max(made.most_at_once, made.now)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            status, said = made.answer(Got(self.command, query, headers, body))
            with lock:
                made.now -= 1
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
            except BrokenPipeError:
                pass  # the caller's time was up

        do_GET = do_POST = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((host, 0), Handler) as listening:
        listening.daemon_threads = True
        made = Receiver(f"http://{host}:{listening.server_port}{path}")
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made
        finally:
            listening.shutdown()
            thread.join()
