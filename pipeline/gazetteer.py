"""The provincial units of Viet Nam: today's 34, the 63 until 30 June 2025, their names and hosts. Pure.

Read once from `data/provinces.tsv`; a name is looked up here, a text is read in `pipeline.places`.
23 of today's provinces bear the name of a smaller former unit, so a name alone is never a key.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.text import fold, plain
from pipeline.urls import names_of_host

_DATA = Path(__file__).parent / "data" / "provinces.tsv"
_KIND = re.compile(r"^(?:tinh|thanh pho|tp)\b[\s.]*")
_NOT_BARE = re.compile(r"[^a-z0-9]")
_CAPITAL = re.compile(r"[A-ZĐ]")
_GAP = re.compile(r"[\s.-]+")


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

    `kind`, `code` and `capital` are those of that day, `iso` is the ISO 3166-2 code.
    """

    slug: str
    name: str
    kind: str
    code: str
    iso: str
    province: str
    capital: str


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
    shared: frozenset[str]
    names: tuple[Name, ...]
    resolved: dict[str, tuple[str, str | None]]
    hosts: dict[str, tuple[str, str]]


@cache
def _gazetteer() -> _Gazetteer:
    """Read the data."""
    lines = [line for line in _DATA.read_text("utf-8").splitlines() if not line.startswith("#")]
    head = lines[0].split("\t")
    rows = sorted(
        (dict(zip(head, line.split("\t"), strict=True)) for line in lines[1:]),
        key=lambda row: plain(row["name"]),
    )
    former = [row for row in rows if row["level"] == "area"]
    provinces = {
        row["slug"]: Province(row["slug"], row["name"], row["kind"], row["code"])
        for row in rows
        if row["level"] == "province"
    }
    areas = {
        row["slug"]: Area(
            row["slug"], row["name"], row["kind"], row["code"], row["iso"], row["province"], row["capital"]
        )
        for row in former
    }
    parts = Counter(row["province"] for row in former)
    shared = frozenset(slug for slug, count in parts.items() if count > 1)
    resolved: dict[str, tuple[str, str | None]] = {}
    hosts: dict[str, tuple[str, str]] = {}
    for row in former:
        home = row["province"], row["slug"]
        spellings = (row["name"], row["slug"], *_listed(row["aliases"]), *_listed(row["nicknames"]))
        resolved |= dict.fromkeys(map(_bare, spellings), (home[0], None if home[1] in shared else home[1]))
        hosts |= dict.fromkeys((*_listed(row["hosts"]), f"{_bare(row['slug'])}.gov.vn"), home)
    names = tuple(name for row in former for name in _names(row))
    return _Gazetteer(provinces, areas, shared, names, resolved, hosts)


def _names(row: dict[str, str]) -> list[Name]:
    """Return the names of one row: its own, then those of its towns and its nicknames."""
    own = [Name(written, row["slug"]) for written in (row["name"], *_listed(row["aliases"]))]
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


def key(written: str) -> str:
    """Return the lookup key of a name as it stands in a text: caseless, with single spaces for signs."""
    return _GAP.sub(" ", fold(written)).strip()


def provinces() -> tuple[Province, ...]:
    """Return today's 34 provinces in order of name."""
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


def is_shared(slug: str) -> bool:
    """Tell whether a former unit's name is today borne by a larger one, so that it means two territories."""
    return slug in _gazetteer().shared


def names() -> tuple[Name, ...]:
    """Return every name that texts use, units first among equal ones."""
    return _gazetteer().names


def resolve(name: str) -> tuple[str | None, str | None]:
    """Return (province of today, area) that a name, alias or slug stands for; (None, None) if unknown.

    Any case, with or without diacritics and "tỉnh" or "TP". The area is None when the name is
    borne by a unit of today and by a part of it.
    """
    return _gazetteer().resolved.get(_bare(name), (None, None))


def home_of_host(host: str) -> tuple[str, str] | None:
    """Return (province, area) of the publisher behind a host, subdomains included; None if unknown.

    A moved host is known by its old and its new name, before the domain around it is asked.
    """
    bare = host.lower().split(":")[0].rstrip(".")
    labels = bare.split(".")
    wider = (".".join(labels[at:]) for at in range(len(labels)))
    hosts = _gazetteer().hosts
    return next((home for name in (*names_of_host(bare), *wider) if (home := hosts.get(name))), None)
