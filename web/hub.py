"""Our WebSub hub's door: who wants to be told of a feed's changes asks here (sections 5.1 to 5.3).

Anybody may ask; nothing holds before the callback confirms it, which `worker-deliver` sees to.
"""

import time
from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from starlette.background import BackgroundTask

from feeds.pushed import topic as our_topic
from pipeline import hub, sealing
from pipeline.errors import BadInput, Refused, SourceUnreachable
from pipeline.fetch import resolve
from pipeline.store import counters, hub_subscribers
from pipeline.store.hub_subscribers import State, Wish
from tasks.wiring import ring
from web.problems import Problem, described
from web.site import Site, TheSite
from web.throttle import network

_MODES = ("subscribe", "unsubscribe")
_PATIENCE = 3  # seconds, to find a callback's address
_LONGEST = 4_000
_LOG = structlog.get_logger("web")

router = APIRouter(tags=["websub"])


def _said(name: str, about: str) -> object:
    return Form(alias=f"hub.{name}", max_length=_LONGEST, description=about)


@router.post("/hub", status_code=202, response_class=Response, responses=described(404, 422, 429, 503))
def ask(
    request: Request,
    site: TheSite,
    *,
    mode: Annotated[str, _said("mode", "subscribe or unsubscribe")],
    topic: Annotated[str, _said("topic", "the address of one of our feeds, as its self link says")],
    callback: Annotated[str, _said("callback", "who is to be called; http or https")],
    lease_seconds: Annotated[str, _said("lease_seconds", "an hour to 30 days; 10 days if empty")] = "",
    secret: Annotated[str, _said("secret", "signs deliveries; less than 200 bytes")] = "",
) -> Response:
    """Ask for a feed's changes, or ask for no more of them; the callback is asked whether it meant it."""
    if site.settings.hub != f"{site.settings.base_url}/hub" and mode != "unsubscribe":
        raise Problem(404, "not_found", "our feeds name another hub; ask there")
    wait = site.hub_requests.attempt(network(request.client.host if request.client else ""), time.monotonic())
    if wait:
        headers = {"Retry-After": str(int(wait) + 1)}
        raise Problem(429, "too_many", "too many requests; wait a little", headers=headers)
    if mode not in _MODES:
        raise BadInput("hub.mode", "must be subscribe or unsubscribe")
    wish = _wish(site, mode, topic, callback, lease_seconds, secret)
    _note(site, wish)
    _LOG.info("hub_asked", mode=mode, host=wish.host, channel=wish.channel)
    return Response(status_code=202, background=BackgroundTask(ring, "deliver"))


def _wish(site: Site, mode: str, topic: str, callback: str, lease: str, secret: str) -> Wish:  # noqa: PLR0917
    """Return a request that may be verified. Raises BadInput, Problem."""
    settings = site.settings
    goal = hub.callback(callback, private=settings.hub_private)
    found = our_topic(topic, settings.base_url)
    if found is None:
        if mode == "unsubscribe":  # a feed that is no more, or an address that we had before
            return Wish(callback, topic, "", "", goal.authority, mode, 0, "")
        raise BadInput("hub.topic", "must be the address of one of our feeds; see /feeds.opml")
    granted = int(hub.lease(lease).total_seconds())
    kept = sealing.sealed(settings.push_key_file, hub.secret(secret))
    if mode == "subscribe":
        _reachable(goal.host, goal.port, private=settings.hub_private)
    channel, form = found
    return Wish(callback, topic, channel.key, form, goal.authority, mode, granted, kept)


def _reachable(host: str, port: int, *, private: bool) -> None:
    """Hold a callback to the network's rules, as every call to it will be. Raises BadInput.

    What is wrong with it is not told: the hub is no way to look into a network.
    """
    try:
        resolve(host, port, private=private, patience=_PATIENCE)
    except (Refused, SourceUnreachable) as error:
        raise BadInput("hub.callback", "has no public address that we can call") from error


def _note(site: Site, wish: Wish) -> None:
    """Write a request down. Raises Problem: nothing is there to be ended, or there are too many."""
    with site.db.write() as conn:
        known = hub_subscribers.of(conn, wish.callback, wish.topic)
        holds = known is not None and known.state is not State.ENDED
        if wish.mode == "unsubscribe" and not holds:
            raise Problem(404, "not_found", "there is no such subscription")
        if wish.mode == "subscribe" and not holds:
            crowd = hub_subscribers.crowded(conn, wish, hub.MOST, hub.MOST_UNVERIFIED)
            if crowd:
                headers = {"Retry-After": "3600"}
                raise Problem(429, "too_many", f"too many subscriptions of this {crowd}", headers=headers)
        hub_subscribers.ask(conn, wish, datetime.now(UTC))
        counters.add(conn, f"hub_{wish.mode}")
