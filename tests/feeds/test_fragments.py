"""Fragments: rendered once a revision, equal in every document, forgotten with their story."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree

from feeds.channel import FeedForm
from feeds.fragments import Stock, made_as
from feeds.head import Head
from feeds.item import item
from feeds.publish import mend, publish
from feeds.render import document, fitting, fragments, own_links
from pipeline.model import Story
from pipeline.store import Database
from pipeline.store import fragments as kept
from pipeline.store.schema import fragment
from tests.feeds.check import ATOM
from tests.feeds.newsdesk import end, face, name, tell
from tests.feeds.stories import SITE, known, live, story, windows

T0 = datetime(2026, 11, 20, 5, tzinfo=UTC)
BASE = "https://tin.example"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of published feeds, not made yet."""
    return tmp_path / "feeds"


def rows(db: Database) -> dict[str, tuple[int, bytes]]:
    """Return the kept revisions and Atom entries by story."""
    with db.read() as conn:
        return {row.story_id: (row.revision, row.atom) for row in conn.execute(fragment.select())}


@settings(deadline=None, max_examples=40)
@given(windows(live))
def test_a_document_is_its_fragments(stories: list[Story]) -> None:
    """Whatever the stories say, a document's entries have the fragments' bytes and are read apart again."""
    made = [fragments(item(one, SITE)) for one in stories]
    for form in (FeedForm.ATOM, FeedForm.RSS):
        of = known("all")
        head = Head(of, SITE, form, T0, own_links(of, form, SITE))
        data = document(head, [one.form(form) for one in made])

        assert b"".join(one.form(form) for one in made) in data
        assert len(made) == len(etree.fromstring(data).findall(f".//{ATOM}entry")) + len(
            etree.fromstring(data).findall(".//item")
        )


def test_a_story_is_rendered_once_for_all_its_channels(db: Database, folder: Path) -> None:
    """Publishing keeps one row a story; an edit replaces it and leaves the others."""
    tell(db, [(name(1), face(1)), (name(2), face(2))], T0)
    publish(db, folder, BASE, T0)
    before = rows(db)
    tell(db, [(name(1), face(1, "Đã sửa"))], T0 + timedelta(hours=1))
    publish(db, folder, BASE, T0 + timedelta(hours=1))
    after = rows(db)

    assert {name(1): 1, name(2): 1} == {one: revision for one, (revision, _) in before.items()}
    assert before[name(2)] == after[name(2)]
    assert (2, True) == (after[name(1)][0], "Đã sửa".encode() in after[name(1)][1])


def test_kept_fragments_are_used(db: Database, folder: Path) -> None:
    """What SQL keeps is published as it is; of another renderer it is rendered anew."""
    tell(db, [(name(1), face(1))], T0)
    publish(db, folder, BASE, T0)
    with db.write() as conn:
        conn.execute(fragment.update().values(atom=b"<entry>kept</entry>"))
    tell(db, [(name(2), face(2))], T0 + timedelta(hours=1))
    publish(db, folder, BASE, T0)
    assert b"<entry>kept</entry>" in (folder / "all.atom").read_bytes()
    with db.write() as conn:
        conn.execute(fragment.update().values(made_as="older"))
    tell(db, [(name(3), face(3))], T0 + timedelta(hours=2))
    publish(db, folder, BASE, T0)

    assert b"<entry>kept</entry>" not in (folder / "all.atom").read_bytes()


def test_upkeep_forgets_what_is_no_storys_or_old(db: Database, folder: Path) -> None:
    """Fragments of merged stories, of older revisions and of more than a month ago go; files stay."""
    tell(db, [(name(number), face(number)) for number in range(4)], T0)
    publish(db, folder, BASE, T0)
    end(db, name(1), T0 + timedelta(hours=1), into=name(2))
    tell(db, [(name(3), face(3, "Đã sửa"))], T0 + timedelta(hours=1))
    mend(db, folder, BASE, T0 + timedelta(hours=2))
    assert {name(0), name(2)} == rows(db).keys()
    while publish(db, folder, BASE, T0 + timedelta(hours=2)).changes:
        pass
    before = (folder / "all.atom").read_bytes()
    mend(db, folder, BASE, T0 + timedelta(days=30, hours=1))

    assert {name(3)} == rows(db).keys()
    assert before == (folder / "all.atom").read_bytes()


def test_what_all_depend_on_names_them() -> None:
    """Another address or installation renders anew; another hub does not: no entry names it."""
    assert made_as(SITE) == made_as(replace(SITE, hub="https://hub.example/"))
    assert 3 == len(
        {made_as(SITE), made_as(replace(SITE, base_url="x")), made_as(replace(SITE, authority="x"))}
    )


def test_a_changed_revision_is_left_to_the_next_publishing(db: Database) -> None:
    """A story that is not at the wanted revision any more has no fragment here."""
    tell(db, [(name(1), face(1))], T0)
    with db.read() as conn:
        stock = Stock.opened(conn, BASE)

        assert {} == stock.of(conn, {name(1): 7})
        assert [name(1)] == list(stock.of(conn, {name(1): 1}))
        assert {} == kept.get(conn, {name(1): 1}, made_as(stock.site))


def test_as_many_fit_as_the_room_holds_in_every_form() -> None:
    """Entries are counted from the first on until one form is full."""
    one = fragments(item(story(1), SITE))

    assert 0 == fitting([one], one.size - 1)
    assert 2 == fitting([one] * 5, 3 * one.size - 1)
