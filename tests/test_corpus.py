"""Self-describing files: documents as sources send them, each with what must be read from it.

`bench/labels/case.py` says how such a file is written, `bench/labels/seen.py` what may be asked.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.labels import case, seen
from tests.corpus.build import BUILDERS

_FOLDER = Path(__file__).parent / "corpus"
_FILES = sorted(_FOLDER.rglob("*.case"))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: str(path.relative_to(_FOLDER).with_suffix("")))
def test_it_is_read_as_described(path: Path) -> None:
    """What a file expects is what is read from its document."""
    one = case.load(path)
    document = one.document
    if one.build:
        document = replace(document, body=BUILDERS[one.build](document.body.decode()))
    told = seen.read(document)

    wrong = []
    for expected in one.expected:
        assert expected.field in seen.FIELDS
        if expected.field in ("kept", "gone"):
            lost = seen.missing(told, expected.draft, expected.field, expected.value)
            if lost:
                wrong.append((expected.draft, expected.field, lost, "not so"))
        else:
            read = seen.value(told, document.source, expected.draft, expected.field)
            if read != expected.value:
                wrong.append((expected.draft, expected.field, expected.value, read))
    assert [] == wrong, one.description
