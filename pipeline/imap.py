"""The one door to mailboxes: an IMAP client that only reads, within limits of time and size.

The standard library's imaplib (RFC 3501; RFC 9051 servers speak it too) with its documented hooks `open`,
`read`, `readline` and `shutdown` made anew: it trusts a server's sizes and waits anew for every byte. The
libraries on top of it (imap-tools 1.16, Apache 2.0, was looked at) keep its connection and fetch mails whole
whatever their size, so they would save little and bound nothing.
"""

import contextlib
import imaplib
import re
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, unquote, urlsplit

from pipeline.errors import Refused, SourceUnreachable
from pipeline.network import resolve, time_left
from pipeline.target import target

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

_PORTS = {"imaps": 993, "imap": 143}
_LONGEST = 1_000
_LONGEST_LINE = 1_000_000
_AT_ONCE = 65_536
_GOODBYE = 2.0  # seconds
_SAID = 120  # characters of a server's answer that are shown
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BEYOND_ASCII = re.compile(r"[^\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A folder of a mail account. `scheme`: imaps (TLS from the start) or imap (STARTTLS)."""

    scheme: str
    user: str
    host: str
    port: int
    folder: str

    @property
    def url(self) -> str:
        """Return its address; no password is ever in it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{quote(self.user, safe='@')}@{name}{port}/{quote(self.folder)}"


def mailbox(url: str) -> Mailbox:
    """Take an address apart: imaps://user@host[:port]/Folder; the folder is INBOX if not said.

    Raises:
        Refused: it is no such address, or has a password in it.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise Refused("mailbox", "is no address") from error
    if parts.password is not None:
        raise Refused("mailbox", "a password does not belong into an address: sources mailbox-password asks")
    user, folder = unquote(parts.username or ""), unquote(parts.path[1:]) or "INBOX"
    wrong = _CONTROL.search(user + folder) or parts.query or parts.fragment or len(url) > _LONGEST
    if wrong or parts.scheme not in _PORTS or not user.isascii() or not user or not parts.hostname:
        raise Refused("mailbox", "is no address like imaps://user@mail.example/INBOX")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Mailbox(parts.scheme, user, target(f"https://{name}").host, port or _PORTS[parts.scheme], folder)


class Client(imaplib.IMAP4):
    """One connection. All of it is over at `deadline` (`time.monotonic()`), however slowly bytes drip.

    Args:
        place: whose server.
        deadline: may be set anew.
        largest: bytes of one literal; `most`: bytes of the answers to one command.
        private: the server may be on a private address, and without TLS if it has none.
    """

    def __init__(
        self, place: Mailbox, deadline: float, *, largest: int, most: int, private: bool = False
    ) -> None:
        """Connect and read the greeting."""
        self.place, self.deadline, self.largest = place, deadline, largest
        self._most = self._budget = most
        self._private, self._buffer, self._tls = private, bytearray(), ssl.create_default_context()
        super().__init__(place.host, place.port)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:  # noqa: ARG002
        """Connect to an address that was checked, one after the other."""
        self.host, self.port = host, port
        addresses = resolve(host, port, private=self._private, patience=self._left())
        for number, address in enumerate(addresses, start=1):
            patience = self._left() / (1 if number == len(addresses) else 2)
            try:
                self.sock = socket.create_connection((address, port), patience)
            except OSError:
                if number == len(addresses):
                    raise
            else:
                break
        if self.place.scheme == "imaps":
            self._wrap()

    def read(self, size: int) -> bytes:
        """Read a literal. Raises Refused for one that is too large."""
        if size > self.largest:
            raise Refused(self.place.url, f"sends {size:,} bytes at once; {self.largest:,} are the limit")
        while len(self._buffer) < size:
            self._more()
        return self._cut(size)

    def readline(self) -> bytes:
        """Read a line."""
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            start = len(self._buffer)
            if start > _LONGEST_LINE:
                raise Refused(self.place.url, f"sends a line of more than {_LONGEST_LINE:,} bytes")
            self._more()
        return self._cut(end + 1)

    def send(self, data: "Buffer") -> None:
        """Send a command."""
        self._budget = self._most
        self.sock.settimeout(self._left())
        self.sock.sendall(data)

    def shutdown(self) -> None:
        """Close the connection."""
        self.sock.close()

    def secure(self) -> None:
        """Turn to TLS where it is not yet; without it only a private server that was granted is spoken to.

        What came before TLS counts for nothing afterwards: somebody may have slipped it in.
        """
        if self.place.scheme == "imaps":
            return
        if "STARTTLS" in self.capabilities:
            if self.xatom("STARTTLS")[0] != "OK":
                raise Refused(self.place.url, "refuses STARTTLS")
            self._wrap()
            self._buffer.clear()
        elif not (self._private and _is_private(self.sock.getpeername()[0], self.place.port)):
            raise Refused(self.place.url, "offers no TLS; a password is not sent in the clear")

    def _wrap(self) -> None:
        self.sock.settimeout(self._left())
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.place.host)

    def _more(self) -> None:
        self.sock.settimeout(self._left())
        got = self.sock.recv(_AT_ONCE)
        self._budget -= len(got)
        if not got:
            raise SourceUnreachable(self.place.url, "the mail server closed the connection")
        if self._budget < 0:
            raise Refused(self.place.url, "sends more than was asked for")
        self._buffer += got

    def _cut(self, size: int) -> bytes:
        found = bytes(self._buffer[:size])
        del self._buffer[:size]
        return found

    def _left(self) -> float:
        return time_left(self.place.url, self.deadline)


@contextmanager
def opened(
    place: Mailbox, password: str, deadline: float, *, largest: int, most: int, private: bool
) -> Iterator[Client]:
    """Log in, open the folder for reading only (EXAMINE), and log out in the end.

    Raises:
        SourceUnreachable: the server is away, slow, or breaks off.
        Refused: its certificate, the password or the folder is wrong, or it sends too much.
    """
    client = None
    try:
        client = Client(place, deadline, largest=largest, most=most, private=private)
        client.secure()
        _log_in(client, password)
        kind, told = client.select(quoted(_utf7(place.folder)), readonly=True)
        if kind != "OK":
            _refuse(place, f"the folder {place.folder} cannot be opened", told[-1], password)
        yield client
        _log_out(client)
    except ssl.SSLCertVerificationError as error:
        raise Refused(place.url, f"its certificate is not good: {error.verify_message}") from error
    except imaplib.IMAP4.error as error:
        _refuse(place, "does not speak IMAP as it should", str(error).encode(), password)
    except TimeoutError as error:
        raise SourceUnreachable(place.url, "the mail server did not answer in time") from error
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise SourceUnreachable(place.url, f"cannot be reached: {said}") from error
    except ValueError as error:
        raise SourceUnreachable(place.url, "sends what is no IMAP") from error
    finally:
        if client is not None:
            with contextlib.suppress(OSError):
                client.shutdown()


def number(client: Client, name: str) -> int:
    """Return a number that the server told when the folder was opened, 0 if it did not."""
    told = client.response(name)[1][-1]
    return int(told) if isinstance(told, bytes) and re.fullmatch(rb"\d{1,10}", told) else 0


def quoted(text: str) -> str:
    """Return a quoted string (RFC 3501 section 4.3)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _log_in(client: Client, password: str) -> None:
    try:
        client.login(quoted(client.place.user), password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        source = "./tintinh sources mailbox-password tells it anew"
        raise Refused(client.place.url, f"the mail server refuses user or password; {source}") from error


def _log_out(client: Client) -> None:
    """Say goodbye; whoever does not answer that took nothing from us."""
    client.deadline = min(client.deadline, time.monotonic() + _GOODBYE)
    with contextlib.suppress(imaplib.IMAP4.error, OSError, ValueError, Refused, SourceUnreachable):
        client.logout()


def _refuse(place: Mailbox, message: str, said: object, password: str) -> NoReturn:
    """Raise what the server says, without the password should it say that."""
    told = said.decode("utf-8", "replace") if isinstance(said, bytes) else ""
    told = _CONTROL.sub(" ", told.replace(password, "…"))[:_SAID]
    raise Refused(place.url, f"{message}: {told}" if told else message)


def _is_private(address: str, port: int) -> bool:
    try:
        resolve(address, port)
    except Refused:
        return True
    return False


def _utf7(folder: str) -> str:
    """Return the name of a folder in modified UTF-7 (RFC 3501 section 5.1.3)."""

    def shifted(found: re.Match[str]) -> str:
        packed = b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{packed}-"

    return _BEYOND_ASCII.sub(shifted, folder.replace("&", "&-"))
