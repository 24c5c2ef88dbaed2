"""Who sent these bytes."""

import hashlib
import hmac
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from pipeline.keys import fingerprint
from web.problems import Problem
from web.signatures import TOLERANCE, Signed, verify, verify_reader

KEY = "whsec_" + b64encode(b"k" * 32).decode()
OTHER = "whsec_" + b64encode(b"o" * 32).decode()
BODY = '{"event": "article.published", "title": "Tỉnh ủy"}'.encode()


def signed_headers(
    body: bytes = BODY, key: str = KEY, at: datetime | None = None, push_id: str = "m1"
) -> dict[str, str]:
    """Return the three headers of Standard Webhooks."""
    moment = at or datetime.now(UTC)
    return {
        "webhook-id": push_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(key).sign(push_id, moment, body.decode()),
    }


def refused(headers: dict[str, str], keys: tuple[str, ...] = (KEY,), body: bytes = BODY) -> Problem:
    """Return the problem that a call runs into."""
    with pytest.raises(Problem) as caught:
        verify(body, headers, keys, datetime.now(UTC))
    return caught.value


def test_a_good_signature_names_the_message() -> None:
    """The webhook-id of a signed message is its identity."""
    assert Signed("m1", fingerprint(KEY)) == verify(BODY, signed_headers(), (KEY,), datetime.now(UTC))


def test_any_living_key_of_a_source_is_enough() -> None:
    """While a key is being changed, both the old and the new one work."""
    assert Signed("m1", fingerprint(OTHER)) == verify(
        BODY, signed_headers(key=OTHER), (KEY, OTHER), datetime.now(UTC)
    )


def test_one_good_signature_among_several_is_enough() -> None:
    """A sender that changes keys signs with both."""
    headers = signed_headers()
    headers["webhook-signature"] = f"v1,AAAA v2,xyz {headers['webhook-signature']}"

    assert Signed("m1", fingerprint(KEY)) == verify(BODY, headers, (KEY,), datetime.now(UTC))


def test_github_names_the_message_by_its_bytes() -> None:
    """GitHub's header has no id and no time: the same bytes are the same message."""
    header = "sha256=" + hmac.new(KEY.encode(), BODY, hashlib.sha256).hexdigest()
    expected = Signed("sha256:" + hashlib.sha256(BODY).hexdigest(), fingerprint(KEY))

    assert expected == verify(BODY, {"x-hub-signature-256": header}, (KEY,), datetime.now(UTC))


@pytest.mark.parametrize("keys", [(), (OTHER,), ("", "whsec_", "no base64: é, but long enough")])
def test_unknown_source_no_key_and_wrong_key_read_the_same(keys: tuple[str, ...]) -> None:
    """Nobody learns from the answer which sources exist."""
    told = refused(signed_headers(), keys)

    assert (401, "bad_signature") == (told.status, told.code)
    assert refused(signed_headers(key=OTHER)).body() == told.body()
    assert refused({"x-hub-signature-256": "sha256=00"}, keys).body() == told.body()


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_all_three_headers_are_needed(missing: str) -> None:
    """A call without one of the headers is told which ones there are."""
    headers = signed_headers()
    del headers[missing]

    assert (401, "missing_signature") == (refused(headers).status, refused(headers).code)


@pytest.mark.parametrize("seconds", [-TOLERANCE - 5, TOLERANCE + 5])
def test_a_wrong_clock_is_told_the_time_whoever_asks(seconds: int) -> None:
    """A stale call is told the server's time, before any key is looked at."""
    headers = signed_headers(at=datetime.now(UTC) + timedelta(seconds=seconds))
    told, stranger = refused(headers), refused(headers, ())

    assert (401, "stale_timestamp") == (told.status, told.code)
    assert abs(told.more["server_time"] - datetime.now(UTC).timestamp()) < 5
    assert told.message == stranger.message


@pytest.mark.parametrize("timestamp", ["now", "-1", "1e9", "9" * 40, "٣", "nan"])
def test_a_timestamp_that_is_no_number_signs_nothing(timestamp: str) -> None:
    """It is named, with the unit that is asked for."""
    told = refused(signed_headers() | {"webhook-timestamp": timestamp})

    assert ("stale_timestamp", "webhook-timestamp") == (told.code, told.field)
    assert "whole seconds" in told.message


@pytest.mark.parametrize("signature", ["v1", "v1,", "v1,é", ",", "v1,a,b", "v1,AAAA", "x" * 5_000])
def test_a_mangled_signature_is_a_bad_one(signature: str) -> None:
    """Nothing in the signature header breaks the check."""
    assert refused(signed_headers() | {"webhook-signature": signature}).code == "bad_signature"


def test_changed_bytes_are_refused() -> None:
    """A signature is over every byte; bytes that are no UTF-8 have none."""
    assert refused(signed_headers(), body=BODY + b" ").code == "bad_signature"
    assert refused(signed_headers(), body=b"\xff\xfe").code == "bad_signature"


def test_an_id_that_the_store_cannot_keep_is_named() -> None:
    """A signed message with an endless id is told so."""
    told = refused(signed_headers(push_id="m" * 300))

    assert (422, "webhook-id") == (told.status, told.field)


@given(
    st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "x-hub-signature-256"]),
        st.text(),
    ),
    st.binary(),
)
def test_nothing_but_a_key_opens_the_door(headers: dict[str, str], body: bytes) -> None:
    """Whatever is sent without a key is refused with 401."""
    assert refused(headers, body=body).status == 401


def test_a_reader_of_receipts_may_send_the_key_itself() -> None:
    """Who asks for a receipt sends the key as a bearer token or signs an empty body."""
    now = datetime.now(UTC)
    verify_reader({"authorization": f"Bearer {KEY}"}, (OTHER, KEY), now)
    verify_reader(signed_headers(b""), (KEY,), now)


def test_an_empty_key_in_the_file_opens_nothing() -> None:
    """A key file that was mangled shuts the door instead of opening it."""
    header = "sha256=" + hmac.new(b"", BODY, hashlib.sha256).hexdigest()

    assert refused({"x-hub-signature-256": header}, ("",)).code == "bad_signature"
    with pytest.raises(Problem):
        verify_reader({"authorization": "Bearer "}, ("",), datetime.now(UTC))


@pytest.mark.parametrize("authorization", ["Bearer ", "Bearer x", f"Basic {KEY}", "Bearer é", ""])
def test_a_reader_without_the_key_sees_nothing(authorization: str) -> None:
    """Any other token is refused."""
    with pytest.raises(Problem) as caught:
        verify_reader({"authorization": authorization}, (KEY,), datetime.now(UTC))

    assert caught.value.status == 401
