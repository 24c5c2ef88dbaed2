"""Entries for people and programs outside: the export lines, where one thing is, what became of a receipt."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Connection, Row, RowMapping, and_, or_, select

from pipeline import face
from pipeline.becoming import Became, because
from pipeline.errors import NotFound
from pipeline.model import Draft, EntryId, EntryKind, Labels, StoryId, Verdict
from pipeline.store import changes, codec, outcomes, receipts, sources, stories, unread
from pipeline.store.entries import in_order, is_withdrawn
from pipeline.store.receipts import ReceiptState
from pipeline.store.schema import alias, entry, held, page, receipt, receipt_entry, story, version
from pipeline.store.unread import Unread
from pipeline.store.words import removed
from pipeline.urls import canonical

_CHUNK = 500
_GONE_UNTOLD = "nguồn đã gỡ bài trước khi bài được đăng ở đây"
_ADDRESS = re.compile(r"https?://[^?#]*/tin/(?P<story>s[0-9a-f]{20})(?:[/?#]|$)")
_BECAME = {
    Verdict.NEW: Became.NEW,
    Verdict.JOINS: Became.JOINED,
    Verdict.REPEATS: Became.REPEATED,
    Verdict.REVISES: Became.REVISED,
}


def lines(conn: Connection, *, text: bool = False) -> Iterator[dict[str, Any]]:
    """Yield one line per external id ever received, by source, external id and entry.

    An id that named several versions has the line of the newest of them; an id of a version
    that is no longer current keeps its line, with `current` false. A withdrawn entry is nobody's
    lead and has no decision any more. `text` adds summary and body.
    """
    query = (
        select(alias.c.source_id, alias.c.value, alias.c.text_hash.label("told"), alias.c.entry_id)
        .where(alias.c.kind.in_(("id", "name")))
        .order_by(alias.c.source_id, alias.c.value, alias.c.entry_id)
    )
    rows = conn.execute(query).all()
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        known = _Known(conn, sorted({row.entry_id for row in chunk}))
        for row in chunk:
            yield known.line(row, text=text)


def trace(conn: Connection, url_or_id: str) -> dict[str, Any]:
    """Return where one thing is now: its entries with receipts, versions, story and cursors.

    `pages` are the full pages behind it: fetched, waiting, or why they are not; `held` are the items of that
    name or address that were held, with what became of them; `unread` are the receipts that call themselves
    so and have not been read: under an embargo, waiting, in quarantine, dropped (of each the newest 1,000).

    `url_or_id`: a URL as seen anywhere, an external id, an entry id, a story id, its id in a feed or its
    address here. The id of a story that was merged into another is the other's.

    Raises:
        NotFound: nothing here has that name.
    """
    names = {url_or_id, canonical(url_or_id)} - {""}
    told_in = {_told_in(conn, url_or_id)} - {None}
    found = set(conn.scalars(select(alias.c.entry_id).where(alias.c.value.in_(names))))
    either = or_(entry.c.entry_id.in_(names), entry.c.story_id.in_(told_in))
    found |= set(conn.scalars(select(entry.c.entry_id).where(either)))
    names |= set(conn.scalars(select(alias.c.value).where(alias.c.entry_id.in_(sorted(found)))))
    waiting = unread.called(conn, names)
    behind, kept_back = _pages(conn, names), _held(conn, names, [one.receipt_id for one in waiting])
    if not (found or behind or kept_back or waiting):
        raise NotFound(url_or_id, "nothing here has this URL or id; was it ever received?")
    known = _Known(conn, sorted(found))
    return {
        "entries": [_traced(conn, known, entry_id) for entry_id in sorted(found)],
        "pages": behind,
        "held": kept_back,
        "unread": [_waiting(one) for one in waiting],
        "log_head": changes.head(conn),
        "indexed_to": changes.position(conn, "index"),
        "published_to": changes.position(conn, "publish"),
    }


def outcome(conn: Connection, receipt_id: int) -> dict[str, Any]:
    """Return what became of a receipt: state, reason, and its entries with story and decision.

    `state` is embargoed, received, read (some entry is not yet in a story), settled, quarantined or dropped.
    An entry's `decision` and `withdrawn` are its own as it stands now, of whatever receipts it came; `became`
    and `because` are what this receipt made of it when it came, null until that is known.
    """
    known = receipts.get(conn, receipt_id)
    if known is None:
        return {}
    query = (
        select(receipt_entry.c.entry_id)
        .join(entry, entry.c.entry_id == receipt_entry.c.entry_id)
        .where(receipt_entry.c.receipt_id == receipt_id)
        .order_by(entry.c.bulletin_number, entry.c.entry_id)
    )
    told = conn.scalars(query).all()
    here = _Known(conn, list(told))
    settled = all(row.linked >= row.touched for row in here.entries.values())
    return {
        "receipt_id": receipt_id,
        "state": "settled" if known.state is ReceiptState.READ and settled else str(known.state),
        "reason": known.reason,
        "received_at": known.received_at.isoformat(),
        "embargoed_until": known.not_before and known.not_before.isoformat(),
        "entries": [here.outcome(entry_id, outcomes.of(conn, entry_id, receipt_id)) for entry_id in told],
    }


def _pages(conn: Connection, names: set[str]) -> list[dict[str, Any]]:
    columns = (page.c.source_id, page.c.url, page.c.state, page.c.status, page.c.error, page.c.next_due)
    mine = or_(page.c.url.in_(names), page.c.external_id.in_(names))
    rows = conn.execute(select(*columns, page.c.fetched_at).where(mine).order_by(page.c.page_id))
    return [_told(row) for row in rows.mappings()]


def _told_in(conn: Connection, name: str) -> str | None:
    """Return the story whose id, id in a feed or address here this is, following merges."""
    in_feed = name.rpartition(":story/")[2] if name.startswith("tag:") else name
    address = _ADDRESS.match(name)
    return stories.resolve(conn, StoryId(address["story"] if address else unquote(in_feed)))


def _held(conn: Connection, names: set[str], receipt_ids: list[int]) -> list[dict[str, Any]]:
    columns = (held.c.held_id, held.c.source_id, held.c.stage, held.c.state, held.c.reason, held.c.title)
    whole = and_(held.c.receipt_id.in_(receipt_ids), held.c.text_hash == "")
    mine = or_(held.c.external_id.in_(names - {""}), whole)
    rows = conn.execute(select(*columns, held.c.at).where(mine).order_by(held.c.held_id))
    return [_told(row) for row in rows.mappings()]


def _waiting(one: Unread) -> dict[str, Any]:
    """Return an unread receipt as JSON has it; one with an embargo tells nothing of what is in it."""
    return {
        "receipt_id": one.receipt_id,
        "source": one.source_id,
        "form": one.form,
        "received_at": one.received_at.isoformat(),
        "state": one.state,
        "reason": one.reason,
        "embargoed_until": one.not_before and one.not_before.isoformat(),
        "external_id": one.named.external_id,
        "url": "" if one.not_before else one.named.url,
        "title": "" if one.not_before else one.named.title,
    }


def _told(row: RowMapping) -> dict[str, Any]:
    """Return a row as JSON has it."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _traced(conn: Connection, known: "_Known", entry_id: str) -> dict[str, Any]:
    row = known.entries[entry_id]
    query = (
        select(receipt.c.receipt_id, receipt.c.form, receipt.c.received_at, receipt.c.state, receipt.c.reason)
        .join(receipt_entry, receipt_entry.c.receipt_id == receipt.c.receipt_id)
        .where(receipt_entry.c.entry_id == entry_id)
        .order_by(receipt.c.receipt_id)
    )
    names = conn.execute(select(alias.c.kind, alias.c.value).where(alias.c.entry_id == entry_id))
    return {
        "entry_id": entry_id,
        "source": row.source_id,
        "names": sorted(f"{name.kind}:{name.value}" for name in names),
        "receipts": [
            {
                "receipt_id": got.receipt_id,
                "form": got.form,
                "received_at": got.received_at.isoformat(),
                "state": got.state,
                "reason": got.reason,
            }
            for got in conn.execute(query)
        ],
        "versions": [
            {"text_hash": told.text_hash, "told_at": told.told_at.isoformat(), "title": told.draft["title"]}
            for told in known.versions.get(entry_id, [])
        ],
        "withdrawn": known.withdrawn(entry_id),
        "linked": row.linked >= row.touched,
        "story_id": row.story_id,
        "decision": _decided(row.verdict, row.score, row.because),
    }


class _Known:
    """The entries of one chunk with their versions and stories, read in three queries."""

    def __init__(self, conn: Connection, entry_ids: list[str]) -> None:
        mine = entry.c.entry_id.in_(entry_ids)
        self.entries = {row.entry_id: row for row in conn.execute(select(entry).where(mine))}
        by_entry: dict[str, list[Row[Any]]] = {}
        for row in conn.execute(select(version).where(version.c.entry_id.in_(entry_ids))):
            by_entry.setdefault(row.entry_id, []).append(row)
        self.versions = {entry_id: in_order(rows) for entry_id, rows in by_entry.items()}
        self.sources = sources.many(conn)
        self.taken_out: set[str] = {*removed(conn, map(EntryId, entry_ids))}
        story_ids = {row.story_id for row in self.entries.values() if row.story_id is not None}
        told = select(story.c.story_id, story.c.lead, story.c.face).where(story.c.story_id.in_(story_ids))
        self.stories = {row.story_id: row for row in conn.execute(told)}

    def drafts(self, entry_id: str) -> dict[str, Draft]:
        """Return an entry's drafts by text hash, the current one last."""
        return {row.text_hash: codec.load_draft(row.draft) for row in self.versions.get(entry_id, [])}

    def withdrawn(self, entry_id: str) -> bool:
        """Say whether a withdrawal of the entry stands."""
        drafts = self.drafts(entry_id).values()
        return entry_id in self.taken_out or is_withdrawn(self.entries[entry_id].withdrawn_at, drafts)

    def line(self, named: Row[Any, Any, Any, Any], *, text: bool) -> dict[str, Any]:
        """Return the export line of one external id."""
        row = self.entries[named.entry_id]
        drafts = self.drafts(named.entry_id)
        told = named.told or row.text_hash
        draft = drafts.get(told)
        rank = list(drafts).index(told) + 1 if draft else None
        home = self.stories.get(row.story_id)
        labels = self._own_labels(row, draft) if home is None else codec.load_face(home.face).labels
        item, withdrawn = row.kind == EntryKind.BULLETIN_ITEM, self.withdrawn(named.entry_id)
        line: dict[str, Any] = {
            "entry_id": named.entry_id,
            "external_id": named.value,
            "source": named.source_id,
            "url": (draft.url or None) if draft else None,
            "kind": row.kind,
            "bulletin": {"external_id": row.bulletin_id, "number": row.bulletin_number} if item else None,
            "title": draft.title if draft else None,
            "title_basis": draft.title_basis if draft else None,
            "story_id": row.story_id,
            "lead": home is not None and home.lead == named.entry_id and not withdrawn,
            "version": rank,
            "current": draft is not None and told == row.text_hash and not withdrawn,
            "province": labels.province,
            "provinces": list(labels.provinces),
            "area": labels.area,
            "topics": list(labels.topics),
            "published": draft.published.text() if draft else None,
            "published_basis": draft.published.basis if draft else None,
            "doc_numbers": list(draft.doc_numbers) if draft else [],
            "documents": [asdict(one) for one in draft.documents] if draft else [],
            "people": [asdict(one) for one in draft.people] if draft else [],
            "decision": None if withdrawn else _decided(row.verdict, row.score, row.because),
        }
        if rank is not None and rank > 1 and not withdrawn:
            line["decision"] = _decided(Verdict.REVISES, 1.0, because(rank, stands=True))
        if text:
            line |= {"summary": draft.summary if draft else "", "body": draft.body if draft else ""}
        return line

    def outcome(self, entry_id: str, made: tuple[Became | None, str]) -> dict[str, Any]:
        """Return an entry with what one of its receipts made of it."""
        row, gone = self.entries[entry_id], self.withdrawn(entry_id)
        became, why = made
        if became is None and row.verdict is not None:
            became, why = _BECAME[row.verdict], row.because
        elif became is None and gone:
            became, why = Became.WITHDRAWN, _GONE_UNTOLD
        return {
            "entry_id": entry_id,
            "story_id": row.story_id,
            "became": became,
            "because": why or None,
            "withdrawn": gone,
            "decision": _decided(row.verdict, row.score, row.because),
        }

    def _own_labels(self, row: Row[Any], draft: Draft | None) -> Labels:
        """Return what an entry without a story says by itself: withdrawn before it was told."""
        if draft is None:
            return Labels()
        return face.labels([face.Spoken(row.entry_id, self.sources[row.source_id], draft, versions=1)])


def _decided(verdict: str | None, score: float | None, reason: str | None) -> dict[str, Any] | None:
    return None if verdict is None else {"verdict": verdict, "score": score, "because": reason}
