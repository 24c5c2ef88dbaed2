"""The door to SQL: one engine, reading and writing transactions, migrations.

SQLite runs in WAL with `BEGIN IMMEDIATE` for writers (a deferred one that turns into a writer
fails at once with "database is locked", whatever the busy timeout) and synchronous=FULL, because
a 202 promises that the receipt survives a power cut. PostgreSQL runs with its defaults.
"""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Table,
    any_,
    cast,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.errors import BadInput, BadSettings, EngineUnavailable
from pipeline.store import addresses, meta, papers

_BUSY_SECONDS = 30
_NUL = "NUL (0x00)"  # in what PostgreSQL says of it
_POOL, _OVERFLOW = 5, 40  # web answers with up to 40 threads
_KEYS_AT_ONCE = 2_000
_STORIES_AT_ONCE = 500
_CACHE = "cache_size=-16384"  # KB a connection; the default of 2 MB holds no window's inner pages
_CHECKPOINT = "wal_autocheckpoint=4000"  # pages; postings of one entry lie in a hundred of them
_MIGRATIONS = Path(__file__).parent / "migrations"


class _Derived(Protocol):
    """A store module whose rows follow from others by rules that may change."""

    def stale(self, conn: Connection) -> bool:
        """Say whether rows were made by other rules than today's."""

    def batch(self, conn: Connection, after: str, limit: int) -> tuple[Any, str | None]:
        """Return what is to be kept of the next rows, and where to go on, None at the end."""

    def keep(self, conn: Connection, found: Any) -> None:
        """Write what `batch` returned."""

    def done(self, conn: Connection) -> None:
        """Note that all rows are by today's rules."""


class Database:
    """A SQL database with the project's schema; cheap to make, safe to make in every process."""

    def __init__(self, url: str) -> None:
        """Open nothing yet; the first transaction connects."""
        self.url = url
        self.engine = _engine(url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection for reading; raise EngineUnavailable if SQL is away."""
        with _translated(), self.engine.connect() as conn:
            yield conn

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Yield a connection whose every reading sees the same state, whatever others commit meanwhile."""
        with self.read() as conn:
            if self.engine.dialect.name == "sqlite":
                conn.exec_driver_sql("BEGIN")
                yield conn
            else:
                yield conn.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection for one transaction: commit at the end, roll back on any error.

        Never compute or wait inside (law 9).
        """
        with _translated(), self.engine.begin() as conn:
            if self.engine.dialect.name == "sqlite":
                conn.exec_driver_sql("BEGIN IMMEDIATE")
            yield conn

    def migrate(self) -> None:
        """Bring schema and keys to today's rules and draw the installation's identity once.

        The schema changes in one transaction: who is killed meanwhile leaves the one from before, and of
        several that begin at once one does it.
        """
        config = _alembic()
        with self.write() as conn:
            config.attributes["connection"] = conn
            command.upgrade(config, "head")
            meta.draw_authority(conn)
        self._renew(addresses, _KEYS_AT_ONCE)
        self._renew(papers, _STORIES_AT_ONCE)

    def _renew(self, derived: _Derived, at_once: int) -> None:
        """Make stored rows anew if their rules changed, so many at once; what is interrupted starts again."""
        with self.read() as conn:
            after: str | None = "" if derived.stale(conn) else None
        while after is not None:
            with self.read() as conn:
                found, after = derived.batch(conn, after, at_once)
            with self.write() as conn:
                derived.keep(conn, found)
                if after is None:
                    derived.done(conn)

    def current(self) -> bool:
        """Say whether SQL answers and the schema is the newest. Raises EngineUnavailable."""
        head = ScriptDirectory.from_config(_alembic()).get_current_head()
        with self.read() as conn:
            return MigrationContext.configure(conn).get_current_revision() == head

    def close(self) -> None:
        """Close every connection, those in use when they are given back."""
        event.listen(self.engine, "checkin", _let_go)
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open a database by its SQLAlchemy URL, making the folder of a SQLite file but not of a URI ("file:…").

    Raises:
        BadSettings: that is no URL. It is not repeated: it may hold a password.
    """
    try:
        target = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise BadSettings("sql", "TINTINH_DATABASE_URL is not the address of a database") from error
    name = target.database or ""
    if target.get_backend_name() == "sqlite" and name and not name.startswith("file:"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
    return Database(url)


def insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the dialect's INSERT, which knows ON CONFLICT."""
    return insert_of(conn.dialect.name, table)


def insert_of(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the INSERT of a dialect, given its name: for statements that are built once for each."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def among(conn: Connection, column: ColumnElement[int], values: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of many whole numbers, sent as one parameter.

    A list of parameters is limited (32,766 in SQLite) and compiled anew for every length.
    """
    if conn.dialect.name == "postgresql":
        return column == any_(cast(sorted(values), ARRAY(column.type)))
    return column.in_(select(each(conn, values).c.value))


def each(conn: Connection, values: Collection[int]) -> FromClause:
    """Return many whole numbers as rows with one column, `value`, sent as one parameter."""
    if conn.dialect.name == "postgresql":
        return func.unnest(cast(sorted(values), ARRAY(BigInteger))).table_valued("value").render_derived()
    return func.json_each(json.dumps(sorted(values))).table_valued("value")


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(
            url, pool_pre_ping=True, pool_size=_POOL, max_overflow=_OVERFLOW, hide_parameters=True
        )
    engine = create_engine(
        url,
        pool_size=_POOL,
        max_overflow=_OVERFLOW,
        connect_args={"timeout": _BUSY_SECONDS},
        hide_parameters=True,  # errors stand in logs, with their statements
    )
    event.listen(engine, "connect", _sqlite_pragmas)
    return engine


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", _CACHE, _CHECKPOINT):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _let_go(_connection: object, record: ConnectionPoolEntry) -> None:
    """Close a connection that comes back to a pool which is no more: nobody else would."""
    record.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise EngineUnavailable("sql", str(error.orig)) from error
    except DataError as error:  # SQLite keeps a NUL, and finds nothing
        told = "holds a NUL character" if _NUL in str(error.orig) else "is longer or larger than its column"
        raise BadInput("text", told) from error
    except (UnicodeEncodeError, OverflowError) as error:  # half a surrogate pair; a number beyond 64 bits
        raise BadInput("text", f"cannot be stored: {type(error).__name__}") from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # the classes below it are mistakes of ours
            raise
        raise EngineUnavailable("sql", str(error.orig)) from error  # a file that is no database
    except PoolTimeout as error:
        raise EngineUnavailable("sql", "every connection of this process is in use") from error


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
