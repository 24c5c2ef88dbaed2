"""The index follows SQL: in order, once, through crashes, and back from nothing."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from cli.engines import start_meilisearch
from pipeline.errors import EngineUnavailable, LeaseLost
from pipeline.model import Act
from pipeline.store import Connection, Database, changes, counters, indexing, leases, meta, stories
from pipeline.store.schema import change, entry, story, story_label
from search import sync as syncing
from search.index import Index
from search.query import Query, search
from search.rounds import living, whole
from search.schema import version
from search.standing import CURSOR
from search.sync import rebuild, request_rebuild, sync
from search.writing import Synced, Writer
from tests.engine_fixtures import Lent
from tests.store.tellings import draft, send, settled

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SUBJECTS = ("cầu", "trường", "chợ", "đê", "trạm", "đình", "kênh", "bến")
PLACES = ("Mỏ Cày", "Ba Tri", "Chợ Lách", "Giồng Trôm", "Thạnh Phú")


def clock() -> datetime:
    """Stand still."""
    return NOW


def tell(db: Database, numbers: range, note: str = "") -> None:
    """Have one paper tell unrelated stories, one a number."""
    drafts = []
    for number in numbers:
        subject, place = SUBJECTS[number % 8], PLACES[number % 5]
        text = f"Sửa {subject} ở {place}, mã hiệu mh{number}x. {note}"
        drafts.append(draft(f"bai-{number}", f"Sửa {subject} mh{number}x", text))
    send(db, *drafts, at=NOW + timedelta(seconds=len(note)))
    settled(db)


def synced(db: Database, index: Index, limit: int = 500) -> Synced:
    """Call `sync` until there is nothing more to do, and add up."""
    done = sync(db, index, NOW, limit=limit)
    total = done
    while done.more:
        done = sync(db, index, NOW, limit=limit)
        total += done
    return total


def found(index: Index, q: str) -> list[str]:
    """The titles that a question finds."""
    return [hit.title for hit in search(index, Query(q=q)).hits]


def sound(db: Database, index: Index) -> bool:
    """Whether the index holds what SQL has, and nothing is under way."""
    seen = whole(living(db, index), clock, mend=False, told=lambda _walk, _faults: None)
    return seen.sound and not seen.under_way


def position(db: Database) -> tuple[int, int]:
    """Where the cursor stands, and the log's head."""
    with db.read() as conn:
        return changes.position(conn, CURSOR), changes.head(conn)


def test_the_first_call_makes_and_fills_the_index(db: Database, index: Index) -> None:
    """From nothing: one call, everything is found, the cursor is at the head, and no index is left over."""
    tell(db, range(6))
    done = sync(db, index, NOW)

    assert (6, 0, (), True, False) == (done.indexed, done.deleted, done.refused, done.rebuilt, done.more)
    assert ["Sửa đê mh3x"] == found(index, "mh3x")
    assert position(db)[0] == position(db)[1] > 0
    assert [] == index.others()
    assert sound(db, index)


def test_an_empty_store_makes_an_empty_index(store: Database, index: Index) -> None:
    """Nobody has to wait for the first story to be able to ask."""
    sync(store, index, NOW)

    assert 0 == search(index, Query()).total


def test_nothing_to_do_writes_nothing(store: Database, index: Index) -> None:
    """A call without changes takes no lease and does no work."""
    tell(store, range(2))
    synced(store, index)

    with store.read() as conn:
        waiting = syncing.due(conn)

    assert not waiting
    assert Synced() == sync(store, index, NOW)


def test_sql_knows_what_waits(store: Database, index: Index) -> None:
    """A first start, a change and a half-done rebuild are all work that is due."""
    told = []
    for step in (lambda: None, lambda: synced(store, index), lambda: tell(store, range(3))):
        step()
        with store.read() as conn:
            told.append(syncing.due(conn))
    synced(store, index)
    request_rebuild(store)
    sync(store, index, NOW, limit=2)
    with store.read() as conn:
        told.append(syncing.due(conn))

    assert [True, False, True, True] == told


def test_small_batches_do_the_same(store: Database, index: Index) -> None:
    """With one change a call everything gets there too, by rebuild and by the log."""
    tell(store, range(5))
    filled = synced(store, index, limit=1)
    tell(store, range(5, 9))
    followed = synced(store, index, limit=1)

    assert (True, False) == (filled.rebuilt, followed.rebuilt)
    assert 4 == followed.indexed
    assert 9 == search(index, Query()).total
    assert sound(store, index)


def test_an_edit_replaces_and_a_withdrawal_removes(db: Database, index: Index) -> None:
    """The old words of an edited story find nothing; a withdrawn one is gone."""
    tell(db, range(3))
    synced(db, index)
    later = NOW + timedelta(hours=1)
    send(
        db, draft("bai-1", "Sửa nhà máy nước mh1x", "Nhà máy nước thay cho mọi thứ.", updated=later), at=later
    )
    send(db, draft("bai-2", "", "", act=Act.WITHDRAW, updated=later), at=later)
    settled(db)
    done = synced(db, index)

    assert (1, 1, False) == (done.indexed, done.deleted, done.rebuilt)
    assert [] == found(index, '"sửa trường"')
    assert ["Sửa nhà máy nước mh1x"] == found(index, "nhà máy nước")
    assert [] == found(index, '"mh2x"')


def test_a_deleted_index_comes_back(db: Database, index: Index) -> None:
    """Deleted behind our back: the next call, without any change, fills it again."""
    tell(db, range(7))
    synced(db, index)
    index.drop(index.name)
    with pytest.raises(EngineUnavailable, match="being built"):
        search(index, Query(q="mh3x"))
    step = sync(db, index, NOW, limit=3)
    halfway = position(db)
    synced(db, index, limit=3)

    assert step.more
    assert 0 == halfway[0]
    assert position(db)[0] == position(db)[1]
    assert 7 == search(index, Query()).total
    assert sound(db, index)


def test_an_index_made_by_somebody_else_is_replaced(store: Database, index: Index) -> None:
    """Deleted and made again with other settings: SQL knows the birth of the one it filled."""
    tell(store, range(4))
    synced(store, index)
    index.drop(index.name)
    index.write(index.name, [{"id": "stranger", "title": "Không phải của ta"}])
    synced(store, index)

    assert 4 == search(index, Query()).total
    assert [] == found(index, "không phải của ta")


def test_another_schema_is_built_beside_the_living_index(store: Database, index: Index) -> None:
    """While the new index fills, the old one answers and follows the log; then they are swapped."""
    tell(store, range(6))
    synced(store, index)
    with store.write() as conn:
        filled = meta.get(conn, "index_filled")
        assert filled is not None
        meta.put(conn, "index_filled", filled.replace(version(), "an older one"))
    seen = []
    for round_ in itertools.count(6):
        done = sync(store, index, NOW, limit=2)
        seen.append(search(index, Query(per_page=50)).total)
        if not done.more:
            break
        tell(store, range(round_, round_ + 1))

    assert done.rebuilt
    assert seen == sorted(seen)
    assert 6 <= seen[0]
    assert seen[-1] == position_count(store)
    assert sound(store, index)


def position_count(db: Database) -> int:
    """How many live stories there are."""
    with db.read() as conn:
        return stories.count(conn)


def test_changes_during_a_rebuild_are_not_lost(db: Database, index: Index) -> None:
    """Edits, withdrawals and new stories between its pages are in the new index."""
    tell(db, range(8))
    synced(db, index)
    request_rebuild(db)
    sync(db, index, NOW, limit=3)
    later = NOW + timedelta(hours=1)
    for number in range(8):  # some of them copied already, some not
        if number % 2:
            send(db, draft(f"bai-{number}", "", "", act=Act.WITHDRAW, updated=later), at=later)
        else:
            body = f"Bản sửa của mã hiệu mh{number}x, dài hơn trước."
            send(db, draft(f"bai-{number}", f"Bản sửa mh{number}x", body, updated=later), at=later)
    settled(db)
    tell(db, range(20, 22))
    done = synced(db, index, limit=3)

    assert done.rebuilt
    assert {"Bản sửa mh0x", "Bản sửa mh2x", "Bản sửa mh4x", "Bản sửa mh6x"} == set(found(index, '"bản sửa"'))
    assert 6 == search(index, Query()).total
    assert sound(db, index)


def test_a_rebuild_that_lost_its_new_index_starts_again(store: Database, index: Index) -> None:
    """Somebody deletes the half-filled index: the rebuild begins anew and ends whole."""
    tell(store, range(6))
    synced(store, index)
    request_rebuild(store)
    sync(store, index, NOW, limit=2)
    for uid in index.others():
        index.drop(uid)
    done = synced(store, index, limit=2)

    assert done.rebuilt
    assert 6 == search(index, Query()).total


def test_a_crash_after_the_swap_is_finished_by_the_next_call(store: Database, index: Index) -> None:
    """Swapped in Meilisearch, not yet noted in SQL: the next call notes it and clears up."""
    tell(store, range(4))
    synced(store, index)
    request_rebuild(store)
    sync(store, index, NOW, limit=2)
    index.swap(index.others()[0])  # as if the call had died right behind it
    with store.write() as conn:
        text = meta.get(conn, "index_rebuild")
        assert text is not None
        meta.put(conn, "index_rebuild", text.replace('"full": false', '"full": true'))
    done = sync(store, index, NOW)

    assert done.rebuilt
    assert [] == index.others()
    assert Synced() == sync(store, index, NOW)


def test_rebuild_runs_to_its_end(store: Database, index: Index) -> None:
    """One call of `rebuild` does every page and leaves an index that is in step."""
    tell(store, range(5))
    synced(store, index)
    done = rebuild(store, index, clock, limit=2)

    assert done.rebuilt
    assert not done.more
    assert Synced() == sync(store, index, NOW)
    assert 5 == search(index, Query()).total


def test_a_busy_lease_is_left_alone(store: Database, index: Index) -> None:
    """While another worker holds the lease, a call does nothing and says so."""
    tell(store, range(2))
    held = leases.acquire(store, CURSOR, 60, NOW)
    assert held is not None
    assert Synced(busy=True) == sync(store, index, NOW)
    leases.release(store, held)

    assert 2 == synced(store, index).indexed


def test_a_lost_lease_moves_no_cursor(db: Database, index: Index) -> None:
    """A worker that was overtaken writes nothing to SQL; the other does the work again."""
    tell(db, range(2))
    synced(db, index)
    tell(db, range(2, 4))
    held = leases.acquire(db, CURSOR, 60, NOW)
    assert held is not None
    assert leases.acquire(db, CURSOR, 60, NOW + timedelta(minutes=2)) is not None
    before = position(db)
    with pytest.raises(LeaseLost):
        syncing._Step(db, index, held, Writer(db, index, NOW, 500, 1_000_000), NOW, limit=500).run()

    assert before == position(db)


def test_a_meilisearch_that_is_away_moves_nothing(store: Database) -> None:
    """No server: the call raises, the cursor stands, the lease is free again."""
    tell(store, range(2))
    nobody = Index("http://127.0.0.1:9", "key", "nobody")
    with pytest.raises(EngineUnavailable, match="Meilisearch"):
        sync(store, nobody, NOW)

    assert 0 == position(store)[0]
    lease = leases.acquire(store, CURSOR, 60, NOW)
    assert lease is not None


def test_kill_9_in_the_middle_loses_nothing(db: Database, meilisearch_program: Path, tmp_path: Path) -> None:
    """Meilisearch is killed while a batch is on its way; after a restart everything is there once."""
    tell(db, range(60))
    engine = start_meilisearch(meilisearch_program, tmp_path / "data", tmp_path / "key")
    index = Index(engine.url, (tmp_path / "key").read_text(), "stories", patience=5)
    sync(db, index, NOW, limit=20)
    index.write(index.name + "--stuck", [{"id": str(n), "body": "chữ " * 2000} for n in range(50)])
    engine._process.kill()
    with pytest.raises(EngineUnavailable):
        synced(db, index, limit=20)
    engine.stop()
    again = start_meilisearch(meilisearch_program, tmp_path / "data", tmp_path / "key")
    index = Index(again.url, (tmp_path / "key").read_text(), "stories")
    synced(db, index, limit=20)
    total, whole_again = search(index, Query()).total, sound(db, index)
    again.stop()

    assert (60, True) == (total, whole_again)


def test_meilisearch_data_deleted_while_stopped_come_back(
    store: Database, meilisearch_program: Path, tmp_path: Path
) -> None:
    """A whole new server: same name, other birth, filled from SQL."""
    tell(store, range(5))
    first = start_meilisearch(meilisearch_program, tmp_path / "one", tmp_path / "key")
    synced(store, Index(first.url, (tmp_path / "key").read_text(), "stories"))
    first.stop()
    second = start_meilisearch(meilisearch_program, tmp_path / "two", tmp_path / "key")
    index = Index(second.url, (tmp_path / "key").read_text(), "stories")
    done = synced(store, index)
    total = search(index, Query()).total
    second.stop()

    assert (True, 5) == (done.rebuilt, total)


def test_one_bad_document_fails_alone(db: Database, index: Index) -> None:
    """A story that Meilisearch refuses is set aside by name and counted; the others are found."""
    tell(db, range(5))
    synced(db, index)
    with db.write() as conn:
        some = stories.page(conn, None, 5)[2]
        spoil(conn, some.story_id, "một id hỏng")
    request_rebuild(db)
    done = synced(db, index)
    with db.read() as conn:
        [refused] = indexing.refusals(conn, 9)
        counted = counters.listed(conn)

    assert 4 == search(index, Query()).total
    assert ["một id hỏng"] == [one.document_id for one in done.refused]
    assert ("một id hỏng", version()) == (refused.document_id, refused.form)
    assert 1 == counted["index_refused"]
    assert sound(db, index)


def spoil(conn: Connection, story_id: str, name: str) -> None:
    """Give a story an id that Meilisearch does not take."""
    row = dict(conn.execute(story.select().where(story.c.story_id == story_id)).one()._mapping)
    conn.execute(story.insert().values(**{**row, "story_id": name}))
    for table in (story_label, change, entry):
        conn.execute(update(table).where(table.c.story_id == story_id).values(story_id=name))
    conn.execute(story.delete().where(story.c.story_id == story_id))


def test_a_shared_meilisearch_keeps_other_indexes(store: Database, index: Index, meilisearch: Lent) -> None:
    """Only indexes of our own name and its rebuilds are touched."""
    others = [Index(meilisearch.url, meilisearch.key, f"{index.name}{more}") for more in ("x", "--x")]
    for other in others:
        other.build(other.name)
    tell(store, range(2))
    synced(store, index)
    kept = [other.born(other.name) for other in others]
    for other in others:
        other.drop(other.name)

    assert None not in kept


def test_many_workers_at_once_lose_and_double_nothing(db: Database, index: Index) -> None:
    """Four workers sync without pause while stories come, are edited and go; the index ends equal to SQL."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            with suppress(LeaseLost):
                sync(db, index, datetime.now(UTC), limit=3)

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(work) for _ in range(4)]
        for number in range(0, 30, 5):
            tell(db, range(number, number + 5))
            later = NOW + timedelta(hours=1 + number)
            body = f"Bản sửa của mã hiệu mh{number}x, dài hơn trước."
            send(db, draft(f"bai-{number}", f"Bản sửa mh{number}x", body, updated=later), at=later)
            send(db, draft(f"bai-{number + 1}", "", "", act=Act.WITHDRAW, updated=later), at=later)
            settled(db)
            if number == 15:
                request_rebuild(db)
        over.set()
        for worker in workers:
            worker.result()
    synced(db, index)

    assert 24 == search(index, Query()).total
    assert 6 == len(found(index, '"bản sửa"'))
    assert sound(db, index)
