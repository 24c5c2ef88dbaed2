"""Who may sign in: accounts, sessions, one-time tickets.

A token (session or ticket) is 256 random bits that only its holder has; SQL keeps its SHA-256, so
a stolen database opens no session. Passwords are scrypt hashes; hash and compare them outside of
transactions (law 9): one costs 0.14 s.
"""

import hashlib
import hmac
import re
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, delete, select

from pipeline.errors import BadInput, NotFound
from pipeline.store import saved, saved_ways, schema

# OWASP's password storage sheet lists N=2^14, r=8, p=5 (16 MB of memory per try).
_N, _R, _P = 2**14, 8, 5
_MEMORY = 64 * 1024 * 1024
_SHORTEST, _LONGEST = 12, 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class Role(StrEnum):
    """What a person may do; each role may do what the ones before it may."""

    READER = "reader"
    EDITOR = "editor"
    OPS = "ops"

    def allows(self, needed: "Role") -> bool:
        """Say whether this role is enough where `needed` is asked for."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Account:
    """A person. `password` is a hash, "" for one who comes in by ticket only."""

    name: str
    role: Role
    password: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in; `csrf` goes into every form of theirs."""

    name: str
    role: Role
    csrf: str
    expires_at: datetime


def hash_password(password: str) -> str:
    """Return the scrypt hash "scrypt$N$r$p$salt$key" (RFC 7914) of a password.

    Raises:
        BadInput: shorter than 12 or longer than 1,024 characters.
    """
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise BadInput("password", f"use {_SHORTEST} to {_LONGEST} characters")
    salt = secrets.token_bytes(16)
    key = hashlib.scrypt(_encoded(password), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY)
    return f"scrypt${_N}${_R}${_P}${b64encode(salt).decode()}${b64encode(key).decode()}"


def check_password(password: str, stored: str) -> bool:
    """Say whether a password fits a hash; takes as long for an empty hash, which nothing fits."""
    fields = (stored or _NOBODY).split("$")
    n, r, p = (int(field) for field in fields[1:4])
    salt, key = b64decode(fields[4]), b64decode(fields[5])
    tried = hashlib.scrypt(_encoded(password[:_LONGEST]), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY)
    return hmac.compare_digest(tried, key) and bool(stored)


def _encoded(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


_NOBODY = f"scrypt${_N}${_R}${_P}${b64encode(bytes(16)).decode()}${b64encode(bytes(64)).decode()}"


def add_user(conn: Connection, name: str, role: Role, password_hash: str, now: datetime) -> None:
    """Add an account; `password_hash` is what `hash_password` gave, or "" for tickets only.

    Raises:
        BadInput: the name is taken or is not 1-64 of a-z 0-9 . _ @ - beginning with a letter or digit.
    """
    if not _NAME.fullmatch(name):
        raise BadInput("name", "use 1 to 64 of a-z 0-9 . _ @ -, beginning with a letter or a digit")
    if find(conn, name) is not None:
        raise BadInput("name", f"{name!r} is taken")
    conn.execute(
        schema.account.insert().values(name=name, role=role.value, password=password_hash, created_at=now)
    )


def remove_user(conn: Connection, name: str) -> None:
    """Delete an account with its sessions and tickets, and end its saved searches.

    They would be those of whoever is given the name next.

    Raises:
        NotFound: there is none.
    """
    if conn.execute(delete(schema.account).where(schema.account.c.name == name)).rowcount == 0:
        raise NotFound("name", f"no account {name!r}")
    conn.execute(delete(schema.session).where(schema.session.c.name == name))
    conn.execute(delete(schema.ticket).where(schema.ticket.c.name == name))
    for one in saved.of_owner(conn, name):
        saved_ways.end(conn, one.saved_id)


def find(conn: Connection, name: str) -> Account | None:
    """Return the account of a name, or None."""
    row = conn.execute(select(schema.account).where(schema.account.c.name == name)).mappings().first()
    return None if row is None else _account(row)


def listed(conn: Connection) -> list[Account]:
    """Return all accounts by name."""
    return [
        _account(row)
        for row in conn.execute(select(schema.account).order_by(schema.account.c.name)).mappings()
    ]


def _account(row: RowMapping) -> Account:
    return Account(row["name"], Role(row["role"]), row["password"], row["created_at"])


def open_session(conn: Connection, name: str, role: Role, now: datetime, ttl: timedelta) -> str:
    """Sign somebody in and return the session's token; sessions that are over are swept away."""
    conn.execute(delete(schema.session).where(schema.session.c.expires_at <= now))
    conn.execute(delete(schema.ticket).where(schema.ticket.c.expires_at <= now))
    token = secrets.token_urlsafe(32)
    conn.execute(
        schema.session.insert().values(
            token_hash=_hashed(token),
            name=name,
            role=role.value,
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            expires_at=now + ttl,
        )
    )
    return token


def session_of(conn: Connection, token: str, now: datetime) -> Session | None:
    """Return the living session of a token, or None."""
    row = (
        conn.execute(
            select(schema.session).where(
                schema.session.c.token_hash == _hashed(token), schema.session.c.expires_at > now
            )
        )
        .mappings()
        .first()
    )
    return None if row is None else Session(row["name"], Role(row["role"]), row["csrf"], row["expires_at"])


def close_session(conn: Connection, token: str) -> None:
    """Sign a session out; a token without a session changes nothing."""
    conn.execute(delete(schema.session).where(schema.session.c.token_hash == _hashed(token)))


def ticket(conn: Connection, name: str, role: Role, now: datetime, ttl: timedelta) -> str:
    """Return a fresh token that signs its holder in once, until `now + ttl`."""
    token = secrets.token_urlsafe(32)
    conn.execute(
        schema.ticket.insert().values(
            token_hash=_hashed(token), name=name, role=role.value, expires_at=now + ttl
        )
    )
    return token


def redeem(conn: Connection, token: str, now: datetime, ttl: timedelta) -> str | None:
    """Spend a ticket and return the token of a new session of `ttl`; None if it is spent or late."""
    row = (
        conn.execute(
            select(schema.ticket).where(
                schema.ticket.c.token_hash == _hashed(token), schema.ticket.c.expires_at > now
            )
        )
        .mappings()
        .first()
    )
    # Two redeemers may read the same row: the one whose DELETE counts has it.
    spent = conn.execute(delete(schema.ticket).where(schema.ticket.c.token_hash == _hashed(token))).rowcount
    if row is None or spent == 0:
        return None
    return open_session(conn, row["name"], Role(row["role"]), now, ttl)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
