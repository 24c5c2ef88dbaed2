"""The published feeds over HTTP: files as they stand, answered conditionally and compressed.

Nothing is rendered here; a file that is missing is made by `feeds.publish.ensure`.
"""

import gzip
import os
from datetime import UTC, datetime
from functools import lru_cache

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from feeds.channel import Channel, FeedForm, channel, channels
from feeds.opml import opml
from feeds.publish import ensure
from pipeline.errors import EngineUnavailable
from pipeline.topics import Topic, topics
from web.account import Signed
from web.conditional import Representation, answer, prefers_gzip
from web.problems import Problem, described
from web.site import Site, TheSite
from web.view import render

# News should be seconds old, and an old feed is better than none while we are away (RFC 5861).
_FRESHNESS = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
_LOOKS = 3  # a publisher may replace a file between two looks at it

router = APIRouter(tags=["feeds"])


@router.get("/feeds", response_class=HTMLResponse)
def page(who: Signed) -> HTMLResponse:
    """List the channels for people."""
    known = channels()
    shown = render(
        "feeds.html",
        title="Kênh RSS",
        here="feeds",
        signed=who,
        all_channel=known[0],
        provinces=[one for one in known if one.province and not one.topic],
        areas=[one for one in known if one.area],
        topics=[one for one in known if one.topic and not one.province],
    )
    return HTMLResponse(shown)


@router.get(
    "/feeds.opml",
    response_class=Response,
    responses={200: {"content": {"text/x-opml": {}}}, 304: {"description": "Not modified"}},
)
def subscriptions(request: Request, site: TheSite) -> Response:
    """Give the list of channels as OPML 2.0."""
    packed = prefers_gzip(_joined(request)["accept-encoding"])
    body = _opml(site.settings.base_url, topics(), packed=packed)
    chosen = Representation(body, "text/x-opml; charset=utf-8", "gzip" if packed else "")
    return _sent(request, chosen, {"Cache-Control": _FRESHNESS})


@router.get(
    "/feeds/{key:path}.{form}",
    response_class=Response,
    responses={
        200: {"content": {form.media_type: {} for form in FeedForm}},
        304: {"description": "Not modified"},
        **described(404),
    },
)
def feed(request: Request, site: TheSite, key: str, form: str) -> Response:
    """Give a channel as RSS or Atom; a known channel without stories is a valid empty feed."""
    known = channel(key)
    if known is None or form not in list(FeedForm):
        raise Problem(404, "not_found", "there is no such channel; see /feeds.opml")
    chosen = FeedForm(form)
    packed = prefers_gzip(_joined(request)["accept-encoding"])
    body, modified = _read(site, known, chosen, packed=packed)
    media_type = f"{chosen.media_type}; charset=utf-8"
    links = [f'<{known.url(site.settings.base_url, chosen)}>; rel="self"']
    links.append(f'<{site.settings.hub}>; rel="hub"')
    extra = {"Cache-Control": _FRESHNESS, "Link": ", ".join(links), "Access-Control-Allow-Origin": "*"}
    return _sent(request, Representation(body, media_type, "gzip" if packed else "", modified), extra)


def _read(site: Site, known: Channel, form: FeedForm, *, packed: bool) -> tuple[bytes, datetime]:
    """Return a file's bytes and time, having it rendered if it is not there.

    Raises:
        EngineUnavailable: it cannot be had now.
    """
    settings = site.settings
    plain = settings.feeds_dir / known.file(form)
    wanted = plain.with_name(plain.name + ".gz") if packed else plain
    for _ in range(_LOOKS):
        try:
            with wanted.open("rb") as file:
                return file.read(), datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        except FileNotFoundError:
            ensure(
                site.db,
                settings.feeds_dir,
                settings.base_url,
                known,
                form,
                datetime.now(UTC),
                hub=settings.hub,
            )
        except OSError as error:
            raise EngineUnavailable("feeds folder", str(error)) from error
    raise EngineUnavailable(known.key, "the file is being published; try again")


@lru_cache(maxsize=2)
def _opml(base_url: str, listed: tuple[Topic, ...], *, packed: bool) -> bytes:
    """Return the list of channels; `listed` are the topics it is of, which a newsroom may edit."""
    del listed
    return gzip.compress(opml(base_url), 6, mtime=0) if packed else opml(base_url)


def _joined(request: Request) -> dict[str, str]:
    """Return the request's headers, lines of one name joined (RFC 9110 §5.3); "" for no Accept-Encoding."""
    names = dict.fromkeys(request.headers)
    joined = {name: ", ".join(request.headers.getlist(name)) for name in names}
    return {"accept-encoding": "", **joined}


def _sent(request: Request, chosen: Representation, extra: dict[str, str]) -> Response:
    told = answer(_joined(request), chosen, extra)
    return Response(told.body, told.status, told.headers)
