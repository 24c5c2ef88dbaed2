"""Hostile documents, each through the reader process with the limits that it has in service."""

import gzip
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import Unreadable
from pipeline.model import Document, Form, Given, Source, SourceId
from pipeline.reader import Reader

SOURCE = Source(SourceId("bao"), "Báo Sông Quê", "dong-thap")
TITLE = "<title>Tin số một trong ngày</title>"
ROOT = "<rss version='2.0'>"
LAUGHS = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
SUBSET = '<!ENTITY a "b">'
MANY = " ".join(f"a{number}='1'" for number in range(90_000))
TABLE = "<p>Đoạn <b>văn dài</p>" + "chữ nghĩa " * 80 + "<br>"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """A reader as workers have it."""
    with Reader() as reader:
        yield reader


def rss(*items: str, prolog: str = "", root: str = ROOT, head: str = "") -> bytes:
    """Return a feed of items."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f"{prolog}{root}<channel>{head}{inner}</channel></rss>".encode()[:5_000_000]


def described(text: str) -> bytes:
    """Return a feed of one item with a description."""
    return rss(f"{TITLE}<description>{text}</description>")


def document(body: bytes, form: Form = Form.FEED) -> Document:
    """Return a document."""
    return Document(
        SOURCE, form, body, datetime(2026, 3, 14, tzinfo=UTC), Given(url="https://bao.example/rss")
    )


READ = {
    "an entity bomb": rss(f"{TITLE}<description>&l9;</description>", prolog=f"<!DOCTYPE x [{LAUGHS}]>"),
    "a quadratic entity": rss(
        f"{TITLE}<description>{'&a;' * 50_000}</description>",
        prolog=f"<!DOCTYPE x [<!ENTITY a '{'x' * 50_000}'>]>",
    ),
    "an internal subset of 3 MB": rss(TITLE, prolog=f"<!DOCTYPE x [{SUBSET * 200_000}]>"),
    "an author of 900 KB": rss(f"{TITLE}<author>a@{'a.' * 450_000}!</author>"),
    "an editor of 4 MB": rss(TITLE, head=f"<managingEditor>a@{'a.' * 2_000_000}</managingEditor>"),
    "a date of 900 KB": rss(f"{TITLE}<pubDate>{'1 ' * 450_000}</pubDate>"),
    "9,000 categories": rss(TITLE + "".join(f"<category>c{number}</category>" for number in range(9_000))),
    "9,000 links": rss(TITLE + "<link>https://a.example/1</link>" * 9_000),
    "100,000 links of the channel": rss(TITLE, head="<link>https://a.example/</link>" * 100_000),
    "50,000 items": rss(*(f"<title>Tin {number}</title><guid>{number}</guid>" for number in range(50_000))),
    "ill-formed items": rss(
        *(f"<guid>{number}</guid><description>{TABLE}</description>" for number in range(400))
    ),
    "300,000 ampersands": described("&" * 300_000),
    "nested markup, escaped": described("&lt;b&gt;" * 100_000),
    "a sentence without end": described(
        "Sáng 12/3, UBND tỉnh ban hành Quyết định số 12/QĐ-UBND ở huyện, " * 9_000
    ),
    "a base of 14 KB": rss(TITLE + "<a>" * 20, root=f"<rss xml:base='https://a.example/{'a/' * 7_000}'>"),
    "one guid for 2,000": rss(*(f"<title>Tin {number}</title><guid>x</guid>" for number in range(2_000))),
    "base64": rss(f"{TITLE}<content mode='base64'>{'PHA+eA==' * 100_000}</content>"),
    "a picture in the text": described(f"&lt;img src='data:image/png;base64,{'A' * 4_000_000}'&gt;Tin ngắn"),
}
REFUSED = {
    "categories without end": (
        rss(TITLE + "<category>c</category>" * 40_000),
        "too much markup",
    ),
    "links without end": (rss(TITLE + "<link>https://a.example/1</link>" * 150_000), "too large item"),
    "nested tags": (described("<b>" * 100_000), "too much markup"),
    "angle brackets": (described("<" * 200_000), "too much markup"),
    "attributes": (
        rss(f"{TITLE}<description {MANY}>x</description>"),
        "too much markup",
    ),
    "comments": (rss(TITLE + "<!--" * 240_000), "too much markup"),
    "CDATA": (rss(TITLE + "<![CDATA[" * 110_000), "too much markup"),
    "a text of 5 MB": (described("chữ nghĩa " * 350_000), "too large item"),
    "a root without end": (rss(TITLE, root=f"<rss {'x' * 4_000_000}>"), "cut off before"),
    "NULs": (b"\0" * 4_000_000, "binary"),
    "UTF-7": (b"+ADw-rss version=+ACI-2.0+ACI-+AD4-" * 1_000, "neither RSS"),
    "gzip": (gzip.compress(rss(TITLE)), "gzip"),
    "a page": (b"<!DOCTYPE html><html><body>" + b"<div>" * 900_000, "an HTML page in place of a feed"),
    "JSON nested deeply": (b'{"items":[{"a":' + b'{"a":' * 900_000, "nested too deeply"),
    "JSON with a number of 4 MB": (
        b'{"items":[{"id":%s,"title":"x"}]}' % (b"9" * 4_000_000),
        "too large item",
    ),
    "JSON of lists": (b'{"items":[' + b"[]," * 1_600_000 + b"1]}", "more than 100 MB"),
}


@pytest.mark.parametrize("name", READ)
def test_what_can_be_read_is_read(reader: Reader, name: str) -> None:
    """In 2 s of CPU and 100 MB, and by the child that reads all the others."""
    reader.read(document(described("Tin ngắn")))
    child = reader._child
    told = reader.read(document(READ[name]))

    assert told.drafts
    assert child is reader._child


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_is_refused_with_the_reason(reader: Reader, name: str) -> None:
    """The reason says what is wrong with it, and the next document is read."""
    body, reason = REFUSED[name]
    with pytest.raises(Unreadable, match=reason):
        reader.read(document(body))

    assert 1 == len(reader.read(document(described("Tin ngắn"))).drafts)


def test_a_page_that_takes_too_long_is_refused() -> None:
    """Other forms have the same limits."""
    rows = "".join(
        f"<p>Sáng {number}/3/2026, tỉnh họp phiên thường kỳ lần {number}.</p>" for number in range(9_000)
    )
    with Reader(timeout=0.2) as reader, pytest.raises(Unreadable, match=r"more than 0\.2 s of CPU"):
        reader.read(document(f"<html><body>{rows}</body></html>".encode(), Form.PAGE))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_memory_stays_within_its_bounds() -> None:
    """What one child takes for the largest of these is below 100 MB."""
    with Reader() as reader:
        reader.read(document(described("Tin ngắn")))
        assert reader._child is not None
        status = Path(f"/proc/{reader._child.pid}/status")
        idle = _peak(status)
        for name in ("300,000 ampersands", "a picture in the text", "ill-formed items"):
            reader.read(document(READ[name]))

        assert _peak(status) - idle < 100_000


def _peak(status: Path) -> int:
    """Return the most kB that a process had in memory."""
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
