"""The feed of a saved search: a secret address, valid documents, the story as it stands now."""

import re
from dataclasses import dataclass
from datetime import timedelta

import feedparser
import httpx
import pytest

from pipeline.model import ChangeKind
from pipeline.store import Database, saved
from pipeline.store.schema import change
from search.alerts import Watch, alert
from tests.feeds.check import check_answer, check_atom, check_json, check_rss
from tests.feeds.newsdesk import end, name
from tests.search.test_alerts import BRIDGE, DIKE, tell
from tests.store.tellings import NOW, clock
from tests.web.conftest import Serve

_CHECKS = {"atom": check_atom, "rss": check_rss, "json": check_json}
_SECRET = "đê bao Phú Long"
_NOTICE = re.compile(r"notice/saved/[\d/]+")


@dataclass(frozen=True, slots=True)
class Follower:
    """Who follows a saved search."""

    db: Database
    client: httpx.Client
    saved_id: int
    token: str

    def get(self, form: str = "json", **headers: str) -> httpx.Response:
        """Ask for the feed."""
        return self.client.get(f"/feeds/saved/{self.token}.{form}", headers=headers)

    def titles(self) -> list[str]:
        """The titles in the feed."""
        return [one["title"] for one in self.get().json()["items"]]

    def alerted(self) -> None:
        """Let the stage run."""
        alert(self.db, Watch(), clock)


@pytest.fixture
def follower(db: Database, serve: Serve) -> Follower:
    """A search that two stories match and one does not."""
    with db.write() as conn:
        made, token = saved.add(conn, "Sạt lở", {"q": _SECRET}, "lan", NOW)
    for number, title in enumerate((DIKE, BRIDGE, f"{DIKE}: khởi công")):
        tell(db, number, title)
    found = Follower(db, serve(), made, token)
    found.alerted()
    return found


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_the_feed_is_valid_and_keeps_the_secret(follower: Follower, form: str) -> None:
    """Every form passes our checker; the newest match leads; neither question nor owner is in it."""
    told = follower.get(form, **{"accept-encoding": "identity"})
    read = feedparser.parse(told.content)

    assert [] == _CHECKS[form](told.content, now=NOW + timedelta(days=1))
    assert [] == check_answer(told.headers, told.content)
    assert "Tin Tỉnh – Sạt lở" in told.text
    assert not any(word in told.text for word in (_SECRET, "lan@", '"lan"'))
    if form != "json":
        assert [f"{DIKE}: khởi công", DIKE] == [one.title for one in read.entries]
    assert "private, max-age=60" == told.headers["cache-control"]
    assert "noindex" in told.headers["x-robots-tag"]
    assert "no-referrer" == told.headers["referrer-policy"]


def test_asking_again_costs_nothing(follower: Follower) -> None:
    """The tag brings a 304 in every coding, HEAD no body; what is found meanwhile changes the tag."""
    first = follower.get(**{"accept-encoding": "gzip"})
    again = follower.get(**{"if-none-match": first.headers["etag"], "accept-encoding": "gzip"})
    head = follower.client.head(f"/feeds/saved/{follower.token}.json")
    tell(follower.db, 7, DIKE)
    follower.alerted()
    changed = follower.get(**{"if-none-match": first.headers["etag"], "accept-encoding": "gzip"})

    assert (304, b"") == (again.status_code, again.content)
    assert (200, b"") == (head.status_code, head.content)
    assert 200 == changed.status_code
    assert 3 == len(changed.json()["items"])


def test_a_story_is_shown_as_it_stands(follower: Follower) -> None:
    """Corrected in its place, with its id; withdrawn as a last word and a tombstone; merged as the other."""
    before = {one["title"]: one["id"] for one in follower.get().json()["items"]}
    tell(follower.db, 0, f"{DIKE} (đã sửa)", ChangeKind.CORRECTED)
    follower.alerted()

    assert [f"{DIKE}: khởi công", f"{DIKE} (đã sửa)"] == follower.titles()
    assert before[DIKE] == follower.get().json()["items"][1]["id"]
    end(follower.db, name(2), NOW, into=name(1))
    assert [BRIDGE, f"{DIKE} (đã sửa)"] == follower.titles()
    end(follower.db, name(0), NOW)
    atom = follower.get("atom")
    assert [] == check_atom(atom.content, now=NOW + timedelta(days=1))
    assert 2 == atom.text.count("<at:deleted-entry")
    assert [BRIDGE, "Tin này đã được gỡ"] == follower.titles()
    assert "đã sửa" not in atom.text


def test_a_paused_feed_stays_and_an_ended_one_is_gone(follower: Follower) -> None:
    """Paused: as it was, with nothing new. Ended: 410, for good, and forgotten."""
    with follower.db.write() as conn:
        saved.pause(conn, follower.saved_id)
    tell(follower.db, 8, DIKE)
    follower.alerted()
    assert [f"{DIKE}: khởi công", DIKE] == follower.titles()

    with follower.db.write() as conn:
        saved.end(conn, follower.saved_id)
    told = follower.get()
    assert (410, [], True) == (told.status_code, told.json()["items"], told.json()["expired"])
    assert "Sạt lở" not in told.text


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_the_feed_tells_that_its_question_cannot_be_read(follower: Follower, form: str) -> None:
    """Before the stories, as long as it is so, and anew the next time; not which part of the question."""
    told = []
    for day in (1, 2):
        with follower.db.write() as conn:
            saved.invalidate(conn, follower.saved_id, "q: must be mended")
        told.append(follower.get(form, **{"accept-encoding": "identity"}))
        with follower.db.write() as conn:
            conn.execute(change.update().values(at=NOW + timedelta(days=day)))
            saved.revalidate(conn, follower.saved_id)
    [first, second] = [set(_NOTICE.findall(one.text)) for one in told]

    assert [] == _CHECKS[form](told[0].content, now=NOW + timedelta(days=1))
    assert told[0].text.index("Cần sửa câu hỏi") < told[0].text.index(DIKE)
    assert (1, 1, set()) == (len(first), len(second), first & second)
    assert "mended" not in told[0].text
    assert [f"{DIKE}: khởi công", DIKE] == follower.titles()


@pytest.mark.parametrize("path", ["a" * 32 + ".atom", "x.rss", "%00.json", "a/b.rss"])
def test_an_unknown_token_is_not_there(client: httpx.Client, path: str) -> None:
    """Whoever guesses learns nothing; a form that there is not neither."""
    assert 404 == client.get(f"/feeds/saved/{path}").status_code


def test_a_feed_without_matches_is_valid(db: Database, client: httpx.Client) -> None:
    """A reader may come before the first story; without a name the title is neutral."""
    with db.write() as conn:
        _, token = saved.add(conn, "", {"q": _SECRET}, None, NOW)
    for form, check in _CHECKS.items():
        told = client.get(f"/feeds/saved/{token}.{form}", headers={"accept-encoding": "identity"})

        assert [] == check(told.content, now=NOW + timedelta(days=1))
        assert "Tin Tỉnh – Tìm kiếm đã lưu" in told.text
    with db.read() as conn:
        known = saved.by_token(conn, token)
    assert known is not None
    assert known.seen_at > NOW
