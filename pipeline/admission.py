"""What of a receipt becomes entries, what is old, and what waits for an editor. Runs inside the commit.

An item is known again by its source and its text: one that an editor released passes, one that was
dropped stays away, one that is held already is not held a second time. A text that is an entry's
already was admitted once, so reading a receipt again holds nothing that stands. A stub whose page is held is
taken out until that is released, and the page of a released stub passes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline import backfill, habits
from pipeline.backfill import Arrival, Old
from pipeline.habits import Day, Habit, Signs
from pipeline.model import LOCAL_ZONE, Act, EntryId, Form, SourceId
from pipeline.store import Connection, counters, entries, prints, quarantine, receipts, versions, words
from pipeline.store import habits as kept_habits
from pipeline.store.entries import Committed
from pipeline.store.habits import Doors
from pipeline.store.prints import Reading
from pipeline.store.quarantine import HeldItem, ItemState
from pipeline.store.receipts import Receipt


@dataclass(frozen=True, slots=True)
class Item:
    """A reading with its signs; `old`: why it is no news, should it be new."""

    reading: Reading
    signs: Signs
    text_hash: str
    old: Old | None = None


@dataclass(slots=True)
class Admitted:
    """What becomes of a receipt's readings: `kept` to be committed, `held` for an editor, the rest gone."""

    kept: list[Item] = field(default_factory=list)
    held: list[HeldItem] = field(default_factory=list)
    drops: list[str] = field(default_factory=list)


def admit(  # noqa: PLR0917 - a receipt and what it is judged by
    conn: Connection,
    receipt: Receipt,
    readings: Sequence[tuple[Reading, Signs]],
    doors: Mapping[SourceId, Doors],
    after_days: int,
    now: datetime,
) -> Admitted:
    """Say what becomes of a receipt's readings, in their order.

    Args:
        conn: the transaction that commits them.
        receipt: where they were read.
        readings: with the signs of each.
        doors: the habits of the batch's sources (`pipeline.store.habits.of`).
        after_days: the age that makes anything old.
        now: aware UTC.
    """
    items = [Item(reading, signs, entries.text_hash(reading.draft)) for reading, signs in readings]
    states = quarantine.known_items(conn, receipt.source_id, [one.text_hash for one in items])
    usual = habits.habit(doors.get(receipt.source_id, {}), door(receipt), local_day(receipt.received_at))
    arrival = _arrival(conn, receipt)
    page = receipt.form is Form.PAGE
    names = quarantine.released(conn, receipt.source_id, _names(items)) if page else set()
    admitted = Admitted()
    free: list[Item] = []
    for one in items:
        state = states.get(one.text_hash)
        match state:
            case ItemState.OPEN | ItemState.DROPPED:
                admitted.drops.append("held_before" if state is ItemState.OPEN else "refused_before")
            case ItemState.REPLAYED | ItemState.ARCHIVED:
                admitted.kept.append(replace(one, old=Old.SAID if state is ItemState.ARCHIVED else None))
            case _:
                why, reason = habits.outside(one.signs, usual)
                named = one.reading.draft.external_id in names
                withdraws = one.reading.draft.act is Act.WITHDRAW
                passes = not why or withdraws or _stands(conn, receipt, one)
                if passes or (named and _begun(conn, receipt, one) is not None):
                    free.append(one)
                else:
                    admitted.held.append(_held(one, why, reason))
                    begun = _begun(conn, receipt, one) if page else None
                    if begun is not None:
                        words.hold(conn, begun, now, f"trang của tin này đang chờ xem xét: {reason}")
    _weigh_many(conn, receipt, free, usual, arrival, after_days, admitted)
    return admitted


def _weigh_many(  # noqa: PLR0917 - the parts of one decision
    conn: Connection,
    receipt: Receipt,
    free: list[Item],
    usual: Habit,
    arrival: Arrival,
    after_days: int,
    admitted: Admitted,
) -> None:
    """Keep what may pass, and hold what is beyond the day's measure."""
    # A publisher who signs what it pushes may bring its first week's news as fast as it likes.
    is_measured = arrival.polled or (receipt.form is Form.PUSH and usual.per_day is not None)
    limit = habits.most(usual) if is_measured else None
    crowded = limit is not None and usual.today + len(free) > limit
    bulk = backfill.may_be_bulk(len(free), arrival, usual.per_day or 0.0)
    told: set[str] = set()
    if crowded or bulk:
        new = [one for one in free if _is_new(conn, receipt, one)]
        texts = {one.text_hash: one.reading for one in new}
        told = prints.told_before(conn, receipt.source_id, texts)
        before = [one.text_hash in told for one in new]
        whens = [one.reading.draft.published for one in new]
        many = backfill.is_bulk(whens, arrival, usual.per_day or 0.0, told_before=before)
        arrival = replace(arrival, bulk=many)
    judged = [
        replace(
            one,
            old=backfill.judge(
                one.reading.draft.published, arrival, after_days, told_before=one.text_hash in told
            ),
        )
        for one in free
    ]
    if not crowded:
        admitted.kept += judged
        return
    fresh = {one.text_hash for one in new}
    news = [one for one in judged if one.old is None and one.text_hash in fresh]
    beyond = {one.text_hash for one in news[len(news) - habits.flood(len(news), usual) :]}
    reason = habits.why_flood(len(news), usual)
    admitted.kept += [one for one in judged if one.text_hash not in beyond]
    admitted.held += [_held(one, "flood", reason) for one in judged if one.text_hash in beyond]


def count(  # noqa: PLR0917 - a receipt and what became of it
    conn: Connection,
    receipt: Receipt,
    admitted: Admitted,
    made: Sequence[Committed],
    doors: dict[SourceId, Doors],
    now: datetime,
) -> None:
    """Hold what waits, and count what came: by name, in the stored habit and in `doors`.

    `made` is what committing each of `admitted.kept` gave.
    """
    day = Day(local_day(receipt.received_at), held=len(admitted.held))
    page = door(receipt) < 0  # which makes a text of a stub that is known
    for one, entry in zip(admitted.kept, made, strict=True):
        if not (entry.fresh or page) or one.reading.draft.act is Act.WITHDRAW:
            continue
        if one.old is None:
            day = day.with_entry(one.signs)
        elif entry.fresh:
            counters.add(conn, f"backfill_{one.old}")
    kept_habits.add(conn, receipt.source_id, door(receipt), day)
    doors[receipt.source_id].setdefault(door(receipt), []).append(day)
    for held in admitted.held:
        counters.add(conn, f"held_{held.why}")
    for name in admitted.drops:
        counters.add(conn, f"drop_{name}")
    quarantine.hold(conn, receipt, admitted.held, habits.STAGE, now)


def door(receipt: Receipt) -> int:
    """Return what the habit calls a door: the intake, less than 0 for pages of its stubs, 0 for files."""
    intake = receipt.intake_id or 0
    return -intake if receipt.form is Form.PAGE else intake


def local_day(moment: datetime) -> int:
    """Return the ordinal of a moment's day in Viet Nam."""
    return moment.astimezone(LOCAL_ZONE).toordinal()


def _arrival(conn: Connection, receipt: Receipt) -> Arrival:
    polled = receipt.form is Form.FEED and receipt.intake_id is not None
    return Arrival(
        received_at=receipt.received_at,
        polled=polled,
        previous=receipts.previous(conn, receipt) if polled else None,
        said_old=receipt.backfill,
    )


def _is_new(conn: Connection, receipt: Receipt, one: Item) -> bool:
    return entries.find(conn, receipt.source_id, receipt.form, one.reading.draft) is None


def _stands(conn: Connection, receipt: Receipt, one: Item) -> bool:
    """Say whether the source's entry has this very text already."""
    entry_id = entries.find(conn, receipt.source_id, receipt.form, one.reading.draft)
    return entry_id is not None and entries.has_text(conn, entry_id, one.text_hash)


def _names(items: Sequence[Item]) -> list[str]:
    return [one.reading.draft.external_id for one in items]


def _begun(conn: Connection, receipt: Receipt, one: Item) -> EntryId | None:
    """Return the entry that a text would complete: one of which only the beginning was told."""
    entry_id = entries.find(conn, receipt.source_id, receipt.form, one.reading.draft)
    return entry_id if entry_id is not None and versions.is_begun(conn, entry_id) else None


def _held(one: Item, why: str, reason: str) -> HeldItem:
    draft = one.reading.draft
    return HeldItem(draft.external_id, one.text_hash, draft.title, why, reason)
