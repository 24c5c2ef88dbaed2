"""Fingerprints: containment, candidate grams, packing."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.similarity import containment, fingerprint, grams, pack, postings, unpack
from tests.store.tellings import draft

WORDS = st.lists(st.sampled_from(["một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám"]), max_size=60)


@given(WORDS, WORDS)
def test_containment_is_symmetric_and_bounded(one: list[str], other: list[str]) -> None:
    """Containment does not know an order and stays within 0..1."""
    a, b = (fingerprint(draft("x", "", " ".join(text))) for text in (one, other))

    assert containment(a, b) == containment(b, a)
    assert 0 <= containment(a, b) <= 1


@given(WORDS, WORDS, WORDS)
def test_an_excerpt_is_contained_whole(before: list[str], excerpt: list[str], after: list[str]) -> None:
    """A run of a text's own words is contained in it to 100 %."""
    whole = fingerprint(draft("x", "", " ".join(before + excerpt + after)))
    part = fingerprint(draft("x", "", " ".join(excerpt)))

    assert len(part.grams) == 0 or containment(whole, part) == 1.0


@given(WORDS)
def test_packing_loses_nothing(text: list[str]) -> None:
    """A stored fingerprint is the one that was made."""
    made = fingerprint(draft("x", "Tiêu đề 2026", " ".join(text)))

    assert pack(made) == pack(unpack(*pack(made)))


def test_word_order_counts() -> None:
    """The same words in another order make other grams."""
    assert list(grams(["a", "b", "c"], 3)) != list(grams(["c", "b", "a"], 3))


@given(st.text(max_size=300))
def test_postings_fit_a_signed_column(text: str) -> None:
    """Candidate grams are sorted, unique and fit 63 bits, for any text."""
    found = postings(draft("x", text, text))

    assert sorted(set(found)) == found
    assert all(0 <= gram < 2**63 for gram in found)


def test_long_texts_sample_the_same_grams() -> None:
    """An excerpt and its long article share candidate grams, whichever is looked up."""
    article = [f"từ{number}" for number in range(900)]
    whole, part = (set(postings(draft("x", "", " ".join(text)))) for text in (article, article[:120]))

    assert len(whole) < 300
    assert len(whole & part) >= 3


def test_tone_placement_does_not_count() -> None:
    """Old and new tone placement are the same words."""
    old, new = "Ủy ban xã Hòa Lộc khỏe mạnh thủy lợi", "Uỷ ban xã Hoà Lộc khoẻ mạnh thuỷ lợi"

    assert fingerprint(draft("x", "", old)).grams.tolist() == fingerprint(draft("x", "", new)).grams.tolist()
