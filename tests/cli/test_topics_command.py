"""`topics` as a newsroom meets it: its list is checked, labels are explained, a broken list is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.topiclist import SHIPPED

ROOT = Path(__file__).parents[2]
TEXT = "Khởi tố nhóm lừa đảo bán tour\nCơ quan điều tra bắt tạm giam ba bị can.\n"


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A newsroom's own list: the shipped one to begin with."""
    path = tmp_path / "chu-de.toml"
    path.write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def run(listed: Path, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command of an installation that has its own list."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TINTINH_")}
    environ |= {
        "PYTHONPATH": str(ROOT),
        "TINTINH_TOPICS": str(listed),
        "TINTINH_DATA": str(listed.parent / "data"),
    }
    return subprocess.run(
        [sys.executable, "-P", "-m", "cli", *words],
        cwd=listed.parent,
        env=environ,
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_good_list_is_said_to_be_good(listed: Path) -> None:
    """What is in it is counted; a topic without words is pointed out."""
    with listed.open("a", encoding="utf-8") as more:
        more.write('\n[topics.cho-que]\nname = "Chợ quê"\niptc = "20000999"\n')
    done = run(listed, "topics", "check", str(listed))

    assert (0, "") == (done.returncode, done.stderr)
    first, second = done.stdout.splitlines()
    assert first.startswith("ok  22 topics, ")
    assert second.startswith("--  cho-que: no words")


def test_a_list_without_a_published_topic_is_refused(listed: Path) -> None:
    """Exit code 1 and one line with every problem."""
    other = listed.with_name("khac.toml")
    other.write_text(
        listed.read_text(encoding="utf-8").replace("[topics.y-te]", "[topics.suc-khoe]"), "utf-8"
    )
    done = run(listed, "topics", "check", str(other))

    assert (1, "") == (done.returncode, done.stdout)
    assert "topics.y-te is missing: feeds hang on it" in done.stderr


def test_labels_are_explained_by_their_words(listed: Path) -> None:
    """A given topic has a star; listed and learned words stand below it. A file does as well as a pipe."""
    file = listed.with_name("bai.txt")
    file.write_text(TEXT, encoding="utf-8")
    piped, read = run(listed, "topics", "explain", said=TEXT), run(listed, "topics", "explain", str(file))

    assert piped.stdout == read.stdout
    lines = piped.stdout.splitlines()
    assert lines[0].startswith("* phap-luat  ")
    assert "khởi tố 3.6" in lines[1]
    assert lines[2].startswith("    learned: +")


def test_doctor_tells_of_a_broken_list(listed: Path) -> None:
    """Who runs the installation learns why an edit is not in use."""
    listed.write_text("formulas = [", encoding="utf-8")
    (listed.parent / "data").mkdir()
    run(listed, "db", "upgrade")
    done = run(listed, "doctor")

    assert 1 == done.returncode
    [line] = [line for line in done.stdout.splitlines() if "topics: " in line]
    assert line.startswith("!!  topics: ")
    assert "is not TOML" in line
