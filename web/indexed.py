"""What ops pages, metrics and /readyz show of the search index, from SQL and the disk alone.

Meilisearch itself is asked by upkeep, once a minute: a page must not wait for a server that is ill.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import Metric

from pipeline.config import Settings
from pipeline.store import Connection, indexing
from pipeline.store.indexing import Refusal
from search.gate import Fault
from search.health import Alarm, Watched, shown
from search.rounds import Rounds, rounds
from search.standing import Progress, progress
from web.gauges import by, one

_SHOWN_REFUSED = 20


@dataclass(frozen=True, slots=True)
class Indexed:
    """The index. `on`: the settings name a Meilisearch; else there is nothing to be well or ill."""

    on: bool
    now: datetime
    watched: Watched
    rounds: Rounds
    progress: Progress | None
    refused: list[Refusal]

    @property
    def word(self) -> str:
        """How search is, in one word for machines: "off", "ready", or the names of its alarms."""
        if not self.on:
            return "off"
        return ", ".join(self.watched.alarms) or "ready"


def indexed(conn: Connection, chosen: Settings, now: datetime) -> Indexed:
    """Return how the index is."""
    on = bool(chosen.meilisearch_url)
    watched = shown(conn, chosen, now) if on else Watched()
    refused = indexing.refusals(conn, _SHOWN_REFUSED)
    return Indexed(on, now, watched, rounds(conn), progress(conn), refused)


def gauges(found: Indexed) -> Iterator[Metric]:
    """Yield the numbers for Prometheus; none without a Meilisearch."""
    if not found.on:
        return
    seen, last = found.watched.seen, found.rounds
    yield by(
        "tintinh_index_alarm",
        "1 while there is the alarm",
        "name",
        {name: name in found.watched.alarms for name in Alarm},
    )
    yield one("tintinh_index_documents", "Documents in the search index", seen.documents)
    sizes = {"database": seen.size, "disk_free": seen.free, "disk_total": seen.total}
    known = {name: size for name, size in sizes.items() if size is not None}
    yield by("tintinh_index_bytes", "Meilisearch's database and its disk", "of", known)
    yield one("tintinh_index_tasks_waiting", "Tasks of Meilisearch that are not done", seen.waiting)
    yield one("tintinh_index_oldest_task_seconds", "Age of the oldest of them", seen.oldest_seconds)
    yield one("tintinh_index_failed_tasks", "Tasks that failed within an hour by no document", seen.failed)
    yield one("tintinh_index_refused", "Documents that the index does not take", seen.refused)
    yield one("tintinh_index_nudges", "Documents that are to be made again", seen.nudges)
    if last.last is not None and last.at is not None:
        faults = {str(fault): last.last.faults[fault] for fault in Fault}
        yield by("tintinh_index_faults", "What the last comparison with SQL found", "kind", faults)
        age = (found.now - last.at).total_seconds()
        yield one("tintinh_index_gate_age_seconds", "Since the last comparison with SQL", age)
