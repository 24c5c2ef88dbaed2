"""Links that lead through a search engine or a network to a page: its address. Pure; never raises.

A list of who does so, to add to; one step only, so that no link leads round in a circle.
"""

import re
from urllib.parse import parse_qs, urlsplit

# Host: path, fields of which the first holds the address.
_FIELDS = (
    (re.compile(r"(?:www\.)?google(?:\.com?)?(?:\.[a-z]{2,3})?"), re.compile(r"/url"), ("q", "url")),
    (re.compile(r"lm?\.(?:facebook|instagram)\.com"), re.compile(r"/(?:l\.php)?"), ("u",)),
    (re.compile(r"(?:[a-z]+\.)?zalo\.me"), re.compile(r"/.*"), ("url", "u", "link")),
)
_AMP_HOST = re.compile(r"(?:www\.)?google(?:\.com?)?(?:\.[a-z]{2,3})?|[a-z0-9-]+\.cdn\.ampproject\.org")
_AMP_PATH = re.compile(r"/(?:amp|[cv])/(?P<safe>s/)?(?P<page>[^/.]+\.[^/]+/.+)")
_MOST_CHARACTERS = 8_000
_MOST_FIELDS = 50


def unwrapped(url: str) -> str:
    """Return the address that a link of a known wrapper leads to; `url` itself if it is none."""
    if len(url) > _MOST_CHARACTERS:
        return url
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        fields = parse_qs(parts.query, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return url
    if _AMP_HOST.fullmatch(host) and (page := _AMP_PATH.fullmatch(parts.path)):
        query = f"?{parts.query}" if parts.query else ""
        return f"http{'s' if page['safe'] else ''}://{page['page']}{query}"
    for hosts, paths, names in _FIELDS:
        if hosts.fullmatch(host) and paths.fullmatch(parts.path):
            found = (value for name in names for value in fields.get(name, ()))
            return next((one for one in found if one.startswith(("https://", "http://"))), url)
    return url
