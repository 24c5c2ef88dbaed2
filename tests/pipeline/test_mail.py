"""Mails taken apart: which parts are documents, under which names and in which letters."""

from contextlib import suppress
from email.message import EmailMessage, Message
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import imap
from pipeline.errors import Refused, Unreadable
from pipeline.files import Handed, PassedOver
from pipeline.mail import envelope, parts
from pipeline.model import Document, Form, Given
from pipeline.parse import parse
from tests.store.tellings import NOW, PAPER

NAME = "Bản tin số 5.txt"
TEXT = "Xã Bình Hòa trồng ba nghìn cây xanh dọc tuyến đường mới mở trong tháng mười một."


def attached(name_field: bytes) -> bytes:
    """Return a mail with one file, whose name is written as programs do."""
    return (
        b"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nXem file.\r\n"
        b"--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment;\r\n "
        + name_field
        + b"\r\n\r\nTin\r\n--x--\r\n"
    )


def handed(raw: bytes) -> list[Handed]:
    """Return the documents of a mail; everything in it is one."""
    found = list(parts(raw, 100_000))
    assert [] == [one for one in found if isinstance(one, PassedOver)]
    return [one for one in found if isinstance(one, Handed)]


@pytest.mark.parametrize(
    "field",
    [
        b"filename*=utf-8''B%E1%BA%A3n%20tin%20s%E1%BB%91%205.txt",
        b"filename*0*=utf-8''B%E1%BA%A3n%20tin;\r\n filename*1*=%20s%E1%BB%91%205.txt",
        b'filename="=?utf-8?B?QuG6o24gdGluIHPhu5EgNS50eHQ=?="',
        b'filename="=?UTF-8?Q?B=E1=BA=A3n_tin?=\r\n =?UTF-8?Q?_s=E1=BB=91_5.txt?="',
        b'filename="' + NAME.encode() + b'"',
        b'filename="' + normalize("NFD", NAME).encode() + b'"',
        b"filename*=utf-8''" + b"C:%5Ctin%5C../B%E1%BA%A3n%20tin%20s%E1%BB%91%205.txt",
    ],
)
def test_names_of_files(field: bytes) -> None:
    """RFC 2231, encoded words, bare UTF-8, decomposed letters, and names with folders are one name."""
    [one] = handed(attached(field))

    assert (NAME, Form.TEXT, b"Tin") == (one.given.external_id, one.form, one.body)


@pytest.mark.parametrize(("charset", "form"), [("windows-1258", "NFD"), ("utf-8", "NFD"), ("utf-8", "NFC")])
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_texts_of_any_age(charset: str, form: str, kind: str) -> None:
    """The text of a mail without files is read in its charset and told under the subject."""
    text = f"<html><body><p>{TEXT}</p></body></html>" if kind == "html" else TEXT
    raw = _in_1258(text) if charset == "windows-1258" else normalize(form, text).encode()  # type: ignore[arg-type]
    subject = "Subject: =?utf-8?q?B=C3=ACnh_H=C3=B2a_tr=E1=BB=93ng_c=C3=A2y_ven_=C4=91=C6=B0=E1=BB=9Dng?="
    head = f"From: a@b.example\r\n{subject}\r\nContent-Type: text/{kind}; charset={charset}\r\n\r\n"
    [one] = handed(head.encode() + raw)
    [draft] = parse(Document(PAPER, one.form, one.body, NOW, one.given)).drafts

    assert TEXT in draft.text()
    assert ("Bình Hòa trồng cây ven đường",) * 2 == (draft.title, one.given.external_id)


def _in_1258(text: str) -> bytes:
    """Return text in windows-1258, whose tone marks are letters of their own."""
    packed = b""
    for letter in normalize("NFC", text):
        try:
            packed += letter.encode("cp1258")
        except UnicodeEncodeError:
            tones = [
                mark for mark in normalize("NFD", letter)[1:] if mark in "\u0300\u0301\u0303\u0309\u0323"
            ]
            rest = normalize("NFC", "".join(mark for mark in normalize("NFD", letter) if mark not in tones))
            packed += (rest + "".join(tones)).encode("cp1258")
    return packed


def _mail(text: str, subject: str, inside: Message | None = None) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"] = "a@b.example", subject
    made.set_content(text)
    if inside is not None:
        made.add_attachment(inside)
    return made


def test_what_is_forwarded_is_told_and_not_the_note_above() -> None:
    """Two mails deep; below that nothing is looked for."""
    told = _mail(TEXT, "Fwd: Tr: Trồng cây")
    once = _mail("Chuyển anh chị.", "Fwd: Trồng cây", told)
    twice = _mail("Chuyển tiếp.", "Fwd: Trồng cây", once)
    [one] = handed(twice.as_bytes())
    [deeper] = handed(_mail("Chuyển nữa.", "Fwd: Trồng cây", twice).as_bytes())

    assert f"Trồng cây\n\n{TEXT}" == one.body.decode()
    assert TEXT not in deeper.body.decode()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"Bình Hòa trồng ba nghìn cây xanh\n\n{TEXT}", "Bình Hòa trồng ba nghìn cây xanh"),
        (f"Kính gửi quý báo đài trong tỉnh\n\n{TEXT}", "Tin gửi báo"),
        (TEXT, "Tin gửi báo"),
    ],
)
def test_a_headline_is_before_the_subject(text: str, title: str) -> None:
    """Where the text has one; a salutation is none."""
    [one] = handed(_mail(text, "Re: Tin gửi báo").as_bytes())
    [draft] = parse(Document(PAPER, one.form, one.body, NOW, one.given)).drafts

    assert title == draft.title


def test_what_decorates_is_no_file() -> None:
    """A logo, an invitation and a signature leave the text to be told; an old Word file does not."""
    plain = _mail(f"{TEXT}\n\n-- \nNguyễn Văn An, Văn phòng", "Trồng cây")
    plain.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    plain.add_attachment(b"x", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    [one] = handed(plain.as_bytes())
    old = _mail("Xem file.", "Trồng cây")
    old.add_attachment(
        b"\xd0\xcf\x11\xe0" + b"\0" * 99, maintype="application", subtype="msword", filename="a.doc"
    )
    [passed] = parts(old.as_bytes(), 100_000)

    assert f"Trồng cây\n\n{TEXT}" == one.body.decode()
    assert isinstance(passed, PassedOver)
    assert "old Word document" in passed.reason


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"]),
)
def test_any_bytes_are_a_mail_or_none(raw: bytes, head: bytes) -> None:
    """Nothing but `Unreadable` is ever raised."""
    with suppress(Unreadable):
        list(parts(head + raw, 1_000))

    assert envelope(head + raw).sender == envelope(head + raw).sender.lower()


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://a@b.example/",
            "imaps://b.example/INBOX",
            "imaps://a:secret@b.example/",
            "imaps://a@/INBOX",
        ),
        *(
            "imaps://a@b.example/a%0d%0ab",
            "imaps://a%0a@b.example/",
            "imaps://a@b.example/x?y",
            "imaps://a@b:99999/",
        ),
    ],
)
def test_addresses_of_mailboxes(url: str) -> None:
    """Only IMAP, a user, and nothing that could become a command; a password is not repeated."""
    with pytest.raises(Refused) as raised:
        imap.mailbox(url)

    assert "secret" not in str(raised.value)
    good = imap.mailbox("imaps://tin@xa.example@mail.example/B%E1%BA%A3n tin")
    assert ("tin@xa.example", "mail.example", 993, "Bản tin") == (
        good.user,
        good.host,
        good.port,
        good.folder,
    )
    assert good == imap.mailbox(good.url)


def test_given_is_watched() -> None:
    """A file that is sent again, mended, is the same thing told anew."""
    [one] = handed(attached(b'filename="a.txt"'))

    assert Given(external_id="a.txt", content_type="application/octet-stream", watched=True) == one.given
