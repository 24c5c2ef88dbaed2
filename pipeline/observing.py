"""What a feed's document teaches beside its entries: when the feed publishes, and which pages to fetch."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pipeline.model import Draft, Parsed, Precision
from pipeline.store import Connection, entries, intakes, pages, sources
from pipeline.store.pages import Stub
from pipeline.store.receipts import Receipt
from pipeline.stubs import completed, is_own, is_stub

_NEWS = timedelta(days=2)  # what is older than this waits behind what is not


def observe(conn: Connection, receipt: Receipt, told: Sequence[tuple[Draft, bool]], now: datetime) -> None:
    """Learn from the drafts of a feed's receipt; called in the transaction that commits them.

    Args:
        conn: that transaction.
        receipt: of a feed.
        told: the drafts that were committed, each with whether nobody had told it here before.
        now: aware UTC.
    """
    if receipt.intake_id is None:
        return
    fresh = [draft.published for draft, is_fresh in told if is_fresh]
    dated = [when.at for when in fresh if when.precision is Precision.SECOND]
    intakes.observe(conn, receipt.intake_id, dated, now, undated=len(dated) < len(fresh))
    stubs = [draft for draft, _ in told if is_stub(draft)]
    speaker = sources.get(conn, receipt.source_id) if stubs else None
    door = intakes.get(conn, receipt.intake_id) if stubs else None
    if speaker is None or door is None:
        return
    wanted = [
        Stub(draft.url, draft.external_id, entries.text_hash(draft), _is_behind(draft, receipt))
        for draft in stubs
        if is_own(draft.url, (door.url, receipt.given.url), speaker.hosts)
    ]
    pages.want(conn, receipt.source_id, receipt.intake_id, wanted, now)


def with_stub(conn: Connection, receipt: Receipt, parsed: Parsed) -> tuple[Draft, ...]:
    """Return the drafts of a fetched page; the one of an article becomes a text of its stub's entry.

    A page that turns out to be a bulletin yields its items.
    """
    drafts = parsed.drafts
    if len(drafts) != 1 or drafts[0].bulletin_number:
        return drafts
    stub = pages.stub(conn, receipt.source_id, receipt.given.url)
    return drafts if stub is None else (completed(drafts[0], stub),)


def _is_behind(draft: Draft, receipt: Receipt) -> bool:
    return receipt.backfill or draft.published.at < receipt.received_at - _NEWS
