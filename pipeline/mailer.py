"""The one door to SMTP: letters handed to our mail server, each in a bounded time.

The standard library's smtplib (RFC 5321) with its own socket: it waits anew for every byte and looks for
this machine's name in the DNS. TLS is used wherever the server offers it, and a password never goes
without; only on a loopback address there is none. Nothing here says to whom a letter goes: addresses
stand in no message and no log.
"""

import contextlib
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import ClassVar

import certifi

from pipeline.errors import SourceUnreachable
from pipeline.mail_addresses import Server, sender, server
from pipeline.network import resolve, time_left

_ENHANCED = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463, where the answer's text begins
_OK, _NOT_OK, _GO_ON, _FOR_GOOD = 200, 300, 354, 500
_NAME = "mail server"  # the subject of every error
_MOST_LETTERS = 50  # in one conversation: many servers end it after a hundred
_FAREWELL = 2.0  # seconds that a server has to say goodbye


@dataclass(frozen=True, slots=True)
class Letter:
    """One message for one address."""

    protocol: ClassVar[str] = "SMTP"
    to: str
    message: EmailMessage


@dataclass(frozen=True, slots=True)
class Mailer:
    """Hands letters over.

    Args:
        place: the mail server.
        password_file: holds the password of its user, None without one.
        writer: who writes; bounces go there.
        timeout: seconds for one letter, connecting included.
    """

    place: Server
    password_file: Path | None
    writer: Address
    timeout: float

    def send(self, letter: Letter) -> int:
        """Hand one letter over, in a conversation of its own, as `Round.send` does."""
        with self.round() as one:
            return one.send(letter)

    @contextlib.contextmanager
    def round(self) -> Iterator["Round"]:
        """Yield who hands many letters over; its conversations end with the block."""
        made = Round(self)
        try:
            yield made
        finally:
            made.end()

    def begin(self, client: "_Client") -> None:
        """Connect, greet, by TLS where it can be, and say who we are.

        Raises:
            SourceUnreachable: the server offers no TLS, or our password cannot be read.
            smtplib.SMTPException, OSError: it is away, or refuses us.
        """
        client.begin()
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


class Round:
    """Hands letters over, one after the other in a conversation: greeting anew costs more than a letter.

    Safe to share between threads, each of which has a conversation of its own meanwhile. One that the server
    ended is begun again, and so is one that failed, whatever the reason.
    """

    def __init__(self, of: Mailer) -> None:
        """Connect to nobody yet."""
        self._of = of
        self._free: list[_Client] = []

    def send(self, letter: Letter) -> int:
        """Hand a letter over; return what was answered for its recipient: 2xx taken, 4xx later, 5xx never.

        Raises:
            SourceUnreachable: the server is away, slow, or refuses us and not the recipient.
        """
        deadline = time.monotonic() + self._of.timeout
        try:
            client = self._going_on(deadline) or self._begun(deadline)
            with client.within(deadline):
                status = _handed(client, self._of.writer, letter)
        except (smtplib.SMTPException, OSError) as error:
            raise SourceUnreachable(_NAME, _why(error)) from error
        client.letters += 1
        self._free.append(client)
        return status

    def end(self) -> None:
        """End all conversations."""
        while self._free:
            _leave(self._free.pop())

    def _going_on(self, deadline: float) -> "_Client | None":
        """Return a conversation that goes on, None if there is none."""
        while True:
            try:
                client = self._free.pop()
            except IndexError:
                return None
            if client.letters >= _MOST_LETTERS:
                _leave(client)
                continue
            with contextlib.suppress(smtplib.SMTPException, OSError), client.within(deadline):
                if is_taken(client.rset()[0]):
                    return client
            client.close()

    def _begun(self, deadline: float) -> "_Client":
        client = _Client(self._of.place, deadline, local_hostname=self._of.writer.domain)
        with client.within(deadline):
            self._of.begin(client)
        return client


def _leave(client: "_Client") -> None:
    """Take leave of the server, who may take a moment to answer."""
    with (
        contextlib.suppress(smtplib.SMTPException, OSError, SourceUnreachable),
        client.within(time.monotonic() + _FAREWELL),
    ):
        client.quit()
    client.close()


def _handed(client: "_Client", writer: Address, letter: Letter) -> int:
    code, said = client.mail(writer.addr_spec)
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
    """One conversation, connected by `deadline`; no step of it lasts longer, however slowly bytes drip."""

    def __init__(self, place: Server, deadline: float, *, local_hostname: str) -> None:
        super().__init__(local_hostname=local_hostname)  # without a host: nothing is connected yet
        self._place, self._deadline = place, deadline
        self._is_cut, self.letters = False, 0

    @contextlib.contextmanager
    def within(self, deadline: float) -> Iterator[None]:
        """Do something by a deadline (`time.monotonic()`); then, and on any failure, the connection ends.

        Raises:
            SourceUnreachable: the time was up.
        """
        watch = threading.Timer(time_left(_NAME, deadline), self._cut)
        watch.daemon = True
        watch.start()
        try:
            with contextlib.ExitStack() as on_failure:
                on_failure.callback(self.close)
                yield
                on_failure.pop_all()
        except (smtplib.SMTPException, OSError) as error:
            if self._is_cut:
                raise SourceUnreachable(_NAME, "took longer than the time for one letter") from error
            raise
        finally:
            watch.cancel()

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

    def _cut(self) -> None:
        """End the connection under whoever waits for it."""
        self._is_cut = True
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
        # A text's last packet would wait for the server to acknowledge the one before: 40 ms a letter.
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._place.scheme == "smtps":
            wire = _trust().wrap_socket(wire, server_hostname=host)
        if self._is_cut:
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
