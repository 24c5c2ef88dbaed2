"""Marks: what tells a text from its look-alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup import Relation, decide
from pipeline.marks import Mark, MarkKind, difference, marks
from tests.pipeline.test_dedup import side

TEMPLATE = (
    "{} 20/11, tại hội trường huyện, đại biểu dự Đại hội Đảng bộ tỉnh lần thứ {} đã nghe ông {} báo cáo "
    "kết quả. Điện lực {} bố trí nguồn dự phòng, ngành y tế cử {} kíp trực và công an phân luồng từ xa để "
    "người dân đi lại thuận tiện trong những ngày diễn ra đại hội."
)
PLAIN = ("Sáng", "XIX", "Lê Văn Tấn", "Mộ Đức", "ba")


@pytest.mark.parametrize(
    ("place", "other"),
    [(0, "Chiều"), (1, "XX"), (1, "XVIII"), (2, "Đỗ Hữu Phước"), (3, "Bình Sơn"), (4, "bảy")],
)
def test_one_other_mark_is_another_story(place: int, other: str) -> None:
    """A part of day, a Roman numeral, a person, a place or a number word keeps templates apart."""
    values = [*PLAIN]
    values[place] = other

    found = decide(
        side("a", "Đại hội", TEMPLATE.format(*PLAIN)), side("b", "Đại hội", TEMPLATE.format(*values))
    )

    assert Relation.APART == found.relation
    assert "≠" in found.because


@pytest.mark.parametrize(("place", "same"), [(2, "Lê Văn Tần"), (2, "Văn Tấn"), (3, "Mộ Đức"), (4, "3")])
def test_the_same_in_other_letters_is_no_difference(place: int, same: str) -> None:
    """A mistyped accent, a shortened name and a number in figures contradict nothing."""
    values = [*PLAIN]
    values[place] = same

    found = decide(
        side("a", "Đại hội", TEMPLATE.format(*PLAIN)), side("b", "Đại hội", TEMPLATE.format(*values))
    )

    assert Relation.JOIN == found.relation


def test_names_end_at_punctuation() -> None:
    """Two names with a full stop between are two marks."""
    found = [mark.value for mark in marks("về Mộ Đức. Lê Văn Tấn nói") if mark.kind is MarkKind.NAME]

    assert ["mo duc", "le van tan"] == found


@given(st.text("aA bB.12 XI\nĐđ", max_size=200))
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    """Any text agrees with itself and with itself continued."""
    own = marks(text)

    assert difference(own, own) is None
    assert difference(own, (*own, Mark(MarkKind.NAME, "x y", "z", "w"))) is None
