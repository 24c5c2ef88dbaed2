"""Speaking to WebSub hubs: subscribing, renewing, leaving. The rules are in `pipeline.websub`.

A subscription's secret is made from the master secret in `DATA/websub.key` (mode 0600), which never
leaves that file: SQL, logs and addresses hold no secret.
"""

import random
from datetime import timedelta
from pathlib import Path

from pipeline import sealing, websub
from pipeline.config import Settings
from pipeline.errors import Refused, SourceUnreachable
from pipeline.fetch import Fetcher
from pipeline.stages import Clock
from pipeline.store import Database, intakes, subscriptions
from pipeline.websub import State, Subscription

_NO_ADDRESS = "TINTINH_PUBLIC_URL names no address that a hub could call"
_UNTIL_ADDRESSED = timedelta(hours=1)


def tend(db: Database, fetcher: Fetcher, settings: Settings, clock: Clock) -> bool:
    """Speak to the hub that has waited longest; say whether there was one to speak to.

    Without an address that hubs can call, nothing is asked for; what is asked for already is left.
    A hub that fails is written down with its subscription and asked again later.
    """
    now = clock()
    with db.write() as conn:
        subscriptions.leave_paused(conn, now)
        chance = random.random()  # noqa: S311 - spreads load
        claimed = doors = None
        for intake_id in subscriptions.due(conn, now, 1):
            claimed = subscriptions.claim(conn, intake_id, now, settings.lease, chance)
            doors = intakes.get(conn, intake_id)
    if claimed is None or doors is None:
        return False
    if not (doors.allow_private or (settings.public_url and websub.public(settings.public_url))):
        with db.write() as conn:
            subscriptions.put_off(conn, claimed, _NO_ADDRESS, clock() + _UNTIL_ADDRESSED)
        return True
    try:
        _ask(fetcher, settings, claimed, allow_private=doors.allow_private)
    except (SourceUnreachable, Refused) as error:
        later = websub.again(clock(), claimed.failures + 1, chance)
        with db.write() as conn:
            subscriptions.failed(conn, claimed, str(error), later)
    else:
        with db.write() as conn:
            subscriptions.asked(conn, claimed)
    return True


def secret_of(path: Path, known: Subscription) -> str:
    """Return a subscription's secret: 64 hex digits, its own for each token, hub and topic.

    Raises:
        BadSettings: the file of the master secret cannot be read or made.
    """
    name = f"{known.token}\0{known.hub}\0{known.topic}"
    return sealing.derived(path, name).hex()


def _ask(fetcher: Fetcher, settings: Settings, claimed: Subscription, *, allow_private: bool) -> None:
    """Post the request (section 5.1)."""
    form = {
        "hub.callback": websub.callback(settings.base_url, claimed.token),
        "hub.mode": "unsubscribe" if claimed.state is State.LEAVING else "subscribe",
        "hub.topic": claimed.topic,
        "hub.lease_seconds": str(websub.LEASE_SECONDS),
        "hub.verify": "async",  # hubs of PubSubHubbub 0.3 ask for it, others ignore it
        "hub.secret": secret_of(settings.websub_key_file, claimed),
    }
    if claimed.state is State.LEAVING:
        form = {name: form[name] for name in ("hub.callback", "hub.mode", "hub.topic")}
    fetcher.post(claimed.hub, form, allow_private=allow_private)
