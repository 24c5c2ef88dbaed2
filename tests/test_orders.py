"""Law 4 on documents: every order of arrival, doubled or not, gives the same entries and stories."""

import shutil
from collections.abc import Iterable
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Document, Form, Given, Parsed, Source, SourceId
from pipeline.parse import parse
from pipeline.store import Database, export, open_database, receipts, sources
from tests.store.tellings import NOW, clock, drain

SAMPLES = Path(__file__).parents[1] / "samples"
HERE = Source(SourceId("local"), "Tệp trên máy")


@lru_cache(maxsize=64)
def parsed(document: Document) -> Parsed:
    """Parse each document once for all orders."""
    return parse(document)


class Cached:
    """A reader that remembers."""

    def read(self, document: Document) -> Parsed:
        """Return the drafts of a document."""
        return parsed(document)


def told(db: Database, files: Iterable[Path], *, batches: bool) -> list[dict[str, Any]]:
    """Receive files in the given order (settling after each one, or once) and return the export.

    Story ids are history, so each is replaced by the names of the entries that share it.
    """
    with db.write() as conn:
        sources.ensure(conn, HERE)
    for path in files:
        form = Form.PAGE if path.suffix == ".html" else Form.TEXT
        with db.write() as conn:
            receipts.add(
                conn,
                source_id=HERE.source_id,
                form=form,
                content=receipts.pack(path.read_bytes()),
                given=Given(external_id=path.name),
                received_at=NOW,
            )
        if not batches:
            drain(db, Cached(), clock)
    drain(db, Cached(), clock)
    with db.read() as conn:
        lines = list(export.lines(conn, text=True))
    mates: dict[str, list[str]] = {}
    for line in lines:
        mates.setdefault(line["story_id"], []).append(line["external_id"])
    return [line | {"story_id": mates[line["story_id"]]} for line in lines]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("empty") / "tintinh.db"
    db = open_database(f"sqlite:///{path}")
    db.migrate()
    db.close()
    return path


def sample_files() -> list[Path]:
    """Return a bulletin, an article and a copy that it excerpts, and two look-alikes."""
    names = (
        "ban-tin-2026-11-17.txt",
        "de-bao-thu-dong.txt",
        "dong-thap-ho-so-truc-tuyen.txt",
        "tiem-vac-xin-cum-2026-11-15.txt",
        "tiem-vac-xin-cum-2026-11-18.txt",
    )
    return [next(SAMPLES.rglob(name)) for name in names]


def five(folder: Path) -> list[Path]:
    """Return the first five documents of a folder."""
    return sorted(path for path in folder.iterdir() if path.suffix in (".txt", ".md", ".html"))[:5]


@pytest.mark.parametrize("folder", ["samples", "extra"])
def test_every_order_tells_the_same(
    folder: str, empty: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Orders of five documents, settled one by one, export the same lines: 24, all 120 with `--long`."""
    files = sample_files() if folder == "samples" else five(request.getfixturevalue("extra_samples"))
    expected: list[dict[str, Any]] | None = None
    step = 1 if request.config.getoption("--long") else 5
    for number, order in enumerate(list(permutations(files))[::step]):
        copy = tmp_path / f"{number}.db"
        shutil.copy(empty, copy)
        db = open_database(f"sqlite:///{copy}")
        found = told(db, order, batches=False)
        db.close()
        copy.unlink()
        expected = expected or found
        assert expected == found, [path.name for path in order]


@pytest.mark.parametrize("folder", ["samples", "extra"])
def test_batches_and_doubles_tell_the_same(folder: str, db: Database, request: pytest.FixtureRequest) -> None:
    """Doubled files, settled at once on either database, add nothing but their receipts."""
    files = sample_files() if folder == "samples" else five(request.getfixturevalue("extra_samples"))
    single = told(db, files, batches=False)

    assert single == told(db, [*reversed(files), *files], batches=True)


def test_the_seeds(db: Database, extra_samples: Path) -> None:
    """The five documents that this project began with come out as an editor would tell them."""
    files = five(extra_samples)
    if not files or not files[0].name.startswith("000_"):
        pytest.skip("other documents than the first five")
    lines = {
        line["external_id"][:3] + line["external_id"][-2:]: line for line in told(db, files, batches=True)
    }
    one, two, article = lines["000#1"], lines["000#2"], lines["001xt"]

    assert 6 == len(lines)
    assert 5 == len({tuple(line["story_id"]) for line in lines.values()})
    assert one["story_id"] == article["story_id"]
    assert (True, False) == (article["lead"], one["lead"])
    assert "JOINS" == one["decision"]["verdict"]
    assert [
        ("dong-thap", "dong-thap", "2023-01-31", "bulletin"),
        ("dong-thap", "dong-thap", "2023-01-31", "bulletin"),
        ("dong-thap", "dong-thap", "2023-01-31", "inferred"),
        ("vinh-long", "ben-tre", "2023-01-31T17:05:00+07:00", "header"),
        ("da-nang", "quang-nam", "2024-01-02", "inferred"),
        ("an-giang", "kien-giang", "2021-05-04", "header"),
    ] == [
        (line["province"], line["area"], line["published"], line["published_basis"])
        for line in (one, two, article, lines["002xt"], lines["003xt"], lines["004xt"])
    ]
    assert ["01/CT-UBND", "73/2023/NĐ-CP", "658/QĐ-UBND"] == lines["003xt"]["doc_numbers"]
    assert (["90/KH-UBND"], "inferred") == (lines["004xt"]["doc_numbers"], lines["004xt"]["title_basis"])
    text = " ".join(line["title"] + line["summary"] + line["body"] for line in lines.values())
    for furniture in (
        "Ý kiến",
        "Danh mục chính",
        "null ",
        "Chia sẻ bài viết",
        "Trụ sở",
        "Xuất bản thông tin",
    ):
        assert furniture not in text
