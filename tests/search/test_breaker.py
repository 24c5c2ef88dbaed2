"""A breaker of made-up engines: who may ask, and when."""

from hypothesis import given
from hypothesis import strategies as st

from search.breaker import State, answered, asked, failed

REST = 5.0
STEPS = st.lists(st.tuples(st.sampled_from(["ask", "answered", "failed"]), st.floats(0.0, 20.0)))


@given(STEPS)
def test_a_failure_shuts_for_a_rest_and_an_answer_opens(
    steps: list[tuple[str, float]],
) -> None:
    """Whatever happened before; who probes shuts it for the others."""
    state, now, shut_at = State(), 0.0, None
    for step, seconds in steps:
        now += seconds
        if step == "answered":
            state, shut_at = answered(), None
        elif step == "failed":
            state, shut_at = failed(now, REST), now
        else:
            state, may = asked(state, now, REST)

            assert (shut_at is None or now >= shut_at + REST) == may
            if may and shut_at is not None:
                shut_at = now  # a probe keeps the others away


@given(st.floats(0.0, 1e6), st.integers(2, 50))
def test_one_probes_at_a_time(now: float, askers: int) -> None:
    """Of many who ask when the rest is over one may; if it never reports, another one after a rest."""
    state = failed(now, REST)
    allowed = []
    for _ in range(askers):
        state, may = asked(state, now + REST, REST)
        allowed.append(may)

    assert [True] + [False] * (askers - 1) == allowed
    assert asked(state, now + 2 * REST + 1, REST)[1]
