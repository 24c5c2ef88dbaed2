"""Vietnamese text: characters, tones, tokens, slugs, cuts."""

import unicodedata
from collections.abc import Callable
from itertools import product
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import text

VIETNAMESE = st.text(
    st.sampled_from(
        "aăâbcdđeêghiklmnoôơpqrstuưvxyòóỏõọàáảãạèéẻẽẹỳýỷỹỵùúủũụ"
        " ÒÓÀÁĐÐðQUYOA.,/-–“”\u0300\u0323\u00a0\u200b\n0123"
    ),
    max_size=60,
)
ANY = st.one_of(VIETNAMESE, st.text(st.characters(exclude_categories=()), max_size=60))


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("\u00d0ảng và \u00f0ồng", "Đảng và đồng"),
        ("To\u0300a a\u0301n", "Tòa án"),
        ("phiên\u00a0họp\u2009sáng", "phiên họp sáng"),
        ("Cần\u200bThơ\ufeff \u00adTam\u0000 Kỳ", "CầnThơ Tam Kỳ"),
        ("dòng 1\r\ndòng 2\rdòng 3\u2028dòng 4", "dòng 1\ndòng 2\ndòng 3\ndòng 4"),
        ("a\tb", "a b"),
        ("mất \ud800nửa \uffffký tự\U000e0041", "mất nửa ký tự"),
        ("cười 😀", "cười 😀"),
        ("Cà\u202a Mau\u202c \u2066mới\u2069", "Cà Mau mới"),
        ("\uf0b7 Nội\u202fdung\u3000một", " Nội dung một"),
    ],
)
def test_clean_leaves_one_spelling_of_each_character(given_text: str, expected: str) -> None:
    """Look-alikes, spaces, line ends and invisible characters are brought to one form."""
    assert expected == text.clean(given_text)


@given(ANY)
def test_clean_is_idempotent_and_storable(given_text: str) -> None:
    """A clean text is NFC, is its own cleaning, and can be written as UTF-8."""
    cleaned = text.clean(given_text)

    assert cleaned == text.clean(cleaned)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.encode().decode()
    assert not any(unicodedata.category(char) == "Cc" for char in cleaned if char != "\n")


def test_a_line_is_cleaned_alike_with_and_without_its_end() -> None:
    """A line end makes a text unprintable, and what is asked of a printable one forgets no character."""
    odd = [
        hex(code)
        for code in (*range(0xD800), *range(0xE000, 0x11000), *range(0xE0000, 0xE0200))
        if text.clean(f"a{chr(code)}b\n") != f"{text.clean(f'a{chr(code)}b')}\n"
    ]

    assert odd == []


@given(VIETNAMESE, VIETNAMESE)
def test_clean_works_line_by_line(first: str, second: str) -> None:
    """Nothing reaches over a newline: cleaning two lines is cleaning each."""
    assert f"{text.clean(first)}\n{text.clean(second)}" == text.clean(f"{first}\n{second}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà Bình", "Hòa Bình"),
        ("KHÁNH HOÀ", "khánh hòa"),
        ("Uỷ ban", "Ủy ban"),
        ("sức khoẻ", "sức khỏe"),
        ("thuỷ lợi", "thủy lợi"),
        ("Qúy II", "quý II"),
        ("hòan thành", "hoàn thành"),
        ("Hùynh", "Huỳnh"),
        ("“mới”", '"mới"'),
        ("2021–2025", "2021-2025"),
        ("Ðồng Tháp", "đồng tháp"),
    ],
)
def test_fold_makes_spellings_equal(one: str, other: str) -> None:
    """Two ways to write one thing fold to one string."""
    assert text.fold(one) == text.fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("quý", "quy"), ("bán", "bạn"), ("hòa", "hóa"), ("đa", "da"), ("thuý", "thủy")]
)
def test_fold_keeps_different_words_apart(one: str, other: str) -> None:
    """Tones and diacritics are kept."""
    assert text.fold(one) != text.fold(other)


@pytest.mark.parametrize(
    "word", ["quỳ", "quý", "quả", "toàn", "ngoài", "huỳnh", "khuỷu", "hòa", "tủy", "giá"]
)
def test_one_tone_leaves_right_spellings_alone(word: str) -> None:
    """What already stands where the press puts it stays."""
    assert word == text.one_tone(word)


# Every rhyme with the letter that bears its tone (from 0), as the press writes it; behind q the u of
# ua, ue and uy belongs to the onset. After QĐ 1989/QĐ-BGDĐT, Điều 8, but for open oa, oe, uy.
BEARERS = {
    0: "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng"
    " eo ep et ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu o oa oe oc oi om on ong op ot ô ôc ôi ôm"
    " ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uy ư ưa ưc ưi ưng ưt ưu",
    1: "iêc iêm iên iêng iêp iêt iêu oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oen"
    " oeo oet uân uâng uât uây uê uêch uênh uôc uôi uôm uôn uông uôt uơ uya uych uynh uyt uyu ươc ươi ươm ươn"
    " ương ươp ươt ươu yêm yên yêng yêt yêu",
    2: "uyên uyêt",
}
LATE = ("oa", "oe", "uy")  # in the other style the tone of these stands on the second letter


def _toned(rhyme: str, bearer: int, tone: str) -> str:
    return unicodedata.normalize("NFC", rhyme[: bearer + 1] + tone + rhyme[bearer + 1 :])


@pytest.mark.parametrize("case", [str.lower, str.upper, str.capitalize])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_rhyme_with_every_tone_has_one_spelling(
    form: Literal["NFC", "NFD"], case: Callable[[str], str]
) -> None:
    """Old and new tone placement come to the press's, in any case and normal form; nothing else moves."""
    wrong = []
    for bearer, rhymes in BEARERS.items():
        for rhyme, tone, onset in product(
            rhymes.split(), "\u0300\u0301\u0309\u0303\u0323", ("", "h", "th", "ngh")
        ):
            press = case(onset + _toned(rhyme, bearer, tone))
            written = [press, case(onset + _toned(rhyme, 1, tone))] if rhyme in LATE else [press]
            wrong += [
                word
                for word in written
                if text.one_tone(text.clean(unicodedata.normalize(form, word))) != press
            ]

    assert [] == wrong


def test_the_u_behind_q_bears_no_tone() -> None:
    """Quà, quẻ and quý stay as they are, and a tone that slipped on the u comes back."""
    for rhyme, tone in product(("a", "e", "y"), "\u0300\u0301\u0309\u0303\u0323"):
        right = f"qu{_toned(rhyme, 0, tone)}"

        assert right == text.one_tone(right)
    assert "quý QUÝ" == text.one_tone("qúy QÚY")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("ky", "ki"), ("quy", "qui"), ("thuy", "thuy"), ("y", "y"), ("kay", "kay"), ("my", "mi")],
)
def test_final_y_behind_a_consonant_is_i_for_search(word: str, expected: str) -> None:
    """Kỹ and kĩ are one word, thúy and thúi are two."""
    assert expected == text.one_i(word)


@given(ANY)
def test_fold_is_idempotent(given_text: str) -> None:
    """A folded text is its own folding."""
    folded = text.fold(given_text)

    assert folded == text.fold(folded)


@given(VIETNAMESE)
def test_one_tone_keeps_length(given_text: str) -> None:
    """Tone placement moves no character, so that positions stay valid."""
    cleaned = text.clean(given_text)

    assert len(cleaned) == len(text.one_tone(cleaned))


@given(VIETNAMESE)
def test_plain_is_ascii_for_vietnamese(given_text: str) -> None:
    """Vietnamese without marks is ASCII."""
    assert text.plain(given_text.replace("ð", "đ")).isascii()


def test_words_drop_punctuation_and_keep_numbers() -> None:
    """Words are folded, numbers count as words, signs do not."""
    assert ["ủy", "ban", "15", "25", "chỉ", "tiêu", "covid", "19"] == text.words(
        "Uỷ ban: 15/25 chỉ_tiêu (Covid-19)"
    )


@given(ANY)
@example("O\u1ea1\u0300")  # two tones on one letter
def test_words_are_those_of_the_folded_text(given_text: str) -> None:
    """Folding first changes no word."""
    assert text.words(given_text) == text.words(text.fold(given_text))


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("Bà Rịa - Vũng Tàu", "ba-ria-vung-tau"),
        ("ĐẮK LẮK", "dak-lak"),
        ("  Thi đua – Khen thưởng! ", "thi-dua-khen-thuong"),
        ("Hồ Chí Minh", "ho-chi-minh"),
        ("…", ""),
    ],
)
def test_slug_is_an_address(given_text: str, expected: str) -> None:
    """Slugs have a-z, 0-9 and single hyphens inside."""
    assert expected == text.slug(given_text)


def test_paragraphs_are_stripped_lines() -> None:
    """Blank lines and outer spaces go, order stays."""
    assert ["Một", "Hai", "Ba"] == text.paragraphs("\n Một \n\n\nHai\nBa \n")


def test_shorten_cuts_after_a_sentence_or_a_word() -> None:
    """A sentence end is preferred, an ellipsis tells of the cut, and what fits is whole."""
    story = "Xã mở lớp học bơi. Hơn trăm em ghi tên trong tuần đầu."

    assert story == text.shorten(story, len(story))
    assert "Xã mở lớp học bơi. …" == text.shorten(story, 25)
    assert "Xã mở lớp học bơi. Hơn trăm em ghi tên…" == text.shorten(story, 41)
    assert "Xã mở…" == text.shorten(story, 8)
    assert "" == text.shorten(story, 0)
    assert "Lớp học mở ở TP. Sa Đéc…" == text.shorten("Lớp học mở ở TP. Sa Đéc và Cao Lãnh", 25)


@given(ANY, st.integers(min_value=0, max_value=70))
def test_shorten_keeps_its_limit(given_text: str, limit: int) -> None:
    """The result fits on one line and in the limit, and begins like the text."""
    line = " ".join(given_text.split())
    short = text.shorten(given_text, limit)

    assert len(short) <= limit or len(line) <= limit
    assert "\n" not in short
    assert line.startswith(short.removesuffix("…").rstrip())
