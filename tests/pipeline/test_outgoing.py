"""Outgoing webhooks: in order, signed, once for who looks at ids, nothing lost and nothing too much."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from pipeline import outgoing
from pipeline.deliver import drain
from pipeline.errors import BadInput
from pipeline.fetch import Fetcher
from pipeline.model import Act, Labels
from pipeline.store import Database, changes, deliveries, endpoints, stories
from pipeline.store.endpoints import Endpoint, State
from tests.pipeline.receivers import Got, Receiver, receiving
from tests.store.newsroom import NEWS
from tests.store.tellings import NOW as SENT
from tests.store.tellings import draft, send, settled

STORIES = ("cau full", "sen full", "notice 0")


class Office:
    """Endpoints over a database; its clock stands where it is put, by the real one."""

    def __init__(self, db: Database, folder: Path, fetcher: Fetcher) -> None:
        self.db, self.fetcher, self.now = db, fetcher, datetime.now(UTC)
        self.key = folder / "push.key"
        self.makers = {
            outgoing.WEBHOOK: outgoing.Calls("https://tin.example", self.key, lambda: 0),
        }

    def add(self, receiver: Receiver, *channels: str) -> Endpoint:
        """Register an endpoint."""
        with self.db.write() as conn:
            number = endpoints.add(
                conn, receiver.url, channels, changes.head(conn), self.now, allow_private=True
            )
            found = endpoints.get(conn, number)
        assert found is not None
        return found

    def known(self, one: Endpoint) -> Endpoint:
        """Return an endpoint as it stands."""
        with self.db.read() as conn:
            found = endpoints.get(conn, one.endpoint_id)
        assert found is not None
        return found

    def run(self, hours: float = 0) -> None:
        """Let time go by, then deliver what is due."""
        self.now += timedelta(hours=hours)
        drain(
            self.db,
            self.fetcher,
            self.makers,
            lambda: self.now,
            seconds=5,
            lease_seconds=60,
            gather=lambda: outgoing.gather(self.db, lambda: self.now),
        )

    def tell(self, name: str, **more: Any) -> None:
        """Tell a story."""
        told = NEWS[name]
        send(self.db, draft(name, told.title, told.body, **more))
        settled(self.db)


@pytest.fixture
def office(db: Database, tmp_path: Path) -> Iterator[Office]:
    """Endpoints may be on loopback addresses."""
    with Fetcher(timeout=2, max_bytes=100_000) as fetcher:
        yield Office(db, tmp_path, fetcher)


def told(got: Got) -> dict[str, Any]:
    """Return what a call says."""
    said: dict[str, Any] = json.loads(got.body)
    return said


def titles(receiver: Receiver) -> list[str]:
    """Return the titles that came, in order."""
    return [told(got)["data"]["story"]["title"] for got in receiver.got]


def test_changes_come_in_order_and_signed(office: Office) -> None:
    """Each once, with an id of its own, as the changes API tells it, verified by Standard Webhooks."""
    with receiving() as receiver:
        one = office.add(receiver)
        for name in STORIES:
            office.tell(name)
        office.run()
        office.run()
        [secret] = outgoing.secrets_of(office.key, one, office.now)

    assert [NEWS[name].title for name in STORIES] == titles(receiver)
    assert 3 == len({got.headers["webhook-id"] for got in receiver.got})
    assert 1 == receiver.most_at_once
    for got in receiver.got:
        assert told(got) == Webhook(secret).verify(got.body, got.headers)
        assert "story.created" == told(got)["type"]
        assert "." not in got.headers["webhook-id"]
    assert office.known(one).position == told(receiver.got[-1])["data"]["seq"]


def test_a_failure_is_retried_with_its_id_and_holds_the_order(office: Office) -> None:
    """What comes behind waits; who looks at ids was told each change once."""
    with receiving() as receiver:
        one = office.add(receiver)
        receiver.statuses = [500, 503, 204]
        for name in STORIES:
            office.tell(name)
            office.run(hours=1)
    ids = [got.headers["webhook-id"] for got in receiver.got]

    assert (5, 3) == (len(ids), len(set(ids)))
    assert 1 == len(set(ids[:3]))
    assert 3 == office.known(one).told


def test_a_choice_of_channels_is_kept(office: Office) -> None:
    """Stories of other places are passed over without a call."""
    with receiving() as near, receiving("127.0.0.2") as far:
        here = office.add(near, *outgoing.chosen(["vinh-long"], [], []))
        there = office.add(far, *outgoing.chosen(["lao-cai"], [], []))
        office.tell("cau full")
        office.run()
        with office.db.read() as conn:
            head = changes.head(conn)

    assert (1, 0) == (len(near.got), len(far.got))
    assert (head, head) == (office.known(here).position, office.known(there).position)


def test_who_leaves_a_choice_is_told_of(office: Office) -> None:
    """A story whose label was corrected away is told to whom it was told before."""
    with receiving() as receiver:
        one = office.add(receiver, "province/lao-cai")
        office.tell("cau full")
        with office.db.read() as conn:
            [change] = changes.after(conn, 0, 10)
            story = stories.get(conn, change.story_id)
    assert story is not None

    assert not outgoing.concerns(one, change, story)
    assert outgoing.concerns(
        one, replace(change, before=Labels("lao-cai", ("lao-cai",), None, (), ())), story
    )
    assert not outgoing.concerns(replace(one, channels=()), change, replace(story, backfill=True))


def test_what_was_withdrawn_leaves_no_word(office: Office) -> None:
    """Taken back before it was told: that it is gone, and nothing of its text."""
    with receiving() as receiver:
        office.add(receiver)
        office.tell("cau full")
        send(office.db, draft("cau full", "", "", act=Act.WITHDRAW, updated=SENT + timedelta(hours=1)))
        settled(office.db)
        office.run()

    assert ["created", "withdrawn"] == [told(got)["data"]["type"] for got in receiver.got]
    assert {None} == {told(got)["data"]["story"] for got in receiver.got}
    assert not [got for got in receiver.got if "Rạch Dừa" in got.body.decode()]


def test_410_and_three_days_disable_until_it_is_resumed(office: Office) -> None:
    """Each says why; resumed, it is told what it missed."""
    with receiving() as gone, receiving("127.0.0.2") as away:
        ended, failing = office.add(gone), office.add(away)
        gone.statuses, away.statuses = [410], [500]
        office.tell("cau full")
        for _ in range(16):
            office.run(hours=7.6)
        states = [office.known(one) for one in (ended, failing)]
        away.statuses = [204]
        office.tell("sen full")
        office.run()
        before = len(away.got)
        with office.db.write() as conn:
            endpoints.resumed(conn, failing.endpoint_id, office.now)
        office.run()

    assert [State.DISABLED] * 2 == [one.state for one in states]
    assert ["410", "failed for 3 days: HTTP 500"] == [states[0].error[:3], states[1].error]
    assert [NEWS["cau full"].title, NEWS["sen full"].title] == titles(away)[before:]


def test_two_secrets_sign_while_they_change(office: Office) -> None:
    """After a rotation both are good for a day, then the new one alone."""
    with receiving() as receiver:
        one = office.add(receiver)
        [old] = outgoing.secrets_of(office.key, one, office.now)
        with office.db.write() as conn:
            turned = endpoints.rotated(conn, one, office.now + outgoing.OVERLAP)
        new, before = outgoing.secrets_of(office.key, turned, office.now)
        office.tell("cau full")
        office.run()
    [got] = receiver.got

    assert (old, (new,)) == (before, outgoing.secrets_of(office.key, turned, office.now + outgoing.OVERLAP))
    assert (
        told(got) == Webhook(old).verify(got.body, got.headers) == Webhook(new).verify(got.body, got.headers)
    )


def test_a_replay_tells_again_with_the_same_ids(office: Office) -> None:
    """From a moment on; who looks at ids drops what it has."""
    with receiving() as receiver:
        one = office.add(receiver)
        for name in STORIES:
            office.tell(name)
        office.run()
        with office.db.write() as conn:
            assert 3 == endpoints.replayed(conn, one.endpoint_id, SENT - timedelta(hours=1), office.now)
        office.run()
    ids = [got.headers["webhook-id"] for got in receiver.got]

    assert ids[:3] == ids[3:]


def test_no_secret_and_no_query_is_written_down(office: Office) -> None:
    """Neither in the log of attempts nor in how deliveries stand."""
    with receiving(path="/hook?token=geheim") as receiver:
        one = office.add(receiver)
        receiver.statuses = [500]
        office.tell("cau full")
        office.run()
        [secret] = outgoing.secrets_of(office.key, one, office.now)
        with office.db.read() as conn:
            written = f"{deliveries.attempts(conn, 10)} {deliveries.standing(conn, 10)}"

    assert 1 == len(receiver.got)
    assert not [word for word in ("geheim", secret, secret[6:]) if word in written]
    assert "geheim" not in outgoing.shown(one.url)


def test_choices_come_to_channels() -> None:
    """Provinces and topics together mean both; everything needs no filter."""
    assert ("province/a/topic/x", "province/b/topic/x") == outgoing.chosen(["a", "b"], ["x"], [])
    assert ("area/c", "province/a") == outgoing.chosen(["a"], [], ["area/c"])
    assert () == outgoing.chosen([], [], ["all"])


@pytest.mark.parametrize("url", ["ftp://x.example/", "https://u:p@x.example/", "https://x.example/#a", "x"])
def test_addresses_that_are_none(url: str) -> None:
    """Deliveries are signed; a password in an address would be a second secret."""
    with pytest.raises(BadInput, match="URL"):
        outgoing.address(url)
