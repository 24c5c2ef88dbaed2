"""Files handed in: each becomes the documents that are in it, and a bad one blocks nothing."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadInput
from pipeline.files import Handed, PassedOver, documents, paths, readmes, refusal
from pipeline.model import Form
from pipeline.record import LARGEST

LIMIT = 5_000_000
RSS = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>'
    b"<link>https://www.baomau.example/</link></channel></rss>"
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="https://cdn.example/a.atom"/>'
    b'<link href="https://baomau.example/"/></feed>'
)


def _handed(path: Path) -> list[Handed | PassedOver]:
    return list(documents(path, LIMIT))


def _one(path: Path) -> Handed:
    (found,) = _handed(path)
    assert isinstance(found, Handed)
    return found


@pytest.mark.parametrize(
    ("name", "body", "form"),
    [
        ("ban-tin.txt", "1. Tin đầu".encode(), Form.TEXT),
        ("ban-tin.md", b"<p>no page, a text</p>", Form.TEXT),
        ("bai.html", b"<p>fragment</p>", Form.PAGE),
        ("bai.htm", b"\xef\xbb\xbf<!doctype html><html></html>", Form.PAGE),
        ("kenh.rss", RSS, Form.FEED),
        ("kenh.xml", ATOM, Form.FEED),
        ("luu-tu-trinh-duyet.html", RSS, Form.FEED),
        ("trang.xml", b"<html><body>x</body></html>", Form.PAGE),
        ("khong-duoi", RSS, Form.FEED),
        ("khong-duoi", "Chỉ là văn bản".encode(), Form.TEXT),
        ("ban-tin.docx", b"PK\x03\x04 word/document.xml", Form.DOCX),
        ("ban-tin.pdf", b"%PDF-1.7 x", Form.PDF),
        ("ban-tin.doc", b"<html><body>x</body></html>", Form.PAGE),
        ("khong-duoi", b"\n%PDF-1.4 x", Form.PDF),
    ],
)
def test_form_is_told_by_name_and_bytes(tmp_path: Path, name: str, body: bytes, form: Form) -> None:
    """The ending says what a file is, unless its first bytes know better."""
    path = tmp_path / name
    path.write_bytes(body)

    found = _one(path)

    assert (form, body, name) == (found.form, found.body, found.given.external_id)


@pytest.mark.parametrize("body", [RSS, ATOM])
def test_a_feed_names_its_home(tmp_path: Path, body: bytes) -> None:
    """A feed's host is that of the site it belongs to, not of the address it is served from."""
    path = tmp_path / "kenh.xml"
    path.write_bytes(body)

    assert "baomau.example" == _one(path).host


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n\t",
        b"\xd0\xcf\x11\xe0\0\0",
        b"PK\x03\x04\0\0",
        b"PK\x03\x04 xl/book.xml",
        b"x" * (LIMIT + 1),
    ],
)
def test_what_is_no_document_is_passed_over_with_a_reason(tmp_path: Path, body: bytes) -> None:
    """Empty, binary and oversized files are named, not read."""
    path = tmp_path / "tep"
    path.write_bytes(body)
    (found,) = _handed(path)

    assert isinstance(found, PassedOver)
    assert str(path) == found.name
    assert found.reason


def test_an_object_that_is_no_record_is_passed_over(tmp_path: Path) -> None:
    """A configuration or a webhook's body beside the news is named; a record with a flaw is the reader's."""
    path = tmp_path / "tep.json"
    found = []
    for body in (b'{"source": "bao-a", "body": {"event": "x"}}', b'{"title": "x"}', b"{broken"):
        path.write_bytes(body)
        found += _handed(path)

    assert PassedOver(str(path), "is no record: it has neither id nor title") == found[0]
    assert [True, True] == [isinstance(one, Handed) for one in found[1:]]


def test_nothing_of_the_samples_is_quarantined() -> None:
    """Handed in as a folder, what is there for the webhook and for the tests is passed over by name."""
    samples = Path(__file__).parents[2] / "samples"
    over = [one for path in paths([samples]) for one in documents(path, LIMIT) if isinstance(one, PassedOver)]
    pushes = sorted(str(path) for path in (samples / "pushes").iterdir())

    assert sorted([*pushes, str(samples / "truth.json")]) == sorted(one.name for one in over)


def test_a_readme_in_a_folder_is_no_news(tmp_path: Path) -> None:
    """It is about the folder: left out and told of by name; who names it means it."""
    for name in ("README.md", "a/readme.vi.txt", "a/bai.txt", "a/.readme"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    named = tmp_path / "README.md"

    assert [tmp_path / "a/bai.txt"] == list(paths([tmp_path]))
    assert [named, tmp_path / "a/readme.vi.txt"] == list(readmes([tmp_path]))
    assert ([named], []) == (list(paths([named])), list(readmes([named])))
    assert "a README is about its folder" in refusal("a/README.md")


def test_each_line_of_a_jsonl_file_is_a_document(tmp_path: Path) -> None:
    """A line says whose it is; blank lines and a byte order mark are nothing, a bad line is the reader's."""
    path = tmp_path / "kho.jsonl"
    said = {
        "id": "1",
        "source": " bao-a ",
        "province": "Bến Tre",
        "url": "https://www.a.example/1",
        "title": "x",
    }
    lines = [b"\xef\xbb\xbf" + json.dumps(said).encode(), b"", b"{broken", b'["no object"]']
    path.write_bytes(b"\n".join(lines))
    found = [one for one in _handed(path) if isinstance(one, Handed)]

    assert [f"{path}:1", f"{path}:3", f"{path}:4"] == [one.name for one in found]
    assert ("bao-a", "Bến Tre", "a.example") == (found[0].source, found[0].province, found[0].host)
    assert b"{broken" == found[1].body


def test_a_line_without_end_costs_no_memory(tmp_path: Path) -> None:
    """A line over the limit is skipped to its end; the next one is read."""
    path = tmp_path / "kho.jsonl"
    path.write_bytes(b'{"id":"' + b"x" * LARGEST + b'"}\n{"id":"2","title":"y"}\n')
    first, second = _handed(path)

    assert isinstance(first, PassedOver)
    assert isinstance(second, Handed)
    assert f"{path}:2" == second.name


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    """A .gz is what is in it; a broken one is passed over after what could be read."""
    whole = tmp_path / "kho.jsonl.gz"
    whole.write_bytes(gzip.compress(b'{"id":"1","title":"x"}\n' * 3))
    broken = tmp_path / "hong.txt.gz"
    broken.write_bytes(gzip.compress(b"x" * 9_000)[:20])

    assert [Form.RECORD] * 3 == [one.form for one in _handed(whole) if isinstance(one, Handed)]
    assert [PassedOver] == [type(one) for one in _handed(broken)]


def test_a_json_file_is_one_record(tmp_path: Path) -> None:
    """An object is a record; a list is refused with the remedy."""
    one, many = tmp_path / "mot.json", tmp_path / "nhieu.json"
    one.write_bytes(b'{"id": "1", "title": "x", "source": "bao-a"}')
    many.write_bytes(b'[{"id": "1", "title": "x"}]')
    (refused,) = _handed(many)

    assert "bao-a" == _one(one).source
    assert isinstance(refused, PassedOver)
    assert ".jsonl" in refused.reason


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    """Files come by name; hidden ones and those that are not named as documents are left out."""
    for name in (
        "b.txt",
        "a/c.txt",
        ".hidden",
        ".git/x.txt",
        "luong.csv",
        "web.ini",
        "GHICHU",
        "a/anh.jpg.gz",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")

    assert [tmp_path / "a" / "c.txt", tmp_path / "b.txt"] == list(paths([tmp_path]))
    assert [tmp_path / "GHICHU"] == list(paths([tmp_path / "GHICHU"]))
    with pytest.raises(BadInput, match="no such file"):
        list(paths([tmp_path / "không có"]))


@given(
    body=st.binary(max_size=3_000),
    name=st.sampled_from(["x.xml", "x.html", "x.json", "x.gz", "x.jsonl", "x"]),
)
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, body: bytes, name: str) -> None:
    """Whatever is in a file, it is documents or reasons."""
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(body)

    assert all(isinstance(one, Handed | PassedOver) for one in _handed(path))


@given(lines=st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line)))
def test_no_line_is_lost(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    """Every line that says anything is a document, in order."""
    path = tmp_path_factory.mktemp("lines") / "x.jsonl"
    path.write_bytes(b"\n".join(lines))
    found = [one.body for one in _handed(path) if isinstance(one, Handed)]
    told = (line.removeprefix(b"\xef\xbb\xbf").strip() for line in lines)

    assert [line for line in told if line] == found
