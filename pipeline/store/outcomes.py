"""What the tellings of entries became, as their receipts tell it, and what one more would become."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.becoming import Became, Telling, became
from pipeline.drafts import credible
from pipeline.model import Act, Draft, EntryId, Form
from pipeline.store import codec
from pipeline.store.entries import is_told_at, published_or_received, text_hash
from pipeline.store.schema import entry, receipt, receipt_entry, version
from pipeline.store.words import WITHDRAW, removed, said_of

TAKEN_OUT = "ban biên tập đã gỡ bài này"


def of(conn: Connection, entry_id: str, receipt_id: int) -> tuple[Became | None, str]:
    """Return what a receipt made of an entry, and why; None is up to what the entry itself was taken for."""
    before: list[Telling] = []
    for came, number, told in _tellings(conn, entry_id):
        if number == receipt_id:
            return (
                (Became.WITHDRAWN, TAKEN_OUT)
                if _was_taken_out(conn, entry_id, came)
                else became(before, told)
            )
        before.append(told)
    return None, ""


def foreseen(
    conn: Connection, entry_id: EntryId, form: Form, draft: Draft, received_at: datetime
) -> tuple[Became | None, str]:
    """Return what a draft would make of its entry, received now."""
    if removed(conn, [entry_id]):
        return Became.WITHDRAWN, TAKEN_OUT
    return became([told for *_, told in _tellings(conn, entry_id)], telling(form, draft, received_at))


def telling(form: Form, draft: Draft, received_at: datetime) -> Telling:
    """Return a draft as a telling."""
    withdraws = draft.act is Act.WITHDRAW
    return Telling(
        text=None if withdraws else text_hash(draft),
        when=draft.updated or received_at if withdraws else is_told_at(draft, received_at),
        updated=draft.updated,
        has_body=bool(draft.body),
        pushed=form is Form.PUSH,
    )


def _was_taken_out(conn: Connection, entry_id: str, at: datetime) -> bool:
    """Say whether an editor's word that stands had taken an entry out before a moment."""
    said = said_of(conn, [EntryId(entry_id)])
    return any(word.kind == WITHDRAW and not word.undone and word.at <= at for word in said)


def _tellings(conn: Connection, entry_id: str) -> Iterable[tuple[datetime, int, Telling]]:
    """Return an entry's tellings with when each counts as received, and its receipt, in that order."""
    texts = {
        row.text_hash: codec.load_draft(row.draft)
        for row in conn.execute(select(version).where(version.c.entry_id == entry_id))
    }
    gone = conn.scalar(select(entry.c.withdrawn_at).where(entry.c.entry_id == entry_id))
    query = (
        select(
            receipt_entry.c.receipt_id,
            receipt_entry.c.text_hash,
            receipt.c.form,
            receipt.c.told_at,
            receipt.c.received_at,
            receipt.c.not_before,
        )
        .join(receipt, receipt.c.receipt_id == receipt_entry.c.receipt_id)
        .where(receipt_entry.c.entry_id == entry_id)
    )
    found: list[tuple[datetime, int, Telling]] = []
    for row in conn.execute(query):
        came = max(row.received_at, row.not_before or row.received_at)
        pushed = row.form == Form.PUSH
        own = credible(row.told_at, came)
        if row.text_hash is None:
            # What is no push keeps no time of its own but in the entry's withdrawal.
            at = own or (came if pushed or gone is None else min(came, gone))
            told = Telling(None, at, own, pushed=pushed)
        else:
            draft = texts[row.text_hash]
            updated = own if pushed else draft.updated
            when = updated or published_or_received(draft, came)
            told = Telling(row.text_hash, when, updated, bool(draft.body), pushed)
        found.append((came, row.receipt_id, told))
    return sorted(found, key=lambda one: one[:2])
