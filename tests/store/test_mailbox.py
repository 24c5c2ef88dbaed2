"""Mailboxes: who is listened to, what is taken, once, and that a hostile server or mail blocks nothing."""

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from pipeline import mail_passwords, mailbox
from pipeline.config import Settings
from pipeline.model import Form
from pipeline.store import Database, counters, doors, export, intakes, pauses, receipts, sources
from pipeline.store.intakes import Intake
from pipeline.store.receipts import Receipt
from tests.imap_server import PASSWORD, Box, certificate, serving
from tests.store.parsing import Parsing
from tests.store.tellings import NOW, PAPER, drain

OFFICE = "vanphong@binhhoa.example"
NEWS = (
    "Xã Bình Hòa khánh thành cầu mới\n\nSáng 19/11/2026, Ủy ban nhân dân xã khánh thành cây cầu bắc qua "
    "kênh Ông Kèo, vốn đầu tư 1 tỷ đồng do người dân và các nhà hảo tâm đóng góp.\n"
)
Look = Callable[[], bool]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where SQL is not the point


def mail(
    *,
    sender: str = OFFICE,
    subject: str = "Bản tin tuần",
    text: str = "Kính gửi tòa soạn bản tin đính kèm.",
    files: tuple[tuple[str, bytes], ...] = (),
    message_id: str = "<1@binhhoa.example>",
    results: tuple[str, ...] = (),
) -> bytes:
    """Return a mail as an office's program makes it."""
    made = EmailMessage()
    for value in results:
        made["Authentication-Results"] = value
    made["From"], made["Subject"], made["Message-ID"] = f'"UBND xã Bình Hòa" <{sender}>', subject, message_id
    made.set_content(text)
    for name, body in files:
        made.add_attachment(body, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Box]:
    """A server with an empty folder, whose certificate this machine knows."""
    monkeypatch.setenv("SSL_CERT_FILE", certificate(tmp_path))
    with serving(Box()) as running:
        yield running


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    """Settings with less patience and small limits."""
    return Settings(data=tmp_path / "data", fetch_max_bytes=100_000, http_timeout=3, soft_limit=12)


def watch(db: Database, box: Box, chosen: Settings, *, scheme: str = "imaps", private: bool = True) -> Look:
    """Register the mailbox; return what looks into it once more, an hour later each time."""
    url = f"{scheme}://tin@xa.example@localhost:{box.port}/B%E1%BA%A3n%20tin"
    mail_passwords.keep(chosen.mail_passwords_file, url, PASSWORD)
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        door = intakes.add(conn, PAPER.source_id, "mailbox", url, allow_private=private, next_due=NOW)
        doors.allow(conn, door, [OFFICE])
    moment = [NOW]

    def clock() -> datetime:
        return moment[0]

    def look() -> bool:
        moment[0] += timedelta(hours=1)
        with db.write() as conn:
            claimed = doors.claim(conn, door, clock(), 60)
        assert claimed is not None
        return mailbox.look(db, claimed, chosen, clock)

    return look


@pytest.fixture
def look(db: Database, box: Box, chosen: Settings) -> Look:
    """Look into the mailbox once more."""
    return watch(db, box, chosen)


def taken(db: Database) -> list[Receipt]:
    """Return the receipts that wait to be read."""
    with db.write() as conn:
        return receipts.claim(conn, NOW, 1, 100)


def counted(db: Database) -> dict[str, int]:
    """Return the counters."""
    with db.read() as conn:
        return counters.listed(conn)


def door(db: Database) -> Intake:
    """Return the mailbox's row."""
    with db.read() as conn:
        [found] = intakes.listed(conn)
    return found


def passed_over(db: Database) -> list[str]:
    """Return why something was passed over."""
    with db.read() as conn:
        return [one.reason for one in doors.passed_over(conn, 1, 10)]


def test_attachments_are_taken_once(db: Database, box: Box, look: Look) -> None:
    """Without their note; not again, even where the server numbers its mails anew; nothing is marked."""
    box.put(mail(files=(("tin 1.txt", NEWS.encode()), ("tin 2.md", b"# Hai\n\nTin hai."))))
    assert [True, False] == [look(), look()]
    box.put(mail(message_id="<2@x>", files=(("tin 3.txt", b"Ba\n\nTin ba."),)))
    box.validity = 8
    assert [True, False] == [look(), look()]

    found = {(one.form, one.given.external_id, one.received_at) for one in taken(db)}
    came = datetime.fromisoformat("2026-11-20T03:00:00Z")
    names = {"tin 1.txt", "tin 2.md", "tin 3.txt"}
    assert {(Form.TEXT, name, came) for name in names} == found
    words = {said.split()[0] if not said.startswith("UID") else said.split()[1] for said in box.said}
    assert {"CAPABILITY", "LOGIN", "EXAMINE", "SEARCH", "FETCH", "LOGOUT"} == words
    assert all("BODY.PEEK[" in said for said in box.said if "FETCH" in said)
    assert "" == door(db).error


@on_sqlite
def test_a_mail_becomes_news(db: Database, box: Box, look: Look) -> None:
    """The text of a mail without files is told under its subject; a sent correction revises it."""
    for number, text in enumerate((NEWS, NEWS.replace("1 tỷ", "2 tỷ"))):
        body = text.split("\n\n")[1]
        box.put(mail(subject="Xã Bình Hòa khánh thành cầu mới", text=body, message_id=f"<{number}@x>"))
        assert look()
        drain(db, Parsing(), lambda: NOW + timedelta(hours=9))

    with db.read() as conn:
        told = list(export.lines(conn))
    assert {"Xã Bình Hòa khánh thành cầu mới"} == {line["title"] for line in told}
    assert 1 == len({line["entry_id"] for line in told})


@on_sqlite
def test_who_is_listened_to(db: Database, box: Box, look: Look) -> None:
    """One address that is allowed, and that the receiving server did not find forged."""
    told = (
        (mail(sender="ai-do@example.net"), "drop_mail_sender"),
        (mail().replace(b"From: ", b"From: a@b.example, ", 1), "drop_mail_sender"),
        (b"From: x@y.example\r\n" + mail(), "drop_mail_sender"),
        (mail(results=("mx.example; spf=fail smtp.mailfrom=x",)), "drop_mail_forged"),
        (mail(results=("mx.example; spf=pass", "mx.example; dkim=fail (bad)")), "drop_mail_forged"),
        (mail(results=("mx.example; spf=pass; dkim=pass; dmarc=fail",)), "drop_mail_forged"),
        (mail(results=("mx.example; spf=fail; dkim=pass; dmarc=pass",)), "mail_taken"),
        (mail(results=("mx.example; spf=pass (spf=fail)", "other.example; spf=fail")), "mail_taken"),
        (mail(sender=OFFICE.upper()), "mail_taken"),
        (mail(text="Xin chào", files=(("a.zip", b"PK\x03\x04"),)), "drop_mail_file"),
        (mail(text=""), "drop_mail_file"),
    )
    before: Counter[str] = Counter()
    for raw, counter in told:
        box.put(raw)
        look()
        now = Counter(counted(db))

        assert 1 == (now - before)[counter], raw.decode()
        before = now


@on_sqlite
def test_a_wrong_password_is_said_without_it(
    db: Database, box: Box, chosen: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the row nor the log has it, though the server repeats it."""
    look = watch(db, box, chosen)
    secret = "sai-mat-khau"
    mail_passwords.keep(chosen.mail_passwords_file, door(db).url, secret)

    assert not look()
    assert "refuses user or password" in door(db).error
    assert (secret in door(db).error, secret in caplog.text) == (False, False)
    assert 0o600 == chosen.mail_passwords_file.stat().st_mode & 0o777


@on_sqlite
def test_an_old_mail_is_no_news(db: Database, box: Box, look: Look) -> None:
    """What came to the mailbox long ago is kept with its day and never pushed."""
    box.put(mail(files=(("a.txt", b"Tin\n\nNoi dung."),)), date=" 1-Mar-2024 08:00:00 +0700")
    look()

    [made] = taken(db)
    assert (True, 2024) == (made.backfill, made.received_at.year)


@on_sqlite
@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_a_private_server_is_not_reached(db: Database, box: Box, chosen: Settings, scheme: str) -> None:
    """Unless it was granted, no connection is made."""
    look = watch(db, box, chosen, scheme=scheme, private=False)

    assert not look()
    assert "not a public address" in door(db).error
    assert [] == box.said


@on_sqlite
def test_an_unknown_certificate_is_refused(
    db: Database, box: Box, chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No password goes to whoever cannot show who it is."""
    monkeypatch.delenv("SSL_CERT_FILE")
    look = watch(db, box, chosen)

    assert not look()
    assert "certificate" in door(db).error


@on_sqlite
@pytest.mark.parametrize("starttls", [True, False])
def test_starttls(
    db: Database, chosen: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, starttls: bool
) -> None:
    """It is used where it is offered; without it a private server may be read that was granted."""
    monkeypatch.setenv("SSL_CERT_FILE", certificate(tmp_path))
    with serving(Box(starttls=starttls), tls=False) as box:
        box.put(mail())
        look = watch(db, box, chosen, scheme="imap")

        assert look()
        assert starttls == ("STARTTLS" in box.said)


def _silent(_sock: socket.socket, _command: str) -> bool:
    return True


def _endless_line(sock: socket.socket, _command: str) -> bool:
    for _ in range(200):
        sock.sendall(b"* OK " + b"x" * 100_000)
    return True


def _endless_answers(sock: socket.socket, command: str) -> bool:
    if "SEARCH" not in command:
        return False
    for _ in range(2_000):
        sock.sendall(b"* OK still there\r\n" * 1_000)
    return True


def _large_literal(sock: socket.socket, command: str) -> bool:
    if "BODY.PEEK[]" not in command:
        return False
    sock.sendall(b"* 1 FETCH (UID 1 BODY[] {50000000}\r\n" + b"x" * 1_000_000)
    return True


def _bad_uids(sock: socket.socket, command: str) -> bool:
    if "SEARCH" not in command:
        return False
    sock.sendall(b"* SEARCH 0 99999999999999999999 -1 nonsense 1\r\n")
    return False


@on_sqlite
@pytest.mark.parametrize(
    ("before", "said"),
    [
        (_silent, "in time"),
        (_endless_line, "a line of more"),
        (_endless_answers, "more than was asked for"),
        (_large_literal, "bytes at once"),
    ],
)
def test_a_hostile_server_is_left(
    db: Database, box: Box, look: Look, before: Callable[[socket.socket, str], bool], said: str
) -> None:
    """With a reason, in a bounded time, and with a wait before the next look."""
    box.put(mail(), date="no date")
    box.before = before

    assert not look()
    assert said in door(db).error
    assert 1 == door(db).failures


@on_sqlite
def test_odd_uids_are_left_out(db: Database, box: Box, look: Look) -> None:
    """Numbers that are no UIDs of what was asked for are as if they were not said."""
    box.put(mail())
    box.before = _bad_uids

    assert look()
    assert 1 == len(taken(db))


def test_a_mail_that_breaks_every_look_is_passed_over(db: Database, box: Box, look: Look) -> None:
    """The mails behind it come in: at once where it is too large, in the end where the server breaks off."""
    box.put(mail())
    box.put(mail(message_id="<2@x>", files=(("b.txt", b"Tin\n\nNoi dung."),)))

    def breaking(sock: socket.socket, command: str) -> bool:
        if command.startswith("UID FETCH 1 "):
            sock.shutdown(socket.SHUT_RDWR)
        return False

    box.before = breaking
    looks = [look() for _ in range(8)]

    assert ([False] * 6, True) == (looks[:6], any(looks[6:]))
    assert ["broke the connection again and again"] == passed_over(db)


def _bomb(kind: str) -> bytes:
    head = f"From: {OFFICE}\r\nMessage-ID: <bomb@x>\r\n".encode()
    if kind == "nested":
        return head + b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3_000)
        )
    if kind == "messages":
        return head + b"Content-Type: message/rfc822\r\n\r\n" * 5_000
    if kind == "parameters":
        return head + b"Content-Type: text/plain" + b";" * 300_000 + b"\r\n\r\nx"
    return head + b"\r\n" * 390_000


@on_sqlite
def test_mime_bombs_block_nothing(db: Database, box: Box, look: Look) -> None:
    """They are passed over with the reason; the mail behind them is taken."""
    kinds = ("nested", "messages", "parameters", "lines")
    for kind in kinds:
        box.put(_bomb(kind))
    box.put(mail())
    looks = [look() for _ in kinds]

    assert (True, 1) == (any(looks), len(taken(db)))
    assert len(kinds) == len(passed_over(db))


@on_sqlite
def test_a_mail_of_50_mb_is_not_fetched(db: Database, box: Box, look: Look) -> None:
    """Its size is asked for first."""
    box.sizes[box.put(mail())] = 50_000_000
    box.put(mail(message_id="<2@x>"))

    assert look()
    assert ["larger than 400000 bytes"] == passed_over(db)
    assert not any(said.startswith("UID FETCH 1 (UID BODY.PEEK[])") for said in box.said)


@on_sqlite
def test_message_ids_are_no_keys_alone(db: Database, box: Box, look: Look) -> None:
    """Two mails may bear one id, or none; the same file under the same id is taken once."""
    for body in (b"Mot\n\nTin mot.", b"Hai\n\nTin hai.", b"Mot\n\nTin mot."):
        box.put(mail(files=(("a.txt", body),)))
        box.put(
            mail(files=(("a.txt", body + b" Them."),)).replace(b"Message-ID: <1@binhhoa.example>\r\n", b"")
        )
    look()

    assert 4 == len(taken(db))


@on_sqlite
def test_a_paused_source_is_not_looked_into(db: Database, box: Box, look: Look) -> None:
    """Its mails wait in the mailbox until it goes on."""
    box.put(mail())
    with db.write() as conn:
        assert [1] == doors.due(conn, NOW, 10)
        pauses.pause(conn, PAPER.source_id, "nghi bị chiếm", NOW)
        assert [] == doors.due(conn, NOW, 10)
        pauses.resume(conn, PAPER.source_id)

    assert look()
