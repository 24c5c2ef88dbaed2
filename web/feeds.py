"""The published feeds over HTTP: files as they stand, answered conditionally and compressed.

Nothing is rendered here; a file that is missing is made by `feeds.publish.ensure`. A server in front may
send the same files by itself (deploy/nginx.conf, deploy/Caddyfile); docs/serving.md says what it answers.
"""

import re
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from feeds import archive, retired
from feeds.channel import FeedForm, channel, channels
from feeds.fragments import Stock
from feeds.publish import ensure
from web.account import Signed
from web.files import sent
from web.problems import Problem, described
from web.site import Site, TheSite
from web.view import render

# News should be seconds old, and an old feed is better than none while we are away (RFC 5861).
_FRESHNESS = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
# What is sealed changes by a correction or a withdrawal only.
_KEPT = "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"
_FOR_ALL = {"Access-Control-Allow-Origin": "*"}
_PART = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{1,6}")

router = APIRouter(tags=["feeds"])


@router.get("/feeds", response_class=HTMLResponse)
def page(who: Signed) -> HTMLResponse:
    """List the channels for people."""
    known = channels()
    shown = render(
        "feeds.html",
        here="feeds",
        signed=who,
        all_channel=known[0],
        provinces=[one for one in known if one.province and not one.topic],
        areas=[one for one in known if one.area],
        topics=[one for one in known if one.topic and not one.province],
    )
    return HTMLResponse(shown)


_AS_FEED: dict[str, Any] = {
    "response_class": Response,
    "responses": {
        200: {"content": {form.media_type: {} for form in FeedForm}},
        301: {"description": "The channel goes on as another one: Location has its feed"},
        304: {"description": "Not modified"},
        **described(404, 410, 503),
    },
}


# Stands before the live feeds, whose pattern would take a part for a channel.
@router.get("/feeds/{key:path}/archive/{part}.{form}", **_AS_FEED)
def archived(request: Request, site: TheSite, key: str, part: str, form: str) -> Response:
    """Give a sealed part of a channel's archive (RFC 5005), which changes only when a story in it does."""
    chosen = _form(form)
    known = channel(key)
    if known is None:
        return _over(site, key, chosen)
    if not _PART.fullmatch(part):
        raise Problem(404, "not_found", "there is no such part of the archive")
    settings = site.settings
    at, base_url = settings.feeds_dir / known.part_file(part, chosen), settings.base_url
    itself, live = known.part_url(base_url, part, chosen), known.url(base_url, chosen)
    links = f'<{itself}>; rel="self", <{live}>; rel="current"'
    return sent(
        request,
        at,
        lambda: archive.ensure(site.db, settings.feeds_dir, base_url, known, part, chosen, datetime.now(UTC)),
        _type(chosen),
        {"Cache-Control": _KEPT, "Link": links, **_FOR_ALL},
    )


@router.get("/feeds/{key:path}.{form}", **_AS_FEED)
def feed(request: Request, site: TheSite, key: str, form: str) -> Response:
    """Give a channel as RSS, Atom or JSON Feed; one without stories is a valid empty feed."""
    chosen = _form(form)
    known = channel(key)
    if known is None:
        return _over(site, key, chosen)
    settings = site.settings
    at, base_url = settings.feeds_dir / known.file(chosen), settings.base_url
    links = f'<{known.url(base_url, chosen)}>; rel="self", <{settings.hub}>; rel="hub"'
    return sent(
        request,
        at,
        lambda: ensure(
            site.db, settings.feeds_dir, base_url, known, chosen, datetime.now(UTC), hub=settings.hub
        ),
        _type(chosen),
        {"Cache-Control": _FRESHNESS, "Link": links, **_FOR_ALL},
    )


def _over(site: Site, key: str, form: FeedForm) -> Response:
    """Answer for a channel that there is not: 301 where it went, 410 with its last document; else 404."""
    settings = site.settings
    with site.db.read() as conn:
        became = retired.lookup(conn, key)
        publisher = Stock.opened(conn, settings.base_url, settings.hub).site
    match became:
        case retired.Moved(to):
            to_url = to.url(settings.base_url, form)
            return Response(None, 301, {"Location": to_url, "Cache-Control": _KEPT, **_FOR_ALL})
        case retired.Gone():
            last = retired.last_document(became, form, publisher)
            return Response(last, 410, {"Content-Type": _type(form), "Cache-Control": _KEPT, **_FOR_ALL})
        case None:
            raise Problem(404, "not_found", "there is no such channel; see /feeds.opml")


def _form(form: str) -> FeedForm:
    try:
        return FeedForm(form)
    except ValueError as error:
        raise Problem(404, "not_found", "there is no such form; see /feeds.opml") from error


def _type(form: FeedForm) -> str:
    return f"{form.media_type}; charset=utf-8"
