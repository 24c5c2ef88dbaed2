"""Feed ids are history: which story keeps its id when groups of entries change. Pure.

Groups follow from evidence alone (`pipeline.dedup.group`); ids may not, because subscribers know
them: once published, an id stays with its story. On a merge the older story survives and the
others point to it; on a split the part with the last published lead keeps the id (law 4).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pipeline.dedup import Group
from pipeline.model import ChangeKind, EntryId, Face, StoryId


@dataclass(frozen=True, slots=True)
class Known:
    """A story as it was: its last published lead, its first log position (its age), its entries."""

    story_id: StoryId
    lead: EntryId
    since: int
    entries: frozenset[EntryId]


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of the stories that a set of groups touches.

    Args:
        kept: the story that each group goes on telling, by the group's lead; new groups are absent.
        merged: story → surviving story.
        gone: stories with no entry left.
        origins: for a new group, the story its entries came from, by the group's lead.
    """

    kept: Mapping[EntryId, StoryId]
    merged: Mapping[StoryId, StoryId]
    gone: frozenset[StoryId]
    origins: Mapping[EntryId, StoryId]


def fate(groups: Sequence[Group], known: Collection[Known]) -> Fate:
    """Return what becomes of every known story, given the groups that its entries form now."""
    home = {entry_id: group.lead for group in groups for entry_id in group.members}
    claims: dict[EntryId, list[Known]] = defaultdict(list)
    gone = set()
    for story in known:
        heir = _heir(story, home)
        if heir is None:
            gone.add(story.story_id)
        else:
            claims[heir].append(story)
    kept: dict[EntryId, StoryId] = {}
    merged: dict[StoryId, StoryId] = {}
    for lead, stories in claims.items():
        survivor = min(stories, key=lambda story: (story.since, story.story_id))
        kept[lead] = survivor.story_id
        merged |= {story.story_id: survivor.story_id for story in stories if story is not survivor}
    before = {entry_id: story.story_id for story in known for entry_id in story.entries}
    origins = {
        group.lead: next(before[entry_id] for entry_id in group.members if entry_id in before)
        for group in groups
        if group.lead not in kept and not before.keys().isdisjoint(group.members)
    }
    return Fate(kept, merged, frozenset(gone), origins)


def happened(before: Face | None, after: Face, *, split: bool) -> ChangeKind:
    """Return what a visible change of a story is, for the log; `before` is None for a new story.

    Corrected: a source edited what it had told before. Updated: all else, as another telling that
    joined or left, other labels, another date, other rights.
    """
    if before is None:
        return ChangeKind.SPLIT_FROM if split else ChangeKind.CREATED
    texts = {told.entry_id: told.version for told in before.tellings}
    edited = any(told.version > texts.get(told.entry_id, told.version) for told in after.tellings)
    return ChangeKind.CORRECTED if edited else ChangeKind.UPDATED


def new_id(founder: EntryId, taken: Collection[StoryId]) -> StoryId:
    """Return the id of a story founded by an entry: always the same one, unless it is taken."""
    turn = 0
    while True:
        seed = f"{founder}|{turn}" if turn else founder
        story_id = StoryId("s" + sha256(seed.encode()).hexdigest()[:20])
        if story_id not in taken:
            return story_id
        turn += 1


def _heir(story: Known, home: Mapping[EntryId, EntryId]) -> EntryId | None:
    """Return the lead of the group that inherits a story's id."""
    if story.lead in home:
        return home[story.lead]
    shares: dict[EntryId, int] = defaultdict(int)
    for entry_id in story.entries:
        if entry_id in home:
            shares[home[entry_id]] += 1
    return min(shares, key=lambda lead: (-shares[lead], lead), default=None)
