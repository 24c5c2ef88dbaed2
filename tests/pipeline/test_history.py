"""Which story keeps its id."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup import Group
from pipeline.history import Known, fate, new_id
from pipeline.model import EntryId, StoryId


def group(names: str) -> Group:
    """Return a group of one-letter entries, the first one leading."""
    return Group(EntryId(names[0]), tuple(EntryId(name) for name in names))


def known(story_id: str, names: str, since: int, lead: str = "") -> Known:
    """Return a story of one-letter entries."""
    entries = frozenset(EntryId(name) for name in names)
    return Known(StoryId(story_id), EntryId(lead or names[0]), since, entries)


def test_merge_keeps_the_older_story() -> None:
    """Of two stories that become one, the older survives and the other points to it."""
    found = fate([group("ab")], [known("s2", "a", 7), known("s1", "b", 3)])

    assert {"a": "s1"} == dict(found.kept)
    assert {"s2": "s1"} == dict(found.merged)


def test_split_keeps_the_id_with_the_lead() -> None:
    """Of two parts of a story, the one with the last published lead keeps the id."""
    found = fate([group("a"), group("bc")], [known("s1", "abc", 1, lead="b")])

    assert {"b": "s1"} == dict(found.kept)
    assert {"a": "s1"} == dict(found.origins)


def test_a_story_without_entries_is_gone() -> None:
    """A story whose entries all left by withdrawal ends without a survivor."""
    found = fate([], [known("s1", "a", 1)])

    assert frozenset({"s1"}) == found.gone


def test_a_story_that_lost_its_lead_stays_with_the_most() -> None:
    """Without its lead a story follows most of its entries."""
    found = fate([group("b"), group("cd")], [known("s1", "abcd", 1, lead="a")])

    assert {"c": "s1"} == dict(found.kept)


@given(st.permutations("abcdef"), st.lists(st.integers(0, 3), min_size=6, max_size=6), st.integers(1, 6))
def test_every_story_has_one_fate(order: list[str], homes: list[int], cuts: int) -> None:
    """Each known story is kept once, merged, or gone; no group keeps two."""
    stories = [
        known(
            f"s{home}",
            "".join(name for name, mine in zip("abcdef", homes, strict=True) if mine == home),
            home,
        )
        for home in sorted(set(homes))
    ]
    groups = [group("".join(order[start : start + cuts])) for start in range(0, 6, cuts)]
    found = fate(groups, stories)

    ended = set(found.merged) | found.gone
    assert {story.story_id for story in stories} == set(found.kept.values()) | ended
    assert not set(found.kept.values()) & ended
    assert len(set(found.kept.values())) == len(found.kept)


def test_new_ids_avoid_living_ones() -> None:
    """A founder's id is always the same unless it is taken."""
    first = new_id(EntryId("e1"), set())

    assert first == new_id(EntryId("e1"), set())
    assert first != new_id(EntryId("e1"), {first})
