"""What goes outward, for the ops page: subscribers, webhooks, what fails, and the last attempts."""

from typing import Any

from pipeline import outgoing
from pipeline.store import Connection, changes, deliveries, endpoints, hub_subscribers, saved_ways
from pipeline.store.hub_subscribers import State

_SHOWN = 50
_SHOWN_ATTEMPTS = 20


def outward(conn: Connection) -> dict[str, Any]:
    """Return what there is to show. Of addresses no more than the host, or what comes before the query."""
    head = changes.head(conn)
    listed = hub_subscribers.listed(conn, _SHOWN)
    return {
        "counts": deliveries.counts(conn),
        "ways": saved_ways.counts(conn),
        "failing": deliveries.standing(conn, _SHOWN, failing=True),
        "attempts": deliveries.attempts(conn, _SHOWN_ATTEMPTS),
        "subscribers": listed,
        "subscriptions": hub_subscribers.counts(conn),
        "suspended": [one for one in listed if one.state is State.SUSPENDED],
        "endpoints": [
            (one, outgoing.shown(one.url), max(0, head - one.position)) for one in endpoints.listed(conn)
        ],
    }
