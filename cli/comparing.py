"""The versions of an entry against each other, as lines in the manner of a unified diff."""

from collections.abc import Iterator
from itertools import pairwise

from pipeline.diff import as_text, difference
from pipeline.errors import BadInput
from pipeline.model import EntryId
from pipeline.store import Connection, versions
from pipeline.store.versions import Version

_AT_ONCE = 20
_MOST_WORDS = 1_000_000


def compared(conn: Connection, entry_id: EntryId, first: int = 0, last: int = 0) -> Iterator[str]:
    """Yield the lines of all neighbouring versions, or of two; 0 is "not said".

    Only `first`: against the newest. Only `last`: against the one before it.

    Raises:
        BadInput: the entry has no such version.
        NotFound: there is no such entry.
    """
    total = versions.count(conn, entry_id)
    for option, rank in (("--from", first), ("--to", last)):
        if rank > total:
            raise BadInput(option, f"the entry has {total} versions")
    if first or last:
        (old,) = versions.history(conn, entry_id, first or last - 1, first or last - 1).versions or (None,)
        (new,) = versions.history(conn, entry_id, last or total, last or total).versions
        yield from _pair(old, new)
        return
    for start in range(1, total + 1, _AT_ONCE):
        told = versions.history(conn, entry_id, start - 1, start + _AT_ONCE - 1).versions
        if start == 1:
            yield from _pair(None, told[0])
        for old, new in pairwise(told):
            yield from _pair(old, new)


def _pair(old: Version | None, new: Version) -> Iterator[str]:
    """Yield what changed; the first version stands against nothing."""
    yield f"--- {_head(old)}"
    yield f"+++ {_head(new)}"
    for name in ("title", "summary", "body"):
        before = "" if old is None else getattr(old.draft, name)
        found = difference(before, getattr(new.draft, name), most=_MOST_WORDS)
        if found.rows:
            yield f"@@ {name} @@"
            yield as_text(found)


def _head(one: Version | None) -> str:
    if one is None:
        return "nothing"
    current = ", current" if one.current else ""
    said = one.draft.updated.isoformat() if one.draft.updated else one.draft.published.text()
    received = one.received_at.isoformat(timespec="seconds")
    names = " ".join(filter(None, (one.draft.external_id, one.draft.url)))
    return f"version {one.rank}{current}\t{said}, received {received}\t{names}"
