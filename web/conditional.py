"""Which bytes of a file to send, if any: content coding and conditional requests (RFC 9110).

Pure: request headers and the file's bytes go in, an answer comes out. Not for ranges: a feed is
small and always asked for whole.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_QUALITY = re.compile(r"[01](?:\.\d{0,3})?")


@dataclass(frozen=True, slots=True)
class Representation:
    """One encoded form of a resource. `encoding` is "" for plain bytes, else "gzip"."""

    body: bytes
    media_type: str
    encoding: str = ""
    modified: datetime | None = None

    @property
    def etag(self) -> str:
        """The strong entity tag of exactly these bytes, so each coding has its own (§8.8.3)."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers in the order they are sent, and the body (empty for 304)."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def prefers_gzip(accept_encoding: str) -> bool:
    """Say whether gzip serves the client at least as well as plain bytes (§12.5.3). Never raises.

    `accept_encoding` is the field's value, "" if it was not sent, which means plain bytes.
    """
    quality: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        name, _, parameter = (part.strip() for part in item.partition(";"))
        if name:
            quality[name.removeprefix("x-")] = _weight(parameter)
    gzip = quality.get("gzip", quality.get("*", 0.0))
    return gzip > 0 and gzip >= quality.get("identity", 0.0)


def _weight(parameter: str) -> float:
    name, _, value = (part.strip() for part in parameter.partition("="))
    if name != "q":
        return 1.0
    return float(value) if _QUALITY.fullmatch(value) else 0.0


def answer(headers: Mapping[str, str], chosen: Representation, extra: Mapping[str, str]) -> Answer:
    """Answer a GET: 200 with the bytes, or 304 (§13.1.2, §13.1.3, §15.4.5). Never raises.

    `headers` has lower-case names; `extra` is what goes into every answer (Cache-Control, Link).
    """
    common = {**extra, "ETag": chosen.etag, "Vary": "Accept-Encoding"}
    if chosen.modified is not None:
        common["Last-Modified"] = format_datetime(_second(chosen.modified), usegmt=True)
    if _unchanged(headers, chosen):
        return Answer(304, common)
    common["Content-Type"] = chosen.media_type
    common["Content-Length"] = str(len(chosen.body))
    if chosen.encoding:
        common["Content-Encoding"] = chosen.encoding
    return Answer(200, common, chosen.body)


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
