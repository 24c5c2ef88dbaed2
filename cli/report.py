"""What came of the demo, as lines for people: numbers, who tells the same and why, changes, addresses."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from cli.progress import Seen
from feeds.channel import Channel, FeedForm, channels_of
from pipeline.model import EntryKind, Story, StoryState, Telling
from pipeline.places import province
from web.view import VERDICTS

_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Played:
    """What went through the doors and how long it took, in seconds; `merged` None: no merged feed yet."""

    feeds: int
    pushes: int
    files: int
    records: int
    seconds: float
    merged: float | None


def numbers(played: Played, seen: Seen) -> Iterator[str]:
    """Yield how many receipts became how many entries and stories."""
    yield "What happened"
    doors = f"{played.feeds} feeds polled, {played.pushes} signed pushes taken"
    doors += f", {played.files} files and {played.records} records handed in"
    yield f"{_INDENT}{doors}; all told after {played.seconds:.1f} s"
    yield f"{_INDENT}{seen.receipts} receipts → {seen.entries} entries → {seen.stories} stories"
    if played.merged is not None:
        yield f"{_INDENT}the first merged feed could be read after {played.merged:.1f} s"
    if seen.quarantined:
        yield f"{_INDENT}{seen.quarantined} receipts are in quarantine: see ./tintinh quarantine list"


def together(living: Sequence[Story]) -> Iterator[str]:
    """Yield each story of several tellings: its title, who tells it, and why they are one."""
    merged = sorted(living, key=lambda story: (-len(story.face.tellings), story.face.title))
    merged = [story for story in merged if len(story.face.tellings) > 1]
    yield f"Told more than once: {len(merged)} stories"
    for story in merged:
        yield f"{_INDENT}{story.face.title}"
        lead, *others = story.face.tellings
        yield f"{_INDENT * 2}{_who(lead)}: bài chính"
        for telling in others:
            decision = telling.decision
            yield f"{_INDENT * 2}{_who(telling)}: {VERDICTS[decision.verdict]}: {decision.because}"


def changed(living: Sequence[Story], gone: Sequence[Story]) -> Iterator[str]:
    """Yield what sources changed after they had told it."""
    revised = [(story, telling) for story in living for telling in story.face.tellings if telling.version > 1]
    withdrawn = [story for story in gone if story.state is StoryState.WITHDRAWN]
    yield f"Told anew by their sources: {len(revised)} texts; withdrawn: {len(withdrawn)}"
    for story, telling in revised:
        yield f"{_INDENT}{telling.title} ({_who(telling)}, version {telling.version}, feed id kept)"
        yield f"{_INDENT * 2}story {story.story_id}, revision {story.revision}"
    for story in withdrawn:
        yield f"{_INDENT}{story.face.title} ({_who(story.face.tellings[0])}): out of search and feeds"
        yield f"{_INDENT * 2}story {story.story_id}, a tombstone in the Atom feeds"


def addresses(base_url: str, living: Sequence[Story], sign_in: str, *, searchable: bool) -> Iterator[str]:
    """Yield where to look: feeds that have items, the list of all, the pages."""
    yield "Where to look"
    yield from _row("all news", f"{base_url}/feeds/all.rss")
    yield from _row("", f"{base_url}/feeds/all.atom")
    for channel, items in _busiest(living):
        yield from _row(f"{channel.title} ({items})", channel.url(base_url, FeedForm.RSS))
    yield from _row("every channel", f"{base_url}/feeds.opml")
    yield from _row("search" if searchable else "search (no Meilisearch: says so)", f"{base_url}/search")
    yield from _row("ops, signs in once", sign_in)


def commands(data: Path) -> Iterator[str]:
    """Yield how the other commands look at the same data."""
    yield "Ask it from another terminal, for example"
    for command in ("search 'làng hoa'", "export", "doctor"):
        yield f"{_INDENT}TINTINH_DATA={quote(str(data))} ./tintinh {command}"


def _row(name: str, address: str) -> Iterator[str]:
    if name:
        yield f"{_INDENT}{name}"
    yield f"{_INDENT * 2}{address}"


def _busiest(living: Sequence[Story]) -> list[tuple[Channel, int]]:
    """Return the fullest channel of each kind; of the areas one that lies in a province of another name."""
    news = (story.face.labels for story in living if not story.backfill)
    counted = Counter(channel for labels in news for channel in channels_of(labels))
    fullest: dict[tuple[bool, bool, bool], tuple[Channel, int]] = {}
    for channel, items in sorted(counted.items(), key=lambda one: (-one[1], one[0].key)):
        if channel.area is None or province(channel.area) is None:
            kind = (bool(channel.province), bool(channel.area), bool(channel.topic))
            fullest.setdefault(kind, (channel, items))
    return [found for kind, found in sorted(fullest.items(), reverse=True) if any(kind)]


def _who(telling: Telling) -> str:
    item = f", mục {telling.bulletin_number} của bản tin" if telling.kind is EntryKind.BULLETIN_ITEM else ""
    return f"{telling.source_name}{item}"
