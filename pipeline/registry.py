"""The registry of sources as a TOML file: what `sources import` reads and `sources export` writes.

[[source]]
id = "bao-dong-khoi"
name = "Báo Đồng Khởi"
province = "Bến Tre"            # a name or a slug, of today or of before July 2025
hosts = ["baodongkhoi.vn"]
rights = "summary"              # title | summary | full

[[source.host]]                 # only where a host's news is of another unit, or was until a day
name = "vinhlong.example"
unit = "Vĩnh Long"              # as the name meant on those days
valid_from = 2025-07-01         # both days included, either may be missing
valid_to = 2026-12-31

[[source.intake]]
kind = "feed"                   # feed | webhook | folder | mailbox
url = "https://baodongkhoi.vn/rss/home.rss"

[[source.intake]]
kind = "mailbox"
url = "imaps://tin@mail.example/INBOX"
from = ["vanphong@binhhoa.example"]  # who may send to it
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline import imap, places
from pipeline.errors import BadInput, Refused
from pipeline.model import Rights, Seat, Source, SourceId
from pipeline.store import Connection, doors, intakes, sources
from pipeline.urls import canonical

HOST = r"^[A-Za-z0-9.-]{1,253}$"
SENDER = r"^[^\s@<>,;\"]{1,64}@[A-Za-z0-9.-]{1,253}$"
ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"

_A_HOST = "a host has letters, digits, dots and hyphens only, as in baodongkhoi.vn"
_MEANT = {
    "id": "an id has letters a-z, digits, dots, hyphens and underscores only, 100 at most, and begins with "
    "a letter or a digit, as in bao-dong-khoi",
    "hosts": _A_HOST,
    "name": _A_HOST,
    "rights": "say title, summary or full",
    "kind": "say feed, webhook, folder or mailbox",
    "from": "give the address of who may send, as in vanphong@binhhoa.example",
}


@dataclass(frozen=True, slots=True)
class Door:
    """An intake as registered. `url` is a feed's address; `path` is for whoever plays a data set.

    `senders`: who may send to a mailbox.
    """

    kind: str
    url: str = ""
    path: str = ""
    allow_private: bool = False
    senders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """A source with its doors."""

    source: Source
    doors: tuple[Door, ...] = ()


class _Intake(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["feed", "webhook", "folder", "mailbox"]
    url: Annotated[str, Field(max_length=2_000)] = ""
    path: str = ""
    allow_private: bool = False
    senders: Annotated[list[Annotated[str, Field(pattern=SENDER)]], Field(alias="from")] = []


class _Host(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=HOST)]
    unit: str
    valid_from: date | None = None
    valid_to: date | None = None


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=ID)]
    name: Annotated[str, Field(max_length=200)] = ""
    province: str = ""
    area: str = ""
    hosts: list[Annotated[str, Field(pattern=HOST)]] = []
    rights: Rights = Rights.SUMMARY
    host: list[_Host] = []
    intake: list[_Intake] = []


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    source: list[_Source] = []


def load(text: str) -> list[Registered]:
    """Read a file.

    Raises:
        BadInput: it is no TOML, or a field is wrong; names the field.
    """
    try:
        read = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadInput("toml", str(error)) from error
    except ValidationError as error:
        raise _explained(error) from error
    return [_registered(one) for one in read.source]


def make(told: Mapping[str, object]) -> Registered:
    """Return the source that the fields of one [[source]] make. Raises BadInput: names the field."""
    try:
        return _registered(_Source.model_validate(told))
    except ValidationError as error:
        raise _explained(error) from error


def fields(known: Source | None) -> dict[str, object]:
    """Return what is known of a source as `make` takes it; nothing for nobody."""
    if known is None:
        return {}
    return {
        "name": known.name,
        "province": known.province or "",
        "area": known.area or "",
        "hosts": list(known.hosts),
        "rights": known.rights,
        "host": [_told(seat) for seat in known.seats],
    }


def dump(registered: Iterable[Registered]) -> str:
    """Write a file that `load` reads back as it was."""
    return "\n".join("\n".join(_lines(one)) + "\n" for one in registered)


def home(province: str, area: str = "") -> tuple[str | None, str | None]:
    """Return the (province, area) slugs that names stand for; nothing for nothing.

    Raises:
        BadInput: a name is not known, or the area is not in the province.
    """
    found = places.resolve(province) if province else (None, None)
    if province and found[0] is None:
        raise BadInput("province", f"{province!r} is no province, of today or of before July 2025")
    if not area:
        return found
    known = places.area(area)
    if known is None or (found[0] is not None and known.province != found[0]):
        raise BadInput("area", f"{area!r} is no unit of before July 2025 in that province")
    return known.province, known.slug


def save(
    conn: Connection, registered: Iterable[Registered], now: datetime, *, new_folders: bool = False
) -> None:
    """Register sources and open their doors; feeds are due at once. What is not named stays as it is.

    `new_folders`: whoever asks may read this machine's files anyway. A folder that a page could have
    watched would publish whatever lies there, a mailbox whatever somebody wrote.

    Raises:
        BadInput: a folder or mailbox is to be watched that is not yet, and the caller may not say so.
    """
    for one in registered:
        sources.add(conn, one.source)
        for door in one.doors:
            known = (conn, one.source.source_id, door.kind, door.url)
            watched = door.kind in (doors.FOLDER, doors.MAILBOX) and door.url != ""
            if watched and not new_folders and not _is_open(*known):
                asked = f"./tintinh sources add {one.source.source_id} --{door.kind} {door.url}"
                raise BadInput(
                    "intake.url", f"a {door.kind} is watched only if this machine's owner says: {asked}"
                )
            due = now if door.kind == "feed" or watched else None
            intake_id = intakes.add(*known, allow_private=door.allow_private, next_due=due)
            if door.kind == doors.MAILBOX:
                doors.allow(conn, intake_id, door.senders)


def _is_open(conn: Connection, source_id: SourceId, kind: str, url: str) -> bool:
    return any((one.kind, one.url) == (kind, url) for one in intakes.listed(conn, source_id))


def stored(conn: Connection) -> list[Registered]:
    """Return what is registered."""
    found: dict[SourceId, list[Door]] = {}
    for one in intakes.listed(conn):
        senders = doors.allowed(conn, one.intake_id) if one.kind == doors.MAILBOX else ()
        door = Door(one.kind, one.url, allow_private=one.allow_private, senders=senders)
        found.setdefault(one.source_id, []).append(door)
    return [Registered(one, tuple(found.get(one.source_id, ()))) for one in sources.listed(conn)]


class Change(StrEnum):
    """What registering a source changes."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


def compare(before: Iterable[Registered], wanted: Iterable[Registered]) -> list[tuple[Registered, Change]]:
    """Return what registering each of `wanted` would change; doors that are not named stay open."""
    known = {one.source.source_id: one for one in before}
    found = []
    for one in wanted:
        old = known.get(one.source.source_id)
        same = (
            old is not None
            and old.source == sources.as_stored(one.source)
            and set(one.doors) <= set(old.doors)
        )
        found.append((one, Change.NEW if old is None else Change.SAME if same else Change.CHANGED))
    return found


def shared(
    before: Iterable[Registered], wanted: Iterable[Registered]
) -> list[tuple[SourceId, str, SourceId]]:
    """Return the feeds that registering `wanted` would give to a second source: who, address, who has it.

    What both have already is not told again.
    """
    owners: dict[str, dict[SourceId, None]] = {}
    for one, url in _feeds(before):
        owners.setdefault(canonical(url), {})[one] = None
    found = []
    for one, url in _feeds(wanted):
        having = owners.setdefault(canonical(url), {})
        if having and one not in having:
            found.append((one, url, next(iter(having))))
        having[one] = None
    return found


def _feeds(registered: Iterable[Registered]) -> list[tuple[SourceId, str]]:
    return [
        (one.source.source_id, door.url)
        for one in registered
        for door in one.doors
        if door.kind == "feed" and door.url  # a feed of a folder (`path`) has no address
    ]


def _explained(error: ValidationError) -> BadInput:
    """Return what is wrong in words that say how to mend it: of a name or a choice never its pattern."""
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"])
    wrong = first["type"] in ("string_pattern_mismatch", "enum", "literal_error")
    field = next((str(step) for step in reversed(first["loc"]) if not isinstance(step, int)), "")
    if wrong and field in _MEANT:
        return BadInput(where, f"{str(first['input'])[:100]!r} cannot be taken: {_MEANT[field]}")
    return BadInput(where, first["msg"])


def _registered(one: _Source) -> Registered:
    province, area = home(one.province, one.area)
    for door in one.intake:
        if door.kind == "feed" and not door.path and not canonical(door.url):
            raise BadInput(f"{one.id}.intake.url", f"{door.url!r} is no http or https address")
        if door.kind == "folder" and door.url and not PurePath(door.url).is_absolute():
            raise BadInput(f"{one.id}.intake.url", f"{door.url!r} is no absolute path of a folder")
    opened = tuple(_door(one.id, door) for door in one.intake)
    seats = tuple(_seat(one.id, host) for host in one.host)
    hosts = (*one.hosts, *(seat.host for seat in seats if seat.host not in one.hosts))
    known = Source(
        SourceId(one.id), one.name or one.id, province, area, tuple(dict.fromkeys(hosts)), one.rights, seats
    )
    return Registered(known, opened)


def _door(source_id: str, one: _Intake) -> Door:
    url = one.url
    if one.kind == doors.MAILBOX:
        try:
            url = imap.mailbox(url).url
        except Refused as error:
            raise BadInput(f"{source_id}.intake.url", error.message) from error
    senders = tuple(sorted({sender.lower() for sender in one.senders}))
    return Door(one.kind, url, one.path, one.allow_private, senders)


def _seat(source_id: str, one: _Host) -> Seat:
    province, area = places.resolve(one.unit)
    if province is None:
        raise BadInput(
            f"{source_id}.host.unit", f"{one.unit!r} is no province, of today or of before July 2025"
        )
    if one.valid_from and one.valid_to and one.valid_to < one.valid_from:
        raise BadInput(f"{source_id}.host.valid_to", f"{one.valid_to} is before {one.valid_from}")
    return Seat(one.name, area or province, one.valid_from, one.valid_to)


def _told(seat: Seat) -> dict[str, Any]:
    """Return a seat as the file has it."""
    told = {"name": seat.host, "unit": seat.unit, "valid_from": seat.valid_from, "valid_to": seat.valid_to}
    return {name: value for name, value in told.items() if value is not None}


def _lines(one: Registered) -> list[str]:
    source = one.source
    lines = ["[[source]]", f"id = {_quoted(source.source_id)}", f"name = {_quoted(source.name)}"]
    if source.province:
        lines.append(f"province = {_quoted(source.province)}")
    if source.area:
        lines.append(f"area = {_quoted(source.area)}")
    if source.hosts:
        lines.append(f"hosts = [{', '.join(map(_quoted, source.hosts))}]")
    lines.append(f"rights = {_quoted(source.rights)}")
    for seat in source.seats:
        days = _told(seat)
        lines += ["", "[[source.host]]"]
        lines += [f"{name} = {_quoted(days[name])}" for name in ("name", "unit")]
        lines += [f"{name} = {days[name]}" for name in ("valid_from", "valid_to") if name in days]
    for door in one.doors:
        lines += ["", "[[source.intake]]", f"kind = {_quoted(door.kind)}"]
        lines += [
            f"{name} = {_quoted(value)}" for name, value in (("url", door.url), ("path", door.path)) if value
        ]
        lines += ["allow_private = true"] if door.allow_private else []
        lines += [f"from = [{', '.join(map(_quoted, door.senders))}]"] if door.senders else []
    return lines


def _quoted(text: str) -> str:
    """Return a TOML basic string; JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
