"""Pings of sites that can only call an address, on both databases, over a socket."""

import xmlrpc.client
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadInput, NotFound
from pipeline.model import Source, SourceId
from pipeline.store import Database, intakes, pings, sources
from pipeline.store.intakes import Intake
from web.xmlrpc import LARGEST, load

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PAPER = SourceId("bao-xudua")
FAR = timedelta(days=300)


def feed(db: Database, url: str, *, due: datetime, polled: datetime | None = None, **poll: Any) -> int:
    """Register a feed of the paper, polled before or never."""
    with db.write() as conn:
        sources.add(conn, Source(PAPER, "Báo Xứ Dừa", hosts=("baoxudua.example",)))
        door = intakes.add(conn, PAPER, "feed", url, next_due=due)
        if polled:
            intakes.done(conn, door, intakes.Poll(at=polled, next_due=due, **poll))
    return door


def door(db: Database, intake_id: int) -> Intake:
    """Return an intake as it is."""
    with db.read() as conn:
        found = intakes.get(conn, intake_id)
    assert found is not None
    return found


def pinged(db: Database, now: datetime) -> list[int]:
    """Ping the paper's feeds at a moment; return those that it woke."""
    with db.write() as conn:
        found = pings.wakeable(conn, PAPER, now)
        pings.wake(conn, found, now)
    return found


def test_a_ping_makes_the_feeds_due_now(client: httpx.Client, db: Database) -> None:
    """Whatever its body; the webhook of the same source has nothing to be polled."""
    due = datetime.now(UTC) + FAR
    mine = feed(db, "https://baoxudua.example/rss", due=due)
    with db.write() as conn:
        webhook = intakes.add(conn, PAPER, "webhook")
    answer = client.post(f"/webhooks/{PAPER}/ping", content=b"\x00" * 1_000)
    woken = door(db, mine).next_due

    assert 202 == answer.status_code
    assert woken is not None
    assert woken <= datetime.now(UTC)
    assert door(db, webhook).next_due is None


def test_nobody_learns_which_sources_exist(client: httpx.Client, db: Database) -> None:
    """A known source, an unknown one and a known one too soon again get the same answer."""
    feed(db, "https://baoxudua.example/rss", due=datetime.now(UTC) + FAR)
    answers = [client.post(f"/webhooks/{name}/ping") for name in (PAPER, "khong-co", PAPER, "a b")]

    assert {202} == {told.status_code for told in answers}
    assert 1 == len({told.content for told in answers})


def test_a_ping_never_polls_more_often_than_once_a_minute(db: Database) -> None:
    """A second one within the minute, or right after a poll, changes nothing."""
    mine = feed(db, "https://baoxudua.example/rss", due=NOW + FAR, polled=NOW - timedelta(minutes=5))
    first = pinged(db, NOW)
    with db.write() as conn:
        intakes.done(conn, mine, intakes.Poll(at=NOW, next_due=NOW + FAR))

    assert [mine] == first
    assert [[], [mine]] == [pinged(db, NOW + timedelta(seconds=after)) for after in (30, 61)]


def test_a_ping_respects_what_a_server_asked_for(db: Database) -> None:
    """After "too many requests" it waits; after another failure it may look again in a while."""
    feed(db, "https://a.example/1", due=NOW + FAR, polled=NOW - timedelta(hours=1), status=429, error="busy")
    failed = feed(
        db, "https://a.example/2", due=NOW + FAR, polled=NOW - timedelta(hours=1), status=404, error="gone"
    )
    feed(
        db, "https://a.example/3", due=NOW + FAR, polled=NOW - timedelta(minutes=4), status=404, error="gone"
    )

    assert [failed] == pinged(db, NOW)


def test_a_person_may_have_feeds_polled_now(db: Database) -> None:
    """Failed a moment ago or resting for hours: due now; not what asked for patience or is paused."""
    polled = NOW - timedelta(seconds=5)
    urls = [f"https://a.example/{number}" for number in range(5)]
    fine = feed(db, urls[0], due=NOW + FAR, polled=polled)
    feed(db, urls[1], due=NOW + FAR, polled=polled, status=500, error="HTTP 500")
    feed(db, urls[2], due=NOW + FAR, polled=polled, status=500, error="HTTP 500; asks us to wait 900 s")
    feed(db, urls[3], due=NOW + FAR, polled=polled, status=429, error="HTTP 429")
    with db.write() as conn:
        assert (urls[:2], urls[2:4]) == pings.poll_now(conn, PAPER, NOW)
        with pytest.raises(NotFound):
            pings.poll_now(conn, PAPER, NOW, urls[4:])

    assert NOW == door(db, fine).next_due


def test_a_ping_leaves_alone_what_is_due_or_paused(db: Database) -> None:
    """A feed that is due already stays at its place in the row."""
    due = NOW - timedelta(minutes=2)
    mine = feed(db, "https://baoxudua.example/rss", due=due)

    assert [] == pinged(db, NOW)
    assert due == door(db, mine).next_due


def test_pings_are_bounded_over_all_sources(db: Database) -> None:
    """So many feeds a minute, whoever pings from wherever; SQL keeps count."""
    for number in range(310):
        with db.write() as conn:
            sources.add(conn, Source(SourceId(f"s{number}"), "S"))
            intakes.add(conn, SourceId(f"s{number}"), "feed", "https://s.example/", next_due=NOW + FAR)
    woken = 0
    for number in range(310):
        with db.write() as conn:
            found = pings.wakeable(conn, SourceId(f"s{number}"), NOW)
            pings.wake(conn, found, NOW)
        woken += len(found)

    assert 300 == woken


def test_a_caller_is_bounded_by_its_address(client: httpx.Client) -> None:
    """From one address there are sixty a minute, of known and unknown sources alike."""
    statuses = [client.post(f"/webhooks/s{number}/ping").status_code for number in range(61)]
    late = client.post("/webhooks/x/ping")

    assert [202] * 60 + [429] == statuses
    assert 0 < int(late.headers["retry-after"]) <= 61
    assert "too_many" == late.json()["code"]


@pytest.mark.parametrize("method", ["ping", "extendedPing"])
@pytest.mark.parametrize("address", ["https://www.baoxudua.example/tin/1.html", "http://feeds.example:8080/"])
def test_a_blog_pings_by_xml_rpc(client: httpx.Client, db: Database, method: str, address: str) -> None:
    """The address leads to the source by its hosts, or by the host of one of its feeds."""
    mine = feed(db, "https://feeds.example/rss", due=datetime.now(UTC) + FAR)
    with xmlrpc.client.ServerProxy(str(client.base_url.join("/rpc2"))) as proxy:
        answer = getattr(proxy.weblogUpdates, method)("Báo Xứ Dừa", address, address, address)
    woken = door(db, mine).next_due

    assert isinstance(answer, dict)
    assert (False, True) == (answer["flerror"], "Thanks" in str(answer["message"]))
    assert woken is not None
    assert woken <= datetime.now(UTC)


def test_an_unknown_site_hears_the_same(client: httpx.Client, db: Database) -> None:
    """Nobody learns by XML-RPC which sites are registered."""
    feed(db, "https://baoxudua.example/rss", due=datetime.now(UTC) + FAR)
    with xmlrpc.client.ServerProxy(str(client.base_url.join("/rpc2"))) as proxy:
        known, unknown = (
            proxy.weblogUpdates.ping("x", f"https://{host}/") for host in ("baoxudua.example", "khac.example")
        )

    assert known == unknown


def test_the_address_is_known_however_it_is_written(client: httpx.Client) -> None:
    """Settings of blogs have it in capitals, and with a slash behind it."""
    answers = [client.post(path, content=b"") for path in ("/rpc2", "/RPC2", "/rpc2/", "/RPC2/")]

    assert {200} == {answer.status_code for answer in answers}
    assert 1 == len({answer.content for answer in answers})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"<methodCall>", -32700),
        (b"<a/>", -32700),
        (b'<!DOCTYPE a [<!ENTITY e "x">]><methodCall><methodName>&e;</methodName></methodCall>', -32700),
        (b"<methodCall><methodName>x</methodName></methodCall>", -32601),
        (b"<methodCall><methodName>weblogUpdates.ping</methodName></methodCall>", -32602),
        (b"<b>" * 5_000, -32700),
        (b" " * (LARGEST + 1), -32700),
    ],
    ids=["nothing", "cut off", "no call", "entities", "unknown", "no address", "deep", "large"],
)
def test_what_is_no_ping_is_a_fault(client: httpx.Client, body: bytes, code: int) -> None:
    """The answer is XML-RPC whatever came, within bounds."""
    answer = client.post("/rpc2", content=body)
    with pytest.raises(xmlrpc.client.Fault) as told:
        xmlrpc.client.loads(answer.content)

    assert (200, "text/xml; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert code == told.value.faultCode


@given(st.binary(max_size=400))
def test_any_bytes_are_a_call_or_refused(body: bytes) -> None:
    """Nothing but BadInput comes of reading."""
    try:
        call = load(body)
    except BadInput:
        return
    assert call.method


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))), max_size=5))
def test_a_call_is_read_as_it_was_meant(parameters: list[str]) -> None:
    """What the standard library writes is read back, but for blanks around it."""
    call = load(xmlrpc.client.dumps(tuple(parameters), "weblogUpdates.ping").encode())

    assert [text.strip() for text in parameters] == list(call.parameters)


@pytest.mark.parametrize("path", ["/webhooks/%00/ping", "/webhooks/%00", "/tin/%00", "/search?source=%00"])
def test_a_nul_in_an_address_is_no_accident(client: httpx.Client, path: str) -> None:
    """PostgreSQL takes no NUL in a text, SQLite does; neither is an error of ours."""
    answer = client.post(path) if path.startswith("/webhooks") else client.get(path)

    assert answer.status_code < 500
