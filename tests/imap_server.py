"""A small IMAP server for tests: one account, one folder, enough of RFC 3501 to be read; remembers commands.

Its certificate is drawn anew for each run and known to nobody but tests.
"""

import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import trustme

USER, PASSWORD = "tin@xa.example", 'bi mat "cua" xa'
_FIELDS = re.compile(
    rb"^(?:from|authentication-results|message-id):[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)
SINCE = "20-Nov-2026 10:00:00 +0700"


@dataclass(slots=True)
class Box:
    """The folder and how the server behaves.

    Args:
        mails: raw mails by UID; `dates`: INTERNALDATE by UID.
        said: commands it got, without passwords.
        sizes: RFC822.SIZE where it is a lie.
        before: called with socket and command before each answer; True: it answered itself.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    dates: dict[int, str] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    validity: int = 7
    starttls: bool = False
    said: list[str] = field(default_factory=list)
    before: Callable[[socket.socket, str], bool] = lambda _sock, _command: False
    port: int = 0

    def put(self, raw: bytes, *, date: str = SINCE) -> int:
        """Deliver a mail and return its UID."""
        uid = max(self.mails, default=0) + 1
        self.mails[uid], self.dates[uid] = raw, date
        return uid


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


@cache
def _identity() -> trustme.LeafCert:
    return _authority().issue_cert("localhost")


def certificate(folder: Path) -> str:
    """Write the certificate that clients are to trust into a folder and return its path."""
    path = folder / "authority.pem"
    _authority().cert_pem.write_to_path(str(path))
    return str(path)


@contextmanager
def serving(box: Box, *, tls: bool = True) -> Iterator[Box]:
    """Serve on a free loopback port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _identity().configure_cert(context)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                secured = context.wrap_socket(self.request, server_side=True) if tls else self.request
                session = _Session(box, secured, context)
                try:
                    session.run()
                finally:
                    session.sock.close()

    class Listening(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Listening(("127.0.0.1", 0), Handler) as listening:
        box.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield box
        finally:
            listening.shutdown()
            thread.join()


class _Session:
    def __init__(self, box: Box, sock: socket.socket, context: ssl.SSLContext) -> None:
        self.box, self.sock, self.context = box, sock, context
        self.secure = isinstance(sock, ssl.SSLSocket)

    def run(self) -> None:
        """Greet and answer until the client leaves."""
        if not self.box.before(self.sock, "GREETING"):
            self.say("* OK ready")
        buffer = b""
        while True:
            while b"\r\n" not in buffer:
                got = self.sock.recv(65_536)
                if not got:
                    return
                buffer += got
            line, buffer = buffer.split(b"\r\n", 1)
            tag, command = line.decode().split(" ", 1)
            self.box.said.append(re.sub(r'(?i)^(LOGIN "[^"]*").*', r"\1", command))
            if self.box.before(self.sock, command):
                continue
            if self.answer(tag, command):
                return

    def say(self, line: str) -> None:
        self.sock.sendall(line.encode() + b"\r\n")

    def answer(self, tag: str, command: str) -> bool:
        """Answer a command; True ends the session."""
        word = command.partition(" ")[0].upper()
        if word == "CAPABILITY":
            self.say(
                "* CAPABILITY IMAP4rev1" + (" STARTTLS" if self.box.starttls and not self.secure else "")
            )
        elif word == "LOGIN":
            escaped = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
            if command != f'LOGIN "{USER}" "{escaped}"':
                self.say(f"{tag} NO [AUTHENTICATIONFAILED] wrong: {command}")
                return False
        elif word == "STARTTLS":
            self.say(f"{tag} OK go on")
            self.sock, self.secure = self.context.wrap_socket(self.sock, server_side=True), True
            return False
        elif word == "EXAMINE":
            if command != 'EXAMINE "B&HqM-n tin"':
                self.say(f"{tag} NO no such folder")
                return False
            self.say(f"* {len(self.box.mails)} EXISTS")
            self.say(f"* OK [UIDVALIDITY {self.box.validity}] ok")
            self.say(f"* OK [UIDNEXT {max(self.box.mails, default=0) + 1}] ok")
        elif command.upper().startswith("UID SEARCH"):
            first, last = re.fullmatch(r"UID SEARCH UID (\d+):(\d+|\*)", command).groups()  # type: ignore[union-attr]
            end = max(self.box.mails, default=0) if last == "*" else int(last)
            self.say("* SEARCH " + " ".join(str(uid) for uid in self.box.mails if int(first) <= uid <= end))
        elif command.upper().startswith("UID FETCH"):
            self.fetch(command)
        elif word == "LOGOUT":
            self.say("* BYE\r\n" + f"{tag} OK bye")
            return True
        else:
            self.say(f"{tag} BAD unknown")
            return False
        self.say(f"{tag} OK done")
        return False

    def fetch(self, command: str) -> None:
        uids, wanted = re.fullmatch(r"UID FETCH ([\d,]+) \((.*)\)", command).groups()  # type: ignore[union-attr]
        for uid in map(int, uids.split(",")):
            raw = self.box.mails.get(uid)
            if raw is None:
                continue
            if "HEADER" in wanted:
                raw, told = (
                    b"".join(_FIELDS.findall(raw.partition(b"\r\n\r\n")[0] + b"\r\n")) + b"\r\n",
                    len(raw),
                )
                size = self.box.sizes.get(uid, told)
                date = self.box.dates[uid]
                head = f'RFC822.SIZE {size} INTERNALDATE "{date}" BODY[HEADER.FIELDS (FROM)]'
            else:
                head = "BODY[]"
            # The UID after the literal: servers choose the order.
            self.sock.sendall(f"* {uid} FETCH ({head} {{{len(raw)}}}\r\n".encode() + raw)
            self.say(f" UID {uid})")
