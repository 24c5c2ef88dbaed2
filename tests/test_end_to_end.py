"""Files through the real command line: the same result in any order, doubled or not."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.test_orders import five, sample_files

pytestmark = pytest.mark.early

ROOT = Path(__file__).parents[1]


def exported(data: Path, files: list[Path]) -> list[dict[str, Any]]:
    """Ingest files, export, and name each story by the entries that share it."""
    environ = os.environ | {"TINTINH_DATA": str(data), "PYTHONPATH": str(ROOT)}

    def command(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words], cwd=ROOT, env=environ, capture_output=True, check=False
        )
        assert 0 == done.returncode, done.stderr.decode()
        return done.stdout.decode()

    command("ingest", *map(str, files), "--wait")
    lines = [json.loads(line) for line in command("export", "--text").splitlines()]
    mates: dict[str, list[str]] = {}
    for line in lines:
        mates.setdefault(line["story_id"], []).append(line["external_id"])
    return [line | {"story_id": mates[line["story_id"]]} for line in lines]


@pytest.mark.parametrize("folder", ["samples", "extra"])
def test_five_orders_end_to_end(
    folder: str, tmp_path: Path, meilisearch_program: Path, request: pytest.FixtureRequest
) -> None:
    """Five documents in five orders, the last one doubled, export the same lines."""
    assert meilisearch_program.is_file()
    files = sample_files() if folder == "samples" else five(request.getfixturevalue("extra_samples"))
    found = []
    for number in range(5):
        order = random.Random(number).sample(files, len(files))
        found.append(exported(tmp_path / str(number), order * 2 if number == 4 else order))

    assert all(found[0] == other for other in found)
