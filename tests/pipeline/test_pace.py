"""How many entries are linked at a time."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.pace import MOST, Pace

times = st.floats(0, 100)


@given(st.lists(st.one_of(times, st.none()), max_size=30))
def test_a_batch_is_never_empty_and_never_too_large(took: list[float | None]) -> None:
    """Whatever the batches take (None: cut off), the next one has between 1 and 200 entries."""
    pace = Pace()
    for seconds in took:
        pace = pace.cut_off("e") if seconds is None else pace.went("e", seconds, 15)

        assert 1 <= pace.limit <= MOST


def test_what_is_cut_off_is_tried_in_parts_and_behind_the_others() -> None:
    """Four times cut off leaves single entries; quick ones bring the full batch back."""
    pace = Pace()
    for last in "abcd":
        pace = pace.cut_off(last)
    assert Pace(1, "d") == pace
    for _ in range(8):
        pace = pace.went("x", 0.1, 15)

    assert Pace(MOST, "x") == pace
    assert Pace(MOST // 2, "x") == pace.went("x", 14, 15)
