"""Whether to send a file's bytes and in which coding: negotiation and conditional requests (RFC 9110).

Pure: request headers and what is known of the file go in, an answer comes out. Ranges are not for feeds,
which are small and asked for whole; a request for one is answered with all (§14.2).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from enum import StrEnum

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_QUALITY = re.compile(r"[01](?:\.\d{0,3})?")


class Coding(StrEnum):
    """A content coding (§8.4.1), as its header names it."""

    BROTLI = "br"
    GZIP = "gzip"
    PLAIN = ""


@dataclass(frozen=True, slots=True)
class Representation:
    """One coded form of a resource: its strong tag, size in bytes, type and time of the last change."""

    etag: str
    size: int
    media_type: str
    coding: Coding = Coding.PLAIN
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, 200 or 304, and headers in the order they are sent."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)


def preferred(accept_encoding: str) -> Coding:
    """Return the coding that serves a client best, among equals the smallest (§12.5.3). Never raises.

    `accept_encoding` is the field's value, "" if it was not sent, which means plain bytes. A bare "*" is
    taken for gzip, which everybody can read, not for brotli.
    """
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        name, _, parameter = (part.strip() for part in item.partition(";"))
        if name:
            weights[name.removeprefix("x-")] = _weight(parameter)
    offered = {
        Coding.BROTLI: weights.get("br", 0.0),
        Coding.GZIP: weights.get("gzip", weights.get("*", 0.0)),
    }
    best = max(offered, key=offered.__getitem__)
    wanted = offered[best]
    return best if wanted > 0 and wanted >= weights.get("identity", 0.0) else Coding.PLAIN


def _weight(parameter: str) -> float:
    name, _, value = (part.strip() for part in parameter.partition("="))
    if name != "q":
        return 1.0
    return float(value) if _QUALITY.fullmatch(value) else 0.0


def answer(headers: Mapping[str, str], chosen: Representation, extra: Mapping[str, str]) -> Answer:
    """Answer a GET or HEAD: 200, or 304 (§13.1.2, §13.1.3, §15.4.5). Never raises.

    `headers` has lower-case names; `extra` goes into every answer (Cache-Control, Link, what else varies).
    """
    vary = ", ".join(["Accept-Encoding", *filter(None, [extra.get("Vary")])])
    common = {**extra, "ETag": chosen.etag, "Vary": vary}
    if chosen.modified is not None:
        common["Last-Modified"] = format_datetime(_second(chosen.modified), usegmt=True)
    if _unchanged(headers, chosen):
        return Answer(304, common)
    common["Content-Type"] = chosen.media_type
    common["Content-Length"] = str(chosen.size)
    if chosen.coding:
        common["Content-Encoding"] = chosen.coding.value
    return Answer(200, common)


def _unchanged(headers: Mapping[str, str], chosen: Representation) -> bool:
    wanted = headers.get("if-none-match")
    if wanted is not None:  # then If-Modified-Since does not count, whatever it says
        return wanted.strip() == "*" or chosen.etag.strip('"') in _TAG.findall(wanted)
    since = headers.get("if-modified-since")
    if since is None or chosen.modified is None:
        return False
    try:
        limit = parsedate_to_datetime(since)
    except ValueError:
        return False
    return _second(chosen.modified) <= (limit if limit.tzinfo else limit.replace(tzinfo=UTC))


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
