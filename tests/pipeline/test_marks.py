"""Marks: what tells a text from its look-alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup import Relation, decide
from pipeline.marks import Mark, MarkKind, _agree, _Values, difference, marks
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


def test_a_number_is_one_whatever_its_form() -> None:
    """Dots between thousands are no difference; a date with dots stays a date."""
    found, other = marks("Có 1.300 hộ, hơn 19.000 người"), marks("Có 1300 hộ, hơn 19000 người")

    assert difference(found, other) is None
    assert ["12 3 2023"] == [mark.value for mark in marks("ngày 12.3.2023")]


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("15 triệu", "15.000.000"),
        ("1,2 tỷ", "1.200.000.000"),
        ("500 ngàn", "500.000"),
        ("0,5 nghìn", "500"),
        ("2 nghìn tỉ", "2.000 tỷ"),
        ("1 tỷ 200 triệu", "1,2 tỉ"),
    ],
)
def test_a_sum_is_one_in_words_of_magnitude_and_in_digits(words: str, digits: str) -> None:
    """A number with nghìn, triệu or tỷ behind it is the number that it means, with the same surroundings."""
    assert marks(f"Trao {words} đồng cho ông Sáu") == marks(f"Trao {digits} đồng cho ông Sáu")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("từ 10-15 triệu đồng", ["10 15"]),
        ("đạt 15 tỷ lệ cao", ["15"]),
        ("ngày 12/3 triệu tập", ["12 3"]),
        ("1,2345 nghìn đồng", ["1 2345"]),
        ("5 triệu, 300 nghìn", ["5000000", "300000"]),
        (f"{'9' * 5_000} tỷ đồng", ["9" * 5_000]),
        (f"1 {'tỷ ' * 900}đồng", [str(10**18)]),
    ],
)
def test_only_a_whole_number_takes_a_magnitude(text: str, values: list[str]) -> None:
    """Ranges, runs of numbers, other words and endless digits stay as they are written."""
    assert values == [mark.value for mark in marks(text)]


def test_copies_that_write_a_sum_differently_join() -> None:
    """The same text with 18 tỷ in one paper and 18.000.000.000 in another is one story; 81 tỷ is another."""
    text = TEMPLATE.format(*PLAIN) + " Kinh phí tổ chức là {} đồng từ ngân sách tỉnh và xã hội hóa."
    first, same, other = (
        side(name, "Đại hội", text.format(told))
        for name, told in (("a", "18 tỷ"), ("b", "18.000.000.000"), ("c", "81 tỷ"))
    )

    assert Relation.JOIN == decide(first, same).relation
    assert [Relation.APART] * 2 == [decide(one, other).relation for one in (first, same)]


def test_a_misprint_is_no_other_name() -> None:
    """A name whose differing word is none, and looks like the other, is misprinted; a real word differs."""
    written = "Chủ tịch {} dự lễ khởi công."

    def differs(one: str, other: str) -> bool:
        return difference(marks(written.format(one)), marks(written.format(other))) is not None

    assert not differs("Nguyễn Vãnn Phúc", "Nguyễn Văn Phúc")
    assert not differs("Hillary Cllnton", "Hillary Clinton")
    assert differs("Nguyễn Văn Phúc", "Nguyễn Văn Phú")


def test_tu_is_four_only_in_an_ordinal() -> None:
    """The syllable of "thông tư" and "đầu tư" is no number; in "thứ tư" it is one."""
    found = [(mark.kind, mark.value) for mark in marks("nguồn vốn đầu tư theo thông tư mới, kỳ họp thứ tư")]

    assert [(MarkKind.ORDINAL, "4")] == found


def test_a_swapped_number_shows_though_the_other_text_has_it_elsewhere() -> None:
    """What stands between the same two and two words decides, not what is said in other places."""
    one = marks("Bắt 2 đối tượng cướp giật, thu 4 xe máy")
    other = marks("Bắt 4 đối tượng cướp giật, thu 4 xe máy, 2 điện thoại")

    assert difference(one, other) is not None


_NAMES = st.lists(
    st.sampled_from(("nguyen", "van", "an", "nguyem", "hoa", "hao", "12", "3")), min_size=1, max_size=3
)


@given(_NAMES, st.lists(_NAMES, max_size=5), st.sampled_from(MarkKind))
def test_one_look_at_all_values_says_what_each_look_says(
    told: list[str], others: list[list[str]], kind: MarkKind
) -> None:
    """Whether any of a text's values agrees with another is found as by comparing them one by one."""
    value, values = " ".join(told), [" ".join(other) for other in others]
    there = _Values(kind, [Mark(kind, "", other, "") for other in values])
    assert any(_agree(kind, value, other) for other in values) == there.hold(value)
