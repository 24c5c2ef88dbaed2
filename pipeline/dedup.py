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

from pipeline.evidence import Evidence, is_copy, is_thin, may_be_next, strongest, weighed
from pipeline.guards import LOOK_ALIKE, agreeing, contradiction
from pipeline.model import EntryId, EntryKind, Rights, SourceId, When
from pipeline.similarity import Fingerprint, Likeness, Shape, held_part, held_words, in_length, likeness

WINDOW_DAYS = 45  # publication days within which two texts can be one story
_JOIN, REVIEW = 0.70, 0.30  # probability from which two entries are one, and from which an editor looks
_JOIN_EXCERPT = 0.60  # of an item and an article of its publisher: it goes to the best of them only
_JOIN_CORRECTED = 0.60  # by an older text: what was corrected since is missing from the words in common
SHORTEST = 15  # words; less text says too little by itself
_LINKED = 0.30  # part that direct evidence (a link, the same id) still wants
LEAST_PART, LEAST_WORDS = 0.10, 0.35  # below both, nothing else can make two texts one


class Relation(StrEnum):
    """What two entries are to each other."""

    JOIN = "join"
    REVIEW = "review"  # perhaps the same: kept apart until an editor says so
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


def worth_deciding(a: Shape, b: Shape) -> bool:
    """Say whether two texts have enough in common for `decide` to join them by their words."""
    if a.day is not None and b.day is not None and abs((a.day - b.day).days) > WINDOW_DAYS:
        return False
    if min(a.length, b.length) < SHORTEST:
        return False
    return held_part(a, b) >= LEAST_PART or held_words(a, b) >= LEAST_WORDS


def decide(one: Side, other: Side) -> Edge:
    """Return what two different entries are to each other; the order of arguments is no matter."""
    a, b = sorted((one, other), key=lambda side: side.entry_id)
    short, long = _in_length(a, b)
    like = likeness(short.print.shape, long.print.shape)

    def edge(relation: Relation, score: float, because: str) -> Edge:
        return Edge(a.entry_id, b.entry_id, relation, round(score, 4), because)

    if a.bulletin_id and a.source_id == b.source_id and a.bulletin_id == b.bulletin_id:
        return edge(Relation.APART, like.part, "hai mục của cùng một bản tin")
    if (direct := _direct(short, long, like)) is not None:
        return edge(Relation.JOIN, 1.0, direct)
    agreed = agreeing(short.print.facts, long.print.facts, like)
    if not agreed:
        against = contradiction(short.print.facts, long.print.facts, like) or ""
        return edge(Relation.APART if like.part >= LOOK_ALIKE else Relation.NONE, like.part, against)
    if not worth_deciding(a.print.shape, b.print.shape):
        return edge(Relation.NONE, like.part, "")
    evidence = strongest(short.print, long.print, like, agreed, excerpt=_is_excerpt(a, b))
    score = weighed(evidence)
    if score < REVIEW:
        return edge(Relation.NONE, score, "")
    doubtful = may_be_next(evidence) or is_thin(evidence)
    enough = score >= _least(evidence)
    sure = is_copy(evidence) or (enough and not doubtful)
    return edge(Relation.JOIN if sure else Relation.REVIEW, score, _told(short, long, evidence))


def _least(evidence: Evidence) -> float:
    """Return the probability from which two entries are one."""
    if evidence.excerpt:
        return _JOIN_EXCERPT
    return _JOIN_CORRECTED if evidence.older else _JOIN


def _is_excerpt(a: Side, b: Side) -> bool:
    """Say whether one is an item of a bulletin and the other an article of its publisher."""
    return a.source_id == b.source_id and {a.kind, b.kind} == set(EntryKind)


def _in_length(a: Side, b: Side) -> tuple[Side, Side]:
    """Return the shorter text first; of two alike it does not matter, for all measures are equal then."""
    first, _ = in_length(a.print.shape, b.print.shape)
    return (a, b) if first is a.print.shape else (b, a)


def _direct(short: Side, long: Side, like: Likeness) -> str | None:
    """Say which evidence outside of the texts makes two entries one, or None."""
    if short.urls & long.urls:
        return "cùng một địa chỉ"
    if like.part < _LINKED:
        return None
    if short.links & long.urls or long.links & short.urls:
        return f"mục “tại đây” dẫn tới bài này; {_contained(short, long, like)}"
    if short.source_id == long.source_id and short.ids & long.ids:
        return f"cùng mã bài của nguồn; {_contained(short, long, like)}"
    return None


def _contained(short: Side, long: Side, like: Likeness) -> str:
    part = f"mục {short.bulletin_number} của Bản tin" if short.bulletin_number else "bài ngắn hơn"
    whole = f"mục {long.bulletin_number} của Bản tin" if long.bulletin_number else "bài này"
    return f"{like.part:.0%} nội dung {part} nằm trong {whole}".replace("%", " %")


def _told(short: Side, long: Side, evidence: Evidence) -> str:
    """Return the reason of a decision by text, in Vietnamese."""
    return "; ".join((_contained(short, long, evidence.likeness), *evidence.said()))


class WordKind(StrEnum):
    """What an editor said."""

    MERGE = "merge"
    SPLIT = "split"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Word:
    """An editor's word: `a` and `b` tell the same, or do not; or `a` belongs with nobody that rules found."""

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
    forced, parted, alone = _spoken(words)
    live = {entry_id for entry_id, member in members.items() if not member.withdrawn}
    live -= _gone_with_article(members, edges, alone)
    joins = sorted(
        (edge for edge in edges if edge.relation is Relation.JOIN and not {edge.a, edge.b} & alone),
        key=lambda edge: (-edge.score, edge.a, edge.b),
    )
    apart = {(edge.a, edge.b) for edge in edges if edge.relation is Relation.APART}
    parts = _Parts(live, apart, parted)
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


_Pairs = set[tuple[EntryId, EntryId]]


def _spoken(words: Sequence[Word]) -> tuple[_Pairs, _Pairs, set[EntryId]]:
    """Return which pairs are one, which are not, and who is alone, by the last words about them."""
    forced: _Pairs = set()
    parted: _Pairs = set()
    alone: set[EntryId] = set()
    for word in words:
        if word.kind is WordKind.SPLIT or word.b is None:
            alone.add(word.a)
            forced = {pair for pair in forced if word.a not in pair}
            continue
        pair = (min(word.a, word.b), max(word.a, word.b))
        (forced if word.kind is WordKind.MERGE else parted).add(pair)
        (parted if word.kind is WordKind.MERGE else forced).discard(pair)
    return forced, parted, alone


class _Parts:
    """Disjoint sets of entries; joined, they never hold two that rules or editors keep apart."""

    def __init__(self, entries: Iterable[EntryId], apart: _Pairs, parted: _Pairs) -> None:
        self._part = {entry_id: {entry_id} for entry_id in entries}
        self._parted = _neighbours(parted)
        self._apart = _neighbours(apart | parted)

    def join(self, one: EntryId, other: EntryId) -> bool:
        """Unite two parts unless members contradict; say whether they are one now."""
        return self._unite(one, other, self._apart)

    def force(self, one: EntryId, other: EntryId) -> bool:
        """Unite two parts on an editor's word, unless another word keeps members apart."""
        return self._unite(one, other, self._parted)

    def all(self) -> list[set[EntryId]]:
        """Return every part once."""
        return list({id(part): part for part in self._part.values()}.values())

    def _unite(self, one: EntryId, other: EntryId, apart: Mapping[EntryId, set[EntryId]]) -> bool:
        mine, theirs = self._part[one], self._part[other]
        if mine is theirs:
            return True
        if any(not apart.get(entry_id, _NOBODY).isdisjoint(theirs) for entry_id in mine):
            return False
        mine |= theirs
        for entry_id in theirs:
            self._part[entry_id] = mine
        return True


_NOBODY: set[EntryId] = set()


def _neighbours(pairs: _Pairs) -> dict[EntryId, set[EntryId]]:
    found: dict[EntryId, set[EntryId]] = defaultdict(set)
    for a, b in pairs:
        found[a].add(b)
        found[b].add(a)
    return dict(found)
