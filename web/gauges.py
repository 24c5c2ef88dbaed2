"""Gauges as Prometheus takes them."""

from collections.abc import Mapping

from prometheus_client.core import GaugeMetricFamily, Metric


def one(name: str, about: str, value: float) -> Metric:
    """Return a gauge with one value."""
    return GaugeMetricFamily(name, about, value=value)


def by(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    """Return a gauge with a value for each of some labels, in their order."""
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family
