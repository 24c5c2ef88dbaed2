"""Engines as children: they answer, stay private, keep their data, and leave with us."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import redis

from cli.engines import Engine, start_meilisearch, start_valkey
from pipeline.errors import EngineUnavailable

PATIENCE = 20  # seconds until a wait is called a failure


def connect(engine: Engine) -> "redis.Redis":
    """A client of a valkey that we started."""
    return redis.Redis(unix_socket_path=engine.url.removeprefix("redis+socket://"))


def gone(pid: int) -> bool:
    """Whether no such process runs within the patience; a zombie counts as gone."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def test_meilisearch_wants_the_key_and_nobody_else_can_read_it(
    meilisearch_program: Path, tmp_path: Path
) -> None:
    """The key opens the server, stands in a 0600 file and on no command line; without it: 401."""
    engine = start_meilisearch(meilisearch_program, tmp_path / "data", tmp_path / "key")
    key = (tmp_path / "key").read_text()
    anonymous = httpx.get(f"{engine.url}/indexes")
    known = httpx.get(f"{engine.url}/indexes", headers={"Authorization": f"Bearer {key}"})
    command = Path(f"/proc/{engine.pid}/cmdline").read_text()
    log = engine.log.read_text()
    engine.stop()

    assert (401, 200) == (anonymous.status_code, known.status_code)
    assert 0o600 == stat.S_IMODE((tmp_path / "key").stat().st_mode)
    assert 0o700 == stat.S_IMODE((tmp_path / "data").stat().st_mode)
    assert key not in command
    assert key not in log
    assert engine.url.startswith("http://127.0.0.1:")
    assert not engine.alive()


def test_meilisearch_keeps_key_and_data_over_a_restart(meilisearch_program: Path, tmp_path: Path) -> None:
    """What was indexed is there again under the same key, also after kill -9."""
    engine = start_meilisearch(meilisearch_program, tmp_path / "data", tmp_path / "key")
    key = {"Authorization": f"Bearer {(tmp_path / 'key').read_text()}"}
    task = httpx.post(f"{engine.url}/indexes", json={"uid": "kept"}, headers=key).json()["taskUid"]
    while httpx.get(f"{engine.url}/tasks/{task}", headers=key).json()["status"] != "succeeded":
        time.sleep(0.02)
    os.kill(engine.pid, signal.SIGKILL)
    engine.stop()

    again = start_meilisearch(meilisearch_program, tmp_path / "data", tmp_path / "key")
    found = httpx.get(f"{again.url}/indexes/kept", headers=key)
    again.stop()

    assert 200 == found.status_code


def test_meilisearch_data_of_another_version_are_set_aside(
    meilisearch_program: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A data folder that this Meilisearch refuses is kept beside, and it starts empty."""
    start_meilisearch(meilisearch_program, tmp_path / "data", tmp_path / "key").stop()
    (tmp_path / "data/data.ms/VERSION").write_text("9.9.9")

    engine = start_meilisearch(meilisearch_program, tmp_path / "data", tmp_path / "key")
    alive = engine.alive()
    engine.stop()

    assert alive
    assert "9.9.9" == (tmp_path / "data/data.ms.unreadable/VERSION").read_text()
    assert "set aside" in capfd.readouterr().err


def test_a_taken_port_is_named(meilisearch_program: Path, tmp_path: Path) -> None:
    """A port that somebody else holds is an error that says so, and the data stay."""
    start_meilisearch(meilisearch_program, tmp_path / "data", tmp_path / "key").stop()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(EngineUnavailable, match="port is taken"):
            start_meilisearch(
                meilisearch_program, tmp_path / "data", tmp_path / "key", other.getsockname()[1]
            )

    assert ["data.ms"] == sorted(path.name for path in (tmp_path / "data").glob("data.ms*"))


def test_a_program_that_is_none_is_named(tmp_path: Path) -> None:
    """A file that cannot be run, and one that ends at once, both raise with the reason."""
    text = tmp_path / "text"
    text.write_text("not a program")
    text.chmod(0o755)

    with pytest.raises(EngineUnavailable, match="cannot be run"):
        start_meilisearch(text, tmp_path / "data", tmp_path / "key")
    with pytest.raises(EngineUnavailable, match="ended at start"):
        start_meilisearch(Path("/bin/false"), tmp_path / "data", tmp_path / "key")


def test_valkey_listens_on_a_private_socket_only(tmp_path: Path) -> None:
    """No TCP port, a 0700 folder, nothing evicted, every second on disk."""
    engine = start_valkey(tmp_path / "run", tmp_path / "data")
    with connect(engine) as client:
        told = {
            name: client.config_get(name)[name]
            for name in ("port", "maxmemory-policy", "appendonly", "appendfsync", "save")
        }
    engine.stop()

    expected = {
        "port": "0",
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
    }
    assert expected == told
    assert 0o700 == stat.S_IMODE((tmp_path / "run").stat().st_mode)


def test_valkey_keeps_its_data_over_kill_9(tmp_path: Path) -> None:
    """What was answered before a kill -9 is there after the next start."""
    engine = start_valkey(tmp_path / "run", tmp_path / "data")
    with connect(engine) as client:
        client.set("word", "kept")
    os.kill(engine.pid, signal.SIGKILL)
    engine.stop()

    again = start_valkey(tmp_path / "run", tmp_path / "data")
    with connect(again) as client:
        found = client.get("word")
    again.stop()

    assert b"kept" == found


def test_valkey_starts_empty_over_data_it_cannot_read(tmp_path: Path) -> None:
    """A broken log file is set aside: the broker holds nudges only."""
    engine = start_valkey(tmp_path / "run", tmp_path / "data")
    with connect(engine) as client:
        client.set("word", "lost")
    engine.stop()
    for file in (tmp_path / "data/appendonlydir").glob("*.aof"):
        file.write_bytes(b"\x00garbage" * 100)

    again = start_valkey(tmp_path / "run", tmp_path / "data")
    with connect(again) as client:
        found = client.get("word")
    again.stop()

    assert found is None
    assert (tmp_path / "data/appendonlydir.unreadable").is_dir()


def test_a_long_path_gets_a_short_socket_that_is_cleared_away(tmp_path: Path) -> None:
    """A folder too deep for a unix socket is replaced by a temporary one, gone after the stop."""
    engine = start_valkey(tmp_path / ("sâu" * 40), tmp_path / "data")
    address = Path(engine.url.removeprefix("redis+socket://"))
    private = stat.S_IMODE(address.parent.stat().st_mode)
    with connect(engine) as client:
        answered = client.ping()
    engine.stop()

    assert answered
    assert 0o700 == private
    assert len(str(address)) <= 100
    assert not address.parent.exists()


def test_a_stopped_engine_can_be_stopped_again_and_a_stuck_one_is_killed(tmp_path: Path) -> None:
    """SIGTERM that goes unheard is followed by SIGKILL; a second stop does nothing."""
    engine = start_valkey(tmp_path / "run", tmp_path / "data")
    os.kill(engine.pid, signal.SIGSTOP)
    engine.stop(seconds=0.2)
    engine.stop()

    assert not engine.alive()


def test_engines_die_with_their_parent(meilisearch_program: Path, tmp_path: Path) -> None:
    """After kill -9 of the process that started them, neither engine is left."""
    script = f"""
import sys, time
from pathlib import Path
from cli.engines import start_meilisearch, start_valkey
folder = Path({str(tmp_path)!r})
meilisearch = start_meilisearch(Path({str(meilisearch_program)!r}), folder / "data", folder / "key")
valkey = start_valkey(folder / "run", folder / "valkey")
print(meilisearch.pid, valkey.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()

    assert [True, True] == [gone(pid) for pid in pids]
