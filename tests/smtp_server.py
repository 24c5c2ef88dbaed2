"""A mail server on a loopback address that answers as it is told and keeps what it took."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that was taken: for whom, by which user, whether by TLS, and as a mail program reads it."""

    to: str
    user: str
    secure: bool
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """Return the letter parsed."""
        made = message_from_bytes(self.raw, policy=default)
        assert isinstance(made, EmailMessage)
        return made

    @property
    def text(self) -> str:
        """Return its plain text."""
        part = self.message.get_body(("plain",))
        assert isinstance(part, EmailMessage)
        return str(part.get_content())


@dataclass  # without slots: aiosmtpd looks at all members, at which Python 3.11.2 fails for them
class Office:
    """A running mail server.

    Args:
        to_recipient, to_text: what it answers, in turn; the last one for ever.
        hangs: seconds before it answers to a text.
        got: what it took.
        calls: the conversations in which somebody named a recipient.
    """

    port: int = 0
    to_recipient: list[str] = field(default_factory=lambda: ["250 2.1.5 ok"])
    to_text: list[str] = field(default_factory=lambda: ["250 2.0.0 taken"])
    hangs: float = 0
    got: list[Taken] = field(default_factory=list)
    calls: list[SMTP] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return the address for TINTINH_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, call: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer for a recipient."""
        del session, options
        self.calls += [call] if call not in self.calls else []
        answer = _next(self.to_recipient)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer to a text."""
        answer = _next(self.to_text)
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            user = session.auth_data.login.decode() if session.auth_data else ""
            secure = session.ssl is not None
            self.got.append(Taken(envelope.rcpt_tos[0], user, secure, envelope.content))
        await asyncio.sleep(self.hangs)
        return answer

    def hang_up(self) -> None:
        """End all conversations without a word."""

        async def abort() -> None:
            for call in self.calls:
                assert isinstance(call.transport, asyncio.WriteTransport)
                call.transport.abort()

        asyncio.run_coroutine_threadsafe(abort(), self.calls[0].loop).result()


@contextmanager
def mailing(
    host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None, password: str = ""
) -> Iterator[Office]:
    """Serve a mail server; with `tls` it offers STARTTLS, and wants the password, if any, behind it."""
    office, started, loop = Office(), threading.Event(), asyncio.new_event_loop()

    def check(*given: Any) -> AuthResult:
        told = given[-1]
        right = isinstance(told, LoginPassword) and told.password == password.encode()
        return AuthResult(success=right, handled=right, auth_data=told)

    def serve() -> None:
        asyncio.set_event_loop(loop)
        more: dict[str, Any] = {"tls_context": tls} if tls else {}
        if password:
            more |= {"authenticator": check, "auth_required": True}
        listening = loop.run_until_complete(
            loop.create_server(lambda: SMTP(office, hostname="mail.example", loop=loop, **more), host, 0)
        )
        office.port = listening.sockets[0].getsockname()[1]
        started.set()
        loop.run_forever()
        listening.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    started.wait()
    try:
        yield office
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _next(answers: list[str]) -> str:
    return answers.pop(0) if len(answers) > 1 else answers[0]
