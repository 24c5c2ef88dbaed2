"""What a way of a saved search is told next: whole batches, written down before they are sent.

A batch is what was found behind a way's cursor, each story once and as it stands at the moment of the
attempt: by the one that it went into, and not at all if it is gone or that one was told before.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from pipeline.letters import News
from pipeline.model import LOCAL_ZONE, Story, StoryId, StoryState, Telling
from pipeline.store import Connection, Database, saved, saved_finds, saved_ways, stories, versions
from pipeline.store.saved import Saved
from pipeline.store.saved_finds import Kind, Match
from pipeline.store.saved_ways import Pace, State, Way

_HOUR = 7  # local, of digests


def slot(pace: Pace, now: datetime) -> datetime:
    """Return the last moment up to `now` at which letters of a pace go: every day, or Mondays, at 7 local."""
    if pace is Pace.INSTANT:
        return now
    local = now.astimezone(LOCAL_ZONE)
    at = local.replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    at -= timedelta(days=at > local)
    return at - timedelta(days=at.weekday()) if pace is Pace.WEEKLY else at


def next_letter(known: Way, now: datetime) -> datetime | None:
    """Return when what was found goes by letter; None: at once."""
    if known.pace is not Pace.INSTANT:
        return slot(known.pace, now) + (timedelta(days=1) if known.pace is Pace.DAILY else timedelta(days=7))
    return known.burst_from + saved_ways.BURST if known.burst_from and known.is_gathering(now) else None


@dataclass(frozen=True, slots=True)
class Batch:
    """What a way is told next: finds up to a position, or (without any) why its search cannot be read."""

    known: Way
    search: Saved
    news: tuple[News, ...]
    through: int

    @property
    def flaw(self) -> str:
        """Return why the search cannot be read, if that is what is told."""
        return "" if self.news else self.search.flaw


def next_batch(db: Database, number: int, most: int, now: datetime) -> Batch | None:
    """Return the batch under way, or the next one, written down; None if there is nothing to tell."""
    while True:
        with db.read() as conn:
            known = saved_ways.get(conn, number)
            search = saved.get(conn, known.saved_id) if known is not None else None
            if known is None or search is None or known.state is not State.ACTIVE:
                return None
            if search.state is saved.State.INVALID:
                told_already = known.flaw_told == search.flaw
                return None if told_already else Batch(known, search, (), known.position)
            if search.state is not saved.State.ACTIVE or saved_ways.is_held(conn, known, now):
                return None
            found = _next(conn, known, most, now)
            news = _news(conn, known, found)
        if not found:
            return None
        through = found[-1].position
        with db.write() as conn:
            if not news:
                saved_ways.passed(conn, known, through)
            elif known.through != through:
                saved_ways.batched(conn, known, through)
        if news:
            return Batch(known, search, news, through)


def _next(conn: Connection, known: Way, most: int, now: datetime) -> list[Match]:
    """Return the finds of the batch under way; of a new one if there is none."""
    found = saved_finds.matches(conn, known.saved_id, known.position, most)
    begun = [one for one in found if one.position <= known.through]
    until = slot(known.pace, now)
    # Up to the first that is younger: behind it one may be older, as clocks differ, and none is passed over.
    return begun or list(takewhile(lambda one: one.at <= until, found))


def _news(conn: Connection, known: Way, found: Collection[Match]) -> tuple[News, ...]:
    """Return what some finds come to: each story once, as it stands, by the one that it went into."""
    last = {one.story_id: stories.resolve(conn, one.story_id) or one.story_id for one in found}
    standing = stories.many(conn, last.values())
    families = _families(conn, set(last.values()))
    before = [
        one
        for one in saved_finds.told(conn, families)
        if one.saved_id == known.saved_id and one.position <= known.position
    ]
    first = {families[one.story_id]: one.at for one in before if one.kind is Kind.NEW}
    looked = {families[one.story_id]: one.as_of for one in before}  # the last one counts
    by_story: dict[StoryId, list[Match]] = {}
    for one in found:
        by_story.setdefault(last[one.story_id], []).append(one)
    told = {
        story_id: kind
        for story_id, mine in by_story.items()
        if (kind := _kind(mine, _living(standing, story_id), is_known=story_id in first))
    }
    corrected = _corrected(
        conn,
        [
            (standing[story_id], looked[story_id])
            for story_id, kind in told.items()
            if kind is Kind.CORRECTED and story_id in looked
        ],
    )
    return tuple(
        News(
            kind,
            story_id,
            at=next(one.at for one in reversed(by_story[story_id]) if one.kind is kind),
            found_at=first.get(story_id, by_story[story_id][0].at),
            story=_living(standing, story_id),
            corrected=corrected.get(story_id, ()),
        )
        for story_id, kind in told.items()
    )


def _corrected(
    conn: Connection, looked: Iterable[tuple[Story, datetime]]
) -> dict[StoryId, tuple[Telling, ...]]:
    """Return the tellings whose text came after their story was told last, as far as that can be traced."""
    changed = [
        (known.story_id, told, since)
        for known, since in looked
        for told in known.face.tellings
        if told.version > 1
    ]
    texts = versions.newest(conn, {told.entry_id for _, told, _ in changed}, 1)
    found: dict[StoryId, tuple[Telling, ...]] = {}
    for story_id, told, since in changed:
        if (mine := texts.get(told.entry_id)) and mine[-1].received_at > since:
            found[story_id] = (*found.get(story_id, ()), told)
    return found


def _living(standing: Mapping[StoryId, Story], story_id: StoryId) -> Story | None:
    known = standing.get(story_id)
    return known if known is not None and known.state is StoryState.LIVE else None


def _families(conn: Connection, last: Collection[StoryId]) -> dict[StoryId, StoryId]:
    """Map each story that went into some stories, and these themselves, to the one that is left."""
    return saved_finds.went_into(conn, last) | {one: one for one in last}


def _kind(found: Collection[Match], story: Story | None, *, is_known: bool) -> Kind | None:
    """Return as what a story is told now, None: not at all; `story`: None if it is gone."""
    kinds = {one.kind for one in found}
    if story is None:
        return Kind.WITHDRAWN if is_known and Kind.WITHDRAWN in kinds else None
    if Kind.NEW in kinds and not is_known:
        return Kind.NEW
    return Kind.CORRECTED if Kind.CORRECTED in kinds else None
