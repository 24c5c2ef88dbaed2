"""The comparison key of an address: two spellings of one page become one string.

Pure, never raises. Not a fetchable address by promise: `http` and `https`, `www.` and `m.`, a host
and the one that it moved to are made alike, so the key may name a host that does not answer.
"""

import contextlib
import hashlib
import re
import unicodedata
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urljoin, urlsplit

from pipeline.errors import BadSettings

_MOVED = Path(__file__).parent / "data" / "moved_hosts.tsv"
_RULES = 1  # of this file; a change has stored keys made anew
_LONGEST = 2_000  # characters of a key: it is stored and indexed
_LONGEST_GIVEN = 8_000
_MOST_FIELDS = 100
_KEPT = "/:@!$&'()*+,;=-._~"  # RFC 3986 section 3.3: what a path may carry unescaped
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|gbraid|wbraid|dclid|msclkid|yclid|twclid|ttclid|igshid|igsh|zarsrc|"
    r"mc_[ce]id|_ga|_gl|fb_\w+|_openstat|ns_\w+|inheritredirect|jsessionid|phpsessid",
    re.IGNORECASE,
)
# WordPress: "https://host/?p=123" (the_guid, "never changes"); Drupal: "123 at https://host".
_CMS_ID = re.compile(r"https?://[^/?#\s]+/[^?#\s]*\?(?:[^#\s]*[&;])?p=\d+|\d+ at https?://\S+")
_EXTENSION = re.compile(r"\.\w{1,5}$")
_DIGITS = re.compile(r"\d+")
_SHORTEST_ID = 3
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATE = re.compile(
    rf"{_YEAR}|{_YEAR}{_MONTH}|{_YEAR}{_MONTH}{_DAY}|{_DAY}{_MONTH}{_YEAR}|{_DAY}{_MONTH}\d\d|\d\d{_MONTH}{_DAY}"
)
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
# Liferay shows one article as /-/slug, /web/site/-/slug, /w/slug and under its asset publisher.
_LIFERAY = re.compile(
    r"(?:(?:/[^/]+)*/-(?:/asset_publisher/\w+/content)?|(?:/[a-z]{2})?(?:/web/[^/]+)?/w)/(?P<slug>[^/]+)"
)


@lru_cache(maxsize=1_000)
def canonical(url: str) -> str:
    """Return the comparison key of `url`, "" if it is no http(s) address. Never raises.

    `https`, host in lower-case ASCII without "www."/"m." and by its newest name (`moved_hosts.tsv`),
    no user, no port but a special one, path in NFC and one percent-encoding without a slash at the
    end, query sorted and without tracking fields, no fragment. `canonical(canonical(url)) == canonical(url)`.
    """
    if len(url) > _LONGEST_GIVEN:
        return ""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        fields = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return ""
    host = newest_host(parts.hostname or "")
    if parts.scheme not in ("http", "https") or not host:
        return ""
    authority = host if port in (None, 80, 443) else f"{host}:{port}"
    path = _path(parts.path)
    kept = sorted((_query(key), _query(value)) for key, value in fields if not _TRACKING.fullmatch(key))
    query = "&".join(f"{key}={value}" for key, value in kept)
    key = f"https://{authority}{path}" + (f"?{query}" if query else "")
    return key if len(key) <= _LONGEST else ""


def is_traced(url: str) -> bool:
    """Tell whether an address has fields that only tell where its reader came from. Never raises."""
    fields = (field.partition("=")[0] for field in url.partition("#")[0].partition("?")[2].split("&"))
    return any(_TRACKING.fullmatch(name) for name in islice(fields, _MOST_FIELDS))


def proves(guid: str, url: str) -> bool:
    """Say whether a feed's id is sure to name the article at `url` alone, its slug left aside. Never raises.

    It is where a CMS made it as its number of the article (WordPress, Drupal), or where the number
    at the end of the address stands in it: `…/cau-rach-vong-a109982.html` and `109982`. A guid that a
    broken feed gives to all its items does not know their numbers; dates and short numbers prove nothing.
    """
    if _CMS_ID.fullmatch(guid):
        return True
    last = _EXTENSION.sub("", urlsplit(canonical(url)).path.rpartition("/")[2])
    number = next(iter(_DIGITS.findall(last)[-1:]), "")
    is_id = len(number) >= _SHORTEST_ID and not _DATE.fullmatch(number)
    return is_id and number in _DIGITS.findall(guid)


def absolute(base: str, link: str) -> str:
    """Return `link` as an absolute http(s) address seen from `base`, "" if it leads nowhere. Never raises.

    "#", an empty link, `javascript:` and `mailto:` lead nowhere, and so does the page itself: portals
    write `<a href="#">tại đây</a>` where no page was made.
    """
    link = link.strip()
    if not link or link.startswith("#"):
        return ""
    try:
        whole = urljoin(base, link)
    except ValueError:
        return ""
    key = canonical(whole)
    return whole if key and key != canonical(base) else ""


def host(url: str) -> str:
    """Return the host of `url` as `canonical` writes it, "" if there is none. Never raises."""
    key = canonical(url)
    return key.removeprefix("https://").partition("/")[0].partition("?")[0].partition(":")[0]


def newest_host(name: str) -> str:
    """Return a host as keys have it: its newest name, without "www."/"m."; "" if it is none. Never raises."""
    plain = _host(name)
    return _moves().get(plain, plain)


def names_of_host(name: str) -> tuple[str, ...]:
    """Return every name that a host has had, itself first, then the newest, then older ones. Never raises."""
    plain, newest = _host(name), newest_host(name)
    older = sorted(old for old, new in _moves().items() if new == newest)
    return tuple(dict.fromkeys(filter(None, (plain, newest, *older))))


def rules() -> str:
    """Return the version of keys: while it is the same, `canonical` gives the same key to each address."""
    return f"{_RULES}-{hashlib.sha256(repr(sorted(_moves().items())).encode()).hexdigest()[:16]}"


def read_moves(told: str) -> dict[str, str]:
    """Return old host → newest host from the text of a `moved_hosts.tsv`.

    Raises:
        BadSettings: a line that is none, a host in another form than keys have, two goals for one
            host, or a cycle.
    """
    rows = [line.split("\t") for line in told.splitlines() if line and not line.startswith("#")]
    moves: dict[str, str] = {}
    for row in rows[1:]:
        if len(row) != len(rows[0]):
            raise BadSettings("moved_hosts", f"{row[0]}: {len(rows[0])} columns are wanted")
        old, new = row[:2]
        if not old or not new or (_host(old), _host(new)) != (old, new):
            raise BadSettings("moved_hosts", f"{old} → {new}: write hosts as keys have them")
        if moves.setdefault(old, new) != new:
            raise BadSettings("moved_hosts", f"{old} has two goals")
    return {old: _end_of(old, moves) for old in moves}


def _end_of(old: str, moves: dict[str, str]) -> str:
    """Return the last host of a chain of moves."""
    passed = [old]
    while (new := moves.get(passed[-1])) is not None:
        if new in passed:
            raise BadSettings("moved_hosts", f"{' → '.join((*passed, new))} goes round in a circle")
        passed.append(new)
    return passed[-1]


@cache
def _moves() -> dict[str, str]:
    return read_moves(_MOVED.read_text("utf-8"))


def _host(name: str) -> str:
    """Return the host in lower-case ASCII without "www."/"m.", "" if it is none."""
    name = unicodedata.normalize("NFC", name).rstrip(".").lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    if ":" in name:
        name = f"[{name}]"
    while (shorter := re.sub(r"^(?:www|m)\.", "", name)) != name and "." in shorter:
        name = shorter
    return name if _HOST.fullmatch(name) else ""


def _path(path: str) -> str:
    """Return the path in NFC, one spelling, without a slash at the end; what is not UTF-8 stays."""
    raw = unquote_to_bytes(path.encode("utf-8", "replace"))
    with contextlib.suppress(UnicodeDecodeError):
        raw = unicodedata.normalize("NFC", raw.decode()).encode()
    spelled = re.sub(r";jsessionid=[^/]*", "", quote(raw, safe=_KEPT), flags=re.IGNORECASE).rstrip("/")
    twin = _LIFERAY.fullmatch(spelled)
    return f"/w/{twin['slug']}" if twin else spelled


def _query(text: str) -> str:
    """Return one decoded name or value of a query, encoded."""
    return quote(unicodedata.normalize("NFC", text).encode("utf-8", "replace"), safe="-._~")
