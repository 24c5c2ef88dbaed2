"""The reader process: hostile documents cost a process, never the worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import pytest

from pipeline.errors import Starved, Unreadable
from pipeline.model import Document, Form, Given, Source, SourceId
from pipeline.parse import parse
from pipeline.reader import Reader

ROOT = Path(__file__).parents[2]
SOURCE = Source(SourceId("bao"), "Báo Sông Quê", "dong-thap", None, ("bao.example",))
TEXT = (
    "Giao mặt bằng đường ven sông\n\nSáng 12/3/2026, Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc "
    "giao mặt bằng cho tuyến đường ven sông, vốn đã chậm bốn tháng so với cam kết."
)
DRIVER = """
import os, signal, sys
from datetime import UTC, datetime
from pipeline.model import Document, Form, Source, SourceId
from pipeline.reader import Reader

text = "Một bản tin ngắn của tỉnh hôm nay".encode()
document = Document(Source(SourceId("a"), "a"), Form.TEXT, text, datetime(2026, 3, 14, tzinfo=UTC))
"""
BIG = b"<html><body><ol>" + b"<li>x" * 700_000
PROSE = (
    "<p>Sáng 12/3, UBND tỉnh ban hành Quyết định số 12/QĐ-UBND về tuyến đường qua huyện ven sông.</p>" * 18
)
ITEMS = "".join(
    f"<item><title>Tin số {number} trong ngày</title><guid>{number}</guid>"
    f"<description><![CDATA[{PROSE}{number}]]></description></item>"
    for number in range(1_900)
)


def _document(body: str | bytes = TEXT, form: Form = Form.TEXT) -> Document:
    raw = body if isinstance(body, bytes) else body.encode()
    return Document(
        SOURCE, form, raw, datetime(2026, 3, 14, tzinfo=UTC), Given("bai.txt", "https://bao.example/1")
    )


def _feed(item: str, head: str = "") -> Document:
    return _document(
        f"{head}<rss version='2.0'><channel><item><title>Tin</title>{item}</item></channel></rss>", Form.FEED
    )


SLOW = _feed(f"</item>{ITEMS}<item>")  # 3.7 s of CPU, in parts
HEAVY = _document(f"<body><p>{PROSE * 400}</p></body>", Form.PAGE)  # 1 s of CPU at once


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """A reader for the module."""
    with Reader(timeout=10) as reader:
        yield reader


def test_it_answers_as_parse_does(reader: Reader) -> None:
    """A document read in the child yields exactly what it yields here."""
    document = _document()

    assert parse(document) == reader.read(document)


def test_refusals_come_back(reader: Reader) -> None:
    """What parse refuses, the reader refuses in the same words."""
    with pytest.raises(Unreadable, match="feed: neither RSS nor Atom"):
        reader.read(_document(form=Form.FEED))


BOMB = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(_feed(f"<author>a@{'a.' * 32_000}!</author>"), id="author of 64 KB"),
        pytest.param(_feed("<description>&l9;</description>", f"<!DOCTYPE x [{BOMB}]>"), id="entity bomb"),
        pytest.param(_feed(f"<description>{'<b>' * 100_000}</description>"), id="deep nesting"),
        pytest.param(_feed(f"<description>{'&' * 300_000}</description>"), id="ampersands"),
        pytest.param(_document(b"\n" * 4_000_000 + TEXT.encode()), id="empty lines"),
        pytest.param(_document(b"<body>" + b"<div>" * 500_000 + TEXT.encode(), Form.PAGE), id="deep page"),
        pytest.param(_document(b'{"id": ' + b"[" * 500_000, Form.RECORD), id="deep record"),
        pytest.param(_document(b"[](" * 500_000), id="brackets"),
    ],
)
def test_hostile_documents_leave_it_alive(reader: Reader, document: Document) -> None:
    """Known killers of parsers are read or refused, and the next document is read by the same child."""
    reader.read(_document())
    child = reader._child
    with suppress(Unreadable):
        reader.read(document)
    reader.read(_document())

    assert child is reader._child


def test_a_document_that_takes_too_long_is_unreadable() -> None:
    """The child is ended by its CPU limit, and a new one reads the next document."""
    with Reader(timeout=0.1) as reader:
        with pytest.raises(Unreadable, match=r"took more than 0\.1 s of CPU"):
            reader.read(HEAVY)

        assert parse(_document()) == reader.read(_document())


def test_a_child_that_sleeps_is_given_up() -> None:
    """The wall clock ends what no CPU limit sees, and lays it on nobody."""
    with Reader(clock=0.5) as reader:
        reader.read(_document())
        assert reader._child is not None
        os.kill(reader._child.pid, signal.SIGSTOP)
        with pytest.raises(Starved, match=r"no answer in 0\.5 s"):
            reader.read(_document())

        assert parse(_document()) == reader.read(_document())


def test_a_document_that_takes_too_much_memory_is_unreadable() -> None:
    """The child's memory is limited; whether it reports or dies, the next document is read."""
    with Reader(timeout=30, memory_mb=40) as reader:
        with pytest.raises(Unreadable, match="took more than 40 MB"):
            reader.read(_document(BIG, Form.PAGE))

        assert parse(_document()) == reader.read(_document())


def test_a_child_killed_from_outside_is_no_fault_of_the_document() -> None:
    """A child killed while idle or while reading is replaced, and the document is read after all."""
    with Reader(timeout=10) as reader:
        reader.read(_document())
        assert reader._child is not None
        os.kill(reader._child.pid, signal.SIGKILL)

        assert parse(_document()) == reader.read(_document())


class _Interrupted(Exception):
    """Raised by a signal in the middle of a read, as Celery's soft time limit is."""


def test_an_interrupted_read_leaves_no_stale_answer() -> None:
    """After a soft time limit the next document gets its own answer."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise _Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with Reader() as reader:
            reader.read(_document())
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(_Interrupted):
                reader.read(SLOW)

            assert parse(_document()) == reader.read(_document())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_start_that_is_interrupted_goes_on() -> None:
    """Where a start takes longer than a task may, the next call waits for the same child, and reads."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise _Interrupted

    pids = []
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with Reader() as reader:
            for _ in range(3):
                signal.setitimer(signal.ITIMER_REAL, 0.1)
                with pytest.raises(_Interrupted):
                    reader.read(_document())
                assert reader._child is not None
                pids.append(reader._child.pid)
                os.kill(pids[-1], signal.SIGSTOP)  # a machine that has no time for it
            os.kill(pids[-1], signal.SIGCONT)
            answer = reader.read(_document())
            assert reader._child is not None
            pids.append(reader._child.pid)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert (1, parse(_document())) == (len(set(pids)), answer)


def test_a_child_that_cannot_start_is_an_engine_away() -> None:
    """Without file descriptors for its pipes the engine is away, which is not the document's fault."""
    script = DRIVER + (
        "import resource\nfrom pipeline.errors import EngineUnavailable\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))\n"
        "try:\n    Reader().read(document)\n"
        "except EngineUnavailable as error:\n    print(error.subject)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=ROOT, text=True, check=True
    )

    assert "reader\n" == done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_child_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever breaks out of a parser finds no environment of ours, and cannot write files."""
    monkeypatch.setenv("TINTINH_DATABASE_URL", "postgresql://name:secret@db/x")
    with Reader() as reader:
        reader.read(_document())
        assert reader._child is not None
        proc = Path(f"/proc/{reader._child.pid}")

        assert b"secret" not in (proc / "environ").read_bytes()
        assert ["0", "0", "bytes"] == next(
            line.split()[-3:]
            for line in (proc / "limits").read_text().splitlines()
            if line.startswith("Max file size")
        )


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")


def _until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
def test_it_dies_with_its_parent() -> None:
    """A child that is stopped, and so reads no end of its pipe, goes with a parent that is killed."""
    script = DRIVER + (
        "reader = Reader()\nreader.read(document)\nos.kill(reader._child.pid, signal.SIGSTOP)\n"
        "print(reader._child.pid, flush=True)\nsignal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()

    assert _until(lambda: _gone(pid))


def test_a_celery_child_can_start_it() -> None:
    """A daemonic process of billiard, which may have no children by multiprocessing, runs its own reader."""
    script = DRIVER + (
        "import billiard\n"
        "def work():\n    with Reader() as reader:\n"
        "        print(len(reader.read(document).drafts), flush=True)\n"
        "child = billiard.Process(target=work)\nchild.daemon = True\nchild.start()\nchild.join()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=ROOT, text=True, check=True
    )

    assert "1\n" == done.stdout


def test_a_fork_starts_its_own() -> None:
    """A process forked from one that already reads leaves the parent's child alone."""
    script = DRIVER + (
        "reader = Reader()\nreader.read(document)\nfirst = reader._child.pid\n"
        "if os.fork() == 0:\n    reader.read(document)\n    own = reader._child.pid\n    reader.close()\n"
        "    os._exit(0 if own != first else 1)\n"
        "_, status = os.wait()\nreader.read(document)\n"
        "print(os.waitstatus_to_exitcode(status), reader._child.pid == first)\nreader.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=ROOT, text=True, check=True
    )

    assert "0 True\n" == done.stdout
