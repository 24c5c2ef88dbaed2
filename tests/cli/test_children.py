"""Children of `up`: their pauses, their logs, and their end."""

import os
import time
from pathlib import Path

import pytest

from cli.children import Child, Pauses, rotate
from cli.processes import Process

BIG = 10_000_001


def child(folder: Path, script: str) -> Child:
    """A child that runs a script."""
    return Child(Process("child", ("python", "-c", script)), folder)


def test_pauses_double_up_to_half_a_minute() -> None:
    """Who keeps dying is started less and less often."""
    pauses = Pauses()
    found = []
    for _ in range(9):
        pauses.started()
        found.append(pauses.died())

    assert [0.5, 1, 2, 4, 8, 16, 30, 30, 30] == found


def test_a_child_writes_to_its_log(tmp_path: Path) -> None:
    """What a child prints, on either channel, is in its log, and its exit code is told once."""
    one = child(tmp_path, "import sys; print('a', flush=True); print('b', file=sys.stderr); sys.exit(3)")
    one.start(os.environ)
    until = time.monotonic() + 20
    while (code := one.ended()) is None and time.monotonic() < until:
        time.sleep(0.02)

    assert 3 == code
    assert one.ended() is None
    assert 0 == one.pid
    assert "a\nb\n" == (tmp_path / "child.log").read_text()


@pytest.mark.parametrize("deaf", [False, True])
def test_a_child_ends(tmp_path: Path, deaf: bool) -> None:  # noqa: FBT001
    """SIGTERM ends a child, SIGKILL one that does not listen; nothing that it started stays."""
    heed = "signal.signal(signal.SIGTERM, signal.SIG_IGN); " if deaf else ""
    # One write a line: two processes share the log, and an unbuffered print writes its line end by itself.
    script = f"import os, signal, time; {heed}os.fork(); os.write(1, b'%d\\n' % os.getpid()); time.sleep(60)"
    one = child(tmp_path, script)
    one.start(os.environ)
    until = time.monotonic() + 20
    while len(pids := (tmp_path / "child.log").read_text().split()) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    one.terminate()
    one.wait(time.monotonic() + (0.5 if deaf else 20))

    assert 2 == len(pids)
    assert 0 == one.pid
    while any(_runs(int(pid)) for pid in pids):  # the kernel takes a moment
        assert time.monotonic() < until
        time.sleep(0.02)


def test_logs_are_rotated_by_size(tmp_path: Path) -> None:
    """A log that has grown too long is put aside at a start, and cut under a running child."""
    log = tmp_path / "child.log"
    log.write_bytes(b"x" * BIG)
    rotate(log)

    assert BIG == (tmp_path / "child.log.1").stat().st_size
    assert not log.exists()
    log.write_bytes(b"y" * BIG)
    child(tmp_path, "").trim()
    assert b"y" == (tmp_path / "child.log.1").read_bytes()[:1]
    assert 0 == log.stat().st_size


def test_a_short_log_stays(tmp_path: Path) -> None:
    """Nothing is rotated before it must be."""
    log = tmp_path / "child.log"
    log.write_bytes(b"x")
    rotate(log)
    child(tmp_path, "").trim()

    assert b"x" == log.read_bytes()


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
