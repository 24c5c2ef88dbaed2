"""Law 4, stateful: stories are a function of receipts and words, ids are history, the log tells what is seen.

Whatever arrives, in which order, in which batches, and whenever editors speak, a second and empty
database that is given the same receipts in another order and settles once tells the same stories.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import select

from pipeline import face
from pipeline.dedup import Edge, Group, Relation, WordKind, decide
from pipeline.face import Spoken
from pipeline.model import Draft, EntryId, StoryState
from pipeline.similarity import RULES, same
from pipeline.stages import receive, settle
from pipeline.store import Connection, Database, links, open_database, prints, words
from pipeline.store.schema import change, entry, story
from tests.store.newsroom import (
    DAYS,
    PAPERS,
    PLACES,
    TEXTS,
    Sent,
    article,
    emptied,
    evidence,
    item,
    taken_back,
)
from tests.store.tellings import NOW, HandedOver, send

pytestmark = pytest.mark.early

_WORDS = ("merge", "apart", "split", "withdraw")
_MINUTES = st.integers(-500, 500)
_TELLINGS = st.tuples(
    st.sampled_from(PLACES), st.sampled_from(sorted(TEXTS)), _MINUTES, st.sampled_from(DAYS)
)
_PICK = st.integers(0, 10_000)
_ALWAYS_NEWS = 100_000  # days; whether a story was old when first seen is history, not evidence


@dataclass(frozen=True, slots=True)
class Utterance:
    """What an editor said of entries; `undone` is the place of the word that was taken back."""

    kind: str
    about: tuple[EntryId, ...]
    at: datetime
    undone: int = -1


def clock() -> datetime:
    """Stand still, after everything that is sent."""
    return NOW + timedelta(days=2)


def read_all(db: Database, limit: int = 50) -> None:
    """Read until nothing is left."""
    while receive(db, HandedOver(), clock, limit=limit, backfill_after_days=_ALWAYS_NEWS).receipts:
        pass


def settle_all(db: Database) -> None:
    """Settle until nothing is left."""
    while settle(db, clock).entries:
        pass


def say(db: Database, spoken: Utterance, word_ids: list[int]) -> None:
    """Say a word; `word_ids` are those of all words before it, and it adds its own."""
    with db.write() as conn:
        match spoken.kind, spoken.about:
            case "merge", (a, b):
                words.merge(conn, a, b, "lan", spoken.at)
            case "apart", (a, b):
                words.apart(conn, a, b, "lan", spoken.at)
            case "split", (a,):
                words.split(conn, a, "lan", spoken.at)
            case "withdraw", (a,):
                words.withdraw(conn, a, "lan", spoken.at)
            case _:
                words.undo(conn, word_ids[spoken.undone], "lan", spoken.at)
        word_ids.append(words.history(conn, limit=1)[0].word_id)


def expected_edges(conn: Connection) -> list[tuple[Any, ...]]:
    """Decide all pairs of entries that can find each other, and return those that are worth an edge."""
    every = [EntryId(entry_id) for entry_id in conn.scalars(select(entry.c.entry_id))]
    sides, sought, named = links.sides(conn, every), prints.sought(conn, every), links.named(conn, every)
    found = []
    for a, b in combinations(sorted(sides), 2):
        common = np.intersect1d(sought[a].postings, sought[b].postings)
        alike = len(common) > 1 or same(sides[a].print.shape) == same(sides[b].print.shape)
        made = decide(sides[b], sides[a])
        if (alike or b in named[a]) and made.relation in (Relation.JOIN, Relation.REVIEW):
            found.append((a, b, made.relation, made.score, made.because, RULES))
    return found


def seen(conn: Connection) -> dict[str, tuple[Any, ...]]:
    """Return what subscribers see of each story."""
    return {
        row.story_id: (row.state, row.face if row.state == StoryState.LIVE else None, row.merged_into)
        for row in conn.execute(select(story))
    }


def homeless(conn: Connection) -> set[tuple[str, str]]:
    """Return where the tellings of live stories and the entries' own stories differ."""
    rows = conn.execute(select(story).where(story.c.state == StoryState.LIVE)).all()
    told = [(telling["entry_id"], row.story_id) for row in rows for telling in row.face["tellings"]]
    assert len(told) == len({entry_id for entry_id, _ in told}), "an entry is told in two stories"
    homes = {row.entry_id: row.story_id for row in conn.execute(select(entry))}
    return {(entry_id, story_id) for entry_id, story_id in told if homes[entry_id] != story_id}


class Newsroom(RuleBasedStateMachine):
    """One database that lives, to be compared with one that is told everything at once."""

    primary: Database
    replica: Database

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        for db in (self.primary, self.replica):
            emptied(db)
        self.sent: list[Sent] = []
        self.words: list[Utterance] = []
        self.word_ids: list[int] = []
        self.minutes: set[tuple[str, int]] = set()
        self.random = Random(0)

    @initialize(seed=st.integers(0, 2**20))
    def seeded(self, seed: int) -> None:
        """Draw how the replica's receipts are shuffled."""
        self.random = Random(seed)

    @rule(told=st.lists(_TELLINGS, min_size=1, max_size=6))
    def tell(self, told: list[tuple[tuple[int, int], str, int, int | None]]) -> None:
        """Papers tell things under their addresses: anew, or as a revision that is newer or older."""
        for (paper, slot), text, minute, days in told:
            self._send(paper, article(paper, slot, text, self._free(f"{paper}/{slot}", minute), days))

    @rule(
        paper=st.integers(0, len(PAPERS) - 1),
        bulletin=st.integers(1, 2),
        texts=st.lists(st.sampled_from(sorted(TEXTS)), min_size=1, max_size=3, unique=True),
        minute=_MINUTES,
        days=st.sampled_from(DAYS),
    )
    def tell_bulletin(
        self, paper: int, bulletin: int, texts: list[str], minute: int, days: int | None
    ) -> None:
        """A paper sends a bulletin of some items, perhaps in place of an older one."""
        free = self._free(f"{paper}#{bulletin}", minute)
        self._send(
            paper, *(item(bulletin, number, text, free, days) for number, text in enumerate(texts, start=1))
        )

    @rule(place=st.sampled_from(PLACES), minute=_MINUTES)
    def take_back(self, place: tuple[int, int], minute: int) -> None:
        """A paper withdraws what it told, or what we have not heard yet."""
        paper, slot = place
        self._send(paper, taken_back(paper, slot, self._free(f"{paper}/{slot}", minute)))

    @rule(pick=_PICK)
    def tell_again(self, pick: int) -> None:
        """The same bytes come once more, later."""
        if self.sent:
            again = self.sent[pick % len(self.sent)]
            self._post(Sent(again.drafts, again.source, self._now()))

    @rule(said=st.lists(st.tuples(st.sampled_from(_WORDS), _PICK, _PICK), min_size=1, max_size=3))
    def say(self, said: list[tuple[str, int, int]]) -> None:
        """An editor speaks about entries that have been read, linked or not."""
        read_all(self.primary, limit=3)
        with self.primary.read() as conn:
            known = sorted(conn.scalars(select(entry.c.entry_id).where(entry.c.text_hash.is_not(None))))
        for kind, pick, other in said if len(known) > 1 else ():
            a = known[pick % len(known)]
            b = [one for one in known if one != a][other % (len(known) - 1)]
            about = (EntryId(a), EntryId(b)) if kind in (WordKind.MERGE, WordKind.APART) else (EntryId(a),)
            self._speak(Utterance(kind, about, self._now()))

    @rule(pick=_PICK)
    def undo(self, pick: int) -> None:
        """An editor takes a word back."""
        undone = {spoken.undone for spoken in self.words}
        standing = [
            place for place, spoken in enumerate(self.words) if spoken.kind != "undo" and place not in undone
        ]
        if standing:
            self._speak(Utterance("undo", (), self._now(), undone=standing[pick % len(standing)]))

    @rule(limit=st.integers(1, 4))
    def read_some(self, limit: int) -> None:
        """A worker reads a few receipts."""
        receive(self.primary, HandedOver(), clock, limit=limit, backfill_after_days=_ALWAYS_NEWS)

    @rule(limit=st.integers(1, 4))
    def settle_some(self, limit: int) -> None:
        """A worker links a few entries; the log has one row for each story that looks different now."""
        with self.primary.read() as conn:
            before, head = seen(conn), _head(conn)
        done = settle(self.primary, clock, limit=limit)
        with self.primary.read() as conn:
            after, rows = seen(conn), _rows(conn, head)

        assert done.changes == sum(rows.values())
        assert {story_id: 1 for story_id in after if before.get(story_id) != after[story_id]} == rows

    @rule()
    def quiet(self) -> None:
        """Everything is read and linked, and the evidence is what it would be from scratch."""
        read_all(self.primary, limit=3)
        while True:
            with self.primary.read() as conn:
                waiting = links.unlinked_count(conn)
            if not waiting:
                break
            self.settle_some(limit=3)
        with self.primary.read() as conn:
            assert expected_edges(conn) == evidence(conn)["edges"]
            assert set() == homeless(conn)
            self._ids_are_kept(conn)

    def teardown(self) -> None:
        """Compare with a database that was told the same in another order and at once."""
        if not self.sent:
            return
        self.quiet()
        for one in self.random.sample(self.sent, len(self.sent)):
            send(self.replica, *one.drafts, source=one.source, at=one.at)
        read_all(self.replica)
        word_ids: list[int] = []
        for spoken in self.words:
            say(self.replica, spoken, word_ids)
        settle_all(self.replica)
        with self.primary.read() as conn, self.replica.read() as other:
            assert evidence(other) == evidence(conn)
        self._nothing_more_to_say()

    def _ids_are_kept(self, conn: Connection) -> None:
        """An id that was ever told is live or withdrawn, or leads to one that is; each row is a revision."""
        stories = {row.story_id: row for row in conn.execute(select(story))}
        logged = Counter(conn.scalars(select(change.c.story_id)))
        assert {story_id: row.revision for story_id, row in stories.items()} == dict(logged)
        for row in stories.values():
            here, passed = row, {row.story_id}
            while here.state == StoryState.MERGED:
                here = stories[here.merged_into]
                assert here.story_id not in passed, "tombstones lead in a circle"
                passed.add(here.story_id)
            assert here.merged_into is None

    def _nothing_more_to_say(self) -> None:
        """Linking everything once more writes no row."""
        with self.primary.read() as conn:
            before, head = seen(conn), _head(conn)
        with self.primary.write() as conn:
            conn.execute(entry.update().values(touched=entry.c.touched + 1))
        settle_all(self.primary)
        with self.primary.read() as conn:
            assert (before, head) == (seen(conn), _head(conn))

    def _free(self, place: str, minute: int) -> int:
        """Return the next minute in which this place has said nothing: ties go by receipt order."""
        while (place, minute) in self.minutes:
            minute += 1
        self.minutes.add((place, minute))
        return minute

    def _send(self, paper: int, *drafts: Draft) -> None:
        self._post(Sent(drafts, PAPERS[paper], self._now()))

    def _post(self, one: Sent) -> None:
        self.sent.append(one)
        send(self.primary, *one.drafts, source=one.source, at=one.at)

    def _speak(self, spoken: Utterance) -> None:
        self.words.append(spoken)
        say(self.primary, spoken, self.word_ids)

    def _now(self) -> datetime:
        return NOW + timedelta(seconds=len(self.sent) + len(self.words))


def _head(conn: Connection) -> int:
    return max(conn.scalars(select(change.c.seq)), default=0)


def _rows(conn: Connection, after: int) -> Counter[str]:
    return Counter(conn.scalars(select(change.c.story_id).where(change.c.seq > after)))


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def replica(tmp_path: Path) -> Iterable[Database]:
    """A second, empty database; whichever kind the first one is."""
    opened = open_database(f"sqlite:///{tmp_path / 'replica.db'}")
    opened.migrate()
    yield opened
    opened.close()


def _run(primary: Database, replica: Database, chosen: settings) -> None:
    machine = type("Machine", (Newsroom,), {"primary": primary, "replica": replica})
    run_state_machine_as_test(machine, settings=chosen)


_EXAMPLES = {"sqlite": 25, "postgresql": 8}


@pytest.mark.long_on_postgresql
def test_stories_are_a_function_of_the_evidence(db: Database, replica: Database) -> None:
    """Any order of tellings, revisions, withdrawals, words and batches ends in the same stories."""
    _run(db, replica, _settings(_EXAMPLES[db.engine.dialect.name], 25))


@pytest.mark.long
def test_stories_are_a_function_of_the_evidence_at_length(db: Database, replica: Database) -> None:
    """The same, with more and longer histories."""
    _run(db, replica, _settings(12 * _EXAMPLES[db.engine.dialect.name], 50))


_EDITED, _FULL = "https://dai-nui.example/0", "https://bao-song.example/0"


def _told_by_two(db: Database) -> tuple[EntryId, EntryId]:
    """Have a copy told first, which founds the story, then the original, which leads it."""
    for paper, text, minute in ((1, "cau edited", 0), (0, "cau full", 5)):
        send(db, article(paper, 0, text, minute), source=PAPERS[paper])
        read_all(db)
        settle_all(db)
    with db.read() as conn:
        return words.named(conn, _EDITED), words.named(conn, _FULL)


def test_taking_out_an_entry_leaves_others_alone_that_are_not_linked_yet(db: Database) -> None:
    """A withdrawal by an entry's id is about that entry and none that waits to be linked."""
    send(db, article(0, 0, "cau full", 0), source=PAPERS[0])
    send(db, article(1, 0, "sen full", 0), source=PAPERS[1])
    read_all(db)
    with db.write() as conn:
        count = words.withdraw(conn, words.named(conn, _FULL), "lan", NOW)
    settle_all(db)
    with db.read() as conn:
        live = evidence(conn)["stories"].values()

    assert (1, ["Nông dân đổi ruộng trũng sang trồng sen lấy hạt"]) == (
        count,
        [told["title"] for told in live],
    )


def test_two_stories_never_bear_one_id(db: Database) -> None:
    """A withdrawn story that comes back in two parts is two stories, whoever founded it."""
    copy, original = _told_by_two(db)
    with db.write() as conn:
        words.withdraw(conn, copy, "lan", NOW)
        words.withdraw(conn, original, "lan", NOW)
    settle_all(db)
    with db.write() as conn:
        words.split(conn, copy, "lan", NOW)
        words.undo(conn, words.history(conn, limit=2)[1].word_id, "lan", NOW)  # both: said at one moment
    settle_all(db)
    with db.read() as conn:
        live = evidence(conn)["stories"]
        unlike = homeless(conn)

    assert ({copy, original}, set()) == (set(live), unlike)


@pytest.mark.parametrize("first", ["publisher", "editor"])
def test_a_withdrawal_is_the_same_before_and_after_an_editors(db: Database, first: str) -> None:
    """What a publisher took back and told anew stays told, whatever an editor took out and back meanwhile."""
    send(db, article(0, 0, "cau full", 0), source=PAPERS[0])
    read_all(db)
    settle_all(db)

    def publisher() -> None:
        send(db, taken_back(0, 0, 10), source=PAPERS[0], at=NOW + timedelta(days=1))
        send(db, article(0, 0, "cau longer", 20), source=PAPERS[0], at=NOW + timedelta(days=1))
        read_all(db)
        settle_all(db)

    if first == "publisher":
        publisher()
    with db.write() as conn:
        words.withdraw(conn, words.named(conn, _FULL), "lan", NOW)
        words.undo(conn, words.history(conn, limit=1)[0].word_id, "lan", NOW)
    if first == "editor":
        publisher()
    settle_all(db)
    with db.read() as conn:
        live = evidence(conn)["stories"]

    assert 1 == len(live)


def test_a_reason_does_not_hang_on_the_order_of_edges() -> None:
    """Of two equally strong edges, neither to the lead, the same one gives the reason in any order."""
    names = [EntryId(f"e{number}") for number in range(4)]
    group = Group(names[0], tuple(names))
    spoken = {name: Spoken(name, PAPERS[0], article(0, 0, "cau full", 0), versions=1) for name in names}
    pairs = ((0, 2), (0, 3), (1, 2), (1, 3))
    edges = [Edge(names[a], names[b], Relation.JOIN, 1.0, f"{a} và {b}") for a, b in pairs]

    assert face.decisions(group, spoken, edges) == face.decisions(group, spoken, edges[::-1])
