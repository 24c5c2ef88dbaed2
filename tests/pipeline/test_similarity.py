"""Fingerprints: how much of one text lies in another, what finds whom, packing."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pipeline import rarity
from pipeline.hashing import grams, hashes
from pipeline.similarity import (
    beside,
    fingerprint,
    likeness,
    pack_facts,
    pack_shape,
    postings,
    same,
    shape,
    unpack_facts,
    unpack_shape,
)
from tests.store.tellings import draft

WORDS = st.lists(st.sampled_from(["một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám"]), max_size=60)
LINES = st.text("aăâbcdđeêhinoôơtuưy ÁỆ12/.,\n", max_size=200)


@given(WORDS, WORDS)
def test_likeness_is_symmetric_and_bounded(one: list[str], other: list[str]) -> None:
    """No measure knows an order, and each stays within 0..1."""
    a, b = (shape(draft("x", text[0] if text else "", " ".join(text))) for text in (one, other))
    found = likeness(a, b)

    assert likeness(b, a) == found
    assert all(
        0 <= value <= 1 for value in (found.part, found.back, found.words, found.title, found.headline)
    )


@given(WORDS, WORDS, WORDS)
def test_an_excerpt_is_contained_whole(before: list[str], excerpt: list[str], after: list[str]) -> None:
    """A run of a text's own words is contained in it to 100 %."""
    whole = shape(draft("x", "", " ".join(before + excerpt + after)))
    part = shape(draft("x", "", " ".join(excerpt)))

    assert len(part.grams) == 0 or likeness(whole, part).part > 0.999


@given(LINES, LINES)
def test_packing_loses_nothing(title: str, body: str) -> None:
    """A stored fingerprint is the one that was made."""
    made = fingerprint(draft("x", title, body))
    read = unpack_shape(pack_shape(made.shape), made.shape.day)

    assert pack_shape(made.shape) == pack_shape(read)
    assert (made.shape.length, made.shape.day) == (read.length, read.day)
    assert made.facts == unpack_facts(pack_facts(made.facts))


def test_word_order_counts() -> None:
    """The same words in another order make other runs."""
    assert list(grams(hashes(["a", "b", "c"]))) != list(grams(hashes(["c", "b", "a"])))


@given(LINES)
def test_postings_are_sorted_and_unique(text: str) -> None:
    """What a text is found by is sorted and unique, for any text."""
    found = postings(draft("x", text, text)).tolist()

    assert sorted(set(found)) == found


def test_long_texts_sample_the_same_runs() -> None:
    """An excerpt from the end of a long article shares postings with it, though only a sample is kept."""
    article = [f"từ{number}" for number in range(900)]
    whole, part = (
        set(postings(draft("x", "", " ".join(text))).tolist()) for text in (article, article[700:820])
    )

    assert len(whole) < 450
    assert len(whole & part) >= 10


def test_common_runs_find_nobody() -> None:
    """What every other article says is no posting; what few say is one."""
    common, rare = grams(hashes(["trên", "địa", "bàn"])), grams(hashes(["rạch", "Cái", "Sơn", "Bé"]))

    assert [] == rarity.rare(common).tolist()
    assert rare.tolist() == rarity.rare(rare).tolist()
    assert rarity.of_grams(common)[0] < rarity.of_grams(rare)[0]


def test_tones_and_case_do_not_count() -> None:
    """Tone placement, case, punctuation and lost diacritics leave the shape as it is."""
    texts = ("Ủy ban xã Hòa Lộc, khỏe mạnh.", "UỶ BAN XÃ HOÀ LỘC khoẻ mạnh", "uy ban xa hoa loc khoe manh")

    assert 1 == len({same(shape(draft("x", "", text))) for text in texts})


def test_facts_of_older_texts_stand_beside() -> None:
    """What a revised text no longer says is still known of the entry, whatever came first."""
    older, newer = (fingerprint(draft("x", "Tin", f"Có {number} hộ dân.")).facts for number in (12, 13))

    assert (older,) == beside(newer, (older, newer)).older
    assert beside(newer, (beside(older, (newer,)), older)) == beside(newer, (older,))


def test_the_day_is_the_local_one() -> None:
    """The day of a shape is the day in Việt Nam."""
    assert date(2026, 11, 20) == shape(draft("x", "", "")).day
