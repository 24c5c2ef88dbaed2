"""What stands in the folder of published feeds: one row per channel and form."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.store.database import insert
from pipeline.store.schema import publication


@dataclass(frozen=True, slots=True)
class Publication:
    """One published file: channel key, form ("rss", "atom", "json"), bytes' SHA-256 and size, last change."""

    channel: str
    form: str
    sha256: str
    size: int
    modified: datetime


def get(conn: Connection, channel: str, form: str) -> Publication | None:
    """Return what was published for a channel, or None."""
    where = (publication.c.channel == channel, publication.c.form == form)
    row = conn.execute(select(publication).where(*where)).one_or_none()
    return None if row is None else Publication(*row)


def of(conn: Connection, channel: str) -> dict[str, Publication]:
    """Return what was published for a channel, by form."""
    rows = conn.execute(select(publication).where(publication.c.channel == channel))
    return {row.form: Publication(*row) for row in rows}


def put(conn: Connection, made: Publication) -> None:
    """Note a published file."""
    values = {"sha256": made.sha256, "size": made.size, "modified": made.modified}
    row = insert(conn, publication).values(channel=made.channel, form=made.form, **values)
    conn.execute(row.on_conflict_do_update(index_elements=["channel", "form"], set_=values))


def listed(conn: Connection) -> list[Publication]:
    """Return every published file, by channel and form."""
    rows = conn.execute(select(publication).order_by(publication.c.channel, publication.c.form))
    return [Publication(*row) for row in rows]


def clear(conn: Connection) -> None:
    """Forget every published file."""
    conn.execute(publication.delete())
