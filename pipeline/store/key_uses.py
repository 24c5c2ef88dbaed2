"""When webhook keys were used last, by fingerprint; the keys themselves are in `pipeline.keys`' file."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from pipeline.model import SourceId
from pipeline.store.database import insert
from pipeline.store.schema import key_use

_FINE = timedelta(minutes=1)


def note(conn: Connection, source_id: SourceId, fingerprint: str, now: datetime) -> None:
    """Note that a key signed something at `now`; once a minute is fine enough."""
    row = insert(conn, key_use).values(source_id=source_id, fingerprint=fingerprint, used_at=now)
    stale = key_use.c.used_at < now - _FINE
    keys = ["source_id", "fingerprint"]
    conn.execute(row.on_conflict_do_update(index_elements=keys, set_={"used_at": now}, where=stale))


def of(conn: Connection, source_id: SourceId) -> dict[str, datetime]:
    """Return when each key of a source was used last, by fingerprint; a key never used is missing."""
    query = select(key_use.c.fingerprint, key_use.c.used_at).where(key_use.c.source_id == source_id)
    return {row.fingerprint: row.used_at for row in conn.execute(query)}
