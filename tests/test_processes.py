"""The list of processes stands in several files; they say the same."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.processes import PROCESSES, QUEUES

ROOT = Path(__file__).parents[1]
ENGINES = {"postgres", "redis", "meilisearch"}
ONCE = {"migrate"}


def _compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


def test_procfile_has_the_processes() -> None:
    """Procfile names exactly our processes with exactly their commands."""
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    named = {name: tuple(shlex.split(command)) for name, command in (line.split(": ", 1) for line in lines)}

    assert {process.name: process.command for process in PROCESSES} == named


def test_compose_has_the_processes() -> None:
    """The compose file runs exactly our processes, beside the engines and the migration."""
    services = _compose()["services"]
    ours = {name: tuple(one["command"]) for name, one in services.items() if name not in ENGINES | ONCE}

    assert {process.name: process.command for process in PROCESSES} == ours


def test_compose_fits_its_schema() -> None:
    """The compose file is valid by the specification's own schema; no engine is asked."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, "docker-compose.yml"], cwd=ROOT, capture_output=True, check=False)

    assert (0, b"") == (done.returncode, done.stderr)


def test_every_service_says_how_it_is() -> None:
    """Each service that stays has a health check, and each image a pinned tag."""
    services = _compose()["services"]

    assert all("test" in one["healthcheck"] for name, one in services.items() if name not in ONCE)
    assert all(re.search(r":v?\d+\.\d+", one["image"]) for one in services.values())


def test_nothing_is_published_but_web_on_loopback() -> None:
    """Engines are reachable from inside only; web is for a server with TLS in front of it."""
    published = {name: one["ports"] for name, one in _compose()["services"].items() if "ports" in one}

    assert {"web": ["127.0.0.1:${TINTINH_PORT:-8080}:8080"]} == published


def test_every_queue_has_a_worker_and_every_worker_a_queue() -> None:
    """Each queue is consumed by one worker line, and the tasks know no other queue."""
    from tasks.app import QUEUES as KNOWN  # noqa: PLC0415 - importing it configures Celery

    consumed = [p.command[p.command.index("--queues") + 1] for p in PROCESSES if "--queues" in p.command]

    assert list(QUEUES) == consumed
    assert sorted(KNOWN) == sorted(QUEUES)


@pytest.mark.parametrize("folder", ["pipeline", "search", "feeds", "tasks", "web", "cli"])
def test_the_image_has_every_package(folder: str) -> None:
    """The Dockerfile copies each package, and what keeps the context small lets it in."""
    assert f"COPY {folder} {folder}\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"!{folder}\n" in (ROOT / ".dockerignore").read_text(encoding="utf-8")
