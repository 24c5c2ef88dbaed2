"""Who may tell the same as an entry: those worth a closer look among all that are stored.

Postings lie in partitions of publication days, undated entries in one of their own, so the window
of a question touches three of them, however many years are kept. A run of words that more than
`_CROWD` entries of a partition hold finds nobody any more (a template flood); those that it has
found are linked again without it. What finds whom thus depends on all that is stored and on
nothing else, not on the order of arrival (law 4).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Text, and_, cast, func, select

from pipeline.model import EntryId, EntryKind
from pipeline.rarity import among as among_sorted
from pipeline.similarity import same
from pipeline.store.database import among, insert
from pipeline.store.prints import PART_DAYS, UNDATED, UNSTORED, Keys, Sought, nearest, part_of
from pipeline.store.schema import crowd, posting
from pipeline.store.schema import fingerprint as table

_CROWD = 200  # entries of one partition
_SHARED = 2  # one common run of words is chance
_HOUSE_DAYS = 3  # between a bulletin and the articles that it tells

Pairs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """Who may tell the same as the sought: (place among the sought, number), and what got crowded."""

    pairs: list[tuple[int, int]]
    crowded: list[tuple[int, int]]  # (partition, gram)


def find(conn: Connection, wanted: Sequence[Sought], window: int) -> Found:
    """Return who shares enough rare runs of words with the sought within the window.

    The relation is symmetric: whichever of two entries comes second finds the other. Entries of
    exactly the same words are found even in a crowd: the nearest by day. An item of a bulletin and
    its publisher's articles of the days around need nothing in common: it may tell one by its lead.
    """
    parts = _parts(conn, wanted, window)
    crowds = _crowds(conn, {part for one in parts for part in one} | {_home(one) for one in wanted})
    keys: list[NDArray[np.int64]] = []
    crowded: list[tuple[int, int]] = []
    for part in sorted({part for one in parts for part in one}):
        asking = [place for place, mine in enumerate(parts) if part in mine]
        grams, owners = _asked(asking, wanted, part, crowds)
        # Those that all hold what they ask for are not told who is alone with it.
        all_hold = all(_home(wanted[place]) == part and wanted[place].number != UNSTORED for place in asking)
        holders = _held(conn, part, np.unique(grams), 2 if all_hold else 1)
        holders, full = _uncrowded(holders)
        crowded += [(part, gram) for gram in full]
        keys.append(_met(grams, owners, holders))
    met, shared = np.unique(np.concatenate(keys), return_counts=True) if keys else (np.empty(0, int),) * 2
    pairs = {(int(key) >> 40, int(key) & (2**40 - 1)) for key in met[shared >= _SHARED]}
    pairs |= _same_words(conn, wanted) | _of_one_house(conn, wanted)
    return Found(
        sorted((place, number) for place, number in pairs if number != wanted[place].number), crowded
    )


def crowd_out(conn: Connection, crowded: Sequence[tuple[int, int]]) -> list[EntryId]:
    """Write down which grams find nobody any more; return the entries that they have found."""
    touched: set[EntryId] = set()
    for part, gram in crowded:
        conn.execute(insert(conn, crowd).values(part=part, gram=gram).on_conflict_do_nothing())
        holders = select(table.c.entry_id).join(posting, posting.c.number == table.c.number)
        touched |= set(conn.scalars(holders.where(posting.c.part == part, posting.c.gram == gram)))
    return sorted(touched)


def thin_out(conn: Connection) -> list[EntryId]:
    """Take back grams that are crowded no more; return the entries that they may find again."""
    size = func.count(posting.c.number)
    held = select(crowd.c.part, crowd.c.gram).outerjoin(
        posting, (posting.c.part == crowd.c.part) & (posting.c.gram == crowd.c.gram)
    )
    thin = conn.execute(held.group_by(crowd.c.part, crowd.c.gram).having(size <= _CROWD)).all()
    touched: set[EntryId] = set()
    for part, gram in thin:
        conn.execute(crowd.delete().where(crowd.c.part == part, crowd.c.gram == gram))
        holders = select(table.c.entry_id).join(posting, posting.c.number == table.c.number)
        touched |= set(conn.scalars(holders.where(posting.c.part == part, posting.c.gram == gram)))
    return sorted(touched)


def crowds(conn: Connection) -> int:
    """Return how many grams find nobody because too many entries hold them."""
    return conn.scalar(select(func.count()).select_from(crowd)) or 0


def _home(one: Sought) -> int:
    day = one.print.shape.day
    return part_of(None if day is None else day.toordinal())


def _parts(conn: Connection, wanted: Sequence[Sought], window: int) -> list[set[int]]:
    """Return the partitions that each of the sought looks into; an undated one looks into all."""
    every: set[int] = set()
    if any(one.print.shape.day is None for one in wanted):
        days = select(table.c.day // PART_DAYS).where(table.c.day.is_not(None)).distinct()
        every = {UNDATED, *conn.scalars(days)}
    found = []
    for one in wanted:
        if one.print.shape.day is None:
            found.append(every)
            continue
        day = one.print.shape.day.toordinal()
        first, last = part_of(day - window), part_of(day + window)
        found.append({UNDATED, *range(first, last + 1)})
    return found


def _crowds(conn: Connection, parts: Collection[int]) -> dict[int, Keys]:
    found: dict[int, list[int]] = {part: [] for part in parts}
    for row in conn.execute(select(crowd).where(crowd.c.part.in_(sorted(parts)))):
        found[row.part].append(row.gram)
    return {part: np.array(sorted(grams), dtype=np.int32) for part, grams in found.items()}


def _asked(
    asking: Sequence[int], wanted: Sequence[Sought], part: int, crowds: dict[int, Keys]
) -> tuple[Keys, Pairs]:
    """Return the grams to look up in a partition and who asks for each, by gram.

    A gram that is crowded on either side finds nobody.
    """
    grams, owners = [], []
    for place in asking:
        mine = wanted[place].postings.view(np.int32)
        for full in {part, _home(wanted[place])}:
            mine = mine[~among_sorted(mine, crowds[full])]
        grams.append(mine)
        owners.append(np.full(len(mine), place, dtype=np.int64))
    asked, who = np.concatenate(grams), np.concatenate(owners)
    order = np.argsort(asked, kind="stable")
    return asked[order], who[order]


def _held(conn: Connection, part: int, grams: Keys, least: int) -> Pairs:
    """Return (gram, number) of all who hold a gram in a partition that at least so many hold, by gram.

    A row a gram: half a million rows a batch take ten times as long to fetch as to read in a text.
    """
    together = func.aggregate_strings(cast(posting.c.number, Text), ",")
    query = select(posting.c.gram, together).where(posting.c.part == part).group_by(posting.c.gram)
    query = query.having(func.count() >= least)
    rows = conn.execute(query.where(among(conn, posting.c.gram, grams.tolist()))).all()
    held = np.array([gram for gram, _ in rows], dtype=np.int64)
    counts = np.array([told.count(",") + 1 for _, told in rows], dtype=np.int64)
    numbers = np.fromstring(",".join(told for _, told in rows), dtype=np.int64, sep=",")
    found = np.column_stack((np.repeat(held, counts), numbers))
    return found[np.argsort(found[:, 0], kind="stable")]


def _uncrowded(holders: Pairs) -> tuple[Pairs, list[int]]:
    """Leave out the grams that too many hold, and return them."""
    grams, counts = np.unique(holders[:, 0], return_counts=True)
    full = grams[counts > _CROWD]
    return holders[~np.isin(holders[:, 0], full)] if len(full) else holders, full.tolist()


def _met(grams: Keys, owners: Pairs, holders: Pairs) -> NDArray[np.int64]:
    """Return a key (place << 40 | number) for every meeting of an asker and a holder in a gram."""
    first = np.searchsorted(holders[:, 0], grams, side="left")
    count = np.searchsorted(holders[:, 0], grams, side="right") - first
    total = int(count.sum())
    within = np.arange(total) - np.repeat(np.cumsum(count) - count, count)
    numbers = holders[np.repeat(first, count) + within, 1]
    keys: NDArray[np.int64] = (np.repeat(owners, count) << 40) | numbers
    return keys


def _same_words(conn: Connection, wanted: Sequence[Sought]) -> set[tuple[int, int]]:
    hashed = [same(one.print.shape) for one in wanted]
    query = select(table.c.same).where(among(conn, table.c.same, hashed)).group_by(table.c.same)
    shared = set(conn.scalars(query.having(func.count() > 1)))
    return {
        (place, number)
        for place, (one, key) in enumerate(zip(wanted, hashed, strict=True))
        if key in shared and one.number != UNSTORED
        for number, _ in nearest(conn, key, one.number)
    }


def _of_one_house(conn: Connection, wanted: Sequence[Sought]) -> set[tuple[int, int]]:
    """Return the items of bulletins that articles may be told in, and the other way round."""
    places = {one.number: place for place, one in enumerate(wanted) if one.number != UNSTORED}
    mine, theirs = table.alias(), table.alias()
    found: set[tuple[int, int]] = set()
    for kind, other in permutations(EntryKind, 2):
        near = and_(
            theirs.c.source_id == mine.c.source_id,
            theirs.c.kind == other,
            theirs.c.day.between(mine.c.day - _HOUSE_DAYS, mine.c.day + _HOUSE_DAYS),
        )
        query = select(mine.c.number, theirs.c.number).join(theirs, near).where(mine.c.kind == kind)
        rows = conn.execute(query.where(among(conn, mine.c.number, list(places))))
        found |= {(places[number], theirs_number) for number, theirs_number in rows}
    return found
