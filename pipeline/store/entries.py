"""Entries and their versions: one thing one source said, once, with every text it ever had.

An entry is found again by its canonical URL, else by the publisher's id, else by its content. An id
under another URL is the same entry only if it is sure to name one article (a slug was changed), or
both came by push, where it is a promise; what a broken feed gives to all its items is not. Where a
telling without that id came in between, two entries stay, and their common id joins them in one story.

Which version is current does not depend on arrival where the source tells times: a text with a
body before a stub, then by the source's own time, then by receipt; a text seen before never
revises back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select
from xxhash import xxh3_128_hexdigest

from pipeline.model import Act, Basis, Draft, EntryId, EntryKind, Form, SourceId, When
from pipeline.similarity import held_words
from pipeline.store import codec, prints
from pipeline.store.database import insert
from pipeline.store.prints import Reading
from pipeline.store.receipts import Receipt
from pipeline.store.schema import alias, entry, fingerprint, receipt_entry, version
from pipeline.store.schema import receipt as receipt_table
from pipeline.urls import proves

_REAL_IDS = frozenset((Form.FEED, Form.RECORD, Form.PUSH))  # a file's name is not an identity
_TELLING_TIMES = frozenset((Basis.GIVEN, Basis.FEED, Basis.PUSH, Basis.META))
_BASES = list(Basis)
_NEVER = datetime.min.replace(tzinfo=UTC)
_CHUNK = 400
_MOST_WORDS_STAY = 0.7  # of the shorter text

# Built once: building a statement takes as long as SQLite takes to answer it.
_MINE = alias.c.source_id == bindparam("source_id")
_BY_URL = (
    select(alias.c.entry_id)
    .where(_MINE, alias.c.kind == "url", alias.c.value == bindparam("url"))
    .order_by(alias.c.entry_id)
)
_BY_IDS = (
    select(alias.c.entry_id)
    .where(_MINE, alias.c.kind.in_(("id", "guid")), alias.c.value.in_(bindparam("ids", expanding=True)))
    .order_by(alias.c.entry_id)
    .distinct()
)


@dataclass(frozen=True, slots=True)
class Committed:
    """The entry that a reading belongs to; `fresh`: nobody had told it here before."""

    entry_id: EntryId
    fresh: bool


def text_hash(draft: Draft) -> str:
    """Return the identity of a version's text."""
    return xxh3_128_hexdigest(f"{draft.title}\x00{draft.summary}\x00{draft.body}".encode())


def commit(conn: Connection, receipt: Receipt, reading: Reading, *, backfill: bool) -> Committed:
    """Write what a receipt says of one entry; doing it twice changes nothing.

    `backfill`: it is no news, should it be new (`pipeline.backfill`).
    The entry is marked for linking if anything that matters changed.
    """
    draft = reading.draft
    known = find(conn, receipt.source_id, receipt.form, draft)
    if known is None and receipt.given.watched:
        known = _changed_file(conn, receipt.source_id, reading)
    made = Committed(known, fresh=False) if known else _make(conn, receipt, draft, backfill=backfill)
    entry_id = made.entry_id
    if made.fresh and draft.act is Act.TELL:
        _tell_first(conn, receipt, reading, entry_id)
        return made
    conn.execute(select(entry.c.entry_id).where(entry.c.entry_id == entry_id).with_for_update())
    told = text_hash(draft) if draft.act is Act.TELL else None
    key = {"receipt_id": receipt.receipt_id, "entry_id": entry_id}
    row = insert(conn, receipt_entry).values(**key, text_hash=told)
    conn.execute(row.on_conflict_do_update(index_elements=list(key), set_={"text_hash": told}))
    if draft.act is Act.WITHDRAW:
        changed = _withdraw(conn, entry_id, draft.updated or receipt.received_at)
    else:
        changed = _tell(conn, receipt, reading, entry_id)
    if _name(conn, receipt, draft, entry_id) or changed:
        touch(conn, [entry_id])
    return made


def touch(conn: Connection, entry_ids: list[EntryId]) -> None:
    """Mark entries for linking; a flood's crowd may be tens of thousands."""
    for start in range(0, len(entry_ids), _CHUNK):
        mine = entry.c.entry_id.in_(entry_ids[start : start + _CHUNK])
        conn.execute(entry.update().where(mine).values(touched=entry.c.touched + 1))


def _identity(receipt: Receipt, draft: Draft) -> str:
    real = receipt.form in _REAL_IDS
    if draft.kind is EntryKind.BULLETIN_ITEM and (real or receipt.given.url):
        return f"item|{draft.bulletin_id}|{draft.bulletin_number}"
    if draft.canonical_url:
        return f"url|{draft.canonical_url}"
    if draft.guid or real:
        return f"id|{draft.guid or draft.external_id}"
    return f"text|{draft.bulletin_number}|{text_hash(draft)}"


def find(conn: Connection, source_id: SourceId, form: Form, draft: Draft) -> EntryId | None:
    """Return the entry that a source's draft belongs to, None if it would be a new one."""
    if draft.canonical_url and draft.kind is EntryKind.ARTICLE:
        found = conn.scalar(_BY_URL, {"source_id": source_id, "url": draft.canonical_url})
        if found is not None:
            return EntryId(found)
    ids = _ids(form, draft)
    if not ids:
        return None
    for found in conn.scalars(_BY_IDS, {"source_id": source_id, "ids": sorted(ids)}):
        if _bears(conn, EntryId(found), form, draft, ids):
            return EntryId(found)
    return None


def _changed_file(conn: Connection, source_id: SourceId, reading: Reading) -> EntryId | None:
    """Return the entry that a file of a watched folder told before it was changed, None if it tells news.

    A name alone is no key: offices write today's bulletin over yesterday's, or begin with a copy of it. It
    is the same thing told anew if most words stay, the day is no other, and no other file tells it too.
    """
    name, undated = reading.draft.external_id, reading.draft.published.basis is Basis.RECEIVED
    mine = (alias.c.source_id == source_id, alias.c.kind == "name")
    named = select(alias.c.entry_id).where(*mine, alias.c.value == name).order_by(alias.c.entry_id)
    for found in conn.scalars(named):
        names = set(conn.scalars(select(alias.c.value).where(*mine, alias.c.entry_id == found)))
        row = conn.execute(select(fingerprint).where(fingerprint.c.entry_id == found)).one_or_none()
        if names != {name} or row is None:
            continue
        before, now = prints.told(row).shape, reading.print.shape
        same_day = before.day == now.day or None in (before.day, now.day) or undated
        if same_day and held_words(before, now) >= _MOST_WORDS_STAY:
            return EntryId(found)
    return None


def _bears(conn: Connection, entry_id: EntryId, form: Form, draft: Draft, ids: set[str]) -> bool:
    """Say whether an entry that shares an id with a draft is that draft's, whatever its URL."""
    names: dict[str, set[str]] = {"url": set(), "id": set(), "guid": set()}
    known = (alias.c.entry_id == entry_id, alias.c.kind.in_(list(names)))
    for row in conn.execute(select(alias.c.kind, alias.c.value).where(*known)):
        names[row.kind].add(row.value)
    if not names["url"] or not draft.canonical_url or draft.kind is EntryKind.BULLETIN_ITEM:
        return True
    if draft.act is Act.WITHDRAW or (form is Form.PUSH and _was_pushed(conn, entry_id)):
        return True
    shared = ids & (names["id"] | names["guid"])
    proven = (name for name in shared if proves(name, draft.canonical_url))
    return any(proves(name, url) for name in proven for url in names["url"])


def _was_pushed(conn: Connection, entry_id: EntryId) -> bool:
    """Say whether a webhook call has told an entry."""
    came = receipt_table.c.receipt_id == receipt_entry.c.receipt_id
    where = (receipt_entry.c.entry_id == entry_id, receipt_table.c.form == Form.PUSH)
    query = select(receipt_table.c.receipt_id).join(receipt_entry, came).where(*where)
    return conn.scalar(query.limit(1)) is not None


def _ids(form: Form, draft: Draft) -> set[str]:
    ids = {draft.guid} if draft.guid else set()
    if form in _REAL_IDS:
        ids.add(draft.external_id)
    return ids


def _make(conn: Connection, receipt: Receipt, draft: Draft, *, backfill: bool) -> Committed:
    named = f"{receipt.source_id}|{_identity(receipt, draft)}"
    tells = draft.act is Act.TELL
    entry_id = EntryId("e" + sha256(named.encode()).hexdigest()[:20])
    values = {
        "entry_id": entry_id,
        "source_id": receipt.source_id,
        "kind": draft.kind,
        "bulletin_id": draft.bulletin_id,
        "bulletin_number": draft.bulletin_number,
        "first_seen": receipt.received_at,
        "backfill": backfill,
        "text_hash": text_hash(draft) if tells else None,
        "touched": int(tells),
    }
    row = insert(conn, entry).on_conflict_do_nothing().returning(entry.c.entry_id)
    return Committed(entry_id, conn.scalar(row, values) is not None)


def _tell_first(conn: Connection, receipt: Receipt, reading: Reading, entry_id: EntryId) -> None:
    """Write the text and the names of an entry that was just made: nothing of it can stand yet."""
    draft = _said(receipt, reading.draft)
    told = text_hash(draft)
    key = {"receipt_id": receipt.receipt_id, "entry_id": entry_id}
    conn.execute(receipt_entry.insert(), key | {"text_hash": told})
    conn.execute(version.insert(), _version(receipt, draft, entry_id))
    touch(conn, sorted(prints.keep(conn, entry_id, told, replace(reading, draft=draft))))
    named = {"source_id": receipt.source_id, "entry_id": entry_id}
    names = _names(receipt, draft)
    conn.execute(
        alias.insert(), [named | {"kind": kind, "value": name, "text_hash": of} for (kind, name), of in names]
    )


def _names(receipt: Receipt, draft: Draft) -> list[tuple[tuple[str, str], str]]:
    """Return every name that a draft gives its entry, with the text that it stands for, if for one."""
    names = {("id" if receipt.form in _REAL_IDS else "name", draft.external_id): text_hash(draft)}
    names |= {("guid", value): "" for value in _ids(receipt.form, draft)}
    if draft.canonical_url and draft.kind is EntryKind.ARTICLE:
        names["url", draft.canonical_url] = ""
    names |= {("link", link): "" for link in draft.links}
    return sorted(names.items())


def _name(conn: Connection, receipt: Receipt, draft: Draft, entry_id: EntryId) -> bool:
    """Keep every name of the entry; say whether a new one came that other entries may match."""
    fresh = False
    for (kind, value), told in _names(receipt, draft):
        key = {"source_id": receipt.source_id, "kind": kind, "value": value, "entry_id": entry_id}
        row = insert(conn, alias).values(**key, text_hash=told if draft.act is Act.TELL else None)
        made = conn.scalar(row.on_conflict_do_nothing().returning(alias.c.entry_id)) is not None
        if not made and told and draft.act is Act.TELL:
            _point(conn, key, told)
        fresh |= made and kind in ("guid", "url", "link")
    return fresh


def _point(conn: Connection, key: dict[str, str], told: str) -> None:
    """Have a name stand for the newest of the texts that it named, whichever came last."""
    same = [alias.c[column] == wanted for column, wanted in key.items()]
    before = conn.scalar(select(alias.c.text_hash).where(*same))
    rows = conn.execute(select(version).where(version.c.entry_id == key["entry_id"])).all()
    named = {before, told} | {row.text_hash for row in rows if row.draft["external_id"] == key["value"]}
    newest = [row.text_hash for row in in_order(rows) if row.text_hash in named][-1]
    conn.execute(alias.update().where(*same).values(text_hash=newest))


def _withdraw(conn: Connection, entry_id: EntryId, at: datetime) -> bool:
    known = conn.scalar(select(entry.c.withdrawn_at).where(entry.c.entry_id == entry_id))
    if known is not None and known >= at:
        return False
    conn.execute(entry.update().where(entry.c.entry_id == entry_id).values(withdrawn_at=at))
    return True


def _tell(conn: Connection, receipt: Receipt, reading: Reading, entry_id: EntryId) -> bool:
    draft = _said(receipt, reading.draft)
    told = text_hash(draft)
    where = (version.c.entry_id == entry_id, version.c.text_hash == told)
    known = conn.execute(select(version).where(*where)).one_or_none()
    if known is None:
        conn.execute(version.insert(), _version(receipt, draft, entry_id))
    else:
        before = codec.load_draft(known.draft)
        draft = _united(before, draft)
        first = {
            "told_at": draft.retold or min(known.told_at, is_told_at(reading.draft, receipt.received_at)),
            "receipt_id": min(known.receipt_id, receipt.receipt_id),
        }
        if draft == before and first == {name: getattr(known, name) for name in first}:
            return False
        conn.execute(version.update().where(*where).values(draft=codec.dump_draft(draft), **first))
    rows = conn.execute(select(version).where(version.c.entry_id == entry_id)).all()
    newest = in_order(rows)[-1]
    current = conn.scalar(select(entry.c.text_hash).where(entry.c.entry_id == entry_id))
    if told not in {newest.text_hash, current}:
        prints.keep_older(conn, entry_id, reading.print.facts)
        return True
    made = replace(reading, draft=draft)
    if newest.text_hash != told:  # it is older than it seemed, and no longer current
        made = prints.reading(codec.load_draft(newest.draft))
    conn.execute(entry.update().where(entry.c.entry_id == entry_id).values(text_hash=newest.text_hash))
    touch(conn, sorted(prints.keep(conn, entry_id, newest.text_hash, made)))
    return True


def _said(receipt: Receipt, draft: Draft) -> Draft:
    """Return a draft as its version holds it.

    Who pushes a text again means it; a feed's `updated` may move at every poll, and means nothing then.
    """
    return replace(draft, retold=draft.updated) if receipt.form is Form.PUSH else draft


def _version(receipt: Receipt, draft: Draft, entry_id: EntryId) -> dict[str, Any]:
    """Return the row of a text that an entry has not had before."""
    return {
        "entry_id": entry_id,
        "text_hash": text_hash(draft),
        "receipt_id": receipt.receipt_id,
        "told_at": is_told_at(draft, receipt.received_at),
        "draft": codec.dump_draft(draft),
    }


def is_told_at(draft: Draft, received_at: datetime) -> datetime:
    """Return the time by which a text goes: the source's own, else when it was received."""
    return draft.updated or published_or_received(draft, received_at)


def published_or_received(draft: Draft, received_at: datetime) -> datetime:
    """Return the time by which a text goes whose source says no time of this telling."""
    return draft.published.at if draft.published.basis in _TELLING_TIMES else received_at


def _united(one: Draft, other: Draft) -> Draft:
    """Return what two receipts of the same text say together; the order is no matter.

    Who pushed it last corrects all that stands beside the text: author, address, date. Nothing of an
    older telling fills what the newest leaves out, or the order would matter.
    """
    if one.retold != other.retold:
        best = max(one, other, key=lambda draft: draft.retold or _NEVER)
    else:
        best = replace(
            min(one, other, key=lambda draft: _certainty(draft.published)),
            url=min(filter(None, (one.url, other.url)), default=""),
            canonical_url=min(filter(None, (one.canonical_url, other.canonical_url)), default=""),
            authors=max(one.authors, other.authors),
            credit=max(one.credit, other.credit),
            external_id=min(one.external_id, other.external_id),
            guid=min(filter(None, (one.guid, other.guid)), default=""),
            note=max(one.note, other.note),
        )
    times = [draft.updated for draft in (one, other) if draft.updated is not None]
    return replace(
        best,
        updated=min(times, default=None),
        links=tuple(sorted({*one.links, *other.links})),
        linked=tuple(sorted({*one.linked, *other.linked})),
    )


def _certainty(when: When) -> tuple[int, datetime, str]:
    return (_BASES.index(when.basis), when.at, when.precision)


def in_order(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Return the versions of one entry in the order of their telling, the current one last.

    Rows have `draft`, or `has_body` in its stead, with `told_at` and `receipt_id`.
    """
    return sorted(rows, key=_place)


def _place(row: Row[Any]) -> tuple[bool, datetime, int]:
    has_body = bool(row.draft["body"]) if hasattr(row, "draft") else row.has_body
    return (has_body, row.told_at, row.receipt_id)


def has_text(conn: Connection, entry_id: EntryId, told: str) -> bool:
    """Say whether an entry has or had a text, given its hash."""
    where = (version.c.entry_id == entry_id, version.c.text_hash == told)
    return conn.scalar(select(version.c.entry_id).where(*where)) is not None


def is_withdrawn(withdrawn_at: datetime | None, drafts: Iterable[Draft]) -> bool:
    """Say whether a withdrawal stands: the source told no text at a later time, and none again."""
    times = [time for draft in drafts for time in (draft.updated, draft.retold) if time is not None]
    return withdrawn_at is not None and withdrawn_at >= max(times, default=withdrawn_at)
