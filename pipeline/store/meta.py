"""Facts about the installation itself, by key; the identity of its feeds among them."""

import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from pipeline.model import LOCAL_ZONE
from pipeline.store.schema import meta


def get(conn: Connection, key: str) -> str | None:
    """Return the value of a key, or None."""
    return conn.scalar(select(meta.c.value).where(meta.c.key == key))


def put(conn: Connection, key: str, value: str) -> None:
    """Set a key."""
    if conn.execute(meta.update().where(meta.c.key == key).values(value=value)).rowcount == 0:
        conn.execute(meta.insert().values(key=key, value=value))


def authority(conn: Connection) -> tuple[str, str]:
    """Return the authority and date of this installation's tag: URIs (RFC 4151)."""
    name, day = get(conn, "tag_authority"), get(conn, "tag_date")
    assert name is not None
    assert day is not None
    return name, day


def take_turn(conn: Connection) -> None:
    """Wait until nobody else has the turn, and have it until this transaction ends.

    One row that has been there since the first migration is written as it is: that orders turns in
    PostgreSQL too (SQLite has one writer anyway).
    """
    conn.execute(meta.update().where(meta.c.key == "tag_date").values(key="tag_date"))


def draw_authority(conn: Connection) -> None:
    """Draw the identity once; later calls change nothing.

    The authority is a random name under `.invalid` (RFC 2606): nobody else can own it, and it
    does not depend on the public address, so moving the site changes no id.
    """
    if get(conn, "tag_authority") is None:
        put(conn, "tag_authority", f"{secrets.token_hex(6)}.tintinh.invalid")
        put(conn, "tag_date", datetime.now(UTC).astimezone(LOCAL_ZONE).date().isoformat())
