"""Documents before they are sent: what is looked at, and how they are cut into batches."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import batches
from search.batches import MOST_BYTES, MOST_DEPTH, MOST_FIELDS, MOST_OF_ONE, Line, Pace, cut, depth, line


def nested(levels: int) -> dict[str, Any]:
    """Return a document of so many levels."""
    value: dict[str, Any] = {"k": 1}
    for _ in range(levels - 1):
        value = {"k": value}
    return value


@pytest.mark.parametrize(
    ("document", "flaw"),
    [
        ({"id": "s1", "title": "Tỉnh ủy"}, ""),
        ({"id": 5}, ""),
        ({"title": "x"}, "missing_document_id"),
        ({"id": "có dấu"}, "invalid_document_id"),
        ({"id": ""}, "invalid_document_id"),
        ({"id": "x" * 511}, ""),
        ({"id": "x" * 512}, "invalid_document_id"),
        ({"id": "s1", "body": "x" * MOST_OF_ONE}, "document_too_large"),
        ({"id": "s1", "body": "\ud800"}, "malformed_payload"),
        ({"id": "s1", "weight": float("nan")}, "malformed_payload"),
        ({"id": "s1"} | {f"k{n}": 1 for n in range(MOST_FIELDS - 1)}, ""),
        ({"id": "s1"} | {f"k{n}": 1 for n in range(MOST_FIELDS)}, "max_fields_limit_exceeded"),
        ({"id": "s1", "entries": [{f"k{n}": n} for n in range(MOST_FIELDS)]}, "max_fields_limit_exceeded"),
        ({"id": "s1"} | nested(MOST_DEPTH), ""),
        ({"id": "s1"} | nested(MOST_DEPTH + 1), "more than 50 levels"),
        ({"id": "s1"} | nested(20_000), "more than 50 levels"),
    ],
)
def test_what_can_not_be_taken_is_known_before(document: dict[str, Any], flaw: str) -> None:
    """A document that would fail its whole batch is named with what is wrong; others have no flaw."""
    told = line(document)

    assert told.flaw.startswith(flaw)
    assert bool(flaw) is bool(told.flaw)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=20) | st.lists(st.integers(), max_size=3)))
def test_a_line_is_its_document(document: dict[str, Any]) -> None:
    """What is sent reads back as what was meant, without a line end in it; or it has a flaw."""
    told = line({**document, "id": "s1"})

    assert told.flaw or (json.loads(told.json) == {**document, "id": "s1"} and b"\n" not in told.json)


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 60))
def test_batches_keep_order_and_size(sizes: list[int], most: int) -> None:
    """Every line is in one batch, in order; only a line that is too large by itself goes beyond."""
    lines = [Line(str(number), b"x" * size) for number, size in enumerate(sizes)]
    parts = list(cut(lines, most))

    assert lines == [one for part in parts for one in part]
    assert all(len(part) == 1 or sum(len(one.json) for one in part) <= most for part in parts)
    assert all(parts)


@given(
    st.recursive(st.integers(), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner))
)
def test_depth_counts_levels(value: Any) -> None:
    """One more around it is one level more."""
    assert depth(value) + 1 == depth([value])


@given(st.lists(st.floats(0, 30) | st.none(), max_size=40))
def test_a_pace_stays_within_bounds(steps: list[float | None]) -> None:
    """However steps went: never nothing, never more than a batch holds; slow ones never make it larger."""
    pace = Pace()
    for took in steps:
        after = pace.cut_off() if took is None else pace.went(took, 15)

        assert 0 < after.most_bytes <= MOST_BYTES
        assert took is None or took < 15 / 3 or after.most_bytes <= pace.most_bytes
        pace = after


def test_a_pace_comes_back() -> None:
    """After a slow hour quick steps bring the full size again."""
    pace = Pace()
    for _ in range(9):
        pace = pace.cut_off()
    for _ in range(9):
        pace = pace.went(0.1, 15)

    assert MOST_BYTES == pace.most_bytes
    assert batches.weight({"id": "s1", "title": "abc", "n": 5}) == 5
