"""Outbound deliveries: a WebSub hub is told which feeds changed (WebSub section 6)."""

from datetime import timedelta

from pipeline.errors import Refused, SourceUnreachable
from pipeline.fetch import Fetcher
from pipeline.stages import Clock
from pipeline.store import Database, deliveries

_MOST_ATTEMPTS = 8
_FIRST_WAIT = timedelta(seconds=30)


def ping_hub(db: Database, hub_url: str, topics: list[str], clock: Clock) -> None:
    """Have a hub told of changed feeds, given by their public addresses."""
    with db.write() as conn:
        for topic in sorted(topics):
            deliveries.want(conn, "hub", hub_url, topic, clock())


def deliver(db: Database, fetcher: Fetcher, clock: Clock, limit: int = 50) -> int:
    """Deliver what is due; return how much arrived. A failure waits twice as long each time.

    The hub is an address of our own settings, so it may be on a private network.
    """
    with db.read() as conn:
        waiting = deliveries.due(conn, clock(), limit)
    arrived = 0
    for one in waiting:
        try:
            fetcher.post(
                one.target,
                {"hub.mode": "publish", "hub.url": one.topic, "hub.topic": one.topic},
                allow_private=True,
            )
        except (SourceUnreachable, Refused) as error:
            last = one.attempts + 1 >= _MOST_ATTEMPTS
            again = None if last else clock() + _FIRST_WAIT * 2**one.attempts
            with db.write() as conn:
                deliveries.failed(conn, one, str(error), again)
            continue
        with db.write() as conn:
            deliveries.told(conn, one)
        arrived += 1
    return arrived
