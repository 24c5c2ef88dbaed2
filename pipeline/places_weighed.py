"""Which of the provinces that a text names it tells about: what speaks for each, and how much. Pure.

The weights are data (`pipeline/data/place_weights.toml`), fitted by `bench/labels/train_places.py` on
texts that people have labelled: a logistic model of a few numbers for each province named. Measured there, by
cross-validation, against adding up weights by hand: F1 of provinces 0.96 to 0.86.
"""

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from pipeline.gazetteer import area
from pipeline.places_in_prose import Sighting
from pipeline.places_scope import Scope

_WEIGHTS = Path(__file__).parent / "data" / "place_weights.toml"
_LEAD = 350  # characters behind the headline
_DETAIL = 1_000  # characters; a province first named behind them is an example
_FRONT = 1_500  # characters; what comes later is detail
_FAR = 4_000  # characters; mentions beyond are not counted
_REACH = 60
_MOST_ASKED = 40  # sightings of a province whose surroundings are looked at
_CERTAIN = 30.0
_SMOOTH = 0.5  # weight that nobody named has: a single late mention is not all of a text
_MOST_CUES = 6
_HUBS = frozenset({"ha-noi", "ho-chi-minh"})  # where people are treated, fly from and have offices
_WEAK = frozenset({"home", "paper", "way", "list", "firm", "far", "road"})
_OF_KIND = {
    "unit": 1.6, "home": 0.35, "firm": 0.4, "institution": 0.5, "paper": 0.15, "far": 0.1, "way": 0.1,
    "list": 0.3, "road": 0.4,
}  # fmt: skip

# All three are asked of lower-cased text: ignoring case costs twice as much.
_KIND = r"(?:tỉnh\s|thành phố\s|tp\.?\s?)?"
_ORGAN = re.compile(
    r"(?<![^\W_])(?:công an|ubnd|hđnd|tand|vksnd|viện kiểm sát|tòa án|tỉnh ủy|thành ủy|csgt|cục thuế"
    r"|hải quan|biên phòng"
    r"|chủ tịch|bí thư|chính quyền|lãnh đạo|đoàn|(?:sở|bệnh viện|bộ chỉ huy|ban|hội|đài"
    r"|chi cục)\s[^.,;\n]{2,35}"
    rf"|nhân dân)\s{_KIND}$",
)
_ADDRESS = re.compile(
    r"(?<![^\W_])(?:huyện|quận|thị xã|thị trấn|phường|xã|[qhp]\.|tx|tp)\.?\s?[^.;\n()]{1,25}(?:,|\s-"
    r"|\s?\()\s?"
    rf"{_KIND}$",
)
_WHERE = re.compile(rf"(?<![^\W_])(?:tại|ở|thuộc|trên địa bàn|thăm|vùng biển)\s{_KIND}$")

FEATURES = (
    *("title", "lead", "count", "share", "against", "organ", "address", "where", "local", "weak", "first"),
    *("hub", "unit", "once", "others", "sole", "late", "directed"),
    *("central", "country", "abroad", "headed", "own", "show", "law"),
)
OF_NATION = "central", "country", "abroad", "headed", "own", "show", "law", "named"


def features(spoken: str, seen: Iterable[Sighting], wide: Scope) -> dict[str, tuple[float, ...]]:
    """Return what speaks for each province that a text names, in the order of `FEATURES`.

    `title`, `lead`: named there, as more than somebody's home, a firm's name, an end of a journey or
    one of a list; `count`: log of how often so; `share`, `against`: of all weight, and against the
    weightiest other; `organ`, `address`, `where`: what stands before a name; `local`: a town or district is
    named; `first`: how late; `hub`: Hà Nội or TP HCM; `once`; `others`: log of how many provinces; `sole`:
    there is no other; `late`: not in the first thousand characters; `directed`: Hà Nội or TP HCM, where the
    state's organs are named; the rest is of the text (`places_scope`).
    """
    title_end = max(spoken.find("\n"), 0) or len(spoken)
    by_province: dict[str, list[Sighting]] = defaultdict(list)
    for one in seen:
        unit = area(one.area)
        if unit is not None:
            by_province[unit.province].append(one)
    weights = {
        province: sum(_weight(one, title_end) for one in named) for province, named in by_province.items()
    }
    text = _of_text(wide)
    return {
        province: (
            *_of_province(spoken, title_end, province, named, weights),
            text[0] * (province in _HUBS),
            *text,
        )
        for province, named in by_province.items()
    }


def _weight(one: Sighting, title_end: int) -> float:
    if one.at < title_end:
        place = 3.0
    elif one.at < title_end + _LEAD:
        place = 2.0
    else:
        place = 1.0 if one.at < _FRONT else 0.6
    return place * _OF_KIND.get(one.kind, 1.0)


def _of_province(
    spoken: str, title_end: int, province: str, named: Sequence[Sighting], weights: Mapping[str, float]
) -> tuple[float, ...]:
    good = [one for one in named if one.kind not in _WEAK]
    near = [spoken[max(0, one.at - _REACH) : one.at].lower() for one in good[:_MOST_ASKED]]
    other = max((weight for slug, weight in weights.items() if slug != province), default=0.0)
    first = min((one.at for one in good), default=_FAR)
    return (
        float(any(one.at < title_end for one in good)),
        float(any(title_end <= one.at < title_end + _LEAD for one in good)),
        math.log1p(sum(one.at < _FAR for one in good)),
        weights[province] / (sum(weights.values()) + _SMOOTH),
        math.log((weights[province] + _SMOOTH) / (other + _SMOOTH)),
        float(any(map(_ORGAN.search, near))),
        float(any(map(_ADDRESS.search, near))),
        float(any(map(_WHERE.search, near))),
        float(any(one.town for one in good)),
        float(not good),
        math.log1p(min(first, _FAR) / 200),
        float(province in _HUBS),
        float(any(one.kind == "unit" for one in good)),
        float(len(good) == 1),
        math.log(len(weights)),
        float(len(weights) == 1),
        float(first > _DETAIL),
    )


def _of_text(wide: Scope) -> tuple[float, ...]:
    return (
        _cue(wide.central),
        _cue(wide.country),
        _cue(wide.abroad),
        float(wide.headed),
        float(wide.local > 0),
        _cue(wide.show),
        _cue(wide.law),
    )


def _cue(count: int) -> float:
    return min(count, _MOST_CUES) / (_MOST_CUES / 2)


def of_nation(wide: Scope, *, named: bool) -> tuple[float, ...]:
    """Return what speaks for the whole country where no province is told, in the order of `OF_NATION`."""
    return (*_of_text(wide), float(named))


def told(found: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return how likely a text tells about each province, 0..1, from `features`."""
    weights = _weights()["province"]
    return {province: _chance(weights, numbers) for province, numbers in found.items()}


def national(numbers: Sequence[float]) -> float:
    """Return how likely a text without a province tells about the whole country, from `of_nation`."""
    return _chance(_weights()["nation"], numbers)


def _chance(weights: Sequence[float], numbers: Sequence[float]) -> float:
    odds = sum(weight * number for weight, number in zip(weights, (*numbers, 1.0), strict=True))
    return 1 / (1 + math.exp(-max(-_CERTAIN, min(_CERTAIN, odds))))


@cache
def _weights() -> dict[str, tuple[float, ...]]:
    read = tomllib.loads(_WEIGHTS.read_text("utf-8"))
    return {
        "province": tuple(read["province"][name] for name in (*FEATURES, "constant")),
        "nation": tuple(read["nation"][name] for name in (*OF_NATION, "constant")),
    }
