"""The page of sources: their state, lists in with a preview, lists out; for ops alone, by their own forms."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from pipeline import registry
from pipeline.model import Source, SourceId
from pipeline.registry import Door, Registered
from pipeline.source_lists import ListForm, read, write
from pipeline.store import Database, accounts, intakes, pauses, sources
from pipeline.store.accounts import Role
from tests.web.conftest import Serve

NOW = datetime.now(UTC)
LIST = (
    "id;name;province;feed\r\n"
    "bao-b;Báo <B>;Bến Tre;https://b.example/rss\r\n"
    "bao-c;Báo C;Xứ Lạ;https://c.example/rss\r\n"
).encode("utf-8-sig")


@pytest.fixture
def ops(serve: Serve, db: Database) -> httpx.Client:
    """A client that is signed in as ops; one source is registered, whose feed fails."""
    client = serve()
    with db.write() as conn:
        token = accounts.open_session(conn, "lan", Role.OPS, NOW, timedelta(hours=1))
        sources.add(conn, Source(SourceId("bao-a"), "Báo A", "vinh-long", "ben-tre"))
        door = intakes.add(conn, SourceId("bao-a"), "feed", "https://a.example/rss", next_due=NOW)
        intakes.done(conn, door, intakes.Poll(NOW, NOW + timedelta(hours=1), error="HTTP 500 <b>"))
    client.cookies.set("tintinh_session", token)
    return client


def csrf(page: httpx.Response) -> str:
    """Return the token of a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def previewed(ops: httpx.Client, body: bytes, name: str = "list.csv") -> httpx.Response:
    """Hand a list to the form."""
    return ops.post(
        "/sources/preview", data={"csrf": csrf(ops.get("/sources"))}, files={"file": (name, body)}
    )


def confirmed(ops: httpx.Client, page: httpx.Response) -> httpx.Response:
    """Press the button below a preview."""
    told = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)
    assert told is not None
    plain = httpx.Response(200, text=told[1]).text
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        plain = plain.replace(entity, character)
    fields = {"csrf": (None, csrf(page)), "list": (None, plain.replace("\n", "\r\n"))}
    return ops.post("/sources/import", files=fields)


def test_the_page_shows_how_sources_are(ops: httpx.Client) -> None:
    """A failing feed is seen with its reason, and nothing of it becomes markup."""
    page = ops.get("/sources")

    assert 200 == page.status_code
    assert "Bến Tre, nay thuộc Vĩnh Long" in page.text
    assert 'title="HTTP 500 &lt;b&gt;">HTTP 500: máy chủ của nguồn đang lỗi (1 lần liền)' in page.text
    assert "no-store" == page.headers["cache-control"]


def test_a_list_is_shown_before_it_is_registered(ops: httpx.Client, db: Database) -> None:
    """The preview names good sources and bad lines, and changes nothing; the button registers."""
    page = previewed(ops, LIST)
    with db.read() as conn:
        before = [one.source_id for one in sources.listed(conn)]
    done = confirmed(ops, page)
    with db.read() as conn:
        after = sources.get(conn, SourceId("bao-b"))

    assert "Báo &lt;B&gt;" in page.text
    assert re.search(r'class="figure">3</td><td[^>]*>[^<]*Xứ Lạ', page.text)
    assert ["bao-a"] == before
    assert (303, "/sources?done=1") == (done.status_code, done.headers["location"])
    assert Source(SourceId("bao-b"), "Báo <B>", "vinh-long", "ben-tre") == after


def test_what_is_no_list_is_said(ops: httpx.Client) -> None:
    """A picture is answered with a reason."""
    picture = previewed(ops, b"\x89PNG\r\n")

    assert 422 == picture.status_code
    assert "Đây không phải văn bản" in picture.text


@pytest.mark.parametrize("form", ListForm)
def test_the_registry_is_given_as_a_list(ops: httpx.Client, db: Database, form: ListForm) -> None:
    """Each form is downloaded as a file, and says the same."""
    told = ops.get(f"/sources/export.{form}")
    with db.read() as conn:
        known = registry.stored(conn)

    assert f'attachment; filename="nguon-tin.{form}"' == told.headers["content-disposition"]
    assert known == list(read(told.content).registered)
    assert 404 == ops.get("/sources/export.doc").status_code


def test_a_list_opens_no_private_network_and_no_folder(ops: httpx.Client, db: Database) -> None:
    """What a stolen session must not do is left to the command line, and said."""
    evil = Registered(
        Source(SourceId("bao-e"), "Báo E"),
        (Door("feed", "http://10.0.0.1/rss", allow_private=True), Door("folder", path="/etc")),
    )
    page = previewed(ops, write([evil], ListForm.TOML), "x.toml")
    confirmed(ops, page)
    fields = {"csrf": (None, csrf(page)), "list": (None, write([evil], ListForm.TOML).decode())}
    ops.post("/sources/import", files=fields)
    with db.read() as conn:
        [door] = intakes.listed(conn, SourceId("bao-e"))

    assert ("http://10.0.0.1/rss", False) == (door.url, door.allow_private)
    assert 2 == page.text.count("chỉ mở được bằng dòng lệnh")


def test_a_source_is_paused_and_resumed(ops: httpx.Client, db: Database) -> None:
    """The button pauses; the next one resumes; an unknown source or action is not found."""
    token = {"csrf": csrf(ops.get("/sources"))}
    paused = ops.post("/sources/bao-a/pause", data=token)
    page = ops.get("/sources").text
    ops.post("/sources/bao-a/resume", data=token)
    with db.read() as conn:
        still = pauses.listed(conn)

    assert (303, "/sources?done=pause") == (paused.status_code, paused.headers["location"])
    assert "/sources/bao-a/resume" in page
    assert "Tạm dừng</span>" in page
    assert {} == still
    assert 404 == ops.post("/sources/nobody/pause", data=token).status_code
    assert 404 == ops.post("/sources/bao-a/drop", data=token).status_code


def test_only_ops_may(ops: httpx.Client, db: Database) -> None:
    """A forged form, an editor and a stranger change and see nothing."""
    forged = ops.post("/sources/preview", data={"csrf": "x"}, files={"file": ("a", LIST)})
    token = csrf(ops.get("/sources"))
    ops.cookies.clear()
    stranger = ops.post(
        "/sources/import", files={"csrf": (None, token), "list": (None, "[[source]]\nid='x'")}
    )
    with db.write() as conn:
        editor = accounts.open_session(conn, "mai", Role.EDITOR, NOW, timedelta(hours=1))
    ops.cookies.set("tintinh_session", editor)
    seen = [ops.get(path).status_code for path in ("/sources", "/sources/export.csv")]
    with db.read() as conn:
        known = [one.source_id for one in sources.listed(conn)]

    assert (403, 303, [403, 403]) == (forged.status_code, stranger.status_code, seen)
    assert ["bao-a"] == known


def test_one_feed_is_paused_and_a_mistake_is_taken_out(ops: httpx.Client, db: Database) -> None:
    """By their own buttons; a source that never brought anything goes with its doors."""
    token, feed = {"csrf": csrf(ops.get("/sources"))}, {"feed": "https://a.example/rss"}
    ops.post("/sources/bao-a/pause", data=token | feed)
    with db.read() as conn:
        [paused] = intakes.listed(conn, SourceId("bao-a"))
    ops.post("/sources/bao-a/resume", data=token | feed)
    with db.read() as conn:
        [resumed] = intakes.listed(conn, SourceId("bao-a"))
    done = ops.post("/sources/bao-a/remove", data=token)

    assert (True, "lan", None) == (paused.paused_at is not None, paused.paused_because, resumed.paused_at)
    assert (303, "/sources?done=remove") == (done.status_code, done.headers["location"])
    with db.read() as conn:
        assert sources.get(conn, SourceId("bao-a")) is None
