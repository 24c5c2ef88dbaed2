"""How often somebody may try."""

from hypothesis import given
from hypothesis import strategies as st

from web.throttle import Throttle, network


def test_the_window_slides() -> None:
    """After the allowed tries one waits for the oldest to leave the window."""
    throttle = Throttle(most=2, seconds=10)

    assert [0, 0, 7, 0, 7] == [throttle.attempt("a", now) for now in (0, 1, 3, 10, 4)]


def test_a_key_may_be_allowed_more() -> None:
    """`most` of an attempt goes before that of all."""
    throttle = Throttle(most=1, seconds=10)

    assert [0, 0, 8] == [throttle.attempt("a", now, 2) for now in (0, 1, 2)]


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


def test_what_it_remembers_is_bounded() -> None:
    """A flood of addresses pushes out the ones that were used longest ago."""
    throttle = Throttle(most=1, seconds=10)
    for number in range(25_000):
        throttle.attempt(str(number), 0)

    assert (10_000, 10) == (len(throttle._tries), throttle.attempt("24999", 0))


def test_a_network_is_one_caller() -> None:
    """An IPv6 caller has 2^64 addresses; they count as one."""
    known = ["2001:db8::1", "2001:db8::2:1", "2001:db8:0:1::1", "::ffff:10.0.0.1", "10.0.0.1", "", "socket"]

    assert [
        "2001:db8::/64",
        "2001:db8::/64",
        "2001:db8:0:1::/64",
        "10.0.0.1",
        "10.0.0.1",
        "",
        "socket",
    ] == [network(address) for address in known]
