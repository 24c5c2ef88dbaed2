"""Provinces of today and areas of until 2025, and which of them a text tells about. Pure; never raises.

The units are in `pipeline.gazetteer`; names in sentences are found by `pipeline.places_in_prose` and
`pipeline.places_local`, weighed by `pipeline.places_weighed`. This is the door to all of them.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from pipeline.gazetteer import (
    Area,
    Province,
    area,
    areas,
    home,
    home_of_host,
    home_of_mark,
    home_of_source,
    is_one_area,
    province,
    provinces,
    resolve,
    today,
)
from pipeline.model import Places
from pipeline.places_in_prose import Sighting, as_spoken, sightings
from pipeline.places_local import COMMUNES_SINCE, communes
from pipeline.places_scope import Scope, scope
from pipeline.places_weighed import features, national, of_nation, told

__all__ = [
    "Area",
    "Province",
    "area",
    "areas",
    "home",
    "home_of_host",
    "home_of_source",
    "province",
    "provinces",
    "read",
    "resolve",
    "today",
]

MAIN, TOLD = 0.45, 0.5  # chances from which the likeliest province, and any other, is told about
_MOST = 6  # provinces that one text is filed under
_WHOLE = 0.6  # of the weight of a whole province's name that an area in it is measured against
_SHARE = 0.5  # of the weightiest area's weight, for another of the same province to be told about
_OF_COMMUNE = 0.9  # weight of one; twice in the headline and the first words
_HEAD = 200  # characters
_OWN = 1  # more mentions of "the province" or its organs make a text a province's own
_SURE = 3.0  # weight of a bare name that is as good as "tỉnh X"

_AGENCY = re.compile(r"TTXVN|Thông tấn xã Việt Nam|Vietnam\+|VietnamPlus|(?i:chinhphu\.vn)|\bVGP\b")
_MEETING = re.compile(
    r"(?<![^\W_])(?:(?:sáng|trưa|chiều|tối|ngày|hôm nay|hôm qua)(?![^\W_])[^;\n]{0,25}?"
    r"|(?:tổ chức|diễn ra|khai mạc|họp|họp báo))[\s,]+tại\s(?:thủ đô\s)?Hà Nội(?![^\W_])",
    re.IGNORECASE,
)
_ORGANS = re.compile(
    r"(?<![^\W_])(?:Thủ tướng|Chính phủ|Quốc hội|Chủ tịch nước|Tổng Bí thư|Bộ trưởng|Bộ Chính trị"
    r"|Trung ương Đảng|(?:C|c)hấp hành Trung ương|cả nước|toàn quốc"
    r"|Bộ (?:Y tế|Công an|Quốc phòng|Tài chính|Nội vụ|Công Thương|Xây dựng|Tư pháp|Ngoại giao|GD&ĐT|Giáo dục"
    r"|Nông nghiệp|Khoa học|Văn hóa|Dân tộc))(?![^\W_])"
)
_SENTENCE_END = re.compile(r"[.!?…]\s|\n")
_SENTENCE = 300  # characters of one on either side of a place
_HOST = re.compile(r"(?<![\w.-])(?:[a-z0-9-]+\.){1,4}vn(?![\w-])", re.IGNORECASE)
_MARK = re.compile(r"(?<![\w.])\(?(?P<mark>[^\W\d_]{2,12}(?:\.VN)?)\)?\s?[-–—:]|\((?P<name>[^()\n]{2,30})\)")


def read(text: str, *, on: date | None, chrome: str = "") -> Places:
    """Return the places that `text` tells about, the likeliest first.

    Args:
        text: title, then body.
        on: the day of publication, None if unknown; a name borne by a former and a present unit
            means the former before 1 July 2025, else only the province is known.
        chrome: the page around the text, the weakest evidence: asked only if the text names no
            place and is not about the whole country, and believed only if it names a single one.
    """
    spoken = as_spoken(text)
    seen = _with_communes(spoken, sightings(spoken), on)
    if _meets_in_hanoi(seen, spoken):
        return Places(national=True)
    wide = scope(spoken)
    chances = told(features(spoken, seen, wide))
    if found := _sum_up(seen, on, chances):
        return found
    if len(chances) == 1 and wide.local > max(_OWN, wide.central):  # "the province" is the only one it names
        return _sum_up(seen, on, dict.fromkeys(chances, 1.0)) or Places()
    if _is_national(spoken, wide, named=bool(seen)):
        return Places(national=True)
    if seen or wide.abroad:
        papers = len(chances) == 1 and all(one.kind == "paper" for one in seen)
        return (_sum_up(seen, on, dict.fromkeys(chances, 1.0)) if papers else None) or Places()
    return _around(text, chrome, on)


def _with_communes(spoken: str, seen: Sequence[Sighting], on: date | None) -> Sequence[Sighting]:
    """Add the communes of since July 2025 to what is named, for texts of that time."""
    if on is None or on < COMMUNES_SINCE:
        return seen
    named = {_province_of(one.area) for one in seen}
    found = list(communes(spoken, frozenset(named)))
    title_end = spoken.find("\n")
    areas_of: dict[str, set[str]] = defaultdict(set)
    for _, slug in found:
        areas_of[_province_of(slug)].add(slug)
    more = [
        Sighting(slug, _OF_COMMUNE * (2.0 if at < _HEAD else 1.0), town=True, at=at, kind="local")
        for at, slug in found
        if at < title_end or len(areas_of[_province_of(slug)]) == 1  # else the whole province is told about
    ]
    return tuple(sorted((*seen, *more), key=lambda one: one.at)) if more else seen


def _is_national(spoken: str, wide: Scope, *, named: bool) -> bool:
    """Tell whether a text that tells of no province is agency copy, or likely of the whole country."""
    if wide.local > wide.central or (wide.local and not named):
        return False
    agency = bool(_AGENCY.search(spoken)) and not (wide.local or wide.headed)
    return agency or national(of_nation(wide, named=named)) > TOLD


def _meets_in_hanoi(seen: Sequence[Sighting], spoken: str) -> bool:
    """Tell whether Hà Nội is the only place, and no more than where the state's organs have met."""
    if not seen or any(one.area != "ha-noi" or one.town for one in seen):
        return False
    meetings = list(_MEETING.finditer(spoken))
    if len(meetings) != len(seen) or scope(spoken).local or not _ORGANS.search(spoken):
        return False
    return any(_ORGANS.search(_sentence(spoken, meeting)) for meeting in meetings)


def _sentence(spoken: str, hit: re.Match[str]) -> str:
    """Return the sentence around `hit`, looked for within `_SENTENCE` characters of it."""
    before = _SENTENCE_END.split(spoken[max(0, hit.start() - _SENTENCE) : hit.start()])[-1]
    after = _SENTENCE_END.split(spoken[hit.end() : hit.end() + _SENTENCE])[0]
    return f"{before}{hit[0]}{after}"


def _sum_up(seen: Sequence[Sighting], on: date | None, chances: Mapping[str, float]) -> Places | None:
    """Return the provinces that are likely enough and, in them, the weightiest areas; None without any."""
    order = sorted(chances, key=lambda slug: (-chances[slug], slug))
    provinces = [slug for at, slug in enumerate(order) if chances[slug] >= (TOLD if at else MAIN)][:_MOST]
    if not provinces:
        return None
    weights: dict[str, float] = defaultdict(float)
    whole: dict[str, float] = defaultdict(float)
    unmistakable: set[str] = set()
    for one in seen:
        if one.former or one.town or is_one_area(one.area, None if one.today else on):
            weights[one.area] += one.weight
            unmistakable |= {one.area} if one.explicit else set()
        else:
            whole[_province_of(one.area)] += one.weight
    most = {slug: _WHOLE * weight for slug, weight in whole.items()}
    for slug, weight in weights.items():
        most[_province_of(slug)] = max(most.get(_province_of(slug), 0.0), weight)
    kept = sorted(
        (
            slug
            for slug, weight in weights.items()
            if _province_of(slug) in provinces and weight >= _SHARE * most[_province_of(slug)]
        ),
        key=lambda slug: (provinces.index(_province_of(slug)), -weights[slug], slug),
    )
    unmistakable |= {slug for slug in kept if weights[slug] >= max(_SURE, weights[kept[0]] / 2)}
    return Places(tuple(kept), tuple(provinces), tuple(slug for slug in kept if slug in unmistakable))


def _province_of(slug: str) -> str:
    unit = area(slug)
    return unit.province if unit else ""


def _around(text: str, chrome: str, on: date | None) -> Places:
    """Return what the page around a silent text tells: its only place, else its publisher's home."""
    furniture = sightings(as_spoken(chrome))
    named = [one for one in furniture if not one.town] or furniture  # towns are of the publisher's address
    chances = dict.fromkeys((_province_of(one.area) for one in named), 1.0)
    if len(chances) == 1 and (found := _sum_up(named, on, chances)):
        return Places(areas=found.areas, provinces=found.provinces)
    if chances:
        return Places()
    whole = f"{text}\n{chrome}"
    homes = {home for host in _HOST.findall(whole) if (home := home_of_host(host, on))}
    homes |= {home for hit in _MARK.finditer(whole) if (home := home_of_mark(hit["mark"] or hit["name"], on))}
    if len({home[0] for home in homes}) != 1:
        return Places()
    known = {home[1] for home in homes if home[1]}
    return Places(tuple(known) if len(known) == 1 else (), (next(iter(homes))[0],))
