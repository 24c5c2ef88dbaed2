"""Who took a story back that others still tell. Pure.

A publisher's withdrawal ends that publisher's entries; copies of others stay. Whoever reads those
must know, so the story says which of its sources took their telling back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pipeline.dedup import Edge, Group, Member, Word, group
from pipeline.model import EntryId, SourceId


def taken_back(
    groups: Sequence[Group],
    members: Mapping[EntryId, Member],
    edges: Sequence[Edge],
    words: Sequence[Word],
    removed: Collection[EntryId] = (),
) -> dict[EntryId, tuple[SourceId, ...]]:
    """Return the sources that took each story back, in id order, by the story's lead; others are left out.

    Asked is who would tell the story if nobody had withdrawn anything. A source that still tells it
    by another entry has not taken it back.

    `groups` is what `dedup.group` made of the arguments behind it; `removed` are entries that an
    editor of ours took out, which says nothing of their publishers.
    """
    if not any(member.withdrawn for member in members.values()):
        return {}
    live = {entry_id for one in groups for entry_id in one.members}
    told = {entry_id: replace(member, withdrawn=False) for entry_id, member in members.items()}
    took: dict[EntryId, set[SourceId]] = {}
    for whole in group(told, edges, words):
        gone = [entry_id for entry_id in whole.members if entry_id not in live]
        sources = {members[one].source_id for one in gone if members[one].withdrawn and one not in removed}
        for entry_id in whole.members if sources else ():
            took[entry_id] = sources
    found = {}
    for one in groups:
        sources = set().union(*(took.get(entry_id, ()) for entry_id in one.members))
        sources -= {members[entry_id].source_id for entry_id in one.members}
        if sources:
            found[one.lead] = tuple(sorted(sources))
    return found
