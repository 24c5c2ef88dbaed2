"""Provinces of today and areas of until 2025, and which of them a text tells about. Pure; never raises.

The gazetteer is `data/provinces.tsv`. 23 of today's 34 provinces bear the name of a smaller
former unit, so a name alone is never a key: what "Vĩnh Long" means depends on the day.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pipeline.model import Places
from pipeline.text import clean, fold, one_tone, plain
from pipeline.text import slug as slug_of

_DATA = Path(__file__).parent / "data" / "provinces.tsv"
_MERGER = date(2025, 7, 1)  # QH 202/2025/QH15: the 34 units work from this day


@dataclass(frozen=True, slots=True)
class Province:
    """One of today's 34 units. `kind`: "tỉnh" or "thành phố"; `code`: two digits of QĐ 19/2025/QĐ-TTg."""

    slug: str
    name: str
    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Area:
    """The territory of one of the 63 units until 30 June 2025; `province`: slug of the unit of today.

    `code` is the former two-digit code, `iso` the ISO 3166-2 code, `capital` the former seat.
    """

    slug: str
    name: str
    kind: str
    code: str
    iso: str
    province: str
    capital: str


@dataclass(frozen=True, slots=True)
class _Name:
    """What a name in a text stands for: its area, and how surely."""

    area: str
    town: bool = False  # a town or nickname: evidence, but not the unit's own name
    strict: bool = False  # only after "thành phố", "huyện" and the like
    trap: bool = False  # looks like a unit and is none


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    provinces: tuple[Province, ...]
    areas: tuple[Area, ...]
    resolved: dict[str, tuple[str, str | None]]
    hosts: dict[str, tuple[str, str]]
    names: dict[str, _Name]
    pattern: re.Pattern[str]


_TRAPS = (
    "Đồng Tháp Mười", "Thái Bình Dương", "Nam Định Vũ", "Bình Định Vương", "Sài Gòn Giải Phóng", "Hà Nội mới",
    "Hà Nội Mới", "Hoàng Anh Gia Lai", "Sài Gòn Co.op",
)  # fmt: skip
_SHARED_WITH_CHINA = frozenset({"ha-nam", "thai-nguyen"})  # Henan, Taiyuan


@cache
def _gazetteer() -> _Gazetteer:
    """Read the data once."""
    lines = [line for line in _DATA.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    head = lines[0].split("\t")
    rows = [dict(zip(head, line.split("\t"), strict=True)) for line in lines[1:]]
    units = [row for row in rows if row["level"] == "province"]
    former = [row for row in rows if row["level"] == "area"]
    provinces = tuple(
        sorted((Province(row["slug"], row["name"], row["kind"], row["code"]) for row in units), key=lambda unit: plain(unit.name))
    )
    areas = tuple(
        sorted(
            (
                Area(row["slug"], row["name"], row["kind"], row["code"], row["iso"], row["province"], row["capital"])
                for row in former
            ),
            key=lambda unit: plain(unit.name),
        )
    )
    merged = _merged(areas)
    resolved: dict[str, tuple[str, str | None]] = {}
    hosts: dict[str, tuple[str, str]] = {}
    names: dict[str, _Name] = {_key(trap): _Name("", trap=True) for trap in _TRAPS}
    for row in former:
        known = row["province"], None if row["slug"] in merged else row["slug"]
        spoken = [row["name"], *_listed(row["aliases"])]
        for name in (*spoken, row["slug"], *_listed(row["nicknames"])):
            resolved[_bare(name)] = known
        hosts |= dict.fromkeys(_listed(row["hosts"]), (row["province"], row["slug"]))
        hosts[f"{row['slug'].replace('-', '')}.gov.vn"] = row["province"], row["slug"]
        names |= {_key(name): _Name(row["slug"]) for name in spoken}
        for name in (*_listed(row["nicknames"]), *_listed(row["places"])):
            names.setdefault(_key(name.removeprefix("*")), _Name(row["slug"], town=True, strict=name.startswith("*")))
    forms = [name for row in former for key in ("name", "aliases", "nicknames", "places") for name in _listed(row[key])]
    return _Gazetteer(provinces, areas, resolved, hosts, names, _pattern([*forms, *_TRAPS]))


def _merged(areas: Iterable[Area]) -> frozenset[str]:
    """Return the slugs that today's unit shares with only a part of its territory."""
    parts: dict[str, int] = defaultdict(int)
    for area in areas:
        parts[area.province] += 1
    return frozenset(slug for slug, count in parts.items() if count > 1)


def _listed(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(";") if item.strip()]


def _key(name: str) -> str:
    """Return the lookup key of a name as it stands in a text."""
    return re.sub(r"[\s.-]+", " ", fold(name)).strip()


def _pattern(forms: Iterable[str]) -> re.Pattern[str]:
    """Return one alternation of all names in title case and capitals, grouped by first syllable."""
    tails: dict[str, set[str]] = defaultdict(set)
    for form in forms:
        name = one_tone(clean(form.removeprefix("*")))
        for cased in (name, name.upper()):
            head, *rest = re.split(r"([\s.-]+)", cased)
            tail = "".join(
                r"\s*[-‐‑–—]\s*" if "-" in part else r"\.?\s?" if "." in part else r"\s+" if part.isspace() else re.escape(part)
                for part in rest
            )
            tails[re.escape(head)].add(tail)
    groups = (
        f"{head}(?:{'|'.join(sorted(ends, key=lambda end: (-len(end), end)))})" for head, ends in sorted(tails.items())
    )
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(groups)})(?![^\W_])")


def provinces() -> tuple[Province, ...]:
    """Return today's 34 provinces in order of name."""
    return _gazetteer().provinces


def areas() -> tuple[Area, ...]:
    """Return the 63 former units in order of name."""
    return _gazetteer().areas


def province(slug: str) -> Province | None:
    """Return the province of today with this slug, or None."""
    return next((unit for unit in provinces() if unit.slug == slug), None)


def area(slug: str) -> Area | None:
    """Return the former unit with this slug, or None."""
    return next((unit for unit in areas() if unit.slug == slug), None)


_KIND = re.compile(r"^(?:tinh|thanh pho|tp)\b[\s.]*")


def _bare(name: str) -> str:
    """Return a name without "tỉnh"/"TP", diacritics, spaces and signs."""
    return re.sub(r"[^a-z0-9]", "", _KIND.sub("", plain(name).strip()))


def resolve(name: str) -> tuple[str | None, str | None]:
    """Return (province of today, area) that a name, alias or slug stands for; (None, None) if unknown.

    The area is None when the name is borne by a unit of today and by a part of it.
    """
    return _gazetteer().resolved.get(_bare(name), (None, None))


def home_of_host(host: str) -> tuple[str, str] | None:
    """Return (province, area) of the publisher behind a host, subdomains included; None if unknown."""
    labels = host.lower().rstrip(".").split(":")[0].split(".")
    for start in range(len(labels) - 1):
        home = _gazetteer().hosts.get(".".join(labels[start:]))
        if home:
            return home
    return None


_BEFORE = re.compile(
    r"(?:(?P<credit>theo\s+(?:báo|đài|trang)(?:\s[^\s.,;]+){0,3}\s|nguồn\s*:?\s*(?:báo|đài)?\s*)"
    r"|(?P<paper>(?:báo|báo điện tử|tạp chí|đài|phát thanh(?:\s*[-,và]*\s*truyền hình)?|pt-th|ptth)\s)"
    r"|(?P<unit>(?:t[ỉi]nh|thành phố|tp\.?|t\.p\.?|thủ đô|tỉnh ủy|thành ủy|tỉnh đoàn|thành đoàn|đảng bộ|ubnd|hđnd|thị xã|tx\.?)\s*)"
    r"|(?P<street>đường phố\s)"
    r"|(?P<below>(?:phường|xã|thị trấn|huyện|quận|đường|phố|cầu|chợ|ngã tư|ngã ba|thôn|ấp|khóm|xa lộ|đại lộ|bến xe|ga|sân|nhà thi đấu|trường đua"
    r"|chùa|đình|đền|vịnh|hồ|núi|sông|rạch|bún bò|bún|quỹ tín dụng(?:\snhân dân)?|ông|bà|anh|chị|em|cô|chú|bác|bé|cháu)\s)"
    r"|(?P<firm>(?:công ty|tập đoàn|ngân hàng|khách sạn|nhà hàng|siêu thị|chung cư|bia|clb|câu lạc bộ|đội bóng|trường|đại học|học viện|bệnh viện)\s(?:[^\s.,;]+\s){0,4})"
    r"|(?P<home>(?:trú|quê|ngụ|hktt|gốc)(?:\s[^\s.;()]+){0,9}\s)"
    r"|(?P<now>nay\s(?:là|thuộc)\s(?:tỉnh\s|thành phố\s|tp\.?\s?)?)"
    r"|(?P<person>(?<![^\W_])(?:Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trương|Đoàn|Lâm|Mai|Tô|Tạ|Trịnh|Đào|Lương|Thị|Văn)\s))$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?P<weather>\s*:?\s*\d{1,2}\s*(?:[-–]\s*\d{1,2}\s*)?(?:°|º|độ\s?C))"
    r"|(?P<china>\s*[(,]?\s*(?:của\s+)?Trung Quốc)"
    r"|(?P<former>\s*\(?\s*(?:cũ|trước đây|trước khi sáp nhập)(?![^\W_])|\s*\(nay\s)"
    r"|(?P<dateline>\s*[,(–-]+\s*(?:TTXVN|Vietnam\+|VOV|ngày\s+\d))"
)
_JOINT = re.compile(r"\s*(?:,|;|và|với|hoặc|-|–)\s*(?:(?:tỉnh|thành phố|tp\.?)\s*)?", re.IGNORECASE)
_LOCAL = re.compile(
    r"(?<![^\W_])(?:tỉnh ủy|thành ủy|huyện ủy|tỉnh ta|tỉnh nhà|trong tỉnh|toàn tỉnh|của tỉnh|địa bàn tỉnh|đảng bộ tỉnh"
    r"|(?:ubnd|hđnd|ủy ban nhân dân|hội đồng nhân dân|công an|địa bàn|toàn)\s+(?:tỉnh|thành phố|huyện|tp))(?![^\W_])",
    re.IGNORECASE,
)
_AGENCY = re.compile(r"TTXVN|Thông tấn xã Việt Nam|Vietnam\+|VietnamPlus|(?i:chinhphu\.vn)|\bVGP\b")
_COUNTRY = re.compile(
    r"(?<![^\W_])(?:Thủ tướng|Chính phủ|Quốc hội|Chủ tịch nước|Tổng Bí thư|Bộ trưởng|Bộ Chính trị|cả nước|toàn quốc"
    r"|Bộ (?:Y tế|Công an|Quốc phòng|Tài chính|Nội vụ|Công Thương|Xây dựng|Tư pháp|Ngoại giao|GD&ĐT|Giáo dục))(?![^\W_])"
)
_HOST = re.compile(r"(?<![\w.-])(?:[a-z0-9-]+\.){1,4}vn(?![\w-])", re.IGNORECASE)

_HEAD = 200  # characters: headline and the first words, where news says its place
_LIST = 4  # this many names in a row are a list, not a place told about
_NEARNESS = 60
_SHARE = 0.3  # of the weightiest, for a place to be told about


@dataclass(frozen=True, slots=True)
class _Sighting:
    """One name in a text that stands for a place. `former`: the text itself says which unit is meant."""

    area: str
    weight: float
    explicit: bool
    former: bool
    today: bool


def read(text: str, *, on: date | None, chrome: str = "") -> Places:
    """Return the places that `text` tells about, weightiest first.

    Args:
        text: title and body.
        on: the day of publication, None if unknown; a name borne by a former and a present unit
            means the former before 1 July 2025, else only the province is known.
        chrome: the page around the text, asked only if the text names no place.
    """
    found = _weigh(list(_sightings(one_tone(clean(text)))), on)
    if found.provinces:
        return found
    spoken = one_tone(clean(text))
    if not _LOCAL.search(spoken) and (_AGENCY.search(spoken) or len(_COUNTRY.findall(spoken[:1500])) > 1):
        return Places(national=True)
    around = _weigh(list(_sightings(one_tone(clean(chrome)))), on)
    if not around.provinces:
        homes = [home for host in _HOST.findall(f"{text}\n{chrome}") if (home := home_of_host(host))]
        around = Places(areas=tuple({home[1]: None for home in homes}), provinces=tuple({home[0]: None for home in homes}))
    if len(around.provinces) != 1:
        return Places()
    return Places(areas=around.areas, provinces=around.provinces)


def _sightings(text: str) -> Iterator[_Sighting]:
    """Yield what each name in `text` stands for; names that are no places are left out."""
    gazetteer = _gazetteer()
    hits = list(gazetteer.pattern.finditer(text))
    runs = _runs(text, hits)
    last: tuple[int, bool] = (-1, False)
    about_china = text.count("Trung Quốc") > 1
    for at, hit in enumerate(hits):
        name = gazetteer.names[_key(hit[0])]
        if name.trap:
            continue
        before = _BEFORE.search(text, max(0, hit.start() - _NEARNESS), hit.start())
        after = _AFTER.match(text, hit.end())
        kind = before.lastgroup if before else ""
        tail = after.lastgroup if after else ""
        joint = last[0] >= 0 and _JOINT.fullmatch(text, last[0], hit.start())
        unit = kind == "unit" or bool(joint and last[1])
        last = (hit.end(), unit)
        abbreviated = name.area == "ho-chi-minh" and not name.town and _key(hit[0]) != "hồ chí minh"
        if kind in {"below", "credit", "person"} and not (name.strict and kind == "below"):
            continue
        if tail in {"weather", "china"} or (about_china and name.area in _SHARED_WITH_CHINA):
            continue
        if tail == "dateline" and name.area in {"ha-noi", "ho-chi-minh"}:
            continue
        if _key(hit[0]) == "hồ chí minh" and not unit:
            continue
        if name.strict and not unit and kind != "below":
            continue
        weight = {"paper": 0.2, "firm": 0.3, "home": 0.4}.get(kind or "", 1.0)
        if unit and not name.town:
            weight = 2.0
        if runs[at] >= _LIST:
            weight *= 0.3
        if hit.start() < _HEAD:
            weight *= 2.0
        surely = (unit or abbreviated) and not name.town and weight >= 1.0
        yield _Sighting(name.area, weight, surely, tail == "former" or name.town, kind == "now")


def _runs(text: str, hits: list[re.Match[str]]) -> list[int]:
    """Return for each hit how many names stand in a row with it."""
    sizes: list[int] = []
    start = 0
    for at in range(1, len(hits) + 1):
        if at < len(hits) and _JOINT.fullmatch(text, hits[at - 1].end(), hits[at].start()):
            continue
        sizes += [at - start] * (at - start)
        start = at
    return sizes


def _weigh(sightings: list[_Sighting], on: date | None) -> Places:
    """Sum up what is told about: places with a good share of the weightiest one's weight."""
    merged = _merged(areas())
    by_area = {unit.slug: unit.province for unit in areas()}
    sums: dict[tuple[str, str | None], float] = defaultdict(float)
    explicit: set[str] = set()
    for seen in sightings:
        home = by_area[seen.area]
        shared = seen.area in merged
        known = not shared or (not seen.today and (seen.former or (on is not None and on < _MERGER)))
        sums[home, seen.area if known else None] += seen.weight
        if seen.explicit and known:
            explicit.add(seen.area)
    if not sums:
        return Places()
    top = max(sums.values())
    ranked = [key for key, weight in sorted(sums.items(), key=lambda row: (-row[1], str(row[0]))) if weight >= top * _SHARE]
    kept = tuple(dict.fromkeys(slug for _, slug in ranked if slug))
    total = sum(sums.values())
    if kept and ranked[0][1] == kept[0] and top >= 3 and top >= 0.7 * total:
        explicit.add(kept[0])
    return Places(
        areas=kept,
        provinces=tuple(dict.fromkeys(home for home, _ in ranked)),
        explicit=tuple(slug for slug in kept if slug in explicit),
    )
