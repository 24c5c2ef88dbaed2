"""What the search page and the API share: ask the index, and keep what SQL still tells.

A story that was just taken back is not shown because the index is a second late. Without an engine the
newest stories come from SQL, by all that is asked for but the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.documents import canonical
from pipeline.errors import EngineUnavailable
from pipeline.model import NATIONAL, Story, StoryId, StoryState
from pipeline.papers import number_slug
from pipeline.store import newest, stories
from pipeline.store.newest import Wanted
from search import query as engine
from search.document import document
from search.index import Index
from search.question import Sort, chosen
from web.papers import Lookup, look_up
from web.site import Site

_MOST_LOOKED_AT = 2_000  # stories in SQL that one page goes through


@dataclass(frozen=True, slots=True)
class Newest:
    """What SQL gives in place of a search.

    Args:
        stories: one page of them.
        total: how many were seen up to here, one more where there are more.
        unapplied: the parameters that count for nothing here: `q` where words were asked for.
    """

    stories: tuple[Story, ...]
    total: int
    unapplied: tuple[str, ...]


def find(site: Site, asked: engine.Query) -> engine.Results:
    """Return what the index finds.

    Raises:
        EngineUnavailable: the engine is away, or none is configured.
    """

    def texts(ids: Sequence[str]) -> dict[str, list[str]]:
        with site.db.read() as conn:
            return {str(one): told for one, told in stories.texts(conn, map(StoryId, ids)).items()}

    return engine.search(asked_index(site), asked, texts)


def asked_index(site: Site) -> Index:
    """Return the index. Raises EngineUnavailable: none is configured."""
    if site.index is None:
        raise EngineUnavailable("Meilisearch", "none is configured")
    return site.index


def papers(site: Site, asked: engine.Query) -> Lookup | None:
    """Return the official documents that a question names, above its first page of hits."""
    if asked.page > 1 or not (asked.q or asked.doc):
        return None
    unit = asked.area or (asked.province if asked.province != NATIONAL else "")
    with site.db.read() as conn:
        return look_up(conn, f"{asked.doc} {asked.q}", unit)


def living(site: Site, found: engine.Results) -> dict[StoryId, Story]:
    """Return the stories of the hits that SQL still tells."""
    with site.db.read() as conn:
        known = stories.many(conn, [StoryId(hit.story_id) for hit in found.hits])
    return {story_id: story for story_id, story in known.items() if story.state is StoryState.LIVE}


def newest_from_store(site: Site, asked: engine.Query) -> Newest:
    """Return a page of the newest stories that fulfil all that is asked for but the words.

    Persons, offices, bulletins and whole document numbers are looked for in at most the first 2,000
    stories that fulfil the rest. A cursor counts for nothing: its walk goes on when the engine is back.
    """
    conditions = asked.conditions()
    first, page = (asked.page - 1) * asked.per_page, []
    seen = 0
    with site.db.read() as conn:
        for story in newest.walk(conn, _wanted(asked), _MOST_LOOKED_AT):
            told = document(story, ())
            if not all(condition.holds(told) for condition in conditions):
                continue
            seen += 1
            if seen > first + asked.per_page:
                break
            if seen > first:
                page.append(story)
    left_out = (("q", asked.q), ("before", asked.before))
    return Newest(tuple(page), seen, tuple(name for name, value in left_out if value))


def _wanted(asked: engine.Query) -> Wanted:
    labels = {"province": asked.province, "area": asked.area, "topic": asked.topic}
    return Wanted(
        labels={kind: values for kind, text in labels.items() if (values := chosen(text))},
        sources=chosen(asked.source),
        documents=(number_slug(canonical(asked.doc) or ""),) if asked.doc else (),
        since=asked.since,
        until=asked.until,
        oldest=asked.sort is Sort.OLDEST,
    )
