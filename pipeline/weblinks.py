"""HTTP Link headers: `<https://hub.example/>; rel="hub", </feed>; rel=self` (RFC 8288 section 3). Pure."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

_LONGEST = 16_000  # characters of a header that are read
_MOST = 100  # links
_TARGET = re.compile(r"[\s,]*<([^<>]*)>")
_PARAMETER = re.compile(r'\s*;\s*([^\s=;,<>"]*)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?')


@dataclass(frozen=True, slots=True)
class WebLink:
    """One link: its absolute http(s) target and its relation types in lower case."""

    target: str
    rels: tuple[str, ...]


def parse(header: str, base: str) -> tuple[WebLink, ...]:
    """Return the links of a Link header in order; several headers are joined by a comma before.

    Left out: links about another thing than `base` (`anchor`), targets that are no http(s)
    address, and what is no link at all. Never raises.

    Args:
        header: the field's value.
        base: absolute address of what was fetched, which relative targets stand to.
    """
    header, place = header[:_LONGEST], 0
    found: list[WebLink] = []
    while len(found) < _MOST and (start := _TARGET.match(header, place)):
        target, place = _absolute(start[1], base), start.end()
        parameters: dict[str, str] = {}
        while part := _PARAMETER.match(header, place):
            value = re.sub(r"\\(.)", r"\1", part[2]) if part[2] is not None else part[3] or ""
            parameters.setdefault(part[1].lower(), value)  # the first of a name counts (section 3.3)
            place = part.end()
        anchor = parameters.get("anchor")
        if target and (anchor is None or _absolute(anchor, base) == base):
            found.append(WebLink(target, tuple(parameters.get("rel", "").lower().split())))
        comma = header.find(",", place)
        place = len(header) if comma < 0 else comma + 1
    return tuple(found)


def targets(links: tuple[WebLink, ...], rel: str) -> tuple[str, ...]:
    """Return the targets of links with a relation type, each once, in order."""
    return tuple(dict.fromkeys(link.target for link in links if rel in link.rels))


def _absolute(reference: str, base: str) -> str:
    """Return the address without a fragment, "" if it is no http(s) address of a host."""
    try:
        made = urljoin(base, reference.strip()).partition("#")[0]
        parts = urlsplit(made)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return ""
    return made if good and parts.username is None else ""
