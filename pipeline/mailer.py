"""The one door to SMTP: one letter, one conversation with our mail server, over in a bounded time.

The standard library's smtplib (RFC 5321) with its own socket: it waits anew for every byte and looks for
this machine's name in the DNS. TLS is used wherever the server offers it, and a password never goes
without; only on a loopback address there is none. Nothing here says to whom a letter goes: addresses
stand in no message and no log.
"""

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
import threading
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

import certifi
import idna

from pipeline.errors import BadInput, BadSettings, SourceUnreachable
from pipeline.network import resolve, time_left

_PORTS = {"smtp": 587, "smtps": 465}
_LONGEST, _LONGEST_LOCAL, _LONGEST_DOMAIN = 254, 64, 253  # RFC 5321 section 4.5.3.1
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_ENHANCED = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463, where the answer's text begins
_OK, _NOT_OK, _GO_ON, _BAD, _FOR_GOOD = 200, 300, 354, 400, 500
_NAME = "mail server"  # the subject of every error


@dataclass(frozen=True, slots=True)
class Letter:
    """One message for one address."""

    protocol: ClassVar[str] = "SMTP"
    to: str
    message: EmailMessage


@dataclass(frozen=True, slots=True)
class Server:
    """Whom letters are handed to. `scheme`: smtps (TLS from the start) or smtp (STARTTLS)."""

    scheme: str
    user: str
    host: str
    port: int

    @property
    def is_here(self) -> bool:
        """Say whether it listens on this machine, where nobody reads along."""
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return self.host == "localhost"


def server(url: str) -> Server:
    """Take smtp://user@host:port apart; the port is 587, with smtps 465, if not said.

    Raises:
        BadSettings: it is no such address, or has a password in it.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise BadSettings("TINTINH_SMTP_URL", "is no address") from error
    if parts.password is not None:
        raise BadSettings("TINTINH_SMTP_URL", "a password belongs into the file TINTINH_SMTP_PASSWORD_FILE")
    further = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in _PORTS or not parts.hostname or further:
        raise BadSettings("TINTINH_SMTP_URL", "is no address like smtp://user@mail.example.vn:587")
    return Server(parts.scheme, unquote(parts.username or ""), parts.hostname, port or _PORTS[parts.scheme])


def address(typed: str) -> str:
    """Return an address as it is written to: the domain in lower-case ASCII (RFC 5891).

    A local part is a dot-atom of ASCII: quoted ones and those of RFC 6531 are taken by few servers, and
    nothing that could begin another header or command gets through.

    Raises:
        BadInput: it is none.
    """
    local, at, domain = unicodedata.normalize("NFC", typed).strip().rpartition("@")
    try:
        host = idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise BadInput("email", "is no e-mail address") from error
    labels = host.split(".")
    right = (
        at
        and len(local) <= _LONGEST_LOCAL
        and _LOCAL.fullmatch(local)
        and len(host) <= _LONGEST_DOMAIN
        and len(labels) > 1
        and all(map(_LABEL.fullmatch, labels))
        and not labels[-1].isdigit()
        and len(local) + 1 + len(host) <= _LONGEST
    )
    if not right:
        raise BadInput("email", "is no e-mail address")
    return f"{local}@{host}"


def sender(told: str) -> Address:
    """Return who writes, from "Tin Tỉnh <tin@example.vn>". Raises BadSettings."""
    name, spec = parseaddr(told)
    try:
        local, _, domain = address(spec).rpartition("@")
    except BadInput as error:
        raise BadSettings("TINTINH_MAIL_FROM", "is no address like Tin Tỉnh <tin@example.vn>") from error
    return Address(" ".join(name.split()), local, domain)


@dataclass(frozen=True, slots=True)
class Mailer:
    """Hands letters over.

    Args:
        place: the mail server.
        password_file: holds the password of its user, None without one.
        writer: who writes; bounces go there.
        timeout: seconds for one whole conversation.
    """

    place: Server
    password_file: Path | None
    writer: Address
    timeout: float

    def send(self, letter: Letter) -> int:
        """Hand a letter over; return what was answered for its recipient: 2xx taken, 4xx later, 5xx never.

        Raises:
            SourceUnreachable: the server is away, slow, or refuses us and not the recipient.
        """
        try:
            with self._client() as client:
                self._known(client)
                return self._handed(client, letter)
        except (smtplib.SMTPException, OSError) as error:
            raise SourceUnreachable(_NAME, _why(error)) from error

    @contextlib.contextmanager
    def _client(self) -> Iterator["_Client"]:
        """Connect; whatever happens, the connection is cut when the time is up."""
        deadline = time.monotonic() + self.timeout
        client = _Client(self.place, deadline, local_hostname=self.writer.domain)
        watch = threading.Timer(time_left(_NAME, deadline), client.cut)
        watch.daemon = True
        watch.start()
        try:
            client.begin()
            yield client
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
        except (smtplib.SMTPException, OSError) as error:
            if client.is_cut:
                raise SourceUnreachable(_NAME, "took longer than the time for one letter") from error
            raise
        finally:
            watch.cancel()
            client.close()

    def _known(self, client: "_Client") -> None:
        """Greet, by TLS where it can be, and say who we are."""
        client.ehlo_or_helo_if_needed()
        here, secure = self.place.is_here, self.place.scheme == "smtps"
        if not secure and not here and client.has_extn("starttls"):
            client.starttls(context=_trust())
            client.ehlo()
            secure = True
        if self.place.user:
            if not secure and not here:
                raise SourceUnreachable(_NAME, "offers no TLS; the password is not sent in the clear")
            client.login(self.place.user, self._password())

    def _password(self) -> str:
        if self.password_file is None:
            return ""
        try:
            return self.password_file.read_text(encoding="ascii").rstrip("\r\n")
        except (OSError, UnicodeError) as error:
            raise SourceUnreachable(_NAME, "the file with its password cannot be read as ASCII") from error

    def _handed(self, client: "_Client", letter: Letter) -> int:
        code, said = client.mail(self.writer.addr_spec)
        if not is_taken(code):
            raise SourceUnreachable(_NAME, f"refuses us as sender: {_answer(code, said)}")
        code, said = client.rcpt(letter.to)
        if not is_taken(code):
            return _judged(code, said, before_text=True)
        policy = letter.message.policy.clone(linesep="\r\n")
        code, said = client.text(letter.message.as_bytes(policy=policy))
        return code if is_taken(code) else _judged(code, said, before_text=False)


def mailer(url: str, password_file: Path | None, writer: str, timeout: float) -> Mailer | None:
    """Return who hands letters over, None if no mail server is set. Raises BadSettings."""
    return Mailer(server(url), password_file, sender(writer), timeout) if url else None


def is_taken(status: int) -> bool:
    """Say whether an answer takes a letter."""
    return _OK <= status < _NOT_OK


def _judged(code: int, said: bytes, *, before_text: bool) -> int:
    """Return an answer of 4xx or 5xx that is about the recipient.

    X.7.Z is the server's rule (relaying, reputation) and after the text 5xx is mostly about the text: the
    address is good (RFC 3463). A server that goes away (421) is no answer about anybody.

    Raises:
        SourceUnreachable: it is not.
    """
    enhanced = found[1].decode() if (found := _ENHANCED.match(said)) else ""
    of_rules = enhanced[1:4] == ".7." or code == 421  # noqa: PLR2004 - RFC 5321 section 4.2.3
    of_address = enhanced[1:4] in (".1.", ".2.") or (before_text and not of_rules)
    if code < _FOR_GOOD and not of_rules:
        return code
    if code >= _FOR_GOOD and of_address and not of_rules:
        return code
    raise SourceUnreachable(_NAME, f"takes no letter of ours now: {_answer(code, said)}")


class _Client(smtplib.SMTP):
    """One conversation, over at `deadline` (`time.monotonic()`), however slowly bytes drip."""

    def __init__(self, place: Server, deadline: float, *, local_hostname: str) -> None:
        super().__init__(local_hostname=local_hostname)  # without a host: nothing is connected yet
        self._place, self._deadline, self.is_cut = place, deadline, False

    def begin(self) -> None:
        """Connect and read the greeting."""
        code, said = self.connect(self._place.host, self._place.port)
        if code != 220:  # noqa: PLR2004 - RFC 5321 section 4.2.3
            raise smtplib.SMTPConnectError(code, said)

    def text(self, written: bytes) -> tuple[int, bytes]:
        """Send the text; return the answer to it, or to the wish to send it."""
        self.putcmd("data")
        code, said = self.getreply()
        if code != _GO_ON:
            return code, said
        stuffed = re.sub(rb"(?m)^\.", b"..", written)
        self.send(stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n")
        self.send(b".\r\n")
        return self.getreply()

    def cut(self) -> None:
        """End the connection under whoever waits for it."""
        self.is_cut = True
        with contextlib.suppress(AttributeError, OSError):
            self.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
        """Connect to an address of the host, within the time. smtplib's own hook, as SMTP_SSL uses it."""
        self._host = host  # whom TLS asks for by name
        *first, last = resolve(host, port, private=True, patience=time_left(_NAME, self._deadline))
        wire: socket.socket | None = None
        for one in first:
            with contextlib.suppress(OSError):
                wire = socket.create_connection((one, port), time_left(_NAME, self._deadline) / 2)
                break
        wire = wire or socket.create_connection((last, port), time_left(_NAME, self._deadline))
        wire.settimeout(time_left(_NAME, self._deadline))
        if self._place.scheme == "smtps":
            wire = _trust().wrap_socket(wire, server_hostname=host)
        if self.is_cut:
            wire.close()
            raise TimeoutError
        return wire


@cache
def _trust() -> ssl.SSLContext:
    """Return whom we trust: what this machine does, and the public authorities."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _answer(code: int, said: bytes) -> str:
    """Return an answer's numbers; its words may hold an address."""
    found = _ENHANCED.match(said)
    return f"SMTP {code} {found[1].decode()}" if found else f"SMTP {code}"


def _why(error: Exception) -> str:
    """Return what went wrong, without the server's words."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error if isinstance(error.smtp_error, bytes) else b""
        return f"{type(error).__name__}: {_answer(error.smtp_code, said)}"
    return (
        type(error).__name__
        if isinstance(error, smtplib.SMTPException)
        else f"{type(error).__name__}: {error}"
    )
