"""The registry of sources: who speaks, from where, with which rights."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, bindparam, select

from pipeline.model import Rights, Seat, Source, SourceId
from pipeline.store.database import insert
from pipeline.store.schema import entry, source, source_rights
from pipeline.urls import newest_host

_SEATS = TypeAdapter(list[Seat])
_ONE = select(source).where(source.c.source_id == bindparam("mine"))


def add(conn: Connection, new: Source) -> None:
    """Register a source, or change what is known of it.

    A change marks the source's entries for linking: names, homes and rights are in faces. Since when it has
    its rights is written down.
    """
    before = get(conn, new.source_id)
    values = {
        "name": new.name,
        "province": new.province,
        "area": new.area,
        "hosts": _dumped(new),
        "rights": new.rights,
    }
    statement = insert(conn, source).values(source_id=new.source_id, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=["source_id"], set_=values))
    if before is None or before.rights is not new.rights:
        begun = {"source_id": new.source_id, "rights": new.rights, "since": datetime.now(UTC)}
        conn.execute(source_rights.insert().values(begun))
    if before is not None and before != get(conn, new.source_id):
        mine = entry.update().where(entry.c.source_id == new.source_id)
        conn.execute(mine.values(touched=entry.c.touched + 1))


def ensure(conn: Connection, new: Source) -> Source:
    """Return the registered source, registering it if unknown; a known one gains a home it lacks."""
    known = get(conn, new.source_id)
    if known is None:
        add(conn, new)
        return new
    if known.province is None and new.province is not None:
        known = replace(known, province=new.province, area=new.area)
        add(conn, known)
    return known


def get(conn: Connection, source_id: SourceId) -> Source | None:
    """Return a source, or None."""
    row = conn.execute(_ONE, {"mine": source_id}).one_or_none()
    return None if row is None else _source(row)


def many(conn: Connection) -> dict[SourceId, Source]:
    """Return every source by its id."""
    return {known.source_id: known for known in listed(conn)}


def listed(conn: Connection) -> list[Source]:
    """Return every source, by id."""
    return [_source(row) for row in conn.execute(select(source).order_by(source.c.source_id))]


def by_host(conn: Connection, host: str) -> Source | None:
    """Return the source that owns a host by its old or its new name, with or without "www.", or None."""
    wanted = newest_host(host)
    for known in listed(conn):
        if wanted and wanted in map(newest_host, known.hosts):
            return known
    return None


def as_stored(known: Source) -> Source:
    """Return a source as it is after being stored: its hosts in their order."""
    hosts, seats = _hosts(_dumped(known))
    return replace(known, hosts=hosts, seats=seats)


def _source(row: Row[Any]) -> Source:
    hosts, seats = _hosts(row.hosts)
    return Source(
        source_id=SourceId(row.source_id),
        name=row.name,
        province=row.province,
        area=row.area,
        hosts=hosts,
        rights=Rights(row.rights),
        seats=seats,
    )


def _hosts(stored: list[Any]) -> tuple[tuple[str, ...], tuple[Seat, ...]]:
    """Return the hosts, and the seats among them."""
    names = dict.fromkeys(one if isinstance(one, str) else one["host"] for one in stored)
    return tuple(names), tuple(_SEATS.validate_python([one for one in stored if not isinstance(one, str)]))


def _dumped(known: Source) -> list[Any]:
    """Return the hosts as they are stored: a name, or a name with its unit and its days."""
    seated = {seat.host for seat in known.seats}
    seats = sorted(_SEATS.dump_python(list(known.seats), mode="json"), key=str)
    return [*sorted({*known.hosts} - seated), *seats]
