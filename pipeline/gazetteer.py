"""The provincial units of Viet Nam: today's 34, the 63 until 30 June 2025, names by the day, hosts. Pure.

Read once from `data/provinces.tsv` (units), `unit_names.tsv` (names and kinds by the day), `mergers.tsv` and
`publishers.tsv`; a name is looked up here, a text is read in `pipeline.places`. 23 of today's provinces bear
the name of a smaller former unit, so a name alone is never a key. A unit that takes others in keeps its
slug, and a further merger is a row of `mergers.tsv`: the code knows none by name.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from pipeline.errors import BadSettings
from pipeline.model import Seat, Source
from pipeline.text import fold, plain
from pipeline.urls import names_of_host

_DATA = Path(__file__).parent / "data"
_KIND = re.compile(r"^(?:tinh|thanh pho|tp)\b[\s.]*")
_NOT_BARE = re.compile(r"[^a-z0-9]")
_CAPITAL = re.compile(r"[A-ZĐ]")
_GAP = re.compile(r"[\s.-]+")
_PAPER = re.compile(r"^(?:bao|dai|cong thong tin(?: dien tu)?)\s+(?:tinh\s+|thanh pho\s+|tp\.?\s+)?")


@dataclass(frozen=True, slots=True)
class Named:
    """What a unit is called from a day on: `kind` is "tỉnh" or "thành phố". `since` None: from of old."""

    since: date | None
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Province:
    """One of today's units. `name`, `kind`: the newest ones; `code`: two digits of QĐ 19/2025/QĐ-TTg."""

    slug: str
    name: str
    kind: str
    code: str
    names: tuple[Named, ...] = ()

    def on(self, day: date) -> Named:
        """Return what the unit was called on a day."""
        return _on(self.names, day)

    def name_on(self, day: date) -> str:
        """Return its full name on a day: "tỉnh Đồng Nai", since 30 April 2026 "thành phố Đồng Nai"."""
        named = self.on(day)
        return f"{named.kind} {named.name}"


@dataclass(frozen=True, slots=True)
class Area:
    """The territory of one of the 63 units until 30 June 2025; `province`: slug of the unit of today.

    `name`, `kind`, `code` and `capital` are those of that day, `iso` is the ISO 3166-2 code.
    """

    slug: str
    name: str
    kind: str
    code: str
    iso: str
    province: str
    capital: str
    names: tuple[Named, ...] = ()

    def name_on(self, day: date) -> str:
        """Return the full name of the former unit on a day, or its last one."""
        named = _on(self.names, min(day, _LAST_DAY))
        return f"{named.kind} {named.name}"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as texts write it, from its first capital letter on.

    Args:
        written: the name in title case.
        area: slug of the former unit that is meant.
        lead: lower-case words that must stand before it ("xứ " of "xứ Dừa").
        town: a place in the unit or a nickname, not the unit's own name.
        strict: only after "thành phố", "thị xã", "huyện" and the like.
    """

    written: str
    area: str
    lead: str = ""
    town: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    provinces: dict[str, Province]
    areas: dict[str, Area]
    mergers: dict[str, tuple[date, str]]
    parts: dict[str, frozenset[str]]  # of each unit of today: its areas
    names: tuple[Name, ...]
    resolved: dict[str, tuple[str, str | None]]
    hosts: dict[str, tuple[Seat, ...]]
    marks: dict[str, tuple[Seat, ...]]


_LAST_DAY = date(2025, 6, 30)  # of the 63 units


@cache
def _gazetteer() -> _Gazetteer:
    """Read the data. Raises BadSettings: a row names no unit, or mergers go round in a circle."""
    rows = sorted(_rows("provinces.tsv"), key=lambda row: plain(row["slug"]))
    former = [row for row in rows if row["level"] == "area"]
    mergers = {row["old"]: (date.fromisoformat(row["from"]), row["new"]) for row in _rows("mergers.tsv")}
    names: dict[str, list[Named]] = defaultdict(list)
    for row in _rows("unit_names.tsv"):
        names[row["slug"]].append(Named(_day(row["from"]), row["kind"], row["name"]))
    provinces = {}
    for row in rows:
        if row["level"] == "province" and _end(row["slug"], mergers, None) == row["slug"]:
            known = tuple(names[row["slug"]])
            provinces[row["slug"]] = Province(row["slug"], known[-1].name, known[-1].kind, row["code"], known)
    areas = {}
    for row in former:
        known, home = tuple(names[row["slug"]]), _end(row["slug"], mergers, None)
        if home not in provinces:
            raise BadSettings("mergers", f"{row['slug']} ends in {home}, which is no unit")
        last = _on(known, _LAST_DAY)
        areas[row["slug"]] = Area(
            row["slug"], last.name, last.kind, row["code"], row["iso"], home, row["capital"], known
        )
    parts = {
        slug: frozenset(unit.slug for unit in areas.values() if unit.province == slug) for slug in provinces
    }
    by_name = {unit.slug: unit for unit in sorted(areas.values(), key=lambda unit: plain(unit.name))}
    hosts, marks = _publishers(areas)
    return _Gazetteer(
        dict(sorted(provinces.items(), key=lambda one: plain(one[1].name))),
        by_name,
        mergers,
        parts,
        tuple(name for row in former for name in _names(row, areas[row["slug"]].name)),
        _resolved(former, areas, provinces),
        hosts,
        marks,
    )


def _rows(name: str) -> list[dict[str, str]]:
    lines = [line for line in (_DATA / name).read_text("utf-8").splitlines() if not line.startswith("#")]
    head = lines[0].split("\t")
    return [dict(zip(head, line.split("\t"), strict=True)) for line in lines[1:]]


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _on(names: tuple[Named, ...], day: date) -> Named:
    """Return the last of the names that began by a day, the first of all before."""
    return next((one for one in reversed(names) if one.since is None or one.since <= day), names[0])


def _end(slug: str, mergers: dict[str, tuple[date, str]], on: date | None) -> str:
    """Return the unit that a unit has become by a day; without a day, by all that is known."""
    passed = {slug}
    while (into := mergers.get(slug)) is not None and (on is None or into[0] <= on):
        slug = into[1]
        if slug in passed:
            raise BadSettings("mergers", f"{slug} goes into itself")
        passed.add(slug)
    return slug


def _publishers(
    areas: dict[str, Area],
) -> tuple[dict[str, tuple[Seat, ...]], dict[str, tuple[Seat, ...]]]:
    """Return who speaks by host and by mark, the newest first."""
    hosts: dict[str, list[Seat]] = defaultdict(list)
    marks: dict[str, list[Seat]] = defaultdict(list)
    for row in _rows("publishers.tsv"):
        if row["unit"] not in areas:
            raise BadSettings("publishers", f"{row['host']}: {row['unit']} is no unit")
        one = Seat(row["host"], row["unit"], _day(row["valid_from"]), _day(row["valid_to"]))
        hosts[row["host"]].insert(0, one)
        for mark in (*_listed(row["marks"]), row["host"].rpartition(".")[0], row["host"]):
            marks[fold(mark)].insert(0, one)
    for unit in areas.values():
        hosts[f"{_bare(unit.slug)}.gov.vn"].append(Seat(f"{_bare(unit.slug)}.gov.vn", unit.slug))
    return (
        {host: tuple(known) for host, known in hosts.items()},
        {mark: tuple(known) for mark, known in marks.items()},
    )


def _resolved(
    former: list[dict[str, str]], areas: dict[str, Area], provinces: dict[str, Province]
) -> dict[str, tuple[str, str | None]]:
    found: dict[str, tuple[str, str | None]] = {}
    for row in former:
        unit = areas[row["slug"]]
        shared = unit.slug in provinces and sum(one.province == unit.slug for one in areas.values()) > 1
        spellings = (unit.name, unit.slug, *_listed(row["aliases"]), *_listed(row["nicknames"]))
        home = unit.province, None if shared else unit.slug
        found |= dict.fromkeys((_bare(one) for one in spellings), home)
    for one in provinces.values():
        found.setdefault(_bare(one.name), (one.slug, None))
    return found


def _names(row: dict[str, str], name: str) -> list[Name]:
    """Return the names of one row: its own, then those of its towns and its nicknames."""
    own = [Name(written, row["slug"]) for written in (name, *_listed(row["aliases"]))]
    for nickname in _listed(row["nicknames"]):
        first = _CAPITAL.search(nickname)
        at = first.start() if first else 0
        own.append(Name(nickname[at:], row["slug"], lead=nickname[:at], town=True))
    return own + [
        Name(written.removeprefix("*"), row["slug"], town=True, strict=written.startswith("*"))
        for written in _listed(row["towns"])
    ]


def _listed(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(";") if item.strip()]


def _bare(name: str) -> str:
    """Return a name without "tỉnh" or "TP", diacritics, spaces and signs."""
    return _NOT_BARE.sub("", _KIND.sub("", plain(name).strip()))


@lru_cache(maxsize=8_192)  # names are few and stand often; hostile ones push each other out
def key(written: str) -> str:
    """Return the lookup key of a name as it stands in a text: caseless, with single spaces for signs."""
    return _GAP.sub(" ", fold(written)).strip()


def reload() -> None:
    """Read the tables anew at the next question."""
    _gazetteer.cache_clear()
    is_one_area.cache_clear()


def provinces() -> tuple[Province, ...]:
    """Return today's provinces in order of name."""
    return tuple(_gazetteer().provinces.values())


def areas() -> tuple[Area, ...]:
    """Return the 63 former units in order of name."""
    return tuple(_gazetteer().areas.values())


def province(slug: str) -> Province | None:
    """Return the province of today with this slug, or None."""
    return _gazetteer().provinces.get(slug)


def area(slug: str) -> Area | None:
    """Return the former unit with this slug, or None."""
    return _gazetteer().areas.get(slug)


@lru_cache(maxsize=4_096)  # asked of every name in a text
def is_one_area(slug: str, on: date | None) -> bool:
    """Tell whether a unit's name means a single former unit's territory on a day; without a day, today.

    It does before the unit took others in, and after it went into another itself.
    """
    known = _gazetteer()
    if _end(slug, known.mergers, on) != slug:
        return True
    return not any(other != slug and _end(other, known.mergers, on) == slug for other in known.areas)


def names() -> tuple[Name, ...]:
    """Return every name that texts use, units first among equal ones."""
    return _gazetteer().names


def resolve(name: str) -> tuple[str | None, str | None]:
    """Return (province of today, area) that a name, alias or slug stands for; (None, None) if unknown.

    Any case, with or without diacritics and "tỉnh" or "TP". The area is None when the name is
    borne by a unit of today and by a part of it.
    """
    return _gazetteer().resolved.get(_bare(name), (None, None))


def today(slug: str) -> str | None:
    """Return the province of today that an area or a province of any time has become, None if unknown."""
    into = _end(slug, _gazetteer().mergers, None)
    return into if into in _gazetteer().provinces else None


def home(unit: str, on: date | None = None) -> tuple[str, str | None]:
    """Return (province of today, area) of who speaks for a unit on a day; the area None if it had several.

    `unit`: slug of an area or province. Raises KeyError: there is no such unit.
    """
    known = _gazetteer()
    if unit not in known.areas:
        return known.provinces[unit].slug, None
    return known.areas[unit].province, unit if is_one_area(unit, on) else None


def home_of_host(host: str, on: date | None = None) -> tuple[str, str | None] | None:
    """Return (province, area) of the publisher behind a host on a day, subdomains included; None if unknown.

    A moved host is known by its old and its new name, before the domain around it is asked. The area is
    None where the publisher speaks for several since the merger.
    """
    bare = host.lower().split(":")[0].rstrip(".")
    labels = bare.split(".")
    wider = (".".join(labels[at:]) for at in range(len(labels)))
    hosts = _gazetteer().hosts
    for name in (*names_of_host(bare), *wider):
        for one in hosts.get(name, ()):
            if one.holds(on):
                return home(one.unit, on)
    return None


def home_of_source(source: Source, on: date | None, host: str = "") -> tuple[str | None, str | None]:
    """Return (province, area) of a source's own news on a day; None for what is not known.

    What its registration says of the host, or of the day, goes before its home; where it has none, its
    host may be known.
    """
    seats = [seat for seat in source.seats if seat.holds(on)]
    names = frozenset(names_of_host(host))
    here = [seat for seat in seats if names & {*names_of_host(seat.host)}]
    units = {seat.unit for seat in here or seats}
    if here or (len(units) == 1 and source.province is None):
        return home(next(seat.unit for seat in here or seats), on)
    if source.province is None:
        known = (home_of_host(one, on) for one in (host, *source.hosts) if one in source.hosts)
        return next((one for one in known if one is not None), (None, None))
    if source.province not in _gazetteer().areas and source.province not in _gazetteer().provinces:
        return source.province, source.area
    province_slug, area_slug = home(source.province, on)
    return province_slug, source.area or area_slug


def home_of_mark(mark: str, on: date | None = None) -> tuple[str, str | None] | None:
    """Return (province, area) of the paper that a mark names: "ĐTO", "BDK.VN", "Báo Quảng Ngãi"."""
    known = _gazetteer().marks.get(fold(mark).strip())
    if known is not None:
        return next((home(one.unit, on) for one in known if one.holds(on)), None)
    told = _PAPER.match(plain(mark))
    province_slug, area_slug = resolve(plain(mark)[told.end() :]) if told else (None, None)
    if province_slug is None:
        return None
    return home(area_slug or province_slug, on)
