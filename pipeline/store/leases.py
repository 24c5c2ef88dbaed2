"""Leases: who does a serial piece of work now.

A lease is for thrift: it keeps two workers from doing the same. Where exclusion matters for
correctness (linking), the holder *fences* its commit: the transaction updates the lease row with
its own token, which fails if somebody took over and which orders all such commits one after the
other in both engines (so log positions become visible in commit order, law 9).

One that runs out frees itself; one whose holder was killed on this machine is free at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

from pipeline import holder
from pipeline.errors import LeaseLost
from pipeline.store.database import Database, insert
from pipeline.store.schema import delivery, host, intake, lease, page, receipt, subscription


@dataclass(frozen=True, slots=True)
class Lease:
    """A held lease: name, secret token, and until when nobody else may take it (aware UTC)."""

    name: str
    token: str
    until: datetime


def acquire(db: Database, name: str, seconds: float, now: datetime) -> Lease | None:
    """Take a lease that is free, has run out at `now`, or is a dead process's; None if somebody holds it."""
    mine = Lease(name, holder.token(), now + timedelta(seconds=seconds))
    with db.read() as conn:
        before = conn.scalar(select(lease.c.token).where(lease.c.name == name)) or ""
    dead = before if holder.is_dead(before) else ""
    with db.write() as conn:
        free = insert(conn, lease).values(name=name, token=mine.token, until=mine.until)
        taking = free.on_conflict_do_update(
            index_elements=["name"],
            set_={"token": mine.token, "until": mine.until},
            where=or_(lease.c.until <= now, lease.c.token.in_(("", dead))),
        )
        return None if conn.scalar(taking.returning(lease.c.name)) is None else mine


def until(conn: Connection, name: str) -> datetime | None:
    """Return when the claim of whoever holds a lease ends (aware UTC), None if nobody does."""
    return conn.scalar(select(lease.c.until).where(lease.c.name == name, lease.c.token != ""))


def fence(conn: Connection, held: Lease) -> None:
    """Hold the lease row until this transaction ends. Raises LeaseLost if it is not ours."""
    mine = lease.update().where(lease.c.name == held.name, lease.c.token == held.token)
    if conn.execute(mine.values(token=held.token)).rowcount != 1:
        raise LeaseLost(held.name, "another worker took over; nothing was written")


def release(db: Database, held: Lease) -> None:
    """Give a lease back; one that was lost meanwhile is left to its new holder."""
    with db.write() as conn:
        mine = lease.update().where(lease.c.name == held.name, lease.c.token == held.token)
        conn.execute(mine.values(token=""))


def forget(conn: Connection) -> None:
    """Drop every claim and lease: for whoever starts alone on a database that a kill left behind.

    Safe even if somebody else is at work: fences turn them away, and reading twice changes nothing.
    """
    conn.execute(lease.update().values(token=""))
    conn.execute(receipt.update().where(receipt.c.leased_until.is_not(None)).values(leased_until=None))
    for table in (intake, page, host, subscription, delivery):
        conn.execute(table.update().where(table.c.claimed_until.is_not(None)).values(claimed_until=None))
