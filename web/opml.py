"""/feeds.opml: the channels as a list that readers import, of everything or of a province or a topic."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from feeds.channel import FeedForm
from feeds.opml import listing, opml
from web.made import sent
from web.problems import Problem, described
from web.site import TheSite

_FRESHNESS = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"  # as that of feeds
_SLUG = "^[a-z0-9-]*$"

router = APIRouter(tags=["feeds"])


@router.get(
    "/feeds.opml",
    response_class=Response,
    responses={
        200: {"content": {"text/x-opml": {}}},
        304: {"description": "Not modified"},
        **described(404, 422),
    },
)
def subscriptions(
    request: Request,
    site: TheSite,
    province: Annotated[str, Query(pattern=_SLUG, description="its areas and topics")] = "",
    topic: Annotated[str, Query(pattern=_SLUG, description="it in every province")] = "",
    form: Annotated[FeedForm | None, Query(description="one form alone; else Atom and RSS")] = None,
) -> Response:
    """Give a list of channels as OPML 2.0: everything, provinces, areas and topics, or what is asked for."""
    found = listing(province, topic)
    if found is None:
        raise Problem(404, "not_found", "there is no such channel; see /feeds")
    extra = {"Cache-Control": _FRESHNESS, "Access-Control-Allow-Origin": "*"}
    return sent(request, opml(site.settings.base_url, found, form), "text/x-opml; charset=utf-8", extra)
