"""The feed of a saved search, at an address that only its holder knows."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from feeds import saved as saved_feed
from feeds.channel import FeedForm
from feeds.fragments import Stock
from pipeline.store import saved
from pipeline.store.saved import State
from web.made import sent
from web.problems import Problem, described
from web.site import TheSite

# For the one who asks, not for caches on the way: the address is his secret.
_FRESHNESS = {"Cache-Control": "private, max-age=60"}

router = APIRouter(tags=["feeds"])


@router.get(
    "/feeds/saved/{token}.{form}",
    response_class=Response,
    responses={
        200: {"content": {form.media_type: {} for form in FeedForm}},
        304: {"description": "Not modified"},
        **described(404, 410, 503),
    },
)
def feed(request: Request, site: TheSite, token: str, form: str) -> Response:
    """Give the last stories that a saved search was told of; 410 once it has ended."""
    if form not in list(FeedForm):
        raise Problem(404, "not_found", "there is no such form: rss, atom or json")
    chosen = FeedForm(form)
    media_type = f"{chosen.media_type}; charset=utf-8"
    with site.db.snapshot() as conn:
        known = saved.by_token(conn, token)
        if known is None:
            raise Problem(404, "not_found", "there is no such feed")
        if known.state is State.ENDED:
            here = Stock.opened(conn, site.settings.base_url).site
            last = saved_feed.last_document(known, chosen, here, token)
            return Response(last, 410, _FRESHNESS | {"Content-Type": media_type})
        body = saved_feed.feed(conn, known, token, chosen, site.settings.base_url)
    now = datetime.now(UTC)
    if saved.is_stale(known, now):
        with site.db.write() as conn:
            saved.seen(conn, known, now)
    return sent(request, body, media_type, _FRESHNESS)
