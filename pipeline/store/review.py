"""What editors read at their desk: pairs to be looked at, a day's decisions, what was said of them.

Only reading. Whole texts leave here, whatever a source allows: for signed-in editors and for the
operator's command line, never for a page that others see (law 10).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, literal, or_, select, tuple_, union
from sqlalchemy.orm import aliased

from pipeline.dedup import WordKind
from pipeline.errors import BadInput, NotFound
from pipeline.model import (
    LOCAL_ZONE,
    Decision,
    Draft,
    EntryId,
    Source,
    SourceId,
    Story,
    StoryId,
    StoryState,
    Verdict,
)
from pipeline.store import codec, sources, stories, words
from pipeline.store.schema import edge, entry, story, version, word
from pipeline.store.words import Said

_CHUNK = 400
_ROUNDS = 20  # of reading on, when what was read is not live any more
_JOINED = (Verdict.JOINS, Verdict.REPEATS)
_FIRST_YEAR, _LAST_YEAR = 1900, 9998  # a day beyond has no span in UTC


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry as an editor sees it, with its whole current text.

    `live`: it tells a story that is shown; a withdrawn entry keeps the id of the story that it told.
    """

    entry_id: EntryId
    source: Source
    draft: Draft
    versions: int
    first_seen: datetime
    story_id: StoryId | None
    live: bool
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Link:
    """A stored edge: what the rules of a version said of two entries, a < b."""

    a: EntryId
    b: EntryId
    relation: str  # "join" or "review"
    score: float
    because: str
    rules: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries beside each other, with the edge between them and what was said of both, newest first.

    Of a decision `one` is the entry that was joined, `other` the one that it was joined by.
    """

    one: Seen
    other: Seen
    link: Link | None
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some pairs; `after` asks for those behind them, "" when there are none."""

    pairs: tuple[Pair, ...]
    after: str


def waiting(conn: Connection, *, day: date | None = None, limit: int, after: str = "") -> Page:
    """Return pairs that the rules leave to an editor and no word has decided, highest score first.

    Both entries are live and in different stories. `day`: only those whose later entry was first
    seen on that local day.

    Raises:
        BadInput: `after` is none of ours, or the day is out of range.
    """
    one, other = aliased(entry), aliased(entry)
    query = _open(select(edge), one, other)
    if day is not None:
        start, end = _span(day)
        later = or_(one.c.first_seen >= start, other.c.first_seen >= start)
        query = query.where(later, one.c.first_seen < end, other.c.first_seen < end)
    place = (edge.c.score, edge.c.a, edge.c.b)
    query = query.order_by(*(column.desc() for column in place))

    def read(behind: _Place | None, most: int) -> list[Row[Any]]:
        asked = query if behind is None else query.where(tuple_(*place) < behind)
        return list(conn.execute(asked.limit(most)))

    return _page(conn, read, _ends_of_edges, limit, after)


def decided(conn: Connection, day: date, *, limit: int, after: str = "") -> Page:
    """Return what was joined on a local day, the least certain first.

    Those are the live entries that join or repeat a story of which they, or the lead, were first
    seen on that day. `other` is the lead, if an edge connects the two; else the strongest edge's
    end in the same story; the lead where an editor's word did it.

    Raises:
        BadInput: `after` is none of ours, or the day is out of range.
    """
    query = select(entry.c.score, entry.c.entry_id.label("a"), literal("").label("b"))
    query = query.where(entry.c.entry_id.in_(_joined_on(day)))
    place = (entry.c.score, entry.c.entry_id)
    query = query.order_by(*place)

    def read(behind: _Place | None, most: int) -> list[Row[Any]]:
        asked = query if behind is None else query.where(tuple_(*place) > behind[:2])
        return list(conn.execute(asked.limit(most)))

    return _page(conn, read, _ends_of_decisions, limit, after)


def waiting_count(conn: Connection, most: int) -> int:
    """Return how many pairs wait, counting no further than `most`; some may not be live any more."""
    query = _open(select(edge.c.a), aliased(entry), aliased(entry))
    return conn.scalar(select(func.count()).select_from(query.limit(most).subquery())) or 0


def decided_count(conn: Connection, day: date) -> int:
    """Return how many entries were joined on a local day. Raises BadInput: the day is out of range."""
    return conn.scalar(select(func.count()).select_from(_joined_on(day).subquery())) or 0


def pair(conn: Connection, one: EntryId, other: EntryId) -> Pair:
    """Return two entries beside each other, live or not. Raises NotFound: one of them has no text."""
    known = seen(conn, [one, other])
    for entry_id in (one, other):
        if entry_id not in known:
            raise NotFound(entry_id, "there is no such entry, or nothing of it was ever told")
    ends = (min(one, other), max(one, other))
    link = next((found for found in links_of(conn, [one]) if (found.a, found.b) == ends), None)
    return Pair(known[one], known[other], link, _about({one, other}, words.said_of(conn, [one, other])))


def seen(conn: Connection, entry_ids: Iterable[EntryId]) -> dict[EntryId, Seen]:
    """Return the entries that have a text, by id."""
    wanted, found = sorted(set(entry_ids)), {}
    known = sources.many(conn)
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        counts = select(version.c.entry_id, func.count().label("versions")).where(
            version.c.entry_id.in_(part)
        )
        versions = {row.entry_id: row.versions for row in conn.execute(counts.group_by(version.c.entry_id))}
        current = and_(version.c.entry_id == entry.c.entry_id, version.c.text_hash == entry.c.text_hash)
        query = select(entry, version.c.draft).join(version, current).where(entry.c.entry_id.in_(part))
        rows = conn.execute(query).all()
        homes = stories.many(conn, {StoryId(row.story_id) for row in rows if row.story_id})
        for row in rows:
            source = known[SourceId(row.source_id)]
            found[EntryId(row.entry_id)] = _seen(row, source, versions[row.entry_id], homes.get(row.story_id))
    return found


def links_of(conn: Connection, entry_ids: Iterable[EntryId]) -> list[Link]:
    """Return every stored edge with an end among the entries, joins before reviews, highest score first."""
    wanted, found = sorted(set(entry_ids)), {}
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        for row in conn.execute(select(edge).where(or_(edge.c.a.in_(part), edge.c.b.in_(part)))):
            found[row.a, row.b] = _link(row)
    return sorted(found.values(), key=lambda link: (link.relation, -link.score, link.a, link.b))


def unapplied(conn: Connection, entry_ids: Iterable[EntryId]) -> bool:
    """Say whether one of the entries still waits for linking, so that words about it may not show yet."""
    wanted = sorted(set(entry_ids))
    for start in range(0, len(wanted), _CHUNK):
        mine = entry.c.entry_id.in_(wanted[start : start + _CHUNK])
        query = select(entry.c.entry_id).where(mine, entry.c.touched > entry.c.linked).limit(1)
        if conn.execute(query).one_or_none() is not None:
            return True
    return False


def _open(query: Select[Any], one: Any, other: Any) -> Select[Any]:
    """Return a query of edges narrowed to those that wait for a word.

    An item or a stub that has joined its article asks no more: it is told once and by the best.
    """
    ends = query.join(one, one.c.entry_id == edge.c.a).join(other, other.c.entry_id == edge.c.b)
    ends = ends.where(*(end.c.verdict.is_distinct_from(Verdict.JOINS) for end in (one, other)))
    return ends.where(edge.c.relation == "review", one.c.story_id != other.c.story_id, ~_spoken_of())


def _joined_on(day: date) -> Select[Any]:
    start, end = _span(day)
    lead = aliased(entry)
    themselves = select(entry.c.entry_id).where(
        entry.c.first_seen >= start, entry.c.first_seen < end, entry.c.verdict.in_(_JOINED)
    )
    by_lead = (
        select(entry.c.entry_id)
        .join(lead, lead.c.story_id == entry.c.story_id)
        .where(lead.c.first_seen >= start, lead.c.first_seen < end, lead.c.verdict == Verdict.NEW)
        .where(entry.c.verdict.in_(_JOINED))
    )
    both = union(themselves, by_lead).subquery()
    return select(both.c.entry_id)


def _spoken_of() -> Any:
    """Return the condition that a word has decided an edge's pair, or set one of the two alone."""
    ends = (edge.c.a, edge.c.b)
    same = or_(and_(word.c.a == ends[0], word.c.b == ends[1]), and_(word.c.a == ends[1], word.c.b == ends[0]))
    about_both = and_(word.c.kind.in_((WordKind.MERGE, WordKind.APART)), same)
    alone = and_(word.c.kind == WordKind.SPLIT, word.c.a.in_(ends))
    return select(word.c.word_id).where(or_(about_both, alone)).correlate(edge).exists()


_Place = tuple[float, str, str]
_Reads = Callable[[_Place | None, int], Sequence[Row[Any]]]
_Ends = tuple[EntryId, EntryId, Link | None]


def _page(
    conn: Connection, read: _Reads, ends_of: Callable[..., list[_Ends]], limit: int, after: str
) -> Page:
    """Read on until there are more than `limit` pairs of live entries, or nothing is left."""
    behind = _place(after) if after else None
    found: list[tuple[_Place, Pair]] = []
    rows: Sequence[Row[Any]] = ()
    for _ in range(_ROUNDS):
        rows = read(behind, limit + 1)
        found += _living(conn, rows, ends_of(conn, rows))
        if len(found) > limit or len(rows) <= limit:
            break
        behind = _place_of(rows[-1])
    pairs = [one for _, one in found[:limit]]
    said = words.said_of(conn, {end.entry_id for one in pairs for end in (one.one, one.other)})
    told = (replace(one, said=_about({one.one.entry_id, one.other.entry_id}, said)) for one in pairs)
    if len(found) > limit:
        return Page(tuple(told), _token(found[limit - 1][0]))
    return Page(tuple(told), _token(_place_of(rows[-1])) if len(rows) > limit else "")


def _living(conn: Connection, rows: Sequence[Row[Any]], ends: list[_Ends]) -> list[tuple[_Place, Pair]]:
    known = seen(conn, {end for one, other, _ in ends for end in (one, other)})
    live = {entry_id for entry_id, entry in known.items() if entry.live}
    return [
        (_place_of(row), Pair(known[one], known[other], link))
        for row, (one, other, link) in zip(rows, ends, strict=True)
        if {one, other} <= live
    ]


def _ends_of_edges(_: Connection, rows: Sequence[Row[Any]]) -> list[_Ends]:
    return [(EntryId(row.a), EntryId(row.b), _link(row)) for row in rows]


def _ends_of_decisions(conn: Connection, rows: Sequence[Row[Any]]) -> list[_Ends]:
    """Return each joined entry with the one that it was joined by."""
    mine = [EntryId(row.a) for row in rows]
    links = [link for link in links_of(conn, mine) if link.relation == "join"]
    homes = _homes(conn, {*mine, *(end for link in links for end in (link.a, link.b))})
    query = select(story.c.story_id, story.c.lead)
    leads = {
        row.story_id: EntryId(row.lead)
        for row in conn.execute(query.where(story.c.story_id.in_({homes[entry_id] for entry_id in mine})))
    }
    made: list[_Ends] = []
    for entry_id in mine:
        lead = leads[homes[entry_id]]
        inside = [one for one in links if entry_id in (one.a, one.b) and homes[one.a] == homes[one.b]]
        best = max(inside, key=lambda link: (lead in (link.a, link.b), link.score), default=None)
        other = lead if best is None else best.b if best.a == entry_id else best.a
        made.append((entry_id, other, best))
    return made


def _homes(conn: Connection, entry_ids: set[EntryId]) -> dict[EntryId, str]:
    """Return the id of the story of each entry that has one."""
    wanted, found = sorted(entry_ids), {}
    for start in range(0, len(wanted), _CHUNK):
        mine = entry.c.entry_id.in_(wanted[start : start + _CHUNK])
        for row in conn.execute(select(entry.c.entry_id, entry.c.story_id).where(mine)):
            found[EntryId(row.entry_id)] = row.story_id
    return found


def _about(two: set[EntryId], said: Iterable[Said]) -> tuple[Said, ...]:
    """Return the words about both of two entries, and those that set one of them alone or take it out."""
    return tuple(one for one in said if {one.a, one.b or one.a} <= two)


def _place_of(row: Row[Any]) -> _Place:
    return (row.score, row.a, row.b)


def _token(place: _Place) -> str:
    return "~".join((repr(place[0]), place[1], place[2]))


def _place(token: str) -> _Place:
    score, _, ends = token.partition("~")
    a, _, b = ends.partition("~")
    try:
        return (float(score), a, b)
    except ValueError as error:
        raise BadInput("after", "take the page's own link") from error


def _span(day: date) -> tuple[datetime, datetime]:
    """Return the beginning of a local day and of the one behind it."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadInput("day", f"use a day of the years {_FIRST_YEAR} to {_LAST_YEAR}")
    start = datetime.combine(day, time(), LOCAL_ZONE)
    return start, datetime.combine(day + timedelta(days=1), time(), LOCAL_ZONE)


def _seen(row: Row[Any], source: Source, versions: int, home: Story | None) -> Seen:
    told = home is not None and home.state is StoryState.LIVE
    return Seen(
        entry_id=EntryId(row.entry_id),
        source=source,
        draft=codec.load_draft(row.draft),
        versions=versions,
        first_seen=row.first_seen,
        story_id=None if row.story_id is None else StoryId(row.story_id),
        live=home is not None and told and row.entry_id in {one.entry_id for one in home.face.tellings},
        decision=None if row.verdict is None else Decision(Verdict(row.verdict), row.score, row.because),
    )


def _link(row: Row[Any]) -> Link:
    return Link(EntryId(row.a), EntryId(row.b), row.relation, row.score, row.because, row.rules)
