"""Readers that others wrote, subscribed to our web process over HTTP: what they see when news changes.

`reader` tells (new, modified, unmodified) of each update, or nothing where it got a 304; newsboat keeps rows.
"""

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from feeds.channel import FeedForm
from feeds.publish import publish
from pipeline.config import Settings
from pipeline.model import Act, Draft, EntryKind, Places, Source, SourceId
from pipeline.store import Database, open_database
from tests.feeds import foreign
from tests.feeds.check import check_answer, check_atom, check_json, check_opml, check_rss
from tests.feeds.hostile_stories import sentence
from tests.store.tellings import NOW, PAPER, HandedOver, draft, drain, send
from tests.web.conftest import serving
from web.app import create_app

pytestmark = pytest.mark.early

BASE, HUB = "https://tin.example", "https://tin.example/hub"
BEN_TRE = Places(areas=("ben-tre",), provinces=("vinh-long",))
KIEN_GIANG = Places(areas=("kien-giang",), provinces=("an-giang",))
OTHER = Source(SourceId("bao-hai"), "Báo Hai", "vinh-long", "ben-tre", ("baohai.example",))
FORMS = [
    FeedForm.ATOM,
    pytest.param(FeedForm.RSS, marks=pytest.mark.long),  # each client starts some fifteen times a form
    pytest.param(FeedForm.JSON, marks=pytest.mark.long),
]
TITLES = (
    "Trạm y tế mở cửa",
    "Cầu mới thông xe",
    "Mưa lớn gây ngập đường",
    "Lúa hè thu được mùa",
    "Học sinh nhận sách",
    "Bến phà dời chỗ",
)
EDITED = "Cầu mới thông xe sớm một tuần"
_UPDATE = """
import json, sys
from reader import make_reader
reader = make_reader(sys.argv[1])
reader.add_feed(sys.argv[2], exist_ok=True)
[result] = list(reader.update_feeds_iter(feed=sys.argv[2], scheduled=False))
if isinstance(result.value, Exception):
    raise result.value
told = result.value and [result.value.new, result.value.modified, result.value.unmodified]
entries = {one.id: one.title for one in reader.get_entries(feed=sys.argv[2])}
print(json.dumps({"told": told, "entries": entries}))
"""


@dataclass(slots=True)
class Paper:
    """A newsroom with its web process: its address, its clock, and the statuses of its answers."""

    db: Database
    folder: Path
    url: str = ""
    now: datetime = NOW
    statuses: list[int] = field(default_factory=list)

    def tell(self, *drafts: Draft, source: Source = PAPER) -> None:
        """Take in news and publish what it changes."""
        self.now += timedelta(hours=1)
        send(self.db, *drafts, source=source, at=self.now)
        drain(self.db, HandedOver(), self._clock)
        while publish(self.db, self.folder / "feeds", BASE, self.now, hub=HUB).changes:
            pass

    def _clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def news(number: int, **changes: Any) -> Draft:
    """Return a piece of news that is like no other number's."""
    body = ". ".join(sentence(random.Random(number * 10 + line), 20) for line in range(4))
    url = f"https://baomau.example/{number}"
    plain = draft(f"bai-{number}", TITLES[number - 1], f"{body}.", url=url)
    return replace(plain, **{"places": BEN_TRE, "topics": ("y-te",), **changes})


@contextmanager
def _web(paper: Paper) -> Iterator[None]:
    app = create_app(Settings(data=paper.folder, database_url=paper.db.url, public_url=BASE))

    async def noted(scope: Any, receive: Any, send_on: Any) -> None:
        async def note(message: Any) -> None:
            if message["type"] == "http.response.start" and "/feeds/" in scope["path"]:
                paper.statuses.append(message["status"])
            await send_on(message)

        await app(scope, receive, note)

    with serving(cast("FastAPI", noted)) as paper.url:  # any ASGI application is served
        yield


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    """A newsroom with five pieces of news, published and served."""
    db = open_database(f"sqlite:///{tmp_path / 'tintinh.db'}")
    db.migrate()
    made = Paper(db, tmp_path)
    with _web(made):
        made.tell(*map(news, range(1, 6)))
        yield made
    db.close()


@dataclass(frozen=True, slots=True)
class Seen:
    """What an update brought, None for a 304, and the titles that a reader then has, by id."""

    told: tuple[int, ...] | None
    entries: dict[str, str]


Update = Callable[..., Seen]


@pytest.fixture(params=FORMS)
def update(request: pytest.FixtureRequest, paper: Paper, tmp_path: Path) -> Update:
    """Let `reader`, subscribed to one form of a channel, look for news."""
    if why := foreign.missing("reader"):
        pytest.skip(why)

    def look(channel: str = "all") -> Seen:
        url = f"{paper.url}/feeds/{channel}.{request.param}"
        command = [str(foreign.PYTHON), "-c", _UPDATE, str(tmp_path / "reader.db"), url]
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)
        assert 0 == done.returncode, done.stderr.decode()[-2_000:]
        read = json.loads(done.stdout)
        return Seen(read["told"] and tuple(read["told"]), read["entries"])

    return look


def test_nothing_new_is_a_304(paper: Paper, update: Update) -> None:
    """Who asks again gets five new entries once and then nothing but a 304, published again or not."""
    first = update()
    again = update()
    while publish(paper.db, paper.folder / "feeds", BASE, paper.now + timedelta(hours=9), hub=HUB).changes:
        pass
    third = update()

    assert ((5, 0, 0), None, None) == (first.told, again.told, third.told)
    assert [200, 304, 304] == paper.statuses


def test_an_edit_is_one_modified_entry(paper: Paper, update: Update) -> None:
    """An edited text modifies its entry, under its id, and touches no other."""
    first = update()
    paper.tell(news(2, title=EDITED))
    edited = update()

    assert (0, 1, 4) == edited.told
    assert first.entries.keys() == edited.entries.keys()
    assert EDITED in edited.entries.values()


def test_an_item_joined_by_its_article_keeps_its_id(paper: Paper, update: Update) -> None:
    """A bulletin's item becomes the full article that joins it: one modified entry, no new one."""
    item = news(
        6,
        kind=EntryKind.BULLETIN_ITEM,
        external_id="ban-tin#1",
        guid="",
        url="",
        bulletin_id="ban-tin",
        bulletin_number=1,
    )
    paper.tell(item)
    first = update()
    paper.tell(news(6, title="Bến phà dời chỗ từ tháng sau"), source=OTHER)
    joined = update()

    assert (0, 1, 5) == joined.told
    assert first.entries.keys() == joined.entries.keys()
    assert "Bến phà dời chỗ từ tháng sau" in joined.entries.values()


def test_a_withdrawal_takes_the_words_away(paper: Paper, update: Update) -> None:
    """A withdrawn story's entry is modified: a reader that knows no tombstones forgets its title too."""
    first = update()
    paper.tell(news(3, act=Act.WITHDRAW))
    gone = update()

    assert (0, 1, 4) == gone.told
    assert first.entries.keys() == gone.entries.keys()
    assert TITLES[2] not in gone.entries.values()


def test_a_relabelled_story_leaves_without_a_word(paper: Paper, update: Update) -> None:
    """A story that tells of another place leaves a channel silently and is new in the other one."""
    before = update("area/ben-tre")
    update("area/kien-giang")
    paper.tell(news(4, places=KIEN_GIANG, body=f"{news(4).body} Trạm nằm ở Kiên Giang."))
    left, entered = update("area/ben-tre"), update("area/kien-giang")

    assert (0, 0) == (left.told or (0, 0))[:2]
    assert before.entries == left.entries
    assert (1, 0) == (entered.told or (0, 0))[:2]
    assert TITLES[3] in entered.entries.values()


@pytest.mark.parametrize("form", FORMS[:2])
def test_newsboat_sees_the_same(paper: Paper, form: FeedForm, tmp_path: Path) -> None:
    """A 304 for nothing new, an edit under its guid, and the last word on what was withdrawn."""
    if why := foreign.missing("newsboat"):
        pytest.skip(why)
    folder = tmp_path / "newsboat"
    folder.mkdir()
    (folder / "config").touch()
    (folder / "urls").write_text(f"{paper.url}/feeds/all.{form}\n")
    for _ in range(3):  # it keeps the first answer's validators, and uses them from the third time on
        foreign.reload_feeds(folder)
    first = {row[0]: row[1] for row in foreign.rows(folder)}
    paper.tell(news(2, title=EDITED), news(3, act=Act.WITHDRAW))
    foreign.reload_feeds(folder)
    then = {row[0]: row[1] for row in foreign.rows(folder)}

    assert 304 == paper.statuses[2]
    assert (5, first.keys()) == (len(first), then.keys())
    assert EDITED in then.values()
    assert TITLES[2] not in then.values()


def test_answers_break_no_rule(paper: Paper) -> None:
    """What a validator would get over HTTP is what its type says, at the address that it names as its own."""
    checks = {FeedForm.ATOM: check_atom, FeedForm.RSS: check_rss, FeedForm.JSON: check_json}
    told = {form: httpx.get(f"{paper.url}/feeds/all.{form}", trust_env=False) for form in FeedForm}
    listed = httpx.get(f"{paper.url}/feeds.opml", trust_env=False)

    for form, answer in told.items():
        assert [] == check_answer(answer.headers, answer.content)
        assert [] == checks[form](answer.content, url=f"{BASE}/feeds/all.{form}", now=paper.now)
    assert [] == check_answer(listed.headers, listed.content) + check_opml(listed.content)
