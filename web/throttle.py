"""How often somebody may try: attempts per key in a sliding window, in memory.

One process's memory is enough: `up` runs one web process, and a restart forgives at most a few
tries. Bounded: the keys that were used longest ago go first.
"""

from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock

_KEYS = 10_000


def network(address: str) -> str:
    """Return what counts as one caller: an IPv4 address, or the /64 of an IPv6 one. Never raises."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network((known.packed, 64), strict=False))
    return address


class Throttle:
    """Attempts per key. Safe to share between threads; `now` is any monotonic count of seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        """Allow `most` attempts per key within `seconds`."""
        self._most = most
        self._seconds = seconds
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def attempt(self, key: str, now: float, most: int = 0) -> float:
        """Note an attempt and return 0; or return the seconds to wait, noting nothing.

        `most`: of this key, where not all are allowed as many.
        It counts before its outcome is known, so that parallel attempts cannot slip through.
        """
        with self._lock:
            tries = self._tries.setdefault(key, deque())
            self._tries.move_to_end(key)
            if len(self._tries) > _KEYS:
                self._tries.popitem(last=False)
            while tries and tries[0] + self._seconds <= now:
                tries.popleft()
            if len(tries) >= (most or self._most):
                return tries[0] + self._seconds - now
            tries.append(now)
            return 0.0

    def forgive(self, key: str) -> None:
        """Forget a key's attempts: the last one was right."""
        with self._lock:
            self._tries.pop(key, None)
