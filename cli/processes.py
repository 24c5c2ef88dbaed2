"""The one list of processes: `up` starts them from here; tests hold Procfile and compose file equal to it.

The engines (broker, Meilisearch, SQL) are not in it: `up` brings its own where settings name none.
"""

from dataclasses import dataclass

QUEUES = ("receive", "fetch", "settle", "index", "publish", "alert", "deliver", "upkeep")

# Reading is CPU, fetching is waiting, the others are held to one worker at a time by a lease. Of the two
# that deliver, one may be waiting for a receiver that hangs, or for somebody's hub.
_CHILDREN = {"receive": 2, "fetch": 4, "deliver": 2}


@dataclass(frozen=True, slots=True)
class Process:
    """One process: its name (of the log file, the Procfile line and the service) and its command.

    `command[0]` is "python": the interpreter that has the dependencies.
    """

    name: str
    command: tuple[str, ...]


def worker(queue: str) -> Process:
    """Return the Celery worker of one queue."""
    command: tuple[str, ...] = ("python", "-m", "celery", "-A", "tasks", "worker", "--queues", queue)
    command += ("--concurrency", str(_CHILDREN.get(queue, 1)), "--hostname", f"{queue}@%h")
    # Workers need to know nothing of each other: mingling costs each start a second.
    return Process(f"worker-{queue}", (*command, "--without-gossip", "--without-mingle"))


WEB = Process("web", ("python", "-m", "cli", "web"))
WORKERS = tuple(worker(queue) for queue in QUEUES)
# An empty pidfile: a stale one in a data folder that was copied would keep beat from starting.
BEAT = Process("beat", ("python", "-m", "celery", "-A", "tasks", "beat", "--pidfile="))

PROCESSES = (WEB, *WORKERS, BEAT)
