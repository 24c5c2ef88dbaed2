"""Steps end by bytes, and the cursor stands where a step ended."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bench.index import told
from pipeline.model import Change, ChangeKind, StoryId
from pipeline.store import Database, changes
from search.index import Index
from search.standing import CURSOR
from search.sync import sync
from search.writing import Synced, _reached
from tests.search.test_gate import looked

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def test_a_step_ends_by_bytes(store: Database, index: Index) -> None:
    """However small the budget, fifty stories get on, and the next step goes on behind them."""
    told(store, range(1))
    sync(store, index, NOW)
    told(store, range(1, 121))
    seen: list[tuple[int, int]] = []
    done = Synced(more=True)
    while done.more:
        done = sync(store, index, NOW, most_bytes=1)
        with store.read() as conn:
            seen.append((done.indexed, changes.position(conn, CURSOR)))

    assert [(50, 51), (50, 101), (20, 121)] == seen
    assert {} == looked(store, index)


def test_a_rebuild_fills_by_bytes(store: Database, index: Index) -> None:
    """A page that is cut short goes on behind the last story that was written."""
    told(store, range(120))
    steps = [sync(store, index, NOW, most_bytes=1) for _ in range(3)]

    assert [50, 50, 20] == [one.indexed for one in steps]
    assert steps[-1].rebuilt
    assert {} == looked(store, index)


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.sets(st.sampled_from("abcd")))
def test_the_cursor_passes_nothing_that_was_not_dealt_with(names: list[str], dealt: set[str]) -> None:
    """Every change up to the position is of a story that was written, and the next one is not."""
    batch = [
        Change(seq, StoryId(name), ChangeKind.UPDATED, NOW + timedelta(seconds=seq), None, None)
        for seq, name in enumerate(names, 8)
    ]
    reached = _reached(7, batch, {StoryId(one) for one in dealt})
    behind = [change for change in batch if change.seq > reached]

    assert all(change.story_id in dealt for change in batch if change.seq <= reached)
    assert not behind or behind[0].story_id not in dealt
    assert reached == 7 + len(batch) - len(behind)
