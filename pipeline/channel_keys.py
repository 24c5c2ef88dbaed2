"""The keys of the channels that labels put a story in, as `feeds.channel` names them. Pure.

Below the feeds, so that whoever tells stories outward can ask who is to be told; keys that no channel
has ("province/toan-quoc") are among them and find nobody.
"""

from itertools import product

from pipeline.model import Labels

EVERYTHING = "all"


def of(labels: Labels) -> frozenset[str]:
    """Return the keys: everything, provinces, areas, topics, provinces × topics."""
    provinces = [f"province/{slug}" for slug in labels.provinces]
    topics = [f"topic/{slug}" for slug in labels.topics]
    crossed = [f"{place}/{topic}" for place, topic in product(provinces, topics)]
    return frozenset((EVERYTHING, *provinces, *(f"area/{slug}" for slug in labels.areas), *topics, *crossed))
