"""A newsroom's list of topics: what is refused and where, and how an edit comes into use."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import topiclist
from pipeline.errors import BadInput

ROOT = Path(__file__).parents[2]
SHIPPED = topiclist.SHIPPED.read_text(encoding="utf-8")
SMALL = """formulas = ["kinh tế xã hội"]
[topics.cho-que]
name = "Chợ quê"
iptc = "20000210"
sure = ["chợ phiên"]
strong = ["chợ quê", "phiên chợ"]
words = ["hàng xén"]
"""
EXTRA = (
    '\n[topics.cho-que]\nname = "Chợ quê"\niptc = "20000999"\nsure = ["chợ phiên"]\nstrong = ["hàng xén"]\n'
)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The place of a newsroom's file."""
    return tmp_path / "chu-de.toml"


def refused(path: Path, text: str, must_have: tuple[str, ...] = ()) -> str:
    """Return why a list is refused."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as error:
        topiclist.load(path, must_have)
    assert str(path) == error.value.subject
    return error.value.message


def test_the_shipped_list_is_fine() -> None:
    """The list in use by default passes its own checks and has its learned words."""
    found = topiclist.load(topiclist.SHIPPED)

    assert 21 == len(found.topics)
    assert found.learned is not None
    assert set(found.learned.slugs) == {topic.slug for topic in found.topics}


def test_a_small_list_needs_little(written: Path) -> None:
    """Only name and code are required; without a model the lists stand alone."""
    written.write_text(f"﻿{SMALL}", encoding="utf-8")
    found = topiclist.load(written)

    assert [topiclist.Topic("cho-que", "Chợ quê", "20000210")] == [*found.topics]
    assert found.learned is None
    assert {("chợ", "phiên"): ("cho-que",)} == found.sure


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALL.replace("words =", "word ="), "line 7: topics.cho-que: unknown key 'word'"),
        (f"colour = 1\n{SMALL}", "line 1: unknown key 'colour'"),
        (SMALL.replace('"hàng xén"', '"Phiên  chợ"'), "7: topics.cho-que.words: 'Phiên  chợ' stands in"),
        (SMALL.replace('"hàng xén"', '"kinh tế – xã hội"'), "words: 'kinh tế – xã hội' is a formula"),
        (SMALL.replace('"hàng xén"', '"…"'), "7: topics.cho-que.words: '…' must have 1"),
        (SMALL.replace('["hàng xén"]', '"hàng xén"'), "topics.cho-que.words: must be a list of words"),
        (SMALL.replace('["hàng xén"]', "[1]"), "topics.cho-que.words: must be a list of words"),
        (SMALL.replace("20000210", "20000564"), "line 4: topics.cho-que: IPTC has retired 20000564; use"),
        (SMALL.replace("20000210", "2000021"), "'2000021' is no IPTC Media Topic"),
        (SMALL + EXTRA.replace("que", "moi").replace("20000999", "20000210"), "is topics.cho-que's already"),
        (SMALL.replace("cho-que", "Chợ"), "is not TOML"),
        (SMALL.replace("cho-que", "Cho-Que"), "a slug has small letters"),
        (SMALL.replace('"Chợ quê"', '""'), "topics.cho-que.name: must be a name"),
        (SMALL.replace("[topics.cho-que]", "[topics]"), "must be a table"),
        (SMALL.replace('["hàng xén"]', '["hàng xén"'), "is not TOML"),
        ("", "there must be 1 to 100 tables"),
        (f'model = "../../etc/passwd"\n{SMALL}', "must be the name of a file, without a folder"),
        (f'model = "khong-co.tsv"\n{SMALL}', "there is no file 'khong-co.tsv' beside it"),
        (f'model = "topics.toml"\n{SMALL}', "is no model of topics"),
        (f"x = {'[' * 5_000}", "too deeply"),
        (f'formulas = ["{"a" * 1_000_000}"]', "larger than"),
    ],
)  # fmt: skip
def test_a_wrong_list_is_refused_with_the_place(written: Path, text: str, said: str) -> None:
    """Each mistake is named with what and where."""
    if "model = " in text:
        written.write_text(text, encoding="utf-8")
        with pytest.raises(BadInput, match=said.replace("(", r"\(")):
            topiclist.load(written)
        return

    assert said in refused(written, text)


def test_every_problem_is_told_at_once(written: Path) -> None:
    """Whoever edits mends all mistakes in one go."""
    text = SMALL.replace("words =", "word =").replace("20000210", "1")

    said = refused(written, text)
    assert "unknown key 'word'" in said
    assert "'1' is no IPTC Media Topic" in said


def test_a_topic_that_feeds_hang_on_must_stay(written: Path) -> None:
    """Its table may be empty, but not gone."""
    assert "topics.y-te is missing" in refused(written, SMALL, ("y-te", "cho-que"))

    written.write_text(f'{SMALL}\n[topics.y-te]\nname = "Y tế"\niptc = "07000000"\n', encoding="utf-8")
    topiclist.load(written, ("y-te", "cho-que"))


def test_a_topic_may_end_if_the_list_says_how(written: Path) -> None:
    """A slug of before is accounted for by [retired] or by the topic that carries it on."""
    text = SMALL.replace("sure =", 'formerly = ["cho-phien"]\nsure =') + '\n[retired]\ny-te = "Y tế"\n'
    written.write_text(text, encoding="utf-8")
    found = topiclist.load(written, ("y-te", "cho-que", "cho-phien"), ("y-te",))

    assert ({"y-te": "Y tế"}, {"cho-phien": "cho-que"}) == (found.retired, found.formerly)
    assert {"y-te", "cho-phien"} == found.ended


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[retired]\ncho-que = "Chợ"', "line 2: retired: 'cho-que' is a topic of this list"),
        ("[retired]\ncho-cu = 1", "must be a table [retired] of slugs and names"),
        ('[retired]\nCho = "Chợ"', "small letters a-z, digits and hyphens, 'Cho' has others"),
        ('formerly = "cho-cu"', "topics.cho-que.formerly: must be a list of slugs"),
        ('formerly = ["cho-que"]', "topics.cho-que.formerly: 'cho-que' is a topic"),
        ('formerly = ["a"]\n[retired]\na = "A"', "topics.cho-que.formerly: 'a' stands in retired already"),
    ],
)
def test_a_wrong_ending_is_refused(written: Path, more: str, said: str) -> None:
    """What ended is no topic, stands once, and has a name or a successor."""
    assert said in refused(written, f"{SMALL}{more}\n")


def test_a_slug_that_ended_is_never_used_again(written: Path) -> None:
    """Its readers were told for good that the channel is gone or has moved."""
    written.write_text(SMALL, encoding="utf-8")
    with pytest.raises(BadInput, match=r"line 2: topics\.cho-que: this slug ended and is never used again"):
        topiclist.load(written, (), ("cho-que",))


def test_a_file_that_is_no_text_is_refused(written: Path) -> None:
    """A missing file, a folder, bytes of another encoding."""
    with pytest.raises(BadInput, match="cannot be read"):
        topiclist.load(written)
    with pytest.raises(BadInput, match="cannot be read"):
        topiclist.load(written.parent)
    written.write_bytes(SMALL.encode("utf-16"))
    with pytest.raises(BadInput, match="is not UTF-8"):
        topiclist.load(written)


@given(st.lists(st.one_of(st.text(max_size=40), st.sampled_from(SMALL.splitlines())), max_size=12))
def test_any_text_is_a_list_or_refused(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    """Nothing but BadInput comes of a broken file."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    with suppress(BadInput):
        topiclist.load(path)


def ran(script: str, data: Path, listed: Path) -> list[object]:
    """Run a script as a process of an installation, and return the JSON lines that it prints."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TINTINH_")}
    environ |= {"TINTINH_DATA": str(data), "TINTINH_TOPICS": str(listed), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, cwd=data, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


EDITS = """
import json
from pathlib import Path
from feeds.channel import channel
from pipeline import topiclist, topics
from pipeline.config import settings

path = settings().topics
good = path.read_text(encoding="utf-8")
def tell():
    feed = channel("topic/cho-que")
    labels = topics.label("Chợ phiên vùng cao", "Bà con bán hàng xén.")
    print(json.dumps([labels, bool(feed), topiclist.problem()]))
tell()
path.write_text(good + {extra!r}, encoding="utf-8")
tell()
path.write_text(good + {extra!r} + "strong = []", encoding="utf-8")
tell()
path.write_text(good, encoding="utf-8")
tell()
path.unlink()
tell()
path.write_text(good + {extra!r} + "# sửa", encoding="utf-8")
tell()
"""


def test_an_edit_is_in_use_at_once_and_a_broken_one_is_not(tmp_path: Path, written: Path) -> None:
    """A new topic gets texts and a feed; a broken file, or one without it, leaves the last good one."""
    written.write_text(SHIPPED, encoding="utf-8")
    before, added, broken, missing, gone, mended = ran(EDITS.format(extra=EXTRA), tmp_path, written)

    assert [False, ""] == before[1:]  # type: ignore[index]
    assert [["cho-que"], True, ""] == [[one for one in added[0] if one == "cho-que"], *added[1:]]  # type: ignore[index]
    assert added[:2] == broken[:2]  # type: ignore[index]
    assert "is not TOML" in broken[2]  # type: ignore[index]
    assert added[:2] == missing[:2]  # type: ignore[index]
    assert "topics.cho-que is missing" in missing[2]  # type: ignore[index]
    assert "cannot be read" in gone[2]  # type: ignore[index]
    assert added == mended


ENDINGS = """
import json
from feeds.channel import channel
from pipeline import topiclist
from pipeline.config import settings

path = settings().topics
good = path.read_text(encoding="utf-8")
def tell():
    print(json.dumps([bool(channel("topic/cho-que")), sorted(topiclist.ended()), topiclist.problem()]))
path.write_text(good + {extra!r}, encoding="utf-8")
tell()
path.write_text(good + '[retired]\\ncho-que = "Chợ quê"', encoding="utf-8")
tell()
path.write_text(good, encoding="utf-8")
tell()
path.write_text(good + {extra!r} + "# lại", encoding="utf-8")
tell()
"""


def test_an_ending_is_remembered(tmp_path: Path, written: Path) -> None:
    """A list that forgets what ended, or uses its slug again, is refused, by other processes too."""
    written.write_text(SHIPPED, encoding="utf-8")
    there, over, forgotten, again = ran(ENDINGS.format(extra=EXTRA), tmp_path, written)
    [later] = ran(ENDINGS.partition("path.write_text")[0] + "tell()", tmp_path, written)

    assert [True, [], ""] == there
    assert [False, ["cho-que"], ""] == over
    assert "topics.cho-que is missing" in forgotten[2]  # type: ignore[index]
    assert "never used again" in again[2]  # type: ignore[index]
    assert again == later


def test_a_process_that_starts_while_the_file_is_broken_uses_the_last_good_one(
    tmp_path: Path, written: Path
) -> None:
    """No feed vanishes because a worker was restarted at the wrong moment."""
    tell = (
        "import json\nfrom pipeline import topiclist, topics\n"
        "print(json.dumps([len(topics.topics()), topiclist.problem()]))\n"
    )
    written.write_text(SHIPPED + EXTRA, encoding="utf-8")
    first = ran(tell, tmp_path, written)
    written.write_text(SHIPPED + EXTRA + "!", encoding="utf-8")
    [(count, problem)] = ran(tell, tmp_path, written)  # type: ignore[misc]

    assert [[22, ""]] == first
    assert 22 == count  # type: ignore[has-type]
    assert "is not TOML" in problem  # type: ignore[has-type]


READERS = """
import json
from datetime import UTC, datetime
from pipeline.config import settings
from pipeline.model import Document, Form, Source, SourceId
from pipeline.reader import Reader

body = json.dumps({{"id": "1", "title": "Chợ phiên vùng cao", "body": "Bà con bán hàng xén ở chợ."}}).encode()
document = Document(Source(SourceId("x"), "X"), Form.RECORD, body, datetime(2026, 9, 1, tzinfo=UTC))
with Reader() as reader:
    for more in ("", {extra!r}):
        path = settings().topics
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
        print(json.dumps([*reader.read(document).drafts[0].topics]))
"""


def test_a_reader_process_follows_an_edit(tmp_path: Path, written: Path) -> None:
    """The child that reads documents knows the newsroom's file, and reads it again without a restart."""
    written.write_text(SHIPPED, encoding="utf-8")
    before, after = ran(READERS.format(extra=EXTRA), tmp_path, written)

    assert "cho-que" not in before  # type: ignore[operator]
    assert "cho-que" in after  # type: ignore[operator]
