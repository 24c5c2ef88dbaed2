"""Manners towards hosts: their rules read once a day, and asked before anything is fetched.

docs/polling.md tells them to publishers.
"""

import time
from collections.abc import Callable
from datetime import datetime

from pipeline.errors import Refused, SourceUnreachable
from pipeline.fetch import Denied, Fetched, Fetcher, Nowhere, Permit
from pipeline.robots import FORBIDDEN, LARGEST, ROBOTS, TDMREP, Rules, robots_text, tdm_rules
from pipeline.stages import Clock
from pipeline.store import Database, hosts
from pipeline.store.hosts import Host, Told
from pipeline.target import authority, target

_UNANSWERED = "robots.txt was not answered"
_LONGEST_GAP = 10.0  # seconds between the two requests for rules: a claim lasts no longer
_NO_RULES = 400  # a status that forbids nothing (RFC 9309 section 2.3.1.3)


def read_rules(
    fetcher: Fetcher,
    url: str,
    now: datetime,
    *,
    allow_private: bool,
    gap: float = 0.0,
    wait: Callable[[float], None] = time.sleep,
) -> Told:
    """Ask the host of an address for its rules.

    robots.txt with 4xx, or one that leads nowhere, forbids nothing; one that is not answered (5xx, 429,
    no connection) forbids all until it is (RFC 9309 section 2.3.1). `gap`: seconds to `wait` between the
    two requests, at least.

    Raises:
        Refused: we may not ask it: a private address, too large an answer. That is no word of the host's
            and is not kept as one.
    """
    goal = target(url)
    home = f"{goal.scheme}://{goal.authority}"
    try:
        robots = fetcher.get(home + ROBOTS, allow_private=allow_private, first=LARGEST)
        status, text = robots.status, robots_text(robots.body or b"")
    except Denied as error:
        status, text = error.status, ""
    except Nowhere:
        status, text = _NO_RULES, ""
    except SourceUnreachable as error:
        return Told(now, None, error=f"{_UNANSWERED}: {error.message}")
    except Refused as error:
        raise Refused(error.subject, f"{ROBOTS[1:]} was not read: {error.message}") from error
    wait(min(max(gap, Rules(text).delay), _LONGEST_GAP))
    try:
        found = tdm_rules(fetcher.get(home + TDMREP, allow_private=allow_private).body or b"")
    except (Refused, SourceUnreachable):
        found = ()
    return Told(now, status, text, found)


def objection(known: Host, rules: Rules, url: str) -> str:
    """Return why a host does not let us fetch an address, "" if it does."""
    if known.robots_status is None:
        return known.error or _UNANSWERED
    return "" if rules.allows(url) else FORBIDDEN


class Visitor:
    """One request on a host that was claimed for it, by the host's rules.

    Args:
        known: the host.
        rules: what it publishes, as it was kept.
        gap: seconds between two requests to a host, at least.
    """

    def __init__(  # noqa: PLR0917 - what a request is made with
        self, db: Database, fetcher: Fetcher, clock: Clock, known: Host, rules: Rules, gap: float = 0.0
    ) -> None:
        self._db, self._fetcher, self._clock, self._gap = db, fetcher, clock, gap
        self.known, self.rules = known, rules

    def get(self, url: str, *, allow_private: bool, etag: str = "", last_modified: str = "") -> Fetched:
        """Fetch an address, unless the rules of its host, or of one that it leads to, forbid it.

        Raises:
            Refused: they do; or as `Fetcher.get` raises it.
            SourceUnreachable: the rules or the address were not answered.
        """
        self._object(self.known, self.rules, url)
        private = target(url).host if allow_private else ""
        permit = self._permit(private)
        return self._fetcher.get(
            url, etag=etag, last_modified=last_modified, allow_private=allow_private, permit=permit
        )

    def _permit(self, private: str) -> Permit:
        def permit(url: str) -> None:
            name = authority(url)
            if name == self.known.host:
                self._object(self.known, self.rules, url)
            else:
                may = bool(private) and target(url).host == private  # the same machine, another port
                self._object(*self._stranger(name, url, private=may), url)

        return permit

    def _stranger(self, name: str, url: str, *, private: bool) -> tuple[Host, Rules]:
        """Return another host's rules, read now if they are not known."""
        with self._db.read() as conn:
            known = hosts.get(conn, name)
            robots, tdm = hosts.rules(conn, [name]).get(name, ("", ()))
        now = self._clock()
        if known is not None and not known.is_stale(now):
            return known, Rules(robots, tdm)
        told = read_rules(self._fetcher, url, now, allow_private=private, gap=self._gap)
        with self._db.write() as conn:
            hosts.keep(conn, name, told)
        with self._db.read() as conn:
            robots, tdm = hosts.rules(conn, [name]).get(name, ("", ()))
            return hosts.get(conn, name) or Host(name), Rules(robots, tdm)

    def _object(self, known: Host, rules: Rules, url: str) -> None:
        reason = objection(known, rules, url)
        if reason == FORBIDDEN:
            raise Refused(url, reason)
        if reason:
            raise SourceUnreachable(url, reason)
