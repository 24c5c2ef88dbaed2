"""What the search page and the API share: ask the index, and keep what SQL still tells.

A story that was just taken back is not shown because the index is a second late.
"""

from collections.abc import Sequence

from pipeline.errors import EngineUnavailable
from pipeline.model import NATIONAL, Story, StoryId, StoryState
from pipeline.store import stories
from search import query as engine
from web.papers import Lookup, look_up
from web.site import Site


def find(site: Site, asked: engine.Query) -> engine.Results:
    """Return what the index finds.

    Raises:
        EngineUnavailable: the engine is away, or none is configured.
    """
    if site.index is None:
        raise EngineUnavailable("Meilisearch", "none is configured")

    def texts(ids: Sequence[str]) -> dict[str, list[str]]:
        with site.db.read() as conn:
            return {str(one): told for one, told in stories.texts(conn, map(StoryId, ids)).items()}

    return engine.search(site.index, asked, texts)


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
