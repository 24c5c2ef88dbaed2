"""The gate: SQL and an index held against each other, both ways, by id and revision.

Two walks, a page at a time, so memory is that of a page: every living story has its document, and
every document has a living story. What differs is looked at again before it is called a fault:
SQL, then the index, then SQL. A story that changed meanwhile, or whose last change the index has
not been told yet, is under way. Nothing is written here; whoever mends has it written by
`search.sync`, from what SQL says then.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pipeline.model import StoryId
from pipeline.store import Connection, Database, indexing, stories
from pipeline.store.indexing import Standing
from search import batches
from search.document import document
from search.index import Index

PAGE = 1_000  # stories or documents looked at together
Reached = Callable[[Connection], int]


class Fault(StrEnum):
    """What is wrong with a document."""

    MISSING = "missing"  # the story is told, the index has no document
    STALE = "stale"  # it has one of another revision, or with other contents
    ORPHANED = "orphaned"  # it has one of a story that is told no more
    FOREIGN = "foreign"  # it has one that no story belongs to


class Side(StrEnum):
    """Where a walk is."""

    STORIES = "stories"
    DOCUMENTS = "documents"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Walk:
    """How far both walks have come, and what was found.

    Args:
        side: which walk goes on.
        after: the last story looked at.
        left: documents not looked at yet; they are walked from the end, because what is deleted behind
            a page shifts only those that were seen.
        stories, documents: looked at.
        under_way: differ because the index is about to be told.
        refused: stories without a document that the index does not take.
    """

    side: Side = Side.STORIES
    after: str = ""
    left: int = 0
    stories: int = 0
    documents: int = 0
    under_way: int = 0
    refused: int = 0
    missing: int = 0
    stale: int = 0
    orphaned: int = 0
    foreign: int = 0

    @property
    def faults(self) -> dict[Fault, int]:
        """How many of each."""
        return {fault: getattr(self, fault) for fault in Fault}

    @property
    def looked(self) -> int:
        """How many stories and documents were looked at."""
        return self.stories + self.documents

    @property
    def sound(self) -> bool:
        """Whether no fault was found."""
        return not any(self.faults.values())


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of suspects."""

    faults: dict[str, Fault] = field(default_factory=dict)
    under_way: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Gate:
    """One index to be held against SQL.

    Args:
        db, index, uid: SQL, and the index there.
        reached: up to which position of the change log that index has been told.
        deep: compare whole documents, not only their revisions.
    """

    db: Database
    index: Index
    uid: str
    reached: Reached
    deep: bool = False

    def step(self, walk: Walk, limit: int = PAGE) -> tuple[Walk, dict[str, Fault]]:
        """Look at one page; return how far the walk is then, and the faults.

        Raises:
            EngineUnavailable: Meilisearch or SQL is away, or there is no such index.
        """
        if walk.side is Side.STORIES:
            return self._stories(walk, limit)
        return self._documents(walk, limit) if walk.side is Side.DOCUMENTS else (walk, {})

    def judge(self, suspects: Sequence[str]) -> Judged:
        """Look at suspects again and say what they are."""
        if not suspects:
            return Judged()
        with self.db.read() as conn:
            position = self.reached(conn)
            before = indexing.standings(conn, suspects)
            refused = indexing.refused_among(conn, suspects)
        held = self.index.held(self.uid, suspects)
        altered = self._altered(suspects) if self.deep else set()
        with self.db.read() as conn:
            after = indexing.standings(conn, suspects)
        faults, under_way, refusals = {}, 0, 0
        for one in suspects:
            story = before.get(one)
            if story != after.get(one) or (story is not None and story.seq > position):
                under_way += 1
                continue
            found = fault(story, held=one in held, revision=held.get(one), altered=one in altered)
            if found is Fault.MISSING and one in refused:
                refusals += 1
            elif found is not None:
                faults[one] = found
        return Judged(faults, under_way, refusals)

    def _stories(self, walk: Walk, limit: int) -> tuple[Walk, dict[str, Fault]]:
        with self.db.read() as conn:
            page = indexing.page(conn, walk.after, limit)
        if not page:
            return replace(walk, side=Side.DOCUMENTS, left=self.index.count(self.uid)), {}
        held = self.index.held(self.uid, [story_id for story_id, _ in page])
        suspects: list[str] = [
            story_id for story_id, revision in page if held.get(story_id, revision - 1) != revision
        ]
        if self.deep:
            suspects += sorted(self._altered(held.keys() - suspects))
        told = replace(walk, after=page[-1][0], stories=walk.stories + len(page))
        return self._told(told, suspects)

    def _documents(self, walk: Walk, limit: int) -> tuple[Walk, dict[str, Fault]]:
        start = max(0, walk.left - limit)
        page = [one for one, _ in self.index.page(self.uid, start, walk.left - start)]
        with self.db.read() as conn:
            known = indexing.standings(conn, page)
        suspects = [one for one in page if one not in known or not known[one].live]
        side = Side.DOCUMENTS if start else Side.DONE
        told = replace(walk, side=side, left=start, documents=walk.documents + len(page))
        return self._told(told, suspects)

    def _told(self, walk: Walk, suspects: Sequence[str]) -> tuple[Walk, dict[str, Fault]]:
        judged = self.judge(suspects)
        found = Counter(judged.faults.values())
        told = replace(
            walk,
            under_way=walk.under_way + judged.under_way,
            refused=walk.refused + judged.refused,
            missing=walk.missing + found[Fault.MISSING],
            stale=walk.stale + found[Fault.STALE],
            orphaned=walk.orphaned + found[Fault.ORPHANED],
            foreign=walk.foreign + found[Fault.FOREIGN],
        )
        return told, judged.faults

    def _altered(self, document_ids: Collection[str]) -> set[str]:
        """Return those whose document is not what would be made of their story now."""
        wanted = [StoryId(one) for one in document_ids]
        with self.db.read() as conn:
            found = stories.many(conn, wanted)
            texts = stories.texts(conn, wanted)
        there = self.index.whole(self.uid, wanted)
        return {
            one
            for one, held in there.items()
            if (story := found.get(StoryId(one))) is not None
            and batches.plain(document(story, texts.get(story.story_id, []))) != held
        }


def fault(story: Standing | None, *, held: bool, revision: object, altered: bool) -> Fault | None:
    """Say what is wrong with a document, None if nothing is. Pure; never raises.

    Args:
        story: how the story of that id stands, None if there is none.
        held: whether the index has the document.
        revision: of that document, as found.
        altered: whether its contents are known to be others.
    """
    if story is None:
        return Fault.FOREIGN if held else None
    if not story.live:
        return Fault.ORPHANED if held else None
    if not held:
        return Fault.MISSING
    return Fault.STALE if altered or revision != story.revision else None


def walk_of(stored: Mapping[str, object]) -> Walk:
    """Return a walk from its fields, as SQL keeps them."""
    fields = {name: value for name, value in stored.items() if name in Walk.__dataclass_fields__}
    return Walk(**{**fields, "side": Side(str(fields.get("side", Side.STORIES)))})  # type: ignore[arg-type]
