"""A feed's file as an answer: in the coding that is wanted, or as 304.

A 304 opens a file and reads nothing of it.
"""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from threading import Lock

import structlog
from fastapi import Request
from fastapi.responses import Response

from feeds import codings, files
from pipeline.errors import EngineUnavailable
from web.conditional import Coding, Representation, answer, preferred
from web.tags import Tags

_LOOKS = 3  # a publisher may replace a file between two looks at it
_TAGS = Tags()
_PACKING = Lock()  # one file at a time: who else wants the same brotli meanwhile finds it made
_LOG = structlog.get_logger("web")


def sent(
    request: Request, place: Path, make: Callable[[], object], media_type: str, extra: Mapping[str, str]
) -> Response:
    """Answer with a file in the coding that is wanted; `make` is called if it is not there.

    `extra` is what goes into the answer's headers, whether 200 or 304.

    Raises:
        EngineUnavailable: it cannot be had now.
    """
    asked = joined(request)
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


def joined(request: Request) -> dict[str, str]:
    """Return the request's headers, lines of one name joined (RFC 9110 §5.3); "" for no Accept-Encoding."""
    joined = {"accept-encoding": ""}
    for name, value in request.headers.items():
        joined[name] = f"{joined[name]}, {value}" if joined.get(name) else value
    return joined
