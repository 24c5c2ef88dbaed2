"""The runbook against the code: every setting, process and command is there, and none is left out."""

import re
from pathlib import Path

import pytest

from cli.processes import PROCESSES
from pipeline.config import Settings
from tests.cli.test_commands import commands

RUNBOOK = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `TINTINH_(\w+)` \| (?:`([^`]*)`)? ?\|", re.MULTILINE)


def test_every_setting_is_in_the_table_with_its_default() -> None:
    """Settings and table are the same list, in the same order, with the same defaults."""
    fields = {
        name.upper(): "" if field.default in (None, "") else str(field.default)
        for name, field in Settings.model_fields.items()
    }

    assert list(fields.items()) == ROW.findall(RUNBOOK)


def test_every_process_is_told() -> None:
    """The table of processes has exactly ours."""
    table = RUNBOOK.partition("## Processes")[2].partition("The one list")[0]

    assert sorted(process.name for process in PROCESSES) == sorted(
        re.findall(r"^\| `([\w-]+)`", table, re.MULTILINE)
    )


@pytest.mark.parametrize("told", sorted(set(re.findall(r"\./tintinh ([a-z]+(?: [a-z]+)?)", RUNBOOK))))
def test_every_command_that_is_told_exists(told: str) -> None:
    """Nobody is sent to a command that there is not."""
    known = commands()
    words = told.split()

    assert told in known or words[0] in known
