"""Labelling stored entries again with today's tables: `tintinh relabel`, in batches.

Reading and labelling are done outside of any write transaction; a batch that is done stays done, and
one that was done already writes nothing. The stages link, index and publish what changed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline import places
from pipeline.face import Spoken, labels
from pipeline.labelling import relabelled
from pipeline.model import NATIONAL, Draft, EntryId, Labels, SourceId
from pipeline.similarity import facts
from pipeline.store import Database, relabels
from pipeline.store.relabels import Labelled, Relabelled

_BATCH = 200  # entries; about half a second of labelling
_FACETS: dict[str, Callable[[Labels], tuple[str, ...]]] = {
    "province": lambda told: told.provinces,
    "area": lambda told: told.areas,
    "topic": lambda told: told.topics,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes of one entry: labels that go and that come, as (kind, slug); the rest is in the draft."""

    entry_id: EntryId
    title: str
    gone: tuple[tuple[str, str], ...]
    come: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch found. `last`: the id of its last entry."""

    looked_at: int
    last: EntryId
    different: tuple[Difference, ...]


def relabel(
    db: Database, *, source_id: SourceId | None = None, since: datetime | None = None, dry_run: bool = False
) -> Iterator[Batch]:
    """Label entries again and yield what changed, a batch at a time.

    Args:
        db: where the entries are.
        source_id: only entries of that source.
        since: only entries first seen at or after it, aware.
        dry_run: write nothing.

    Raises:
        EngineUnavailable: SQL is away; batches that were yielded stand.
    """
    after = ""
    while True:
        with db.snapshot() as conn:
            page = relabels.page(conn, after, _BATCH, source_id, since)
        if not page:
            return
        found = [_compared(one) for one in page]
        changed = [one for one, _ in found if one is not None]
        if changed and not dry_run:
            with db.write() as conn:
                busy = set(relabels.keep(conn, changed))
            if busy:
                continue  # somebody told one of them anew: the batch is read again, what is done is done
        after = page[-1].entry_id
        yield Batch(len(page), page[-1].entry_id, tuple(seen for one, seen in found if one and seen))


def _compared(one: Labelled) -> tuple[Relabelled | None, Difference | None]:
    """Return what is to be written of an entry and what of it is seen; None, None where all is as it was."""
    fresh = {text_hash: relabelled(draft, one.source) for text_hash, draft in one.drafts.items()}
    drafts = {
        text_hash: (draft, fresh[text_hash])
        for text_hash, draft in one.drafts.items()
        if draft != fresh[text_hash]
    }
    now = fresh[one.current]
    other_facts = one.facts is not None and _differ(one, now)
    if not drafts and not other_facts and not _elsewhere(one, now):
        return None, None
    before, after = _alone(one, one.drafts[one.current]), _alone(one, now)
    if one.together == 1 and one.labels is not None:
        before = one.labels
    gone, come = _minus(before, after), _minus(after, before)
    return (
        Relabelled(one.entry_id, drafts, other_facts),
        Difference(one.entry_id, now.title, gone, come),
    )


def _differ(one: Labelled, now: Draft) -> bool:
    """Tell whether the places and documents that dedup goes by are others than in the fingerprint."""
    fresh, stored = facts(now), one.facts
    return stored is not None and (fresh.told, fresh.mentioned, fresh.docs) != (
        stored.told,
        stored.mentioned,
        stored.docs,
    )


def _elsewhere(one: Labelled, now: Draft) -> bool:
    """Tell whether the story's labels name a province that is no more, or not what its only entry tells."""
    if one.labels is None:
        return False
    if any(slug != NATIONAL and places.province(slug) is None for slug in one.labels.provinces):
        return True
    return one.together == 1 and one.labels != _alone(one, now)


def _alone(one: Labelled, draft: Draft) -> Labels:
    """Return the labels of a story that only this entry would tell."""
    return labels([Spoken(one.entry_id, one.source, draft, len(one.drafts))])


def _minus(some: Labels, others: Labels) -> tuple[tuple[str, str], ...]:
    """Return the labels of the one that the other lacks, as (kind, slug)."""
    return tuple(
        (kind, slug) for kind, slugs in _FACETS.items() for slug in slugs(some) if slug not in slugs(others)
    )
