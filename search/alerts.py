"""Change log → what saved searches are told. SQL is the truth: cursor and matches are committed together.

A story is told once to a search as new: when it is live, is news and matches. One that was told, or into
which one went that was told, is corrected and withdrawn, never new again. A search is told what becomes
news behind the moment of the log at which it was saved or resumed. `decided` is the rule; it is pure.

The questions are compiled once in a process (`Watch`) and follow the table by its stamp.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.errors import BadInput
from pipeline.model import Change, ChangeKind, Story, StoryId, StoryState
from pipeline.store import (
    Connection,
    Database,
    changes,
    labels,
    leases,
    saved,
    saved_finds,
    saved_ways,
    stories,
)
from pipeline.store.leases import Lease
from pipeline.store.saved import Saved, State
from pipeline.store.saved_finds import Kind, Match
from search.document import document
from search.matching import Questions, compiled
from search.question import read

CURSOR = "alerts"
# What is news for longer is new to nobody: other labels for all of an archive are no news. What was told
# is kept for longer than that.
FRESH = timedelta(days=30)

Found = tuple[int, StoryId, Kind, datetime]  # search, story, what is told, the story's `updated`


@dataclass(frozen=True, slots=True)
class Alerted:
    """What one call did: changes read, things found to tell. `more`: call again."""

    changes: int = 0
    found: int = 0
    more: bool = False


@dataclass(slots=True)
class Watch:
    """The saved searches of this process: their questions, and the moment behind which each is told.

    `wrong`: those whose state in SQL is not what their question says, with the flaw, "" for none.
    """

    questions: Questions = field(default_factory=Questions)
    since: dict[int, datetime] = field(default_factory=dict)
    wrong: dict[int, str] = field(default_factory=dict)
    stamp: int = 0

    def follow(self, stamp: int, written: Sequence[Saved]) -> None:
        """Take in the searches that were written since, up to a stamp."""
        for one in written:
            self._take(one)
        self.stamp = stamp

    def _take(self, one: Saved) -> None:
        self.questions.drop(one.saved_id)
        self.since.pop(one.saved_id, None)
        self.wrong.pop(one.saved_id, None)
        if one.state not in (State.ACTIVE, State.INVALID):
            return
        try:
            readings = compiled(read(one.asked))
        except BadInput as error:
            if one.state is State.ACTIVE:
                self.wrong[one.saved_id] = str(error)
            return
        if one.state is State.INVALID:
            self.wrong[one.saved_id] = ""  # readable again; it comes once more when that is written
            return
        self.questions.put(one.saved_id, readings)
        self.since[one.saved_id] = one.since


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is known of the stories of a batch when it is decided upon, of one state of SQL.

    Args:
        born: since when each is news here; those that are not news are left out.
        told: what was told of those that went into each, then what was told of itself, in order.
    """

    stories: Mapping[StoryId, Story]
    born: Mapping[StoryId, datetime]
    told: Mapping[StoryId, Sequence[Match]]


def alert(
    db: Database, watch: Watch, clock: Callable[[], datetime], *, limit: int = 100, lease_seconds: float = 120
) -> Alerted:
    """Hold up to `limit` changes against the saved searches and write what is to be told.

    Raises:
        EngineUnavailable: SQL is away; nothing was written.
        LeaseLost: another worker took over; it does the same work again.
    """
    with db.read() as conn:
        if not due(conn) and saved.stamp(conn) == watch.stamp and not watch.wrong:
            return Alerted()
    held = leases.acquire(db, CURSOR, lease_seconds, clock())
    if held is None:
        return Alerted()
    try:
        return _held_against(db, watch, held, clock, limit)
    finally:
        leases.release(db, held)


def _held_against(
    db: Database, watch: Watch, held: Lease, clock: Callable[[], datetime], limit: int
) -> Alerted:
    with db.snapshot() as conn:
        stamp = saved.stamp(conn)
        watch.follow(stamp, saved.changed_since(conn, watch.stamp) if stamp != watch.stamp else [])
        position, head = changes.position(conn, CURSOR), changes.head(conn)
        batch = changes.after(conn, position, limit) if watch.since else []  # nobody listens: all is passed
        scene, texts = _scene(conn, batch, min(watch.since.values(), default=clock()))
    found = decided(batch, scene, _hits(watch, scene, texts), watch.since)
    reached = batch[-1].seq if batch else head
    with db.write() as conn:
        leases.fence(conn, held)
        for saved_id, flaw in watch.wrong.items():
            saved_ways.invalidate(conn, saved_id, flaw) if flaw else saved.revalidate(conn, saved_id)
        saved_finds.note(conn, found, clock())
        changes.advance(conn, CURSOR, reached)
    return Alerted(len(batch), len(found), reached < head or bool(watch.wrong))


def due(conn: Connection) -> bool:
    """Say whether there are changes that were not held against the saved searches."""
    return changes.position(conn, CURSOR) < changes.head(conn)


def decided(
    batch: Sequence[Change],
    scene: Scene,
    hits: Mapping[StoryId, AbstractSet[int]],
    since: Mapping[int, datetime],
) -> list[Found]:
    """Return what is to be told of the stories that some changes are about, in their order.

    `hits`: the searches that each story matches; `since`: of each search that is told anything, the
    moment behind which a story must have become news.
    """
    events: dict[StoryId, list[Change]] = {}
    for change in batch:
        events.setdefault(change.story_id, []).append(change)
    return [
        (saved_id, story_id, kind, scene.stories[story_id].updated)
        for story_id, happened in events.items()
        for saved_id, kind in _of_story(
            scene.stories[story_id], happened, scene, hits.get(story_id, frozenset()), since
        )
    ]


def _of_story(
    story: Story,
    happened: Sequence[Change],
    scene: Scene,
    hits: AbstractSet[int],
    since: Mapping[int, datetime],
) -> list[tuple[int, Kind]]:
    last = {match.saved_id: match for match in scene.told.get(story.story_id, ())}
    listening = sorted(last.keys() & since.keys())
    if story.state is StoryState.WITHDRAWN:
        return [(one, Kind.WITHDRAWN) for one in listening if last[one].kind is not Kind.WITHDRAWN]
    if story.state is not StoryState.LIVE:
        return []
    born = scene.born.get(story.story_id)
    fresh: list[tuple[int, Kind]] = []
    if born is not None and happened[-1].at - born < FRESH:
        fresh = [(one, Kind.NEW) for one in sorted(hits) if one not in last and born > since[one]]
    edits = [change.at for change in happened if change.kind is ChangeKind.CORRECTED]
    edited = max(edits, default=None)
    return fresh + [
        (one, Kind.CORRECTED)
        for one in listening
        if last[one].kind is Kind.WITHDRAWN or (edited is not None and edited > last[one].as_of)
    ]


def _hits(
    watch: Watch, scene: Scene, texts: Mapping[StoryId, Sequence[str]]
) -> dict[StoryId, AbstractSet[int]]:
    if not watch.since:
        return {}
    news = (scene.stories[story_id] for story_id in scene.born)
    return {
        one.story_id: watch.questions.matching(document(one, texts.get(one.story_id, ()))) for one in news
    }


def _scene(
    conn: Connection, batch: Sequence[Change], since: datetime
) -> tuple[Scene, dict[StoryId, list[str]]]:
    """Read what `decided` wants to know, and the full texts of what became news behind `since`."""
    known = stories.many(conn, {change.story_id for change in batch})
    live = [story_id for story_id, one in known.items() if one.state is StoryState.LIVE]
    rows = (
        (story_id, standing.get(labels.EVERYTHING)) for story_id, standing in labels.of(conn, live).items()
    )
    born = {story_id: at for story_id, at in rows if at is not None and at > since}
    went = saved_finds.went_into(conn, known)
    matches = saved_finds.told(conn, {*known, *went})
    told: dict[StoryId, list[Match]] = {}
    for match in matches:
        if into := went.get(match.story_id):
            told.setdefault(into, []).append(match)
    for match in matches:  # a story's own ones behind: they say how it was told last
        told.setdefault(match.story_id, []).append(match)
    return Scene(known, born, told), stories.texts(conn, born)
