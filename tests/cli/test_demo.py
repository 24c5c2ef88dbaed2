"""`demo`: the sample set through every real door, told as its truth says, and gone when it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest

from cli.processes import PROCESSES
from pipeline.store import export, numbers, open_database
from pipeline.store.receipts import ReceiptState
from tests.cli.test_commands import ROOT
from tests.cli.test_up import PATIENCE, alive, eventually

pytestmark = pytest.mark.early

TRUTH = json.loads((ROOT / "samples" / "truth.json").read_text(encoding="utf-8"))
ATOM = {"a": "http://www.w3.org/2005/Atom", "at": "http://purl.org/atompub/tombstones/1.0"}
ENDING = "./tintinh doctor"  # of the report


@dataclass
class Demo:
    """A demo that has told its report and goes on."""

    process: subprocess.Popen[str]
    home: Path
    report: str
    client: httpx.Client

    def addresses(self, ending: str) -> list[str]:
        """The addresses of the report that end so, without the host."""
        found = [line.strip() for line in self.report.splitlines() if line.strip().startswith("http")]
        return [urlsplit(one).path for one in found if urlsplit(one).path.endswith(ending)]


def start(folder: Path, *options: str, **environ: str) -> subprocess.Popen[str]:
    """Start a demo whose temporary folder would be in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TINTINH_")}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "cli", "demo", *options],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)} | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def family(pid: int) -> set[int]:
    """A process and all that descend from it."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def lines(home: Path) -> dict[str, dict[str, Any]]:
    """The export of a data folder by external id."""
    db = open_database(f"sqlite:///{home / 'tintinh.db'}")
    try:
        with db.read() as conn:
            return {line["external_id"]: line for line in export.lines(conn)}
    finally:
        db.close()


def together(exported: dict[str, dict[str, Any]]) -> set[frozenset[str]]:
    """The ids of each story that is told more than once."""
    homes: dict[str, set[str]] = {}
    for external_id, line in exported.items():
        if external_id not in TRUTH["withdrawn"]:
            homes.setdefault(line["story_id"], set()).add(external_id)
    return {frozenset(names) for names in homes.values() if len(names) > 1}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, meilisearch_program: Path) -> Iterator[Demo]:
    """One demo for the tests of this file."""
    folder = tmp_path_factory.mktemp("demo")
    process = start(folder, TINTINH_MEILISEARCH_BIN=str(meilisearch_program))
    assert process.stdout is not None
    told = []
    for line in process.stdout:
        told.append(line)
        if ENDING in line:
            break
    report = "".join(told)
    web = re.search(r"(http://\S+)/feeds/all.rss", report)
    home = re.search(r"TINTINH_DATA=(\S+)", report)
    assert web is not None and home is not None, process.communicate(timeout=PATIENCE)  # noqa: PT018
    with httpx.Client(base_url=web[1], timeout=PATIENCE) as client:
        yield Demo(process, Path(home[1]), report, client)
    process.terminate()
    process.communicate(timeout=PATIENCE)


def test_stories_are_the_truths(demo: Demo) -> None:
    """Every id of the truth is there, together where the truth says so, with the named lead."""
    exported = lines(demo.home)

    assert set(TRUTH["entries"]) == set(exported)
    assert {frozenset(story) for story in TRUTH["stories"]} == together(exported)
    assert [] == [story[0] for story in TRUTH["stories"] if not exported[story[0]]["lead"]]


@pytest.mark.parametrize("field", ["kind", "province", "area", "published", "doc_numbers"])
def test_fields_are_the_truths(demo: Demo, field: str) -> None:
    """The real doors add nothing to what the bytes say and take nothing away."""
    exported = lines(demo.home)
    expected = {name: entry[field] for name, entry in TRUTH["entries"].items() if field in entry}

    assert expected == {name: exported[name][field] for name in expected}


def test_the_report_says_who_tells_the_same_and_why(demo: Demo) -> None:
    """Each merged story is named with its sources and the reason in Vietnamese, and what was taken back."""
    exported = lines(demo.home)
    titles = {exported[story[0]]["title"] for story in TRUTH["stories"]}

    assert set() == {title for title in titles if title not in demo.report}
    assert "Cùng một tin: " in demo.report
    assert "cùng ngày 17/11/2026" in demo.report
    assert exported[TRUTH["withdrawn"][0]]["title"] in demo.report
    assert "4 feeds polled, 8 signed pushes" in demo.report


def test_every_door_was_used(demo: Demo) -> None:
    """What was polled, pushed and handed in says so by its dates, and every receipt was read."""
    bases: dict[str, set[str]] = {}
    for line in lines(demo.home).values():
        bases.setdefault(line["source"], set()).add(line["published_basis"])
    db = open_database(f"sqlite:///{demo.home / 'tintinh.db'}")
    with db.read() as conn:
        receipts = numbers.state(conn, datetime.now(UTC))["receipts"]
    db.close()

    assert {"push"} == bases["bao-bienngoc"]
    assert {"feed"} == bases["bao-songcau"]
    assert "bulletin" in bases["cong-datsen"]
    assert "given" in bases["bao-langbian"]
    assert {ReceiptState.READ} == {state for state, count in receipts.items() if count}


def test_named_feeds_have_items(demo: Demo) -> None:
    """Each feed of the report is there with items and its own address."""
    feeds = demo.addresses(".rss")

    assert 5 == len(feeds)
    for path in feeds:
        answer = demo.client.get(path)
        assert 200 == answer.status_code
        assert ET.fromstring(answer.content).findall("channel/item")


def test_a_withdrawn_story_leaves_a_tombstone(demo: Demo) -> None:
    """What its source took back is out of the feed, named as deleted, and its page says so."""
    line = lines(demo.home)[TRUTH["withdrawn"][0]]
    feed = ET.fromstring(demo.client.get("/feeds/all.atom").content)
    titles = [entry.findtext("a:title", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)]

    assert line["title"] not in titles
    assert 1 == len(feed.findall("at:deleted-entry", ATOM))
    assert 410 == demo.client.get(f"/api/stories/{line['story_id']}").status_code


def test_an_unchanged_feed_is_not_sent_twice(demo: Demo) -> None:
    """The feed's entity tag brings 304."""
    etag = demo.client.get("/feeds/all.rss").headers["etag"]

    assert 304 == demo.client.get("/feeds/all.rss", headers={"If-None-Match": etag}).status_code


def test_a_story_can_be_found_and_asked_why(demo: Demo) -> None:
    """Search finds the agency's text once; its story has three tellings with reasons."""
    hits = demo.client.get("/api/search", params={"q": "lúa giảm phát thải", "per_page": 50}).json()["hits"]
    story_id = lines(demo.home)["lb-20261116-15"]["story_id"]
    story = demo.client.get(f"/api/stories/{story_id}").json()

    assert 1 == [hit["story_id"] for hit in hits].count(story_id)
    assert {"bao-songlam", "bao-songcau", "bao-langbian"} == {told["source"] for told in story["entries"]}
    assert all(told["decision"]["because"] for told in story["entries"])


def test_the_sign_in_link_opens_the_ops_page_once(demo: Demo) -> None:
    """The link's code signs in as somebody who may see /ops; a second time it does not."""
    link = urlsplit(next(line.strip() for line in demo.report.splitlines() if "/sign-in" in line))
    statuses = []
    for _ in range(2):
        with httpx.Client(base_url=demo.client.base_url, timeout=PATIENCE) as client:
            token = re.search(r'name="csrf" value="([^"]+)"', client.get("/sign-in").text)
            assert token is not None
            form = {"ticket": link.fragment, "csrf": token[1], "next": parse_qs(link.query)["next"][0]}
            statuses.append(client.post("/sign-in/ticket", data=form).status_code)
            statuses.append(client.get("/ops").status_code)

    assert [303, 200, 401, 303] == statuses


def test_ctrl_c_leaves_nothing(tmp_path: Path, meilisearch_program: Path) -> None:
    """A demo that is interrupted at its start ends with 0, without a process and without a folder."""
    process = start(tmp_path, TINTINH_MEILISEARCH_BIN=str(meilisearch_program))
    eventually(lambda: bool(list(tmp_path.glob("tintinh-demo-*/run.json"))))
    pids = family(process.pid)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)

    assert (0, "") == (process.returncode, said.replace("stopping: beat, workers, web, engines\n", ""))
    eventually(lambda: not any(alive(pid) for pid in pids))
    assert [] == list(tmp_path.iterdir())


def test_a_killed_demo_leaves_no_process_and_goes_on_later(tmp_path: Path, meilisearch_program: Path) -> None:
    """After kill -9 in the middle nobody is left; on the same folder it ends with the same stories."""
    data = tmp_path / "data"
    # Short leases: what the killed workers had claimed is free again after them.
    limits = ("HTTP_TIMEOUT", "SOFT_LIMIT", "HARD_LIMIT", "LEASE", "VISIBILITY_TIMEOUT")
    environ = {f"TINTINH_{name}": str(5 + seconds) for seconds, name in enumerate(limits)}
    environ["TINTINH_MEILISEARCH_BIN"] = str(meilisearch_program)
    process = start(tmp_path, "--data", str(data), **environ)
    assert process.stderr is not None
    for line in process.stderr:
        if "is up" in line:
            break
    pids = family(process.pid)
    process.kill()
    process.communicate(timeout=PATIENCE)
    eventually(lambda: not any(alive(pid) for pid in pids))

    again = start(tmp_path, "--data", str(data), "--once", **environ)
    report, said = again.communicate(timeout=2 * PATIENCE)
    exported = lines(data)

    assert 0 == again.returncode, said
    assert ENDING in report
    assert len(pids) > len(PROCESSES)
    assert set(TRUTH["entries"]) == set(exported)
    assert {frozenset(story) for story in TRUTH["stories"]} == together(exported)


@pytest.mark.long
def test_without_meilisearch_the_rest_is_told(tmp_path: Path) -> None:
    """Where no Meilisearch can be had the demo says so and goes on."""
    process = start(tmp_path, "--once", TINTINH_MEILISEARCH_BIN=str(tmp_path / "none"))
    report, said = process.communicate(timeout=2 * PATIENCE)

    assert 0 == process.returncode, said
    assert "no search: Meilisearch: TINTINH_MEILISEARCH_BIN is no executable file" in said
    assert "search (no Meilisearch: says so)" in report
    assert "→ 56 entries → 44 stories" in report


def test_real_data_is_left_alone(tmp_path: Path) -> None:
    """A folder with a database that no demo made is refused in one line, untouched."""
    (tmp_path / "tintinh.db").touch()
    process = start(tmp_path, "--once", "--data", str(tmp_path))
    out, said = process.communicate(timeout=PATIENCE)

    assert (1, "", 1) == (process.returncode, out, len(said.splitlines()))
    assert "invented" in said
    assert ["tintinh.db"] == [path.name for path in tmp_path.iterdir()]


def test_what_a_kill_left_goes_at_the_next_start(tmp_path: Path) -> None:
    """An old folder of a killed demo is removed, a fresh one and somebody else's are not."""
    old, fresh, other = (tmp_path / name for name in ("tintinh-demo-old", "tintinh-demo-new", "tintinh-x"))
    for folder in (old, fresh, other):
        folder.mkdir()
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start(tmp_path, "--port", str(taken.getsockname()[1]))
        out, said = process.communicate(timeout=PATIENCE)

    assert (1, "") == (process.returncode, out)
    assert "choose another with --port" in said
    assert {fresh, other} == set(tmp_path.iterdir())
