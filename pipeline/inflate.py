"""Content codings undone step by step within a bound: gzip, deflate and br (RFC 9110 section 8.4.1).

Pure. Nothing is decompressed beyond the bound: a bomb ends where it passes it.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli

from pipeline.errors import Unreadable

ACCEPTED = "gzip, deflate, br"

_MOST_CODINGS = 2
_MOST_MEMBERS = 1_000  # of gzip; 100,000 empty ones lie in 2 MB and take half a second
_STEP = 65_536
_GZIP_OR_ZLIB = 47  # zlib finds out which of the two it is
_BARE_DEFLATE = -15
_GZIP = b"\x1f\x8b"  # RFC 1952 section 2.3.1


def inflated(parts: Iterable[bytes], codings: str, most: int, *, first: int = 0) -> bytes:
    """Return the body that `parts` carry.

    Args:
        parts: the body as it comes, in order.
        codings: the value of Content-Encoding, "" for none.
        most: bytes that the body may have, before and after.
        first: bytes that are wanted, what follows is not read; 0 for all.

    Raises:
        Unreadable: larger than `most`, an unknown coding, broken or cut off.
    """
    named = [name for name in (one.strip().lower() for one in codings.split(",")) if name not in _NONE]
    if len(named) > _MOST_CODINGS or any(name not in _CODINGS for name in named):
        raise Unreadable("body", f"content coding {codings[:50]!r} is not known")
    flow = _capped(parts, most)
    for name in reversed(named):
        flow = _capped(_CODINGS[name](flow), most)  # each: 50 KB in two codings unpack to 300 MB between them
    return b"".join(_beginning(flow, first) if first else flow)


def _capped(parts: Iterable[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for part in parts:
        yield part[: most - size]
        size += len(part)
        if size > most:
            raise Unreadable("body", f"more than {most} bytes")


def _beginning(parts: Iterable[bytes], first: int) -> Iterator[bytes]:
    left = first
    for part in parts:
        yield part[:left]
        left -= len(part)
        if left <= 0:
            break


def _zlib(parts: Iterable[bytes], window: int) -> Iterator[bytes]:
    """Yield what one or several gzip members, or one zlib stream, hold; what stands behind is left."""
    unpacker = zlib.decompressobj(window)
    begun, members = False, 1
    try:
        for part in parts:
            left = part
            while left:
                if unpacker.eof:
                    if not _GZIP.startswith(left[: len(_GZIP)]):
                        break  # padding, or what a cache wrote behind it: gzip(1) and browsers pass over it
                    members += 1
                    if members > _MOST_MEMBERS:
                        raise Unreadable("body", f"more than {_MOST_MEMBERS} gzip members")
                    unpacker = zlib.decompressobj(window)
                begun = True
                yield unpacker.decompress(left, _STEP)
                left = unpacker.unconsumed_tail or unpacker.unused_data
        yield unpacker.flush()
    except zlib.error as error:
        raise Unreadable("body", "its compression is broken") from error
    if begun and not unpacker.eof:
        raise Unreadable("body", "its compression is cut off")


def _gzip(parts: Iterable[bytes]) -> Iterator[bytes]:
    return _zlib(parts, _GZIP_OR_ZLIB)


def _deflate(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what "deflate" holds: zlib by the standard, bare deflate by many servers."""
    flow = iter(parts)
    head = next((part for part in flow if part), b"")
    is_zlib = head[:1] in (b"\x78", b"\x58", b"\x38", b"\x18", b"\x08", b"\x1f")

    def whole() -> Iterator[bytes]:
        yield head
        yield from flow

    return _zlib(whole(), _GZIP_OR_ZLIB if is_zlib else _BARE_DEFLATE)


def _br(parts: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = brotli.Decompressor()
    begun = False
    try:
        for part in parts:
            begun = begun or bool(part)
            yield unpacker.process(part, output_buffer_limit=_STEP)
            while not unpacker.can_accept_more_data() and not unpacker.is_finished():
                yield unpacker.process(b"", output_buffer_limit=_STEP)
    except brotli.error as error:
        raise Unreadable("body", "its compression is broken") from error
    if begun and not unpacker.is_finished():
        raise Unreadable("body", "its compression is cut off")


_NONE = ("", "identity", "none", "utf-8")  # what servers write where there is none
_CODINGS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _br,
}
