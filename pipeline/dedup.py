"""The same story or not: `decide` looks at two entries, `group` at all evidence. Pure.

Both are functions of their arguments alone, symmetric and independent of order (law 4); wrong
merges are worse than missed ones (law 7), so contradictions come first and an unknown is none.
`RULES` is the version of these rules, stored with every edge.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.marks import Mark, difference, missing
from pipeline.model import EntryId, EntryKind, Rights, SourceId, When
from pipeline.places import area, province
from pipeline.similarity import Fingerprint, containment

RULES = 2

_NEAR_DAYS, _FAR_DAYS = 3, 45  # a copy within days, a repost within weeks
_NEAR, _UNDATED, _FAR = 0.80, 0.85, 0.95  # containment wanted for each
_EVIDENCE = 0.30  # containment that direct evidence (a link, the same id) still wants
_SHORTEST = 15  # words; less text says too little by itself
_LOOK_ALIKE = 0.50  # contradicting texts this similar must never be chained together
_UNMATCHED = 1 / 3  # share of the shorter text's numbers that the longer may lack


class Relation(StrEnum):
    """What two entries are to each other."""

    JOIN = "join"
    APART = "apart"  # look alike and contradict each other
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Side:
    """One entry of a pair."""

    entry_id: EntryId
    source_id: SourceId
    kind: EntryKind
    bulletin_id: str
    bulletin_number: int
    print: Fingerprint
    urls: frozenset[str] = frozenset()  # canonical
    links: frozenset[str] = frozenset()  # canonical targets of "tại đây"
    ids: frozenset[str] = frozenset()  # the publisher's own ids


@dataclass(frozen=True, slots=True)
class Edge:
    """The relation of two entries, a < b, with its score (0..1) and reason in Vietnamese."""

    a: EntryId
    b: EntryId
    relation: Relation
    score: float
    because: str


def decide(one: Side, other: Side) -> Edge:
    """Return what two different entries are to each other; the order of arguments is no matter."""
    a, b = sorted((one, other), key=lambda side: side.entry_id)
    share = containment(a.print, b.print)

    def edge(relation: Relation, score: float, because: str) -> Edge:
        return Edge(a.entry_id, b.entry_id, relation, round(score, 4), because)

    if a.bulletin_id and a.source_id == b.source_id and a.bulletin_id == b.bulletin_id:
        return edge(Relation.APART, share, "hai mục của cùng một bản tin")
    if (direct := _direct(a, b, share)) is not None:
        return edge(Relation.JOIN, 1.0, direct)
    if (against := contradiction(a.print, b.print)) is not None:
        relation = Relation.APART if share >= _LOOK_ALIKE else Relation.NONE
        return edge(relation, share, against)
    if min(a.print.length, b.print.length) < _SHORTEST or share < _wanted(a.print, b.print):
        return edge(Relation.NONE, share, "")
    return edge(Relation.JOIN, share, _told(a, b, share))


def _direct(a: Side, b: Side, share: float) -> str | None:
    """Say which evidence outside of the texts makes two entries one, or None."""
    if a.urls & b.urls:
        return "cùng một địa chỉ"
    if share < _EVIDENCE:
        return None
    if a.links & b.urls or b.links & a.urls:
        return f"mục “tại đây” dẫn tới bài này; {_told(a, b, share)}"
    if a.source_id == b.source_id and a.ids & b.ids:
        return f"cùng mã bài của nguồn; {_told(a, b, share)}"
    return None


def contradiction(a: Fingerprint, b: Fingerprint) -> str | None:
    """Return why two texts cannot tell the same, in Vietnamese, or None; symmetric."""
    if a.title_years and b.title_years and not a.title_years & b.title_years:
        return f"khác năm trong tiêu đề ({_list(a.title_years)} ≠ {_list(b.title_years)})"
    if a.docs and b.docs and not a.docs & b.docs:
        return f"khác số văn bản ({_list(a.docs)} ≠ {_list(b.docs)})"
    if a.units and b.units and not a.units & b.units:
        return "khác xã, phường, huyện được kể"
    for short, long in _directions(a, b):
        if short.told and long.mentioned and not short.told & long.mentioned:
            return f"khác địa phương được kể ({_places(short.told)} ≠ {_places(long.mentioned)})"
        if (other := _marks_differ(short.marks, long.marks)) is not None:
            return other
    return None


def _directions(a: Fingerprint, b: Fingerprint) -> Iterable[tuple[Fingerprint, Fingerprint]]:
    if len(a.grams) <= len(b.grams):
        yield a, b
    if len(b.grams) <= len(a.grams):
        yield b, a


def _marks_differ(short: Sequence[Mark], long: Sequence[Mark]) -> str | None:
    """Say which word of the shorter text stands with another value in the longer one."""
    other = difference(short, long)
    if other is not None:
        return f"khác nhau ở chỗ: {other[0].left} “{other[0].value}” ≠ “{other[1].value}”"
    lacking, numbers = missing(short, long)
    if lacking > 1 and lacking > _UNMATCHED * numbers:
        return "nhiều số liệu không có ở bài kia"
    return None


def _wanted(a: Fingerprint, b: Fingerprint) -> float:
    if a.day is None or b.day is None:
        return _UNDATED
    gap = abs((a.day - b.day).days)
    if gap <= _NEAR_DAYS:
        return _NEAR
    return _FAR if gap <= _FAR_DAYS else 2.0


def _told(a: Side, b: Side, share: float) -> str:
    short, long = (a, b) if len(a.print.grams) <= len(b.print.grams) else (b, a)
    part = f"mục {short.bulletin_number} của Bản tin" if short.bulletin_number else "bài ngắn hơn"
    whole = f"mục {long.bulletin_number} của Bản tin" if long.bulletin_number else "bài này"
    said = f"{share:.0%} nội dung {part} nằm trong {whole}".replace("%", " %")
    if a.print.day is not None and a.print.day == b.print.day:
        said += f"; cùng ngày {a.print.day:%d/%m/%Y}"
    return said


def _places(slugs: Iterable[str]) -> str:
    units = (province(slug[1:]) if slug.startswith("@") else area(slug) for slug in sorted(slugs))
    return ", ".join(dict.fromkeys(unit.name for unit in units if unit is not None))


def _list(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))


class WordKind(StrEnum):
    """What an editor said."""

    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Word:
    """An editor's word: `a` belongs with `b`, or `a` belongs with nobody that rules found."""

    kind: WordKind
    a: EntryId
    b: EntryId | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """What grouping needs to know of an entry."""

    entry_id: EntryId
    source_id: SourceId
    kind: EntryKind
    has_body: bool
    length: int  # words
    published: When
    credited: bool  # names another as its origin
    official: bool  # speaks on an official host
    rights: Rights
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of one story, lead first, the rest in id order."""

    lead: EntryId
    members: tuple[EntryId, ...]


def group(members: Mapping[EntryId, Member], edges: Sequence[Edge], words: Sequence[Word]) -> list[Group]:
    """Return the stories that a closed set of entries and their evidence make, by lead id.

    Articles form components; each item or stub joins its single best article; the rest of them
    join among themselves. No two entries that contradict each other get into one story through
    others. An excerpt of a withdrawn article of the same source goes with it. `words` are in the
    order in which they were said; the last one about an entry stands.
    """
    forced, alone = _spoken(words)
    live = {entry_id for entry_id, member in members.items() if not member.withdrawn}
    live -= _gone_with_article(members, edges, alone)
    joins = sorted(
        (edge for edge in edges if edge.relation is Relation.JOIN and not {edge.a, edge.b} & alone),
        key=lambda edge: (-edge.score, edge.a, edge.b),
    )
    parts = _Parts(live, [(edge.a, edge.b) for edge in edges if edge.relation is Relation.APART])
    full = {entry_id for entry_id in live if _is_full(members[entry_id])}
    for edge in joins:
        if edge.a in full and edge.b in full:
            parts.join(edge.a, edge.b)
    homeless = set()
    for small in sorted(live - full):
        mine = [edge for edge in joins if small in (edge.a, edge.b)]
        articles = [edge.b if edge.a == small else edge.a for edge in mine]
        if not any(parts.join(small, article) for article in articles if article in full):
            homeless.add(small)
    for edge in joins:
        if edge.a in homeless and edge.b in homeless:
            parts.join(edge.a, edge.b)
    for one, other in sorted(forced):
        if one in live and other in live:
            parts.force(one, other)
    return sorted((_led(part, members) for part in parts.all()), key=lambda made: made.lead)


def _led(part: set[EntryId], members: Mapping[EntryId, Member]) -> Group:
    lead = min(part, key=lambda entry_id: _rank(members[entry_id]))
    return Group(lead, (lead, *sorted(part - {lead})))


def _rank(member: Member) -> tuple[bool, bool, bool, bool, datetime, int, int, EntryId]:
    """Order of leads: article, full, original, official, earlier, freer, fuller, id."""
    freedom = [Rights.FULL, Rights.SUMMARY, Rights.TITLE].index(member.rights)
    return (
        member.kind is not EntryKind.ARTICLE,
        not member.has_body,
        member.credited,
        not member.official,
        member.published.at,
        freedom,
        -member.length,
        member.entry_id,
    )


def _is_full(member: Member) -> bool:
    return member.kind is EntryKind.ARTICLE and member.has_body


def _gone_with_article(
    members: Mapping[EntryId, Member], edges: Sequence[Edge], alone: set[EntryId]
) -> set[EntryId]:
    gone = set()
    for edge in edges:
        if edge.relation is not Relation.JOIN or {edge.a, edge.b} & alone:
            continue
        for small, article in ((edge.a, edge.b), (edge.b, edge.a)):
            same = members[small].source_id == members[article].source_id
            if same and members[article].withdrawn and not _is_full(members[small]):
                gone.add(small)
    return gone


def _spoken(words: Sequence[Word]) -> tuple[set[tuple[EntryId, EntryId]], set[EntryId]]:
    forced: set[tuple[EntryId, EntryId]] = set()
    alone: set[EntryId] = set()
    for word in words:
        if word.kind is WordKind.SPLIT or word.b is None:
            alone.add(word.a)
            forced = {pair for pair in forced if word.a not in pair}
        else:
            forced.add((min(word.a, word.b), max(word.a, word.b)))
    return forced, alone


class _Parts:
    """Disjoint sets of entries that never bring two contradicting ones together."""

    def __init__(self, entries: Iterable[EntryId], apart: Iterable[tuple[EntryId, EntryId]]) -> None:
        self._part = {entry_id: {entry_id} for entry_id in entries}
        self._apart: dict[EntryId, set[EntryId]] = defaultdict(set)
        for a, b in apart:
            self._apart[a].add(b)
            self._apart[b].add(a)

    def join(self, one: EntryId, other: EntryId) -> bool:
        """Unite two parts unless members contradict; say whether they are one now."""
        mine, theirs = self._part[one], self._part[other]
        if mine is not theirs and any(self._apart[entry_id] & theirs for entry_id in mine):
            return False
        self.force(one, other)
        return True

    def force(self, one: EntryId, other: EntryId) -> None:
        """Unite two parts."""
        mine, theirs = self._part[one], self._part[other]
        if mine is not theirs:
            mine |= theirs
            for entry_id in theirs:
                self._part[entry_id] = mine

    def all(self) -> list[set[EntryId]]:
        """Return every part once."""
        return list({id(part): part for part in self._part.values()}.values())
