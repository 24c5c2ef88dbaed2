"""SQL and the index held against each other: every kind of fault is found, and mended the ordinary way."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import LeaseLost
from pipeline.model import Act, StoryId
from pipeline.store import Database, indexing, leases, meta, stories
from pipeline.store.indexing import Standing
from search import rounds, standing, sync
from search.document import document
from search.gate import Fault, Gate, Side, Walk, fault
from search.index import Index
from search.query import Query, search
from search.rounds import go_on, living, whole
from search.writing import Writer
from tests.search.test_sync import NOW, clock, synced, tell
from tests.store.tellings import draft, send, settled

LATER = NOW + timedelta(hours=1)


def looked(db: Database, index: Index, *, mend: bool = False, deep: bool = False) -> dict[Fault, int]:
    """Make a whole round; return the faults that there are."""
    seen = whole(living(db, index, deep=deep), clock, mend=mend, told=lambda _walk, _faults: None)
    return {kind: count for kind, count in seen.faults.items() if count}


def documents(db: Database, *numbers: int) -> dict[int, dict[str, Any]]:
    """Return the documents of stories by the number in their title."""
    with db.read() as conn:
        known = {story.face.title: story for story in stories.page(conn, None, 100)}
        texts = stories.texts(conn, [story.story_id for story in known.values()])
    wanted = {number: next(s for title, s in known.items() if f"mh{number}x" in title) for number in numbers}
    return {number: document(story, texts[story.story_id]) for number, story in wanted.items()}


def withdraw(db: Database, *numbers: int) -> None:
    """Have the paper take stories back."""
    send(db, *(draft(f"bai-{n}", "", "", act=Act.WITHDRAW, updated=LATER) for n in numbers), at=LATER)
    settled(db)


def edited_by_hand(db: Database, index: Index) -> None:
    """Spoil a filled index in all four ways: 1 is missing, 2 and 3 stale, 4 orphaned, two are foreign."""
    told = documents(db, 1, 2, 3, 4)
    withdraw(db, 4)
    synced(db, index)
    index.write(index.name, [], [told[1]["id"]])
    stale = told[2] | {"revision": 0, "title": "Bản cũ"}
    index.write(index.name, [stale, told[3] | {"revision": 99}, told[4]])
    index.write(index.name, [{"id": "nguoi-la"}, {"id": "y" * 500, "revision": 1}])


FOUR = {Fault.MISSING: 1, Fault.STALE: 2, Fault.ORPHANED: 1, Fault.FOREIGN: 2}


@pytest.mark.long_on_postgresql
def test_an_index_that_was_edited_by_hand_is_mended(db: Database, index: Index) -> None:
    """All four kinds are found, looking changes nothing, and the ordinary way mends all of them."""
    tell(db, range(8))
    synced(db, index)
    edited_by_hand(db, index)
    found, again = looked(db, index), looked(db, index, mend=True)
    with db.read() as conn:
        waiting, is_due = indexing.nudge_count(conn), sync.due(conn)
    done = synced(db, index)

    assert FOUR == found == again
    assert (6, True) == (waiting, is_due)
    assert (3, 3, False) == (done.indexed, done.deleted, done.rebuilt)
    assert {} == looked(db, index)
    assert 7 == search(index, Query()).total


def test_looking_alone_puts_no_round_off(store: Database, index: Index) -> None:
    """However often somebody only looks, upkeep's next round comes when it is due, and mends."""
    tell(store, range(8))
    synced(store, index)
    edited_by_hand(store, index)
    looked(store, index)
    round_ = go_on(store, index, clock, hours=24, seconds=60)
    done = synced(store, index)

    assert round_ is not None
    assert FOUR == round_.faults
    assert (3, 3) == (done.indexed, done.deleted)


def test_more_nudges_than_a_step_takes_are_all_met(store: Database, index: Index) -> None:
    """Who follows until nothing is left leaves none of them, though the log has nothing new."""
    tell(store, range(5))
    synced(store, index)
    with store.write() as conn:
        indexing.nudge(conn, [story_id for story_id, _ in indexing.page(conn, "", 9)], NOW)
    done = sync.follow(store, index, clock, limit=2)
    with store.read() as conn:
        left = indexing.nudge_count(conn)

    assert (5, 0) == (done.indexed, left)


def test_what_was_written_late_into_a_new_index_is_made_again_there(store: Database, index: Index) -> None:
    """A nudge is met in the living index and in the one that is built beside it."""
    tell(store, range(6))
    synced(store, index)
    sync.request_rebuild(store)
    sync.sync(store, index, NOW, limit=3)
    [new] = index.others()
    with store.write() as conn:
        [first, *_] = [story_id for story_id, _ in indexing.page(conn, "", 9)]
        indexing.nudge(conn, [first], NOW)
    for uid in (index.name, new):
        index.write(uid, [{"id": first, "revision": 0}])
    done = sync.sync(store, index, NOW, limit=2)

    assert (False, True) == (done.rebuilt, done.more)
    assert [{first: 1}, {first: 1}] == [index.held(uid, [first]) for uid in (index.name, new)]


def test_pages_do_not_change_what_is_found(store: Database, index: Index) -> None:
    """One document at a time finds the same as all at once."""
    tell(store, range(8))
    synced(store, index)
    edited_by_hand(store, index)
    gate, walk, faults = living(store, index), Walk(), dict[str, Fault]()
    while walk.side is not Side.DONE:
        walk, more = gate.step(walk, 1)
        faults |= more

    assert FOUR == walk.faults
    assert 6 == len(faults)
    assert (7, 9) == (walk.stories, walk.documents)


@pytest.mark.long_on_postgresql
def test_what_is_under_way_is_no_fault(db: Database, index: Index) -> None:
    """New, edited and withdrawn stories that the index was not told of yet are counted beside the faults."""
    tell(db, range(4))
    synced(db, index)
    tell(db, range(4, 6))
    tell(db, range(1), note="Đã sửa.")
    withdraw(db, 3)
    seen = whole(living(db, index), clock, mend=True, told=lambda _walk, _faults: None)
    with db.read() as conn:
        waiting = indexing.nudge_count(conn)
    synced(db, index)

    assert (True, 4, 0) == (seen.sound, seen.under_way, waiting)
    assert {} == looked(db, index)


def test_other_contents_under_the_same_revision_are_seen_by_a_deep_look(
    store: Database, index: Index
) -> None:
    """A title that somebody changed in the index alone: found where whole documents are compared."""
    tell(store, range(3))
    synced(store, index)
    index.write(index.name, [documents(store, 1)[1] | {"title": "Chữ của người khác"}])

    assert {} == looked(store, index)
    assert {Fault.STALE: 1} == looked(store, index, deep=True)


def test_one_round_a_week_is_deep(store: Database, index: Index) -> None:
    """Another title under the same revision is found and mended by itself, within a week."""
    tell(store, range(3))
    synced(store, index)

    def after(days: int) -> dict[Fault, int]:
        done = go_on(store, index, lambda: NOW + timedelta(days=days), hours=24, seconds=60)
        assert done is not None
        return {kind: count for kind, count in done.faults.items() if count}

    first = after(0)
    index.write(index.name, [documents(store, 1)[1] | {"title": "Chữ của người khác"}])
    found = [after(1), after(6), after(8)]
    synced(store, index)

    assert {} == first
    assert [{}, {}, {Fault.STALE: 1}] == found
    assert {} == looked(store, index, deep=True)


def test_a_refused_document_is_no_fault(store: Database, index: Index) -> None:
    """What the index does not take is known and counted; it is tried again after a round that mends."""
    tell(store, range(2))
    synced(store, index)
    [gone] = [one["id"] for one in documents(store, 1).values()]
    index.write(index.name, [], [gone])
    with store.write() as conn:
        indexing.refuse(conn, [(gone, "too large")], "a form", NOW)
    seen = whole(living(store, index), clock, mend=True, told=lambda _walk, _faults: None)
    synced(store, index)
    with store.read() as conn:
        left = indexing.refusal_count(conn)

    assert (True, 1, 0) == (seen.sound, seen.refused, left)
    assert 2 == search(index, Query()).total


@pytest.mark.long_on_postgresql
def test_a_repair_during_live_writes_brings_nothing_back(db: Database, index: Index) -> None:
    """Stories are withdrawn while every document is nudged again and again: none of them comes back."""
    tell(db, range(12))
    synced(db, index)
    over = threading.Event()
    with db.read() as conn:
        every = [story_id for story_id, _ in indexing.page(conn, "", 100)]

    def mend() -> None:
        while not over.is_set():
            with db.write() as conn:
                indexing.nudge(conn, every, NOW)
            with suppress(LeaseLost):
                sync.sync(db, index, datetime.now(UTC), limit=5)

    with ThreadPoolExecutor(2) as pool:
        workers = [pool.submit(mend) for _ in range(2)]
        for number in range(0, 12, 3):
            withdraw(db, number)
        over.set()
        for worker in workers:
            worker.result()
    synced(db, index)

    assert {} == looked(db, index)
    assert 8 == search(index, Query()).total


@pytest.mark.long_on_postgresql
def test_what_a_worker_wrote_late_is_made_again(db: Database, index: Index) -> None:
    """A worker whose lease was taken puts an old text behind a withdrawal: it is nudged, and goes."""
    tell(db, range(3))
    synced(db, index)
    tell(db, range(1), note="Đã sửa.")
    held = leases.acquire(db, standing.CURSOR, 60, NOW)
    assert held is not None
    stale = sync._Step(db, index, held, Writer(db, index, NOW, 500, 1_000_000), NOW, limit=500)
    leases.release(db, held)
    stale_document = documents(db, 0)[0]
    withdraw(db, 0)
    synced(db, index)
    stale._writer.written.add(stale_document["id"])
    index.write(index.name, [stale_document])
    tell(db, range(5, 6))
    with pytest.raises(LeaseLost):
        stale.run()
    synced(db, index)

    assert {} == looked(db, index)
    assert 3 == search(index, Query()).total


def test_a_wish_that_is_uttered_again_meanwhile_stays(db: Database) -> None:
    """Taking back what was met leaves what was asked for after it was read."""
    with db.write() as conn:
        indexing.nudge(conn, ["a", "b"], NOW)
        read = indexing.nudges(conn, 9)
        indexing.nudge(conn, ["b"], NOW)
        indexing.calm(conn, read)
        left = indexing.nudges(conn, 9)

    assert ["b"] == [one.document_id for one in left]


def test_a_new_index_is_mended_before_it_is_swapped_in(store: Database, index: Index) -> None:
    """Somebody spoils the half-built index: what is searched from then on is whole all the same."""
    tell(store, range(6))
    synced(store, index)
    sync.request_rebuild(store)
    sync.sync(store, index, NOW, limit=4)
    [new] = index.others()
    told = documents(store, 1, 2)
    index.write(new, [{"id": "nguoi-la"}, told[2] | {"revision": 0}], [told[1]["id"]])
    done = synced(store, index, limit=4)

    assert done.rebuilt
    assert {} == looked(store, index)


def test_an_index_that_does_not_pass_is_not_swapped_in(store: Database, index: Index) -> None:
    """Faults that writing does not mend keep the old index where it is, and are said."""
    tell(store, range(3))
    synced(store, index)
    with store.read() as conn:
        state = standing.state(conn)
    held = leases.acquire(store, standing.CURSOR, 60, NOW)
    assert held is not None
    step = sync._Step(store, index, held, Writer(store, index, NOW, 500, 1_000_000), NOW, limit=500)
    with pytest.raises(sync.NoNewIndex, match=r"old one stays: 1 s1 \(missing\)"):
        step._demand({"s1": Fault.MISSING})

    assert state.filled.born == index.born(index.name)


def test_rounds_go_on_and_mend_by_themselves(store: Database, index: Index) -> None:
    """What upkeep does: a round when it is due, in slices, nudging; nothing between two."""
    tell(store, range(8))
    synced(store, index)
    edited_by_hand(store, index)
    ended = []
    for _ in range(20):
        ended.append(go_on(store, index, clock, hours=24, seconds=0.0001))
        if ended[-1] is not None:
            break
    synced(store, index)
    with store.read() as conn:
        kept = rounds.rounds(conn)

    assert len(ended) > 1
    assert ended[-1] is not None
    assert kept.last == ended[-1]
    assert NOW == kept.at
    assert FOUR == {kind: count for kind, count in ended[-1].faults.items() if count}
    assert {} == looked(store, index)
    assert go_on(store, index, clock, hours=24, seconds=1) is None


def test_a_count_that_differs_brings_the_next_round_forward(store: Database, index: Index) -> None:
    """A document that vanished is noticed before the day is over, though not at once."""
    tell(store, range(3))
    synced(store, index)
    whole(living(store, index), clock, mend=True, told=lambda _walk, _faults: None)
    index.write(index.name, [], [documents(store, 1)[1]["id"]])
    soon = go_on(store, index, lambda: NOW + timedelta(minutes=1), hours=24, seconds=9)
    later = go_on(store, index, lambda: NOW + timedelta(minutes=11), hours=0, seconds=9)

    assert soon is None
    assert later is not None
    assert 1 == later.missing


def test_settings_that_somebody_changed_are_put_right_once(store: Database, index: Index) -> None:
    """An index with other settings than ours is built anew; where that mends nothing, not for ever."""
    tell(store, range(3))
    synced(store, index)

    def altered() -> Walk | None:
        with index.client() as client:
            index.wait(client, client.index(index.name).update_stop_words(["của"]))
        unlike.append(index.unlike(index.name))
        return go_on(store, index, clock, hours=24, seconds=9)

    unlike = [index.unlike(index.name)]
    first, done = altered(), synced(store, index)
    mended, again = index.unlike(index.name), altered()
    with store.read() as conn:
        is_due = sync.due(conn)

    assert [[], ["stopWords"], ["stopWords"]] == unlike
    assert (None, True, []) == (first, done.rebuilt, mended)
    assert again is not None
    assert (True, False) == (again.sound, is_due)


def test_a_round_that_was_kept_by_another_version_is_read(store: Database) -> None:
    """Fields that are not known any more are passed over."""
    with store.write() as conn:
        meta.put(conn, "index_gate", '{"walk": {"side": "documents", "left": 3, "colour": 1}}')
        found = rounds.rounds(conn)

    assert Walk(side=Side.DOCUMENTS, left=3) == found.walk


@given(
    st.none() | st.builds(Standing, st.booleans(), st.integers(1, 3), st.integers(0, 9)),
    st.booleans(),
    st.integers(1, 3),
)
def test_a_fault_is_exactly_a_difference(story: Standing | None, held: bool, revision: int) -> None:  # noqa: FBT001
    """No fault: a living story with its revision, or neither a living story nor a document."""
    found = fault(story, held=held, revision=revision, altered=False)
    live = story is not None and story.live
    fine = (held and story is not None and revision == story.revision) if live else not held

    assert fine is (found is None)
    assert (found is Fault.MISSING) is (live and not held)
    assert (found is Fault.FOREIGN) is (held and story is None)


def test_a_gate_of_a_new_index_knows_how_far_that_one_was_told(store: Database, index: Index) -> None:
    """What is behind the given position is under way, whatever the cursor says."""
    tell(store, range(2))
    synced(store, index)
    index.write(index.name, [], [StoryId(one["id"]) for one in documents(store, 0, 1).values()])
    gate = living(store, index)
    early = replace(gate, reached=lambda _conn: 0)

    assert 2 == Gate.step(gate, Walk())[0].missing
    assert (0, 2) == ((walk := early.step(Walk())[0]).missing, walk.under_way)
