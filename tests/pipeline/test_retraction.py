"""Who took a story back that others still tell."""

from datetime import UTC, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup import Edge, Member, Relation, Word, WordKind, group
from pipeline.model import Basis, EntryId, EntryKind, Precision, Rights, SourceId, When
from pipeline.retraction import taken_back

AT = When(datetime(2026, 11, 20, tzinfo=UTC), Precision.SECOND, Basis.FEED)


def member(name: str, source: str, *, withdrawn: bool = False, item: bool = False) -> Member:
    """Return an article, or an item of a bulletin."""
    return Member(
        entry_id=EntryId(name),
        source_id=SourceId(source),
        kind=EntryKind.BULLETIN_ITEM if item else EntryKind.ARTICLE,
        has_body=True,
        length=100,
        published=AT,
        credited=False,
        official=False,
        rights=Rights.SUMMARY,
        withdrawn=withdrawn,
    )


def join(one: str, other: str) -> Edge:
    """Return an edge that joins."""
    a, b = sorted((one, other))
    return Edge(EntryId(a), EntryId(b), Relation.JOIN, 0.9, "giống nhau")


def found(
    members: list[Member], edges: list[Edge], words: list[Word], removed: set[str]
) -> dict[str, list[str]]:
    """Return who took what back, by the story's lead."""
    known = {one.entry_id: one for one in members}
    took = taken_back(group(known, edges, words), known, edges, words, {EntryId(one) for one in removed})
    return {str(lead): [str(source) for source in sources] for lead, sources in took.items()}


def test_a_copy_says_whose_original_is_gone() -> None:
    """The publisher's excerpt goes with its article; the other paper's copy stays and says so."""
    told = [member("a", "p", withdrawn=True), member("b", "q"), member("c", "p", item=True)]

    assert {"b": ["p"]} == found(told, [join("a", "b"), join("a", "c"), join("b", "c")], [], set())


def test_every_part_says_it() -> None:
    """Two copies that only the withdrawn original held together are two stories that both say so."""
    told = [member("a", "p", withdrawn=True), member("b", "q"), member("c", "r")]

    assert {"b": ["p"], "c": ["p"]} == found(told, [join("a", "b"), join("a", "c")], [], set())


def test_who_still_tells_it_took_nothing_back() -> None:
    """A publisher that keeps another page with the story did not withdraw it."""
    told = [member("a", "p", withdrawn=True), member("b", "q"), member("c", "p")]

    assert {} == found(told, [join("a", "b"), join("b", "c"), join("a", "c")], [], set())


def test_what_an_editor_removed_is_no_withdrawal() -> None:
    """Nothing is said of a publisher whose entry we took out ourselves."""
    told = [member("a", "p", withdrawn=True), member("b", "q")]

    assert {"b": ["p"]} == found(told, [join("a", "b")], [], set())
    assert {} == found(told, [join("a", "b")], [], {"a"})


def test_editors_words_hold() -> None:
    """Who was told apart is not touched by the other's withdrawal; who was merged is."""
    told = [member("a", "p", withdrawn=True), member("b", "q"), member("c", "r")]
    words = [Word(WordKind.SPLIT, EntryId("b")), Word(WordKind.MERGE, EntryId("a"), EntryId("c"))]

    assert {"c": ["p"]} == found(told, [join("a", "b")], words, set())


NAMES = "abcdef"
MEMBERS = st.fixed_dictionaries(
    {name: st.tuples(st.sampled_from("pqr"), st.booleans(), st.booleans()) for name in NAMES}
)
EDGES = st.sets(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] < pair[1])
)


@given(MEMBERS, EDGES, st.randoms(use_true_random=False))
def test_it_is_a_function_of_the_evidence(
    drawn: dict[str, tuple[str, bool, bool]], pairs: set[tuple[str, str]], random: Random
) -> None:
    """Any order gives the same; nobody is named who still tells it, or who withdrew nothing."""
    told = [member(name, who, withdrawn=gone, item=item) for name, (who, gone, item) in drawn.items()]
    edges = [join(*pair) for pair in sorted(pairs)]
    took = found(told, edges, [], set())
    random.shuffle(told)
    random.shuffle(edges)
    known = {one.entry_id: one for one in told}
    still = {one.lead: {known[name].source_id for name in one.members} for one in group(known, edges, [])}

    assert took == found(told, edges, [], set())
    for lead, sources in took.items():
        assert not still[EntryId(lead)] & set(sources)
        assert set(sources) <= {who for who, gone, _ in drawn.values() if gone}
