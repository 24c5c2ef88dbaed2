"""The change log told to the outside: who reads it from the start has what is published, and no more.

A change is told with its story as it is *now*: an earlier text is told nowhere again, and a story that
was taken back leaves no word behind, however late somebody reads. So a line either carries the story or
says that there is none to be had, and a reader that puts the one and drops the other, in order, holds
at the log's end exactly the living stories. That is true of a part (a province, an area, a topic) too: a
change is told if the story is in the part now or was in it just before.
"""

import base64
import binascii
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from pipeline.errors import BadInput, NotFound
from pipeline.model import Change, ChangeKind, Labels, Story, StoryId, StoryState
from pipeline.store import Connection, changes, meta, stories

_BATCH = 200  # rows with their stories in memory
_FORM = struct.Struct(">BQQ8s")
_VERSION = 1
_LONGEST = 48  # characters of a cursor


class CursorUnknown(NotFound):
    """The cursor is of another history than this database's: begin anew."""


class Presence(StrEnum):
    """Whether there is a story to be had, now."""

    LIVE = "live"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    ELSEWHERE = "elsewhere"  # it lives, but no longer in the part that was asked for


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has read: the log's position `seq`, and the newest row that was there then.

    `mark` names that row (`head`) in this installation. The log is only ever added to, so as long as the
    row is there, everything that was told stands; in a restored or another database it is not.
    """

    seq: int
    head: int
    mark: bytes

    def text(self) -> str:
        """Return the opaque form: URL-safe, without padding."""
        packed = _FORM.pack(_VERSION, self.seq, self.head, self.mark)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Part:
    """The part of all stories that is asked for: labels that a story must bear, by kind; none: all."""

    labels: Mapping[str, str] = field(default_factory=dict)

    def holds(self, labels: Labels) -> bool:
        """Say whether a story with these labels is in it."""
        borne = {"province": labels.provinces, "area": labels.areas, "topic": labels.topics}
        return all(slug in borne[kind] for kind, slug in self.labels.items())


EVERYTHING = Part()


@dataclass(frozen=True, slots=True)
class Line:
    """One change as it is told.

    `story` is there exactly if `presence` is LIVE. `into`: the story that tells a merged one now;
    `origin`: the story that a split one came from, where the log knows it.
    """

    change: Change
    presence: Presence
    story: Story | None
    into: StoryId | None = None
    origin: StoryId | None = None


def read_cursor(text: str) -> Cursor:
    """Return the cursor of its text. Raises BadInput: that is none of ours."""
    advice = "is no cursor; leave it out to begin with the first change"
    if not text.isascii() or len(text) > _LONGEST:
        raise BadInput("since", advice)
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        version, seq, head, mark = _FORM.unpack(packed)
    except (binascii.Error, struct.error) as error:
        raise BadInput("since", advice) from error
    found = Cursor(seq, head, mark)
    if version != _VERSION or seq > head or found.text() != text:
        raise BadInput("since", advice)
    return found


def begin(conn: Connection, given: Cursor | None) -> Cursor:
    """Return where to read on, knowing the newest row that there is now; None: from the first.

    Raises:
        CursorUnknown: the cursor is of another history.
    """
    if given is not None and (given.head > changes.head(conn) or given.mark != _mark(conn, given.head)):
        raise CursorUnknown("since", "this cursor is not of this database; begin anew without one")
    head = changes.head(conn)
    return Cursor(given.seq if given else 0, head, _mark(conn, head))


def lines(conn: Connection, after: int, part: Part) -> Iterator[tuple[int, Line | None]]:
    """Yield each change behind a position, oldest first: its own position, and how it is told.

    None: it is of no concern to who asks for this part. `conn` should be a snapshot.
    """
    while batch := changes.after(conn, after, _BATCH):
        ids = {one.story_id for one in batch}
        inside = ids if not part.labels else changes.bearing(conn, ids, part.labels)
        wanted = [one for one in batch if one.story_id in inside or _was_inside(one, part)]
        known = stories.many(conn, {one.story_id for one in wanted})
        told = {one.seq: tell(conn, one, known[one.story_id], part) for one in wanted}
        for one in batch:
            yield one.seq, told.get(one.seq)
        after = batch[-1].seq


def _was_inside(change: Change, part: Part) -> bool:
    return change.before is not None and part.holds(change.before)


def tell(conn: Connection, change: Change, story: Story, part: Part = EVERYTHING) -> Line:
    """Tell one change. An end is told as one even of a story that lives again: its return is told later."""
    if change.kind is ChangeKind.WITHDRAWN or story.state is StoryState.WITHDRAWN:
        return Line(change, Presence.WITHDRAWN, None)
    if change.kind is ChangeKind.MERGED_INTO or story.state is StoryState.MERGED:
        into = stories.resolve(conn, change.other or story.story_id)
        return Line(change, Presence.MERGED, None, into=into)
    if not part.holds(story.face.labels):
        return Line(change, Presence.ELSEWHERE, None, origin=change.other)
    return Line(change, Presence.LIVE, story, origin=change.other)


def _mark(conn: Connection, seq: int) -> bytes:
    """Return what a row of the log is known by, here and nowhere else; of row 0, the empty log's."""
    row = changes.at(conn, seq)
    authority, _ = meta.authority(conn)
    named = [authority, str(seq)]
    if row is not None:
        named += [row.story_id, row.kind, row.at.isoformat()]
    elif seq:
        return b""
    return sha256("|".join(named).encode()).digest()[:8]
