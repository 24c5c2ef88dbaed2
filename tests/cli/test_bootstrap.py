"""`./tintinh`, the script: it costs nothing when there is nothing to install, and says what it needs."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
# Stands in for the interpreter of .venv: tells how it was called.
PYTHON = """#!/bin/sh
printf '%s\\n' "$@"
echo "PYTHONPATH=$PYTHONPATH"
echo "TINTINH_DATA=$TINTINH_DATA"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose .venv holds what its lock files say."""
    root = tmp_path / "check out"
    (root / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "tintinh", root)
    for name in LOCKS:
        shutil.copy(ROOT / name, root)
        shutil.copy(ROOT / name, root / ".venv")
    python = root / ".venv" / "bin" / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return root


def start(
    script: Path, *words: str, python: str = sys.executable, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run the script from a folder that is not its own."""
    return subprocess.run(
        [python, str(script), *words],
        cwd="/",
        env={"PATH": os.environ["PATH"]} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_becomes_the_command_line(checkout: Path) -> None:
    """Arguments are passed on as they are; code and data are those of the checkout, wherever one stands."""
    done = start(checkout / "tintinh", "ingest", "a b.txt", "--wait", PYTHONPATH="/elsewhere")

    expected = ["-P", "-m", "cli", "ingest", "a b.txt", "--wait", f"PYTHONPATH={checkout}"]
    assert [*expected, f"TINTINH_DATA={checkout}/data"] == done.stdout.splitlines()
    assert "" == done.stderr


def test_a_link_to_it_is_as_good(checkout: Path, tmp_path: Path) -> None:
    """Through a symbolic link it finds its checkout, and a data folder that is named stays."""
    link = tmp_path / "tintinh"
    link.symlink_to(checkout / "tintinh")
    done = start(link, "up", TINTINH_DATA="/srv/tintinh")

    assert [f"PYTHONPATH={checkout}", "TINTINH_DATA=/srv/tintinh"] == done.stdout.splitlines()[-2:]


def test_it_is_executable() -> None:
    """The script in the repository can be run as it is."""
    assert (ROOT / "tintinh").stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize(("name", "words"), [(LOCKS[0], ["up"]), (LOCKS[1], ["test"])])
def test_another_lock_is_noticed(checkout: Path, name: str, words: list[str]) -> None:
    """When the lock has changed since it was installed, nothing is run before it is installed."""
    (checkout / name).write_text("uv==0.0.0 --hash=sha256:0\n")
    (checkout / ".venv" / "bin" / "uv").write_text("#!/bin/sh\nexit 3\n")
    (checkout / ".venv" / "bin" / "uv").chmod(0o755)
    (checkout / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 3\n")
    done = start(checkout / "tintinh", *words)

    assert (1, "") == (done.returncode, done.stdout)
    assert "tintinh: installing requirements-dev.lock" in done.stderr
    assert "the installation failed" in done.stderr


def test_running_needs_no_tools_of_development(checkout: Path) -> None:
    """A changed development lock matters to `test` alone."""
    (checkout / LOCKS[1]).write_text("changed")

    assert 0 == start(checkout / "tintinh", "up").returncode


def test_an_old_python_gets_a_sentence(checkout: Path) -> None:
    """Where something must be installed and no Python fits, that is said in one line."""
    (checkout / LOCKS[0]).write_text("changed")
    found = [shutil.which(f"python3.{minor}") for minor in (10, 9, 8, 7, 6)]
    old = next((path for path in found if path and "shims" not in path), None)
    if old is None:
        pytest.skip("no Python older than 3.11 on this machine")
    done = start(checkout / "tintinh", "up", python=old, PATH="/nowhere")

    assert (1, "") == (done.returncode, done.stdout)
    assert "needs Python 3.11 to 3.13" in done.stderr
    assert 1 == len(done.stderr.splitlines())


def test_every_python_can_read_it() -> None:
    """Its syntax is that of Python 3.6, so that it can complain at all."""
    import ast  # noqa: PLC0415

    ast.parse((ROOT / "tintinh").read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.long
def test_a_clean_clone_installs_itself(tmp_path: Path) -> None:
    """Nothing but Python: uv, the lock, and the first command; the second start installs nothing."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("TINTINH_", "PYTHON"))
    }
    kept = environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    first, second = (
        subprocess.run(
            [sys.executable, str(clone / "tintinh"), "--help"],
            env=kept,
            capture_output=True,
            text=True,
            check=True,
        )
        for _ in range(2)
    )

    assert "ingest" in first.stdout
    assert "installing" in first.stderr
    assert (first.stdout, "") == (second.stdout, second.stderr)
