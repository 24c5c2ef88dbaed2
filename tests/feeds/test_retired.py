"""Channels that were and are no more: moved, gone, never there; and what their readers are told last."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds import codings, files
from feeds.channel import FeedForm, channel
from feeds.retired import Gone, Moved, clear, last_document, lookup
from pipeline.config import settings
from pipeline.store import Database, publications
from pipeline.store.publications import Publication
from pipeline.topiclist import SHIPPED
from tests.feeds.check import check_atom, check_json, check_rss
from tests.feeds.stories import SITE, T0, known

LATER = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A newsroom's list in which "hoi-cho" is retired and "an-ninh" is now part of "phap-luat"."""
    place = tmp_path / "topics.toml"
    text = SHIPPED.read_text(encoding="utf-8")
    text = text.replace("[topics.phap-luat]", '[topics.phap-luat]\nformerly = ["an-ninh"]')
    text += '\n[topics.cho-que]\nname = "Chợ quê"\niptc = "20000999"\n[retired]\nhoi-cho = "Hội chợ"\n'
    place.write_text(text, encoding="utf-8")
    monkeypatch.setenv("TINTINH_TOPICS", str(place))
    monkeypatch.setenv("TINTINH_DATA", str(tmp_path))
    settings.cache_clear()
    yield place
    monkeypatch.undo()
    settings.cache_clear()


def publish(db: Database, key: str, at: datetime = LATER) -> None:
    """Note that a channel was published."""
    with db.write() as conn:
        for form in FeedForm:
            publications.put(conn, Publication(key, form, "0" * 64, 1, at))


@pytest.mark.usefixtures("listed")
def test_a_topic_that_goes_on_elsewhere_has_moved(db: Database) -> None:
    """The list names the successor; each of its channels moves to its own."""
    with db.read() as conn:
        assert Moved(known("topic/phap-luat")) == lookup(conn, "topic/an-ninh")
        assert Moved(known("province/vinh-long/topic/phap-luat")) == lookup(
            conn, "province/vinh-long/topic/an-ninh"
        )


@pytest.mark.usefixtures("listed")
def test_a_retired_topic_is_gone(db: Database) -> None:
    """Its channels keep their name in the last word and point to the nearest that there is."""
    with db.read() as conn:
        found, crossed = lookup(conn, "topic/hoi-cho"), lookup(conn, "province/vinh-long/topic/hoi-cho")

    assert isinstance(found, Gone)
    assert ("Tin Tỉnh – Hội chợ", known("all"), None) == (found.channel.title, found.instead, found.since)
    assert isinstance(crossed, Gone)
    assert ("Tin Tỉnh – Vĩnh Long – Hội chợ", known("province/vinh-long")) == (
        crossed.channel.title,
        crossed.instead,
    )


@pytest.mark.usefixtures("listed")
def test_what_is_there_or_never_was_is_neither(db: Database) -> None:
    """Living channels are not retired, and nobody is told that something ended which never began."""
    keys = [
        "all",
        "topic/y-te",
        "topic/chua-co",
        "province/khong-co/topic/hoi-cho",
        "province/ben-tre",
        "province/ben-tre/topic/hoi-cho",
        "area/khong-co",
        "",
        "/",
        "a" * 1_000,
        "topic/../../etc",
        "tìm/gì",
    ]
    with db.read() as conn:
        assert [None] * len(keys) == [lookup(conn, key) for key in keys]


def test_a_published_channel_that_no_list_knows_is_gone(db: Database) -> None:
    """What was published tells that there was a channel, even if the list forgot it without a word."""
    publish(db, "topic/quen-mat")
    publish(db, "province/vinh-long/topic/quen-mat", T0)
    with db.read() as conn:
        found, crossed = lookup(conn, "topic/quen-mat"), lookup(conn, "province/vinh-long/topic/quen-mat")

    assert isinstance(found, Gone)
    assert ("Tin Tỉnh – quen-mat", LATER) == (found.channel.title, found.since)
    assert isinstance(crossed, Gone)
    assert (known("province/vinh-long"), T0) == (crossed.instead, crossed.since)


def test_a_province_that_went_into_another_has_moved(db: Database) -> None:
    """A channel of a unit that is part of another today is that one's, if it ever was published."""
    publish(db, "province/ben-tre")
    with db.read() as conn:
        assert Moved(known("province/vinh-long")) == lookup(conn, "province/ben-tre")


def test_the_last_document_is_one_notice_for_ever(db: Database) -> None:
    """In every form it is valid, says that the channel ended, and has the same bytes each time."""
    publish(db, "topic/quen-mat")
    with db.read() as conn:
        gone = lookup(conn, "topic/quen-mat")
    assert isinstance(gone, Gone)
    atom, rss, said = (
        last_document(gone, form, SITE) for form in (FeedForm.ATOM, FeedForm.RSS, FeedForm.JSON)
    )

    assert [] == check_atom(atom) + check_rss(rss) + check_json(said)
    assert [atom, rss, said] == [
        last_document(gone, form, SITE) for form in (FeedForm.ATOM, FeedForm.RSS, FeedForm.JSON)
    ]
    for made in (atom, rss, said):
        assert "Kênh “quen-mat” đã ngừng" in made.decode()
        assert SITE.tag("notice/gone/topic/quen-mat") in made.decode()
    assert json.loads(said)["expired"] is True


def test_files_of_channels_that_are_no_more_are_taken_away(db: Database, tmp_path: Path) -> None:
    """Their documents and archives go in all codings, those of living channels and all rows stay."""
    part = tmp_path / "topic/quen-mat/archive/2026-11-1.atom"
    places = [tmp_path / "topic/quen-mat.atom", part, tmp_path / "topic/y-te.atom"]
    for place in places:
        files.write(place, b"<feed/>", T0).settle()
        codings.make(place)
    publish(db, "topic/quen-mat")
    publish(db, "topic/y-te")
    with db.read() as conn:
        first, second = clear(conn, tmp_path), clear(conn, tmp_path)

        assert lookup(conn, "topic/quen-mat") is not None
    assert (2, 0) == (first, second)
    assert ["y-te.atom", "y-te.atom.br", "y-te.atom.gz"] == sorted(
        one.name for one in (tmp_path / "topic").rglob("*") if one.is_file()
    )
    assert channel("topic/y-te") is not None
