"""What counts as a Vietnamese syllable, and how Vietnamese a text is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.syllables import is_syllable, likeness

SYLLABLES = "ủy uỷ quý quốc khuỷu nghiêng giếng giết gì thuở khuya xoong đắk lắk quạnh rượu yêu ý á"
OTHERS = "tiềnh thýừng été garçon naïf §ång ạf đt tàp tảc bênc ngơng ấấ ò̀"


@pytest.mark.parametrize("word", SYLLABLES.split())
def test_syllables_are_known(word: str) -> None:
    """Every onset, rhyme and tone that the language has."""
    assert is_syllable(word)


@pytest.mark.parametrize("word", OTHERS.split())
def test_other_words_are_none(word: str) -> None:
    """Foreign words, codes, rhymes that do not exist, and stops with a tone that they cannot have."""
    assert not is_syllable(word)


def test_likeness_counts_marked_words() -> None:
    """Words in ASCII and codes like HĐND tell nothing; the rest is Vietnamese or not."""
    assert (3, 1.0) == likeness("HĐND xã ban hành 12 văn")
    assert (2, 0.5) == likeness("été và")
    assert (0, 0.0) == likeness("ban")


@given(st.text(max_size=80))
def test_likeness_is_a_share_of_any_text(text: str) -> None:
    """Whatever comes in, a count and a share come out."""
    count, share = likeness(text)

    assert count >= 0
    assert 0 <= share <= 1
