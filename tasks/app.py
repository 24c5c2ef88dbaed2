"""The Celery app: queues, limits and the beat, configured as docs/operations.md explains.

No setting of Celery with Redis is free of loss, so nothing here rests on one: SQL owns the work
and a message only says "look". Lost, doubled and reordered messages change nothing (law 3).
"""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init, worker_process_shutdown

from pipeline.config import settings
from pipeline.leash import die_with
from pipeline.log import configure
from tasks import wiring

QUEUES = ("receive", "fetch", "settle", "index", "publish", "alert", "deliver", "upkeep")
_CANARY_SECONDS = 60.0
_SWEEPS_A_MEND = 12

_settings = settings()
_visibility = {"visibility_timeout": _settings.visibility_timeout}

app = Celery("tintinh", broker=wiring.broker_url(_settings), include=["tasks.stages", "tasks.upkeep"])
app.set_default()  # "current" is each thread's own, and web rings from a pool of threads
app.conf.update(
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_soft_time_limit=_settings.soft_limit,
    task_time_limit=_settings.hard_limit,
    task_publish_retry=False,  # the sweeper retries; a dead broker must not hold up a webhook
    task_default_queue="upkeep",
    task_create_missing_queues=True,
    task_routes={
        "tintinh.receive": {"queue": "receive"},
        "tintinh.fetch": {"queue": "fetch"},
        "tintinh.look": {"queue": "fetch"},
        "tintinh.settle": {"queue": "settle"},
        "tintinh.index": {"queue": "index"},
        "tintinh.publish": {"queue": "publish"},
        "tintinh.alert": {"queue": "alert"},
        "tintinh.deliver": {"queue": "deliver"},
        "tintinh.subscribe": {"queue": "deliver"},
        "tintinh.poll": {"queue": "upkeep"},
        "tintinh.sweep": {"queue": "upkeep"},
        "tintinh.mend": {"queue": "upkeep"},
        "tintinh.tend_index": {"queue": "upkeep"},
    },
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=2_000,
    worker_max_memory_per_child=600_000,  # KiB
    worker_soft_shutdown_timeout=10,
    worker_enable_soft_shutdown_on_idle=True,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    visibility_timeout=_settings.visibility_timeout,
    broker_transport_options=_visibility
    | {
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 30,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "global_keyprefix": "tintinh:",
        # A bell that nobody hears is given up at once (6 s by default): webhooks wait for it. Workers
        # connect again by broker_connection_max_retries.
        "max_retries": 0,
    },
    # Kept in memory: everything on it recurs within a minute, and the default's file, cut off by a kill
    # while it is written, ends every later beat at its start.
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        "poll": {"task": "tintinh.poll", "schedule": _settings.sweep_seconds, "options": {"expires": 30}},
        "sweep": {"task": "tintinh.sweep", "schedule": _settings.sweep_seconds, "options": {"expires": 30}},
        "mend": {
            "task": "tintinh.mend",
            "schedule": _settings.sweep_seconds * _SWEEPS_A_MEND,
            "options": {"expires": 60},
        },
        "tend-index": {
            "task": "tintinh.tend_index",
            "schedule": _settings.sweep_seconds * _SWEEPS_A_MEND,
            "options": {"expires": 60},
        },
    }
    | {
        f"canary-{queue}": {
            "task": "tintinh.canary",
            "schedule": _CANARY_SECONDS,
            "args": [queue],
            "options": {"queue": queue, "expires": _CANARY_SECONDS},
        }
        for queue in QUEUES
    },
)


@setup_logging.connect
def _log(**_: Any) -> None:
    """Log as the rest of the project does, instead of Celery's way."""
    configure(_settings.log_level)


@worker_process_init.connect
def _start(**_: Any) -> None:
    """Tie a pool child to its worker: `kill -9` of the worker must not leave it behind."""
    die_with(os.getppid())


@worker_process_shutdown.connect
def _stop(**_: Any) -> None:
    """Close what this child opened."""
    wiring.close()
