"""What the public sees of the sources and channels, on both databases."""

from datetime import UTC, datetime, timedelta
from itertools import product

import httpx
import pytest

from feeds.channel import channels
from feeds.publish import publish
from pipeline.freshness import Door, Freshness, Standing, of_source
from pipeline.model import Source, SourceId
from pipeline.store import Database, intakes, pauses, sources, standings
from tests.store.tellings import draft, send, settled
from tests.store.test_pushes import pushed
from web.status import StatusBody, word

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
PRIVATE = "http://10.20.30.40/rss?token=bi-mat"
BODY = "Sáng nay cầu Rạch Vong được thông xe sau hai năm thi công, nối hai xã bên sông Ba Lai."


def feed(**changes: object) -> Door:
    """Return a feed that was polled an hour ago and is news since two hours."""
    plain = {
        "kind": "feed",
        "paused": False,
        "next_due": NOW + HOUR,
        "polled_at": NOW - HOUR,
        "succeeded_at": NOW - HOUR,
        "changed_at": NOW - 2 * HOUR,
        "broken": False,
    }
    return Door(**{**plain, **changes})  # type: ignore[arg-type]


FRESH = feed()
QUIET = feed(changed_at=NOW - timedelta(days=4))
LATE = feed(next_due=NOW - HOUR)
BROKEN = feed(broken=True, succeeded_at=NOW - 9 * HOUR)
HELD_UP = feed(next_due=NOW - timedelta(minutes=2))
UNSEEN = feed(polled_at=None, succeeded_at=None, changed_at=None)
RESTING = feed(paused=True, broken=True)
HOOK = feed(kind="webhook", next_due=None, came=[NOW - timedelta(days=9) + n * HOUR for n in range(170)])


@pytest.mark.parametrize(
    ("doors", "standing"),
    [
        ([FRESH], Standing(Freshness.FRESH, None, NOW - 2 * HOUR)),
        ([FRESH, QUIET], Standing(Freshness.FRESH, None, NOW - 2 * HOUR)),
        ([QUIET], Standing(Freshness.SILENT, NOW - timedelta(days=4), NOW - timedelta(days=4))),
        ([HELD_UP], Standing(Freshness.FRESH, None, NOW - 2 * HOUR)),
        ([FRESH, LATE], Standing(Freshness.LATE, NOW - HOUR, NOW - 2 * HOUR)),
        ([LATE, BROKEN], Standing(Freshness.LATE, NOW - 9 * HOUR, NOW - 2 * HOUR)),
        ([FRESH, RESTING], Standing(Freshness.FRESH, None, NOW - 2 * HOUR)),
        ([RESTING], Standing(Freshness.PAUSED, None, NOW - 2 * HOUR)),
        ([UNSEEN], Standing(Freshness.NEW)),
        ([HOOK], Standing(Freshness.SILENT, HOOK.came[-1], HOOK.came[-1])),
        ([], Standing(Freshness.BY_HAND)),
    ],
)
def test_a_source_is_as_its_doors_are(doors: list[Door], standing: Standing) -> None:
    """Late if a door is, silent if all are, fresh by one that is; paused doors say nothing."""
    assert standing == of_source(doors, NOW, paused=False)


def test_a_paused_source_is_paused_whatever_its_doors() -> None:
    """An editor's word goes before everything."""
    assert {Freshness.PAUSED} == {
        of_source([one], NOW, paused=True).state for one in (FRESH, QUIET, LATE, BROKEN, UNSEEN)
    }


def test_the_wait_is_one_word() -> None:
    """Under a minute, under a quarter of an hour, or longer; an embargo waits for nothing."""
    ages = (None, *(timedelta(seconds=seconds) for seconds in (-500, 59, 61, 899, 901)))

    assert ["prompt", "prompt", "prompt", "slow", "slow", "stuck"] == [
        word(None if age is None else NOW - age, NOW) for age in ages
    ]


@pytest.fixture
def told(db: Database) -> None:
    """Sources in every state, and one story that is published."""
    with db.write() as conn:
        for name in ("fresh", "failing", "paused", "new"):
            sources.add(conn, Source(SourceId(f"bao-{name}"), f"Báo {name}"))
        for name, error, changed in (("fresh", "", True), ("failing", f"cannot reach {PRIVATE}", False)):
            door = intakes.add(
                conn, SourceId(f"bao-{name}"), "feed", f"{PRIVATE}&{name}", allow_private=True, next_due=NOW
            )
            done = intakes.Poll(NOW, NOW + HOUR, status=200, changed=changed, error=error, answered=changed)
            intakes.done(conn, door, done)
        intakes.add(conn, SourceId("bao-paused"), "webhook")
        intakes.add(conn, SourceId("bao-new"), "webhook")
        pauses.pause(conn, SourceId("bao-paused"), "đang sửa máy", NOW)
    pushed(db, SourceId("bao-push"), *(NOW - timedelta(days=20) + n * HOUR for n in range(200)))


def test_everything_is_told_and_nothing_inside(client: httpx.Client, db: Database, told: None) -> None:
    """How sources are and where feeds are; no address of a door, no error, no reason of ours."""
    del told
    answer = client.get("/status.json")
    state = {one["source"]: one["state"] for one in answer.json()["sources"]}
    page = client.get("/status").text

    assert {
        "bao-fresh": "fresh",
        "bao-failing": "late",
        "bao-paused": "paused",
        "bao-new": "new",
        "bao-push": "silent",
    } == state
    assert [one.key for one in channels()] == [one["key"] for one in answer.json()["channels"]]
    assert [] == [
        secret
        for secret, text in product(("10.20.30.40", "bi-mat", "cannot reach", "sửa máy"), (answer.text, page))
        if secret in text
    ]
    assert "Báo failing" in page
    with db.read() as conn:
        assert 5 == len(standings.listed(conn, NOW))


def test_a_channel_tells_when_it_changed(client: httpx.Client, db: Database, tmp_path: object) -> None:
    """Those that hold the story have a time, and their feeds' addresses are served."""
    send(db, draft("a", "Thông xe cầu Rạch Vong", BODY, url="https://baomau.example/a"))
    settled(db)
    publish(db, tmp_path / "feeds", "http://127.0.0.1", NOW)  # type: ignore[operator]
    answer = client.get("/status.json").json()
    changed = {one["key"]: one["changed"] for one in answer["channels"]}
    home = next(one for one in answer["channels"] if one["key"] == "province/vinh-long")

    assert "prompt" == answer["queue"]
    assert all(changed[key] for key in ("all", "province/vinh-long", "area/ben-tre"))
    assert changed["province/lao-cai"] is None
    assert {"atom", "rss", "json"} == set(home["feeds"])
    assert [200] == [client.get(httpx.URL(home["feeds"]["atom"]).path).status_code]


@pytest.mark.parametrize("path", ["/status", "/status.json"])
def test_asking_again_costs_nothing(client: httpx.Client, path: str) -> None:
    """The same state has the same tag; each coding has its own."""
    plain = client.get(path, headers={"accept-encoding": "identity"})
    packed = client.get(path, headers={"accept-encoding": "gzip"})
    again = client.get(path, headers={"if-none-match": packed.headers["etag"], "accept-encoding": "gzip"})

    assert (200, 304, b"") == (packed.status_code, again.status_code, again.content)
    assert plain.text == packed.text
    assert plain.headers["etag"] != packed.headers["etag"]


def test_the_json_is_as_described(client: httpx.Client, told: None) -> None:
    """Its form is the one that /openapi.json names."""
    del told
    told_now = StatusBody.model_validate_json(client.get("/status.json").content)

    assert len(channels()) == len(told_now.channels)


def test_a_cache_keeps_languages_apart(client: httpx.Client) -> None:
    """The page may be kept for all who read the same language."""
    told = {
        language: client.get("/status", headers={"Cookie": f"tintinh_language={language}"})
        for language in ("vi", "en")
    }

    assert {"Accept-Encoding, Cookie"} == {answer.headers["vary"] for answer in told.values()}
    assert ["<h1>Tình trạng</h1>" in told["vi"].text, "<h1>Status</h1>" in told["en"].text] == [True, True]
    assert told["vi"].headers["etag"] != told["en"].headers["etag"]
    assert "Accept-Encoding" == client.get("/status.json").headers["vary"]
