"""Upkeep: the sweeper that finds work whose bell was lost, the canary, and mending what is derived."""

from datetime import datetime, timedelta

import structlog
from celery import shared_task

from feeds import publish as feed_files
from feeds import retired
from pipeline import alerting, deliver, folders, hub, mailbox, outgoing
from pipeline.config import settings
from pipeline.store import (
    Database,
    candidates,
    changes,
    doors,
    entries,
    leases,
    links,
    numbers,
    receipts,
    saved_finds,
    saved_ways,
    subscriptions,
)
from search import alerts, health, rounds, sync
from tasks.wiring import database, index, mailer, now, ring

_MOST_LOOKS = 50
_OLDEST_FOUND = 5_000  # rows that are looked at for what is to be forgotten
_GATE_SHARE = 1 / 6  # of a task's time, once a minute: 300,000 stories take an hour
_log = structlog.get_logger()
_BETWEEN_THINNINGS = timedelta(hours=1)  # it counts every posting of every crowded run of words


@shared_task(name="tintinh.sweep")
def sweep() -> None:
    """Ring for every stage that has work waiting in SQL."""
    with database().read() as conn:
        head = changes.head(conn)
        waiting = {
            "receive": receipts.pending(conn, now()) > 0,
            "settle": links.unlinked_count(conn) > 0,
            "index": index() is not None and sync.due(conn),
            "publish": changes.position(conn, "publish") < head,
            "alert": alerts.due(conn),
            "deliver": deliver.waiting(conn, now())
            or hub.behind(conn)
            or outgoing.behind(conn)
            or alerting.behind(conn, now(), mail=mailer() is not None),
            "subscribe": subscriptions.waiting(conn, now()),
        }
        to_look_into = doors.due(conn, now(), _MOST_LOOKS)
    for stage, work in waiting.items():
        if work:
            ring(stage)
    for intake_id in to_look_into:
        ring("look", intake_id)


@shared_task(name="tintinh.look")
def look(intake_id: int) -> None:
    """Look into one folder or mailbox; the claim in SQL keeps it to one look at a time."""
    with database().write() as conn:
        door = doors.claim(conn, intake_id, now(), settings().lease)
    if door is None:
        return
    look_into = mailbox.look if door.kind == doors.MAILBOX else folders.look
    if look_into(database(), door, settings(), now):
        ring("receive")


@shared_task(name="tintinh.mend")
def mend() -> None:
    """Compare what is derived with SQL: lost feed files and a lost index come back, ended feeds go."""
    chosen, found = settings(), index()
    hub.tidy(database(), now())
    with database().write() as conn:
        saved_finds.prune(conn, now() - saved_finds.KEPT, _OLDEST_FOUND)
    with database().write() as conn:
        saved_ways.tidy(conn, now())
    if thin_out(database(), now(), chosen.lease):
        ring("settle")
    feed_files.mend(
        database(),
        chosen.feeds_dir,
        chosen.base_url,
        now(),
        hub=chosen.hub,
        lease_seconds=chosen.lease,
    )
    with database().read() as conn:
        retired.clear(conn, chosen.feeds_dir)
    if found is not None:
        ring("index")  # notices a deleted index


@shared_task(name="tintinh.tend_index")
def tend_index() -> None:
    """Look whether the index is well, tell of alarms, and go on with the gate's round."""
    found, chosen = index(), settings()
    if found is None:
        return
    moment = now()
    watched, telling = health.news(health.watched(database(), found, health.limits(chosen), moment), moment)
    for name, raised in telling.items():  # told first: on a full disk SQL may not be able to keep it
        _log.warning("index_alarm", alarm=str(name), said=raised.said, since=raised.since.isoformat())
    with database().write() as conn:
        before = health.kept(conn).alarms
        health.keep(conn, watched)
    for name in before.keys() - watched.alarms.keys():
        _log.info("index_alarm_over", alarm=str(name))
    if watched.seen.away:
        return
    seconds = chosen.soft_limit * _GATE_SHARE
    done = rounds.go_on(database(), found, now, hours=chosen.index_gate_hours, seconds=seconds)
    if done is None:
        return
    if done.sound:
        _log.info("index_gate", stories=done.stories, documents=done.documents, refused=done.refused)
    else:
        _log.warning("index_gate", **{str(fault): count for fault, count in done.faults.items()})
        ring("index")


def thin_out(db: Database, moment: datetime, lease_seconds: float) -> int:
    """Take back, once an hour, what is crowded no more; return how many entries are to be linked again.

    Nothing happens while somebody links; the next mending tries again.

    Raises:
        LeaseLost: a linker took over meanwhile; nothing was written.
    """
    # Safe beside everything else. A linker's plan that still knew the crowd can't be committed later:
    # the lease is held, and its fence goes before ours or fails. Without the lease it would do no harm
    # either: the plan deals with an older `touched` count than ours, so its entries stay to be linked.
    # An entry that comes in meanwhile and crowds the run again is itself unlinked and says so when it
    # is linked; one that goes leaves the run to the next thinning.
    with db.read() as conn:
        last = numbers.marked(conn, "thin_out")
        if not candidates.crowds(conn) or (last is not None and moment < last + _BETWEEN_THINNINGS):
            return 0
    held = leases.acquire(db, "link", lease_seconds, moment)
    if held is None:
        return 0
    try:
        with db.write() as conn:
            leases.fence(conn, held)
            touched = candidates.thin_out(conn)
            entries.touch(conn, touched)
            numbers.mark(conn, "thin_out", moment)
    finally:
        leases.release(db, held)
    return len(touched)


@shared_task(name="tintinh.canary")
def canary(queue: str) -> None:
    """Prove that a queue is consumed: ops pages show the age of this stamp."""
    with database().write() as conn:
        numbers.mark(conn, f"canary_{queue}", now())
