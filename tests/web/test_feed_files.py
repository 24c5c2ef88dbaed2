"""The published feeds over HTTP, on both databases."""

import shutil
from pathlib import Path

import feedparser
import httpx
import pytest
from lxml import etree

from feeds.channel import channels
from tests.web.conftest import Serve


def test_a_known_channel_without_stories_is_an_empty_json_feed(client: httpx.Client) -> None:
    """JSON Feed has the same promise."""
    told = client.get("/feeds/topic/y-te.json")

    assert (200, "application/feed+json; charset=utf-8") == (told.status_code, told.headers["content-type"])
    assert ([], "vi") == (told.json()["items"], told.json()["language"])


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_known_channel_without_stories_is_an_empty_feed(client: httpx.Client, form: str) -> None:
    """A subscriber may come before the first story."""
    told = client.get(f"/feeds/topic/y-te.{form}", headers={"accept-encoding": "identity"})
    read = feedparser.parse(told.content)

    assert (200, f"application/{form}+xml; charset=utf-8") == (told.status_code, told.headers["content-type"])
    assert (False, []) == (read.bozo, read.entries)
    assert "Y tế" in read.feed.title


def test_anything_else_is_not_there(client: httpx.Client) -> None:
    """Only known channels in known forms are served, whatever stands on the disk."""
    paths = (
        "all.xml",
        "all",
        "all.rss.gz",
        "province/ha-tay.rss",
        "province/vinh-long/topic/khong-co.rss",
        "../tintinh.db",
        "..%2Ftintinh.db",
        "/etc/passwd.rss",
        "%00.rss",
        "topic/y-te.RSS",
    )

    assert dict.fromkeys(paths, 404) == {path: client.get(f"/feeds/{path}").status_code for path in paths}


def test_asking_again_costs_nothing(client: httpx.Client) -> None:
    """The tag or the date of an answer brings a 304 without a body."""
    first = client.get("/feeds/all.atom")
    by_tag = client.get("/feeds/all.atom", headers={"if-none-match": f'"x", W/{first.headers["etag"]}'})
    by_date = client.get("/feeds/all.atom", headers={"if-modified-since": first.headers["last-modified"]})

    assert [(304, b""), (304, b"")] == [(told.status_code, told.content) for told in (by_tag, by_date)]
    assert first.headers["etag"] == by_tag.headers["etag"]
    assert first.headers["cache-control"] == by_tag.headers["cache-control"]


def test_each_coding_is_the_same_feed(client: httpx.Client) -> None:
    """Brotli, gzip and plain bytes differ in their tags only."""
    asked = ("gzip;q=0", "gzip", "br, gzip")
    told = [client.get("/feeds/all.rss", headers={"accept-encoding": accepted}) for accepted in asked]

    assert [None, "gzip", "br"] == [one.headers.get("content-encoding") for one in told]
    assert (1, 3) == (len({one.content for one in told}), len({one.headers["etag"] for one in told}))
    assert {"Accept-Encoding"} == {one.headers["vary"] for one in told}


def test_a_full_disk_costs_brotli_and_nothing_else(client: httpx.Client, tmp_path: Path) -> None:
    """Where no file can be put beside the feed, gzip is sent, which stands there already."""
    asked = {"accept-encoding": "br, gzip"}
    client.get("/feeds/all.rss", headers={"accept-encoding": "gzip"})
    (tmp_path / "feeds" / "all.rss.br").mkdir()  # in the way of the brotli, also for root
    told = client.get("/feeds/all.rss", headers=asked)

    assert (200, "gzip") == (told.status_code, told.headers["content-encoding"])


def test_head_is_get_without_the_body(client: httpx.Client) -> None:
    """The headers are those of GET, the length included."""
    got, head = client.get("/feeds/all.rss"), client.head("/feeds/all.rss")

    assert (200, b"") == (head.status_code, head.content)
    names = ("etag", "last-modified", "content-length", "content-type", "cache-control", "vary", "link")
    assert [got.headers[name] for name in names] == [head.headers[name] for name in names]


def test_deleted_files_come_back_the_same(client: httpx.Client, tmp_path: Path) -> None:
    """Files are derived: after their loss a subscriber still gets a 304."""
    before = client.get("/feeds/all.rss")
    shutil.rmtree(tmp_path / "feeds")
    headers = {name: before.headers[field] for name, field in (("if-none-match", "etag"),)}

    assert 304 == client.get("/feeds/all.rss", headers=headers).status_code
    assert before.headers["last-modified"] == client.get("/feeds/all.rss").headers["last-modified"]


def test_links_name_the_feed_and_its_hub(serve: Serve) -> None:
    """WebSub subscribers find the topic and the hub in the headers first."""
    client = serve(public_url="https://tin.example", hub_url="https://hub.example/")
    told = client.get("/feeds/topic/y-te.atom")

    assert (
        '<https://tin.example/feeds/topic/y-te.atom>; rel="self", <https://hub.example/>; rel="hub"'
        == (told.headers["link"])
    )


def test_the_list_of_channels_is_opml(client: httpx.Client) -> None:
    """Every address in it is served, and it is served conditionally and packed too."""
    told = client.get("/feeds.opml", headers={"accept-encoding": "gzip"})
    listed = [line.get("xmlUrl", "") for line in etree.fromstring(told.content).iter("outline")]
    paths = [url.partition("/feeds/")[2] for url in listed if url]

    assert 2 * (1 + 34 + 63 + 21) == len(paths)
    assert {path.rpartition(".")[0] for path in paths} <= {one.key for one in channels()}
    assert 304 == client.get("/feeds.opml", headers={"if-none-match": told.headers["etag"]}).status_code


def test_the_page_of_channels_links_them(client: httpx.Client) -> None:
    """People find every channel by its name."""
    page = client.get("/feeds").text

    assert 'href="/feeds/area/ben-tre.rss"' in page
    assert "Bến Tre, nay thuộc Vĩnh Long" in page


def test_feeds_are_read_only(client: httpx.Client) -> None:
    """Nothing can be posted to a feed, and the answer says what can be done."""
    told = client.post("/feeds/all.rss")

    assert (405, "GET, HEAD") == (told.status_code, told.headers["allow"])
