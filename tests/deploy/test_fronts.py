"""What a reader's program is answered: one table, for the web process, nginx and Caddy alike."""

import gzip
from dataclasses import dataclass, field

import brotli
import httpx
import pytest

from tests.deploy.conftest import PUBLIC, Front

PATHS = (
    "/feeds/province/vinh-long.atom",
    "/feeds/province/vinh-long.rss",
    "/feeds/topic/y-te.json",
    "/feeds/all/archive/2026-11-1.atom",
)
KEPT = "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"
LIVE = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
UNPACK = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


@dataclass(frozen=True, slots=True)
class Row:
    """A request and the coding and status that it is answered with. "{tag}" is the tag of that coding."""

    name: str
    accept: str = ""
    coding: str = ""
    status: int = 200
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)


TABLE = (
    Row("plain bytes"),
    Row("identity", accept="identity"),
    Row("gzip", accept="gzip", coding="gzip"),
    Row("brotli", accept="br", coding="br"),
    Row("a browser", accept="gzip, deflate, br, zstd", coding="br"),
    Row("an old reader", accept="gzip,deflate", coding="gzip"),
    Row("no brotli", accept="br;q=0, gzip", coding="gzip"),
    Row("no gzip", accept="gzip;q=0"),
    Row("neither", accept="gzip;q=0.0, br;q=0.000"),
    Row("something else", accept="zstd, compress"),
    Row("HEAD", method="HEAD"),
    Row("HEAD of gzip", accept="gzip", coding="gzip", method="HEAD"),
    Row("HEAD of brotli", accept="br", coding="br", method="HEAD"),
    Row("known", status=304, headers={"if-none-match": "{tag}"}),
    Row("known as gzip", "gzip", "gzip", 304, headers={"if-none-match": "{tag}"}),
    Row("known as brotli", "br", "br", 304, headers={"if-none-match": "{tag}"}),
    Row("known weakly", "gzip", "gzip", 304, headers={"if-none-match": "W/{tag}"}),
    Row("known in a list", "gzip", "gzip", 304, headers={"if-none-match": '"a", W/"b", {tag}'}),
    Row("whatever there is", status=304, headers={"if-none-match": "*"}),
    Row("HEAD of what is known", "gzip", "gzip", 304, "HEAD", {"if-none-match": "{tag}"}),
    Row("known by its date", status=304, headers={"if-modified-since": "{date}"}),
    Row("not known", headers={"if-none-match": '"a", W/"b"'}),
    Row("not known, with its date", headers={"if-none-match": '"a"', "if-modified-since": "{date}"}),
    Row("known of old", headers={"if-modified-since": "Sun, 22 Nov 2009 03:04:05 GMT"}),
    Row("a part of it", headers={"range": "bytes=0-9"}),
    Row("a part of gzip", "gzip", "gzip", headers={"range": "bytes=0-9", "if-range": "{tag}"}),
)


def ask(front: Front, method: str, path: str, accept: str, **headers: str) -> httpx.Response:
    """Ask as told and no header more; return the answer with its body as it was sent."""
    own = {"accept-encoding": accept} if accept else {}
    request = front.client.build_request(method, path, headers={**own, **headers})
    if not accept:
        del request.headers["accept-encoding"]
    answer = front.client.send(request, stream=True)
    answer._content = b"".join(answer.iter_raw())  # httpx would unpack it
    answer.close()
    return answer


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_server_answers_by_the_table(front: Front, row: Row, path: str) -> None:
    """Status, type, coding, length, tag, date, freshness, links and bytes are those of RFC 9110 and ours."""
    ask(front, "GET", path, row.accept)  # a file that was missing is made, with the web process's tag
    first = ask(front, "GET", path, row.accept)
    known = {"tag": first.headers["etag"], "date": first.headers["last-modified"]}
    told = ask(
        front,
        row.method,
        path,
        row.accept,
        **{name: text.format(**known) for name, text in row.headers.items()},
    )
    plain = front.file(path).read_bytes()

    sealed = "/archive/" in path
    other = f'<{PUBLIC}/feeds/all.atom>; rel="current"' if sealed else f'<{PUBLIC}/hub>; rel="hub"'

    assert row.status == told.status_code
    assert {
        "cache-control": [KEPT if sealed else LIVE],
        "vary": ["Accept-Encoding"],
        "link": [f'<{PUBLIC}{path}>; rel="self", {other}'],
        "access-control-allow-origin": ["*"],
        "x-content-type-options": ["nosniff"],
        "etag": [known["tag"]],
        "accept-ranges": [],
    } == {name: told.headers.get_list(name) for name in COMMON}
    assert known["tag"].startswith('"')
    assert told.headers["date"]
    if row.status == 304:
        assert (b"", False) == (told.content, "content-type" in told.headers)
        return
    assert TYPES[path.rpartition(".")[2]] == told.headers["content-type"]
    assert row.coding == told.headers.get("content-encoding", "")
    by_nature = [] if front.kind == "caddy" and row.coding else [str(len(first.content))]  # it sends chunks
    assert by_nature == told.headers.get_list("content-length")
    assert (b"" if row.method == "HEAD" else plain) == (told.content and UNPACK[row.coding](told.content))


COMMON = (
    "cache-control",
    "vary",
    "link",
    "access-control-allow-origin",
    "x-content-type-options",
    "etag",
    "accept-ranges",
)


def test_a_date_beside_a_tag_does_not_count(front: Front) -> None:
    """RFC 9110 §13.1.3; nginx wants both to hold, which costs such a client the bytes and never a change."""
    path = "/feeds/all.rss"
    first = ask(front, "GET", path, "gzip")
    headers = {"if-none-match": first.headers["etag"], "if-modified-since": "Sun, 22 Nov 2009 03:04:05 GMT"}

    assert (200 if front.kind == "nginx" else 304) == ask(front, "GET", path, "gzip", **headers).status_code


def test_each_coding_has_a_tag_of_its_own(front: Front) -> None:
    """Three codings, three strong tags, the same at every request."""
    path = "/feeds/all.atom"
    tags = [[ask(front, "GET", path, coding).headers["etag"] for coding in UNPACK] for _ in range(2)]

    assert tags[0] == tags[1]
    assert 3 == len(set(tags[0]))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_feeds_are_read_only(front: Front, method: str) -> None:
    """Whatever would write is refused, and told what is not."""
    told = ask(front, method, "/feeds/all.rss", "gzip")

    assert (405, "GET, HEAD") == (told.status_code, told.headers["allow"])


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/province/ha-tay.rss",
        "/feeds/all.xml",
        "/feeds/all.rss.gz",
        "/feeds/all.rss.br",
        "/feeds/province/",
        "/feeds/all/archive/2026-11-2.atom",
        "/feeds/all/archive/2026-11.atom",
        "/feeds/all/archive/../../all/archive/..atom",
        "/feeds/../tintinh.db",
        "/feeds/%2e%2e/tintinh.db",
        "/feeds/..%2fkeys.json",
        "/keys.json",
        "/tintinh.db",
    ],
)
def test_nothing_else_is_given_away(front: Front, path: str) -> None:
    """Only feeds are served from the data folder, under their addresses only."""
    (front.site.settings.data / "keys.json").write_text("{}")

    assert 404 == ask(front, "GET", path, "gzip").status_code


@pytest.mark.parametrize("form", TYPES)
def test_a_channel_that_is_gone_says_so(front: Front, form: str) -> None:
    """Its readers get its last document, in their form, with 410."""
    told = ask(front, "GET", f"/feeds/topic/cho-que.{form}", "gzip")

    assert (410, TYPES[form]) == (told.status_code, told.headers["content-type"])
    assert "không còn được cập nhật" in told.text


def test_a_missing_file_is_made(front: Front) -> None:
    """Files are derived: who asks for a lost one gets the same bytes, in every coding."""
    path = "/feeds/topic/y-te.atom"
    before = {coding: ask(front, "GET", path, coding).content for coding in UNPACK}
    for file in front.file(path).parent.glob("y-te.*"):
        file.unlink()

    assert before == {coding: ask(front, "GET", path, coding).content for coding in UNPACK}
    assert 304 == ask(front, "GET", path, "br", **{"if-none-match": "*"}).status_code


def test_everything_else_comes_from_the_web_process(front: Front) -> None:
    """Pages, lists and the description go through, with their headers."""
    assert "Kênh RSS" in front.client.get("/feeds").text
    assert "text/x-opml; charset=utf-8" == front.client.get("/feeds.opml").headers["content-type"]
    assert "nosniff" == front.client.get("/openapi.json").headers["x-content-type-options"]
