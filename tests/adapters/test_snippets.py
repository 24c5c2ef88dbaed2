"""The programs of docs/webhooks.md, cut out of the page and run against the real door."""

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from pipeline.store import receipts
from tests.adapters.conftest import Site

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
PROGRAMS = dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
WAYS = {
    "send.sh": [["sh", "send.sh", "event.json"]],
    "send.php": [["php", "send.php", "event.json"]],
    "Send.cs": [["mcs", "-r:System.Net.Http.dll", "Send.cs"], ["mono", "Send.exe", "event.json"]],
    "Send.java": [["javac", "Send.java"], ["java", "Send", "event.json"]],
    "send.py": [["python3", "send.py", "event.json"]],
    "send.mjs": [["node", "send.mjs", "event.json"]],
}
NEEDS = {"send.sh": ["curl", "openssl"]}


def run(program: str, folder: Path, environment: dict[str, str]) -> str:
    """Build and run a program of the page; return what it prints. Skips where its language is missing."""
    for tool in [way[0] for way in WAYS[program]] + NEEDS.get(program, []):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    for name in (program, "event.json"):
        (folder / name).write_text(PROGRAMS[name], encoding="utf-8")
    said = ""
    for way in WAYS[program]:
        done = subprocess.run(
            way, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{way}: {done.stdout}{done.stderr}"
        said = done.stdout
    return said


def test_every_program_of_the_page_has_a_way_to_be_run() -> None:
    """Page and test know the same programs."""
    assert {*WAYS, "event.json"} == set(PROGRAMS)


@pytest.mark.parametrize("program", sorted(WAYS))
def test_a_program_of_the_page_is_taken(program: str, site: Site, tmp_path: Path) -> None:
    """What the program signs is taken, and its Vietnamese arrives byte for byte."""
    folder = tmp_path / "cms"
    folder.mkdir()
    said = run(program, folder, site.environment())
    with site.db.read() as conn:
        stored = receipts.body(conn, json.loads(said[said.index("{") :])["receipt_id"])

    assert PROGRAMS["event.json"].encode() == stored


def test_the_worked_example_is_right() -> None:
    """The signature by which people check their own code is what the library makes."""
    key, ids, body = re.findall(r"^\| (?:key|`webhook-id`.*?|body) \| (.*) \|$", PAGE, re.MULTILINE)
    push_id, timestamp = ids.replace("`", "").split(", ")
    told = re.findall(r"^the signature `(.*)`\.$", PAGE, re.MULTILINE)
    at = datetime.fromtimestamp(int(timestamp), UTC)

    assert [Webhook(key.strip("`")).sign(push_id, at, body.strip("`"))] == told
