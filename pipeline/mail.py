"""A mail taken apart: who sent it, and which of its parts are documents. Pure.

The email package with its oldest policy (compat32), which parses no header before it is asked: the newer
ones parse addresses in quadratic time and raise on hostile ones. What would take it long is refused before.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import collapse_rfc2231_value, getaddresses
from html import escape
from io import BytesIO
from pathlib import Path

from pipeline.encoding import decode
from pipeline.errors import Unreadable
from pipeline.files import Handed, PassedOver, contents
from pipeline.model import Form, Given
from pipeline.text import clean

DEEPEST = 2  # mails in mails
MOST_PARTS = 40
_MOST_BOUNDARIES = 20
_MOST_MESSAGES = 40
_MOST_LINES = 400_000
_LONG_FIELD = re.compile(
    rb"(?:\A|[\r\n])content-(?:type|disposition)[ \t]*:(?:[^\n]|\n[ \t]){4000}", re.IGNORECASE
)
_LONGEST_FIELD = 2_000
_LONGEST_NAME = 200
_FORMS = {".docx", ".doc", ".pdf", ".txt", ".md", ".markdown", ".html", ".htm"}
_TYPES = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/msword": ".doc",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/markdown": ".md",
}
_DECORATION = re.compile(
    r"image/|audio/|video/|text/calendar|text/.*vcard|application/(?:x-)?pkcs7|.*signature"
)
_FORWARDED = re.compile(r"^(?:(?:fwd?|re|tr|chuyển tiếp|trả lời)\s*:\s*)+", re.IGNORECASE)
_HEADLINE = re.compile(r"(?!kính |thưa |chào |gửi )(?=.{15,200}$).*[^\s.,:;!]", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]{0,500}>", re.IGNORECASE)
_SIGNATURE = re.compile(r"\n-- ?\n.*", re.DOTALL)
_COMMENT = re.compile(r"\([^()]{0,1000}\)|\"[^\"]{0,1000}\"")
_METHOD = re.compile(r";\s*(spf|dkim|dmarc)\s*(?:/\s*\d+\s*)?=\s*(\w+)")


class _Lenient(Compat32):
    """The oldest policy, but for headers in bare UTF-8, which it would show as question marks."""

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002
        """Return a header as it was meant."""
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


_POLICY = _Lenient()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers of a mail say. `sender`: the one address of From, in lower case, "" if not one."""

    sender: str
    message_id: str
    failed: str


def envelope(headers: bytes) -> Envelope:
    """Read headers.

    `failed` names what the receiving server found forged ("spf", "dkim", "dmarc"), "" if nothing: only the
    topmost Authentication-Results, and those by the same server, are its own (RFC 8601 section 5). A mail
    that passed DMARC is its sender's, though SPF breaks when mail is forwarded.
    """
    said = email.message_from_bytes(headers, policy=_POLICY)
    froms = [str(value) for value in said.get_all("from", [])]
    found = getaddresses(froms) if len(froms) == 1 and len(froms[0]) <= _LONGEST_FIELD else []
    sender = found[0][1].lower() if len(found) == 1 else ""
    return Envelope(sender, str(said.get("message-id", "")).strip()[:_LONGEST_FIELD], _forged(said))


def parts(raw: bytes, largest: int) -> Iterator[Handed | PassedOver]:
    """Yield the documents of a mail, forwarded ones included: attachments or else its text.

    Args:
        raw: the mail as received (RFC 5322, RFC 2045).
        largest: bytes of one document.

    Raises:
        Unreadable: it is nested or folded as no mail is.
    """
    lower = raw.lower()
    if (
        lower.count(b"boundary") > _MOST_BOUNDARIES
        or lower.count(b"message/") > _MOST_MESSAGES
        or raw.count(b"\n") + raw.count(b"\r") > 2 * _MOST_LINES
        or _LONG_FIELD.search(raw)
    ):
        raise Unreadable("mail", "is nested or folded as no mail is")
    try:
        leaves = list(_leaves(email.message_from_bytes(raw, policy=_POLICY), 0))
    except RecursionError as error:
        raise Unreadable("mail", "is nested too deep") from error
    files = [leaf for leaf in leaves if leaf.name and not _DECORATION.match(leaf.part.get_content_type())]
    for leaf in files[:MOST_PARTS]:
        yield from _file(leaf, largest)
    if len(files) > MOST_PARTS:
        yield PassedOver("mail", f"has more than {MOST_PARTS} files")
    if not files:
        yield from _texts([leaf for leaf in leaves if not leaf.name], largest)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A part that holds no other. `name`: of the file that it is, "" if it is text of the mail itself."""

    part: Message
    name: str
    subject: str
    depth: int


def _leaves(whole: Message, depth: int) -> Iterator[_Leaf]:
    subject = _FORWARDED.sub("", _decoded(whole.get("subject")))
    waiting = [whole]
    while waiting:
        part = waiting.pop()
        told = part.get_payload()
        below = [one for one in told if isinstance(one, Message)] if part.is_multipart() else None
        kind = part.get_content_type()
        if below is None:
            yield _Leaf(part, _name(part), subject, depth)
        elif kind.startswith("message/"):
            if depth < DEEPEST:
                for one in below:
                    yield from _leaves(one, depth + 1)
        else:
            waiting += reversed(below)


def _name(part: Message) -> str:
    """Return the name of an attached file, in NFC, without folders; "" for what is no attachment."""
    told = part.get_filename()
    name = _decoded(collapse_rfc2231_value(told)) if told else ""
    name = name.replace("\\", "/").rsplit("/", 1)[-1].strip(". ")[-_LONGEST_NAME:]
    if not name and (part.get_content_disposition() != "attachment"):
        return ""
    ending = _TYPES.get(part.get_content_type(), "")
    return name if Path(name).suffix or not ending else f"{name or 'tệp'}{ending}"


def _file(leaf: _Leaf, largest: int) -> Iterator[Handed | PassedOver]:
    path = Path(leaf.name)
    if path.suffix.lower() not in _FORMS:
        yield PassedOver(leaf.name, "neither .docx, .pdf, .txt, .md nor .html")
        return
    for one in contents(path, BytesIO(_body(leaf.part)), largest):
        if isinstance(one, Handed) and one.form in (Form.TEXT, Form.PAGE):
            yield replace(one, given=replace(one.given, content_type=_type(leaf.part), watched=True))
        elif isinstance(one, Handed):
            yield replace(one, given=replace(one.given, watched=True))
        else:
            yield one


def _texts(leaves: list[_Leaf], largest: int) -> Iterator[Handed | PassedOver]:
    """Yield the text of the innermost mails: what is forwarded, not the note above it."""
    innermost = max((leaf.depth for leaf in leaves), default=0)
    subjects = dict.fromkeys(leaf.subject for leaf in leaves if leaf.depth == innermost)
    for subject in subjects:
        mine = [leaf.part for leaf in leaves if leaf.depth == innermost and leaf.subject == subject]
        kinds = {part.get_content_type(): part for part in reversed(mine)}
        plain, page = kinds.get("text/plain"), kinds.get("text/html")
        name = subject or "thư"
        if plain is not None and (body := _body(plain)).strip():
            yield _text(name, subject, body, _type(plain), largest)
        elif page is not None and (body := _body(page)).strip():
            yield _text(name, subject, body, _type(page), largest)
        else:
            yield PassedOver(name, "a mail without text")


def _text(name: str, subject: str, body: bytes, kind: str, largest: int) -> Handed | PassedOver:
    """Return the text of a mail, without the signature, under its subject unless it has a headline."""
    try:
        text = decode(body, kind)
    except Unreadable as error:
        return PassedOver(name, error.message)
    if kind.startswith("text/html"):
        begun = _BODY.search(text)
        start = begun.end() if begun else 0
        told = f"{text[:start]}<h1>{escape(subject)}</h1>{text[start:]}"
        form = Form.PAGE
    else:
        text = _SIGNATURE.sub("", text.replace("\r\n", "\n")).strip()
        first, _, rest = text.partition("\n")
        headed = (
            _HEADLINE.fullmatch(first) and rest.startswith("\n")
        ) or subject.casefold() in first.casefold()
        told, form = text if headed else f"{subject}\n\n{text}", Form.TEXT
    given = Given(
        external_id=name, content_type=f"{kind.split(';', maxsplit=1)[0]}; charset=utf-8", watched=True
    )
    return _fitting(Handed(name, form, told.encode(), given), largest)


def _fitting(one: Handed, largest: int) -> Handed | PassedOver:
    return one if len(one.body) <= largest else PassedOver(one.name, f"larger than {largest} bytes")


def _body(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _type(part: Message) -> str:
    charset = part.get_content_charset() or ""
    return f"{part.get_content_type()}; charset={charset}" if charset else part.get_content_type()


def _decoded(value: object) -> str:
    """Return a header as text: encoded words (RFC 2047) read, folding undone, in NFC."""
    words = []
    for word, charset in decode_header(str(value or "")[:_LONGEST_FIELD]):
        if isinstance(word, str):
            words.append(word)
            continue
        try:
            words.append(decode(word, charset))
        except Unreadable:
            words.append(word.decode("utf-8", "replace"))
    return " ".join(clean("".join(words)).split())[:_LONGEST_NAME]


def _forged(said: Message) -> str:
    """Return the first check that failed by the receiving server's own word, or ""."""
    told = [_plain(str(value)) for value in said.get_all("authentication-results", [])]
    ours = [one for one in told if one.split(";")[0].split()[:1] == told[0].split(";")[0].split()[:1]]
    results = [(name, result) for one in ours for name, result in _METHOD.findall(one)]
    if ("dmarc", "pass") in results:
        return ""
    failed = {name for name, result in results if result == "fail"}
    return next(
        (one for one in ("dmarc", "spf", "dkim") if one in failed and (one, "pass") not in results), ""
    )


def _plain(value: str) -> str:
    """Return a field without comments and quoted strings, which may hold anything."""
    return _COMMENT.sub(" ", value[: _LONGEST_FIELD * 4]).lower()
