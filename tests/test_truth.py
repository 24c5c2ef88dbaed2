"""The sample set comes out as its truth says: entries, stories, labels, dates, documents."""

import json
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Form, Given, Rights, Source, SourceId
from pipeline.places import resolve
from pipeline.reader import Reader
from pipeline.store import Connection, export, open_database, receipts, sources
from tests.store.tellings import drain

SAMPLES = Path(__file__).parents[1] / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text())
ARRIVAL = datetime(2026, 11, 21, 12, tzinfo=UTC)


def clock() -> datetime:
    """Stand still just after the newest sample."""
    return ARRIVAL


@dataclass(frozen=True, slots=True)
class Arrival:
    """One receipt to be."""

    source: Source
    form: Form
    body: bytes
    given: Given = field(default_factory=Given)


def receive(conn: Connection, one: Arrival) -> None:
    """Commit one receipt."""
    sources.ensure(conn, one.source)
    receipts.add(
        conn,
        source_id=one.source.source_id,
        form=one.form,
        content=receipts.pack(one.body),
        given=one.given,
        received_at=ARRIVAL,
    )


def registered() -> Iterator[tuple[Source, dict[str, Any]]]:
    """Yield every intake of the sample registry with its source."""
    for known in tomllib.loads((SAMPLES / "sources.toml").read_text())["source"]:
        source = Source(
            SourceId(known["id"]),
            known["name"],
            known["province"] or None,
            known["area"] or None,
            tuple(known["hosts"]),
            Rights(known["rights"]),
        )
        for intake in known.get("intake", []):
            yield source, intake


def arrivals() -> list[Arrival]:
    """Return every receipt of the sample set."""
    found: list[Arrival] = []
    for source, intake in registered():
        path = SAMPLES / intake["path"]
        if intake["kind"] == "feed":
            given = Given(url=f"https://{source.hosts[0]}/feed")
            found.append(Arrival(source, Form.FEED, path.read_bytes(), given))
        elif intake["kind"] == "folder":
            for file in sorted(path.iterdir()):
                form = Form.PAGE if file.suffix == ".html" else Form.TEXT
                found.append(Arrival(source, form, file.read_bytes(), Given(external_id=file.name)))
        else:
            pushes = [json.loads(file.read_text()) for file in sorted(path.glob("*.json"))]
            mine = [push["body"] for push in pushes if push["source"] == source.source_id]
            found += [Arrival(source, Form.PUSH, json.dumps(body).encode()) for body in mine]
    for line in (SAMPLES / "records.jsonl").read_text().splitlines():
        record = json.loads(line)
        province, area = resolve(record.get("province", ""))
        source = Source(SourceId(record["source"]), record["source"], province, area)
        found.append(Arrival(source, Form.RECORD, line.encode()))
    return found


def told(folder: Path, played: list[Arrival], batch: int) -> dict[str, dict[str, Any]]:
    """Receive in the given order, settling after each batch; return the export by external id."""
    db = open_database(f"sqlite:///{folder / 'tintinh.db'}")
    db.migrate()
    with Reader() as reader:
        for start in range(0, len(played), batch):
            with db.write() as conn:
                for one in played[start : start + batch]:
                    receive(conn, one)
            drain(db, reader, clock)
    with db.read() as conn:
        found = {line["external_id"]: line for line in export.lines(conn, text=True)}
    db.close()
    return found


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The export of the sample set by external id."""
    return told(tmp_path_factory.mktemp("truth"), arrivals(), batch=1_000)


@pytest.mark.parametrize(("seed", "batch"), [(1, 1_000), (2, 7), (3, 40)])
def test_arrival_does_not_matter(
    lines: dict[str, dict[str, Any]], tmp_path: Path, seed: int, batch: int
) -> None:
    """The whole set in another order and other batches exports the same lines, story ids apart (law 4)."""
    played = arrivals()
    random.Random(seed).shuffle(played)
    in_file = iter([one for one in arrivals() if one.form is Form.RECORD])  # lines of a file stay in order
    played = [next(in_file) if one.form is Form.RECORD else one for one in played]
    found = told(tmp_path, played, batch)

    def named(export: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        mates: dict[str | None, list[str]] = {}
        for external_id, line in export.items():
            mates.setdefault(line["story_id"], []).append(external_id)
        return {name: line | {"story_id": mates[line["story_id"]]} for name, line in export.items()}

    assert named(lines) == named(found)


def test_every_entry_is_there(lines: dict[str, dict[str, Any]]) -> None:
    """The export names exactly the ids of the truth."""
    assert set(TRUTH["entries"]) == set(lines)


def test_stories_are_the_truths(lines: dict[str, dict[str, Any]]) -> None:
    """Ids are in one story exactly where the truth says so, and the named lead leads."""
    homes: dict[str, set[str]] = {}
    for external_id, line in lines.items():
        if external_id not in TRUTH["withdrawn"]:
            homes.setdefault(line["story_id"], set()).add(external_id)
    expected = {frozenset(story) for story in TRUTH["stories"]}

    assert expected == {frozenset(names) for names in homes.values() if len(names) > 1}
    assert [] == [story[0] for story in TRUTH["stories"] if not lines[story[0]]["lead"]]


def test_look_alikes_are_apart(lines: dict[str, dict[str, Any]]) -> None:
    """No pair that must stay apart shares a story."""
    assert [] == [pair for pair in TRUTH["apart"] if lines[pair[0]]["story_id"] == lines[pair[1]]["story_id"]]


@pytest.mark.parametrize(
    "field", ["kind", "province", "area", "published", "title", "title_basis", "doc_numbers"]
)
def test_fields_are_the_truths(lines: dict[str, dict[str, Any]], field: str) -> None:
    """Each field that the truth names is what came out."""
    expected = {name: entry[field] for name, entry in TRUTH["entries"].items() if field in entry}

    assert expected == {name: lines[name][field] for name in expected}


def test_topics_are_accepted(lines: dict[str, dict[str, Any]]) -> None:
    """The first topic is one that a reader would accept, in at least nine of ten entries."""
    wanted = {name: entry["topics"] for name, entry in TRUTH["entries"].items() if entry.get("topics")}
    fine = [name for name, topics in wanted.items() if set(lines[name]["topics"][:1]) & set(topics)]

    assert len(fine) >= 0.9 * len(wanted), sorted(set(wanted) - set(fine))


def test_no_furniture_is_told(lines: dict[str, dict[str, Any]]) -> None:
    """No phrase of the pages around the articles is in any entry."""
    texts = {
        name: "\n".join((line["title"] or "", line["summary"], line["body"])) for name, line in lines.items()
    }

    assert [] == [
        (name, phrase) for name, text in texts.items() for phrase in TRUTH["forbidden_text"] if phrase in text
    ]
