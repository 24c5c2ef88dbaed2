"""Two texts beside each other, for the eyes of an editor."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.sidebyside import RUN, Marked, Tint, compare
from pipeline.text import fold, paragraphs, words

PROSE = "Sáng 31/01/2023, ông Trần Văn Mẫu đến thăm và tặng 48 phần quà cho bà con nghèo ở xã Tân Mẫu."
WORD = st.sampled_from(
    ["sáng", "Nay", "xã", "Hòa", "Lộc", "12", "3,5", "1/2/2023", "tỷ", "đồng", "cầu", "ủy"]
)
TEXT = st.lists(WORD, max_size=40).map(" ".join)
LINE = st.lists(WORD, max_size=12)
HOSTILE = st.text(alphabet=st.characters(codec="utf-8"), max_size=200)


def whole(marked: Marked) -> list[str]:
    """Return the paragraphs that the pieces make up."""
    return ["".join(piece.text for piece in pieces) for pieces in marked.paragraphs]


def of(marked: Marked, tint: Tint) -> list[str]:
    """Return the pieces of one tint."""
    return [piece.text for pieces in marked.paragraphs for piece in pieces if piece.tint is tint]


@given(HOSTILE, HOSTILE)
def test_nothing_is_lost_and_nothing_added(one: str, other: str) -> None:
    """The pieces make up the text, whatever is in it."""
    left, right = compare(one, other)

    assert paragraphs(one) == whole(left)
    assert paragraphs(other) == whole(right)
    assert "" not in [piece.text for marked in (left, right) for row in marked.paragraphs for piece in row]


@given(TEXT)
def test_a_text_shares_everything_with_itself(text: str) -> None:
    """Nothing differs, and every word is shared."""
    for marked in compare(text, text):
        assert (1.0 if text else 0.0, ()) == (marked.shared, marked.only)
        assert words(text) == words(" ".join(of(marked, Tint.SHARED)))


@given(TEXT, TEXT)
def test_the_sides_are_no_matter(one: str, other: str) -> None:
    """The same two texts the other way round are marked the same."""
    assert compare(one, other) == compare(other, one)[::-1]


@given(st.lists(WORD, max_size=12), st.lists(WORD, min_size=RUN, max_size=12), st.lists(WORD, max_size=12))
def test_a_passage_is_found_wherever_it_stands(
    before: list[str], passage: list[str], behind: list[str]
) -> None:
    """A run of words of both texts is marked in both, whatever stands around it."""
    longer = " ".join([*before, *passage, *behind])
    left, right = compare(longer, " ".join(passage))

    assert 1.0 == right.shared
    assert fold(" ".join(passage)) in " | ".join(fold(piece) for piece in of(left, Tint.SHARED))


def test_a_copy_with_another_number_and_name_shows_them() -> None:
    """What an editor must see stands out: the number, the date and the name that differ."""
    copy = PROSE.replace("48", "50").replace("2023", "2024").replace("Mẫu đến", "Khác đến")
    left, right = compare(PROSE, copy)

    assert (("31/01/2023", "Trần Văn Mẫu", "48"), ("31/01/2024", "Trần Văn Khác", "50")) == (
        left.only,
        right.only,
    )
    assert ["31/01/2024", "Trần Văn Khác", "50"] == of(right, Tint.DIFFERS)
    assert ["phần quà cho bà con nghèo ở xã Tân Mẫu"] == of(left, Tint.SHARED)


def test_half_of_a_number_is_no_number() -> None:
    """One digit differs: the whole number does, though the words up to the comma are a passage of both."""
    before, behind = "Kinh phí xây cầu là 3", "tỷ đồng do dân và doanh nghiệp cùng góp."
    left, right = compare(f"{before},2 {behind}", f"{before},4 {behind}")

    assert (["3,2"], ["3,4"]) == (of(left, Tint.DIFFERS), of(right, Tint.DIFFERS))


def test_spellings_of_one_thing_do_not_differ() -> None:
    """Dates with and without zeros or a year, dots between thousands, and tones are no difference."""
    one = "Ngày 01/02/2023, Ủy ban cấp 1.200 tấn gạo cho Hoà Lộc."
    other = "Gạo được cấp ngày 1-2, tất cả 1200 tấn; Hòa Lộc nhận trước."

    assert ((), ()) == tuple(marked.only for marked in compare(one, other))


def test_punctuation_between_shared_words_is_shared() -> None:
    """A passage is one mark, its commas included; the full stop behind it is outside."""
    left, _ = compare(f"{PROSE} Chiều về.", PROSE)

    assert [PROSE.rstrip(".")] == of(left, Tint.SHARED)


def test_long_texts_are_cut_and_say_so() -> None:
    """No more than `most` characters are shown; the count of the rest is told."""
    text = "\n\n".join([PROSE] * 100)
    left, right = compare(text, PROSE, most=1_000)

    assert (1_000, len(text) - 1_000) == (sum(map(len, whole(left))), left.left)
    assert (1.0, 0) == (right.shared, right.left)


def test_a_text_of_a_million_words_is_bounded() -> None:
    """Whatever comes in, a page's worth comes out."""
    left, _ = compare("từ " * 1_000_000, "từ " * 1_000_000, most=500)

    assert sum(map(len, whole(left))) <= 500
