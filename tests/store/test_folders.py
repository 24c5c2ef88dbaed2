"""Watched folders: what is taken, once, whole, and from inside alone."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from unicodedata import normalize

import pytest

from pipeline import registry
from pipeline.config import Settings
from pipeline.errors import BadInput
from pipeline.folders import look
from pipeline.model import Form
from pipeline.store import Database, doors, export, intakes, receipts, sources
from pipeline.store.doors import FileState
from pipeline.store.receipts import Receipt
from tests.store.parsing import Parsing
from tests.store.tellings import NOW, PAPER, drain

NOTICE = "Thông báo nghỉ lễ\n\nỦy ban nhân dân xã thông báo lịch nghỉ lễ tới toàn thể bà con trong xã.\n"
NEWS = (
    "Xã Bình Hòa khánh thành cầu mới\n\nSáng 20/11/2026, Ủy ban nhân dân xã khánh thành cây cầu bắc qua "
    "kênh Ông Kèo, vốn đầu tư 1 tỷ đồng do người dân và các nhà hảo tâm đóng góp.\n\nCây cầu giúp hàng trăm "
    "hộ dân hai bên bờ đi lại thuận tiện, nhất là học sinh trong mùa mưa.\n"
)
OTHER_NEWS = (
    "Tập huấn kỹ thuật trồng bưởi da xanh\n\nNgày 20/11/2026, trạm khuyến nông mở lớp tập huấn cho bốn mươi "
    "nhà vườn về cách bón phân hữu cơ và phòng trừ sâu đục trái, với kinh phí từ chương trình mục tiêu.\n"
)
Look = Callable[[], bool]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder."""
    made = tmp_path / "bản tin"
    made.mkdir()
    return made


@pytest.fixture
def look_in(db: Database, folder: Path, tmp_path: Path) -> Look:
    """Look into the folder of a source once more, a minute later each time."""
    with db.write() as conn:
        sources.ensure(conn, PAPER)
        door = intakes.add(conn, PAPER.source_id, "folder", str(folder), next_due=NOW)
    moment = [NOW]

    def clock() -> datetime:
        return moment[0]

    def look_in() -> bool:
        moment[0] += timedelta(minutes=1)
        with db.write() as conn:
            claimed = doors.claim(conn, door, clock(), 60)
        if claimed is None:
            return False
        return look(db, claimed, Settings(data=tmp_path / "data", fetch_max_bytes=100_000), clock)

    return look_in


def taken(db: Database) -> list[Receipt]:
    """Return the receipts that wait to be read."""
    with db.write() as conn:
        return receipts.claim(conn, NOW, 1, 100)


def state(db: Database) -> dict[str, FileState]:
    """Return what became of each file."""
    with db.read() as conn:
        return {name: one.state for name, one in doors.files(conn, 1).items()}


def test_a_file_is_taken_once_when_it_rests(db: Database, folder: Path, look_in: Look) -> None:
    """Two looks that see the same take it; further ones do not; the file stays as it was."""
    file = folder / "thông báo.txt"
    file.write_text(NOTICE)
    before = file.stat()

    assert [False, True, False, False] == [look_in() for _ in range(4)]
    (made,) = taken(db)
    assert (Form.TEXT, "thông báo.txt", 1) == (made.form, made.given.external_id, made.intake_id)
    assert (NOTICE, before.st_mtime_ns) == (file.read_text(), file.stat().st_mtime_ns)


def test_a_file_that_grows_waits(db: Database, folder: Path, look_in: Look) -> None:
    """What is still written to is not taken; what is changed later is taken again."""
    file = folder / "a.txt"
    for part in range(1, 4):
        file.write_text(NOTICE * part)
        assert not look_in()
    assert look_in()
    os.utime(file, ns=(1, 1))
    assert [False, False] == [look_in(), look_in()]  # the same bytes
    file.write_text(NOTICE.replace("nghỉ lễ", "nghỉ Tết"))
    assert [False, True] == [look_in(), look_in()]

    assert 2 == len(taken(db))


def test_all_forms_and_names(db: Database, folder: Path, look_in: Look) -> None:
    """Subfolders, decomposed names and lines of records; unfinished and hidden files are left."""
    (folder / "tháng 11").mkdir()
    (folder / "tháng 11" / normalize("NFD", "Bản tin số 5.md")).write_text(NOTICE)
    (folder / "a.html").write_text(f"<html><body><h1>Tin</h1><p>{NOTICE}</p></body></html>")
    (folder / "b.jsonl").write_text('{"id": "1", "title": "Một"}\n{"id": "2", "title": "Hai"}\n')
    for name in (".a.txt", "~$a.docx", "a.txt.part", "a.tmp", "a.txt~", "Thumbs.db"):
        (folder / name).write_text(NOTICE)
    look_in()
    look_in()

    found = [(one.form, one.given.external_id) for one in taken(db)]
    assert {
        (Form.TEXT, "tháng 11/Bản tin số 5.md"),
        (Form.PAGE, "a.html"),
        (Form.RECORD, ""),
    } == set(found)
    assert 4 == len(found)


def test_nothing_outside_is_read(db: Database, folder: Path, tmp_path: Path, look_in: Look) -> None:
    """Links to files and folders, and what is no file, are as if they were not there."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text(NOTICE)
    (folder / "link.txt").symlink_to(outside / "secret.txt")
    (folder / "folder").symlink_to(outside)
    os.mkfifo(folder / "pipe.txt")

    assert [False] * 3 == [look_in() for _ in range(3)]
    assert ({}, []) == (state(db), taken(db))


def test_what_is_no_document_is_said_once(db: Database, folder: Path, look_in: Look) -> None:
    """Empty, too large, of no known form: passed over with the reason, and not tried again."""
    (folder / "empty.txt").touch()
    (folder / "large.txt").write_text("x" * 200_000)
    (folder / "archive.zip").write_bytes(b"PK\x03\x04" + b"\0" * 100)
    (folder / "broken.txt.gz").write_bytes(b"\x1f\x8b\x08\0nonsense")
    (folder / "good.txt").write_text(NOTICE)
    for _ in range(3):
        look_in()

    assert {FileState.PASSED_OVER} == {kept for name, kept in state(db).items() if name != "good.txt"}
    assert 1 == len(taken(db))
    with db.read() as conn:
        reasons = {one.name: one.reason for one in doors.passed_over(conn, 1, 10)}
    assert {"empty.txt", "large.txt", "archive.zip", "broken.txt.gz"} == set(reasons)
    assert "larger than 100000 bytes" == reasons["large.txt"]


def test_only_what_is_named_as_a_document_is_opened(db: Database, folder: Path, look_in: Look) -> None:
    """Settings, logs, tables, files without an ending: they are said once and never published."""
    names = ("web.ini", "scan.log", "luong.csv", "GHICHU", "anh.jpg", "bản tin.doc", "luong.csv.gz", "a.py")
    for name in names:
        (folder / name).write_text(NEWS)
    (folder / "TIN.TXT").write_text(NEWS)
    for _ in range(3):
        look_in()

    assert ["TIN.TXT"] == [one.given.external_id for one in taken(db)]
    with db.read() as conn:
        reasons = {one.name: one.reason for one in doors.passed_over(conn, 1, 20)}
    assert set(names) == set(reasons)
    assert reasons["luong.csv"].startswith("not taken")
    assert "docx" in reasons["bản tin.doc"]


def test_a_folder_that_is_away_is_waited_for(db: Database, folder: Path, look_in: Look) -> None:
    """The reason is kept; when the folder is back, what was taken before is not taken again."""
    (folder / "a.txt").write_text(NOTICE)
    assert [False, True] == [look_in(), look_in()]
    folder.rename(folder.with_name("away"))
    assert not look_in()
    with db.read() as conn:
        door = intakes.get(conn, 1)
    assert door is not None
    assert (1, True) == (door.failures, "cannot be read" in door.error)
    folder.with_name("away").rename(folder)
    for _ in range(5):
        look_in()

    assert 1 == len(taken(db))


def test_files_that_go_are_forgotten_but_not_withdrawn(db: Database, folder: Path, look_in: Look) -> None:
    """Somebody tidies the folder: what was told stays; the same file put back is known."""
    (folder / "a.txt").write_text(NOTICE)
    look_in()
    look_in()
    (folder / "a.txt").unlink()
    look_in()
    assert {} == state(db)
    (folder / "a.txt").write_text(NOTICE)

    assert [False, False] == [look_in(), look_in()]
    assert {"a.txt": FileState.TAKEN} == state(db)


def test_our_own_data_folder_is_not_watched(db: Database, tmp_path: Path, folder: Path) -> None:
    """Keys and published files are nobody's news, whichever way they are reached."""
    (folder / "data").mkdir()
    (folder / "within").symlink_to(folder / "data")
    chosen = Settings(data=folder / "data")
    for number, path in enumerate((folder, folder / "data", folder / "within", Path("relative"), tmp_path)):
        with db.write() as conn:
            sources.ensure(conn, PAPER)
            intakes.add(conn, PAPER.source_id, "folder", str(path), next_due=NOW)
        with db.write() as conn:
            claimed = doors.claim(conn, number + 1, NOW, 60)
        assert claimed is not None
        look(db, claimed, chosen, lambda: NOW)
        with db.read() as conn:
            door = intakes.get(conn, number + 1)
        assert door is not None
        assert "folder" in door.error


def test_a_read_only_folder_will_do(db: Database, folder: Path, look_in: Look) -> None:
    """Nothing is ever written to a folder, so it need not be writable."""
    (folder / "a.txt").write_text(NOTICE)
    folder.chmod(0o555)
    look_in()

    assert look_in()
    folder.chmod(0o755)
    assert ["a.txt"] == [path.name for path in folder.iterdir()]
    assert 1 == len(taken(db))


@pytest.mark.parametrize(
    ("change", "entries_after"),
    [
        (("1 tỷ đồng", "2 tỷ đồng"), 1),  # a figure is mended
        (("20/11/2026", "19/11/2026"), 2),  # another day: the next edition under the same name
        (("20/11/2026", "20/11/2026 vừa qua"), 1),
        ((NEWS, OTHER_NEWS), 2),
    ],
)
def test_a_changed_file_is_a_revision(
    db: Database, folder: Path, look_in: Look, change: tuple[str, str], entries_after: int
) -> None:
    """A file whose text is mended tells the same thing anew; one that is written over tells another."""
    file = folder / "tin.txt"
    for text in (NEWS, NEWS.replace(*change)):
        file.write_text(text)
        look_in()
        assert look_in()
        drain(db, Parsing(), lambda: NOW)

    with db.read() as conn:
        told = list(export.lines(conn))
    assert entries_after == len({line["entry_id"] for line in told})


def test_a_page_cannot_have_a_folder_watched(db: Database, folder: Path) -> None:
    """A list that is uploaded opens no new folder; the command line does, and a list may repeat it then."""
    told = registry.load(f"[[source]]\nid = 'xa'\n[[source.intake]]\nkind = 'folder'\nurl = '{folder}'\n")
    with pytest.raises(BadInput, match="only if this machine's owner"), db.write() as conn:
        registry.save(conn, told, NOW)
    with db.write() as conn:
        registry.save(conn, told, NOW, new_folders=True)
        registry.save(conn, told, NOW)
        assert [1] == doors.due(conn, NOW, 10)
        assert told == registry.stored(conn)
