"""Bringing stories into an index: their present state, as many as fit in a batch, and what was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.model import Change, StoryId, StoryState
from pipeline.store import Connection, Database, changes, counters, indexing, stories
from pipeline.store.indexing import Nudge
from search import batches
from search.document import document
from search.index import Index
from search.schema import version
from search.sending import RefusedDocument

_CHUNK = 50  # stories read at a time


@dataclass(frozen=True, slots=True)
class Synced:
    """What one call did. `more`: call again; `busy`: another worker is at it.

    `rebuilt`: a new index was swapped in. `refused` are set aside in SQL by id and reason.
    """

    indexed: int = 0
    deleted: int = 0
    refused: tuple[RefusedDocument, ...] = ()
    rebuilt: bool = False
    more: bool = False
    busy: bool = False

    def __add__(self, other: "Synced") -> "Synced":
        """Add up counts; a flag of either is a flag of both."""
        return Synced(
            self.indexed + other.indexed,
            self.deleted + other.deleted,
            self.refused + other.refused,
            self.rebuilt or other.rebuilt,
            self.more or other.more,
            self.busy or other.busy,
        )


class Writer:
    """Writes to indexes for one step of `search.sync`. `written`: every document that it touched."""

    def __init__(self, db: Database, index: Index, now: datetime, limit: int, most_bytes: int) -> None:
        """Take up to `limit` changes at a time, and documents of about `most_bytes`."""
        self.written: set[str] = set()
        self._refused: set[str] = set()
        self._db = db
        self._index = index
        self._now = now
        self._limit = limit
        self._most_bytes = most_bytes

    def apply(self, uid: str, position: int, nudges: Sequence[Nudge]) -> tuple[Synced, int, Sequence[Nudge]]:
        """Bring the next changes and nudges into an index.

        Returns what was done (`more`: the log goes on), the position reached, and the nudges that were met.
        """
        with self._db.read() as conn:
            batch = changes.after(conn, position, self._limit)
            head = changes.head(conn)
        named = [*(change.story_id for change in batch), *(StoryId(one.document_id) for one in nudges)]
        wanted = list(dict.fromkeys(named))
        if not wanted:
            return Synced(), position, ()
        done, count = self.write(uid, wanted)
        dealt = set(wanted[:count])
        seq = _reached(position, batch, dealt)
        met = [one for one in nudges if one.document_id in dealt]
        return done + Synced(more=seq < head), seq, met

    def write(self, uid: str, story_ids: Sequence[StoryId]) -> tuple[Synced, int]:
        """Write the present state of stories: a document for a live one, a deletion for any other.

        As many as fit in a batch; returns how many of them were dealt with.
        """
        documents: list[batches.Document] = []
        gone: list[str] = []
        count = size = 0
        while count < len(story_ids) and size < self._most_bytes:
            part = story_ids[count : count + _CHUNK]
            made = self._made(part)
            documents += made
            size += sum(map(batches.weight, made))
            told = {one["id"] for one in made}
            gone += [one for one in part if one not in told]
            count += len(part)
        if not count:
            return Synced(), 0
        self.written |= set(story_ids[:count])
        refused = self._index.write(uid, documents, gone)
        return Synced(len(documents) - len(refused), len(gone), refused), count

    def _made(self, story_ids: Sequence[StoryId]) -> list[batches.Document]:
        """Return the documents of those of some stories that are told."""
        with self._db.read() as conn:
            found = stories.many(conn, story_ids)
            told = [story for story in found.values() if story.state is StoryState.LIVE]
            texts = stories.texts(conn, [story.story_id for story in told])
        return [document(story, texts.get(story.story_id, [])) for story in told]

    def note(self, conn: Connection, refused: Sequence[RefusedDocument]) -> None:
        """Set refused documents aside by id, form and reason, and count them."""
        self._refused |= {one.document_id for one in refused}
        indexing.accept(conn, self.written - self._refused)
        indexing.refuse(conn, [(one.document_id, one.reason) for one in refused], version(), self._now)
        if refused:
            counters.add(conn, "index_refused", len(refused))


def _reached(position: int, batch: Sequence[Change], dealt: set[StoryId]) -> int:
    """Return the last position up to which every change is of a story that was dealt with."""
    for change in batch:
        if change.story_id not in dealt:
            break
        position = change.seq
    return position
