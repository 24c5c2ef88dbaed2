"""The shipped list of publishers of the 63 former units: where to look for feeds. Data, not a registry.

Nothing in it was asked of a publisher; what a server answers decides, and a person registers it.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline import places
from pipeline.errors import BadInput
from pipeline.model import Source, SourceId
from pipeline.registry import HOST, ID, home
from pipeline.urls import newest_host

_SHIPPED = Path(__file__).parent / "data" / "catalogue.toml"


class Publisher(BaseModel):
    """One who tells the news of a unit.

    Args:
        kind: the party paper, the state's or the party's portal, or the broadcaster.
        unit: slug of an area or a province, meant as it was before July 2025.
        hosts: the newest first; the others are older names of it.
        known: where its hosts are known from: they were seen in use, or are remembered.
        verified: somebody has seen that the publisher is behind these hosts.
        pages: where to look first, if not at the front pages of its hosts.
        feeds: addresses of feeds that were seen in use.
        organ: what it belongs to since the merger.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=ID)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["paper", "portal", "broadcaster"]
    unit: str
    hosts: Annotated[tuple[Annotated[str, Field(pattern=HOST)], ...], Field(min_length=1)]
    known: Literal["seen", "memory"]
    verified: bool
    pages: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    organ: str = ""
    note: str = ""

    def source(self) -> Source:
        """Return it as it would be registered."""
        province, area = home(self.unit)
        return Source(SourceId(self.id), self.name, province, area, self.hosts)

    def addresses(self) -> tuple[str, ...]:
        """Return the pages to look at, one after the other until one answers."""
        return (*self.pages, *(f"https://{one}/" for one in self.hosts))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    publisher: list[Publisher] = []


def read(text: str) -> tuple[Publisher, ...]:
    """Return the publishers of a catalogue file, in its order.

    Raises:
        BadInput: it is no TOML, a field is wrong, a unit is not known or an id stands twice.
    """
    try:
        found = _File.model_validate(tomllib.loads(text)).publisher
    except tomllib.TOMLDecodeError as error:
        raise BadInput("toml", str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(".".join(str(step) for step in first["loc"]), first["msg"]) from error
    seen: set[str] = set()
    for one in found:
        if one.id in seen:
            raise BadInput(one.id, "stands twice in the catalogue")
        seen.add(one.id)
        home(one.unit)
    return tuple(found)


@cache
def shipped() -> tuple[Publisher, ...]:
    """Return the catalogue that comes with us."""
    return read(_SHIPPED.read_text("utf-8"))


def within(publishers: Iterable[Publisher], unit: str) -> list[Publisher]:
    """Return the publishers of a province of today with all that went into it, or of a former unit alone.

    A name that a former and a present unit share means the present one. Raises BadInput: no such unit.
    """
    province, area = home(unit)
    if area is None:
        return [one for one in publishers if places.today(one.unit) == province]
    return [one for one in publishers if one.unit == area]


def of_host(host: str) -> Publisher | None:
    """Return the shipped publisher behind a host, by its old or its new name, or None. Never raises."""
    return _hosts().get(newest_host(host))


@cache
def _hosts() -> dict[str, Publisher]:
    return {newest_host(host): one for one in reversed(shipped()) for host in one.hosts}
