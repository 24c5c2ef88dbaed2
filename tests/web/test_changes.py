"""The changes API over a real server, on both databases: whoever replays the log holds what is published."""

import gzip
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.config import Settings
from pipeline.errors import BadInput
from pipeline.model import Change, ChangeKind, Rights, SourceId, Story, StoryId
from pipeline.replay import Cursor, Line, Presence, read_cursor
from pipeline.store import Database, changes, meta, open_database, sources, stories, transfer, words
from pipeline.told import Here
from tests.feeds.stories import story
from tests.store.newsroom import emptied, news
from tests.store.tellings import NOW, PAPER, HandedOver, clock, draft, drain, send, settled
from tests.web.conftest import serving
from web.app import create_app
from web.changes import _body
from web.shapes import StoryBody
from web.site import Site

ATOM = "{http://www.w3.org/2005/Atom}"
DOC = Path(__file__).parents[2] / "docs" / "changes.md"
BODY = (
    "Chiều 20/11, đoàn công tác kiểm tra tiến độ đê bao ấp Phú Long dài 2,4 km, khối lượng đã đạt 85% và dự "
    "kiến bàn giao trước ngày 15/12 để bảo vệ 310 ha vườn cây ăn trái trong mùa triều cường."
)
OTHER = "Hội thi bánh dân gian Nam Bộ quy tụ 42 gian hàng của nghệ nhân mười ba tỉnh, mở cửa ba ngày liền."


@dataclass(slots=True)
class Mirror:
    """A program that holds our stories: what a line carries is put, what it does not carry is dropped."""

    client: httpx.Client
    part: dict[str, str] = field(default_factory=dict)
    cursor: str = ""
    held: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read(self, limit: int, cut: int | None = None) -> bool:
        """Read a page, of which only `cut` lines arrive; say whether there was anything."""
        asked: dict[str, str | int] = {"since": self.cursor, "limit": limit, **self.part}
        answer = self.client.get("/api/changes", params=asked)
        assert answer.status_code == 200, answer.text
        lines = answer.text.splitlines()
        for line in lines[:cut]:
            self.apply(json.loads(line))
        if cut is None or cut >= len(lines):
            self.cursor = answer.headers["changes-next"]
        return bool(lines) or answer.headers["changes-more"] == "true"

    def apply(self, line: dict[str, Any]) -> None:
        """Do what one line says."""
        self.cursor = line["cursor"]
        assert (line["state"] == "live") == (line["story"] is not None)
        if line["story"]:
            self.held[line["story_id"]] = line["story"]
        else:
            self.held.pop(line["story_id"], None)

    def drain(self, limit: int = 1_000) -> "Mirror":
        """Read to the end."""
        while self.read(limit):
            pass
        return self


def living(db: Database) -> list[Story]:
    """Return every published story, old news too."""
    with db.read() as conn:
        return stories.page(conn, None, 100_000)


def published(db: Database, *, province: str = "") -> dict[str, dict[str, Any]]:
    """Return what is published (of a province), as the JSON form has it."""
    shown = [one for one in living(db) if not province or province in one.face.labels.provinces]
    return {one.story_id: StoryBody.of(one).model_dump(mode="json") for one in shown}


def seen(mirror: Mirror) -> dict[str, dict[str, Any]]:
    """Return what a mirror holds, in the same form; what it knows besides is checked elsewhere."""
    return {name: {key: one[key] for key in StoryBody.model_fields} for name, one in mirror.held.items()}


def lines(client: httpx.Client, **asked: Any) -> list[dict[str, Any]]:
    """Return the lines of one page."""
    answer = client.get("/api/changes", params=asked)
    assert 200 == answer.status_code, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def tell(db: Database, *drafts: Any, **how: Any) -> None:
    """Receive and settle."""
    send(db, *drafts, **how)
    settled(db)


def _speak(db: Database, random: Random) -> None:
    """Let an editor merge, split or withdraw something that lives."""
    known = living(db)
    if len(known) < 2:
        return
    one, other = random.sample(known, 2)
    with db.write() as conn:
        match random.randrange(4):
            case 0:
                words.merge(conn, one.story_id, other.story_id, "lan", NOW)
            case 1:
                words.split(conn, random.choice(one.face.tellings).entry_id, "lan", NOW)
            case 2:
                words.withdraw(conn, one.story_id, "lan", NOW)
            case _:
                if last := words.last_word(conn, "lan"):
                    words.undo(conn, last.word_id, "lan", NOW)
    drain(db, HandedOver(), clock)


@given(seed=st.integers(0, 10_000), sizes=st.lists(st.integers(1, 7), min_size=1, max_size=5))
@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_replay_holds_what_is_published(
    client: httpx.Client, db: Database, seed: int, sizes: list[int]
) -> None:
    """However the log is cut into pages, cut off and read on while news go on, the end is the same."""
    emptied(db)
    random = Random(seed)
    followers = [Mirror(client), Mirror(client, {"province": "vinh-long"})]
    for place, one in enumerate(news(seed, 24)):
        send(db, *one.drafts, source=one.source, at=one.at)
        if place % 6 != 5:
            continue
        drain(db, HandedOver(), clock)
        _speak(db, random)
        for mirror in followers:
            limit = random.choice(sizes)
            mirror.read(limit, cut=random.choice([None, 0, 1, limit - 1]))
    late = Mirror(client)
    for mirror in (*followers, late):
        mirror.drain(random.choice(sizes))

    assert published(db) == seen(followers[0]) == seen(late)
    assert published(db, province="vinh-long") == seen(followers[1])


def test_a_line_tells_the_story(client: httpx.Client, db: Database) -> None:
    """The first change carries the whole face, both ids, and how precise the date is."""
    tell(db, draft("a", "Kiểm tra đê bao", BODY, url="https://baomau.example/a"))
    [line] = lines(client)
    told = line["story"]

    assert ("created", "live", None, None) == (line["type"], line["state"], line["into"], line["origin"])
    assert line["id"] == told["id"] == f"tag:{line['id'].split(':')[1]}:story/{line['story_id']}"
    assert ("Kiểm tra đê bao", 1, False) == (told["title"], told["revision"], told["backfill"])
    assert ("second", "feed", "") == (told["published_precision"], told["published_basis"], told["content"])
    assert "https://baomau.example/a" == told["url"]
    assert told["page"].endswith(f"/stories/{line['story_id']}")
    assert ["bao-mau"] == [one["source"] for one in told["entries"]]


def test_a_line_is_a_line_for_everybody(db: Database) -> None:
    """Signs that some take for the end of a line, and halves of signs, are no end and no error."""
    with db.read() as conn:
        here = Here("https://tin.example", *meta.authority(conn))
    face = replace(story().face, title="a\u2028b\x85c\ud800\x0bd\r\ne")
    told = Line(
        Change(1, StoryId("s1"), ChangeKind.CREATED, NOW, None), Presence.LIVE, replace(story(), face=face)
    )
    body = _body(told, Cursor(1, 1, b"12345678"), here)

    assert 1 == len(body.decode().splitlines())
    assert "a\u2028b\x85c?\x0bd\r\ne" == json.loads(body)["story"]["title"]


def test_an_edit_is_a_correction_and_a_second_source_an_update(client: httpx.Client, db: Database) -> None:
    """What a source changes in its own text is "corrected"; all else that shows is "updated"."""
    other = replace(PAPER, source_id=SourceId("dai-mau"), name="Đài Mẫu", hosts=("daimau.example",))
    tell(db, draft("a", "Kiểm tra đê bao", BODY))
    tell(db, draft("b", "Đê bao Phú Long", BODY), source=other)
    tell(db, draft("a", "Kiểm tra đê bao ấp Phú Long", BODY, updated=NOW + timedelta(hours=1)))
    told = lines(client)

    assert ["created", "updated", "corrected"] == [line["type"] for line in told]
    assert {"Kiểm tra đê bao ấp Phú Long"} == {line["story"]["title"] for line in told}


def test_a_withdrawn_story_leaves_no_word(client: httpx.Client, db: Database) -> None:
    """Its earlier lines are still told, without its text."""
    tell(db, draft("a", "Kiểm tra đê bao", BODY))
    [one] = living(db)
    with db.write() as conn:
        words.withdraw(conn, one.story_id, "lan", NOW)
    settled(db)
    told = lines(client)

    assert [("created", "withdrawn", None), ("withdrawn", "withdrawn", None)] == [
        (line["type"], line["state"], line["story"]) for line in told
    ]
    assert "đê bao" not in json.dumps(told, ensure_ascii=False)


def test_a_merge_names_its_survivor_and_a_split_its_origin(client: httpx.Client, db: Database) -> None:
    """Both with the id that feeds know and our page."""
    tell(db, draft("a", "Kiểm tra đê bao", BODY))
    tell(db, draft("b", "Hội thi bánh dân gian", OTHER))
    one, other = (line["story_id"] for line in lines(client))
    with db.write() as conn:
        words.merge(conn, one, other, "lan", NOW)
    settled(db)
    merged = next(line for line in lines(client) if line["type"] == "merged_into")
    [survivor] = living(db)
    with db.write() as conn:
        words.split(conn, survivor.face.tellings[-1].entry_id, "lan", NOW)
    settled(db)
    last = [line for line in lines(client) if line["type"] == "split_from"][-1]

    assert ("merged", survivor.story_id) == (merged["state"], merged["into"]["story_id"])
    assert merged["into"]["page"].endswith(survivor.story_id)
    assert ("live", survivor.story_id) == (last["state"], last["origin"]["story_id"])


def test_a_story_that_leaves_a_part_is_told_so(client: httpx.Client, db: Database) -> None:
    """A mirror of one province drops what a corrected label takes out of it."""
    tell(db, draft("a", "Kiểm tra đê bao", BODY))
    mirror = Mirror(client, {"province": "vinh-long"}).drain()
    held = list(mirror.held)
    with db.write() as conn:
        sources.add(conn, replace(PAPER, province="lao-cai", area="lao-cai"))
    settled(db)
    told = lines(client, since=mirror.cursor, province="vinh-long")
    mirror.drain()

    assert 1 == len(held)
    assert [("elsewhere", None)] == [(line["state"], line["story"]) for line in told]
    assert {} == mirror.held
    assert held == list(Mirror(client, {"province": "lao-cai"}).drain().held)


def test_text_is_as_the_rights_allow_now(client: httpx.Client, db: Database) -> None:
    """A source that let its full text out and takes that back is told without it, from the first line on."""
    with db.write() as conn:
        sources.add(conn, replace(PAPER, rights=Rights.FULL))
    tell(db, draft("a", "Kiểm tra đê bao", BODY), source=replace(PAPER, rights=Rights.FULL))
    before = [line["story"]["content"] for line in lines(client)]
    with db.write() as conn:
        sources.add(conn, PAPER)
    settled(db)

    assert [BODY] == before
    assert {""} == {line["story"]["content"] for line in lines(client)}


@contextmanager
def over(db: Database, tmp_path: Path) -> Iterator[tuple[httpx.Client, Site]]:
    """A web process over another database, its client and what it holds."""
    app = create_app(Settings(data=tmp_path, database_url=db.url))
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client, app.state.site


def test_cursors_are_of_one_history(client: httpx.Client, db: Database, tmp_path: Path) -> None:
    """One of another installation, or of a time that a backup does not know, is refused with advice."""
    tell(db, draft("a", "Kiểm tra đê bao", BODY))
    copied = open_database(f"sqlite:///{tmp_path / 'copy.db'}")
    dict(transfer.copy(db, copied))
    early = lines(client)[-1]["cursor"]
    tell(db, draft("b", "Hội thi bánh dân gian", OTHER))
    late = lines(client)[-1]["cursor"]
    foreign = open_database(f"sqlite:///{tmp_path / 'foreign.db'}")
    foreign.migrate()
    tell(foreign, draft("a", "Kiểm tra đê bao", BODY))
    with over(copied, tmp_path) as (restored, _), over(foreign, tmp_path) as (stranger, _):
        refused = [
            restored.get("/api/changes", params={"since": late}),
            stranger.get("/api/changes", params={"since": early}),
        ]
        tell(copied, draft("c", "Một tin khác hẳn", OTHER))
        refused.append(restored.get("/api/changes", params={"since": late}))
        assert 1 == len(lines(restored, since=early))
    copied.close()
    foreign.close()

    assert [(410, "cursor_unknown", "since")] * 3 == [
        (one.status_code, one.json()["code"], one.json()["field"]) for one in refused
    ]
    assert "begin anew" in refused[0].json()["message"]


def test_what_cannot_be_asked_is_refused(client: httpx.Client) -> None:
    """What was never a cursor, limits and slugs that are none: an error that names the parameter."""
    garbage = ("x", "0", "12345", "AQAAAA", "é", "A" * 34, "A" * 150, "../..", " ")
    wrong: list[tuple[str, str | int]] = [("since", one) for one in garbage]
    wrong += [
        ("limit", 0),
        ("limit", 1001),
        ("wait", 31),
        ("province", "ha-tay"),
        ("area", "x"),
        ("topic", "x"),
    ]
    answers = [(name, client.get("/api/changes", params={name: value})) for name, value in wrong]

    assert [(422, name) for name, _ in wrong] == [
        (one.status_code, one.json()["field"]) for _, one in answers
    ]


def test_one_walk_is_of_one_place(client: httpx.Client, db: Database) -> None:
    """Several values are refused by name with a way out, never cut to one; capitals count for nothing."""
    tell(db, draft("a", "Kiểm tra đê bao", BODY))
    wrong = ["province=vinh-long&province=dong-thap", "province=vinh-long,dong-thap", "area=ben-tre&area="]
    wrong += ["topic=y-te,giao-duc", "limit=1&limit=2", "province=,", "province=%20", "provnce=vinh-long"]
    answers = [client.get(f"/api/changes?{asked}") for asked in wrong]

    assert [(422, asked.partition("=")[0]) for asked in wrong] == [
        (one.status_code, one.json()["field"]) for one in answers
    ]
    assert "each province in a walk of its own" in answers[0].json()["message"]
    assert lines(client, province="vinh-long") == lines(client, province="VINH-LONG")
    assert 1 == len(lines(client, province="Vinh-Long"))


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.binary(min_size=8, max_size=8))
def test_cursors_read_back(seq: int, head: int, mark: bytes) -> None:
    """What is written is read, and nothing else is: each cursor has one spelling."""
    made = Cursor(min(seq, head), max(seq, head), mark)

    assert made == read_cursor(made.text())


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_cursors(text: str) -> None:
    """Whatever is sent, it is a cursor or an error of ours."""
    try:
        read = read_cursor(text).text()
    except BadInput:
        return

    assert text == read


def test_the_next_page_is_linked_and_packed(client: httpx.Client, db: Database) -> None:
    """The Link header leads on; gzip is sent to who takes it; HEAD is GET without the lines."""
    tell(db, draft("a", "Kiểm tra đê bao", BODY))
    tell(db, draft("b", "Hội thi bánh dân gian", OTHER))
    first = client.get("/api/changes", params={"limit": 1}, headers={"accept-encoding": "gzip"})
    found = re.fullmatch(r'<([^>]+)>; rel="next"', first.headers["link"])
    assert found is not None
    plain = client.get(str(httpx.URL(found[1]).raw_path.decode()), headers={"accept-encoding": "identity"})
    with client.stream("GET", "/api/changes", headers={"accept-encoding": "gzip"}) as told:
        packed = b"".join(told.iter_raw())

    assert ("application/x-ndjson", "gzip", "true") == tuple(
        first.headers[name] for name in ("content-type", "content-encoding", "changes-more")
    )
    assert (None, "false", 1) == (
        plain.headers.get("content-encoding"),
        plain.headers["changes-more"],
        len(plain.text.splitlines()),
    )
    assert 2 == len(gzip.decompress(packed).splitlines())
    assert (200, b"") == ((head := client.head("/api/changes")).status_code, head.content)


def _waiting(client: httpx.Client, **asked: Any) -> httpx.Response:
    """Ask and wait; a connection of its own."""
    with httpx.Client(base_url=client.base_url, trust_env=False, timeout=60) as mine:
        return mine.get("/api/changes", params=asked)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads of callers."""
    with ThreadPoolExecutor(max_workers=16) as made:
        yield made


def _until(holds: Any) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def test_who_waits_is_woken(client: httpx.Client, db: Database, pool: ThreadPoolExecutor) -> None:
    """News end the wait of everybody who has read all; who asks for another part goes on waiting."""
    tell(db, draft("a", "Kiểm tra đê bao", BODY))
    since = lines(client)[-1]["cursor"]
    told: list[Future[httpx.Response]] = [
        pool.submit(_waiting, client, since=since, wait=30) for _ in range(3)
    ]
    elsewhere = pool.submit(_waiting, client, since=since, wait=2, province="lao-cai")
    tell(db, draft("b", "Hội thi bánh dân gian", OTHER))
    woken = [one.result() for one in told]

    assert [1, 1, 1] == [len(one.text.splitlines()) for one in woken]
    assert ("", "false") == (elsewhere.result().text, elsewhere.result().headers["changes-more"])
    assert since != elsewhere.result().headers["changes-next"]


def test_only_so_many_wait(db: Database, tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    """One more than that is told when to come again; who leaves makes room."""
    with over(db, tmp_path) as (client, site):
        site.watch._most = 1
        tell(db, draft("a", "Kiểm tra đê bao", BODY))
        since = lines(client)[-1]["cursor"]
        with pytest.raises(httpx.ReadTimeout):
            client.get("/api/changes", params={"since": since, "wait": 30}, timeout=0.3)
        _until(lambda: not site.watch._waiting)
        pool.submit(_waiting, client, since=since, wait=2)
        _until(lambda: site.watch._waiting)
        refused = client.get("/api/changes", params={"since": since, "wait": 2})

        assert (503, "too_many_wait") == (refused.status_code, refused.json()["code"])
        assert int(refused.headers["retry-after"]) > 0
        _until(lambda: not site.watch._waiting)


def test_the_end_of_the_process_ends_the_wait(db: Database, tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    """Whoever waits then gets an empty page and its cursor, and nothing is cut off."""
    tell(db, draft("a", "Kiểm tra đê bao", BODY))
    app = create_app(Settings(data=tmp_path, database_url=db.url))
    config = uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as door:
        running = pool.submit(server.run, sockets=[door])
        with httpx.Client(base_url=f"http://127.0.0.1:{door.getsockname()[1]}", trust_env=False) as client:
            since = lines(client)[-1]["cursor"]
            told = pool.submit(_waiting, client, since=since, wait=30)
            _until(lambda: app.state.site.watch._waiting)
            server.should_exit = True
            answer = told.result(timeout=15)
        running.result(timeout=15)

    assert (200, "", since) == (answer.status_code, answer.text, answer.headers["changes-next"])


def test_the_documented_client_holds_what_is_published(client: httpx.Client, db: Database) -> None:
    """The code of docs/changes.md, as it stands there, follows the log and begins anew when it must."""
    [code] = re.findall(r"```python\n(.+?)```", DOC.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, str(DOC), "exec"), names)
    held: dict[str, Any] = {}
    follow = partial(
        names["follow"],
        str(client.base_url).rstrip("/"),
        put=held.__setitem__,
        drop=lambda one: held.pop(one, None),
    )
    tell(db, draft("a", "Kiểm tra đê bao", BODY), draft("b", "Hội thi bánh dân gian", OTHER))
    cursor, more = follow("", wait=0)
    first = dict(held)
    with db.write() as conn:
        words.withdraw(conn, next(iter(first)), "lan", NOW)
    settled(db)
    cursor, _ = follow(cursor, wait=5)
    after = dict(held)
    emptied(db)

    assert (2, False, list(first)[1:]) == (len(first), more, list(after))
    assert ("", True) == follow(cursor)


def test_a_mirror_holds_what_the_feeds_tell(client: httpx.Client, db: Database) -> None:
    """News in the mirror are the entries of `all` and of its archives, by id; old news are in neither."""
    for one in news(7, 24):
        send(db, *one.drafts, source=one.source, at=one.at)
    drain(db, HandedOver(), clock)
    held = Mirror(client).drain().held.values()
    told: set[str] = set()
    path = "/feeds/all.atom"
    while path:
        feed = etree.fromstring(client.get(path).content)
        told |= {one.text or "" for one in feed.iterfind(f"{ATOM}entry/{ATOM}id")}
        earlier = [
            one.get("href") for one in feed.iterfind(f"{ATOM}link") if one.get("rel") == "prev-archive"
        ]
        path = httpx.URL(earlier[0]).path if earlier and earlier[0] else ""

    assert told == {one["id"] for one in held if not one["backfill"]}
    assert {True, False} == {one["backfill"] for one in held}


def test_a_page_ends_by_its_size_and_by_the_log_it_went_through(client: httpx.Client, db: Database) -> None:
    """Long texts make short pages; a part that is seldom touched is read in steps, some of them empty."""
    source = replace(PAPER, rights=Rights.FULL)
    with db.write() as conn:
        sources.add(conn, source)
    tell(db, draft("a", "Kiểm tra đê bao", f"{BODY}\n\n" * 200), source=source)
    [one] = living(db)
    rows = [(one.story_id, ChangeKind.UPDATED, NOW, one.face.labels, None)] * 5_200
    with db.write() as conn:
        changes.append_all(conn, rows)
    long = client.get("/api/changes", params={"limit": 1_000})
    other = Mirror(client, {"province": "lao-cai"})
    steps = [other.read(1_000), other.read(1_000)]

    assert ("true", True) == (long.headers["changes-more"], 20 < len(long.text.splitlines()) < 100)
    assert ([True, False], {}) == (steps, other.held)
