"""The feeds of `bench/poll.py`: one process, a host of its own on 127.0.0.0/8 for each feed.

Usage: python bench/poll_server.py FEEDS PORT. It prints "ready", then takes lines from stdin: "new N"
publishes N new items in every feed, "some" one to three, and answers with "done".
"""

import asyncio
import hashlib
import random
import sys
from datetime import UTC, datetime, timedelta
from functools import partial

ITEMS = 30
_START = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
_ROBOTS = b"User-agent: *\nDisallow: /admin/\nDisallow: /search\n\nSitemap: /sitemap.xml\n"
_TEXT = (
    "xã huyện tuyến đường cầu nông dân vụ lúa giá dừa trường học trạm y tế nước mặn đê bao công trình "
    "khởi công khánh thành hội nghị tổng kết phong trào thanh niên phụ nữ hỗ trợ nhà ở vốn vay kế hoạch"
)
_WORDS = _TEXT.split()


def address(number: int) -> str:
    """Return the host of a feed."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


class Feed:
    """One feed: its newest items, its bytes and its ETag."""

    def __init__(self, number: int) -> None:
        self.number, self.count = number, 0
        self._items: list[str] = []
        self._draw = random.Random(number)
        self.publish(ITEMS)

    def publish(self, count: int) -> None:
        """Put new items in front and drop the oldest."""
        for _ in range(count):
            self.count += 1
            self._items.insert(0, self._item())
        del self._items[ITEMS:]
        body = (
            '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
            f"<title>Báo số {self.number}</title><link>http://{address(self.number)}/</link>"
            f"<description>Tin trong ngày</description>{''.join(self._items)}</channel></rss>"
        ).encode()
        self.etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        self.body = body

    def _item(self) -> str:
        said = [" ".join(self._draw.choices(_WORDS, k=size)) for size in (12, 45)]
        link = f"http://{address(self.number)}/tin/{self.number * 100_000 + self.count}.html"
        at = _START + timedelta(minutes=self.count)
        return (
            f"<item><title>{said[0].capitalize()} {self.count}</title><link>{link}</link>"
            f'<guid isPermaLink="true">{link}</guid><pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>'
            f"<description><![CDATA[<p>{said[1].capitalize()}.</p>]]></description></item>"
        )


class Session(asyncio.Protocol):
    """One connection, one answer after the other."""

    def __init__(self, feed: Feed) -> None:
        self._feed, self._seen = feed, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._out = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request."""
        self._seen += data
        while b"\r\n\r\n" in self._seen:
            head, _, self._seen = self._seen.partition(b"\r\n\r\n")
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        path = head.split(b" ", 2)[1]
        status, body, kind = "200 OK", self._feed.body, "application/rss+xml; charset=utf-8"
        if path == b"/robots.txt":
            body, kind = _ROBOTS, "text/plain"
        elif path.startswith(b"/.well-known"):
            status, body, kind = "404 Not Found", b"", "text/plain"
        elif self._feed.etag.encode() in head:
            status, body = "304 Not Modified", b""
        close = b"connection: close" in head.lower()
        told = (
            f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nETag: {self._feed.etag}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._out.write(told.encode() + body)
        if close:
            self._out.close()


async def main(count: int, port: int) -> None:
    """Serve until stdin ends."""
    loop = asyncio.get_running_loop()
    feeds = [Feed(number) for number in range(count)]
    for feed in feeds:
        await loop.create_server(partial(Session, feed), address(feed.number), port)
    print("ready", flush=True)
    draw = random.Random(0)
    while line := await asyncio.to_thread(sys.stdin.readline):
        word, *more = line.split()
        for feed in feeds:
            feed.publish(int(more[0]) if word == "new" else draw.randint(1, 3))
        print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
