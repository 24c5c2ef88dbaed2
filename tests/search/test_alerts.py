"""What saved searches are told: once, in order, over merges, corrections, withdrawals, kills and replays."""

import random
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import LeaseLost
from pipeline.model import ChangeKind, Face, StoryId
from pipeline.store import Database, changes, labels, leases, links, saved, saved_finds, stories
from pipeline.store.links import Told
from pipeline.store.saved import State
from pipeline.store.saved_finds import Kind
from pipeline.store.schema import saved_match, saved_search
from search.alerts import CURSOR, Watch, alert, due
from tests.feeds.newsdesk import end, face, name
from tests.store.tellings import NOW, clock

DIKE, BRIDGE = "Đắp đê bao ở Phú Long", "Khánh thành cầu mới"


def tell(
    db: Database,
    number: int,
    title: str,
    kind: ChangeKind = ChangeKind.CREATED,
    *,
    backfill: bool = False,
    at: datetime = NOW,
) -> None:
    """Commit a story, or another revision of it, as the linker does."""
    with db.write() as conn:
        before = stories.get(conn, name(number))
        made = Told(
            story_id=name(number),
            kind=kind,
            face=said(number, title),
            lead=said(number, title).tellings[0].entry_id,
            first_seen=NOW,
            backfill=backfill,
            before=before,
        )
        links._tell(conn, [made], labels.moment(conn, at))


def said(number: int, title: str) -> Face:
    """Return what a story says: its title, and nothing else that could match."""
    return replace(face(number, title), summary="")


def save(db: Database, q: str = "đê bao", **filters: str) -> int:
    """Save a search and return its number."""
    with db.write() as conn:
        made, _ = saved.add(conn, "", {"q": q, **filters}, None, NOW)
    return made


def alerted(db: Database, watch: Watch | None = None, limit: int = 500) -> int:
    """Run the stage until it has nothing to do; return how many things it found."""
    watch, found = watch or Watch(), 0
    while (done := alert(db, watch, clock, limit=limit)).more or done.changes:
        found += done.found
    return found


def told(db: Database, saved_id: int) -> list[tuple[str, str]]:
    """What a search was told: story and kind, in order."""
    with db.read() as conn:
        return [(one.story_id, one.kind.value) for one in saved_finds.matches(conn, saved_id, 0, 1_000)]


def test_a_story_is_told_when_it_matches(db: Database) -> None:
    """New, then corrected, then withdrawn; a story of other words is not told."""
    mine = save(db)
    tell(db, 1, DIKE)
    tell(db, 2, BRIDGE)
    alerted(db)
    tell(db, 1, f"{DIKE}: đã xong", ChangeKind.CORRECTED)
    alerted(db)
    tell(db, 1, f"{DIKE}: đã xong rồi", ChangeKind.UPDATED)
    alerted(db)
    end(db, name(1), NOW)
    alerted(db)

    assert [(name(1), "new"), (name(1), "corrected"), (name(1), "withdrawn")] == told(db, mine)


def test_what_was_news_before_is_not_told(db: Database) -> None:
    """A search counts from the moment of saving, also where the stage runs later; old news never counts."""
    tell(db, 1, DIKE)
    mine = save(db)
    tell(db, 1, f"{DIKE}, ngày hai", ChangeKind.CORRECTED)
    tell(db, 2, DIKE, backfill=True)
    alerted(db)

    assert [] == told(db, mine)
    tell(db, 2, f"{DIKE}, nay có tin mới", ChangeKind.UPDATED)  # another telling made it news
    alerted(db)
    assert [(name(2), "new")] == told(db, mine)


def test_a_story_that_comes_to_match_is_new(db: Database) -> None:
    """News that did not match at first is told once it does, and then corrected though it no longer does."""
    mine = save(db)
    tell(db, 1, BRIDGE)
    alerted(db)
    tell(db, 1, DIKE, ChangeKind.UPDATED)
    alerted(db)
    tell(db, 1, BRIDGE, ChangeKind.CORRECTED)
    alerted(db)

    assert [(name(1), "new"), (name(1), "corrected")] == told(db, mine)


@pytest.mark.parametrize("limit", [1, 500])
def test_a_merge_tells_nothing_twice(db: Database, limit: int) -> None:
    """Into a story that was not told went one that was: it is never new, its correction and end are told."""
    mine = save(db)
    tell(db, 1, BRIDGE)
    tell(db, 2, DIKE)
    alerted(db)
    tell(db, 1, DIKE, ChangeKind.UPDATED)  # logged before the merge, as the linker does
    end(db, name(2), NOW, into=name(1))
    alerted(db, limit=limit)
    tell(db, 1, f"{DIKE} lần hai", ChangeKind.CORRECTED)
    alerted(db, limit=limit)
    end(db, name(1), NOW)
    alerted(db, limit=limit)

    assert [(name(2), "new"), (name(1), "corrected"), (name(1), "withdrawn")] == told(db, mine)


def test_a_story_that_comes_back_is_told_as_corrected(db: Database) -> None:
    """Withdrawn and told again: who heard of its end hears that it stands, and not as news."""
    mine = save(db)
    tell(db, 1, DIKE)
    alerted(db)
    end(db, name(1), NOW)
    alerted(db)
    tell(db, 1, DIKE, ChangeKind.UPDATED)
    alerted(db)

    assert ["new", "withdrawn", "corrected"] == [kind for _, kind in told(db, mine)]


def test_a_paused_search_hears_nothing(db: Database) -> None:
    """What becomes news while it is paused is never told; after resuming it goes on."""
    mine, watch = save(db), Watch()
    alerted(db, watch)
    with db.write() as conn:
        saved.pause(conn, mine)
    tell(db, 1, DIKE)
    alerted(db, watch)
    tell(db, 2, DIKE)
    with db.write() as conn:
        saved.resume(conn, mine)
    tell(db, 3, DIKE)
    alerted(db, watch)

    assert [(name(3), "new")] == told(db, mine)


def test_a_question_that_cannot_be_read_is_kept(db: Database) -> None:
    """A topic that no list has: the search says so and is kept; readable again it goes on by itself."""
    mine = save(db, topic="khong-con-nua")
    tell(db, 1, DIKE)
    alerted(db)
    with db.read() as conn:
        known = saved.get(conn, mine)
    assert known is not None
    assert (State.INVALID, True) == (known.state, known.flaw.startswith("topic"))

    with db.write() as conn:
        conn.execute(saved_search.update().values(asked={"q": "đê bao"}, changed=saved._tick(conn)))
    alerted(db)
    tell(db, 2, DIKE)
    alerted(db)
    with db.read() as conn:
        known = saved.get(conn, mine)
    assert known is not None
    assert (State.ACTIVE, "") == (known.state, known.flaw)
    assert [(name(2), "new")] == told(db, mine)


def test_a_worker_that_lost_its_lease_writes_nothing(db: Database) -> None:
    """Who was overtaken while it computed commits neither matches nor cursor; the next does it all."""
    mine = save(db)
    tell(db, 1, DIKE)

    class Overtaking(Watch):
        """Loses the lease between reading and writing."""

        def follow(self, stamp: int, written: Sequence[saved.Saved]) -> None:
            """Have somebody else take over."""
            super().follow(stamp, written)
            with db.write() as conn:
                leases.forget(conn)
            assert leases.acquire(db, CURSOR, 60, NOW)

    with pytest.raises(LeaseLost):
        alert(db, Overtaking(), clock)
    with db.write() as conn:
        leases.forget(conn)
        assert due(conn)
    alerted(db)

    assert [(name(1), "new")] == told(db, mine)


def test_a_replay_of_the_log_tells_nothing_again(db: Database) -> None:
    """Sent back to the start the stage finds that all was told."""
    mine = save(db)
    tell(db, 1, DIKE)
    alerted(db)
    tell(db, 1, f"{DIKE} lần hai", ChangeKind.CORRECTED)
    tell(db, 2, DIKE)
    end(db, name(2), NOW)
    alerted(db)
    before = told(db, mine)
    with db.write() as conn:
        changes.reset(conn, CURSOR)

    assert 0 == alerted(db)
    assert before == told(db, mine)


def test_what_was_told_long_ago_is_forgotten_and_not_told_again(db: Database) -> None:
    """Half a year later the rows go; the story may change as it likes, it is news no more."""
    mine, other = save(db), save(db)
    tell(db, 1, DIKE)
    alerted(db)
    later = NOW + saved_finds.KEPT + timedelta(days=1)
    with db.write() as conn:
        assert 0 == saved_finds.prune(conn, NOW - timedelta(days=1), 100)
        assert 1 == saved_finds.prune(conn, later - saved_finds.KEPT, 100)
    tell(db, 1, f"{DIKE}, nhắc lại", ChangeKind.UPDATED, at=later)
    alerted(db)

    assert ([], [(name(1), "new")]) == (told(db, mine), told(db, other))  # the newest row stays


@pytest.mark.parametrize(("days", "expected"), [(29, ["new"]), (31, [])])
def test_old_news_under_other_labels_is_not_new(db: Database, days: int, expected: list[str]) -> None:
    """A story that comes to match a month after it was news is told to nobody, whenever the stage runs."""
    mine = save(db)
    tell(db, 1, BRIDGE)
    tell(db, 1, DIKE, ChangeKind.UPDATED, at=NOW + timedelta(days=days))
    alerted(db)

    assert expected == [kind for _, kind in told(db, mine)]


@dataclass(slots=True)
class History:
    """A random history of stories, and what a reader may be told at most."""

    db: Database
    rnd: random.Random
    living: dict[int, str] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def step(self) -> None:
        """Let one thing happen."""
        deed = self.rnd.choice([self.create, self.edit, self.edit, self.merge, self.withdraw, self.come_back])
        deed()

    def create(self) -> None:
        """A new story."""
        number = len(self.living) + len(self.merged) + len(self.gone)
        self.living[number] = self.rnd.choice((DIKE, BRIDGE))
        tell(self.db, number, f"{self.living[number]} {number}")

    def edit(self) -> None:
        """Another text of a story, which matches or does not."""
        if self.living:
            number = self.rnd.choice(list(self.living))
            self.living[number] = self.rnd.choice((DIKE, BRIDGE))
            kind = self.rnd.choice((ChangeKind.UPDATED, ChangeKind.CORRECTED))
            tell(self.db, number, f"{self.living[number]} {self.rnd.random()}", kind)

    def merge(self) -> None:
        """One story goes into another, which changes first."""
        if len(self.living) > 1:
            one, other = self.rnd.sample(list(self.living), 2)
            tell(self.db, other, f"{self.living[one]} {self.rnd.random()}", ChangeKind.UPDATED)
            self.living[other] = self.living.pop(one)
            self.merged[one] = other
            end(self.db, name(one), NOW, into=name(other))

    def withdraw(self) -> None:
        """A story ends."""
        if self.living:
            number = self.rnd.choice(list(self.living))
            del self.living[number]
            self.gone.add(number)
            end(self.db, name(number), NOW)

    def come_back(self) -> None:
        """A story that ended or was merged away is told again; the one that it leaves changes."""
        if self.gone or self.merged:
            number = self.rnd.choice([*self.gone, *self.merged])
            self.gone.discard(number)
            left = self.bearer(number)
            self.merged.pop(number, None)
            if left in self.living:
                tell(self.db, left, f"{self.living[left]} {self.rnd.random()}", ChangeKind.UPDATED)
            self.living[number] = DIKE
            tell(self.db, number, f"{DIKE} {self.rnd.random()}", ChangeKind.SPLIT_FROM)

    def bearer(self, number: int) -> int:
        """Return the story that a merged one is part of now."""
        while number in self.merged:
            number = self.merged[number]
        return number


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.long_on_postgresql
def test_any_history_tells_each_story_once(db: Database, seed: int) -> None:
    """Whatever happens, in whatever batches, by whichever worker: what is told is what a reader may expect.

    Each story once as new; nothing told again of one into which a told one went; a story that lives, is
    news and matches is known to the reader; one that was told and is gone is told as gone.
    """
    rnd = random.Random(seed)
    history = History(db, rnd)
    mine, watch = save(db), Watch()
    for _ in range(60):
        history.step()
        if rnd.random() < 0.4:
            watch = rnd.choice((watch, Watch()))
            alert(db, watch, clock, limit=rnd.choice((1, 2, 500)))
    alerted(db, watch)
    found = told(db, mine)
    numbers = {name(number): number for number in range(200)}
    new = [numbers[StoryId(story_id)] for story_id, kind in found if kind == Kind.NEW]
    last = {numbers[StoryId(story_id)]: kind for story_id, kind in found}
    known = {history.bearer(number) for number in last} | last.keys()

    assert len(new) == len(set(new))
    assert {number for number, title in history.living.items() if title == DIKE} <= known
    assert all(last.get(number) == Kind.WITHDRAWN for number in history.gone & set(new))
    assert all(last.get(number) != Kind.WITHDRAWN for number in history.living.keys() & set(new))
    with db.read() as conn:
        positions = list(conn.scalars(saved_match.select().with_only_columns(saved_match.c.position)))
    assert positions == sorted(positions)


_WORKER = """
import sys
from datetime import UTC, datetime
from pipeline.store import open_database
from search.alerts import Watch, alert
db, watch = open_database(sys.argv[1]), Watch()
print("ready", flush=True)
while alert(db, watch, lambda: datetime.now(UTC), limit=1, lease_seconds=0.2).more:
    pass
"""


@pytest.mark.long
def test_a_killed_worker_neither_loses_nor_doubles(db: Database) -> None:
    """Six workers, each killed at some moment: every story is told once, none is lost."""
    rnd = random.Random(5)
    mine = [save(db), save(db, "phú long"), save(db, province="vinh-long")]
    for number in range(120):
        tell(db, number, DIKE)
    for _ in range(6):
        command = [sys.executable, "-c", _WORKER, db.url]
        worker = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE)
        assert worker.stdout is not None
        worker.stdout.readline()
        with suppress(subprocess.TimeoutExpired):
            worker.wait(rnd.random() / 3)
        worker.kill()
        worker.communicate()
    with db.write() as conn:
        leases.forget(conn)
    alerted(db)

    whole = [(name(number), "new") for number in range(120)]
    assert [whole, whole, whole] == [told(db, one) for one in mine]


def test_without_a_listener_the_log_is_passed_at_once(db: Database) -> None:
    """After an upgrade nobody goes through all that ever happened: one call, whatever its limit."""
    mine = save(db)
    with db.write() as conn:
        saved.pause(conn, mine)
    for number in range(3):
        tell(db, number, DIKE)
    done = alert(db, Watch(), clock, limit=1)

    assert (0, 0, False) == (done.changes, done.found, done.more)
    with db.read() as conn:
        assert changes.head(conn) == changes.position(conn, CURSOR)


def test_nothing_to_do_takes_no_lease(db: Database) -> None:
    """With the log read and no search written the stage only looks."""
    save(db)
    watch = Watch()
    alerted(db, watch)
    held = leases.acquire(db, CURSOR, 60, NOW - timedelta(days=1))

    assert held is not None
    assert 0 == alert(db, watch, clock).changes
