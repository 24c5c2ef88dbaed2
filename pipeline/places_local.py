"""Districts of until June 2025 and communes since, as texts name them: "huyện Trảng Bom". Pure; never raises.

Both tell the former unit they lie in, where their name is borne once, or once in the provinces that a
text names anyway: ten former units had a huyện Châu Thành.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path

from pipeline.gazetteer import area, key
from pipeline.text import CAPITALS

_DATA = Path(__file__).parent / "data"
_DISTRICTS, _COMMUNES = _DATA / "districts.tsv", _DATA / "communes.tsv"
_KINDS = {
    "huyện": "huyện", "huyện đảo": "huyện", "huyện ủy": "huyện", "thị trấn": "huyện", "h": "huyện",
    "quận": "quận", "quận ủy": "quận", "q": "quận", "thị xã": "thị xã", "thị ủy": "thị xã", "tx": "thị xã",
    "thành phố": "thị xã", "thành ủy": "thị xã", "tp": "thị xã", "t.p": "thị xã", "phường": "phường",
    "p": "phường", "xã": "xã", "x": "xã", "đặc khu": "đặc khu",
}  # fmt: skip  # thị xã rose to thành phố; a thị trấn bears its district's name
_SYLLABLE = rf"[{CAPITALS}][^\W\d_]*(?:['’][{CAPITALS}]?[^\W\d_]+)?"
_LOCAL = re.compile(
    r"\b(?=[hqtpxđHQTPXĐ])(?P<kind>(?i:(?:huyện|quận|thị|thành) ủy|huyện đảo|huyện|quận|thị xã|thị trấn"
    r"|thành phố|phường|xã|đặc khu|TP|T\.P|TX)|[HQPX](?=\.))(?:\.\s?|\s)"
    rf"(?P<name>\d{{1,2}}(?!\d)|{_SYLLABLE}(?:\s{_SYLLABLE}){{0,3}})"
)


_MOST = 3_000  # names in one text
COMMUNES_SINCE = date(2025, 7, 1)  # the communes of today; names of before meant others


@dataclass(frozen=True, slots=True)
class Local:
    """A district or commune named in a text.

    Args:
        start: where the word for its kind stands.
        at, end: where its name stands.
        areas: slugs of the former units that have one of this name and kind.
        commune: one since July 2025, not a district of before.
    """

    start: int
    at: int
    end: int
    areas: frozenset[str]
    commune: bool


@cache
def _known() -> dict[tuple[str, str], frozenset[str]]:
    """Return the former units by kind and name."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in (_DISTRICTS, _COMMUNES):
        lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
        for line in lines[1:]:
            area, kind, names = line.split("\t")
            for name in names.split("; "):
                found[kind, key(name)].add(area)
    return {names: frozenset(areas) for names, areas in found.items()}


def locals_in(spoken: str) -> Iterator[Local]:
    """Yield the districts and communes that a text names, in order. `spoken`: as `places_in_prose` has it."""
    known = _known()
    for hit in islice(_LOCAL.finditer(spoken), _MOST):
        kind = _KINDS[hit["kind"].lower()]
        words = hit["name"].split()
        for count in range(len(words), 0, -1):
            name = " ".join(words[:count])
            areas = known.get((kind, key(name)))
            if areas:
                at = hit.start("name")
                yield Local(hit.start(), at, at + len(name), areas, kind in {"phường", "xã", "đặc khu"})
                break


def communes(spoken: str, provinces: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield where a text names a commune of today, and the former unit in which it lies.

    Args:
        spoken: as `places_in_prose` has it.
        provinces: those that the text names: a commune of theirs is meant. Where it names none, only a
            commune counts whose name there is once in the country.
    """
    for one in locals_in(spoken):
        if not one.commune:
            continue
        near = [slug for slug in one.areas if (unit := area(slug)) is not None and unit.province in provinces]
        meant = near if provinces else list(one.areas)
        if len(meant) == 1:
            yield one.at, meant[0]
