"""Styles, scripts and the icon: read once, answered from memory, packed, without a thread."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from web.made import packed, sent
from web.view import STATIC, static

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
_ASKED_AGAIN = {"Cache-Control": "no-cache"}
_PACKED = cache(packed)

router = APIRouter()


async def asset(request: Request) -> Response:
    """Give a file; an address that names its version is good for ever. Raises HTTPException: 404 unknown."""
    name = request.path_params["name"]
    body = _bodies().get(name)
    if body is None:
        raise HTTPException(404)
    # Of another version these are not the bytes: a process before or behind an update was asked.
    is_version = static(name) == f"/static/{name}?{request.url.query}"
    return sent(request, body, _TYPES[Path(name).suffix], _KEPT if is_version else _ASKED_AGAIN, pack=_PACKED)


router.add_route("/static/{name}", asset, include_in_schema=False)


@cache
def _bodies() -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in STATIC.iterdir() if one.suffix in _TYPES}
