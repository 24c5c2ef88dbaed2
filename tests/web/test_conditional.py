"""Content coding and conditional requests, as RFC 9110 has them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.conditional import Answer, Representation, answer, prefers_gzip

CHANGED = datetime(2026, 11, 22, 3, 4, 5, 678_901, tzinfo=UTC)
PLAIN = Representation(b"<rss/>", "application/rss+xml; charset=utf-8", modified=CHANGED)
PACKED = Representation(b"\x1f\x8b", "application/rss+xml; charset=utf-8", "gzip", CHANGED)
EXTRA = {"Cache-Control": "public, max-age=60"}


def asked(**headers: str) -> Answer:
    """Return the answer to a request with these headers."""
    return answer({name.replace("_", "-"): value for name, value in headers.items()}, PLAIN, EXTRA)


@pytest.mark.parametrize(
    ("accepted", "gzip"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("gzip, deflate, br", True),
        ("br, deflate", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=0.5, identity;q=0.5", True),
        ("identity;q=0, gzip;q=0.1", True),
        ("*", True),
        ("*;q=0", False),
        ("*;q=0, gzip", True),
        ("gzip;q=0, *", False),
        ("gzip;q=2", False),
        ("gzip;q=high", False),
        (", ,;q=1,", False),
    ],
)
def test_the_coding_follows_the_weights(accepted: str, gzip: bool) -> None:  # noqa: FBT001
    """Gzip is sent to who accepts it at least as gladly as plain bytes."""
    assert gzip == prefers_gzip(accepted)


@given(st.text())
def test_no_accept_encoding_breaks_the_choice(accepted: str) -> None:
    """Whatever stands in the header, there is a choice."""
    assert prefers_gzip(accepted) in (True, False)


def test_an_unconditional_request_gets_the_bytes() -> None:
    """A first request is answered with the bytes and everything to ask again by."""
    expected = {
        "Cache-Control": "public, max-age=60",
        "ETag": PLAIN.etag,
        "Vary": "Accept-Encoding",
        "Last-Modified": "Sun, 22 Nov 2026 03:04:05 GMT",
        "Content-Type": "application/rss+xml; charset=utf-8",
        "Content-Length": "6",
    }

    assert Answer(200, expected, b"<rss/>") == asked()


def test_each_coding_has_its_own_strong_tag() -> None:
    """Plain and packed bytes never share a tag."""
    packed = answer({}, PACKED, {})

    assert PLAIN.etag != packed.headers["ETag"]
    assert packed.headers["ETag"].startswith('"')
    assert packed.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    "tags", [PLAIN.etag, f"W/{PLAIN.etag}", f'"a", {PLAIN.etag}', f'W/"a",W/{PLAIN.etag} , "b"', "*", " * "]
)
def test_a_known_tag_means_304(tags: str) -> None:
    """One matching tag is enough, weak or in a list, and the answer repeats what caches need."""
    told = asked(if_none_match=tags)

    assert (304, b"") == (told.status, told.body)
    assert {"Cache-Control", "ETag", "Vary", "Last-Modified"} == set(told.headers)


@pytest.mark.parametrize("tags", ['"a"', "", "abc", '"', PLAIN.etag.strip('"')])
def test_another_tag_means_200_whatever_the_date(tags: str) -> None:
    """If-None-Match rules: a date that says "unchanged" beside it does not count."""
    since = format_datetime(CHANGED + timedelta(days=1), usegmt=True)

    assert asked(if_none_match=tags, if_modified_since=since).status == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sun, 22 Nov 2026 03:04:05 GMT", 304),
        ("Sun, 22 Nov 2026 03:04:04 GMT", 200),
        ("Sun, 22 Nov 2026 10:04:05 +0700", 304),
        ("Sun, 22 Nov 2026 03:04:05 -0000", 304),
        ("yesterday", 200),
        ("", 200),
        ("Sun, 99 Nov 2026 03:04:05 GMT", 200),
    ],
)
def test_a_date_alone_counts_by_the_second(since: str, status: int) -> None:
    """If-Modified-Since alone decides, to the second; nonsense is ignored."""
    assert status == asked(if_modified_since=since).status


@given(st.text(), st.text())
def test_no_condition_breaks_the_answer(tags: str, since: str) -> None:
    """Whatever a client sends, it gets 200 or 304."""
    assert asked(if_none_match=tags).status in (200, 304)
    assert asked(if_modified_since=since).status in (200, 304)
