"""The words that are matched: one spelling for what is one, two for what is two."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import clean
from search.tokens import accented, bare, number_key, telex, tokens

SYLLABLES = st.text(
    "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậéèẻẽẹíìỉĩịóòỏõọứừửữựýỳỷỹỵ", min_size=1, max_size=7
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tỉnh uỷ Đồng Tháp", ["tỉnh", "ủy", "đồng", "tháp"]),
        ("Số 01/CT-UBND, ngày 05/01/2024", ["số", "1", "ct", "ubnd", "ngày", "5", "1", "2024"]),
        ("1.234.567 đồng và 1234567 đồng", ["1234567", "đồng", "và", "1234567", "đồng"]),
        ("QL1A, Covid-19, covid19", ["ql", "1", "a", "covid", "19", "covid", "19"]),
        ("2020 -2025", ["2020", "2025"]),
        ("000", ["0"]),
        ("17.03.2025", ["17", "3", "2025"]),
        ("120m², 3 m³ CO₂", ["120", "m", "2", "3", "m", "3", "co", "2"]),
        ("", []),
        ("-!? \u200b", []),
        ("x" * 65, []),
        ("x" * 64 + "1" + "y" * 65 + "2", ["x" * 64, "1", "2"]),
        ("\x1fmột\x1f hai\x1cba", ["một", "hai", "ba"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    """Numbers lose zeros and dots, letters part from digits, tone placement is one."""
    assert expected == tokens(text)


@pytest.mark.parametrize(
    ("word", "spelled"),
    [
        ("tỉnh", "tinhr"),
        ("ủy", "uyr"),
        ("đường", "dduwowngf"),
        ("ấp", "aaps"),
        ("nghiễm", "nghieemx"),
        ("kỳ", "kif"),
        ("kì", "kif"),
        ("quý", "quis"),
        ("quí", "quis"),
        ("thúy", "thuys"),
        ("thúi", "thuis"),
        ("covid", "covid"),
        ("2025", "2025"),
        ("café", "cafes"),
        ("niño", "ninox"),
        ("über", "uber"),
    ],
)
def test_telex(word: str, spelled: str) -> None:
    """A word as its keys are typed, tone last; kỳ and kì are one, thúy and thúi are not."""
    assert spelled == telex(word)


def test_twins_differ_with_accents_only() -> None:
    """Words that differ in accents are one without them and two with them."""
    one, other = tokens("thanh niên"), tokens("thành niên")

    assert [bare(word) for word in one] == [bare(word) for word in other]
    assert [telex(word) for word in one] != [telex(word) for word in other]


def test_who_types_accents_means_them() -> None:
    """One accent anywhere, đ included, makes a question accented."""
    assert [True, True, False, False] == [
        accented(tokens(text)) for text in ("thanh niên", "Đong Thap", "dong thap", "2025")
    ]


@pytest.mark.parametrize("number", ["01/CT-UBND", "1/ct-ubnd", " 01 / CT - UBND "])
def test_a_number_has_one_key(number: str) -> None:
    """Zeros in front, case and spaces do not part a document number from itself."""
    assert "1-ct-ubnd" == number_key(number)


def test_other_numbers_have_other_keys() -> None:
    """Neither a longer number nor another organ or year is the same."""
    numbers = ["01/CT-UBND", "101/CT-UBND", "1/CT-TTg", "01/2023/CT-UBND", "11/CT-UBND", "73/2023/NĐ-CP"]

    assert len(numbers) == len({number_key(number) for number in numbers})


@given(st.text("abcdefghiklmnopqrstuvwxyz0123456789 "))
def test_without_accents_both_spellings_are_one(text: str) -> None:
    """Only accents make the two spellings differ."""
    assert [bare(word) for word in tokens(text)] == [telex(word) for word in tokens(text)]


@given(st.text())
def test_any_text_makes_plain_words(text: str) -> None:
    """Never raises; no word holds a space, a quote or any other operator of a query language."""
    for word in tokens(text):
        for spelled in (word, bare(word), telex(word)):
            assert not set(spelled) & set("\"\\-'()[]{}:*= \n\t")


@given(st.text())
def test_unicode_form_does_not_matter(text: str) -> None:
    """Composed and decomposed texts have the same words."""
    forms = [[telex(word) for word in tokens(unicodedata.normalize(form, text))] for form in ("NFC", "NFD")]

    assert forms[0] == forms[1]


@given(st.text())
def test_cleaning_does_not_matter(text: str) -> None:
    """Texts are stored clean, questions come as they are typed."""
    assert tokens(clean(text)) == tokens(text)
