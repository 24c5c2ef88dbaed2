"""Stories that hold some of the words, ranked."""

from hypothesis import given
from hypothesis import strategies as st

from search.coverage import covering


def listed(text: str) -> dict[str, int]:
    """Ids in order, as a word's hits."""
    return dict.fromkeys(text, 0)


def test_more_words_come_first() -> None:
    """Who holds all leads; who holds too little is left out."""
    assert ["a", "b"] == covering([listed("ab"), listed("ab"), listed("ac")])


def test_a_rare_word_weighs_more() -> None:
    """The word that one story holds outweighs the word that all hold."""
    common = listed("abcdefghijklmnopqrstuvwxyz")

    assert "z" == covering([common, {"z": 0}])[0]


def test_a_word_that_is_nowhere_weighs_nothing() -> None:
    """One unknown word does not hide what the others find."""
    assert ["a"] == covering([{}, {}, listed("a")])


def test_among_equals_the_order_of_the_lists_decides() -> None:
    """Meilisearch's own order is kept."""
    assert ["c", "a", "b"] == covering([listed("cab"), listed("cab")])


def test_nothing_covers_nothing() -> None:
    """No words, no hits."""
    assert [] == covering([])
    assert [] == covering([{}, {}])


@given(st.lists(st.dictionaries(st.text("abcdef", min_size=1, max_size=1), st.just(0)), max_size=6))
def test_who_holds_every_word_is_never_left_out(found: list[dict[str, int]]) -> None:
    """A story in every list that is not empty is in the answer, and each story once."""
    lists = [set(ids) for ids in found if ids]
    everywhere = set.intersection(*lists) if lists else set()
    answer = covering(found)

    assert everywhere <= set(answer)
    assert len(answer) == len(set(answer))
