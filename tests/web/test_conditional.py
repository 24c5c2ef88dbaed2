"""Content coding and conditional requests, as RFC 9110 has them."""

import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.conditional import Answer, Coding, Representation, answer, preferred
from web.tags import Tags

CHANGED = datetime(2026, 11, 22, 3, 4, 5, 678_901, tzinfo=UTC)
PLAIN = Representation('"p1"', 6, "application/rss+xml; charset=utf-8", modified=CHANGED)
PACKED = Representation('"g1"', 2, "application/rss+xml; charset=utf-8", Coding.GZIP, CHANGED)
EXTRA = {"Cache-Control": "public, max-age=60"}


def asked(**headers: str) -> Answer:
    """Return the answer to a request with these headers."""
    return answer({name.replace("_", "-"): value for name, value in headers.items()}, PLAIN, EXTRA)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate, BR;q=1.0", "br"),
        ("br;q=0.9, gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.5", "br"),
        ("deflate", ""),
        ("gzip;q=0", ""),
        ("gzip; q=0.000", ""),
        ("gzip;q=0.5, identity", ""),
        ("br;q=0.5, gzip;q=0.9, identity;q=1", ""),
        ("gzip;q=0.5, identity;q=0.5", "gzip"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("*", "gzip"),
        ("*, br;q=0.1", "gzip"),
        ("*;q=0", ""),
        ("*;q=0, gzip", "gzip"),
        ("*;q=0, br", "br"),
        ("gzip;q=0, *", ""),
        ("gzip;q=2", ""),
        ("gzip;q=high", ""),
        (", ,;q=1,", ""),
    ],
)
def test_the_coding_follows_the_weights(accepted: str, coding: str) -> None:
    """The gladliest accepted coding is sent, among equals the smallest; never one that was not named."""
    assert coding == preferred(accepted)


@given(st.text())
def test_no_accept_encoding_breaks_the_choice(accepted: str) -> None:
    """Whatever stands in the header, there is a choice."""
    assert preferred(accepted) in Coding


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

    assert Answer(200, expected) == asked()


def test_a_coding_is_told() -> None:
    """Packed bytes are sent with their own tag, their own length and the coding's name."""
    packed = answer({}, PACKED, {}).headers

    assert ('"g1"', "2", "gzip") == (packed["ETag"], packed["Content-Length"], packed["Content-Encoding"])


def test_a_tag_of_another_coding_is_another_tag() -> None:
    """Bytes of one coding are not those of another, so there is something to send."""
    assert 200 == answer({"if-none-match": PLAIN.etag}, PACKED, {}).status


def test_a_file_is_hashed_once_and_known_again(tmp_path: Path) -> None:
    """The same bytes have the same tag wherever they stand; another file in the same place has another."""
    tags, place = Tags(most=2), tmp_path / "all.rss"
    seen = []
    for data in (b"one", b"two", b"one"):
        (tmp_path / "new").write_bytes(data)
        os.utime(tmp_path / "new", (0, 0))
        (tmp_path / "new").replace(place)
        with place.open("rb") as file:
            seen.append((tags.of(file), tags.of(file), file.read()))

    assert [b"one", b"two", b"one"] == [data for _, _, data in seen]
    assert all(first == again and first.startswith('"') for first, again, _ in seen)
    assert [True, False] == [seen[0][0] == seen[2][0], seen[0][0] == seen[1][0]]


@pytest.mark.parametrize(
    "tags", [PLAIN.etag, f"W/{PLAIN.etag}", f'"a", {PLAIN.etag}', f'W/"a",W/{PLAIN.etag} , "b"', "*", " * "]
)
def test_a_known_tag_means_304(tags: str) -> None:
    """One matching tag is enough, weak or in a list, and the answer repeats what caches need."""
    told = asked(if_none_match=tags)

    assert 304 == told.status
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
