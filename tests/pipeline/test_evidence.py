"""The weighing of evidence: copies, the model's data, reasons."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline import evidence
from pipeline.evidence import MODELS, Evidence, features, is_copy, is_thin, may_be_next, weigh
from pipeline.similarity import Likeness

SHARES = st.floats(0, 1)
COUNTS = st.integers(0, 40).flatmap(lambda there: st.tuples(st.integers(0, there), st.just(there)))
GOOD = Evidence(
    likeness=Likeness(part=0.93, back=0.4, words=0.98, title=0.9, headline=1.0),
    numbers=(0, 6),
    names=(0, 3),
    differs=False,
    excerpt=False,
    length=120,
    docs=frozenset({"90/KH-UBND"}),
    credits=frozenset(),
    place=True,
    days=0,
    day=date(2026, 11, 20),
)
ANY = st.builds(
    Evidence,
    likeness=st.builds(Likeness, SHARES, SHARES, SHARES, SHARES, SHARES),
    numbers=COUNTS,
    names=COUNTS,
    differs=st.booleans(),
    excerpt=st.booleans(),
    length=st.integers(0, 5_000),
    docs=st.sampled_from([frozenset(), frozenset({"1/QĐ-UBND"})]),
    credits=st.sampled_from([frozenset(), frozenset({"TTXVN"})]),
    place=st.booleans(),
    days=st.none() | st.integers(0, 45),
    day=st.none(),
)


def test_every_measure_has_a_weight_and_every_weight_a_measure() -> None:
    """The data file and the code name the same measures; a weight without one would count for nothing."""
    path = Path(evidence.__file__).parent / "data" / "weights.toml"
    told = tomllib.loads(path.read_text())

    assert set(MODELS) == told.keys()
    assert [{*features(GOOD), "always"}] * len(MODELS) == [set(told[model]) for model in MODELS]


@given(ANY)
def test_a_probability_comes_of_any_evidence(found: Evidence) -> None:
    """Whatever was found, the model gives a probability to four places."""
    chance = weigh(found)

    assert 0 <= chance <= 1
    assert round(chance, 4) == chance


def test_a_copy_has_every_number_and_name() -> None:
    """An excerpt speaks for itself only if the longer text has all its numbers and names."""
    assert is_copy(GOOD)
    assert not is_copy(replace(GOOD, numbers=(1, 6)))
    assert not is_copy(replace(GOOD, names=(1, 3)))
    assert not is_copy(replace(GOOD, likeness=replace(GOOD.likeness, part=0.6)))


def test_a_second_report_is_for_an_editor() -> None:
    """Two full articles that hold half of each other may be an event and what came of it."""
    second = replace(GOOD, length=400, likeness=replace(GOOD.likeness, part=0.6, back=0.5))

    assert may_be_next(second)
    assert not may_be_next(replace(second, length=80))
    assert not may_be_next(replace(second, excerpt=True))
    assert not may_be_next(replace(second, likeness=replace(GOOD.likeness, part=0.8, back=0.7)))


def test_officialese_in_common_is_for_an_editor() -> None:
    """A tenth of the words under another title joins nothing, however likely it looks; a title may."""
    thin = replace(GOOD, excerpt=True, likeness=replace(GOOD.likeness, part=0.1, title=0.1))

    assert is_thin(thin)
    assert not is_thin(replace(thin, likeness=replace(thin.likeness, title=0.8)))
    assert not is_thin(replace(thin, likeness=replace(thin.likeness, part=0.3)))


def test_the_model_knows_a_retelling_from_a_stranger() -> None:
    """Title, names and numbers in common make a reworded item likely, a few common words do not."""
    retold = Likeness(part=0.45, back=0.2, words=0.9, title=0.8, headline=1.0)
    strange = Likeness(part=0.12, back=0.04, words=0.4, title=0.05, headline=0.3)

    assert weigh(replace(GOOD, likeness=retold)) > 0.7
    assert weigh(replace(GOOD, likeness=strange, numbers=(4, 5), names=(3, 3), docs=frozenset())) < 0.05


def test_the_reason_is_plain_vietnamese() -> None:
    """An editor reads what speaks for one story."""
    assert [
        "tiêu đề gần như nhau",
        "cùng số văn bản 90/KH-UBND",
        "trùng 6/6 số liệu",
        "cùng địa phương",
        "cùng ngày 20/11/2026",
    ] == GOOD.said()
    assert "cách nhau 3 ngày" in replace(GOOD, day=None, days=3).said()
