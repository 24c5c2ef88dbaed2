"""Marks and windows: accents count, tags are ours alone, nothing is cut inside a word."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from search.snippet import marked, snippet

LONG = (
    "Mở đầu dài dòng về thời tiết. " * 30 + "Sau cùng tỉnh đoàn tặng quà cho thanh niên. " + "Hết rồi. " * 60
)


def test_marks_keep_to_the_accents_of_the_question() -> None:
    """A word with other accents beside the sought one is not marked."""
    assert "<mark>Thanh niên</mark> và vị thành niên" == marked("Thanh niên và vị thành niên", "thanh niên")
    assert "Thanh niên và vị <mark>thành niên</mark>" == marked("Thanh niên và vị thành niên", "thành niên")


def test_without_accents_everything_is_marked() -> None:
    """A question without accents marks every reading."""
    assert "<mark>Thanh niên</mark> và vị <mark>thành niên</mark>" == marked(
        "Thanh niên và vị thành niên", "thanh nien"
    )


def test_a_text_without_the_accents_is_marked_all_the_same() -> None:
    """If only the plain words are there, they are marked."""
    assert "<mark>Tinh uy</mark> hop" == marked("Tinh uy hop", "Tỉnh ủy")


def test_tone_placement_and_case_do_not_matter() -> None:
    """uỷ is ủy, Đ is đ."""
    assert "<mark>TỈNH UỶ ĐỒNG THÁP</mark>" == marked("TỈNH UỶ ĐỒNG THÁP", "tỉnh ủy đồng tháp")


def test_neighbours_win_over_single_words() -> None:
    """A lone syllable is not marked when the whole name is there."""
    assert "giữ đà tăng ở <mark>Đà Nẵng</mark>" == marked("giữ đà tăng ở Đà Nẵng", "Đà Nẵng")
    assert "giữ đà tăng" == marked("giữ đà tăng", "Đà Nẵng")


def test_words_apart_are_marked_if_most_are_there() -> None:
    """Two words that stand apart are both marked; one of three is not."""
    assert "<mark>Huế</mark> lo chống <mark>lụt</mark>" == marked("Huế lo chống lụt", "lụt Huế")
    assert "Huế lo chống hạn" == marked("Huế lo chống hạn", "lụt Huế 2025")


def test_document_numbers_are_marked_whole() -> None:
    """A number is one mark, signs included, with or without its zero."""
    assert "Chỉ thị <mark>01/CT-UBND</mark> ra" == marked("Chỉ thị 01/CT-UBND ra", "1/ct-ubnd")


def test_text_is_escaped() -> None:
    """What looks like HTML in a text stays text, marked or not."""
    assert "&lt;b&gt;<mark>cầu</mark>&lt;/b&gt; &amp; đường" == marked("<b>cầu</b> & đường", "cầu")


def test_the_window_shows_the_sought_words() -> None:
    """A long text is cut around the marks, between words, with dots where something is left out."""
    cut = snippet([LONG], "tỉnh đoàn tặng quà")

    assert "<mark>tỉnh đoàn tặng quà</mark>" in cut
    assert cut.startswith("… ")
    assert cut.endswith(" …")
    assert len(re.sub("</?mark>", "", cut)) <= 290


def test_the_first_text_with_a_word_is_shown() -> None:
    """The summary, unless only the content has the words; without any, the beginning of the first."""
    assert "Cầu <mark>mới</mark>." == snippet(["Cầu mới.", "mới tinh"], "mới")
    assert "con <mark>đường</mark>" == snippet(["Cầu mới.", "con đường"], "đường")
    assert "Cầu mới." == snippet(["", "Cầu mới."], "kênh")
    assert "Cầu mới." == snippet(["Cầu mới."], "")
    assert "" == snippet(["", ""], "kênh")


@given(st.lists(st.text(), max_size=3), st.text(max_size=50))
def test_only_marks_are_tags(texts: list[str], q: str) -> None:
    """Without the marks, what is left is escaped text of one of the texts."""
    made = re.sub("</?mark>", "", snippet(texts, q))

    assert "<" not in made
    assert ">" not in made
    shown = html.unescape(made).removeprefix("… ").removesuffix(" …")
    assert any(shown in " ".join(text.split()) for text in [*texts, ""])


@given(st.text(), st.text(max_size=50))
def test_marking_changes_no_letter(text: str, q: str) -> None:
    """The text comes out as it went in."""
    assert text == html.unescape(re.sub("</?mark>", "", marked(text, q)))
