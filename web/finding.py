"""What the search page and the API share: ask the index, and keep what SQL still tells.

A story that was just taken back is not shown because the index is a second late. Without an engine the
newest stories come from SQL, by all that is asked for but the words.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Protocol

from pipeline.documents import canonical
from pipeline.errors import EngineUnavailable
from pipeline.model import Officeholder, Story, StoryId, StoryState
from pipeline.papers import number_slug
from pipeline.store import Database, newest, stories
from pipeline.store.newest import Wanted
from search import query as engine
from search.asked import told_as
from search.conditions import Condition
from search.document import document
from search.holders import called, office_keys, person_keys
from search.index import Index
from search.plan import Led
from search.question import Sort, chosen
from search.schema import FACETS, OFFICE_KEYS, PEOPLE_KEYS
from web.leading import leading, unit
from web.paper_lookup import Lookup, look_up
from web.problems import Problem

_PATIENCE = 1.0  # seconds for which one page goes through stories in SQL
_MOST_KEPT = 20_000  # officeholders of whom is kept what was made of them
_OF_PEOPLE: dict[str, Callable[[Officeholder], Iterable[str]]] = {  # as `search.document` makes them
    PEOPLE_KEYS: lambda one: person_keys(one.name),
    OFFICE_KEYS: lambda one: office_keys([one]),
    FACETS["office"]: lambda one: [called(one)],
}


@dataclass(frozen=True, slots=True)
class Newest:
    """What SQL gives in place of a search.

    Args:
        stories: one page of them.
        total: how many were seen up to here, one more where there are more.
        unapplied: the parameters that count for nothing here: `q` where words were asked for.
        incomplete: time ended before all stories were looked at; there may be more behind.
    """

    stories: tuple[Story, ...]
    total: int
    unapplied: tuple[str, ...]
    incomplete: bool


class Searched(Protocol):
    """What is searched: a web process, or the data folder of a command."""

    @property
    def db(self) -> Database:
        """SQL, which is the truth."""

    @property
    def index(self) -> Index | None:
        """The search index, None when no Meilisearch is configured."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a command searches."""

    db: Database
    index: Index | None


def find(site: Searched, asked: engine.Query) -> engine.Results:
    """Return what the index finds, in the order that the texts and documents in SQL tell.

    Raises:
        EngineUnavailable: the engine is away, or none is configured.
    """

    def texts(ids: Sequence[str]) -> dict[str, list[str]]:
        with site.db.read() as conn:
            return {str(one): told for one, told in stories.texts(conn, map(StoryId, ids)).items()}

    index = asked_index(site)
    meant, led = _meant(site, asked)
    return engine.search(index, meant, texts, led)


def walk(site: Searched, asked: engine.Query) -> Iterator[engine.Results]:
    """Return all pages, in order of time, of what `find` finds.

    Raises:
        EngineUnavailable: as `find`, at any page.
    """
    index = asked_index(site)
    meant, led = _meant(site, asked)
    return engine.walk(index, meant, led)


def _meant(site: Searched, asked: engine.Query) -> tuple[engine.Query, Led | None]:
    """Return a question as the index is asked it, and the stories of the documents that it names."""
    with site.db.read() as conn:
        told = stories.resolve(conn, StoryId(told_as(asked.q))) if told_as(asked.q) else None
        led = leading(conn, asked)
    # A story that went into another is found as that one.
    return replace(asked, q=str(told)) if told else asked, led


def asked_index(site: Searched) -> Index:
    """Return the index. Raises EngineUnavailable: none is configured."""
    if site.index is None:
        raise EngineUnavailable("Meilisearch", "none is configured")
    return site.index


def papers(site: Searched, asked: engine.Query) -> Lookup | None:
    """Return the official documents that a question names, above its first page of hits."""
    if asked.page > 1 or asked.before is not None or not (asked.q or asked.doc):
        return None
    with site.db.read() as conn:
        return look_up(conn, f"{asked.doc} {asked.q}", unit(asked))


def living(site: Searched, found: engine.Results) -> dict[StoryId, Story]:
    """Return the stories of the hits that SQL still tells."""
    with site.db.read() as conn:
        known = stories.many(conn, [StoryId(hit.story_id) for hit in found.hits])
    return {story_id: story for story_id, story in known.items() if story.state is StoryState.LIVE}


def known(site: Searched, story_id: str) -> tuple[Story, StoryId]:
    """Return a story in any state and the one that tells it now. Raises Problem: 404 unknown."""
    with site.db.read() as conn:
        story = stories.get(conn, StoryId(story_id))
        survivor = stories.resolve(conn, StoryId(story_id))
    if story is None or survivor is None:
        raise Problem(404, "not_found", "there is no such story")
    return story, survivor


def alive(found: tuple[Story, StoryId], where: str, behind: str = "") -> Story:
    """Return a live story, of what `known` gave.

    Raises:
        Problem: 410 withdrawn, 308 merged (with the survivor's id, between `where` and `behind`).
    """
    story, survivor = found
    if story.state is StoryState.WITHDRAWN:
        raise Problem(410, "withdrawn", "its sources took this story back")
    if survivor != story.story_id:
        raise Problem(
            308,
            "merged",
            "the story is told in another one",
            headers={"Location": f"{where}{survivor}{behind}"},
            more={"story_id": survivor},
        )
    return story


def newest_from_store(site: Searched, asked: engine.Query) -> Newest:
    """Return a page of the newest stories that fulfil all that is asked for but the words.

    Stories that name a person or an office are looked through for a second, thousands of them. A cursor
    counts for nothing: its walk goes on when the engine is back.
    """
    conditions = asked.conditions()
    first, page = (asked.page - 1) * asked.per_page, []
    seen, incomplete = 0, False
    end = time.monotonic() + _PATIENCE
    with site.db.read() as conn:
        for part in newest.walk(conn, _wanted(asked)):
            told = [(one, document(one, ())) for one in part]
            fitting = [one for one, its in told if all(condition.holds(its) for condition in conditions)]
            page += fitting[max(0, first - seen) : first + asked.per_page - seen]
            seen += len(fitting)
            if seen > first + asked.per_page:
                break
            if incomplete := time.monotonic() > end:
                break
    left_out = (("q", asked.q), ("before", asked.before))
    unapplied = tuple(name for name, value in left_out if value)
    return Newest(tuple(page), min(seen, first + asked.per_page + 1), unapplied, incomplete)


def _wanted(asked: engine.Query) -> Wanted:
    labels = {"province": asked.province, "area": asked.area, "topic": asked.topic}
    return Wanted(
        labels={kind: values for kind, text in labels.items() if (values := chosen(text))},
        sources=chosen(asked.source),
        documents=(number_slug(number),) if (number := canonical(asked.doc)) else (),
        named=_named(asked),
        bulletin=asked.bulletin == "yes" if asked.bulletin else None,
        since=asked.since,
        until=asked.until,
        oldest=asked.sort is Sort.OLDEST,
    )


def _named(asked: engine.Query) -> Callable[[Sequence[Officeholder]], bool] | None:
    """Return what tells whether the people of a story are those asked for; None: nobody is."""
    conditions = [one for one in asked.conditions() if one.field in _OF_PEOPLE]
    fitting = [lru_cache(maxsize=_MOST_KEPT)(partial(_fits, condition)) for condition in conditions]

    def named(people: Sequence[Officeholder]) -> bool:
        # Without names few differ: offices recur.
        told = people if asked.person else [Officeholder("", one.office, one.unit) for one in people]
        return all(any(map(fits, told)) for fits in fitting)

    return named if conditions else None


def _fits(condition: Condition, one: Officeholder) -> bool:
    return condition.holds({condition.field: _keys(condition.field, one)})


@lru_cache(maxsize=_MOST_KEPT)
def _keys(field: str, one: Officeholder) -> list[str]:
    return [*_OF_PEOPLE[field](one)]
