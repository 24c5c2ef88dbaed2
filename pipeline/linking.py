"""What one settling writes: the evidence around the changed entries, read and turned into a plan.

Nothing is written here. The rules are elsewhere: `dedup` (who belongs together), `history` (which
id it bears), `face` (what it looks like).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from pipeline import face
from pipeline.dedup import (
    WINDOW_DAYS,
    Edge,
    Group,
    Member,
    Relation,
    Side,
    Word,
    decide,
    group,
)
from pipeline.history import Known, fate, happened, new_id
from pipeline.model import Decision, EntryId, SourceId, Story, StoryId, StoryState
from pipeline.promise import promising
from pipeline.retraction import taken_back
from pipeline.store import Connection, candidates, links, prints, words
from pipeline.store import stories as stories_store
from pipeline.store.links import Ended, Node, Plan, Told
from pipeline.store.prints import Sought

_MOST_PAIRS = 30_000  # in one batch of linking
_HELD = 4_000  # candidates in memory at a time


def plan(conn: Connection, limit: int, after: str = "") -> Plan:
    """Read the evidence around up to `limit` changed entries and compute what is to be written.

    `after`: the id that they begin behind; where there are none left, from the first.
    """
    linked, pairs, crowded = _next(conn, limit, after)
    changed = {entry_id for entry_id, _ in linked}
    known = links.sides(conn, changed | {entry_id for pair in pairs for entry_id in pair})
    fresh = _decided(pairs, known)
    around = _closure(conn, changed, [edge for edge in fresh if edge.relation is Relation.JOIN])
    known |= links.sides(conn, around.entries - known.keys())
    here = links.nodes(conn, {entry_id: known[entry_id] for entry_id in around.entries & known.keys()})
    members = {entry_id: _member(node) for entry_id, node in sorted(here.items())}
    edges = [*around.edges, *_contradictions(around.edges, here)]
    groups = group(members, edges, around.words)
    removed = words.removed(conn, (entry_id for entry_id, node in here.items() if node.withdrawn))
    taken = taken_back(groups, members, edges, around.words, removed)
    stories = links.known_stories(conn, {node.story_id for node in here.values() if node.story_id})
    told, ended, homes = _retold(conn, groups, here, around.edges, stories, taken=taken)
    return Plan(linked=linked, edges=fresh, crowded=crowded, homes=homes, told=told, ended=ended)


_Pair = tuple[EntryId, EntryId]


def _next(
    conn: Connection, limit: int, after: str
) -> tuple[list[tuple[EntryId, int]], set[_Pair], list[tuple[int, int]]]:
    """Return the changed entries to link now, the pairs to decide, and the grams that got crowded.

    A batch ends where its pairs would take longer than a lease allows; the rest is the next batch.
    """
    waiting = links.unlinked(conn, limit, after)
    near, crowded = _near(conn, [entry_id for entry_id, _ in waiting])
    linked: list[tuple[EntryId, int]] = []
    pairs: set[_Pair] = set()
    for entry_id, touched in waiting:
        if linked and len(pairs) > _MOST_PAIRS:
            break
        linked.append((entry_id, touched))
        pairs |= {(min(entry_id, other), max(entry_id, other)) for other in near.get(entry_id, ())}
    return linked, pairs, crowded


def _near(
    conn: Connection, entry_ids: Sequence[EntryId]
) -> tuple[dict[EntryId, set[EntryId]], list[tuple[int, int]]]:
    """Return for each entry those that may tell the same, by their words or by direct evidence."""
    stored = prints.sought(conn, entry_ids)
    order = sorted(stored)
    found, crowded = alike(conn, [stored[entry_id] for entry_id in order])
    near = links.named(conn, order)
    for entry_id, others in zip(order, found, strict=True):
        near[entry_id] |= others
    return near, crowded


def near(conn: Connection, one: Sought) -> set[EntryId]:
    """Return the stored entries that may tell the same as one that is not stored, by its words."""
    [found], _ = alike(conn, [one])
    return found


def alike(conn: Connection, wanted: Sequence[Sought]) -> tuple[list[set[EntryId]], list[tuple[int, int]]]:
    """Return for each of the sought those that its words may join it with, and the grams that got crowded."""
    found = candidates.find(conn, wanted, WINDOW_DAYS)
    numbers: list[list[int]] = [[] for _ in wanted]
    for place, number in found.pairs:
        numbers[place].append(number)
    alike: list[set[EntryId]] = [set() for _ in wanted]
    for places in _in_memory(numbers):
        stored = prints.packed(conn, {number for place in places for number in numbers[place]})
        for place in places:
            others = [stored[number] for number in numbers[place]]
            one = wanted[place]
            hopeful = promising(one.print, [packed for _, packed in others], one.teller)
            alike[place] = {
                other for (other, _), holds in zip(others, hopeful.tolist(), strict=True) if holds
            }
    return alike, found.crowded


def _in_memory(numbers: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield places whose candidates are few enough to be in memory together."""
    places: list[int] = []
    held = 0
    for place, mine in enumerate(numbers):
        if places and held + len(mine) > _HELD:
            yield places
            places, held = [], 0
        places.append(place)
        held += len(mine)
    if places:
        yield places


def _decided(pairs: set[_Pair], known: dict[EntryId, Side]) -> list[Edge]:
    """Decide every pair once and return those that are one, and those for an editor to look at."""
    edges = (decide(known[a], known[b]) for a, b in sorted(pairs) if a in known and b in known)
    return [edge for edge in edges if edge.relation in (Relation.JOIN, Relation.REVIEW)]


def _contradictions(joins: Sequence[Edge], here: dict[EntryId, Node]) -> list[Edge]:
    """Decide the pairs that joins would bring together through others: some contradict each other.

    They are not stored: a flood of look-alikes has as many as it has pairs, and only those among
    entries that joins connect matter.
    """
    joined = {(edge.a, edge.b) for edge in joins}
    part = {entry_id: {entry_id} for entry_id in here}
    for a, b in joined:
        if a in part and b in part and part[a] is not part[b]:
            part[a] |= part[b]
            for entry_id in part[b]:
                part[entry_id] = part[a]
    whole = {id(members): sorted(members) for members in part.values()}.values()
    pairs = (pair for members in whole for pair in combinations(members, 2) if pair not in joined)
    edges = (decide(here[a].side, here[b].side) for a, b in pairs)
    return [edge for edge in edges if edge.relation is Relation.APART]


@dataclass(frozen=True, slots=True)
class _Around:
    """Every entry that the changed ones may share a story with, and all that joins them."""

    entries: set[EntryId]
    edges: list[Edge]
    words: list[Word]


def _closure(conn: Connection, changed: set[EntryId], fresh: Sequence[Edge]) -> _Around:
    """Follow old and new edges, stories and words until nothing new turns up."""
    edges = {(edge.a, edge.b): edge for edge in fresh}
    entries: set[EntryId] = set()
    frontier = changed | {end for edge in links.edges_of(conn, changed) for end in (edge.a, edge.b)}
    frontier |= {end for edge in fresh for end in (edge.a, edge.b)}
    while frontier:
        entries |= frontier
        stored = links.edges_of(conn, frontier)
        edges |= {(edge.a, edge.b): edge for edge in stored if not {edge.a, edge.b} & changed}
        reached = {end for edge in edges.values() for end in (edge.a, edge.b)}
        spoken = {end for word in links.words(conn, frontier) for end in (word.a, word.b) if end}
        frontier = (reached | spoken | links.story_mates(conn, frontier)) - entries
    inside = [edge for edge in edges.values() if edge.a in entries and edge.b in entries]
    return _Around(entries, inside, links.words(conn, entries))


def _member(node: Node) -> Member:
    draft, source = node.spoken.draft, node.spoken.source
    return Member(
        entry_id=node.side.entry_id,
        source_id=source.source_id,
        kind=draft.kind,
        has_body=bool(draft.body),
        length=node.side.print.shape.length,
        published=draft.published,
        credited=bool(draft.credit),
        official=any(host.endswith(".gov.vn") for host in source.hosts),
        rights=source.rights,
        withdrawn=node.withdrawn,
    )


_Homes = dict[EntryId, tuple[StoryId, Decision]]


def _retold(
    conn: Connection,
    groups: Sequence[Group],
    here: dict[EntryId, Node],
    edges: Sequence[Edge],
    stories: dict[StoryId, tuple[Story, Known]],
    *,
    taken: dict[EntryId, tuple[SourceId, ...]],
) -> tuple[list[Told], list[Ended], _Homes]:
    """Give each group its story and each story its end."""
    spoken = {entry_id: node.spoken for entry_id, node in here.items()}
    names = {told.source.source_id: told.source.name for told in spoken.values()}
    fates = fate(groups, [known for _, known in stories.values()])
    told: list[Told] = []
    homes: _Homes = {}
    borne = set(fates.kept.values())
    for one in groups:
        story_id = fates.kept.get(one.lead) or _founded(conn, one, here, borne)
        borne.add(story_id)
        before = stories[story_id][0] if story_id in stories else None
        decisions = face.decisions(one, spoken, edges)
        homes |= {entry_id: (story_id, decisions[entry_id]) for entry_id in one.members}
        backfill = all(here[entry_id].backfill for entry_id in one.members)
        seen = face.face(one, spoken, decisions, [names[source] for source in taken.get(one.lead, ())])
        told.append(
            Told(
                story_id=story_id,
                kind=happened(before.face if before else None, seen, split=one.lead in fates.origins),
                face=seen,
                lead=one.lead,
                first_seen=_first_seen(one, here, before, backfill=backfill),
                backfill=backfill and (before is None or before.backfill),
                before=before,
                origin=fates.origins.get(one.lead),
            )
        )
    ended = [
        Ended(stories[story_id][0], fates.merged.get(story_id))
        for story_id in sorted(fates.gone | fates.merged.keys())
        if stories[story_id][0].state is StoryState.LIVE
    ]
    return told, ended, homes


def _founded(conn: Connection, one: Group, here: dict[EntryId, Node], borne: set[StoryId]) -> StoryId:
    """Return the id of a new story: its first entry's, unless a living story bears that.

    `borne`: by stories that live from now on.
    """
    founder = min(one.members, key=lambda entry_id: (here[entry_id].first_seen, entry_id))
    taken = set(borne)
    while True:
        story_id = new_id(founder, taken)
        bearer = stories_store.get(conn, story_id)
        if bearer is None or bearer.state is not StoryState.LIVE:
            return story_id
        taken.add(story_id)


def _first_seen(one: Group, here: dict[EntryId, Node], before: Story | None, *, backfill: bool) -> datetime:
    """Return when a story was first news; an old one that becomes news starts then."""
    if before is not None and (backfill or not before.backfill):
        return before.first_seen
    nodes = [here[entry_id] for entry_id in one.members]
    return min(node.first_seen for node in nodes if backfill or not node.backfill)
