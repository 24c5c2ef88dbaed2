"""Words that are no syllables, and what they may have been meant to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.asked import dashed
from search.misspelt import MOST, respelled
from search.typed import is_syllable


@pytest.mark.parametrize(
    ("q", "meant"),
    [
        ("giá vàg hôm nay", "giá vàng hôm nay"),  # a letter missing
        ("gia vag hom nay", "gia vang hom nay"),
        ("khởi tố vụ ánn", "khởi tố vụ án"),  # too many
        ("Nguễn Thành Phong", "Nguyễn Thành Phong"),
        ("bênh viẹn huyện", "bênh viện huyện"),  # wrong
        ("quyết tma giữ rừng", "quyết tam giữ rừng"),  # in the wrong place
    ],
)
def test_what_may_be_meant(q: str, meant: str) -> None:
    """One letter away, as accented as the word is."""
    assert meant in respelled(q)


@pytest.mark.parametrize(
    "q",
    ["giá vàng", "vàg", '"giá vàg" hôm nay', "giá vàg -xăng", "01/CT-UBNDD vàg", "Trump Putin", "12 34", ""],
)
def test_what_is_left(q: str) -> None:
    """Questions of syllables, single words, what is meant literally, and words that are far from any."""
    assert () == respelled(q)


@given(st.text(max_size=300))
def test_any_question_has_few_tries(q: str) -> None:
    """Each differs from the question, and none is to be mended again."""
    others = respelled(q)

    assert len(others) <= MOST
    assert q not in others
    assert all(respelled(other) == () for other in others)


@pytest.mark.parametrize("word", ["nghieng", "khuyu", "quyet", "gi", "oanh", "thuong", "a"])
def test_syllables_without_marks(word: str) -> None:
    """Every syllable is one without its marks too."""
    assert is_syllable(word)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("Trump -Putin", 'Trump -"Putin"'),
        ("Trump –Putin", 'Trump -"Putin"'),
        ("bóng đá -nữ", ""),
        ("2020 -2025", ""),
        ("Hà Nội -Huế", ""),
        ('Trump -"Putin"', ""),
        ("-Putin", ""),
        ("a-b", ""),
    ],
)
def test_a_minus_that_was_read_as_a_dash(q: str, expected: str) -> None:
    """Between names in capitals it may be either, so the other way to write it is told."""
    assert expected == dashed(q)
