"""Marks and windows: accents count, tags are ours alone, nothing is cut inside a word."""

import html
import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from search.snippet import marked, snippet

LONG = (
    "Mở đầu dài dòng về thời tiết. " * 30 + "Sau cùng tỉnh đoàn tặng quà cho thanh niên. " + "Hết rồi. " * 60
)


def nfd(text: str) -> str:
    """Return a text with its accents as letters of their own."""
    return unicodedata.normalize("NFD", text)


def nfc(text: str) -> str:
    """Return a text with its accents within its letters."""
    return unicodedata.normalize("NFC", text)


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


def test_a_text_of_nothing_but_the_word_is_cut_at_once() -> None:
    """Thousands of marks, apart or as one that is wider than the window."""
    apart, joined = snippet(["a, " * 40_000], "a"), snippet(["a " * 400], "a")

    assert apart.startswith("<mark>a</mark>, <mark>a</mark>, ")
    assert joined.startswith("<mark>a a a ")


def test_a_whole_sentence_is_marked_as_far_as_it_is_shown() -> None:
    """Longer than the window, somewhere in a text."""
    sentence = " ".join(f"chữ{chr(ord('a') + at % 26) * 2}" for at in range(55))
    cut = snippet([f"Mở đầu thôi. {sentence}. {LONG}"], sentence)

    assert cut.startswith("Mở đầu thôi. <mark>chữaa chữbb ")
    assert cut.endswith("</mark> …")


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
    assert any(shown in " ".join(nfc(text).split()) for text in [*texts, ""])


@given(st.text(), st.text(max_size=50))
def test_marking_changes_no_letter(text: str, q: str) -> None:
    """The text comes out as it went in, in NFC."""
    assert nfc(text) == html.unescape(re.sub("</?mark>", "", marked(text, q)))


def test_other_ways_to_write_it_are_marked_too() -> None:
    """An abbreviation in full, a day in words, a sum with dots: they are why the story was found."""
    told = "Ủy ban nhân dân tỉnh Kiên Giang họp; UBND tỉnh sẽ chi 1.250.000 đồng"

    assert marked(told, "UBND tỉnh Kiên Giang").startswith("<mark>Ủy ban nhân dân tỉnh Kiên Giang</mark> họp")
    assert "<mark>UBND tỉnh</mark>" in marked(told, "ủy ban nhân dân tỉnh")
    assert "chi <mark>1.250.000</mark> đồng" in marked(told, "1250000")
    assert "họp <mark>31-1-2023</mark>" == marked("họp 31-1-2023", "31/01/2023")
    assert "họp <mark>ngày 31 tháng 1 năm 2023</mark>" == marked(
        "họp ngày 31 tháng 1 năm 2023", "ngày 31/01/2023"
    )


def test_decomposed_letters_and_capitals_are_marked() -> None:
    """Whichever of both is in NFD; marks never part a letter from its accents."""
    assert "<mark>THÀNH NIÊN</mark> và thanh niên" == marked("THÀNH NIÊN và thanh niên", nfd("thành niên"))
    assert "<mark>Thanh niên</mark> và thành niên" == marked(nfd("Thanh niên và thành niên"), "thanh niên ạ")


def test_only_the_accents_that_were_typed_count() -> None:
    """A word that was typed without accents may have any; one that has some keeps them."""
    assert "Nếu <mark>quyết tâm</mark> thì quyệt tấm" == marked("Nếu quyết tâm thì quyệt tấm", "quyết tam")


def test_raw_keys_mark_what_they_mean() -> None:
    """Telex without an input method."""
    assert "Có <mark>quyết tâm</mark> cao" == marked("Có quyết tâm cao", "quyeets taam")


def test_small_words_are_not_marked_alone() -> None:
    """Words such as "của" tell nothing by themselves."""
    assert "<mark>Huế</mark> lo chống <mark>lụt</mark> của năm" == marked(
        "Huế lo chống lụt của năm", "lụt ở của Huế"
    )
