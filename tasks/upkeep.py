"""Upkeep: the sweeper that finds work whose bell was lost, the canary, and mending what is derived."""

from celery import shared_task

from feeds import publish as feed_files
from pipeline.config import settings
from pipeline.store import changes, deliveries, links, numbers, receipts
from search import sync
from tasks.wiring import database, index, now, ring


@shared_task(name="tintinh.sweep")
def sweep() -> None:
    """Ring for every stage that has work waiting in SQL."""
    with database().read() as conn:
        head = changes.head(conn)
        waiting = {
            "receive": receipts.pending(conn) > 0,
            "settle": links.unlinked_count(conn) > 0,
            "index": index() is not None and sync.due(conn),
            "publish": changes.position(conn, "publish") < head,
            "deliver": bool(deliveries.due(conn, now(), 1)),
        }
    for stage, work in waiting.items():
        if work:
            ring(stage)


@shared_task(name="tintinh.mend")
def mend() -> None:
    """Compare what is derived with SQL: lost feed files and a lost index come back."""
    chosen, found = settings(), index()
    feed_files.mend(
        database(),
        chosen.feeds_dir,
        chosen.base_url,
        now(),
        hub=chosen.hub_url,
        lease_seconds=chosen.lease,
    )
    if found is None:
        return
    ring("index")  # notices a deleted index
    with database().read() as conn:
        if sync.due(conn):
            return
    seen = sync.verify(database(), found)
    if seen.settled and not seen.sound:
        sync.request_rebuild(database())


@shared_task(name="tintinh.canary")
def canary(queue: str) -> None:
    """Prove that a queue is consumed: ops pages show the age of this stamp."""
    with database().write() as conn:
        numbers.mark(conn, f"canary_{queue}", now())
