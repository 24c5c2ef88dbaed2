"""One line of a .jsonl file."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadInput
from pipeline.record import load


def _line(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def test_all_but_id_and_one_text_may_be_missing() -> None:
    """Each of title, summary, body and body_html is enough."""
    for name in ("title", "summary", "body", "body_html"):
        assert "x" == getattr(load(_line(id="1", **{name: "x"})), name)


def test_odd_but_clear_values_are_taken() -> None:
    """Numbers as ids and dates, null for nothing, a body as a list of paragraphs."""
    said = load(
        _line(id=7, title=None, body=["Một.", "Hai."], published=1_773_000_000, province=None, more=1)
    )

    assert ("7", "Một.\n\nHai.", "1773000000", "") == (said.id, said.body, said.published, said.province)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"", "body"),
        (b"7", "body"),
        (_line(title="x"), "id"),
        (_line(id="1"), "title"),
        (_line(id="1", title=" "), "title"),
        (_line(id="1", title="x", kind="essay"), "kind"),
        (_line(id="1", title=["x"]), "title"),
        (_line(id="1", body=["x", 7]), "body"),
        (b'{"id": ' + b'{"a":' * 100_000, "body"),
        (b" " * 5_000_001, "body"),
    ],
)
def test_the_wrong_field_is_named(line: bytes, field: str) -> None:
    """What does not fit is refused, and the error's subject is the field to mend."""
    with pytest.raises(BadInput) as refusal:
        load(line)

    assert field == refusal.value.subject


@given(st.binary(max_size=100))
def test_any_line_is_read_or_refused(line: bytes) -> None:
    """Never anything but BadInput."""
    with suppress(BadInput):
        load(line)
