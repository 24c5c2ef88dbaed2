"""A publisher's web server for the demo: feed files on a loopback port, answered conditionally.

It takes its files once, at the start, and knows no others.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_TYPES = {".rss": "application/rss+xml", ".atom": "application/atom+xml"}
_CLOSE_SECONDS = 0.1


@contextmanager
def serving(files: Mapping[str, Path], port: int = 0) -> Iterator[str]:
    """Serve files by their paths ("/feeds/a.rss") and yield the address of the server.

    `port` is taken if it is free; else, and for 0, any free one is.

    Raises:
        OSError: a file cannot be read, or loopback has no port left.
    """
    handler = _handler({path: _Paper(file) for path, file in files.items()})
    with _listening(port, handler) as server:
        thread = threading.Thread(
            target=server.serve_forever, args=(_CLOSE_SECONDS,), name="newsstand", daemon=True
        )
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Paper:
    """One file with its validators."""

    def __init__(self, file: Path) -> None:
        self.body = file.read_bytes()
        self.headers = {
            "Content-Type": f"{_TYPES.get(file.suffix, 'application/xml')}; charset=utf-8",
            "ETag": f'"{hashlib.sha256(self.body).hexdigest()[:32]}"',
            "Last-Modified": formatdate(file.stat().st_mtime, usegmt=True),
        }


def _listening(port: int, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        return ThreadingHTTPServer(("127.0.0.1", 0), handler)


def _handler(papers: Mapping[str, _Paper]) -> type[BaseHTTPRequestHandler]:
    """Return a handler of these files, which the library makes anew for each request."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # seconds that a client may stay silent

        def do_GET(self) -> None:
            """Answer with the file, with 304 to whoever has it, or with 404."""
            paper = papers.get(self.path)
            if paper is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            known = self.headers.get("If-None-Match", "") == paper.headers["ETag"]
            self.send_response(HTTPStatus.NOT_MODIFIED if known else HTTPStatus.OK)
            for name, value in paper.headers.items():
                self.send_header(name, value)
            if not known:
                self.send_header("Content-Length", str(len(paper.body)))
            self.end_headers()
            if not known:
                self.wfile.write(paper.body)

        def log_message(self, *_: object) -> None:
            """Say nothing: stderr is for the progress."""

    return Handler
