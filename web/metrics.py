"""The numbers that Prometheus scrapes: this process's counts, and the pipeline's state from SQL."""

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from web.gauges import by, one
from web.indexed import Indexed, gauges

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The counters of one web process, on a registry of their own."""

    def __init__(self) -> None:
        """Start at zero."""
        self.registry = CollectorRegistry()
        self.pushes = Counter(
            "tintinh_pushes", "Webhook calls by what was answered", ["code"], registry=self.registry
        )
        self.partners = Counter(
            "tintinh_partner_requests",
            "Requests with partners' keys by what was answered",
            ["partner", "code"],
            registry=self.registry,
        )

    def text(self, state: Mapping[str, Any], queues: Mapping[str, int] | None, index: Indexed) -> bytes:
        """Return the exposition: our counters, `pipeline.store.numbers.state`, and how the index is."""
        registry = CollectorRegistry()
        registry.register(_State(state, queues, index))
        return generate_latest(self.registry) + generate_latest(registry)


class _State:
    """A collector over one snapshot of the pipeline's state."""

    def __init__(self, state: Mapping[str, Any], queues: Mapping[str, int] | None, index: Indexed) -> None:
        self._state = state
        self._queues = queues
        self._index = index

    def collect(self) -> Iterator[Metric]:
        """Yield a gauge for every number of the snapshot."""
        state = self._state
        yield by("tintinh_receipts", "Receipts by state", "state", state["receipts"])
        yield one(
            "tintinh_oldest_unread_seconds",
            "Age of the oldest unread receipt",
            state["oldest_unread_seconds"],
        )
        yield one("tintinh_entries", "Entries", state["entries"])
        yield one("tintinh_unlinked_entries", "Entries that wait to be linked", state["unlinked"])
        yield one("tintinh_stories", "Live stories", state["stories"])
        yield one(
            "tintinh_crowded_runs", "Runs of words that too many entries hold to find any", state["crowds"]
        )
        yield one("tintinh_quarantine_open", "Receipts held in quarantine", state["quarantine_open"])
        drift = GaugeMetricFamily(
            "tintinh_source_drift",
            "What has changed at a source in kind: the figure of now",
            labels=["source", "measure", "pages"],
        )
        for source_id, alarms in state["drifts"].items():
            for alarm in alarms:
                drift.add_metric([source_id, alarm.measure, str(alarm.pages).lower()], alarm.now)
        yield drift
        yield one("tintinh_deliveries_due", "Outbound deliveries that wait", state["deliveries_due"])
        yield one("tintinh_log_head", "Last position of the change log", state["log_head"])
        readers = state["readers"]
        for key, about in (
            ("position", "Position in the change log"),
            ("behind", "Changes not yet taken"),
            ("lag_seconds", "Age of the oldest change not yet taken"),
        ):
            values = {name: reader[key] for name, reader in readers.items()}
            yield by(f"tintinh_reader_{key}", about, "reader", values)
        yield by("tintinh_intakes", "Feeds polled, late and failing", "state", state["intakes"])
        yield by("tintinh_pages", "Full pages of stubs", "state", state["pages"])
        yield by("tintinh_hosts", "Hosts that were asked for their rules", "state", state["hosts"])
        yield by("tintinh_saved_searches", "Saved searches", "state", state["saved"])
        yield by("tintinh_saved_ways", "Letters and webhooks of saved searches", "state", state["saved_ways"])
        yield by("tintinh_events", "Named outcomes since the first start", "name", state["counters"])
        yield by("tintinh_alive_seconds", "Seconds since each part last showed life", "part", state["stamps"])
        yield from gauges(self._index)
        if self._queues is not None:
            yield by("tintinh_queue_depth", "Messages waiting per queue", "queue", self._queues)
