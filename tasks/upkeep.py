"""Upkeep: the sweeper that finds work whose bell was lost, the canary, and mending what is derived."""

from celery import shared_task

from feeds.publish import mend as mend_feeds
from pipeline.store import changes, deliveries, links, numbers, receipts
from search.sync import verify
from tasks.wiring import database, index, now, ring


@shared_task(name="tintinh.sweep")
def sweep() -> None:
    """Ring for every stage that has work waiting in SQL."""
    with database().read() as conn:
        head = changes.head(conn)
        waiting = {
            "receive": receipts.pending(conn) > 0,
            "settle": links.unlinked_count(conn) > 0,
            "index": index() is not None and changes.position(conn, "index") < head,
            "publish": changes.position(conn, "publish") < head,
            "deliver": bool(deliveries.due(conn, now(), 1)),
        }
    for stage, work in waiting.items():
        if work:
            ring(stage)


@shared_task(name="tintinh.mend")
def mend() -> None:
    """Compare what is derived with SQL: a lost index is filled anew, lost feed files are rendered."""
    mend_feeds(database())
    found = index()
    if found is not None and not verify(database(), found):
        ring("index")


@shared_task(name="tintinh.canary")
def canary(queue: str) -> None:
    """Prove that a queue is consumed: ops pages show the age of this stamp."""
    with database().write() as conn:
        numbers.mark(conn, f"canary_{queue}", now())
