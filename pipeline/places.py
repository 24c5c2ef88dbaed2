"""Provinces of today and areas of until 2025, and which of them a text tells about. Pure; never raises.

The units are in `pipeline.gazetteer`, the reading of sentences in `pipeline.places_in_prose`;
this is the door to both, and the sum of what is found.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from pipeline.gazetteer import (
    Area,
    Province,
    area,
    areas,
    home_of_host,
    is_shared,
    province,
    provinces,
    resolve,
)
from pipeline.model import Places
from pipeline.places_in_prose import Sighting, as_spoken, sightings

__all__ = ["Area", "Province", "area", "areas", "home_of_host", "province", "provinces", "read", "resolve"]

_MERGER = date(2025, 7, 1)  # QH 202/2025/QH15: the 34 units work from this day
_SHARE = 0.3  # of the weightiest place's weight, for another to be told about
_SURE = 3.0  # weight of a bare name that is as good as "tỉnh X"
_PASSING = 1.0  # weight of one bare name beyond the first sentences
_HEAD = 1_500  # characters
_REACH = 300  # characters of a sentence on either side of a place
_LONG = 1_200  # characters, from which a passing name is not what a text is about

_LOCAL = re.compile(
    r"(?<![^\W_])(?:tỉnh ủy|thành ủy|huyện ủy|tỉnh ta|tỉnh nhà|trong tỉnh|toàn tỉnh|của tỉnh|địa bàn tỉnh"
    r"|đảng bộ tỉnh|(?:ubnd|hđnd|ủy ban nhân dân|hội đồng nhân dân|công an|địa bàn|toàn)\s+"
    r"(?:tỉnh|thành phố|huyện|tp))(?![^\W_])",
    re.IGNORECASE,
)
_AGENCY = re.compile(r"TTXVN|Thông tấn xã Việt Nam|Vietnam\+|VietnamPlus|(?i:chinhphu\.vn)|\bVGP\b")
_COUNTRY = re.compile(
    r"(?<![^\W_])(?:Thủ tướng|Chính phủ|Quốc hội|Chủ tịch nước|Tổng Bí thư|Bộ trưởng|Bộ Chính trị"
    r"|cả nước|Tổng thống|Liên hợp quốc|toàn quốc|Bộ (?:Y tế|Công an|Quốc phòng|Tài chính|Nội vụ|Công Thương"
    r"|Xây dựng|Tư pháp|Ngoại giao|GD&ĐT|Giáo dục|Nông nghiệp|Khoa học|Văn hóa|Dân tộc))(?![^\W_])"
)
_MEETING = re.compile(
    r"(?<![^\W_])(?:(?:sáng|trưa|chiều|tối|ngày|hôm nay|hôm qua)(?![^\W_])[^;\n]{0,25}?"
    r"|(?:tổ chức|diễn ra|khai mạc|họp|họp báo))[\s,]+tại\s(?:thủ đô\s)?Hà Nội(?![^\W_])",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…]\s|\n")
_HOST = re.compile(r"(?<![\w.-])(?:[a-z0-9-]+\.){1,4}vn(?![\w-])", re.IGNORECASE)


def read(text: str, *, on: date | None, chrome: str = "") -> Places:
    """Return the places that `text` tells about, weightiest first.

    Args:
        text: title, then body.
        on: the day of publication, None if unknown; a name borne by a former and a present unit
            means the former before 1 July 2025, else only the province is known.
        chrome: the page around the text, the weakest evidence: asked only if the text names no
            place and is not about the whole country, and believed only if it names a single one.
    """
    spoken = as_spoken(text)
    seen = sightings(spoken)
    if _meets_in_hanoi(seen, spoken):
        return Places(national=True)
    if seen and not _is_passing(seen, spoken):
        return _sum_up(seen, on)
    if _is_national(spoken):
        return Places(national=True)
    if seen:
        return _sum_up(seen, on)
    furniture = sightings(as_spoken(chrome))
    units = [one for one in furniture if not one.town]  # towns there are of the publisher's address
    around = _sum_up(units or furniture, on)
    if not around.provinces:
        homes = [home for host in _HOST.findall(f"{text}\n{chrome}") if (home := home_of_host(host))]
        around = Places(
            areas=tuple(dict.fromkeys(home[1] for home in homes)),
            provinces=tuple(dict.fromkeys(home[0] for home in homes)),
        )
    if len(around.provinces) != 1:
        return Places()
    return Places(areas=around.areas, provinces=around.provinces)


def _is_passing(seen: Sequence[Sighting], spoken: str) -> bool:
    """Tell whether a long text names its places in passing: each once, late, and without "tỉnh"."""
    once = len({one.area for one in seen}) == len(seen)
    return once and len(spoken) > _LONG and all(one.weight <= _PASSING and not one.explicit for one in seen)


def _is_national(spoken: str) -> bool:
    """Tell whether a text is agency copy, or speaks of the state's organs and never of a province's own."""
    if _LOCAL.search(spoken):
        return False
    return bool(_AGENCY.search(spoken)) or _speaks_of_the_state(spoken)


def _speaks_of_the_state(spoken: str) -> bool:
    return len(_COUNTRY.findall(spoken[:_HEAD])) > 1


def _meets_in_hanoi(seen: Sequence[Sighting], spoken: str) -> bool:
    """Tell whether Hà Nội is the only place, and no more than where the state's organs have met."""
    if not seen or any(one.area != "ha-noi" or one.town for one in seen):
        return False
    meetings = list(_MEETING.finditer(spoken))
    if len(meetings) != len(seen) or _LOCAL.search(spoken) or not _speaks_of_the_state(spoken):
        return False
    return any(_COUNTRY.search(_sentence(spoken, meeting)) for meeting in meetings)


def _sentence(spoken: str, hit: re.Match[str]) -> str:
    """Return the sentence around `hit`, looked for within `_REACH` characters of it."""
    before = _SENTENCE_END.split(spoken[max(0, hit.start() - _REACH) : hit.start()])[-1]
    after = _SENTENCE_END.split(spoken[hit.end() : hit.end() + _REACH])[0]
    return f"{before}{hit[0]}{after}"


def _sum_up(seen: Sequence[Sighting], on: date | None) -> Places:
    """Sum up what is told about: the weightiest province and its like, and in them the weightiest areas."""
    by_province: dict[str, float] = defaultdict(float)
    by_area: dict[str, float] = defaultdict(float)
    unmistakable: set[str] = set()
    for one in seen:
        unit = area(one.area)
        if unit is None:
            continue
        by_province[unit.province] += one.weight
        means_former = one.former or one.town or (on is not None and on < _MERGER and not one.today)
        if means_former or not is_shared(unit.slug):
            by_area[unit.slug] += one.weight
            unmistakable |= {unit.slug} if one.explicit else set()
    told = _weightiest(by_province, _SHARE * max(by_province.values(), default=0.0))
    near = {
        slug: weight for slug, weight in by_area.items() if weight >= _SHARE * by_province[_province_of(slug)]
    }
    kept = tuple(slug for slug in _weightiest(near, 0.0) if _province_of(slug) in told)
    unmistakable |= {slug for slug in kept if by_area[slug] >= max(_SURE, by_area[kept[0]] / 2)}
    return Places(areas=kept, provinces=told, explicit=tuple(slug for slug in kept if slug in unmistakable))


def _weightiest(weights: dict[str, float], floor: float) -> tuple[str, ...]:
    """Return the keys whose weight is at least `floor`, weightiest first."""
    kept = (slug for slug in weights if weights[slug] >= floor)
    return tuple(sorted(kept, key=lambda slug: (-weights[slug], slug)))


def _province_of(slug: str) -> str:
    unit = area(slug)
    return unit.province if unit else ""
