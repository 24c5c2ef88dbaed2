"""Addresses that are a secret themselves: who has one reads a saved search, or manages it. Pure.

They stand in no log of ours, no page that they lead to names them to others, and no robot keeps them.
"""

_DOORS = ("/theo-doi/", "/feeds/saved/")
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
_SHOWN = 200


def is_secret(path: str) -> bool:
    """Say whether a path, as our routes write it, may hold a secret."""
    return path.startswith(_DOORS)


def shown(path: str) -> str:
    """Return a path as a log may hold it."""
    door = next((one for one in _DOORS if path.startswith(one)), "")
    return f"{door}…" if door else path[:_SHOWN]
