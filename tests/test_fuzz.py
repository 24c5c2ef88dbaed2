"""Every reader under a fuzzer that is guided by coverage (`tests/fuzz.py`)."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.model import Form

_SECONDS = 60


@pytest.mark.long
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no build for this system"
)
@pytest.mark.parametrize("form", list(Form))
def test_no_bytes_break_a_reader(tmp_path: Path, form: Form) -> None:
    """For a minute nothing is raised but Unreadable, and no input takes 2 s or 1 GB."""
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, root / "tests" / "fuzz.py", form, str(_SECONDS), tmp_path],
        cwd=root,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr[-2_000:]
