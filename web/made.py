"""Bytes that were made for an answer, not for a file: packed as the caller likes, answered conditionally."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus

import brotli
from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from web.conditional import Coding, Representation, answer, preferred

_AS_GZIP = zlib.MAX_WBITS | 16  # zlib's way to ask for gzip's header
_BROTLI, _GZIP = 5, 5  # qualities: both pack a megabyte of JSON in 20 to 30 ms


def coding_of(request: Request) -> Coding:
    """Return the coding that the caller likes best. Never raises."""
    return preferred(", ".join(request.headers.getlist("accept-encoding")))


def packed(body: bytes, coding: Coding) -> bytes:
    """Return the coded form of bytes; the same bytes give the same form."""
    match coding:
        case Coding.BROTLI:
            return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI))
        case Coding.GZIP:
            return gzip.compress(body, _GZIP, mtime=0)
        case _:
            return body


def sent(
    request: Request,
    body: bytes,
    media_type: str,
    extra: Mapping[str, str],
    *,
    pack: Callable[[bytes, Coding], bytes] = packed,
    lasting: bytes | None = None,
) -> Response:
    """Answer with these bytes, or that the caller holds them already, in whichever coding.

    The tag is made of the plain bytes and the coding's name, so a 304 costs no packing. `lasting`: those that
    it is made of, where others change with every answer.
    """
    liked = coding_of(request)
    digest = hashlib.sha256(body if lasting is None else lasting).hexdigest()[:24]
    joined = {name: ", ".join(request.headers.getlist(name)) for name in dict.fromkeys(request.headers)}
    for coding in (liked, *(other for other in Coding if other is not liked)):
        told = answer(joined, Representation(_tag(digest, coding), 0, media_type, coding), extra)
        if told.status == HTTPStatus.NOT_MODIFIED:
            return Response(None, told.status, told.headers)
    told = answer({}, Representation(_tag(digest, liked), 0, media_type, liked), extra)
    coded = pack(body, liked)
    return Response(coded, told.status, told.headers | {"Content-Length": str(len(coded))})


def begun(
    request: Request, begin: str, rest: Callable[[], str], media_type: str, extra: Mapping[str, str]
) -> Response:
    """Answer with the beginning of a text at once, and with its rest when that is made.

    Nothing is known yet that a tag could be made of. What `rest` raises cuts the answer off.
    """
    coding = coding_of(request)
    at_once = {"X-Accel-Buffering": "no"}  # nginx would wait for more of it
    headers = {**extra, **at_once, "Vary": "Accept-Encoding"}
    if coding:
        headers["Content-Encoding"] = coding.value
    return StreamingResponse(_in_two(begin, rest, coding), headers=headers, media_type=media_type)


def _in_two(begin: str, rest: Callable[[], str], coding: Coding) -> Iterator[bytes]:
    match coding:
        case Coding.BROTLI:
            brotli_packer = brotli.Compressor(mode=brotli.MODE_TEXT, quality=_BROTLI)
            yield brotli_packer.process(begin.encode()) + brotli_packer.flush()
            yield brotli_packer.process(rest().encode()) + brotli_packer.finish()
        case Coding.GZIP:
            gzip_packer = zlib.compressobj(_GZIP, wbits=_AS_GZIP)
            yield gzip_packer.compress(begin.encode()) + gzip_packer.flush(zlib.Z_SYNC_FLUSH)
            yield gzip_packer.compress(rest().encode()) + gzip_packer.flush()
        case _:
            yield begin.encode()
            yield rest().encode()


def _tag(digest: str, coding: Coding) -> str:
    return f'"{digest}-{coding.value}"' if coding else f'"{digest}"'
