"""Brotli beside a feed's file: made when wanted, and never of anything older than the file."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest

from feeds import codings, files

AT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


def put(place: Path, data: bytes) -> None:
    """Put a file in place as the publisher does."""
    files.write(place, data, AT).settle()


def names(folder: Path) -> list[str]:
    """Return what stands in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_brotli_unpacks_to_its_file(tmp_path: Path) -> None:
    """It stands beside the file, with the file's time."""
    place = tmp_path / "province" / "vinh-long.atom"
    put(place, b"<feed>" + b"Tin " * 500)
    made = codings.make(place)

    assert codings.brotli_of(place) == made
    assert place.read_bytes() == brotli.decompress(made.read_bytes())
    assert place.stat().st_mtime == made.stat().st_mtime


def test_a_new_file_takes_the_old_brotli_away(tmp_path: Path) -> None:
    """After a replacement there is no brotli until somebody wants one."""
    place = tmp_path / "all.rss"
    put(place, b"old")
    codings.make(place)
    put(place, b"new")

    assert not codings.brotli_of(place).exists()
    assert ["all.rss", "all.rss.gz"] == names(tmp_path)


def test_without_a_file_there_is_nothing_to_pack(tmp_path: Path) -> None:
    """A missing file is told as such, and nothing is left lying about."""
    with pytest.raises(FileNotFoundError):
        codings.make(tmp_path / "all.rss")

    assert [] == names(tmp_path)


def test_a_file_that_was_replaced_while_it_was_packed_gets_no_brotli(tmp_path: Path) -> None:
    """The folder is held while the publisher replaces; who comes after with old bytes throws them away."""
    place = tmp_path / "all.rss"
    put(place, b"old")
    with ThreadPoolExecutor() as threads:
        with codings.held(tmp_path):
            late = threads.submit(codings.make, place)
            while not list(tmp_path.glob(".*.tmp")):
                threading.Event().wait(0.001)
            new = files.write(place, b"new", AT)  # the same size and time as the old file
            new.packed.replace(files.packed(place))
            new.plain.replace(place)
        made = late.result(timeout=10)

    assert made is None
    assert ["all.rss", "all.rss.gz"] == names(tmp_path)


def test_no_race_shows_an_older_brotli(tmp_path: Path) -> None:
    """While one publishes and three pack, whoever reads the file and then its brotli never goes back.

    All files have one size and one time: nothing but the law keeps them apart.
    """
    place, rounds, over = tmp_path / "all.atom", 150, threading.Event()
    put(place, b"%06d" % 0)

    def pack() -> None:
        while not over.is_set():
            codings.make(place)

    def read() -> list[tuple[int, int]]:
        seen = []
        while not over.is_set():
            standing = int(place.read_bytes())
            try:
                seen.append((standing, int(brotli.decompress(codings.brotli_of(place).read_bytes()))))
            except FileNotFoundError:
                continue
        return seen

    with ThreadPoolExecutor() as threads:
        packing = [threads.submit(pack) for _ in range(3)]
        reading = [threads.submit(read) for _ in range(2)]
        for number in range(1, rounds):
            put(place, b"%06d" % number)
        over.set()
        for one in packing:
            one.result(timeout=30)
        seen = [pair for one in reading for pair in one.result(timeout=30)]

    assert seen
    assert [] == [(standing, packed) for standing, packed in seen if packed < standing]
