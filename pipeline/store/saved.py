"""Saved searches: what people want to be told of. What was found for them: `pipeline.store.saved_finds`.

A search is named by a token that only its holder has: it reads the feed and manages the search. SQL keeps
its SHA-256. States: active ⇄ paused, active ⇄ invalid (its question cannot be read any more), each → ended.
What a search asks is its owner's secret: it stands in no log, and goes when the search ends.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, func, select

from pipeline.errors import BadInput
from pipeline.store import counters, saved_finds
from pipeline.store.schema import change, counter, saved_match
from pipeline.store.schema import saved_search as table

MOST_OF_OWNER = 300  # living searches
MOST_WITHOUT_OWNER = 20_000
MOST = 50_000
LONGEST_NAME = 120
LONGEST_ASKED = 2_000  # characters of all parameters
TOKEN_LENGTH = 32  # of 62 letters each: 190 bits
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CLOCK = "saved_changed"  # the counter that orders writes to the table
_FINE = timedelta(hours=1)  # of `seen_at`
_LONGEST_FLAW = 200
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class State(StrEnum):
    """Whether a search is told anything."""

    ACTIVE = "active"
    PAUSED = "paused"  # by its holder
    INVALID = "invalid"  # its question cannot be read; it is kept
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved search.

    Args:
        asked: the parameters of its question by their names, {} once it has ended.
        owner: an account's name; None: whoever has the token.
        flaw: why the question cannot be read, "" if it can.
        seen_at: when its feed or page was asked for last, to the hour.
        since: a moment of the change log; it is told what became news behind it.
        changed: greater than that of every row written before.
    """

    saved_id: int
    name: str
    asked: Mapping[str, str]
    owner: str | None
    state: State
    flaw: str
    made_at: datetime
    seen_at: datetime
    since: datetime
    changed: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A search as operators see it: nothing of what it asks."""

    saved_id: int
    state: State
    owned: bool
    made_at: datetime
    seen_at: datetime
    matches: int
    last_at: datetime | None


def add(
    conn: Connection, name: str, asked: Mapping[str, str], owner: str | None, now: datetime
) -> tuple[int, str]:
    """Save a search; it is told what becomes news from now on. Returns its number and its token.

    Raises:
        BadInput: nothing is asked, too long, or too many searches.
    """
    _named(name)
    _asks(asked)
    changed = _tick(conn)  # from here on one at a time, so that the limits hold
    _room(conn, owner)
    token = _token()
    row: dict[str, object] = {
        "token_hash": _hashed(token),
        "name": name.strip(),
        "asked": dict(asked),
        "owner": owner,
    }
    row |= {"state": State.ACTIVE, "made_at": now, "seen_at": now, "since": _moment(conn), "changed": changed}
    made: int = conn.execute(table.insert().values(**row).returning(table.c.saved_id)).scalar_one()
    counters.add(conn, "saved_added")
    return made, token


def get(conn: Connection, saved_id: int) -> Saved | None:
    """Return a search, or None."""
    row = conn.execute(_select().where(table.c.saved_id == saved_id)).one_or_none()
    return None if row is None else _saved(row)


def by_token(conn: Connection, token: str) -> Saved | None:
    """Return the search that a token names, an ended one too; None if it names none."""
    if len(token) != TOKEN_LENGTH:
        return None
    wanted = _hashed(token)
    query = _select().add_columns(table.c.token_hash).where(table.c.token_hash == wanted)
    row = conn.execute(query).one_or_none()
    return _saved(row[:-1]) if row is not None and hmac.compare_digest(row.token_hash, wanted) else None


def of_owner(conn: Connection, owner: str) -> list[Saved]:
    """Return an account's living searches, newest first."""
    mine = _select().where(table.c.owner == owner, table.c.state != State.ENDED)
    return [_saved(row) for row in conn.execute(mine.order_by(table.c.saved_id.desc()))]


def is_stale(known: Saved, now: datetime) -> bool:
    """Say whether its last noted use was over an hour ago, so that another is worth a write."""
    return now - known.seen_at >= _FINE


def seen(conn: Connection, known: Saved, now: datetime) -> None:
    """Note that its feed or page was asked for; nothing where that was noted within the hour."""
    if is_stale(known, now):
        conn.execute(table.update().where(table.c.saved_id == known.saved_id).values(seen_at=now))


def rename(conn: Connection, saved_id: int, name: str) -> None:
    """Give it another name. Raises BadInput for one that is too long; nothing if it has ended."""
    _named(name)
    _set(conn, saved_id, tuple(set(State) - {State.ENDED}), name=name.strip())


def reask(conn: Connection, saved_id: int, asked: Mapping[str, str]) -> None:
    """Have it ask something else, for what becomes news from now on; one that was invalid is active again.

    Raises:
        BadInput: nothing is asked, or too long.
    """
    _asks(asked)
    known = get(conn, saved_id)
    if known is not None and known.state is not State.ENDED:
        state = State.PAUSED if known.state is State.PAUSED else State.ACTIVE
        values = {"asked": dict(asked), "state": state, "flaw": "", "since": _moment(conn)}
        _set(conn, saved_id, (known.state,), **values)


def renew(conn: Connection, saved_id: int) -> str:
    """Give it another token, which is returned; whoever knew the one before knows nothing any more."""
    token = _token()
    _set(conn, saved_id, tuple(set(State) - {State.ENDED}), token_hash=_hashed(token))
    return token


def pause(conn: Connection, saved_id: int) -> None:
    """Tell it nothing until it is resumed; what becomes news meanwhile is never told."""
    _set(conn, saved_id, (State.ACTIVE, State.INVALID), state=State.PAUSED)


def resume(conn: Connection, saved_id: int) -> None:
    """Tell it what becomes news from now on; nothing if it is not paused."""
    _set(conn, saved_id, (State.PAUSED,), state=State.ACTIVE, flaw="", since=_moment(conn))


def end(conn: Connection, saved_id: int) -> None:
    """End it for good: what it asked, whose it was and what it was told is forgotten."""
    gone: dict[str, object] = {"name": "", "asked": {}, "owner": None, "flaw": ""}
    if _set(conn, saved_id, tuple(set(State) - {State.ENDED}), state=State.ENDED, **gone):
        saved_finds.forget(conn, saved_id)
        counters.add(conn, "saved_ended")


def invalidate(conn: Connection, saved_id: int, flaw: str) -> bool:
    """Note that the question of an active search cannot be read, and keep it; say whether it was active."""
    was = _set(conn, saved_id, (State.ACTIVE,), state=State.INVALID, flaw=flaw[:_LONGEST_FLAW])
    if was:
        counters.add(conn, "saved_invalid")
    return was


def revalidate(conn: Connection, saved_id: int) -> None:
    """Note that the question of an invalid search can be read again: it is told what comes from now on."""
    _set(conn, saved_id, (State.INVALID,), state=State.ACTIVE, flaw="", since=_moment(conn))


def stamp(conn: Connection) -> int:
    """Return the newest `changed`: the same as before means that no search was written since."""
    return conn.scalar(select(counter.c.value).where(counter.c.name == _CLOCK)) or 0


def changed_since(conn: Connection, stamp: int) -> list[Saved]:
    """Return the searches written behind a stamp, in the order of writing; behind 0 all that live."""
    query = _select().where(table.c.changed > stamp if stamp else table.c.state != State.ENDED)
    rows = conn.execute(query.order_by(table.c.changed))
    return [_saved(row) for row in rows]


def counts(conn: Connection) -> dict[str, int]:
    """Return how many searches are in each state."""
    rows = conn.execute(select(table.c.state, func.count().label("total")).group_by(table.c.state))
    return {state.value: 0 for state in State} | {row.state: row.total for row in rows}


def outlines(conn: Connection, limit: int, saved_id: int | None = None) -> list[Outline]:
    """Return searches as operators see them, newest first; all but ended ones, or the one of a number."""
    mine = select(
        *(table.c[name] for name in ("saved_id", "state", "owner", "made_at", "seen_at")),
        func.count(saved_match.c.position).label("matches"),
        func.max(saved_match.c.at, type_=saved_match.c.at.type).label("last_at"),
    ).join(saved_match, saved_match.c.saved_id == table.c.saved_id, isouter=True)
    chosen = table.c.state != State.ENDED if saved_id is None else table.c.saved_id == saved_id
    rows = conn.execute(
        mine.where(chosen).group_by(table.c.saved_id).order_by(table.c.saved_id.desc()).limit(limit)
    )
    return [
        Outline(
            saved_id=row.saved_id,
            state=State(row.state),
            owned=row.owner is not None,
            made_at=row.made_at,
            seen_at=row.seen_at,
            matches=row.matches,
            last_at=row.last_at,
        )
        for row in rows
    ]


def _token() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(TOKEN_LENGTH))


def _asks(asked: Mapping[str, str]) -> None:
    if not asked:
        raise BadInput("q", "ask for something: words, or at least one filter")
    if sum(map(len, asked.values())) > LONGEST_ASKED:
        raise BadInput("q", f"at most {LONGEST_ASKED} characters")


def _named(name: str) -> None:
    if len(name.strip()) > LONGEST_NAME:
        raise BadInput("name", f"at most {LONGEST_NAME} characters")


def _room(conn: Connection, owner: str | None) -> None:
    living = select(func.count()).select_from(table).where(table.c.state != State.ENDED)
    mine = (
        conn.scalar(living.where(table.c.owner.is_(None) if owner is None else table.c.owner == owner)) or 0
    )
    most = MOST_WITHOUT_OWNER if owner is None else MOST_OF_OWNER
    if mine >= most or (conn.scalar(living) or 0) >= MOST:
        counters.add(conn, "saved_too_many")
        raise BadInput("saved searches", f"at most {most}; end one that is not needed")


def _moment(conn: Connection) -> datetime:
    """Return the moment of the newest logged change: whatever becomes news later has a later one."""
    return conn.scalar(select(change.c.at).order_by(change.c.seq.desc()).limit(1)) or _BEFORE_ALL


def _tick(conn: Connection) -> int:
    """Count the table's writes up; until this transaction ends nobody else can."""
    counters.add(conn, _CLOCK)
    return stamp(conn)


def _set(conn: Connection, saved_id: int, states: Collection[State], **values: object) -> bool:
    """Change a search that is in one of the states; say whether it was."""
    mine = table.update().where(table.c.saved_id == saved_id, table.c.state.in_(sorted(states)))
    return conn.execute(mine.values(changed=_tick(conn), **values)).rowcount == 1


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _select() -> Select[Any]:
    return select(*(table.c[one.name] for one in fields(Saved)))


def _saved(row: Any) -> Saved:
    known = Saved(*row)
    return replace(known, state=State(known.state))
