"""Notices made from templates: look-alikes that must stay apart, and true copies that must join.

The wordings are data (`wordings.toml`). Even templates are for training, odd ones for the test.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from bench.dedup import facts
from bench.dedup.levels import Teller, gap, undated
from bench.dedup.model import Level, Outlet, Telling

_DATA = Path(__file__).parent / "wordings.toml"
_SERIES = 2  # of a template: as many publishers
_COPIED = 0.12  # share of notices that a second publisher tells
_TRIES = 20  # draws for one notice; some fields have few values


@dataclass(frozen=True, slots=True)
class Template:
    """A notice with gaps. `varies`: the fields that tell one notice of a series from another."""

    name: str
    varies: tuple[str, ...]
    titles: tuple[str, ...]
    paragraphs: tuple[tuple[str, ...], ...]


@cache
def templates() -> tuple[Template, ...]:
    """Return all templates, in their order."""
    with _DATA.open("rb") as file:
        told = tomllib.load(file)["notice"]
    return tuple(
        Template(
            one["name"],
            tuple(one["varies"]),
            tuple(one["titles"]),
            tuple(tuple(wordings) for wordings in one["paragraphs"]),
        )
        for one in told
    )


@dataclass(frozen=True, slots=True)
class _Series:
    """The notices of one publisher: one template in one wording, with the fields that stay the same."""

    template: Template
    name: str
    outlet: Outlet
    wording: tuple[str, ...]
    shared: Mapping[str, str]


def flood(
    rng: Random, teller: Teller, days: Sequence[datetime], count: int, *, test: bool
) -> Iterator[Telling]:
    """Yield `count` look-alikes of each template of the split on any of `days`, and their copies."""
    for number, template in enumerate(templates()):
        if number % 2 != int(test):
            continue
        for place, area in enumerate(rng.sample(sorted({one.area for one in teller.outlets}), _SERIES)):
            outlet = rng.choice([one for one in teller.outlets if one.area == area])
            shared = {field: draw(rng, days[0]) for field, draw in _DRAWS.items()} | {"tinh": outlet.place}
            wording = tuple(rng.choice(wordings) for wordings in template.paragraphs)
            series = _Series(template, f"{template.name}-{place}", outlet, wording, shared)
            yield from _told(rng, series, teller, days, count // _SERIES)


def _told(
    rng: Random, series: _Series, teller: Teller, days: Sequence[datetime], count: int
) -> Iterator[Telling]:
    """Yield notices with other values of the fields that vary, no two with the same."""
    seen: set[tuple[str, ...]] = set()
    for _ in range(count * _TRIES):
        at = rng.choice(days) + timedelta(minutes=rng.randint(360, 1200))
        values = {**series.shared, **{field: _DRAWS[field](rng, at) for field in series.template.varies}}
        key = tuple(values[field] for field in series.template.varies)
        if key in seen or len(seen) == count:
            continue
        seen.add(key)
        told = undated(rng, _notice(series, values, f"k{series.name}-{len(seen)}", at))
        yield told
        if rng.random() < _COPIED:
            yield _copied(rng, told, series.template, values, teller)


def _notice(series: _Series, values: Mapping[str, str], name: str, at: datetime) -> Telling:
    return Telling(
        external_id=name,
        level=Level.TEMPLATE,
        story=name,
        original="",
        outlet=series.outlet,
        title=series.template.titles[0].format(**values),
        summary="",
        paragraphs=tuple(paragraph.format(**values) for paragraph in series.wording),
        at=at,
        url=f"https://{series.outlet.host}/thong-bao/{name}.html",
        detail=series.template.name,
    )


def _copied(
    rng: Random, told: Telling, template: Template, values: Mapping[str, str], teller: Teller
) -> Telling:
    """Tell a notice at a second publisher: under another headline, with its own mark, or just so."""
    outlet = teller.another(rng, told.outlet)[0]
    mark = rng.choice(("", "", f"({outlet.mark}) - "))
    title = template.titles[1].format(**values) if rng.random() < 0.4 else told.title
    name = f"c{told.external_id}"
    copy = replace(
        told,
        external_id=name,
        level=Level.TEMPLATE_COPY,
        original=told.external_id,
        outlet=outlet,
        title=title,
        paragraphs=(mark + told.paragraphs[0], *told.paragraphs[1:], *((told.outlet.name,) if mark else ())),
        at=told.at + gap(rng),
        url=f"https://{outlet.host}/thong-bao/{name}.html",
        dated=True,
    )
    return undated(rng, copy)


def _day(_rng: Random, at: datetime) -> str:
    return f"{at.day}/{at.month}/{at.year}"


def _hour(first: int, last: int) -> Callable[[Random, datetime], str]:
    return lambda rng, _at: f"{rng.randint(first, last)} giờ{rng.choice(('', ' 30'))}"


def _integer(first: int, last: int) -> Callable[[Random, datetime], str]:
    return lambda rng, _at: str(rng.randint(first, last))


def _price(rng: Random, _at: datetime) -> str:
    return f"{rng.randint(5, 24)}.{rng.randrange(0, 1000, 50):03}"


def _street(rng: Random, _at: datetime) -> str:
    return rng.choice(
        (facts.person(rng), f"Tỉnh lộ {rng.randint(820, 980)}", f"Quốc lộ {rng.randint(1, 91)}")
    )


_DRAWS: dict[str, Callable[[Random, datetime], str]] = {
    "xa": lambda rng, _at: rng.choice(facts.COMMUNES),
    "xa2": lambda rng, _at: rng.choice(facts.COMMUNES),
    "ngay": _day,
    "thang": lambda rng, _at: f"{rng.randint(1, 12)}/{rng.randint(2018, 2023)}",
    "nam": _integer(2004, 2023),
    "ky": _integer(2, 60),
    "gio": _hour(5, 11),
    "gio2": _hour(13, 18),
    "so1": _integer(3, 480),
    "so2": _integer(3, 480),
    "so3": _integer(3, 980),
    "so4": _integer(3, 480),
    "tien": _price,
    "tien2": _price,
    "ten": lambda rng, _at: facts.person(rng),
    "duong": _street,
    "quyet_dinh": _integer(11, 2900),
}
