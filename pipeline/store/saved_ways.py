"""By which ways people are told of their saved searches, each with a cursor in what was found. No secret.

States: asked → active; each → stopped (its address refuses, or fails for long; to be asked anew), each → off
(nobody wants it any more; its address is forgotten). A letter goes to an address that said so itself; a
webhook to one that answered a trial. Stories are told in batches behind `position` and up to `through`,
which is written down before a batch is sent: a batch that is sent again is the same one.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, cast, func, or_, select

from pipeline.errors import BadInput
from pipeline.store import counters, saved, saved_finds
from pipeline.store.schema import delivery, saved_match
from pipeline.store.schema import saved_search as search
from pipeline.store.schema import saved_way as table

MOST_LETTERS, MOST_HOOKS = 5, 3  # living ways of one search
MOST_OF_ADDRESS = 20  # letters, of all searches
MOST_ASKS = 3  # confirmations to one address in a day
ASKED_FOR = timedelta(days=2)  # how long a confirmation is good
MOST_IN_BURST, BURST = 12, timedelta(hours=1)  # instant letters; then one tells what the hour brought
MOST_URGENT = 60  # letters of such an hour with a correction or an end, which do not wait
_BATCH = 100  # ways noted at a time: others write too
_A_DAY = timedelta(days=1)
_SALT_BYTES = 16
_LONGEST_ERROR = 200


class Kind(StrEnum):
    """How a way leads."""

    MAIL = "mail"
    HOOK = "hook"


class State(StrEnum):
    """Whether a way is gone."""

    ASKED = "asked"  # to be confirmed, or tried
    ACTIVE = "active"
    STOPPED = "stopped"  # refused by the receiver, or failed for long
    OFF = "off"  # not wanted any more


class Pace(StrEnum):
    """When a letter comes."""

    INSTANT = "instant"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Way:
    """One way.

    Args:
        address: of mail, or of a webhook; "" once it is off. address_hash: "" of webhooks.
        salt: what its codes are made from, and by `number` its newest secret; both_until: until when the
            secret before that signs too.
        asks: confirmations within a day of `asked_at`, the last of which was then.
        position: of saved_match, told up to there; through: what is under way.
        burst: instant letters since `burst_from`.
        flaw_told: of the search's flaw, the one that was told.
        told: how many stories were, as new.
    """

    way_id: int
    saved_id: int
    kind: Kind
    state: State
    address: str
    address_hash: str
    pace: Pace
    language: str
    salt: str
    number: int
    both_until: datetime | None
    asks: int
    asked_at: datetime
    position: int
    through: int
    burst: int
    burst_from: datetime | None
    flaw_told: str
    told_at: datetime | None
    told: int
    error: str

    def is_gathering(self, now: datetime) -> bool:
        """Say whether so many letters went at once that the next waits for the end of the hour."""
        begun = self.burst_from
        return (
            self.kind is Kind.MAIL
            and self.pace is Pace.INSTANT
            and begun is not None
            and now < begun + BURST
            and self.burst >= MOST_IN_BURST
        )


def ask_mail(  # noqa: PLR0917 - one row
    conn: Connection,
    saved_id: int,
    address: str,
    address_hash: str,
    pace: Pace,
    language: str,
    now: datetime,
) -> int | None:
    """Note that an address is to be asked; return the way's number, None: it is not asked.

    It is not where it confirmed already, where it was asked too often today, or is told of too much.

    Raises:
        BadInput: the search has as many letters as it may.
    """
    _one_at_a_time(conn)
    mine = and_(table.c.saved_id == saved_id, table.c.address_hash == address_hash)
    row = conn.execute(select(*_columns()).where(mine)).one_or_none()
    known = None if row is None else _way(row)
    if known is not None and known.state is State.ACTIVE:
        return None
    if known is None or known.state is State.OFF:
        _room(conn, saved_id, Kind.MAIL, MOST_LETTERS)
    lately = and_(table.c.address_hash == address_hash, table.c.asked_at > now - _A_DAY)
    asks = conn.scalar(select(func.coalesce(func.sum(table.c.asks), 0)).where(lately)) or 0
    told = and_(table.c.address_hash == address_hash, table.c.state == State.ACTIVE)
    held = conn.scalar(select(func.count()).select_from(table).where(told)) or 0
    if asks >= MOST_ASKS or held >= MOST_OF_ADDRESS:
        counters.add(conn, "saved_mail_not_asked")
        return None
    again = known is not None and known.asked_at > now - _A_DAY
    values = {"address": address, "pace": pace, "language": language, "asked_at": now, "error": ""}
    values |= {"state": State.ASKED, "asks": known.asks + 1 if known is not None and again else 1}
    if known is not None:
        _set(conn, known.way_id, **values)
        return known.way_id
    return _added(conn, saved_id, Kind.MAIL, address_hash=address_hash, **values)


def add_hook(conn: Connection, saved_id: int, url: str, now: datetime) -> int:
    """Register a webhook, which is told nothing before its trial.

    Raises:
        BadInput: the search has one at this address, or as many as it may.
    """
    _one_at_a_time(conn)
    if any(one.kind is Kind.HOOK and one.address == url for one in of_search(conn, saved_id)):
        raise BadInput("known URL", "the search has a webhook at this address")
    _room(conn, saved_id, Kind.HOOK, MOST_HOOKS)
    values = {"address": url, "address_hash": "", "pace": Pace.INSTANT, "language": "", "asks": 0}
    return _added(conn, saved_id, Kind.HOOK, state=State.ASKED, asked_at=now, **values)


def rotated(conn: Connection, known: Way, both_until: datetime) -> Way:
    """Give a webhook a new secret; the one so far signs too until a moment."""
    _set(conn, known.way_id, number=known.number + 1, both_until=both_until)
    return replace(known, number=known.number + 1, both_until=both_until)


def get(conn: Connection, way_id: int) -> Way | None:
    """Return a way, or None."""
    row = conn.execute(select(*_columns()).where(table.c.way_id == way_id)).one_or_none()
    return None if row is None else _way(row)


def of_search(conn: Connection, saved_id: int) -> list[Way]:
    """Return a search's ways but those that are off, oldest first."""
    mine = select(*_columns()).where(table.c.saved_id == saved_id, table.c.state != State.OFF)
    return [_way(row) for row in conn.execute(mine.order_by(table.c.way_id))]


def opened(conn: Connection, way_id: int) -> None:
    """Tell a way what is found from now on, if it was asked or had stopped."""
    mine = table.c.state.in_([State.ASKED, State.STOPPED])
    here = saved_finds.head(conn)
    values = {"state": State.ACTIVE, "position": here, "through": here, "error": "", "asks": 0}
    conn.execute(table.update().where(table.c.way_id == way_id, mine).values(**values))


def is_held(conn: Connection, known: Way, now: datetime) -> bool:
    """Say whether a way waits for the end of its hour: it is gathering, and nothing is urgent."""
    if not known.is_gathering(now):
        return False
    return known.burst >= MOST_URGENT or not conn.scalar(
        select(_urgent()).where(table.c.way_id == known.way_id)
    )


def waiting(conn: Connection, known: Way) -> int:
    """Return how many stories were found and not told yet."""
    mine = (saved_match.c.saved_id == known.saved_id, saved_match.c.position > known.position)
    return conn.scalar(select(func.count(saved_match.c.story_id.distinct())).where(*mine)) or 0


def paced(conn: Connection, way_id: int, pace: Pace) -> None:
    """Have letters come at another pace."""
    _set(conn, way_id, pace=pace)


def closed(conn: Connection, way_id: int) -> None:
    """Tell a way nothing any more, and forget its address."""
    _set(conn, way_id, state=State.OFF, address="", error="")


def end(conn: Connection, saved_id: int) -> None:
    """End a search for good, with all its ways: what it asked and whom it told is forgotten."""
    for one in of_search(conn, saved_id):
        closed(conn, one.way_id)
    saved.end(conn, saved_id)


def invalidate(conn: Connection, saved_id: int, flaw: str) -> None:
    """Note that an active search's question cannot be read; its ways are told, also of a flaw as before."""
    if saved.invalidate(conn, saved_id, flaw):
        conn.execute(table.update().where(table.c.saved_id == saved_id).values(flaw_told=""))


def stopped(conn: Connection, way_id: int, reason: str) -> None:
    """Tell a way nothing until its address is confirmed anew: it refuses, or fails for long."""
    mine = table.c.state != State.OFF
    values = {"state": State.STOPPED, "error": reason[:_LONGEST_ERROR]}
    conn.execute(table.update().where(table.c.way_id == way_id, mine).values(**values))
    counters.add(conn, "saved_way_stopped")


def failed(conn: Connection, way_id: int, reason: str) -> None:
    """Note why it could not be told last."""
    _set(conn, way_id, error=reason[:_LONGEST_ERROR])


def batched(conn: Connection, known: Way, through: int) -> None:
    """Write down up to where the next batch tells, before it is sent."""
    conn.execute(table.update().where(_standing_at(known)).values(through=through))


def told(conn: Connection, known: Way, upto: int, new: int, now: datetime) -> None:
    """Note that a batch arrived; `new`: stories told in it that were not told before."""
    anew = known.burst_from is None or now >= known.burst_from + BURST
    values: dict[str, object] = {"position": upto, "through": upto, "told": table.c.told + new}
    values |= {"told_at": now, "error": "", "flaw_told": ""}
    values |= {"burst": 1, "burst_from": now} if anew else {"burst": known.burst + 1}
    conn.execute(table.update().where(_standing_at(known)).values(**values))


def passed(conn: Connection, known: Way, upto: int) -> None:
    """Note that up to a position there was nothing to tell."""
    values = {"position": upto, "through": upto}
    conn.execute(table.update().where(_standing_at(known)).values(**values))


def flaw_told(conn: Connection, known: Way, flaw: str, now: datetime) -> None:
    """Note that it was told why its search cannot be read."""
    _set(conn, known.way_id, flaw_told=flaw, told_at=now, error="")


def behind(
    conn: Connection, until: Mapping[Pace, datetime], kinds: frozenset[Kind], now: datetime
) -> list[Way]:
    """Return some ways that have something to be told and no delivery due for it, a batch at a time.

    Args:
        conn: a connection.
        until: for each pace, the moment up to which finds are told.
        kinds: which ways may be told now.
        now: aware UTC.
    """
    waits = select(delivery.c.target).where(
        delivery.c.kind.in_([delivery_kind(kind) for kind in Kind]), delivery.c.state == "due"
    )
    found = or_(*(_found(pace, at) for pace, at in until.items()))
    is_flawed = and_(search.c.state == saved.State.INVALID, table.c.flaw_told != search.c.flaw)
    mine = (
        select(*_columns())
        .join(search, search.c.saved_id == table.c.saved_id)
        .where(
            table.c.state == State.ACTIVE,
            table.c.kind.in_(sorted(kinds)),
            or_(and_(search.c.state == saved.State.ACTIVE, found, _free(now)), is_flawed),
            cast(table.c.way_id, String).not_in(waits),
        )
    )
    return [_way(row) for row in conn.execute(mine.order_by(table.c.way_id).limit(_BATCH))]


def delivery_kind(kind: Kind) -> str:
    """Return the kind of the deliveries that bring finds by a way."""
    return f"saved_{kind}"


def tidy(conn: Connection, now: datetime) -> int:
    """Forget the addresses that were asked and never answered; return how many."""
    late = and_(table.c.state == State.ASKED, table.c.kind == Kind.MAIL, table.c.asked_at <= now - ASKED_FOR)
    gone = conn.execute(table.update().where(late).values(state=State.OFF, address=""))
    return gone.rowcount


def counts(conn: Connection) -> dict[str, int]:
    """Return how many ways of each kind are in each state, by names like "mail_active"."""
    rows = conn.execute(
        select(table.c.kind, table.c.state, func.count().label("total")).group_by(table.c.kind, table.c.state)
    )
    return {f"{kind}_{state}": 0 for kind in Kind for state in State} | {
        f"{row.kind}_{row.state}": row.total for row in rows
    }


def _found(pace: Pace, until: datetime) -> ColumnElement[bool]:
    """Say that the first find that was not told is of before a moment: the others are younger."""
    mine = (saved_match.c.saved_id == table.c.saved_id, saved_match.c.position > table.c.position)
    first = select(saved_match.c.at).where(*mine).order_by(saved_match.c.position).limit(1)
    return and_(table.c.pace == pace, first.scalar_subquery() <= until)


def _free(now: datetime) -> ColumnElement[bool]:
    """Say the opposite of `is_held`."""
    return or_(
        table.c.kind != Kind.MAIL,
        table.c.pace != Pace.INSTANT,
        table.c.burst < MOST_IN_BURST,
        table.c.burst_from <= now - BURST,
        and_(table.c.burst < MOST_URGENT, _urgent()),
    )


def _urgent() -> ColumnElement[bool]:
    """Say that a correction or an end was not told yet."""
    mine = (saved_match.c.saved_id == table.c.saved_id, saved_match.c.position > table.c.position)
    return select(saved_match.c.position).where(*mine, saved_match.c.kind != saved_finds.Kind.NEW).exists()


def _standing_at(known: Way) -> ColumnElement[bool]:
    """Say that a way is where it was when it was read."""
    return and_(table.c.way_id == known.way_id, table.c.position == known.position)


def _one_at_a_time(conn: Connection) -> None:
    """Have whoever else adds a way wait: limits hold, and no address has two ways of a search."""
    counters.add(conn, "saved_way_wanted")


def _room(conn: Connection, saved_id: int, kind: Kind, most: int) -> None:
    if sum(one.kind is kind for one in of_search(conn, saved_id)) >= most:
        raise BadInput(kind, f"at most {most} for one search; end one that is not needed")


def _added(conn: Connection, saved_id: int, kind: Kind, **values: object) -> int:
    here = saved_finds.head(conn)
    row = {"saved_id": saved_id, "kind": kind, "salt": secrets.token_hex(_SALT_BYTES)} | values
    row |= {"position": here, "through": here}
    made: int = conn.execute(table.insert().values(**row).returning(table.c.way_id)).scalar_one()
    return made


def _columns() -> list[Any]:
    return [table.c[one.name] for one in fields(Way)]


def _way(row: Any) -> Way:
    known = Way(*row)
    return replace(known, kind=Kind(known.kind), state=State(known.state), pace=Pace(known.pace))


def _set(conn: Connection, way_id: int, **values: object) -> None:
    conn.execute(table.update().where(table.c.way_id == way_id).values(values))
