"""The subscriber's rules: which hub, what is confirmed, whom to believe, for how long."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Basis, Hints, Precision, When
from pipeline.schedule import Rhythm, learn
from pipeline.websub import (
    Intent,
    Offer,
    Reply,
    State,
    Subscription,
    again,
    expected,
    judge,
    lease,
    missed,
    offer,
    public,
    renewal,
    signed,
    works,
)

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
FEED = "https://baomau.example/rss"
HUB = "https://hub.example/"
KNOWN = Subscription(1, HUB, FEED, "t", State.ACTIVE, requested_at=NOW, verified_at=NOW)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("header", "hints", "where"),
    [
        (f"<{HUB}>; rel=hub, <{FEED}>; rel=self", Hints(), Offer(HUB, FEED)),
        (
            f"<{HUB}>; rel=hub",
            Hints(topic="https://baomau.example/a"),
            Offer(HUB, "https://baomau.example/a"),
        ),
        (f"<{HUB}>; rel=hub", None, Offer(HUB, FEED)),
        (f"<{HUB}>; rel=hub", Hints(hubs=("https://other.example/",)), Offer(HUB, FEED)),
        ("", Hints(hubs=("http://hub.example/", HUB), topic=FEED), Offer(HUB, FEED)),
        ("", Hints(hubs=("http://hub.example/",), topic=FEED), None),
        (
            "",
            Hints(hubs=("http://h.example/",), topic="http://b.example/"),
            Offer("http://h.example/", "http://b.example/"),
        ),
        ("", Hints(hubs=("javascript:alert(1)", "https://u:p@h.example/")), None),
        ("", Hints(), None),
    ],
)
def test_where_to_subscribe(header: str, hints: Hints | None, where: Offer | None) -> None:
    """The header goes before the feed, https before http, and an https feed never by http."""
    assert where == offer(header, FEED, hints)


@pytest.mark.parametrize(
    ("url", "reachable"),
    [
        ("https://tintinh.example", True),
        ("http://203.0.114.9:8080", True),
        ("http://127.0.0.1:8080", False),
        ("http://localhost:8080", False),
        ("http://192.168.1.5", False),
        ("http://[::1]/", False),
        ("http://newsroom", False),
        ("", False),
    ],
)
def test_public_addresses(url: str, *, reachable: bool) -> None:
    """Hubs are not asked to call what they cannot reach."""
    assert reachable == public(url)


@pytest.mark.parametrize(
    ("state", "mode", "reply"),
    [
        (State.ASKED, "subscribe", Reply.SUBSCRIBED),
        (State.ACTIVE, "subscribe", Reply.SUBSCRIBED),
        (State.WANTED, "subscribe", Reply.UNASKED),
        (State.LEAVING, "subscribe", Reply.UNASKED),
        (State.ACTIVE, "unsubscribe", Reply.UNASKED),
        (State.LEAVING, "unsubscribe", Reply.UNSUBSCRIBED),
        (State.ENDED, "unsubscribe", Reply.UNSUBSCRIBED),
        (State.ACTIVE, "denied", Reply.DENIED),
        (State.ENDED, "denied", Reply.UNASKED),
        (State.ACTIVE, "publish", Reply.UNASKED),
        (State.ACTIVE, "", Reply.UNASKED),
    ],
)
def test_only_what_we_asked_for_is_confirmed(state: State, mode: str, reply: Reply) -> None:
    """Each state confirms its own request and no other."""
    assert reply == judge(replace(KNOWN, state=state), Intent(mode, FEED, "c"), NOW)


def test_other_topics_old_requests_and_empty_challenges_are_not_confirmed() -> None:
    """The topic must be ours, the request recent, the challenge there and of sane length."""
    assert Reply.UNASKED == judge(KNOWN, Intent("subscribe", FEED + "/", "c"), NOW)
    assert Reply.UNASKED == judge(KNOWN, Intent("subscribe", FEED, "c"), NOW + 2 * DAY)
    assert Reply.UNASKED == judge(KNOWN, Intent("subscribe", FEED, ""), NOW)
    assert Reply.UNASKED == judge(KNOWN, Intent("subscribe", FEED, "c" * 3_000), NOW)


@given(st.one_of(st.text(max_size=30), st.integers(-10, 10**40).map(str)), st.floats(0, 0.999))
def test_a_lying_lease_is_bounded(said: str, chance: float) -> None:
    """Whatever a hub grants, it is renewed before its end, not before minutes and within days."""
    granted = lease(said)

    assert timedelta(minutes=10) <= granted <= 30 * DAY
    assert timedelta(minutes=6) <= renewal(NOW, granted, chance) - NOW < min(granted, 5 * DAY + HOUR)


@given(st.integers(0, 10_000), st.floats(0, 0.999))
def test_failures_wait_longer_and_never_for_good(failures: int, chance: float) -> None:
    """Minutes at first, about a day in the end."""
    assert timedelta(minutes=5) <= again(NOW, failures, chance) - NOW <= 1.2 * DAY


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures(method: str) -> None:
    """All methods of the Recommendation count, in either case; another body, key or method does not."""
    made = hmac.new(b"secret", b"body", getattr(hashlib, method)).hexdigest()

    assert signed(b"body", f"{method}={made}", "secret")
    assert signed(b"body", f"{method.upper()}={made.upper()}", "secret")
    assert not signed(b"body!", f"{method}={made}", "secret")
    assert not signed(b"body", f"{method}={made}", "other")
    assert not signed(b"body", f"md5={made}", "secret")


@given(st.text(max_size=100))
def test_any_signature_is_survived(header: str) -> None:
    """Nothing that a stranger writes in the header is believed or raises."""
    assert not signed(b"body", header, "secret")


def test_when_push_is_relied_on() -> None:
    """An active lease with a delivery in the time that the rhythm gives, and no miss for a day."""
    good = replace(KNOWN, lease_until=NOW + DAY, delivered_at=NOW - HOUR)

    assert works(good, 2 * HOUR, NOW)
    assert not works(None, 2 * HOUR, NOW)
    assert not works(good, HOUR / 2, NOW)
    assert not works(replace(good, delivered_at=None), 2 * HOUR, NOW)
    assert not works(replace(good, lease_until=NOW), 2 * HOUR, NOW)
    assert not works(replace(good, state=State.ASKED), 2 * HOUR, NOW)
    assert not works(replace(good, missed_at=NOW - HOUR), 2 * HOUR, NOW)
    assert works(replace(good, missed_at=NOW - 2 * DAY), 2 * HOUR, NOW)


def test_how_long_a_hub_may_be_silent() -> None:
    """Four mean gaps, within bounds; a day as long as nothing is learned."""

    def rhythm(per_day: float) -> Rhythm:
        return learn(None, [NOW - n * DAY / per_day for n in range(int(per_day * 28))], NOW)

    assert DAY == expected(None, NOW)
    assert DAY == expected(learn(None, [], NOW), NOW)
    assert 2 * HOUR == expected(rhythm(100), NOW)
    assert 6 * HOUR < expected(rhythm(10), NOW) < 14 * HOUR
    assert 3 * DAY == expected(rhythm(0.5), NOW)


def test_what_push_should_have_brought() -> None:
    """Something published after the hub verified, long enough ago, with a time of day."""
    known = replace(KNOWN, verified_at=NOW - DAY)

    def told(ago: timedelta, precision: Precision = Precision.SECOND, basis: Basis = Basis.FEED) -> When:
        return When(NOW - ago, precision, basis)

    assert missed(known, told(HOUR), NOW)
    assert not missed(known, told(timedelta(minutes=1)), NOW)
    assert not missed(known, told(2 * DAY), NOW)
    assert not missed(known, told(HOUR, Precision.DAY), NOW)
    assert not missed(known, told(HOUR, basis=Basis.RECEIVED), NOW)
    assert not missed(replace(known, state=State.ASKED), told(HOUR), NOW)
