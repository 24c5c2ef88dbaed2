"""The only HTTP client: polite, bounded and closed to private networks.

A fetch has one deadline, from the resolving of the name to the last byte, a byte cap before and
after decompression and a handful of redirects, each checked by itself. Every request has a
connection of its own, made to the very address that was checked: a name that resolves differently
a moment later (DNS rebinding) gains nothing. No cookies, no referrer, no credentials. One fetcher
may be used by many threads.
"""

import contextlib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urljoin

import certifi
import httpcore

from pipeline.errors import Refused, SourceUnreachable, Unreadable
from pipeline.inflate import ACCEPTED, inflated
from pipeline.network import GuardedBackend, resolve
from pipeline.target import Target, target

__all__ = ["Denied", "Fetched", "Fetcher", "Nowhere", "Unavailable", "resolve", "retry_after"]

_MOST_REDIRECTS = 5
_LASTING = frozenset((301, 308))
_POSTED_AGAIN = frozenset((307, 308))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_TOO_MANY = 429
_SERVER_ERROR = 500
_NOT_MODIFIED, _BAD = 304, 400
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "text/html;q=0.8, */*;q=0.5"
)
_WIRE = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    OSError,
)
_LONGEST_REASON = 200
_FRAMING = 500_000  # bytes of headers; a body in very small chunks may be twice as long on the wire

Permit = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `body` is None for 304; `url` is where the bytes came from in the end.

    `moved`: where the permanent redirects (301, 308) led that came before any other, "" if none did.
    """

    status: int
    url: str
    body: bytes | None
    headers: dict[str, str]  # names in lower case; a repeated one's values stand behind each other
    moved: str = ""


class Fetcher:
    """Fetches addresses: `with Fetcher(timeout=20, max_bytes=5_000_000) as fetcher: …`.

    Args:
        timeout: seconds for one whole fetch, redirects included.
        max_bytes: size of a body, before and after decompression.
        contact: an address that publishers can complain to, for the User-Agent.
    """

    def __init__(self, *, timeout: float, max_bytes: int, contact: str = "") -> None:
        self._timeout, self._max_bytes = timeout, max_bytes
        self._agent = f"TinTinh/0.1 ({f'+{contact}' if contact else 'feed reader'})"
        self._ssl = _trust()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: no connection outlives its request."""

    def get(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        allow_private: bool = False,
        permit: Permit | None = None,
        first: int = 0,
    ) -> Fetched:
        """Fetch an address, conditionally where validators are known.

        Args:
            url: http or https; a host may be international.
            etag: the server's validator, verbatim (RFC 9110 section 13.1.2).
            last_modified: likewise (section 13.1.3).
            allow_private: this host, by name, may be on a loopback or private address;
                hosts that it redirects to may not.
            permit: is asked before each redirect is followed; what it raises ends the fetch.
            first: bytes of the body that are wanted, however long it is; 0 for all.

        Raises:
            SourceUnreachable: no answer in time, or 429/5xx (`Unavailable`).
            Refused: a forbidden address, scheme or size, or another 4xx (`Denied`).
        """
        deadline = time.monotonic() + self._timeout
        goal = target(url)
        if goal.has_credentials:
            raise Refused(goal.url, "addresses with a user name or a password are not fetched")
        private = goal.host if allow_private else ""
        headers = {"If-None-Match": etag} if etag else {}
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        moved, lasting = "", True
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._once(goal, deadline, private, headers=headers, first=first)
            place = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not place:
                return replace(_checked(answer), moved=moved)
            goal = target(_joined(goal.url, place))
            lasting = lasting and answer.status in _LASTING
            moved = goal.url if lasting else moved
            if permit is not None:
                permit(goal.url)
        raise Nowhere(url, f"more than {_MOST_REDIRECTS} redirects")

    def post(self, url: str, form: dict[str, str], *, allow_private: bool = False) -> Fetched:
        """Post a form, again where a 307 or 308 says so (RFC 9110 section 15.4.8).

        A redirect does not lead from https to http, for a form may hold a secret, nor to a private host.

        Raises:
            SourceUnreachable: no answer in time, or 429/5xx.
            Refused: a forbidden address or redirect, or another 3xx or 4xx.
        """
        goal = target(url)
        content = urlencode(form).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(content)),
        }
        deadline = time.monotonic() + self._timeout
        private = goal.host if allow_private else ""
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._once(goal, deadline, private, headers=headers, content=content)
            if answer.status not in _POSTED_AGAIN or "location" not in answer.headers:
                return _checked(answer)
            secure, goal = goal.scheme == "https", target(_joined(goal.url, answer.headers["location"]))
            if secure and goal.scheme != "https":
                raise Refused(url, "redirects from https to http")
        raise Refused(url, f"more than {_MOST_REDIRECTS} redirects")

    def send(
        self,
        url: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        allow_private: bool = False,
        first: int = 0,
    ) -> Fetched:
        """Call an address once and return whatever it answers: no redirect is followed, no status raised.

        Args:
            url: http or https, of the person who is called; it may be in no message or log.
            content: the body of a POST, None for a GET.
            headers: further headers.
            allow_private: the host may be on a loopback or private address.
            first: bytes of the answer's body that are wanted, as they come; 0 for none.

        Raises:
            SourceUnreachable: no answer in time.
            Refused: a forbidden address or scheme.
        """
        goal = target(url)
        if goal.has_credentials:
            raise Refused(goal.authority, "addresses with a user name or a password are not called")
        sent = {"Accept": "*/*", "Accept-Encoding": "identity"} | (headers or {})
        if content is not None:
            sent["Content-Length"] = str(len(content))
        deadline, private = time.monotonic() + self._timeout, goal.host if allow_private else ""
        return self._once(goal, deadline, private, headers=sent, content=content, first=first, raw=True)

    def _once(
        self,
        goal: Target,
        deadline: float,
        private: str,
        *,
        headers: dict[str, str],
        content: bytes | None = None,
        first: int = 0,
        raw: bool = False,
    ) -> Fetched:
        """Make one request on a connection of its own. `raw`: take `first` bytes, whatever the status."""
        request = httpcore.Request(
            "GET" if content is None else "POST",
            httpcore.URL(scheme=goal.scheme, host=goal.host, port=goal.port, target=goal.path),
            headers=[
                (name.encode(), value.encode("latin-1", "replace"))
                for name, value in self._all(goal, headers)
            ],
            content=content,
        )
        backend = GuardedBackend(goal.url, deadline, private, self._max_bytes * 2 + _FRAMING)
        origin = httpcore.Origin(goal.scheme.encode(), goal.host.encode(), goal.port)
        connection = httpcore.HTTPConnection(origin, ssl_context=self._ssl, network_backend=backend)
        try:
            with connection:
                answer = connection.handle_request(request)
                if raw:
                    return Fetched(answer.status, goal.url, _begun(answer, first), _told(answer))
                return self._read(goal, answer, first)
        except _WIRE as error:
            reason = f"{type(error).__name__}: {error}".rstrip(": ")[:_LONGEST_REASON]
            raise SourceUnreachable(goal.url, reason) from error

    def _all(self, goal: Target, more: dict[str, str]) -> list[tuple[str, str]]:
        sent = {
            "Host": goal.authority,
            "User-Agent": self._agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": ACCEPTED,
            "Connection": "close",
        }
        return list((sent | more).items())

    def _read(self, goal: Target, answer: httpcore.Response, first: int) -> Fetched:
        """Read a body within the bounds; of an error or a redirect it is of no use."""
        headers = _told(answer)
        body: bytes | None = None
        if answer.status != _NOT_MODIFIED and answer.status not in _REDIRECTS and answer.status < _BAD:
            length = headers.get("content-length", "")
            if not first and length.isdecimal() and int(length) > self._max_bytes:
                raise Refused(goal.url, f"more than {self._max_bytes} bytes")
            coding = headers.get("content-encoding", "")
            try:
                wanted = min(first, self._max_bytes)
                body = inflated(answer.iter_stream(), coding, self._max_bytes, first=wanted)
            except Unreadable as error:
                raise Refused(goal.url, error.message) from error
        return Fetched(answer.status, goal.url, body, headers)


def _told(answer: httpcore.Response) -> dict[str, str]:
    """Return an answer's headers by their names in lower case."""
    headers: dict[str, str] = {}
    for raw, value in answer.headers:
        name, told = raw.decode("latin-1").lower(), value.decode("latin-1")
        headers[name] = f"{headers[name]}, {told}" if name in headers else told
    return headers


def _begun(answer: httpcore.Response, first: int) -> bytes:
    """Return up to `first` bytes of an answer's body; what follows is not read."""
    body = b""
    if first:
        for part in answer.iter_stream():
            body += part
            if len(body) >= first:
                break
    return body[:first]


@cache
def _trust() -> ssl.SSLContext:
    """Return whom we trust, read once: it takes as long as thirty polls."""
    return ssl.create_default_context(cafile=certifi.where())


def retry_after(headers: dict[str, str], now: datetime) -> float | None:
    """Return the seconds of a Retry-After header, given in seconds or as a date; None without one.

    RFC 9110 section 10.2.3. Never raises; a date that has passed asks for no wait.
    """
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and value.isascii():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


def _joined(base: str, place: str) -> str:
    """Return where a Location leads; servers write it in raw UTF-8 too."""
    with contextlib.suppress(UnicodeError):
        place = place.encode("latin-1").decode()
    try:
        return urljoin(base, place)
    except ValueError as error:
        raise Nowhere(base, "redirects to what is no address") from error


def _checked(answer: Fetched) -> Fetched:
    wait = retry_after(answer.headers, datetime.now(UTC)) if answer.status >= _BAD else None
    asked = f"; asks us to wait {wait:.0f} s" if wait else ""
    if answer.status == _TOO_MANY or answer.status >= _SERVER_ERROR:
        raise Unavailable(answer.url, f"HTTP {answer.status}{asked}", answer.status, wait)
    if answer.status >= _BAD:
        raise Denied(answer.url, f"HTTP {answer.status}{asked}", answer.status, wait)
    if answer.status in _REDIRECTS:
        raise Nowhere(answer.url, f"HTTP {answer.status} that leads nowhere")
    return answer


class Nowhere(Refused):
    """The server redirects to no address at all, or without end."""


class Unavailable(SourceUnreachable):
    """The server answered 429 or 5xx, perhaps with the seconds it wants us to wait."""

    def __init__(self, subject: str, message: str, status: int = 0, wait: float | None = None) -> None:
        """Keep the status and the wait."""
        super().__init__(subject, message)
        self.status, self.wait = status, wait

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with all four."""
        return type(self), (self.subject, self.message, self.status, self.wait)


class Denied(Refused):
    """The server answered another 4xx, perhaps with the seconds it wants us to wait."""

    def __init__(self, subject: str, message: str, status: int = 0, wait: float | None = None) -> None:
        """Keep the status and the wait."""
        super().__init__(subject, message)
        self.status, self.wait = status, wait

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with all four."""
        return type(self), (self.subject, self.message, self.status, self.wait)
