"""What subscribers are brought of a feed: what is shown and changed, and nothing where that is nothing."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.publish import publish
from feeds.pushed import contents
from pipeline.hub import Contents
from pipeline.model import Draft
from pipeline.store import Database, changes
from tests.feeds.test_publish import BASE, KIEN_GIANG, news
from tests.store.tellings import NOW, send, settled

HUB = f"{BASE}/hub"


@pytest.fixture
def brought(db: Database, tmp_path: Path) -> Contents:
    """What is brought from the published feeds of a story about Bến Tre."""
    _told(db, tmp_path, _first())
    return contents(db, tmp_path, BASE, HUB, lambda: NOW)


def _first() -> Draft:
    return news(1, summary="Trạm y tế mới.", updated=NOW)


def _told(db: Database, folder: Path, one: Draft) -> int:
    """Have something told and published; return the position of the log after it."""
    send(db, one)
    settled(db)
    publish(db, folder, BASE, NOW, hub=HUB)
    with db.read() as conn:
        return changes.head(conn)


def test_a_change_is_an_entry(brought: Contents) -> None:
    """A new story is brought as the one entry of its channel's document."""
    made = brought("area/ben-tre", "atom", 0, 1)

    assert made is not None
    assert 1 == made.body.count(b"<entry")
    assert "application/atom+xml; charset=utf-8" == made.media_type


def test_leaving_by_a_corrected_label_brings_nothing(db: Database, brought: Contents, tmp_path: Path) -> None:
    """Who reads the old channel is told nothing, who reads the new one is told the story."""
    upto = _told(db, tmp_path, replace(_first(), places=KIEN_GIANG, title="Trạm y tế số 1 ở Kiên Giang"))
    arrived = brought("area/kien-giang", "json", 1, upto)

    assert brought("area/ben-tre", "json", 1, upto) is None
    assert arrived is not None


def test_an_edit_that_is_not_shown_brings_nothing(db: Database, brought: Contents, tmp_path: Path) -> None:
    """A text that rights hide was edited: its feeds' subscribers have nothing to read."""
    later = NOW + timedelta(hours=1)
    upto = _told(db, tmp_path, replace(_first(), body=f"{_first().body} Mở cửa cả ngày.", updated=later))

    assert 2 == upto
    assert brought("area/ben-tre", "rss", 1, upto) is None
