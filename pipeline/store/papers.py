"""Which stories issue or cite which official document. Derived from faces, written where stories are.

Rows are of living stories only. They are made anew after migrating where the rules of
`pipeline.papers` have changed.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Subquery, case, func, select

from pipeline import papers
from pipeline.model import Face, Role, StoryId, StoryState
from pipeline.papers import Paper
from pipeline.store import codec, meta
from pipeline.store.schema import paper_mention as table
from pipeline.store.schema import story

_KEY = "paper_rules"
_CHUNK = 400
_MOST_NAMESAKES = 5_000
_COUNT, _KIND, _DATED = 8, 16, 10  # characters
_MOST_ISSUERS = 60


@dataclass(frozen=True, slots=True)
class Known:
    """A document that stories name.

    Args:
        number: in its fullest spelling: "73/2023/NĐ-CP" before "73/NĐ-CP", "01/CT-UBND" before "1/CT-UBND".
        issuer: as one of the stories writes it; dated: as long as it is known.
        issued, told: how many stories issue it, and how many name it at all.
        last: when the newest of them was published.
    """

    paper: Paper
    number: str
    issuer: str
    dated: str
    issued: int
    told: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents a list holds; None: any.

    Args:
        issuer: as in addresses (`Paper.issuer`), `UNKNOWN` for those without.
        year: 0 for those without.
        kind: a code, "" for numbers that bear none.
        count: the number itself without zeros in front, "90".
    """

    issuer: str | None = None
    year: int | None = None
    kind: str | None = None
    count: str | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer with how many documents stories name of it; `name` as a text has it."""

    paper: Paper
    name: str
    documents: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many documents a list holds, and by what it can be narrowed: each under all other conditions.

    `years`: newest first. `kinds`, `issuers` (at most 60, and the one that is wanted): most documents first.
    """

    total: int
    years: list[tuple[int, int]]
    kinds: list[tuple[str, int]]
    issuers: list[Issuer]


@dataclass(frozen=True, slots=True)
class Naming:
    """One story that names a document, and what it says of it."""

    story_id: StoryId
    paper: Paper
    role: Role
    number: str
    issuer: str
    dated: str


def put(conn: Connection, faces: Sequence[tuple[StoryId, Face]]) -> None:
    """Write the rows of stories anew."""
    drop(conn, (story_id for story_id, _ in faces))
    rows = [row for story_id, face in faces for row in _rows(story_id, face)]
    if rows:
        conn.execute(table.insert(), rows)


def drop(conn: Connection, story_ids: Iterable[StoryId]) -> None:
    """Forget what stories name: they are gone."""
    wanted = sorted(set(story_ids))
    for start in range(0, len(wanted), _CHUNK):
        conn.execute(table.delete().where(table.c.story_id.in_(wanted[start : start + _CHUNK])))


def _rows(story_id: StoryId, face: Face) -> Iterable[dict[str, Any]]:
    for place, (one, paper) in enumerate(papers.of_face(face)):
        yield {
            "story_id": story_id,
            "place": place,
            "slug": paper.slug,
            "count": paper.count[:_COUNT],
            "kind": paper.kind[:_KIND],
            "organ": paper.organ,
            "unit": paper.unit,
            "year": paper.year,
            "role": one.role,
            "number": one.number,
            "issuer": one.issuer,
            "dated": one.dated[:_DATED],
            "published_at": face.published_at,
        }


def namesakes(
    conn: Connection, count: str, *, kinds: Collection[str] = (), slug: str = "", year: int = 0
) -> list[Known]:
    """Return the documents with a count ("90"), those that the newest stories name first, at most 5,000.

    Args:
        conn: where to read.
        count: without zeros in front.
        kinds: codes of kinds, one of which it has; none: of any kind.
        slug: the whole number; "" if it is not known.
        year: of the document, or it has none; 0: of any year.
    """
    query = _documents().where(table.c.count == count[:_COUNT])
    if slug:
        query = query.where(table.c.slug == slug)
    if kinds:
        query = query.where(table.c.kind.in_(sorted(kinds)))
    if year:
        query = query.where(table.c.year.in_((0, year)))
    newest = func.max(table.c.published_at).desc()
    rows = conn.execute(query.order_by(newest, *_identity()).limit(_MOST_NAMESAKES))
    return [_known(row) for row in rows]


def get(conn: Connection, issuer: str, year: int, slug: str) -> list[Known]:
    """Return the documents at an address: one, but for organs whose names run into their province's."""
    rows = conn.execute(_documents().where(table.c.slug == slug, table.c.year == year).order_by(*_identity()))
    return [known for row in rows if (known := _known(row)).paper.issuer == issuer]


def alike(conn: Connection, paper: Paper) -> list[Known]:
    """Return the other documents with the same number: the page of one names them."""
    query = _documents().where(table.c.slug == paper.slug).order_by(table.c.year.desc(), *_identity())
    found = map(_known, conn.execute(query.limit(_MOST_NAMESAKES)))
    return [known for known in found if known.paper != paper]


def listed(conn: Connection, wanted: Wanted, limit: int, offset: int = 0, *, since: int = 0) -> list[Known]:
    """Return documents by their dates as far as they are known, newest first.

    `since`: documents of years before it are not looked at, for all that is asked for is newer.
    """
    query = _documents().where(*_meant(wanted), table.c.year >= since)
    newest = (table.c.year.desc(), func.max(table.c.dated).desc(), func.max(table.c.published_at).desc())
    query = query.order_by(*newest, *_identity())
    return [_known(row) for row in conn.execute(query.limit(limit).offset(offset))]


def counted(conn: Connection, wanted: Wanted) -> Counts:
    """Return what a list holds, by year, kind and issuer."""
    years = _by(conn, replace(wanted, year=None), table.c.year)
    kinds = _by(conn, replace(wanted, kind=None), table.c.kind)
    issuers = _issuers(conn, replace(wanted, issuer=None))
    if wanted.issuer is not None and wanted.issuer not in {one.paper.issuer for one in issuers}:
        issuers += _issuers(conn, wanted)
    return Counts(
        total=sum(count for year, count in years if wanted.year in (None, year)),
        years=sorted(years, reverse=True),
        kinds=sorted(kinds, key=lambda one: (-one[1], one[0])),
        issuers=issuers,
    )


def tellers(
    conn: Connection, paper: Paper, *, role: Role | None = None, limit: int, offset: int = 0
) -> list[StoryId]:
    """Return the stories that name a document, each once, newest first.

    A story may spell one document in two ways, and with each in another role: it issues it, then.
    """
    query = select(table.c.story_id).where(*_of(paper)).group_by(table.c.story_id)
    issues = func.sum(case((table.c.role == Role.ISSUES, 1), else_=0)) > 0
    if role is not None:
        query = query.having(issues if role is Role.ISSUES else ~issues)
    ordered = query.order_by(func.max(table.c.published_at).desc(), table.c.story_id.desc())
    return [StoryId(one) for one in conn.scalars(ordered.limit(limit).offset(offset))]


def namings(
    conn: Connection, paper: Paper, *, role: Role | None = None, limit: int, offset: int = 0
) -> list[Naming]:
    """Return each naming of a document with its spelling, newest first."""
    query = select(table).where(*_of(paper))
    if role is not None:
        query = query.where(table.c.role == role)
    ordered = query.order_by(table.c.published_at.desc(), table.c.story_id.desc(), table.c.place)
    return [_naming(row) for row in conn.execute(ordered.limit(limit).offset(offset))]


def batch(conn: Connection, after: str, limit: int) -> tuple[list[tuple[StoryId, int, Face]], str | None]:
    """Return living stories behind an id with revision and face, and where to go on, None at the end.

    A face that cannot be read is left out: its story names nothing until it is linked again.
    """
    query = select(story.c.story_id, story.c.revision, story.c.face).where(
        story.c.story_id > after, story.c.state == StoryState.LIVE
    )
    rows = conn.execute(query.order_by(story.c.story_id).limit(limit)).all()
    found = [(StoryId(row.story_id), row.revision, face) for row in rows if (face := _readable(row.face))]
    return found, rows[-1].story_id if len(rows) == limit else None


def _readable(dumped: Any) -> Face | None:
    try:
        return codec.load_face(dumped)
    except (KeyError, ValueError):
        return None


def keep(conn: Connection, found: Sequence[tuple[StoryId, int, Face]]) -> None:
    """Write the rows of stories that `batch` returned and nobody has changed since."""
    ids = [story_id for story_id, *_ in found]
    stands = (
        select(story.c.story_id, story.c.revision)
        .where(story.c.story_id.in_(ids), story.c.state == StoryState.LIVE)
        .order_by(story.c.story_id)
        .with_for_update()
    )
    revisions = {row.story_id: row.revision for row in conn.execute(stands)}
    put(conn, [(one, face) for one, revision, face in found if revisions.get(one) == revision])


def stale(conn: Connection) -> bool:
    """Say whether rows were made by other rules than today's."""
    return meta.get(conn, _KEY) != str(papers.RULES)


def done(conn: Connection) -> None:
    """Say that all rows are by today's rules."""
    meta.put(conn, _KEY, str(papers.RULES))


def _by(conn: Connection, wanted: Wanted, column: Column[Any]) -> list[tuple[Any, int]]:
    each = _distinct(wanted, func.max(column).label("value"))
    query = select(each.c.value, func.count()).group_by(each.c.value)
    return [(value, count) for value, count in conn.execute(query)]


def _issuers(conn: Connection, wanted: Wanted) -> list[Issuer]:
    total = func.count().label("documents")
    each = _distinct(wanted, func.max(table.c.issuer).label("issuer"))
    place = (each.c.organ, each.c.unit)
    query = select(*place, func.max(each.c.issuer).label("issuer"), total).group_by(*place)
    rows = conn.execute(query.order_by(total.desc(), *place).limit(_MOST_ISSUERS))
    return [Issuer(Paper("", row.organ, row.unit, 0), row.issuer, row.documents) for row in rows]


def _distinct(wanted: Wanted, more: ColumnElement[Any]) -> Subquery:
    """Return the documents of a list, one row each."""
    query = select(*_identity(), more).where(*_meant(wanted)).group_by(*_identity())
    return query.subquery()


def _meant(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.issuer is not None:
        both = table.c.organ + "-" + table.c.unit
        called = case((table.c.unit == "", table.c.organ), (table.c.organ == "", table.c.unit), else_=both)
        yield called == ("" if wanted.issuer == papers.UNKNOWN else wanted.issuer)
    if wanted.year is not None:
        yield table.c.year == wanted.year
    if wanted.kind is not None:
        yield table.c.kind == wanted.kind[:_KIND]
    if wanted.count is not None:
        yield table.c.count == wanted.count[:_COUNT]


def _identity() -> tuple[Any, ...]:
    return (table.c.slug, table.c.organ, table.c.unit, table.c.year)


def _of(paper: Paper) -> tuple[Any, ...]:
    return (
        table.c.slug == paper.slug,
        table.c.organ == paper.organ,
        table.c.unit == paper.unit,
        table.c.year == paper.year,
    )


def _documents() -> Any:
    issued = func.count(case((table.c.role == Role.ISSUES, table.c.story_id)).distinct())
    return select(
        *_identity(),
        func.min(table.c.number).label("number"),  # digits go before letters: the year, a zero in front
        func.max(table.c.issuer).label("issuer"),
        func.max(table.c.dated).label("dated"),
        issued.label("issued"),
        func.count(table.c.story_id.distinct()).label("told"),
        func.max(table.c.published_at).label("last"),
    ).group_by(*_identity())


def _paper(row: Row[Any]) -> Paper:
    return Paper(row.slug, row.organ, row.unit, row.year)


def _known(row: Row[Any]) -> Known:
    return Known(_paper(row), row.number, row.issuer, row.dated, int(row.issued), row.told, row.last)


def _naming(row: Row[Any]) -> Naming:
    story_id = StoryId(row.story_id)
    return Naming(story_id, _paper(row), Role(row.role), row.number, row.issuer, row.dated)
