"""What tasks work with, made once in each process, and the bells that wake them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import redis
import structlog
from celery import current_app
from kombu.exceptions import KombuError

from feeds import pushed
from pipeline import alerting, hub, outgoing
from pipeline.config import Settings, settings
from pipeline.deliver import PING, Maker, Pings
from pipeline.fetch import Fetcher
from pipeline.mailer import Mailer
from pipeline.mailer import mailer as mailer_of
from pipeline.pace import Pace
from pipeline.reader import Reader
from pipeline.store import Database, open_database
from search import batches
from search.alerts import Watch
from search.index import Index, open_index

_EMBEDDED_BROKER = "redis://127.0.0.1:6379/0"  # what `redis-server` listens on by default
_log = structlog.get_logger()


def broker_url(chosen: Settings) -> str:
    """Return the address of the broker."""
    return chosen.broker_url or _EMBEDDED_BROKER


def now() -> datetime:
    """Return the time, aware UTC: the one clock of all tasks."""
    return datetime.now(UTC)


@lru_cache(maxsize=1)
def database() -> Database:
    """Return this process's database."""
    return open_database(settings().sql_url)


@lru_cache(maxsize=1)
def reader() -> Reader:
    """Return this process's reader; its child starts with the first document.

    It gives up on a document, or on a part of a long feed, by the clock still within a task's soft limit.
    """
    return Reader(clock=settings().soft_limit * 2 / 3)


@dataclass(slots=True)
class Linking:
    """How fast this process links, as it found out."""

    pace: Pace = field(default_factory=Pace)


@lru_cache(maxsize=1)
def linking() -> Linking:
    """Return this process's pace of linking."""
    return Linking()


@dataclass(slots=True)
class Indexing:
    """How much this process sends to the index at a time, as it found out."""

    pace: batches.Pace = field(default_factory=batches.Pace)


@lru_cache(maxsize=1)
def indexing() -> Indexing:
    """Return this process's pace of indexing."""
    return Indexing()


@lru_cache(maxsize=1)
def watch() -> Watch:
    """Return the saved searches as this process knows them."""
    return Watch()


@lru_cache(maxsize=1)
def fetcher() -> Fetcher:
    """Return this process's HTTP client."""
    chosen = settings()
    return Fetcher(timeout=chosen.http_timeout, max_bytes=chosen.fetch_max_bytes, contact=chosen.contact)


@lru_cache(maxsize=1)
def mailer() -> Mailer | None:
    """Return who hands this process's letters over, None if no mail server is set."""
    chosen = settings()
    return mailer_of(chosen.smtp_url, chosen.smtp_password_file, chosen.mail_from, chosen.http_timeout)


@lru_cache(maxsize=1)
def makers() -> dict[str, Maker]:
    """Return who makes deliveries, by their kinds."""
    chosen = settings()
    told = pushed.contents(database(), chosen.feeds_dir, chosen.base_url, chosen.hub, now)
    desk = hub.Desk(chosen.hub, chosen.push_key_file, chosen.hub_private, told, random.random)
    post = mailer()
    alerts = alerting.Desk(
        base_url=chosen.base_url,
        key_file=chosen.push_key_file,
        writer=post.writer if post else None,
        private=chosen.hub_private,
        chance=random.random,
    )
    return {
        PING: Pings(),
        hub.INTENT: hub.Intents(desk),
        hub.CONTENT: hub.Deliveries(desk),
        hub.DENIED: hub.Denials(desk),
        outgoing.WEBHOOK: outgoing.Calls(chosen.base_url, chosen.push_key_file, random.random),
        alerting.MAIL: alerting.Letters(alerts),
        alerting.HOOK: alerting.Hooks(alerts),
        alerting.ASK: alerting.Questions(alerts),
        alerting.TRIAL: alerting.Trials(alerts),
    }


@lru_cache(maxsize=1)
def index() -> Index | None:
    """Return this process's door to Meilisearch, None if the settings name none."""
    return open_index(settings())


def close() -> None:
    """Close what this process opened."""
    made: tuple[Callable[[], Any], ...] = (database, reader, fetcher)
    for one in made:
        if one.cache_info().currsize:  # type: ignore[attr-defined]
            one().close()
            one.cache_clear()  # type: ignore[attr-defined]


def ring(stage: str, *args: int) -> None:
    """Say that a stage has work. Never raises: if the broker is away, the sweeper rings later.

    A bell that nobody heard in time is forgotten: a queue that stood still holds no heap of them.
    """
    try:
        current_app.send_task(
            f"tintinh.{stage}", args=args, ignore_result=True, expires=settings().visibility_timeout
        )
    except (KombuError, OSError, redis.RedisError) as error:
        _log.warning("bell_lost", stage=stage, error=type(error).__name__)


def queue_depths(queues: tuple[str, ...]) -> dict[str, int] | None:
    """Return the messages waiting in each queue; None if the broker is away or is no Redis."""
    url = broker_url(settings()).replace("redis+socket://", "unix://", 1)
    if not url.startswith(("redis://", "rediss://", "unix://")):
        return None
    try:
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            return {queue: int(client.llen(f"tintinh:{queue}")) for queue in queues}
    except redis.RedisError:
        return None
