"""What the holder of a saved search may do with it: what forms bring, and what comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline import alerting, mail_addresses, outgoing
from pipeline.errors import BadInput
from pipeline.model import LOCAL_ZONE
from pipeline.store import Connection, saved, saved_ways
from pipeline.store.saved import Saved
from pipeline.store.saved_ways import Kind, Pace, Way
from search.matching import kept
from search.question import lasting
from web import saved_words as words
from web.language import language
from web.problems import Problem
from web.site import Site


class Action(StrEnum):
    """What a search's holder may do."""

    RENAME = "ten"
    ASK = "cau-hoi"
    PAUSE = "nghi"
    RESUME = "tiep"
    RENEW = "dia-chi-moi"
    END = "het"
    MAIL = "nhan-thu"
    PACE = "nhip"
    DROP = "bo"
    HOOK = "webhook"
    ROTATE = "khoa-moi"
    TRY = "goi-thu"


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form brought: the question's parts, and the fields of its own.

    `number`: of the secret that a webhook had when its form was shown.
    """

    given: Mapping[str, str]
    now: datetime
    name: str = ""
    email: str = ""
    pace: Pace = Pace.INSTANT
    url: str = ""
    way: int = 0
    number: int = 0

    def asks(self) -> dict[str, str]:
        """Return what is kept of the question. Raises BadInput."""
        return kept(lasting(self.given, self.now.astimezone(LOCAL_ZONE).date()))

    def is_cut(self) -> bool:
        """Say whether days of it are not kept. Raises BadInput."""
        asked = lasting(self.given, self.now.astimezone(LOCAL_ZONE).date())
        return asked.keys() != self.given.keys()


def mailed(conn: Connection, site: Site, saved_id: int, typed: Typed) -> None:
    """Have the address that was typed asked. Raises BadInput."""
    file = site.settings.push_key_file
    alerting.ask(conn, file, saved_id, typed.email, typed.pace, language(), typed.now)


def _hooked(conn: Connection, site: Site, known: Saved, typed: Typed) -> str:
    """Register a webhook and return its secret, which is shown once."""
    made = _way(conn, known, saved_ways.add_hook(conn, known.saved_id, typed.url, typed.now))
    return outgoing.secrets_of(site.settings.push_key_file, made, typed.now)[0]


def _rotated(conn: Connection, site: Site, known: Saved, typed: Typed) -> str:
    """Give a webhook another secret and return it, which is shown once; for a day the old one signs too.

    A form that is sent again is refused (BadInput): it would end the secret that receivers still check with.
    """
    way = _way(conn, known, typed.way, Kind.HOOK)
    if typed.number != way.number:
        raise BadInput("secret", "it was changed since the form was shown")
    made = saved_ways.rotated(conn, way, typed.now + outgoing.OVERLAP)
    return outgoing.secrets_of(site.settings.push_key_file, made, typed.now)[0]


def _paced(conn: Connection, _site: Site, known: Saved, typed: Typed) -> None:
    saved_ways.paced(conn, _way(conn, known, typed.way, Kind.MAIL).way_id, typed.pace)


# What shows a webhook's secret.
SECRETS = frozenset({Action.HOOK, Action.ROTATE})
# What is refused is no try: mistyping an address uses nothing up.
ADDRESSES: dict[Action, Callable[[Typed], object]] = {
    Action.MAIL: lambda typed: mail_addresses.address(typed.email),
    Action.HOOK: lambda typed: outgoing.address(typed.url),
}
# What is done, each returning what the next page shows or where it is.
CHANGES: dict[Action, Callable[[Connection, Site, Saved, Typed], str | None]] = {
    Action.RENAME: lambda conn, _, of, typed: saved.rename(
        conn, of.saved_id, typed.name or words.nameless(typed.now)
    ),
    Action.ASK: lambda conn, _, of, typed: saved.reask(conn, of.saved_id, typed.asks()),
    Action.PAUSE: lambda conn, _, of, __: saved.pause(conn, of.saved_id),
    Action.RESUME: lambda conn, _, of, __: saved.resume(conn, of.saved_id),
    Action.RENEW: lambda conn, _, of, __: saved.renew(conn, of.saved_id),
    Action.END: lambda conn, _, of, __: saved_ways.end(conn, of.saved_id),
    Action.MAIL: lambda conn, site, of, typed: mailed(conn, site, of.saved_id, typed),
    Action.PACE: _paced,
    Action.DROP: lambda conn, _, of, typed: saved_ways.closed(conn, _way(conn, of, typed.way).way_id),
    Action.HOOK: _hooked,
    Action.ROTATE: _rotated,
    Action.TRY: lambda conn, _, of, typed: alerting.attempt(
        conn, _way(conn, of, typed.way, Kind.HOOK), typed.now
    ),
}


def _way(conn: Connection, of: Saved, way_id: int, kind: Kind | None = None) -> Way:
    found = saved_ways.get(conn, way_id)
    if found is None or found.saved_id != of.saved_id or kind not in (None, found.kind):
        raise Problem(404, "not_found", "no such way of this search")
    return found
