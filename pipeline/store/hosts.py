"""Hosts: whose turn it is to be asked, and the rules that each of them publishes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select

from pipeline.robots import TdmRule
from pipeline.store.database import insert
from pipeline.store.schema import host

_TDM = TypeAdapter(tuple[TdmRule, ...])
_KEPT = timedelta(hours=24)  # RFC 9309 section 2.4
_KEPT_IN_DOUBT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Host:
    """One host, with its port if that is special, and when its rules were read.

    Args:
        free_at: the earliest time of the next request.
        robots_status: HTTP status of robots.txt; None while it was never answered, which forbids all.
        reserved: its tdmrep.json reserves something; `policy`: where the terms stand.
        error: why its rules could not be read the last time; the older ones hold.
    """

    host: str
    free_at: datetime | None = None
    robots_at: datetime | None = None
    robots_status: int | None = None
    reserved: bool = False
    policy: str = ""
    error: str = ""

    def is_stale(self, now: datetime) -> bool:
        """Say whether its rules are to be read (again)."""
        return self.robots_at is None or now - self.robots_at >= (_KEPT_IN_DOUBT if self.error else _KEPT)


@dataclass(frozen=True, slots=True)
class Told:
    """What a host told of its rules: to be kept. Without a status nothing but the error is."""

    at: datetime
    status: int | None
    robots: str = ""
    tdm: tuple[TdmRule, ...] = ()
    error: str = ""


_COLUMNS = tuple(host.c[one.name] for one in fields(Host))


def free(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a host's row, joined in from the left, lets us ask it now."""
    unclaimed = or_(host.c.claimed_until.is_(None), host.c.claimed_until <= now)
    return unclaimed & or_(host.c.free_at.is_(None), host.c.free_at <= now)


def claim(conn: Connection, names: Iterable[str], now: datetime, until: datetime) -> dict[str, Host]:
    """Claim those of the named hosts that are free; nobody else asks them until `release`."""
    wanted = sorted(set(names))
    known = set(conn.scalars(select(host.c.host).where(host.c.host.in_(wanted))))
    if strangers := [{"host": name} for name in wanted if name not in known]:
        conn.execute(insert(conn, host).on_conflict_do_nothing(), strangers)
    query = select(*_COLUMNS).where(host.c.host.in_(wanted), free(now)).order_by(host.c.host)
    rows = conn.execute(query.with_for_update(skip_locked=True)).all()
    taken = {row.host: Host(*row) for row in rows}
    conn.execute(host.update().where(host.c.host.in_(list(taken))).values(claimed_until=until))
    return taken


def release(conn: Connection, freed: Sequence[tuple[str, datetime]]) -> None:
    """Let claims go; each host may be asked again from its time on."""
    if freed:
        statement = host.update().where(host.c.host == bindparam("name"))
        rows = [{"name": name, "at": at} for name, at in sorted(freed)]
        conn.execute(statement.values(claimed_until=None, free_at=bindparam("at")), rows)


def keep(conn: Connection, name: str, told: Told) -> None:
    """Keep what a host told of its rules; of a host that did not answer the older ones hold."""
    values: dict[str, Any] = {"robots_at": told.at, "error": told.error}
    if told.status is not None:
        values |= {
            "robots_status": told.status,
            "robots": told.robots,
            "tdm": _TDM.dump_python(told.tdm, mode="json") if told.tdm else None,
            "reserved": any(rule.reserved for rule in told.tdm),
            "policy": next((rule.policy for rule in told.tdm if rule.reserved and rule.policy), ""),
        }
    row = insert(conn, host).values(host=name, **values)
    conn.execute(row.on_conflict_do_update(index_elements=["host"], set_=values))


def get(conn: Connection, name: str) -> Host | None:
    """Return a host, or None if it was never asked."""
    row = conn.execute(select(*_COLUMNS).where(host.c.host == name)).one_or_none()
    return None if row is None else Host(*row)


def listed(conn: Connection) -> dict[str, Host]:
    """Return every host by its name."""
    return {row.host: Host(*row) for row in conn.execute(select(*_COLUMNS).order_by(host.c.host))}


def remarkable(conn: Connection, limit: int) -> list[Host]:
    """Return hosts whose rules could not be read or that reserve text and data mining, by name."""
    says = or_(host.c.error != "", host.c.reserved)
    query = select(*_COLUMNS).where(says).order_by(host.c.host).limit(limit)
    return [Host(*row) for row in conn.execute(query)]


def counts(conn: Connection) -> dict[str, int]:
    """Return how many hosts are known, never answered for their rules, and reserve something."""
    total = select(func.count()).select_from(host)
    unanswered = total.where(host.c.robots_status.is_(None), host.c.robots_at.is_not(None))
    wanted = {"known": total, "unanswered": unanswered, "reserving": total.where(host.c.reserved)}
    return {name: conn.scalar(query) or 0 for name, query in wanted.items()}


def rules(conn: Connection, names: Iterable[str]) -> dict[str, tuple[str, tuple[TdmRule, ...]]]:
    """Return robots.txt and the rules of tdmrep.json of those of the named hosts that have any."""
    says = or_(host.c.robots != "", host.c.tdm.is_not(None))
    query = select(host.c.host, host.c.robots, host.c.tdm).where(host.c.host.in_(sorted(names)), says)
    return {row.host: (row.robots, _TDM.validate_python(row.tdm or ())) for row in conn.execute(query)}
