"""What a host allows: robots.txt (RFC 9309), reservations of text and data mining (TDMRep), page tags. Pure.

TDMRep: TDM Reservation Protocol, W3C Community Group final report of 10 May 2024; what an answer says
goes before what the host's file says.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from protego import Protego

AGENT = "TinTinh"  # the product token that robots.txt may name
ROBOTS, TDMREP = "/robots.txt", "/.well-known/tdmrep.json"
FORBIDDEN = "robots.txt forbids this address"
RESERVED = "text and data mining is reserved"

LARGEST = 512_000  # bytes of robots.txt that are read; RFC 9309 section 2.5 asks for 500 KiB at least
_SHORT = 4_000  # characters of one that is kept parsed
_LONGEST_DELAY = 60.0  # seconds of a crawl-delay that are kept
_MOST_RULES = 200
_LONGEST = 2_000
_HEAD = 50_000  # bytes of a page in which its tags are looked for
_META = re.compile(rb"<meta\s[^>]{1,1000}>", re.IGNORECASE)
_NAME = re.compile(r"\bname\s{0,3}=\s{0,3}[\"']?\s{0,3}([\w-]{1,40})", re.IGNORECASE)
_CONTENT = re.compile(
    r"\bcontent\s{0,3}=\s{0,3}(?:\"([^\"]{0,500})\"|'([^']{0,500})'|([^\s>]{1,100}))", re.IGNORECASE
)
_CLOSED = frozenset(("noindex", "none", "noarchive"))
_ROBOT_NAMES = frozenset(("robots", AGENT.lower()))


@dataclass(frozen=True, slots=True)
class TdmRule:
    """A rule of tdmrep.json: a path pattern (`*`, `$`), whether mining is reserved, where its terms stand."""

    location: str
    reserved: bool
    policy: str = ""


class Rules:
    """What a host's robots.txt and tdmrep.json say of its addresses.

    Args:
        robots: robots.txt, "" for none.
        tdm: the rules of tdmrep.json in order; the first that fits counts.
    """

    def __init__(self, robots: str = "", tdm: tuple[TdmRule, ...] = ()) -> None:
        self._text, self._tdm = robots, tdm

    @cached_property
    def _robots(self) -> Protego | None:
        """Parse when it is asked: 500 KB of rules take 0.7 s and 30 MB, and a claim is for 200 hosts."""
        if not self._text.strip():
            return None
        return (_common if len(self._text) <= _SHORT else Protego.parse)(self._text)

    def allows(self, url: str) -> bool:
        """Say whether robots.txt lets us fetch an address."""
        return self._robots is None or bool(self._robots.can_fetch(url, AGENT))

    @property
    def delay(self) -> float:
        """Return the seconds between two requests that robots.txt asks for, 0 if it asks for none."""
        asked = None if self._robots is None else self._robots.crawl_delay(AGENT)
        return min(max(float(asked or 0), 0.0), _LONGEST_DELAY)

    def reserves(self, url: str) -> bool:
        """Say whether the host reserves the mining of an address."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return next((rule.reserved for rule in self._tdm if _fits(rule.location, path)), False)


@lru_cache(maxsize=512)
def _common(robots: str) -> Protego:
    """Parse a short robots.txt once: hosts with the same CMS have the same."""
    return Protego.parse(robots)


def robots_text(body: bytes) -> str:
    """Return robots.txt as text, as far as it is read; a page that stands in its place says nothing."""
    text = body[:LARGEST].decode("utf-8-sig", "replace").replace("\0", "")
    return "" if text.lstrip()[:1] == "<" else text


def tdm_rules(body: bytes) -> tuple[TdmRule, ...]:
    """Return the rules of a tdmrep.json, none if it is none. Never raises."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    rules = []
    for one in (told if isinstance(told, list) else [])[:_MOST_RULES]:
        if isinstance(one, dict) and isinstance(one.get("location"), str):
            policy = one.get("tdm-policy")
            policy = _plain(policy) if isinstance(policy, str) else ""
            reserved = str(one.get("tdm-reservation")) == "1"
            rules.append(TdmRule(_plain(one["location"]), reserved, policy))
    return tuple(rules)


def _plain(text: str) -> str:
    """Return a JSON string that can be stored: it may name NUL and halves of surrogate pairs."""
    return text[:_LONGEST].encode("utf-8", "replace").decode().replace("\0", "")


def refusal(headers: Mapping[str, str], body: bytes, *, reserved: bool) -> str:
    """Return why a fetched page may not be kept, "" if it may.

    Args:
        headers: of the answer, names in lower case.
        body: the page.
        reserved: what the host's file says of its address.
    """
    tags = _tags(body)
    told = headers.get("tdm-reservation", "").strip() or tags.get("tdm-reservation", "").strip()
    if told == "1" or (reserved and told != "0"):
        return RESERVED
    for where, words in (
        ("X-Robots-Tag", _for_us(headers.get("x-robots-tag", ""))),
        ("meta robots", tags.get("robots", "")),
    ):
        closed = _CLOSED & {word.strip().lower() for word in words.split(",")}
        if closed:
            return f"{where} says {min(closed)}"
    return ""


def _for_us(tag: str) -> str:
    """Return the words of X-Robots-Tag that are for every robot or for ours: "bot: word, word"."""
    kept, mine = [], True
    for part in tag.split(","):
        name, colon, rest = part.partition(":")
        if colon and name.strip().lower() not in ("unavailable_after", "max-snippet", "max-image-preview"):
            mine = name.strip().lower() == AGENT.lower()
            part = rest  # noqa: PLW2901 - the word behind the name
        kept += [part] if mine else []
    return ",".join(kept)


def _tags(body: bytes) -> dict[str, str]:
    """Return the content of the meta tags that tell what a page allows, by name; ours under "robots"."""
    tags: dict[str, str] = {}
    for found in _META.finditer(body[:_HEAD]):
        text = found[0].decode("utf-8", "replace")
        name, content = _NAME.search(text), _CONTENT.search(text)
        if name and content:
            said = next(part for part in (*content.groups(), "") if part is not None)
            key = name[1].lower()
            key = "robots" if key in _ROBOT_NAMES else key
            tags[key] = f"{tags[key]},{said}" if key in tags else said
    return tags


def _fits(location: str, path: str) -> bool:
    """Say whether a path begins with a pattern, in which `*` stands for anything and `$` for the end.

    The first place of each piece is the best one, so nothing is ever tried twice: a regular expression
    of twelve stars takes minutes on a path that almost fits.
    """
    whole = location if location.startswith(("/", "*")) else f"/{location}"
    ends = whole.endswith("$")
    first, *others = whole.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not others:
        return not ends or at == len(path)
    *between, last = others
    for piece in between:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return path.endswith(last) and len(path) - len(last) >= at if ends else path.find(last, at) >= 0
