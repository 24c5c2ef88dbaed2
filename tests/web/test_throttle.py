"""How often somebody may try."""

from hypothesis import given
from hypothesis import strategies as st

from web.throttle import Throttle


def test_the_window_slides() -> None:
    """After the allowed tries one waits for the oldest to leave the window."""
    throttle = Throttle(most=2, seconds=10)

    assert [0, 0, 7, 0, 7] == [throttle.attempt("a", now) for now in (0, 1, 3, 10, 4)]


def test_keys_do_not_share_tries() -> None:
    """One person's tries cost another nothing."""
    throttle = Throttle(most=1, seconds=10)
    throttle.attempt("a", 0)

    assert throttle.attempt("b", 0) == 0


def test_the_right_password_forgives() -> None:
    """A success forgets the tries before it."""
    throttle = Throttle(most=1, seconds=10)
    throttle.attempt("a", 0)
    throttle.forgive("a")

    assert throttle.attempt("a", 1) == 0


@given(st.lists(st.floats(0, 100), max_size=60).map(sorted))
def test_no_window_holds_more_than_allowed(moments: list[float]) -> None:
    """Whatever the rhythm, no ten seconds see more than three tries."""
    throttle = Throttle(most=3, seconds=10)
    passed = [now for now in moments if throttle.attempt("a", now) == 0]

    assert all(later - earlier >= 10 for earlier, later in zip(passed, passed[3:], strict=False))
