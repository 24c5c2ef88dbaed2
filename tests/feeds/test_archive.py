"""Archives: sealed parts that hang together, and an aggregator that was away and misses nothing."""

import gzip
import json
import random
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from feeds import archive
from feeds.channel import Channel, FeedForm
from feeds.publish import mend, publish
from pipeline.errors import NotFound
from pipeline.model import Labels, StoryId
from pipeline.store import Database, meta
from tests.feeds.check import AT, ATOM, check_atom, check_json, check_rss
from tests.feeds.newsdesk import end, face, living, name, places, tell
from tests.feeds.semantics import chain, differing
from tests.feeds.stories import known

BASE = "https://tin.example"
T0 = datetime(2026, 11, 20, 5, tzinfo=UTC)
CHECKS = {FeedForm.ATOM: check_atom, FeedForm.RSS: check_rss, FeedForm.JSON: check_json}
ALL = known("all")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of published feeds, not made yet."""
    return tmp_path / "feeds"


def publish_now(db: Database, folder: Path, at: datetime) -> None:
    """Publish until nothing is left."""
    while publish(db, folder, BASE, at).changes:
        pass


def fetched(db: Database, folder: Path, url: str, at: datetime) -> bytes:
    """Return what is at an address of ours, as the web gives it."""
    path, _, form = url.removeprefix(f"{BASE}/feeds/").rpartition(".")
    key, is_part, part = path.partition("/archive/")
    if not is_part:
        return (folder / f"{path}.{form}").read_bytes()
    return archive.ensure(db, folder, BASE, known(key), part, FeedForm(form), at).read_bytes()


def documents(db: Database, folder: Path, of: Channel, form: FeedForm, at: datetime) -> dict[str, bytes]:
    """Return a channel's live document and its parts by address."""
    with db.read() as conn:
        parts = archive.listed(conn, of)
    urls = [of.url(BASE, form), *(of.part_url(BASE, one.name, form) for one in parts)]
    return {url: fetched(db, folder, url, at) for url in urls}


@dataclass
class Aggregator:
    """A reader of one feed that follows it back until it meets what it knows (RFC 5005 section 4).

    `known`: the time of each entry by its id, with None for those that were withdrawn.
    """

    form: FeedForm
    known: dict[str, str | None] = field(default_factory=dict)
    fetches: int = 0

    def visit(self, db: Database, folder: Path, at: datetime) -> None:
        """Read the feed and as many parts as needed; the newest word on an entry wins."""
        before, seen, url = set(self.known), dict[str, str | None](), ALL.url(BASE, self.form)
        while url:
            entries, gone, url = self._read(fetched(db, folder, url, at))
            self.fetches += 1
            for entry_id in gone:
                seen.setdefault(entry_id, None)
            for entry_id, updated in entries.items():
                seen.setdefault(entry_id, updated)
            if before & entries.keys():
                break
        self.known |= seen

    def _read(self, data: bytes) -> tuple[dict[str, str], list[str], str]:
        """Return entries with their times, ids of tombstones, and the address of what is older."""
        if self.form is FeedForm.JSON:
            feed = json.loads(data)
            entries = {one["id"]: one["date_modified"] for one in feed["items"]}
            gone = [one["id"] for one in feed["_tintinh"].get("withdrawn", ())]
            return entries, gone, feed.get("next_url", "")
        root = etree.fromstring(data)
        entries = {
            one.findtext(f"{ATOM}id") or "": one.findtext(f"{ATOM}updated") or ""
            for one in root.findall(f"{ATOM}entry")
        }
        links = {one.get("rel"): one.get("href") for one in root.findall(f"{ATOM}link")}
        gone = [one.get("ref", "") for one in root.findall(f"{AT}deleted-entry")]
        return entries, gone, links.get("prev-archive") or ""

    def living(self) -> set[str]:
        """Return the ids that it believes to be told."""
        return {entry_id for entry_id, updated in self.known.items() if updated is not None}


def a_day(db: Database, rng: random.Random, day: int, count: int) -> None:
    """Let a day of news come: new stories, edits, withdrawals, merges, relabellings, old news."""
    start = T0 + timedelta(days=day)
    told = [name(day * 1000 + number) for number in range(count)]
    tell(db, [(one, face(int(one[1:]))) for one in told], start)
    with db.read() as conn:
        alive = sorted(living(conn))
    for one in rng.sample(alive, 8):
        tell(db, [(one, face(int(one[1:]), f"{one} có tin thêm ngày {day}"))], start + timedelta(hours=6))
    moved = Labels("an-giang", ("an-giang",), None, (), ("du-lich",))
    for one in rng.sample(alive, 4):
        tell(db, [(one, face(int(one[1:]), told=moved))], start + timedelta(hours=8))
    for one in rng.sample(alive, 4):
        end(db, one, start + timedelta(hours=9))
    with db.read() as conn:
        alive = sorted(living(conn))
    survivor, *merged = rng.sample(alive, 4)
    for one in merged:
        end(db, one, start + timedelta(hours=10), into=survivor)
    back = next((one for one in rng.sample(told, len(told)) if one not in alive), None)
    if back:  # the source tells it again
        tell(db, [(back, face(int(back[1:]), f"{back} lại được đăng"))], start + timedelta(hours=11))
    tell(db, [(name(900_000 + day), face(1))], start + timedelta(hours=12), backfill=True)


@pytest.mark.long_on_postgresql
def test_an_aggregator_that_was_away_for_a_week_misses_nothing(db: Database, folder: Path) -> None:
    """It follows the archive to what it knows, and then knows what SQL tells, in both forms that bury."""
    rng = random.Random(7)
    readers = [Aggregator(FeedForm.ATOM), Aggregator(FeedForm.JSON)]
    for day in range(9):
        a_day(db, rng, day, 120)
        publish_now(db, folder, T0 + timedelta(days=day, hours=13))
        if day == 0:
            for reader in readers:
                reader.visit(db, folder, T0)
    for reader in readers:
        reader.visit(db, folder, T0 + timedelta(days=9))

    with db.read() as conn:
        expected = {stock_id(db, one) for one in living(conn)}
    assert [expected, expected] == [reader.living() for reader in readers]
    assert all(reader.fetches > 2 for reader in readers)


def stock_id(db: Database, story_id: StoryId) -> str:
    """Return a story's id in feeds."""
    with db.read() as conn:
        authority, date = meta.authority(conn)
    return f"tag:{authority},{date}:story/{story_id}"


@pytest.mark.long_on_postgresql
def test_live_and_parts_are_all_that_is_told(db: Database, folder: Path) -> None:
    """In every form the live document and the chain of parts hold each living story, in its place."""
    rng = random.Random(8)
    for day in range(9):  # across the end of November
        a_day(db, rng, day + 6, 60)
        publish_now(db, folder, T0 + timedelta(days=day + 6, hours=13))
    at = T0 + timedelta(days=20)
    for key in ("all", "province/an-giang/topic/du-lich", "area/ben-tre"):
        of = known(key)
        with db.read() as conn:
            expected = [stock_id(db, one) for one in places(conn, of.shelf)]
        for form in FeedForm:
            held = documents(db, folder, of, form, at)
            ids, problems = chain(form, held, of.url(BASE, form))

            assert [] == problems + [one for data in held.values() for one in CHECKS[form](data)]
            told = [one for one in dict.fromkeys(ids) if one in expected]
            assert expected == told
    assert [] == differing(
        (url, form, data) for form in FeedForm for url, data in documents(db, folder, ALL, form, at).items()
    )


def filled(db: Database, folder: Path, count: int = 500) -> str:
    """Publish so many stories that parts are sealed, and return the name of the first part of `all`."""
    for start in range(0, count, 100):
        made = [(name(number), face(number)) for number in range(start, start + 100)]
        tell(db, made, T0 + timedelta(minutes=start))
    publish_now(db, folder, T0 + timedelta(days=1))
    with db.read() as conn:
        return archive.listed(conn, ALL)[0].name


def test_parts_are_stable_cached_and_disposable(db: Database, folder: Path) -> None:
    """A part's bytes and files stay while nothing in it changed; deleted files come back the same."""
    part = filled(db, folder)
    place = archive.ensure(db, folder, BASE, ALL, part, FeedForm.ATOM, T0)
    before, made = place.read_bytes(), place.stat()
    tell(db, [(name(9_000), face(9_000))], T0 + timedelta(days=2))
    publish_now(db, folder, T0 + timedelta(days=2))
    again = archive.ensure(db, folder, BASE, ALL, part, FeedForm.ATOM, T0 + timedelta(days=3))

    assert (place, made.st_ino) == (again, place.stat().st_ino)
    assert before == gzip.decompress((place.parent / f"{place.name}.gz").read_bytes())
    shutil.rmtree(folder)
    assert before == archive.ensure(db, folder, BASE, ALL, part, FeedForm.ATOM, T0).read_bytes()


def test_a_withdrawn_story_is_gone_from_its_part(db: Database, folder: Path) -> None:
    """Its files are taken away by publishing; made again they hold a tombstone and no word of it."""
    part = filled(db, folder)
    place = archive.ensure(db, folder, BASE, ALL, part, FeedForm.ATOM, T0)
    assert stock_id(db, name(3)) in place.read_text()
    end(db, name(3), T0 + timedelta(days=2))
    publish_now(db, folder, T0 + timedelta(days=2))

    assert not place.exists()
    assert not place.with_name(f"{part}.rss.gz").exists()
    root = etree.fromstring(archive.ensure(db, folder, BASE, ALL, part, FeedForm.ATOM, T0).read_bytes())
    gone = stock_id(db, name(3))
    assert [gone] == [one.get("ref") for one in root.findall(f"{AT}deleted-entry")]
    assert gone not in [one.text for one in root.iterfind(f"{ATOM}entry/{ATOM}id")]
    assert gone not in place.with_name(f"{part}.rss").read_text()


def test_an_edited_story_is_new_in_its_part(db: Database, folder: Path) -> None:
    """An edit changes one entry of a part and nothing else of it; its bounds stay."""
    part = filled(db, folder)
    place = archive.ensure(db, folder, BASE, ALL, part, FeedForm.RSS, T0)
    before = place.read_text()
    with db.read() as conn:
        bounds = archive.listed(conn, ALL)
    tell(db, [(name(3), face(3, "Đã đính chính"))], T0 + timedelta(days=2))
    publish_now(db, folder, T0 + timedelta(days=2))
    after = archive.ensure(db, folder, BASE, ALL, part, FeedForm.RSS, T0).read_text()

    assert "Đã đính chính" in after
    pairs = zip(before.split("<item"), after.split("<item"), strict=True)
    unlike = [other for one, other in pairs if one != other]
    assert [False, True] == ["Đã đính chính" in one for one in unlike]  # the head's date, and the item
    with db.read() as conn:
        assert [(one.after, one.last) for one in bounds] == [
            (one.after, one.last) for one in archive.listed(conn, ALL)
        ]


def test_a_story_that_leaves_a_channel_leaves_its_part_in_silence(db: Database, folder: Path) -> None:
    """A corrected label takes an entry out of the old channel's part, without a tombstone."""
    filled(db, folder)
    of, to = known("area/ben-tre"), known("province/an-giang")
    with db.read() as conn:
        part = archive.listed(conn, of)[0].name
    archive.ensure(db, folder, BASE, of, part, FeedForm.ATOM, T0)
    there = Labels("an-giang", ("an-giang",), None, (), ())
    tell(db, [(name(3), face(3, told=there))], T0 + timedelta(days=2))
    publish_now(db, folder, T0 + timedelta(days=2))

    made = archive.ensure(db, folder, BASE, of, part, FeedForm.ATOM, T0).read_text()
    assert stock_id(db, name(3)) not in made
    assert stock_id(db, name(3)) in (folder / to.file(FeedForm.ATOM)).read_text()


def test_a_story_told_again_enters_anew(db: Database, folder: Path) -> None:
    """A withdrawn story that its source tells again stands at the channel's end, and nowhere else."""
    part = filled(db, folder)
    end(db, name(3), T0 + timedelta(days=2))
    publish_now(db, folder, T0 + timedelta(days=2))
    tell(db, [(name(3), face(3))], T0 + timedelta(days=3))
    publish_now(db, folder, T0 + timedelta(days=3))

    assert (
        stock_id(db, name(3))
        not in archive.ensure(db, folder, BASE, ALL, part, FeedForm.ATOM, T0).read_text()
    )
    with db.read() as conn:
        assert name(3) == places(conn)[0]


def test_a_part_made_while_its_story_changes_is_not_kept(db: Database, folder: Path) -> None:
    """What was rendered from an older state is thrown away."""
    part = filled(db, folder)
    with db.read() as conn:
        read = archive.listed(conn, ALL)[0]
    tell(db, [(name(3), face(3, "Đã đính chính"))], T0 + timedelta(days=2))
    made = dict.fromkeys(FeedForm, b"old")

    assert not archive._put(db, folder, ALL, read, made, T0)
    assert not list((folder / "all").rglob(f"{part}*"))


def test_a_move_makes_parts_anew(db: Database, folder: Path) -> None:
    """Under another public address the parts name that address."""
    part = filled(db, folder)
    archive.ensure(db, folder, BASE, ALL, part, FeedForm.ATOM, T0)
    mend(db, folder, "https://moved.example", T0)
    made = archive.ensure(db, folder, "https://moved.example", ALL, part, FeedForm.ATOM, T0)

    assert "https://moved.example/feeds/all.atom" in made.read_text()
    assert BASE not in made.read_text()


def test_what_is_no_part_is_not_found(db: Database, folder: Path) -> None:
    """Only exact names of parts that there are have a document."""
    for part in ("2026-11-99", "2026-11-0", "2026-11", "2026-11-01", "../x-1", ""):
        with pytest.raises(NotFound):
            archive.ensure(db, folder, BASE, ALL, part, FeedForm.ATOM, T0)


def test_old_news_is_in_no_archive(db: Database, folder: Path) -> None:
    """What was old when first seen stands in no live document and no part."""
    tell(db, [(name(70_000), face(1))], T0, backfill=True)
    filled(db, folder)
    told = documents(db, folder, ALL, FeedForm.ATOM, T0)

    assert 3 == len(told)
    assert not [url for url, data in told.items() if stock_id(db, name(70_000)).encode() in data]
