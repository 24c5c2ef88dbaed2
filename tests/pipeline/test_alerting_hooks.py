"""Webhooks of saved searches: tried first, signed, in order, each find once."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from pipeline import alerting, outgoing
from pipeline.store import Database, saved_ways, words
from pipeline.store.saved_finds import Kind
from pipeline.store.saved_ways import State
from tests.pipeline.alert_desk import Desk
from tests.pipeline.receivers import Got, Receiver, receiving
from tests.store.newsroom import NEWS
from tests.store.tellings import settled

pytestmark = pytest.mark.long_on_postgresql  # what its SQL says there, tests/store/test_saved_ways.py holds


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    """A desk without a mail server."""
    return Desk(db, tmp_path)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of calls."""
    with receiving() as running:
        yield running


def hook(desk: Desk, receiver: Receiver, search: int, *, tried: bool = True) -> int:
    """Register a webhook, and try it."""
    with desk.db.write() as conn:
        made = saved_ways.add_hook(conn, search, receiver.url, desk.now)
    if tried:
        attempt(desk, made)
        receiver.got.clear()
    return made


def attempt(desk: Desk, way: int) -> None:
    """Press the button."""
    with desk.db.write() as conn:
        alerting.attempt(conn, desk.known(way), desk.now)
    desk.run()


def said(got: Got) -> dict[str, Any]:
    """Return what a call says."""
    told: dict[str, Any] = json.loads(got.body)
    return told


def verifies(secret: str, got: Got) -> bool:
    """Say whether a call is signed by a secret; when is another matter."""
    signed = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    made = Webhook(secret).sign(got.headers["webhook-id"], signed, got.body.decode())
    return made in got.headers["webhook-signature"].split()


def test_a_webhook_is_tried_before_it_is_told_anything(desk: Desk, receiver: Receiver) -> None:
    """Nothing goes to a receiver that did not answer well; why stands beside it."""
    search = desk.save()
    way = hook(desk, receiver, search, tried=False)
    desk.find(search, desk.story("cau full"))
    desk.run()
    silent = len(receiver.got)
    receiver.statuses = [500, 204]
    attempt(desk, way)
    refused = desk.known(way)
    attempt(desk, way)
    desk.run(hours=1)

    assert 0 == silent
    assert (State.ASKED, "HTTP 500") == (refused.state, refused.error)
    assert (State.ACTIVE, "") == (desk.known(way).state, desk.known(way).error)
    assert ["test", "test"] == [said(got)["type"] for got in receiver.got]


def test_finds_are_told_in_order_and_signed(desk: Desk, receiver: Receiver) -> None:
    """Which search, as what, and the story as every door for programs tells it."""
    search = desk.save()
    way = hook(desk, receiver, search)
    desk.find(search, bridge := desk.story("cau full"), desk.story("sen full"))
    desk.run()
    desk.find(search, bridge, kind=Kind.CORRECTED)
    desk.run()
    desk.run()
    [secret] = outgoing.secrets_of(desk.key, desk.known(way), desk.now)

    assert ["saved.new", "saved.new", "saved.corrected"] == [said(got)["type"] for got in receiver.got]
    assert 3 == len({got.headers["webhook-id"] for got in receiver.got})
    first = Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)["data"]
    assert (search, "Cầu đường", "new", bridge) == tuple(
        first[name] for name in ("saved_id", "name", "kind", "story_id")
    )
    assert NEWS["cau full"].title == first["story"]["title"]
    assert "bí mật" not in receiver.got[0].body.decode()


def test_a_new_secret_signs_beside_the_old_one(desk: Desk, receiver: Receiver) -> None:
    """For a day, in which whoever receives takes it over: no find is lost."""
    search = desk.save()
    way = hook(desk, receiver, search)
    [old] = outgoing.secrets_of(desk.key, desk.known(way), desk.now)
    with desk.db.write() as conn:
        saved_ways.rotated(conn, desk.known(way), desk.now + outgoing.OVERLAP)
    new, _ = outgoing.secrets_of(desk.key, desk.known(way), desk.now)
    desk.find(search, desk.story("cau full"))
    desk.run()
    desk.run(days=1)
    desk.find(search, desk.story("sen full"))
    desk.run()

    assert [[old, new], [new]] == [[one for one in (old, new) if verifies(one, got)] for got in receiver.got]


def test_what_happened_to_a_story_has_its_own_time(desk: Desk, receiver: Receiver) -> None:
    """A correction is told as of when it was corrected, and by whom; an end as of the end."""
    search = desk.save()
    hook(desk, receiver, search)
    desk.find(search, bridge := desk.story("cau full"))
    times = [desk.now]
    desk.run()
    desk.correct("cau full", "Rạch Dừa", "Rạch Miễu")
    for kind in (Kind.CORRECTED, Kind.WITHDRAWN):
        desk.run(hours=1)
        times.append(desk.now)
        if kind is Kind.WITHDRAWN:
            with desk.db.write() as conn:
                words.withdraw(conn, bridge, "lan", desk.now)
            settled(desk.db)
        desk.find(search, bridge, kind=kind)
        desk.run(minutes=1)
    told = [said(got) for got in receiver.got]
    [by] = told[1]["data"]["corrected_by"]

    assert [datetime.fromisoformat(one["data"]["at"]) for one in told] == times
    assert [one["timestamp"] for one in told] == [one["data"]["at"] for one in told]
    assert ("bao-mau", 2) == (by["source"], by["version"])
    assert "Rạch Miễu" in by["title"]


def test_of_what_is_gone_only_that_is_told(desk: Desk, receiver: Receiver) -> None:
    """Its id, without a word of it."""
    search = desk.save()
    hook(desk, receiver, search)
    desk.find(search, bridge := desk.story("cau full"))
    desk.run()
    with desk.db.write() as conn:
        words.withdraw(conn, bridge, "lan", desk.now)
    settled(desk.db)
    desk.find(search, bridge, kind=Kind.WITHDRAWN)
    desk.run()
    last = said(receiver.got[-1])

    assert ("saved.withdrawn", bridge, None) == (
        last["type"],
        last["data"]["story_id"],
        last["data"]["story"],
    )


def test_a_failure_is_tried_again_with_its_id(desk: Desk, receiver: Receiver) -> None:
    """What was found meanwhile waits behind it."""
    search = desk.save()
    hook(desk, receiver, search)
    receiver.statuses = [503, 204]
    desk.find(search, desk.story("cau full"))
    desk.run()
    desk.find(search, desk.story("sen full"))
    desk.run(seconds=10)
    first, again, behind = (got.headers["webhook-id"] for got in receiver.got)

    assert first == again != behind


@pytest.mark.parametrize(("status", "days"), [(410, 0), (500, 4)])
def test_who_wants_no_more_is_stopped(desk: Desk, receiver: Receiver, status: int, days: int) -> None:
    """410 at once, anything else after days; a trial that goes well opens it again, for what comes."""
    search = desk.save()
    way = hook(desk, receiver, search)
    receiver.statuses = [status]
    desk.find(search, desk.story("cau full"))
    desk.run()
    desk.run(days=days)
    stopped = desk.known(way)
    receiver.statuses = [204]
    receiver.got.clear()
    attempt(desk, way)
    desk.run(hours=1)

    assert (State.STOPPED, f"HTTP {status}") == (stopped.state, stopped.error)
    assert ["test"] == [said(got)["type"] for got in receiver.got]
    assert State.ACTIVE is desk.known(way).state


def test_a_flaw_is_told(desk: Desk, receiver: Receiver) -> None:
    """A program learns too that its search cannot be read, by a message that is not the last one's double."""
    search = desk.save()
    hook(desk, receiver, search)
    desk.find(search, desk.story("cau full"))
    desk.run()
    with desk.db.write() as conn:
        saved_ways.invalidate(conn, search, "topic: no such topic")
    desk.run()
    desk.run(hours=1)
    told = said(receiver.got[-1])

    assert ("saved.invalid", "topic: no such topic") == (told["type"], told["data"]["flaw"])
    assert 2 == len(receiver.got) == len({got.headers["webhook-id"] for got in receiver.got})


def test_private_addresses_are_not_called(db: Database, tmp_path: Path, receiver: Receiver) -> None:
    """Whoever may register a webhook is no operator."""
    desk = Desk(db, tmp_path, private=False)
    search = desk.save()
    way = hook(desk, receiver, search)

    assert [] == receiver.got
    assert State.ASKED is desk.known(way).state
    assert "not a public address" in desk.known(way).error
