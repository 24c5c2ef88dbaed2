"""Below a path of another site, behind nginx and Caddy, changed as their files say."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from tests.deploy.conftest import Installation, caddy, installation, nginx

PUBLIC = "https://example.vn/tin"
FILES = {
    "nginx": {
        "location ~ ^/feeds/": "location ~ ^/tin/feeds/",
        "location / {": "location /tin/ {",
        "location = /api/changes {": "location = /tin/api/changes {",
        '"https://tin.example.vn"': f'"{PUBLIC}"',
        '"https://tin.example.vn/hub"': f'"{PUBLIC}/hub"',
    },
    "caddy": {
        "^(/feeds/[": "^/tin(/feeds/[",
        "url https://tin.example.vn": f"url {PUBLIC}",
        "hub https://tin.example.vn/hub": f"hub {PUBLIC}/hub",
    },
}
STARTS: dict[str, Callable[..., AbstractContextManager[str]]] = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation below /tin."""
    with installation(tmp_path_factory.mktemp("below"), PUBLIC) as made:
        yield made


@pytest.mark.parametrize("kind", STARTS)
def test_feeds_and_pages_are_below_the_path(below: Installation, kind: str, tmp_path: Path) -> None:
    """Files come from the disk, pages from the web process; both name themselves below /tin."""
    with (
        STARTS[kind](below, tmp_path, FILES[kind]) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        made, from_disk = [client.get("/tin/feeds/all.atom", headers={"accept-encoding": "br"}) for _ in "12"]
        ours = client.get(f"{below.address}/tin/feeds/all.atom", headers={"accept-encoding": "br"})
        page, description = client.get("/tin/feeds"), client.get("/tin/openapi.json")

    link = f'<{PUBLIC}/feeds/all.atom>; rel="self", <{PUBLIC}/hub>; rel="hub"'
    assert [link, link] == [told.headers["link"] for told in (made, from_disk)]
    assert (made.content, True) == (from_disk.content, ours.headers["etag"] != from_disk.headers["etag"])
    assert ('href="/tin/feeds/all.rss"' in page.text, [{"url": "/tin"}]) == (
        True,
        description.json()["servers"],
    )
