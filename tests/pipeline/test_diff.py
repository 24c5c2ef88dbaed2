"""What changed between two versions, for people to read."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.diff import MOST_SHOWN, Difference, Mark, Piece, Row, as_text, difference
from pipeline.text import paragraphs

BRIDGE = "Sáng nay, xã Hòa Lộc khánh thành cầu Rạch Gốc dài 48 m với kinh phí 3,2 tỷ đồng do dân cùng góp."
THANKS = "Chủ tịch xã cảm ơn các nhà hảo tâm và mong bà con giữ gìn công trình."
SCHOOL = "Cùng ngày, trường tiểu học của xã nhận thêm hai phòng máy tính."
WORDS = st.sampled_from(["một", "hai", "ba", "bốn", "năm", ".", "\n", "\n\n"])
TEXTS = st.one_of(st.lists(WORDS, max_size=40).map(" ".join), st.text(max_size=80))


def said(found: Difference, *marks: Mark) -> list[str]:
    """Return the words of some marks, in order."""
    pieces = (piece for row in found.rows for piece in row.pieces if piece.mark in marks)
    return [word for piece in pieces for word in piece.text.split()]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (BRIDGE, BRIDGE.replace("3,2", "3,4"), "với kinh phí [-3,2-] {+3,4+} tỷ đồng"),
        (BRIDGE, BRIDGE.replace(" do dân cùng góp", ""), "3,2 tỷ [-đồng do dân cùng góp.-] {+đồng.+}"),
        (f"{BRIDGE}\n\n{THANKS}", f"{BRIDGE}\n\n{SCHOOL}\n\n{THANKS}", f"{{+{SCHOOL}+}}\n{THANKS}"),
        (f"{BRIDGE}\n\n{SCHOOL}\n\n{THANKS}", f"{BRIDGE}\n\n{THANKS}", f"[-{SCHOOL}-]\n{THANKS}"),
        (BRIDGE, SCHOOL, f"[-{BRIDGE}-] {{+{SCHOOL}+}}"),
        ("", BRIDGE, f"{{+{BRIDGE}+}}"),
        (BRIDGE, "", f"[-{BRIDGE}-]"),
    ],
)
def test_changed_words_are_marked(old: str, new: str, expected: str) -> None:
    """What is gone stands in [-…-], what is new in {+…+}, where it happened."""
    assert expected in as_text(difference(old, new))


def test_white_space_is_no_difference() -> None:
    """Spaces and empty lines do not count."""
    assert Difference(()) == difference(f"{BRIDGE}\n\n{THANKS}", f" {BRIDGE}\n{THANKS}  \n\n\n")


def test_unchanged_paragraphs_are_counted() -> None:
    """Around a change one paragraph each stands for orientation, the rest is a number."""
    lines = [f"Đoạn thứ {number} của bài." for number in range(9)]
    found = difference("\n".join(lines), "\n".join([*lines[:4], "Đoạn mới.", *lines[5:]]))

    assert [3, 0, 0, 0, 3] == [row.skipped for row in found.rows]
    assert Row((Piece(Mark.SAME, lines[3]),)) == found.rows[1]
    assert 0 == found.left


def test_a_moved_paragraph_is_gone_and_new() -> None:
    """Of two paragraphs that changed places one stays."""
    found = difference(f"{BRIDGE}\n{SCHOOL}\n{THANKS}", f"{SCHOOL}\n{BRIDGE}\n{THANKS}")

    assert SCHOOL.split() == said(found, Mark.ADDED) == said(found, Mark.REMOVED) or BRIDGE.split() == said(
        found, Mark.ADDED
    )


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off(old: str, new: str) -> None:
    """Same and removed words are the old text, same and added ones the new one, nothing is invented."""
    found = difference(old, new, most=1_000_000)
    gone, came = said(found, Mark.SAME, Mark.REMOVED), said(found, Mark.SAME, Mark.ADDED)
    skipped = sum(row.skipped for row in found.rows)

    assert 0 == found.left
    if not skipped:
        same = old.split() == new.split()
        assert ([] if same else old.split(), [] if same else new.split()) == (gone, came)
    assert skipped < len(paragraphs(old)) + len(paragraphs(new)) or not skipped


@given(TEXTS, TEXTS)
def test_nothing_marked_means_nothing_changed(old: str, new: str) -> None:
    """There are rows exactly where words differ."""
    assert (old.split() != new.split()) == bool(difference(old, new).rows)


def test_a_short_change_is_found_in_the_middle_of_repetition() -> None:
    """The shortest edit is taken, however often a word stands there."""
    old = " ".join(["và", "rồi"] * 50)
    found = difference(old, old.replace("và rồi và", "và thêm rồi và", 1))

    assert ([], ["thêm"]) == (said(found, Mark.REMOVED), said(found, Mark.ADDED))


HUGE = 1_000_000  # characters
SHAKEN = random.Random(7)


def hostile() -> dict[str, tuple[str, str]]:
    """Return pairs of large texts that quadratic algorithms die of."""
    words = [f"w{SHAKEN.randrange(500)}" for _ in range(HUGE // 5)]
    other = [f"w{SHAKEN.randrange(500)}" for _ in range(HUGE // 5)]
    one, two = (
        "\n".join(" ".join(part[at : at + 40]) for at in range(0, len(part), 40)) for part in (words, other)
    )
    mixed = one.split("\n")
    SHAKEN.shuffle(mixed)
    return {
        "one word": ("a " * (HUGE // 2), "a " * (HUGE // 2 - 5) + "b"),
        "two words": ("a b " * (HUGE // 4), "b a a " * (HUGE // 6)),
        "short lines": ("a\n" * (HUGE // 2), "b\na\n" * (HUGE // 4)),
        "one line": (" ".join(words), " ".join(other)),
        "lines": (one, two),
        "shuffled": (one, "\n".join(mixed)),
    }


HOSTILE = hostile()


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_a_large_text_stays_small_work(kind: str) -> None:
    """A megabyte on either side comes back, with a bounded part shown (0.6 s at most when measured)."""
    found = difference(*HOSTILE[kind])

    assert found.rows
    assert sum(len(piece.text.split()) for row in found.rows for piece in row.pieces) <= MOST_SHOWN + 100
