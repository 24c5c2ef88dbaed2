"""The HTTP client: conditional, bounded, and closed to private networks."""

from collections.abc import Iterator

import pytest

from pipeline.errors import Refused, SourceUnreachable
from pipeline.fetch import Fetcher, Unavailable, resolve
from tests.web_server import Answer, gzipped, serving


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """A client with small limits."""
    with Fetcher(timeout=2, max_bytes=100_000, contact="https://tintinh.example/") as made:
        yield made


def test_private_addresses_are_refused(fetcher: Fetcher) -> None:
    """A loopback server is not reached, and is not even asked, unless its host is allowed by name."""
    with serving(lambda _path, _headers: Answer(body=b"ok")) as server:
        with pytest.raises(Refused, match="not a public address"):
            fetcher.get(server.url)
        assert [] == server.seen

        assert b"ok" == fetcher.get(server.url, allow_private=True).body


def test_a_redirect_does_not_inherit_the_permission(fetcher: Fetcher) -> None:
    """A host that may be private cannot send us on to another private host."""
    with serving(lambda _path, _headers: Answer(body=b"secret")) as inner:
        port = inner.url.rsplit(":", 1)[1]
        away = Answer(302, headers={"Location": f"http://localhost:{port}/"})
        with serving(lambda _path, _headers: away) as outer, pytest.raises(Refused):
            fetcher.get(outer.url, allow_private=True)
        assert [] == inner.seen


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x.example/", "//x", "gopher://x", "http://"])
def test_other_schemes_are_refused(fetcher: Fetcher, url: str) -> None:
    """Only http and https leave the house."""
    with pytest.raises(Refused, match="http and https"):
        fetcher.get(url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "0.0.0.0", "::1", "::ffff:10.0.0.1"]
)
def test_literal_private_addresses(host: str) -> None:
    """Private addresses are known in every spelling, IPv4 in IPv6 included."""
    with pytest.raises(Refused):
        resolve(host, 80)


def test_conditional_get(fetcher: Fetcher) -> None:
    """Validators are sent verbatim and 304 has no body."""
    with serving(
        lambda _path, headers: Answer(304 if headers.get("if-none-match") == '"v1"' else 200)
    ) as server:
        found = fetcher.get(server.url, etag='"v1"', last_modified="Fri, 20 Nov 2026", allow_private=True)

        assert (304, None) == (found.status, found.body)
        _, _, headers, _ = server.seen[0]
        assert "Fri, 20 Nov 2026" == headers["if-modified-since"]
        assert "https://tintinh.example/" in headers["user-agent"]


def test_a_bomb_is_cut_off(fetcher: Fetcher) -> None:
    """The cap counts bytes after decompression."""
    with (
        serving(lambda _path, _headers: gzipped(b"0" * 5_000_000)) as server,
        pytest.raises(Refused, match="bytes"),
    ):
        fetcher.get(server.url, allow_private=True)


def test_redirect_loops_end(fetcher: Fetcher) -> None:
    """A loop is refused after a handful of redirects."""
    with serving(lambda _path, _headers: Answer(301, headers={"Location": "/again"})) as server:
        with pytest.raises(Refused, match="redirects"):
            fetcher.get(server.url, allow_private=True)
        assert 6 == len(server.seen)


def test_a_server_that_asks_for_patience(fetcher: Fetcher) -> None:
    """429 and 5xx are transient and keep the wait that was asked for."""
    with serving(lambda _path, _headers: Answer(503, headers={"Retry-After": "120"})) as server:
        with pytest.raises(Unavailable) as caught:
            fetcher.get(server.url, allow_private=True)
        assert (503, 120.0) == (caught.value.status, caught.value.wait)


def test_nobody_there(fetcher: Fetcher) -> None:
    """A closed port and an unknown name are transient."""
    with serving(lambda _path, _headers: Answer()) as server:
        url = server.url
    with pytest.raises(SourceUnreachable):
        fetcher.get(url, allow_private=True)
    with pytest.raises(SourceUnreachable, match="resolve"):
        fetcher.get("http://nobody.invalid/")
