"""The demo's feed server: what a publisher's server answers, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cli.newsstand import serving

RSS = b"<rss/>"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Two feeds in a folder that holds a third file."""
    for name, body in (("a.rss", RSS), ("b.atom", b"<feed/>"), ("secret.txt", b"no")):
        (tmp_path / name).write_bytes(body)
    return {f"/feeds/{name}": tmp_path / name for name in ("a.rss", "b.atom")}


@pytest.fixture
def stand(files: dict[str, Path]) -> Iterator[httpx.Client]:
    """A client of a server of these files."""
    with serving(files) as url, httpx.Client(base_url=url) as client:
        yield client


def test_feeds_have_their_types_and_validators(stand: httpx.Client) -> None:
    """A feed comes whole, with its media type, an entity tag and a date."""
    rss, atom = stand.get("/feeds/a.rss"), stand.get("/feeds/b.atom")

    assert (200, RSS) == (rss.status_code, rss.content)
    assert "application/rss+xml; charset=utf-8" == rss.headers["content-type"]
    assert "application/atom+xml; charset=utf-8" == atom.headers["content-type"]
    assert rss.headers["etag"] != atom.headers["etag"]
    assert rss.headers["last-modified"].endswith("GMT")


def test_who_has_it_is_told_so(stand: httpx.Client) -> None:
    """The entity tag brings 304 without a body; another one brings the feed."""
    etag = stand.get("/feeds/a.rss").headers["etag"]
    same = stand.get("/feeds/a.rss", headers={"If-None-Match": etag})
    other = stand.get("/feeds/a.rss", headers={"If-None-Match": '"other"'})

    assert (304, b"") == (same.status_code, same.content)
    assert (200, RSS) == (other.status_code, other.content)


@pytest.mark.parametrize("path", ["/", "/feeds", "/secret.txt", "/feeds/../secret.txt", "/feeds/a.rss?x=1"])
def test_nothing_else_is_served(stand: httpx.Client, path: str) -> None:
    """Other paths are not found, also those that lead to a file."""
    assert 404 == stand.get(path).status_code


def test_a_port_is_kept_if_it_is_free(files: dict[str, Path]) -> None:
    """The wanted port is taken; a taken one is replaced by a free one."""
    with serving(files) as first:
        port = int(first.rpartition(":")[2])
        with serving(files, port) as second:
            assert second != first
    with serving(files, port) as third:
        assert first == third
