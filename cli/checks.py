"""`test`: the one front door of checks, the same for people and for CI."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from cli.console import say

_PYTHON = sys.executable
_STEPS = (
    ("format", [_PYTHON, "-m", "ruff", "format", "--check", ".", "tintinh"]),
    ("lint", [_PYTHON, "-m", "ruff", "check", ".", "tintinh"]),
    ("types", [_PYTHON, "-m", "mypy"]),
    ("imports", [_PYTHON, "-c", "from importlinter.cli import lint_imports_command as run; run()"]),
)
_KEPT = ("TINTINH_EXTRA_SAMPLES", "TINTINH_MEILISEARCH_BIN")


def check(
    context: typer.Context,
    *,
    long: Annotated[bool, typer.Option("--long", help="Run the slow tests too.")] = False,
) -> None:
    """Check format, lint, types and import contracts, then run the tests; stop at the first failure.

    Three tests run at a time, since many wait for servers. What follows `--` goes to pytest.

    \b
    Examples:
      ./tintinh test
      ./tintinh test --long
      ./tintinh test -- tests/cli -k supervise
    """
    from cli.children import ROOT

    # Tests choose their own settings: a data folder in use must not be touched by them.
    environ = {name: value for name, value in os.environ.items() if name in _KEPT or "TINTINH_" not in name}
    # Tests start the command line some hundred times: without kept bytecode each compiles all anew.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # A file stays in one process: tests of an installation go on where the one before left it. The files
    # go out as tests/conftest.py orders them; xdist's own order ends with the slowest.
    spread = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    tests = [_PYTHON, "-m", "pytest", *spread, *(["--long"] if long else []), *context.args]
    for name, command in (*_STEPS, ("tests", tests)):
        say(f"--- {name}")
        done = subprocess.run(command, cwd=ROOT, env=environ, check=False)  # noqa: S603 - our own commands
        if done.returncode:
            raise typer.Exit(done.returncode)
