"""The change log becomes files that are atomic, unchanged when nothing changed, and disposable."""

import gzip
import hashlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from feeds import publish as publishing
from feeds.channel import FeedForm, channels_of
from feeds.fragments import Stock, made_as
from feeds.item import Site
from feeds.publish import CURSOR, ensure, mend, publish, publish_all
from pipeline.errors import EngineUnavailable, LeaseLost
from pipeline.model import Act, Draft, Places
from pipeline.places import areas
from pipeline.store import Database, changes, leases, meta, publications, stories
from pipeline.store.schema import fragment, publication
from pipeline.topics import topics
from tests.feeds.check import AT, ATOM, check_atom, check_rss
from tests.feeds.semantics import entries
from tests.feeds.stories import known
from tests.store.tellings import NOW, draft, send, settled
from tests.store.test_stages import ARTICLE, ITEM

BASE = "https://tin.example"
BEN_TRE = Places(areas=("ben-tre",), provinces=("vinh-long",))
KIEN_GIANG = Places(areas=("kien-giang",), provinces=("an-giang",))
CHECKS = {"atom": check_atom, "rss": check_rss, "json": lambda data: [] if json.loads(data) else ["empty"]}
OF_BEN_TRE = {"all", "province/vinh-long", "area/ben-tre", "topic/y-te", "province/vinh-long/topic/y-te"}

# What stands in a file: on PostgreSQL by default the tests suffice that say which files are made, and when.
of_files = pytest.mark.long_on_postgresql


def news(number: int, **fields: object) -> Draft:
    """Return a piece of news that is like no other number's."""
    body = (
        f"Sáng nay trạm y tế số {number} mở cửa với {number + 3} giường. "
        f"Trạm phục vụ {number * 7 + 100} hộ dân trong xã."
    )
    plain = draft(
        f"bai-{number}", f"Trạm y tế số {number} mở cửa", body, url=f"https://baomau.example/{number}"
    )
    return replace(plain, **{"places": BEN_TRE, "topics": ("y-te",), **fields})  # type: ignore[arg-type]


def state(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Return every file's bytes, inode and time, by its path."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns)
        for path in found
    }


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file's bytes by its path."""
    return {name: data for name, (data, _, _) in state(folder).items()}


def atom(folder: Path, key: str = "all") -> etree._Element:
    """Return a published Atom feed."""
    return etree.fromstring((folder / f"{key}.atom").read_bytes())


def told(folder: Path, key: str = "all") -> list[str | None]:
    """Return the titles of stories in a published Atom feed, in order."""
    entries = atom(folder, key).findall(f"{ATOM}entry")
    ours = [one for one in entries if ":story/" in (one.findtext(f"{ATOM}id") or "")]
    return [one.findtext(f"{ATOM}title") for one in ours]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of published feeds, not made yet."""
    return tmp_path / "feeds"


def test_a_change_publishes_the_channels_it_touches(db: Database, folder: Path) -> None:
    """After the first news, exactly its channels stand, in every form, with rows that tell their bytes."""
    send(db, news(1))
    settled(db)
    done = publish(db, folder, BASE, NOW)

    assert OF_BEN_TRE == set(done.channels)
    assert {
        f"{key}.{form}{packed}" for key in OF_BEN_TRE for form in FeedForm for packed in ("", ".gz")
    } == set(state(folder))
    with db.read() as conn:
        assert changes.head(conn) == changes.position(conn, CURSOR) == done.changes
        for row in publications.listed(conn):
            data = (folder / f"{row.channel}.{row.form}").read_bytes()
            assert (hashlib.sha256(data).hexdigest(), len(data)) == (row.sha256, row.size)


@of_files
def test_published_files_are_valid_and_packed(db: Database, folder: Path) -> None:
    """Every file breaks no rule, and its gzip holds the same bytes and no time."""
    send(db, news(1), news(2))
    settled(db)
    publish(db, folder, BASE, NOW)

    for name, data in contents(folder).items():
        if name.endswith(".gz"):
            assert contents(folder)[name.removesuffix(".gz")] == gzip.decompress(data)
            assert bytes(4) == data[4:8]
        else:
            assert [] == CHECKS[name.rpartition(".")[2]](data)


def test_publishing_again_touches_nothing(db: Database, folder: Path) -> None:
    """Without news no file is written again, even when the whole log is read anew."""
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)
    before = state(folder)

    assert publishing.Published() == publish(db, folder, BASE, NOW + timedelta(hours=1))
    with db.write() as conn:
        changes.reset(conn, CURSOR)
    assert () == publish(db, folder, BASE, NOW + timedelta(hours=2)).channels
    assert before == state(folder)


def test_a_small_limit_publishes_all_the_same(db: Database, folder: Path) -> None:
    """Reading the log one change at a time ends in the files that one batch makes."""
    for number in range(5):
        send(db, news(number))
        settled(db)
    while publish(db, folder, BASE, NOW, limit=1).changes:
        pass
    stepwise = contents(folder)
    shutil.rmtree(folder)
    with db.write() as conn:
        changes.reset(conn, CURSOR)
        publications.clear(conn)
    publish(db, folder, BASE, NOW)

    assert stepwise == contents(folder)


def test_an_edit_keeps_the_id_and_changes_its_channels_only(db: Database, folder: Path) -> None:
    """An edited story keeps its entry id, is updated later, and leaves other channels' files alone."""
    send(db, news(1), news(2, places=KIEN_GIANG, topics=("giao-duc",)))
    settled(db)
    publish(db, folder, BASE, NOW)
    before, entry = state(folder), atom(folder, "area/ben-tre").find(f"{ATOM}entry")
    send(db, news(1, title="Trạm y tế số 1 mở cửa, có bác sĩ"), at=NOW + timedelta(hours=1))
    settled(db)
    publish(db, folder, BASE, NOW + timedelta(hours=1))
    after, edited = state(folder), atom(folder, "area/ben-tre").find(f"{ATOM}entry")
    assert entry is not None
    assert edited is not None

    assert entry.findtext(f"{ATOM}id") == edited.findtext(f"{ATOM}id")
    assert "Trạm y tế số 1 mở cửa, có bác sĩ" == edited.findtext(f"{ATOM}title")
    assert (entry.findtext(f"{ATOM}updated") or "") < (edited.findtext(f"{ATOM}updated") or "")
    changed = {name.split(".")[0] for name in after if before[name] != after[name]}
    assert OF_BEN_TRE == changed


@of_files
def test_an_edit_of_what_rights_hide_changes_no_byte(db: Database, folder: Path) -> None:
    """A source edits behind its summary: search and mirrors are told, feeds stay as they are."""
    first = news(1, summary="Trạm y tế mới.", updated=NOW)
    send(db, first)
    settled(db)
    publish(db, folder, BASE, NOW)
    before = contents(folder)
    with db.read() as conn:
        head = changes.head(conn)
    edited = replace(first, body=f"{first.body} Trạm mở cửa cả ngày.", updated=NOW + timedelta(hours=1))
    send(db, edited)
    settled(db)
    done = publish(db, folder, BASE, NOW + timedelta(hours=1))
    with db.write() as conn:
        conn.execute(fragment.delete())
    shutil.rmtree(folder)
    mend(db, folder, BASE, NOW + timedelta(hours=2))

    with db.read() as conn:
        assert head + 1 == changes.head(conn)
    assert 1 == done.changes
    assert () == done.channels
    assert before == contents(folder)


@of_files
def test_an_edit_changes_one_entry_of_every_document(db: Database, folder: Path) -> None:
    """In each channel and form exactly the edited story's entry has other bytes; order and ids stay."""
    send(db, *(news(number) for number in range(5)))
    settled(db)
    publish(db, folder, BASE, NOW)
    before = {name: data for name, data in contents(folder).items() if not name.endswith(".gz")}
    send(db, news(3, title="Trạm y tế số 3 mở cửa, có bác sĩ"), at=NOW + timedelta(hours=1))
    settled(db)
    publish(db, folder, BASE, NOW)

    for name, data in before.items():
        form = name.rpartition(".")[2]
        old = list(entries(form, data))
        new = list(entries(form, (folder / name).read_bytes()))
        assert [entry_id for entry_id, _ in old] == [entry_id for entry_id, _ in new]
        assert 1 == sum(one != other for one, other in zip(old, new, strict=True))


@of_files
def test_a_bulletin_item_joined_by_its_article_keeps_its_id(db: Database, folder: Path) -> None:
    """When the article of a bulletin's item comes, the entry becomes the article's under the id it had."""
    send(db, ITEM)
    settled(db)
    publish(db, folder, BASE, NOW)
    [item] = [entry_id for entry_id, _ in entries("atom", (folder / "all.atom").read_bytes())]
    send(db, replace(ARTICLE, url="https://baomau.example/1"), at=NOW + timedelta(hours=1))
    settled(db)
    publish(db, folder, BASE, NOW)
    [entry] = atom(folder).findall(f"{ATOM}entry")

    assert item == entry.findtext(f"{ATOM}id")
    links = {one.get("rel"): one.get("href") for one in entry.findall(f"{ATOM}link")}
    assert "https://baomau.example/1" == links["alternate"]
    assert f"{BASE}/stories/{item.rpartition('/')[2]}" == links["related"]


@of_files
def test_an_upgrade_makes_everything_anew_once(db: Database, folder: Path) -> None:
    """What stood in two forms of an older renderer stands in three of today's after the first publishing."""
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)
    made = contents(folder)
    for path in (*folder.rglob("*.json"), *folder.rglob("*.json.gz")):
        path.unlink()
    with db.write() as conn:
        meta.put(conn, "published_as", f"2 {BASE} ")
        conn.execute(publication.delete().where(publication.c.form == "json"))
        conn.execute(publication.update().values(sha256="0" * 64))
        conn.execute(fragment.delete())

    assert OF_BEN_TRE == set(publish(db, folder, BASE, NOW).channels)
    assert made == contents(folder)
    assert publishing.Published() == publish(db, folder, BASE, NOW)


@of_files
def test_a_withdrawn_story_leaves_a_tombstone(db: Database, folder: Path) -> None:
    """A withdrawn story's text leaves every form; a tombstone stands, and a last word with its id."""
    send(db, news(1), news(2))
    settled(db)
    publish(db, folder, BASE, NOW)
    titles = {
        one.findtext(f"{ATOM}title"): one.findtext(f"{ATOM}id")
        for one in atom(folder).findall(f"{ATOM}entry")
    }
    send(db, news(1, act=Act.WITHDRAW), at=NOW + timedelta(hours=1))
    settled(db)
    publish(db, folder, BASE, NOW)
    gone = titles["Trạm y tế số 1 mở cửa"]
    [last] = [one for one in atom(folder).findall(f"{ATOM}entry") if one.findtext(f"{ATOM}id") == gone]

    assert {"Trạm y tế số 2 mở cửa", "Tin này đã được gỡ"} == set(told(folder))
    [stone] = atom(folder).findall(f"{AT}deleted-entry")
    assert (gone, last.findtext(f"{ATOM}updated")) == (stone.get("ref"), stone.get("when"))
    assert not [form for form in FeedForm if "Trạm y tế số 1" in (folder / f"all.{form}").read_text()]
    with db.read() as conn:
        assert not [row for row in conn.execute(fragment.select()) if "số 1 mở cửa".encode() in row.atom]


def test_a_relabelled_story_changes_channels(db: Database, folder: Path) -> None:
    """A story that turns out to tell about another place leaves in silence and enters the new channel."""
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)
    text = news(1).body + " Trạm nằm ở Kiên Giang."
    send(db, news(1, places=KIEN_GIANG, body=text), at=NOW + timedelta(hours=1))
    settled(db)
    publish(db, folder, BASE, NOW)

    assert [] == told(folder, "area/ben-tre") + atom(folder, "area/ben-tre").findall(f"{AT}deleted-entry")
    assert ["Trạm y tế số 1 mở cửa"] == told(folder, "area/kien-giang")


@of_files
def test_old_news_is_never_in_a_window(db: Database, folder: Path) -> None:
    """What was old when first seen touches no channel and is in none."""
    send(db, news(1), at=NOW + timedelta(days=200))
    settled(db)
    done = publish(db, folder, BASE, NOW)

    assert (1, ()) == (done.changes, done.channels)
    assert [] == told(ensure(db, folder, BASE, known("all"), FeedForm.ATOM, NOW).parent)


def test_moving_the_site_republishes_and_changes_no_id(db: Database, folder: Path) -> None:
    """Another public address makes every standing file anew, once, with the ids it had."""
    send(db, news(1), news(2, places=KIEN_GIANG))
    settled(db)
    publish(db, folder, BASE, NOW)
    ids, before = [one.text for one in atom(folder).iter(f"{ATOM}id")], contents(folder)
    moved = publish(db, folder, "http://moved.example:8443/", NOW)

    assert {name.split(".")[0] for name in before} == set(moved.channels)
    assert ids == [one.text for one in atom(folder).iter(f"{ATOM}id")]
    assert all(
        b"//tin.example" not in data for name, data in contents(folder).items() if not name.endswith(".gz")
    )
    assert publishing.Published() == publish(db, folder, "http://moved.example:8443", NOW)


def test_upkeep_notices_a_move(db: Database, folder: Path) -> None:
    """Without any news, upkeep publishes under a new address what publishing would."""
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)
    done = mend(db, folder, "https://moved.example", NOW)

    assert (OF_BEN_TRE, 3 * len(OF_BEN_TRE)) == (set(done.channels), done.files)
    assert publishing.Published() == publish(db, folder, "https://moved.example", NOW)


@of_files
def test_a_move_cut_short_goes_on_where_it_was(db: Database, folder: Path) -> None:
    """When a republication is killed half-way, the next call makes only what is left."""
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)
    moved = "https://moved.example"
    with db.write() as conn:
        site = Site(moved, *meta.authority(conn))
        meta.put(conn, "publishing_as", f"{made_as(site)}  area/ben-tre")

    assert OF_BEN_TRE - {"all", "area/ben-tre"} == set(publish(db, folder, moved, NOW).channels)
    assert publishing.Published() == publish(db, folder, moved, NOW)


@of_files
def test_one_call_makes_a_bounded_number_of_channels(db: Database, folder: Path) -> None:
    """Changes that touch very many channels are published in several calls, none of them lost."""
    slugs = [one.slug for one in topics()]
    for number, home in enumerate(areas()[:40]):
        places = Places(areas=(home.slug,), provinces=(home.province,))
        send(db, news(number, places=places, topics=tuple(slugs[number % 17 : number % 17 + 4])))
    settled(db)
    first = publish(db, folder, BASE, NOW)
    assert 0 < first.changes < 40
    assert 150 < len(first.channels) <= 200
    while publish(db, folder, BASE, NOW).changes:
        pass

    assert 40 == len(told(folder))
    with db.read() as conn:
        assert changes.head(conn) == changes.position(conn, CURSOR)


@of_files
def test_a_hub_is_told_of_in_every_file(db: Database, folder: Path) -> None:
    """Naming a hub republishes what stands with a link to it."""
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)
    publish(db, folder, BASE, NOW, hub="https://hub.example/")

    plain = {name: data for name, data in contents(folder).items() if not name.endswith(".gz")}
    assert all(b"https://hub.example/" in data for data in plain.values())


@of_files
def test_deleted_and_damaged_files_come_back_as_they_were(db: Database, folder: Path) -> None:
    """A deleted file, gzip or folder and a cut file come back with the same bytes and the same time."""
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)
    before = {name: (data, time) for name, (data, _, time) in state(folder).items()}
    (folder / "all.atom").unlink()
    (folder / "area" / "ben-tre.rss.gz").unlink()
    (folder / "topic" / "y-te.rss").write_bytes(b"<rss")
    shutil.rmtree(folder / "province")
    done = mend(db, folder, BASE, NOW + timedelta(days=1))

    assert ((), 9) == (done.channels, done.files)
    assert before == {name: (data, time) for name, (data, _, time) in state(folder).items()}
    assert 0 == mend(db, folder, BASE, NOW + timedelta(days=1)).files


@of_files
def test_the_whole_folder_comes_back(db: Database, folder: Path) -> None:
    """With the folder gone, upkeep makes the bytes that stood there."""
    send(db, news(1), news(2, places=KIEN_GIANG))
    settled(db)
    publish(db, folder, BASE, NOW)
    before = contents(folder)
    shutil.rmtree(folder)
    mend(db, folder, BASE, NOW)

    assert before == contents(folder)


@of_files
def test_a_file_that_is_not_its_rows_is_made_anew(db: Database, folder: Path) -> None:
    """A file of the right size that a crash left from another time is found by its time."""
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)
    before = contents(folder)
    (folder / "all.rss").write_bytes(bytes(len(before["all.rss"])))
    mend(db, folder, BASE, NOW)

    assert before == contents(folder)


@of_files
def test_temporary_files_of_the_dead_are_cleared(db: Database, folder: Path) -> None:
    """Upkeep removes temporary files that are older than an hour, and no younger one."""
    folder.mkdir()
    (folder / ".all.atom.0badcafe.tmp").write_bytes(b"half")
    left = (folder / ".all.atom.0badcafe.tmp").stat().st_ctime
    young, old = (NOW.fromtimestamp(left, NOW.tzinfo) + timedelta(hours=hours) for hours in (0.5, 1.5))

    mend(db, folder, BASE, young)
    assert [".all.atom.0badcafe.tmp"] == list(state(folder))
    mend(db, folder, BASE, old)
    assert [] == list(state(folder))


def test_a_missing_channel_is_rendered_on_demand(db: Database, folder: Path) -> None:
    """A channel without news is a valid empty feed as soon as somebody asks for it."""
    where = known("province/an-giang/topic/du-lich")
    rss = ensure(db, folder, BASE, where, FeedForm.RSS, NOW)

    assert folder / "province/an-giang/topic/du-lich.rss" == rss
    assert [] == check_rss(rss.read_bytes())
    assert [] == check_atom(rss.with_suffix(".atom").read_bytes())


@of_files
def test_a_standing_file_is_handed_out_untouched(db: Database, folder: Path) -> None:
    """Asking for a file that stands reads nothing and writes nothing, even with SQL behind."""
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)
    before = state(folder)
    send(db, news(2))
    settled(db)

    assert folder / "all.rss" == ensure(db, folder, BASE, known("all"), FeedForm.RSS, NOW)
    assert before == state(folder)


@of_files
def test_everything_can_be_made_at_once(db: Database, folder: Path) -> None:
    """All 833 channels are written in every form, and those that stood keep their bytes."""
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)
    before = state(folder)
    done = publish_all(db, folder, BASE, NOW + timedelta(days=1))

    assert 833 - len(OF_BEN_TRE) == len(done.channels)
    assert 6 * 833 == len(state(folder))
    assert before == {name: found for name, found in state(folder).items() if name in before}


def test_only_one_publishes_at_a_time(db: Database, folder: Path) -> None:
    """While somebody holds the lease, others do nothing and say so."""
    send(db, news(1))
    settled(db)
    held = leases.acquire(db, CURSOR, 60, NOW)
    assert held is not None

    busy = publishing.Published(busy=True)
    assert [busy] * 3 == [work(db, folder, BASE, NOW) for work in (publish, mend, publish_all)]
    leases.release(db, held)
    assert OF_BEN_TRE == set(publish(db, folder, BASE, NOW).channels)


def test_an_overtaken_publisher_replaces_nothing(db: Database, folder: Path) -> None:
    """A publisher whose lease went to another throws its files away and leaves no trace of them."""
    send(db, news(1))
    settled(db)
    slow = leases.acquire(db, CURSOR, 1, NOW)
    assert slow is not None
    publish(db, folder, BASE, NOW + timedelta(seconds=2))
    before = state(folder)
    send(db, news(2))
    settled(db)
    with db.read() as conn:
        press = publishing._Press(db, folder, Stock.opened(conn, BASE), NOW)

    with pytest.raises(LeaseLost):
        publishing._replace(press, [known("all")], publishing._fenced(slow))
    assert before == state(folder)


@of_files
def test_a_reader_that_was_slower_takes_the_publishers_file(db: Database, folder: Path) -> None:
    """A file rendered on demand from an older state never replaces one that was published meanwhile."""
    where = known("all")
    with db.read() as conn:
        press = publishing._Press(db, folder, Stock.opened(conn, BASE), NOW)
        seen = publishing._rows(conn, where)
    made = list(publishing._prepare(press, where))
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)

    assert publishing._turn(press, made, publishing._unchanged(where, seen)) is None
    assert ["Trạm y tế số 1 mở cửa"] == told(folder)


def test_the_cursor_waits_for_the_files(db: Database, folder: Path) -> None:
    """When the disk fails, the cursor stays, and the next call publishes what is due."""
    send(db, news(1))
    settled(db)
    folder.write_text("in the way")

    with pytest.raises(EngineUnavailable):
        publish(db, folder, BASE, NOW)
    with db.read() as conn:
        assert 0 == changes.position(conn, CURSOR)
        assert [] == publications.listed(conn)
    folder.unlink()
    assert OF_BEN_TRE == set(publish(db, folder, BASE, NOW).channels)


def test_a_lost_database_row_does_not_change_bytes(db: Database, folder: Path) -> None:
    """With the rows forgotten, publishing writes the bytes that stood there."""
    send(db, news(1))
    settled(db)
    publish(db, folder, BASE, NOW)
    before = contents(folder)
    with db.write() as conn:
        publications.clear(conn)
        changes.reset(conn, CURSOR)
    publish(db, folder, BASE, NOW + timedelta(days=1))

    assert before == contents(folder)


def test_many_at_once_end_in_the_newest_state(db: Database, folder: Path) -> None:
    """Publishers, menders and readers at work together while news comes leave the files of the last state."""
    where = known("area/ben-tre")

    def work(turn: int) -> None:
        for number in range(4):
            match turn:
                case 0:
                    send(db, news(number))
                    settled(db)
                case 1:
                    with suppress(EngineUnavailable):  # the folder went between two steps: tried again later
                        publish(db, folder, BASE, NOW)
                case 2:
                    with suppress(EngineUnavailable):
                        mend(db, folder, BASE, NOW)
                case 3:
                    shutil.rmtree(folder / "area", ignore_errors=True)
                    with suppress(EngineUnavailable):
                        ensure(db, folder, BASE, where, FeedForm.ATOM, NOW)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    while publish(db, folder, BASE, NOW).changes:
        pass
    mend(db, folder, BASE, NOW)
    stood = contents(folder)
    shutil.rmtree(folder)

    assert () == mend(db, folder, BASE, NOW).channels
    assert stood == contents(folder)
    assert 4 == len(told(folder, "area/ben-tre"))


def test_windows_and_channels_agree(db: Database) -> None:
    """The store's window of a channel holds exactly the stories whose labels put them there."""
    send(
        db,
        news(1),
        news(2, places=KIEN_GIANG, topics=("giao-duc", "y-te")),
        news(3, places=Places(national=True)),
    )
    settled(db)
    with db.read() as conn:
        living = stories.window(conn, limit=10)
        for where in {one for told in living for one in channels_of(told.face.labels)}:
            window = stories.window(
                conn, province=where.province, area=where.area, topic=where.topic, limit=10
            )
            assert [one for one in living if where in channels_of(one.face.labels)] == window


def test_the_identity_outlives_its_turns(db: Database, folder: Path) -> None:
    """Publishing leaves the installation's tag authority and date as they were drawn."""
    with db.read() as conn:
        drawn = meta.authority(conn)
    send(db, replace(news(1), guid="khác"))
    settled(db)
    publish(db, folder, BASE, NOW)

    with db.read() as conn:
        assert drawn == meta.authority(conn)
