"""Saved searches told to people: who is to be told when, and the letters and calls that tell.

Each way has a cursor in what was found (`pipeline.store.saved_ways`); what it is told is made at the moment
of the attempt from the stories as they stand then. A batch is written down before it is sent, and its cursor
moves with the note that it arrived: each story is told once by each way over restarts and merges. Whoever is
told twice, because we died between the server's word and our note, sees the same Message-ID or webhook-id.
"""

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline import mail_addresses, outgoing, sealing, told
from pipeline.alert_batches import Batch, next_batch, slot
from pipeline.deliver import Errand, Failure, Request, again
from pipeline.errors import SourceUnreachable
from pipeline.fetch import Fetched
from pipeline.letters import Envelope, confirmation, finds, flawed
from pipeline.mailer import Letter
from pipeline.stages import Clock
from pipeline.store import Connection, Database, deliveries, meta, saved_finds, saved_ways
from pipeline.store.deliveries import Delivery
from pipeline.store.saved_ways import Kind, Pace, State, Way
from pipeline.target import authority

MAIL, HOOK = (saved_ways.delivery_kind(kind) for kind in (Kind.MAIL, Kind.HOOK))
ASK, TRIAL = "saved_ask", "saved_trial"
PATIENCE = timedelta(days=5)  # with an address; RFC 5321 section 4.5.4.1
SERVER_PATIENCE = timedelta(days=30)  # with our mail server, which is no receiver's fault
LONGEST_WAIT = timedelta(minutes=15)  # of a letter: news of six hours ago would be no alert
_MOST_IN_LETTER = 100
_LANES = 3  # letters under way at a time: our mail server is one host
_FOR_GOOD, _GONE = 500, 410
_CODE_BYTES = 24
_OF_CORRECTED = ("entry_id", "source", "source_name", "title", "summary", "version")


class Purpose(StrEnum):
    """What a code in a letter is for."""

    CONFIRM = "confirm"
    MANAGE = "manage"


@dataclass(frozen=True, slots=True)
class Desk:
    """What makers work with.

    Args:
        base_url: our public address.
        key_file: of the master secret that codes and webhooks' secrets are made from.
        writer: who writes letters; None: no mail server is set.
        private: webhooks may be on private addresses.
        chance: in [0, 1), anew at each call.
    """

    base_url: str
    key_file: Path
    writer: Address | None
    private: bool
    chance: Callable[[], float]

    def envelope(self, known: Way, name: str) -> Envelope:
        """Return what letters of a way share. Raises SourceUnreachable: no mail server is set."""
        if self.writer is None:
            raise SourceUnreachable("mail server", "none is set")
        return Envelope(
            writer=self.writer,
            to=known.address,
            language=known.language,
            base_url=self.base_url,
            list_name=f"theo-doi-{known.salt[:12]}",
            name=name or f"Tin Tỉnh {known.saved_id}",
            manage=f"{self.base_url}/theo-doi/thu/{code(self.key_file, Purpose.MANAGE, known)}",
        )


def code(key_file: Path, purpose: Purpose, known: Way) -> str:
    """Return the code that stands in a way's letters. Raises BadSettings."""
    made = sealing.derived(key_file, f"saved {purpose}\0{known.salt}")[:_CODE_BYTES]
    return f"{known.way_id}-{base64.urlsafe_b64encode(made).decode()}"


def way_of(conn: Connection, key_file: Path, purpose: Purpose, given: str) -> Way | None:
    """Return the way of a code, None if it is none of ours. Raises BadSettings."""
    number = given.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) <= 18 and given.isascii()):  # noqa: PLR2004 - of 64 bits
        return None
    known = saved_ways.get(conn, int(number))
    if known is None or not hmac.compare_digest(code(key_file, purpose, known).encode(), given.encode()):
        return None
    return known


def address_hash(key_file: Path, address: str) -> str:
    """Return what an address is counted by. Raises BadSettings."""
    return sealing.derived(key_file, f"address\0{address.lower()}").hex()


def ask(  # noqa: PLR0917 - whom, how, when
    conn: Connection, key_file: Path, saved_id: int, typed: str, pace: Pace, language: str, now: datetime
) -> None:
    """Have an address asked whether it wants letters; nothing where it may not be asked, without a word.

    Raises:
        BadInput: it is no address, or the search has as many as it may.
        BadSettings: the file of the master secret cannot be read or made.
    """
    address = mail_addresses.address(typed)
    hashed = address_hash(key_file, address)
    number = saved_ways.ask_mail(conn, saved_id, address, hashed, pace, language, now)
    if number is not None:
        deliveries.want(conn, ASK, str(number), "", _lane(number), now)


def attempt(conn: Connection, known: Way, now: datetime) -> None:
    """Have a webhook tried now; it is told finds as soon as it answers well."""
    deliveries.want(conn, TRIAL, str(known.way_id), "", authority(known.address), now)
    deliveries.hurry(conn, TRIAL, str(known.way_id), "", now)


def gather(db: Database, clock: Clock, *, mail: bool) -> None:
    """Note which ways have something to be told; letters only if there is a mail server."""
    now = clock()
    with db.read() as conn:
        found = _behind(conn, now, mail=mail)
    if found:
        with db.write() as conn:
            for one in found:
                host = _lane(one.way_id) if one.kind is Kind.MAIL else authority(one.address)
                deliveries.want(conn, saved_ways.delivery_kind(one.kind), str(one.way_id), "", host, now)


def behind(conn: Connection, now: datetime, *, mail: bool) -> bool:
    """Say whether a way has something to be told that no delivery is due for."""
    return bool(_behind(conn, now, mail=mail))


def _behind(conn: Connection, now: datetime, *, mail: bool) -> list[Way]:
    kinds = frozenset(Kind) if mail else frozenset({Kind.HOOK})
    return saved_ways.behind(conn, {pace: slot(pace, now) for pace in Pace}, kinds, now)


def _lane(number: int) -> str:
    return f"mail-{number % _LANES}"


@dataclass(frozen=True, slots=True)
class Letters:
    """Makes letters that tell finds, and that a question cannot be read."""

    desk: Desk

    def errand(self, db: Database, one: Delivery, now: datetime) -> Errand | None:
        """Return the next letter of a way; None if there is nothing to tell or nobody is to be told."""
        batch = next_batch(db, int(one.target), _MOST_IN_LETTER, now)
        if batch is None:
            return None
        known, search = batch.known, batch.search
        of = self.desk.envelope(known, search.name)
        if batch.news:
            made = finds(of, batch.news, f"tt.{known.salt[:12]}.{batch.through}", now)
        else:
            page = f"{self.desk.base_url}/theo-doi/{known.saved_id}" if search.owner else ""
            made = flawed(of, search.flaw, page, f"tt.{known.salt[:12]}.flaw{search.changed}", now)
        return _Telling(Letter(known.address, made), batch, self.desk.chance)


@dataclass(frozen=True, slots=True)
class Hooks:
    """Makes signed calls, one find each, in order."""

    desk: Desk

    def errand(self, db: Database, one: Delivery, now: datetime) -> Errand | None:
        """Return the next call of a way; None if there is nothing to tell or nobody is to be told."""
        batch = next_batch(db, int(one.target), 1, now)
        if batch is None:
            return None
        with db.read() as conn:
            here = told.Here(self.desk.base_url, *meta.authority(conn))
        name = str(batch.through) if batch.news else f"flaw{batch.search.changed}"
        request = _signed(self.desk, batch.known, name, _body(batch, here, now), now)
        return _Telling(request, batch, self.desk.chance)


def _body(batch: Batch, here: told.Here, now: datetime) -> dict[str, Any]:
    named = {"saved_id": batch.search.saved_id, "name": batch.search.name}
    if not batch.news:
        return {"type": "saved.invalid", "timestamp": told.instant(now), "data": named | {"flaw": batch.flaw}}
    [news] = batch.news
    data = named | {"kind": news.kind.value, "at": told.instant(news.at)}
    data |= {name: here.named(news.story_id)[name] for name in ("id", "story_id")}
    if news.kind is saved_finds.Kind.CORRECTED:
        entries = (told.entry(one) for one in news.corrected)
        data |= {"corrected_by": [{name: one[name] for name in _OF_CORRECTED} for one in entries]}
    story = None if news.story is None else told.whole(news.story, here)
    return {"type": f"saved.{news.kind}", "timestamp": data["at"], "data": data | {"story": story}}


def _signed(desk: Desk, known: Way, name: str, body: dict[str, Any], now: datetime) -> Request:
    secrets = outgoing.secrets_of(desk.key_file, known, now)
    number = f"tt_{known.salt[:12]}_{name}"
    return outgoing.signed(known.address, secrets, number, body, now, allow_private=desk.private)


@dataclass(frozen=True, slots=True)
class _Telling:
    """A batch on its way."""

    request: Request | Letter
    batch: Batch
    chance: Callable[[], float]

    def flaw(self, answer: Fetched) -> str:  # noqa: ARG002 - any 2xx will do
        return ""

    def told(self, conn: Connection, now: datetime) -> bool:
        batch = self.batch
        if batch.news:
            new = sum(one.kind is saved_finds.Kind.NEW for one in batch.news)
            saved_ways.told(conn, batch.known, batch.through, new, now)
        else:
            saved_ways.flaw_told(conn, batch.known, batch.flaw, now)
        return True  # whether there is more, the next look says

    def failed(self, conn: Connection, now: datetime, failure: Failure) -> datetime | None:
        known, of_mail = self.batch.known, self.batch.known.kind is Kind.MAIL
        patience = _patience(conn, known, failure) if of_mail else outgoing.PATIENCE
        final = _is_final(failure, of_mail=of_mail)
        due = None if final else again(failure, now, patience, self.chance())
        return _put_off(conn, known, now, failure, due)


def _patience(conn: Connection, known: Way, failure: Failure) -> timedelta:
    """Return for how long a letter is tried. An address that refuses has days; our mail server has weeks.

    Who refuses just once when the server is back after days (greylisting) did not refuse for days.
    """
    lately = deliveries.attempts(
        conn, min(failure.attempts, deliveries.KEPT_ATTEMPTS), MAIL, str(known.way_id)
    )
    return PATIENCE if all(one.status is not None for one in lately) else SERVER_PATIENCE


def _is_final(failure: Failure, *, of_mail: bool) -> bool:
    """Say whether a receiver wants no more: 5xx for an address, 410 of a webhook."""
    if of_mail:
        return failure.status is not None and failure.status >= _FOR_GOOD
    return failure.status == _GONE


def _put_off(
    conn: Connection, known: Way, now: datetime, failure: Failure, due: datetime | None
) -> datetime | None:
    if due is None:
        saved_ways.stopped(conn, known.way_id, failure.reason)
        return None
    saved_ways.failed(conn, known.way_id, failure.reason)
    return min(due, now + LONGEST_WAIT) if known.kind is Kind.MAIL else due


@dataclass(frozen=True, slots=True)
class Questions:
    """Makes letters that ask an address whether it wants letters."""

    desk: Desk

    def errand(self, db: Database, one: Delivery, now: datetime) -> Errand | None:
        """Return the letter; None if the address is not to be asked any more."""
        with db.read() as conn:
            known = saved_ways.get(conn, int(one.target))
        if known is None or known.state is not State.ASKED or now >= known.asked_at + saved_ways.ASKED_FOR:
            return None
        link = f"{self.desk.base_url}/theo-doi/xac-nhan/{code(self.desk.key_file, Purpose.CONFIRM, known)}"
        number = f"tt.{known.salt[:12]}.ask{known.asks}.{int(known.asked_at.timestamp())}"
        made = confirmation(self.desk.envelope(known, ""), link, number, now)
        return _Asking(Letter(known.address, made), known, self.desk.chance)


@dataclass(frozen=True, slots=True)
class _Asking:
    request: Letter
    known: Way
    chance: Callable[[], float]

    def flaw(self, answer: Fetched) -> str:  # noqa: ARG002 - any 2xx will do
        return ""

    def told(self, conn: Connection, now: datetime) -> bool:  # noqa: ARG002 - the answer is the button's
        return False

    def failed(self, conn: Connection, now: datetime, failure: Failure) -> datetime | None:
        final = _is_final(failure, of_mail=True)
        due = None if final else again(failure, now, saved_ways.ASKED_FOR, self.chance())
        return _put_off(conn, self.known, now, failure, due)


@dataclass(frozen=True, slots=True)
class Trials:
    """Makes calls that tell of no story, to try a webhook with."""

    desk: Desk

    def errand(self, db: Database, one: Delivery, now: datetime) -> Errand | None:
        """Return the call; None if the webhook is gone."""
        with db.read() as conn:
            known = saved_ways.get(conn, int(one.target))
        if known is None or known.state is State.OFF:
            return None
        body = {"type": "test", "timestamp": told.instant(now), "data": {"saved_id": known.saved_id}}
        return _Trial(_signed(self.desk, known, f"test{int(now.timestamp())}", body, now), known)


@dataclass(frozen=True, slots=True)
class _Trial:
    request: Request
    known: Way

    def flaw(self, answer: Fetched) -> str:  # noqa: ARG002 - any 2xx will do
        return ""

    def told(self, conn: Connection, now: datetime) -> bool:  # noqa: ARG002 - a Maker's errand
        saved_ways.opened(conn, self.known.way_id)
        return False

    def failed(self, conn: Connection, now: datetime, failure: Failure) -> datetime | None:  # noqa: ARG002
        saved_ways.failed(conn, self.known.way_id, failure.reason)
        return None  # whoever pressed the button sees why, and presses it again
