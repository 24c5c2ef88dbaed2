"""The channels that can be subscribed to: what each holds, its name, its address. Pure.

A channel's key is its path under /feeds: "all", "province/vinh-long", "area/ben-tre", "topic/y-te",
"province/vinh-long/topic/y-te". There are 1 + 34 + 63 + 21 + 34 × 21 of them with the shipped topics,
known beforehand, so that an address never depends on whether there is news. Areas outlive the merger of
July 2025: who subscribed to Bến Tre goes on reading Bến Tre.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product

from pipeline.model import Labels
from pipeline.places import Area, areas, province, provinces
from pipeline.topics import Topic, topics

SITE_TITLE = "Tin Tỉnh"


class FeedForm(StrEnum):
    """The formats of a published feed; the value ends its file name and address."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """The registered type, without a charset; JSON Feed's is the one that its version 1.1 names."""
        return "application/feed+json" if self is FeedForm.JSON else f"application/{self.value}+xml"


@dataclass(frozen=True, slots=True)
class Channel:
    """One feed: the slugs that its stories bear (None: any), its name and what it says of itself."""

    key: str
    title: str
    about: str
    province: str | None = None
    area: str | None = None
    topic: str | None = None

    def file(self, form: FeedForm) -> str:
        """Return the file's path in the folder of feeds, and the address under /feeds/."""
        return f"{self.key}.{form.value}"

    def url(self, base_url: str, form: FeedForm) -> str:
        """Return the public address of the feed."""
        return f"{base_url}/feeds/{self.file(form)}"

    def part_file(self, part: str, form: FeedForm) -> str:
        """Return the path, as `file`, of a sealed part of its archive: "2026-11-1"."""
        return f"{self.key}/archive/{part}.{form.value}"

    def part_url(self, base_url: str, part: str, form: FeedForm) -> str:
        """Return the public address of a sealed part of its archive."""
        return f"{base_url}/feeds/{self.part_file(part, form)}"

    @property
    def shelf(self) -> tuple[str, str]:
        """Where the store keeps its stories: kind and slug (`pipeline.store.labels`)."""
        if self.province and self.topic:
            return ("crossed", f"{self.province}/{self.topic}")
        asked = (("province", self.province), ("area", self.area), ("topic", self.topic))
        return next(((kind, slug) for kind, slug in asked if slug), ("all", ""))

    def page(self, base_url: str) -> str:
        """Return the public address of the page that shows the same stories to people."""
        if self.area:
            return f"{base_url}/dia-ban/{self.area}"
        province = f"/tinh/{self.province}" if self.province else ""
        topic = f"/chu-de/{self.topic}" if self.topic else ""
        return f"{base_url}{province}{topic}" if province or topic else f"{base_url}/tin-moi"


def channels() -> tuple[Channel, ...]:
    """Return every channel: all, provinces, areas, topics, then provinces × topics."""
    return tuple(_by_key().values())


def channel(key: str) -> Channel | None:
    """Return the channel of a key, None if there is none."""
    return _by_key().get(key)


def channels_of(labels: Labels) -> frozenset[Channel]:
    """Return the channels that a story with these labels is in.

    Labels that no channel has ("toan-quoc") are passed over: national news is in "all" and its topics.
    """
    of_provinces = [f"province/{slug}" for slug in labels.provinces]
    of_areas = [f"area/{slug}" for slug in labels.areas]
    of_topics = [f"topic/{slug}" for slug in labels.topics]
    crossed = [f"{place}/{topic}" for place, topic in product(of_provinces, of_topics)]
    found = map(_by_key().get, ("all", *of_provinces, *of_areas, *of_topics, *crossed))
    return frozenset(one for one in found if one)


def area_name(home: Area) -> str:
    """Return an area's name that tells it from a province: "Địa bàn Bến Tre (nay thuộc Vĩnh Long)"."""
    today = province(home.province)
    assert today is not None
    if home.name != today.name:
        return f"Địa bàn {home.name} (nay thuộc {today.name})"
    alone = [one for one in areas() if one.province == home.province] == [home]
    return f"Địa bàn {home.name}" if alone else f"Địa bàn {home.name} cũ (trước tháng 7/2025)"


def _by_key() -> dict[str, Channel]:
    return _channels(topics())


@lru_cache(maxsize=1)
def _channels(listed: tuple[Topic, ...]) -> dict[str, Channel]:
    """Return the channels that a list of topics makes; a newsroom may edit its list at any time."""
    known = [
        Channel("all", f"{SITE_TITLE} – Toàn bộ tin", "Tin mới của mọi tỉnh, thành, mỗi tin một lần."),
        *(_of(f"province/{one.slug}", one.name, province=one.slug) for one in provinces()),
        *(_of(f"area/{one.slug}", area_name(one), area=one.slug) for one in areas()),
        *(_of(f"topic/{one.slug}", one.name, topic=one.slug) for one in listed),
        *(_crossed(one.slug, one.name, topic) for one, topic in product(provinces(), listed)),
    ]
    return {one.key: one for one in known}


def _crossed(slug: str, name: str, topic: Topic) -> Channel:
    key = f"province/{slug}/topic/{topic.slug}"
    return _of(key, f"{name} – {topic.name}", province=slug, topic=topic.slug)


def _of(
    key: str, name: str, *, province: str | None = None, area: str | None = None, topic: str | None = None
) -> Channel:
    about = f"{name}: tin mới gộp từ nhiều nguồn, mỗi tin một lần."
    return Channel(key, f"{SITE_TITLE} – {name}", about, province, area, topic)
