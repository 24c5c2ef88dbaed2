"""An editor at the command line: why, words about entries, and the pairs that wait for one."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from pipeline.model import EntryId
from pipeline.store import open_database, stories, words
from pipeline.store.schema import edge
from tests.cli.test_commands import run
from tests.store.tellings import draft, send, settled

pytestmark = pytest.mark.early

BODY = (
    "Sáng nay cầu Rạch Vong nối hai bờ sông Hàm Luông được thông xe sau hai mươi sáu tháng thi công liên tục."
)
OTHER = "Trạm y tế xã Tân Phú khám miễn phí cho ba trăm người cao tuổi trong hai ngày cuối tuần vừa qua."
ONE, COPY, ELSE = (f"https://baomau.example/{number}" for number in (1, 2, 3))

Ask = Callable[..., CompletedProcess[str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with an article, its copy, and something else that waits for a word."""
    folder = tmp_path / "data"
    db = open_database(f"sqlite:///{folder / 'tintinh.db'}")
    db.migrate()
    title = "Thông xe cầu Rạch Vong"
    send(db, draft("1", title, BODY, url=ONE, canonical_url=ONE))
    send(db, draft("2", title, BODY, url=COPY, canonical_url=COPY))
    send(db, draft("3", "Khám miễn phí ở Tân Phú", OTHER, url=ELSE, canonical_url=ELSE))
    settled(db)
    with db.write() as conn:
        a, b = sorted(words.named(conn, url) for url in (ONE, ELSE))
        values = {"relation": "review", "score": 0.5, "because": "gần giống", "rules": 9}
        conn.execute(edge.insert().values(a=a, b=b, **values))
    db.close()
    return folder


@pytest.fixture
def ask(data: Path) -> Ask:
    """Run a command on that folder, without a search engine."""
    return lambda *said: run(data, *said, TINTINH_MEILISEARCH_BIN=str(data / "none"))


def ids(data: Path) -> dict[str, EntryId]:
    """Return the entries by their URLs."""
    db = open_database(f"sqlite:///{data / 'tintinh.db'}")
    with db.read() as conn:
        found = {url: words.named(conn, url) for url in (ONE, COPY, ELSE)}
    db.close()
    return found


def lines(done: CompletedProcess[str]) -> list[dict[str, Any]]:
    """Return the JSON lines that a command printed."""
    assert 0 == done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_why_tells_decisions_edges_and_words(data: Path, ask: Ask) -> None:
    """By the id of any of its entries: a line a telling, with score, reason and version of the rules."""
    told = lines(ask("story", "why", ids(data)[COPY]))
    (joined,) = [one for one in told[1]["edges"] if one["relation"] == "join"]

    assert ["NEW", "REPEATS"] == [one["decision"]["verdict"] for one in told]
    assert told[0]["entry_id"] == joined["other"]
    assert {"other", "relation", "score", "because", "rules"} == set(joined)
    assert told == lines(ask("story", "why", told[0]["story_id"]))
    assert [[], []] == [one["words"] for one in told]


def test_why_explains_a_pair_by_the_rules_of_now(ask: Ask) -> None:
    """Two URLs: what the rules say, what is stored, what the texts share and what only one has."""
    done = ask("story", "why", ONE, "--other", ELSE)
    told = json.loads(done.stdout)

    assert {"one", "other", "now", "stored", "features", "words"} == set(told)
    assert told["now"]["relation"] != "join"
    assert ("review", 0.5, 9) == tuple(told["stored"][name] for name in ("relation", "score", "rules"))
    assert ([0.0, 0.0], 0) == (told["features"]["shared"], told["features"]["days_apart"])
    assert "Rạch Vong" in told["features"]["only"][0]


@pytest.mark.long
def test_words_are_said_and_taken_back(data: Path, ask: Ask) -> None:
    """Apart, split, merge and undo each are applied at once and outlive the next."""
    known = ids(data)

    def together() -> list[int]:
        stories = {one: lines(ask("story", "why", one))[0]["story_id"] for one in known.values()}
        return sorted(list(stories.values()).count(story) for story in set(stories.values()))

    shapes = [together()]
    for said in (("apart", COPY, ONE), ("merge", ELSE, ONE), ("split", known[ELSE]), ("merge", ONE, COPY)):
        done = ask("story", *said)
        assert 0 == done.returncode, done.stderr
        shapes.append(together())
    last = max(word["word_id"] for word in lines(ask("story", "why", known[ONE]))[0]["words"])
    assert 0 == ask("story", "undo", str(last)).returncode
    shapes.append(together())

    assert [[1, 2], [1, 1, 1], [1, 2], [1, 1, 1], [1, 2], [1, 1, 1]] == shapes
    assert 1 == ask("story", "undo", str(last)).returncode


def test_the_review_list_is_json_lines(data: Path, ask: Ask) -> None:
    """What waits, for a day or at all; a word takes it off; decisions are listed by their day."""
    (pair,) = lines(ask("review"))
    days = [lines(ask("review", "--day", day)) for day in ("2026-11-20", "2026-11-19")]
    (joined,) = lines(ask("review", "--decided", "--day", "2026-11-20"))

    assert {ids(data)[ONE], ids(data)[ELSE]} == {pair["one"]["entry_id"], pair["other"]["entry_id"]}
    assert (0.5, "gần giống", []) == (pair["score"], pair["because"], pair["words"])
    assert [[pair], []] == days
    assert {ids(data)[ONE], ids(data)[COPY]} == {joined["one"]["entry_id"], joined["other"]["entry_id"]}
    assert 0 == ask("story", "apart", ONE, ELSE).returncode
    assert [] == lines(ask("review"))


@pytest.mark.parametrize(
    "said",
    [
        ("story", "apart", ONE, ONE),
        ("story", "merge", ONE, "https://nobody.example/1"),
        ("story", "why", "s0"),
        ("story", "why", ONE, "--other", "e0"),
        ("story", "undo", "99"),
        ("review", "--day", "9999-12-31"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(ask: Ask, said: tuple[str, ...]) -> None:
    """Nothing on stdout, one line on stderr, exit code 1."""
    done = ask(*said)

    assert (1, "", 1) == (done.returncode, done.stdout, len(done.stderr.strip().splitlines()))


def test_evidence_is_written_to_a_file_and_who_took_it_down(data: Path, ask: Ask, tmp_path: Path) -> None:
    """The zip is what its printed hash says, a second one is the same; who took it is told, newest first."""
    db = open_database(f"sqlite:///{data / 'tintinh.db'}")
    with db.read() as conn:
        story_id = next(one.story_id for one in stories.page(conn, None, 9) if len(one.face.tellings) == 2)
    db.close()
    file = tmp_path / "ho-so.zip"
    [made] = lines(ask("story", "evidence", story_id, "-o", str(file)))
    [again] = lines(ask("story", "evidence", story_id, "-o", str(file)))
    log = lines(ask("story", "evidence", story_id, "--log"))
    missing = ask("story", "evidence", "s00000000000000000000", "-o", str(tmp_path / "no.zip"))

    assert hashlib.sha256(file.read_bytes()).hexdigest() == made["sha256"] == again["sha256"]
    assert [(made["sha256"], made["size"])] * 2 == [(one["sha256"], one["size"]) for one in log]
    assert (1, "there is no such story") == (missing.returncode, missing.stderr.strip().rpartition(": ")[2])
    assert ["ho-so.zip"] == sorted(one.name for one in tmp_path.glob("*.zip"))
