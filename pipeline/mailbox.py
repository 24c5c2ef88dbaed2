"""A mailbox that is read: attachments of mails by allowed senders become receipts. Nothing in it is changed.

The folder is opened for reading only (EXAMINE) and bodies are peeked at, so nothing is marked as read. A
mail whose body breaks the connection again and again, or whose look never ends, is passed over in the end.
"""

import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import structlog

from pipeline import imap, mail, mail_passwords
from pipeline.config import Settings
from pipeline.errors import BadSettings, Refused, SourceUnreachable, Unreadable
from pipeline.files import Handed, PassedOver
from pipeline.folders import patience
from pipeline.imap import Client
from pipeline.model import LOCAL_ZONE
from pipeline.stages import Clock
from pipeline.store import Database, counters, doors, receipts
from pipeline.store.doors import Door, File, FileState, Place

_BETWEEN_LOOKS = timedelta(seconds=60)
_TIMES = 4  # as large as a document may a mail be: base64 adds a third, and it may hold some
_HEADERS = 100  # mails whose headers are asked for at once
_HEADER_BYTES = 100_000  # of one mail
_WINDOW = 50_000  # UIDs searched at once: a line of half a megabyte
_MOST_ATTEMPTS = 6  # with the waits between them an hour
_MOST_SHOWN = 200  # mails and files kept as passed over
_SHARE = 0.8  # of the soft limit, for all that goes over the wire
_WANTED = "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM AUTHENTICATION-RESULTS MESSAGE-ID)])"
_NEW = re.compile(rb"\d+ \(")
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,15})\b")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]{20,30})"')

_LOG = structlog.get_logger()


def look(db: Database, door: Door, settings: Settings, clock: Clock) -> bool:
    """Look into a claimed mailbox once and say whether it brought a receipt.

    What keeps it from being read is written down with the reason, and it is looked into again later.
    """
    reading = _Reading(db, door, settings, clock)
    wait, error = _BETWEEN_LOOKS, ""
    try:
        wait = timedelta(0) if reading.read() else wait
    except (Refused, SourceUnreachable, BadSettings) as failure:
        wait, error = patience(door.failures), str(failure)
    with db.write() as conn:
        doors.done(conn, door, clock(), clock() + wait, error=error, brought=reading.brought)
    return reading.brought


def count(url: str, settings: Settings, *, private: bool) -> int:
    """Return how many mails a mailbox holds. Raises Refused, SourceUnreachable or BadSettings."""
    with _client(url, settings, time.monotonic() + settings.http_timeout, private=private) as client:
        return imap.number(client, "EXISTS")


def _client(
    url: str, settings: Settings, deadline: float, *, private: bool
) -> AbstractContextManager[Client]:
    place = imap.mailbox(url)
    password = mail_passwords.of(settings.mail_passwords_file, place.url)
    if not password:
        raise Refused(place.url, "no password is known; ./tintinh sources mailbox-password ID asks for it")
    largest = _TIMES * settings.fetch_max_bytes
    return imap.opened(place, password, deadline, largest=largest, most=3 * largest, private=private)


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail by its headers. `size`: as the server says; `came`: to the server, None if it does not say."""

    uid: int
    size: int
    came: datetime | None
    envelope: mail.Envelope

    @property
    def name(self) -> str:
        """Return how the mail is called where it is passed over."""
        came = f", {self.came.astimezone(LOCAL_ZONE):%d/%m/%Y %H:%M}" if self.came else ""
        return f"mail {self.uid} from {self.envelope.sender}{came}"


class _Reading:
    """Reading a mailbox on from where the last look ended. `brought`: whether anything was new."""

    def __init__(self, db: Database, door: Door, settings: Settings, clock: Clock) -> None:
        self.brought = False
        self._db, self._door, self._settings, self._clock = db, door, settings, clock
        self._begun = time.monotonic()
        with db.read() as conn:
            self._place = doors.place(conn, door.intake_id)
            self._senders = doors.allowed(conn, door.intake_id)

    def read(self) -> bool:
        """Take what is new and say whether there is more. Raises Refused, SourceUnreachable, BadSettings."""
        if not self._senders:
            raise Refused(
                self._door.url, "nobody may send to it; name senders: sources add ID --mailbox … --from …"
            )
        chosen = self._settings
        greeted = self._begun + chosen.http_timeout
        with _client(self._door.url, chosen, greeted, private=self._door.allow_private) as client:
            client.deadline = self._begun + _SHARE * chosen.soft_limit
            return self._new(client)

    def _new(self, client: Client) -> bool:
        validity, end = imap.number(client, "UIDVALIDITY"), imap.number(client, "UIDNEXT")
        if validity != self._place.validity:
            self._place = Place(validity)
        if 0 < end <= self._place.next_uid:
            return False
        last = min(self._place.next_uid + _WINDOW, end) - 1 if end else 0
        uids = _uids(client, self._place.next_uid, last)
        if uids and self._place.attempts >= _MOST_ATTEMPTS:
            self._drop(uids[0], "mail_unreadable", f"mail {uids[0]}", "broke the connection again and again")
            uids = uids[1:]
        careful = self._place.attempts > 0
        while uids and time.monotonic() < self._begun + self._settings.soft_limit / 2:
            some, uids = uids[: 1 if careful else _HEADERS], uids[1 if careful else _HEADERS :]
            self._move(some[0], self._place.attempts + 1)
            for one in _headers(client, some):
                if time.monotonic() >= self._begun + self._settings.soft_limit / 2:
                    self._move(one.uid, 0)
                    return True
                self._move(one.uid, 1 if one.uid > some[0] else self._place.attempts)
                self._one(client, one)
            self._move(some[-1] + 1, 0)
        self._move(uids[0] if uids else max(last + 1, self._place.next_uid), 0)
        return bool(uids) or last + 1 < end

    def _one(self, client: Client, one: _Mail) -> None:
        """Take one mail, or count why not."""
        if one.envelope.sender not in self._senders:
            self._drop(one.uid, "mail_sender")
            return
        name = one.name
        if one.envelope.failed:
            self._drop(
                one.uid, "mail_forged", name, f"{one.envelope.failed} failed: its sender may be forged"
            )
            return
        if one.size > client.largest:
            self._drop(one.uid, "mail_too_large", name, f"larger than {client.largest} bytes")
            return
        try:
            raw = _body(client, one.uid)
        except Refused as error:
            self._drop(one.uid, "mail_too_large", name, error.message)
            raise
        try:
            found = list(mail.parts(raw, self._settings.fetch_max_bytes))
        except Unreadable as error:
            self._drop(one.uid, "mail_unreadable", name, error.message)
            return
        self._commit(one, found)

    def _commit(self, one: _Mail, found: list[Handed | PassedOver]) -> None:
        now = self._clock()
        came = min(one.came or now, now)
        old = now - came > timedelta(days=self._settings.backfill_after_days)
        packed = [(part, receipts.pack(part.body)) for part in found if isinstance(part, Handed)]
        with self._db.write() as conn:
            for part, content in packed:
                told = f"{one.envelope.message_id}\0{content.sha256}"
                accepted = receipts.add(
                    conn,
                    source_id=self._door.source_id,
                    form=part.form,
                    content=content,
                    given=part.given,
                    received_at=came,
                    headers={"message-id": one.envelope.message_id, "from": one.envelope.sender},
                    push_id="mail:" + sha256(told.encode("utf-8", "replace")).hexdigest(),
                    intake_id=self._door.intake_id,
                    backfill=old,
                )
                self.brought |= accepted.fresh
            counters.add(conn, "mail_taken" if packed else "drop_mail_empty")
        for left in found:
            if isinstance(left, PassedOver):
                self._drop(one.uid, "mail_file", f"{one.name}: {left.name}", left.reason)
        self._move(one.uid + 1, 0)

    def _drop(self, uid: int, counted: str, name: str = "", reason: str = "") -> None:
        """Count what is not taken and go on behind its mail; what may be missed is kept with the reason."""
        now = self._clock()
        with self._db.write() as conn:
            counters.add(conn, f"drop_{counted}")
            if name:
                doors.keep(
                    conn, self._door.intake_id, [File(name, 0, uid, FileState.PASSED_OVER, reason)], now
                )
                shown = doors.passed_over(conn, self._door.intake_id, _MOST_SHOWN * 2)
                doors.forget(conn, self._door.intake_id, [one.name for one in shown[_MOST_SHOWN:]])
        if name:
            _LOG.warning("mail_passed_over", source=self._door.source_id, name=name, reason=reason)
        self._move(uid + 1, 0)

    def _move(self, next_uid: int, attempts: int) -> None:
        """Write how far was read, before what comes next may go wrong."""
        moved = replace(self._place, next_uid=next_uid, attempts=attempts)
        if moved != self._place:
            self._place = moved
            with self._db.write() as conn:
                doors.move(conn, self._door.intake_id, moved)


def _uids(client: Client, first: int, last: int) -> list[int]:
    """Return the UIDs from one to another (0: to the end), in order.

    "5:*" names the last mail even if its UID is lower (RFC 3501 section 6.4.8).
    """
    told = _answers(client, "SEARCH", f"UID {first}:{last or '*'}")
    words = b" ".join(one for one in told if isinstance(one, bytes)).split()
    found = {int(word) for word in words if re.fullmatch(rb"\d{1,10}", word)}
    return sorted(one for one in found if first <= one <= (last or 2**32))


def _headers(client: Client, uids: list[int]) -> Iterator[_Mail]:
    """Yield mails by their headers, by UID; those that are gone are left out."""
    largest, client.largest = client.largest, _HEADER_BYTES
    found = dict(_fetched(client, ",".join(map(str, uids)), _WANTED))
    client.largest = largest
    for uid in uids:
        if uid not in found:
            continue
        told, literal = found[uid]
        size, date = _SIZE.search(told), _DATE.search(told)
        came = _came(date[1].decode("ascii", "replace")) if date else None
        yield _Mail(uid, int(size[1]) if size else 0, came, mail.envelope(literal))


def _body(client: Client, uid: int) -> bytes:
    """Return a mail as received, b"" if it is gone."""
    return dict(_fetched(client, str(uid), "(UID BODY.PEEK[])")).get(uid, (b"", b""))[1]


def _fetched(client: Client, uids: str, wanted: str) -> Iterator[tuple[int, tuple[bytes, bytes]]]:
    """Yield UID, all that was told, and the literal of each answer to a FETCH."""
    told, literal = b"", b""
    for one in [*_answers(client, "FETCH", uids, wanted), b"0 ("]:
        line = one[0] if isinstance(one, tuple) else one
        if not isinstance(line, bytes):
            continue
        if _NEW.match(line):
            if uid := _UID.search(told):
                yield int(uid[1]), (told, literal)
            told, literal = b"", b""
        told += line
        literal = one[1] if isinstance(one, tuple) else literal


def _answers(client: Client, command: str, *said: str) -> list[bytes | tuple[bytes, bytes] | None]:
    """Return the answers to a UID command. Raises Refused when it fails."""
    kind, told = client.uid(command, *said)
    if kind != "OK":
        raise Refused(client.place.url, f"does not answer {command}")
    return list(told)


def _came(told: str) -> datetime | None:
    """Return an INTERNALDATE, " 1-Jan-2026 08:00:00 +0700", as aware UTC."""
    try:
        return datetime.strptime(told.strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
