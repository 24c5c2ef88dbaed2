"""The published feeds over HTTP: files as they stand, answered conditionally and compressed.

Nothing is rendered here; a file that is missing is made by `feeds.publish.ensure`. A server in front may
send the same files by itself (deploy/nginx.conf, deploy/Caddyfile); docs/serving.md says what it answers.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from threading import Lock

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from feeds import codings, files
from feeds.channel import Channel, FeedForm, channel, channels
from feeds.publish import ensure
from pipeline.errors import EngineUnavailable
from web.account import Signed
from web.conditional import Coding, Representation, answer, preferred
from web.problems import Problem, described
from web.site import Site, TheSite
from web.tags import Tags
from web.view import render

# News should be seconds old, and an old feed is better than none while we are away (RFC 5861).
_FRESHNESS = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
_LOOKS = 3  # a publisher may replace a file between two looks at it
_TAGS = Tags()
_PACKING = Lock()  # one file at a time: who else wants the same brotli meanwhile finds it made
_LOG = structlog.get_logger("web")

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
    "/feeds/{key:path}.{form}",
    response_class=Response,
    responses={
        200: {"content": {form.media_type: {} for form in FeedForm}},
        304: {"description": "Not modified"},
        **described(404),
    },
)
def feed(request: Request, site: TheSite, key: str, form: str) -> Response:
    """Give a channel as RSS, Atom or JSON Feed; one without stories is a valid empty feed."""
    known = channel(key)
    if known is None or form not in list(FeedForm):
        raise Problem(404, "not_found", "there is no such channel; see /feeds.opml")
    chosen, settings = FeedForm(form), site.settings
    links = f'<{known.url(settings.base_url, chosen)}>; rel="self", <{settings.hub}>; rel="hub"'
    return _file(
        request,
        settings.feeds_dir / known.file(chosen),
        lambda: _ensure(site, known, chosen),
        {"Content-Type": chosen.media_type, "Cache-Control": _FRESHNESS, "Link": links},
    )


def _ensure(site: Site, known: Channel, form: FeedForm) -> None:
    settings = site.settings
    ensure(
        site.db, settings.feeds_dir, settings.base_url, known, form, datetime.now(UTC), hub=settings.hub_url
    )


def _file(request: Request, place: Path, make: Callable[[], object], told_of: dict[str, str]) -> Response:
    """Answer with a file in the coding that is wanted; `make` is called if it is not there.

    Raises:
        EngineUnavailable: it cannot be had now.
    """
    extra = {**told_of, "Access-Control-Allow-Origin": "*"}
    media_type = f"{extra.pop('Content-Type')}; charset=utf-8"
    asked = _joined(request)
    wanted = preferred(asked["accept-encoding"])
    for _ in range(_LOOKS):
        try:
            standing, coding = _coded(place, wanted)
            with standing.open("rb") as file:
                seen = os.fstat(file.fileno())
                modified = datetime.fromtimestamp(seen.st_mtime, UTC)
                chosen = Representation(_TAGS.of(file), seen.st_size, media_type, coding, modified)
                told = answer(asked, chosen, extra)
                body = file.read() if told.status == HTTPStatus.OK else b""
                return Response(body, told.status, told.headers)
        except FileNotFoundError:
            make()
        except OSError as error:
            raise EngineUnavailable("feeds folder", str(error)) from error
    raise EngineUnavailable(place.name, "the file is being published; try again")


def _coded(place: Path, wanted: Coding) -> tuple[Path, Coding]:
    """Return where a file stands in a coding, packing it now if nobody wanted its brotli before.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if wanted is Coding.PLAIN:
        return place, wanted
    small = codings.brotli_of(place)
    if wanted is Coding.BROTLI:
        try:
            with _PACKING:
                if small.is_file() or codings.make(place):
                    return small, wanted
        except FileNotFoundError:
            raise
        except OSError as error:  # a full disk, a folder that is not ours: gzip is there in any case
            _LOG.warning("brotli_not_kept", file=place.name, error=str(error))
    return files.packed(place), Coding.GZIP


def _joined(request: Request) -> dict[str, str]:
    """Return the request's headers, lines of one name joined (RFC 9110 §5.3); "" for no Accept-Encoding."""
    joined = {"accept-encoding": ""}
    for name, value in request.headers.items():
        joined[name] = f"{joined[name]}, {value}" if joined.get(name) else value
    return joined
