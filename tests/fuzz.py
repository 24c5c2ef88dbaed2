"""A fuzzer on one reader, guided by coverage: a process of its own, which libFuzzer never gives back.

Usage: PYTHONPATH=. python tests/fuzz.py FORM SECONDS FOLDER

FORM is a word of `pipeline.model.Form`. Ends with 0 when for SECONDS no input raised anything but
`Unreadable`, took more than 2 s or 1 GB; else libFuzzer says what did, and the input is in FOLDER, an
empty one, beside those that reached new code. Seeds are the documents of tests/corpus of that form.
"""

import contextlib
import sys
from datetime import UTC, datetime
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipeline"]):
    from pipeline.errors import Unreadable
    from pipeline.model import Document, Form, Given, Source, SourceId
    from pipeline.parse import parse, warm

from bench.labels import case
from tests.corpus.build import BUILDERS

_SOURCE = Source(SourceId("fuzz"), "Fuzz")
_AT = datetime(2026, 9, 1, tzinfo=UTC)
_GIVEN = Given(url="https://portal.example/w/tin-1")
_LARGEST = 65_536  # bytes of an input; the readers' own limits are tested by size, not by chance
_CASES = Path(__file__).parent / "corpus"


def main(form: Form, seconds: int, folder: Path) -> None:
    """Fuzz one reader."""

    def read(data: bytes) -> None:
        with contextlib.suppress(Unreadable):
            parse(Document(_SOURCE, form, data, _AT, _GIVEN))

    warm()
    reached = folder / "reached"
    reached.mkdir()
    for path in _CASES.rglob("*.case"):
        one = case.load(path)
        if one.document.form is form:
            body = one.document.body
            (reached / one.name).write_bytes(BUILDERS[one.build](body.decode()) if one.build else body)
    limits = (f"-max_total_time={seconds}", "-timeout=2", "-rss_limit_mb=1024", f"-max_len={_LARGEST}")
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", str(reached)], read)
    atheris.Fuzz()


if __name__ == "__main__":
    main(Form(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
