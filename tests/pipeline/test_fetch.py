"""The HTTP client: conditional, bounded, and closed to private networks."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Refused, SourceUnreachable, Unreadable
from pipeline.fetch import Denied, Fetcher, Unavailable, resolve, retry_after
from pipeline.inflate import inflated
from pipeline.target import authority, target
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
    "host",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "0.0.0.0", "::1", "::ffff:10.0.0.1"),
        *("2002:7f00:1::", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "::10.0.0.1", "fec0::1"),
    ],
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


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[str]:
    """Answer every connection with some bytes, then with a drop again and again."""
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(4_096)
                client.sendall(first)
                while drop and not stopped.wait(0.02):
                    client.sendall(drop)
                stopped.wait(5)

        thread = threading.Thread(target=_quietly, args=(serve,))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        stopped.set()
        thread.join()


def _quietly(serve: Callable[[], None]) -> None:
    with suppress(OSError):  # the client went away, as it should
        serve()


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n", b"<"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n<\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["silence", "headers", "body", "chunks", "continue"],
)
def test_whoever_drips_is_left_by_the_deadline(first: bytes, drop: bytes) -> None:
    """One deadline holds for all of a fetch, however the bytes come."""
    begun = time.monotonic()
    with dripping(first, drop) as url, Fetcher(timeout=0.3, max_bytes=100_000) as fetcher:
        with pytest.raises(SourceUnreachable):
            fetcher.get(url, allow_private=True)
        assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    ("first", "flood"),
    [
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2_000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", (b"1;" + b"x" * 9_000 + b"\r\na\r\n") * 9),
    ],
    ids=["hints", "chunk extensions"],
)
def test_a_flood_of_what_is_no_body_is_cut_off(first: bytes, flood: bytes) -> None:
    """What a server sends has a bound, whatever it calls it."""
    with (
        dripping(first, flood) as url,
        Fetcher(timeout=10, max_bytes=10_000) as fetcher,
        pytest.raises(Refused, match="sends more than"),
    ):
        fetcher.get(url, allow_private=True)


def test_endless_headers_are_cut_off() -> None:
    """Headers have a bound of their own."""
    head = b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 200_000
    with (
        dripping(head, b"a" * 1_000) as url,
        Fetcher(timeout=3, max_bytes=100_000) as fetcher,
        pytest.raises(SourceUnreachable),
    ):
        fetcher.get(url, allow_private=True)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"Tin")),
        ("x-gzip", gzip.compress(b"T") + gzip.compress(b"in") + b"\0\0"),
        ("gzip", gzip.compress(b"Tin") + b"<!-- cached -->"),
        ("deflate", zlib.compress(b"Tin")),
        ("deflate", zlib.compress(b"Tin", wbits=-15)),
        ("br", brotli.compress(b"Tin")),
        ("gzip, br", brotli.compress(gzip.compress(b"Tin"))),
        ("identity", b"Tin"),
        ("", b"Tin"),
    ],
    ids=["gzip", "two members", "more behind", "zlib", "raw", "br", "two codings", "identity", "none"],
)
def test_content_codings(fetcher: Fetcher, coding: str, packed: bytes) -> None:
    """gzip, deflate in both readings of it, br, and two on top of each other."""
    headers = {"Content-Encoding": coding} if coding else {}
    with serving(lambda _path, _headers: Answer(body=packed, headers=headers)) as server:
        assert b"Tin" == fetcher.get(server.url, allow_private=True).body
        assert "gzip, deflate, br" == server.seen[0][2]["accept-encoding"]


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate"])
def test_bombs_of_every_coding(coding: str) -> None:
    """Nothing is unpacked beyond the bound."""
    body = b"0" * 20_000_000
    packed = {"gzip": gzip.compress, "br": brotli.compress, "deflate": zlib.compress}[coding](body)
    with pytest.raises(Unreadable, match="more than 1000000 bytes"):
        inflated(iter([packed]), coding, 1_000_000)


@pytest.mark.parametrize(
    "filling", [gzip.compress(b"") * 200_000, gzip.compress(b"Tin") + b"\0" * 20_000_000]
)
def test_what_unpacks_to_nothing_is_a_bomb_too(filling: bytes) -> None:
    """The bound holds between two codings, and for members that hold nothing."""
    with pytest.raises(Unreadable, match="more than 1000"):
        inflated(iter([gzip.compress(filling)]), "gzip, gzip", 1_000_000)


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd", "gzip, gzip, gzip"])
def test_broken_codings(coding: str) -> None:
    """What is cut off, unknown or nested too deep has a reason."""
    packed = {"br": brotli.compress, "deflate": zlib.compress}.get(coding, gzip.compress)(b"Tin " * 100)
    with pytest.raises(Unreadable, match=r"cut off|not known"):
        inflated(iter([packed[:-9]]), coding, 1_000_000)


@pytest.mark.parametrize("packed", [False, True])
def test_the_beginning_of_a_long_body(fetcher: Fetcher, packed: bool) -> None:  # noqa: FBT001
    """Of a body beyond every bound its first bytes are read, where only they are wanted."""
    body = b"Tin " * 500_000
    with serving(lambda _path, _headers: gzipped(body) if packed else Answer(body=body)) as server:
        assert b"Tin Tin" == fetcher.get(server.url, allow_private=True, first=7).body


@given(st.binary(max_size=2_000), st.sampled_from(["gzip", "br", "deflate"]))
def test_any_bytes_may_claim_a_coding(body: bytes, coding: str) -> None:
    """They are unpacked within the bound, or there is a reason."""
    with suppress(Unreadable):
        assert len(inflated(iter([body]), coding, 5_000)) <= 5_000


def test_credentials_are_not_sent(fetcher: Fetcher) -> None:
    """An address with a password is refused without repeating it; one in a redirect is left aside."""
    with pytest.raises(Refused, match="password") as caught:
        fetcher.get("http://user:geheim@baomau.example/rss")
    assert "geheim" not in str(caught.value)

    def answer(path: str, headers: dict[str, str]) -> Answer:
        away = f"http://user:geheim@{headers['host']}/there"
        return Answer(body=b"ok") if path == "/there" else Answer(302, headers={"Location": away})

    with serving(answer) as server:
        assert f"{server.url}/there" == fetcher.get(server.url, allow_private=True).url
        assert "authorization" not in server.seen[1][2]


def test_lasting_redirects_are_told(fetcher: Fetcher) -> None:
    """`moved` is where the permanent redirects lead that come first."""
    steps = {"/a": (301, "/b"), "/b": (308, "/c"), "/c": (302, "/d"), "/x": (302, "/a")}

    def answer(path: str, _headers: dict[str, str]) -> Answer:
        status, place = steps.get(path, (200, ""))
        return Answer(status, headers={"Location": place} if place else {})

    with serving(answer) as server:
        found = fetcher.get(f"{server.url}/a", allow_private=True)
        assert (f"{server.url}/c", f"{server.url}/d") == (found.moved, found.url)
        assert "" == fetcher.get(f"{server.url}/x", allow_private=True).moved


def test_a_redirect_may_be_written_in_utf_8(fetcher: Fetcher) -> None:
    """Servers put Vietnamese letters into Location as they are."""

    def answer(path: str, _headers: dict[str, str]) -> Answer:
        place = "/tin-tức".encode().decode("latin-1")
        return Answer(body=b"ok") if path.startswith("/tin") else Answer(302, headers={"Location": place})

    with serving(answer) as server:
        assert server.url + "/tin-t%E1%BB%A9c" == fetcher.get(server.url, allow_private=True).url


def test_who_says_no_is_told_apart(fetcher: Fetcher) -> None:
    """4xx is refused, with its status and the wait that it asks for."""
    with serving(lambda _path, _headers: Answer(410, headers={"Retry-After": "60"})) as server:
        with pytest.raises(Denied, match="HTTP 410") as caught:
            fetcher.get(server.url, allow_private=True)
        assert (410, 60.0) == (caught.value.status, caught.value.wait)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Fri, 20 Nov 2026 05:02:00 GMT", 120.0),
        ("Fri, 20 Nov 2026 04:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    """Seconds or a date; anything else asks for nothing."""
    assert seconds == retry_after({"retry-after": value}, datetime(2026, 11, 20, 5, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (
            "http://Báo.example:80/tin tức?q=đê#x",
            "http://xn--bo-mia.example/tin%20t%E1%BB%A9c?q=%C4%91%C3%AA",
        ),
        ("https://baomau.example:8443", "https://baomau.example:8443/"),
        ("http://[::1]:80/a%20b", "http://[::1]/a%20b"),
        ("  https://BAOMAU.example./x  ", "https://baomau.example/x"),
    ],
)
def test_addresses_as_they_are_asked_for(url: str, asked: str) -> None:
    """Hosts in ASCII, letters percent-encoded once, no fragment, no port that goes without saying."""
    assert asked == target(url).url
    assert asked == target(asked).url


@given(st.text(max_size=60))
def test_no_text_breaks_the_taking_apart(text: str) -> None:
    """It is an address in ASCII, or it is refused."""
    assert authority(f"http://{text}").isascii()
    with suppress(Refused):
        assert target(text).url.isascii()
