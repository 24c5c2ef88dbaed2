"""The tasks, on one screen: poll → receive → settle → index, publish, deliver.

Each drains its stage in batches until nothing is left or its time is up, then rings the next.
"""

import time

from celery import shared_task

from feeds.publish import publish as publish_feeds
from pipeline import deliver as deliveries
from pipeline import polling, stages
from pipeline.config import settings
from pipeline.store import intakes
from search import sync
from tasks.wiring import database, fetcher, index, now, reader, ring

_MOST_POLLS = 200


@shared_task(name="tintinh.poll")
def poll() -> None:
    """Ring for every feed that is due; the claim in SQL keeps it to one poll each."""
    with database().read() as conn:
        due = intakes.due(conn, now(), _MOST_POLLS)
    for intake_id in due:
        ring("fetch", intake_id)


@shared_task(name="tintinh.fetch")
def fetch(intake_id: int) -> None:
    """Poll one intake."""
    if polling.poll(database(), fetcher(), intake_id, now, settings()):
        ring("receive")


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
        )
        if done.entries:
            ring("settle")
        if not done.receipts:
            return
    ring("receive")


@shared_task(name="tintinh.settle")
def settle() -> None:
    """Link entries into stories."""
    end = _end()
    while time.monotonic() < end:
        done = stages.settle(database(), now, lease_seconds=settings().lease)
        if done.changes:
            ring("index")
            ring("publish")
        if not done.entries:
            return
    ring("settle")


@shared_task(name="tintinh.index")
def index_stories() -> None:
    """Bring Meilisearch up to the change log; without one the work stays pending."""
    if (found := index()) is not None:
        sync.sync(database(), found, now())


@shared_task(name="tintinh.publish")
def publish() -> None:
    """Bring the feed files up to the change log."""
    chosen = settings()
    done = publish_feeds(database(), chosen.feeds_dir, chosen.base_url, now())
    if chosen.hub_url and done.topics:
        deliveries.ping_hub(database(), chosen.hub_url, list(done.topics), now)
        ring("deliver")


@shared_task(name="tintinh.deliver")
def deliver() -> None:
    """Tell the hub what is due."""
    deliveries.deliver(database(), fetcher(), now)


def _end() -> float:
    """Return when a drain gives way: well before the soft limit, which would cut a batch off."""
    return time.monotonic() + settings().soft_limit / 2
