"""The data folder: one holder at a time, and a killed one holds nothing."""

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cli import folder
from cli.folder import Run
from pipeline.errors import BadInput, BadSettings

ROOT = Path(__file__).parents[2]
RUN = Run("http://127.0.0.1:1", "http://127.0.0.1:1", "redis://x", "", "", {"up": 1})
HOLDER = """
import sys, time
from pathlib import Path
from cli import folder
with folder.held(Path(sys.argv[1]), "up"):
    folder.Run("http://127.0.0.1:1", "", "", "", "").write(Path(sys.argv[1]))
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_folder_has_one_holder(tmp_path: Path) -> None:
    """A second holder is refused and told who has it; afterwards the folder is free."""
    with folder.held(tmp_path, "up"):
        assert folder.busy(tmp_path)
        with (
            pytest.raises(BadInput, match=r"in use by up \(process \d+\)"),
            folder.held(tmp_path, "a command"),
        ):
            pass

    assert not folder.busy(tmp_path)
    with folder.held(tmp_path, "a command"):
        pass


def test_what_up_says_is_for_its_owner_and_for_its_life(tmp_path: Path) -> None:
    """The run file has mode 0600, is read while the holder lives, and goes with it."""
    with folder.held(tmp_path, "up"):
        RUN.write(tmp_path)

        assert stat.S_IMODE((tmp_path / "run.json").stat().st_mode) == 0o600
        assert folder.living(tmp_path) == RUN
    assert folder.living(tmp_path) is None
    assert not (tmp_path / "run.json").exists()


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    """After kill -9 the folder is free, and the run file left behind means nothing."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert b"held\n" == holder.stdout.readline()
        assert folder.living(tmp_path) is not None
        holder.send_signal(signal.SIGKILL)
    assert (tmp_path / "run.json").exists()
    assert folder.living(tmp_path) is None
    with folder.held(tmp_path, "up"):
        assert folder.living(tmp_path) is None


def test_a_folder_that_was_never_used_has_nobody(tmp_path: Path) -> None:
    """Asking creates nothing."""
    assert folder.living(tmp_path / "none") is None
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"web_url": 1, "unknown": 2}'])
def test_a_run_file_that_is_being_written_is_none(tmp_path: Path, text: str) -> None:
    """What is not whole is not read."""
    with folder.held(tmp_path, "up"):
        (tmp_path / "run.json").write_text(text)

        assert folder.living(tmp_path) is None


def test_a_folder_is_made_for_its_owner(tmp_path: Path) -> None:
    """The data folder is private; a file in its place is an error in one line."""
    made = folder.make(tmp_path / "a" / "data")
    (tmp_path / "file").write_text("")

    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    with pytest.raises(BadSettings, match="cannot be the data folder"):
        folder.make(tmp_path / "file")
