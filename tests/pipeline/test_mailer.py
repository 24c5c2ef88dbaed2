"""Letters handed to a mail server: what it answers, who refuses whom, and when it is over."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme

from pipeline import mailer
from pipeline.errors import SourceUnreachable
from pipeline.mailer import Letter, Mailer
from tests.smtp_server import mailing

TO = "lan@bao.example"


def letter(text: str = "Chào bạn") -> Letter:
    """Return a letter."""
    made = EmailMessage()
    made["Subject"] = "Tin mới"
    made.set_content(text)
    return Letter(TO, made)


def post(url: str, password_file: Path | None = None, timeout: float = 5) -> Mailer:
    """Return who hands letters over."""
    made = mailer.mailer(url, password_file, "Tin Tỉnh <tin@tin.example>", timeout)
    assert made is not None
    return made


def test_a_letter_arrives() -> None:
    """For the one address, with its lines as they are: one that is a dot alone ends nothing."""
    with mailing() as office:
        status = post(office.url).send(letter("dòng một\n.\n..hai\n"))

    [taken] = office.got
    assert (250, TO) == (status, taken.to)
    assert ["dòng một", ".", "..hai"] == taken.text.splitlines()


def test_letters_share_a_conversation() -> None:
    """As long as a round lasts, also behind one that was refused; after a server hung up there is another."""
    with mailing() as office, post(office.url).round() as going:
        office.to_recipient = ["250 ok", "550 5.1.1 no such user", "250 ok"]
        first = [going.send(letter()) for _ in range(3)]
        calls = len(office.calls)
        office.hang_up()
        then = going.send(letter())

    assert ([250, 550, 250], 250) == (first, then)
    assert (1, 2) == (calls, len(office.calls))


def test_a_conversation_has_few_letters() -> None:
    """Servers end longer ones."""
    with mailing() as office, post(office.url).round() as going:
        for _ in range(51):
            going.send(letter())

    assert (51, 2) == (len(office.got), len(office.calls))


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("550 5.1.1 no such user", 550),
        ("550 no such user", 550),
        ("552 5.2.2 mailbox full", 552),
        ("450 4.2.1 greylisted", 450),
        ("451 try again", 451),
    ],
)
def test_what_is_answered_for_a_recipient(answer: str, status: int) -> None:
    """5xx and 4xx of the address are the recipient's."""
    with mailing() as office:
        office.to_recipient = [answer]

        assert status == post(office.url).send(letter())


@pytest.mark.parametrize(
    ("to_recipient", "to_text"),
    [
        ("554 5.7.1 relay access denied", "250 ok"),
        ("450 4.7.1 too many from you", "250 ok"),
        ("250 ok", "554 5.6.0 looks like spam"),
        ("250 ok", "550 spam"),
        ("421 going down", "250 ok"),
    ],
)
def test_what_is_no_word_about_the_recipient(to_recipient: str, to_text: str) -> None:
    """A server's rules, and what it thinks of a text, do not make an address bad."""
    with mailing() as office:
        office.to_recipient, office.to_text = [to_recipient], [to_text]

        with pytest.raises(SourceUnreachable) as caught:
            post(office.url).send(letter())
    assert "SMTP" in caught.value.message
    assert TO not in str(caught.value)


def test_a_text_may_be_refused_for_its_address() -> None:
    """Some servers know their users only when the text has come."""
    with mailing() as office:
        office.to_text = ["550 5.1.1 no such user"]

        assert 550 == post(office.url).send(letter())


@dataclass(frozen=True, slots=True)
class Keys:
    """A server's certificate, and a file for the password of its user."""

    server: ssl.SSLContext
    password_file: Path


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """Names lead here, and the certificate of localhost.localdomain is trusted."""
    authority, server = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost.localdomain").configure_cert(server)
    known = ssl.create_default_context()
    authority.configure_trust(known)
    monkeypatch.setattr(mailer, "_trust", lambda: known)
    monkeypatch.setattr(mailer, "resolve", lambda *_, **__: ["127.0.0.1"])
    (tmp_path / "password").write_text("bi-mat\n")
    return Keys(server, tmp_path / "password")


def test_the_password_goes_by_tls(keys: Keys) -> None:
    """Where TLS is offered it is used, its certificate is checked, and the user signs in."""
    with mailing(tls=keys.server, password="bi-mat") as office:
        place = f"smtp://tin%40bao@localhost.localdomain:{office.port}"
        status = post(place, keys.password_file).send(letter())
        with pytest.raises(SourceUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
            post(place.replace("localhost.", "other."), keys.password_file).send(letter())

    [taken] = office.got
    assert (250, "tin@bao", True) == (status, taken.user, taken.secure)


def test_a_password_is_not_sent_in_the_clear(keys: Keys) -> None:
    """A server elsewhere without TLS gets none."""
    with mailing() as office, pytest.raises(SourceUnreachable, match="no TLS"):
        post(f"smtp://tin@mail.example:{office.port}", keys.password_file).send(letter())


def test_a_wrong_password_is_nobodys_bounce(keys: Keys) -> None:
    """It is tried again when the file is right; no word of it is told."""
    keys.password_file.write_text("sai-roi")
    with mailing(tls=keys.server, password="bi-mat") as office:
        place = f"smtp://tin@localhost.localdomain:{office.port}"
        with pytest.raises(SourceUnreachable, match="535") as caught:
            post(place, keys.password_file).send(letter())

    assert "sai-roi" not in str(caught.value)


@contextmanager
def dripping(greeting: bytes) -> Iterator[str]:
    """Serve a server that sends a greeting a byte at a time, for ever; yield its address."""
    ended = threading.Event()

    def drip(listening: socket.socket) -> None:
        wire, _ = listening.accept()
        with wire:
            while not ended.wait(0.05):
                try:
                    wire.send(greeting)
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=[listening])
        thread.start()
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        ended.set()
        thread.join()


def test_who_drips_is_cut_off() -> None:
    """However slowly bytes come, a conversation is over in its time."""
    begun = time.monotonic()
    with dripping(b"2") as place, pytest.raises(SourceUnreachable, match="longer than the time"):
        post(place, timeout=0.5).send(letter())

    assert time.monotonic() - begun < 5


def test_nobody_there_is_no_crash() -> None:
    """A port where nobody listens."""
    with pytest.raises(SourceUnreachable, match="ConnectionRefusedError"):
        post("smtp://127.0.0.9:9").send(letter())
