"""Stored keys of addresses, made anew where the rules of keys have changed (a host moved).

Not a migration of the schema: the list of moved hosts grows without one. Entries stay what they
are; two that turn out to be one page are joined in one story by their common key.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from pipeline.store import meta
from pipeline.store.schema import alias, entry
from pipeline.urls import canonical, rules

_KEY = "url_rules"
_KINDS = ("url", "link")


def stale(conn: Connection) -> bool:
    """Say whether keys were stored by other rules than today's."""
    return meta.get(conn, _KEY) != rules()


def batch(conn: Connection, after: str, limit: int) -> tuple[dict[str, str], str | None]:
    """Return (stored key → its key of today, for those that differ) of the next keys after one.

    The second part is where to go on, None at the end.
    """
    query = select(alias.c.value).where(alias.c.kind.in_(_KINDS), alias.c.value > after).distinct()
    stored = list(conn.scalars(query.order_by(alias.c.value).limit(limit)))
    keys = {value: canonical(value) or value for value in stored}
    changed = {value: key for value, key in keys.items() if key != value}
    return changed, stored[-1] if len(stored) == limit else None


def keep(conn: Connection, found: Mapping[str, str]) -> None:
    """Give stored keys their new form and mark their entries for linking."""
    rows = conn.execute(select(alias).where(alias.c.kind.in_(_KINDS), alias.c.value.in_(sorted(found))))
    for row in rows.mappings().all():
        renamed = {**row, "value": found[row["value"]]}
        before, after = _is(row), _is(renamed)
        if conn.scalar(select(alias.c.entry_id).where(*after)) is None:
            conn.execute(alias.update().where(*before).values(value=renamed["value"]))
        else:
            conn.execute(alias.delete().where(*before))
        mine = entry.update().where(entry.c.entry_id == row["entry_id"])
        conn.execute(mine.values(touched=entry.c.touched + 1))


def _is(row: Mapping[Any, Any]) -> list[ColumnElement[bool]]:
    """Return the condition that finds one alias."""
    return [alias.c[column] == row[column] for column in ("source_id", "kind", "value", "entry_id")]


def done(conn: Connection) -> None:
    """Note that every stored key is one of today's."""
    meta.put(conn, _KEY, rules())
