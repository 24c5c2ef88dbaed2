"""The tasks, on one screen: poll → receive → settle → index, publish, alert, deliver.

Each drains its stage in batches until nothing is left or its time is up, then rings the next.
"""

import time
from collections.abc import Iterable
from functools import partial

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from feeds import publish as feed_files
from feeds.channel import FeedForm, channel
from pipeline import alerting, hub, outgoing, polling, stages, subscribing
from pipeline.config import settings
from pipeline.deliver import drain, ping_hub
from search import alerts, sync
from tasks.wiring import (
    database,
    fetcher,
    index,
    indexing,
    linking,
    mailer,
    makers,
    now,
    reader,
    ring,
    watch,
)

_SHARE = 0.8  # of the time that a soft limit leaves beside one fetch


@shared_task(name="tintinh.poll")
def poll() -> None:
    """Ring if a feed or a page is due; the claims in SQL keep it to one request each."""
    if polling.is_due(database(), now, settings()):
        ring("fetch")


@shared_task(name="tintinh.fetch")
def fetch() -> None:
    """Poll feeds and fetch pages until nothing is due; what was begun ends before the soft limit."""
    chosen = settings()
    seconds = (chosen.soft_limit - chosen.http_timeout) * _SHARE
    polling.drain(database(), fetcher(), now, chosen, seconds=seconds, received=partial(ring, "receive"))


@shared_task(name="tintinh.receive")
def receive() -> None:
    """Read receipts into entries."""
    end = _end()
    while time.monotonic() < end:
        done = stages.receive(
            database(),
            reader(),
            now,
            lease_seconds=settings().lease,
            backfill_after_days=settings().backfill_after_days,
            seconds=end - time.monotonic(),
        )
        if done.entries:
            ring("settle")
        if not done.receipts:
            return
    ring("receive")


@shared_task(name="tintinh.settle")
def settle() -> None:
    """Link entries into stories, in batches as large as their time allows."""
    end, most = _end(), settings().soft_limit / 2
    while time.monotonic() < end:
        pace, begun = linking().pace, time.monotonic()
        try:
            done = stages.settle(
                database(), now, lease_seconds=settings().lease, limit=pace.limit, after=pace.after
            )
        except SoftTimeLimitExceeded:
            linking().pace = stages.pass_over(database(), pace)
            raise
        if done.entries:
            linking().pace = pace.went(done.last, time.monotonic() - begun, most)
        if done.changes:
            ring("index")
            ring("publish")
            ring("alert")
            ring("deliver")
        if not done.entries:
            return
    ring("settle")


@shared_task(name="tintinh.index")
def index_stories() -> None:
    """Bring Meilisearch up to the change log; without one the work stays pending."""
    found, end, most = index(), _end(), settings().soft_limit / 2
    while found is not None and time.monotonic() < end:
        pace, begun = indexing().pace, time.monotonic()
        try:
            done = sync.sync(
                database(), found, now(), most_bytes=pace.most_bytes, lease_seconds=settings().lease
            )
        except SoftTimeLimitExceeded:
            indexing().pace = pace.cut_off()
            raise
        except sync.NoNewIndex:  # which may last for weeks; it is noted, and upkeep makes an alarm of it
            return
        indexing().pace = pace.went(time.monotonic() - begun, most)
        if not done.more:
            return
    if found is not None:
        ring("index")


@shared_task(name="tintinh.publish")
def publish() -> None:
    """Bring the feed files up to the change log, and have subscribers told."""
    chosen, end = settings(), _end()
    while time.monotonic() < end:
        done = feed_files.publish(
            database(),
            chosen.feeds_dir,
            chosen.base_url,
            now(),
            hub=chosen.hub,
            lease_seconds=chosen.lease,
        )
        if chosen.hub_url and done.channels:
            ping_hub(database(), chosen.hub_url, _addresses(done.channels, chosen.base_url), now)
        if done.changes:
            ring("deliver")
        if not done.changes:
            return
    ring("publish")


@shared_task(name="tintinh.alert")
def alert() -> None:
    """Hold what changed against the saved searches, and have their holders told."""
    end, watching = _end(), watch()
    while time.monotonic() < end:
        done = alerts.alert(database(), watching, now, lease_seconds=settings().lease)
        if done.found:
            ring("deliver")
        if not done.more:
            return
    ring("alert")


@shared_task(name="tintinh.deliver")
def deliver() -> None:
    """Bring subscribers, webhooks, saved searches and another hub what they have not been told yet."""
    chosen = settings()
    seconds = (chosen.soft_limit - chosen.http_timeout) * _SHARE
    done = drain(
        database(),
        fetcher(),
        makers(),
        now,
        seconds=seconds,
        lease_seconds=chosen.lease,
        gather=_gather,
        mailer=mailer(),
    )
    if done.more:
        ring("deliver")


def _gather() -> None:
    hub.gather(database(), now)
    outgoing.gather(database(), now)
    alerting.gather(database(), now, mail=mailer() is not None)


@shared_task(name="tintinh.subscribe")
def subscribe() -> None:
    """Speak to the WebSub hubs that are due."""
    end = _end()
    while time.monotonic() < end and subscribing.tend(database(), fetcher(), settings(), now):
        pass


def _addresses(keys: Iterable[str], base_url: str) -> list[str]:
    """Return the public addresses of channels, which are a hub's topics."""
    known = [found for key in keys if (found := channel(key)) is not None]
    return [one.url(base_url, form) for one in known for form in FeedForm]


def _end() -> float:
    """Return when a drain gives way: well before the soft limit, which would cut a batch off."""
    return time.monotonic() + settings().soft_limit / 2
