"""Partners: programs of others that read by a key, within bounds, until a day or until revoked.

A key is 256 random bits, shown once; its SHA-256 is kept, which nobody can turn back. It opens nothing
that writes.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.engine import RowMapping

from pipeline.errors import BadInput, NotFound
from pipeline.model import NATIONAL, SourceId
from pipeline.places import area, province
from pipeline.store import sources
from pipeline.store.schema import partner as table
from pipeline.topics import topics

KINDS = ("province", "area", "topic", "source")
MOST_PER_MINUTE = 6_000
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
PREFIX = "ttk_"  # lets scanners of code tell a key that was left lying about
_LONGEST_KEY = 100
FINE_SECONDS = 60  # what `used_at` is right to


class Right(StrEnum):
    """What a key opens."""

    SEARCH = "search"  # search, stories, similar ones
    EXPORT = "export"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Partner:
    """A key's holder.

    Args:
        scope: values by kind (`KINDS`), of each of which a story bears one; a kind that is missing is free.
        may: what the key opens.
        per_minute: requests.
        expires_at, revoked_at, used_at: aware UTC, None: never. `used_at` is right to the minute.
    """

    name: str
    scope: Mapping[str, tuple[str, ...]]
    may: frozenset[Right]
    per_minute: int
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def alive(self, now: datetime) -> bool:
        """Say whether the key opens anything at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def add(conn: Connection, wanted: Partner) -> str:
    """Add a partner and return the key; the name of one that is revoked or expired may be taken again.

    Raises:
        BadInput: a name, a slug or a number that cannot be, or a name whose key is alive.
    """
    _check(conn, wanted)
    known = find(conn, wanted.name)
    if known is not None and known.alive(wanted.made_at):
        raise BadInput("name", f"{wanted.name!r} has a key already; revoke it first")
    conn.execute(delete(table).where(table.c.name == wanted.name))
    key = f"{PREFIX}{secrets.token_urlsafe(32)}"
    conn.execute(
        table.insert().values(
            name=wanted.name,
            key_hash=_hashed(key),
            scope={kind: list(values) for kind, values in wanted.scope.items()},
            may=sorted(wanted.may),
            per_minute=wanted.per_minute,
            made_at=wanted.made_at,
            expires_at=wanted.expires_at,
        )
    )
    return key


def by_key(conn: Connection, key: str, now: datetime) -> Partner | None:
    """Return the partner whose living key this is, or None."""
    hashed = _hashed(key[:_LONGEST_KEY])
    row = conn.execute(select(table).where(table.c.key_hash == hashed)).mappings().first()
    if row is None or not hmac.compare_digest(row["key_hash"], hashed):
        return None
    found = _partner(row)
    return found if found.alive(now) else None


def find(conn: Connection, name: str) -> Partner | None:
    """Return the partner of a name, whatever became of its key."""
    row = conn.execute(select(table).where(table.c.name == name)).mappings().first()
    return None if row is None else _partner(row)


def listed(conn: Connection) -> list[Partner]:
    """Return all partners by name, those of old included."""
    return [_partner(row) for row in conn.execute(select(table).order_by(table.c.name)).mappings()]


def revoke(conn: Connection, name: str, now: datetime) -> None:
    """End a key for good; raise NotFound if no key of that name is alive."""
    living = (table.c.name == name, table.c.revoked_at.is_(None))
    if conn.execute(update(table).where(*living).values(revoked_at=now)).rowcount == 0:
        raise NotFound("name", f"no partner {name!r} has a key")


def note_use(conn: Connection, name: str, now: datetime) -> None:
    """Note that a key was used; once a minute is fine enough."""
    stale = or_(table.c.used_at.is_(None), table.c.used_at < now - timedelta(seconds=FINE_SECONDS))
    conn.execute(update(table).where(table.c.name == name, stale).values(used_at=now))


def _check(conn: Connection, wanted: Partner) -> None:
    if not _NAME.fullmatch(wanted.name):
        raise BadInput("name", "use 1 to 64 of a-z 0-9 . _ -, beginning with a letter or a digit")
    if not wanted.may:
        raise BadInput("may", f"name at least one of {', '.join(Right)}")
    if not 1 <= wanted.per_minute <= MOST_PER_MINUTE:
        raise BadInput("per-minute", f"a number from 1 to {MOST_PER_MINUTE}")
    if wanted.expires_at is not None and wanted.expires_at <= wanted.made_at:
        raise BadInput("days", "a number from 1")
    for kind, values in wanted.scope.items():
        for value in values:
            if not _is_known(conn, kind, value):
                raise BadInput(kind, f"there is no {kind} {value!r}")


def _is_known(conn: Connection, kind: str, value: str) -> bool:
    match kind:
        case "province":
            return value == NATIONAL or province(value) is not None
        case "area":
            return area(value) is not None
        case "topic":
            return value in {one.slug for one in topics()}
        case "source":
            # A comma parts several in an address.
            return "," not in value and sources.get(conn, SourceId(value)) is not None
        case _:
            return False


def _partner(row: RowMapping) -> Partner:
    return Partner(
        name=row["name"],
        scope={kind: tuple(values) for kind, values in row["scope"].items()},
        may=frozenset(map(Right, row["may"])),
        per_minute=row["per_minute"],
        made_at=row["made_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        used_at=row["used_at"],
    )


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
